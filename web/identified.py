"""What is here, as one person may see it: beside places and things, features of the city's layers, drawings and fences."""

from gis.catalogue import may_see_layer
from gis.catalogue_store import read_city_layers
from gis.fence_store import standing_fences, who_is_inside
from gis.identify import identify
from gis.near import features_near, fences_near, near_json
from incidents.drawing_kinds import drawing_kinds
from incidents.drawings_near import drawings_near
from spine.authority import may_oversee
from spine.canonical import Json
from spine.db import Connection
from spine.errors import Refused
from spine.picture import PictureBook
from spine.principal import CITY, Principal

MOST_DRAWINGS = 20


async def identified(
    conn: Connection, book: PictureBook, principal: Principal, lon: float, lat: float, within_m: float
) -> dict[str, Json]:
    """`gis.identify` with `layers` (features of layers that the asker may see), `drawings` and `fences` beside."""
    told = await identify(conn, lon, lat, within_m)
    layers = [layer for layer in await read_city_layers(conn) if may_see_layer(principal, layer)]
    features, left_out = await features_near(conn, layers, lon, lat, within_m)
    return {
        **told,
        "features": features,
        "layers_not_asked": left_out,
        "drawings": await _drawings(conn, book, principal, lon, lat, within_m),
        "fences": await _fences(conn, principal, lon, lat, within_m),
    }


async def _drawings(
    conn: Connection, book: PictureBook, principal: Principal, lon: float, lat: float, within_m: float
) -> list[Json]:
    kinds = drawing_kinds()
    allowed: dict[str, bool] = {}
    told: list[Json] = []
    for one in await drawings_near(conn, lon, lat, within_m):
        board = "board" if one.area_code in (None, CITY) else f"board:{one.area_code}"
        stream = board if one.incident_id is None else f"incident:{one.incident_id}"
        if stream not in allowed:
            allowed[stream] = await _may_follow(conn, book, principal, stream)
        if not allowed[stream]:
            continue
        kind = kinds.by_key.get(one.kind)
        told.append(
            {
                "id": str(one.id),
                "incident_id": None if one.incident_id is None else str(one.incident_id),
                "kind_zh": one.kind if kind is None else kind.zh,
                "kind_en": one.kind if kind is None else kind.en,
                "name": one.name,
                **near_json(one.lon, one.lat, one.distance_m, one.bearing),
            }
        )
        if len(told) == MOST_DRAWINGS:
            break
    return told


async def _may_follow(conn: Connection, book: PictureBook, principal: Principal, stream: str) -> bool:
    try:
        (await book.seen_by(conn, stream)).check(principal)
    except Refused:
        return False
    return True


async def _fences(conn: Connection, principal: Principal, lon: float, lat: float, within_m: float) -> list[Json]:
    near = [one for one in await fences_near(conn, lon, lat, within_m) if may_oversee(principal, one.area_code)]
    if not near:
        return []
    rows = {str(row.id): row for row in await standing_fences(conn)}
    inside: dict[str, int] = {}
    for fence_id, _unit, _since in await who_is_inside(conn):
        inside[fence_id] = inside.get(fence_id, 0) + 1
    return [
        {
            "id": one.id,
            "name": rows[one.id].name,
            "name_en": rows[one.id].name_en,
            "purpose": rows[one.id].purpose,
            "distance_m": round(one.distance_m),
            "units_inside": inside.get(one.id, 0),
        }
        for one in near
        if one.id in rows
    ]
