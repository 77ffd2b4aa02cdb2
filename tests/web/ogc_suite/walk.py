"""One reader on his way through a server's interchange, as the executable test suite of OGC goes: each answer is kept for the tests.

After opengeospatial/ets-ogcapi-features10 (Java, TestNG), read test by test; that suite itself needs its own build and sends no
credentials, so its assertions are made here, over HTTP against the real server.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import httpx

from tests.web.ogc_suite.shapes import hold

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CRS84H = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
UNSUPPORTED = "http://www.opengis.net/def/crs/0000/0/9999"
Check = Callable[["Walk"], Awaitable[None]]
Link = dict[str, Any]


OF_ONE_KIND = frozenset({"townships", "places", "rivers", "relief", "reservoirs", "layer_incidents"})
"""Collections made as others are, whose features are not asked for again and again (the suite of OGC asks three by default)."""


@dataclass
class Walk:
    """`collections`: all that there are; `tried`: those whose features are asked for in each test."""

    client: httpx.AsyncClient
    root: str
    landing: dict[str, Any] = field(default_factory=dict[str, Any])
    definition: dict[str, Any] = field(default_factory=dict[str, Any])
    collections: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    pages: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    async def begin(self) -> None:
        self.landing = (await self.get(self.root)).json()
        self.definition = (await self.get(link_to(self.landing, "service-desc")["href"], OPENAPI)).json()
        self.collections = (await self.get(self.root + "/collections")).json()["collections"]
        for one in self.tried:
            self.pages[one["id"]] = await self.features(one)

    @property
    def tried(self) -> list[dict[str, Any]]:
        return [one for one in self.collections if one["id"] not in OF_ONE_KIND]

    async def get(self, address: str, accept: str = JSON, status: int = 200, **query: str) -> httpx.Response:
        """A query's `_` stands for `-`."""
        address, _, told = address.partition("?")
        asked = {**dict(parse_qsl(told)), **{name.replace("_", "-"): value for name, value in query.items()}}
        answer = await self.client.get(address, params=asked, headers={"Accept": accept})
        assert answer.status_code == status, (address, asked, answer.text[:400])
        if status >= 400:
            hold(answer.json(), "exception")
        return answer

    async def features(self, collection: dict[str, Any], **query: str) -> dict[str, Any]:
        """A.2.7, abstract test 22: every page of features is held against all that a page must be. Short unless `limit` is given."""
        if query:
            query = {"limit": "20", **query}
        answer = await self.get(items_of(collection), GEOJSON, 200, **query)
        assert media_type(answer) == GEOJSON
        document = answer.json()
        hold(document, "featureCollectionGeoJSON")
        assert document["numberReturned"] == len(document["features"])
        assert_links(document, GEOJSON)
        for feature in document["features"]:
            if feature["geometry"] is not None and "crs" not in query:
                assert_in_crs84(feature["geometry"])
        return document

    async def every(self, collection: dict[str, Any], **query: str) -> list[dict[str, Any]]:
        """All features, by following `next` with the largest page, as abstract test 25 does."""
        document = await self.features(collection, limit=str(self.limit["maximum"]), **query)
        found = list(document["features"])
        while (following := find_link(document, "next")) is not None:
            document = (await self.get(following["href"], GEOJSON)).json()
            hold(document, "featureCollectionGeoJSON")
            found += document["features"]
        assert document["numberMatched"] == len(found)
        return found

    def operation(self, path: str) -> dict[str, Any]:
        return self.definition["paths"][path]["get"]

    def parameter(self, collection: dict[str, Any], name: str) -> dict[str, Any]:
        """Of the items of a collection, by its address in the definition; references are followed."""
        for told in self.operation(f"/collections/{collection['id']}/items")["parameters"]:
            one = told
            if "$ref" in told:
                one = self.definition["components"]["parameters"][str(told["$ref"]).rpartition("/")[2]]
            if one["name"] == name:
                return one
        raise AssertionError(f"{name} is not declared for {collection['id']}")

    @property
    def limit(self) -> dict[str, Any]:
        return self.parameter(self.collections[0], "limit")["schema"]


def media_type(answer: httpx.Response) -> str:
    return answer.headers["content-type"].split(";")[0]


def find_link(document: dict[str, Any], rel: str, kind: str | None = None) -> Link | None:
    return next((one for one in document["links"] if one["rel"] == rel and kind in (None, one["type"])), None)


def link_to(document: dict[str, Any], rel: str, kind: str | None = None) -> Link:
    found = find_link(document, rel, kind)
    assert found is not None, (rel, kind)
    return found


def items_of(collection: dict[str, Any]) -> str:
    return str(link_to(collection, "items", GEOJSON)["href"])


def feature_of(collection: dict[str, Any], feature_id: Any) -> str:
    return f"{items_of(collection).partition('?')[0]}/{feature_id}"


def assert_links(document: dict[str, Any], own: str) -> None:
    """self in this media type, alternate in every other, each with rel and type."""
    assert link_to(document, "self")["type"] == own
    other = HTML if own != HTML else JSON
    assert find_link(document, "alternate", other) is not None
    for one in document["links"]:
        assert one["rel"], one
        assert one["type"], one


def positions_of(node: Any) -> list[list[float]]:
    if node and not isinstance(node[0], list):
        return [node]
    return [position for part in node for position in positions_of(part)]


def assert_in_crs84(geometry: dict[str, Any]) -> None:
    for lon, lat in positions_of(geometry["coordinates"]):
        assert -180 <= lon <= 180, geometry
        assert -90 <= lat <= 90, geometry
