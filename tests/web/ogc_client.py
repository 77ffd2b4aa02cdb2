"""A client of the interchange for tests: it follows links and holds every answer against the published definition."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
import jsonschema

from gis.catalogue import Description
from gis.catalogue_store import changes_so_far
from gis.exchange.build import import_layer
from gis.exchange.options import Options
from spine.clock import iso
from spine.principal import feed
from tests.city import City
from tests.gis.layer_fixtures import OFFICER, described

_schema: Any = jsonschema
GEOJSON = "application/geo+json"


@dataclass
class Reader:
    """One signed-in client with the definition that the server publishes for it."""

    client: httpx.AsyncClient
    definition: dict[str, Any]

    async def get(self, path: str, status: int = 200, **query: Any) -> httpx.Response:
        """`/ogc` + path. `_` of a parameter's name stands for `-`. Every JSON answer is validated."""
        asked = {name.replace("_", "-") if name not in ("class_key",) else name: value for name, value in query.items()}
        answer = await self.client.get(f"/ogc{path}", params=asked)
        assert answer.status_code == status, (path, asked, answer.text[:500])
        self.check(path, answer)
        return answer

    async def items(self, collection: str, **query: Any) -> dict[str, Any]:
        return (await self.get(f"/collections/{collection}/items", **query)).json()

    async def refused(self, collection: str, **query: Any) -> dict[str, Any]:
        answer = await self.get(f"/collections/{collection}/items", 400, **query)
        assert answer.headers["content-type"] == "application/problem+json"
        return answer.json()

    async def ids(self, collection: str, **query: Any) -> list[Any]:
        return [feature["id"] for feature in (await self.items(collection, **query))["features"]]

    def check(self, path: str, answer: httpx.Response) -> None:
        """The answer against the schema of its operation, if it is declared at all."""
        media_type = answer.headers["content-type"]
        if "json" not in media_type:
            return
        operation = self._operation(path)
        if operation is None:
            return
        content = operation["responses"][str(answer.status_code)]["content"]
        if media_type in content:
            self.valid(answer.json(), content[media_type]["schema"])

    def _operation(self, path: str) -> dict[str, Any] | None:
        steps = path.split("/")
        for template, operations in self.definition["paths"].items():
            told = str(template).split("/")
            if len(told) == len(steps) and all(a == b or a.startswith("{") for a, b in zip(told, steps, strict=True)):
                return cast(dict[str, Any], operations["get"])
        return None

    def valid(self, document: Any, schema: dict[str, Any]) -> None:
        whole = {**_nullable(schema), "components": _nullable(self.definition["components"])}
        _schema.Draft202012Validator(whole).validate(document)


def _nullable(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_nullable(item) for item in cast(list[Any], schema)]
    if not isinstance(schema, dict):
        return schema
    told = {key: _nullable(value) for key, value in cast(dict[str, Any], schema).items()}
    if told.pop("nullable", None) is True:
        return {"anyOf": [told, {"type": "null"}]}
    return told


async def reader_of(client: httpx.AsyncClient) -> Reader:
    answer = await client.get("/ogc/api")
    assert answer.status_code == 200, answer.text
    return Reader(client, answer.json())


async def bring(city: City, folder: Path, path: Path, told: Description | None = None) -> None:
    async def hear(_: Any) -> None:
        return None

    await import_layer(city.realm, path, path.name, told or described(), Options(), OFFICER, hear, folder)


async def noticed(client: httpx.AsyncClient, city: City) -> None:
    """Until the serving process knows the newest catalogue, which the test changed as another process would."""
    async with city.realm.pool.connection() as conn:
        changes = await changes_so_far(conn)
    while (await client.get("/api/layers")).json()["changes"] != changes:
        pass


async def open_incident(city: City, area: str, title: str = "山洪", point: dict[str, float] | None = None) -> str:
    data: dict[str, Any] = {"title": title, "class_key": "nd.flood.flash", "place": "某镇", "area_code": area}
    if point is not None:
        data["point"] = point
    return str((await city.carry_out("duty1", "incident.open", data)).result["incident_id"])


async def warn(city: City, headline: str, lon: float, lat: float, **more: Any) -> str:
    data: dict[str, Any] = {
        "feed": "cap",
        "external_id": uuid.uuid4().hex,
        "revision": "1",
        "source": "市气象局",
        "headline": headline,
        "text": "三小时降雨量将达100毫米以上。",
        "class_key": "nd.met.rainstorm",
        "colour": "red",
        "sent_at": iso(city.realm.clock.now()),
        "point": {"lon": lon, "lat": lat},
        **more,
    }
    return str((await city.carry_out(feed("cap"), "alert.receive", data)).result["alert_id"])
