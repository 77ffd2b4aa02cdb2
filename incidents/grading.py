"""Suggests a grade I-IV from figures, with the clause and the figure that gave it (pure).

以上 includes the number (国务院令第493号 第三条 and others); several criteria are alternatives and the worst grade wins;
a figure that is not known takes no part and never counts as zero. What comes out is a suggestion: a person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from incidents.classification import is_within
from incidents.grading_rules import GRADE_WORDS, GRADES, Criterion, Grade, GradingRules, Judges, RuleSet, grading_rules
from incidents.metrics import Metrics, Quantity, metrics
from spine.canonical import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion that was met. `value` and `threshold` are in the metric's unit; None for a criterion by class."""

    rule_set: str
    clause: str
    source: str
    metric: str
    value: float | None
    threshold: float | None
    grade: Grade
    zh: str
    en: str
    verified: bool

    def to_json(self) -> JsonObject:
        return {
            "rule_set": self.rule_set,
            "clause": self.clause,
            "source": self.source,
            "metric": self.metric,
            "value": self.value,
            "threshold": self.threshold,
            "grade": self.grade,
            "zh": self.zh,
            "en": self.en,
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The worst grade that any criterion gives, and every criterion that was met, worst first."""

    grade: Grade
    reasons: tuple[Reason, ...]

    def reasons_json(self) -> list[Json]:
        return [reason.to_json() for reason in self.reasons]


def is_worse(one: Grade, other: Grade) -> bool:
    return GRADES.index(one) < GRADES.index(other)


def suggest(
    class_key: str,
    figures: Mapping[str, float],
    context: Mapping[str, str] | None = None,
    *,
    judges: Judges = "grade",
    rules: GradingRules | None = None,
    known: Metrics | None = None,
) -> Suggestion | None:
    """The suggestion for a class and what is known, or None when nothing known meets a criterion.

    `figures`: metric → value in its unit, known ones only. `context`: see `GradingRules.context_of`.
    `judges`: "grade" for the incident's grade; "response_level" for rule sets that start a response (a separate thing).
    """
    rules, known = rules or grading_rules(), known or metrics()
    place = rules.context_of(None) if context is None else context
    reasons: list[Reason] = []
    for rule_set in rules.sets:
        if rule_set.judges == judges and rule_set.covers(class_key):
            for criterion in rule_set.criteria:
                reason = _judge(rule_set, criterion, class_key, figures, place, known)
                if reason is not None:
                    reasons.append(reason)
    if not reasons:
        return None
    reasons.sort(key=lambda r: (GRADES.index(r.grade), not r.verified, r.rule_set))
    return Suggestion(reasons[0].grade, tuple(reasons))


def by_person(class_key: str, rules: GradingRules | None = None) -> list[JsonObject]:
    """Criteria of this class that only a person can judge, with their source."""
    found: list[JsonObject] = []
    for rule_set in (rules or grading_rules()).sets:
        if rule_set.judges == "grade" and rule_set.covers(class_key):
            found += [
                {
                    "rule_set": rule_set.id,
                    "source": rule_set.source.zh,
                    "grade": p.grade,
                    "zh": p.zh,
                    "en": p.en,
                    "verified": p.verified,
                }
                for p in rule_set.by_person
            ]
    return found


def _judge(
    rule_set: RuleSet,
    criterion: Criterion,
    class_key: str,
    figures: Mapping[str, float],
    place: Mapping[str, str],
    known: Metrics,
) -> Reason | None:
    if criterion.classes and not any(is_within(class_key, family) for family in criterion.classes):
        return None
    if any(place.get(name) != wanted for name, wanted in criterion.when.items()):
        return None
    if criterion.metric is not None:
        return _by_ladder(rule_set, criterion, criterion.metric, figures, known)
    if criterion.is_class:
        if criterion.grade is None or not any(is_within(class_key, key) for key in criterion.is_class):
            return None
        return _reason(
            rule_set, criterion, criterion.grade, "class", None, None, criterion.zh or "", criterion.en or ""
        )
    return _by_tests(rule_set, criterion, figures, known)


def _by_ladder(
    rule_set: RuleSet, criterion: Criterion, metric: str, figures: Mapping[str, float], known: Metrics
) -> Reason | None:
    quantity = known.known(metric, figures)
    if quantity is None:
        return None
    for step in criterion.ladder:
        if quantity.value > step.value or (not step.strict and quantity.value == step.value):
            zh, en = _said(metric, quantity, step.value, step.strict, known)
            return _reason(rule_set, criterion, step.grade, metric, quantity.value, step.value, zh, en)
    return None


def _by_tests(rule_set: RuleSet, criterion: Criterion, figures: Mapping[str, float], known: Metrics) -> Reason | None:
    sentences: list[tuple[str, str]] = []
    first: tuple[str, float, float] | None = None
    for test in criterion.tests:
        quantity = known.known(test.metric, figures)
        if quantity is None or quantity.value < test.value or (test.strict and quantity.value == test.value):
            return None
        first = first or (test.metric, quantity.value, test.value)
        sentences.append(_said(test.metric, quantity, test.value, test.strict, known))
    if first is None or criterion.grade is None:
        return None
    zh, en = "，且".join(s[0] for s in sentences), " and ".join(s[1] for s in sentences)
    return _reason(rule_set, criterion, criterion.grade, first[0], first[1], first[2], zh, en)


def _number(value: float) -> str:
    return f"{value:.10g}"


def _said(metric: str, quantity: Quantity, threshold: float, strict: bool, known: Metrics) -> tuple[str, str]:
    label_zh, label_en = known.label(metric)
    unit_zh, unit_en = known.unit(metric)
    value, limit = _number(quantity.value), _number(threshold)
    stands_for = known.derived.get(metric)
    if stands_for is not None and stands_for.how == "first" and quantity.sources[0] != stands_for.of[0]:
        # The law counts one thing and only another is known: say so instead of passing one off as the other.
        used_zh, used_en = known.label(quantity.sources[0])
        label_zh, label_en = f"{label_zh}（暂以{used_zh}计）", f"{label_en} (taken from {used_en})"
    zh, en = f"{label_zh}{value}{unit_zh}", f"{label_en} {value} {unit_en}".rstrip()
    if strict:
        return f"{zh}，超过{limit}{unit_zh}", f"{en}, more than {limit}"
    if threshold == 0:
        return f"{zh}，低于上一级标准", f"{en}, below the next grade"
    return f"{zh}，达到{limit}{unit_zh}以上", f"{en}, at or above {limit}"


def _reason(
    rule_set: RuleSet,
    criterion: Criterion,
    grade: Grade,
    metric: str,
    value: float | None,
    threshold: float | None,
    zh: str,
    en: str,
) -> Reason:
    grade_zh, grade_en = GRADE_WORDS[grade]
    if rule_set.illustrative:
        mark_zh, mark_en = "（示例标准，待本市核定）", " (illustrative standard, to be set by the city)"
    elif not rule_set.verified:
        mark_zh, mark_en = "（条款待核实）", " (clause to be checked)"
    else:
        mark_zh = mark_en = ""
    return Reason(
        rule_set=rule_set.id,
        clause=criterion.clause.zh,
        source=rule_set.source.zh,
        metric=metric,
        value=value,
        threshold=threshold,
        grade=grade,
        zh=f"{zh}：{grade_zh}。依据{rule_set.source.zh}{criterion.clause.zh}{mark_zh}。",
        en=f"{en[:1].upper()}{en[1:]}: {grade_en}. {rule_set.source.en}, {criterion.clause.en}{mark_en}.",
        verified=rule_set.verified,
    )


def worst(grades: Iterable[Grade]) -> Grade | None:
    found = sorted(grades, key=GRADES.index)
    return found[0] if found else None
