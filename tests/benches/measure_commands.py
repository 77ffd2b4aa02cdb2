"""Durable commands per second over HTTP, against pgbench with the very statements of one command, in one transaction."""

import asyncio
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from psycopg import sql

from spine.db import APP_ROLE, Connection, owner_connection, with_database
from spine.private_programs import postgres_programs
from tests.benches.capture import Captured, capture, write_scripts
from tests.benches.orders import COUNT, DEPARTMENTS, write_reports
from tests.benches.programs import BenchTrouble, Stage
from tests.benches.result import Row
from tests.benches.town import Town

CONNECTIONS = 32
MOST_PER_S = 6000
CLONE = "bench_pgbench"
WRITTEN = ("receipts", "facts on the board", "notes")
"""What one command adds one of."""


async def _ours(town: Town, seconds: float) -> tuple[float, list[str], list[str]]:
    """(commands per second, violations, notes)."""
    await town.open()
    bodies = town.stage.folder / "commands.bodies"
    await write_reports(town, bodies, int(seconds * MOST_PER_S), timed=False)
    before = await _counts(town.database_url)
    poster = await town.stage.start(
        "poster",
        ["--port", town.serve_port, "--bodies", bodies, "--seconds", seconds, "--connections", CONNECTIONS],
        on="client",
    )
    await poster.hear("ready")
    done = await poster.ask("go", "final", seconds + 60)
    await town.stage.end(poster)
    after = await _counts(town.database_url)
    await town.close()
    wrong: list[str] = []
    if done["exhausted"]:
        wrong.append("the prepared requests ran out before the time did")
    if done["statuses"] != {"200": done["sent"]}:
        wrong.append(f"sent {done['sent']}, answers {done['statuses']}")
    for what, was, now in zip(WRITTEN, before, after, strict=True):
        if now - was != done["answered"]:
            wrong.append(f"{done['answered']} commands were answered, {now - was} {what} are there")
    latency = done["latency_ms"]
    share = done["cpu_s"] / done["seconds"]
    notes = [
        f"ours: {CONNECTIONS} connections kept alive, p50 {latency['p50']:.1f} ms, p99 {latency['p99']:.1f} ms; "
        f"load client {share:.0%} of a core; `serve` alone, on its core; database on both"
    ]
    return done["answered"] / done["seconds"], wrong, notes


async def _counts(database_url: str) -> tuple[int, ...]:
    async with owner_connection(database_url, autocommit=True) as conn:
        await conn.execute("CHECKPOINT")
        row = await (
            await conn.execute(
                """
                SELECT (SELECT count(*) FROM spine.receipt), (SELECT count(*) FROM spine.fact WHERE stream = 'board'),
                    (SELECT count(*) FROM incidents.note)
                """
            )
        ).fetchone()
    assert row is not None
    return tuple(int(number) for number in row)


async def _clone(database_url: str) -> str:
    """A copy of the city for pgbench: its facts are no chain, so they must not stay."""
    async with owner_connection(with_database(database_url, "postgres"), autocommit=True) as conn:
        await _drop(conn)
        template = urlsplit(database_url).path.strip("/")
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
        await conn.execute(statement.format(sql.Identifier(CLONE), sql.Identifier(template)))
    return with_database(database_url, CLONE)


async def _drop(conn: Connection) -> None:
    await conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(CLONE)))


async def _pgbench(stage: Stage, town: Town, scripts: list[Path], seconds: float) -> tuple[float, int]:
    """(transactions per second, how many): eight clients, prepared statements."""
    program = postgres_programs().bin / "pgbench"
    if not os.access(program, os.X_OK):
        raise BenchTrouble(f"pgbench is not installed beside PostgreSQL in {program.parent}")
    address = urlsplit(town.database_url)
    host = parse_qs(address.query)["host"][0]
    files = [part for script in scripts for part in ("-f", script)]
    child = await stage.start_program(
        [
            program,
            "-n",
            "-M",
            "prepared",
            "-c",
            8,
            "-j",
            2,
            "-T",
            max(1, round(seconds)),
            *files,
            "-h",
            host,
            "-U",
            address.username,
            CLONE,
        ],
        name="pgbench",
        on="all",
        environment={"PGOPTIONS": f"-c role={APP_ROLE} -c timezone=UTC"},
    )
    async with asyncio.timeout(seconds + 60):
        out, _ = await child.process.communicate()
    text = out.decode()
    found = re.search(r"tps = ([\d.]+)", text)
    failed = re.search(r"number of failed transactions: (\d+)", text)
    if child.process.returncode != 0 or found is None or (failed is not None and failed[1] != "0"):
        raise BenchTrouble(f"pgbench ended with {child.process.returncode}: {text.strip()[-400:]}")
    processed = re.search(r"number of transactions actually processed: (\d+)", text)
    assert processed is not None
    return float(found[1]), int(processed[1])


async def commands(stage: Stage, town: Town, *, seconds: float) -> list[Row]:
    town.pin_services("all")
    ours, wrong, notes = await _ours(town, seconds)
    log = stage.folder / "data" / "log" / "postgres.log"
    captured = await capture(town.database_url, log, stage.folder / "serve-data")
    clone = await _clone(town.database_url)
    scripts = await write_scripts(clone, captured, stage.folder, COUNT // len(DEPARTMENTS))
    before = await _counts(clone)
    base, processed = await _pgbench(stage, town, scripts, seconds)
    after = await _counts(clone)
    for what, was, now in zip(WRITTEN, before, after, strict=True):
        if now - was != processed:
            wrong.append(
                f"pgbench: {processed} transactions, but {now - was} {what}: it does not do what the product does"
            )
    async with owner_connection(with_database(town.database_url, "postgres"), autocommit=True) as conn:
        await _drop(conn)
    return [
        Row(
            "commands",
            f"durable commands/s: progress on {COUNT} orders through HTTP",
            "≥ 0.35 × pgbench",
            f"{base:,.0f}/s",
            f"{ours:,.0f}/s",
            ours / base,
            at_least=0.35,
            wrong=wrong,
            notes=[*notes, _about(captured)],
        )
    ]


def _about(captured: list[Captured]) -> str:
    sizes = [sum(len(p or "") for s in c.statements for p in s.parameters) for c in captured]
    return (
        f"pgbench: {len(captured[0].statements)} statements between BEGIN and COMMIT as captured from this build's own log in "
        f"this run ({sum(sizes) // len(sizes):,} characters of parameters), -c 8 -j 2 -M prepared; signing in is not among them"
    )
