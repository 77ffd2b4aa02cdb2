"""The abstract tests of Part 1: Core, OpenAPI 3.0, GeoJSON, HTML (OGC 17-069r4, annex A)."""

from datetime import datetime, timedelta
from typing import Any

import shapely
from openapi_spec_validator import OpenAPIV30SpecValidator
from shapely.geometry import box, shape

from tests.web.ogc_suite.shapes import hold
from tests.web.ogc_suite.walk import (
    CRS84,
    CRS84H,
    GEOJSON,
    HTML,
    JSON,
    OPENAPI,
    Check,
    Walk,
    assert_links,
    feature_of,
    find_link,
    items_of,
    link_to,
    media_type,
)

_CLASS = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
_BOXES = [
    (-1.5, 50.0, 1.5, 53.0),  # the meridian
    (-80.0, -5.0, -70.0, 5.0),  # the equator
    (177.0, 65.0, -177.0, 70.0),  # 180 degrees
    (-180.0, 85.0, 180.0, 90.0),
    (-180.0, -90.0, 180.0, -85.0),
]
_MOST_COUNTED = 2000
"""Features of a collection that are all fetched to count them; the largest of the region has some thousand."""
_validator: Any = OpenAPIV30SpecValidator
_vector: Any = shapely


async def http(walk: Walk) -> None:
    answer = await walk.get(walk.root)
    assert answer.http_version == "HTTP/1.1"
    for address in (walk.root, walk.root + "/collections", items_of(walk.collections[0])):
        told = await walk.client.head(address)
        assert (told.status_code, told.content) == (200, b""), address


async def crs84(walk: Walk) -> None:
    """Of every page `Walk.features` holds the positions against it."""
    for one in walk.tried:
        assert one["crs"][0] in (CRS84, CRS84H)
        await walk.features(one, limit="3")


async def root_op(walk: Walk) -> None:
    for address in (walk.root, walk.root + "/"):
        answer = await walk.get(address)
        assert media_type(answer) == JSON
        hold(answer.json(), "landingPage")


async def root_success(walk: Walk) -> None:
    assert_links(walk.landing, JSON)
    for rel in ("service-desc", "service-doc", "conformance", "data"):
        link = link_to(walk.landing, rel)
        assert media_type(await walk.get(link["href"], link["type"])) == link["type"].split(";")[0]


async def api_definition_op(walk: Walk) -> None:
    for link in walk.landing["links"]:
        if link["rel"] in ("service-desc", "service-doc"):
            await walk.get(link["href"], link["type"])


async def api_definition_success(walk: Walk) -> None:
    link = link_to(walk.landing, "service-desc")
    assert link["type"].replace(" ", "") == OPENAPI
    _validator(walk.definition).validate()
    names = [told["get"]["operationId"] for told in walk.definition["paths"].values()]
    assert len(names) == len(set(names))
    for needed in ("/", "/conformance", "/collections"):
        assert needed in walk.definition["paths"]
    for one in walk.collections:
        for step in ("", "/items", "/items/{featureId}"):
            assert f"/collections/{one['id']}{step}" in walk.definition["paths"]


async def conformance_op(walk: Walk) -> None:
    answer = await walk.get(link_to(walk.landing, "conformance")["href"])
    assert media_type(answer) == JSON
    hold(answer.json(), "confClasses")


async def conformance_success(walk: Walk) -> None:
    told = (await walk.get(walk.root + "/conformance")).json()["conformsTo"]
    assert {_CLASS + name for name in ("core", "oas30", "geojson", "html")} <= set(told)


async def fc_md_op(walk: Walk) -> None:
    answer = await walk.get(walk.root + "/collections")
    assert media_type(answer) == JSON
    hold(answer.json(), "collections")


async def fc_md_success(walk: Walk) -> None:
    """With /ats/core/fc-md-links and /ats/core/fc-md-items."""
    told = (await walk.get(walk.root + "/collections")).json()
    assert_links(told, JSON)
    if "crs" in told:
        assert told["crs"][0] in (CRS84, CRS84H)
    assert told["collections"]
    for one in told["collections"]:
        for kind in (GEOJSON, HTML):
            assert find_link(one, "items", kind) is not None, one["id"]


async def sfc_md_op(walk: Walk) -> None:
    for one in walk.collections:
        answer = await walk.get(f"{walk.root}/collections/{one['id']}")
        hold(answer.json(), "collection")
        assert_links(answer.json(), JSON)


