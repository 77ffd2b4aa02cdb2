"""Contingency plans (数字化预案): reading a file strictly, the plans that are shipped, and a plan's tasks as they are given.

The plans that are in force in a realm are versions in its database (`planning/book.py`); the shipped ones are their first versions.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter

from command.organisation.book import Organisation, organisation
from command.planning.checks import check_plan, errors_of
from command.planning.shape import (
    Basis,
    Colour,
    Evidence,
    LegalBasis,
    LevelRule,
    Plan,
    PlanGroup,
    PlanResource,
    PlanTask,
    Termination,
    Trigger,
    WatchRule,
)
from command.rulebook import RulesTrouble, read_rules
from command.transitions import Level
from spine.canonical import Json, JsonObject
from spine.errors import not_found

__all__ = [
    "PLANS",
    "Basis",
    "Colour",
    "Evidence",
    "LegalBasis",
    "LevelRule",
    "Plan",
    "PlanGroup",
    "PlanResource",
    "PlanTask",
    "Termination",
    "Trigger",
    "WatchRule",
    "need_plan",
    "owner_of",
    "plan_content",
    "plan_object",
    "plans",
    "read_plan",
    "task_line",
]

PLANS = Path(__file__).parent.parent / "plans"
_COUNTY = "{county}"


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
    """A shipped plan. Raises Refused `not_found`."""
    found = next((plan for plan in plans() if plan.id == plan_id), None)
    if found is None:
        raise not_found("预案", "plan", plan_id, field=field)
    return found


def read_plan(path: Path, known: Organisation) -> Plan:
    """A plan, or RulesTrouble with everything that is wrong in it at once. Warnings are no trouble: `fengsui plan check` tells them."""
    plan = read_rules(path, Plan)
    troubles = [(one.zh, one.en) for one in errors_of(check_plan(plan, known))]
    if troubles:
        raise RulesTrouble(path, troubles)
    return plan


_PLAN = TypeAdapter(Plan)


def plan_content(plan: Plan) -> JsonObject:
    """A plan as its file would say it, as JSON: what a version keeps. Fields at their defaults are left out."""
    return cast(JsonObject, _PLAN.dump_python(plan, mode="json", exclude_defaults=True))


def plan_object(plan: Plan) -> JsonObject:
    """A plan as the screens show it: everything it holds, tasks also as the lines that proposals are made of."""
    whole = cast(Mapping[str, Json], _PLAN.dump_python(plan, mode="json"))
    return {
        **whole,
        "tasks": [
            {
                **cast(Mapping[str, Json], _TASK.dump_python(task, mode="json")),
                **task_line(plan, task, task.level, None),
            }
            for task in plan.tasks
        ],
    }


_TASK = TypeAdapter(PlanTask)


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
