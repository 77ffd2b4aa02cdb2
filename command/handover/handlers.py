"""How a post changes hands: taken, or handed over with both signatures; and who is told when it is not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from command.commands import TakeDuty
from command.handover import handover as rules
from command.handover import store
from command.handover.clock import arm, climb, subject_of
from command.handover.handover import Handover
from command.handover.items import gather
from command.notice import Notice
from command.objects import duty_object
from command.publish import Publication
from command.roster import store as roster_store
from command.roster.commands import EscalateHandover, RefuseHandover, SignIn, SignOut, WithdrawHandover
from command.roster.duty import Duty, hand_to, take
from command.roster.roster import Shift
from command.roster.rules import roster_rules
from command.units import store as unit_store
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import AnyHandling, Command, Connection, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.picture import boards
from spine.principal import Role

_WHO = allow(Role.DUTY_OFFICER, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Post:
    """A post under its lock, and the handover that is under way."""

    duty: Duty
    handover: Handover | None

    def scope(self) -> Scope:
        return Scope(area=self.duty.area_code)


def handover_object(one: Handover, duty: Duty) -> JsonObject:
    """What the boards show: that it waits, for whom, and how much there is to read. The sheet itself is fetched."""
    sections = cast(Sequence[Mapping[str, Any]], one.sheet["sections"])
    checks = cast(Mapping[str, Mapping[str, Json]], one.checks)
    return {
        "id": str(one.id),
        "post": one.post,
        "post_zh": duty.post_zh,
        "post_en": duty.post_en,
        "state": one.state,
        "from_id": str(one.from_id),
        "from_name": one.from_name,
        "to_person": one.to_person,
        "signed_out_at": one.signed_out["at"],
        "items": sum(len(section["items"]) for section in sections),
        "faults": sum(1 for check in checks.values() if check["state"] == "fault"),
        "version": one.version,
    }


def _publication(kind: str, duty: Duty, **more: Json) -> Publication:
    told: JsonObject = {"post": duty.post, "post_zh": duty.post_zh, "post_en": duty.post_en, **more}
    publication = Publication(kind, told)
    publication.tell(*boards(duty.area_code))
    return publication


def _lay_duty(publication: Publication, duty: Duty) -> None:
    publication.put(boards(duty.area_code), "duty", duty.post, duty_object(duty))


def _lay_handover(publication: Publication, one: Handover, duty: Duty) -> None:
    shown = handover_object(one, duty) if one.state == "offered" else None
    publication.put(boards(duty.area_code), "handovers", str(one.id), shown)


# --- taking a post --------------------------------------------------------------------------------------------------------


async def _load_post(tx: Transaction, command: Command[Any]) -> Post:
    duty = await unit_store.lock_duty(tx.conn, command.data.post)
    return Post(duty, await store.open_handover(tx.conn, duty.post))


async def _take(tx: Transaction, command: Command[TakeDuty], post: Post) -> Outcome:
    before, reason = post.duty, command.data.reason or ""
    taken = take(before, command.by, tx.at, reason)
    publication = _publication("duty.taken", before, before=before.person, how=taken.how, reason=taken.reason)
    if post.handover is not None:
        over = rules.supersede(post.handover, command.by, reason, tx.at)
        await store.save_handover(tx.conn, over)
        _lay_handover(publication, over, before)
    if before.account_id is not None:
        words = (
            f"{command.by.name}已接岗：{before.post_zh}。{reason}",
            f"{command.by.name} took '{before.post_en}'. {reason}",
        )
        publication.give(Notice(("account", str(before.account_id)), ("岗位已由他人接任", "Your post was taken over"), words, ("post", subject_of(before.post)), None))  # fmt: skip
    taken = await arm(tx, taken, publication)
    await unit_store.save_duty(tx.conn, taken)
    _lay_duty(publication, taken)
    return Outcome(publication.facts(), {"post": taken.post, "how": taken.how})


# --- handing it over ------------------------------------------------------------------------------------------------------


async def next_on_roster(conn: Connection, duty: Duty, at: Any) -> Shift | None:
    """Whose shift comes after the holder's, by the roster."""
    after = duty.until or at
    coming = await roster_store.shifts_of_post(conn, duty.post, max(after, at), max(after, at) + timedelta(days=2))
    return next((s for s in coming if s.person_id is not None and s.starts_at >= after - timedelta(minutes=1)), None)


async def _sign_out(tx: Transaction, command: Command[SignOut], post: Post) -> Outcome:
    data, duty = command.data, post.duty
    if post.handover is not None:
        raise Refused(
            "handover_open",
            zh="这个岗位已有交班单等待接班人签字，请先撤回再重新交班。",
            en="A handover of this post waits for its second signature already; withdraw it first.",
            field="data.post",
            status=409,
            final=False,
        )
    answers = {name: (one.state, one.note) for name, one in data.checks.items()}
    checks = rules.check_list(roster_rules().handover.checks, answers)
    coming = await next_on_roster(tx.conn, duty, tx.at)
    person = None if coming is None else await roster_store.need_person(tx.conn, str(coming.person_id))
    sheet = await gather(tx.conn, duty.area_code, tx.at)
    one = rules.sign_out(
        command.id, duty, command.by, person and person.name, sheet, data.digest, checks, data.words, tx.at
    )
    await store.save_handover(tx.conn, one)
    publication = _publication(
        "handover.signed_out", duty, handover_id=str(one.id), digest=one.digest, to=one.to_person
    )
    _lay_handover(publication, one, duty)
    text = (
        f"{one.from_name}已在{duty.post_zh}交班单上签字，请核对后接班。",
        f"{one.from_name} has signed the handover of '{duty.post_en}'. Read it and take over.",
    )
    if person is not None and person.account_id is not None:
        publication.give(
            Notice(("account", str(person.account_id)), ("请接班", "Take over"), text, ("handover", one.id), None)
        )
    return Outcome(publication.facts(), {"handover_id": str(one.id), "to": one.to_person})


