"""Contingency plans as data (数字化预案): read from `plans/*.yaml`, checked in the words of the planner who edits them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from command.organisation.book import Named, Organisation, organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import LEVELS, Level
from incidents.classification import catalogue, is_within
from incidents.metrics import metrics
from spine.canonical import Json, JsonObject
from spine.errors import not_found

PLANS = Path(__file__).parent / "plans"

Basis = Literal["statute", "illustrative"]
Colour = Literal["red", "orange", "yellow", "blue"]
Evidence = Literal["text", "photo", "file"]
_COUNTY = "{county}"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    clause: str
    source: str


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What a response level needs: which posts propose and approve, how long the decision may take, who is told.

    `deputies`: posts that are asked in this order, each for `decide_minutes`, when the one before did not decide in time.
    `report_minutes`: how often follow-up reports are due; `press_minutes`: by when the public is first told.
    """

    __pydantic_config__ = STRICT
    zh: str
    en: str
    proposed_by: str
    approved_by: str
    decide_minutes: int
    notify: tuple[str, ...]
    clause: str
    source: str
    basis: Basis
    deputies: tuple[str, ...] = ()
    report_minutes: int | None = None
    press_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """One condition that speaks for a level: a grade or worse, a figure of at least so much, or a warning colour."""

    __pydantic_config__ = STRICT
    level: Level
    zh: str
    en: str
    clause: str
    source: str
    basis: Basis
    grade: Level | None = None
    metric: str | None = None
    at_least: float | None = None
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class PlanResource:
    """What a task needs: `kind` is a unit capability, a unit kind or an item of stock; `holder`: the department that has it."""

    __pydantic_config__ = STRICT
    kind: str
    quantity: int
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """A working group (工作组) of the headquarters: who leads it, who belongs to it, what it does."""

    __pydantic_config__ = STRICT
    id: str
    zh: str
    en: str
    lead: str
    members: tuple[str, ...]
    duty_zh: str
    duty_en: str


@dataclass(frozen=True, slots=True)
class Termination:
    """When the response may end, and which post says so."""

    __pydantic_config__ = STRICT
    condition_zh: str
    condition_en: str
    approved_by: str
    clause: str
    source: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class WatchRule:
    """Something that is watched while the plan is active: when it comes true, a proposal appears (动态决策).

    Condition: one of `metric` with `at_least` or `at_most` (a figure of the incident, or the median of a model's outcome when
    `assessed`), `colour` (a warning's), `overdue_tasks` (so many orders past due), `help_wanted` (a unit asks for help),
    `unsigned_minutes` (an order unsigned for so long), `quiet_hours` (no new figure or warning for so long).
    `proposes`: what is proposed; `level` for raise and lower, `task` (a code of this plan) for add_task.
    `automatic`: done at once by the machine, only ever for add_task of tasks that endanger nobody; else a person decides.
    """

    __pydantic_config__ = STRICT
    id: str
    zh: str
    en: str
    proposes: Literal["raise", "lower", "add_task", "move_unit", "extend_zone", "stand_down"]
    if_ignored_zh: str
    if_ignored_en: str
    clause: str
    source: str
    basis: Basis
    metric: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    assessed: bool = False
    colour: Colour | None = None
    overdue_tasks: int | None = None
    help_wanted: bool = False
    unsigned_minutes: int | None = None
    quiet_hours: float | None = None
    level: Level | None = None
    task: str | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class PlanTask:
    """A task that this plan gives at `level` and every higher one. `owner` may hold {county}: the incident's county.

    Clocks are T+ minutes from activation: it begins at `start_minutes` (T+0 when 0) and is due `due_minutes` after it began.
    `after`: codes of this plan's tasks that must be closed before it begins. `joint`: every department in `support` gets a part
    of its own, and the owner leads them. `precondition`: what must hold in words, for the one who chooses tasks.
    `shared`: names the purpose where several plans serve the same one (`evacuation`): the same owner gets one order for it.
    """

    __pydantic_config__ = STRICT
    code: str
    level: Level
    zh: str
    en: str
    text_zh: str
    text_en: str
    owner: str
    support: tuple[str, ...]
    due_minutes: int
    deliverable: str
    evidence: tuple[Evidence, ...]
    clause: str
    source: str
    basis: Basis
    sign_minutes: dict[Level, int] | None = None
    start_minutes: int = 0
    after: tuple[str, ...] = ()
    joint: bool = False
    priority: Literal["life", "urgent", "normal"] = "normal"
    precondition_zh: str | None = None
    precondition_en: str | None = None
    checklist: tuple[Named, ...] = ()
    resources: tuple[PlanResource, ...] = ()
    shared: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    __pydantic_config__ = STRICT
    version: int
    id: str
    zh: str
    en: str
    issuer: str
    illustrative: bool
    classes: tuple[str, ...]
    decision: Literal["explicit"]  # silence never starts a response (invariant 16)
    legal_basis: tuple[LegalBasis, ...]
    levels: dict[Level, LevelRule]
    sign_minutes: dict[Level, int]
    triggers: tuple[Trigger, ...]
    tasks: tuple[PlanTask, ...]
    kind: Literal["overall", "special", "department", "grassroots", "unit", "event"] = "special"
    doc_no: str | None = None
    valid_from: str | None = None
    review_due: str | None = None
    groups: tuple[PlanGroup, ...] = ()
    watch: tuple[WatchRule, ...] = ()
    termination: Termination | None = None

    def applies_to(self, class_key: str) -> bool:
        return any(is_within(class_key, family) for family in self.classes)

    def tasks_at(self, level: Level) -> tuple[PlanTask, ...]:
        """The tasks of a level: its own and those of every lower one."""
        return tuple(task for task in self.tasks if LEVELS.index(task.level) >= LEVELS.index(level))

    def to_json(self) -> JsonObject:
        return plan_object(self)

    def sign_minutes_of(self, task: PlanTask, level: Level) -> int:
        return (task.sign_minutes or self.sign_minutes).get(level, self.sign_minutes[level])


