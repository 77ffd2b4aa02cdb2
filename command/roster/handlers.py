"""How the roster is changed by hand: a rotation, single shifts, spot checks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from command.publish import Publication
from command.roster import store
from command.roster.commands import (
    MOST_DAYS,
    AddShift,
    ChangeShift,
    RemoveShift,
    RotateRoster,
    SpotCheck,
)
from command.roster.loading import (
    Step,
    check_times,
    handling,
    load_post,
    load_shift,
    need_reason,
    require_post,
    the_shift,
)
from command.roster.roster import Shift, rotation, slots
from command.roster.rules import roster_rules
from command.roster.steps import (
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
from spine.canonical import JsonObject
from spine.command import AnyHandling, Command, Outcome, Transaction
from spine.errors import Refused

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
    data, held, before = command.data, step.held, the_shift(step)
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
    held, before = step.held, the_shift(step)
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


HANDLINGS: tuple[AnyHandling, ...] = (
    handling(RotateRoster, _load_rotation, _rotate),
    handling(AddShift, load_post, _add),
    handling(ChangeShift, load_shift, _change),
    handling(RemoveShift, load_shift, _remove),
    handling(SpotCheck, load_post, _spot_check),
)
