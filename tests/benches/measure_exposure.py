"""A million exposure points and 20 polygons to sums by polygon and township: over HTTP from the platform, in its engine alone, and
by GeoPandas' spatial join in memory on the same points and polygons. Warm, one core for everything, database included."""

import io
import statistics
import time
from typing import Any, cast

import geopandas
import httpx
import numpy as np
import pandas as pd
import shapely

from gis.exposure.current import CurrentExposure
from spine.db import owner_connection
from tests.benches.result import Row
from tests.city import PASSWORD, City, serving
from web.seed import seed

POLYGONS, CORNERS = 20, 200
BAR_S, BAR_RATIO = 1.0, 1.5


def polygons() -> list[shapely.Polygon]:
    """Ten bands around one place and ten areas elsewhere, each of 200 corners; always the same."""
    rng = np.random.default_rng(4)

    def ring(lon: float, lat: float, km: float) -> shapely.Polygon:
        angle = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
        away = km * (1 + 0.12 * np.sin(5 * angle) + 0.03 * np.sin(17 * angle + 1))
        return shapely.Polygon(
            np.column_stack((lon + away * np.cos(angle) / 101.8, lat + away * np.sin(angle) / 110.8))
        )

    bands = [ring(99.4, 23.6, 4.0 * (i + 1)) for i in range(POLYGONS // 2)]
    spread = [ring(rng.uniform(98.9, 100.2), rng.uniform(23.3, 24.7), rng.uniform(3, 40)) for _ in range(POLYGONS // 2)]
    return [*bands, *spread]


async def exposure(city: City, database_url: str, points: int, rounds: int) -> list[Row]:
    await seed(database_url, password=PASSWORD, exposure=points)
    shapes = polygons()
    body = {"areas": [{"id": str(i), "geometry": shapely.geometry.mapping(shape)} for i, shape in enumerate(shapes)]}
    async with owner_connection(database_url) as conn:
        began = time.perf_counter()
        held = await CurrentExposure().get(conn)
        loading = time.perf_counter() - began
        table = await _frame(conn)
    assert held.points is not None
    engine = _times(lambda: (held.points or 0) and held.points.each(shapes), rounds)
    ours, answer = await _asked(city, body, rounds)
    baseline, joined = _joined(table, shapes, rounds)
    wrong = _differences(answer, joined)
    common = {
        "engine_s": engine,
        "http_s": ours,
        "geopandas_s": baseline,
        "loading_s": loading,
        "points": len(held.points),
    }
    note = f"the engine alone {engine * 1000:.0f} ms; reading the points into memory once {loading:.1f} s"
    named = f"{len(held.points):,} points × {POLYGONS} polygons → sums by polygon and township"
    return [
        Row("exposure_seconds", f"{named}, over HTTP", f"≤ {BAR_S} s", "–", f"{ours:.3f} s", ours / BAR_S, at_most=1.0, wrong=wrong, notes=[note], figures=common),
        Row("exposure_ratio", named, f"≤ {BAR_RATIO} × GeoPandas sjoin + groupby", f"{baseline:.3f} s", f"{ours:.3f} s", ours / baseline, at_most=BAR_RATIO, wrong=wrong, figures=common),
    ]  # fmt: skip


def _times(work: Any, rounds: int) -> float:
    taken: list[float] = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


async def _asked(city: City, body: dict[str, Any], rounds: int) -> tuple[float, dict[str, Any]]:
    async with serving(city) as server, server.sign_in("duty1") as client:
        answer: httpx.Response = await client.post("/api/exposure", json=body)
        taken: list[float] = []
        for _ in range(rounds):
            began = time.perf_counter()
            answer = await client.post("/api/exposure", json=body)
            taken.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.text
        return statistics.median(taken), cast(dict[str, Any], answer.json())


async def _frame(conn: Any) -> geopandas.GeoDataFrame:
    text = io.BytesIO()
    copied = "COPY gis.exposure_point TO STDOUT (FORMAT CSV, HEADER)"
    async with conn.cursor() as cursor, cursor.copy(copied) as copy:
        async for block in copy:
            text.write(block)
    text.seek(0)
    read = cast(Any, pd).read_csv(text, dtype={"township": str})
    made: Any = geopandas.GeoDataFrame(read, geometry=geopandas.points_from_xy(read.lon, read.lat), crs=4326)
    assert made.sindex is not None  # built before the clock runs, as ours is
    return made


def _joined(table: Any, shapes: list[shapely.Polygon], rounds: int) -> tuple[float, Any]:
    areas: Any = geopandas.GeoDataFrame({"area": range(len(shapes))}, geometry=shapes, crs=4326)

    def join() -> Any:
        found: Any = geopandas.sjoin(table, areas, predicate="within")
        return found.groupby(["area", "township"])[["people_day", "people_night", "buildings"]].sum()

    return _times(join, max(rounds // 2, 1)), join()


def _differences(answer: dict[str, Any], joined: Any) -> list[str]:
    """Every number of ours against the join's."""
    wrong: list[str] = []
    for area in answer["areas"]:
        for row in area["townships"]:
            key = int(area["id"]), row["code"]
            told = joined.loc[key] if key in joined.index else None
            for name in ("people_day", "people_night", "buildings"):
                wanted = 0 if told is None else round(float(told[name]))
                if row[name]["value"] != wanted:
                    wrong.append(f"{key} {name}: {row[name]['value']} instead of {wanted}")
    return wrong[:5]
