"""Carrying out the opening of an incident, and attaching alerts and calls to one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from incidents import handle_alert, handle_call, store
from incidents.alert import Alert, alert_object
from incidents.call import Call, call_object
from incidents.classification import catalogue
from incidents.commands import Attach, OpenIncident
from incidents.handle_figure import Entered, enter, first_report_clocks, suggest_grade
from incidents.incident import Incident, require_open
from incidents.place import Where, locate
from incidents.summary import Held, head_facts, hold
from incidents.transitions import transitions
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import Command, Handling, NewFact, Outcome, Transaction
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

    def happened(self, told_at: datetime, now: datetime) -> datetime:
        """When it happened: as the call said, as the source said, else as the officer says; never later than now."""
        if self.call is not None:
            return min(self.call.occurred_at, now)
        if self.alert is not None:
            return min(self.alert.onset_at or self.alert.sent_at, now)
        return told_at

    def received(self, now: datetime) -> datetime:
        """When the duty room first heard of it: from then on the time for the first report runs."""
        return min([now, *(one.received_at for one in (self.call, self.alert) if one is not None)])


async def _prepare(tx: Transaction, command: Command[OpenIncident]) -> _Opening:
    data = command.data
    alert = None if data.from_alert is None else await handle_alert.lock(tx, data.from_alert, "data.from_alert")
    call = None if data.from_call is None else await handle_call.lock(tx, data.from_call, "data.from_call")
    where = await locate(tx.conn, data.point, data.area_code)
    for source, origin in ((call, call.origin if call else None), (alert, "WGS84")):
        if source is not None and where.lon is None and source.lon is not None:
            where = Where(source.lon, source.lat, origin, where.area_code or source.area_code)
        elif source is not None and where.area_code is None:
            where = replace(where, area_code=source.area_code)
    return _Opening(where, alert, call)


async def _open(tx: Transaction, command: Command[OpenIncident], opening: _Opening) -> Outcome:
    data, where = command.data, opening.where
    catalogue().need(data.class_key)
    given = handle_call.checked_figures(data.figures, "data.figures")
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
            occurred_at=opening.happened(command.occurred_at, tx.at),
            opened_at=tx.at,
            description=data.description,
            incident_area=None,
            # What a warning names as its area is where harm is expected, not where it happened.
            impact_area=None if opening.alert is None else opening.alert.geometry,
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
    attached = await _attach_sources(tx, held, opening.alert, opening.call, "data.from_alert", "data.from_call")
    entered = _figures_of(opening.alert, opening.call)
    for metric, value in given.items():
        entered[metric] = Entered(metric, float(cast(float, value)), "值班登记", command.occurred_at)
    figures = await enter(tx, held, list(entered.values()), command.by)
    held, graded = await suggest_grade(tx, held)
    clocks = await first_report_clocks(tx, held.incident, opening.received(tx.at))
    said: JsonObject = {"title": incident.title, "class_key": incident.class_key, "no": incident.no}
    facts = head_facts(
        held,
        "incident.opened",
        said,
        incident_now={**figures, **attached.incident, "deadlines": clocks},
        board_now=attached.on_board(clocks),
    )
    if graded:
        facts += head_facts(held, "incident.grade_suggested", graded)
    return Outcome([*facts, *attached.facts], {"incident_id": str(incident.id), "no": incident.no})


def _figures_of(alert: Alert | None, call: Call | None) -> dict[str, Entered]:
    """What a source brings along: magnitude and depth of an alert, what a caller said."""
    found: dict[str, Entered] = {}
    if alert is not None:
        for metric, value in (("magnitude", alert.magnitude), ("depth_km", alert.depth_km)):
            if value is not None:
                found[metric] = Entered(metric, value, alert.source, alert.sent_at)
    if call is not None:
        for metric, told in call.figures.items():
            found[metric] = Entered(metric, float(cast(float, told)), call.source, call.occurred_at)
    return found


# --- attaching ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Attached:
    """After-images of what was attached: on the incident, on its boards, and facts for boards of other counties."""

    incident: Mapping[str, Mapping[str, Json]]
    board: Mapping[str, Mapping[str, Json]]
    facts: Sequence[NewFact]

    def on_board(self, clocks: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
        return {**self.board, "deadlines": {**self.board.get("deadlines", {}), **clocks}}


async def _attach_sources(
    tx: Transaction, held: Held, alert: Alert | None, call: Call | None, alert_field: str, call_field: str
) -> _Attached:
    own: dict[str, dict[str, Json]] = {}
    board: dict[str, dict[str, Json]] = {}
    facts: list[NewFact] = []
    machines, home = transitions(), set(boards(held.incident.area_code))
    if alert is not None:
        handle_alert.require_real(tx, alert, alert_field)
        state = machines["alert"].step(alert.state, "incident.attach", "预警", "alert", alert_field)
        alert = await store.save_alert(
            tx.conn, replace(alert, state=state, incident_id=held.incident.id, version=alert.version + 1)
        )
        clock = await handle_alert.stop_answer(tx, alert.id)
        own["alerts"] = {str(alert.id): alert_object(alert)}
        board |= {"alerts": {str(alert.id): None}, "deadlines": clock.shown}
        facts += [
            f for f in handle_alert.board_facts(alert, "incident.attached", handle_alert.told(alert), clock)
            if f.stream not in home
        ]  # fmt: skip
    if call is not None:
        state = machines["call"].step(call.state, "incident.attach", "来电", "call", call_field)
        call = await store.save_call(
            tx.conn, replace(call, state=state, incident_id=held.incident.id, version=call.version + 1)
        )
        own["calls"] = {str(call.id): call_object(call)}
        board["calls"] = {str(call.id): None}
        said: JsonObject = {"call_id": str(call.id), "no": call.no}
        facts += [f for f in handle_call.call_facts(call, "incident.attached", said) if f.stream not in home]
    return _Attached(own, board, facts)


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
    attached = await _attach_sources(tx, held, alert, call, "data.alert_id", "data.call_id")
    # Only what was not known yet: a figure that somebody entered is not replaced by attaching.
    known = {f.metric for f in await store.figures_of(tx.conn, held.incident.id) if f.value is not None}
    brought = [one for metric, one in _figures_of(alert, call).items() if metric not in known]
    figures = await enter(tx, held, brought, command.by)
    held, graded = await suggest_grade(tx, held)
    said: JsonObject = {
        "alert_id": None if alert is None else str(alert.id),
        "call_id": None if call is None else str(call.id),
        "figures": [one.metric for one in brought],
    }
    facts = head_facts(
        held, "incident.attached", said, incident_now={**attached.incident, **figures}, board_now=attached.board
    )
    if graded:
        facts += head_facts(held, "incident.grade_suggested", graded)
    return Outcome([*facts, *attached.facts])


HANDLINGS = (
    Handling(OpenIncident, allow(Role.DUTY_OFFICER), _prepare, _Opening.scope, _open),
    Handling(Attach, allow(Role.DUTY_OFFICER), _load_attach, lambda state: state[0].scope(), _attach),
)
