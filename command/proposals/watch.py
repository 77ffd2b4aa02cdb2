"""What a plan watches while it is active (动态决策): which of its rules are true of a situation, and when one may become so. Pure.

Unknown is not zero: a figure nobody has given makes no rule true, and none is withdrawn because a figure is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from command.orders.task import Task
from command.planning.plan import Plan, WatchRule
from command.proposals.rules import Kind
from command.responses.propose import Situation, propose
from command.responses.response import LEVEL_WORDS, Response
from command.transitions import LEVELS, Level, at_least
from incidents.metrics import metrics
from spine.canonical import Json, JsonObject
from spine.clock import iso

_COLOURS = ("red", "orange", "yellow", "blue")
_COLOUR_WORDS = {
    "red": ("红色", "red"),
    "orange": ("橙色", "orange"),
    "yellow": ("黄色", "yellow"),
    "blue": ("蓝色", "blue"),
}
_WORKING = frozenset({"issued", "signed", "in_progress"})


@dataclass(frozen=True, slots=True)
class Median:
    """A model's answer: the middle and the 80 % interval around it, never the middle alone (invariant 11)."""

    zh: str
    en: str
    unit_zh: str
    unit_en: str
    low: float | None
    middle: float
    high: float | None
    model: str
    at: str


@dataclass(frozen=True, slots=True)
class Watched:
    """What a response's rules are asked about. `orders`: its own and the desk's; `news_at`: the newest figure, warning or
    decision on the level."""

    situation: Situation
    medians: Mapping[str, Median]
    orders: Sequence[Task]
    news_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A proposal that a rule calls for now."""

    rule: str
    kind: Kind
    level: Level | None
    task: str | None
    zh: str
    en: str
    reasons: tuple[JsonObject, ...]
    if_ignored: tuple[str, str]
    automatic: bool


def wanted(plan: Plan, response: Response, watched: Watched, at: datetime) -> list[Wanted]:
    """What should be proposed of an active response at its present level, the plan's own triggers for a higher one first."""
    found = [_by_rule(plan, rule, reason) for rule in plan.watch if (reason := _true_of(rule, watched, at)) is not None]
    found = [one for one in found if _fits(one, response)]
    raised = propose(plan, watched.situation, at)
    if raised is not None and _is_news(raised.level, response):
        zh, en = LEVEL_WORDS[raised.level]
        now_zh, now_en = LEVEL_WORDS[response.level]
        reasons = tuple(reason for reason in raised.reasons if reason["level"] == raised.level)
        ignored = (
            f"继续按{now_zh}响应处置，预案{zh}响应的任务不会下达。",
            f"it goes on at {now_en}; what the plan orders at {en} is not given",
        )
        trigger = Wanted(
            f"trigger:{raised.level}",
            "raise",
            raised.level,
            None,
            f"提级为{zh}响应",
            f"Raise to {en}",
            reasons,
            ignored,
            False,
        )
        found = [trigger, *(one for one in found if not (one.kind == "raise" and one.level == raised.level))]
    return found


def only_highest(calls: Sequence[Wanted], standing: Sequence[Level]) -> list[Wanted]:
    """Without what asks for less than something else does: of several raises the highest, the first of equal ones.

    `standing`: levels that open proposals ask to raise to. A lower one is asked when the higher has been rejected.
    """
    kept: list[Wanted] = []
    asked = list(standing)
    raises = sorted(
        (c for c in calls if c.kind == "raise" and c.level is not None), key=lambda c: LEVELS.index(c.level)
    )
    for call in raises:
        if call.level is not None and not any(at_least(level, call.level) for level in asked):
            asked.append(call.level)
            kept.append(call)
    return [call for call in calls if call.kind != "raise" or call in kept]


def _is_news(level: Level, response: Response) -> bool:
    """The plan's triggers call for more than people were ever asked about (invariant 10: never at or below it)."""
    return all(at_least(level, cast(Level, one)) and level != one for one in response.levels_considered())


