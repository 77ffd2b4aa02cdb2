"""Tests of this room on the seeded training city, with every command checked for fold equals fetch."""

from collections.abc import AsyncGenerator

import pytest

from tests.city import City
from tests.city_fixtures import city, city_template, city_url, server
from tests.incidents.desk import Desk

__all__ = ["city", "city_template", "city_url", "desk", "server"]


@pytest.fixture
async def desk(city: City) -> AsyncGenerator[Desk]:
    """The duty desk of the training city; when the test ends, every stream must fold to what is fetched."""
    made = await Desk.open(city)
    yield made
    await made.check()
