"""What the work costs an officer (docs/performance.md): keys beyond the words of a call, actions to a response, taps to an answer.

Counts decide. The seconds at the desk are printed (`pytest -s`) and decide nothing.
"""

import re
import time
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect

from command.organisation.book import unit_id
from spine.db import snapshot
from tests.browser.people import PHONE, People
from tests.city import Server

WORDS = "孟定镇遮哈村后山滑坡 埋压6人 受伤2人 村主任李强 13988312345"
CHARACTER_MS = 300
"""How long one character of the words takes: 200 a minute, with an input method."""
MOST_KEYS, MOST_ACTIONS, MOST_TAPS = 25, 3, 2


@dataclass
class Hands:
    """Counts what is pressed beside the words (a chord counts every key of it) and what is clicked or tapped."""

    page: Page
    keys: int = 0
    touches: int = 0

    async def press(self, chord: str) -> None:
        self.keys += len(chord.split("+"))
        await self.page.keyboard.press(chord)

    async def say(self, words: str) -> None:
        await self.page.keyboard.type(words, delay=CHARACTER_MS)

    async def touch(self, name: str | re.Pattern[str]) -> None:
        self.touches += 1
        await self.page.get_by_role("button", name=name).first.click()


@pytest.mark.timeout(300)
async def test_the_ringing_phone_the_response_and_the_answer(people: People, live_server: Server) -> None:
    # The phone rings: an incident with kind, place, figures and caller, from the words alone.
    page = await people.come("duty1")
    await expect(page.get_by_role("tab", name="事件")).to_be_visible()
    hands, began = Hands(page), time.monotonic()
    await hands.press("n")
    await hands.say(WORDS)
    await expect(page.get_by_role("combobox", name="类别")).to_have_value("滑坡")
    await hands.press("Control+Enter")
    await expect(page.get_by_role("heading", name=WORDS)).to_be_visible()
    await hands.press("o")
    await hands.press("Enter")
    title = "孟定镇遮哈村后山滑坡"
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    print(f"call → incident: {hands.keys} keys beyond {len(WORDS)} characters, {time.monotonic() - began:.1f} s")
    assert hands.keys <= MOST_KEYS
    async with snapshot(live_server.city.realm.pool) as conn:
        rows = await (
            await conn.execute(
                "SELECT i.class_key, i.place, i.area_code, c.caller_name, c.source, i.lon IS NOT NULL "
                "FROM incidents.incident i JOIN incidents.call c ON true"
            )
        ).fetchall()
        figures = await (await conn.execute("SELECT metric, value FROM incidents.figure ORDER BY metric")).fetchall()
    assert rows == [("nd.geo.landslide", "耿马县孟定镇遮哈村后山", "530926103", "李强", "村主任", True)]
    assert [(metric, value) for metric, value in figures] == [("injured", 2), ("trapped", 6)]

    # From the incident to an active response.
    leader = await people.come("leader1")
    await expect(leader.get_by_role("heading", name=title)).to_be_visible()
    hands = Hands(leader)
    await hands.touch(re.compile("^启动…$"))
    await hands.touch(re.compile("^启动.级响应"))
    await hands.touch(re.compile("^确认启动"))
    await expect(leader.get_by_text("已启动").first).to_be_visible()
    assert hands.touches <= MOST_ACTIONS

    # The brigade gives its order to a unit; the crew answers it on the phone.
    async with snapshot(live_server.city.realm.pool) as conn:
        row = await (
            await conn.execute(
                "SELECT id, title FROM command.task WHERE department = 'FRB' AND state = 'issued' ORDER BY no LIMIT 1"
            )
        ).fetchone()
    assert row is not None
    assigned = {"task_id": str(row[0]), "unit_id": str(unit_id("frb-mengding"))}
    await live_server.city.carry_out("frb", "task.assign", assigned)
    phone = await people.come("field-mengding", "/field", size=PHONE)
    await expect(phone.get_by_role("heading", name=str(row[1]))).to_be_visible()
    hands = Hands(phone)
    await hands.touch(re.compile("^签收"))
    await expect(phone.get_by_text("指挥中心已收").first).to_be_visible()
    assert hands.touches <= MOST_TAPS
    async with snapshot(live_server.city.realm.pool) as conn:
        signed = await (await conn.execute("SELECT state FROM command.task WHERE id = %s", (row[0],))).fetchone()
    assert signed == ("signed",)
