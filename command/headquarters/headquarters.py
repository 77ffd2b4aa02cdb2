"""The headquarters of an incident (指挥部): seats, working groups, who commands now, and what stops a step. Pure.

    asked → taken | silent | declined | relieved;  vacant: nobody is named and nobody is asked

Who commands follows from the seats: the commander's when it is taken, else the deputy who steps in (代行). A clock never makes anybody
commander; it only asks the next one. Steps: `headquarters/seats.py`, `headquarters/transfer.py`, `headquarters/groups.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from command.headquarters.rules import SeatRole, headquarters_rules
from command.orders.task import Act
from command.organisation.book import organisation
from command.transitions import Level
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused

SeatState = Literal["asked", "taken", "silent", "declined", "vacant"]
"""A relieved seat leaves the headquarters; that it was is in the history."""
Why = Literal["seat", "call", "declined"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who is meant: by the post that he holds, by the address book, or both. `name` None: the post is held by nobody.

    Telephone numbers are looked up when they are wanted (`person_id`) and never stand here: facts are for ever.
    """

    post: str | None = None
    account_id: UUID | None = None
    person_id: str | None = None
    name: str | None = None
    title_zh: str | None = None
    title_en: str | None = None

    @property
    def words(self) -> tuple[str, str]:
        """Post or title with the name, as it is said."""
        zh, en = post_words(self.post) if self.post is not None else (self.title_zh or "", self.title_en or "")
        if self.name is None:
            return (zh or "（未定）", en or "(nobody)")
        return (f"{zh}{self.name}", f"{self.name} ({en})" if en else self.name)

    def to_json(self) -> JsonObject:
        zh, en = post_words(self.post) if self.post is not None else (None, None)
        return {
            "post": self.post,
            "post_zh": zh,
            "post_en": en,
            "account_id": None if self.account_id is None else str(self.account_id),
            "person_id": self.person_id,
            "name": self.name,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
        }


NOBODY = Person()


def post_words(post: str) -> tuple[str, str]:
    """A post that the organisation no longer has is called by its code."""
    found = organisation().posts.get(post)
    return (post, post) if found is None else (found.zh, found.en)


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat (席位). `place` (of a forward or rear headquarters): {name, lon, lat, origin}, WGS 84, or only a name.

    `asked_at`, `until`: of the present question. `answered`: {at, by, how: taken|activated|transferred|acting, word}.
    `call`: {by, at, until, outcome: waiting|silent|answered, answered_at, word}, the last one.
    """

    id: UUID
    role: SeatRole
    sort: int
    person: Person
    state: SeatState
    asked_by: JsonObject | None = None
    asked_at: datetime | None = None
    until: datetime | None = None
    answered: JsonObject | None = None
    call: JsonObject | None = None
    place: JsonObject | None = None

    @property
    def words(self) -> tuple[str, str]:
        rule = headquarters_rules().seats[self.role]
        if self.role == "deputy":
            return (f"{rule.zh}（第{self.sort}顺位）", f"{rule.en} no. {self.sort}")
        name = None if self.place is None else self.place.get("name")
        return (f"{rule.zh}（{name}）", f"{rule.en} ({name})") if name else (rule.zh, rule.en)

    @property
    def is_called(self) -> bool:
        """A call stands that was not answered, in time or past it."""
        return self.call is not None and self.call["outcome"] in {"waiting", "silent"}


@dataclass(frozen=True, slots=True)
class Group:
    """A working group (工作组). `plans`: the plans that it comes from. `head`: the person who leads it, where named.

    `dissolved`: {by, at, reason}. `edited`: somebody changed it by hand, so a plan no longer overwrites it.
    """

    id: str
    zh: str
    en: str
    lead: str
    members: tuple[str, ...]
    duty_zh: str
    duty_en: str
    head: Person = NOBODY
    plans: tuple[str, ...] = ()
    edited: bool = False
    dissolved: JsonObject | None = None

    @property
    def departments(self) -> frozenset[str]:
        return frozenset((self.lead, *self.members)) if self.dissolved is None else frozenset()


@dataclass(frozen=True, slots=True)
class Delegation:
    """What a commander lets another decide (授权). `post`: the post in which he had the power; `up_to`: the highest level.

    `ended`: {at, by, how: revoked|expired|command_changed|dissolved, reason}.
    """

    id: UUID
    matter: str
    up_to: Level | None
    giver: Person
    to: Person
    seat_id: UUID
    reason: str
    given_at: datetime
    until: datetime
    ended: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Command is to go to somebody (指挥权移交). It goes when he takes it; until then the old one commands.

    `cause`: by whose will: the commander's word, or a level that a higher post decides. `outcome`: open, then taken, refused,
    withdrawn or superseded. `late`: its time passed and it still stands.
    """

    id: UUID
    giver: Person
    to: Person
    summary: str
    reason: str
    cause: Literal["commander", "superior", "level"]
    stays: bool
    by: JsonObject
    at: datetime
    until: datetime
    outcome: Literal["open", "taken", "refused", "withdrawn", "superseded"] = "open"
    late: bool = False
    ended: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """The question who acts for a commander who is silent. `asked`: [{seat_id, at, until, outcome: waiting|silent|void}].

    `why`: seat (the named one did not come), call (he does not answer), declined. `exhausted`: nobody is left to ask.
    """

    why: Why
    since: datetime
    asked: tuple[JsonObject, ...]
    until: datetime
    exhausted: bool = False


