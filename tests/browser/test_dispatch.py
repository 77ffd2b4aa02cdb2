"""The forces tab recommends: courses side by side, a reason for each unit, and a choice that becomes orders, by keyboard."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.people import PHONE, People, shoot
from tests.browser.test_around import incident
from tests.city import Server

TITLE = "糖厂锅炉爆炸"


@pytest.mark.timeout(200)
async def test_an_officer_asks_compares_and_chooses(people: People, live_server: Server) -> None:
    await incident(live_server)
    page = await people.come("duty1")
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    await page.get_by_role("tab", name=re.compile("力量")).click()
    await page.keyboard.press("p")
    panel = page.locator(".dispatch")
    await panel.get_by_label("任务内容").fill("搜救被困人员")
    await panel.get_by_label("能力").select_option("search_rescue")
    await panel.get_by_label("数量").fill("3")
    await panel.get_by_role("button", name="推荐", exact=True).click()
    await expect(panel.locator(".course")).to_have_count(3)
    await expect(panel.locator(".course").first).to_contain_text("分钟")
    await panel.locator("details.not summary").first.click()
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
    await page.keyboard.press("]")
    await panel.get_by_role("button", name=re.compile("选定")).click()
    await expect(panel.locator(".history")).to_contain_text("3 项任务")
    await expect(page.get_by_text("正在参与").first.or_(page.locator("table select").first)).to_be_visible()
    await shoot(page, "dispatch-chosen-zh")
