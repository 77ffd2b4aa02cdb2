"""A day in the life of the command centre, on real screens: a night earthquake from the first message to the supervision report."""

import re
import time
from collections import Counter

import pytest
from playwright.async_api import Page, expect

from command.organisation.book import unit_id
from command.resources.shelter_store import shelters_of
from spine.clock import parse_iso
from spine.db import snapshot
from spine.verify import verify
from tests.browser.day import Day, begin_day, quake_message
from tests.browser.people import People, shoot
from tests.city import Server
from tests.record_report import board_of, report_from_record

MENGDING = str(unit_id("frb-mengding"))


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
    await expect(leader.get_by_text(re.compile("新下达 \\d+ 项")).first).to_be_visible()
    at_three = len(await day.tasks())

    await duty.keyboard.press("/")
    await duty.keyboard.type("数 死亡 52 县应急局")
    await duty.keyboard.press("Enter")
    await expect(leader.get_by_text("提级为二级响应").first).to_be_visible()
    await leader.locator(".due").get_by_role("button", name=re.compile("决定是否提级")).click()
    await leader.get_by_role("button", name=re.compile("^采纳")).first.click()
    await leader.get_by_role("button", name=re.compile("^提级为二级")).click()
    await leader.get_by_role("button", name="确认调整为二级").click()
    await expect(leader.get_by_text("三级 → 二级（提级）").first).to_be_visible()
    await shoot(leader, "day-raised")
    await open_tab(leader, "指挥")
    await shoot(leader, "day-headquarters")
    await leader.get_by_role("button", name="到任 y").click()
    await expect(leader.get_by_text("正在指挥").first).to_be_visible()
    await expect(leader.get_by_text("目前无人指挥")).to_have_count(0)
    await shoot(leader, "day-in-command")
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
        await expect(desk.locator("article h2")).to_contain_text(title)
        await desk.keyboard.press("r")
        await desk.get_by_label(re.compile("理由|原因")).first.fill(why)
        await desk.keyboard.press("Control+Enter")
        await expect(desk.get_by_text("已退回").first).to_be_visible()
        await open_tab(duty, "任务")
        await duty.locator("li > button.row").filter(has_text=title).first.click()
        await duty.get_by_role("button", name="转办…", exact=True).click()
        form = duty.locator("form.panel-form")
        await form.locator("select").first.select_option(other)
        await form.get_by_label("理由").fill(f"{why}，转办")
        await form.get_by_role("button", name=re.compile("^转办")).click()
        await day.becomes(title, department=other, state="issued")
        await desk.context.close()


async def a_unit_is_lost_and_replaced(duty: Page, day: Day) -> None:
    """The road before a unit is closed: a replacement is proposed, and the officer chooses it in the form of dispatch."""
    search = await day.order("搜救被困人员")
    await day.do("frb", "task.assign", task_id=search["id"], unit_id=MENGDING)
    await day.do("field-mengding", "unit.status", unit_id=MENGDING, status="en_route")
    ring = [[99.07, 23.545], [99.094, 23.545], [99.094, 23.569], [99.07, 23.569], [99.07, 23.545]]
    area = {"type": "Polygon", "coordinates": [ring]}
    await day.do("duty1", "road.close", area=area, bars="all", reason="孟定大桥垮塌")
    await open_tab(duty, "响应")
    await duty.get_by_role("button", name=re.compile("^选替换力量")).click()
    panel = duty.locator(".dispatch")
    await expect(panel.locator(".course").first).to_be_visible()
    await panel.get_by_role("button", name=re.compile("选定")).click()
    await expect(panel.locator(".history")).to_contain_text("1 项任务")
    replaced = (await day.order("搜救被困人员"))["unit_id"]
    assert replaced not in (None, MENGDING)


async def a_shelter_is_full_and_the_next_is_used(duty: Page, day: Day) -> None:
    """An evacuation keeps places; villagers come by themselves, the shelter is full, and the rest go to the next one."""
    async with day.city.realm.pool.connection() as conn:
        small = sorted(await shelters_of(conn, area="530926"), key=lambda one: (one.capacity, str(one.id)))[0]
    await day.do("cty-gengma", "shelter.open", shelter_id=str(small.id), incident_id=day.incident)
    await day.do("cty-gengma", "shelter.report", shelter_id=str(small.id), occupied=0)
    going = {"origin_id": "z1:530926100", "from_zh": "耿马镇", "from_en": "Gengma", "desk": "CTY-530926"}
    flows = [{**going, "shelter_id": str(small.id), "people": 40, "mode": "vehicle"}]
    await day.do("leader1", "evacuation.adopt", incident_id=day.incident, reason="余震不断", flows=flows, plan={})
    await day.do("cty-gengma", "shelter.report", shelter_id=str(small.id), occupied=small.capacity + 25)
    await open_tab(duty, "响应")
    await duty.get_by_role("button", name=re.compile("^改派到下一处")).first.click()
    await shoot(duty, "day-next-shelter")
    await duty.get_by_role("button", name=re.compile("^改派 .* 人并下达任务")).click()
    await expect(duty.get_by_text(re.compile("已改派 .* 人，任务已下达")).first).to_be_visible()


