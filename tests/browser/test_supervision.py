"""The supervision office on real screens: late orders climb the board by themselves, a figure opens its list, the department sees its own."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.people import PHONE, People, shoot


@pytest.mark.timeout(300)
async def test_the_board_lives_and_every_figure_opens_its_list(people: People) -> None:
    city = people.server.city
    quake = {
        "title": "耿马5.1级地震",
        "class_key": "nd.quake.natural",
        "place": "耿马县贺派乡",
        "area_code": "530926203",
        "point": {"lon": 99.33, "lat": 23.48},
    }
    incident = str((await city.carry_out("duty1", "incident.open", quake)).result["incident_id"])

    async def issue(department: str, title: str, minutes: int) -> str:
        data = {
            "incident_id": incident,
            "title": title,
            "text": "立即办理",
            "department": department,
            "due_minutes": minutes,
        }
        return str((await city.carry_out("duty1", "task.issue", data)).result["task_id"])

    rescue, road = await issue("FRB", "搜救被压埋人员", 60), await issue("TRA", "抢通G214", 120)
    await issue("HEB", "开设救护点", 90)
    wrong = await issue("CIV", "恢复供电", 60)
    await city.carry_out("civ", "task.return", {"task_id": wrong, "reason": "供电不属民政职责，应由供电局承办"})

    board = await people.come("supervisor")
    await expect(board).to_have_url(re.compile("/supervision"))
    await expect(board.locator('[data-line="CIV"]')).to_contain_text("1")
    tile = board.locator(".tile", has_text="签收及时率")
    await expect(tile).to_contain_text("无可计")

    # What is done is seen without asking again.
    await city.carry_out("frb", "task.sign", {"task_id": rescue})
    await expect(tile).to_contain_text("100 %")
    await city.carry_out("tra", "task.sign", {"task_id": road})
    await city.carry_out(
        "tra", "task.ask_pause", {"task_id": road, "cause": "safety", "text": "余震塌方，人员撤出", "minutes": 60}
    )
    await city.carry_out("leader1", "task.decide_pause", {"task_id": road, "granted": True})
    await city.carry_out("frb", "task.submit", {"task_id": rescue, "text": "救出2人"})
    await expect(board.locator('[data-line="TRA"]')).to_contain_text("暂停")

    # Time goes by: cards are given, and what is overdue comes first.
    async with city.realm.pool.connection() as conn:
        await conn.execute(
            "UPDATE command.task SET due_from = due_from - %(by)s, sign_due = sign_due - %(by)s, issued_at = issued_at - %(by)s, due = due - %(by)s WHERE department = 'HEB'",
            {"by": timedelta(minutes=70)},
        )
        await conn.execute(
            "UPDATE spine.deadline SET started_at = started_at - %(by)s, due_at = due_at - %(by)s WHERE department = 'HEB' OR kind = 'task_watch'",
            {"by": timedelta(minutes=70)},
        )
    await expect(board.locator("table.board tbody tr").first).to_have_attribute("data-line", "HEB")
    await expect(board.locator('[data-line="HEB"] .cards')).to_contain_text("严重 1")
    await shoot(board, "supervision-desk-zh")
    await board.keyboard.press("j")
    await board.keyboard.press("c")
    await expect(board.locator(".cases li").first).to_contain_text("开设救护点")
    await shoot(board, "supervision-cases-zh")
    await board.keyboard.press("Escape")
    await expect(board.locator(".detail-line")).to_contain_text("签收严重超时")
    await shoot(board, "supervision-line-zh")
    await board.goto(f"{people.server.url}/supervision/report/{incident}")
    await expect(board.get_by_role("heading", level=1)).to_contain_text("监察报告")
    await expect(board.locator(".supervision-report")).to_contain_text("供电不属民政职责")
    await shoot(board, "supervision-report-zh")

    english = await people.come("duty-en", "/supervision")
    await expect(english.locator('[data-line="HEB"]')).to_contain_text("severely overdue")
    await shoot(english, "supervision-desk-en")
    phone = await people.come("leader1", "/supervision", size=PHONE)
    await expect(phone.locator('[data-line="HEB"]')).to_be_visible()
    await shoot(phone, "supervision-phone-zh")
    await phone.locator('[data-line="HEB"] .red').last.click()
    await expect(phone.locator(".cases li").first).to_contain_text("开设救护点")
    await shoot(phone, "supervision-phone-cases-zh")

    own = await people.come("heb", "/department")
    await expect(own.locator(".own-cards")).to_contain_text("严重超时 1")
    await shoot(own, "supervision-department-zh")
    await own.get_by_role("link", name="明细").click()
    await expect(own.locator("table.board tbody tr")).to_have_count(1)