async def sfc_md_success(walk: Walk) -> None:
    for one in walk.collections:
        told = (await walk.get(f"{walk.root}/collections/{one['id']}")).json()
        for name in ("id", "title", "description", "extent"):
            assert told[name] == one[name], (one["id"], name)


async def fc_op(walk: Walk) -> None:
    assert any(page["features"] for page in walk.pages.values())
    for one in walk.tried:
        assert walk.pages[one["id"]]["type"] == "FeatureCollection"


def _assert_declared(told: dict[str, Any], name: str, **schema: Any) -> None:
    assert told["name"] == name
    assert told["in"] == "query"
    assert told.get("required", False) is False
    assert told.get("style", "form") == "form"
    assert told.get("explode", True) is False
    for key, value in schema.items():
        assert told["schema"].get(key) == value, (name, key)


async def fc_bbox_definition(walk: Walk) -> None:
    for one in walk.collections:
        told = walk.parameter(one, "bbox")
        _assert_declared(told, "bbox", type="array", minItems=4, maxItems=6)
        assert told["schema"]["items"]["type"] == "number"


async def fc_bbox_response(walk: Walk) -> None:
    """What lies elsewhere is not there; what has no place is always there (requirement 24 C)."""
    for one in walk.tried:
        own: list[tuple[float, float, float, float]] = []
        if "spatial" in one["extent"]:
            own = [tuple(one["extent"]["spatial"]["bbox"][0])]
        for wanted in [*own, *_BOXES]:
            document = await walk.features(one, bbox=",".join(str(number) for number in wanted))
            west, south, east, north = wanted
            places = [box(west, south, east, north)]
            if west > east:
                places = [box(west, south, 180, north), box(-180, south, east, north)]
            for feature in document["features"]:
                if feature["geometry"] is not None:
                    there = shape(feature["geometry"])
                    # positions are given to a centimetre
                    assert any(_vector.distance(place, there) < 1e-6 for place in places), (one["id"], feature["id"])
    nowhere = [feature["id"] for feature in walk.pages["incidents"]["features"] if feature["geometry"] is None]
    assert nowhere
    for wanted in _BOXES:
        document = await walk.features(_named(walk, "incidents"), bbox=",".join(str(number) for number in wanted))
        assert [feature["id"] for feature in document["features"]] == nowhere


def _named(walk: Walk, name: str) -> dict[str, Any]:
    return next(one for one in walk.collections if one["id"] == name)


async def fc_limit_definition(walk: Walk) -> None:
    for one in walk.collections:
        told = walk.parameter(one, "limit")
        _assert_declared(told, "limit", type="integer")
        assert told["schema"]["minimum"] >= 0
        assert told["schema"]["default"] >= 0


