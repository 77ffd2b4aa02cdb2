"""How shifts are swapped: asked, answered, decided by who holds the post that approves, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from command.notice import Notice
from command.publish import Publication
from command.roster import store
from command.roster import swap as rules
from command.roster.commands import AnswerSwap, AskSwap, DecideSwap, WithdrawSwap
from command.roster.conflicts import refuse_conflicts, when
from command.roster.duty import may_hold
from command.roster.roster import Shift
from command.roster.rules import roster_rules
from command.roster.steps import Held, hold_roster, judge, published, put, tell_person, warned
from command.roster.swap import Swap
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.clock import iso
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Principal, Role

_WHO = allow(Role.DUTY_OFFICER, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Swapping:
    """The roster, the swap, and its shifts. Whether he who asks may is decided by the rules of the swap itself."""

    held: Held
    swap: Swap | None
    shift: Shift
    in_return: Shift | None
    owner: str

    def scope(self) -> Scope:
        return Scope(account=self.owner)


def _swap(loaded: Swapping) -> Swap:
    if loaded.swap is None:
        raise AssertionError("it was loaded with its swap")
    return loaded.swap


def exchanged(swap: Swap, shift: Shift, in_return: Shift | None, at: Any) -> list[Shift]:
    """The shifts as they are after the swap. Raises Refused `shift_changed` when they are no longer those two people's."""
    if shift.person_id != swap.from_person or (in_return is not None and in_return.person_id != swap.to_person):
        raise Refused(
            "shift_changed",
            zh="要换的班已经另有安排，请撤回后重新提出。",
            en="A shift of this swap has been given to somebody else; withdraw it and ask anew.",
            field="data.swap_id",
            status=409,
        )

    def now_of(one: Shift, person_id: str) -> Shift:
        return replace(one, person_id=person_id, origin="swap", version=one.version + 1, updated_at=at)

    after = [now_of(shift, swap.to_person)]
    return after if in_return is None else [*after, now_of(in_return, swap.from_person)]


def _told(held: Held, swap: Swap, shift: Shift, in_return: Shift | None) -> JsonObject:
    zh, en = held.post(swap.post)
    return {
        "swap_id": str(swap.id),
        "post": swap.post,
        "post_zh": zh,
        "post_en": en,
        "starts_at": iso(shift.starts_at),
        "in_return_at": None if in_return is None else iso(in_return.starts_at),
        "from": held.name(swap.from_person),
        "to": held.name(swap.to_person),
        "state": swap.state,
    }


def _words(held: Held, shift: Shift, in_return: Shift | None) -> tuple[str, str]:
    (zh, en), (at_zh, at_en) = held.post(shift.post), when(shift)
    if in_return is None:
        return f"{zh}{at_zh}", f"'{en}' {at_en}"
    (back_zh, back_en), (then_zh, then_en) = held.post(in_return.post), when(in_return)
    return f"{zh}{at_zh}，换{back_zh}{then_zh}", f"'{en}' {at_en} for '{back_en}' {then_en}"


async def _load_ask(tx: Transaction, command: Command[AskSwap]) -> Swapping:
    data = command.data
    held = await hold_roster(tx.conn, command.by.account_id)
    shift = await store.need_shift(tx.conn, data.shift_id)
    in_return = (
        None if data.in_return_id is None else await store.need_shift(tx.conn, data.in_return_id, "data.in_return_id")
    )
    return Swapping(held, None, shift, in_return, command.by.id)


async def _ask(tx: Transaction, command: Command[AskSwap], loaded: Swapping) -> Outcome:
    data, held = command.data, loaded.held
    if held.asker is None:
        raise _nobody()
    other = await store.need_person(tx.conn, data.to_person, "data.to_person")
    swap = rules.ask(
        command.id, held.asker, loaded.shift, other, loaded.in_return, data.reason, command.by.as_by(), tx.at
    )
    await _require_no_other(tx, [loaded.shift, *([] if loaded.in_return is None else [loaded.in_return])])
    found = await judge(tx.conn, held, exchanged(swap, loaded.shift, loaded.in_return, tx.at))
    refuse_conflicts(found)
    await store.save_swap(tx.conn, swap)
    publication = Publication("roster.swap_asked", _told(held, swap, loaded.shift, loaded.in_return))
    zh, en = _words(held, loaded.shift, loaded.in_return)
    text = (
        f"{held.asker.name}请您换班：{zh}。理由：{swap.reason}",
        f"{held.asker.name} asks you to swap {en}. Reason: {swap.reason}",
    )
    tell_person(publication, held, other.id, ("请您换班", "A swap is asked of you"), text, ("swap", swap.id))
    result: JsonObject = {"swap_id": str(swap.id), "warnings": warned(found)}
    return Outcome(await published(tx, held, publication, [swap.post]), result)


async def _require_no_other(tx: Transaction, shifts: Sequence[Shift]) -> None:
    if await store.open_swaps_of(tx.conn, [shift.id for shift in shifts]):
        raise Refused(
            "swap_open",
            zh="其中一个班已有换班申请在办，请先等它办完或撤回。",
            en="One of these shifts has an open swap already; wait for it or withdraw it.",
            field="data.shift_id",
            status=409,
            final=False,
        )


