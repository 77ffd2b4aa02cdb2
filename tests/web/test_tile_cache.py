"""The tiles' own way to Redis: what it holds, and that nothing wrong with Redis is ever more than "not there"."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from spine.nudge import Nudges
from spine.private_services import Services
from web.tile_cache import TileCache

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def nudges_of(url: str) -> Nudges:
    return Nudges(Redis.from_url(url), uuid4().hex)  # pyright: ignore[reportUnknownMemberType]


@pytest.fixture
async def cache(services: Services) -> AsyncGenerator[TileCache]:
    nudges = nudges_of(services.redis_url)
    made = TileCache(nudges)
    yield made
    made.close()
    await nudges.close()


async def test_what_was_put_is_there_and_nothing_else(cache: TileCache) -> None:
    key = f"test:{uuid4()}"
    assert await cache.get(key) is None
    for content in (b"", b"\r\n$5\r\n", bytes(range(256)) * 4000):
        await cache.put(key, content, 60)
        assert await cache.get(key) == content


async def test_many_questions_at_once_get_their_own_answers(cache: TileCache) -> None:
    keys = [f"test:{uuid4()}" for _ in range(200)]
    await asyncio.gather(*(cache.put(key, key.encode() * (n % 50), 60) for n, key in enumerate(keys) if n % 3))
    found = await asyncio.gather(*(cache.get(key) for key in keys))
    assert found == [key.encode() * (n % 50) if n % 3 else None for n, key in enumerate(keys)]


async def test_without_redis_nothing_is_there() -> None:
    cache = TileCache(Nudges(None, "test"))
    assert not cache.is_there
    await cache.put("a", b"b", 60)
    assert await cache.get("a") is None


@asynccontextmanager
async def answering(answer: Answering) -> AsyncGenerator[TileCache]:
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    nudges = nudges_of(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    cache = TileCache(nudges)
    yield cache
    cache.close()
    server.close()
    await nudges.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await reader.read()
    writer.close()


async def refusing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        writer.write(b"-LOADING Redis is loading the dataset in memory\r\n")
    writer.close()


async def hanging_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.close()


@pytest.mark.parametrize("answer", [silent, nonsense, refusing, hanging_up])
async def test_a_server_that_is_not_well_holds_nothing(answer: Answering) -> None:
    async with answering(answer) as cache:
        assert await asyncio.gather(*(cache.get(f"key{n}") for n in range(3))) == [None, None, None]
        await cache.put("key", b"content", 60)
        assert await cache.get("key") is None


async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1000)
    writer.write(b"$4\r\nkept\r\n")
    writer.close()


async def test_a_connection_that_broke_is_made_again() -> None:
    async with answering(once) as cache:
        answers = [await cache.get("key") for _ in range(20)]
    assert answers.count(b"kept") > 5
