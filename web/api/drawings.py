"""Drawings on the shared map: what can be drawn, the history of each, and questions about a shape (none of which changes anything)."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from command.units.inside import units_inside
from gis.drawn_shape import KINDS, MOST_BUFFER_M, MOST_VERTICES, DrawnShape, buffered, drawn_shape
from gis.facilities_inside import facilities_inside
from gis.symbols.catalogue import symbols
from incidents import drawing_store
from incidents.drawing import Drawing, drawing_object, version_object
from incidents.drawing_kinds import drawing_kinds
from spine.canonical import Json
from spine.db import Connection
from spine.errors import Refused, not_found
from spine.picture import split_stream
from spine.principal import CITY, Principal
from spine.validation import refusal_of
from web.auth import InHouse, SignedIn
from web.body import read_body

router = APIRouter(prefix="/api", tags=["drawings"])

MOST_BYTES = 512 * 1024


class ShapeAsked(BaseModel):
    """A GeoJSON geometry, WGS 84."""

    model_config = ConfigDict(strict=True, extra="forbid")

    geometry: dict[str, JsonValue]


class BufferAsked(ShapeAsked):
    distance_m: Annotated[float, Field(allow_inf_nan=False)]


@router.get("/drawing-kinds", response_model=None)
async def get_drawing_kinds(principal: SignedIn) -> dict[str, Json]:
    """Kinds of drawing, the symbols of GB/T 35649 with their pictograms, and the limits."""
    return {
        "kinds": drawing_kinds().to_json(),
        **symbols().to_json(),
        "most_vertices": MOST_VERTICES,
        "most_buffer_m": MOST_BUFFER_M,
    }


@router.get("/drawings/{drawing_id}/versions", response_model=None)
async def get_versions(drawing_id: UUID, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Every version of a drawing with its author and time, the newest first (the last 200)."""
    async with house.realm.pool.connection() as conn:
        drawing = await drawing_store.find_drawing(conn, drawing_id)
        if drawing is None:
            raise not_found("标绘", "drawing", str(drawing_id), field="drawing_id")
        await house.book.check(conn, principal, stream_of(drawing))
        versions = await drawing_store.versions_of(conn, drawing_id)
    shown: list[Json] = [version_object(version) for version in versions]
    return {"drawing": drawing_object(drawing), "deleted": drawing.deleted, "versions": shown}


@router.get("/deleted-drawings", response_model=None)
async def get_deleted(
    house: InHouse, principal: SignedIn, stream: Annotated[str, Query(min_length=5, max_length=60)]
) -> dict[str, Json]:
    """What was deleted in an incident (`incident:<id>`) or on a board: the last 200, the newest first."""
    async with house.realm.pool.connection() as conn:
        await house.book.check(conn, principal, stream)
        gone = await _deleted_of(conn, stream)
    shown: list[Json] = [drawing_object(drawing) for drawing in gone]
    return {"drawings": shown}


def stream_of(drawing: Drawing) -> str:
    """The stream in whose picture a drawing always stands: who may follow it may see the drawing."""
    if drawing.incident_id is not None:
        return f"incident:{drawing.incident_id}"
    return "board" if drawing.area_code == CITY else f"board:{drawing.area_code}"


async def _deleted_of(conn: Connection, stream: str) -> list[Drawing]:
    prefix, key = split_stream(stream)
    if prefix == "incident":
        return await drawing_store.deleted_drawings(conn, incident_id=UUID(key))
    if prefix == "board":
        return await drawing_store.deleted_drawings(conn, area_code=key or CITY)
    raise Refused(
        "no_drawings_here",
        zh="只有事件和总览有标绘。",
        en="Only incidents and boards have drawings.",
        field="stream",
    )


# --- questions about a shape -------------------------------------------------------------------------------------


async def _asked(request: Request, model: type[ShapeAsked]) -> ShapeAsked:
    try:
        return model.model_validate_json(await read_body(request, MOST_BYTES))
    except ValidationError as error:
        raise refusal_of(error, "") from error


def _shown(shape: DrawnShape) -> dict[str, Json]:
    return {"geometry": shape.json, "length_m": shape.length_m, "area_m2": shape.area_m2}


@router.post("/shapes/measure", response_model=None)
async def post_measure(request: Request, principal: SignedIn) -> dict[str, Json]:
    """Length (around an area: its edge) and area of a shape on the WGS 84 ellipsoid."""
    asked = await _asked(request, ShapeAsked)
    return _shown(drawn_shape(asked.geometry, "geometry"))


@router.post("/shapes/buffer", response_model=None)
async def post_buffer(request: Request, principal: SignedIn) -> dict[str, Json]:
    """The area within a distance of a shape, on the ellipsoid: a proposal that becomes a drawing when somebody draws it."""
    asked = await _asked(request, BufferAsked)
    distance = asked.distance_m if isinstance(asked, BufferAsked) else 0.0
    shape = drawn_shape(asked.geometry, "geometry")
    around = await asyncio.to_thread(buffered, shape, distance)
    return {**_shown(around), "distance_m": distance}


@router.post("/shapes/inside", response_model=None)
async def post_inside(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Units and facilities inside an area: counts, and lists. Units only as far as the asker may see them."""
    asked = await _asked(request, ShapeAsked)
    shape = drawn_shape(asked.geometry, "geometry", kinds=KINDS["area"])
    async with house.realm.pool.connection() as conn:
        return await _inside(conn, principal, shape)


async def _inside(conn: Connection, principal: Principal, shape: DrawnShape) -> dict[str, Json]:
    units = await units_inside(conn, principal, shape.geometry)
    facilities = await facilities_inside(conn, shape.geometry)
    return {
        "area_m2": shape.area_m2,
        "units": {
            "listed": list(units.units),
            "by_status": units.by_status,
            "total": len(units.units),
            "without_position": units.without_position,
            "considered": units.considered,
        },
        "facilities": {"listed": facilities.listed, "counts": facilities.counts, "total": facilities.total},
    }
