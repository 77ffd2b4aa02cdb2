"""The bench's own programs tell the truth: clean when nothing was lost, and what exactly was lost, doubled or swapped."""

import shutil
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from spine.carry_out import Answer
from spine.record import Position
from tests.benches.capture import Captured, script_value, statements_in, transaction_with
from tests.benches.programs import Cores, Stage
from tests.benches.result import Row, wrongs
from tests.benches.town import target_id

CLIENTS = 20
MESSAGES = 40
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler: `cc` is not on PATH")


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage]:
    made = Stage(tmp_path, Cores.of_this_machine())
    yield made
    await made.end_all()


async def heard(stage: Stage, *fault: object) -> dict[str, Any]:
    """What twenty dashboards say of some forty messages, one of which is spoilt."""
    server = await stage.start("broadcaster", ["--rate", 0, "--seconds", 60, *fault], on="all")
    port = (await server.hear("listening"))["port"]
    dashboards = await stage.start("dashboards", ["--port", port, "--clients", CLIENTS, "--seconds", 60], on="all")
    await dashboards.hear("live")
    await server.ask("rate 200", "rate")
    await dashboards.ask(f"target {MESSAGES}", "consistent")
    return await dashboards.ask("stats")


@needs_compiler
async def test_nothing_is_reported_when_nothing_was_lost(stage: Stage) -> None:
    stats = await heard(stage)
    assert wrongs("dashboards", stats, upto=MESSAGES) == []
    assert stats["deliveries"] >= CLIENTS * MESSAGES
    assert 0 < stats["latency_ms"]["p50"] <= stats["latency_ms"]["p99"] <= stats["latency_ms"]["max"]
    assert stats["last_ms"]["count"] >= MESSAGES


@needs_compiler
@pytest.mark.parametrize(("fault", "seen"), [("drop", "gaps"), ("double", "repeats"), ("swap", "reorders")])
async def test_what_was_spoilt_is_named(stage: Stage, fault: str, seen: str) -> None:
    stats = await heard(stage, "--fault", fault, "--fault-at", 7)
    counts = {name: stats[name] for name in ("gaps", "repeats", "reorders")}
    assert counts == {**dict.fromkeys(counts, 0), seen: CLIENTS}
    assert any(seen in wrong for wrong in wrongs("dashboards", stats))


@needs_compiler
async def test_dropped_dashboards_come_back_and_miss_what_a_bare_server_cannot_resend(stage: Stage) -> None:
    server = await stage.start("broadcaster", ["--rate", 0, "--seconds", 60], on="all")
    port = (await server.hear("listening"))["port"]
    dashboards = await stage.start("dashboards", ["--port", port, "--clients", CLIENTS, "--seconds", 60], on="all")
    watching = await stage.start("dashboards", ["--port", port, "--clients", 1, "--seconds", 60], on="all")
    await dashboards.hear("live")
    await watching.hear("live")
    await dashboards.ask("drop", "dropped")
    await server.ask("rate 200", "rate")
    await watching.ask("target 10", "consistent")
    await dashboards.ask("target 20\ngo 20", "consistent")
    stats = await dashboards.ask("stats")
    assert stats["live"] == CLIENTS
    assert stats["gaps"] >= 10 * CLIENTS


def test_a_row_is_met_only_without_violations() -> None:
    row = Row("k", "m", "≤ 2 ×", "1", "1.5", 1.5, at_most=2.0)
    assert row.met
    row.wrong.append("one fact is missing")
    assert not row.met
    assert not Row("k", "m", "≥ 1", "1", "", None, at_least=1.0).met


LOG = """\
2026-03-01 10:00:00.000 UTC [7] LOG:  statement: BEGIN
2026-03-01 10:00:00.001 UTC [7] LOG:  execute <unnamed>: INSERT INTO spine.fact (seq, body)
\tVALUES ($1, $2)
2026-03-01 10:00:00.001 UTC [7] DETAIL:  parameters: $1 = '41', $2 = '{"id":"%(command)s",
\t"says":"it''s: $3 = nothing"}'
2026-03-01 10:00:00.002 UTC [8] LOG:  statement: SELECT 1
2026-03-01 10:00:00.003 UTC [7] LOG:  execute _pg3_1: INSERT INTO spine.receipt VALUES ($1, $2)
2026-03-01 10:00:00.003 UTC [7] DETAIL:  Parameters: $1 = '%(command)s', $2 = NULL
2026-03-01 10:00:00.004 UTC [7] LOG:  statement: COMMIT
"""
COMMAND = UUID("11111111-2222-4333-8444-555555555555")


def test_a_commands_transaction_is_read_from_the_servers_log() -> None:
    log = LOG % {"command": COMMAND}
    fact, receipt = transaction_with(log, COMMAND)
    assert fact.text == "INSERT INTO spine.fact (seq, body)\nVALUES ($1, $2)"
    assert fact.parameters == ("41", f'{{"id":"{COMMAND}",\n"says":"it\'s: $3 = nothing"}}')
    assert receipt.parameters == (str(COMMAND), None)
    assert [s.text for s in statements_in(log)["8"]] == ["SELECT 1"]


def test_a_script_varies_ids_and_positions_and_shows_pgbench_no_false_variable() -> None:
    log = LOG % {"command": COMMAND}
    answer = Answer(str(COMMAND), "", (Position("board", 41),), {})
    statements = transaction_with(log, COMMAND)
    captured = Captured(123, COMMAND, answer, statements)
    fact, receipt = statements
    assert "clock_timestamp" in script_value(captured, fact, fact.parameters[0], "bigint")
    body = script_value(captured, fact, fact.parameters[1], "text")
    assert str(COMMAND) not in body
    assert ":c::text" in body
    assert '"says"\\x3a"it\'\'s\\x3a $3' in body
    assert script_value(captured, receipt, None, "text") == "NULL::text"
    assert ":i::text" in script_value(captured, receipt, str(target_id("a", 123)), "uuid")
