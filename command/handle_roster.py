"""How the roster is changed: rotation, single shifts, a calendar file taken in, leave, spot checks, calendar links."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from command import roster_store as store
from command.publish import Publication
from command.roster import Leave, Shift, rotation, shift_id, slots, stand_ins
from command.roster_commands import (
    MOST_DAYS,
    AddShift,
    CancelLeave,
    ChangeShift,
    EnterLeave,
    ImportRoster,
    RemoveShift,
    RevokeCalendar,
    RotateRoster,
    ShareCalendar,
    SpotCheck,
)
from command.roster_conflicts import Ground
from command.roster_rules import roster_rules
from command.roster_steps import (
    Held,
    given_to,
    ground,
    hold_roster,
    on_boards,
    published,
    put,
    shift_line,
    tell_moved,
    tell_person,
    warned,
)
from spine.authority import ANYBODY, Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.errors import Refused, forbidden, not_found, stale_version
from spine.principal import CITY, Principal, Role

D = TypeVar("D", bound=CommandData)
_WHO = allow(Role.DUTY_OFFICER, Role.LEADER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Step:
    """The roster and the posts that a command touches. `owner`: whose own affair it is; whether he may was decided while loading."""

    held: Held
    posts: tuple[str, ...]
    shift: Shift | None = None
    leave: Leave | None = None
    owner: str | None = None

    def scope(self) -> Scope:
        """Whoever changes posts of several areas must reach them all: the widest of them decides."""
        if self.owner is not None:
            return Scope(account=self.owner)
        areas = {self.held.posts[post].area_code for post in self.posts}
        return Scope(area=areas.pop() if len(areas) == 1 else CITY)


def require_post(held: Held, post: str, field: str = "data.post") -> None:
    """Raises Refused `not_found`, `post_without_roster`."""
    duty = held.posts.get(post)
    if duty is None:
        raise not_found("岗位", "post", post, field=field)
    if duty.kind != "duty":
        raise Refused(
            "post_without_roster",
            zh=f"“{duty.post_zh}”是指挥部岗位，不排班。",
            en=f"'{duty.post_en}' is a post of the headquarters and has no roster.",
            field=field,
        )


async def _load_post(tx: Transaction, command: Command[Any]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    require_post(held, command.data.post)
    return Step(held, (command.data.post,))


async def _load_shift(tx: Transaction, command: Command[Any]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    shift = await store.need_shift(tx.conn, command.data.shift_id)
    if shift.version != command.data.expect:
        raise stale_version(command.data.expect, shift.version, field="data.expect")
    return Step(held, (shift.post,), shift)


def _the_shift(step: Step) -> Shift:
    if step.shift is None:
        raise AssertionError("it was loaded with its shift")
    return step.shift


def need_reason(reason: str) -> str:
    if not reason.strip():
        raise Refused(
            "reason_required",
            zh="改动已排的班必须写明理由。",
            en="Give a reason for changing the roster.",
            field="data.reason",
        )
    return reason.strip()


# --- a rotation -----------------------------------------------------------------------------------------------------------


def day_of(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("not_a_day", zh=f"“{text}”不是有效的日期。", en=f"'{text}' is no date.", field=field) from error


async def _load_rotation(tx: Transaction, command: Command[RotateRoster]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    for post in command.data.posts:
        require_post(held, post, "data.posts")
    return Step(held, tuple(dict.fromkeys(command.data.posts)))


async def turns(conn: Any, held: Held, posts: Sequence[str], first: date, days: int, at: datetime) -> list[Shift]:
    """The shifts that a rotation would add. Raises Refused `roster_range`."""
    wanted = slots(roster_rules(), posts, first, days)
    if not wanted or days > MOST_DAYS:
        raise Refused(
            "roster_range",
            zh=f"一次最多排 {MOST_DAYS} 天。",
            en=f"At most {MOST_DAYS} days at a time.",
            field="data.days",
        )
    wanted = [slot for slot in wanted if slot.ends_at > at]
    if not wanted:
        raise Refused(
            "roster_past",
            zh="这些日子已经过去，不能再排班。",
            en="These days are over; no roster can be made for them.",
            field="data.first",
        )
    judged_by, plan = await ground(conn, held, wanted[0].starts_at, wanted[-1].ends_at)
    return rotation(roster_rules(), list(held.people.values()), plan.all(), judged_by.leaves, wanted, at)


async def _rotate(tx: Transaction, command: Command[RotateRoster], step: Step) -> Outcome:
    data, held = command.data, step.held
    made = await turns(tx.conn, held, step.posts, day_of(data.first, "data.first"), data.days, tx.at)
    if not made:
        raise Refused(
            "roster_full",
            zh="这些日子已全部排好，没有可补的班次。",
            en="Every seat on these days already has a shift.",
            field="data.first",
            status=409,
            final=False,
        )
    told: JsonObject = {
        "first": data.first,
        "days": data.days,
        "posts": list(step.posts),
        "shifts": len(made),
        "empty": sum(1 for shift in made if shift.person_id is None),
    }
    publication = Publication("roster.rotated", told)
    found = await put(tx, held, publication, made)
    for person_id in sorted({s.person_id for s in made if s.person_id is not None}):
        count = sum(1 for s in made if s.person_id == person_id)
        text = (
            f"{data.first} 起 {data.days} 天的值班表已排出，您有 {count} 个班。",
            f"The roster of {data.days} days from {data.first} is made: you stand {count} shifts.",
        )
        tell_person(publication, held, person_id, ("新值班表", "New roster"), text, ("roster", command.id))
    result: JsonObject = {"shifts": len(made), "warnings": warned(found)}
    return Outcome(await published(tx, held, publication, step.posts), result)


# --- single shifts --------------------------------------------------------------------------------------------------------


def check_times(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Raises Refused `shift_times`, `shift_over`."""
    if ends_at <= starts_at or ends_at - starts_at > timedelta(days=7):
        raise Refused(
            "shift_times",
            zh="班次的结束时间要晚于开始时间，且不超过 7 天。",
            en="A shift ends after it begins and lasts at most 7 days.",
            field="data.ends_at",
        )
    if ends_at <= at:
        raise Refused(
            "shift_over",
            zh="这个班次已经结束，不能再排或再改。",
            en="This shift is over and can no longer be entered or changed.",
            field="data.ends_at",
            status=409,
        )


