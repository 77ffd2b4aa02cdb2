"""What every step of the roster does: hold it, judge it, save it, arm the clocks it moves, and say so on its streams."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from command.handover.clock import arm
from command.notice import Notice
from command.objects import duty_object
from command.publish import Publication
from command.roster import store
from command.roster.conflicts import Conflict, Ground, conflicts, refuse_conflicts, when
from command.roster.duty import Duty
from command.roster.roster import Leave, Member, Plan, Shift
from command.roster.rules import roster_rules
from command.roster.swap import Swap, lapse
from command.units import store as unit_store
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Connection, NewFact, Transaction
from spine.picture import boards

STREAM = "roster"
_AROUND = timedelta(days=3)
"""So far from a shift another can be and still have to do with it (rest, overlap)."""


@dataclass(frozen=True, slots=True)
class Held:
    """The roster under its lock: posts, people, and who asks."""

    posts: dict[str, Duty]
    people: dict[str, Member]
    asker: Member | None

    def name(self, person_id: str | None) -> str | None:
        person = None if person_id is None else self.people.get(person_id)
        return person_id if person is None else person.name

    def post(self, post: str) -> tuple[str, str]:
        known = self.posts.get(post)
        return (post, post) if known is None else (known.post_zh, known.post_en)


async def hold_roster(conn: Connection, account_id: UUID | None) -> Held:
    await store.lock_roster(conn)
    return await read_roster(conn, account_id)


async def read_roster(conn: Connection, account_id: UUID | None) -> Held:
    """The same without the lock, for questions."""
    posts = {duty.post: duty for duty in await unit_store.duty_of_area(conn, "")}
    people = {person.id: person for person in await store.duty_people(conn)}
    asker = None if account_id is None else await store.person_of_account(conn, account_id)
    return Held(posts, people, asker)


async def ground(conn: Connection, held: Held, since: datetime, until: datetime) -> tuple[Ground, Plan]:
    """What shifts of this time are judged by, and the plan around them."""
    leaves = await store.leaves_between(conn, since - _AROUND, until + _AROUND)
    standing = await store.shifts_between(conn, since - _AROUND, until + _AROUND)
    names = {post: (duty.post_zh, duty.post_en) for post, duty in held.posts.items()}
    return Ground(roster_rules(), names, held.people, leaves), Plan(standing)


async def judge(conn: Connection, held: Held, changed: Sequence[Shift], removed: Iterable[UUID] = ()) -> list[Conflict]:
    """What would be wrong with the roster's changed shifts."""
    if not changed:
        return []
    judged_by, plan = await ground(conn, held, min(s.starts_at for s in changed), max(s.ends_at for s in changed))
    gone = {shift.id for shift in changed} | set(removed)
    plan = Plan([*(shift for shift in plan.all() if shift.id not in gone), *changed])
    return conflicts(judged_by, plan, changed)


async def put(
    tx: Transaction, held: Held, publication: Publication, changed: Sequence[Shift], removed: Sequence[Shift] = ()
) -> list[Conflict]:
    """Save shifts that no rule keeps out; swaps that they were part of lapse. Returns what was only warned of.

    Raises Refused `roster_conflict`.
    """
    found = await judge(tx.conn, held, changed, [shift.id for shift in removed])
    refuse_conflicts(found)
    await store.remove_shifts(tx.conn, [shift.id for shift in removed])
    await store.save_shifts(tx.conn, changed)
    for swap in await store.open_swaps_of(tx.conn, [shift.id for shift in (*changed, *removed)]):
        await store.save_swap(tx.conn, lapse(swap))
        tell_person(
            publication,
            held,
            swap.from_person,
            ("换班申请已失效", "Your swap has lapsed"),
            _lapsed(held, swap),
            ("swap", swap.id),
        )
    for post in sorted({shift.post for shift in (*changed, *removed)}):
        await _rearm(tx, post, publication)
    return found  # fmt: skip


def _lapsed(held: Held, swap: Swap) -> tuple[str, str]:
    zh, en = held.post(swap.post)
    return (
        f"{zh}的排班已另行调整，您提出的换班不再有效。",
        f"The roster of '{en}' was changed otherwise; your swap no longer stands.",
    )


