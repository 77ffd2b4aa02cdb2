"""Schemas of the answers, for the definition of the API (after those of OGC 17-069r4, annex; GeoJSON: RFC 7946)."""

from typing import cast

from spine.canonical import Json, JsonObject

_TEXT: JsonObject = {"type": "string"}
_LINKS: JsonObject = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}
_POSITION: JsonObject = {"type": "array", "minItems": 2, "maxItems": 3, "items": {"type": "number"}}


def _list_of(items: JsonObject, least: int = 0) -> JsonObject:
    return {"type": "array", "items": items, "minItems": least} if least else {"type": "array", "items": items}


def _geometry(kind: str, coordinates: JsonObject) -> JsonObject:
    return {
        "type": "object",
        "required": ["type", "coordinates"],
        "properties": {"type": {"type": "string", "enum": [kind]}, "coordinates": coordinates},
    }


_LINE = _list_of(_POSITION, 2)
_RING = _list_of(_POSITION, 4)
_SHAPES = {
    "Point": _POSITION,
    "MultiPoint": _list_of(_POSITION),
    "LineString": _LINE,
    "MultiLineString": _list_of(_LINE),
    "Polygon": _list_of(_RING),
    "MultiPolygon": _list_of(_list_of(_RING)),
}

SCHEMAS: JsonObject = {
    "link": {
        "type": "object",
        "required": ["href", "rel"],
        "properties": dict.fromkeys(("href", "rel", "type", "hreflang", "title"), _TEXT),
    },
    "landingPage": {
        "type": "object",
        "required": ["links"],
        "properties": {"title": _TEXT, "description": _TEXT, "links": _LINKS},
    },
    "confClasses": {
        "type": "object",
        "required": ["conformsTo"],
        "properties": {"conformsTo": {"type": "array", "items": _TEXT}},
    },
    "collections": {
        "type": "object",
        "required": ["links", "collections"],
        "properties": {
            "links": _LINKS,
            "crs": {"type": "array", "items": _TEXT},
            "collections": {"type": "array", "items": {"$ref": "#/components/schemas/collection"}},
        },
    },
    "collection": {
        "type": "object",
        "required": ["id", "links"],
        "properties": {
            "id": _TEXT,
            "title": _TEXT,
            "description": _TEXT,
            "attribution": _TEXT,
            "licence": _TEXT,
            "illustrative": {"type": "boolean"},
            "itemType": {"type": "string", "enum": ["feature"]},
            "links": _LINKS,
            "extent": {"$ref": "#/components/schemas/extent"},
            "crs": {"type": "array", "items": _TEXT},
            "storageCrs": _TEXT,
        },
    },
    "extent": {
        "type": "object",
        "properties": {
            "spatial": {
                "type": "object",
                "properties": {
                    "bbox": {
                        "type": "array",
                        "minItems": 1,
                        "items": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
                    },
                    "crs": _TEXT,
                },
            },
            "temporal": {
                "type": "object",
                "properties": {
                    "interval": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "array",
                            "minItems": 2,
                            "maxItems": 2,
                            "items": {"type": "string", "nullable": True},
                        },
                    }
                },
            },
        },
    },
    "geometry": {
        "oneOf": [
            *(_geometry(kind, coordinates) for kind, coordinates in _SHAPES.items()),
            {
                "type": "object",
                "required": ["type", "geometries"],
                "properties": {
                    "type": {"type": "string", "enum": ["GeometryCollection"]},
                    "geometries": {"type": "array", "items": {"$ref": "#/components/schemas/geometry"}},
                },
            },
        ]
    },
    "feature": {
        "type": "object",
        "required": ["type", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"oneOf": [_TEXT, {"type": "integer"}]},
            "geometry": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/geometry"}]},
            "properties": {"type": "object", "nullable": True},
            "links": _LINKS,
        },
    },
    "featureCollection": {
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"type": "string", "enum": ["FeatureCollection"]},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
            "links": _LINKS,
            "timeStamp": {"type": "string", "format": "date-time"},
            "numberMatched": {"type": "integer", "minimum": 0},
            "numberReturned": {"type": "integer", "minimum": 0},
        },
    },
    "problem": {
        "type": "object",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": _TEXT,
            "detail": _TEXT,
            "field": _TEXT,
            "at": cast(Json, {**_TEXT, "description": "Where in a filter: a JSON pointer, or the column of the text"}),
        },
    },
}
