"""Units on patrol in the training region: some of them drive along its roads, so that the map moves. Training data only."""

import asyncio
import logging
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from shapely import wkb
from shapely.geometry import LineString, Point

from spine.db import Connection
from spine.realm import Realm
from web.position_intake import PositionIntake, Reported

log = logging.getLogger("fengsui.patrol")

STEP_S = 3.0
MOST_UNITS = 9
SPEED_M_S = 11.0
_METRES_PER_DEGREE = 106_000.0
"""Of a degree along a road hereabouts (23°–25° N), near enough for a patrol."""
KINDS = ("fire_station", "ambulance", "police", "road_repair", "power_repair")


@dataclass(slots=True)
class _Edge:
    to: int
    line: LineString


@dataclass(slots=True)
class _Patrol:
    unit: UUID
    edge: _Edge
    done_deg: float = 0.0
    came_from: int = -1
    at_node: int = -1


@dataclass(slots=True)
class Roads:
    edges: dict[int, list[_Edge]] = field(default_factory=lambda: defaultdict[int, list[_Edge]](list))
    nodes: dict[int, Point] = field(default_factory=dict[int, Point])


async def load_roads(conn: Connection) -> Roads:
    """The road graph without the smallest roads, both directions."""
    roads = Roads()
    for node, shape in await (await conn.execute("SELECT id, ST_AsBinary(point) FROM gis.road_node")).fetchall():
        roads.nodes[int(node)] = cast(Point, wkb.loads(bytes(shape)))
    rows = await (
        await conn.execute(
            "SELECT from_node, to_node, ST_AsBinary(line) FROM gis.road_edge WHERE class <> 'township' ORDER BY id"
        )
    ).fetchall()
    for start, end, shape in rows:
        line = cast(LineString, wkb.loads(bytes(shape)))
        roads.edges[int(start)].append(_Edge(int(end), line))
        roads.edges[int(end)].append(_Edge(int(start), LineString(list(line.coords)[::-1])))
    return roads


async def _start(conn: Connection, roads: Roads, chance: random.Random) -> list[_Patrol]:
    rows = await (
        await conn.execute(
            """
            SELECT id, ST_X(point), ST_Y(point) FROM command.unit
            WHERE kind = ANY(%(kinds)s) AND status = 'available' AND point IS NOT NULL ORDER BY call_sign
            """,
            {"kinds": list(KINDS)},
        )
    ).fetchall()
    patrols: list[_Patrol] = []
    for unit, lon, lat in chance.sample(rows, min(MOST_UNITS, len(rows))):
        home = Point(float(lon), float(lat))
        node = min(roads.edges, key=lambda n: roads.nodes[n].distance(home))
        patrols.append(_Patrol(unit, chance.choice(roads.edges[node]), at_node=node))
    return patrols


def advance(patrol: _Patrol, roads: Roads, metres: float, chance: random.Random) -> Point:
    """Drive on; at a junction take any road but the one just come by, unless it is the end of the road."""
    patrol.done_deg += metres / _METRES_PER_DEGREE
    while patrol.done_deg >= patrol.edge.line.length:
        patrol.done_deg -= patrol.edge.line.length
        here, back = patrol.edge.to, patrol.at_node
        onward = [edge for edge in roads.edges[here] if edge.to != back] or roads.edges[here]
        patrol.at_node, patrol.edge = here, chance.choice(onward)
    return patrol.edge.line.interpolate(patrol.done_deg)


async def patrol(realm: Realm, intake: PositionIntake, *, seed: int) -> None:
    """For ever: move the patrols one step, report where they are."""
    chance = random.Random(seed)  # noqa: S311  a patrol's way is no secret
    async with realm.pool.connection() as conn:
        roads = await load_roads(conn)
        patrols = await _start(conn, roads, chance)
    if not patrols:
        return
    while True:
        at: datetime = realm.clock.now()
        places = {p.unit: advance(p, roads, SPEED_M_S * STEP_S, chance) for p in patrols}
        batch = [
            Reported(unit_id=str(unit), lon=round(p.x, 6), lat=round(p.y, 6), accuracy_m=8.0, at=at)
            for unit, p in places.items()
        ]
        try:
            await intake.take(batch, "training")
        except Exception as error:
            log.exception("the patrols' positions (where:units) could not be kept, trying again: %s", error)
        await asyncio.sleep(STEP_S)
