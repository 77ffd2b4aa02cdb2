"""Putting another road layer in place of the one that is loaded: whole, or not at all."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gis.roads.osm import OsmRoads
from spine.db import Connection

_vector: Any = shapely  # its stubs leave the types of arrays open
_components: Any = connected_components


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What is said of the layer."""

    source: str
    source_en: str
    licence: str
    date: date


@dataclass(frozen=True, slots=True)
class Replaced:
    """`joined_share`: how much of the road length is one connected network, 0–1."""

    nodes: int
    edges: int
    km: float
    joined_share: float


async def replace_roads(conn: Connection, roads: OsmRoads, facts: LayerFacts) -> Replaced:
    """In the caller's transaction. Standing closures stay, and find their roads again by where they run."""
    degree = np.bincount(
        [end for edge in roads.edges for end in (edge.from_node, edge.to_node)], minlength=len(roads.nodes) + 1
    )
    await conn.execute("DELETE FROM gis.road_turn")
    await conn.execute("DELETE FROM gis.road_edge")
    await conn.execute("DELETE FROM gis.road_node")
    async with conn.cursor() as cursor, cursor.copy("COPY gis.road_node (id, kind, point) FROM STDIN") as copy:
        for number, (lon, lat) in enumerate(roads.nodes, 1):
            kind = "end" if degree[number] == 1 else "junction"
            await copy.write_row((number, kind, f"SRID=4326;POINT({lon!r} {lat!r})"))
    columns = "id, from_node, to_node, class, ref, name_zh, name_en, length_m, speed_kmh, oneway, line, mark, open_to, rescue_both_ways"
    async with conn.cursor() as cursor, cursor.copy(f"COPY gis.road_edge ({columns}) FROM STDIN") as copy:
        for edge in roads.edges:
            line = _vector.to_wkb(_vector.set_srid(_vector.from_wkb(edge.line), 4326), hex=True, include_srid=True)
            await copy.write_row(
                (
                    edge.id, edge.from_node, edge.to_node, edge.road_class, edge.ref, edge.name_zh, edge.name_en,
                    edge.length_m, edge.speed_kmh, edge.oneway, line, "R", edge.open_to, edge.rescue_both_ways,
                )
            )  # fmt: skip
    listed = "id, from_edge, via_node, to_edge, kind, sign, excepts"
    async with conn.cursor() as cursor, cursor.copy(f"COPY gis.road_turn ({listed}) FROM STDIN") as copy:
        for turn in roads.turns:
            await copy.write_row(
                (turn.id, turn.from_edge, turn.via_node, turn.to_edge, turn.kind, turn.sign, list(turn.excepts))
            )
    await conn.execute(
        """
        INSERT INTO gis.layer (name, ordinal, title_zh, title_en, source, source_en, licence, date, illustrative, sensitivity)
        VALUES ('roads', 6, '道路', 'Roads', %(source)s, %(source_en)s, %(licence)s, %(date)s, false, 'public')
        ON CONFLICT (name) DO UPDATE SET source = EXCLUDED.source, source_en = EXCLUDED.source_en,
            licence = EXCLUDED.licence, date = EXCLUDED.date, illustrative = false
        """,
        {"source": facts.source, "source_en": facts.source_en, "licence": facts.licence, "date": facts.date},
    )
    metres = np.asarray([edge.length_m for edge in roads.edges])
    return Replaced(len(roads.nodes), len(roads.edges), float(metres.sum()) / 1000, _joined(roads, metres))


def _joined(roads: OsmRoads, metres: Any) -> float:
    size = len(roads.nodes) + 1
    ends = np.asarray([(edge.from_node, edge.to_node) for edge in roads.edges])
    _, part = _components(csr_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size)), directed=False)
    return float(np.bincount(part[ends[:, 0]], metres).max() / metres.sum())
