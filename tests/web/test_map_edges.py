"""What nobody sane would ask of the map, over HTTP: each answer is clear, names the field, and comes without work being done."""

import json
import math
import uuid
from typing import Any

import httpx
import pytest

from tests.city import Server

BOW_TIE = {"type": "Polygon", "coordinates": [[[99, 23], [99.2, 23.2], [99.2, 23], [99, 23.2], [99, 23]]]}
WORLD = {"type": "Polygon", "coordinates": [[[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]]}
OVER_180 = {"type": "Polygon", "coordinates": [[[179, 10], [181, 10], [181, 11], [179, 10]]]}


def round_of(corners: int) -> dict[str, Any]:
    turn = [2 * math.pi * i / corners for i in range(corners)]
    ring = [[round(99.2 + 0.1 * math.cos(a), 9), round(23.5 + 0.1 * math.sin(a), 9)] for a in turn]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


HOSTILE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "crosses itself": (BOW_TIE, {"geometry_crosses_itself"}),
    "beyond 180": (OVER_180, {"coordinates_impossible", "crosses_antimeridian"}),
    "no numbers": ({"type": "Polygon", "coordinates": [[["a", 1]]]}, {"geometry_not_geojson"}),
    "nothing": ({"type": "Polygon", "coordinates": []}, {"geometry_empty"}),
    "too many": (round_of(120_001), {"too_many_vertices", "body_too_large"}),
    "a sphere": ({"type": "Sphere", "coordinates": []}, {"geometry_kind"}),
    "too deep": (
        {"type": "Polygon", "coordinates": json.loads("[" * 60 + "]" * 60)},
        {"geometry_not_geojson", "geometry_empty"},
    ),
}


def refused(answer: httpx.Response, codes: set[str]) -> None:
    assert 400 <= answer.status_code < 500, answer.text[:300]
    told = answer.json()
    assert told["code"] in codes, told
    assert told["detail"]


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_shapes_are_refused_wherever_they_come_in(server: Server, name: str) -> None:
    shape, codes = HOSTILE[name]
    async with server.sign_in("duty1") as client:
        exposure = await client.post("/api/exposure", json={"areas": [{"id": "a", "geometry": shape}]})
        refused(exposure, codes)
        refused(await client.post("/api/shapes/measure", json={"geometry": shape}), codes)
        before = (await client.get("/api/fences")).json()
        for kind, data in (
            ("fence.set", {"name": "x", "area": shape}),
            ("drawing.draw", {"incident_id": str(uuid.uuid4()), "kind": "cordon", "geometry": shape, "name": "x"}),
        ):
            command = {"id": str(uuid.uuid4()), "kind": kind, "stream": "board", "data": data}
            answer = await client.post("/api/commands", json=command)
            assert 400 <= answer.status_code < 500, answer.text[:300]
            assert answer.json()["code"] not in ("internal", "http"), answer.json()
        assert (await client.get("/api/fences")).json() == before


async def test_a_polygon_of_two_million_corners_is_not_even_read(server: Server) -> None:
    ring = "[99.1,23.5]," * 2_000_000
    body = f'{{"areas":[{{"id":"a","geometry":{{"type":"Polygon","coordinates":[[{ring}[99.1,23.5]]]}}}}]}}'
    async with server.sign_in("duty1") as client:
        for address in ("/api/exposure", "/api/shapes/measure", "/api/commands"):
            answer = await client.post(address, content=body.encode(), headers={"Content-Type": "application/json"})
            assert answer.status_code == 413, (address, answer.text[:200])
            assert answer.json()["code"] == "body_too_large"


async def test_the_whole_world_is_a_clear_answer(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.post("/api/exposure", json={"areas": [{"id": "world", "geometry": WORLD}]})
        assert answer.status_code < 500, answer.text[:300]
        if answer.status_code == 200:
            assert answer.json()["areas"][0]["area_km2"] > 5e8
        else:
            assert answer.json()["code"] == "crosses_antimeridian"


@pytest.mark.parametrize(
    "tile", ["x/0/0", "1.5/0/0", "5/1e2/0", "5/-1/0", f"5/{'9' * 40}/0", f"{'9' * 400}/0/0", "５/0/0x", "5/0/%00"]
)
async def test_tiles_that_are_none(server: Server, tile: str) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.get(f"/tiles/roads/{tile}.mvt")
        assert answer.status_code in (404, 422), answer.text[:200]
        assert answer.json()["code"] not in ("internal", "http")


async def test_a_tile_may_be_asked_after_without_its_content(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        address = "/tiles/roads/8/198/110.mvt"
        whole = await client.get(address)
        head = await client.head(address)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers["etag"] == whole.headers["etag"]
        for held in ("*", whole.headers["etag"], f'"other", W/{whole.headers["etag"]}'):
            assert (await client.get(address, headers={"If-None-Match": held})).status_code == 304
        stale = await client.get(address, params={"v": "of-last-year"})
        assert "no-cache" in stale.headers["cache-control"]
        assert (await client.head("/tiles/nothing/1/0/0.mvt")).status_code == 404