async def _load_handover(tx: Transaction, command: Command[Any]) -> Post:
    named = await store.need_handover(tx.conn, command.data.handover_id)
    duty = await unit_store.lock_duty(tx.conn, named.post)
    return Post(duty, await store.need_handover(tx.conn, command.data.handover_id, lock=True))


def _handover(post: Post) -> Handover:
    if post.handover is None:
        raise AssertionError("it was loaded with its handover")
    return post.handover


async def _sign_in(tx: Transaction, command: Command[SignIn], post: Post) -> Outcome:
    data, duty = command.data, post.duty
    sheet = await gather(tx.conn, duty.area_code, tx.at)
    one = rules.sign_in(_handover(post), duty, command.by, sheet, data.digest, data.note, tx.at)
    taken = hand_to(duty, command.by, tx.at)
    await store.save_handover(tx.conn, one)
    signed = cast(Mapping[str, Json], one.signed_in)
    publication = _publication(
        "handover.completed",
        duty,
        handover_id=str(one.id),
        before=duty.person,
        digest=signed["digest"],
        changes=len(cast(Sequence[Json], signed["changes"])),
    )
    taken = await arm(tx, taken, publication)
    await unit_store.save_duty(tx.conn, taken)
    _lay_duty(publication, taken)
    _lay_handover(publication, one, duty)
    text = (f"{command.by.name}已接班：{duty.post_zh}。", f"{command.by.name} has taken over '{duty.post_en}'.")
    _tell_outgoing(publication, one, ("交班完成", "Handover completed"), text)
    return Outcome(publication.facts(), {"post": duty.post, "handover_id": str(one.id)})


def _tell_outgoing(publication: Publication, one: Handover, subject: tuple[str, str], text: tuple[str, str]) -> None:
    publication.give(Notice(("account", str(one.from_id)), subject, text, ("handover", one.id), None))


async def _refuse(tx: Transaction, command: Command[RefuseHandover], post: Post) -> Outcome:
    duty, reason = post.duty, command.data.reason
    one = rules.refuse(_handover(post), duty, command.by, reason, tx.at)
    await store.save_handover(tx.conn, one)
    publication = _publication("handover.refused", duty, handover_id=str(one.id), reason=reason.strip())
    _lay_handover(publication, one, duty)
    text = (
        f"{command.by.name}没有接班：{reason.strip()}。您仍在{duty.post_zh}岗位。",
        f"{command.by.name} did not take over: {reason.strip()}. You still hold '{duty.post_en}'.",
    )
    _tell_outgoing(publication, one, ("交班被退回", "Handover refused"), text)
    return Outcome(publication.facts(), {"handover_id": str(one.id)})


async def _withdraw(tx: Transaction, command: Command[WithdrawHandover], post: Post) -> Outcome:
    one = rules.withdraw(_handover(post), command.by, command.data.reason, tx.at)
    await store.save_handover(tx.conn, one)
    publication = _publication("handover.withdrawn", post.duty, handover_id=str(one.id))
    _lay_handover(publication, one, post.duty)
    return Outcome(publication.facts(), {"handover_id": str(one.id)})


async def _escalate(tx: Transaction, command: Command[EscalateHandover], post: Post) -> Outcome:
    """The holder stays on duty: nobody is relieved by a clock. Who is above is told."""
    duty = post.duty
    if duty.account_id is None or duty.until is None or duty.until > tx.at:
        return Outcome((), {"told": None})
    publication = _publication("handover.overdue", duty, person=duty.person, until=iso(duty.until))
    told = await climb(tx, duty, publication)
    coming = await next_on_roster(tx.conn, duty, tx.at)
    text = (
        f"{duty.post_zh}的班已结束，尚未交接：{duty.person}仍在岗。",
        f"The shift of '{duty.post_en}' has ended and is not handed over: {duty.person} still stands it.",
    )
    subject, about = ("交接班超时", "Handover overdue"), ("post", subject_of(duty.post))
    publication.give(Notice(("account", str(duty.account_id)), subject, text, about, None))
    if told is not None and told != duty.post:
        publication.give(Notice(("post", told), subject, text, about, None))
    if coming is not None and coming.person_id is not None:
        person = await roster_store.need_person(tx.conn, coming.person_id)
        if person.account_id is not None and person.account_id != duty.account_id:
            publication.give(Notice(("account", str(person.account_id)), subject, text, about, None))
    return Outcome(publication.facts(), {"told": told})


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(TakeDuty, allow(*_WHO.roles, Role.SUPERVISOR), _load_post, Post.scope, _take),
    Handling(SignOut, _WHO, _load_post, Post.scope, _sign_out),
    Handling(SignIn, _WHO, _load_handover, Post.scope, _sign_in),
    Handling(RefuseHandover, _WHO, _load_handover, Post.scope, _refuse),
    Handling(WithdrawHandover, _WHO, _load_handover, Post.scope, _withdraw),
    Handling(EscalateHandover, allow(Role.SYSTEM), _load_post, Post.scope, _escalate),
)
