"""A day in the life of the command centre, on real screens: a night earthquake from the first message to the supervision report."""

import re
import time

import pytest
from playwright.async_api import Page, expect

from spine.db import snapshot
from spine.verify import verify
from tests.browser.day import Day, begin_day, quake_message
from tests.browser.people import People, shoot
from tests.city import Server


async def open_tab(page: Page, name: str) -> None:
    await page.get_by_role("tab", name=re.compile(f"^{name}")).click()


async def the_message(people: People, server: Server) -> tuple[Page, Day, str]:
    """A message comes in; the duty officer opens the incident from it."""
    duty = await people.come("duty1")
    await duty.get_by_role("tab", name="警情").click()
    async with server.sign_in("duty1") as client:
        answer = await client.post("/api/feeds/auto", json=quake_message(int(time.time() * 1000) - 90_000, 5.4))
        assert answer.json()["new"] == 1, answer.text
    await duty.get_by_role("button", name="Gengma").first.click()
    await duty.get_by_role("button", name="开事件").click()
    await duty.get_by_role("textbox", name="事件名称").fill("耿马5.4级地震")
    await duty.get_by_role("button", name=re.compile("^开事件")).click()
    await expect(duty.get_by_role("heading", name="耿马5.4级地震")).to_be_visible()
    async with snapshot(server.city.realm.pool) as conn:
        row = await (await conn.execute("SELECT id FROM incidents.incident")).fetchone()
    assert row is not None
    return duty, await begin_day(server, str(row[0])), str(row[0])


async def activate_and_raise(people: People, duty: Page, day: Day) -> Page:
    """Level III by the deputy; the dead counted by the county make the plan propose II, and the commander raises it."""
    leader = await people.come("leader1", f"/?incident={day.incident}")
    await leader.get_by_role("button", name="启动…", exact=True).click()
    await leader.get_by_role("button", name=re.compile("^启动三级响应")).click()
    await leader.get_by_role("button", name="确认启动三级响应").click()
    await expect(leader.get_by_text("启动三级响应").first).to_be_visible()
    at_three = len(await day.tasks())

    await duty.keyboard.press("/")
    await duty.keyboard.type("数 死亡 52 县应急局")
    await duty.keyboard.press("Enter")
    await expect(leader.get_by_text("提级为二级响应").first).to_be_visible()
    await leader.locator(".due").get_by_role("button", name=re.compile("决定是否提级")).click()
    await leader.keyboard.press("y")
    await leader.get_by_role("button", name=re.compile("^提级为二级")).click()
    await leader.get_by_role("button", name="确认调整为二级").click()
    await expect(leader.get_by_text("三级 → 二级（提级）").first).to_be_visible()
    await shoot(leader, "day-raised")
    assert len(await day.tasks()) >= 60 > at_three
    return leader


async def two_come_back(people: People, duty: Page, day: Day) -> None:
    """Two departments return their orders with a reason; the desk sends them on, and nothing is dropped."""
    for login, title, other, why in (
        ("pro", "信息发布和辟谣", "GOV", "新闻发布由市政府办统一组织"),
        ("hud", "房屋建筑应急评估", "EMB", "专家组正在震中，请应急局先行组织"),
    ):
        desk = await people.come(login, "/department")
        await desk.get_by_role("button", name=re.compile(title)).first.click()
        await desk.keyboard.press("r")
        await desk.get_by_label(re.compile("理由|原因")).first.fill(why)
        await desk.keyboard.press("Control+Enter")
        await expect(desk.get_by_text("已退回").first).to_be_visible()
        await open_tab(duty, "任务")
        await duty.locator("li > button.row").filter(has_text=title).first.click()
        await duty.get_by_role("button", name=re.compile("^转办")).click()
        form = duty.locator("form.panel-form")
        await form.locator("select").first.select_option(other)
        await form.get_by_label("理由").fill(f"{why}，转办")
        await form.get_by_role("button", name=re.compile("^转办")).click()
        await expect(duty.get_by_text("已转办。").first).to_be_visible()
        assert (await day.order(title))["department"] == other
        await desk.context.close()


@pytest.mark.timeout(900)
async def test_a_night_earthquake_from_the_message_to_the_report(people: People, live_server: Server) -> None:
    duty, day, _ = await the_message(people, live_server)
    leader = await activate_and_raise(people, duty, day)
    await two_come_back(people, duty, day)
    await day.finish()
    await duty.screenshot(path="/tmp/day3.png")
    for task in await day.tasks():
        assert task["state"] in ("closed", "cancelled"), task["no"]
    async with snapshot(live_server.city.realm.pool) as conn:
        assert (await verify(conn)).broken == []
    print(len(await day.facts()), leader.url)
