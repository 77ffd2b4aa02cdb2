"""Taking the shipped plans into a realm as versions. The city's own versions are never overwritten.

A plan that the realm does not know comes in force at once. A newer edition of one that the city has not touched takes its place; beside
versions of the city's own it becomes a draft, for somebody to compare and decide.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from command.planning.plan import plan_content, plans
from command.planning.shape import Plan
from command.planning.store import lock_plan, save_version
from command.planning.version import PlanVersion, Step, supersede
from spine.canonical import JsonObject, encode
from spine.command import Connection

BY: JsonObject = {"id": "system:plans", "name": "系统·plans"}
_REASON = "随程序提供的预案"


def digest_of(content: JsonObject) -> str:
    return hashlib.sha256(encode(content).encode()).hexdigest()


async def take_in_shipped(
    conn: Connection, at: datetime, plan_ids: Collection[str]
) -> list[tuple[PlanVersion, Sequence[PlanVersion]]]:
    """The versions of these plans that were made, each with all versions of its plan as they are now. Repeating it makes none."""
    made: list[tuple[PlanVersion, Sequence[PlanVersion]]] = []
    for plan in plans():
        if plan.id not in plan_ids:
            continue
        held = await lock_plan(conn, plan.id)
        changed = taken_in(plan, held, at)
        for version in changed:
            await save_version(conn, version)
        if changed:
            numbers = {version.version for version in changed}
            made.append((changed[-1], [*changed, *(one for one in held if one.version not in numbers)]))
    return made


def taken_in(plan: Plan, held: Sequence[PlanVersion], at: datetime) -> list[PlanVersion]:
    """What changes when this edition is taken in: nothing when it, or a newer one, is known. The new version comes last. Pure."""
    content = plan_content(plan)
    digest = digest_of(content)
    shipped = [one for one in held if one.origin == "shipped"]
    if any(one.digest == digest for one in shipped) or any((one.edition or 0) > plan.version for one in shipped):
        return []
    step = Step(BY, at, _REASON)
    untouched = all(one.origin == "shipped" for one in held)
    in_force = next((one for one in held if one.state == "in_force"), None)
    repealed = bool(held) and in_force is None
    number = plan.version if not held else max(one.version for one in held) + 1
    state = "in_force" if untouched and not repealed else "draft"
    fresh = PlanVersion(
        plan_id=plan.id,
        version=number,
        state=state,
        content=content,
        digest=digest,
        origin="shipped",
        edition=plan.version,
        based_on=None if in_force is None else in_force.version,
        writers=[str(BY["id"])],
        author=BY,
        created_at=at,
        changed_at=at,
        history=[step.line("take_in", edition=plan.version)],
        changes=1,
    )
    if state == "in_force" and in_force is not None:
        return [supersede(in_force, number, step), fresh]
    return [fresh]
