"""What the product really says to the database for one command, read from the server's own log, and made into pgbench scripts.

So the baseline follows the write path by itself: the statements, their order, their transaction and the sizes of their
parameters are those of a command that was carried out a moment ago. Only what must differ from one transaction to the next is
replaced: the command's id, the ids of the incident and its order, and the positions of new facts.
"""

import os
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, cast
from uuid import UUID, uuid4

from psycopg import sql

from spine.accounts import account_named
from spine.carry_out import Answer, carry_out
from spine.command import Envelope
from spine.db import Connection, owner_connection
from tests.benches.orders import DEPARTMENTS, FIRST, PROGRESS, desk_of
from tests.benches.programs import BenchTrouble
from tests.benches.town import target_id
from web.rooms import open_house

_ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \S+ \[(\d+)\] ([A-Z]+):  ", re.MULTILINE)
_STATEMENT = re.compile(r"(?:statement|execute [^:]*): (.*)", re.DOTALL)
_PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
_PLACEHOLDER = re.compile(r"\$(\d+)")
_WARM_UPS = 6
"""psycopg prepares a statement when it has seen it five times."""
_POSITION = "(extract(epoch from clock_timestamp()) * 1000000)::bigint"
"""A position for a new fact that no other transaction has; it grows, as real ones do, so that the index grows at its end."""


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    parameters: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Captured:
    """The statements between BEGIN and COMMIT of one `task.progress` on order `number`."""

    number: int
    command_id: UUID
    answer: Answer
    statements: tuple[Statement, ...]


def statements_in(log: str) -> dict[str, list[Statement]]:
    """{process id: what it executed, in order} of a log with log_statement = all."""
    found: dict[str, list[Statement]] = {}
    parts = _ENTRY.split(log)[1:]
    for pid, level, entry in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        text = entry.rstrip("\n").replace("\n\t", "\n")
        own = found.setdefault(pid, [])
        if level == "LOG" and (said := _STATEMENT.match(text)):
            own.append(Statement(said[1], ()))
        elif level == "DETAIL" and own and text.lower().startswith("parameters:"):
            given = {int(n): None if v == "NULL" else v[1:-1].replace("''", "'") for n, v in _PARAMETER.findall(text)}
            own[-1] = Statement(own[-1].text, tuple(given[n] for n in sorted(given)))
    return found


def transaction_with(log: str, command_id: UUID) -> tuple[Statement, ...]:
    """The one transaction that names this command, without BEGIN and COMMIT. Raises BenchTrouble when there is none, or two."""
    hits: list[tuple[Statement, ...]] = []
    for executed in statements_in(log).values():
        current: list[Statement] | None = None
        for statement in executed:
            word = statement.text.strip().upper()
            if word.startswith("BEGIN"):
                current = []
            elif word.startswith(("COMMIT", "ROLLBACK")):
                if current and word.startswith("COMMIT") and _writes(current, str(command_id)):
                    hits.append(tuple(current))
                current = None
            elif current is not None:
                current.append(statement)
    if len(hits) != 1:
        raise BenchTrouble(f"the server's log shows {len(hits)} transactions of one command, not one")
    return hits[0]


def _writes(statements: Sequence[Statement], command_id: str) -> bool:
    return any("spine.receipt" in s.text and "INSERT" in s.text.upper() for s in statements) and any(
        command_id in (p or "") for s in statements for p in s.parameters
    )


@asynccontextmanager
async def _everything_logged(database_url: str) -> AsyncGenerator[None]:
    """Connections opened meanwhile have each statement logged."""
    async with owner_connection(database_url, autocommit=True) as conn:
        row = await (await conn.execute("SELECT current_database()")).fetchone()
        assert row is not None
        name = sql.Identifier(str(row[0]))
        await conn.execute(sql.SQL("ALTER DATABASE {} SET log_statement = 'all'").format(name))
        try:
            yield
        finally:
            await conn.execute(sql.SQL("ALTER DATABASE {} RESET log_statement").format(name))


