"""Services that do not fit our map as they are: WMTS in Mercator and in degrees, GCJ-02 pictures; and exercises beside."""

import io
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from PIL import Image
from psycopg import sql

from command.exercises.scenario import load_scenario
from gis.base_maps.store import read_base_map, read_key
from spine.db import owner_connection
from tests.city import City, Server
from tests.gis.wmts_documents import degrees, document, layer, mercator
from tests.web.tile_service import Answer, TileService, asked_for, by_place, checkered, picture, tile_service
from web.exercise_realm import PREFIX, make_exercise_realm


@pytest.fixture
async def service() -> AsyncGenerator[TileService]:
    async with tile_service() as running:
        yield running


def capabilities(service: TileService, content: bytes) -> None:
    """What it says of itself when it is asked, else pictures."""
    service.answer = lambda path: (
        Answer(content, "text/xml") if "GetCapabilities" in path else Answer(picture((70, 90, 50)))
    )


def said(service: TileService, **more: Any) -> dict[str, Any]:
    return {
        "name": "city", "kind": "wmts", "capabilities": f"{service.url}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities", "title_zh": "政务地图",
        **more,
    }  # fmt: skip


async def problem(client: httpx.AsyncClient, told: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/api/base-maps", json=told)
    assert answer.status_code == 422, answer.text
    return answer.json()


async def test_a_service_describes_itself(server: Server, service: TileService) -> None:
    capabilities(
        service, document(layer("base", ["w"]), mercator("w", range(1, 19), "EPSG:900913:{}"), f"{service.url}/wmts?")
    )
    told = said(service, capabilities=f"{service.url}/wmts?REQUEST=GetCapabilities&tk={{key}}", key="0123456789")
    async with server.sign_in("admin") as client:
        made = (await client.post("/api/base-maps", json=told)).json()
        assert (made["attribution"], made["min_zoom"], made["max_zoom"]) == ("市自然资源局", 1, 18)
        assert (await client.get("/basemaps/city/10/794/443")).status_code == 200
        asked = asked_for(service.asked[-1])
        assert asked["TILEMATRIX"] == "EPSG:900913:10"
        assert (asked["TILEROW"], asked["TILECOL"], asked["LAYER"], asked["TK"]) == ("443", "794", "base", "0123456789")
        assert "0123456789" not in str(made)


async def test_degrees_are_made_into_mercator(server: Server, service: TileService) -> None:
    """The level of a tile has the same columns in both; the rows are others, and two of them make one."""
    capabilities(service, document(layer("base", ["c"]), degrees("c"), f"{service.url}/wmts?"))
    async with server.sign_in("admin") as client:
        assert (await client.post("/api/base-maps", json=said(service))).status_code == 201
        service.asked.clear()
        answer = await client.get("/basemaps/city/10/794/443")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        asked = [asked_for(path) for path in service.asked]
        assert {one["TILEMATRIX"] for one in asked} == {"10"}
        assert {one["TILECOL"] for one in asked} == {"794"}
        assert {one["TILEROW"] for one in asked} == {"188", "189"}
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.size == (256, 256)
        count = len(service.asked)
        assert (await client.get("/basemaps/city/10/794/443")).content == answer.content
        assert len(service.asked) == count
        assert (await client.post("/api/base-maps/city/check")).json()["good"] is True


async def test_a_service_that_cannot_be_used_is_refused_in_words(server: Server, service: TileService) -> None:
    async with server.sign_in("admin", "en") as client:
        capabilities(
            service,
            document(layer("base", ["x"]), mercator("x", crs="urn:ogc:def:crs:EPSG::4547"), f"{service.url}/wmts?"),
        )
        refused = await problem(client, said(service))
        assert (refused["code"], refused["field"]) == ("wmts_system", "tile_matrix_set")
        assert "EPSG:4490" in refused["detail"]
        capabilities(service, document(layer("a", ["w"]) + layer("b", ["w"]), mercator("w"), f"{service.url}/wmts?"))
        refused = await problem(client, said(service))
        assert (refused["field"], refused["choices"]) == ("layer", ["a", "b"])
        capabilities(service, document(layer("a", ["w"]), mercator("w"), "http://inside.local:8080/wmts?"))
        refused = await problem(client, said(service))
        assert (refused["code"], refused["choices"]) == ("wmts_other_host", ["inside.local:8080"])
        capabilities(service, document(layer("a", ["w"]), mercator("w"), "http://169.254.169.254/wmts?"))
        refused = await problem(client, said(service, tile_host="169.254.169.254"))
        assert (refused["code"], refused["field"]) == ("address_never_called", "capabilities")
        service.answer = lambda _: Answer(b"<html>tk wrong</html>", "text/html", 403)
        refused = await problem(client, said(service))
        assert (refused["code"], "HTTP 403" in refused["detail"], "tk wrong" in refused["detail"]) == (
            "wmts_not_reachable",
            True,
            True,
        )
        service.answer = lambda _: Answer(b"<html>sign in</html>", "text/html")
        assert (await problem(client, said(service)))["code"] == "wmts_malformed"
        refused = await problem(client, said(service, capabilities="http://127.0.0.1:1/wmts"))
        assert refused["code"] == "wmts_not_reachable"
        assert (await client.get("/api/base-maps")).json()["maps"] == []


async def test_pictures_in_gcj02_are_put_right(server: Server, service: TileService) -> None:
    """At this zoom the offset is 156 pixels: the tile is made from its neighbours, each asked for once."""
    service.answer = by_place(checkered)
    told = {
        "name": "amap", "kind": "xyz", "address": f"{service.url}/{{z}}/{{x}}/{{y}}.png", "title_zh": "高德", "attribution": "© 高德",
        "origin": "GCJ02", "min_zoom": 3,
    }  # fmt: skip
    async with server.sign_in("admin") as client:
        assert (await client.post("/api/base-maps", json=told)).status_code == 201
        first = await client.get("/basemaps/amap/18/203305/113558")
        assert first.status_code == 200
        places = {tuple(path.removesuffix(".png").split("/")[2:]) for path in service.asked}
        assert 2 <= len(places) <= 4
        assert all(x in ("203305", "203306") for x, _ in places)
        assert (await client.get("/basemaps/amap/18/203306/113558")).status_code == 200
        assert len(service.asked) == len(set(service.asked))
        assert first.content != checkered(18, 203305, 113558)


async def test_an_exercise_has_the_same_base_maps(city: City, server: Server, service: TileService) -> None:
    told = {
        "name": "imagery", "kind": "xyz", "address": f"{service.url}/{{z}}/{{x}}/{{y}}?k={{key}}", "title_zh": "影像", "attribution": "市",
        "key": "abc",
    }  # fmt: skip
    async with server.sign_in("admin") as client:
        assert (await client.post("/api/base-maps", json=told)).status_code == 201
    name = f"maps_{city.realm.row.epoch.hex[:8]}"
    made = await make_exercise_realm(
        city.realm.database_url, name=name, scenario=load_scenario("gengma_m63"),
        starts_at=datetime(2026, 3, 1, tzinfo=UTC), speed=1.0, addresses=(), data_dir=city.realm.data_dir,
    )  # fmt: skip
    try:
        async with owner_connection(made.database_url) as conn:
            kept = await read_base_map(conn, "imagery")
            assert kept is not None
            assert (kept.has_key, await read_key(conn, "imagery")) == (True, "abc")
    finally:
        async with owner_connection(city.realm.database_url, autocommit=True) as conn:
            await conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(PREFIX + name)))
