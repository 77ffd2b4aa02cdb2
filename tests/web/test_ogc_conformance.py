"""A walk through the abstract tests of OGC API – Features Part 1 (17-069r4, annex A) and Part 2 (18-058r1), by following links."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from gis.features import query
from spine.accounts import make_api_token
from tests.city import City, Server
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import described
from tests.web.ogc_client import GEOJSON, Reader, bring, noticed, open_incident, reader_of, warn

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture
async def full(city: City, server: Server, tmp_path: Path) -> Server:
    """A city with layers of its own, incidents and a warning."""
    points = [{"type": "Point", "coordinates": [99.1 + i * 0.01, 23.5]} for i in range(25)]
    await bring(city, tmp_path, files.geojson(tmp_path / "schools.geojson", points))
    table = tmp_path / "inspections.csv"
    table.write_text("名称,日期,经度,纬度\n甲,2026-01-05,99.2,23.5\n乙,2026-02-05,99.3,23.6\n", "utf-8")
    await bring(city, tmp_path, table, described("inspections", title_zh="检查", title_en="Inspections"))
    await open_incident(city, "530926", "孟定山洪", {"lon": 99.1, "lat": 23.5})
    await open_incident(city, "530926", "地点不明")
    await warn(city, "暴雨红色预警", 99.1, 23.5)
    return server


def rels(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    for link in document["links"]:
        assert link["href"].startswith("http://"), link
        assert link["title"], link
        assert link["type"], link
    return {link["rel"]: link for link in document["links"]}


async def follow(reader: Reader, link: dict[str, Any]) -> httpx.Response:
    answer = await reader.client.get(link["href"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0]
    return answer


async def test_from_the_landing_page_to_every_feature(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        landing = (await reader.get("")).json()
        assert (await reader.get("/")).json()["title"] == landing["title"]
        links = rels(landing)
        assert {"self", "alternate", "service-desc", "service-doc", "conformance", "data"} <= set(links)
        definition = (await follow(reader, links["service-desc"])).json()
        assert definition["openapi"].startswith("3.0")
        assert "/collections" in definition["paths"]
        assert (await follow(reader, links["service-doc"])).text.startswith("<!doctype html>")
        classes = (await follow(reader, links["conformance"])).json()["conformsTo"]
        for name in ("core", "oas30", "html", "geojson"):
            assert f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" in classes
        data = (await follow(reader, links["data"])).json()
        reader.valid(data, {"$ref": "#/components/schemas/collections"})
        assert {"self", "alternate"} <= set(rels(data))
        found = {one["id"] for one in data["collections"]}
        assert {
            "incidents",
            "incident_areas",
            "warnings",
            "units",
            "schools",
            "inspections",
            "counties",
            "roads",
        } <= found
        for listed in data["collections"]:
            await collection_is_sound(reader, listed)


async def collection_is_sound(reader: Reader, listed: dict[str, Any]) -> None:
    """A.2.6 to A.2.9: the description, its links, its features, one feature; the same as a page."""
    base = f"/collections/{listed['id']}"
    told = (await reader.get(base)).json()
    assert {key: told[key] for key in ("id", "title", "description", "extent", "itemType", "crs", "storageCrs")} == {
        key: listed[key] for key in ("id", "title", "description", "extent", "itemType", "crs", "storageCrs")
    }
    assert {"self", "alternate", "items"} <= set(rels(told))
    items = next(link for link in told["links"] if link["rel"] == "items" and link["type"] == GEOJSON)
    answer = await follow(reader, items)
    document = answer.json()
    reader.valid(document, {"$ref": "#/components/schemas/featureCollection"})
    assert answer.headers["content-crs"] == f"<{CRS84}>"
    assert document["numberReturned"] == len(document["features"]) <= document["numberMatched"]
    assert {"self", "alternate"} <= set(rels(document))
    if listed["extent"].get("spatial"):
        west, south, east, north = listed["extent"]["spatial"]["bbox"][0]
        assert -180 <= west <= east <= 180
        assert -90 <= south <= north <= 90
    for feature in document["features"][:1]:
        one = await reader.get(f"{base}/items/{feature['id']}")
        got = one.json()
        assert {key: got[key] for key in ("id", "geometry", "properties")} == {
            key: feature[key] for key in ("id", "geometry", "properties")
        }
        assert {"self", "alternate", "collection"} <= set(rels(got))
        page = await reader.client.get(f"/ogc{base}/items/{feature['id']}", headers={"Accept": "text/html"})
        assert page.headers["content-type"].startswith("text/html")
    page = await reader.get(f"{base}/items", f="html", limit=3)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "http" not in page.text.replace(str(reader.client.base_url).rstrip("/"), "")
    schema = (await reader.get(f"{base}/queryables")).json()
    assert schema["type"] == "object"
    assert "geom" in schema["properties"]


async def test_pages_cover_everything_once(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        seen: list[int] = []
        document = await reader.items("schools", limit=10)
        while True:
            assert document["numberMatched"] == 25
            seen += [feature["id"] for feature in document["features"]]
            links = rels(document)
            if "next" not in links:
                break
            document = (await follow(reader, links["next"])).json()
        assert sorted(seen) == list(range(1, 26))
        back = (await follow(reader, links["prev"])).json()
        assert len(back["features"]) == 10
        assert (await reader.items("schools", limit=100_000))["numberReturned"] == 25
        beyond = await reader.items("schools", offset=500)
        assert (beyond["numberMatched"], beyond["features"]) == (25, [])
        links = rels(await reader.items("schools", limit=5, bbox="99.095,23.4,99.2,23.6", n="3"))
        assert "bbox=99.095" in links["self"]["href"]


async def test_a_page_of_large_features_ends_early_and_the_next_goes_on(
    city: City, full: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(query, "MOST_BYTES", 700)
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        document = await reader.items("schools", limit=20)
        seen: list[int] = []
        while True:
            assert 0 < document["numberReturned"] < 20
            seen += [feature["id"] for feature in document["features"]]
            links = rels(document)
            if "next" not in links:
                break
            document = (await follow(reader, links["next"])).json()
        assert seen == list(range(1, 26))


async def test_a_question_that_takes_too_long_is_given_up(
    city: City, full: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        await reader.items("roads", limit=1)
        monkeypatch.setattr(query, "STATEMENT_MS", 1)
        answer = await reader.get(
            "/collections/roads/items", 503, filter="name_zh LIKE '%a%b%c%' OR CASEI(class) LIKE '%x%y'"
        )
        assert answer.json()["code"] == "too_slow"


async def test_bbox(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)

        async def ids(**query: Any) -> list[Any]:
            return await reader.ids("schools", **query)

        assert await ids(bbox="99.095,23.4,99.125,23.6") == [1, 2, 3]
        assert await ids(bbox="99.095,23.4,0,99.125,23.6,3000") == [1, 2, 3]
        assert await ids(bbox="99.1,23.5,99.1,23.5") == [1]
        assert await ids(bbox="23.4,99.095,23.6,99.125", bbox_crs=EPSG + "4326") == [1, 2, 3]
        assert await ids(bbox="23.4,99.095,23.6,99.125", bbox_crs=EPSG + "4490") == [1, 2, 3]
        assert await ids(bbox="11031205,2690000,11034544,2700000", bbox_crs=EPSG + "3857") == [1, 2, 3]
        assert await ids(bbox="170,-90,99.105,90") == [1]
        assert len(await ids(bbox="-180,-90,180,90")) == 25
        assert await ids(bbox="100,-90,99,90") == []
        # What has no place is in every box (17-069r4, requirement 24 C); a filter finds only what has one.
        assert len(await reader.ids("incidents", bbox="-180,-90,180,90")) == 2
        assert len(await reader.ids("incidents", bbox="0,0,1,1")) == 1
        assert await reader.ids("incidents", filter="S_INTERSECTS(geom, BBOX(0,0,1,1))") == []


async def test_datetime(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        told = (await reader.get("/collections/inspections")).json()
        assert told["extent"]["temporal"]["interval"][0][0].startswith("2026-01-05")
        cases: dict[str, list[int]] = {
            "2026-01-05": [1],
            "2026-01-05T12:00:00Z": [1],
            "2026-01-05T23:00:00+08:00": [1],
            "2026-01-06": [],
            "2026-01-01/2026-01-31": [1],
            "2026-01-05T00:00:00Z/2026-02-05T00:00:00Z": [1, 2],
            "../2026-01-31": [1],
            "/2026-01-31": [1],
            "2026-01-31/..": [2],
            "2026-01-31/": [2],
        }
        for text, expected in cases.items():
            assert await reader.ids("inspections", datetime=text) == expected, text
        assert len(await reader.ids("incidents", datetime="2026-03-01/..")) == 2
        assert await reader.ids("incidents", datetime="../2026-02-01") == []
        assert len(await reader.ids("schools", datetime="2026-01-01", limit=100)) == 25
        for wrong in (
            "yesterday",
            "2026-13-01",
            "2026-02-01/2026-01-01",
            "../..",
            "/",
            "2026-01-01T00:00:00",
            "a/b/c",
            "",
        ):
            assert (await reader.refused("inspections", datetime=wrong))["field"] == "datetime", wrong


async def test_property_filters_are_the_queryables(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        declared = reader.definition["paths"]["/collections/schools/items"]["get"]["parameters"]
        assert {"name", "n"} <= {one["name"] for one in declared if "name" in one}
        assert await reader.ids("schools", n="3") == [3]
        assert await reader.ids("schools", name="f4") == [4]
        assert await reader.ids("schools", name="f4", n="3") == []
        assert await reader.ids("inspections", 日期="2026-02-05") == [2]
        assert {f["properties"]["kind"] for f in (await reader.items("facilities", kind="school"))["features"]} <= {
            "school"
        }
        assert (await reader.refused("schools", n="three"))["field"] == "n"
        assert (await reader.refused("schools", nothing="1"))["code"] == "unknown_parameter"


async def test_representations(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        cases = {
            "*/*": GEOJSON,
            GEOJSON: GEOJSON,
            "application/json": GEOJSON,
            "text/html,application/xhtml+xml,*/*;q=0.8": "text/html",
            "text/html;q=0.5,application/geo+json": GEOJSON,
        }
        for accept, expected in cases.items():
            answer = await client.get("/ogc/collections/schools/items", headers={"Accept": accept})
            assert answer.headers["content-type"].split(";")[0] == expected, accept
            assert "Accept" in answer.headers["vary"]
            assert answer.headers["cache-control"] == "private, no-cache"
        assert (await client.get("/ogc", headers={"Accept": "application/xml"})).status_code == 406
        by_form = await client.get("/ogc?f=html", headers={"Accept": "application/json"})
        assert by_form.headers["content-type"].startswith("text/html")
        assert 'lang="zh-CN"' in by_form.text
        english = await client.get("/ogc/collections/units/items?f=html", headers={"Accept-Language": "en"})
        assert 'lang="en"' in english.text
        assert "Call sign" in english.text
        assert (await client.get("/ogc?f=xml")).status_code == 400
        assert (await client.get("/ogc?foo=1")).status_code == 400
        assert (await client.get("/ogc/collections/schools/items?limit=1&limit=2")).status_code == 400
        assert (await client.get("/ogc/collections/nowhere")).status_code == 404
        assert (await client.get("/ogc/collections/schools/items/99999")).status_code == 404
        assert (await client.get("/ogc/collections/schools/items/x")).status_code == 404
        assert (await client.get("/ogc/nowhere")).json()["code"] == "not_found"


async def test_a_page_cannot_be_made_to_run_anything(city: City, full: Server) -> None:
    await open_incident(city, "530926", "<script>alert(1)</script>", {"lon": 99.1, "lat": 23.5})
    async with full.sign_in("duty1") as client:
        for path in (
            "/ogc/collections/incidents/items?f=html",
            "/ogc/collections/incidents/items?f=html&title=<script>",
        ):
            page = await client.get(path)
            assert page.status_code == 200
            assert "<script" not in page.text


async def test_reference_systems(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        told = (await reader.get("/collections/schools")).json()
        assert told["storageCrs"] == CRS84
        assert set(told["crs"]) == {CRS84, EPSG + "4326", EPSG + "4490", EPSG + "3857"}
        expected = {
            CRS84: [99.1, 23.5],
            EPSG + "4326": [23.5, 99.1],
            EPSG + "4490": [23.5, 99.1],
            EPSG + "3857": [11031761.54, 2692598.22],
        }
        for system, position in expected.items():
            for path in ("/collections/schools/items", "/collections/schools/items/1"):
                answer = await reader.get(path, crs=system)
                assert answer.headers["content-crs"] == f"<{system}>"
                document = answer.json()
                feature = document["features"][0] if "features" in document else document
                assert feature["geometry"]["coordinates"] == pytest.approx(
                    position, abs=0.02 if position[0] > 1e3 else 1e-7
                )
        assert await reader.ids("schools", crs="[EPSG:3857]", limit=1) == [1]
        for name in ("crs", "bbox-crs", "filter-crs"):
            for system in (EPSG + "32647", "EPSG:4326", "", CRS84 + "'", EPSG + "4326/../0"):
                refused = await reader.refused("schools", **{name: system})
                assert (refused["code"], refused["field"]) == ("unknown_crs", name)


async def test_bad_input_is_refused_by_name(city: City, full: Server) -> None:
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        cases = {
            "limit": ("0", "-1", "x", "1.5", "", "9" * 40, "１"),
            "offset": ("-1", "x", "9" * 20),
            "bbox": ("", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,nan,4", "1,2,inf,4", "99,24,100,23", "0,-91,1,1", "-181,0,1,1",
                     "99,23,5,100,24,1"),
        }  # fmt: skip
        for name, values in cases.items():
            for text in values:
                assert (await reader.refused("schools", **{name: text}))["field"] == name, (name, text)
        assert (await reader.refused("schools", bbox="0,0,1e9,1e9", bbox_crs=EPSG + "3857"))["code"] == "bad_bbox"
        for bad in ("/ogc/collections/%00/items", "/ogc/collections/schools/items/%00", "/ogc/collections/..%2f/items",
                    "/ogc/collections/" + "x" * 79):  # fmt: skip
            assert (await client.get(bad)).status_code == 404, bad


_GDAL = """
import json, sys, pyogrio
address = sys.argv[1]
if "OAPIF" not in pyogrio.list_drivers():
    print("null")
    sys.exit()
