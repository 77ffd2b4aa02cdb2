"""One line at the desk becomes an instruction, orders, and an answer; several departments are asked and one answer comes out."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import PHONE, People, shoot
from tests.city import Server

INCIDENT = {
    "title": "糖厂锅炉爆炸",
    "class_key": "nd.flood.flash",
    "place": "孟定镇",
    "point": {"lon": 99.08, "lat": 23.56},
    "area_code": "530926103",
}
LINE = "李副市长电话：请交通局2小时内抢通314国道，公安配合"


async def english(page: Page) -> None:
    await page.evaluate("localStorage.setItem('fengsui.locale', 'en')")


@pytest.mark.timeout(300)
async def test_one_line_to_the_answer_and_many_opinions_to_one(people: People, live_server: Server) -> None:
    city = live_server.city
    opened = str((await city.carry_out("duty1", "incident.open", INCIDENT)).result["incident_id"])
    page = await people.come("duty1")
    await expect(page.get_by_role("heading", name="糖厂锅炉爆炸")).to_be_visible()

    # The command bar takes the line; Enter twice: understood, then confirmed.
    await page.keyboard.press("/")
    await page.keyboard.type(f"批示 {LINE}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("读到的任务")).to_contain_text("交通运输局")
    await expect(page.get_by_role("textbox", name="领导", exact=True)).to_have_value("李承远")
    await expect(page.get_by_role("combobox", name="方式")).to_have_value("phone")
    await shoot(page, "instruction-capture-zh")
    await page.get_by_label("一句话记下").press("Enter")
    row = page.locator(".detail-side li", has_text="314国道").first
    await expect(row).to_contain_text("已登记")

    # Its orders are suggested, and go out when they are confirmed.
    form = page.get_by_role("form", name="分解任务")
    await expect(form.get_by_label("办结时限（分钟）")).to_have_value("120")
    await expect(form.get_by_role("combobox", name="承办单位")).to_have_value("TRA")
    await shoot(page, "instruction-decompose-zh")
    await page.keyboard.press("Control+Enter")
    await expect(row).to_contain_text(re.compile(r"已分解\s*0/1"))
    await expect(form).to_have_count(0)  # a letter typed into a form is a letter

    # Two are asked about closing the road; one objects at its own desk.
    await page.keyboard.press("e")
    ask = page.get_by_role("form", name="发起会签")
    await ask.get_by_role("combobox", name="事项").select_option("road_closure")
    await ask.get_by_label("要批什么").fill("关闭314国道K20至K25段2小时")
    await expect(ask.get_by_text("超时不视为同意")).to_be_visible()
    await shoot(page, "consultation-ask-zh")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("征求中")).to_be_visible()

    desk = await people.come("tra")
    await expect(desk.get_by_text("待我答复的会签 1")).to_be_visible()
    await desk.get_by_role("radio", name="不同意").check()
    await desk.get_by_role("textbox", name="不同意的理由").fill("无绕行路线，救护车须通行")
    await shoot(desk, "opinion-zh")
    await desk.get_by_role("button", name=re.compile("^答复")).click()
    await expect(desk.get_by_text("其他会签 1")).to_be_visible()
    await desk.close()
    one = await consultation(live_server)
    for login, department in (("psb", "PSB"), ("cty-gengma", "CTY-530926")):
        data = {"consultation_id": one, "department": department, "stance": "agree"}
        await city.carry_out(login, "opinion.give", data)
    lead = await people.come("psb", size=PHONE, locale="en-US")
    await english(lead)
    await lead.reload()
    await expect(lead.get_by_text("Mine to merge 1")).to_be_visible()
    await lead.get_by_role("combobox", name="The one answer").select_option("conditional")
    await lead.get_by_label("What is answered").fill("单向放行")
    await lead.get_by_label("To the objection").fill("救护车凭证通行")
    await shoot(lead, "merge-phone-en")
    await lead.get_by_role("button", name=re.compile("Send the answer")).click()
    await expect(page.get_by_text("统一答复：有条件同意")).to_be_visible()
    await lead.close()

    # The leader sees where it stands, and takes a decision as the next instruction.
    leader = await people.come("leader1", f"/briefing/{opened}", locale="en-US")
    await english(leader)
    await leader.reload()
    section = leader.locator("[data-section=instructions]")
    await expect(section).to_contain_text(re.compile(r"given out\s*0/1"))
    await section.get_by_role("button", name="Take a decision").click()
    await section.get_by_label("One line").fill("请民政局1小时内设置安置点")
    await expect(section.get_by_role("textbox", name="Leader", exact=True)).to_have_value("李承远")
    await section.get_by_label("One line").press("Enter")
    await expect(section).to_contain_text("captured")
    await shoot(leader, "briefing-instructions-en")
    await leader.set_viewport_size(PHONE)
    await section.scroll_into_view_if_needed()
    await shoot(leader, "briefing-instructions-phone-en")
    await leader.close()

    # Answered back without leaving the keyboard's form; the trail shows it.
    await finish(live_server)
    await expect(row).to_contain_text("待反馈")
    await row.get_by_role("button").first.click()
    await page.get_by_role("button", name="反馈", exact=True).click()
    await page.get_by_label("向市政府副市长李承远反馈的内容").fill("314国道已抢通")
    await page.keyboard.press("Control+Enter")
    await expect(row).to_contain_text("已反馈")
    await shoot(page, "instruction-trail-zh")


async def consultation(server: Server) -> str:
    async with server.city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT id FROM command.consultation")).fetchone()
    assert row is not None
    return str(row[0])


async def finish(server: Server) -> None:
    async with server.city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT id FROM command.task WHERE instruction_id IS NOT NULL")).fetchone()
    assert row is not None
    await server.city.carry_out("tra", "task.submit", {"task_id": str(row[0]), "text": "已抢通"})
    await server.city.carry_out("duty1", "task.accept", {"task_id": str(row[0])})
