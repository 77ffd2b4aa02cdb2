"""What the rooms above need of an incident: lock it, publish its head, involve somebody, add a note.

An incident's head stands on the boards and in the pictures of every department and unit that has an order in it;
whoever changes the head publishes it to all of them, with `head_facts`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from incidents import entry_store, store
from incidents.entries import Note, is_late, note_object
from incidents.incident import Incident, head_object, incident_object
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.command import Connection, NewFact, Transaction
from spine.errors import not_found
from spine.files import StoredFile
from spine.picture import boards
from spine.principal import Principal

Now = Mapping[str, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Held:
    """A locked incident with who is involved in it."""

    incident: Incident
    departments: frozenset[str]
    units: frozenset[str]

    def scope(self) -> Scope:
        return Scope(self.incident.area_code, self.departments, self.units)


async def hold(tx: Transaction, incident_id: UUID, field: str = "data.incident_id") -> Held:
    """Lock an incident. Everything that changes inside it does so under this lock. Raises Refused `not_found`."""
    incident = await store.lock_incident(tx.conn, incident_id)
    if incident is None:
        raise not_found("事件", "incident", str(incident_id), field=field)
    departments, units = await store.involved(tx.conn, incident_id)
    return Held(incident, departments, units)


def head_streams(held: Held) -> tuple[str, ...]:
    """Every stream but the incident's own in whose picture the head stands."""
    return (
        *boards(held.incident.area_code),
        *(f"department:{code}" for code in sorted(held.departments)),
        *(f"unit:{unit}" for unit in sorted(held.units)),
    )


def head_facts(
    held: Held,
    kind: str,
    data: JsonObject,
    *,
    incident_now: Now | None = None,
    board_now: Now | None = None,
    department_now: Mapping[str, Now] | None = None,
    unit_now: Mapping[str, Now] | None = None,
) -> list[NewFact]:
    """One fact of this kind for the incident and for each stream that shows its head, each with the after-image it needs.

    `incident_now`, `board_now`, `department_now[code]`, `unit_now[id]` are laid over the head's own after-image.
    """
    incident = held.incident
    key = str(incident.id)
    head: dict[str, Mapping[str, Json]] = {"incidents": {key: head_object(incident)}}
    own: dict[str, Mapping[str, Json]] = {"incident": {key: incident_object(incident)}}
    facts = [NewFact(f"incident:{key}", kind, data, now={**own, **(incident_now or {})})]
    common: JsonObject = {"incident_id": key, **data}
    facts += [NewFact(s, kind, common, now={**head, **(board_now or {})}) for s in boards(incident.area_code)]
    for code in sorted(held.departments):
        extra = (department_now or {}).get(code, {})
        facts.append(NewFact(f"department:{code}", kind, common, now={**head, **extra}))
    for unit in sorted(held.units):
        extra = (unit_now or {}).get(unit, {})
        facts.append(NewFact(f"unit:{unit}", kind, common, now={**head, **extra}))
    return facts


async def involve(tx: Transaction, held: Held, *, department: str | None = None, unit_id: UUID | None = None) -> Held:
    """From now on a department or unit may see the incident; its picture gets the head with the next `head_facts`."""
    await store.add_involvement(tx.conn, held.incident.id, tx.at, department=department, unit_id=unit_id)
    return Held(
        held.incident,
        held.departments.union([department] if department else []),
        held.units.union([str(unit_id)] if unit_id else []),
    )


async def set_command_summary(
    tx: Transaction,
    held: Held,
    *,
    tasks: tuple[int, int, int] | None = None,
    response: dict[str, Json] | None = None,
) -> Held:
    """Update what the head says of the command room: tasks (open, closed, total); response {level, plan_zh, plan_en, state}.

    None leaves a part as it is. The head's `version` stays: it counts what is decided about the incident itself.
    """
    incident = replace(held.incident, updated_at=tx.at)
    if tasks is not None:
        incident = replace(incident, tasks_open=tasks[0], tasks_closed=tasks[1], tasks_total=tasks[2])
    if response is not None:
        incident = replace(incident, response=response)
    return replace(held, incident=await store.save_incident(tx.conn, incident))


async def add_note(
    tx: Transaction,
    held: Held,
    *,
    note_id: UUID,
    kind: str,
    text: str,
    by: Principal,
    occurred_at: datetime,
    files: Sequence[StoredFile] = (),
    task_id: UUID | None = None,
    unit_id: UUID | None = None,
    point: tuple[float, float, str] | None = None,
) -> Now:
    """Add a note to the incident; returns the after-image for the incident's stream. `point`: (lon, lat, origin), WGS 84."""
    listed: list[Json] = [{"hash": f.sha256, "media_type": f.media_type, "name": f.name, "size": f.size} for f in files]
    lon, lat, origin = point or (None, None, None)
    note = await entry_store.insert_note(
        tx.conn,
        Note(
            note_id,
            held.incident.id,
            task_id,
            unit_id,
            kind,
            text,
            listed,
            lon,
            lat,
            origin,
            occurred_at,
            tx.at,
            dict(by.as_by()),
            is_late(occurred_at, tx.at),
        ),
    )
    return {"notes": {str(note.id): note_object(note)}}


async def heads_by_ids(conn: Connection, ids: Sequence[UUID]) -> dict[str, Json]:
    return {str(i.id): head_object(i) for i in await store.incidents_by_ids(conn, ids)}
