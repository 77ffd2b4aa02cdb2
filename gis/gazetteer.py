"""Places by name, pinyin, initials, code or coordinates; and a point in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from psycopg.rows import class_row

from gis.coordinate_text import parse_coordinates
from gis.geodesic import bearing_deg, distance_m
from spine.canonical import Json
from spine.db import Connection

_WINDS = (
    ("北", "N"),
    ("东北", "NE"),
    ("东", "E"),
    ("东南", "SE"),
    ("南", "S"),
    ("西南", "SW"),
    ("西", "W"),
    ("西北", "NW"),
)
_AT_THE_PLACE_M = 800.0
"""Nearer than this to a place's point it is simply "at" the place."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was found. `kind`: city, county, township, coordinates, or the kind of a facility."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    area_code: str | None
    chain_zh: str
    chain_en: str
    mark: str
    score: float

    def to_json(self) -> dict[str, Json]:
        return {
            "code": self.code,
            "kind": self.kind,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "point": {"lon": self.lon, "lat": self.lat, "origin": "WGS84"},
            "area_code": self.area_code,
            "chain_zh": self.chain_zh,
            "chain_en": self.chain_en,
            "mark": self.mark,
        }


@dataclass(frozen=True, slots=True)
class Described:
    """A point in words: `孟定镇东北 3.2 km`, with the area that holds it."""

    area_code: str
    chain_zh: str
    chain_en: str
    words_zh: str
    words_en: str

    def to_json(self) -> dict[str, Json]:
        return {
            "area_code": self.area_code,
            "chain_zh": self.chain_zh,
            "chain_en": self.chain_en,
            "words_zh": self.words_zh,
            "words_en": self.words_en,
        }


async def find(
    conn: Connection, text: str, near: tuple[float, float] | None = None, limit: int = 10
) -> Sequence[Place]:
    """Places that a text may mean, best first: exact before prefix before similar; areas before facilities; nearer first."""
    wanted = " ".join(text.split())
    coordinates = parse_coordinates(wanted)
    if coordinates is not None:
        described = await describe(conn, coordinates.lon, coordinates.lat)
        return [_of_coordinates(coordinates.lon, coordinates.lat, described)]
    if not wanted:
        return []
    lon, lat = near if near is not None else (None, None)
    async with conn.cursor(row_factory=class_row(Place)) as cur:
        await cur.execute(
            """
            WITH known AS (
                SELECT p.code, p.level AS kind, p.name_zh, p.name_en, p.short_zh, p.pinyin, p.initials, p.point,
                    p.code AS area_code, p.mark::text AS mark,
                    CASE p.level WHEN 'city' THEN 0.06 WHEN 'county' THEN 0.05 ELSE 0.04 END AS rank,
                    p.other_codes
                FROM gis.place p
                UNION ALL
                SELECT f.code, f.kind, f.name_zh, f.name_en, f.name_zh, f.pinyin, f.initials, f.point, f.area_code,
                    f.mark::text, 0.0, '{}'::text[]
                FROM gis.facility f
            ), scored AS (
                SELECT k.*, GREATEST(
                    CASE WHEN k.code = %(text)s OR %(text)s = ANY(k.other_codes) THEN 1.0 ELSE 0 END,
                    CASE WHEN k.name_zh = %(text)s OR k.short_zh = %(text)s THEN 1.0 ELSE 0 END,
                    CASE WHEN k.name_zh LIKE %(prefix)s THEN 0.9 ELSE 0 END,
                    CASE WHEN k.name_zh LIKE %(inside)s THEN 0.7 ELSE 0 END,
                    CASE WHEN k.pinyin = %(latin)s OR lower(k.name_en) = lower(%(text)s) THEN 0.95 ELSE 0 END,
                    CASE WHEN length(%(latin)s) >= 3 AND (k.pinyin LIKE %(latin_prefix)s
                        OR lower(k.name_en) LIKE lower(%(prefix)s)) THEN 0.8 ELSE 0 END,
                    CASE WHEN length(%(latin)s) >= 2 AND k.initials = %(latin)s THEN 0.75 ELSE 0 END,
                    CASE WHEN similarity(k.name_zh, %(text)s) >= 0.4 THEN similarity(k.name_zh, %(text)s) * 0.6 ELSE 0 END,
                    CASE WHEN length(%(latin)s) >= 4 AND similarity(k.pinyin, %(latin)s) >= 0.5
                        THEN similarity(k.pinyin, %(latin)s) * 0.6 ELSE 0 END
                ) AS fit
                FROM known k
            )
            SELECT s.code, s.kind, s.name_zh, s.name_en, ST_X(s.point) AS lon, ST_Y(s.point) AS lat, s.area_code,
                coalesce((SELECT string_agg(c.name_zh, '' ORDER BY length(c.code)) FROM gis.place c
                    WHERE s.area_code LIKE c.code || '%%' AND c.level <> 'city'), '') AS chain_zh,
                coalesce((SELECT string_agg(c.name_en, ', ' ORDER BY length(c.code) DESC) FROM gis.place c
                    WHERE s.area_code LIKE c.code || '%%' AND c.level <> 'city'), '') AS chain_en,
                s.mark,
                (s.fit + s.rank)::float8 AS score
            FROM scored s
            WHERE s.fit > 0
            ORDER BY score DESC,
                CASE WHEN %(lon)s::float8 IS NULL THEN 0
                    ELSE ST_Distance(s.point, ST_SetSRID(ST_MakePoint(%(lon)s::float8, %(lat)s::float8), 4326)) END,
                length(s.name_zh), s.code
            LIMIT %(limit)s
            """,
            {
                "text": wanted,
                "prefix": _like(wanted) + "%",
                "inside": "%" + _like(wanted) + "%",
                "latin": _latin(wanted),
                "latin_prefix": _like(_latin(wanted)) + "%",
                "lon": lon,
                "lat": lat,
                "limit": limit,
            },
        )
        return await cur.fetchall()


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _latin(text: str) -> str:
    """As pinyin and initials are kept: letters and digits only, lower case."""
    return "".join(ch for ch in text.lower() if ch.isascii() and ch.isalnum())


