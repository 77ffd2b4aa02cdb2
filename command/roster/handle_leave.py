"""Leave: entered and cancelled by whoever it concerns or keeps his roster; what it leaves uncovered is said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from command.publish import Publication
from command.roster import store
from command.roster.commands import (
    CancelLeave,
    EnterLeave,
)
from command.roster.conflicts import Ground
from command.roster.loading import KEEPERS, Step, need_reason
from command.roster.roster import Leave, Shift, stand_ins
from command.roster.rules import roster_rules
from command.roster.steps import (
    Held,
    ground,
    hold_roster,
    published,
    shift_line,
)
from spine.authority import ANYBODY
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused, forbidden
from spine.principal import CITY, Principal


def _require_own_or_editor(command: Command[Any], held: Held, person_id: str) -> None:
    """One's own leave, or anybody's for who keeps the roster of the city. Raises Refused `forbidden`."""
    mine = held.asker is not None and held.asker.id == person_id
    if not mine and not edits(command.by, held, person_id):
        raise forbidden("只能登记自己的请假。", "You may enter your own leave only.", field="data.person_id")


def edits(principal: Principal, held: Held, person_id: str) -> bool:
    """Whether he keeps the roster of the posts that this person stands."""
    person = held.people.get(person_id)
    areas = {held.posts[p].area_code for p in person.duties if p in held.posts} if person is not None else set[str]()
    return any(g.role in KEEPERS.roles and all(g.covers(area) for area in areas or {CITY}) for g in principal.grants)


async def _load_leave(tx: Transaction, command: Command[EnterLeave]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    await store.need_person(tx.conn, command.data.person_id)
    _require_own_or_editor(command, held, command.data.person_id)
    return Step(held, (), owner=command.by.id)


async def _enter_leave(tx: Transaction, command: Command[EnterLeave], step: Step) -> Outcome:
    data, held = command.data, step.held
    _check_leave(data, tx.at)
    leave = Leave(command.id, data.person_id, data.from_at, data.to_at, data.leave_kind, data.reason or None, 1)
    twice = [
        one for one in await store.leaves_between(tx.conn, data.from_at, data.to_at) if one.person_id == data.person_id
    ]
    if twice:
        raise Refused(
            "leave_there",
            zh="这段时间已登记请假，不要重复登记。",
            en="Leave is entered for this time already.",
            field="data.from_at",
            status=409,
            final=False,
        )
    await store.save_leave(tx.conn, leave, {"by": command.by.as_by(), "at": iso(tx.at)})
    person = await store.need_person(tx.conn, data.person_id)
    told: JsonObject = {
        "leave_id": str(leave.id),
        "person": person.name,
        "from_at": iso(leave.from_at),
        "to_at": iso(leave.to_at),
    }
    publication = Publication("roster.leave_entered", told)
    affected = await affected_by(tx, held, leave)
    return Outcome(
        await published(tx, held, publication, list(person.duties)),
        {"leave_id": str(leave.id), "affected": affected},
    )


def _check_leave(data: EnterLeave, at: datetime) -> None:
    kinds = roster_rules().leave_kinds
    if data.leave_kind not in kinds:
        raise Refused(
            "unknown_leave_kind",
            zh=f"没有“{data.leave_kind}”这种请假。",
            en=f"There is no kind of leave '{data.leave_kind}'.",
            field="data.leave_kind",
        )
    if data.to_at <= data.from_at:
        raise Refused(
            "leave_times",
            zh="请假的结束时间要晚于开始时间。",
            en="Leave ends after it begins.",
            field="data.to_at",
        )
    if data.to_at <= at:
        raise Refused(
            "leave_past",
            zh="请假时间已经过去。",
            en="This leave lies in the past.",
            field="data.to_at",
        )
    if data.to_at - data.from_at > timedelta(days=366):
        raise Refused(
            "leave_times",
            zh="一次请假不超过一年。",
            en="Leave is entered for a year at most.",
            field="data.to_at",
        )


async def affected_by(tx: Transaction, held: Held, leave: Leave) -> list[Json]:
    """Shifts of his that fall into the leave, each with who could stand it instead (proposed, never put)."""
    mine = await store.shifts_of_person(tx.conn, leave.person_id, max(leave.from_at, tx.at))
    mine = [shift for shift in mine if shift.starts_at < leave.to_at]
    if not mine:
        return []
    judged_by, plan = await ground(tx.conn, held, mine[0].starts_at, mine[-1].ends_at)
    return [_with_stand_ins(held, judged_by, shift, stand_ins(roster_rules(), list(held.people.values()), plan, judged_by.leaves, shift)) for shift in mine]  # fmt: skip


def _with_stand_ins(held: Held, judged_by: Ground, shift: Shift, able: Sequence[Any]) -> JsonObject:
    listed: list[Json] = [{"id": p.id, "name": p.name, "phone": p.phone} for p in able[:5]]
    return {**shift_line(held, shift), "version": shift.version, "stand_ins": listed}


async def _load_cancel(tx: Transaction, command: Command[CancelLeave]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    leave = await store.need_leave(tx.conn, command.data.leave_id)
    _require_own_or_editor(command, held, leave.person_id)
    return Step(held, (), leave=leave, owner=command.by.id)


async def _cancel_leave(tx: Transaction, command: Command[CancelLeave], step: Step) -> Outcome:
    leave = step.leave
    if leave is None:
        raise AssertionError("it was loaded with its leave")
    reason = need_reason(command.data.reason)
    person = await store.need_person(tx.conn, leave.person_id)
    await store.cancel_leave(tx.conn, leave, {"by": command.by.as_by(), "at": iso(tx.at), "reason": reason})
    publication = Publication("roster.leave_cancelled", {"leave_id": str(leave.id), "person": person.name})
    return Outcome(await published(tx, step.held, publication, person.duties), {"leave_id": str(leave.id)})


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(EnterLeave, ANYBODY, _load_leave, Step.scope, _enter_leave),
    Handling(CancelLeave, ANYBODY, _load_cancel, Step.scope, _cancel_leave),
)
