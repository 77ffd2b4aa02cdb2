"""A duty officer arranges the map: switches, dims and reorders layers, finds it so after a reload, and puts all back with one press."""

import asyncio
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect
from playwright.async_api import TimeoutError as NotThere

from tests.browser.map_in_page import drawn_in, look_at
from tests.browser.people import DESK, PHONE, People, shoot
from tests.browser.test_drawing import incident_with_order
from tests.city import City, Server
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import described
from tests.web.ogc_client import bring

ROUTE = {"type": "LineString", "coordinates": [[99.02, 23.5], [99.06, 23.53], [99.082, 23.557]]}
CORDON = {
    "type": "Polygon",
    "coordinates": [[[99.05, 23.53], [99.12, 23.53], [99.12, 23.58], [99.05, 23.58], [99.05, 23.53]]],
}


async def furnish(city: City, folder: Path) -> str:
    """An incident with a route and a cordon drawn in it, and three layers of the city's own."""
    key = await incident_with_order(city)
    for kind, geometry, name in (("rescue_route", ROUTE, "北侧"), ("cordon", CORDON, "内圈")):
        told: dict[str, Any] = {"incident_id": key, "drawing_kind": kind, "geometry": geometry, "name": name}
        await city.carry_out("duty1", "drawing.draw", told)
    path = files.geopackage(folder / "city.gpkg", {"layer": files.frame(files.points(60, 98.9, 23.4))})
    for name, zh, en in (("alpha", "甲层", "Alpha"), ("beta", "乙层", "Beta"), ("gamma", "丙层", "Gamma")):
        await bring(city, folder, path, described(name=name, title_zh=zh, title_en=en, label="名称"))
    return key


def row(page: Page, name: str) -> Locator:
    return page.locator(f"section.layers li[data-row='{name}']")


async def names(page: Page) -> list[str]:
    """The city's own layers as the tree shows them, the topmost first."""
    found = await page.locator("section.layers [data-group=city] li[data-layer]").all()
    return [str(await one.get_attribute("data-layer")) for one in found]


