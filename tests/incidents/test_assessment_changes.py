"""What people change: inputs set by hand, facilities taken out, another model; what-ifs beside the live assessment, and adopting one."""

from typing import Any

import pytest

from gis.hazards import catalogue
from tests.incidents.assessing import MODELS, Assessing
from tests.incidents.desk import Desk


@pytest.fixture
def assessing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Assessing:
    monkeypatch.setattr(catalogue, "MODELS", MODELS)
    return Assessing.of(desk)


def given(one: dict[str, Any], name: str) -> dict[str, Any]:
    return next(i for i in one["answer"]["inputs"] if i["name"] == name)


async def adjust(assessing: Assessing, incident: str, **data: Any) -> Any:
    answer = await assessing.desk.do(
        "assessment.adjust", incident_id=incident, **{"reason": "现场核实", "subject": "input", **data}
    )
    await assessing.settle()
    return answer.result


async def a_school(assessing: Assessing) -> str:
    async with assessing.desk.city.realm.pool.connection() as conn:
        row = await (
            await conn.execute(
                "SELECT code FROM gis.facility WHERE kind IN ('school', 'clinic', 'hospital') "
                "ORDER BY point <-> ST_SetSRID(ST_MakePoint(99.4, 23.55), 4326) LIMIT 1"
            )
        ).fetchone()
    assert row is not None
    return str(row[0])


# --- adjustments -------------------------------------------------------------------------------------------------


async def test_what_a_person_sets_wins_and_is_shown_with_author_and_reason(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    assert await adjust(assessing, incident, name="magnitude", value=6.6) == {"name": "input:magnitude", "version": 1}
    live = await assessing.live(incident)
    assert (live["no"], given(live, "magnitude")["median"]) == (2, 6.6)
    assert "现场核实" in given(live, "magnitude")["source_zh"]
    assert "6.6级" in live["answer"]["grade"]["triggers"][0]["zh"]
    assert live["caused_by"]["kind"] == "assessment.adjusted"
    assert live["caused_by"]["reason"] == "现场核实"
    shown = (await assessing.picture(incident))["adjustments"]["input:magnitude"]
    assert (shown["value"], shown["reason"], shown["version"], bool(shown["by"]["name"])) == (6.6, "现场核实", 1, True)
    await assessing.figure(incident, "magnitude", 5.0)
    await assessing.settle()
    assert (await assessing.live(incident))["no"] == 2
    await adjust(assessing, incident, name="magnitude", withdraw=True, expect=1)
    live = await assessing.live(incident)
    assert given(live, "magnitude")["median"] == 5.0
    assert (await assessing.picture(incident))["adjustments"] == {}


async def test_an_adjustment_may_be_a_distribution_or_a_choice(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    await adjust(assessing, incident, name="magnitude", value={"kind": "uniform", "low": 6.0, "high": 7.0})
    magnitude = given(await assessing.live(incident), "magnitude")
    assert magnitude["p10"] == pytest.approx(6.1, abs=0.02)
    await adjust(assessing, incident, name="wind_from", value="north")
    assert given(await assessing.live(incident), "wind_from")["value_zh"] == "北"


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({"name": "magnitude", "value": 12}, "hazard_input", "data.value"),
        ({"name": "magnitude", "value": "strong"}, "hazard_input", "data.value"),
        ({"name": "magnitude"}, "value_missing", "data.value"),
        ({"name": "moon_phase", "value": 1}, "unknown_input", "data.value"),
        ({"name": "wind_from", "value": "up"}, "hazard_input", "data.value"),
        ({"value": 6.0}, "name_missing", "data.name"),
        ({"name": "magnitude", "withdraw": True}, "nothing_to_withdraw", "data.withdraw"),
        ({"name": "magnitude", "value": 6.1, "expect": 4}, "stale_version", "data.expect"),
        ({"subject": "facility", "name": "no such"}, "not_found", "data.name"),
        ({"subject": "model", "value": "astrology"}, "unknown_model", "data.value"),
        ({"subject": "model", "value": "area_security"}, "model_of_other_class", "data.value"),
    ],
)
async def test_what_cannot_be_is_refused_and_named(
    assessing: Assessing, data: dict[str, Any], code: str, field: str
) -> None:
    incident = await assessing.quake(6.0)
    refused = await assessing.desk.refused(
        "assessment.adjust", incident_id=incident, **{"subject": "input", "reason": "核实", **data}
    )
    assert (refused.code, refused.field) == (code, field)


async def test_a_facility_is_taken_out_and_counts_again(assessing: Assessing) -> None:
    incident = await assessing.quake(7.0)
    school = await a_school(assessing)
    before = (await assessing.live(incident))["answer"]["zones"][0]
    await adjust(assessing, incident, subject="facility", name=school)
    live = await assessing.live(incident)
    zone = live["answer"]["zones"][0]
    counted = ("schools", "hospitals")
    assert sum(zone[c] for c in counted) == sum(before[c] for c in counted) - 1
    assert "排除设施" in live["caused_by"]["zh"]
    assert (await assessing.picture(incident))["adjustments"][f"facility:{school}"]["value"]["name_zh"]
    await adjust(assessing, incident, subject="facility", name=school, withdraw=True)
    zone = (await assessing.live(incident))["answer"]["zones"][0]
    assert sum(zone[c] for c in counted) == sum(before[c] for c in counted)