async def an_instruction(duty: Page) -> None:
    """A leader's words on the telephone become an order of the transport bureau."""
    await duty.keyboard.press("/")
    await duty.keyboard.type("批示 李副市长电话：请交通局2小时内抢通314国道")
    await duty.keyboard.press("Enter")
    await expect(duty.get_by_label("读到的任务")).to_contain_text("交通运输局")
    await duty.get_by_label("一句话记下").press("Enter")
    form = duty.get_by_role("form", name="分解任务")
    await expect(form.get_by_role("combobox", name="承办单位")).to_have_value("TRA")
    await duty.keyboard.press("Control+Enter")
    await expect(duty.locator(".detail-side li", has_text="314国道").first).to_contain_text(re.compile(r"已分解\s*0/1"))
    await duty.keyboard.press("Escape")


async def answered_back(duty: Page) -> None:
    """Done: the desk tells the leader, and the instruction is closed."""
    await open_tab(duty, "批示会签")
    row = duty.locator(".detail-side li", has_text="314国道").first
    await expect(row).to_contain_text("待反馈")
    head = row.get_by_role("button").first
    if await head.get_attribute("aria-expanded") != "true":
        await head.click()
    await duty.get_by_role("button", name="反馈", exact=True).click()
    await duty.get_by_label("向市政府副市长李承远反馈的内容").fill("314国道已抢通单向通行")
    await duty.keyboard.press("Control+Enter")
    await expect(row).to_contain_text("已反馈")


async def stand_down(leader: Page) -> None:
    """The end asks what is still open; the plan's condition always needs a word."""
    await open_tab(leader, "响应")
    await leader.get_by_role("button", name="终止响应…").click()
    form = leader.locator("form.panel-form")
    await form.get_by_role("textbox").first.fill("搜救结束，群众已安置")
    await expect(form.locator("ol.items li").first).to_be_visible()
    for box in await form.locator("ol.items li .answer > input").all():
        await box.fill("已核实，满足")
    await shoot(leader, "day-stand-down")
    await form.get_by_role("button", name=re.compile("^终止响应")).click()
    await form.get_by_role("button", name=re.compile("^确认")).click()
    await expect(leader.get_by_text("响应已终止。").first).to_be_visible()


async def the_report(people: People, day: Day) -> None:
    """The supervision office's report says what the record says, and its screen says it too."""
    screen = await people.come("supervisor", f"/supervision/report/{day.incident}")
    await expect(screen.get_by_role("heading", level=1)).to_contain_text("监察报告")
    async with day.server.sign_in("supervisor") as client:
        answer = (await client.get("/api/supervision/report", params={"incident": day.incident})).json()
    record = report_from_record(await day.facts(), parse_iso(answer["at"]))
    assert board_of(answer) == record
    states = Counter(task["state"] for task in await day.tasks())
    assert (record["total"]["closed"], record["total"]["returns"]["n"]) == (states["closed"], 2)
    assert record["instructions"]["answered"]["n"] == 1
    await expect(screen.locator(".supervision-report")).to_contain_text("新闻发布由市政府办统一组织")
    await shoot(screen, "day-report")


@pytest.mark.timeout(900)
async def test_a_night_earthquake_from_the_message_to_the_report(people: People, live_server: Server) -> None:
    duty, day, _ = await the_message(people, live_server)
    leader = await activate_and_raise(people, duty, day)
    await two_come_back(people, duty, day)
    await a_unit_is_lost_and_replaced(duty, day)
    await a_shelter_is_full_and_the_next_is_used(duty, day)
    await an_instruction(duty)
    await day.finish()
    assert {task["state"] for task in await day.tasks()} <= {"closed", "cancelled"}
    await answered_back(duty)
    await stand_down(leader)
    await the_report(people, day)
    async with snapshot(live_server.city.realm.pool) as conn:
        assert (await verify(conn)).broken == []
