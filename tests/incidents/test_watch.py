"""Watched addresses: read at their interval, only what is new, and honest about those that fail."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from incidents.feeds.feed_store import Source, sources
from incidents.feeds.intake import feed_states
from incidents.feeds.watch import MOST_BYTES, add_source, watch_once
from spine.canonical import Json
from spine.clock import HandClock
from spine.errors import Refused
from tests.incidents.desk import Desk
from tests.incidents.messages import QUAKES, RAINSTORM, cap


@dataclass
class Publisher:
    """A web server of another authority, on loopback: what it serves and how it behaves is set by the test."""

    content: bytes = b""
    status: int = 200
    etag: str | None = None
    asked: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/cap.xml"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.casefold(): value for name, _, value in (line.partition(": ") for line in request if line)}
        self.asked.append(headers)
        same = self.etag is not None and headers.get("if-none-match") == self.etag
        status, content = (304, b"") if same else (self.status, self.content)
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\nConnection: close\r\n"
        if self.etag is not None:
            head += f"ETag: {self.etag}\r\n"
        if status == 302:
            head += "Location: file:///etc/hostname\r\n"
        writer.write(head.encode() + b"\r\n" + content)
        try:
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except ConnectionError:
            pass  # the reader had enough


@pytest.fixture
async def publisher() -> AsyncGenerator[Publisher]:
    made = Publisher()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()
    await server.wait_closed()


async def watch(desk: Desk, address: str, every_s: int = 60) -> None:
    async with desk.city.realm.pool.connection() as conn:
        await add_source(conn, address, feed="cap", every_s=every_s)


async def once(desk: Desk) -> Source:
    """One round; returns the only source."""
    await watch_once(desk.city.realm, desk.city.house.registry)
    await desk.check()
    async with desk.city.realm.pool.connection() as conn:
        [source] = await sources(conn)
    return source


async def test_an_address_is_read_at_its_interval_and_only_news_is_taken(
    desk: Desk, publisher: Publisher, clock: HandClock
) -> None:
    publisher.content, publisher.etag = RAINSTORM.read_bytes(), '"one"'
    await watch(desk, publisher.address)
    source = await once(desk)
    assert (source.last_error, source.last_ok_at) == (None, desk.now)
    assert (await desk.only("alerts"))["headline"] == "耿马县气象台发布暴雨红色预警"
    assert await watch_once(desk.city.realm, desk.city.house.registry) == 0  # not due yet
    facts = await desk.facts()
    clock.forward(timedelta(seconds=61))
    source = await once(desk)
    assert publisher.asked[-1]["if-none-match"] == '"one"'
    assert source.last_ok_at == desk.now
    assert await desk.facts() == facts
    publisher.content, publisher.etag = cap(identifier="N", headline="新的预警"), '"two"'
    clock.forward(timedelta(seconds=61))
    await once(desk)
    assert len((await desk.picture())["alerts"]) == 2


async def test_without_an_etag_the_same_bytes_are_not_news(desk: Desk, publisher: Publisher, clock: HandClock) -> None:
    publisher.content = RAINSTORM.read_bytes()
    await watch(desk, publisher.address)
    await once(desk)
    facts = await desk.facts()
    clock.forward(timedelta(seconds=61))
    assert (await once(desk)).last_ok_at == desk.now
    assert await desk.facts() == facts


async def test_a_file_is_watched_as_well(desk: Desk, tmp_path: Path, clock: HandClock) -> None:
    path = tmp_path / "地震 summary.json"
    path.write_bytes(QUAKES.read_bytes())
    async with desk.city.realm.pool.connection() as conn:
        await add_source(conn, path.as_uri(), every_s=5)
    source = await once(desk)
    assert (source.last_error, len((await desk.picture())["alerts"])) == (None, 3)
    clock.forward(timedelta(seconds=6))
    await once(desk)
    path.unlink()
    clock.forward(timedelta(seconds=6))
    source = await once(desk)
    assert source.last_error is not None
    assert "No such file" in source.last_error


async def test_a_source_that_fails_is_asked_less_and_less_often_and_looks_it(
    desk: Desk, publisher: Publisher, clock: HandClock
) -> None:
    publisher.status = 503
    await watch(desk, publisher.address)
    source = await once(desk)
    pauses = [(source.next_at - desk.now).total_seconds()]
    for _ in range(3):
        clock.at = source.next_at
        source = await once(desk)
        pauses.append((source.next_at - desk.now).total_seconds())
    assert pauses == [60, 120, 240, 480]
    assert (source.last_error, source.failures, source.last_ok_at) == ("HTTP 503", 4, None)
    async with desk.city.realm.pool.connection() as conn:
        [state] = await feed_states(conn)
    assert isinstance(state, dict)
    assert (state["state"], state["error"], state["last_ok_at"]) == ("failing", "HTTP 503", None)
    publisher.status, publisher.content = 200, RAINSTORM.read_bytes()
    clock.at = source.next_at
    source = await once(desk)
    assert (source.last_error, source.failures) == (None, 0)


async def test_rubbish_makes_the_source_look_bad_until_it_sends_something_good(
    desk: Desk, publisher: Publisher, clock: HandClock
) -> None:
    publisher.content = b"<html>maintenance</html>"
    await watch(desk, publisher.address)
    source = await once(desk)
    assert source.last_error is not None
    assert "html" in source.last_error
    facts = await desk.facts()
    clock.forward(timedelta(seconds=61))
    assert (await once(desk)).last_error is not None
    assert await desk.facts() == facts  # the same rubbish is recorded once
    async with desk.city.realm.pool.connection() as conn:
        [state] = await feed_states(conn)
    assert isinstance(state, dict)
    assert state["rejected"] == 1
    assert "html" in str(state["refusals"])
    publisher.content = RAINSTORM.read_bytes()
    clock.forward(timedelta(seconds=61))
    assert (await once(desk)).last_error is None


async def test_a_document_without_end_is_cut_off(desk: Desk, publisher: Publisher) -> None:
    publisher.content = b"<" + b"x" * (MOST_BYTES + 1)
    await watch(desk, publisher.address)
    source = await once(desk)
    assert source.last_error is not None
    assert "MB" in source.last_error


async def test_a_server_cannot_send_us_to_our_own_files(desk: Desk, publisher: Publisher) -> None:
    publisher.status = 302
    await watch(desk, publisher.address)
    source = await once(desk)
    assert source.last_error is not None
    assert "UnsupportedProtocol" in source.last_error


async def test_nobody_answers(desk: Desk, unused_port: int) -> None:
    await watch(desk, f"http://127.0.0.1:{unused_port}/")
    assert "ConnectError" in ((await once(desk)).last_error or "")


@pytest.fixture
async def unused_port() -> int:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = int(server.sockets[0].getsockname()[1])
    server.close()
    await server.wait_closed()
    return port


async def test_a_warning_from_a_fast_clock_is_taken_when_its_time_has_come(
    desk: Desk, publisher: Publisher, clock: HandClock
) -> None:
    publisher.content = cap(identifier="F", sent=(desk.now + timedelta(minutes=15)).isoformat())
    publisher.etag = '"f"'
    await watch(desk, publisher.address)
    assert (await once(desk)).last_error is not None
    clock.forward(timedelta(minutes=10))
    assert (await once(desk)).last_error is None
    assert len((await desk.picture())["alerts"]) == 1


async def test_two_workers_read_an_address_once(desk: Desk, publisher: Publisher) -> None:
    publisher.content = RAINSTORM.read_bytes()
    await watch(desk, publisher.address)
    realm, registry = desk.city.realm, desk.city.house.registry
    assert sorted(await asyncio.gather(watch_once(realm, registry), watch_once(realm, registry))) == [0, 1]
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    ("address", "every_s", "code"),
    [
        ("ftp://example.org/x", 60, "feed_address"),
        ("file://elsewhere/x", 60, "feed_address"),
        ("file:relative", 60, "feed_address"),
        ("http://", 60, "feed_address"),
        ("https://user:secret@example.org/", 60, "feed_address"),
        ("https://example.org/x", 1, "feed_interval"),
    ],
)
async def test_addresses_that_are_refused(desk: Desk, address: str, every_s: int, code: str) -> None:
    async with desk.city.realm.pool.connection() as conn:
        with pytest.raises(Refused) as found:
            await add_source(conn, address, every_s=every_s)
    assert found.value.code == code


async def test_feeds_that_are_brought_have_an_age_too(desk: Desk) -> None:
    await desk.take(RAINSTORM.read_bytes())
    await desk.take(b"rubbish")
    async with desk.city.realm.pool.connection() as conn:
        [state] = await feed_states(conn)
    assert isinstance(state, dict)
    expected: dict[str, Json] = {"name": "cap", "state": "pushed", "alerts": 1, "rejected": 1, "address": None}
    assert {key: state[key] for key in expected} == expected
    assert state["last_ok_at"] == desk.at()
