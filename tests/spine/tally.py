"""A room as small as can be, to try the ground floor with: named tallies that may not exceed 1000."""

from typing import ClassVar
from uuid import UUID, uuid4

from spine.authority import Scope, allow
from spine.canonical import Json
from spine.command import Command, CommandData, Connection, Envelope, Handling, NewFact, Outcome, Registry, Transaction
from spine.db import APP_ROLE, owner_connection
from spine.errors import Refused
from spine.fold import Picture
from spine.picture import PictureBook, PictureSource, StreamKind
from spine.principal import CITY, Grant, Principal, Role
from tests.conftest import T0

OFFICER = Principal("account:00000000-0000-0000-0000-000000000001", "李敏", (Grant(Role.DUTY_OFFICER),))
COUNTY_OFFICER = Principal("account:c", "县值班员", (Grant(Role.DUTY_OFFICER, "530926"),))
AUDITOR = Principal("account:a", "审计", (Grant(Role.AUDITOR),))
MOST = 1000


class AddToTally(CommandData):
    kind: ClassVar[str] = "tally.add"
    name: str
    by: int


async def _load(tx: Transaction, command: Command[AddToTally]) -> int:
    await tx.conn.execute(
        "INSERT INTO tally.tally (name, total) VALUES (%s, 0) ON CONFLICT DO NOTHING", (command.data.name,)
    )
    row = await (
        await tx.conn.execute("SELECT total FROM tally.tally WHERE name = %s FOR NO KEY UPDATE", (command.data.name,))
    ).fetchone()
    assert row is not None
    return int(row[0])


async def _run(tx: Transaction, command: Command[AddToTally], total: int) -> Outcome:
    name, new = command.data.name, total + command.data.by
    if new > MOST:
        raise Refused("tally_full", zh="已满。", en="The tally is full.", field="data.by", status=409, total=total)
    await tx.conn.execute("UPDATE tally.tally SET total = %s WHERE name = %s", (new, name))
    shown: Json = {"id": name, "total": new}
    now = {"tallies": {name: shown}}
    return Outcome(
        facts=[
            NewFact(stream, "tally.added", {"by": command.data.by}, now=now) for stream in ("board", f"tally:{name}")
        ],
        result={"total": new},
    )


REGISTRY = Registry([Handling(AddToTally, allow(Role.DUTY_OFFICER), _load, lambda _total: Scope(area=CITY), _run)])


async def _fetch(conn: Connection, key: str) -> Picture:
    rows = await (
        await conn.execute("SELECT name, total FROM tally.tally WHERE %(key)s = '' OR name = %(key)s", {"key": key})
    ).fetchall()
    return {"tallies": {str(name): {"id": str(name), "total": int(total)} for name, total in rows}}


async def _scope(_conn: Connection, _key: str) -> Scope | None:
    return Scope(area=CITY)


BOOK = PictureBook(
    kinds=(
        StreamKind("board", allow(Role.DUTY_OFFICER), _scope),
        StreamKind("tally", allow(Role.DUTY_OFFICER), _scope),
    ),
    sources=(PictureSource("board", _fetch), PictureSource("tally", _fetch)),
)


async def make_tables(database_url: str) -> None:
    async with owner_connection(database_url) as conn:
        await conn.execute("CREATE SCHEMA tally")
        await conn.execute("CREATE TABLE tally.tally (name text PRIMARY KEY, total integer NOT NULL)")
        await conn.execute(f"GRANT USAGE ON SCHEMA tally TO {APP_ROLE}")  # pyright: ignore[reportArgumentType]
        await conn.execute(f"GRANT SELECT, INSERT, UPDATE ON tally.tally TO {APP_ROLE}")  # pyright: ignore[reportArgumentType]
        await conn.commit()


def add(name: str, by: int, command_id: UUID | None = None) -> Envelope:
    return Envelope(command_id or uuid4(), "tally.add", "board", T0, {"name": name, "by": by})
