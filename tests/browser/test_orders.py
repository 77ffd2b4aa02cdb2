"""Orders on real screens: asked for at the department's desk, decided at the duty desk by keyboard, parts seen as a tree."""

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from command.organisation.book import unit_id
from tests.browser.people import PHONE, People, shoot
from tests.city import City, Server

MENGDING = unit_id("frb-mengding")


async def an_incident_with_orders(city: City) -> dict[str, str]:
    """A joint order with two shares, one that waits for it, one in hand, one overdue."""
    opened = {
        "title": "耿马6.3级地震",
        "class_key": "nd.quake.natural",
        "place": "耿马县贺派乡",
        "area_code": "530926203",
    }
    incident = str((await city.carry_out("duty1", "incident.open", opened)).result["incident_id"])

    async def issue(title: str, department: str, **more: Any) -> str:
        data = {
            "incident_id": incident,
            "title": title,
            "text": title,
            "department": department,
            "due_minutes": 90,
            **more,
        }
        return str((await city.carry_out("duty1", "task.issue", data)).result["task_id"])

    joint = await issue("安置受灾群众", "EMB", joint=True, support=["CIV", "HEB"], evidence=["text", "photo"])
    await issue("恢复供水", "WAT", after=[joint])
    later = (city.realm.clock.now() + timedelta(hours=2)).isoformat()
    await issue("夜间巡查", "PSB", start_at=later)
    work = await issue("搜救被压埋人员", "FRB", priority="life", evidence=["text", "photo"], unit_id=str(MENGDING))
    await city.carry_out("frb", "task.sign", {"task_id": work})
    return {"incident": incident, "joint": joint, "work": work}


@pytest.mark.timeout(600)
async def test_what_a_department_asks_for_is_decided_at_the_desk(people: People, live_server: Server) -> None:
    made = await an_incident_with_orders(live_server.city)
    brigade = await people.come("frb", "/department")
    await expect(brigade.get_by_role("heading", name="搜救被压埋人员")).to_be_visible()
    await expect(brigade.get_by_text("还缺：照片")).to_be_visible()
    await brigade.keyboard.press("z")
    await brigade.get_by_label("理由（写明原因和已采取的措施）").fill("余震不断，队伍撤至安全地带")
    await brigade.keyboard.press("Enter")
    await expect(brigade.get_by_text("待批复").first).to_be_visible()

    desk = await people.come("duty1", f"/?incident={made['incident']}")
    await expect(desk.get_by_role("heading", name="耿马6.3级地震")).to_be_visible()
    await desk.get_by_role("tab", name=re.compile("^任务")).click()
    row = desk.locator("li > button.row").filter(has_text="搜救被压埋人员")
    await row.click()
    await expect(desk.get_by_text(re.compile("申请暂停计时 30 分钟"))).to_be_visible()
    await shoot(desk, "orders-desk")
    await desk.keyboard.press("Enter")  # the decision has the focus: granted
    await expect(brigade.get_by_text(re.compile("外部条件：余震不断")).first).to_be_visible()
    await shoot(brigade, "orders-department")

    await desk.get_by_role("button", name=re.compile("列入督办")).click()
    await desk.get_by_label("理由").fill("救命任务")
    await desk.keyboard.press("Enter")
    await expect(brigade.get_by_text(re.compile("列入督办：救命任务"))).to_be_visible()
    await desk.get_by_role("group", name="按状态筛选").get_by_role("button", name=re.compile("待启动")).click()
    await expect(desk.get_by_text(re.compile("等待 R01"))).to_be_visible()

    lead = await people.come("emb", "/department", size=PHONE)
    await lead.get_by_role("button", name=re.compile("安置受灾群众")).first.click()
    await expect(lead.get_by_text("子任务 0/2 已结束").first).to_be_visible()
    await lead.get_by_role("button", name=re.compile("催办")).first.click()
    await expect(lead.get_by_text("催办 1 次").first).to_be_visible()
    await shoot(lead, "orders-lead-phone")


COUNT_TAPS = "window.taps = 0; addEventListener('pointerdown', () => { window.taps += 1 }, true)"
PIXELS = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
)
"""A picture of one point."""


async def test_a_crew_answers_in_two_taps_and_is_told_what_evidence_is_missing(
    people: People, live_server: Server
) -> None:
    made = await an_incident_with_orders(live_server.city)
    data = {"incident_id": made["incident"], "title": "转运重伤员", "text": "转运重伤员", "due_minutes": 300}
    given = {**data, "department": "HEB", "unit_id": str(unit_id("heb-gengma-1"))}
    await live_server.city.carry_out("duty1", "task.issue", given)
    ambulance = await people.come("field-gengma-ambulance", "/field", size=PHONE)
    await expect(ambulance.get_by_role("heading", name="转运重伤员")).to_be_visible()
    await ambulance.evaluate(COUNT_TAPS)
    await ambulance.get_by_role("button", name="签收", exact=True).click()
    await expect(ambulance.locator(".card .tag").filter(has_text="已签收")).to_be_visible()
    await expect(ambulance.get_by_text("指挥中心已收").first).to_be_visible()
    assert 0 < await ambulance.evaluate("window.taps") <= 2

    phone = await people.come("field-mengding", "/field", size=PHONE)
    await expect(phone.get_by_role("heading", name="搜救被压埋人员")).to_be_visible()

    # No signal: what the order asks for is said at once, and the camera is one tap away.
    await phone.context.set_offline(True)
    await phone.get_by_role("button", name="进展").click()
    sheet = phone.get_by_role("dialog", name="任务进展")
    await sheet.get_by_role("button", name=re.compile("办结上报")).click()
    await expect(sheet.get_by_text("请写一句情况")).to_be_visible()
    await sheet.get_by_label("看到什么、做了什么、还缺什么").fill("三人救出，无人失联")
    await sheet.get_by_role("button", name=re.compile("办结上报")).click()
    await expect(sheet.get_by_role("alert")).to_contain_text("办结须提交照片，还没有附上")
    await shoot(phone, "field-missing-evidence")
    async with phone.expect_file_chooser() as chooser:
        await sheet.get_by_role("alert").get_by_role("button", name=re.compile("附照片")).click()
    await (await chooser.value).set_files({"name": "a.png", "mimeType": "image/png", "buffer": PIXELS})
    await expect(sheet.get_by_text("✓ 照片")).to_be_visible()
    await expect(sheet.get_by_role("alert")).to_have_count(0)
    await sheet.get_by_role("button", name=re.compile("办结上报")).click()
    await expect(phone.get_by_text(re.compile("条待发送")).first).to_be_visible()
    await phone.context.set_offline(False)
    await expect(phone.locator(".card .tag").filter(has_text="待审核")).to_be_visible()
    await expect(phone.get_by_text("指挥中心已收").first).to_be_visible(timeout=30_000)
    await expect(phone.get_by_text("未被接受")).to_have_count(0)