@pytest.mark.timeout(600)
async def test_arranged_by_one_person_and_found_again(people: People, live_server: Server, tmp_path: Path) -> None:
    await furnish(live_server.city, tmp_path)
    desk = await people.come("duty1")
    shown = desk.locator(".map-side .map")
    await expect(desk.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await expect(row(desk, "city:gamma")).to_contain_text("丙层")
    await expect(row(desk, "drawings")).to_contain_text("2")
    assert await names(desk) == ["gamma", "beta", "alpha"]
    await expect(desk.locator("[data-group=reference] li[data-row=relief]")).to_be_visible()
    await shoot(desk, "tree-zh-dark")
    built = await shown.get_attribute("data-styles")

    # A switch, a whole group, and the warning that something live is off.
    await desk.get_by_label("显示 标绘", exact=True).uncheck()
    await expect(desk.get_by_role("status").filter(has_text="1 个实时图层已关闭")).to_be_visible()
    group = desk.get_by_label("显示整组：本市图层")
    await desk.get_by_label("显示 乙层").uncheck()
    assert await group.evaluate("box => box.indeterminate")
    await group.check()
    await expect(desk.get_by_label("显示 乙层")).to_be_checked()

    # Strength and order, by keyboard; what has the focus keeps it.
    await row(desk, "city:beta").get_by_role("button", name=re.compile("^乙层：")).click()
    await desk.get_by_label("乙层 的深浅").press("Home")
    await expect(row(desk, "city:beta").locator(".line")).to_contain_text("10%")
    await desk.get_by_label("显示 乙层").press("Alt+ArrowDown")
    await expect(row(desk, "city:beta")).to_contain_text("3/3")
    await expect(desk.get_by_label("显示 乙层")).to_be_focused()
    assert await names(desk) == ["gamma", "alpha", "beta"]
    await row(desk, "city:alpha").locator(".grip").drag_to(row(desk, "city:gamma").locator(".line"))
    assert await names(desk) == ["alpha", "gamma", "beta"]
    for name in ("units", "drawings"):
        await row(desk, name).locator("button.more").click()
    await expect(row(desk, "units").locator(".signs")).to_contain_text("位置已超过 10 分钟")
    await expect(row(desk, "drawings").locator(".signs")).to_contain_text("救援行进路线")
    await shoot(desk, "tree-zh-detail")
    assert await shown.get_attribute("data-styles") == built, "arranging layers built the whole style anew"

    # Tiles that cannot be read are said on their row, and asked for again by a press.
    await desk.route("**/tiles/gamma/**", lambda route: route.abort())

    # Remembered for this person on this device, and put back with one press.
    await desk.reload()
    failed = row(desk, "city:gamma").get_by_role("button", name="▲ 读取失败")
    await expect(failed).to_be_visible()
    await expect(row(desk, "city:beta").get_by_role("button", name="▲ 读取失败")).to_have_count(0)
    await desk.unroute("**/tiles/gamma/**")
    async with asyncio.timeout(60):
        while await failed.count():  # by hand, unless the map was drawn anew meanwhile and has asked again by itself
            with suppress(NotThere):
                await failed.click(timeout=2_000)
    await expect(failed).to_have_count(0)
    await expect(row(desk, "city:beta").locator(".line")).to_contain_text("10%")
    assert await names(desk) == ["alpha", "gamma", "beta"]
    await expect(desk.get_by_label("显示 标绘", exact=True)).not_to_be_checked()
    await desk.get_by_role("button", name="复位").click()
    await expect(desk.get_by_label("显示 标绘", exact=True)).to_be_checked()
    await expect(desk.get_by_role("button", name="复位")).to_have_count(0)
    assert await names(desk) == ["gamma", "beta", "alpha"]


async def _visible(page: Page) -> list[str]:
    """Names of what lies over the map and is to be seen, with the boxes, and which of them overlap."""
    found: list[str] = await page.evaluate(
        """() => {
            const map = document.querySelector('.map-side .map')
            const panels = [...map.querySelectorAll('section, button.opener, button.drawing-opener, .search, .legend')]
                .filter((one) => one.offsetParent !== null && !one.parentElement.closest('.map-side .map section, .search'))
            const boxes = panels.map((one) => [one.className || one.getAttribute('aria-label'), one.getBoundingClientRect()])
            const clash = []
            boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
                const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left)
                const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top)
                if (wide > 1 && high > 1) clash.push(`${a} × ${b}`)
            }))
            return clash
        }"""
    )
    return found


@pytest.mark.timeout(600)
async def test_nothing_covers_anything_on_a_telephone(people: People, live_server: Server, tmp_path: Path) -> None:
    await furnish(live_server.city, tmp_path)
    phone = await people.come("duty1", size=PHONE)
    await phone.get_by_role("navigation").get_by_role("button", name="地图").click()
    await expect(phone.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await shoot(phone, "tree-phone-closed")
    assert await _visible(phone) == []
    await phone.get_by_role("button", name=re.compile("^图层")).click()
    await expect(row(phone, "city:beta")).to_be_visible()
    await shoot(phone, "tree-phone-open")
    for one in await phone.locator("section.layers .line").all():
        box = await one.bounding_box()
        assert box is None or box["height"] >= 44
    # One sheet at a time.
    await phone.keyboard.press("z")
    await expect(phone.get_by_role("region", name="周边")).to_be_visible()
    await expect(row(phone, "city:beta")).to_have_count(0)
    await shoot(phone, "tree-phone-around")
    # What is here takes the place of that, and what is a feature's own the place of what is here.
    box = await phone.locator(".map-side .canvas").bounding_box()
    assert box is not None
    await phone.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + 90, button="right")
    await expect(phone.get_by_role("region", name="此处")).to_be_visible()
    await expect(phone.get_by_role("region", name="周边")).to_have_count(0)
    await shoot(phone, "tree-phone-identify")
    await phone.keyboard.press("Escape")
    await phone.get_by_role("button", name="回放轨迹").click()
    await shoot(phone, "tree-phone-replay")
    await phone.get_by_role("button", name="回到实时").click()

    for theme in ("dark", "light"):
        await phone.evaluate(
            "theme => { localStorage.setItem('fengsui.locale', 'en'); localStorage.setItem('fengsui.theme', theme) }",
            theme,
        )
        await phone.reload()
        await phone.get_by_role("navigation").get_by_role("button", name="Map").click()
        await expect(phone.locator(".map-side .map[data-ready='true']")).to_be_visible()
        await shoot(phone, f"tree-phone-en-{theme}")
        assert await _visible(phone) == []
    await phone.get_by_role("button", name=re.compile("^Layers")).click()
    await row(phone, "city:beta").get_by_role("button", name=re.compile("^乙层|^Beta")).click()
    await row(phone, "city:beta").scroll_into_view_if_needed()
    await shoot(phone, "tree-phone-detail-en-light")
    await phone.set_viewport_size(DESK)
    await shoot(phone, "tree-en-light")


@pytest.mark.timeout(600)
async def test_a_drawn_route_has_its_head_and_its_name_at_every_zoom(people: People, live_server: Server) -> None:
    city = live_server.city
    key = await incident_with_order(city)
    for kind, at, name in (("rescue_route", 23.55, "北侧"), ("evacuation_route", 23.75, "南侧")):
        line = {"type": "LineString", "coordinates": [[99.9, at], [99.94, at + 0.02], [100.0, at]]}
        told: dict[str, Any] = {"incident_id": key, "drawing_kind": kind, "geometry": line, "name": name}
        await city.carry_out("duty1", "drawing.draw", told)
    desk = await people.come("duty1")
    await expect(desk.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await expect(row(desk, "drawings")).to_contain_text("2")
    for zoom in (7.5, 8.0, 9.0, 11.0):
        await look_at(desk, 99.95, 23.65, zoom)
        assert await drawn_in(desk, "drawing-arrows") == ["evacuation_route", "rescue_route"], zoom
        assert await drawn_in(desk, "drawing-labels") == ["撤离路线 南侧", "救援行进路线 北侧"], zoom
    # Another language builds the style anew: what others have put on the map comes back with it.
    await desk.get_by_role("button", name="EN", exact=True).click()
    await expect(row(desk, "drawings")).to_contain_text("Drawings")
    await look_at(desk, 99.95, 23.65, 8.0)
    assert await drawn_in(desk, "drawing-arrows") == ["evacuation_route", "rescue_route"]
    assert await drawn_in(desk, "drawing-line-arrows") != []
    await shoot(desk, "tree-arrows-en")
