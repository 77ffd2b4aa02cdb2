"""Carrying out what is decided about an open incident: correct, draw, grade, close, reopen, link."""

from dataclasses import replace
from uuid import UUID

from gis.geometry import AREAS, geometry_json, parse_geometry
from incidents import drawing_store, entry_store, store
from incidents.classification import catalogue
from incidents.commands import CloseIncident, CorrectIncident, DecideGrade, DrawArea, LinkIncident, ReopenIncident
from incidents.entries import Link, link_object
from incidents.handle_figure import first_report_clocks, suggest_grade
from incidents.incident import require_may_lower, require_open, require_version
from incidents.place import locate
from incidents.summary import Held, head_facts, hold
from incidents.transitions import transitions
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.carry_out import CLOCK_TOLERANCE
from spine.clock import iso
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.deadlines import deadline_object, deadline_streams, move_incident_deadlines, settle_incident_deadlines
from spine.errors import Refused
from spine.picture import boards
from spine.principal import Role

# --- correcting and drawing --------------------------------------------------------------------------------------


async def _hold_corrected(tx: Transaction, command: Command[CorrectIncident]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _correct(tx: Transaction, command: Command[CorrectIncident], held: Held) -> Outcome:
    data, incident = command.data, held.incident
    require_open(incident)
    require_version(incident, data.expect)
    if data.class_key is not None:
        catalogue().need(data.class_key)
    if data.occurred_at is not None and data.occurred_at > tx.at + CLOCK_TOLERANCE:
        raise Refused(
            "time_in_future",
            zh="发生时间晚于当前时间。",
            en="The time given lies in the future.",
            field="data.occurred_at",
            final=False,
        )
    given = data.model_dump(exclude_none=True, exclude={"incident_id", "expect", "point", "area_code"})
    fields = [*given, *(name for name in ("point", "area_code") if getattr(data, name) is not None)]
    if not fields:
        raise Refused(
            "nothing_to_correct",
            zh="没有需要更正的内容。",
            en="Nothing to correct was given.",
            field="data",
            final=False,
        )
    changed = replace(incident, **given)
    if data.point is not None or data.area_code is not None:
        where = await locate(tx.conn, data.point, data.area_code)
        if where.lon is not None:
            changed = replace(changed, lon=where.lon, lat=where.lat, origin=where.origin)
        changed = replace(changed, area_code=where.area_code or changed.area_code)
    changed = replace(changed, version=incident.version + 1, updated_at=tx.at)
    held = replace(held, incident=await store.save_incident(tx.conn, changed))
    held, graded = await suggest_grade(tx, held)
    told: JsonObject = {"fields": sorted(fields)}
    before, after = set(boards(incident.area_code)), set(boards(held.incident.area_code))
    clocks: dict[str, Json] = {}
    drawn: dict[str, Json] = {}
    if before != after:
        # Running clocks go where the incident goes.
        moved = await move_incident_deadlines(tx, incident.id, held.incident.area_code)
        clocks = {str(row.id): deadline_object(row) for row in moved}
        if incident.status == "open":
            drawn = await drawing_store.board_drawings_of_incident(tx.conn, incident.id)
    shown = {name: objects for name, objects in (("deadlines", clocks), ("drawings", drawn)) if objects}
    facts = head_facts(held, "incident.corrected", told, board_now=shown or None)
    gone: dict[str, dict[str, Json]] = {
        "incidents": {str(incident.id): None},
        "deadlines": dict.fromkeys(clocks),
        "drawings": dict.fromkeys(drawn),
    }
    facts += [NewFact(stream, "incident.corrected", told, now=gone) for stream in sorted(before - after)]
    if graded:
        facts += head_facts(held, "incident.grade_suggested", graded)
    return Outcome(facts, {"version": held.incident.version})


async def _hold_drawn(tx: Transaction, command: Command[DrawArea]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _draw(tx: Transaction, command: Command[DrawArea], held: Held) -> Outcome:
    data = command.data
    require_open(held.incident)
    require_version(held.incident, data.expect)
    drawn = None if data.geometry is None else parse_geometry(data.geometry, "data.geometry", kinds=AREAS)
    shown = geometry_json(drawn)
    geometry = None if shown is None else dict(shown)
    changed = replace(held.incident, version=held.incident.version + 1, updated_at=tx.at)
    if data.which == "incident_area":
        changed = replace(changed, incident_area=geometry)
    else:
        changed = replace(changed, impact_area=geometry)
    held = replace(held, incident=await store.save_incident(tx.conn, changed))
    return Outcome(head_facts(held, "incident.drawn", {"which": data.which}), {"version": held.incident.version})


# --- grading, closing, linking -----------------------------------------------------------------------------------


async def _hold_graded(tx: Transaction, command: Command[DecideGrade]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _grade(tx: Transaction, command: Command[DecideGrade], held: Held) -> Outcome:
    data, incident = command.data, held.incident
    require_open(incident)
    require_version(incident, data.expect)
    by_leader = any(g.role is Role.LEADER and g.covers(incident.area_code) for g in command.by.grants)
    require_may_lower(incident, data.grade, by_leader)
    decided: dict[str, Json] = {
        "grade": data.grade,
        "reason": data.reason,
        "by": command.by.as_by(),
        "at": iso(tx.at),
    }
    changed = replace(incident, grade_decided=decided, version=incident.version + 1, updated_at=tx.at)
    held = replace(held, incident=await store.save_incident(tx.conn, changed))
    told: JsonObject = {"grade": data.grade, "before": incident.decided_grade, "reason": data.reason}
    return Outcome(head_facts(held, "incident.graded", told), {"version": held.incident.version})


async def _hold_closed(tx: Transaction, command: Command[CloseIncident]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _close(tx: Transaction, command: Command[CloseIncident], held: Held) -> Outcome:
    data, incident = command.data, held.incident
    require_version(incident, data.expect)
    status = transitions()["incident"].step(incident.status, "incident.close", "事件", "incident", "data.incident_id")
    closed: dict[str, Json] = {"at": iso(tx.at), "by": command.by.as_by(), "reason": data.reason}
    changed = replace(incident, status=status, closed=closed, version=incident.version + 1, updated_at=tx.at)
    held = replace(held, incident=await store.save_incident(tx.conn, changed))
    ended = await settle_incident_deadlines(tx, incident.id)
    gone: dict[str, Json] = {str(row.id): None for row in ended}
    by_department = {
        row.department: {"deadlines": {str(r.id): None for r in ended if r.department == row.department}}
        for row in ended
        if row.department is not None
    }
    # What was drawn stays in the incident's picture and leaves the boards.
    off = dict.fromkeys(await drawing_store.board_drawings_of_incident(tx.conn, incident.id))
    facts = head_facts(
        held,
        "incident.closed",
        {"reason": data.reason},
        incident_now={"deadlines": gone},
        board_now={"deadlines": gone, "drawings": off},
        department_now=by_department,
    )
    told = {fact.stream for fact in facts}
    for row in ended:
        # A clock may stand where the incident's head does not.
        facts += [
            NewFact(s, "incident.closed", {"reason": data.reason}, now={"deadlines": {str(row.id): None}})
            for s in deadline_streams(row)
            if s not in told
        ]
    return Outcome(facts, {"version": held.incident.version})


async def _hold_reopened(tx: Transaction, command: Command[ReopenIncident]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _reopen(tx: Transaction, command: Command[ReopenIncident], held: Held) -> Outcome:
    data, incident = command.data, held.incident
    require_version(incident, data.expect)
    status = transitions()["incident"].step(incident.status, "incident.reopen", "事件", "incident", "data.incident_id")
    changed = replace(incident, status=status, closed=None, version=incident.version + 1, updated_at=tx.at)
    held = replace(held, incident=await store.save_incident(tx.conn, changed))
    clocks: dict[str, Json] = {}
    if not any(r.form == "first" for r in await entry_store.reports_of(tx.conn, incident.id)):
        # Closing stopped the clocks of a first report that was never made: it is owed again.
        clocks = await first_report_clocks(tx, held.incident, tx.at)
    shown = {"deadlines": clocks} if clocks else {}
    drawn = await drawing_store.board_drawings_of_incident(tx.conn, incident.id)
    on_boards = {**shown, "drawings": drawn} if drawn else shown
    facts = head_facts(held, "incident.reopened", {"reason": data.reason}, incident_now=shown, board_now=on_boards)
    return Outcome(facts, {"version": held.incident.version})


async def _hold_linked(tx: Transaction, command: Command[LinkIncident]) -> tuple[Held, Held]:
    """Both, locked in the order of their ids, so that two people linking the same pair do not wait for each other."""
    ids: list[UUID] = sorted({command.data.incident_id, command.data.other_id})
    if len(ids) == 1:
        raise Refused(
            "link_to_itself",
            zh="事件不能关联自身。",
            en="An incident cannot be linked to itself.",
            field="data.other_id",
        )
    held = {i: await hold(tx, i, "data.other_id" if i == command.data.other_id else "data.incident_id") for i in ids}
    return held[command.data.incident_id], held[command.data.other_id]


async def _link(tx: Transaction, command: Command[LinkIncident], both: tuple[Held, Held]) -> Outcome:
    one, other = both
    require_open(one.incident)
    new = Link(command.id, one.incident.id, other.incident.id, command.data.relation, tx.at, dict(command.by.as_by()))
    pair = {one.incident.id, other.incident.id}
    linked = [x for x in await entry_store.links_of(tx.conn, one.incident.id) if {x.incident_id, x.other_id} == pair]
    link = None if linked else await entry_store.insert_link(tx.conn, new)
    if link is None:
        raise Refused(
            "already_linked",
            zh="这两个事件已经关联。",
            en="These two incidents are linked already.",
            field="data.other_id",
            status=409,
        )
    now = {"links": {str(link.id): link_object(link)}}
    told: JsonObject = {"relation": link.relation, "other_id": str(link.other_id), "other": other.incident.title}
    back: JsonObject = {"relation": link.relation, "other_id": str(one.incident.id), "other": one.incident.title}
    return Outcome(
        [
            NewFact(f"incident:{one.incident.id}", "incident.linked", told, now=now),
            NewFact(f"incident:{other.incident.id}", "incident.linked", back, now=now),
        ]
    )


_OFFICER = allow(Role.DUTY_OFFICER)
_OFFICER_OR_LEADER = allow(Role.DUTY_OFFICER, Role.LEADER)


def _of_held(held: Held) -> Scope:
    return held.scope()


HANDLINGS = (
    Handling(CorrectIncident, _OFFICER, _hold_corrected, _of_held, _correct),
    Handling(DrawArea, _OFFICER, _hold_drawn, _of_held, _draw),
    Handling(DecideGrade, _OFFICER_OR_LEADER, _hold_graded, _of_held, _grade),
    Handling(CloseIncident, _OFFICER_OR_LEADER, _hold_closed, _of_held, _close),
    Handling(ReopenIncident, _OFFICER_OR_LEADER, _hold_reopened, _of_held, _reopen),
    Handling(LinkIncident, _OFFICER, _hold_linked, lambda both: both[0].scope(), _link),
)
