"""What answers must look like: JSON Schema of our own after OGC 17-069r4 (tables 3 to 8, annex B) and RFC 7946.

Where `FENGSUI_CORPUS` names a folder that holds the published schemas (`schemas/featureCollectionGeoJSON.yaml` and those beside it),
each document is held against them as well.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema
import yaml
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_schema: Any = jsonschema
_TEXT = {"type": "string"}
_LINK = {
    "type": "object",
    "required": ["href", "rel", "type"],
    "properties": dict.fromkeys(("href", "rel", "type", "hreflang", "title"), _TEXT)
    | {"href": {"type": "string", "pattern": "^https?://"}},
}
_LINKS = {"type": "array", "minItems": 1, "items": _LINK}
_MOMENT = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"}
_EXTENT = {
    "type": "object",
    "properties": {
        "spatial": {
            "type": "object",
            "required": ["bbox"],
            "properties": {
                "bbox": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
                },
                "crs": {"const": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"},
            },
        },
        "temporal": {
            "type": "object",
            "required": ["interval"],
            "properties": {
                "interval": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "array",
                        "minItems": 2,
                        "maxItems": 2,
                        "items": {"oneOf": [{"type": "null"}, _MOMENT]},
                    },
                }
            },
        },
    },
}
_COLLECTION = {
    "type": "object",
    "required": ["id", "links", "title", "description", "extent", "itemType", "crs", "storageCrs"],
    "properties": {"id": _TEXT, "links": _LINKS, "extent": _EXTENT, "itemType": {"const": "feature"}},
}
_GEOMETRY = {
    "type": ["object", "null"]
}  # its inside is for `hold_geometry`: a schema takes seconds over the lines of a province
_BARE = {
    "type": "object",
    "required": ["type", "id", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "id": {"type": ["string", "integer"]},
        "geometry": _GEOMETRY,
        "properties": {"type": ["object", "null"]},
    },
}
OWN: dict[str, dict[str, Any]] = {
    "landingPage": {"type": "object", "required": ["title", "links"], "properties": {"links": _LINKS}},
    "confClasses": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": {"type": "string", "pattern": "^http"}}},
    },
    "collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {"links": _LINKS, "collections": {"type": "array", "items": _COLLECTION}},
    },
    "collection": _COLLECTION,
    "featureCollectionGeoJSON": {
        "type": "object",
        "required": ["type", "features", "links", "timeStamp", "numberMatched", "numberReturned"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": _BARE},
            "links": _LINKS,
            "timeStamp": _MOMENT,
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
        "not": {"required": ["crs"]},
    },
    "featureGeoJSON": {**_BARE, "required": [*_BARE["required"], "links"]},
    "exception": {
        "type": "object",
        "required": ["code", "title", "detail", "status"],
        "properties": {"code": _TEXT, "title": _TEXT, "detail": _TEXT, "status": {"type": "integer"}},
    },
}


_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
_LEAST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}


def hold_geometry(geometry: dict[str, Any] | None) -> None:
    """RFC 7946, section 3.1: so deep, so many positions, each of two numbers, rings closed."""
    if geometry is None:
        return
    assert set(geometry) == {"type", "coordinates"}, geometry
    kind = geometry["type"]
    parts = [geometry["coordinates"]]
    for _ in range(max(0, _DEPTHS[kind] - (1 if kind in _LEAST else 0))):
        assert all(parts), geometry
        parts = [inner for part in parts for inner in part]
    if kind in _LEAST:
        assert min(len(line) for line in parts) >= _LEAST[kind], geometry
        if _LEAST[kind] == 4:
            assert all(ring[0] == ring[-1] for ring in parts), geometry
        parts = [position for line in parts for position in line]
    for position in parts:
        assert len(position) == 2, position
        assert all(type(number) in (int, float) for number in position), position


def hold(document: Any, name: str) -> None:
    """Raises jsonschema's ValidationError, which names the place; AssertionError for a geometry."""
    for feature in document["features"] if name == "featureCollectionGeoJSON" else [document]:
        if feature.get("type") == "Feature":
            hold_geometry(feature["geometry"])
    _validator(name).validate(document)
    published = _published()
    if published is not None:
        registry, folder = published
        reference = {"$ref": f"file://{folder}/{name}.yaml"}
        _schema.Draft202012Validator(reference, registry=registry).validate(document)


@cache
def _validator(name: str) -> Any:
    return _schema.Draft202012Validator(OWN[name])


def published_schemas() -> bool:
    return _published() is not None


@cache
def _published() -> tuple[Any, str] | None:
    folder = os.environ.get("FENGSUI_CORPUS", "")
    found = sorted(Path(folder).rglob("schemas/featureCollectionGeoJSON.yaml")) if folder else []
    if not found:
        return None
    resources: list[Any] = []
    for path in found[0].parent.glob("*.yaml"):
        schema = _mended(yaml.safe_load(path.read_text("utf-8")))
        resources.append((f"file://{path}", Resource.from_contents(schema, default_specification=DRAFT202012)))
    registry: Any = cast(Any, Registry)().with_resources(resources)
    return registry, str(found[0].parent)


def _mended(node: Any) -> Any:
    """YAML reads the type `null` without quotes as nothing."""
    if isinstance(node, dict):
        told = cast(dict[str, Any], node)
        return {key: "null" if key == "type" and value is None else _mended(value) for key, value in told.items()}
    if isinstance(node, list):
        return ["null" if item is None else _mended(item) for item in cast(list[Any], node)]
    return node
