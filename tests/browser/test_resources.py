"""Help is asked for at the duty desk and answered at the department's; stock, shelters and beds are read where they are kept."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.people import PHONE, People, shoot
from tests.city import Server

TITLE = "孟定河谷山洪"


async def prepare(server: Server) -> tuple[str, str]:
    """An incident with a shelter that nobody has counted, one that is nearly full, and beds reported by one hospital."""
    city = server.city
    opened = await city.carry_out(
        "duty1",
        "incident.open",
        {"title": TITLE, "class_key": "nd.flood.flash", "place": "孟定镇", "area_code": "530926"},
    )
    incident = str(opened.result["incident_id"])
    async with city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute(
                "SELECT id, capacity FROM command.shelter WHERE area_code LIKE '530926%%' ORDER BY capacity DESC LIMIT 2"
            )
        ).fetchall()
        hospital = await (
            await conn.execute("SELECT code FROM command.hospital WHERE code LIKE 'hospital-530926%%'")
        ).fetchone()
    assert hospital is not None
    for shelter, _ in rows:
        await city.carry_out("cty-gengma", "shelter.open", {"shelter_id": str(shelter), "incident_id": incident})
    report = {"shelter_id": str(rows[0][0]), "occupied": int(rows[0][1] * 0.9), "needs": {"elderly": 41, "infant": 12}}
    await city.carry_out("cty-gengma", "shelter.report", report)
    await city.carry_out(
        "heb",
        "beds.report",
        {"hospital": str(hospital[0]), "wards": {"adult_icu": {"available": 2}}, "emergency": "limited"},
    )
    return incident, str(rows[1][0])


@pytest.mark.timeout(300)
async def test_help_is_asked_for_and_answered(people: People, live_server: Server) -> None:
    incident, _ = await prepare(live_server)
    desk = await people.come("duty1", f"/?incident={incident}")
    await expect(desk.get_by_role("heading", name=TITLE)).to_be_visible()
    await desk.keyboard.press("Shift+R")
    await expect(desk.get_by_text("人数未报").first).to_be_visible()
    await desk.keyboard.press("i")
    form = desk.locator("form.panel-form")
    await form.locator("select").nth(0).select_option("tent_12")
    await form.get_by_label(re.compile("数量")).fill("80")
    await form.locator("select").nth(1).select_option("CTY-530926")
    await form.locator("select").nth(2).select_option("EMB-530926")
    await expect(form.get_by_text("全市可用")).to_be_visible()
    await form.get_by_label(re.compile("用途")).fill("孟定中学安置点过夜")
    await shoot(desk, "resources-form-zh")
    await form.get_by_role("button", name="提出请求").click()
    row = desk.locator("button.row", has_text="12平方米单帐篷")
    await expect(row).to_contain_text("待答复")

    # The county's depot answers with what it has, at its own desk.
    county = await people.come("emb-gengma", "/department")
    await county.locator("button.row", has_text="12平方米单帐篷").click()
    await county.get_by_role("button", name="答应支援").click()
    offer = county.locator("form.panel-form")
    await expect(offer.get_by_text("库存不足")).to_be_visible()
    await offer.locator("input[type=number]").fill("60")
    await expect(offer.get_by_text("将动用批次")).to_be_visible()
    await shoot(county, "resources-offer-zh")
    await offer.get_by_role("button", name="答应支援").click()
    await expect(county.locator("button.row", has_text="12平方米单帐篷")).to_contain_text("还缺 20")

    await row.click()
    await desk.get_by_role("button", name="接受").click()
    await desk.locator("form.panel-form").get_by_role("button", name="接受").click()
    await expect(desk.get_by_text("已落实").first).to_be_visible()
    await shoot(desk, "resources-tab-zh")

    wide = desk
    await wide.goto(f"{live_server.url}/resources")
    await expect(wide.get_by_role("button", name=re.compile("12平方米单帐篷"))).to_be_visible()
    await wide.get_by_role("button", name=re.compile("瓶装饮用水")).click()
    await shoot(wide, "resources-stock-zh")
    for key, name in (("2", "shelters"), ("3", "beds"), ("4", "requests")):
        await wide.keyboard.press(key)
        await expect(wide.locator("[role=tab][aria-selected=true]")).to_contain_text(key)
        await expect(wide.locator(".resources main li, .resources main td").first).to_be_visible()
        await shoot(wide, f"resources-{name}-zh")

    phone = county
    await phone.set_viewport_size(PHONE)
    await phone.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await phone.goto(f"{live_server.url}/resources")
    await expect(phone.get_by_role("button", name="Tent, 12 m²")).to_be_visible()
    await shoot(phone, "resources-stock-phone-en")
    await phone.get_by_role("tab", name="Requests").click()
    await phone.get_by_role("button", name=re.compile("Tent, 12")).click()
    await expect(phone.get_by_role("button", name="Send", exact=True)).to_be_visible()
    await shoot(phone, "resources-request-phone-en")
    await phone.get_by_role("tab", name="Shelters").click()
    await expect(phone.get_by_text("nearly full").first).to_be_visible()
    await shoot(phone, "resources-shelters-phone-en")
