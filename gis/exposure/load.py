"""Loading exposure points: drawn for the training region, or a city's own. One set at a time, exchanged whole."""

import asyncio
import struct
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import shapely

from gis.exposure.draw import Drawn, TownshipFact, draw_exposure
from spine.db import Connection
from spine.errors import Refused

FINE, COARSE, MOST = 1_000_000, 60_000, 5_000_000
"""Points: one for two or three people, one for about forty, and the most there may be."""
_VERSIONS = UUID("6a4c1d52-2f0b-5c64-8e5e-a5309a0e5309")
_PROGRAM = "1"  # of draw.py: to be raised when it draws something else from the same
_vector: Any = shapely  # its stubs leave the types of arrays open
_HEAD = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
_TAIL = struct.pack(">h", -1)
_BLOCK_ROWS = 50_000
_ROW = np.dtype(
    [
        ("n", ">i2"), ("a", ">i4"), ("lon", ">f8"), ("b", ">i4"), ("lat", ">f8"), ("c", ">i4"), ("township", "S9"),
        ("d", ">i4"), ("day", ">f4"), ("e", ">i4"), ("night", ">f4"), ("f", ">i4"), ("buildings", ">f4"),
    ]
)  # fmt: skip

_ROW_OUTSIDE = np.dtype([(name, _ROW[name]) for name in _ROW.names or () if name != "township"])


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What is said of a set of points besides the points."""

    made_from: str
    title_zh: str
    title_en: str
    source: str
    source_en: str
    date: date
    synthetic: bool
    has_buildings: bool = True


@dataclass(frozen=True, slots=True)
class _Inputs:
    made_from: str
    source: str
    source_en: str
    date: date
    townships: list[TownshipFact]
    county_people: dict[str, int]
    roads: list[Any]
    lakes: list[Any]


async def seed_exposure(conn: Connection, *, points: int, seed: int) -> dict[str, int]:
    """Draw and load the training region's exposure unless just that one is there. In the caller's transaction.

    Raises Refused `no_region` when no region with counted counties is loaded.
    """
    inputs = await _inputs(conn)
    made_from = f"exposure {_PROGRAM}, seed {seed}, {points} points, {inputs.made_from}"
    row = await (await conn.execute("SELECT made_from, points FROM gis.exposure_set")).fetchone()
    if not 20 * len(inputs.townships) <= points <= MOST:
        raise Refused(
            "points_out_of_range",
            zh=f"点数应在 {20 * len(inputs.townships)} 到 {MOST} 之间。",
            en=f"The number of points must be between {20 * len(inputs.townships)} and {MOST}.",
            field="exposure",
        )
    if row is not None and row[0] == made_from:
        return {"exposure_points": int(row[1])}
    drawn = await asyncio.to_thread(
        draw_exposure, inputs.townships, inputs.county_people, inputs.roads, inputs.lakes, points=points, seed=seed
    )
    facts = SetFacts(
        made_from=made_from,
        title_zh="人口与建筑分布（合成数据）",
        title_en="Where people live (synthetic)",
        source=f"合成数据：由程序按种子生成，各县（区）合计等于普查人口；{inputs.source}",
        source_en=f"Synthetic: drawn by program from a seed; each county adds up to its census figure; {inputs.source_en}",
        date=inputs.date,
        synthetic=True,
    )
    await replace_exposure(conn, facts, [fact.code for fact in inputs.townships], drawn)
    return {"exposure_points": len(drawn.lon)}


async def replace_exposure(conn: Connection, facts: SetFacts, codes: list[str], drawn: Drawn) -> None:
    """Put these points in place of those there. All or nothing, with the caller's transaction. Codes have nine digits."""
    await conn.execute("DELETE FROM gis.exposure_set")
    await conn.execute("TRUNCATE gis.exposure_point")
    names = np.asarray([code.encode() for code in codes], dtype="S9")
    inside, outside = np.flatnonzero(drawn.township < len(codes)), np.flatnonzero(drawn.township >= len(codes))
    async with (
        conn.cursor() as cursor,
        cursor.copy(
            "COPY gis.exposure_point (lon, lat, township, people_day, people_night, buildings) FROM STDIN (FORMAT BINARY)"
        ) as copy,
    ):
        await copy.write(_HEAD)
        for first in range(0, len(inside), _BLOCK_ROWS):
            await copy.write(_block(drawn, names, inside[first : first + _BLOCK_ROWS]))
        for first in range(0, len(outside), _BLOCK_ROWS):
            await copy.write(_block(drawn, None, outside[first : first + _BLOCK_ROWS]))
        await copy.write(_TAIL)
    await conn.execute(
        """
        INSERT INTO gis.exposure_set (version, made_from, title_zh, title_en, source, source_en, date, synthetic, points,
            people_day, people_night, buildings)
        VALUES (%(version)s, %(made_from)s, %(title_zh)s, %(title_en)s, %(source)s, %(source_en)s, %(date)s, %(synthetic)s,
            %(points)s, %(day)s, %(night)s, %(buildings)s)
        """,
        {
            "version": uuid5(_VERSIONS, drawn.digest()),
            "made_from": facts.made_from,
            "title_zh": facts.title_zh,
            "title_en": facts.title_en,
            "source": facts.source,
            "source_en": facts.source_en,
            "date": facts.date,
            "synthetic": facts.synthetic,
            "points": len(drawn.lon),
            "day": round(float(drawn.people_day.sum())),
            "night": round(float(drawn.people_night.sum())),
            "buildings": round(float(drawn.buildings.sum())) if facts.has_buildings else None,
        },
    )


