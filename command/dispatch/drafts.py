"""What an incident needs, as far as the platform knows it: from the assessment, from orders whose plan names units, from calls for help.

Drafts: an officer edits them before anything is asked. An amount is the lower end of its range less what is working there already.
"""

import math
from collections.abc import Mapping, Sequence
from typing import cast
from uuid import UUID

from command import store
from command.dispatch.rules import DispatchRules, Measure
from command.orders.task import Task
from command.organisation.book import organisation
from command.responses.standing import plan_of
from command.units import store as unit_store
from command.units.unit import Unit
from incidents.assessments import store as assessments
from incidents.assessments.assessment import LIVE
from incidents.incident import Incident
from spine.canonical import Json, JsonObject
from spine.db import Connection


async def draft_needs(conn: Connection, incident: Incident, rules: DispatchRules) -> JsonObject:
    """{needs: [draft], at_work: [unit id]}. `low`, `high`: in the draft's measure; `at_work`: so much is there or on its way."""
    tasks = [task for task in await store.tasks_of_incident(conn, incident.id) if task.is_open]
    units = await unit_store.units_by_ids(conn, [task.unit_id for task in tasks if task.unit_id is not None])
    needs = [
        *await _of_assessment(conn, incident, units, rules),
        *_of_help(incident, tasks, units, rules),
        *await _of_orders(conn, incident, tasks),
    ]
    return {"incident_id": str(incident.id), "needs": needs, "at_work": [str(unit.id) for unit in units]}


def _draft(
    key: str,
    incident: Incident,
    words: tuple[str, str],
    capability: str,
    amount: int,
    measure: Measure,
    priority: str,
    source: JsonObject,
    *,
    low: int | None = None,
    high: int | None = None,
    at_work: int = 0,
    task_id: UUID | None = None,
    point: tuple[float, float] | None = None,
) -> JsonObject:
    lon, lat = point or (incident.lon, incident.lat)
    return {
        "id": key,
        "incident_id": str(incident.id),
        "title": words[0],
        "title_en": words[1],
        "capability": capability,
        "amount": amount,
        "measure": measure,
        "priority": priority,
        "by_minutes": None,
        "point": None if lon is None or lat is None else {"lon": lon, "lat": lat, "origin": "WGS84"},
        "task_id": None if task_id is None else str(task_id),
        "source": source,
        "low": low,
        "high": high,
        "at_work": at_work,
    }


async def _of_assessment(
    conn: Connection, incident: Incident, units: Sequence[Unit], rules: DispatchRules
) -> list[Json]:
    answered, _ = (await assessments.newest(conn, incident.id, [LIVE])).get(LIVE, (None, None))
    listed = None if answered is None or answered.brief is None else answered.brief.get("needs")
    if answered is None or not isinstance(listed, Sequence) or isinstance(listed, str):
        return []
    rows = {str(row["rule"]): row for row in listed if isinstance(row, Mapping)}
    found: list[Json] = []
    for mapping in rules.needs:
        row = rows.get(mapping.rule)
        if row is None:
            continue
        low, high = (math.ceil(float(cast(float, row[end])) / mapping.per) for end in ("low", "high"))
        there = sum(_gives(unit, mapping.measure) for unit in units if mapping.capability in unit.capabilities)
        wanted = max(low, 1) - there
        if wanted <= 0:
            continue
        source: JsonObject = {
            "kind": "assessment",
            "assessment_id": str(answered.id),
            "rule": mapping.rule,
            "zh": f"评估：{row['item_zh']} {row['low']}–{row['high']} {row['unit_zh']}（{row['because_zh']}）",
            "en": f"Assessment: {row['low']}–{row['high']} {row['item_en']} ({row['because_en']})",
        }
        found.append(
            _draft(
                f"assessment:{mapping.rule}", incident, (str(row["item_zh"]), str(row["item_en"])), mapping.capability,
                wanted, mapping.measure, mapping.priority, source, low=low, high=high, at_work=there,
            )
        )  # fmt: skip
    return found


def _gives(unit: Unit, measure: Measure) -> int:
    return 1 if measure == "units" else unit.crew


def _of_help(incident: Incident, tasks: Sequence[Task], units: Sequence[Unit], rules: DispatchRules) -> list[Json]:
    """One need for each thing that a unit calls for. `same`: more of what the caller itself is."""
    orders = {task.unit_id: task for task in tasks}
    found: list[Json] = []
    for unit in units:
        asked = unit.need_help
        if asked is None:
            continue
        kinds = asked.get("kinds")
        for kind in kinds if isinstance(kinds, Sequence) and not isinstance(kinds, str) else ():
            mapping = rules.help.get(str(kind))
            if mapping is None:
                continue
            capability = unit.capabilities[0] if mapping.capability == "same" else mapping.capability
            text = asked.get("text")
            source: JsonObject = {
                "kind": "help",
                "unit_id": str(unit.id),
                "task_no": orders[unit.id].no,
                "zh": f"{unit.call_sign} 请求支援" + (f"：{text}" if text else ""),
                "en": f"{unit.call_sign} calls for help" + (f": {text}" if text else ""),
            }
            words = (f"支援 {unit.call_sign}", f"Support for {unit.name_en or unit.call_sign}")
            point = None if unit.lon is None or unit.lat is None else (unit.lon, unit.lat)
            found.append(
                _draft(
                    f"help:{unit.id}:{kind}",
                    incident,
                    words,
                    capability,
                    1,
                    "units",
                    mapping.priority,
                    source,
                    point=point,
                )
            )
    return found


async def _of_orders(conn: Connection, incident: Incident, tasks: Sequence[Task]) -> list[Json]:
    """Open orders without a unit whose plan says what units they take."""
    plans = {response.id: await plan_of(conn, response) for response in await store.responses_of(conn, incident.id)}
    capabilities = organisation().capabilities
    found: list[Json] = []
    for task in tasks:
        plan = None if task.response_id is None else plans.get(task.response_id)
        if plan is None or task.unit_id is not None:
            continue
        planned = next((one for one in plan.tasks if one.code == task.code), None)
        for resource in () if planned is None else planned.resources:
            if resource.kind not in capabilities:
                continue  # goods and vehicles are asked of their holders, not dispatched
            source: JsonObject = {
                "kind": "order",
                "task_no": task.no,
                "zh": f"任务 {task.no}（{plan.zh}）",
                "en": f"Order {task.no} ({plan.en})",
            }
            point = None if task.lon is None or task.lat is None else (task.lon, task.lat)
            found.append(
                _draft(
                    f"order:{task.id}:{resource.kind}", incident, (task.title, task.title_en or task.title), resource.kind,
                    resource.quantity, "units", task.priority, source, task_id=task.id, point=point,
                )
            )  # fmt: skip
    return found