def true_rules(plan: Plan, watched: Watched, at: datetime) -> frozenset[str]:
    """Rules whose condition holds, whether or not there is anything left to propose; with the triggers' levels."""
    found = {rule.id for rule in plan.watch if _true_of(rule, watched, at) is not None}
    raised = propose(plan, watched.situation, at)
    if raised is not None:
        found |= {f"trigger:{level}" for level in LEVELS if at_least(raised.level, level)}
    return frozenset(found)


def undecidable(plan: Plan, watched: Watched) -> frozenset[str]:
    """Rules about a number that is not known now: what they proposed stands until it is."""
    return frozenset(rule.id for rule in plan.watch if rule.metric is not None and _number(rule, watched) is None)


def next_at(plan: Plan, watched: Watched, at: datetime) -> datetime | None:
    """When a rule about time may come true at the earliest, if nothing happens until then."""
    times: list[datetime] = []
    for rule in plan.watch:
        if rule.quiet_hours is not None:
            times.append(watched.news_at + timedelta(hours=rule.quiet_hours))
        if rule.unsigned_minutes is not None:
            span = timedelta(minutes=rule.unsigned_minutes)
            times += [_issued(task) + span for task in watched.orders if _unsigned(task)]
        if rule.overdue_tasks is not None:
            times += [task.due for task in watched.orders if task.state in _WORKING]
    return min((time for time in times if time > at), default=None)


def _fits(one: Wanted, response: Response) -> bool:
    """No raise to where it is, no lower to above, no order that it has."""
    if one.kind == "raise":
        return one.level is not None and one.level != response.level and at_least(one.level, response.level)
    if one.kind == "lower":
        return one.level is not None and one.level != response.level and at_least(response.level, one.level)
    return one.kind != "add_task" or one.task not in response.orders


def _by_rule(plan: Plan, rule: WatchRule, reason: JsonObject) -> Wanted:
    zh, en = rule.zh, rule.en
    if rule.proposes in {"raise", "lower"} and rule.level is not None:
        words = LEVEL_WORDS[rule.level]
        zh = f"{'提级' if rule.proposes == 'raise' else '降级'}为{words[0]}响应"
        en = f"{'Raise' if rule.proposes == 'raise' else 'Lower'} to {words[1]}"
    listed = next((task for task in plan.tasks if task.code == rule.task), None) if rule.task else None
    if listed is not None:
        zh, en = f"增派任务：{listed.zh}", f"Add the order: {listed.en}"
    automatic = rule.automatic and rule.proposes == "add_task" and listed is not None and listed.priority != "life"
    return Wanted(
        rule.id,
        rule.proposes,
        rule.level,
        rule.task,
        zh,
        en,
        (reason,),
        (rule.if_ignored_zh, rule.if_ignored_en),
        automatic,
    )


# --- conditions ----------------------------------------------------------------------------------------------------------


def _true_of(rule: WatchRule, watched: Watched, at: datetime) -> JsonObject | None:
    """The reason in numbers, None when it is not so."""
    if rule.metric is not None:
        return _by_number(rule, watched)
    if rule.colour is not None:
        return _by_colour(rule, watched)
    if rule.overdue_tasks is not None:
        late = [task for task in watched.orders if task.state in _WORKING and task.due <= at]
        if len(late) < rule.overdue_tasks:
            return None
        return _orders(
            rule, late, "overdue_tasks", rule.overdue_tasks, f"{len(late)} 项任务超时", f"{len(late)} orders overdue"
        )
    if rule.help_wanted:
        asking = [task for task in watched.orders if task.is_open and task.need_help is not None]
        return _orders(rule, asking, "help_wanted", 1, "现场求援", "the field asks for help") if asking else None
    if rule.unsigned_minutes is not None:
        span = timedelta(minutes=rule.unsigned_minutes)
        late = [task for task in watched.orders if _unsigned(task) and _issued(task) + span <= at]
        minutes = rule.unsigned_minutes
        words = (f"下达 {minutes} 分钟仍未签收", f"unsigned {minutes} minutes after it was given")
        return _orders(rule, late, "unsigned_minutes", minutes, *words) if late else None
    if rule.quiet_hours is not None and watched.news_at + timedelta(hours=rule.quiet_hours) <= at:
        hours = rule.quiet_hours
        return _reason(
            rule,
            f"已 {hours:g} 小时没有新的灾情数据和预警：{rule.zh}",
            f"no new figure or warning for {hours:g} hours: {rule.en}",
            "quiet_hours",
            (at - watched.news_at).total_seconds() / 3600,
            hours,
            iso(watched.news_at),
        )
    return None