async def test_another_model_is_chosen(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    await adjust(assessing, incident, subject="model", value="area")
    live = await assessing.live(incident)
    assert (live["model"]["id"], live["wanted"]) == ("area", None)
    assert live["differences"][0]["kind"] == "model"
    await adjust(assessing, incident, subject="model", withdraw=True)
    assert (await assessing.live(incident))["model"]["id"] == "tremor"


# --- what-ifs ----------------------------------------------------------------------------------------------------


async def suppose(assessing: Assessing, incident: str, **data: Any) -> str:
    made = await assessing.desk.do(
        "assessment.what_if", incident_id=incident, **{"title": "若为7级", "reason": "会商", **data}
    )
    await assessing.settle()
    return str(made.result["what_if_id"])


async def test_a_what_if_stands_beside_the_live_one_and_does_not_touch_it(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    live = await assessing.live(incident)
    head = (await assessing.desk.picture())["incidents"][incident]
    what_if = await suppose(assessing, incident, inputs={"magnitude": 7.5})
    picture = await assessing.picture(incident)
    assert picture["assessments"]["live"] == live
    supposed = picture["assessments"][what_if]
    assert (supposed["scenario"], supposed["no"], supposed["supersedes"]) == (what_if, 2, None)
    changed = {f"{d['kind']}:{d['name']}": d for d in supposed["differences"]}
    assert changed["input:magnitude"]["before"]["value"] == 6.0
    assert changed["input:magnitude"]["after"]["value"] == 7.5
    assert "若为7级" in changed["input:magnitude"]["because_zh"]
    assert changed["outcome:dead"]["after"]["value"] > changed["outcome:dead"]["before"]["value"]
    after = (await assessing.desk.picture())["incidents"][incident]
    assert (after["assessment"], after["grade"]) == (head["assessment"], head["grade"])
    assert picture["what_ifs"][what_if]["inputs"] == {"magnitude": 7.5}


async def test_a_what_if_follows_what_it_does_not_change(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    what_if = await suppose(assessing, incident, title="若刮北风", inputs={"wind_from": "north"})
    await assessing.figure(incident, "magnitude", 6.8)
    await assessing.settle()
    supposed = (await assessing.picture(incident))["assessments"][what_if]
    assert given(supposed, "magnitude")["median"] == 6.8
    assert given(supposed, "wind_from")["value_en"] == "north"
    assert supposed["differences"]
    assert not [d for d in supposed["differences"] if d["name"] == "magnitude"]


async def test_adopting_a_what_if_makes_it_what_is_so(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    school = await a_school(assessing)
    what_if = await suppose(assessing, incident, inputs={"magnitude": 7.0}, excluded=[school])
    adopted = await assessing.desk.do("assessment.adopt", what_if_id=what_if, expect=1, reason="专家组认定")
    assert adopted.result["adjustments"] == [f"facility:{school}", "input:magnitude"]
    await assessing.settle()
    picture = await assessing.picture(incident)
    assert list(picture["assessments"]) == ["live"]
    assert picture["what_ifs"] == {}
    live = picture["assessments"]["live"]
    assert given(live, "magnitude")["median"] == 7.0
    assert live["caused_by"]["kind"] == "assessment.what_if_adopted"
    shown = picture["adjustments"]["input:magnitude"]
    assert (shown["what_if"], shown["reason"]) == (what_if, "专家组认定")
    refused = await assessing.desk.refused("assessment.adopt", what_if_id=what_if, expect=2, reason="再次")
    assert refused.code == "what_if_gone"


async def test_a_what_if_is_changed_and_dropped(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    what_if = await suppose(assessing, incident, inputs={"magnitude": 7.0})
    await assessing.desk.do(
        "assessment.change_what_if", what_if_id=what_if, expect=1, inputs={"magnitude": 6.2}, reason="修正"
    )
    await assessing.settle()
    supposed = (await assessing.picture(incident))["assessments"][what_if]
    assert given(supposed, "magnitude")["median"] == 6.2
    assert supposed["supersedes"] is not None
    stale = await assessing.desk.refused(
        "assessment.change_what_if", what_if_id=what_if, expect=1, title="x", reason="晚了"
    )
    assert stale.code == "stale_version"
    await assessing.desk.do("assessment.drop_what_if", what_if_id=what_if, reason="不再需要")
    picture = await assessing.picture(incident)
    assert (picture["what_ifs"], list(picture["assessments"])) == ({}, ["live"])


async def test_a_what_if_that_supposes_nothing_or_nonsense_is_refused(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({}, "nothing_changed", "data.inputs"),
        ({"inputs": {"magnitude": 20}}, "hazard_input", "data.inputs.magnitude"),
        ({"inputs": {"tide": 1}}, "unknown_input", "data.inputs.tide"),
        ({"excluded": ["nothing"]}, "not_found", "data.excluded"),
        ({"model": "astrology"}, "unknown_model", "data.model"),
    ]
    for data, code, field in wrong:
        refused = await assessing.desk.refused(
            "assessment.what_if", incident_id=incident, title="若", reason="会商", **data
        )
        assert (refused.code, refused.field) == (code, field)


async def test_only_so_many_what_ifs_at_once(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    for number in range(8):
        await assessing.desk.do(
            "assessment.what_if",
            incident_id=incident,
            title=f"若{number}",
            reason="会商",
            inputs={"magnitude": 5 + number / 10},
        )
    refused = await assessing.desk.refused(
        "assessment.what_if", incident_id=incident, title="若9", reason="会商", inputs={"magnitude": 5}
    )
    assert refused.code == "too_many_what_ifs"
