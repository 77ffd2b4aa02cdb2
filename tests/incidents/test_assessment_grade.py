"""A model raises what is suggested and never lowers it; figures that come later do not take it back; a person decides."""

from datetime import timedelta
from typing import Any

import pytest

from gis.hazards import catalogue
from spine.clock import HandClock
from tests.incidents.assessing import MODELS, Assessing
from tests.incidents.desk import Desk


@pytest.fixture
def assessing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Assessing:
    monkeypatch.setattr(catalogue, "MODELS", MODELS)
    return Assessing.of(desk)


async def suggested(assessing: Assessing, incident: str) -> dict[str, Any]:
    return (await assessing.desk.incident(incident))["grade"]["suggested"]


def of_models(suggestion: dict[str, Any]) -> list[dict[str, Any]]:
    return [reason for reason in suggestion["reasons"] if "model" in reason]


async def set_magnitude(assessing: Assessing, incident: str, magnitude: float) -> None:
    """By hand, so that no figure speaks: a magnitude as such is a criterion of the earthquake plan."""
    await assessing.desk.do(
        "assessment.adjust", incident_id=incident, subject="input", name="magnitude", value=magnitude, reason="复核"
    )
    await assessing.settle()


async def small(assessing: Assessing) -> str:
    """An earthquake whose figures say little."""
    return await assessing.quake(figures={"magnitude": 4.0, "dead": 1})


async def test_a_model_raises_the_suggestion_with_its_name_and_probability(assessing: Assessing) -> None:
    incident = await small(assessing)
    before = await suggested(assessing, incident)
    await set_magnitude(assessing, incident, 8.8)
    live = await assessing.live(incident)
    after = await suggested(assessing, incident)
    assert live["grade"] == "I"
    assert (before["grade"], after["grade"]) == ("IV", "I")
    [first, *_] = of_models(after)
    assert first["rule_set"] == "model:tremor@7"
    assert first["model"]["assessment_id"] == live["id"]
    assert 0 < first["model"]["probability"] <= 1
    assert "测试模型" in first["zh"]
    assert "test model" in first["en"]
    assert "incident.grade_suggested" in await assessing.desk.kinds(f"incident:{incident}")


async def test_later_figures_and_milder_answers_do_not_lower_it(assessing: Assessing) -> None:
    incident = await small(assessing)
    await set_magnitude(assessing, incident, 8.8)
    assert (await suggested(assessing, incident))["grade"] == "I"
    await assessing.figure(incident, "dead", 2)
    assert (await suggested(assessing, incident))["grade"] == "I"
    await set_magnitude(assessing, incident, 4.0)
    assert (await assessing.live(incident))["grade"] != "I"
    assert (await suggested(assessing, incident))["grade"] == "I"


async def test_after_a_person_decided_the_same_is_not_said_again(assessing: Assessing, clock: HandClock) -> None:
    incident = await small(assessing)
    await set_magnitude(assessing, incident, 8.8)
    clock.forward(timedelta(seconds=1))
    await assessing.desk.do("incident.grade", "leader1", incident_id=incident, grade="III", reason="现场无人员伤亡")
    await assessing.figure(incident, "dead", 2)
    after = await suggested(assessing, incident)
    assert (after["grade"], after["lowered"], of_models(after)) == ("IV", True, [])
    await set_magnitude(assessing, incident, 8.85)
    assert (await assessing.live(incident))["grade"] == "I"
    assert (await suggested(assessing, incident))["grade"] == "IV"


async def test_a_worse_answer_than_was_known_when_it_was_decided_speaks_up(assessing: Assessing) -> None:
    incident = await small(assessing)
    await assessing.desk.do("incident.grade", "leader1", incident_id=incident, grade="IV", reason="损失轻微")
    await set_magnitude(assessing, incident, 8.8)
    assert (await suggested(assessing, incident))["grade"] == "I"
    assert (await assessing.desk.incident(incident))["grade"]["decided"]["grade"] == "IV"


async def test_a_class_that_was_wrong_takes_its_reason_with_it(assessing: Assessing) -> None:
    incident = await small(assessing)
    await set_magnitude(assessing, incident, 8.8)
    version = (await assessing.desk.incident(incident))["version"]
    await assessing.desk.do("incident.correct", incident_id=incident, expect=version, class_key="ac.special.boiler")
    after = await suggested(assessing, incident)
    assert after is None or of_models(after) == []
