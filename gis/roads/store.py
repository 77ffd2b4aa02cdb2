"""Rows of the road layer and of closures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import shapely
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb
from shapely.geometry.base import BaseGeometry

from gis.roads.closure import Closure
from gis.roads.graph import EdgeRow
from gis.roads.turns import TurnRow
from spine.canonical import Json
from spine.db import Connection
from spine.errors import not_found

_vector: Any = shapely  # its stubs leave the types of arrays open
_CLOSURE: LiteralString = """id, kind, bars, reason, names_zh, names_en, edge_ids, layer_version, length_m,
    ST_AsBinary(geom) AS shape, origin, counties, until, closed_at, closed_by, opened_at, version"""


@dataclass(frozen=True, slots=True)
class LayerState:
    """What a process must have in memory to be up to date: the road layer's version and the standing closures."""

    version: int
    standing: str


@dataclass(frozen=True, slots=True)
class LayerOrigin:
    """Where the road layer is from."""

    source: str
    source_en: str
    date: date | None
    illustrative: bool


@dataclass(frozen=True, slots=True)
class NearEdge:
    """The stored road nearest to a point, and the point's foot on it."""

    id: int
    name_zh: str
    name_en: str
    distance_m: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class StretchRow:
    id: int
    name_zh: str
    name_en: str
    length_m: float
    line: bytes


async def layer_state(conn: Connection) -> LayerState:
    row = await (
        await conn.execute(
            """
            SELECT s.version,
                coalesce((SELECT md5(string_agg(c.id::text || c.version::text, ',' ORDER BY c.id))
                          FROM gis.road_closure AS c WHERE c.opened_at IS NULL), '')
            FROM gis.road_layer_state AS s
            """
        )
    ).fetchone()
    if row is None:
        raise LookupError("gis.road_layer_state has no row")
    return LayerState(int(row[0]), str(row[1]))


async def layer_origin(conn: Connection) -> LayerOrigin | None:
    async with conn.cursor(row_factory=class_row(LayerOrigin)) as cur:
        await cur.execute("SELECT source, source_en, date, illustrative FROM gis.layer WHERE name = 'roads'")
        return await cur.fetchone()


async def road_layer(conn: Connection) -> tuple[list[int], list[EdgeRow], list[TurnRow]]:
    """Ids of the nodes, the edges, and the turn restrictions, in the order of their ids."""
    nodes = await (await conn.execute("SELECT id FROM gis.road_node ORDER BY id")).fetchall()
    async with conn.cursor(row_factory=class_row(EdgeRow), binary=True) as cur:
        await cur.execute(
            """
            SELECT id, from_node, to_node, class AS road_class, ref, name_zh, name_en, length_m, speed_kmh, oneway,
                ST_AsBinary(line) AS line, open_to, rescue_both_ways
            FROM gis.road_edge ORDER BY id
            """
        )
        edges = await cur.fetchall()
    turns = await (
        await conn.execute(
            "SELECT id, from_edge, via_node, to_edge, kind, sign, excepts FROM gis.road_turn ORDER BY id"
        )
    ).fetchall()
    return (
        [int(node) for (node,) in nodes],
        edges,
        [
            TurnRow(number, come, via, go, kind, sign, tuple(excepts))
            for number, come, via, go, kind, sign, excepts in turns
        ],
    )


def _closure(row: dict[str, Any]) -> Closure:
    made: dict[str, Any] = {name: tuple(row[name]) for name in ("names_zh", "names_en", "edge_ids", "counties")}
    given: dict[str, Any] = {**row, **made, "shape": _vector.from_wkb(row["shape"])}
    return Closure(**given)


async def standing_closures(conn: Connection, county: str | None = None) -> list[Closure]:
    """Those that are not lifted, the oldest first; `county`: those that touch it."""
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"""
            SELECT {_CLOSURE} FROM gis.road_closure
            WHERE opened_at IS NULL AND (%(county)s::text IS NULL OR %(county)s = ANY (counties))
            ORDER BY closed_at, id
            """,
            {"county": county},
        )
        return [_closure(row) for row in await cur.fetchall()]


async def lock_closure(conn: Connection, closure_id: UUID) -> Closure:
    """Raises Refused `not_found`."""
    async with conn.cursor(row_factory=dict_row) as cur:
        await cur.execute(
            f"SELECT {_CLOSURE} FROM gis.road_closure WHERE id = %(id)s FOR NO KEY UPDATE", {"id": closure_id}
        )
        row = await cur.fetchone()
    if row is None:
        raise not_found("封闭记录", "closure", str(closure_id), field="data.closure_id")
    return _closure(row)


