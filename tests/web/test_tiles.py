"""Tiles of layers over HTTP: what is in them, who gets them, and what they say when they are asked for again."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import httpx
import pyogrio
import pytest

from gis.catalogue import Description
from gis.catalogue_store import changes_so_far
from gis.exchange.build import Imported, describe_layer, import_layer, roll_back
from gis.exchange.options import Options
from tests.city import City, Server
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import OFFICER, described

_ogr: Any = pyogrio
TILE = (12, 3176, 1772)  # 99.14 to 99.23 E, 23.48 to 23.56 N


@pytest.fixture(autouse=True)
async def nothing_kept(city: City) -> None:
    """The tests' databases are clones and say they are one realm; their tiles must not be taken for each other's."""
    redis: Any = city.realm.nudges.redis
    async for key in redis.scan_iter("*:tile:*"):
        await redis.delete(key)


async def bring(city: City, folder: Path, count: int = 3, told: Description | None = None) -> Imported:
    shapes = [{"type": "Point", "coordinates": [99.16 + i * 0.01, 23.5]} for i in range(count)]
    path = files.geojson(folder / f"{count}.geojson", shapes)

    async def hear(_: Any) -> None:
        return None

    return await import_layer(
        city.realm, path, path.name, told or described(label="name"), Options(), OFFICER, hear, folder
    )


async def noticed(client: httpx.AsyncClient, city: City) -> None:
    """Until the serving process knows what another one (here: the test) did, as it does without Redis too."""
    async with city.realm.pool.connection() as conn:
        changes = await changes_so_far(conn)
    async with asyncio.timeout(10):
        while (await client.get("/api/layers")).json()["changes"] != changes:
            pass


async def catalogued(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    layers: list[dict[str, Any]] = (await client.get("/api/layers")).json()["layers"]
    return next(layer for layer in layers if layer["name"] == name)


def read(content: bytes, folder: Path) -> Any:
    path = folder / "tile.mvt"
    path.write_bytes(content)
    return _ogr.read_dataframe(path)


def address(layer: str = "schools", tile: tuple[int, int, int] = TILE) -> str:
    return f"/tiles/{layer}/{tile[0]}/{tile[1]}/{tile[2]}.mvt"


async def test_a_tile_holds_the_features_of_its_place(city: City, server: Server, tmp_path: Path) -> None:
    await bring(city, tmp_path)
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        answer = await client.get(address())
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
        frame = read(answer.content, tmp_path)
        assert sorted(frame["name"]) == ["f1", "f2", "f3"]
        assert sorted(frame["n"]) == [1, 2, 3]
        await server.tiles.settle()
        kept = await client.get(address())
        assert (kept.headers["content-encoding"], kept.content) == ("gzip", answer.content)
        plain = await client.get(address(), headers={"Accept-Encoding": "identity"})
        assert plain.content == answer.content
        assert (await client.get(address(tile=(12, 0, 0)))).status_code == 204


async def test_a_kept_tile_is_still_good_until_the_layer_changes(city: City, server: Server, tmp_path: Path) -> None:
    await bring(city, tmp_path)
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        first = await client.get(address())
        tag = first.headers["etag"]
        assert (await client.get(address(), headers={"If-None-Match": tag})).status_code == 304
        await bring(city, tmp_path, 5)
        await noticed(client, city)
        again = await client.get(address(), headers={"If-None-Match": tag})
        assert again.status_code == 200
        assert len(read(again.content, tmp_path)) == 5
        await roll_back(city.realm, "schools", OFFICER)
        await noticed(client, city)
        assert (await client.get(address(), headers={"If-None-Match": tag})).status_code == 304


async def test_its_address_in_the_catalogue_may_be_kept_for_ever(city: City, server: Server, tmp_path: Path) -> None:
    await bring(city, tmp_path)
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        layer = await catalogued(client, "schools")
        path = str(layer["tiles"]).format(z=TILE[0], x=TILE[1], y=TILE[2])
        assert "immutable" in (await client.get(path)).headers["cache-control"]
        assert (await client.get(address())).headers["cache-control"] == "private, no-cache"
        assert (await client.get(address() + "?v=other")).headers["cache-control"] == "private, no-cache"


async def test_a_restricted_layer_is_not_there_for_others(city: City, server: Server, tmp_path: Path) -> None:
    await bring(city, tmp_path, told=described(sensitivity="restricted", department="WAT", readers=("FRB",)))
    paths = (
        address(),
        "/api/layers/schools",
        "/api/layers/schools/features/1",
        "/api/layers/schools/versions",
        "/api/layers/schools/export?format=geojson",
    )
    for login, sees in {"duty1": True, "leader1": True, "wat": True, "frb": True, "heb": False, "field-mengding": False,
                        "duty-gengma": False, "auditor": False}.items():  # fmt: skip
        async with server.sign_in(login) as client:
            await noticed(client, city)
            for path in paths:
                answer = await client.get(path)
                assert answer.status_code == (200 if sees else 404), (login, path)
                if sees and path.startswith("/tiles/"):
                    assert answer.headers["cache-control"] == "private, no-cache"
            names = [layer["name"] for layer in (await client.get("/api/layers")).json()["layers"]]
            assert ("schools" in names) is sees
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        assert (await nobody.get(address())).status_code == 401


async def test_who_may_no_longer_see_it_is_refused_at_once(city: City, server: Server, tmp_path: Path) -> None:
    await bring(city, tmp_path)
    async with server.sign_in("heb") as client:
        await noticed(client, city)
        tag = (await client.get(address())).headers["etag"]
        await describe_layer(city.realm, described(label="name", sensitivity="restricted"), OFFICER)
        await noticed(client, city)
        assert (await client.get(address(), headers={"If-None-Match": tag})).status_code == 404


@pytest.mark.parametrize("tile", [(12, 4096, 0), (12, 0, -1), (21, 0, 0), (-1, 0, 0), (0, 1, 0)])
async def test_a_tile_that_cannot_be(city: City, server: Server, tile: tuple[int, int, int]) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.get(address("roads", tile))
        assert (answer.status_code, answer.json()["code"]) == (404, "tile_out_of_range")


@pytest.mark.parametrize("path", ["/tiles/nothing/1/0/0.mvt", "/tiles/roads/1/0/0.png", "/tiles/roads/x/0/0.mvt"])
async def test_addresses_that_are_none(server: Server, path: str) -> None:
    async with server.sign_in("duty1") as client:
        assert (await client.get(path)).status_code in (404, 422)


@pytest.mark.parametrize(
    "layer", ["counties", "townships", "places", "rivers", "roads", "facilities", "reservoirs", "relief"]
)
async def test_the_built_in_layers_are_served_too(server: Server, layer: str, tmp_path: Path) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.get(address(layer, (7, 99, 55)))
        assert answer.status_code == 200
        frame = read(answer.content, tmp_path)
        assert len(frame) > 0
        assert frame["mark"].isin(["R", "K", "I"]).all()


async def test_it_works_without_redis(city: City, server: Server, tmp_path: Path) -> None:
    await bring(city, tmp_path)
    city.realm.nudges.redis_ok = False
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        assert (await client.get(address())).status_code == 200


async def test_a_tile_is_kept_under_its_version(city: City, server: Server, tmp_path: Path) -> None:
    made = await bring(city, tmp_path)
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        answer = await client.get(address())
        redis: Any = city.realm.nudges.redis
        await server.tiles.settle()
        keys = [key async for key in redis.scan_iter(f"*:tile:v{made.version}-*")]
        assert len(keys) == 1
        assert gzip.decompress(await redis.get(keys[0])) == answer.content
        await redis.set(keys[0], gzip.compress(b"from the cache"))
        assert (await client.get(address())).content == b"from the cache"


async def test_far_out_only_what_can_be_told_apart_is_in_a_tile(city: City, server: Server, tmp_path: Path) -> None:
    shapes = [
        {"type": "Point", "coordinates": [99.1 + (i % 75) * 0.002, 23.5 + (i // 75) * 0.002]} for i in range(4500)
    ]
    path = files.geojson(tmp_path / "many.geojson", shapes)

    async def hear(_: Any) -> None:
        return None

    made = await import_layer(city.realm, path, path.name, described(), Options(), OFFICER, hear, tmp_path)
    zooms: Any = made.report["zooms"]
    assert zooms[0] < zooms[7] < zooms[10] < zooms[15] == 4500
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        far = read((await client.get(address(tile=(7, 99, 55)))).content, tmp_path)
        assert len(far) == zooms[7]


async def test_small_areas_become_points_far_out(city: City, server: Server, tmp_path: Path) -> None:
    ring = [[99.16, 23.5], [99.161, 23.5], [99.161, 23.501], [99.16, 23.501], [99.16, 23.5]]
    path = files.geojson(tmp_path / "a.geojson", [{"type": "Polygon", "coordinates": [ring]}])

    async def hear(_: Any) -> None:
        return None

    await import_layer(city.realm, path, path.name, described(), Options(), OFFICER, hear, tmp_path)
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        far = read((await client.get(address(tile=(5, 24, 13)))).content, tmp_path)
        near = read((await client.get(address(tile=(15, 25409, 14182)))).content, tmp_path)
    assert far.geometry.geom_type.tolist() == ["Point"]
    assert near.geometry.geom_type.tolist() == ["Polygon"]


async def test_a_tile_is_the_same_whether_the_framework_is_asked_or_not(server: Server) -> None:
    """The plain form of the address is answered at the door; with something more in it the framework's route answers."""
    names = ("content-type", "etag", "cache-control", "vary", "content-security-policy", "x-content-type-options")
    async with server.sign_in("duty1") as client:
        short = await client.get(address("roads", (7, 99, 55)))
        long = await client.get(address("roads", (7, 99, 55)) + "?more=1")
        assert (short.status_code, short.content) == (long.status_code, long.content)
        assert {name: short.headers[name] for name in names} == {name: long.headers[name] for name in names}
        assert (await client.post(address("roads", (7, 99, 55)))).status_code == 405
        wrong = [await client.get(address("nothing", (7, 99, 55)) + more) for more in ("", "?more=1")]
        assert wrong[0].json() == wrong[1].json()
        english = await client.get(address("nothing", (7, 99, 55)), headers={"Accept-Language": "en"})
        assert english.json()["detail"] != wrong[0].json()["detail"]
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        refused = await nobody.get(address("roads", (7, 99, 55)))
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")


async def test_many_who_ask_at_once_get_one_tile(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        answers = await asyncio.gather(*(client.get(address("roads", (7, 99, 55))) for _ in range(12)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        wrong = await asyncio.gather(*(client.get(address("roads", (7, 200, 0))) for _ in range(6)))
        assert {answer.status_code for answer in wrong} == {404}
