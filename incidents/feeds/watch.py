"""Watches addresses: reads each at its interval, hands on what is new, and knows how old and how well every source is.

Nothing is fetched inside a transaction (invariant 7): an address is claimed by putting it off, read, and then written down.
"""

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from incidents.feeds import feed_store
from incidents.feeds.detect import detect
from incidents.feeds.feed_store import Source
from incidents.feeds.intake import TakenIn, take_in
from spine.carry_out import carry_out
from spine.command import Connection, Registry
from spine.errors import Refused
from spine.principal import feed as feed_principal
from spine.realm import Realm

log = logging.getLogger("fengsui.feeds")

MOST_BYTES = 16 * 1024 * 1024
SHORTEST_S, LONGEST_S = 5, 86_400
_LEASE = timedelta(seconds=90)
_WHOLE_VISIT_S = 60.0
_LONGEST_PAUSE = timedelta(hours=1)
_AT_ONCE = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class VisitFailed(Exception):
    """An address could not be read; the message says why, in words for the list of sources."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What an address answered. `content` is None when nothing changed since the last time."""

    content: bytes | None
    etag: str | None
    last_modified: str | None


async def add_source(conn: Connection, address: str, *, feed: str | None = None, every_s: int = 60) -> None:
    """Watch `file:///…` or `http(s)://…` every `every_s` seconds. Raises Refused `feed_address`."""
    parts = urlsplit(address)
    if parts.scheme == "file":
        fine = parts.netloc in ("", "localhost") and parts.path.startswith("/")
    else:
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.password
    if not fine or len(address) > 1000:
        raise Refused(
            "feed_address",
            zh="地址应为 http(s)://… 或 file:///…，且不含口令。",
            en="An address is http(s)://… or file:///…, and holds no password.",
            field="address",
        )
    if not SHORTEST_S <= every_s <= LONGEST_S:
        raise Refused(
            "feed_interval",
            zh=f"读取间隔应在 {SHORTEST_S} 秒到 {LONGEST_S // 3600} 小时之间。",
            en=f"The interval must lie between {SHORTEST_S} seconds and {LONGEST_S // 3600} hours.",
            field="every_s",
        )
    await feed_store.add_source(conn, address, feed=feed, every_s=every_s, first_at=_EPOCH)


async def watch_once(realm: Realm, registry: Registry) -> int:
    """Read every address that is due. Returns how many were read. An exercise never listens to the real world."""
    if realm.is_exercise:
        return 0
    at = realm.clock.now()
    async with realm.pool.connection() as conn:
        due = await feed_store.claim_due(conn, at, at + _LEASE, _AT_ONCE)
    if due:
        await asyncio.gather(*(_visit(realm, registry, source) for source in due))
    return len(due)


async def _visit(realm: Realm, registry: Registry, source: Source) -> None:
    try:
        async with asyncio.timeout(_WHOLE_VISIT_S):
            visit = await read_address(source)
        after = await _take(realm, registry, source, visit)
    except VisitFailed as trouble:
        after = _failed(source, str(trouble))
    except TimeoutError:
        after = _failed(source, f"超过 {_WHOLE_VISIT_S:.0f} 秒没有读完 / not read within {_WHOLE_VISIT_S:.0f} s")
    except Exception as trouble:
        log.exception(
            "what %s (feed %s) brought could not be taken in: %s", source.address, source.feed or "?", trouble
        )
        after = _failed(source, f"未能入库，将重试 / not taken in, will try again: {type(trouble).__name__}")
    pause = timedelta(seconds=source.every_s)
    if after.failures:
        pause = min(max(_LONGEST_PAUSE, pause), pause * 2 ** min(after.failures - 1, 12))
    async with realm.pool.connection() as conn:
        await feed_store.save_visit(conn, replace(after, next_at=realm.clock.now() + pause))


def _failed(source: Source, why: str) -> Source:
    return replace(source, last_error=why[:500], failures=source.failures + 1)


async def _take(realm: Realm, registry: Registry, source: Source, visit: Visit) -> Source:
    now = realm.clock.now()
    read = replace(source, etag=visit.etag, last_modified=visit.last_modified)
    digest = None if visit.content is None else hashlib.sha256(visit.content).hexdigest()
    if visit.content is None or digest == source.sha256:
        # It answers, but with what was refused before: that is still wrong and must not look well.
        return (
            read if source.last_error and source.sha256 else replace(read, last_ok_at=now, last_error=None, failures=0)
        )
    name = source.feed or detect(visit.content) or "watched"
    taken: TakenIn = await take_in(realm, registry, name, visit.content, feed_principal(name), carry_out)
    if taken.again:
        # A refusal may lift by itself: read the document again next time, whatever the server says of it.
        read, digest = replace(read, etag=None, last_modified=None), None
    if taken.refused is not None:
        return replace(read, sha256=digest, last_error=f"{taken.refused.zh} / {taken.refused.en}"[:500], failures=1)
    return replace(read, sha256=digest, last_ok_at=now, last_error=None, failures=0)


async def read_address(source: Source) -> Visit:
    """One visit, bounded in size and time. Raises VisitFailed."""
    if source.address.startswith("file:"):
        return await asyncio.to_thread(_read_file, source)
    headers = {
        "User-Agent": "fengsui",
        "Accept": "application/cap+xml, application/geo+json, application/json, */*;q=0.5",
    }
    if source.etag is not None:
        headers["If-None-Match"] = source.etag
    if source.last_modified is not None:
        headers["If-Modified-Since"] = source.last_modified
    try:
        async with (
            httpx.AsyncClient(timeout=httpx.Timeout(15.0), follow_redirects=True, max_redirects=3) as client,
            client.stream("GET", source.address, headers=headers) as answer,
        ):
            if answer.status_code == 304:
                return Visit(None, source.etag, source.last_modified)
            if answer.status_code != 200:
                raise VisitFailed(f"HTTP {answer.status_code}")
            content = bytearray()
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise VisitFailed(f"超过 {MOST_BYTES // 2**20} MB / more than {MOST_BYTES // 2**20} MB")
            return Visit(bytes(content), answer.headers.get("ETag"), answer.headers.get("Last-Modified"))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise VisitFailed(f"{type(error).__name__}: {error}"[:300]) from error


def _read_file(source: Source) -> Visit:
    """A file's mark is its time and size, as a server's is its ETag."""
    path = Path(unquote(urlsplit(source.address).path))
    try:
        state = path.stat()
        mark = f"{state.st_mtime_ns}-{state.st_size}"
        if mark == source.etag:
            return Visit(None, mark, None)
        if not path.is_file():
            raise VisitFailed("不是文件 / not a file")
        if state.st_size > MOST_BYTES:
            raise VisitFailed(f"超过 {MOST_BYTES // 2**20} MB / more than {MOST_BYTES // 2**20} MB")
        return Visit(path.read_bytes(), mark, None)
    except OSError as error:
        raise VisitFailed(f"{error.strerror or type(error).__name__}: {path}") from error