def owner_of(code: str, area_code: str | None) -> str:
    """The desk that a task goes to. A county desk needs a county; without one the city's desk of the same kind gets it."""
    if _COUNTY not in code:
        return code
    county = area_code[:6] if area_code is not None and len(area_code) >= 6 else None
    if county is not None and f"{code.replace(_COUNTY, county)}" in organisation().departments:
        return code.replace(_COUNTY, county)
    return {"CTY": "GOV"}.get(code.partition("-")[0], code.partition("-")[0])


@cache
def plans() -> tuple[Plan, ...]:
    """Every plan that is shipped. Raises RulesTrouble for the first file that is wrong."""
    found = tuple(read_plan(path, organisation()) for path in sorted(PLANS.glob("*.yaml")))
    if len({plan.id for plan in found}) != len(found):
        raise RulesTrouble(PLANS, [("有两个预案用了同一编号。", "Two plans have the same id.")])
    return found


def need_plan(plan_id: str, field: str = "data.plan_id") -> Plan:
    """Raises Refused `not_found`."""
    found = next((plan for plan in plans() if plan.id == plan_id), None)
    if found is None:
        raise not_found("预案", "plan", plan_id, field=field)
    return found


def read_plan(path: Path, known: Organisation) -> Plan:
    """A plan, or RulesTrouble with everything that is wrong in it at once."""
    plan = read_rules(path, Plan)
    troubles = [*_level_troubles(plan, known), *_trigger_troubles(plan), *_task_troubles(plan, known)]
    for key in plan.classes:
        if catalogue().find(key) is None:
            troubles.append((f"适用类别“{key}”不在事件分类目录中。", f"Class '{key}' is not in the event catalogue."))
    if troubles:
        raise RulesTrouble(path, troubles)
    return plan


Troubles = list[tuple[str, str]]


def _level_troubles(plan: Plan, known: Organisation) -> Troubles:
    troubles: Troubles = []
    for level in LEVELS:
        if level not in plan.levels:
            troubles.append((f"缺少响应级别 {level} 的规定。", f"Level {level} is not described."))
        if level not in plan.sign_minutes:
            troubles.append((f"缺少 {level} 级的签收时限。", f"sign_minutes lacks level {level}."))
    for level, rule in plan.levels.items():
        for post in (rule.proposed_by, rule.approved_by):
            if post not in known.posts:
                troubles.append(
                    (f"{level} 级写了不存在的岗位“{post}”。", f"Level {level} names no such post '{post}'.")
                )
        for code in rule.notify:
            if code not in known.departments:
                troubles.append(
                    (
                        f"{level} 级通知名单中的部门“{code}”不存在。",
                        f"Level {level} notifies '{code}', no such department.",
                    )
                )
        if rule.decide_minutes <= 0:
            troubles.append((f"{level} 级的决策时限必须大于 0。", f"decide_minutes of level {level} must be positive."))
    return troubles


