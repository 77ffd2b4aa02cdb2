"""Orders are tried in the whole house: a seeded city, every room's commands, folds compared after every command."""

import pytest

from tests.city import City
from tests.city_fixtures import city, city_template, city_url
from tests.command.scene import Scene

__all__ = ["city", "city_template", "city_url", "scene"]


@pytest.fixture
async def scene(city: City) -> Scene:
    """The training city with every stream of this room watched."""
    made = Scene(city)
    await made.begin()
    return made
