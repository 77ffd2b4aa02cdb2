"""The main job, played on real screens: from two real messages and a phone call to a leader's briefing and an exercise."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from command.organisation.book import unit_id
from spine.db import snapshot
from spine.verify import verify
from tests.browser.people import PHONE, People, shoot
from tests.city import Server
from tests.notify.mail_server import MailServer

FIXTURES = Path(__file__).parents[1] / "incidents" / "fixtures"
QUAKE = "沧源6.3级地震"


async def push(server: Server, name: str) -> httpx.Response:
    async with server.sign_in("duty1") as client:
        return await client.post("/api/feeds/auto", content=(FIXTURES / name).read_bytes())


async def select_incident(page: Page, title: str = QUAKE) -> None:
    await page.get_by_role("tab", name="事件").click()
    await page.get_by_role("button", name=title).first.click()
    await expect(page.get_by_role("heading", name=title)).to_be_visible()


@pytest.fixture
def assess_workers() -> int:
    return 1


@pytest.mark.timeout(600)
async def test_from_a_warning_to_a_briefing(people: People, live_server: Server, mails: MailServer) -> None:
    first, second = await people.come("duty1"), await people.come("duty2")

    # In: two real messages become alerts on both desks; the same file again changes nothing; garbage is refused and named.
    for page in (first, second):
        await page.get_by_role("tab", name="警情").click()
    assert (await push(live_server, "quakes.json")).json()["new"] == 3
    assert (await push(live_server, "rainstorm_red.xml")).json()["new"] == 1
    for page in (first, second):
        await expect(page.get_by_role("button", name="Cangyuan").first).to_be_visible()
        await expect(page.get_by_role("button", name="暴雨红色预警").first).to_be_visible()
    again = (await push(live_server, "quakes.json")).json()
    assert (again["new"], again["updated"]) == (0, 0)
    async with live_server.sign_in("duty1") as client:
        garbage = await client.post("/api/feeds/auto", content=b"<alert><identifier>")
        assert garbage.status_code == 422
        assert garbage.json()["field"]

    # A phone report, by keyboard.
    await first.keyboard.press("/")
    await first.keyboard.type("报 孟定 糖厂 锅炉 爆炸 伤2")
    await expect(first.get_by_text("锅炉爆炸事故").first).to_be_visible()
    await shoot(first, "intake")
    await first.keyboard.press("Enter")
    await expect(second.get_by_role("button", name=re.compile("孟定 糖厂 锅炉 爆炸 伤2")).first).to_be_visible()

    # Incident: opened from the alert, graded with the clause and the figure that gave it.
    await first.get_by_role("button", name="Cangyuan").first.click()
    await first.get_by_role("button", name="开事件").click()
    await first.get_by_role("textbox", name="事件名称").fill(QUAKE)
    await first.get_by_role("combobox", name="地点").fill("沧源县班洪乡")
    await first.get_by_role("button", name=re.compile("^开事件")).click()
    await expect(first.get_by_role("heading", name=QUAKE)).to_be_visible()
    await expect(first.get_by_text("震级6.3级，达到6级以上").first).to_be_visible()
    await select_incident(second)

    # Response: the plan proposes, the leader decides the grade and activates.
    leader = await people.come("leader1")
    await select_incident(leader)
    await leader.get_by_role("button", name="核定").first.click()
    await leader.get_by_role("button", name=re.compile("^核定.*Enter")).click()
    await expect(second.get_by_text("已核定").first).to_be_visible()
    await leader.get_by_role("button", name="启动…", exact=True).click()
    await leader.get_by_role("button", name=re.compile("^启动二级响应")).click()
    await expect(leader.get_by_text(re.compile("项任务，并立即通知其值班人员"))).to_be_visible()
    await shoot(leader, "activate")
    await leader.get_by_role("button", name="确认启动二级响应").click()
    for page in (first, second):
        await expect(page.get_by_text("已启动").first).to_be_visible()
    await second.close()

    # Tasks: the order is on the department's desk; each step is on every desk.
    desk = await people.come("frb", "/department")
    await desk.get_by_text("搜救被困人员").first.click()
    await desk.keyboard.press("s")
    await first.get_by_role("tab", name=re.compile("^任务")).click()
    order = first.get_by_role("tabpanel").get_by_role("button", name=re.compile("搜救被困人员"))
    await expect(order.first).to_contain_text("已签收")
    await desk.keyboard.press("u")
    await desk.get_by_role("combobox", name="力量").select_option(value=str(unit_id("frb-mengding")))
    await desk.get_by_role("button", name=re.compile("^指派力量")).click()
    await expect(desk.get_by_text(re.compile("孟定消防01 · 已派出"))).to_be_visible()
    await shoot(desk, "department")

    # Told: the mail server took the order, and the desk says just that.
    await expect(desk.get_by_text("邮件").first).to_be_visible()
    assert any(mail["To"].endswith("<frb@lincang.test>") and "搜救被困人员" in mail["Subject"] for mail in mails.mails)

    await field_without_signal(people, first)
    await briefing(people, leader)
    async with snapshot(live_server.city.realm.pool) as conn:
        assert (await verify(conn)).broken == []


async def field_without_signal(people: People, desk: Page) -> None:
    """Field: made without signal it is queued, shown as pending, survives a reload, and arrives once."""
    phone = await people.come("field-mengding", "/field", size=PHONE)
    await expect(phone.get_by_role("heading", name="搜救被困人员")).to_be_visible()
    # As on a phone that has been opened before: the app is stored, and the stored app is in charge.
    await phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await phone.reload()
    await phone.wait_for_function("navigator.serviceWorker.controller !== null")
    await expect(phone.get_by_role("heading", name="搜救被困人员")).to_be_visible()
    await phone.context.set_offline(True)
    await phone.get_by_role("button", name="到 场").click()
    await expect(phone.get_by_text(re.compile("条待发送")).first).to_be_visible()
    await shoot(phone, "field_offline")
    await phone.reload()
    await expect(phone.get_by_text(re.compile("条待发送")).first).to_be_visible()
    await phone.context.set_offline(False)
    await expect(phone.get_by_text("指挥中心已收").first).to_be_visible(timeout=30_000)
    await desk.get_by_role("tab", name=re.compile("^力量")).click()
    await expect(desk.get_by_text(re.compile("已到场|到场")).first).to_be_visible()
    await shoot(phone, "field")


async def briefing(people: People, leader: Page) -> None:
    """Leader: one page from the record; a second browser follows the presenter's map."""
    await leader.get_by_role("link", name="会商").click()
    await leader.wait_for_url(re.compile("/briefing/"))
    await expect(leader.get_by_role("heading", name=QUAKE)).to_be_visible()
    other = await people.come("leader2", leader.url.removeprefix(people.server.url))
    await expect(other.get_by_role("heading", name=QUAKE)).to_be_visible()
    await leader.get_by_role("button", name=re.compile("主持")).click()
    await expect(other.get_by_text(re.compile("跟随")).first).to_be_visible()
    await shoot(leader, "briefing_presenter")
    await shoot(other, "briefing_follower")
