"""Questions about roads: which road is here, how long to there, what is nearest, what is in reach. Closing one is a command."""

import asyncio
from typing import Annotated, Any, Literal, cast

import numpy as np
from fastapi import APIRouter, Query, Request
from shapely import LineString

from gis.facilities import check_kinds, facilities_of
from gis.geometry import check_point, geometry_json
from gis.roads.closure import closure_object
from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.db import Connection
from spine.errors import Refused, forbidden
from spine.principal import Principal, Role
from web.api.road_candidates import Candidate, unit_candidates
from web.auth import InHouse, SignedIn
from web.current import navigator, roads_now

router = APIRouter(prefix="/api/roads", tags=["roads"])

Lon = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]
WhoAsks = Annotated[Literal["rescue", "public"], Query(description="rescue: what is closed to the public only is open")]
MOST_MINUTES = 240
_SEES_UNITS = OVERSEERS | {Role.DEPARTMENT}


@router.get("", response_model=None)
async def get_roads(request: Request, house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """What road data is loaded, and what is closed now."""
    async with house.realm.pool.connection() as conn:
        roads = await roads_now(request, conn)
    from gis.roads.answer import basis

    by_class: dict[str, float] = {}
    if roads.networks is not None:
        for row in roads.networks.graph.rows:
            by_class[row.road_class] = by_class.get(row.road_class, 0.0) + row.length_m / 1000
    return {
        "km": {road_class: round(km, 1) for road_class, km in sorted(by_class.items())},
        "closures": [closure_object(closure) for closure in roads.closures],
        "basis": basis(roads, "rescue"),
    }


@router.get("/at", response_model=None)
async def get_road_at(request: Request, house: InHouse, principal: SignedIn, lon: Lon, lat: Lat) -> dict[str, Json]:
    """The road nearest to a point, with the stretch between its junctions; `road` is null where none is near."""
    lon, lat = check_point(lon, lat, "point")
    async with house.realm.pool.connection() as conn:
        roads = await roads_now(request, conn)
    from gis.roads.answer import basis

    found: dict[str, Json] | None = None
    if roads.networks is not None:
        graph, barriers = roads.networks.graph, roads.networks.public.barriers
        snapped = graph.snap(np.asarray([lon]), np.asarray([lat]))
        edge = int(snapped.edge[0])
        if edge >= 0:
            row, share = graph.rows[edge], float(snapped.share[0])
            parts = barriers.intervals.get(edge, [])
            found = {
                "edge_id": row.id,
                "name_zh": row.name_zh,
                "name_en": row.name_en,
                "ref": row.ref,
                "class": row.road_class,
                "oneway": row.oneway,
                "speed_kmh": row.speed_kmh,
                "length_m": round(row.length_m),
                "from_start_m": round(share * row.length_m),
                "off_road_m": round(float(snapped.off_m[0])),
                "point": {"lon": round(float(snapped.lon[0]), 6), "lat": round(float(snapped.lat[0]), 6)},
                "geometry": geometry_json(LineString(np.round(graph.cut(edge, 0.0, 1.0), 6))),
                "closures": [str(closure) for closure in dict.fromkeys(part.closure for part in parts)],
            }
    return {"road": found, "basis": basis(roads, "public")}


@router.get("/route", response_model=None)
async def get_route(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    from_lon: Lon,
    from_lat: Lat,
    to_lon: Lon,
    to_lat: Lat,
    who: WhoAsks = "rescue",
) -> dict[str, Json]:
    """The quickest open way with its line and steps; without one a straight line that says why."""
    start, end = check_point(from_lon, from_lat, "from"), check_point(to_lon, to_lat, "to")
    async with house.realm.pool.connection() as conn:
        roads = await roads_now(request, conn)
    from gis.roads.answer import basis
    from gis.roads.travel import Spot

    route, by = await navigator(request).route(roads, Spot("from", *start), Spot("to", *end), who)
    avoided = [closure_object(closure) for closure in roads.closures if closure.id in route.avoided]
    return {"route": {**route.to_json(), "avoided": avoided}, "basis": basis(roads, who, by)}


@router.get("/nearest", response_model=None)
async def get_nearest(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    lon: Lon,
    lat: Lat,
    what: Annotated[str, Query(min_length=1, max_length=200, description="units, or kinds of facility with commas")],
    n: Annotated[int, Query(ge=1, le=50)] = 5,
    status: Annotated[str, Query(max_length=120, description="of units, with commas; empty: any")] = "available",
    who: WhoAsks = "rescue",
) -> dict[str, Json]:
    """The n quickest by road: units to the point, from the point to facilities. Those without a known road stand apart."""
    lon, lat = check_point(lon, lat, "point")
    toward = what == "units"
    kinds = () if toward else check_kinds([kind.strip() for kind in what.split(",") if kind.strip()], "what")
    async with house.realm.pool.connection() as conn:
        roads = await roads_now(request, conn)
        candidates = (
            await _units(conn, principal, {part.strip() for part in status.split(",") if part.strip()})
            if toward
            else [Candidate(row.code, row.lon, row.lat, row.to_json()) for row in await facilities_of(conn, kinds)]
        )
    from gis.roads.answer import basis
    from gis.roads.travel import Leg, Spot, nearest

    placed = {one.id: one for one in candidates if one.lon is not None and one.lat is not None}
    spots = [Spot(one.id, float(one.lon or 0.0), float(one.lat or 0.0)) for one in placed.values()]
    timed, apart = await asyncio.to_thread(
        nearest, roads.networks, Spot("point", lon, lat), spots, n, who, toward=toward
    )

    def told(legs: list[Leg]) -> list[Json]:
        return [{**placed[leg.to].shown, "leg": leg.to_json()} for leg in legs]

    return {
        "point": {"lon": lon, "lat": lat},
        "direction": "to_point" if toward else "from_point",
        "by_road": told(timed),
        "road_unknown": told(apart),
        "considered": len(spots),
        "without_position": len(candidates) - len(placed),
        "basis": basis(roads, who),
    }


async def _units(conn: Connection, principal: Principal, statuses: set[str]) -> list[Candidate]:
    if not any(grant.role in _SEES_UNITS for grant in principal.grants):
        raise forbidden("您的角色不能查看全部力量。", "Your role may not see all units.", field="what")
    return await unit_candidates(conn, statuses)


@router.get("/isochrone", response_model=None)
async def get_isochrone(
    request: Request,
    house: InHouse,
    principal: SignedIn,
    lon: Lon,
    lat: Lat,
    minutes: Annotated[str, Query(max_length=60, description="up to six, with commas")] = "15,30,60",
    direction: Annotated[Literal["from_point", "to_point"], Query()] = "from_point",
    who: WhoAsks = "rescue",
) -> dict[str, Json]:
    """What is reached by road within so many minutes, as polygons (the longest first, for drawing)."""
    lon, lat = check_point(lon, lat, "point")
    limits = _minutes(minutes)
    async with house.realm.pool.connection() as conn:
        roads = await roads_now(request, conn)
    from gis.roads.answer import basis
    from gis.roads.isochrone import STRIP_M, isochrones
    from gis.roads.travel import Spot, snap

    reason: str | None = "no_road_data"
    features: list[Json] = []
    off_m: float | None = None
    if roads.networks is not None:
        network = roads.networks.of(who)
        snapped = snap(network, [Spot("point", lon, lat)])
        reason = "too_far"
        if int(snapped.edge[0]) >= 0:
            off_m = float(snapped.off_m[0])
            toward = direction == "to_point"
            reached = await asyncio.to_thread(isochrones, network, snapped, limits, toward=toward)
            reason = None if reached else "in_closure"
            features = [
                {
                    "type": "Feature",
                    "id": one.minutes,
                    "geometry": geometry_json(one.shape),
                    "properties": {
                        "minutes": one.minutes, "area_km2": round(one.area_km2, 1), "road_km": round(one.road_km, 1),
                    },
                }
                for one in reversed(reached)
            ]  # fmt: skip
    from gis.roads.words import WHY

    why = None if reason is None else WHY[cast(Any, reason)]
    return {
        "type": "FeatureCollection",
        "features": features,
        "reason": reason,
        "zh": None if why is None else f"道路情况不明：{why[0]}",
        "en": None if why is None else f"Road unknown: {why[1]}",
        "off_road_m": None if off_m is None else round(off_m),
        "strip_m": round(STRIP_M),
        "basis": basis(roads, who),
    }


def _minutes(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    good = [int(part) for part in parts if part.isdecimal() and 1 <= int(part) <= MOST_MINUTES]
    if not parts or len(good) != len(parts) or len(parts) > 6:
        raise Refused(
            "invalid_field",
            zh=f"minutes 应为 1 到 {MOST_MINUTES} 的整数，最多 6 个，用逗号分开。",
            en=f"minutes must be whole numbers from 1 to {MOST_MINUTES}, up to six, with commas between.",
            field="minutes",
        )
    return sorted(set(good))
