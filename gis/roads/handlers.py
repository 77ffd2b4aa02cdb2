"""How closing and opening a road is carried out. A closure counts for every process as soon as it is committed (`current.py`)."""

from collections.abc import Sequence
from typing import Any

import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from gis.crs import Origin, to_wgs84
from gis.geometry import AREAS, check_point, parse_geometry
from gis.roads import store
from gis.roads.closure import MOST_NAMES, Closure, Kind, closure_object, opened, require_standing
from gis.roads.commands import MOST_CORNERS, CloseRoad, OpenRoad
from gis.roads.store import StretchRow
from gis.roads.words import distance
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.command import AnyHandling, Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.principal import CITY, Role

STREAM = "roads"
DEPARTMENTS = frozenset({"PSB", "TRA"})
"""Traffic police and the transport bureau: whose business roads are (customary division of work in city plans)."""
MOST_FROM_ROAD_M = 250.0
_vector: Any = shapely  # its stubs leave the types of arrays open
_WHO = allow(Role.DUTY_OFFICER, Role.LEADER, Role.DEPARTMENT)


def _scope(closure: Closure) -> Scope:
    """One county's closure is its own people's business; one that touches several, or none, the city's."""
    area = closure.counties[0] if len(closure.counties) == 1 else CITY
    return Scope(area=area, departments=DEPARTMENTS)


async def _draft(tx: Transaction, command: Command[CloseRoad]) -> Closure:
    data = command.data
    given = [name for name in ("point", "edges", "area") if getattr(data, name) is not None]
    if len(given) != 1:
        raise Refused(
            "one_of_these",
            zh="请给出 point（路上一点）、edges（整段道路）、area（区域）中的一项，且只能一项。",
            en="Give exactly one of: point (a place on a road), edges (whole stretches), area.",
            field="data" if not given else f"data.{given[1]}",
        )
    if data.until is not None and data.until <= tx.at:
        raise Refused(
            "until_in_past",
            zh="预计恢复时间应晚于当前时间。",
            en="The time at which it is expected to open lies in the past.",
            field="data.until",
            final=False,
        )
    kind: Kind
    origin: str | None = None
    if data.point is not None:
        kind, origin = "point", data.point.origin
        shape, rows = await _at_point(tx, data)
    elif data.edges is not None:
        kind = "roads"
        shape, rows = await _whole(tx, data.edges)
    else:
        kind = "area"
        shape, rows = await _area(tx, data)
    state = await store.layer_state(tx.conn)
    counties = await store.counties_of(tx.conn, shape)
    return Closure(
        id=command.id,
        kind=kind,
        bars=data.bars,
        reason=data.reason,
        names_zh=tuple(dict.fromkeys(row.name_zh for row in rows))[:MOST_NAMES],
        names_en=tuple(dict.fromkeys(row.name_en for row in rows))[:MOST_NAMES],
        edge_ids=tuple(sorted(row.id for row in rows)),
        layer_version=state.version,
        length_m=0.0 if kind == "point" else sum(row.length_m for row in rows),
        shape=shape,
        origin=origin,
        counties=tuple(counties),
        until=data.until,
        closed_at=tx.at,
        closed_by=command.by.as_by(),
        opened_at=None,
        version=1,
    )


async def _at_point(tx: Transaction, data: CloseRoad) -> tuple[BaseGeometry, Sequence[StretchRow]]:
    """The foot of the point on the nearest road: a closed point lies on it."""
    if data.point is None:
        raise AssertionError("called with a point")
    lon, lat = check_point(data.point.lon, data.point.lat, "data.point")
    lon, lat = to_wgs84(lon, lat, Origin(data.point.origin))
    near = await store.nearest_edge(tx.conn, lon, lat)
    if near is None:
        raise Refused(
            "no_road_data",
            zh="没有加载道路数据，无法封闭道路；可以封闭一个区域。",
            en="No road data is loaded, so no road can be closed; an area can.",
            field="data.point",
            final=False,
        )
    if near.distance_m > MOST_FROM_ROAD_M:
        far_zh, far_en = distance(near.distance_m)
        raise Refused(
            "no_road_here",
            zh=f"这里没有道路：最近的是 {far_zh}外的{near.name_zh}。",
            en=f"There is no road here: the nearest is {near.name_en}, {far_en} away.",
            field="data.point",
            distance_m=round(near.distance_m),
        )
    row = StretchRow(near.id, near.name_zh, near.name_en, 0.0, b"")
    return Point(round(near.lon, 7), round(near.lat, 7)), [row]


async def _whole(tx: Transaction, edges: Sequence[int]) -> tuple[BaseGeometry, Sequence[StretchRow]]:
    rows = await store.stretches(tx.conn, sorted(set(edges)))
    missing = sorted(set(edges) - {row.id for row in rows})
    if missing:
        raise not_found("路段", "stretch of road", ", ".join(map(str, missing[:10])), field="data.edges")
    return _vector.line_merge(_vector.multilinestrings(_vector.from_wkb([row.line for row in rows]))), rows


async def _area(tx: Transaction, data: CloseRoad) -> tuple[BaseGeometry, Sequence[StretchRow]]:
    shape = parse_geometry(data.area, "data.area", kinds=AREAS)
    corners = int(_vector.get_num_coordinates(shape))
    if corners > MOST_CORNERS:
        raise Refused(
            "too_many_vertices",
            zh=f"封闭区域最多 {MOST_CORNERS} 个顶点，收到 {corners} 个，请先简化。",
            en=f"A closed area may have {MOST_CORNERS} vertices, not {corners}; simplify it first.",
            field="data.area",
            most=MOST_CORNERS,
        )
    flat: BaseGeometry = _vector.force_2d(shape)
    return flat, await store.stretches_in(tx.conn, flat)


async def _close(tx: Transaction, command: Command[CloseRoad], closure: Closure) -> Outcome:
    same = await store.same_closure(tx.conn, closure)
    if same is not None:
        raise Refused(
            "already_closed",
            zh="这里已经封闭。",
            en="This is closed already.",
            field="data",
            status=409,
            final=False,
            closure_id=str(same),
        )
    await store.insert_closure(tx.conn, closure)
    return Outcome(_facts(closure, "road.closed", closure.reason), {"closure_id": str(closure.id), **_about(closure)})


async def _hold(tx: Transaction, command: Command[OpenRoad]) -> Closure:
    return await store.lock_closure(tx.conn, command.data.closure_id)


async def _open(tx: Transaction, command: Command[OpenRoad], closure: Closure) -> Outcome:
    require_standing(closure)
    lifted = opened(closure, tx.at)
    await store.save_opened(tx.conn, lifted, dict(command.by.as_by()), command.data.reason)
    return Outcome(_facts(lifted, "road.opened", command.data.reason), {"closure_id": str(closure.id)})


def _about(closure: Closure) -> JsonObject:
    return {
        "kind": closure.kind,
        "bars": closure.bars,
        "roads_zh": "、".join(closure.names_zh) or None,
        "roads_en": ", ".join(closure.names_en) or None,
        "roads": len(closure.edge_ids),
    }


def _facts(closure: Closure, kind: str, reason: str) -> list[NewFact]:
    shown = closure_object(closure) if closure.opened_at is None else None
    data: JsonObject = {"closure_id": str(closure.id), "reason": reason, **_about(closure)}
    streams = [STREAM, "board", *(f"board:{county}" for county in closure.counties)]
    return [NewFact(stream, kind, data, now={"closures": {str(closure.id): shown}}) for stream in streams]


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(CloseRoad, _WHO, _draft, _scope, _close),
    Handling(OpenRoad, _WHO, _hold, _scope, _open),
)