async def _add(tx: Transaction, command: Command[AddShift], step: Step) -> Outcome:
    data, held = command.data, step.held
    check_times(data.starts_at, data.ends_at, tx.at)
    shift = Shift(
        id=command.id,
        post=data.post,
        seat=data.seat,
        starts_at=data.starts_at,
        ends_at=data.ends_at,
        person_id=data.person_id,
        origin="hand",
        note=data.note,
        version=1,
        updated_at=tx.at,
    )
    publication = Publication("roster.added", shift_line(held, shift))
    found = await put(tx, held, publication, [shift])
    tell_moved(publication, held, None, shift)
    result: JsonObject = {"shift_id": str(shift.id), "warnings": warned(found)}
    return Outcome(await published(tx, held, publication, step.posts), result)


async def _change(tx: Transaction, command: Command[ChangeShift], step: Step) -> Outcome:
    data, held, before = command.data, step.held, _the_shift(step)
    reason = need_reason(data.reason)
    check_times(before.starts_at, before.ends_at, tx.at)
    if data.empty and data.person_id is not None:
        raise Refused(
            "person_or_empty",
            zh="要么指定人员，要么空岗，不能同时填写。",
            en="Name somebody or leave the seat empty, not both.",
            field="data.empty",
        )
    after = replace(
        given_to(before, None if data.empty else data.person_id or before.person_id, tx.at),
        starts_at=data.starts_at or before.starts_at,
        ends_at=data.ends_at or before.ends_at,
        note=data.note if data.note is not None else before.note,
    )
    check_times(after.starts_at, after.ends_at, tx.at)
    told: JsonObject = {**shift_line(held, after), "before": held.name(before.person_id), "reason": reason}
    publication = Publication("roster.changed", told)
    found = await put(tx, held, publication, [after])
    tell_moved(publication, held, before, after)
    result: JsonObject = {"shift_id": str(after.id), "version": after.version, "warnings": warned(found)}
    return Outcome(await published(tx, held, publication, step.posts), result)


async def _remove(tx: Transaction, command: Command[RemoveShift], step: Step) -> Outcome:
    held, before = step.held, _the_shift(step)
    reason = need_reason(command.data.reason)
    if before.starts_at <= tx.at:
        raise Refused(
            "shift_began",
            zh="班次已经开始，不能删除；可以改人或改结束时间。",
            en="The shift has begun and cannot be removed; change who stands it or when it ends.",
            field="data.shift_id",
            status=409,
        )
    period = roster_rules().key_period(before.starts_at)
    if period is not None and before.seat <= roster_rules().seats_of(before.post, before.starts_at):
        raise Refused(
            "empty_in_key_period",
            zh=f"{period.zh}期间不能缺岗，请改人，不要删除。",
            en=f"No seat may be missing in {period.en}: put somebody else there instead.",
            field="data.shift_id",
            status=409,
        )
    publication = Publication("roster.removed", {**shift_line(held, before), "reason": reason})
    await put(tx, held, publication, [], [before])
    tell_moved(publication, held, before, None)
    return Outcome(await published(tx, held, publication, step.posts), {"shift_id": str(before.id)})


