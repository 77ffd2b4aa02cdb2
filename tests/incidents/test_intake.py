"""What the command bar understands against the places and the open incidents of the city."""

from typing import Any, cast

from gis.gazetteer import look_up
from incidents.intake import understand
from tests.incidents.desk import Desk

MENGDING = {"lon": 99.082, "lat": 23.557}


async def understood(desk: Desk, text: str) -> dict[str, Any]:
    async with desk.city.realm.pool.connection() as conn:
        return cast(dict[str, Any], await understand(conn, text, desk.now, look_up))


async def test_a_line_finds_class_place_figures_and_the_incident_it_belongs_to(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    said = await understood(desk, "/报 孟定 糖厂 锅炉 爆炸 伤2")
    assert said["class_key"] == "ac.special.boiler.explosion"
    assert said["figures"] == {"injured": 2}
    assert said["figures_in_words"][0]["zh"] == "受伤（伤情未分）2人"
    assert said["title"] == "孟定糖厂锅炉爆炸事故"
    assert (said["area_code"] or "").startswith("530926103")
    assert said["point"] is not None
    assert said["missing"] == ["occurred_at", "source", "trend"]
    [alike] = said["alike"]
    assert (alike["kind"], alike["id"]) == ("incident", key)
    assert alike["zh"]
    assert alike["en"]


async def test_an_english_line_finds_the_same_place(desk: Desk) -> None:
    said = await understood(desk, "report Mengding sugar mill boiler explosion injured 2")
    assert said["class_key"] == "ac.special.boiler.explosion"
    assert (said["area_code"] or "").startswith("530926103")
    assert said["title"] == "boiler explosion - Mengding Sugar Mill"


async def test_calls_and_alerts_are_compared_too(desk: Desk) -> None:
    await desk.do(
        "call.register", source="村民", text="班老乡境外山火逼近", place="班老乡", area_code="530927207",
        class_key="nd.fire.forest.abroad",
    )  # fmt: skip
    said = await understood(desk, "班老乡 境外 山火 过火面积20亩")
    assert [one["kind"] for one in said["alike"]] == ["call"]


async def test_what_is_not_said_is_not_made_up(desk: Desk) -> None:
    said = await understood(desk, "喂，听得到吗")
    assert (said["class_key"], said["figures"], said["point"], said["occurred_at"], said["alike"]) == (
        None, {}, None, None, [],
    )  # fmt: skip
    facts = await desk.facts()
    await understood(desk, "死" * 1900)
    assert await desk.facts() == facts
