"""Computes a scenario of a site with the hazard models: the order, who carries it out, and what of the answer is kept."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from incidents.assessments.answering import Answering
from incidents.register.rules import RegisterRules
from incidents.register.scenarios import Plan
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING, iso
from spine.errors import Refused

_DAY = (2025, 7, 2)
"""A Wednesday of the rainy season: the day on which every case takes place, so that equal cases are equal."""
_NOON = 12
_TOLD = ("风险登记册", "the risk register")


class Computing(Protocol):
    """Whoever answers: `incidents.assessments.pool.AssessPool`, or this process. The order as `Answering.answer` takes it."""

    async def compute(self, order: JsonObject) -> Mapping[str, Any]: ...


class InThread:
    """Computes in a thread of this process, for the command line and for tests. One order at a time."""

    def __init__(self, database_url: str) -> None:
        self._answering = Answering(database_url)
        self._one = threading.Lock()

    async def compute(self, order: JsonObject) -> Mapping[str, Any]:
        def work() -> Mapping[str, Any]:
            with self._one:
                return self._answering.answer(order)

        return await asyncio.to_thread(work)


def order_of(plan: Plan, area_code: str | None, ground: str) -> JsonObject:
    at = datetime(*_DAY, plan.hour if plan.hour is not None else _NOON, tzinfo=BEIJING)
    return {
        "class_key": plan.class_key,
        "at": iso(at),
        "point": [plan.lon, plan.lat],
        "excluded": [],
        "candidates": [
            {
                "model": plan.model,
                "inputs": dict(plan.inputs),
                "told": {name: list(_TOLD) for name in plan.inputs},
                "lacking": [],
                "footprint": None,
            }
        ],
        "known": {},
        "area_code": area_code or "",
        "ground": ground,
    }


async def compute(
    rules: RegisterRules, plan: Plan, area_code: str | None, basis: "Counted", computing: Computing
) -> dict[str, Json]:
    """The plan with its answer, or with why there is none, as `register.scenarios` takes it."""
    answer: dict[str, Any] | None = None
    refusal: JsonObject | None = None
    if plan.missing:
        refusal = _refusal(missing(rules, plan.missing))
    elif plan.model_version is None:
        refusal = {"code": "unknown_model", "zh": f"没有模型“{plan.model}”。", "en": f"There is no model '{plan.model}'.", "field": "model"}  # fmt: skip
    else:
        told = await computing.compute(order_of(plan, area_code, basis.ground))
        answer, refusal = _kept(plan, told)
    return {
        "key": plan.key,
        "scenario": plan.scenario,
        "zh": plan.zh,
        "en": plan.en,
        "class_key": plan.class_key,
        "cases": dict(plan.cases),
        "hour": plan.hour,
        "inputs": dict(plan.inputs),
        "basis": plan.basis(basis.ground),
        "model": plan.model,
        "model_version": plan.model_version,
        "exposure": basis.exposure,
        "exposure_date": basis.date,
        "state": "refused" if answer is None else "computed",
        "refusal": refusal,
        "answer": answer,
    }


class Counted(Protocol):
    """What was counted: the state of who and what is where, the set of points and its day."""

    @property
    def ground(self) -> str: ...
    @property
    def exposure(self) -> str | None: ...
    @property
    def date(self) -> str | None: ...


def _kept(plan: Plan, told: Mapping[str, Any]) -> tuple[dict[str, Any] | None, JsonObject | None]:
    if "answer" not in told:
        return None, told["refused"]["refusal"]
    answer: dict[str, Any] = {**told["answer"]}
    answer.pop("timings", None)  # the only part that differs between two runs of the same
    if plan.stands_in:
        answer["limits"] = [*answer["limits"], _STANDS_IN]
    return answer, None


_STANDS_IN: JsonObject = {
    "code": "model_stands_in",
    "zh": "专门模型尚未接入，这里只统计固定半径内的人和设施，不是危害范围。",
    "en": "The model for this is not in the program yet: who is inside a fixed radius is counted, not where the hazard reaches.",
    "outside": True,
}


def _refusal(refused: Refused) -> JsonObject:
    return {"code": refused.code, "zh": refused.zh, "en": refused.en, "field": refused.field}


def missing(rules: RegisterRules, names: Sequence[str]) -> Refused:
    words = {"substance": ("危险物质", "substance"), "mass_t": ("质量（吨）", "mass in tonnes")}
    zh = "、".join(words[name][0] if name in words else rules.properties[name].zh for name in names)
    en = ", ".join(words[name][1] if name in words else rules.properties[name].en for name in names)
    return Refused(
        "site_facts_missing",
        zh=f"还不能计算：缺少{zh}。请补充调查后登记。",
        en=f"It cannot be computed yet: {en} not known. Survey the site and correct it.",
        field=f"properties.{names[0]}",
    )
