"""Who lives inside: over HTTP, with sources and ranges; what is not known is not zero; bad areas are named."""

import json
from typing import Any

import httpx
import pytest

from gis.exposure.load import seed_exposure
from spine.db import owner_connection
from tests.city import Server

POINTS = 6000
AROUND = {"id": "r", "circle": {"lon": 99.0817, "lat": 23.5568, "radius_m": 12_000.0}}


def polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*map(list, corners), list(corners[0])]]}


CITY = {"id": "city", "geometry": polygon((98.0, 22.5), (101.0, 22.5), (101.0, 25.6), (98.0, 25.6))}


@pytest.fixture
async def people(city_url: str, server: Server) -> Server:
    async with owner_connection(city_url) as conn:
        await seed_exposure(conn, points=POINTS, seed=5309)
        await conn.commit()
    return server


async def ask(server: Server, body: Any, status: int = 200) -> Any:
    async with server.sign_in("duty1") as client:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = await client.post("/api/exposure", content=content)
        assert answer.status_code == status, answer.text
        return answer.json()


async def test_totals_are_the_sum_of_the_townships_and_have_a_range(people: Server) -> None:
    told = await ask(people, {"areas": [AROUND, CITY]})
    around, city = told["areas"]
    assert 440 < around["area_km2"] < 453
    for area in (around, city):
        for key in ("people_day", "people_night", "buildings"):
            assert sum(row[key]["value"] for row in area["townships"]) == area[key]["value"]
            assert area[key]["low"] < area[key]["value"] < area[key]["high"]
        assert sum(row["schools"]["count"] for row in area["townships"]) == area["schools"]["count"]
        assert sum(row["road_km"] for row in area["townships"]) == pytest.approx(area["road_km"], abs=0.1)
    assert city["people_night"]["value"] == told["basis"]["people_night"] == 2_476_745
    assert around["schools"]["students"] > 0
    assert around["townships"][0]["name_zh"]
    assert told["basis"]["synthetic"] is True
    assert told["basis"]["date"]
    assert any("合成" in limit["zh"] for limit in told["basis"]["limits"])


async def test_bands_add_up_to_the_whole(people: Server) -> None:
    inner = {"id": "i", "circle": {"lon": 99.0817, "lat": 23.5568, "radius_m": 5_000.0}}
    bands = (await ask(people, {"areas": [inner, AROUND], "mode": "bands"}))["areas"]
    (whole,) = (await ask(people, {"areas": [AROUND]}))["areas"]
    for key in ("people_day", "people_night"):
        assert sum(band[key]["value"] for band in bands) == whole[key]["value"]
    assert sum(band["shelters"]["count"] for band in bands) == whole["shelters"]["count"]
    assert sum(band["road_km"] for band in bands) == pytest.approx(whole["road_km"], abs=0.01)


async def test_not_loaded_is_not_zero(server: Server) -> None:
    told = await ask(server, {"areas": [AROUND]})
    (area,) = told["areas"]
    assert area["people_day"] is None
    assert area["people_night"] is None
    assert area["schools"]["count"] > 0
    assert told["basis"]["loaded"] is False
    assert any("未知" in limit["zh"] for limit in told["basis"]["limits"])
    async with server.city.realm.pool.connection() as conn:
        await conn.execute("DELETE FROM gis.facility")
        await conn.execute("DELETE FROM gis.road_edge")
    (area,) = (await ask(server, {"areas": [AROUND]}))["areas"]
    assert area["schools"] is None
    assert area["road_km"] is None


async def test_outside_what_is_counted_is_unknown(people: Server) -> None:
    away = {"id": "a", "circle": {"lon": 102.7, "lat": 25.0, "radius_m": 5_000.0}}
    edge = {"id": "e", "circle": {"lon": 98.8, "lat": 23.4, "radius_m": 20_000.0}}
    outside, partly = (await ask(people, {"areas": [away, edge]}))["areas"]
    assert (outside["covered_share"], outside["people_night"], outside["road_km"]) == (0.0, None, None)
    assert 0 < partly["covered_share"] < 1
    assert partly["people_night"]["value"] > 0


BOW_TIE = polygon((99, 23), (100, 24), (100, 23), (99, 24))
HOLE_OUTSIDE = {
    "type": "Polygon",
    "coordinates": [
        polygon((99, 23), (99.2, 23), (99.2, 23.2))["coordinates"][0],
        polygon((100, 24), (100.1, 24), (100.1, 24.1))["coordinates"][0],
    ],
}


@pytest.mark.parametrize(
    ("area", "code", "field"),
    [
        ({"geometry": BOW_TIE}, "geometry_crosses_itself", "areas.0.geometry"),
        ({"geometry": HOLE_OUTSIDE}, "geometry_crosses_itself", "areas.0.geometry"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, "geometry_empty", "areas.0.geometry.coordinates"),
        ({"geometry": {"type": "LineString", "coordinates": [[99, 23], [100, 24]]}}, "geometry_kind", "areas.0.geometry.type"),
        ({"geometry": polygon((179, 10), (-179, 10), (-179, 11), (179, 11))}, "crosses_antimeridian", "areas.0.geometry"),
        ({"geometry": polygon((23, 99), (24, 99), (24, 100))}, "coordinates_swapped", "areas.0.geometry.coordinates[0][0]"),
        ({"geometry": polygon((99, 23), (1e999, 23), (99.5, 24))}, "coordinates_not_finite", None),
        ({"circle": {"lon": 99.0, "lat": 23.5, "radius_m": 5e6}}, "invalid_field", "areas.0.circle.radius_m"),
        ({}, "one_of_these", "areas.0"),
        ({"geometry": polygon(*((99 + i / 1e6, 23.0) for i in range(20_100)), (99.5, 24))}, "too_many_vertices", "areas.0.geometry.coordinates"),
    ],
)  # fmt: skip
async def test_bad_areas_are_named(server: Server, area: dict[str, Any], code: str, field: str | None) -> None:
    if code == "coordinates_not_finite":
        body = b'{"areas": [{"id": "x", "geometry": {"type": "Polygon", "coordinates": [[[99, 23], [NaN, 23], [99.5, 24], [99, 23]]]}}]}'
        told = await ask(server, body, 422)
        assert told["code"] in ("coordinates_not_finite", "invalid_field")
        return
    told = await ask(server, {"areas": [{"id": "x", **area}]}, 422)
    assert (told["code"], told["field"]) == (code, field)


async def test_a_polygon_of_two_million_corners_is_refused_before_it_is_in_memory(server: Server) -> None:
    corners = b",".join(b"[99.%06d,23.5]" % (i % 1_000_000) for i in range(2_000_000))
    body = b'{"areas":[{"id":"x","geometry":{"type":"Polygon","coordinates":[[' + corners + b"]]}}]}"
    told = await ask(server, body, 413)
    assert told["code"] == "body_too_large"


async def test_who_is_not_signed_in_is_told_nothing(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.post("/api/exposure", json={"areas": [AROUND]})).status_code == 401
        assert (await client.get("/api/roads")).status_code == 401
