"""Drawing at the desk by mouse and keys; what is drawn is on every other screen, and can be taken back."""

import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from command.organisation.book import unit_id
from tests.browser.people import PHONE, People, shoot
from tests.city import City, Server

MENGDING = {"lon": 99.082, "lat": 23.557}


async def incident_with_order(city: City) -> str:
    data: dict[str, Any] = {
        "title": "孟定糖厂锅炉爆炸",
        "class_key": "ac.special.boiler",
        "place": "孟定镇",
        "point": MENGDING,
    }
    key = str((await city.carry_out("duty1", "incident.open", data)).result["incident_id"])
    order = {"incident_id": key, "title": "设置警戒", "text": "设置警戒区", "department": "FRB", "due_minutes": 60}
    task = str((await city.carry_out("duty1", "task.issue", order)).result["task_id"])
    await city.carry_out("frb", "task.sign", {"task_id": task})
    await city.carry_out("frb", "task.assign", {"task_id": task, "unit_id": str(unit_id("frb-mengding"))})
    return key


async def drawing_panel(page: Page) -> None:
    await expect(page.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await page.keyboard.press("h")
    await expect(page.get_by_role("region", name=re.compile("标绘|Draw"))).to_be_visible()


async def corners(page: Page, *parts: tuple[float, float]) -> None:
    """Press places of the map, as parts of its width and height."""
    box = await page.locator(".map-side .canvas").bounding_box()
    assert box is not None
    for x, y in parts:
        await page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        await page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)


def listed(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=re.compile("标绘|Draw")).get_by_role("listitem").filter(has_text=name)


@pytest.mark.timeout(600)
async def test_drawn_once_seen_everywhere(people: People, live_server: Server) -> None:
    key = await incident_with_order(live_server.city)
    desk, other = await people.come("duty1"), await people.come("duty2")
    await other.get_by_role("button", name="EN", exact=True).click()
    wall = await people.come("leader1", "/wall")
    for page in (desk, other):
        await drawing_panel(page)
    await shoot(desk, "drawing_empty")

    # A cordon: tool by key, corners by mouse, one taken back, Enter, a name, Enter.
    await desk.keyboard.press("1")
    await corners(desk, (0.45, 0.35), (0.62, 0.33), (0.66, 0.55), (0.9, 0.9))
    await desk.keyboard.press("Backspace")
    await corners(desk, (0.5, 0.62))
    await expect(desk.get_by_text(re.compile(r"km²"))).to_be_visible()
    await shoot(desk, "drawing_sketch")
    await desk.keyboard.press("Enter")
    await desk.get_by_label("名称（可不填）").fill("内圈")
    await desk.keyboard.press("Enter")
    await expect(listed(desk, "警戒区 内圈")).to_be_visible()
    await expect(listed(other, "Cordon 内圈")).to_be_visible()
    await expect(wall.get_by_role("list", name="标绘").get_by_text("警戒区 内圈")).to_be_attached()

    # A route and a symbol, found by its name.
    await desk.get_by_role("button", name="救援行进路线").click()
    await corners(desk, (0.36, 0.75), (0.42, 0.68), (0.5, 0.62))
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Enter")
    await expect(listed(other, "Rescue route")).to_be_visible()
    await desk.get_by_role("button", name="符号 8").click()
    await corners(desk, (0.55, 0.45))
    await desk.get_by_role("searchbox").fill("指挥")
    await shoot(desk, "drawing_symbols")
    await desk.keyboard.press("Enter")
    await desk.get_by_label("名称（可不填）").fill("前方指挥部")
    await desk.keyboard.press("Enter")
    await expect(listed(other, "前方指挥部")).to_be_visible()

    # Taken back and done again, on every screen; not before the desk itself has its answer.
    await expect(desk.get_by_label("名称（可不填）")).to_have_count(0)
    await desk.keyboard.press("Control+z")
    await expect(listed(other, "前方指挥部")).to_have_count(0)
    await desk.keyboard.press("Control+y")
    await expect(listed(other, "前方指挥部")).to_be_visible()

    # Two people change one drawing: the second is told who was first.
    await listed(other, "Cordon").get_by_role("button").first.click()
    await other.get_by_role("button", name="Change").click()
    await live_server.city.carry_out("leader1", "drawing.change", {"drawing_id": await drawn_id(live_server.city, key), "expect": 1, "name": "外圈"})  # fmt: skip
    await expect(other.get_by_text(re.compile("made version 2"))).to_be_visible()
    await other.get_by_label("Name (may stay empty)").fill("mine")
    await other.keyboard.press("Enter")
    await expect(other.get_by_text(re.compile("changed this drawing"))).to_be_visible()
    await shoot(other, "drawing_overtaken")
    await other.keyboard.press("Escape")

    # History, measures, buffer, what is inside.
    await listed(other, "Cordon").get_by_role("button").first.click()
    await other.get_by_role("button", name="History").click()
    await expect(other.get_by_role("button", name=re.compile("drawn 内圈"))).to_be_visible()
    await shoot(other, "drawing_history")
    await listed(desk, "警戒区").get_by_role("button").first.click()
    await desk.get_by_role("button", name="测量 / 缓冲 / 圈内").click()
    await desk.get_by_role("button", name="圈内有什么").click()
    await expect(desk.get_by_text(re.compile(r"设施 \d+ 处"))).to_be_visible()
    await shoot(desk, "drawing_inside")
    await desk.get_by_label("距离（米）").fill("2000")
    await desk.get_by_role("button", name="外扩").click()
    await expect(desk.get_by_label("名称（可不填）")).to_have_value("外扩 2.00 km")
    await shoot(desk, "drawing_buffer")
    await desk.get_by_role("button", name=re.compile("^标绘 Enter")).click()
    await expect(listed(desk, "警戒区 外扩")).to_be_visible()
    await shoot(desk, "drawing_desk")
    await shoot(wall, "drawing_wall")

    # Read-only, with the symbol, where the crew and the leaders look.
    phone = await people.come("field-mengding", "/field", size=PHONE)
    await expect(phone.get_by_role("heading", name="设置警戒")).to_be_visible()
    await phone.get_by_role("button", name=re.compile("地图")).click()
    on_phone = phone.get_by_role("list", name="标绘")
    await expect(on_phone.get_by_text("现场指挥部")).to_have_count(0)
    await expect(on_phone.get_by_text("前方指挥部")).to_be_attached()
    await expect(phone.locator(".map[data-ready='true']")).to_be_visible()
    await shoot(phone, "drawing_phone")
    briefing = await people.come("leader2", f"/briefing/{key}")
    await expect(briefing.get_by_role("list", name="标绘").get_by_text("警戒区 外圈")).to_be_attached()
    await expect(briefing.locator(".map[data-ready='true']")).to_be_visible()
    await shoot(briefing, "drawing_briefing")
    narrow = await people.come("duty1", "/", size=PHONE)
    await narrow.get_by_role("navigation").get_by_role("button", name="地图").click()
    await expect(narrow.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await narrow.get_by_role("button", name=re.compile("标绘")).click()
    await shoot(narrow, "drawing_desk_phone")


async def drawn_id(city: City, incident: str) -> str:
    async with city.realm.pool.connection() as conn:
        row = await (
            await conn.execute(
                "SELECT id FROM incidents.drawing WHERE incident_id = %s AND kind = 'cordon' ORDER BY drawn_at LIMIT 1",
                (incident,),
            )
        ).fetchone()
    assert row is not None
    return str(row[0])
