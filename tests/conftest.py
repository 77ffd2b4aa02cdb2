"""Fixtures for every room: a realm of its own per test, on a real PostGIS, with a clock moved by hand."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from psycopg import sql
from redis.asyncio import Redis

from spine.clock import HandClock
from spine.db import owner_connection, with_database
from spine.migrate import migrate
from spine.nudge import Nudges
from spine.private_services import Services
from spine.realm import Realm, create_realm, open_realm
from tests.services import test_services

settings.register_profile("fengsui", deadline=None)  # timings never decide a test
settings.load_profile("fengsui")

T0 = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
"""The hour of a made-up afternoon at which every test begins."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak", default=0.0, type=float, metavar="MINUTES", help="how long tests/faults/test_soak.py goes on"
    )
    parser.addoption("--soak-seed", default=0, type=int, metavar="N", help="the faults of an earlier soak again")


@pytest.fixture(scope="session")
def services() -> Services:
    """The private PostgreSQL and Redis of this test session."""
    return test_services()


async def _make_template(services: Services, name: str) -> None:
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = with_database(services.database_url, name)
    await migrate(url)
    await create_realm(url, name="test", kind="live", title_zh="测试", title_en="Test")


async def drop(services: Services, name: str) -> None:
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def template(services: Services) -> Generator[str]:
    """A migrated, empty realm to clone from."""
    name = f"tpl_{uuid.uuid4().hex[:12]}"
    asyncio.run(_make_template(services, name))
    yield name
    asyncio.run(drop(services, name))


async def clone(services: Services, template: str, name: str) -> str:
    """A database made from a template. Returns its URL."""
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return with_database(services.database_url, name)


@pytest.fixture
async def database_url(services: Services, template: str) -> AsyncGenerator[str]:
    """A database of its own for this test: migrated, a realm, no seeded region."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    yield await clone(services, template, name)
    await drop(services, name)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(T0)


@pytest.fixture
async def realm(services: Services, database_url: str, clock: HandClock, tmp_path: Path) -> AsyncGenerator[Realm]:
    nudges = Nudges(Redis.from_url(services.redis_url), uuid.uuid4().hex)  # pyright: ignore[reportUnknownMemberType]
    opened = await open_realm(database_url, nudges=nudges, data_dir=tmp_path, clock=clock, most_connections=8)
    yield opened
    await opened.close()