async def _rearm(tx: Transaction, post: str, publication: Publication) -> None:
    """The clock of whoever holds the post runs to the end of his shift as it is now."""
    duty = await unit_store.lock_duty(tx.conn, post)
    if duty.account_id is None:
        return
    armed = await arm(tx, duty, publication)
    if armed.until != duty.until:
        await unit_store.save_duty(tx.conn, armed)
        publication.put(on_boards(armed), "duty", post, duty_object(armed))


async def published(tx: Transaction, held: Held, publication: Publication, posts: Iterable[str]) -> list[NewFact]:
    """The facts of a step: on the roster's streams with their counts, and wherever a clock moved."""
    named = [held.posts[post] for post in set(posts) if post in held.posts]
    areas = {""} | {duty.area_code for duty in named if len(duty.area_code) == 6}
    for area in sorted(areas):
        changes = await store.count_change(tx.conn, area, tx.at)
        shown: JsonObject = {"id": "roster", "changes": changes, "at": iso(tx.at)}
        publication.put([stream_of(area)], "roster", "roster", shown)
    return publication.facts()


def stream_of(area: str) -> str:
    return f"{STREAM}:{area}" if area else STREAM


def shift_line(held: Held, shift: Shift) -> JsonObject:
    """A shift as facts tell it."""
    zh, en = held.post(shift.post)
    return {
        "shift_id": str(shift.id),
        "post": shift.post,
        "post_zh": zh,
        "post_en": en,
        "seat": shift.seat,
        "starts_at": iso(shift.starts_at),
        "ends_at": iso(shift.ends_at),
        "person": held.name(shift.person_id),
    }


def tell_person(
    publication: Publication,
    held: Held,
    person_id: str,
    subject: tuple[str, str],
    text: tuple[str, str],
    about: tuple[str, UUID],
) -> None:
    """A notice to somebody's account; who has none is told by telephone, and the screen says so."""
    person = held.people.get(person_id)
    if person is not None and person.account_id is not None:
        publication.give(Notice(("account", str(person.account_id)), subject, text, about, None))


def tell_moved(publication: Publication, held: Held, before: Shift | None, after: Shift | None) -> None:
    """Who lost a shift and who got one are told."""
    for shift, other, words in (
        (before, after, (("不再值班", "No longer on duty"), "您原定{post}{at}的班已取消或改由他人值守。", "You no longer stand '{post}' {at}.")),
        (after, before, (("新排值班", "You are on duty"), "您被安排值{post}：{at}。", "You stand '{post}': {at}.")),
    ):  # fmt: skip
        same = other is not None and shift is not None and other.person_id == shift.person_id
        if shift is None or shift.person_id is None or (same and not _moved(before, after)):
            continue
        if same and shift is before:
            continue
        (post_zh, post_en), (at_zh, at_en) = held.post(shift.post), when(shift)
        subject, zh, en = words
        text = (zh.format(post=post_zh, at=at_zh), en.format(post=post_en, at=at_en))
        tell_person(publication, held, shift.person_id, subject, text, ("shift", shift.id))


def _moved(before: Shift | None, after: Shift | None) -> bool:
    return (
        before is not None
        and after is not None
        and (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at)
    )


def warned(found: Iterable[Conflict]) -> list[Json]:
    listed: list[Json] = [one.to_json() for one in found if one.severity == "warn"]
    return listed[:100]


def on_boards(duty: Duty) -> tuple[str, ...]:
    return boards(duty.area_code)


def leave_of(leaves: Iterable[Leave], shift: Shift) -> Leave | None:
    """The leave that a shift falls into."""
    return next(
        (
            leave
            for leave in leaves
            if leave.person_id == shift.person_id and leave.from_at < shift.ends_at and shift.starts_at < leave.to_at
        ),
        None,
    )


def given_to(shift: Shift, person_id: str | None, at: datetime) -> Shift:
    return replace(shift, person_id=person_id, origin="hand", version=shift.version + 1, updated_at=at)
