"""A city's own base maps over HTTP: a real service behind, with everything that such services do wrong."""

import asyncio
import io
import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.city import City, Server
from tests.gis.tile_archives import archive, raster_archive
from tests.web.tile_service import Answer, TileService, by_place, checkered, picture, tile_service
from web.base_maps import upstream
from web.base_maps.breaker import Breaker
from web.base_maps.pace import AT_ONCE, Pace

TILE = "/basemaps/imagery/10/794/443"
KEY = "s3cret-key-0123456789"


@pytest.fixture
async def service() -> AsyncGenerator[TileService]:
    async with tile_service() as running:
        yield running


def said(service: TileService, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": "imagery",
        "kind": "xyz",
        "address": f"{service.url}/{{z}}/{{x}}/{{y}}.png",
        "title_zh": "本市影像",
        "title_en": "City imagery",
        "attribution": "© 市自然资源局",
    }
    return told | more


async def add(client: httpx.AsyncClient, told: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/api/base-maps", json=told)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def the_map(client: httpx.AsyncClient, name: str = "imagery") -> dict[str, Any]:
    maps: list[dict[str, Any]] = (await client.get("/api/base-maps")).json()["maps"]
    return next(one for one in maps if one["name"] == name)


async def test_a_tile_comes_through_us_and_is_asked_for_once(server: Server, service: TileService) -> None:
    service.answer = by_place(checkered)
    async with server.sign_in("admin") as admin:
        await add(admin, said(service))
    async with server.sign_in("duty1") as client:
        answers = await asyncio.gather(*(client.get(TILE) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}
        assert answers[0].content == checkered(10, 794, 443)
        assert answers[0].headers["content-type"] == "image/png"
        assert service.asked == ["/10/794/443.png"]
        tag = answers[0].headers["etag"]
        assert (await client.get(TILE, headers={"If-None-Match": tag})).status_code == 304
        shown = await the_map(client)
        assert (shown["title_en"], shown["attribution"], shown["reach"]["state"]) == (
            "City imagery",
            "© 市自然资源局",
            "ok",
        )
        assert shown["tiles"][0].startswith("/basemaps/imagery/{z}/{x}/{y}?v=")
        assert "127.0.0.1" not in str(shown)


async def test_who_may_do_what(server: Server, service: TileService) -> None:
    async with server.sign_in("admin") as admin:
        await add(admin, said(service))
    for login in ("duty1", "leader1", "wat", "field-mengding", "auditor"):
        async with server.sign_in(login) as client:
            assert (await client.get(TILE)).status_code == 200
            assert (await client.get("/api/base-maps")).json()["may_change"] is False
            refused = [
                await client.post("/api/base-maps", json=said(service, name="other")),
                await client.get("/api/base-maps/imagery"),
                await client.post("/api/base-maps/imagery/check"),
                await client.post("/api/base-map-order", json={"names": ["imagery"]}),
                await client.post("/api/base-map-default", json={"name": "imagery"}),
                await client.delete("/api/base-maps/imagery"),
            ]
            assert [answer.status_code for answer in refused] == [403] * 6, login
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        assert (await nobody.get(TILE)).status_code == 401
        assert (await nobody.get("/api/base-maps")).status_code == 401


@pytest.mark.parametrize("path", [
    "/basemaps/imagery/10/1024/0", "/basemaps/imagery/10/-1/0", "/basemaps/imagery/25/0/0", "/basemaps/imagery/19/0/0",
    "/basemaps/imagery/10/0/0", "/basemaps/imagery/10/794/443?sheet=1", "/basemaps/nothing/1/0/0", "/basemaps/..%2Fimagery/1/0/0",
    "/basemaps/imagery", "/basemaps/../api/base-maps/imagery/1",
])  # fmt: skip
async def test_tiles_that_cannot_be_are_asked_of_nobody(server: Server, service: TileService, path: str) -> None:
    async with server.sign_in("admin") as client:
        await add(client, said(service, bounds="98.6,22.9,100.7,25.1", max_zoom=18))
        assert (await client.get(path)).status_code == 404
        assert service.asked == []


async def test_a_key_is_filled_in_here_and_seen_nowhere(
    city: City, server: Server, service: TileService, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with server.sign_in("admin") as client:
        told = said(service, address=f"{service.url}/{{z}}/{{x}}/{{y}}.png?tk={{key}}", key=KEY)
        made = await add(client, told)
        assert (made["key"], made["sheets"]) == ("••••••", [told["address"]])
        assert (await client.get(TILE)).status_code == 200
        assert service.asked == [f"/10/794/443.png?tk={KEY}"]
        service.answer = lambda path: Answer(f"bad key {path}".encode(), "text/plain", 403)
        checked = (await client.post("/api/base-maps/imagery/check")).json()
        assert (checked["good"], "bad key" in checked["said"]) == (False, True)
        seen = [
            made,
            checked,
            (await client.get("/api/base-maps")).json(),
            (await client.get("/api/base-maps/imagery")).json(),
        ]
        assert KEY not in str(seen)
    async with city.realm.pool.connection() as conn:
        facts = await (await conn.execute("SELECT body::text FROM spine.fact")).fetchall()
        changes = await (await conn.execute("SELECT row_to_json(c)::text FROM gis.base_map_change AS c")).fetchall()
    assert KEY not in str(facts) + str(changes)
    assert KEY not in caplog.text


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": "Imagery"}, "base_map_name", "name"),
    ({"name": "../etc"}, "base_map_name", "name"),
    ({"name": "own"}, "base_map_name", "name"),
    ({"kind": "wms"}, "base_map_kind", "kind"),
    ({"title_zh": ""}, "base_map_title", "title_zh"),
    ({"attribution": " "}, "base_map_attribution", "attribution"),
    ({"address": "file:///etc/passwd?{z}{x}{y}"}, "address_scheme", "address"),
    ({"address": "ftp://a/{z}/{x}/{y}"}, "address_scheme", "address"),
    ({"address": "http://a/{z}/{x}.png"}, "address_no_place", "address"),
    ({"address": "http://a/{z}/{x}/{y}/{time}"}, "address_field", "address"),
    ({"address": "http://a/{z}/{x}/{y}/{"}, "address_field", "address"),
    ({"address": "http://{x}/{z}/{x}/{y}"}, "address_field", "address"),
    ({"address": "http://me:pw@a/{z}/{x}/{y}"}, "key_in_address", "address"),
    ({"address": "http://a/{z}/{x}/{y}?tk=0123456789"}, "key_in_address", "address"),
    ({"address": "http://a/{z}/{x}/{y}?tk={key}"}, "key_needed", "key"),
    ({"address": "http://a/{z}/{x}/{y}", "key": "abc"}, "key_needed", "key"),
    ({"address": "http://a/{z}/{x}/{y}?k={key}", "key": "a\nb"}, "key_malformed", "key"),
    ({"address": "http://{s}.a/{z}/{x}/{y}"}, "subdomains_needed", "subdomains"),
    ({"address": "http://{s}.a/{z}/{x}/{y}", "subdomains": "a/b"}, "subdomains_malformed", "subdomains"),
    ({"address": "http://169.254.169.254/{z}/{x}/{y}"}, "address_never_called", "address"),
    ({"address": "http://[fe80::1]/{z}/{x}/{y}"}, "address_never_called", "address"),
    ({"address": "http://[::ffff:169.254.169.254]/{z}/{x}/{y}"}, "address_never_called", "address"),
    ({"address": "http://100.100.100.200/{z}/{x}/{y}"}, "address_never_called", "address"),
    ({"address": "http://2852039166/{z}/{x}/{y}"}, "address_never_called", "address"),
    ({"min_zoom": 12, "max_zoom": 8}, "base_map_zoom", "max_zoom"),
    ({"max_zoom": 40}, "base_map_zoom", "max_zoom"),
    ({"bounds": "98,22,97,25"}, "base_map_bounds", "bounds"),
    ({"bounds": "a,b"}, "base_map_bounds", "bounds"),
    ({"origin": "BD09"}, "origin_bd09", "origin"),
    ({"origin": "MARS"}, "unknown_origin", "origin"),
    ({"tile_px": 300}, "base_map_tile_px", "tile_px"),
    ({"kind": "pmtiles"}, "file_missing", "file"),
    ({"kind": "tianditu", "tianditu": "vec"}, "key_needed", "key"),
    ({"kind": "tianditu", "tianditu": "sat", "key": "k"}, "tianditu_picture", "tianditu"),
]  # fmt: skip


async def test_a_refusal_names_the_field_and_nothing_is_kept(server: Server, service: TileService) -> None:
    async with server.sign_in("admin") as client:
        for change, code, field in WRONG:
            answer = await client.post("/api/base-maps", json=said(service) | change)
            problem = answer.json()
            assert (answer.status_code, problem["code"], problem.get("field")) == (422, code, field), change
            assert problem["detail"]
        assert (await client.get("/api/base-maps")).json()["maps"] == []
        await add(client, said(service))
        assert (await client.post("/api/base-maps", json=said(service))).json()["code"] == "base_map_exists"
        assert (await add(client, said(service, title_zh="新影像", replace=True)))["title_zh"] == "新影像"


async def test_fields_of_an_address(server: Server, service: TileService) -> None:
    forms = {"/a/{z}/{x}/{-y}": "/a/10/794/580", "/q/{quadkey}": "/q/1320233032", "/t/{z}/{x}/{y}": "/t/10/794/580"}
    async with server.sign_in("admin") as client:
        for index, (path, asked) in enumerate(forms.items()):
            more = {"tms": True} if path.startswith("/t/") else {}
            await add(client, said(service, name=f"map{index}", address=service.url + path, **more))
            assert (await client.get(f"/basemaps/map{index}/10/794/443")).status_code == 200
            assert service.asked[-1] == asked
        host = f"http://{{s}}:{service.port}/{{z}}/{{x}}/{{y}}"
        await add(client, said(service, name="sub", address=host, subdomains=["localhost"]))
        assert (await client.get("/basemaps/sub/10/794/443")).status_code == 200


ANSWERS = {
    "refusal": (Answer(b"<html>tk error: 301001</html>", "text/html", 403), "HTTP 403"),
    "error": (Answer(b"oops", "text/plain", 500), "HTTP 500"),
    "no picture": (Answer(b"<html>Please sign in</html>", "text/html"), "text/html"),
    "called a picture": (Answer(b"<html>Please sign in</html>", "image/png"), "no picture"),
    "called a text": (Answer(picture((1, 2, 3)), "text/html"), "text/html"),
    "a svg": (Answer(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"), "image/svg+xml"),
    "huge": (Answer(b"x" * (4 * 1024**2), "image/png"), "more than 3 MB"),
    "announced huge": (Answer(b"x", "image/png", announced=10**9), "more than 3 MB"),
    "too wide": (Answer(picture((1, 2, 3), side=1500)), "1500 × 1500"),
    "elsewhere": (Answer(status=302, headers=(("Location", "http://10.0.0.1/secret.png"),)), "another host"),
    "to a file": (Answer(status=302, headers=(("Location", "file:///etc/passwd"),)), "another host"),
    "round and round": (Answer(status=302, headers=(("Location", "/again.png"),)), "redirecting"),
    "cut off": (Answer(picture((1, 2, 3))[:40], announced=5000), "broke off"),
}


@pytest.mark.parametrize("what", ANSWERS)
async def test_what_is_no_tile_does_not_reach_the_screen(server: Server, service: TileService, what: str) -> None:
    answer, words = ANSWERS[what]
    service.answer = lambda _: answer
    if what == "cut off":
        service.let_go.set()

        def then_close(_: str) -> Answer:
            for writer in tuple(service.going):
                asyncio.get_running_loop().call_soon(writer.close)
            return answer

        service.answer = then_close
    async with server.sign_in("admin", "en") as client:
        await add(client, said(service))
        came = await client.get(TILE)
        assert (came.status_code, came.json()["code"]) == (503, "base_map_away")
        assert words in came.json()["detail"]
        checked = (await client.post("/api/base-maps/imagery/check")).json()
        assert checked["good"] is False
        assert words in checked["en"]


async def test_who_answers_is_looked_at_not_only_who_was_named(
    server: Server, service: TileService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that led somewhere harmless when it was added, and leads to a forbidden address now."""
    async with server.sign_in("admin", "en") as client:
        await add(client, said(service, address=f"http://localhost:{service.port}/{{z}}/{{x}}/{{y}}.png"))
        monkeypatch.setattr(upstream, "is_never_called", "127.0.0.1".__eq__)
        answer = await client.get(TILE)
        assert (answer.status_code, "metadata" in answer.json()["detail"]) == (503, True)
        refused = await client.post("/api/base-maps", json=said(service, name="other"))
        assert (refused.json()["code"], refused.json()["field"]) == ("address_never_called", "address")


async def test_a_redirect_on_the_same_host_is_followed(server: Server, service: TileService) -> None:
    there = Answer(picture((9, 9, 9)))
    service.answer = lambda path: there if path.startswith("/moved") else Answer(status=301, headers=(("Location", "/moved.png"),))  # fmt: skip
    async with server.sign_in("admin") as client:
        await add(client, said(service))
        assert (await client.get(TILE)).content == there.content


async def test_a_service_that_is_silent_is_given_up(
    server: Server, service: TileService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "WHOLE_S", 0.2)
    service.answer = lambda _: None
    async with server.sign_in("admin", "en") as client:
        await add(client, said(service))
        answer = await client.get(TILE)
        assert (answer.status_code, "did not finish" in answer.json()["detail"]) == (503, True)


async def test_a_dead_service_costs_nothing_and_is_noticed_when_it_is_back(
    server: Server, service: TileService
) -> None:
    service.answer = lambda _: Answer(b"", "text/plain", 502)
    async with server.sign_in("admin") as client, server.socket("duty1") as desk:
        await add(client, said(service))
        await client.get("/basemaps/imagery/9/397/221")
        await desk.send(op="follow", stream="layers")
        heard = await desk.until("where", stream="layers")
        for y in range(440, 452):
            assert (await client.get(f"/basemaps/imagery/10/794/{y}")).status_code == 503
        assert len(service.asked) == 3  # then it is left alone
        told = await desk.until("where", stream="layers")
        assert told["items"]["base_maps"]["turn"] > heard["items"]["base_maps"]["turn"]
        reach = (await the_map(client))["reach"]
        assert (reach["state"], reach["since"][:10], "502" in reach["zh"]) == ("away", "2026-03-01", True)
        service.answer = by_place(checkered)
        assert (await client.post("/api/base-maps/imagery/check")).json()["good"] is True
        assert (await the_map(client))["reach"]["state"] == "ok"
        assert (await client.get(TILE)).status_code == 200


def test_a_breaker_tries_one_at_a_time_with_growing_pauses() -> None:
    from tests.conftest import T0

    at = 0.0
    breaker = Breaker(now=lambda: at)
    for _ in range(3):
        assert breaker.may_try()
        breaker.failed("坏", "bad", T0)
    assert (breaker.away, breaker.since, breaker.may_try()) == (True, T0, False)
    at = 5.0
    assert breaker.due
    assert breaker.may_try()
    assert not breaker.may_try()  # another is trying
    breaker.gave_up()
    assert breaker.may_try()
    breaker.failed("坏", "bad", T0)
    at = 14.0
    assert not breaker.may_try()
    at = 15.0
    assert breaker.may_try()
    breaker.worked()
    assert (breaker.away, breaker.since, breaker.may_try()) == (False, None, True)


def test_one_person_cannot_copy_the_whole_map() -> None:
    at = 0.0
    pace = Pace(now=lambda: at)
    assert sum(pace.may_ask("a") for _ in range(int(AT_ONCE) + 50)) == AT_ONCE
    assert pace.may_ask("b")
    at = 1.0
    assert pace.may_ask("a")


async def test_what_was_seen_before_is_there_without_the_service(city: City, service: TileService) -> None:
    from tests.city import serving
    from web.base_maps import cache

    async with serving(city) as first, first.sign_in("admin") as client:
        await add(client, said(service))
        seen = (await client.get(TILE)).content
    service.answer = lambda _: Answer(b"", "text/plain", 503)
    async with serving(city) as second, second.sign_in("duty1") as client:
        assert (await client.get(TILE)).content == seen
        assert len(service.asked) == 1
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cache, "FRESH_S", -1)  # long ago
            assert (await client.get(TILE)).content == seen
        assert len(service.asked) == 2
        assert (await client.get("/basemaps/imagery/10/795/443")).status_code == 503


async def test_where_the_service_has_nothing(server: Server, service: TileService) -> None:
    service.answer = lambda _: Answer(b"", "text/plain", 404)
    async with server.sign_in("admin") as client:
        await add(client, said(service))
        for _ in range(6):
            assert (await client.get(TILE)).json()["code"] == "base_map_no_tile"
        assert len(service.asked) == 1
        assert (await the_map(client))["reach"]["state"] == "ok"
        assert (await client.post("/api/base-maps/imagery/check")).json()["good"] is False


async def test_tianditu_is_asked_as_it_wants_to_be(server: Server, service: TileService) -> None:
    relay = {"kind": "tianditu", "tianditu": "img", "labels": True, "key": KEY, "address": service.url}
    async with server.sign_in("admin") as client:
        made = await add(client, {"name": "imagery", **relay})
        assert (made["title_zh"], made["min_zoom"], made["origin"]) == ("天地图·影像", 1, "CGCS2000")
        shown = await the_map(client)
        assert [path.partition("&")[2] for path in shown["tiles"]] == ["", "sheet=1"]
        await client.get(TILE)
        await client.get(TILE + "?sheet=1")
    query = "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX=10&TILEROW=443&TILECOL=794&tk={}"
    assert service.asked == [f"/img_w/wmts?{query.format('img', KEY)}", f"/cia_w/wmts?{query.format('cia', KEY)}"]


async def test_order_default_and_removal(city: City, server: Server, service: TileService) -> None:
    async with server.sign_in("admin") as client:
        for name in ("one_a", "one_b", "one_c"):
            await add(client, said(service, name=name))
        answer = await client.post("/api/base-map-order", json={"names": ["one_c", "one_a"]})
        assert (answer.status_code, answer.json()["field"]) == (422, "names")
        await client.post("/api/base-map-order", json={"names": ["one_c", "one_a", "one_b"]})
        await client.post("/api/base-map-default", json={"name": "one_a"})
        maps = (await client.get("/api/base-maps")).json()["maps"]
        assert [(one["name"], one["default"]) for one in maps] == [("one_c", False), ("one_a", True), ("one_b", False)]
        assert (await client.post("/api/base-map-default", json={"name": "none_such"})).status_code == 404
        assert (await client.delete("/api/base-maps/one_a")).status_code == 200
        assert (await client.delete("/api/base-maps/one_a")).status_code == 404
        assert (await client.get("/basemaps/one_a/10/794/443")).status_code == 404
        await client.post("/api/base-map-default", json={"name": "one_b"})
        await client.post("/api/base-map-default", json={"name": None})
        assert not any(one["default"] for one in (await client.get("/api/base-maps")).json()["maps"])
    async with city.realm.pool.connection() as conn:
        rows = await (await conn.execute("SELECT what, by FROM gis.base_map_change ORDER BY id")).fetchall()
    assert [what for what, _ in rows] == [
        "added",
        "added",
        "added",
        "ordered",
        "default",
        "removed",
        "default",
        "default",
    ]
    assert {by for _, by in rows} == {"系统管理员"}


async def test_an_archive_from_the_browser(city: City, server: Server, tmp_path: Path) -> None:
    path = archive(tmp_path / "town.pmtiles")
    async with server.sign_in("admin") as client:
        number = "7f0f3a52-5a3c-4f58-9a3b-3d2ad1a5a111"
        await client.put(f"/api/layer-uploads/{number}", params={"name": "town.pmtiles"}, content=path.read_bytes())
        told = {"name": "town", "kind": "pmtiles", "upload": number, "title_zh": "矢量底图", "attribution": "自制"}
        made = await add(client, told)
        assert (made["format"], [one["id"] for one in made["vector_layers"]]) == ("vector", ["streets", "water"])
        shown = await the_map(client, "town")
        z = shown["min_zoom"]
        checked = (await client.post("/api/base-maps/town/check")).json()
        assert (checked["good"], checked["media_type"]) == (True, "application/vnd.mapbox-vector-tile")
        tile = await client.get(f"/basemaps/town/{checked['z']}/{checked['x']}/{checked['y']}")
        assert (tile.headers["content-encoding"], tile.content[:1], z) == ("gzip", b"\x1a", 0)
        # Its file is lost, as after a restore on another machine.
        file = city.realm.data_dir / "basemaps" / f"{made['file_sha256']}.pmtiles"
        file.unlink()
    from tests.city import serving

    async with serving(city) as again, again.sign_in("admin", "en") as client:
        lost = await client.get(f"/basemaps/town/{checked['z']}/{checked['x']}/{checked['y']}")
        assert (lost.status_code, "not on this server" in lost.json()["detail"]) == (503, True)


async def test_a_picture_archive(server: Server, tmp_path: Path) -> None:
    path = raster_archive(tmp_path / "r.pmtiles", 8, 9)
    async with server.sign_in("admin") as client:
        number = "7f0f3a52-5a3c-4f58-9a3b-3d2ad1a5a112"
        await client.put(f"/api/layer-uploads/{number}", params={"name": "r.pmtiles"}, content=path.read_bytes())
        told = {"name": "relief", "kind": "pmtiles", "upload": number, "title_zh": "晕渲", "attribution": "自制"}
        await add(client, told)
        answer = await client.get("/basemaps/relief/8/198/110")
        assert answer.headers["content-type"] == "image/png"
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.size == (256, 256)
        assert (await client.get("/basemaps/relief/9/0/0")).status_code == 404
