"""A unit cut off by a closed road and a full shelter on real screens: the proposals lead to their forms, by keyboard."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import expect

from command.organisation.book import unit_id
from command.resources.shelter_store import shelters_of
from tests.browser.people import PHONE, People, shoot
from tests.city import City, Server

MENGDING = str(unit_id("frb-mengding"))
HEPAI = (99.33, 23.48)


async def situation(city: City) -> dict[str, str]:
    """A unit on its way, whose road is then closed; and the smallest shelter of the county, full, with people still coming."""

    async def do(who: str, kind: str, **data: Any) -> dict[str, Any]:
        return dict((await city.carry_out(who, kind, data)).result)

    lon, lat = HEPAI
    incident = str(
        (
            await do(
                "duty1", "incident.open", title="耿马6.3级地震", class_key="nd.quake.natural", place="耿马县贺派乡",
                point={"lon": lon, "lat": lat}, area_code="530926203",
            )
        )["incident_id"]
    )  # fmt: skip
    await do(
        "duty1", "task.issue", incident_id=incident, title="搜救被压埋人员", text="立即出动。", department="FRB",
        due_minutes=60, unit_id=MENGDING,
    )  # fmt: skip
    async with city.realm.pool.connection() as conn:
        small = min(await shelters_of(conn, area="530926"), key=lambda one: (one.capacity, str(one.id)))
    shelter = str(small.id)
    await do("cty-gengma", "shelter.open", shelter_id=shelter, incident_id=incident)
    await do("cty-gengma", "shelter.report", shelter_id=shelter, occupied=0)
    flow = {
        "origin_id": "z1", "from_zh": "贺派乡", "from_en": "Hepai", "desk": "CTY-530926", "shelter_id": shelter,
        "people": 120, "mode": "vehicle",
    }  # fmt: skip
    await do("leader1", "evacuation.adopt", incident_id=incident, reason="房屋倒塌", flows=[flow], plan={})
    await do("cty-gengma", "shelter.report", shelter_id=shelter, occupied=60)
    await do("cty-gengma", "shelter.suspend", shelter_id=shelter, reason="余震致墙体开裂")
    d = 0.012
    ring = [[lon - d, lat - d], [lon + d, lat - d], [lon + d, lat + d], [lon - d, lat + d], [lon - d, lat - d]]
    await do(
        "duty1", "road.close", area={"type": "Polygon", "coordinates": [ring]}, bars="all", reason="县道滑坡阻断",
    )  # fmt: skip
    return {"incident": incident, "shelter": small.zh}


@pytest.mark.timeout(300)
async def test_the_proposals_of_the_spot_lead_to_their_forms(people: People, live_server: Server) -> None:
    made = await situation(live_server.city)
    page, phone = await asyncio.gather(
        people.come("duty1", f"/?incident={made['incident']}"), people.come("field-mengding", "/field", size=PHONE)
    )
    await page.get_by_role("tab", name=re.compile("^响应")).click()
    cards = page.locator(".proposal.open")
    await expect(cards).to_have_count(2)
    stuck = cards.filter(has_text="替换")
    await expect(stuck).to_contain_text("县道滑坡阻断")
    full = cards.filter(has_text=made["shelter"])
    await expect(full).to_contain_text("没有位置")
    await shoot(page, "spot-proposals-zh")

    await expect(phone.get_by_role("alert").filter(has_text="前方道路不通")).to_be_visible()
    await shoot(phone, "spot-unit-zh")
    await phone.get_by_role("button", name="已看到").click()
    await expect(phone.get_by_role("alert")).to_have_count(0)
    await phone.get_by_role("button", name=re.compile("^需增援")).click()
    await expect(phone.get_by_role("button", name=re.compile("道路不通"))).to_be_visible()
    await shoot(phone, "spot-unit-help-zh")

    # By keyboard: the selected card's key leads to the form; choosing there is the acceptance.
    while "selected" not in str(await stuck.get_attribute("class")):
        await page.keyboard.press("o")
    await page.keyboard.press("y")
    panel = page.locator(".dispatch")
    await expect(panel.locator(".course").first).to_be_visible()
    await shoot(page, "spot-replace-zh")
    await panel.get_by_role("button", name=re.compile("选定")).click()
    await expect(panel.locator(".history")).to_contain_text("1 项任务")

    await page.get_by_role("tab", name=re.compile("^响应")).click()
    await expect(cards).to_have_count(1)
    await page.keyboard.press("y")
    form = full.locator("form")
    await expect(form.get_by_role("spinbutton").first).to_be_focused()
    await shoot(page, "spot-redirect-zh")
    await page.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await page.reload()
    await page.get_by_role("tab", name=re.compile("^Response")).click()
    await expect(cards).to_have_count(1)
    await page.keyboard.press("y")
    await expect(cards.locator("form")).to_be_visible()
    await shoot(page, "spot-redirect-en")
    await cards.get_by_role("button", name=re.compile("^Send .* give the orders")).click()
    await expect(cards).to_have_count(0)
    # The strip groups what is due at the same minute; the list of orders names each.
    await page.get_by_role("tab", name=re.compile("^Tasks")).click()
    await expect(page.locator("li > button.row").filter(has_text="Redirect 60 of Hepai").first).to_be_visible()
