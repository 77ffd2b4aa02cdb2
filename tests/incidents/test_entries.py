"""Figures, grades, notes and reports under an incident."""

from datetime import timedelta
from typing import Any

import pytest

from spine.clock import HandClock, iso
from tests.incidents.desk import Desk, some_id

REPORT = {"to": "市政府总值班室", "text": "孟定糖厂锅炉爆炸，2人受伤。", "signed_by": "王主任"}


async def figure(desk: Desk, key: str, metric: str, value: float | None, who: str = "duty1", ago: int = 0) -> Any:
    return await desk.do(
        "incident.figure", who, incident_id=key, metric=metric, value=value, source="卫健委",
        observed_at=iso(desk.now - timedelta(minutes=ago)),
    )  # fmt: skip


async def suggested(desk: Desk, key: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (await desk.incident(key))["grade"]["suggested"]
    return found


# --- figures and the grade they suggest --------------------------------------------------------------------------------


async def test_a_figure_has_source_and_time_and_suggests_a_grade_at_once(desk: Desk) -> None:
    key = await desk.open_incident(class_key="ac.chem.leak")
    await figure(desk, key, "dead", 3)
    shown = (await desk.picture(f"incident:{key}"))["figures"]["dead"]
    assert (shown["value"], shown["unit"], shown["unit_en"], shown["source"]) == (3, "人", "people", "卫健委")
    grade = await suggested(desk, key)
    assert grade is not None
    assert (grade["grade"], grade["lowered"]) == ("III", False)
    assert "第三条" in grade["reasons"][0]["zh"]
    assert (await desk.only("incidents"))["grade"]["suggested"] == grade
    assert await desk.kinds(f"incident:{key}") == [
        "incident.opened", "incident.figure_entered", "incident.grade_suggested",
    ]  # fmt: skip


async def test_zero_is_a_number_and_withdrawn_is_not_zero(desk: Desk) -> None:
    key = await desk.open_incident(class_key="nd.quake")
    await figure(desk, key, "dead", 0)
    assert (await desk.picture(f"incident:{key}"))["figures"]["dead"]["value"] == 0
    assert (await suggested(desk, key) or {})["grade"] == "IV"
    await figure(desk, key, "dead", None)
    assert (await desk.picture(f"incident:{key}"))["figures"]["dead"]["value"] is None
    assert await suggested(desk, key) is None


async def test_a_lower_suggestion_is_marked_until_a_person_decides(desk: Desk) -> None:
    key = await desk.open_incident(class_key="ac.chem.leak")
    await figure(desk, key, "dead", 12)
    await figure(desk, key, "dead", 4)
    grade = await suggested(desk, key)
    assert grade is not None
    assert (grade["grade"], grade["lowered"]) == ("III", True)
    await figure(desk, key, "serious_injured", 11)  # another reason for the same grade: still nobody has looked
    assert (await suggested(desk, key) or {})["lowered"]
    await desk.do("incident.grade", incident_id=key, grade="III", reason="核实死亡4人")
    await figure(desk, key, "serious_injured", 12)
    assert not (await suggested(desk, key) or {})["lowered"]


async def test_what_a_person_decided_is_never_changed_by_figures(desk: Desk) -> None:
    key = await desk.open_incident(class_key="ac.chem.leak")
    await desk.do("incident.grade", incident_id=key, grade="II", reason="会商研判")
    await figure(desk, key, "dead", 1)
    grade = (await desk.incident(key))["grade"]
    assert (grade["decided"]["grade"], grade["decided"]["reason"], grade["suggested"]["grade"]) == (
        "II", "会商研判", "IV",
    )  # fmt: skip


async def test_raising_is_the_officers_lowering_is_the_leaders(desk: Desk) -> None:
    key = await desk.open_incident()
    await desk.do("incident.grade", incident_id=key, grade="III", reason="初判")
    await desk.do("incident.grade", incident_id=key, grade="II", reason="死亡增加")
    lowering = await desk.refused("incident.grade", incident_id=key, grade="IV", reason="误判")
    assert (lowering.code, lowering.field) == ("forbidden", "data.grade")
    await desk.do("incident.grade", "leader1", incident_id=key, grade="IV", reason="核实后下调")
    decided = (await desk.incident(key))["grade"]["decided"]
    assert (decided["grade"], decided["reason"]) == ("IV", "核实后下调")
    assert (
        await desk.refused("incident.grade", "leader1", incident_id=key, grade="I", reason=" ")
    ).field == "data.reason"
    stale = await desk.refused("incident.grade", incident_id=key, grade="I", reason="x", expect=1)
    assert stale.code == "stale_version"


async def test_a_figure_that_was_queued_without_signal_does_not_replace_a_newer_one(desk: Desk) -> None:
    key = await desk.open_incident(class_key="ac.chem.leak")
    await figure(desk, key, "dead", 3, ago=5)
    late = await figure(desk, key, "dead", 1, ago=30)
    assert late.result["applied"] is False
    assert (await desk.picture(f"incident:{key}"))["figures"]["dead"]["value"] == 3
    assert (await figure(desk, key, "dead", 4, ago=1)).result["applied"] is True


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({"metric": "dead", "value": -1}, "absurd_figure", "data.value"),
        ({"metric": "dead", "value": 1.5}, "absurd_figure", "data.value"),
        ({"metric": "dead", "value": 2_000_000}, "absurd_figure", "data.value"),
        ({"metric": "magnitude", "value": 63}, "absurd_figure", "data.value"),
        ({"metric": "deaths_incl_missing", "value": 1}, "unknown_metric", "data.metric"),
        ({"metric": "ghosts", "value": None}, "unknown_metric", "data.metric"),
        ({"metric": "dead", "value": "3"}, "invalid_field", "data.value"),
        ({"metric": "dead", "value": 3, "source": ""}, "invalid_field", "data.source"),
        ({"metric": "dead", "value": 3, "observed_at": "2026-03-01T10:20:00Z"}, "time_in_future", "data.observed_at"),
        ({"metric": "dead", "value": 3, "observed_at": "2026-03-01T10:00:00"}, "invalid_field", "data.observed_at"),
    ],
)
async def test_figures_that_are_refused(desk: Desk, data: dict[str, Any], code: str, field: str) -> None:
    key = await desk.open_incident()
    refused = await desk.refused(
        "incident.figure", incident_id=key, **{"source": "现场", "observed_at": desk.at(), **data}
    )
    assert (refused.code, refused.field) == (code, field)