def _of_coordinates(lon: float, lat: float, described: Described | None) -> Place:
    place = Place(
        f"{lon:.5f},{lat:.5f}",
        "coordinates",
        f"{lat:.4f}N {lon:.4f}E",
        f"{lat:.4f}N {lon:.4f}E",
        lon,
        lat,
        None,
        "",
        "",
        "R",
        1.0,
    )
    if described is None:
        return place
    return replace(
        place,
        name_zh=described.words_zh,
        name_en=described.words_en,
        area_code=described.area_code,
        chain_zh=described.chain_zh,
        chain_en=described.chain_en,
    )


@dataclass(frozen=True, slots=True)
class _Near:
    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float


async def describe(conn: Connection, lon: float, lat: float) -> Described | None:
    """The point in words and the areas that hold it; None outside the region."""
    async with conn.cursor(row_factory=class_row(_Near)) as cur:
        await cur.execute(
            """
            SELECT code, name_zh, name_en, ST_X(point) AS lon, ST_Y(point) AS lat FROM gis.place
            WHERE level <> 'city' AND ST_Covers(area, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326))
            ORDER BY length(code)
            """,
            {"lon": lon, "lat": lat},
        )
        holding = await cur.fetchall()
        if not holding:
            return None
        await cur.execute(
            """
            SELECT code, name_zh, name_en, ST_X(point) AS lon, ST_Y(point) AS lat FROM gis.place
            WHERE level = 'township'
            ORDER BY point <-> ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) LIMIT 1
            """,
            {"lon": lon, "lat": lat},
        )
        nearest = await cur.fetchone() or holding[-1]
    away = distance_m(nearest.lon, nearest.lat, lon, lat)
    wind_zh, wind_en = _WINDS[round(bearing_deg(nearest.lon, nearest.lat, lon, lat) / 45) % 8]
    if away < _AT_THE_PLACE_M:
        words_zh, words_en = nearest.name_zh, nearest.name_en
    else:
        words_zh = f"{nearest.name_zh}{wind_zh} {away / 1000:.1f} km"
        words_en = f"{away / 1000:.1f} km {wind_en} of {nearest.name_en}"
    return Described(
        area_code=holding[-1].code,
        chain_zh="".join(h.name_zh for h in holding),
        chain_en=", ".join(h.name_en for h in reversed(holding)),
        words_zh=words_zh,
        words_en=words_en,
    )
