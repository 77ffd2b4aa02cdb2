"""Carrying out what feeds bring: alerts (new, updated, cancelled) and documents that could not be taken."""

from dataclasses import replace
from datetime import timedelta

from gis.geometry import AREAS, geometry_json, parse_geometry
from incidents import entry_store, store
from incidents.alert import Alert, alert_object, worsened
from incidents.classification import catalogue
from incidents.commands import ReceiveAlert, RejectDocument
from incidents.handle_alert import Clock, board_facts, start_answer, stop_answer, told
from incidents.place import from_city, locate
from incidents.reach import UNKNOWN, Reach, reach_of
from incidents.reporting import reporting
from incidents.transitions import transitions
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused
from spine.picture import boards
from spine.principal import CITY, Role

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far ahead another authority's clock may run."""


async def _find(tx: Transaction, command: Command[ReceiveAlert]) -> Alert | None:
    data = command.data
    return await store.lock_alert_named(tx.conn, data.feed, [data.external_id, *(data.references or [])])


async def _receive(tx: Transaction, command: Command[ReceiveAlert], before: Alert | None) -> Outcome:
    data = command.data
    if data.sent_at > tx.at + CLOCK_TOLERANCE:
        raise Refused(
            "time_in_future",
            zh=f"发送时间（{iso(data.sent_at)}）晚于当前时间。",
            en=f"The time of sending ({iso(data.sent_at)}) lies in the future.",
            field="data.sent_at",
            final=False,
        )
    if before is not None and (before.revision == data.revision or data.sent_at < before.sent_at):
        return Outcome((), {"alert_id": str(before.id), "change": "unchanged"})
    if before is None:
        return await _first(tx, await _draft(tx, command, None), data.cancels)
    return await _later(tx, before, await _draft(tx, command, before), data.cancels)


async def _first(tx: Transaction, drafted: Alert, cancels: bool) -> Outcome:
    """A message of something not known before; the cancellation of something never received is shown as that."""
    alert = await store.save_alert(tx.conn, replace(drafted, state="cancelled") if cancels else drafted)
    kind = "alert.cancelled" if cancels else "alert.received"
    clock = Clock() if cancels else await start_answer(tx, alert)
    facts = [*board_facts(alert, kind, told(alert), clock), *await _make_room(tx, alert)]
    return Outcome(facts, {"alert_id": str(alert.id), "change": "new"})


async def _later(tx: Transaction, before: Alert, drafted: Alert, cancels: bool) -> Outcome:
    """What the source says later of the same thing. Worse than what was answered asks for an answer again."""
    machine = transitions()["alert"]
    kind, said = "alert.updated", told(drafted)
    if cancels:
        # What was warned of stays readable; the message says only that it is over.
        kind = "alert.cancelled"
        state = machine.step(before.state, "source.cancel", "预警", "alert", "data.cancels")
        drafted = replace(
            before,
            aliases=drafted.aliases,
            revision=drafted.revision,
            sent_at=drafted.sent_at,
            state=state,
            version=before.version + 1,
        )
        clock = await stop_answer(tx, before.id, void=True) if before.state == "new" else Clock()
    elif worsened(before, drafted.colour, drafted.magnitude, reporting().magnitude_worse_by):
        state = machine.step(before.state, "source.worsen", "预警", "alert", "data.colour")
        kept = None if state == "new" else before.acknowledged
        drafted = replace(drafted, state=state, acknowledged=kept)
        clock = await start_answer(tx, drafted) if state == "new" else Clock()
    elif reporting().alert_answer(drafted.colour, "", tx.at) is None:
        # Lowered so far that nobody has to answer it any more.
        clock = await stop_answer(tx, before.id, void=True)
    else:
        clock = Clock()
    alert = await store.save_alert(tx.conn, drafted)
    facts = board_facts(alert, kind, said, clock)
    for stream in sorted(set(boards(before.area_code)) - {fact.stream for fact in facts}):
        # It stood on another county's board; there it is gone.
        facts.append(NewFact(stream, kind, said, now={"alerts": {str(alert.id): None}}))
    if alert.incident_id is not None:
        shown: dict[str, Json] = {str(alert.id): alert_object(alert)}
        facts.append(NewFact(f"incident:{alert.incident_id}", kind, said, now={"alerts": shown}))
    return Outcome([*facts, *await _make_room(tx, alert)], {"alert_id": str(alert.id), "change": "updated"})


