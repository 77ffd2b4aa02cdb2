"""An incident from the first word to the last, and everything that is refused on the way."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from spine.clock import HandClock, iso
from spine.errors import Refused
from tests.incidents.desk import Desk, some_id
from tests.incidents.messages import QUAKES, RAINSTORM

MENGDING = {"lon": 99.082, "lat": 23.557}
SQUARE = {"type": "Polygon", "coordinates": [[[99.0, 23.5], [99.1, 23.5], [99.1, 23.6], [99.0, 23.6], [99.0, 23.5]]]}
BOWTIE = {"type": "Polygon", "coordinates": [[[99.0, 23.0], [99.2, 23.2], [99.2, 23.0], [99.0, 23.2], [99.0, 23.0]]]}


# --- opening -----------------------------------------------------------------------------------------------------------


async def test_an_incident_opened_at_a_point_stands_on_its_countys_board(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING, description="锅炉房冒烟", sensitive=True)
    incident = await desk.incident(key)
    assert incident["area_code"] == "530926103"
    assert incident["no"].endswith("530926-20260301-001")
    assert (incident["class_zh"], incident["category"], incident["status"]) == ("锅炉事故", "ac", "open")
    assert incident["point"] == {**MENGDING, "origin": "WGS84"}
    assert incident["grade"] == {"suggested": None, "decided": None}
    assert incident["tasks"] == {"open": 0, "closed": 0, "total": 0}
    head = await desk.only("incidents", "board:530926")
    assert head == {k: v for k, v in incident.items() if k in head}
    assert (await desk.picture("board:530921"))["incidents"] == {}


async def test_points_of_chinese_maps_are_moved_to_wgs84(desk: Desk) -> None:
    key = await desk.open_incident(point={**MENGDING, "origin": "GCJ02"})
    point = (await desk.incident(key))["point"]
    assert point["origin"] == "GCJ02"
    moved = abs(point["lon"] - MENGDING["lon"]) + abs(point["lat"] - MENGDING["lat"])
    assert 0.002 < moved < 0.012  # some hundred metres


async def test_two_clocks_run_for_the_first_report(desk: Desk) -> None:
    key = await desk.open_incident(point=MENGDING)
    clocks = {d["kind"]: d for d in (await desk.picture("board:530926"))["deadlines"].values()}
    assert clocks["first_report_phone"]["due_at"] == "2026-03-01T10:42:00.000000Z"
    assert clocks["first_report_written"]["due_at"] == "2026-03-01T11:12:00.000000Z"
    assert {d["incident_id"] for d in clocks.values()} == {key}
    assert (await desk.picture(f"incident:{key}"))["deadlines"].keys() == {d["id"] for d in clocks.values()}


async def test_numbers_run_by_county_and_day_even_when_many_open_at_once(desk: Desk) -> None:
    keys = await asyncio.gather(*(desk.city.carry_out("duty1", "incident.open", {
        "title": f"事件{n}", "class_key": "nd.flood.flash", "place": "x", "area_code": "530926"}) for n in range(6)))  # fmt: skip
    numbers = sorted(str(answer.result["no"]) for answer in keys)
    assert [n[-15:] for n in numbers] == [f"26-20260301-00{n}" for n in range(1, 7)]
    other = await desk.city.carry_out(
        "duty1", "incident.open", {"title": "x", "class_key": "nd.flood.flash", "place": "x", "area_code": "530921"}
    )
    assert str(other.result["no"]).endswith("530921-20260301-001")


async def test_from_a_call_its_words_become_figures_and_its_receipt_starts_the_clock(
    desk: Desk, clock: HandClock
) -> None:
    called = await desk.do(
        "call.register", source="群众来电", text="糖厂锅炉爆炸", place="孟定糖厂", point=MENGDING,
        class_key="ac.special.boiler.explosion", figures={"injured": 2, "trapped": 1}, caller_phone="13800000000",
    )  # fmt: skip
    call = await desk.only("calls", "board:530926")
    assert (call["figures"], call["missing"]) == ({"injured": 2, "trapped": 1}, ["trend"])
    clock.forward(timedelta(minutes=7))
    key = await desk.open_incident(class_key="ac.special.boiler.explosion", from_call=called.result["call_id"])
    assert (await desk.picture())["calls"] == {}
    incident, picture = await desk.incident(key), await desk.picture(f"incident:{key}")
    assert incident["area_code"] == "530926103"
    assert incident["occurred_at"] == call["occurred_at"]
    assert incident["from"] == {"call_id": call["id"]}
    assert {m: f["value"] for m, f in picture["figures"].items()} == {"injured": 2, "trapped": 1}
    assert picture["figures"]["injured"]["source"] == "群众来电"
    assert picture["calls"][call["id"]]["state"] == "attached"
    due = {d["kind"]: d["due_at"] for d in picture["deadlines"].values()}
    assert due["first_report_phone"] == "2026-03-01T10:42:00.000000Z"
    assert incident["grade"]["suggested"]["grade"] == "III"  # a boiler exploded: 第549号令 第六十三条


async def test_from_an_alert_the_magnitude_grades_at_once(desk: Desk, clock: HandClock) -> None:
    clock.forward(timedelta(minutes=8))
    await desk.take(QUAKES.read_bytes(), "usgs")
    alert = next(a for a in (await desk.picture())["alerts"].values() if a["magnitude"] == 6.3)
    key = await desk.open_incident(title="沧源6.3级地震", class_key="nd.quake", place="沧源", from_alert=alert["id"])
    picture = await desk.picture(f"incident:{key}")
    assert {m: f["value"] for m, f in picture["figures"].items()} == {"magnitude": 6.3, "depth_km": 10.4}
    incident = picture["incident"][key]
    assert incident["grade"]["suggested"]["grade"] == "II"
    reason = incident["grade"]["suggested"]["reasons"][0]
    assert (reason["rule_set"], reason["metric"], reason["value"]) == ("cn.earthquake.2012", "magnitude", 6.3)
    assert incident["occurred_at"] == "2026-03-01T10:12:00.000000Z"
    assert picture["alerts"][alert["id"]]["state"] == "attached"
    assert alert["id"] not in (await desk.picture())["alerts"]
    twice = await desk.refused("incident.open", title="x", class_key="nd.quake", place="x", from_alert=alert["id"])
    assert (twice.code, twice.field) == ("illegal_transition", "data.from_alert")


async def test_from_a_warning_its_area_is_where_harm_is_expected(desk: Desk) -> None:
    await desk.take(RAINSTORM.read_bytes())
    alert = await desk.only("alerts")
    key = await desk.open_incident(title="孟定暴雨", class_key="nd.met.rainstorm", from_alert=alert["id"])
    incident = await desk.incident(key)
    assert incident["impact_area"] == alert["geometry"]
    assert incident["incident_area"] is None
    assert [d["kind"] for d in (await desk.picture())["deadlines"].values() if d["kind"] == "alert_answer"] == []


GOOD: dict[str, Any] = {"title": "试", "class_key": "nd.flood.flash", "place": "孟定镇"}


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"class_key": "nd.dragon"}, "unknown_class", "data.class_key"),
        ({"class_key": "nd"}, "class_too_general", "data.class_key"),
        ({"figures": {"dead": -1}}, "absurd_figure", "data.figures.dead"),
        ({"figures": {"dead": 1.5}}, "absurd_figure", "data.figures.dead"),
        ({"figures": {"ghosts": 1}}, "unknown_metric", "data.figures.ghosts"),
        ({"point": {"lon": 199.0, "lat": 23.5}}, "coordinates_impossible", "data.point.lon"),
        ({"point": {"lon": 23.5, "lat": 99.1}}, "coordinates_swapped", "data.point"),
        ({"area_code": "110000"}, "invalid_field", "data.area_code"),
        ({"title": "长" * 201}, "invalid_field", "data.title"),
        ({"title": "  "}, "invalid_field", "data.title"),
        ({"description": "长" * 8001}, "invalid_field", "data.description"),
        ({"from_call": some_id()}, "not_found", "data.from_call"),
        ({"from_alert": some_id()}, "not_found", "data.from_alert"),
        ({"severity": 5}, "invalid_field", "data.severity"),
    ],
)
async def test_openings_that_are_refused(desk: Desk, more: dict[str, Any], code: str, field: str) -> None:
    refused = await desk.refused("incident.open", **{**GOOD, **more})
    assert (refused.code, refused.field) == (code, field)


# --- correcting, drawing, linking --------------------------------------------------------------------------------------


async def test_a_correction_takes_head_and_clocks_to_the_right_county(desk: Desk) -> None:
    key = await desk.open_incident(area_code="530921")
    await desk.do("incident.correct", incident_id=key, expect=1, title="孟定糖厂锅炉爆炸（更正）", point=MENGDING)
    incident = await desk.incident(key)
    assert (incident["title"], incident["area_code"], incident["version"]) == (
        "孟定糖厂锅炉爆炸（更正）", "530926103", 2,
    )  # fmt: skip
    left, joined = await desk.picture("board:530921"), await desk.picture("board:530926")
    assert (left["incidents"], left["deadlines"]) == ({}, {})
    assert (len(joined["incidents"]), len(joined["deadlines"])) == (1, 2)


async def test_a_corrected_class_is_graded_anew(desk: Desk) -> None:
    key = await desk.open_incident(figures={"burnt_ha": 5})
    assert (await desk.incident(key))["grade"]["suggested"] is None
    await desk.do("incident.correct", incident_id=key, expect=1, class_key="nd.fire.forest")
    assert (await desk.incident(key))["grade"]["suggested"]["grade"] == "III"


async def test_corrections_that_are_refused(desk: Desk) -> None:
    key = await desk.open_incident()
    cases: list[tuple[dict[str, Any], str, str | None]] = [
        ({"expect": 0, "title": "x"}, "stale_version", "data.expect"),
        ({"expect": 1, "class_key": "no.such"}, "unknown_class", "data.class_key"),
        ({"expect": 1, "occurred_at": iso(desk.now + timedelta(minutes=5))}, "time_in_future", "data.occurred_at"),
        ({"expect": 1}, "nothing_to_correct", "data"),
    ]
    for data, code, field in cases:
        refused = await desk.refused("incident.correct", incident_id=key, **data)
        assert (refused.code, refused.field) == (code, field)
    assert (await desk.refused("incident.correct", incident_id=some_id(), expect=1, title="x")).code == "not_found"


async def test_areas_are_drawn_checked_and_taken_away(desk: Desk) -> None:
    key = await desk.open_incident()
    await desk.do("incident.draw", incident_id=key, expect=1, which="incident_area", geometry=SQUARE)
    assert (await desk.incident(key))["incident_area"] == SQUARE
    crossed = await desk.refused("incident.draw", incident_id=key, expect=2, which="impact_area", geometry=BOWTIE)
    assert crossed.field == "data.geometry"
    line = {"type": "LineString", "coordinates": [[99.0, 23.5], [99.1, 23.6]]}
    assert (await desk.refused("incident.draw", incident_id=key, expect=2, which="impact_area", geometry=line)).field
    await desk.do("incident.draw", incident_id=key, expect=2, which="incident_area", geometry=None)
    assert (await desk.incident(key))["incident_area"] is None
    stale = await desk.refused("incident.draw", incident_id=key, expect=1, which="impact_area", geometry=SQUARE)
    assert stale.code == "stale_version"


async def test_a_secondary_incident_is_linked_once_and_seen_from_both_sides(desk: Desk) -> None:
    quake = await desk.open_incident(title="地震", class_key="nd.quake")
    slide = await desk.open_incident(title="滑坡", class_key="nd.geo.landslide")
    await desk.do("incident.link", incident_id=quake, other_id=slide, relation="secondary")
    for key in (quake, slide):
        link = await desk.only("links", f"incident:{key}")
        assert (link["incident_id"], link["other_id"], link["relation"]) == (quake, slide, "secondary")
    again = await desk.refused("incident.link", incident_id=slide, other_id=quake, relation="related")
    assert (again.code, again.status) == ("already_linked", 409)
    itself = await desk.refused("incident.link", incident_id=quake, other_id=quake, relation="related")
    assert itself.code == "link_to_itself"
    assert (
        await desk.refused("incident.link", incident_id=quake, other_id=some_id(), relation="related")
    ).code == "not_found"


# --- attaching ---------------------------------------------------------------------------------------------------------


async def test_a_quake_report_attached_later_brings_what_was_not_known(desk: Desk, clock: HandClock) -> None:
    clock.forward(timedelta(minutes=8))
    key = await desk.open_incident(class_key="nd.quake", figures={"depth_km": 8})
    await desk.take(QUAKES.read_bytes(), "usgs")
    alert = next(a for a in (await desk.picture())["alerts"].values() if a["magnitude"] == 6.3)
    await desk.do("incident.attach", incident_id=key, alert_id=alert["id"])
    picture = await desk.picture(f"incident:{key}")
    assert {m: f["value"] for m, f in picture["figures"].items()} == {"depth_km": 8, "magnitude": 6.3}
    assert picture["incident"][key]["grade"]["suggested"]["grade"] == "II"


async def test_attaching_takes_things_off_the_boards_of_other_counties_too(desk: Desk) -> None:
    call = await desk.do("call.register", source="群众", text="有震感", area_code="530921")
    key = await desk.open_incident(class_key="nd.quake", area_code="530926")
    await desk.do("incident.attach", incident_id=key, call_id=call.result["call_id"])
    assert (await desk.picture("board:530921"))["calls"] == {}
    refused = await desk.refused("incident.attach", incident_id=key, call_id=call.result["call_id"])
    assert (refused.code, refused.field) == ("illegal_transition", "data.call_id")
    assert (await desk.refused("incident.attach", incident_id=key)).code == "attach_one"


async def test_a_call_can_be_put_aside_once(desk: Desk) -> None:
    call = await desk.do("call.register", source="群众", text="误报", area_code="530926")
    await desk.do("call.dismiss", call_id=call.result["call_id"], reason="重复来电")
    assert (await desk.picture())["calls"] == {}
    assert (await desk.refused("call.dismiss", call_id=call.result["call_id"], reason="x")).code == "illegal_transition"
    assert (await desk.refused("call.dismiss", call_id=some_id(), reason="x")).code == "not_found"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"class_key": "xx"}, "unknown_class"),
        ({"figures": {"dead": -3}}, "absurd_figure"),
        ({"text": ""}, "invalid_field"),
        ({"text": "长" * 8001}, "invalid_field"),
        ({"point": {"lon": 99.0, "lat": 123.0}}, "coordinates_impossible"),
    ],
)
async def test_calls_that_are_refused(desk: Desk, more: dict[str, Any], code: str) -> None:
    assert (await desk.refused("call.register", **{"source": "群众", "text": "冒烟", **more})).code == code


# --- closing -----------------------------------------------------------------------------------------------------------


async def test_closing_stops_the_clocks_and_reopening_owes_the_first_report_again(desk: Desk, clock: HandClock) -> None:
    key = await desk.open_incident()
    await desk.do("incident.close", incident_id=key, reason="误报")
    incident = await desk.incident(key)
    assert (incident["status"], incident["closed"]["reason"]) == ("closed", "误报")
    assert (await desk.picture())["deadlines"] == {}
    clock.forward(timedelta(hours=1))
    await desk.do("incident.reopen", "leader1", incident_id=key, reason="再次冒烟")
    assert (await desk.incident(key))["closed"] is None
    due = sorted(d["due_at"] for d in (await desk.picture())["deadlines"].values())
    assert due == ["2026-03-01T11:42:00.000000Z", "2026-03-01T12:12:00.000000Z"]
    assert (await desk.refused("incident.reopen", incident_id=key, reason="x")).code == "illegal_transition"


async def test_nothing_is_entered_under_a_closed_incident(desk: Desk) -> None:
    key = await desk.open_incident()
    call = await desk.do("call.register", source="群众", text="x")
    await desk.do("incident.close", incident_id=key, reason="处置完毕")
    figure = {"metric": "dead", "value": 1, "source": "x", "observed_at": desk.at()}
    report = {"form": "first", "channel": "phone", "to": "x", "text": "x", "signed_by": "x"}
    cases: list[tuple[str, dict[str, Any]]] = [
        ("incident.figure", figure),
        ("report.file", report),
        ("incident.attach", {"call_id": call.result["call_id"]}),
        ("incident.correct", {"expect": 2, "title": "x"}),
        ("incident.draw", {"expect": 2, "which": "impact_area", "geometry": SQUARE}),
        ("incident.grade", {"grade": "I", "reason": "x"}),
        ("incident.link", {"other_id": await desk.open_incident(), "relation": "related"}),
    ]
    for kind, data in cases:
        refused = await desk.refused(kind, incident_id=key, **data)
        assert (refused.code, refused.status) == ("incident_closed", 409), kind
    assert (await desk.refused("incident.close", incident_id=key, reason="x")).code == "illegal_transition"


async def test_two_officers_correct_the_same_version_and_one_is_told(desk: Desk) -> None:
    key = await desk.open_incident()

    async def correct(title: str) -> str:
        try:
            await desk.city.carry_out("duty1", "incident.correct", {"incident_id": key, "expect": 1, "title": title})
        except Refused as refused:
            return refused.code
        return "done"

    assert sorted(await asyncio.gather(correct("甲"), correct("乙"))) == ["done", "stale_version"]


async def test_a_county_officer_works_in_the_county_only(desk: Desk) -> None:
    here, there = await desk.open_incident(area_code="530926103"), await desk.open_incident(area_code="530921")
    await desk.do("incident.correct", "duty-gengma", incident_id=here, expect=1, title="县里更正")
    elsewhere = await desk.refused("incident.correct", "duty-gengma", incident_id=there, expect=1, title="x")
    assert elsewhere.code == "forbidden"
    assert (await desk.refused("incident.open", "duty-gengma", **GOOD, area_code="530921")).code == "forbidden"
    assert (await desk.refused("incident.note", "psb", incident_id=here, text="x")).code == "forbidden"
