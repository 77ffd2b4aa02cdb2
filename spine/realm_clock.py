"""Commands that change how an exercise's time runs. The live realm's time is nobody's to change."""

from typing import Annotated, ClassVar

from pydantic import Field

from spine.authority import ANYBODY, Scope, allow
from spine.clock import Pace, iso
from spine.command import Command, CommandData, Connection, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused
from spine.fold import Picture
from spine.picture import PictureSource, StreamKind
from spine.principal import Role
from spine.realm import RealmRow, pace_of, read_row, set_clock


class SetClock(CommandData):
    kind: ClassVar[str] = "clock.set"
    speed: Annotated[float, Field(ge=1, le=120)] | None = None
    paused: bool | None = None


def exercise_only() -> Refused:
    return Refused(
        "exercise_only",
        zh="这一操作只能在演练中进行，实战环境不受影响。",
        en="This can only be done in an exercise; the live realm is untouched.",
        status=409,
    )


async def _load(tx: Transaction, command: Command[SetClock]) -> RealmRow:
    if not tx.realm.is_exercise:
        raise exercise_only()
    await tx.conn.execute("SELECT 1 FROM spine.realm FOR NO KEY UPDATE")
    return await read_row(tx.conn)


async def _run(tx: Transaction, command: Command[SetClock], row: RealmRow) -> Outcome:
    pace = pace_of(row)
    if pace is None:
        raise exercise_only()
    wall = tx.realm.wall_now()
    at = pace.at(wall)
    speed = row.speed if command.data.speed is None else command.data.speed
    paused = row.paused if command.data.paused is None else command.data.paused
    await set_clock(tx.conn, at=at, wall=wall, speed=speed, paused=paused)
    shown = clock_object(row.name, Pace(at, wall, speed, paused))
    return Outcome(
        facts=[NewFact("clock", "clock.changed", {"speed": speed, "paused": paused}, now={"clock": {"now": shown}})]
    )


def clock_object(realm: str, pace: Pace) -> dict[str, str | float | bool]:
    """The clock at its last change: who reads it later computes the time from `at`, `wall_at` and `speed`."""
    return {
        "id": "now",
        "realm": realm,
        "kind": "exercise",
        "at": iso(pace.base_at),
        "wall_at": iso(pace.base_wall),
        "speed": pace.speed,
        "paused": pace.paused,
    }


async def _fetch(conn: Connection, _key: str) -> Picture:
    row = await read_row(conn)
    pace = pace_of(row)
    if pace is None:
        return {"clock": {"now": {"id": "now", "realm": row.name, "kind": "live", "speed": 1.0, "paused": False}}}
    return {"clock": {"now": clock_object(row.name, pace)}}


async def _scope(_conn: Connection, key: str) -> Scope | None:
    return Scope() if key == "" else None


HANDLINGS = (Handling(SetClock, allow(Role.EXERCISE_DIRECTOR, Role.ADMINISTRATOR), _load, lambda _row: Scope(), _run),)
SOURCES = (PictureSource("clock", _fetch),)
STREAMS = (StreamKind("clock", ANYBODY, _scope),)
