"""Carrying out the answers to alerts: acknowledge, dismiss; and what every change of an alert shows on the boards."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from incidents import store
from incidents.alert import Alert, alert_object
from incidents.commands import AcknowledgeAlert, DismissAlert
from incidents.reporting import reporting
from incidents.transitions import transitions
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.deadlines import deadline_object, deadline_streams, set_deadline, settle_deadline
from spine.errors import Refused, not_found
from spine.picture import boards
from spine.principal import CITY, Role

ANSWER = "alert_answer"


@dataclass(frozen=True, slots=True)
class Clock:
    """The deadlines part of an after-image, and the streams in whose pictures that deadline stands."""

    shown: dict[str, Json] = field(default_factory=dict[str, Json])
    streams: tuple[str, ...] = ()


async def start_answer(tx: Transaction, alert: Alert) -> Clock:
    """Start the clock of a warning that must be answered; nothing for what is no real warning or needs no answer."""
    limit = reporting().alert_answer(alert.colour, alert.headline, tx.at)
    if limit is None or not counts_here(tx, alert):
        return await stop_answer(tx, alert.id, void=True)
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
    return Clock({str(row.id): deadline_object(row)}, deadline_streams(row))


async def stop_answer(tx: Transaction, alert_id: UUID, *, void: bool = False) -> Clock:
    """Stop the clock of a warning: answered, or (`void`) no longer to be answered."""
    row = await settle_deadline(tx, subject_id=alert_id, kind=ANSWER, void=void)
    return Clock() if row is None else Clock({str(row.id): None}, deadline_streams(row))


def board_facts(alert: Alert, kind: str, data: JsonObject, clock: Clock) -> list[NewFact]:
    """The alert on the boards it stands on: as it is, or gone; and its clock wherever that stands."""
    shown: Json = alert_object(alert) if alert.shown_on_board else None
    mine = boards(alert.area_code)
    facts: list[NewFact] = []
    for stream in (*mine, *(s for s in clock.streams if s not in mine)):
        now: dict[str, dict[str, Json]] = {"alerts": {str(alert.id): shown}} if stream in mine else {}
        if stream in clock.streams:
            now["deadlines"] = clock.shown
        facts.append(NewFact(stream, kind, data, now=now))
    return facts


def told(alert: Alert) -> JsonObject:
    """What the facts of an alert say of it."""
    return {"alert_id": str(alert.id), "headline": alert.headline, "source": alert.source, "feed": alert.feed}


def counts_here(tx: Transaction, alert: Alert) -> bool:
    """Whether a message is meant for this realm: real ones, and in an exercise those of the exercise."""
    return alert.status == "actual" or (tx.realm.is_exercise and alert.status == "exercise")


def require_real(tx: Transaction, alert: Alert, field: str) -> None:
    """A drill or a test of another authority never becomes an incident here, except in an exercise (invariant 9)."""
    if not counts_here(tx, alert):
        raise Refused(
            "alert_not_actual",
            zh="这是演练或测试消息，不能据此立为事件或并入事件；请排除并注明原因。",
            en="This is a drill or test message; no incident can be made from it. Dismiss it with a reason.",
            field=field,
            status=409,
        )


async def lock(tx: Transaction, alert_id: UUID, field: str = "data.alert_id") -> Alert:
    alert = await store.lock_alert(tx.conn, alert_id)
    if alert is None:
        raise not_found("预警信息", "alert", str(alert_id), field=field)
    return alert


async def _load(tx: Transaction, command: Command[AcknowledgeAlert] | Command[DismissAlert]) -> Alert:
    return await lock(tx, command.data.alert_id)


def _scope(alert: Alert) -> Scope:
    return Scope(area=alert.area_code or CITY)


async def _acknowledge(tx: Transaction, command: Command[AcknowledgeAlert], alert: Alert) -> Outcome:
    state = transitions()["alert"].step(alert.state, "alert.acknowledge", "预警", "alert", "data.alert_id")
    by: dict[str, Json] = {"by": command.by.as_by(), "at": iso(tx.at)}
    alert = await store.save_alert(tx.conn, replace(alert, state=state, acknowledged=by, version=alert.version + 1))
    data: JsonObject = {**told(alert), "note": command.data.note}
    return Outcome(board_facts(alert, "alert.acknowledged", data, await stop_answer(tx, alert.id)))


async def _dismiss(tx: Transaction, command: Command[DismissAlert], alert: Alert) -> Outcome:
    state = transitions()["alert"].step(alert.state, "alert.dismiss", "预警", "alert", "data.alert_id")
    alert = await store.save_alert(tx.conn, replace(alert, state=state, version=alert.version + 1))
    data: JsonObject = {**told(alert), "reason": command.data.reason}
    return Outcome(board_facts(alert, "alert.dismissed", data, await stop_answer(tx, alert.id)))


HANDLINGS = (
    Handling(AcknowledgeAlert, allow(Role.DUTY_OFFICER, Role.LEADER), _load, _scope, _acknowledge),
    Handling(DismissAlert, allow(Role.DUTY_OFFICER), _load, _scope, _dismiss),
)
