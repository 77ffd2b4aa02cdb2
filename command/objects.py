"""The JSON objects of this room, as docs/architecture.md names their fields."""

from command.orders.task import Task
from command.responses.response import Response
from command.roster.duty import Duty
from command.units.store import DepartmentRow
from command.units.unit import Unit
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none


def _id(value: object | None) -> str | None:
    return None if value is None else str(value)


def _point(lon: float | None, lat: float | None, origin: str | None) -> JsonObject | None:
    return None if lon is None or lat is None else {"lon": lon, "lat": lat, "origin": origin or "WGS84"}


def response_object(response: Response) -> JsonObject:
    return {
        "id": str(response.id),
        "incident_id": str(response.incident_id),
        "plan_id": response.plan_id,
        "plan_zh": response.plan_zh,
        "plan_en": response.plan_en,
        "state": response.state,
        "suggested": response.suggested,
        "decided": response.decided,
        "ended": response.ended,
        "proposed_tasks": list(response.proposed_tasks),
        "approved_by": response.approved_by,
        "decide_by": iso(response.decide_by),
        "plan_version": response.plan_version,
        "asked": list(response.asked),
        "history": list(response.history),
        "orders": dict(response.orders),
        "version": response.version,
    }


def task_object(task: Task) -> JsonObject:
    support: list[Json] = list(task.support)
    evidence: list[Json] = list(task.evidence)
    return {
        "id": str(task.id),
        "no": task.no,
        "incident_id": str(task.incident_id),
        "incident_title": task.incident_title,
        "response_id": _id(task.response_id),
        "code": task.code,
        "title_zh": task.title,
        "title_en": task.title_en or task.title,
        "text": task.text,
        "text_en": task.text_en or task.text,
        "department": task.department,
        "support": support,
        "unit_id": _id(task.unit_id),
        "clause": task.clause,
        "source": task.source,
        "deliverable": task.deliverable,
        "state": task.state,
        "issued_at": iso(task.issued_at),
        "sign_due": iso(task.sign_due),
        "due": iso(task.due),
        "signed_at": iso_or_none(task.signed_at),
        "submitted_at": iso_or_none(task.submitted_at),
        "closed_at": iso_or_none(task.closed_at),
        "arrived_at": iso_or_none(task.arrived_at),
        "returned": task.returned,
        "progress": task.progress,
        "need_help": task.need_help,
        "parent_id": _id(task.parent_id),
        "joint": task.joint,
        "instruction_id": _id(task.instruction_id),
        "after": [str(before) for before in task.after],
        "start_at": iso_or_none(task.start_at),
        "evidence": evidence,
        "priority": task.priority,
        "due_from": iso(task.due_from),
        "step_from": iso_or_none(task.step_from),
        "step_due": iso_or_none(task.step_due),
        "pause": task.pause,
        "pause_ask": task.pause_ask,
        "extension_ask": task.extension_ask,
        "extension": task.extension,
        "urged": task.urged,
        "supervised": task.supervised,
        "cards": task.cards,
        "point": _point(task.lon, task.lat, task.origin),
        "place": task.place,
        "version": task.version,
        "updated_at": iso(task.updated_at),
    }


def unit_object(unit: Unit) -> JsonObject:
    """`point` is the unit's home while `seen_at` is null: it has not said yet where it is."""
    capabilities: list[Json] = list(unit.capabilities)
    return {
        "id": str(unit.id),
        "code": unit.code,
        "call_sign": unit.call_sign,
        "name": unit.name,
        "name_en": unit.name_en or unit.name,
        "department": unit.department,
        "kind": unit.kind,
        "capabilities": capabilities,
        "crew": unit.crew,
        "status": unit.status,
        "status_at": iso_or_none(unit.status_at),
        "point": _point(unit.lon, unit.lat, unit.origin),
        "accuracy_m": unit.accuracy_m,
        "seen_at": iso_or_none(unit.seen_at),
        "task_id": _id(unit.task_id),
        "need_help": unit.need_help,
        "phone": unit.phone,
        "area_code": unit.area_code,
        "on_duty_since": iso_or_none(unit.on_duty_since),
        "rest_until": iso_or_none(unit.rest_until),
        "version": unit.version,
    }


def duty_object(duty: Duty) -> JsonObject:
    return {
        "id": duty.post,
        "post_zh": duty.post_zh,
        "post_en": duty.post_en,
        "kind": duty.kind,
        "account_id": _id(duty.account_id),
        "person": duty.person,
        "since": iso_or_none(duty.since),
        "how": duty.how,
        "reason": duty.reason,
        "until": iso_or_none(duty.until),
    }


def department_object(row: DepartmentRow) -> JsonObject:
    return {
        "id": row.code,
        "code": row.code,
        "name_zh": row.zh,
        "name_en": row.en,
        "role_zh": row.role_zh,
        "role_en": row.role_en,
        "area_code": row.area_code,
        "parent": row.parent,
        "basis": row.basis,
        "source": row.source,
    }
