"""CQL2 filters through the real server: what they find, and what every wrong or hostile one is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.city import City, Server
from tests.gis.layer_fixtures import described
from tests.web.ogc_client import bring, noticed, open_incident, reader_of

ROWS: list[tuple[dict[str, Any], float]] = [
    ({"name": "Alpha", "容量": 100, "高度": 1.5, "开放": True, "建成日期": "2020-01-01"}, 99.1),
    ({"name": "beta", "容量": 200, "高度": 2.5, "开放": False, "建成日期": "2021-06-01"}, 99.2),
    ({"name": "体育场", "容量": 300, "高度": 3.5, "开放": True, "建成日期": "2022-01-01"}, 99.3),
    ({"name": "O'Brien 100%", "容量": None, "高度": 4.5, "开放": False, "建成日期": None}, 99.4),
]
SQUARE = "POLYGON((99.15 23.4,99.35 23.4,99.35 23.6,99.15 23.6,99.15 23.4))"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture
async def sheltered(city: City, server: Server, tmp_path: Path) -> Server:
    features = [
        {"type": "Feature", "properties": told, "geometry": {"type": "Point", "coordinates": [lon, 23.5]}}
        for told, lon in ROWS
    ]
    path = tmp_path / "shelters.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    await bring(city, tmp_path, path, described("shelters"))
    return server


FOUND: dict[str, list[int]] = {
    "容量 = 200": [2],
    "容量 <> 200": [1, 3],
    "容量 >= 200 AND 容量 < 300": [2],
    "容量 = 100 OR name = '体育场'": [1, 3],
    "NOT 容量 = 100": [2, 3],
    "NOT (容量 = 100 OR 容量 = 200)": [3],
    "容量 BETWEEN 150 AND 300": [2, 3],
    "容量 NOT BETWEEN 150 AND 300": [1],
    "容量 IN (100, 300)": [1, 3],
    "name NOT IN ('Alpha','beta')": [3, 4],
    "容量 IS NULL": [4],
    "容量 IS NOT NULL": [1, 2, 3],
    "高度 > 2.4": [2, 3, 4],
    "高度 < 容量": [1, 2, 3],
    "name LIKE 'A%'": [1],
    "name NOT LIKE 'A%'": [2, 3, 4],
    "name LIKE '%100\\%'": [4],
    "name LIKE '_eta'": [2],
    "name = 'O''Brien 100%'": [4],
    "CASEI(\"name\") = CASEI('ALPHA')": [1],
    "CASEI(name) LIKE CASEI('BET%')": [2],
    "开放 = true": [1, 3],
    "开放": [1, 3],
    "true": [1, 2, 3, 4],
    "false": [],
    "建成日期 > DATE('2020-12-31')": [2, 3],
    "T_BEFORE(建成日期, DATE('2021-01-01'))": [1],
    "T_AFTER(建成日期, DATE('2021-01-01'))": [2, 3],
    "T_DURING(建成日期, INTERVAL('2020-06-01','2021-12-31'))": [2],
    "T_INTERSECTS(建成日期, INTERVAL('2021-06-01','..'))": [2, 3],
    "T_DISJOINT(建成日期, INTERVAL('..','2021-12-31'))": [3],
    "T_EQUALS(建成日期, DATE('2022-01-01'))": [3],
    f"S_INTERSECTS(geom, {SQUARE})": [2, 3],
    f"S_WITHIN(geom, {SQUARE})": [2, 3],
    f"S_DISJOINT(geometry, {SQUARE})": [1, 4],
    f"S_CONTAINS({SQUARE}, geom)": [2, 3],
    "S_INTERSECTS(geom, BBOX(99.05,23.4,99.25,23.6))": [1, 2],
    "S_INTERSECTS(geom, BBOX(99.35,23.4,-179,23.6))": [4],
    "S_INTERSECTS(geom, POINT(99.1 23.5))": [1],
    "S_EQUALS(geom, POINT(99.1 23.5))": [1],
    "S_INTERSECTS(geom, MULTIPOINT((99.1 23.5),(99.4 23.5)))": [1, 4],
    "S_INTERSECTS(geom, LINESTRING(99.1 23.5,99.2 23.5))": [1, 2],
    "S_TOUCHES(geom, LINESTRING(99.1 23.5,99.2 23.5))": [1, 2],
    "S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(99.1 23.5),POINT(99.3 23.5)))": [1, 3],
    f"S_INTERSECTS(geom, {SQUARE}) AND 容量 > 200": [3],
}


async def test_text_and_json_find_the_same(city: City, sheltered: Server) -> None:
    from gis.features.filter_text import read_filter

    async with sheltered.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        for text, expected in FOUND.items():
            document = await reader.items("shelters", filter=text)
            assert [feature["id"] for feature in document["features"]] == expected, text
            assert document["numberMatched"] == len(expected), text
            tree = json.dumps(read_filter(text, "cql2-text"), ensure_ascii=False)
            assert await reader.ids("shelters", filter=tree, filter_lang="cql2-json") == expected, tree
        assert await reader.ids("shelters", filter="容量 > 100", name="体育场", bbox="99,23,100,24") == [3]
        flipped = "S_INTERSECTS(geom, POLYGON((23.4 99.15,23.4 99.35,23.6 99.35,23.6 99.15,23.4 99.15)))"
        assert await reader.ids("shelters", filter=flipped, filter_crs=EPSG + "4326") == [2, 3]
        mercator = "S_INTERSECTS(geom, BBOX(11031000,2690000,11040000,2700000))"
        assert await reader.ids("shelters", filter=mercator, filter_crs=EPSG + "3857") == [1]


async def test_what_lives_is_filtered_too(city: City, server: Server) -> None:
    incident = await open_incident(city, "530926", "孟定山洪", {"lon": 99.1, "lat": 23.5})
    async with server.sign_in("duty1") as client:
        reader = await reader_of(client)
        for text in (
            "title = '孟定山洪'",
            "status = 'open' AND area_code LIKE '530926%'",
            "T_INTERSECTS(occurred_at, INTERVAL('2026-02-28T00:00:00Z','..'))",
            "T_DURING(INTERVAL(occurred_at, closed_at), INTERVAL('2026-02-28T00:00:00Z','..')) OR closed_at IS NULL",
            "T_DURING(INTERVAL(occurred_at, '..'), INTERVAL('2026-02-27','2026-12-31T00:00:00Z')) OR true",
            "T_INTERSECTS(occurred_at, INTERVAL('2026-03-01','2026-03-01T23:00:00Z'))",
            "occurred_at <= TIMESTAMP('2026-03-02T00:00:00+08:00')",
            "S_INTERSECTS(geom, BBOX(99,23,100,24))",
        ):
            assert await reader.ids("incidents", filter=text) == [incident], text
        units = await reader.items("units", filter="department = 'FRB' AND crew >= 18 AND at_home = true")
        assert units["features"]
        assert all(unit["properties"]["department"] == "FRB" for unit in units["features"])
        assert await reader.ids("facilities", filter="kind = 'school' AND kind <> 'school'") == []


WRONG: dict[str, tuple[str, str]] = {
    "": ("filter_syntax", "column 1"),
    "容量 =": ("filter_syntax", "column 5"),
    "容量 = 1; DROP TABLE gis.layer": ("filter_syntax", "column 7"),
    "容量 = 1 -- x": ("filter_syntax", "column 8"),
    "容量 = 1) OR (1 = 1": ("filter_syntax", "column 7"),
    "name = 'x' UNION SELECT 1": ("filter_syntax", "column 12"),
    "pg_sleep(10) = 1": ("unknown_operator", "/args/0/op"),
    "secret = 1": ("unknown_property", "/args/0"),
    '"name"" = 1 OR ""1" = 1': ("unknown_property", "/args/0"),
    "fid = 1": ("unknown_property", "/args/0"),
    "mercator IS NULL": ("unknown_property", "/args/0"),
    '"f.fid); DELETE FROM gis.layer" = 1': ("unknown_property", "/args/0"),
    "容量 = 'x'": ("filter_wrong_type", "/args/1"),
    "容量 LIKE 'x'": ("filter_wrong_type", "/args/0"),
    "容量": ("filter_wrong_type", "/"),
    "name AND true": ("filter_wrong_type", "/args/0"),
    "name > 1 AND true": ("filter_wrong_type", "/args/0/args/1"),
    "开放 > true": ("filter_wrong_type", "/"),
    "建成日期 = '2020-01-01'": ("filter_wrong_type", "/args/1"),
    "建成日期 > TIMESTAMP('2020-01-01T00:00:00Z')": ("filter_wrong_type", "/args/1"),
    "T_AFTER(name, DATE('2020-01-01'))": ("filter_wrong_type", "/args/0"),
    "T_MEETS(建成日期, DATE('2020-01-01'))": ("filter_wrong_type", "/args/0"),
    "建成日期 = DATE('2020-02-30')": ("bad_datetime", "/args/1"),
    "S_INTERSECTS(name, POINT(1 2))": ("filter_wrong_type", "/args/0"),
    "S_INTERSECTS(geom, POINT(1 95))": ("coordinates_impossible", "/args/1"),
    "S_INTERSECTS(geom, POINT(1 1e999))": ("filter_wrong_type", "/args/1/coordinates/1"),
    "S_INTERSECTS(geom, POLYGON((0 0,1 1,0 1,1 0,0 0)))": ("geometry_crosses_itself", "/args/1"),
    "S_INTERSECTS(geom, POLYGON((0 0,1 1)))": ("ring_not_closed", "/args/1"),
    "S_INTERSECTS(geom, BBOX(1,2,3))": ("bad_bbox", "/args/1"),
    "S_NEAR(geom, POINT(1 2))": ("unknown_operator", "/op"),
    "S_INTERSECTS(geom)": ("filter_syntax", "/"),
    "geom = geom": ("filter_wrong_type", "/args/1"),
    "容量 = 99999999999999999999999999999999999999": ("", ""),
    "(" * 70 + "true" + ")" * 70: ("filter_too_deep", "column 65"),
    "NOT " * 60 + "true": ("filter_too_deep", "/args/0" * 33),
    "true" + " AND true" * 2000: ("filter_too_long", "column 16385"),
    "容量 = 1" + " OR 容量 = 1" * 600: ("filter_too_long", "/args/499"),
    "容量 IN (" + "1," * 1001 + "1)": ("filter_too_long", "/args/1"),
    "name = '\ud7ff\x00'": ("filter_syntax", "column 10"),
}
WRONG_JSON: dict[str, tuple[str, str]] = {
    "": ("filter_syntax", "column 1"),
    "{": ("filter_syntax", "column 2"),
    "[" * 5000: ("filter_too_deep", "column 65"),
    "null": ("filter_syntax", "/"),
    "1": ("filter_wrong_type", "/"),
    '{"op":"="}': ("filter_syntax", "/"),
    '{"op":"=","args":{}}': ("filter_syntax", "/"),
    '{"op":"=","args":[1]}': ("filter_syntax", "/"),
    '{"op":1,"args":[]}': ("filter_syntax", "/"),
    '{"op":"=","args":[1,1],"x":1}': ("filter_syntax", "/"),
    '{"op":"=","args":[{"property":{"x":1}},1]}': ("filter_syntax", "/args/0"),
    '{"op":"=","args":[{"property":"name"},NaN]}': ("filter_syntax", "column 1"),
    '{"op":"in","args":[{"property":"name"},"x"]}': ("filter_syntax", "/args/1"),
    '{"op":"=","args":[{"property":"name"},"\\u0000"]}': ("filter_syntax", "/args/1"),
    '{"op":"=","args":[{"property":"name"},"\\ud800"]}': ("filter_syntax", "/args/1"),
    '{"op":"or","args":[' + ",".join(['{"op":"not","args":[true]}'] * 501) + "]}": ("filter_too_long", "/args/499"),
    '{"op":"s_intersects","args":[{"property":"geom"},{"type":"Point","coordinates":["1",2]}]}': (
        "filter_wrong_type",
        "/args/1/coordinates/0",
    ),
    '{"op":"s_intersects","args":[{"property":"geom"},{"type":"Circle","coordinates":[1,2]}]}': (
        "geometry_kind",
        "/args/1",
    ),
    '{"op":"t_after","args":[{"interval":["2020-01-01"]},{"date":"2020-01-01"}]}': ("filter_syntax", "/args/0"),
}


async def test_every_wrong_filter_is_told_where_it_is_wrong(city: City, sheltered: Server) -> None:
    async with sheltered.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        for language, cases in (("cql2-text", WRONG), ("cql2-json", WRONG_JSON)):
            for text, (code, at) in cases.items():
                if not code:
                    assert await reader.ids("shelters", filter=text, filter_lang=language) == []
                    continue
                problem: dict[str, Any] = await reader.refused("shelters", filter=text, filter_lang=language)
                told = (problem["code"], problem.get("at"))
                assert told == (code, at), (text[:100], problem["detail"])
                assert problem["field"] == "filter"
        assert (await reader.refused("shelters", filter="true", filter_lang="sql"))["field"] == "filter-lang"
        assert await reader.ids("shelters") == [1, 2, 3, 4]
        async with city.realm.pool.connection() as conn:
            row = await (await conn.execute("SELECT count(*) FROM gis.layer")).fetchone()
        assert row is not None
        assert row[0] > 0


async def test_a_pattern_the_database_cannot_use_is_refused(city: City, sheltered: Server) -> None:
    async with sheltered.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        assert (await reader.refused("shelters", filter="name LIKE 'A\\'"))["code"] == "filter_failed"
