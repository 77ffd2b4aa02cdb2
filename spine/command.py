"""What a command is, what its handler must say, and what comes out."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from pydantic import BaseModel, ConfigDict

from spine.authority import Allow, Scope
from spine.canonical import Json, JsonObject
from spine.errors import Refused
from spine.principal import Principal

if TYPE_CHECKING:
    from spine.realm import Realm

Connection = AsyncConnection[TupleRow]


class CommandData(BaseModel):
    """Base of every command's data: strict, nothing unknown, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
    kind: ClassVar[str]


D = TypeVar("D", bound=CommandData)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command as it arrives: not yet known to be of any kind."""

    id: UUID
    kind: str
    stream: str
    occurred_at: datetime
    data: JsonObject


@dataclass(frozen=True, slots=True)
class Command(Generic[D]):
    id: UUID
    stream: str
    occurred_at: datetime
    by: Principal
    data: D


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact that is not yet in the record. `now` is the after-image: {collection: {id: object or None}}."""

    stream: str
    kind: str
    data: JsonObject
    now: Mapping[str, Mapping[str, Json]] = field(default_factory=dict[str, Mapping[str, Json]])
    v: int = 1
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    facts: Sequence[NewFact]
    result: JsonObject = field(default_factory=dict[str, Json])


@dataclass(frozen=True, slots=True)
class Transaction:
    """The one transaction of one command. `at` is the realm's time, fixed when it began."""

    conn: Connection
    at: datetime
    realm: "Realm"


@dataclass(frozen=True, slots=True)
class Handling(Generic[D, S]):
    """How one kind of command is carried out.

    load   locks and reads what is decided upon; raises Refused `not_found`
    scope  says whose it is (pure)
    run    decides (pure), saves, and returns the facts
    """

    data: type[D]
    allow: Allow
    load: Callable[[Transaction, Command[D]], Awaitable[S]]
    scope: Callable[[S], Scope]
    run: Callable[[Transaction, Command[D], S], Awaitable[Outcome]]


AnyHandling = Handling[Any, Any]


class Registry:
    """All kinds of command that this program knows; put together once, at the top."""

    def __init__(self, handlings: Iterable[AnyHandling]) -> None:
        self._by_kind: dict[str, AnyHandling] = {}
        for handling in handlings:
            kind = handling.data.kind
            if kind in self._by_kind:
                raise ValueError(f"two handlings of {kind}")
            self._by_kind[kind] = handling

    def handlings(self) -> tuple[AnyHandling, ...]:
        return tuple(self._by_kind.values())

    def kinds(self) -> tuple[str, ...]:
        return tuple(sorted(self._by_kind))

    def find(self, kind: str) -> AnyHandling:
        handling = self._by_kind.get(kind)
        if handling is None:
            raise Refused(
                "unknown_command",
                zh=f"没有“{kind}”这种指令。",
                en=f"There is no command '{kind}'.",
                field="kind",
                status=404,
                final=False,
            )
        return handling
