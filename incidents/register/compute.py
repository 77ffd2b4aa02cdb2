"""Computes a scenario of a site with the hazard models. Pure; `aside` is where it is decided which thread or process does it."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, TypeVar

from gis.hazards.catalogue import model_named
from gis.hazards.ground import Ground
from gis.hazards.inputs import Told, read_inputs
from gis.hazards.model import Case
from gis.hazards.run import run
from incidents.register.rules import RegisterRules
from incidents.register.scenarios import DRAWS, SEED, Plan
from spine.canonical import Json
from spine.errors import Refused

_CHINA = timezone(timedelta(hours=8))
_DAY = (2025, 7, 2)
"""A Wednesday of the rainy season: the day on which every case takes place, so that equal cases are equal."""
_NOON = 12
_TOLD = Told("风险登记册", "the risk register")
T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """Away from the event loop. The models are NumPy, which lets other threads go on."""
    return await asyncio.to_thread(work)


def compute(rules: RegisterRules, plan: Plan, ground: Ground, exposure: str | None) -> dict[str, Json]:
    """The plan with its answer, or with why there is none, as `register.scenarios` takes it."""
    answer: dict[str, Any] | None = None
    refusal: dict[str, Json] | None = None
    try:
        answer = _answer(rules, plan, ground)
    except Refused as refused:
        refusal = {"code": refused.code, "zh": refused.zh, "en": refused.en, "field": refused.field}
    return {
        "key": plan.key,
        "scenario": plan.scenario,
        "zh": plan.zh,
        "en": plan.en,
        "class_key": plan.class_key,
        "cases": dict(plan.cases),
        "hour": plan.hour,
        "inputs": dict(plan.inputs),
        "basis": plan.basis(ground.basis.key),
        "model": plan.model,
        "model_version": plan.model_version,
        "exposure": exposure,
        "exposure_date": ground.basis.date,
        "state": "refused" if answer is None else "computed",
        "refusal": refusal,
        "answer": answer,
    }


def _answer(rules: RegisterRules, plan: Plan, ground: Ground) -> dict[str, Json]:
    if plan.missing:
        raise _missing(rules, plan.missing)
    model = model_named(plan.model)
    inputs = read_inputs(model.spec.inputs, plan.inputs, dict.fromkeys(plan.inputs, _TOLD))
    at = datetime(*_DAY, plan.hour if plan.hour is not None else _NOON, tzinfo=_CHINA)
    case = Case(plan.class_key, at, plan.lon, plan.lat, inputs)
    told = run(model, case, ground, SEED, DRAWS).to_json()
    told.pop("timings", None)  # the only part that differs between two runs of the same
    if plan.stands_in:
        told["limits"] = [*_listed(told.get("limits")), _STANDS_IN]
    return told


_STANDS_IN: dict[str, Json] = {
    "code": "model_stands_in",
    "zh": "专门模型尚未接入，这里只统计固定半径内的人和设施，不是危害范围。",
    "en": "The model for this is not in the program yet: who is inside a fixed radius is counted, not where the hazard reaches.",
    "outside": True,
}


def _listed(value: Json) -> list[Json]:
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def _missing(rules: RegisterRules, names: Sequence[str]) -> Refused:
    words = {"substance": ("危险物质", "substance"), "mass_t": ("质量（吨）", "mass in tonnes")}
    zh = "、".join(words[name][0] if name in words else rules.properties[name].zh for name in names)
    en = ", ".join(words[name][1] if name in words else rules.properties[name].en for name in names)
    return Refused(
        "site_facts_missing",
        zh=f"还不能计算：缺少{zh}。请补充调查后登记。",
        en=f"It cannot be computed yet: {en} not known. Survey the site and correct it.",
        field=f"properties.{names[0]}",
    )
