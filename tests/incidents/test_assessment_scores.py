"""Answers are compared with what really happened, and the comparison is kept: band, interval, logarithmic score."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from gis.hazards import catalogue
from incidents.assessments import score_store
from incidents.assessments.assessment import Assessment
from incidents.assessments.score import scores_of
from spine.canonical import Json
from tests.incidents.assessing import MODELS, Assessing
from tests.incidents.desk import Desk

AT = datetime(2026, 3, 1, tzinfo=UTC)


def answered(**outcomes: dict[str, Json]) -> Assessment:
    return Assessment(
        id=UUID(int=1), incident_id=UUID(int=2), no=1, scenario="live", state="answered", model="m", model_version="1",
        author="model:m@1", class_key="nd.quake", asked_hash="0" * 64, caused_by={}, at=AT, supersedes=None, wanted=None,
        refusal=None, brief={"outcomes": outcomes}, differences=[],
    )  # fmt: skip


DEAD: dict[str, Json] = {"p10": 2.0, "p50": 20.0, "p90": 200.0, "band_probabilities": [0.05, 0.25, 0.45, 0.2, 0.05]}


@pytest.mark.parametrize(
    ("dead", "band", "inside", "chance"),
    [
        (0, 0, False, 0.05),
        (1, 1, False, 0.25),
        (2, 1, True, 0.25),
        (9, 1, True, 0.25),
        (10, 2, True, 0.45),
        (99, 2, True, 0.45),
        (200, 3, True, 0.2),
        (999, 3, False, 0.2),
        (1000, 4, False, 0.05),
    ],
)
def test_a_number_falls_into_its_band(dead: float, band: int, inside: bool, chance: float) -> None:
    [one] = scores_of(answered(dead=DEAD), {"dead": dead}, AT)
    assert (one.band, one.best_band, one.inside) == (band, 2, inside)
    assert one.log_score == pytest.approx(math.log(chance))


def test_what_is_not_known_is_not_compared() -> None:
    assert scores_of(answered(dead=DEAD), {}, AT) == []
    assert scores_of(answered(dead=DEAD), {"missing": 3}, AT) == []
    unknown: dict[str, Json] = {"p10": None, "p50": None, "p90": None, "band_probabilities": None}
    assert scores_of(answered(dead=unknown), {"dead": 3}, AT) == []
    assert scores_of(answered(hospitalised=DEAD), {"dead": 3}, AT) == []


def test_the_missing_count_with_the_dead() -> None:
    [one] = scores_of(answered(dead=DEAD), {"dead": 8, "missing": 4}, AT)
    assert (one.observed, one.band) == (12, 2)


def test_a_band_that_was_held_impossible_costs_much_but_not_for_ever() -> None:
    never = replace(answered(dead={**DEAD, "band_probabilities": [1.0, 0.0, 0.0, 0.0, 0.0]}))
    [one] = scores_of(never, {"dead": 5}, AT)
    assert one.log_score == pytest.approx(math.log(1e-4))


@pytest.fixture
def assessing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Assessing:
    monkeypatch.setattr(catalogue, "MODELS", MODELS)
    return Assessing.of(desk)


async def kept(assessing: Assessing) -> dict[str, dict[str, Any]]:
    async with assessing.desk.city.realm.pool.connection() as conn:
        return {str(r.outcome): dict(r.to_json()) for r in await score_store.records(conn)}


async def test_closing_compares_every_live_answer(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    await assessing.figure(incident, "magnitude", 6.6)
    await assessing.settle()
    await assessing.figure(incident, "dead", 3)
    await assessing.settle()
    assert await kept(assessing) == {}
    await assessing.desk.do("incident.close", "leader1", incident_id=incident, reason="处置完毕")
    await assessing.settle()
    found = await kept(assessing)
    assert set(found) == {"dead"}
    assert (found["dead"]["incidents"], found["dead"]["n"], found["dead"]["model"]) == (1, 3, "tremor")
    assert "assessment.scored" in await assessing.desk.kinds(f"incident:{incident}")


async def test_a_figure_after_the_final_report_is_compared_anew(assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    report = {"incident_id": incident, "channel": "written", "to": "省应急厅", "text": "终报", "signed_by": "王主任"}
    for form in ("first", "follow_up", "final"):
        await assessing.desk.do("report.file", **report, form=form)
    await assessing.settle()
    assert await kept(assessing) == {}
    await assessing.figure(incident, "affected", 1200)
    await assessing.settle()
    first = (await kept(assessing))["affected"]
    assert first["n"] >= 1
