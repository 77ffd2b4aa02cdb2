"""The duty room on real screens: a roster made by turns, a swap, the address book, and a watch handed over with both signatures."""

import re
from datetime import date, datetime, timedelta

import pytest
from playwright.async_api import expect

from spine.clock import BEIJING, iso
from tests.browser.people import KEEP_SHOTS, PHONE, People, shoot


@pytest.mark.timeout(600)
async def test_from_the_roster_to_both_signatures(people: People) -> None:
    city = people.server.city
    now = city.realm.clock.now()
    today = (now.astimezone(BEIJING) - timedelta(hours=8, minutes=30)).date()
    quake = {
        "title": "耿马5.1级地震",
        "class_key": "nd.quake.natural",
        "place": "耿马县贺派乡",
        "area_code": "530926203",
    }
    await city.carry_out("duty1", "incident.open", {**quake, "point": {"lon": 99.33, "lat": 23.48}})

    # The seeded fortnight stands; the officer empties one seat and sees who could stand in.
    desk = await people.come("duty2", "/roster")
    await expect(desk.locator("td .shift").first).to_be_visible()
    await shoot(desk, "roster-week-zh")
    seat = desk.locator("tr", has_text="主班").first.locator("td .shift").nth(2)
    await seat.focus()
    await desk.keyboard.press("Enter")
    form = desk.locator("dialog")
    await expect(form).to_be_visible()
    await form.get_by_label("值班人").select_option("")
    await form.get_by_label("改动理由").fill("临时外出")
    await shoot(desk, "roster-shift-zh")
    await form.get_by_role("button", name="保存").click()
    await expect(form).to_have_count(0)
    await expect(desk.locator("td .vacant").first).to_contain_text("空岗")
    await desk.keyboard.press("4")
    await desk.get_by_role("searchbox").fill("cxy")
    await expect(desk.get_by_role("row", name="李承远")).to_have_count(0)  # the initials have been answered
    await expect(desk.get_by_role("row", name="陈晓雨")).to_contain_text("内线 6111")
    await shoot(desk, "roster-book-zh")
    await desk.get_by_role("searchbox").fill("")
    await desk.get_by_label("层级").select_option("city")
    await desk.get_by_label("单位", exact=True).select_option("EMB")
    await expect(desk.get_by_role("row", name="赵国栋")).to_have_count(0)
    await desk.get_by_role("button", name="何正平").press("Enter")
    entry = desk.get_by_role("dialog")
    await entry.get_by_label("姓名").fill(" ")
    await entry.get_by_role("button", name="保存").click()
    await expect(entry.get_by_role("alert")).to_contain_text("▲")
    await entry.get_by_label("姓名").fill("何正平")
    await entry.get_by_label("手机").fill("13800001234")
    await entry.get_by_label("登录账号").fill("duty-en")
    await entry.get_by_role("button", name="保存").click()
    await expect(entry.get_by_text(re.compile("已关联文岚"))).to_be_visible()
    await shoot(desk, "people-edit-zh")
    await entry.get_by_label("登录账号").fill("")
    await entry.get_by_role("button", name="保存").click()
    await expect(entry).to_have_count(0)
    await expect(desk.get_by_role("row", name="何正平")).to_contain_text("13800001234")
    await desk.get_by_role("button", name="何正平").press("Enter")
    await expect(entry.get_by_text(re.compile("修改：手机"))).to_be_visible()
    await desk.keyboard.press("Escape")
    await expect(desk.locator("dialog")).to_have_count(0)  # it shuts a moment before the page knows of it
    await desk.keyboard.press("n")
    await expect(desk.get_by_role("heading", name="登记人员")).to_be_visible()
    await desk.keyboard.press("Escape")

    # Rotation, in the account's English: seen first, then put.
    english = await people.come("duty-en", "/roster")
    await expect(english.locator("td .shift").first).to_be_visible()
    await english.get_by_role("button", name="Make roster").click()
    await english.get_by_label("First day").fill((today + timedelta(days=14)).isoformat())
    await english.get_by_role("button", name="Preview").click()
    await expect(english.get_by_text("new shifts")).to_be_visible()
    await shoot(english, "roster-rotation-en")
    await english.get_by_role("button", name="Put ").click()
    await expect(english.locator("dialog")).to_have_count(0)

    if KEEP_SHOTS:
        await english.goto(f"{people.server.url}/roster?part=people")
        await expect(english.get_by_role("row").nth(5)).to_be_visible()
        await shoot(english, "people-en")
        phone = await people.come("duty1", "/roster?part=people", size=PHONE)
        await expect(phone.get_by_role("row").nth(5)).to_be_visible()
        await shoot(phone, "people-phone-zh")

    # The primary post is handed over: duty2 signs, something changes, duty1 reads it and signs.
    await desk.goto(f"{people.server.url}/handover/primary")
    await expect(desk.get_by_role("heading", name="在办突发事件")).to_be_visible()
    await desk.get_by_role("button", name="其余正常").click()
    await desk.get_by_placeholder("需要接班人特别注意的事").fill("关注余震和南汀河水位")
    await shoot(desk, "handover-out-zh")
    await desk.get_by_role("button", name="签字交班").click()
    await expect(desk.get_by_text("您已签字")).to_be_visible()
    await city.carry_out("duty1", "incident.open", {**quake, "title": "永德山洪", "class_key": "nd.flood.flash"})
    incoming = await people.come("duty1", "/log")
    await incoming.get_by_role("button", name="值班长").first.click()
    await expect(incoming.get_by_text("已签字，等待接班").first).to_be_visible()
    await shoot(incoming, "handover-dutysheet-zh")
    await incoming.locator("dialog tr", has_text="主班").first.get_by_role("link", name="交接班").click()
    await expect(incoming.get_by_text("接班前必须核对")).to_be_visible()
    await incoming.get_by_label("我已逐项核对").check()
    await shoot(incoming, "handover-in-zh")
    await incoming.get_by_role("button", name="签字接班").click()
    await expect(desk.get_by_text(re.compile("现在由 陈晓雨 在岗"))).to_be_visible()
    await incoming.close()  # his desk's map costs the rest of the test its speed

    # On a phone: my shifts, and a swap that the other one agrees to and the watch commander approves.
    shift = {
        "post": "primary",
        "starts_at": iso(_at(today, 40)),
        "ends_at": iso(_at(today, 41)),
        "person_id": "duan-ruilin",
    }
    await city.carry_out("duty1", "roster.add", shift)
    phone = await people.come("duty2", "/roster", size=PHONE)
    await expect(phone.get_by_text("今后 60 天我的班")).to_be_visible()
    day = _at(today, 40).strftime("%m-%d")
    mine = phone.locator("section").filter(has_text="今后 60 天我的班")
    await mine.get_by_role("listitem").filter(has_text=day).get_by_role("button", name=re.compile("⇄")).click()
    asked = phone.get_by_role("dialog")
    await asked.get_by_label("和谁换").select_option("文岚")
    await asked.get_by_label("理由").last.fill("家人住院")
    await shoot(phone, "roster-swap-ask-phone-zh")
    await asked.get_by_role("button", name="提出换班").click()
    swap = phone.get_by_role("listitem").filter(has_text="文岚")
    await expect(swap).to_contain_text("等对方同意")
    await english.goto(f"{people.server.url}/roster?part=mine")
    await english.get_by_role("button", name="Agree").click()
    await expect(swap).to_contain_text("等值班长批准")
    commander = await people.come("duty1", "/roster?part=requests")
    await expect(commander.get_by_role("button", name="不批准")).to_be_visible()
    await shoot(commander, "roster-swap-decide-zh")
    await commander.get_by_role("button", name="不批准").click()
    await expect(commander.get_by_role("alert")).to_contain_text("▲")  # a no needs its reason
    await commander.get_by_role("button", name="批准", exact=True).click()
    await expect(swap).to_contain_text("已批准")
    await expect(mine.get_by_text(day)).to_have_count(0)
    await expect(english.locator("section").filter(has_text="My shifts")).to_contain_text(day)
    await shoot(phone, "roster-phone-zh")
    await phone.goto(f"{people.server.url}/handover/watch_commander")
    await expect(phone.get_by_role("heading", name="交接班")).to_be_visible()
    await shoot(phone, "handover-phone-zh")


def _at(day: date, days: int) -> datetime:
    return datetime.combine(day, datetime.min.time(), BEIJING) + timedelta(days=days, hours=8.5)
