"""Log lines say which command, on which stream, by whom, and why; as text and as JSON."""

import asyncio
import io
import json
import logging
import os
import sys
import uuid
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from spine.logs import log_context, start_logging

log = logging.getLogger("fengsui.test")
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Generator[None]:  # pyright: ignore[reportUnusedFunction]
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def as_json() -> io.StringIO:
    out = io.StringIO()
    start_logging("json", to=out)
    return out


@pytest.fixture
def as_text() -> io.StringIO:
    out = io.StringIO()
    start_logging(None, to=out)
    return out


def test_a_line_carries_the_command_around_it(as_json: io.StringIO) -> None:
    command = uuid.uuid4()
    with log_context(command=command, kind="task.sign", stream="incident:7", by="u1"):
        log.warning("slow: %d ms", 900)
        with log_context(follower="notify"):
            log.warning("inside")
    log.warning("outside")
    slow, inside, outside = lines(as_json)
    time = slow.pop("time")
    assert time.endswith("Z")
    assert slow == {
        "level": "warning",
        "logger": "fengsui.test",
        "message": "slow: 900 ms",
        "command": str(command),
        "kind": "task.sign",
        "stream": "incident:7",
        "by": "u1",
    }
    assert (inside["follower"], inside["command"]) == ("notify", str(command))
    assert not outside.keys() & {"command", "kind", "stream", "by", "follower"}


async def test_commands_at_the_same_time_keep_apart(as_json: io.StringIO) -> None:
    both = asyncio.Barrier(2)

    async def carry_out(name: str) -> None:
        with log_context(command=name):
            await both.wait()
            log.warning("%s", name)

    await asyncio.gather(carry_out("a"), carry_out("b"))
    assert {(line["message"], line["command"]) for line in lines(as_json)} == {("a", "a"), ("b", "b")}


def test_an_exception_logged_further_out_still_says_where_it_came_from(as_json: io.StringIO) -> None:
    try:
        with log_context(stream="board"), log_context(command="c1"):
            raise LookupError("no such\nunit")
    except LookupError as error:
        log.error("the follower stops: %s", error)
        log.exception("again")
    short, full = lines(as_json)
    assert (short["command"], short["stream"], short["cause"]) == ("c1", "board", "LookupError: no such unit")
    assert "exception" not in short
    assert full["cause"] == short["cause"]
    assert "Traceback" in full["exception"]


def test_one_failure_raised_to_several_commands_is_told_of_each(as_json: io.StringIO) -> None:
    shared = OSError("disk")
    for command in ("c1", "c2"):
        try:
            with log_context(command=command):
                raise shared
        except OSError as error:
            log.error("failed: %s", error)
    assert [line["command"] for line in lines(as_json)] == ["c1", "c2"]


def test_text_puts_the_context_at_the_end_and_lets_nobody_forge_a_line(as_text: io.StringIO) -> None:
    with log_context(command="c1", stream="desk:1", by='张 "三"'):
        log.warning("refused: %s", "x\n2026-01-01 ERROR forged")
        try:
            raise ValueError("why")
        except ValueError as error:
            log.exception("failed: %s", error)
    warned, failed, *traceback = as_text.getvalue().splitlines()
    assert warned.endswith(
        r'WARNING fengsui.test refused: x\n2026-01-01 ERROR forged command=c1 stream=desk:1 by="张 \"三\""'
    )
    assert failed.endswith(r'failed: why command=c1 stream=desk:1 by="张 \"三\""')
    assert traceback[-1] == "ValueError: why"


def test_the_servers_own_lines_and_warnings_take_the_same_form(as_json: io.StringIO) -> None:
    uvicorn.Config(lambda: None, log_config=None, log_level="warning")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application")
    warnings.warn("old", DeprecationWarning, stacklevel=1)
    assert [line["logger"] for line in lines(as_json)] == ["uvicorn.error", "py.warnings"]


def test_an_unknown_form_is_text_and_says_so(as_json: io.StringIO) -> None:
    out = io.StringIO()
    start_logging("xml", to=out)
    assert "FENGSUI_LOG=xml" in out.getvalue()


async def test_the_program_logs_json_when_the_city_asks_for_it(tmp_path: Path) -> None:
    """The real program, looking for a database that is not there: what its pool says of it is a JSON line."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "web.cli", "--data", str(tmp_path), "work"),
        cwd=CHECKOUT,
        env={
            **os.environ,
            "FENGSUI_LOG": "json",
            "FENGSUI_DATABASE_URL": f"host={tmp_path} dbname=nothing connect_timeout=1",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert program.stderr is not None
        async with asyncio.timeout(60):
            line = json.loads(await program.stderr.readline())
    finally:
        program.kill()
        await program.wait()
    assert (line["logger"], line["level"]) == ("psycopg.pool", "warning")
    assert {"time", "message"} <= line.keys()
