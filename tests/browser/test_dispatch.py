"""The forces tab recommends: courses side by side, a reason for each unit, and a choice that becomes orders, by keyboard."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.people import PHONE, People, shoot
from tests.browser.test_around import incident
from tests.browser.test_forces import CORDON
from tests.city import Server

TITLE = "糖厂锅炉爆炸"


@pytest.mark.timeout(200)
async def test_an_officer_asks_compares_and_chooses(people: People, live_server: Server) -> None:
    await incident(live_server)
    page = await people.come("duty1")
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    await page.get_by_role("tab", name=re.compile("力量")).click()
    panel = page.locator(".dispatch")
    await expect(panel.get_by_role("button", name=re.compile("推荐力量"))).to_be_visible()
    await page.keyboard.press("u")
    await panel.get_by_label("任务内容").fill("搜救被困人员")
    await panel.get_by_label("能力").select_option("search_rescue")
    await panel.get_by_label("数量").fill("3")
    await panel.get_by_role("button", name="推荐", exact=True).click()
    await expect(panel.locator(".course")).to_have_count(3)
    await expect(panel.locator(".course").first).to_contain_text("分钟")
    await shoot(page, "dispatch-zh")

    phone = await people.come("duty1", size=PHONE, locale="en-US")
    await phone.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await phone.goto(page.url)
    await phone.get_by_role("navigation").get_by_role("button", name="Detail").click()
    await phone.get_by_role("tab", name="Forces").click()
    await phone.get_by_role("button", name=re.compile("Recommend units")).click()
    await phone.get_by_label("What is to be done").fill("Search the ruins")
    await phone.locator(".dispatch").get_by_role("button", name="Recommend", exact=True).click()
    await expect(phone.locator(".course")).to_have_count(3)
    await phone.locator(".course").first.scroll_into_view_if_needed()
    await shoot(phone, "dispatch-phone-en")

    await page.keyboard.press("Escape")
    await page.keyboard.press("u")
    await page.keyboard.press("]")
    await panel.get_by_role("button", name=re.compile("选定")).click()
    await expect(panel.locator(".history")).to_contain_text("3 项任务")
    await shoot(page, "dispatch-chosen-zh")

    # The zone that was drawn as the impact area, its people typed: where they go, how long it takes, who has no place.
    await live_server.city.carry_out(
        "duty1",
        "incident.draw",
        {"incident_id": await only(live_server), "expect": 1, "which": "impact_area", "geometry": CORDON},
    )
    evacuation = page.locator(".evacuation")
    await evacuation.get_by_role("button", name=re.compile("拟订疏散方案")).click()
    await evacuation.get_by_label("人数").fill("60000")
    await evacuation.get_by_role("button", name="计算", exact=True).click()
    await expect(evacuation.get_by_text("没有安置去处").first).to_be_visible()
    await evacuation.scroll_into_view_if_needed()
    await shoot(page, "evacuation-zh")
    await evacuation.get_by_label("理由").fill("河水上涨")
    await evacuation.get_by_role("button", name=re.compile("采纳并下达")).click()
    await expect(evacuation.get_by_text("采纳疏散方案")).to_be_visible()


async def only(server: Server) -> str:
    async with server.city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT id FROM incidents.incident")).fetchone()
    assert row is not None
    return str(row[0])
