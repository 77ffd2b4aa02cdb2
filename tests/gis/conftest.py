"""A database with the training region in it, cloned for every test."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Generator

import pytest

from gis.region.generate import DEFAULT_SEED, generate
from gis.region.load import load_region
from gis.region.model import Region
from gis.seed import made_from
from spine.db import Connection, owner_connection
from spine.private_services import Services
from tests.conftest import clone, drop


@pytest.fixture(scope="session")
def region() -> Region:
    return generate(DEFAULT_SEED)


async def _fill(services: Services, template: str, name: str, region: Region) -> None:
    async with owner_connection(await clone(services, template, name)) as conn:
        await load_region(conn, region, made_from(DEFAULT_SEED))
        await conn.commit()


@pytest.fixture(scope="session")
def region_template(services: Services, template: str, region: Region) -> Generator[str]:
    name = f"tpl_region_{uuid.uuid4().hex[:12]}"
    asyncio.run(_fill(services, template, name, region))
    yield name
    asyncio.run(drop(services, name))


@pytest.fixture
async def region_url(services: Services, region_template: str) -> AsyncGenerator[str]:
    name = f"g_{uuid.uuid4().hex[:12]}"
    yield await clone(services, region_template, name)
    await drop(services, name)


@pytest.fixture
async def conn(region_url: str) -> AsyncGenerator[Connection]:
    """A connection to a database with the region loaded."""
    async with owner_connection(region_url) as connection:
        yield connection
