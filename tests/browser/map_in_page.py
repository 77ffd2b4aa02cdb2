"""The map of a screen, from inside the page: what it has drawn where a picture alone would be a matter of taste."""

from playwright.async_api import Page

_FIND = """() => {
    const seen = new Set()
    let found = null
    const walk = (node) => {
        if (!node || seen.has(node) || found) return
        seen.add(node)
        if (node.component) {
            const told = node.component.exposed
            if (told && told.map && told.home) { found = told.map.value ?? told.map; return }
            walk(node.component.subTree)
        }
        if (Array.isArray(node.children)) node.children.forEach(walk)
        if (node.suspense) walk(node.suspense.activeBranch)
    }
    walk(document.querySelector('#app')._vnode)
    window.mapOnScreen = found
    return found !== null
}"""
_LOOK = """async ([lon, lat, zoom]) => {
    const map = window.mapOnScreen
    map.jumpTo({ center: [lon, lat], zoom })
    await new Promise((done) => { map.once('idle', done) })
}"""
_DRAWN = """(layer) => [...new Set(window.mapOnScreen.queryRenderedFeatures({ layers: [layer] })
    .map((one) => one.properties.title ?? one.properties.drawn))].sort()"""


_SOURCES = "() => [...new Set(window.mapOnScreen.queryRenderedFeatures().map((one) => one.source))]"


async def layers_drawn(page: Page) -> list[str]:
    """Sources of which something is drawn in view; nothing while there is no map yet."""
    if not await page.evaluate(_FIND):
        return []
    told: list[str] = await page.evaluate(_SOURCES)
    return told


async def look_at(page: Page, lon: float, lat: float, zoom: float) -> None:
    """Until everything there is drawn."""
    assert await page.evaluate(_FIND), "no map on this screen"
    await page.evaluate(_LOOK, [lon, lat, zoom])


async def drawn_in(page: Page, layer: str) -> list[str]:
    """Titles (or kinds) of what a layer of the map has drawn in view."""
    told: list[str] = await page.evaluate(_DRAWN, layer)
    return told


async def comes(page: Page, layer: str, words: str) -> None:
    """Until a layer of the map has drawn something with these words."""
    asked = f"([layer, words]) => ({_DRAWN})(layer).some((title) => String(title).includes(words))"
    await page.wait_for_function(asked, arg=[layer, words], timeout=45_000)