async def capture(database_url: str, log_file: Path, data_dir: Path) -> list[Captured]:
    """One report of progress at each desk, as the product carried it out just now."""
    done: list[tuple[int, UUID, Answer]] = []
    async with _everything_logged(database_url):
        began = os.stat(log_file).st_size
        house = await open_house(database_url, None, data_dir)
        realm = house.realm
        try:
            for number in [FIRST] * _WARM_UPS + [FIRST + i for i in range(len(DEPARTMENTS))]:
                async with realm.pool.connection() as conn:
                    person = await account_named(conn, desk_of(number))
                data = {"task_id": str(target_id("b", number)), "text": PROGRESS}
                envelope = Envelope(uuid4(), "task.progress", "board", realm.clock.now(), data)
                done.append((number, envelope.id, await carry_out(realm, house.registry, person, envelope)))
        finally:
            await realm.close()
    with log_file.open("rb") as log:
        log.seek(began)
        text = log.read().decode("utf-8")
    return [Captured(n, c, answer, transaction_with(text, c)) for n, c, answer in done[_WARM_UPS:]]


def _literal(text: str) -> str:
    """A string constant in which pgbench sees no variable: it would take `:word` for one even between quotes."""
    return "E'" + text.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a") + "'"


def _varying(captured: Captured) -> dict[str, str]:
    """{text that stands in parameters: SQL for what stands there in another transaction}."""
    return {
        str(captured.command_id): "('cccccccc-0000-4000-8000-' || lpad(:c::text, 12, '0'))",
        **{
            str(target_id(kind, captured.number)): f"('{str(target_id(kind, captured.number))[:-3]}' || :i::text)"
            for kind in ("a", "b")
        },
    }


def script_value(captured: Captured, statement: Statement, parameter: str | None, kind: str) -> str:
    """One parameter as SQL of its type."""
    if parameter is None:
        return f"NULL::{kind}"
    inserts_facts = "INSERT INTO spine.fact" in statement.text
    positions = (
        {str(p.seq) for p in captured.answer.facts} if inserts_facts and kind in ("bigint", "bigint[]") else set[str]()
    )
    replaced = {**_varying(captured), **dict.fromkeys(positions, f"{_POSITION}::text")}
    pattern = "|".join(rf"\b{re.escape(one)}\b" for one in replaced)
    pieces: list[str] = []
    at = 0
    for hit in re.finditer(pattern, parameter):
        if hit.start() > at:
            pieces.append(_literal(parameter[at : hit.start()]))
        pieces.append(replaced[hit[0]])
        at = hit.end()
    if at < len(parameter) or not pieces:
        pieces.append(_literal(parameter[at:]))
    return f"({' || '.join(pieces)})::{kind}"


async def _types(conn: Connection, statement: Statement) -> list[str]:
    """The server's types of the parameters."""
    await conn.execute(
        sql.SQL("PREPARE bench_probe AS ") + sql.SQL(cast(LiteralString, statement.text.replace("%", "%%")))
    )
    row = await (
        await conn.execute("SELECT parameter_types::text[] FROM pg_prepared_statements WHERE name = 'bench_probe'")
    ).fetchone()
    await conn.execute("DEALLOCATE bench_probe")
    assert row is not None
    return list(row[0])


async def write_scripts(database_url: str, captured: Sequence[Captured], folder: Path, per_desk: int) -> list[Path]:
    """One pgbench script for each desk, which takes one of its `per_desk` orders at random each time."""
    paths: list[Path] = []
    async with owner_connection(database_url, autocommit=True) as conn:
        for one in captured:
            lines = [
                f"\\set i {one.number} + {len(DEPARTMENTS)} * random(0, {per_desk - 1})",
                "\\set c random(1, 999999999999)",
                "BEGIN;",
            ]
            for statement in one.statements:
                kinds = await _types(conn, statement)
                values = [script_value(one, statement, p, k) for p, k in zip(statement.parameters, kinds, strict=True)]
                text = _PLACEHOLDER.sub(lambda hit, values=values: values[int(hit[1]) - 1], statement.text.strip())
                lines.append(f"{text};")
            path = folder / f"progress-{one.number}.sql"
            path.write_text("\n".join([*lines, "COMMIT;", ""]), "utf-8")
            paths.append(path)
    return paths