async def insert_closure(conn: Connection, closure: Closure) -> None:
    await conn.execute(
        """
        INSERT INTO gis.road_closure (id, kind, bars, reason, names_zh, names_en, edge_ids, layer_version, length_m, geom,
            origin, counties, until, closed_at, closed_by, version)
        VALUES (%(id)s, %(kind)s, %(bars)s, %(reason)s, %(names_zh)s, %(names_en)s, %(edge_ids)s, %(layer_version)s,
            %(length_m)s, ST_SetSRID(ST_GeomFromWKB(%(shape)s), 4326), %(origin)s, %(counties)s, %(until)s, %(closed_at)s,
            %(closed_by)s, %(version)s)
        """,
        {
            "id": closure.id,
            "kind": closure.kind,
            "bars": closure.bars,
            "reason": closure.reason,
            "names_zh": list(closure.names_zh),
            "names_en": list(closure.names_en),
            "edge_ids": list(closure.edge_ids),
            "layer_version": closure.layer_version,
            "length_m": closure.length_m,
            "shape": _vector.to_wkb(closure.shape),
            "origin": closure.origin,
            "counties": list(closure.counties),
            "until": closure.until,
            "closed_at": closure.closed_at,
            "closed_by": Jsonb(dict(closure.closed_by)),
            "version": closure.version,
        },
    )


async def save_opened(conn: Connection, closure: Closure, by: dict[str, Json], reason: str) -> None:
    await conn.execute(
        """
        UPDATE gis.road_closure SET opened_at = %(at)s, opened_by = %(by)s, open_reason = %(reason)s, version = %(version)s
        WHERE id = %(id)s
        """,
        {"at": closure.opened_at, "by": Jsonb(by), "reason": reason, "version": closure.version, "id": closure.id},
    )


async def nearest_edge(conn: Connection, lon: float, lat: float) -> NearEdge | None:
    """None while no road is loaded."""
    async with conn.cursor(row_factory=class_row(NearEdge)) as cur:
        await cur.execute(
            """
            WITH p AS (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS point), near AS (
                SELECT e.id, e.name_zh, e.name_en, e.line, p.point FROM gis.road_edge AS e, p
                ORDER BY e.line <-> p.point LIMIT 12
            )
            SELECT id, name_zh, name_en, ST_Distance(line::geography, point::geography) AS distance_m,
                ST_X(ST_ClosestPoint(line, point)) AS lon, ST_Y(ST_ClosestPoint(line, point)) AS lat
            FROM near ORDER BY distance_m, id LIMIT 1
            """,
            {"lon": lon, "lat": lat},
        )
        return await cur.fetchone()


async def stretches(conn: Connection, edge_ids: Sequence[int]) -> list[StretchRow]:
    async with conn.cursor(row_factory=class_row(StretchRow), binary=True) as cur:
        await cur.execute(
            """
            SELECT id, name_zh, name_en, length_m, ST_AsBinary(line) AS line FROM gis.road_edge
            WHERE id = ANY (%(ids)s) ORDER BY id
            """,
            {"ids": list(edge_ids)},
        )
        return await cur.fetchall()


async def stretches_in(conn: Connection, area: BaseGeometry) -> list[StretchRow]:
    """Roads that meet an area, each with the length that lies in it."""
    async with conn.cursor(row_factory=class_row(StretchRow), binary=True) as cur:
        await cur.execute(
            """
            WITH a AS (SELECT ST_SetSRID(ST_GeomFromWKB(%(area)s), 4326) AS area)
            SELECT e.id, e.name_zh, e.name_en, ST_Length(ST_Intersection(e.line, a.area)::geography) AS length_m,
                ST_AsBinary(e.line) AS line
            FROM gis.road_edge AS e JOIN a ON ST_Intersects(e.line, a.area) ORDER BY length_m DESC, e.id
            """,
            {"area": _vector.to_wkb(area)},
        )
        return await cur.fetchall()


async def counties_of(conn: Connection, shape: BaseGeometry) -> list[str]:
    """Codes of the counties that a shape touches."""
    row = await (
        await conn.execute(
            """
            SELECT array_agg(code ORDER BY code) FROM gis.place
            WHERE level = 'county' AND ST_Intersects(area, ST_SetSRID(ST_GeomFromWKB(%(shape)s), 4326))
            """,
            {"shape": _vector.to_wkb(shape)},
        )
    ).fetchone()
    return [] if row is None or row[0] is None else [str(code) for code in row[0]]


async def same_closure(conn: Connection, closure: Closure) -> UUID | None:
    """A standing closure that says the same: of the same roads, to the same traffic."""
    row = await (
        await conn.execute(
            """
            SELECT id FROM gis.road_closure
            WHERE opened_at IS NULL AND kind = %(kind)s AND bars = %(bars)s AND edge_ids = %(edges)s::integer[]
                AND ST_Equals(geom, ST_SetSRID(ST_GeomFromWKB(%(shape)s), 4326))
            LIMIT 1
            """,
            {
                "kind": closure.kind,
                "bars": closure.bars,
                "edges": list(closure.edge_ids),
                "shape": _vector.to_wkb(closure.shape),
            },
        )
    ).fetchone()
    return None if row is None else row[0]
