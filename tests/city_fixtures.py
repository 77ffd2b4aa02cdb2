"""The training city as fixtures, for the tests that need the whole house."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from functools import cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis

from spine.clock import HandClock
from spine.nudge import Nudges
from spine.private_services import Services
from spine.realm import open_realm
from tests.city import PASSWORD, City, Server, city_of, serving
from tests.conftest import clone, drop
from web.seed import seed

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A password's hash is dear by design, and every test signs somebody in; the hash itself says how it is checked."""


async def _seed_template(services: Services, template: str, name: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spine.accounts._hasher", CHEAP)
        await seed(await clone(services, template, name), password=PASSWORD)


@cache
def _city_template(services: Services, template: str) -> str:
    name = f"tpl_city_{uuid.uuid4().hex[:12]}"
    asyncio.run(_seed_template(services, template, name))
    return name


@pytest.fixture(scope="session")
def city_template(services: Services, template: str) -> str:
    """The training region, its organisation and accounts, seeded once to clone from.

    Once for the whole session, although each folder that takes this fixture in makes it one of its own for pytest.
    """
    return _city_template(services, template)


@pytest.fixture
async def city_url(services: Services, city_template: str) -> AsyncGenerator[str]:
    name = f"c_{uuid.uuid4().hex[:12]}"
    yield await clone(services, city_template, name)
    await drop(services, name)


@pytest.fixture
async def city(services: Services, city_url: str, clock: HandClock, tmp_path: Path) -> AsyncGenerator[City]:
    """The training city, empty of incidents, at T0."""
    nudges = Nudges(Redis.from_url(services.redis_url), uuid.uuid4().hex)  # pyright: ignore[reportUnknownMemberType]
    opened = await open_realm(city_url, nudges=nudges, data_dir=tmp_path, clock=clock, most_connections=10)
    yield city_of(opened)
    await opened.close()


@pytest.fixture
async def server(city: City) -> AsyncGenerator[Server]:
    """A real server of the training city on loopback."""
    async with serving(city) as running:
        yield running
