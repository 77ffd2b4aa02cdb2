"""Who commands: the chart at the desk, a leader takes his seat on a phone, command is handed over, a department sees its groups."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.people import PHONE, People, shoot
from tests.city import Server

INCIDENT = {
    "title": "耿马5.2级地震",
    "class_key": "nd.quake.natural",
    "place": "耿马县贺派乡",
    "point": {"lon": 99.33, "lat": 23.48},
    "area_code": "530926203",
    "figures": {"magnitude": 5.2},
}


@pytest.mark.timeout(300)
async def test_from_the_activation_to_the_transfer(people: People, live_server: Server) -> None:
    city = live_server.city
    for who, post in (("leader1", "commander"), ("leader2", "deputy_commander")):
        await city.carry_out(who, "duty.take", {"post": post})
    incident = str((await city.carry_out("duty1", "incident.open", INCIDENT)).result["incident_id"])
    await city.settle()
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT id FROM command.response WHERE plan_id = 'earthquake'")).fetchone()
    assert row is not None
    decided = {"response_id": str(row[0]), "level": "III", "tasks": ["EQ-01"], "reason": "达到启动条件"}
    await city.carry_out("leader2", "response.activate", decided)

    # The desk: C opens the chart; it says who commands now, and who is still awaited.
    page = await people.come("duty1")
    await expect(page.get_by_role("heading", name="耿马5.2级地震")).to_be_visible()
    await page.keyboard.press("C")
    chart = page.get_by_label("指挥体系")
    await expect(chart.get_by_role("status")).to_contain_text("副指挥长 杨雪梅")
    await expect(chart.get_by_role("button", name=re.compile("第1顺位.*李承远"))).to_be_visible()
    await expect(page.get_by_text("到任：副指挥长").first).to_be_visible()

    # A forward headquarters, by keyboard.
    await page.keyboard.press("e")
    form = page.get_by_role("form", name="指定席位")
    await form.get_by_role("combobox", name="席位").select_option("forward")
    await form.get_by_role("combobox", name="人员").fill("tianyongsheng")
    await expect(form.get_by_role("option", name=re.compile("田永胜"))).to_be_visible()
    await form.get_by_role("combobox", name="人员").press("Enter")
    await form.get_by_label("设在哪里").fill("孟定镇")
    await shoot(page, "headquarters-name-zh")
    await form.get_by_role("button", name="指定并请其到任").click()
    forward = chart.get_by_role("button", name=re.compile("前方指挥部 · 孟定镇"))
    await expect(forward).to_contain_text("田永胜")

    # He says so by telephone; the desk writes down how.
    await forward.click()
    await page.get_by_role("button", name="登记其到任").click()
    await expect(page.get_by_label("他是怎样答复的")).to_have_value(re.compile("电话"))
    await page.get_by_role("form", name="到任").get_by_role("button", name="到任").click()
    await expect(forward).to_contain_text("口头，代登记")
    await forward.click()
    await shoot(page, "headquarters-chart-zh")

    # The one who is named answers on his phone: one press on the briefing.
    leader = await people.come("leader1", f"/briefing/{incident}", size=PHONE, locale="en-US")
    await leader.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await leader.reload(wait_until="domcontentloaded")
    await expect(leader.get_by_text("You are asked to take the seat")).to_be_visible()
    await shoot(leader, "headquarters-ask-phone-en")
    await leader.get_by_role("button", name="Take the seat").click()
    await expect(leader.get_by_text("You are asked to take the seat")).to_be_hidden()

    # Command is handed over in words, and goes when it is taken.
    deputy = await people.come("leader2", f"/?incident={incident}", locale="en-US")
    await deputy.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await deputy.reload(wait_until="domcontentloaded")
    await expect(deputy.get_by_role("heading", name="耿马5.2级地震")).to_be_visible()
    await deputy.keyboard.press("C")
    await expect(deputy.get_by_label("Command tree").get_by_role("status")).to_contain_text("In command")
    await deputy.keyboard.press("m")
    hand = deputy.get_by_role("form", name="Transfer command")
    await hand.get_by_role("combobox", name="To", exact=True).fill("lichengyuan")
    await expect(hand.get_by_role("option", name=re.compile("李承远.*Vice mayor"))).to_be_visible()
    await hand.get_by_role("option", name=re.compile("李承远.*Vice mayor")).click()
    await hand.get_by_label("Hand-over").fill("搜救 3 处展开，两处道路中断")
    await hand.get_by_label("Reason").fill("事态扩大")
    await shoot(deputy, "headquarters-transfer-en")
    await hand.get_by_role("button", name="Transfer command").click()
    await expect(leader.get_by_text("hands command over to you")).to_be_visible()
    await leader.get_by_role("button", name="Take command").click()
    await expect(deputy.get_by_label("Command tree").get_by_role("status")).to_contain_text("李承远")
    await deputy.get_by_text(re.compile("^Course of command")).click()
    await shoot(deputy, "headquarters-chart-en")
    await leader.goto(f"{leader.url.split('/briefing')[0]}/?incident={incident}", wait_until="domcontentloaded")
    await leader.get_by_role("button", name=re.compile("耿马5.2级地震")).first.click()
    await leader.get_by_role("tab", name=re.compile("^Command")).click()
    await shoot(leader, "headquarters-chart-phone-en")
    await expect(page.get_by_label("指挥体系").get_by_role("status")).to_contain_text("李承远")

    desk = await people.come("frb")
    await expect(desk.get_by_text("本单位所在工作组")).to_be_visible()
    await expect(desk.get_by_text("抢险救援组")).to_be_visible()
    await shoot(desk, "headquarters-department-zh")