async def _draft(tx: Transaction, command: Command[ReceiveAlert], before: Alert | None) -> Alert:
    data = command.data
    # Alerts come from all over the world: nothing is said about coordinates that lie abroad.
    drawn = None if data.geometry is None else parse_geometry(data.geometry, "data.geometry", kinds=AREAS, china=False)
    shown = geometry_json(drawn)
    geometry = None if shown is None else dict(shown)
    where = await locate(tx.conn, data.point, None, china=False)
    reach = UNKNOWN if geometry is None else await reach_of(tx.conn, geometry)
    if where.lon is not None and where.lat is not None and geometry is None:
        inside, distance = await from_city(tx.conn, where.lon, where.lat)
        reach = Reach(inside, distance, where.area_code)
    named = [code for code in data.areas or [] if code.startswith(CITY)]
    if named:
        # Its sender names parts of the city: that outweighs what a drawn outline may miss.
        counties = {code[:6] for code in named}
        reach = Reach(True, 0.0, max(named, key=len)[:9] if len(counties) == 1 else CITY)
    event_class = None if data.class_key is None else catalogue().find(data.class_key)
    return Alert(
        id=command.id if before is None else before.id,
        feed=data.feed,
        external_id=data.external_id,
        aliases=sorted({data.external_id, *(data.references or []), *(before.aliases if before else [])}),
        revision=data.revision,
        source=data.source,
        headline=data.headline,
        text=data.text,
        status=data.status,
        class_key=event_class.key if event_class is not None and event_class.pick else None,
        colour=data.colour,
        severity=data.severity,
        urgency=data.urgency,
        certainty=data.certainty,
        sent_at=data.sent_at,
        received_at=tx.at if before is None else before.received_at,
        onset_at=data.onset_at,
        expires_at=data.expires_at,
        lon=where.lon,
        lat=where.lat,
        geometry=geometry,
        magnitude=data.magnitude,
        depth_km=data.depth_km,
        distance_km=reach.distance_km,
        inside_area=reach.inside,
        area_code=reach.area_code,
        area_text=data.area_text,
        language=data.language,
        state="new" if before is None else before.state,
        on_board=True,
        incident_id=None if before is None else before.incident_id,
        acknowledged=None if before is None else before.acknowledged,
        version=1 if before is None else before.version + 1,
    )


async def _make_room(tx: Transaction, newest: Alert) -> list[NewFact]:
    """Keep the boards readable: what is far away, without a colour and oldest, leaves them."""
    facts: list[NewFact] = []
    for old in await store.crowded_out_alerts(tx.conn, reporting().most_alerts_on_board):
        if old.id != newest.id:
            off = await store.save_alert(tx.conn, replace(old, on_board=False))
            facts += board_facts(off, "alert.crowded_out", told(off), Clock())
    return facts


async def _nothing(_tx: Transaction, _command: Command[RejectDocument]) -> None:
    return None


async def _reject(tx: Transaction, command: Command[RejectDocument], _state: None) -> Outcome:
    data = command.data
    await entry_store.insert_rejection(
        tx.conn,
        command.id,
        sha256=data.sha256,
        feed=data.feed,
        element=data.element,
        reason_zh=data.reason_zh,
        reason_en=data.reason_en,
        at=tx.at,
    )
    said: JsonObject = {
        "feed": data.feed,
        "sha256": data.sha256,
        "element": data.element,
        "reason_zh": data.reason_zh,
        "reason_en": data.reason_en,
        "size": data.size,
    }
    return Outcome([NewFact("board", "feed.rejected", said)])


def _city(_state: object) -> Scope:
    return Scope()


HANDLINGS = (
    Handling(ReceiveAlert, allow(Role.FEED), _find, _city, _receive),
    Handling(RejectDocument, allow(Role.FEED), _nothing, _city, _reject),
)
