"""Probabilities of the grades I–IV from a model's draws, by the same rule sets that grade known figures (`incidents/grading.py`).

What is known already is part of every draw: a confirmed count is a lower bound, and a criterion that known figures meet by
themselves is a hard trigger. What comes out is a suggestion: a person decides, and the machine never lowers it (invariant 10).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import cast

import numpy as np

from gis.hazards.distribution import Floats
from gis.hazards.inputs import Inputs, NumberInput
from incidents.classification import is_within
from incidents.grading import suggest
from incidents.grading_rules import (
    GRADE_WORDS,
    GRADES,
    Criterion,
    Grade,
    GradingRules,
    RuleSet,
    grading_rules,
)
from incidents.metrics import Metrics, metrics
from incidents.rule_file import RULES, BothLanguages, RuleModel, RuleTrouble, read_rules
from spine.canonical import Json, JsonObject

_NONE = len(GRADES)


class GradeRule(RuleModel):
    """`grade_floor`: see `rules/assessment.yaml`."""

    version: int
    grade_floor: float
    shown_from: float
    source: BothLanguages


@cache
def grade_rule() -> GradeRule:
    """Raises RuleTrouble."""
    found = read_rules(RULES / "assessment.yaml", GradeRule)
    if not 0 < found.grade_floor < 1 or not 0 < found.shown_from < 1:
        raise RuleTrouble("assessment.yaml: grade_floor and shown_from lie between 0 and 1")
    return found


@dataclass(frozen=True, slots=True)
class _Met:
    """One criterion over the draws: the index of the grade it gives in each (len(GRADES): none), and what it looks at."""

    rule_set: RuleSet
    criterion: Criterion
    metric: str
    grades: "np.ndarray[tuple[int], np.dtype[np.int64]]"


def grade_json(
    class_key: str, draws: Mapping[str, Floats], known: Mapping[str, float], area_code: str | None = None
) -> JsonObject:
    """The member `grade` of an assessment (docs/decisions/0021). `draws`: outcomes by figure; `known`: figures that are known."""
    rule, rules, words = grade_rule(), grading_rules(), metrics()
    place = rules.context_of(area_code)
    drawn = _drawn(draws, known, words)
    met = _all_met(class_key, drawn, place, rules, words)
    n = len(next(iter(draws.values()))) if draws else 1
    worst = np.full(n, _NONE, dtype=np.int64)
    for one in met:
        worst = np.minimum(worst, one.grades)
    exactly = np.bincount(worst, minlength=_NONE + 1) / n
    at_least = np.cumsum(exactly[:_NONE])
    triggers = suggest(class_key, known, place, rules=rules, known=words)
    suggested = next((GRADES[i] for i in range(_NONE) if at_least[i] >= rule.grade_floor), None)
    if triggers is not None and (suggested is None or GRADES.index(triggers.grade) < GRADES.index(suggested)):
        suggested = triggers.grade
    probabilities: dict[str, Json] = {grade: round(float(exactly[i]), 4) for i, grade in enumerate(GRADES)}
    hard: list[Json] = [
        {"grade": reason.grade, "zh": reason.zh, "en": reason.en}
        for reason in (() if triggers is None else triggers.reasons)
    ]
    return {
        "suggested": suggested,
        "probabilities": {**probabilities, "none": round(float(exactly[_NONE]), 4)},
        "at_least": {grade: round(float(at_least[i]), 4) for i, grade in enumerate(GRADES)},
        "reasons": _reasons(met, words, rule.shown_from),
        "triggers": hard,
        "floor": rule.grade_floor,
        "source_zh": rule.source.zh,
        "source_en": rule.source.en,
    }


def told_figures(inputs: Inputs) -> dict[str, float]:
    """Figures as the model was told them: a magnitude that a person corrected, or a what-if supposes, grades by itself too."""
    found: dict[str, float] = {}
    for one in inputs:
        if isinstance(one.spec, NumberInput) and one.spec.fed_by and one.origin == "given" and one.dist is not None:
            found[one.spec.fed_by] = one.dist.centre / one.spec.scale
    return found


def _drawn(draws: Mapping[str, Floats], known: Mapping[str, float], words: Metrics) -> dict[str, Floats | float]:
    """Figures as the criteria see them. Counts come in whole numbers; what is confirmed is the least that a draw can be."""
    found: dict[str, Floats | float] = dict(known)
    for name, values in draws.items():
        metric = words.metrics.get(name)
        if metric is None:
            continue
        counted = np.floor(values) if metric.whole else values
        found[name] = np.maximum(counted, known[name]) if name in known else counted
    return found


def _quantity(key: str, drawn: Mapping[str, Floats | float], words: Metrics) -> Floats | float | None:
    """As `Metrics.known`, over draws."""
    if key in words.metrics:
        return drawn.get(key)
    rule = words.derived[key]
    parts = [part for part in (_quantity(of, drawn, words) for of in rule.of) if part is not None]
    if not parts:
        return None
    if rule.how == "first":
        return parts[0]
    total = parts[0]
    for part in parts[1:]:
        total = total + part if rule.how == "sum" else cast(Floats, np.maximum(total, part))
    return total


def _all_met(
    class_key: str,
    drawn: Mapping[str, Floats | float],
    place: Mapping[str, str],
    rules: GradingRules,
    words: Metrics,
) -> list[_Met]:
    found: list[_Met] = []
    for rule_set in rules.sets:
        if rule_set.judges != "grade" or not rule_set.covers(class_key):
            continue
        for criterion in rule_set.criteria:
            if criterion.classes and not any(is_within(class_key, family) for family in criterion.classes):
                continue
            if any(place.get(name) != wanted for name, wanted in criterion.when.items()):
                continue
            one = _over_draws(rule_set, criterion, class_key, drawn, words)
            if one is not None:
                found.append(one)
    return found


def _over_draws(
    rule_set: RuleSet, criterion: Criterion, class_key: str, drawn: Mapping[str, Floats | float], words: Metrics
) -> _Met | None:
    if criterion.metric is not None:
        values = _quantity(criterion.metric, drawn, words)
        if values is None:
            return None
        grades = np.full(np.shape(values), _NONE, dtype=np.int64)
        for step in reversed(criterion.ladder):
            reached = np.greater(values, step.value) if step.strict else np.greater_equal(values, step.value)
            grades = np.where(reached, GRADES.index(step.grade), grades)
        return _Met(rule_set, criterion, criterion.metric, np.atleast_1d(grades))
    if criterion.grade is None:
        return None
    index = GRADES.index(criterion.grade)
    if criterion.is_class:
        within = any(is_within(class_key, key) for key in criterion.is_class)
        return _Met(rule_set, criterion, "class", np.asarray([index if within else _NONE])) if within else None
    holds: Floats | np.bool_ | bool = True
    for test in criterion.tests:
        values = _quantity(test.metric, drawn, words)
        if values is None:
            return None
        reached = np.greater(values, test.value) if test.strict else np.greater_equal(values, test.value)
        holds = cast(Floats, np.logical_and(holds, reached))
    return _Met(rule_set, criterion, criterion.tests[0].metric, np.atleast_1d(np.where(holds, index, _NONE)))


def _reasons(met: list[_Met], words: Metrics, shown_from: float) -> list[Json]:
    """For each grade the criteria that reach it, the likeliest first; a criterion that is certain of known figures is a trigger,
    and stands here as well so that the probabilities can be followed."""
    found: list[tuple[int, float, JsonObject]] = []
    for one in met:
        for index, grade in enumerate(GRADES):
            probability = float(np.mean(one.grades <= index))
            step = next((s for s in one.criterion.ladder if s.grade == grade), None)
            if probability < shown_from or (step is None and one.criterion.grade != grade) or one.metric == "class":
                continue
            threshold = step.value if step is not None else one.criterion.tests[0].value
            if threshold == 0:
                continue
            found.append((index, probability, _reason(one, grade, threshold, probability, words)))
    found.sort(key=lambda row: (row[0], -row[1]))
    return [row for _, _, row in found]


def _reason(one: _Met, grade: Grade, threshold: float, probability: float, words: Metrics) -> JsonObject:
    label_zh, label_en = words.label(one.metric)
    unit_zh, unit_en = words.unit(one.metric)
    chance = f"{100 * probability:.0f}"
    grade_zh, grade_en = GRADE_WORDS[grade]
    doubt_zh, doubt_en = ("", "") if one.rule_set.verified else ("（条款待核实）", " (clause to be checked)")
    return {
        "grade": grade,
        "metric": one.metric,
        "threshold": threshold,
        "probability": round(probability, 4),
        "zh": f"{label_zh}达到 {threshold:g} {unit_zh}以上的可能性 {chance}%：{grade_zh}，{one.rule_set.source.zh}{doubt_zh}。",
        "en": f"{chance} % chance of {threshold:g} {unit_en} {label_en} or more: {grade_en}, {one.rule_set.source.en}{doubt_en}.",
        "source": one.rule_set.source.zh,
        "verified": one.rule_set.verified,
    }
