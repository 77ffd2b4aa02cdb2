"""Carrying out what concerns alerts and the documents they come in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from gis.geometry import check_geometry

from incidents import store
from incidents.alert import Alert, alert_object, worsened
from incidents.classification import catalogue
from incidents.commands import AcknowledgeAlert, DismissAlert, ReceiveAlert, RejectDocument
from incidents.place import from_city, locate
from incidents.reporting import reporting
from incidents.transitions import transitions
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.deadlines import deadline_object, set_deadline, settle_deadline
from spine.errors import not_found
from spine.picture import boards
from spine.principal import CITY, Role

ANSWER = "alert_answer"


def board_facts(alert: Alert, kind: str, data: JsonObject, deadlines: dict[str, Json]) -> list[NewFact]:
    """The alert on the boards it stands on: as it is, or gone."""
    shown: Json = alert_object(alert) if alert.shown_on_board else None
    now: dict[str, dict[str, Json]] = {"alerts": {str(alert.id): shown}}
    if deadlines:
        now["deadlines"] = deadlines
    return [NewFact(stream, kind, data, now=now) for stream in boards(alert.area_code)]


async def settle_answer(tx: Transaction, alert_id: UUID) -> dict[str, Json]:
    """Stop the clock of a warning that has been answered; the deadlines part of an after-image."""
    settled = await settle_deadline(tx, subject_id=alert_id, kind=ANSWER)
    return {} if settled is None else {str(settled.id): None}


async def _start_answer(tx: Transaction, alert: Alert) -> dict[str, Json]:
    if alert.status != "actual":
        return {}
    limit = reporting().alert_answer(alert.colour, alert.headline, tx.at)
    if limit is None:
        return {}
    row = await set_deadline(
        tx,
        kind=ANSWER,
        incident_id=None,
        subject_kind="alert",
        subject_id=alert.id,
        department=None,
        title_zh=limit.title_zh,
        title_en=limit.title_en,
        to_zh=limit.to_zh,
        to_en=limit.to_en,
        due_at=limit.due_at,
        area=alert.area_code,
    )
    return {str(row.id): deadline_object(row)}


# --- receiving ---------------------------------------------------------------------------------------------------


async def _find(tx: Transaction, command: Command[ReceiveAlert]) -> Alert | None:
    data = command.data
    return await store.lock_alert_named(tx.conn, data.feed, [data.external_id, *(data.references or [])])


def _newest(before: Alert | None, sent_at: datetime) -> bool:
    return before is None or sent_at >= before.sent_at


async def _draft(tx: Transaction, command: Command[ReceiveAlert], before: Alert | None) -> Alert:
    data = command.data
    geometry = None if data.geometry is None else check_geometry(data.geometry, "data.geometry")
    areas = [code for code in data.areas or [] if code.startswith(CITY)]
    where = await locate(tx.conn, data.point, max(areas, key=len)[:9] if areas else None)
    inside: bool | None = True if areas else None
    distance: float | None = 0.0 if areas else None
    if where.lon is not None and where.lat is not None:
        inside, distance = await from_city(tx.conn, where.lon, where.lat)
    known = data.class_key is not None and catalogue().find(data.class_key) is not None
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
        class_key=data.class_key if known else None,
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
        distance_km=distance,
        inside_area=inside,
        area_code=where.area_code,
        area_text=data.area_text,
        language=data.language,
        state="new" if before is None else before.state,
        on_board=True,
        incident_id=None if before is None else before.incident_id,
        acknowledged=None if before is None else before.acknowledged,
        version=1 if before is None else before.version + 1,
    )


async def _receive(tx: Transaction, command: Command[ReceiveAlert], before: Alert | None) -> Outcome:
    data = command.data
    if before is not None and (before.revision == data.revision or not _newest(before, data.sent_at)):
        return Outcome((), {"alert_id": str(before.id), "change": "unchanged"})
    alert = await _draft(tx, command, before)
    kind, change = "alert.received", "new"
    if before is not None:
        kind, change = "alert.updated", "updated"
        worse = worsened(before, alert.colour, alert.magnitude, reporting().magnitude_worse_by)
        step = "source.cancel" if data.cancels else "source.worsen" if worse else None
        if step is not None:
            machine = transitions()["alert"]
            alert = replace(alert, state=machine.step(before.state, step, "预警", "alert", "data.cancels"))
            alert = replace(alert, acknowledged=None if alert.state == "new" else alert.acknowledged)
    if data.cancels:
        kind = "alert.cancelled"
        alert = replace(alert, state="cancelled" if alert.state == "new" else alert.state)
    alert = await store.save_alert(tx.conn, alert)
    if alert.state == "new" and (before is None or before.state != "new" or before.colour != alert.colour):
        deadlines = await _start_answer(tx, alert)
    elif alert.state == "cancelled":
        deadlines = await settle_answer(tx, alert.id)
    else:
        deadlines = {}
    facts = board_facts(alert, kind, _told(alert), deadlines)
    if before is not None and before.area_code != alert.area_code:
        # It stood on another county's board; there it is gone.
        gone = set(boards(before.area_code)) - set(boards(alert.area_code))
        facts += [NewFact(s, kind, _told(alert), now={"alerts": {str(alert.id): None}}) for s in sorted(gone)]
    if alert.incident_id is not None:
        now = {"alerts": {str(alert.id): alert_object(alert)}}
        facts.append(NewFact(f"incident:{alert.incident_id}", kind, _told(alert), now=now))
    facts += await _make_room(tx, alert)
    return Outcome(facts, {"alert_id": str(alert.id), "change": change})


def _told(alert: Alert) -> JsonObject:
    return {"alert_id": str(alert.id), "headline": alert.headline, "source": alert.source, "feed": alert.feed}


async def _make_room(tx: Transaction, newest: Alert) -> list[NewFact]:
    """Keep the boards readable: what is far away, without a colour and oldest, leaves them."""
    facts: list[NewFact] = []
    for old in await store.crowded_out_alerts(tx.conn, reporting().most_alerts_on_board):
        if old.id != newest.id:
            off = await store.save_alert(tx.conn, replace(old, on_board=False))
            facts += board_facts(off, "alert.crowded_out", {"alert_id": str(off.id)}, {})
    return facts


# --- answering ---------------------------------------------------------------------------------------------------


async def lock(tx: Transaction, alert_id: UUID, field: str = "data.alert_id") -> Alert:
    alert = await store.lock_alert(tx.conn, alert_id)
    if alert is None:
        raise not_found("预警信息", "alert", str(alert_id), field=field)
    return alert


async def _load_acknowledged(tx: Transaction, command: Command[AcknowledgeAlert]) -> Alert:
    return await lock(tx, command.data.alert_id)


async def _load_dismissed(tx: Transaction, command: Command[DismissAlert]) -> Alert:
    return await lock(tx, command.data.alert_id)


def _scope(alert: Alert) -> Scope:
    return Scope(area=alert.area_code or CITY)


async def _acknowledge(tx: Transaction, command: Command[AcknowledgeAlert], alert: Alert) -> Outcome:
    state = transitions()["alert"].step(alert.state, "alert.acknowledge", "预警", "alert", "data.alert_id")
    by: dict[str, Json] = {"by": command.by.as_by(), "at": iso(tx.at)}
    alert = await store.save_alert(tx.conn, replace(alert, state=state, acknowledged=by, version=alert.version + 1))
    data = {**_told(alert), "note": command.data.note}
    return Outcome(board_facts(alert, "alert.acknowledged", data, await settle_answer(tx, alert.id)))


async def _dismiss(tx: Transaction, command: Command[DismissAlert], alert: Alert) -> Outcome:
    state = transitions()["alert"].step(alert.state, "alert.dismiss", "预警", "alert", "data.alert_id")
    alert = await store.save_alert(tx.conn, replace(alert, state=state, version=alert.version + 1))
    data = {**_told(alert), "reason": command.data.reason}
    return Outcome(board_facts(alert, "alert.dismissed", data, await settle_answer(tx, alert.id)))


# --- refused documents -------------------------------------------------------------------------------------------


async def _nothing(tx: Transaction, command: Command[RejectDocument]) -> None:
    return None


async def _reject(tx: Transaction, command: Command[RejectDocument], _state: None) -> Outcome:
    data = command.data
    await tx.conn.execute(
        """
        INSERT INTO incidents.feed_rejection (id, sha256, feed, element, reason_zh, reason_en, at)
        VALUES (%(id)s, %(sha256)s, %(feed)s, %(element)s, %(zh)s, %(en)s, %(at)s)
        """,
        {
            "id": command.id,
            "sha256": data.sha256,
            "feed": data.feed,
            "element": data.element,
            "zh": data.reason_zh,
            "en": data.reason_en,
            "at": tx.at,
        },
    )
    told: JsonObject = {
        "feed": data.feed,
        "sha256": data.sha256,
        "element": data.element,
        "reason_zh": data.reason_zh,
        "reason_en": data.reason_en,
    }
    return Outcome([NewFact("board", "feed.rejected", told)])


def _city(_state: object) -> Scope:
    return Scope()


HANDLINGS: Sequence[
    Handling[ReceiveAlert, Alert | None]
    | Handling[AcknowledgeAlert, Alert]
    | Handling[DismissAlert, Alert]
    | Handling[RejectDocument, None]
] = (
    Handling(ReceiveAlert, allow(Role.FEED), _find, _city, _receive),
    Handling(AcknowledgeAlert, allow(Role.DUTY_OFFICER, Role.LEADER), _load_acknowledged, _scope, _acknowledge),
    Handling(DismissAlert, allow(Role.DUTY_OFFICER), _load_dismissed, _scope, _dismiss),
    Handling(RejectDocument, allow(Role.FEED), _nothing, _city, _reject),
)
