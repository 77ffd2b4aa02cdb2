"""Shelters in the whole house."""

from command.resources.shelter_store import shelter_places
from tests.command.scene import Scene


async def test_the_training_region_has_shelters_of_which_nothing_is_known_yet(scene: Scene) -> None:
    async with scene.city.realm.pool.connection() as conn:
        gengma = await shelter_places(conn, "530926")
    assert len(gengma) > 10
    assert {(place.occupied, place.open) for place in gengma} == {(None, False)}
    assert all(place.capacity > 0 and place.area_code.startswith("530926") for place in gengma)
