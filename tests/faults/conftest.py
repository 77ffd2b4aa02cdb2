"""Servers of the faults' own, and a platform on them for each file of tests."""

from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from spine.db import with_database
from spine.private_services import Services
from tests.city_fixtures import city, city_template, city_url, server
from tests.faults.nursery import Nursery
from tests.faults.platform import Case, Platform, new_database, open_case
from tests.faults.program import CHECKOUT
from tests.faults.servers import Servers, clone_database, copy_database

__all__ = ["city", "city_template", "city_url", "server"]

_TEMPLATE = "tpl_faults"


@pytest.fixture(scope="session")
def own_servers(services: Services, city_template: str, nursery: Nursery) -> Generator[Servers]:
    """A durable PostgreSQL and a Redis beside the session's, which tests may kill; the training city is there."""
    made = Servers()
    try:
        made.start()
        copy_database(with_database(services.database_url, city_template), made.services, _TEMPLATE)
        yield made
    finally:
        made.close()


@pytest.fixture(scope="session")
def nursery() -> Generator[Nursery]:
    """Where the programs come from."""
    made = Nursery(CHECKOUT)
    yield made
    made.close()


@pytest.fixture(scope="module")
def processes() -> tuple[int, int]:
    """How many serve and work processes this file's platform has; a file may say otherwise."""
    return (1, 1)


@pytest.fixture(scope="module")
def surroundings() -> dict[str, str]:
    """Environment variables of this file's processes."""
    return {}


@pytest.fixture(scope="module")
def data_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this file's processes keep attachments and what waits for the database."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def standing(
    own_servers: Servers,
    nursery: Nursery,
    processes: tuple[int, int],
    surroundings: dict[str, str],
    data_directory: Path,
) -> Generator[Platform]:
    """This file's platform on a city of its own: processes take seconds to start, so its tests share them."""
    own_servers.ensure()
    url = clone_database(own_servers.services, _TEMPLATE, new_database())
    made = Platform(own_servers, url, data_directory, nursery, more=surroundings)
    made.add(*processes)
    yield made
    made.close()


@pytest.fixture
async def platform(standing: Platform) -> Platform:
    """The file's platform, with everything running."""
    await standing.ensure()
    return standing


@pytest.fixture
async def case(platform: Platform) -> AsyncGenerator[Case]:
    """One test's senders and dashboards, live on the platform."""
    async with open_case(platform) as opened:
        yield opened
