"""Which response a plan proposes for an incident, and why. Pure: the same record gives the same proposal.

A response level is not the grade and not a warning's colour (invariant 10): both only speak for a level, and a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from command.planning.plan import Colour, Plan, Trigger, task_line
from command.transitions import Level, at_least, higher
from incidents.metrics import metrics
from spine.canonical import Json, JsonObject

_COLOUR_WORDS = {
    "red": ("红色", "red"),
    "orange": ("橙色", "orange"),
    "yellow": ("黄色", "yellow"),
    "blue": ("蓝色", "blue"),
}
_COLOUR_ORDER: tuple[Colour, ...] = ("red", "orange", "yellow", "blue")


@dataclass(frozen=True, slots=True)
class Situation:
    """What a proposal rests on. Figures that are not known are absent, never 0 (invariant 12)."""

    class_key: str
    area_code: str | None
    grade_suggested: Level | None
    grade_decided: Level | None
    figures: Mapping[str, float]
    colours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Proposal:
    """`tasks` are those of the level that the incident does not have yet; `decide_by`: when silence becomes a failure."""

    plan_id: str
    level: Level
    reasons: tuple[JsonObject, ...]
    tasks: tuple[JsonObject, ...]
    decide_by: datetime
    proposed_by: str
    approved_by: str


def propose(plan: Plan, situation: Situation, at: datetime, already: frozenset[str] = frozenset()) -> Proposal | None:
    """The proposal of this plan, None when it does not apply or nothing speaks for a response.

    `already`: codes of the plan's tasks that were issued for this incident.
    """
    if not plan.applies_to(situation.class_key):
        return None
    spoken: dict[str, tuple[Trigger, JsonObject]] = {}
    for trigger in plan.triggers:
        found = _speaks(trigger, situation)
        if found is None:
            continue
        about, reason = found
        held = spoken.get(about)
        if held is None or (at_least(trigger.level, held[0].level) and trigger.level != held[0].level):
            spoken[about] = (trigger, reason)
    level: Level | None = None
    for trigger, _ in spoken.values():
        level = higher(level, trigger.level)
    if level is None:
        return None
    ranked = sorted(spoken.values(), key=lambda pair: ("I", "II", "III", "IV").index(pair[0].level))
    return at_level(plan, situation.area_code, level, tuple(reason for _, reason in ranked), at, already)


def at_level(
    plan: Plan,
    area_code: str | None,
    level: Level,
    reasons: tuple[JsonObject, ...],
    at: datetime,
    already: frozenset[str] = frozenset(),
) -> Proposal:
    """A proposal at a level that somebody chose."""
    rule = plan.levels[level]
    return Proposal(
        plan_id=plan.id,
        level=level,
        reasons=reasons,
        tasks=tuple(
            task_line(plan, task, level, area_code or "") for task in plan.tasks_at(level) if task.code not in already
        ),
        decide_by=at + timedelta(minutes=rule.decide_minutes),
        proposed_by=rule.proposed_by,
        approved_by=rule.approved_by,
    )


def _speaks(trigger: Trigger, situation: Situation) -> tuple[str, JsonObject] | None:
    if trigger.grade is not None:
        return _by_grade(trigger, trigger.grade, situation)
    if trigger.colour is not None:
        return _by_colour(trigger, trigger.colour, situation)
    if trigger.metric is None or trigger.at_least is None:
        return None
    quantity = metrics().known(trigger.metric, situation.figures)
    if quantity is None or quantity.value < trigger.at_least:
        return None
    label_zh, label_en = metrics().label(trigger.metric)
    unit_zh, unit_en = metrics().unit(trigger.metric)
    return trigger.metric, _reason(
        trigger,
        f"{label_zh} {quantity.value:.10g} {unit_zh}：{trigger.zh}",
        f"{label_en} {quantity.value:.10g} {unit_en}: {trigger.en}",
        metric=trigger.metric,
        value=quantity.value,
        threshold=trigger.at_least,
    )


def _by_grade(trigger: Trigger, floor: Level, situation: Situation) -> tuple[str, JsonObject] | None:
    """A person's grade counts, and so does a worse suggestion that came after it: this is only a proposal."""
    grade = higher(situation.grade_decided, situation.grade_suggested)
    if grade is None or not at_least(grade, floor):
        return None
    decided = situation.grade_decided == grade
    word_zh, word_en = ("核定分级", "decided grade") if decided else ("建议分级", "suggested grade")
    return "grade", _reason(
        trigger,
        f"{word_zh} {grade}：{trigger.zh}",
        f"{word_en} {grade}: {trigger.en}",
        metric="grade",
        value=grade,
        threshold=floor,
    )


def _by_colour(trigger: Trigger, floor: Colour, situation: Situation) -> tuple[str, JsonObject] | None:
    severe = [
        c for c in _COLOUR_ORDER if c in situation.colours and _COLOUR_ORDER.index(c) <= _COLOUR_ORDER.index(floor)
    ]
    if not severe:
        return None
    word_zh, word_en = _COLOUR_WORDS[severe[0]]
    return "colour", _reason(
        trigger,
        f"{word_zh}预警：{trigger.zh}",
        f"{word_en} warning: {trigger.en}",
        metric="colour",
        value=severe[0],
        threshold=floor,
    )


def _reason(trigger: Trigger, zh: str, en: str, *, metric: str, value: Json, threshold: Json) -> JsonObject:
    return {
        "level": trigger.level,
        "zh": zh + "。",
        "en": en[:1].upper() + en[1:] + ".",
        "clause": trigger.clause,
        "source": trigger.source,
        "basis": trigger.basis,
        "metric": metric,
        "value": value,
        "threshold": threshold,
    }