layers = [str(name) for name, _ in pyogrio.list_layers(address)]
frame = pyogrio.read_dataframe(address, layer="schools")
row = frame.iloc[0]
print(json.dumps([layers, len(frame), str(row["name"]), row.geometry.x, row.geometry.y, frame.crs.to_epsg()]))
"""


async def test_a_driver_of_others_reads_it(city: City, full: Server, tmp_path: Path) -> None:
    """GDAL's client of OGC API – Features, where this build of it has one; in a process of its own, as a client is."""
    async with full.sign_in("duty1") as client:
        await noticed(client, city)
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT id FROM spine.account WHERE login = 'duty1'")).fetchone()
        assert row is not None
        token = await make_api_token(conn, name="gis", account_id=row[0], at=city.realm.clock.now())
    headers = tmp_path / "headers.txt"
    headers.write_text(f"Authorization: Bearer {token}\n", "utf-8")
    told = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _GDAL, f"OAPIF:{full.url}/ogc",
        env={**os.environ, "GDAL_HTTP_HEADER_FILE": str(headers)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    said, complaint = await asyncio.wait_for(told.communicate(), 120)
    assert told.returncode == 0, complaint.decode()[-2000:]
    read = json.loads(said)
    if read is None:
        pytest.skip("this GDAL has no OAPIF driver")
    assert {"schools", "incidents", "units", "warnings", "counties"} <= set(read[0])
    assert read[1:3] == [25, "f1"]
    assert read[3:5] == pytest.approx([99.1, 23.5])