def _block(drawn: Drawn, names: Any, part: Any) -> bytes:
    """Rows as COPY's binary format has them: every value after its length. `names` None: points in no township."""
    rows = np.zeros(len(part), dtype=_ROW if names is not None else _ROW_OUTSIDE)
    rows["n"] = 6
    for field, size in (("a", 8), ("b", 8), ("c", 0 if names is None else 9), ("d", 4), ("e", 4), ("f", 4)):
        rows[field] = size
    rows["lon"], rows["lat"] = drawn.lon[part], drawn.lat[part]
    if names is not None:
        rows["township"] = names[drawn.township[part]]
    rows["day"], rows["night"] = drawn.people_day[part], drawn.people_night[part]
    rows["buildings"] = drawn.buildings[part]
    return rows.tobytes()


async def _inputs(conn: Connection) -> _Inputs:
    """The loaded region as the drawing needs it."""
    region = await (await conn.execute("SELECT made_from, source, source_en, date FROM gis.region")).fetchone()
    counties = await (
        await conn.execute(
            """
            SELECT code, population, ST_X(point), ST_Y(point) FROM gis.place
            WHERE level = 'county' AND population IS NOT NULL ORDER BY code
            """
        )
    ).fetchall()
    if region is None or not counties:
        raise Refused(
            "no_region",
            zh="没有加载带人口的县（区），无法生成人口分布；请先运行 seed。",
            en="No counties with a population are loaded, so nobody can be placed; run seed first.",
        )
    rows = await (
        await conn.execute(
            """
            SELECT code, parent, name_zh, ST_X(point), ST_Y(point), ST_AsBinary(area), coalesce(population, 1) FROM gis.place
            WHERE level = 'township' AND parent = ANY (%(counties)s) ORDER BY code
            """,
            {"counties": [code for code, *_ in counties]},
        )
    ).fetchall()
    seats = {str(code): (float(lon), float(lat)) for code, _, lon, lat in counties}
    nearest: dict[str, tuple[float, str]] = {}
    for code, county, _, lon, lat, *_ in rows:
        away = (lon - seats[county][0]) ** 2 + (lat - seats[county][1]) ** 2
        nearest[county] = min(nearest.get(county, (9.0, "")), (away, code)) if county in nearest else (away, code)
    seat_codes = {code for _, code in nearest.values()}
    townships = [
        TownshipFact(
            str(code), str(county), "seat" if code in seat_codes else "town" if name.endswith(("镇", "街道")) else "rural",
            float(lon), float(lat), _vector.from_wkb(area), int(people),
        )
        for code, county, name, lon, lat, area, people in rows
    ]  # fmt: skip
    roads = await (await conn.execute("SELECT ST_AsBinary(line) FROM gis.road_edge ORDER BY id")).fetchall()
    lakes = await (
        await conn.execute("SELECT ST_AsBinary(area) FROM gis.facility WHERE area IS NOT NULL ORDER BY code")
    ).fetchall()
    return _Inputs(
        made_from=str(region[0]),
        source=str(region[1]),
        source_en=str(region[2]),
        date=region[3],
        townships=townships,
        county_people={str(code): int(people) for code, people, *_ in counties},
        roads=[_vector.from_wkb(line) for (line,) in roads],
        lakes=[_vector.from_wkb(area) for (area,) in lakes],
    )
