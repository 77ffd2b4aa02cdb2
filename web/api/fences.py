"""Fences that stand, with their areas and who is inside: for the map and for whoever asks."""

from fastapi import APIRouter

from command.fences.fence import fence_object
from gis.fence_store import fence_areas, standing_fences, who_is_inside
from gis.geometry import geometry_json
from spine.authority import may_oversee
from spine.canonical import Json
from spine.clock import iso
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["fences"])


@router.get("/fences", response_model=None)
async def get_fences(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Fences of the asker's area: the fence object with `area` (GeoJSON) and `inside` [{unit_id, since}], oldest first."""
    async with house.realm.pool.connection() as conn:
        seen = [fence for fence in await standing_fences(conn) if may_oversee(principal, fence.area_code)]
        areas = await fence_areas(conn, [fence.id for fence in seen])
        inside: dict[str, list[Json]] = {}
        for fence_id, unit_id, since in await who_is_inside(conn):
            inside.setdefault(fence_id, []).append({"unit_id": unit_id, "since": iso(since)})
    fences: list[Json] = [
        {**fence_object(fence), "area": geometry_json(areas.get(fence.id)), "inside": inside.get(str(fence.id), [])}
        for fence in seen
    ]
    return {"at": iso(house.realm.clock.now()), "fences": fences}
