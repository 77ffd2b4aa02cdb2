"""The bench of the map tells the truth: what was lost is noticed, what was not measured is not called met, and it runs."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benches.gis import MEASURES
from tests.benches.measure_desk_map import Driving, rows_of
from tests.benches.measure_reading import reading, write_geojson
from tests.benches.programs import CHECKOUT
from tests.benches.result import Row, table
from tests.benches.tiles import Asker

SPENT = {"TaskDuration": 2.0, "ScriptDuration": 1.0}
SENT = {second: second * 1000.0 for second in range(5)}


def desk(seen: list[list[float]]) -> tuple[Row, Row]:
    dropped, free = rows_of(5000, SENT, seen, 5.0, SPENT, 1.0, 20)
    return dropped, free


def test_every_second_that_was_drawn_counts_once() -> None:
    seen = [[second, at + 400] for second, at in SENT.items()]
    dropped, free = desk([*seen, [2.0, 9999.0]])
    assert (dropped.met, dropped.figures["dropped"]) == (True, [])
    assert (dropped.figures["delay_p50_ms"], dropped.figures["delay_max_ms"]) == (400, 400)
    assert (free.met, free.ratio) == (True, 0.6)


def test_a_second_that_was_never_drawn_is_noticed() -> None:
    dropped, _ = desk([[0, 400.0], [1, 1400.0], [3, 3400.0], [4, 4400.0]])
    assert (dropped.met, dropped.verdict, dropped.figures["dropped"]) == (False, "NOT MET", [2])
    nothing, _ = desk([])
    assert nothing.failed
    assert nothing.wrong


def test_the_known_unit_is_where_its_second_says() -> None:
    driving = Driving(3)
    first, later = driving.batch(0, "t")["positions"], driving.batch(7, "t")["positions"]
    assert round((later[0]["lon"] - first[0]["lon"]) / 0.002) == 7
    assert all(one["lon"] != other["lon"] for one, other in zip(first, later, strict=True))


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    skipped = Row("a", "a", "≥ 1", "–", "–", None, at_least=1.0, skipped=True)
    plain = Row("b", "b", "", "–", "5 MiB", None)
    missed = Row("c", "c", "≤ 1", "–", "–", 1.1, at_most=1.0)
    wrong = Row("d", "d", "", "–", "–", None, wrong=["one is missing"])
    assert [row.verdict for row in (skipped, plain, missed, wrong)] == ["not measured", "no bar", "NOT MET", "NOT MET"]
    assert [row.failed for row in (skipped, plain, missed, wrong)] == [False, False, True, True]
    assert "not measured" in table([skipped])


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Three requests on one connection, then it is closed."""
    for number in range(3):
        await reader.readuntil(b"\r\n\r\n")
        body = b"x" * number * 100_000
        head = (
            b"HTTP/1.1 204 No Content\r\n\r\n"
            if not body
            else b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        writer.write(head + body)
    writer.close()


async def test_the_plain_client_reads_whole_answers_and_comes_again() -> None:
    server = await asyncio.start_server(_answer, "127.0.0.1", 0)
    async with server:
        asker = Asker(server.sockets[0].getsockname()[1], {})
        told = [await asyncio.to_thread(asker.get, "/") for _ in range(4)]
    assert [(status, len(body)) for status, body, _ in told] == [(204, 0), (200, 100_000), (200, 200_000), (204, 0)]


async def test_what_reading_holds_is_seen(tmp_path: Path) -> None:
    rows = await reading(tmp_path, 2000, 1)
    assert [row.key for row in rows] == ["reading_gpkg", "reading_geojson"]
    assert all(not row.wrong and row.figures["peak_kib"] > 10_000 for row in rows)


def test_a_file_of_so_many_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    count = write_geojson(path, 2)
    told: dict[str, Any] = json.loads(path.read_text("utf-8"))
    assert len(told["features"]) == count
    assert 2.0e6 < path.stat().st_size < 3.5e6


def test_it_runs_and_says_so_in_json() -> None:
    command = [sys.executable, "-P", "-m", "web.cli", "bench", "gis", "--json", "--quick", "--only", "fences,travel"]
    done = subprocess.run(
        command, cwd=CHECKOUT, env={"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=False
    )
    told = json.loads(done.stdout)
    assert told["quick"]
    assert {"fences", "travel_matrix_seen", "travel_matrix_new"} <= {row["key"] for row in told["rows"]}
    assert all(row["method"] and row["ratio"] for row in told["rows"] if row["bar"])
    unknown = subprocess.run(
        [*command[:-1], "nothing"],
        cwd=CHECKOUT,
        env={"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert unknown.returncode == 2
    assert "exposure" in unknown.stderr


def test_what_it_measures_is_listed() -> None:
    listed = (CHECKOUT / "tests" / "benches" / "README.md").read_text("utf-8")
    assert f"`NAME`: {', '.join(MEASURES)}." in listed
