"""Shelters, depots and hospital beds on the desk's map: they move with what is reported, open a card, and lead to where they are kept and back."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.map_in_page import comes, drawn_in, look_at
from tests.browser.people import DESK, PHONE, People, shoot
from tests.city import City, Server

_PRESS = """([layer, words]) => {
    const map = window.mapOnScreen
    const one = map.queryRenderedFeatures({ layers: [layer] }).find((each) => (each.properties.title ?? '').includes(words))
    const at = map.project(one.geometry.coordinates)
    const box = map.getCanvas().getBoundingClientRect()
    return [box.x + at.x, box.y + at.y + ({ beds: -18, depots: 18 }[layer] ?? 0)]
}"""
_GROUPS = """() => window.mapOnScreen.queryRenderedFeatures({ layers: ['shelter-groups'] })
    .map((one) => [one.properties.point_count, one.properties.full, one.properties.unknown])"""


async def largest(city: City, county: str, count: int) -> list[tuple[str, str, int, float, float]]:
    """Shelters of a county, the largest first: id, name, places, where."""
    async with city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute(
                "SELECT id::text, zh, capacity, ST_X(point), ST_Y(point) FROM command.shelter"
                " WHERE area_code LIKE %s || '%%' ORDER BY capacity DESC, id LIMIT %s",
                (county, count),
            )
        ).fetchall()
    return [(str(row[0]), str(row[1]), int(row[2]), float(row[3]), float(row[4])) for row in rows]


async def press(page: Page, layer: str, words: str) -> Locator:
    x, y = await page.evaluate(_PRESS, [layer, words])
    await page.mouse.click(x, y)
    card = page.locator("section.card")
    await expect(card).to_be_visible()
    return card


def row(page: Page, name: str) -> Locator:
    return page.locator(f"section.layers li[data-row='{name}']")


async def report(city: City, shelter: str, occupied: int, **more: Any) -> None:
    told: dict[str, Any] = {"shelter_id": shelter, "occupied": occupied, **more}
    await city.carry_out("cty-gengma", "shelter.report", told)


@pytest.mark.timeout(600)
async def test_a_shelter_fills_up_before_the_officers_eyes(people: People, live_server: Server) -> None:
    city = live_server.city
    found = await largest(city, "530926", 3)
    (key, name, places, lon, lat), (second, *_), (third, third_name, *_) = found
    opened: dict[str, Any] = {"title": "孟定河谷山洪", "class_key": "nd.flood.flash", "place": "孟定镇"}
    incident = await city.carry_out("duty1", "incident.open", {**opened, "area_code": "530926"})
    for one in (key, second):
        told = {"shelter_id": one, "incident_id": str(incident.result["incident_id"])}
        await city.carry_out("cty-gengma", "shelter.open", told)
    desk = await people.come("duty1")
    await expect(desk.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await expect(row(desk, "shelters").locator(".line")).to_contain_text("2")
    await expect(row(desk, "depots").locator(".line")).to_contain_text("13")

    # Nobody has counted: said so, and no nought.
    await look_at(desk, lon, lat, 12.5)
    await comes(desk, "shelters", f"{name}\n人数未报")
    card = await press(desk, "shelters", name)
    await expect(card).to_contain_text("未知（人数未报")
    await expect(card).to_have_attribute("data-state", "unknown")
    await shoot(desk, "means-unknown-zh-dark")

    # Reports come in: mark and card move, nothing is fetched or pressed.
    await report(city, key, 12)
    await comes(desk, "shelters", f"{name}\n12/{places}")
    await expect(card).to_have_attribute("data-state", "free")
    await report(city, key, int(places * 0.9))
    await comes(desk, "shelters", "接近满员")
    await report(city, key, places)
    await comes(desk, "shelters", f"{name}\n满员 {places}/{places}")
    await expect(card).to_contain_text("满员")
    await expect(card).to_contain_text("内线")  # whoever is on duty where it is run
    await shoot(desk, "means-full-zh-dark")

    # Closed, it stands by; unusable is another thing. Both come over the stream of resources.
    await city.carry_out("cty-gengma", "shelter.close", {"shelter_id": second, "reason": "人员已返家"})
    await expect(row(desk, "shelters").locator(".line")).to_contain_text("1")
    await city.carry_out("cty-gengma", "shelter.suspend", {"shelter_id": third, "reason": "屋顶受损"})
    await look_at(desk, found[2][3], found[2][4], 12.5)
    await comes(desk, "shelters-idle", f"{third_name}\n不可用")

    # From afar it is one mark, and says how many of those are full.
    await report(city, key, places + 20, over_reason="等待转运")
    for one, *_ in (await largest(city, "530902", 3))[:2]:
        await city.carry_out("duty1", "shelter.open", {"shelter_id": one})
    async with asyncio.timeout(45):
        while True:
            await look_at(desk, 99.9, 23.8, 7.2)
            if [2, 0, 2] in await desk.evaluate(_GROUPS):
                break
    await comes(desk, "shelters", "超员")
    assert await drawn_in(desk, "shelters-idle") == []
    assert await drawn_in(desk, "beds") == []
    await shoot(desk, "means-afar-zh-dark")

    # From the card to where it is kept, and back to the map from there.
    await look_at(desk, lon, lat, 10.2)
    card = await press(desk, "shelters", name)
    await shoot(desk, "means-near-zh-dark")
    await card.get_by_role("link", name=re.compile("在资源中打开")).click()
    kept = desk.locator("li.named")
    await expect(kept).to_contain_text(name)
    await shoot(desk, "means-resources-zh-dark")
    await kept.get_by_role("link", name=f"在地图上看：{name}").click()
    await expect(desk.locator("section.card")).to_contain_text("超员")
    await expect(desk.locator("section.card")).to_contain_text("等待转运")

    # Off is remembered.
    await desk.get_by_label("显示 避难场所", exact=True).uncheck()
    await expect(desk.get_by_text("1 个实时图层已关闭")).to_be_visible()
    await desk.reload()
    await expect(desk.get_by_label("显示 避难场所", exact=True)).not_to_be_checked()


@pytest.mark.timeout(600)
async def test_beds_and_stock_move_too_in_both_languages_and_on_a_telephone(
    people: People, live_server: Server
) -> None:
    city = live_server.city
    async with city.realm.pool.connection() as conn:
        hospital = await (
            await conn.execute(
                "SELECT code, zh, en, ST_X(point), ST_Y(point) FROM command.hospital"
                " WHERE code LIKE 'hospital-530902%%' ORDER BY code LIMIT 1"
            )
        ).fetchone()
        lot = await (
            await conn.execute(
                "SELECT id::text, free FROM command.stock_lot WHERE depot = 'city-flood' AND item = 'sandbag' LIMIT 1"
            )
        ).fetchone()
    assert hospital is not None
    assert lot is not None
    shelters = await largest(city, "530902", 4)
    for (one, _, places, *_), share in zip(shelters, (0.3, 0.9, 1.0), strict=False):
        await city.carry_out("duty1", "shelter.open", {"shelter_id": one})
        await city.carry_out("duty1", "shelter.report", {"shelter_id": one, "occupied": int(places * share)})
    desk = await people.come("duty1")
    await expect(desk.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await expect(row(desk, "beds").locator(".line")).not_to_contain_text("—")
    lon, lat = float(hospital[3]), float(hospital[4])
    await look_at(desk, lon, lat, 13)
    await comes(desk, "beds", f"{hospital[1]}\n空床未报")
    card = await press(desk, "beds", str(hospital[1]))
    await expect(card).to_have_attribute("data-state", "unknown")
    told = {"hospital": str(hospital[0]), "wards": {"adult_icu": {"available": 2}, "emergency": {"available": 3}}}
    await city.carry_out("heb", "beds.report", {**told, "emergency": "limited"})
    await comes(desk, "beds", f"{hospital[1]}\n空床 ≥5")
    await expect(card).to_contain_text("部分病区未报")
    await shoot(desk, "means-beds-zh-dark")

    # A depot's card says what is in it, and follows a stock-take.
    await look_at(desk, 100.085, 23.8905, 15.5)  # from farther away a unit stands over it
    await comes(desk, "depots", "市防汛抗旱物资仓库")
    card = await press(desk, "depots", "市防汛抗旱物资仓库")
    await expect(card).to_contain_text("编织袋")
    bags = card.locator("li", has_text="编织袋").locator("b").first
    before = await bags.inner_text()
    counted = {"lot_id": str(lot[0]), "counted": int(lot[1]) - 1000, "reason": "受潮"}
    await city.carry_out("wat", "stock.count", counted)
    await expect(bags).not_to_have_text(before)
    await shoot(desk, "means-depot-zh-dark")

    for theme in ("light", "dark"):
        await desk.evaluate(
            "theme => { localStorage.setItem('fengsui.locale', 'en'); localStorage.setItem('fengsui.theme', theme) }",
            theme,
        )
        await desk.reload()
        await expect(desk.locator(".map-side .map[data-ready='true']")).to_be_visible()
        await look_at(desk, lon, lat, 11.6)
        await comes(desk, "shelters", "full")
        await row(desk, "shelters").locator("button.more").click()
        await expect(row(desk, "shelters").locator(".signs")).to_contain_text("Over capacity")
        await shoot(desk, f"means-en-{theme}")
    await row(desk, "beds").locator("button.more").click()
    await row(desk, "depots").locator("button.more").click()
    await shoot(desk, "means-legend-en-dark")

    await desk.set_viewport_size(PHONE)
    await desk.goto(f"{live_server.url}/?shelter={shelters[2][0]}")
    card = desk.locator("section.card")
    await expect(card).to_contain_text("open · full")
    await shoot(desk, "means-phone-en-dark")
    await desk.evaluate(
        "() => { localStorage.setItem('fengsui.locale', 'zh'); localStorage.setItem('fengsui.theme', 'light') }"
    )
    await desk.goto(f"{live_server.url}/?hospital={hospital[0]}")
    await expect(card).to_contain_text("空床")
    await shoot(desk, "means-phone-zh-light")
    await desk.set_viewport_size(DESK)
    wall = await people.come("leader1", "/wall")
    await expect(wall.locator(".map[data-ready='true']")).to_be_visible()
    await shoot(wall, "means-wall-zh-dark")