async def fc_limit_response(walk: Walk) -> None:
    least, most = walk.limit["minimum"], walk.limit["maximum"]
    for one in walk.tried:
        for limit in (least, min(100, (least + most) // 2)):
            document = await walk.features(one, limit=str(limit))
            assert len(document["features"]) <= limit
        document = await walk.features(one, limit=str(most + 1), offset=str(document["numberMatched"]))
        assert document["features"] == []


async def fc_time_definition(walk: Walk) -> None:
    for one in walk.collections:
        _assert_declared(walk.parameter(one, "datetime"), "datetime", type="string")


async def fc_time_response(walk: Walk) -> None:
    """Instants and intervals inside the extent; the suite of OGC looks only at the status, here the features are counted too."""
    timed = [one for one in walk.tried if "temporal" in one["extent"]]
    assert {"incidents", "warnings", "inspections"} <= {one["id"] for one in timed}
    for one in timed:
        first, last = one["extent"]["temporal"]["interval"][0]
        begin = _at(first)
        end = _at(last) if last is not None else begin + timedelta(days=30)
        for text in (first, f"{first}/{_text(end)}", f"{first}/..", f"../{_text(end)}", _text(begin)[:10]):
            assert (await walk.features(one, datetime=text))["numberMatched"] > 0, (one["id"], text)
        everything = walk.pages[one["id"]]["numberMatched"]
        assert (await walk.features(one, datetime=f"{first}/{_text(end)}"))["numberMatched"] == everything
        timeless = (await walk.features(one, datetime="1900-01-01"))["numberMatched"]
        assert timeless < everything
    for one in walk.tried:
        if "temporal" not in one["extent"]:
            document = await walk.features(one, datetime="2018-02-12T23:20:52Z", limit="1")
            assert document["numberMatched"] == walk.pages[one["id"]]["numberMatched"]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def query_param_invalid(walk: Walk) -> None:
    for one in walk.tried:
        for query in ({"limit": "unlimited"}, {"bbox": "1,2,3"}, {"bbox": "a,b,c,d"}, {"datetime": "then"}):
            await walk.get(items_of(one), GEOJSON, 400, **query)


async def query_param_unknown(walk: Walk) -> None:
    for one in walk.tried:
        await walk.get(items_of(one), GEOJSON, 400, unknownQueryParameter12345="1")
    await walk.get(walk.root + "/collections", JSON, 400, unknownQueryParameter12345="1")


async def fc_response(walk: Walk) -> None:
    """With /ats/core/fc-links, fc-timeStamp, fc-numberReturned: `Walk.features` does this for every page of this suite."""
    for one in walk.tried:
        await walk.features(one, limit="1")


async def fc_number_matched(walk: Walk) -> None:
    for one in walk.tried:
        matched = walk.pages[one["id"]]["numberMatched"]
        if matched <= _MOST_COUNTED:
            found = await walk.every(one)
            assert len({feature["id"] for feature in found}) == len(found) == matched, one["id"]


async def f_op(walk: Walk) -> None:
    for one in walk.tried:
        for feature in walk.pages[one["id"]]["features"][:2]:
            answer = await walk.get(feature_of(one, feature["id"]), GEOJSON)
            assert media_type(answer) == GEOJSON
            hold(answer.json(), "featureGeoJSON")
            assert answer.json()["id"] == feature["id"]
        await walk.get(feature_of(one, "0-there-is-none"), GEOJSON, 404)


async def f_success(walk: Walk) -> None:
    """With /ats/core/f-links."""
    for one in walk.tried:
        for feature in walk.pages[one["id"]]["features"][:1]:
            told = (await walk.get(feature_of(one, feature["id"]), GEOJSON)).json()
            assert_links(told, GEOJSON)
            assert find_link(told, "collection") is not None


async def oas_completeness(walk: Walk) -> None:
    """/ats/oas30/completeness, exceptions-codes: every operation declares its answers, and a schema for each."""
    for path, told in walk.definition["paths"].items():
        answers = told["get"]["responses"]
        assert {"200", "400", "401"} <= set(answers), path
        for answer in answers.values():
            assert all("schema" in content for content in answer["content"].values()), path


async def geojson_content(walk: Walk) -> None:
    for one in walk.tried:
        answer = await walk.get(items_of(one).partition("?")[0], GEOJSON, limit="1")
        assert media_type(answer) == GEOJSON


async def html_content(walk: Walk) -> None:
    addresses = [walk.root, walk.root + "/conformance", walk.root + "/api", walk.root + "/collections"]
    for one in walk.tried:
        addresses += [f"{walk.root}/collections/{one['id']}", items_of(one).partition("?")[0]]
    for address in addresses:
        answer = await walk.get(address, HTML)
        assert media_type(answer) == HTML
        assert answer.text.startswith("<!doctype html>")


CORE: dict[str, Check] = {
    "/ats/core/http": http,
    "/ats/core/crs84": crs84,
    "/ats/core/root-op": root_op,
    "/ats/core/root-success": root_success,
    "/ats/core/api-definition-op": api_definition_op,
    "/ats/core/api-definition-success": api_definition_success,
    "/ats/core/conformance-op": conformance_op,
    "/ats/core/conformance-success": conformance_success,
    "/ats/core/fc-md-op": fc_md_op,
    "/ats/core/fc-md-success": fc_md_success,
    "/ats/core/sfc-md-op": sfc_md_op,
    "/ats/core/sfc-md-success": sfc_md_success,
    "/ats/core/fc-op": fc_op,
    "/ats/core/fc-bbox-definition": fc_bbox_definition,
    "/ats/core/fc-bbox-response": fc_bbox_response,
    "/ats/core/fc-limit-definition": fc_limit_definition,
    "/ats/core/fc-limit-response": fc_limit_response,
    "/ats/core/fc-time-definition": fc_time_definition,
    "/ats/core/fc-time-response": fc_time_response,
    "/ats/core/query-param-invalid": query_param_invalid,
    "/ats/core/query-param-unknown": query_param_unknown,
    "/ats/core/fc-response": fc_response,
    "/ats/core/fc-numberMatched": fc_number_matched,
    "/ats/core/f-op": f_op,
    "/ats/core/f-success": f_success,
    "/ats/oas30/completeness": oas_completeness,
    "/ats/geojson/content": geojson_content,
    "/ats/html/content": html_content,
}