def _number(rule: WatchRule, watched: Watched) -> float | None:
    if rule.metric is None:
        return None
    if rule.assessed:
        median = watched.medians.get(rule.metric)
        return None if median is None else median.middle
    known = metrics()
    if rule.metric not in known.metrics and rule.metric not in known.derived:
        return None
    quantity = known.known(rule.metric, watched.situation.figures)
    return None if quantity is None else quantity.value


def _by_number(rule: WatchRule, watched: Watched) -> JsonObject | None:
    value = _number(rule, watched)
    if value is None or rule.metric is None:
        return None
    limit = rule.at_least if rule.at_least is not None else rule.at_most
    if limit is None or (rule.at_least is not None and value < limit) or (rule.at_least is None and value > limit):
        return None
    if rule.assessed:
        median = watched.medians[rule.metric]
        span = f"{_plain(median.low)}–{_plain(median.high)}"
        zh = f"模型评估{median.zh}约 {value:g} {median.unit_zh}（80% 区间 {span}）：{rule.zh}"
        en = f"the model's {median.en}: about {value:g} {median.unit_en} (80 % interval {span}): {rule.en}"
        return {
            **_reason(rule, zh, en, rule.metric, value, limit, median.at),
            "model": median.model,
            "low": median.low,
            "high": median.high,
        }
    label, unit = metrics().label(rule.metric), metrics().unit(rule.metric)
    zh, en = f"{label[0]} {value:g} {unit[0]}：{rule.zh}", f"{label[1]} {value:g} {unit[1]}: {rule.en}"
    return _reason(rule, zh, en, rule.metric, value, limit, None)


def _by_colour(rule: WatchRule, watched: Watched) -> JsonObject | None:
    reached = [
        c
        for c in _COLOURS
        if c in watched.situation.colours and rule.colour and _COLOURS.index(c) <= _COLOURS.index(rule.colour)
    ]
    if not reached:
        return None
    zh, en = _COLOUR_WORDS[reached[0]]
    return _reason(rule, f"{zh}预警：{rule.zh}", f"{en} warning: {rule.en}", "colour", reached[0], rule.colour, None)


def _orders(rule: WatchRule, tasks: Iterable[Task], metric: str, limit: float, zh: str, en: str) -> JsonObject:
    listed = list(tasks)
    named_zh = "、".join(f"{task.no} {task.title}" for task in listed[:3])
    named_en = ", ".join(f"{task.no} {task.title_en or task.title}" for task in listed[:3])
    ids: list[Json] = [str(task.id) for task in listed]
    reason = _reason(
        rule, f"{zh}（{named_zh}）：{rule.zh}", f"{en} ({named_en}): {rule.en}", metric, len(listed), limit, None
    )
    return {**reason, "tasks": ids}


def _reason(
    rule: WatchRule, zh: str, en: str, metric: str, value: Json, threshold: Json, since: str | None
) -> JsonObject:
    return {
        "zh": zh + ("" if zh.endswith("。") else "。"),
        "en": en[:1].upper() + en[1:] + ("" if en.endswith(".") else "."),
        "metric": metric,
        "value": round(value, 2) if isinstance(value, float) else value,
        "threshold": threshold,
        "at": since,
        "clause": rule.clause,
        "source": rule.source,
        "basis": rule.basis,
    }


def _plain(value: float | None) -> str:
    return "?" if value is None else f"{value:g}"


def _unsigned(task: Task) -> bool:
    return task.state == "issued" and task.signed_at is None


def _issued(task: Task) -> datetime:
    return task.issued_at if task.start_at is None else max(task.issued_at, task.start_at)
