"""The plans in force in a realm, read in the caller's transaction: whoever asks after a change has committed sees it.

What is in force is a version in the database, and its content never changes; so a content is read and understood once a process, by its
digest, and each question costs one small query. A plan that the database does not know yet (a realm just made) is the shipped one.
"""

from dataclasses import replace

from command.planning.form import plan_from
from command.planning.plan import plans
from command.planning.shape import Plan
from command.planning.store import find_version, in_force, need_version
from command.planning.version import PlanVersion
from spine.command import Connection
from spine.errors import not_found

_understood: dict[tuple[str, int], Plan] = {}
_MOST = 500


async def plans_in_force(conn: Connection) -> tuple[Plan, ...]:
    """Every plan in force, in the order of their ids. `Plan.version` is the number of the version."""
    rows = await in_force(conn)
    known = {plan_id for plan_id, _, _ in rows}
    found = [plan for plan in plans() if plan.id not in known]
    for plan_id, version, digest in rows:
        if version > 0:
            plan = _understood.get((digest, version))
            found.append(plan or _understand(await need_version(conn, plan_id, version)))
    return tuple(sorted(found, key=lambda plan: plan.id))


async def need_plan_in_force(conn: Connection, plan_id: str, field: str = "data.plan_id") -> Plan:
    """Raises Refused `not_found`, also for a plan that was repealed."""
    found = next((plan for plan in await plans_in_force(conn) if plan.id == plan_id), None)
    if found is None:
        raise not_found("现行预案", "plan in force", plan_id, field=field)
    return found


async def plan_version(conn: Connection, plan_id: str, version: int, field: str = "data.plan_id") -> Plan:
    """A plan as one of its versions has it: what a response was activated with stays what it is read by. Raises Refused `not_found`."""
    row = await find_version(conn, plan_id, version)
    if row is not None:
        return _understood.get((row.digest, version)) or _understand(row)
    shipped = next((plan for plan in plans() if plan.id == plan_id and plan.version == version), None)
    if shipped is None:
        raise not_found("预案版本", "version of a plan", f"{plan_id} {version}", field=field)
    return shipped


def _understand(row: PlanVersion) -> Plan:
    plan = replace(plan_from(row.content), version=row.version)
    if row.state != "draft":
        if len(_understood) >= _MOST:
            _understood.clear()
        _understood[(row.digest, row.version)] = plan
    return plan