def _nobody() -> Refused:
    return Refused(
        "no_person_of_account",
        zh="您的账号没有对应的人员，不能换班；请管理员在通讯录中关联。",
        en="Your account belongs to nobody on the list of people; ask the administrator to link it.",
        field="data",
        status=403,
        final=False,
    )


async def _load(tx: Transaction, command: Command[Any]) -> Swapping:
    held = await hold_roster(tx.conn, command.by.account_id)
    swap = await store.need_swap(tx.conn, command.data.swap_id)
    shift = await store.need_shift(tx.conn, swap.shift_id)
    in_return = None if swap.in_return_id is None else await store.need_shift(tx.conn, swap.in_return_id)
    return Swapping(held, swap, shift, in_return, command.by.id)


async def _answer(tx: Transaction, command: Command[AnswerSwap], loaded: Swapping) -> Outcome:
    data, held = command.data, loaded.held
    swap = rules.answer(_swap(loaded), held.asker, data.agree, data.reason, command.by.as_by(), tx.at)
    await store.save_swap(tx.conn, swap)
    kind = "roster.swap_agreed" if data.agree else "roster.swap_declined"
    publication = Publication(kind, _told(held, swap, loaded.shift, loaded.in_return))
    zh, en = _words(held, loaded.shift, loaded.in_return)
    if data.agree:
        text = (f"换班请审批：{zh}。", f"A swap waits for your approval: {en}.")
        publication.give(
            Notice(("post", _approver(held, swap)), ("换班待审批", "A swap to approve"), text, ("swap", swap.id), None)
        )
    else:
        text = (f"对方不同意换班：{zh}。{data.reason}", f"Your swap was declined: {en}. {data.reason}")
        tell_person(publication, held, swap.from_person, ("换班未成", "Swap declined"), text, ("swap", swap.id))
    return Outcome(await published(tx, held, publication, [swap.post]), {"state": swap.state})


def _approver(held: Held, swap: Swap) -> str:
    """The post that is asked: the nearest whose holder is neither of the two."""
    parties = {held.people[one].account_id for one in (swap.from_person, swap.to_person) if one in held.people}
    posts = [post for post in roster_rules().approvers(swap.post) if post in held.posts]
    fit = [post for post in posts if held.posts[post].account_id not in parties or held.posts[post].account_id is None]
    return (fit or posts)[0]


def holds(held: Held, posts: Sequence[str], principal: Principal) -> list[str]:
    """Those of the posts that he holds now, and those that nobody holds and he may."""
    return [
        post
        for post in posts
        if post in held.posts
        and (
            held.posts[post].account_id == principal.account_id
            if held.posts[post].account_id is not None
            else may_hold(held.posts[post], principal)
        )
    ]


async def _decide(tx: Transaction, command: Command[DecideSwap], loaded: Swapping) -> Outcome:
    data, held, before = command.data, loaded.held, _swap(loaded)
    approvers = roster_rules().approvers(before.post)
    held_now = holds(held, approvers, command.by)
    swap = rules.decide(before, approvers, held_now, held.asker, data.approve, data.reason, command.by.as_by(), tx.at)
    await store.save_swap(tx.conn, swap)
    kind = "roster.swap_approved" if data.approve else "roster.swap_rejected"
    publication = Publication(kind, _told(held, swap, loaded.shift, loaded.in_return))
    found = []
    if data.approve:
        found = await put(tx, held, publication, exchanged(swap, loaded.shift, loaded.in_return, tx.at))
    zh, en = _words(held, loaded.shift, loaded.in_return)
    done = ("换班已批准", "Swap approved") if data.approve else ("换班未获批准", "Swap rejected")
    for person_id in (swap.from_person, swap.to_person):
        text = (f"{zh}。{data.reason}", f"{en}. {data.reason}")
        tell_person(publication, held, person_id, done, text, ("swap", swap.id))
    result: JsonObject = {"state": swap.state, "warnings": warned(found)}
    return Outcome(await published(tx, held, publication, _posts(loaded)), result)


def _posts(loaded: Swapping) -> list[str]:
    return [shift.post for shift in (loaded.shift, loaded.in_return) if shift is not None]


async def _withdraw(tx: Transaction, command: Command[WithdrawSwap], loaded: Swapping) -> Outcome:
    swap = rules.withdraw(_swap(loaded), loaded.held.asker)
    await store.save_swap(tx.conn, swap)
    publication = Publication("roster.swap_withdrawn", _told(loaded.held, swap, loaded.shift, loaded.in_return))
    return Outcome(await published(tx, loaded.held, publication, [swap.post]), {"state": swap.state})


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(AskSwap, _WHO, _load_ask, Swapping.scope, _ask),
    Handling(AnswerSwap, _WHO, _load, Swapping.scope, _answer),
    Handling(DecideSwap, _WHO, _load, Swapping.scope, _decide),
    Handling(WithdrawSwap, _WHO, _load, Swapping.scope, _withdraw),
)
