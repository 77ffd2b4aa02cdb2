"""The documents of the interchange as JSON: landing page, conformance, collections, queryables (OGC 17-069r4, 18-058r1, 19-079r2)."""

from datetime import datetime

from gis.features.collection import Collection, ColumnKind
from gis.features.query import Extent
from gis.features.reference_systems import CRS84, SYSTEMS
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.realm import RealmRow
from web.ogc.ask import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Ask, segment

_FEATURES = "http://www.opengis.net/spec/ogcapi-features-{}/1.0/conf/{}"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/{}"
CONFORMS = (
    *(_FEATURES.format(1, name) for name in ("core", "oas30", "html", "geojson")),
    _FEATURES.format(2, "crs"),
    *(_FEATURES.format(3, name) for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")),
    *(
        _CQL2.format(name)
        for name in (
            "cql2-text",
            "cql2-json",
            "basic-cql2",
            "advanced-comparison-operators",
            "case-insensitive-comparison",
            "basic-spatial-functions",
            "basic-spatial-functions-plus",
            "spatial-functions",
            "temporal-functions",
            "property-property",
        )
    ),
)
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
_JSON_TYPES: dict[ColumnKind, JsonObject] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}


def title(ask: Ask, realm: RealmRow) -> str:
    """What comes from an exercise says so (invariant 9)."""
    mark = ask.say("【演练】", "[EXERCISE] ") if realm.kind == "exercise" else ""
    return mark + ask.say(f"{realm.title_zh}：空间数据交换", f"{realm.title_en}: interchange of spatial data")


def landing(ask: Ask, realm: RealmRow) -> JsonObject:
    links: list[Json] = [
        *ask.here(),
        ask.link(
            "service-desc", ask.href("/api", f="json"), OPENAPI, "接口定义（OpenAPI 3）", "API definition (OpenAPI 3)"
        ),
        ask.link("service-doc", ask.href("/api", f="html"), HTML, "接口说明", "API documentation"),
        ask.link("conformance", ask.href("/conformance"), JSON, "符合的标准", "Conformance"),
        ask.link("data", ask.href("/collections"), JSON, "数据集", "Collections"),
    ]
    return {
        "title": title(ask, realm),
        "description": ask.say(
            "本市的图层，以及您有权查看的突发事件、预警和力量，按 OGC API – Features 提供。",
            "The city's layers, and the incidents, warnings and units that you may see, as OGC API – Features.",
        ),
        "links": links,
    }


def conformance(ask: Ask) -> JsonObject:
    return {"conformsTo": [*CONFORMS], "links": ask.here()}


def collections(ask: Ask, found: list[tuple[Collection, Extent]]) -> JsonObject:
    return {
        "links": ask.here(),
        "crs": [*SYSTEMS],
        "collections": [collection(ask, one, extent, []) for one, extent in found],
    }


def collection(ask: Ask, one: Collection, extent: Extent, here: list[Json]) -> JsonObject:
    """`here`: links of the document itself; in a list each entry has a link to its own."""
    base = f"/collections/{segment(one.id)}"
    links: list[Json] = here or [ask.link("self", ask.href(base), JSON, "数据集说明", "This collection")]
    links = [
        *links,
        ask.link("items", ask.href(f"{base}/items", f="json"), GEOJSON, "要素（GeoJSON）", "Features as GeoJSON"),
        ask.link("items", ask.href(f"{base}/items", f="html"), HTML, "要素（网页）", "Features as HTML"),
        ask.link(QUERYABLES, ask.href(f"{base}/queryables", f="json"), SCHEMA, "可查询属性", "Queryables"),
    ]
    told: dict[str, Json] = {
        "id": one.id,
        "title": ask.say(one.title_zh, one.title_en),
        "description": ask.say(one.description_zh, one.description_en),
        "itemType": "feature",
        "extent": _extent(extent),
        "crs": [*SYSTEMS],
        "storageCrs": CRS84.uri,
        "links": links,
    }
    told.update(sources(ask, one))
    return told


def sources(ask: Ask, one: Collection) -> JsonObject:
    """Where a layer is from, under which licence, and whether it is made up."""
    told: JsonObject = {}
    if one.attribution_zh is not None and one.attribution_en is not None:
        told["attribution"] = ask.say(one.attribution_zh, one.attribution_en)
    if one.licence is not None:
        told["licence"] = one.licence
    if one.illustrative:
        told["illustrative"] = True
    return told


def _extent(extent: Extent) -> JsonObject:
    told: JsonObject = {}
    if extent.box is not None:
        told["spatial"] = {"bbox": [[*extent.box]], "crs": CRS84.uri}
    if extent.times is not None:
        told["temporal"] = {"interval": [[_when(extent.times[0]), _when(extent.times[1])]]}
    return told


def _when(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def queryables(ask: Ask, one: Collection) -> JsonObject:
    properties: dict[str, Json] = {"geom": {"title": ask.say("几何", "Geometry"), "format": "geometry-any"}}
    for column in one.queryables:
        properties[column.name] = {"title": ask.say(column.title_zh, column.title_en), **schema_of(column.kind)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ask.href(f"/collections/{segment(one.id)}/queryables"),
        "type": "object",
        "title": ask.say(one.title_zh, one.title_en),
        "properties": properties,
        "additionalProperties": False,
    }


def schema_of(kind: ColumnKind) -> JsonObject:
    return dict(_JSON_TYPES.get(kind, {}))
