"""Fences at the desk: made of a drawn cordon, of a township and of corners; who is inside is listed; ended with a reason. And a closure
that says until when."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from spine.clock import iso
from tests.browser.people import PHONE, People, shoot
from tests.browser.test_drawing import corners, incident_with_order
from tests.city import Server

CORDON = {
    "type": "Polygon",
    "coordinates": [[[99.05, 23.53], [99.12, 23.53], [99.12, 23.58], [99.05, 23.58], [99.05, 23.53]]],
}


async def around(page: Page, tab: str) -> Locator:
    await expect(page.locator(".map-side .map[data-ready='true']")).to_be_visible()
    panel = page.locator("section.around")
    if await panel.count() == 0:
        await page.get_by_role("button", name=re.compile("◎")).click()
    await panel.get_by_role("tab", name=tab).click()
    return panel


def field(panel: Locator, words: str) -> Locator:
    """By the words before it: a label's own text would have every choice in it."""
    before = panel.page.locator("span", has_text=re.compile(f"^{words}$"))
    return panel.locator("label").filter(has=before).locator("select, input")


@pytest.mark.timeout(600)
async def test_a_fence_is_made_watched_and_ended(people: People, live_server: Server) -> None:
    city = live_server.city
    key = await incident_with_order(city)
    drawn: dict[str, Any] = {"incident_id": key, "drawing_kind": "cordon", "geometry": CORDON, "name": "内圈"}
    await city.carry_out("duty1", "drawing.draw", drawn)
    desk = await people.come("duty1")
    panel = await around(desk, "围栏")
    await expect(panel.get_by_text("没有围栏。")).to_be_visible()

    # Of the drawn cordon: the name is proposed.
    await panel.get_by_role("button", name="新建围栏").click()
    await field(panel, "范围").select_option(label="警戒区 内圈")
    await shoot(desk, "fences-form")
    await panel.get_by_role("button", name="画定围栏").click()
    fence = panel.locator("[data-fence]").filter(has_text="警戒区 内圈")
    await expect(fence).to_contain_text("内有 0 支")

    # Who drives in is in the list: a crew goes on saying where it is.
    unit = next(iter((await city.person("field-mengding")).units()))
    async with live_server.sign_in("field-mengding") as crew, asyncio.timeout(45):
        seconds, lon = 8, 99.081
        while "内有 1 支" not in await fence.inner_text():
            at = iso(city.realm.clock.now() - timedelta(seconds=seconds))
            sent = {"positions": [{"unit_id": unit, "lon": lon, "lat": 23.557, "accuracy_m": 6.0, "at": at}]}
            assert (await crew.post("/api/positions", json=sent)).status_code == 200
            seconds, lon = 1, 99.082
    await expect(fence).to_contain_text("内有 1 支")
    await shoot(desk, "fences-inside")

    # Of a township, and of corners; a fence without a shape cannot be sent.
    await panel.get_by_role("button", name="新建围栏").click()
    await expect(panel.get_by_role("button", name="画定围栏")).to_be_disabled()
    await field(panel, "范围").select_option("district")
    await field(panel, "行政区").select_option(label="孟定镇")
    await panel.get_by_role("button", name="画定围栏").click()
    await expect(panel.locator("[data-fence]").filter(has_text="孟定镇")).to_be_visible()
    await panel.get_by_role("button", name="新建围栏").click()
    await corners(desk, (0.45, 0.6), (0.55, 0.6), (0.5, 0.75))
    await field(panel, "名称").fill("库区")
    await panel.get_by_role("button", name="画定围栏").click()
    await expect(panel.locator("[data-fence]").filter(has_text="库区")).to_be_visible()
    await expect(desk.locator("section.layers li[data-row=fences]")).to_contain_text("3")

    # Ended with a reason, on every desk.
    other = await people.come("duty2")
    theirs = await around(other, "围栏")
    await expect(theirs.locator("[data-fence]").filter(has_text="库区")).to_be_visible()
    await fence.get_by_role("button").first.click()
    await fence.get_by_role("button", name="解除围栏").click()
    await expect(fence.locator(".lift button")).to_be_disabled()
    await fence.get_by_label("解除原因").fill("处置完毕")
    await fence.locator(".lift button").click()
    await expect(theirs.locator("[data-fence]").filter(has_text="内圈")).to_have_count(0)


@pytest.mark.timeout(600)
async def test_a_closure_says_until_when(people: People, live_server: Server) -> None:
    await incident_with_order(live_server.city)
    desk = await people.come("duty1")
    panel = await around(desk, "道路封闭")
    await panel.get_by_role("button", name="封闭区域").click()
    await corners(desk, (0.45, 0.6), (0.55, 0.6), (0.5, 0.75))
    await panel.get_by_label("原因").fill("塌方")
    await field(panel, "预计恢复").select_option("at")
    await field(panel, "预计恢复时间").fill("25:99")
    await expect(panel.get_by_role("button", name="封闭", exact=True)).to_be_disabled()
    await field(panel, "预计恢复").select_option("240")
    await shoot(desk, "closure-until")
    await panel.get_by_role("button", name="封闭", exact=True).click()
    await expect(panel.get_by_text(re.compile(r"还有 (3:59|4:00):\d\d（到时不会自动解除）"))).to_be_visible()

    phone = await people.come("duty2", size=PHONE)
    await phone.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await phone.reload()
    await phone.get_by_role("navigation").get_by_role("button", name="Map").click()
    theirs = await around(phone, "Closed roads")
    await expect(theirs.get_by_text(re.compile("left \\(nothing opens by itself\\)"))).to_be_visible()
    await theirs.get_by_role("tab", name="Fences").click()
    await theirs.get_by_role("button", name="New fence").click()
    await shoot(phone, "fences-phone-en")
