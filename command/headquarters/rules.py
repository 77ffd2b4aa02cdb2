"""What the city says of headquarters: seats, times to answer, matters that may be delegated (`rules/headquarters.yaml`)."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from command.organisation.book import organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import RULES
from spine.principal import Role

SeatRole = Literal["commander", "deputy", "office", "forward", "rear"]
SEAT_ROLES: tuple[SeatRole, ...] = ("commander", "deputy", "office", "forward", "rear")
Basis = Literal["statute", "illustrative"]


@dataclass(frozen=True, slots=True)
class SeatRule:
    """`minutes`: to come to the post. `ask_unheld`: a post that nobody holds is asked of all who may hold it."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    minutes: int
    ask_unheld: bool
    basis: Basis
    source: str | None


@dataclass(frozen=True, slots=True)
class Matter:
    """What may be delegated; `levels`: only up to a response level that is named."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    levels: bool
    basis: Basis
    source: str | None


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What a commander may not delegate."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    basis: Basis
    source: str | None


@dataclass(frozen=True, slots=True)
class Who:
    __pydantic_config__ = STRICT
    keep: frozenset[Role]
    answer: frozenset[Role]
    command: frozenset[Role]
    delegate: frozenset[Role]


@dataclass(frozen=True, slots=True)
class HeadquartersRules:
    __pydantic_config__ = STRICT
    version: int
    seats: dict[SeatRole, SeatRule]
    act_minutes: int
    call_minutes: int
    transfer_minutes: int
    rank: tuple[str, ...]
    office_post: str
    desk_post: str
    told_last: str
    activation_takes_seat: bool
    delegation_hours_max: int
    matters: dict[str, Matter]
    never: dict[str, Forbidden]
    who: Who

    def outranks(self, post: str, other: str | None) -> bool:
        """Whether `post` stands above `other` in `rank`; a post that is not listed stands below all that are."""
        last = len(self.rank)
        place = {name: at for at, name in enumerate(self.rank)}
        return place.get(post, last) < place.get(other or "", last)


@cache
def headquarters_rules() -> HeadquartersRules:
    """Raises RulesTrouble for a post that does not exist, a missing seat, a time that is none, a statute without a source."""
    path = RULES / "headquarters.yaml"
    found = read_rules(path, HeadquartersRules)
    troubles: list[tuple[str, str]] = []
    for post in (*found.rank, found.office_post, found.desk_post, found.told_last):
        if post not in organisation().posts:
            troubles.append((f"没有岗位“{post}”。", f"There is no post '{post}'."))
    for role in SEAT_ROLES:
        if role not in found.seats:
            troubles.append((f"缺少席位“{role}”。", f"The seat '{role}' is missing."))
    minutes = (found.act_minutes, found.call_minutes, found.transfer_minutes, found.delegation_hours_max)
    if min(*minutes, *(seat.minutes for seat in found.seats.values())) < 1:
        troubles.append(("时限至少 1 分钟。", "A time is at least 1 minute."))
    for name, row in (*found.seats.items(), *found.matters.items(), *found.never.items()):
        if row.basis == "statute" and not row.source:
            troubles.append((f"“{name}”注明法定但没有出处。", f"'{name}' is said to be statutory and cites nothing."))
    for name in sorted({*found.matters} & {*found.never}):
        troubles.append((f"“{name}”不能既可授权又不可授权。", f"'{name}' is both delegable and not."))
    if troubles:
        raise RulesTrouble(path, troubles)
    return found
