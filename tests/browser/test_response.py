"""A response on real screens: looked at and activated in three actions, a proposal by keyboard, another level, the end."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from spine.clock import iso
from tests.browser.people import PHONE, People, shoot
from tests.city import Server
from tests.command.watched_plans import watched_plans

__all__ = ["watched_plans"]
TITLE = "耿马5.2级地震"


async def quake(server: Server) -> str:
    data: dict[str, Any] = {
        "title": TITLE,
        "class_key": "nd.quake.natural",
        "place": "耿马县贺派乡",
        "point": {"lon": 99.33, "lat": 23.48},
        "area_code": "530926203",
        "figures": {"magnitude": 5.2},
    }
    return str((await server.city.carry_out("duty1", "incident.open", data)).result["incident_id"])


async def figure(server: Server, incident: str, metric: str, value: float) -> None:
    at = iso(server.city.realm.clock.now())
    data = {"incident_id": incident, "metric": metric, "value": value, "source": "县应急局", "observed_at": at}
    await server.city.carry_out("duty1", "incident.figure", data)


async def opened(page: Page) -> None:
    await expect(page.get_by_role("heading", name=TITLE)).to_be_visible()


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("watched_plans")
async def test_a_response_from_activation_to_its_end(people: People, live_server: Server) -> None:
    incident = await quake(live_server)
    leader, duty = await people.come("leader1"), await people.come("duty1")
    for page in (leader, duty):
        await opened(page)
    await duty.get_by_role("tab", name=re.compile("^响应")).click()
    await expect(duty.get_by_text(re.compile("请副指挥长")).first).to_be_visible()
    await expect(duty.get_by_text("您不在上述岗位").first).to_be_visible()
    await shoot(duty, "response-asked-zh")

    # Three actions: to the proposal, activate, confirm.
    await leader.get_by_role("button", name="启动…", exact=True).click()
    await leader.get_by_role("button", name=re.compile("^启动三级响应")).click()
    await expect(leader.get_by_role("button", name="确认启动三级响应")).to_be_enabled()
    await shoot(leader, "response-activate-zh")
    await leader.get_by_role("button", name="确认启动三级响应").click()
    await expect(leader.get_by_text("启动三级响应").first).to_be_visible()

    # A figure crosses the plan's rule: the strip leads to the proposal, Y opens it with what would change.
    await figure(live_server, incident, "trapped", 25)
    await expect(leader.get_by_text("被困 25 人：示例条件。").first).to_be_visible()
    await shoot(leader, "response-proposal-zh")
    await leader.locator(".due").get_by_role("button", name=re.compile("决定是否提级")).click()
    await leader.keyboard.press("y")
    await expect(leader.get_by_text(re.compile("新下达 2 项")).first).to_be_visible()
    await leader.get_by_role("button", name=re.compile("^提级为二级")).click()
    await expect(leader.get_by_role("button", name="确认调整为二级")).to_be_enabled()
    await shoot(leader, "response-difference-zh")
    await leader.get_by_role("button", name="确认调整为二级").click()
    await expect(leader.get_by_text("三级 → 二级（提级）").first).to_be_visible()
    await shoot(leader, "response-raised-zh")

    # The end asks what becomes of what is open.
    await leader.get_by_role("button", name="终止响应…").click()
    await expect(leader.get_by_text("搜救结束且余震平稳").first).to_be_visible()
    await shoot(leader, "response-stand-down-zh")

    # In English: at the desk, on the leaders' page, on a telephone.
    await leader.keyboard.press("Escape")
    await leader.get_by_role("button", name="EN", exact=True).click()
    await expect(leader.get_by_text(re.compile("Raised from")).first).to_be_visible()
    await shoot(leader, "response-en")
    await figure(live_server, incident, "collapsed_rooms", 80)
    await leader.goto(f"{people.server.url}/briefing/{incident}")
    await expect(leader.get_by_text(re.compile("Add the order")).first).to_be_visible()
    await shoot(leader, "response-briefing-en")
    await duty.get_by_role("button", name="EN", exact=True).click()
    await duty.set_viewport_size(PHONE)
    await duty.get_by_role("navigation").get_by_role("button", name="Detail").click()
    await expect(duty.get_by_text(re.compile("Add the order")).first).to_be_visible()
    await shoot(duty, "response-phone-en")

    # The end: of each thing that is still open it is said what becomes of it; nothing ends before.
    await leader.goto(f"{people.server.url}/?incident={incident}")
    await leader.get_by_role("tab", name=re.compile("^Response")).click()
    await leader.get_by_role("button", name="End the response…").click()
    form = leader.locator("form.panel-form").filter(has_text="Why it ends")
    answers = form.locator(".answer > input")
    await expect(answers.first).to_be_visible()
    await form.get_by_label("Why it ends").fill("All found, aftershocks over")
    await expect(form.get_by_role("button", name=re.compile("not yet answered"))).to_be_disabled()
    for at in range(await answers.count()):
        await answers.nth(at).fill("handed to the county")
    await form.get_by_role("button", name="End the response", exact=True).click()
    await shoot(leader, "response-end-en")
    await leader.get_by_role("button", name="Yes, end it").click()
    await expect(leader.get_by_text(re.compile("things handed over at the end")).first).to_be_visible()
    await shoot(leader, "response-ended-en")
