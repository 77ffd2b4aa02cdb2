"""Carrying out what concerns calls."""

from dataclasses import replace
from uuid import UUID

from incidents import store
from incidents.call import Call, call_object, missing_fields
from incidents.classification import catalogue
from incidents.commands import DismissCall, RegisterCall
from incidents.metrics import metrics
from incidents.place import Where, locate
from incidents.reading import speaks_of_trend
from incidents.transitions import transitions
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.errors import not_found
from spine.picture import boards
from spine.principal import CITY, Role


def call_facts(call: Call, kind: str, data: JsonObject) -> list[NewFact]:
    shown: Json = call_object(call) if call.state == "open" else None
    return [NewFact(s, kind, data, now={"calls": {str(call.id): shown}}) for s in boards(call.area_code)]


def checked_figures(given: dict[str, float], field: str) -> dict[str, Json]:
    """Figures that can be true, whole ones as whole numbers. Raises Refused naming the figure."""
    known = metrics()
    figures: dict[str, Json] = {}
    for metric, value in given.items():
        checked = known.check(metric, value, f"{field}.{metric}")
        figures[metric] = int(checked) if checked == int(checked) else checked
    return figures


async def numbered(tx: Transaction, letter: str, area_code: str | None) -> str:
    """A document number: area, day in Beijing time, running number, as `530926-20260301-007`."""
    area = (area_code or CITY)[:6].ljust(6, "0")
    prefix = f"{letter}{area}-{tx.at.astimezone(BEIJING):%Y%m%d}"
    return f"{prefix}-{await store.next_number(tx.conn, prefix):03d}"


async def _where(tx: Transaction, command: Command[RegisterCall]) -> Where:
    return await locate(tx.conn, command.data.point, command.data.area_code)


def _scope_of_place(where: Where) -> Scope:
    return Scope(area=where.area_code or CITY)


async def _register(tx: Transaction, command: Command[RegisterCall], where: Where) -> Outcome:
    data = command.data
    if data.class_key is not None:
        catalogue().need(data.class_key)
    figures = checked_figures(data.figures, "data.figures")
    missing = missing_fields(
        class_key=data.class_key,
        place=data.place,
        has_point=where.lon is not None,
        figures=bool(figures),
        caller=bool(data.caller_name or data.caller_phone),
        trend=speaks_of_trend(data.text),
    )
    call = await store.save_call(
        tx.conn,
        Call(
            id=command.id,
            no=await numbered(tx, "J", where.area_code),
            caller_name=data.caller_name,
            caller_phone=data.caller_phone,
            source=data.source,
            text=data.text,
            place=data.place,
            lon=where.lon,
            lat=where.lat,
            origin=where.origin,
            area_code=where.area_code,
            class_key=data.class_key,
            figures=figures,
            occurred_at=command.occurred_at,
            received_at=tx.at,
            by=dict(command.by.as_by()),
            missing=missing,
            state="open",
            incident_id=None,
            version=1,
        ),
    )
    told: JsonObject = {"call_id": str(call.id), "no": call.no, "text": call.text, "source": call.source}
    return Outcome(call_facts(call, "call.registered", told), {"call_id": str(call.id), "no": call.no})


async def lock(tx: Transaction, call_id: UUID, field: str = "data.call_id") -> Call:
    call = await store.lock_call(tx.conn, call_id)
    if call is None:
        raise not_found("来电记录", "call", str(call_id), field=field)
    return call


async def _load(tx: Transaction, command: Command[DismissCall]) -> Call:
    return await lock(tx, command.data.call_id)


async def _dismiss(tx: Transaction, command: Command[DismissCall], call: Call) -> Outcome:
    state = transitions()["call"].step(call.state, "call.dismiss", "来电", "call", "data.call_id")
    call = await store.save_call(tx.conn, replace(call, state=state, version=call.version + 1))
    return Outcome(call_facts(call, "call.dismissed", {"call_id": str(call.id), "reason": command.data.reason}))


HANDLINGS = (
    Handling(RegisterCall, allow(Role.DUTY_OFFICER), _where, _scope_of_place, _register),
    Handling(DismissCall, allow(Role.DUTY_OFFICER), _load, lambda call: Scope(area=call.area_code or CITY), _dismiss),
)