# --- from a calendar file -------------------------------------------------------------------------------------------------


async def _load_import(tx: Transaction, command: Command[ImportRoster]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    posts = tuple(dict.fromkeys(row.post for row in command.data.shifts))
    for post in posts:
        require_post(held, post, "data.shifts")
    return Step(held, posts)


def imported(command_id: UUID, rows: Iterable[Any], at: datetime) -> list[Shift]:
    """The shifts that a file's rows stand for. Raises Refused `shift_times`, `shift_over`, `same_twice`."""
    made: dict[UUID, Shift] = {}
    for row in rows:
        check_times(row.starts_at, row.ends_at, at)
        key = shift_id(row.post, row.seat, row.starts_at)
        if key in made:
            raise Refused(
                "same_twice",
                zh=f"文件里有两个班次同岗、同席、同时开始（{iso(row.starts_at)}）。",
                en=f"Two shifts of the file begin at the same time in one seat ({iso(row.starts_at)}).",
                field="data.shifts",
            )
        made[key] = Shift(
            id=key,
            post=row.post,
            seat=row.seat,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            person_id=row.person_id,
            origin="import",
            note=None,
            version=1,
            updated_at=at,
        )
    return list(made.values())


async def replaced_by(conn: Any, shifts: Sequence[Shift], at: datetime) -> list[Shift]:
    """Standing shifts in the same seats at the same times that have not begun."""
    since, until = min(s.starts_at for s in shifts), max(s.ends_at for s in shifts)
    standing = await store.shifts_between(conn, since, until)
    return [
        old
        for old in standing
        if old.starts_at > at
        and any(
            new.post == old.post and new.seat == old.seat and new.meets(old.starts_at, old.ends_at) for new in shifts
        )
    ]


async def _import(tx: Transaction, command: Command[ImportRoster], step: Step) -> Outcome:
    data, held = command.data, step.held
    shifts = imported(command.id, data.shifts, tx.at)
    gone = await replaced_by(tx.conn, shifts, tx.at) if data.replace else []
    told: JsonObject = {"name": data.name, "sha256": data.sha256, "shifts": len(shifts), "replaced": len(gone)}
    publication = Publication("roster.imported", told)
    versions = {old.id: old.version for old in gone}
    shifts = [replace(s, version=versions.get(s.id, 0) + 1) for s in shifts]
    if not data.replace:
        await _require_new(tx, shifts)
    found = await put(tx, held, publication, shifts, gone)
    for person_id in sorted({s.person_id for s in shifts if s.person_id is not None}):
        text = (
            f"值班表已从“{data.name}”导入，请查看您的班次。",
            f"The roster was taken in from '{data.name}'; look at your shifts.",
        )
        tell_person(publication, held, person_id, ("新值班表", "New roster"), text, ("roster", command.id))
    result: JsonObject = {"shifts": len(shifts), "replaced": len(gone), "warnings": warned(found)}
    return Outcome(await published(tx, held, publication, step.posts), result)


async def _require_new(tx: Transaction, shifts: Iterable[Shift]) -> None:
    for shift in shifts:
        if await store.find_shift(tx.conn, shift.id) is not None:
            raise Refused(
                "shift_there",
                zh="文件里的班次有的已经排好；要替换，请在预览中选择“替换已排班次”。",
                en="Some shifts of the file stand already; choose 'replace' in the preview to replace them.",
                field="data.replace",
                status=409,
                final=False,
            )


# --- leave ----------------------------------------------------------------------------------------------------------------


def _require_own_or_editor(command: Command[Any], held: Held, person_id: str) -> None:
    """One's own leave, or anybody's for who keeps the roster of the city. Raises Refused `forbidden`."""
    mine = held.asker is not None and held.asker.id == person_id
    if not mine and not edits(command.by, held, person_id):
        raise forbidden("只能登记自己的请假。", "You may enter your own leave only.", field="data.person_id")


def edits(principal: Principal, held: Held, person_id: str) -> bool:
    """Whether he keeps the roster of the posts that this person stands."""
    person = held.people.get(person_id)
    areas = {held.posts[p].area_code for p in person.duties if p in held.posts} if person is not None else set[str]()
    return any(g.role in _WHO.roles and all(g.covers(area) for area in areas or {CITY}) for g in principal.grants)


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


# --- spot checks ----------------------------------------------------------------------------------------------------------


async def _spot_check(tx: Transaction, command: Command[SpotCheck], step: Step) -> Outcome:
    data, held = command.data, step.held
    if data.result != "present" and not data.note.strip():
        raise Refused(
            "note_required",
            zh="未见本人在岗时，须写明情况（谁在、去向、何时补岗）。",
            en="When the person is not there, say what was found: who was, where he is, when the post is filled.",
            field="data.note",
        )
    duty = held.posts[data.post]
    standing = await store.shifts_of_post(tx.conn, data.post, tx.at, tx.at + timedelta(seconds=1))
    shift = standing[0] if standing else None
    expected = held.name(shift.person_id) if shift is not None else None
    await store.save_spot_check(
        tx.conn,
        command.id,
        post=data.post,
        shift=None if shift is None else shift.id,
        expected=expected or duty.person,
        means=data.means,
        result=data.result,
        note=data.note.strip(),
        by=command.by.as_by(),
        at=tx.at,
    )
    told: JsonObject = {
        "post": data.post,
        "post_zh": duty.post_zh,
        "post_en": duty.post_en,
        "expected": expected or duty.person,
        "means": data.means,
        "result": data.result,
    }
    publication = Publication("roster.spot_checked", told)
    publication.tell(*on_boards(duty))
    return Outcome(await published(tx, held, publication, step.posts), {"spot_check_id": str(command.id)})


# --- calendar links -------------------------------------------------------------------------------------------------------


async def _load_share(tx: Transaction, command: Command[ShareCalendar]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    data = command.data
    if data.subject == "post":
        require_post(held, data.key, "data.key")
        if not any(g.role in _WHO.roles and g.covers(held.posts[data.key].area_code) for g in command.by.grants):
            raise forbidden("您无权分享这个岗位的日历。", "You may not share this post's calendar.", field="data.key")
    elif held.asker is None or held.asker.id != data.key:
        raise forbidden("只能分享自己的值班日历。", "You may share your own calendar only.", field="data.key")
    return Step(held, (), owner=command.by.id)


async def _share(tx: Transaction, command: Command[ShareCalendar], step: Step) -> Outcome:
    data, account = command.data, command.by.account_id
    if account is None:
        raise forbidden("只有账号可以分享日历。", "Only an account may share a calendar.")
    if len(await store.calendars_of(tx.conn, account)) >= 10:
        raise Refused(
            "calendar_links_most",
            zh="日历链接最多 10 个，请先停用不用的。",
            en="At most 10 calendar links; revoke one that is not used.",
            field="data.key",
            status=409,
            final=False,
        )
    await store.save_calendar(
        tx.conn,
        command.id,
        token_hash=bytes.fromhex(data.token_sha256),
        account_id=account,
        subject=data.subject,
        of=data.key,
        at=tx.at,
    )
    publication = Publication("roster.calendar_shared", {"subject": data.subject, "key": data.key})
    return Outcome(await published(tx, step.held, publication, ()), {"calendar_id": str(command.id)})


async def _load_revoke(tx: Transaction, command: Command[RevokeCalendar]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    owner = await store.owner_of_calendar(tx.conn, command.data.calendar_id)
    return Step(held, (), owner=f"account:{owner}")


async def _revoke(tx: Transaction, command: Command[RevokeCalendar], step: Step) -> Outcome:
    await store.revoke_calendar(tx.conn, command.data.calendar_id, tx.at)
    publication = Publication("roster.calendar_revoked", {"calendar_id": str(command.data.calendar_id)})
    return Outcome(await published(tx, step.held, publication, ()), {})


def _handling(
    data: type[D],
    load: Callable[[Transaction, Command[Any]], Awaitable[Step]],
    run: Callable[[Transaction, Command[D], Step], Awaitable[Outcome]],
) -> AnyHandling:
    return Handling(data, _WHO, load, Step.scope, run)


HANDLINGS: tuple[AnyHandling, ...] = (
    _handling(RotateRoster, _load_rotation, _rotate),
    _handling(AddShift, _load_post, _add),
    _handling(ChangeShift, _load_shift, _change),
    _handling(RemoveShift, _load_shift, _remove),
    _handling(ImportRoster, _load_import, _import),
    _handling(SpotCheck, _load_post, _spot_check),
    Handling(EnterLeave, ANYBODY, _load_leave, Step.scope, _enter_leave),
    Handling(CancelLeave, ANYBODY, _load_cancel, Step.scope, _cancel_leave),
    Handling(ShareCalendar, ANYBODY, _load_share, Step.scope, _share),
    Handling(RevokeCalendar, ANYBODY, _load_revoke, Step.scope, _revoke),
)
