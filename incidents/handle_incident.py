"""Carrying out what is decided about an incident itself: open, correct, draw, grade, close, reopen, link, attach."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from gis.geometry import check_geometry

from incidents import entry_store, handle_alert, handle_call, store
from incidents.alert import Alert, alert_object
from incidents.call import Call, call_object
from incidents.classification import catalogue
from incidents.commands import (
    Attach,
    CloseIncident,
    CorrectIncident,
    DecideGrade,
    DrawArea,
    LinkIncident,
    OpenIncident,
    ReopenIncident,
)
from incidents.entries import Link, link_object
from incidents.handle_figure import Entered, enter, suggest_grade
from incidents.incident import Incident, require_may_lower, require_open, require_version
from incidents.place import Where, locate
from incidents.reporting import reporting
from incidents.summary import Held, head_facts, hold
from incidents.transitions import transitions
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.deadlines import deadline_object, deadline_streams, set_deadline, settle_incident_deadlines
from spine.errors import Refused
from spine.picture import boards
from spine.principal import CITY, Role

# --- opening -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Opening:
    where: Where
    alert: Alert | None
    call: Call | None

    def scope(self) -> Scope:
        return Scope(area=self.where.area_code or CITY)


async def _prepare(tx: Transaction, command: Command[OpenIncident]) -> _Opening:
    data = command.data
    alert = None if data.from_alert is None else await handle_alert.lock(tx, data.from_alert, "data.from_alert")
    call = None if data.from_call is None else await handle_call.lock(tx, data.from_call)
    where = await locate(tx.conn, data.point, data.area_code)
    if where.lon is None:
        source = alert if alert is not None else call
        if source is not None and source.lon is not None:
            origin = call.origin if call is not None else "WGS84"
            where = Where(source.lon, source.lat, origin, where.area_code or source.area_code)
    return _Opening(where, alert, call)


async def _open(tx: Transaction, command: Command[OpenIncident], opening: _Opening) -> Outcome:
    data, where = command.data, opening.where
    catalogue().need(data.class_key)
    incident = await store.save_incident(
        tx.conn,
        Incident(
            id=command.id,
            no=await handle_call.numbered(tx, "S", where.area_code),
            title=data.title,
            class_key=data.class_key,
            status="open",
            place=data.place,
            lon=where.lon,
            lat=where.lat,
            origin=where.origin,
            area_code=where.area_code or CITY,
            occurred_at=command.occurred_at,
            opened_at=tx.at,
            description=data.description,
            incident_area=None,
            impact_area=None,
            sensitive=data.sensitive,
            from_alert=data.from_alert,
            from_call=data.from_call,
            opened_by=dict(command.by.as_by()),
            closed=None,
            grade_suggested=None,
            grade_decided=None,
            response=None,
            tasks_open=0,
            tasks_closed=0,
            tasks_total=0,
            version=1,
            updated_at=tx.at,
        ),
    )
    held = Held(incident, frozenset(), frozenset())
    entered = [
        Entered(metric, value, source, command.occurred_at) for metric, value, source in _figures_of(data, opening)
    ]
    figures = await enter(tx, held, entered, command.by)
    held, graded = await suggest_grade(tx, held)
    attached = await _attach_sources(tx, held, opening.alert, opening.call)
    clocks = await _first_report_clocks(tx, held.incident)
    board = dict(attached.board)
    board["deadlines"] = {**board.get("deadlines", {}), **clocks}
    told: JsonObject = {"title": incident.title, "class_key": incident.class_key, "no": incident.no}
    facts = head_facts(
        held,
        "incident.opened",
        told,
        incident_now={**figures, **attached.incident, "deadlines": clocks},
        board_now=board,
    )
    if graded:
        facts += head_facts(held, "incident.grade_suggested", graded)
    return Outcome([*facts, *attached.facts], {"incident_id": str(incident.id), "no": incident.no})


def _figures_of(data: OpenIncident, opening: _Opening) -> list[tuple[str, float, str]]:
    """What is known at once: given with the command, else from the call, else from the alert."""
    found: dict[str, tuple[float, str]] = {}
    if opening.alert is not None:
        for metric, value in (("magnitude", opening.alert.magnitude), ("depth_km", opening.alert.depth_km)):
            if value is not None:
                found[metric] = (value, opening.alert.source)
    if opening.call is not None:
        for metric, value in opening.call.figures.items():
            found[metric] = (float(value), opening.call.source)  # type: ignore[arg-type]
    for metric, value in handle_call.checked_figures(data.figures, "data.figures").items():
        found[metric] = (float(value), "值班登记")  # type: ignore[arg-type]
    return [(metric, value, source) for metric, (value, source) in found.items()]


async def _first_report_clocks(tx: Transaction, incident: Incident) -> dict[str, Json]:
    shown: dict[str, Json] = {}
    limits = reporting().first_report(
        incident.class_key,
        tx.at,
        grade=incident.decided_grade or incident.suggested_grade,
        sensitive=incident.sensitive,
    )
    for limit in limits:
        row = await set_deadline(
            tx,
            kind=limit.kind,
            incident_id=incident.id,
            subject_kind="incident",
            subject_id=incident.id,
            department=None,
            title_zh=f"{limit.title_zh}·{incident.title}",
            title_en=f"{limit.title_en} · {incident.title}",
            to_zh=limit.to_zh,
            to_en=limit.to_en,
            due_at=limit.due_at,
            area=incident.area_code,
        )
        shown[str(row.id)] = deadline_object(row)
    return shown


# --- attaching ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Attached:
    """After-images of what was attached: on the incident, on its boards, and facts for boards of other counties."""

    incident: dict[str, Mapping[str, Json]]
    board: dict[str, dict[str, Json]]
    facts: list[NewFact]


async def _attach_sources(tx: Transaction, held: Held, alert: Alert | None, call: Call | None) -> _Attached:
    own: dict[str, Mapping[str, Json]] = {}
    board: dict[str, dict[str, Json]] = {}
    facts: list[NewFact] = []
    machines, home = transitions(), set(boards(held.incident.area_code))
    if alert is not None:
        state = machines["alert"].step(alert.state, "incident.attach", "预警", "alert", "data.alert_id")
        alert = await store.save_alert(
            tx.conn, replace(alert, state=state, incident_id=held.incident.id, version=alert.version + 1)
        )
        own["alerts"] = {str(alert.id): alert_object(alert)}
        board["alerts"] = {str(alert.id): None}
        answered = await handle_alert.settle_answer(tx, alert.id)
        if answered:
            board["deadlines"] = answered
        gone: dict[str, dict[str, Json]] = {"alerts": {str(alert.id): None}, "deadlines": answered}
        facts += _on_other_boards(alert.area_code, home, "alert", str(alert.id), gone)
    if call is not None:
        state = machines["call"].step(call.state, "incident.attach", "来电", "call", "data.call_id")
        call = await store.save_call(
            tx.conn, replace(call, state=state, incident_id=held.incident.id, version=call.version + 1)
        )
        own["calls"] = {str(call.id): call_object(call)}
        board["calls"] = {str(call.id): None}
        facts += _on_other_boards(call.area_code, home, "call", str(call.id), {"calls": {str(call.id): None}})
    return _Attached(own, board, facts)


def _on_other_boards(
    area_code: str | None, home: set[str], what: str, key: str, gone: dict[str, dict[str, Json]]
) -> list[NewFact]:
    data: JsonObject = {f"{what}_id": key}
    return [NewFact(stream, "incident.attached", data, now=gone) for stream in sorted(set(boards(area_code)) - home)]


async def _load_attach(tx: Transaction, command: Command[Attach]) -> tuple[Held, Alert | None, Call | None]:
    data = command.data
    if (data.alert_id is None) == (data.call_id is None):
        raise Refused(
            "attach_one",
            zh="请指定一条预警或一条来电。",
            en="Name either an alert or a call.",
            field="data.alert_id",
            final=False,
        )
    held = await hold(tx, data.incident_id)
    alert = None if data.alert_id is None else await handle_alert.lock(tx, data.alert_id)
    call = None if data.call_id is None else await handle_call.lock(tx, data.call_id)
    return held, alert, call


async def _attach(tx: Transaction, command: Command[Attach], state: tuple[Held, Alert | None, Call | None]) -> Outcome:
    held, alert, call = state
    require_open(held.incident)
    attached = await _attach_sources(tx, held, alert, call)
    told: JsonObject = {
        "alert_id": None if alert is None else str(alert.id),
        "call_id": None if call is None else str(call.id),
    }
    facts = head_facts(held, "incident.attached", told, incident_now=attached.incident, board_now=attached.board)
    return Outcome([*facts, *attached.facts])


# --- correcting and drawing --------------------------------------------------------------------------------------


async def _hold_corrected(tx: Transaction, command: Command[CorrectIncident]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _correct(tx: Transaction, command: Command[CorrectIncident], held: Held) -> Outcome:
    data, incident = command.data, held.incident
    require_open(incident)
    require_version(incident, data.expect)
    if data.class_key is not None:
        catalogue().need(data.class_key)
    if data.occurred_at is not None and data.occurred_at > tx.at:
        raise Refused(
            "time_in_future",
            zh="发生时间晚于当前时间。",
            en="The time given lies in the future.",
            field="data.occurred_at",
        )
    given = data.model_dump(exclude_none=True, exclude={"incident_id", "expect", "point", "area_code"})
    changed = replace(incident, **given)
    before = set(boards(incident.area_code))
    if data.point is not None or data.area_code is not None:
        where = await locate(tx.conn, data.point, data.area_code)
        if where.lon is not None:
            changed = replace(changed, lon=where.lon, lat=where.lat, origin=where.origin)
        changed = replace(changed, area_code=where.area_code or changed.area_code)
    changed = replace(changed, version=incident.version + 1, updated_at=tx.at)
    held = replace(held, incident=await store.save_incident(tx.conn, changed))
    held, graded = await suggest_grade(tx, held)
    fields: list[str] = [*given]
    fields += [name for name in ("point", "area_code") if getattr(data, name) is not None]
    told: JsonObject = {"fields": sorted(fields)}
    facts = head_facts(held, "incident.corrected", told)
    for stream in sorted(before - set(boards(held.incident.area_code))):
        facts.append(NewFact(stream, "incident.corrected", told, now={"incidents": {str(incident.id): None}}))
    if graded:
        facts += head_facts(held, "incident.grade_suggested", graded)
    return Outcome(facts, {"version": held.incident.version})


async def _hold_drawn(tx: Transaction, command: Command[DrawArea]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _draw(tx: Transaction, command: Command[DrawArea], held: Held) -> Outcome:
    data = command.data
    require_open(held.incident)
    require_version(held.incident, data.expect)
    geometry = None if data.geometry is None else check_geometry(data.geometry, "data.geometry")
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
    facts = head_facts(
        held,
        "incident.closed",
        {"reason": data.reason},
        incident_now={"deadlines": gone},
        board_now={"deadlines": gone},
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
    return Outcome(head_facts(held, "incident.reopened", {"reason": data.reason}), {"version": held.incident.version})


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
    link = await entry_store.insert_link(
        tx.conn,
        Link(command.id, one.incident.id, other.incident.id, command.data.relation, tx.at, dict(command.by.as_by())),
    )
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
    Handling(OpenIncident, _OFFICER, _prepare, _Opening.scope, _open),
    Handling(Attach, _OFFICER, _load_attach, lambda state: state[0].scope(), _attach),
    Handling(CorrectIncident, _OFFICER, _hold_corrected, _of_held, _correct),
    Handling(DrawArea, _OFFICER, _hold_drawn, _of_held, _draw),
    Handling(DecideGrade, _OFFICER_OR_LEADER, _hold_graded, _of_held, _grade),
    Handling(CloseIncident, _OFFICER_OR_LEADER, _hold_closed, _of_held, _close),
    Handling(ReopenIncident, _OFFICER_OR_LEADER, _hold_reopened, _of_held, _reopen),
    Handling(LinkIncident, _OFFICER, _hold_linked, lambda both: both[0].scope(), _link),
)
