"""Which error is the largest, and what would change the answer."""

from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from gis.hazards.ground import Ground
from gis.hazards.inputs import Error, NumberInput
from gis.hazards.model import Case, HazardModel, Parameter, Prepared
from gis.hazards.sampling import FACTOR, SHARE, Uncertain
from spine.errors import Refused

ERRORS: tuple[Error, ...] = get_args(Error)
ERROR_WORDS: dict[Error, tuple[str, str]] = {
    "source": ("事件本身（强度、位置、气象）", "the event itself (strength, place, weather)"),
    "footprint": ("影响范围", "how far it reaches"),
    "exposure": ("人口与时段", "who is there, and when"),
    "vulnerability": ("伤亡与损毁率", "what it does to those who are there"),
}
_COMMON_WORDS = {
    FACTOR: ("人口数据的误差", "how well people are counted", "倍", "times"),
    SHARE: ("白天活动人口比例", "share of people where they are by day", "", ""),
}
_FELT = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """One number at its tenth and ninetieth percentile, everything else at its median: what the primary outcome then is."""

    name: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    low: float
    high: float
    outcome_low: float
    outcome_high: float

    @property
    def effect(self) -> float:
        """On the scale of magnitudes, on which bands lie."""
        return abs(float(np.log1p(self.outcome_high) - np.log1p(self.outcome_low)))


def error_shares(
    model: HazardModel[Any], prepared: Prepared[Any], uncertain: Uncertain, primary: str, n: int, seed: int
) -> dict[Error, float]:
    """The share of each error in the spread of the primary outcome, each drawn alone: first-order variances of ln(1 + x)."""
    variance: dict[Error, float] = {}
    for error in ERRORS:
        variance[error] = 0.0
        if error in uncertain.errors.values():
            drawn = model.losses(prepared, uncertain.draw(n, seed, only=error)).get(primary)
            if drawn is not None:
                variance[error] = float(np.var(np.log1p(drawn)))
    total = sum(variance.values())
    return {error: 0.0 if total <= _FELT else value / total for error, value in variance.items()}


def changes_of(
    model: HazardModel[Any],
    case: Case,
    ground: Ground,
    prepared: Prepared[Any],
    uncertain: Uncertain,
    primary: str,
) -> tuple[Change, ...]:
    """Inputs and parameters by how much they change the primary outcome; those that do not are left out."""
    words = _words(model, case)
    spans = {
        name: (dist.at(0.1), dist.at(0.9))
        for name, dist in uncertain.dists.items()
        if name in words and dist.kind != "exact"
    }
    found: list[Change] = []
    still = [name for name in spans if name not in model.spec.turns]
    sample = uncertain.moved([{name: spans[name][end]} for name in still for end in (0, 1)])
    drawn = model.losses(prepared, sample).get(primary) if still else None
    if drawn is not None:
        for index, name in enumerate(still):
            found.append(_change(name, words, spans[name], float(drawn[2 * index]), float(drawn[2 * index + 1])))
    for name in model.spec.turns:
        if name in spans:
            ends = [_turned(model, case, ground, uncertain, primary, name, value) for value in spans[name]]
            if ends[0] is not None and ends[1] is not None:
                found.append(_change(name, words, spans[name], ends[0], ends[1]))
    felt = [change for change in found if change.effect > 0.01]
    return tuple(sorted(felt, key=lambda change: -change.effect))


def _turned(
    model: HazardModel[Any], case: Case, ground: Ground, uncertain: Uncertain, primary: str, name: str, value: float
) -> float | None:
    """The primary outcome at the medians with this input moved; None where the model refuses it there."""
    moved = Case(
        case.class_key, case.at, case.lon, case.lat, case.inputs.with_number(name, value), case.footprint, case.excluded
    )
    try:
        drawn = model.losses(model.prepare(moved, ground), uncertain.moved([{name: value}])).get(primary)
    except Refused:
        return None
    return None if drawn is None else float(drawn[0])


def _change(name: str, words: dict[str, tuple[str, ...]], span: tuple[float, float], low: float, high: float) -> Change:
    zh, en, unit_zh, unit_en = words[name]
    return Change(name, zh, en, unit_zh, unit_en, span[0], span[1], low, high)


def _words(model: HazardModel[Any], case: Case) -> dict[str, tuple[str, ...]]:
    named: dict[str, tuple[str, ...]] = dict(_COMMON_WORDS)
    for one in case.inputs:
        if isinstance(one.spec, NumberInput):
            named[one.spec.name] = (one.spec.zh, one.spec.en, one.spec.unit_zh, one.spec.unit_en)
    parameters: tuple[Parameter, ...] = model.spec.parameters
    for parameter in parameters:
        named[parameter.name] = (parameter.zh, parameter.en, parameter.unit_zh, parameter.unit_en)
    return named


def largest(shares: dict[Error, float]) -> Error | None:
    """The error with the largest share; None where nothing is uncertain."""
    top: Error = max(shares, key=lambda error: shares[error])
    return top if shares[top] > 0 else None