async def test_figures_of_an_incident_that_does_not_exist(desk: Desk) -> None:
    refused = await desk.refused(
        "incident.figure", incident_id=some_id(), metric="dead", value=1, source="x", observed_at=desk.at()
    )
    assert (refused.code, refused.status) == ("not_found", 404)


async def test_a_department_with_an_order_in_it_may_enter_figures_another_may_not(desk: Desk) -> None:
    key = await desk.open_incident()
    await desk.do("task.issue", incident_id=key, title="搜救", text="排查", department="FRB", due_minutes=60)
    await figure(desk, key, "trapped", 1, who="frb")
    await desk.do("incident.note", "frb", incident_id=key, text="已到场")
    other = await desk.refused(
        "incident.figure", "psb", incident_id=key, metric="dead", value=1, source="x", observed_at=desk.at()
    )
    assert other.code == "forbidden"
    assert len((await desk.picture("department:FRB"))["incidents"]) == 1


# --- notes -------------------------------------------------------------------------------------------------------------


async def test_a_note_stands_under_the_incident_and_late_is_not_live(desk: Desk, clock: HandClock) -> None:
    key = await desk.open_incident()
    happened = desk.now
    await desk.do("incident.note", incident_id=key, text="已通知供电局")
    clock.forward(timedelta(minutes=20))
    await desk.city.carry_out("duty1", "incident.note", {"incident_id": key, "text": "补记"}, occurred_at=happened)
    await desk.check()
    notes = (await desk.picture(f"incident:{key}"))["notes"].values()
    assert {(n["text"], n["late"]) for n in notes} == {("已通知供电局", False), ("补记", True)}
    missing = await desk.refused("incident.note", incident_id=key, text="照片", files=["0" * 64])
    assert (missing.code, missing.field) == ("not_found", "data.files")


# --- reports -----------------------------------------------------------------------------------------------------------


async def test_a_first_report_in_time_stops_its_clock(desk: Desk, clock: HandClock) -> None:
    key = await desk.open_incident(area_code="530926")
    clock.forward(timedelta(minutes=20))
    phoned = await desk.do("report.file", incident_id=key, form="first", channel="phone", **REPORT)
    assert phoned.result["late"] is False
    assert [d["kind"] for d in (await desk.picture())["deadlines"].values()] == ["first_report_written"]
    clock.forward(timedelta(minutes=50))
    written = await desk.do("report.file", incident_id=key, form="first", channel="written", **REPORT)
    assert written.result["late"] is True
    assert (await desk.picture("board:530926"))["deadlines"] == {}
    reports = (await desk.picture(f"incident:{key}"))["reports"].values()
    assert sorted((r["form"], r["channel"], r["late"]) for r in reports) == [
        ("first", "phone", False), ("first", "written", True),
    ]  # fmt: skip


async def test_who_reports_in_writing_need_not_telephone_any_more(desk: Desk) -> None:
    key = await desk.open_incident()
    await desk.do("report.file", incident_id=key, form="first", channel="written", **REPORT)
    assert (await desk.picture())["deadlines"] == {}


async def test_follow_ups_are_numbered_after_a_first_report_only(desk: Desk) -> None:
    key = await desk.open_incident()
    early = await desk.refused("report.file", incident_id=key, form="follow_up", channel="written", **REPORT)
    assert early.code == "first_report_first"
    await desk.do("report.file", incident_id=key, form="first", channel="written", **REPORT)
    twice = await desk.refused("report.file", incident_id=key, form="first", channel="written", **REPORT)
    assert (twice.code, twice.status) == ("report_repeated", 409)
    for n in (1, 2):
        more = await desk.do("report.file", incident_id=key, form="follow_up", channel="written", **REPORT)
        assert more.result["no"] == n
    await desk.do("report.file", incident_id=key, form="final", channel="written", **REPORT)
    unsigned = await desk.refused(
        "report.file", incident_id=key, form="follow_up", channel="phone", to="x", text="x", signed_by=""
    )
    assert unsigned.field == "data.signed_by"