def _trigger_troubles(plan: Plan) -> Troubles:
    troubles: Troubles = []
    for number, trigger in enumerate(plan.triggers, 1):
        named = [trigger.grade is not None, trigger.metric is not None, trigger.colour is not None]
        if sum(named) != 1 or (trigger.metric is None) != (trigger.at_least is None):
            troubles.append(
                (
                    f"第 {number} 条启动条件应只写一项：事件分级、指标（含下限）或预警颜色。",
                    f"Trigger {number} must name exactly one of: grade, metric with at_least, colour.",
                )
            )
        metric = trigger.metric
        if metric is not None and metric not in metrics().metrics and metric not in metrics().derived:
            troubles.append(
                (f"第 {number} 条启动条件的指标“{metric}”不存在。", f"Trigger {number}: no such metric '{metric}'.")
            )
    return troubles


def _task_troubles(plan: Plan, known: Organisation) -> Troubles:
    troubles: Troubles = []
    seen: set[str] = set()
    for task in plan.tasks:
        if task.code in seen:
            troubles.append((f"任务编号“{task.code}”重复。", f"Task code '{task.code}' is used twice."))
        seen.add(task.code)
        for code in (task.owner, *task.support):
            if not _is_department(code, known):
                troubles.append(
                    (
                        f"任务 {task.code} 写了不存在的部门“{code}”。",
                        f"Task {task.code} names no such department '{code}'.",
                    )
                )
        if task.due_minutes <= 0:
            troubles.append(
                (f"任务 {task.code} 的办理时限必须大于 0。", f"due_minutes of {task.code} must be positive.")
            )
    return troubles


def _is_department(code: str, known: Organisation) -> bool:
    if code in known.departments:
        return True
    pattern = re.escape(code).replace(re.escape(_COUNTY), r"\d{6}")
    return _COUNTY in code and any(re.fullmatch(pattern, name) for name in known.departments)


def plan_object(plan: Plan) -> JsonObject:
    """A plan as the screens show it."""
    levels: dict[str, Json] = {
        level: {
            "zh": rule.zh,
            "en": rule.en,
            "proposed_by": rule.proposed_by,
            "approved_by": rule.approved_by,
            "decide_minutes": rule.decide_minutes,
            "notify": list(rule.notify),
            "clause": rule.clause,
            "source": rule.source,
            "basis": rule.basis,
        }
        for level, rule in plan.levels.items()
    }
    return {
        "id": plan.id,
        "version": plan.version,
        "zh": plan.zh,
        "en": plan.en,
        "issuer": plan.issuer,
        "illustrative": plan.illustrative,
        "classes": list(plan.classes),
        "legal_basis": [{"zh": b.zh, "en": b.en, "clause": b.clause, "source": b.source} for b in plan.legal_basis],
        "levels": levels,
        "triggers": [
            {
                "level": t.level,
                "zh": t.zh,
                "en": t.en,
                "grade": t.grade,
                "metric": t.metric,
                "at_least": t.at_least,
                "colour": t.colour,
                "clause": t.clause,
                "source": t.source,
                "basis": t.basis,
            }
            for t in plan.triggers
        ],
        "tasks": [
            {"level": t.level, "evidence": list(t.evidence), **task_line(plan, t, t.level, None)} for t in plan.tasks
        ],
    }


def task_line(plan: Plan, task: PlanTask, level: Level, area_code: str | None) -> dict[str, Json]:
    """A plan's task as it stands in a proposal at this level for an incident in this area."""
    owner = owner_of(task.owner, area_code) if area_code is not None else task.owner
    support: list[Json] = [owner_of(code, area_code) if area_code is not None else code for code in task.support]
    return {
        "code": task.code,
        "title_zh": task.zh,
        "title_en": task.en,
        "text_zh": task.text_zh,
        "text_en": task.text_en,
        "department": owner,
        "support": support,
        "sign_minutes": plan.sign_minutes_of(task, level),
        "due_minutes": task.due_minutes,
        "clause": task.clause,
        "source": task.source,
        "basis": task.basis,
        "deliverable": task.deliverable,
    }