@dataclass(frozen=True, slots=True)
class Headquarters:
    """One per incident. `acting_seat`: the deputy who acts while the commander's seat is not taken.

    `history`: [{what, at, by, …}], everything that changed who commands, in order.
    """

    incident_id: UUID
    title: str
    state: Literal["standing", "dissolved"]
    established: JsonObject
    seats: tuple[Seat, ...]
    groups: tuple[Group, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    acting_seat: UUID | None = None
    acting: Acting | None = None
    transfer: Transfer | None = None
    history: tuple[JsonObject, ...] = ()
    dissolved: JsonObject | None = None
    version: int = 1
    updated_at: datetime | None = None

    @property
    def commander(self) -> Seat:
        return next(seat for seat in self.seats if seat.role == "commander")

    @property
    def deputies(self) -> tuple[Seat, ...]:
        return tuple(sorted((s for s in self.seats if s.role == "deputy"), key=lambda s: (s.sort, str(s.id))))

    @property
    def commanding(self) -> Seat | None:
        """The seat that commands now; None: nobody does."""
        if self.state != "standing":
            return None
        if self.commander.state == "taken":
            return self.commander
        return next((seat for seat in self.seats if seat.id == self.acting_seat), None)

    @property
    def open_transfer(self) -> Transfer | None:
        return self.transfer if self.transfer is not None and self.transfer.outcome == "open" else None

    def seat(self, seat_id: UUID) -> Seat:
        """Raises Refused `not_found`."""
        for seat in self.seats:
            if seat.id == seat_id:
                return seat
        raise Refused(
            "not_found",
            zh="指挥部没有这个席位，可能已被撤换。",
            en="The headquarters has no such seat; it may have been changed.",
            field="data.seat_id",
            status=404,
        )

    def departments(self) -> frozenset[str]:
        if self.state != "standing":
            return frozenset()
        return frozenset(code for group in self.groups for code in group.departments)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: his account, the posts that he may hold, and whether he is of the duty desk and may write down another's word."""

    account_id: UUID | None
    name: str
    by: JsonObject
    may_hold: frozenset[str] = frozenset()
    holds: frozenset[str] = frozenset()
    is_desk: bool = False
    word: str | None = None

    def is_person(self, person: Person) -> bool:
        """He is the one who is meant; of a post that nobody holds everybody who may hold it is."""
        if person.account_id is not None:
            return person.account_id == self.account_id
        return person.name is None and person.post is not None and person.post in self.may_hold

    def as_person(self, person: Person) -> Person:
        """`person` filled by the actor, when it was a post that nobody held."""
        if person.name is not None:
            return person
        return replace(person, account_id=self.account_id, name=self.name)


def seat_id(incident_id: UUID, command_id: UUID, place: str) -> UUID:
    return uuid5(command_id, f"{incident_id}:{place}")


# --- what every step starts and ends with --------------------------------------------------------------------------------


def need_standing(hq: Headquarters | None) -> Headquarters:
    """Raises Refused `no_headquarters`."""
    if hq is None or hq.state != "standing":
        raise Refused(
            "no_headquarters",
            zh="本事件还没有成立指挥部，请先成立。" if hq is None else "指挥部已撤销；需要时请重新成立。",
            en="No headquarters stands for this incident; establish it first.",
            field="data.incident_id",
            status=409,
        )
    return hq


def may_answer(actor: Actor, person: Person, seat: tuple[str, str]) -> None:
    """Only he himself answers, or the duty desk on his word. Raises Refused `not_your_seat`, `word_required`."""
    if actor.is_person(person):
        return
    zh, en = person.words
    if not actor.is_desk:
        raise Refused(
            "not_your_seat",
            zh=f"{seat[0]}请的是{zh}，只能由本人答复，或由值班席按其口头答复登记。",
            en=f"{en} is asked for {seat[1]}: only he may answer, or the duty desk on his word.",
            field="data.seat_id",
            status=403,
            final=False,
        )
    if person.name is None:
        raise Refused(
            "nobody_named",
            zh=f"{seat[0]}还没有指定人员，请先指定人，再登记其答复。",
            en=f"Nobody is named for {seat[1]}: name somebody before writing down an answer.",
            field="data.seat_id",
            status=409,
        )
    if not (actor.word or "").strip():
        raise Refused(
            "word_required",
            zh=f"代{zh}登记答复，须写明他是怎样答复的（如：14:05 电话）。",
            en=f"To write down the answer of {en}, say how he gave it (such as: by telephone at 14:05).",
            field="data.word",
        )


def need_reason(text: str | None, field: str = "reason", zh: str = "理由", en: str = "a reason") -> str:
    """Raises Refused `reason_required`."""
    said = (text or "").strip()
    if not said:
        raise Refused("reason_required", zh=f"请写明{zh}。", en=f"Give {en}.", field=f"data.{field}")
    return said


def answer_of(actor: Actor, act: Act, how: str) -> JsonObject:
    return {"at": iso(act.at), "by": actor.by, "how": how, "word": (actor.word or "").strip() or None}


def with_seat(hq: Headquarters, seat: Seat) -> Headquarters:
    return replace(hq, seats=tuple(seat if one.id == seat.id else one for one in hq.seats))


def without_seat(hq: Headquarters, gone: UUID) -> Headquarters:
    return replace(hq, seats=tuple(one for one in hq.seats if one.id != gone))


def told(hq: Headquarters, act: Act, what: str, **more: Json) -> Headquarters:
    """One line more in the history."""
    line: JsonObject = {"what": what, "at": iso(act.at), "by": act.by, **more}
    return replace(hq, history=(*hq.history, line))


def stamped(hq: Headquarters, act: Act) -> Headquarters:
    return replace(hq, version=hq.version + 1, updated_at=act.at)


def who_line(seat: Seat) -> JsonObject:
    """How the history names somebody in a seat."""
    zh, en = seat.words
    return {"role": seat.role, "seat_zh": zh, "seat_en": en, "person": seat.person.to_json()}


def departments_of(groups: Sequence[Group]) -> frozenset[str]:
    return frozenset(code for group in groups for code in group.departments)
