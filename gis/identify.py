"""What is here: everything that this room knows of a point on the map, in the order in which it is asked for."""

from dataclasses import dataclass

from psycopg.rows import class_row

from gis.facility_kinds import KINDS
from gis.point_text import Given
from gis.point_words import written_out
from gis.whereabouts import describe, direction, doubts_of_place
from spine.canonical import Json
from spine.db import Connection

MOST_WITHIN_M = 50_000.0
MOST_THINGS = 20
_KIND_NAMES = {kind.key: (kind.zh, kind.en) for kind in KINDS}
_OTHER_NAMES = {
    "expressway": ("高速公路", "Expressway"), "national": ("国道", "National road"), "provincial": ("省道", "Provincial road"),
    "county": ("县道", "County road"), "township": ("乡道", "Township road"), "river": ("河流", "River"), "village": ("村（社区）", "Village"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Thing:
    what: str
    kind: str
    code: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    distance_m: float
    bearing: float

    def to_json(self) -> Json:
        zh, en = (_KIND_NAMES.get(self.kind) or _OTHER_NAMES.get(self.kind)) or (self.kind, self.kind)
        towards = direction(self.bearing)
        return {
            "what": self.what,
            "kind": self.kind,
            "kind_zh": zh,
            "kind_en": en,
            "code": self.code,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "lon": self.lon,
            "lat": self.lat,
            "distance_m": round(self.distance_m),
            "towards_zh": towards[0],
            "towards_en": towards[1],
        }


async def identify(conn: Connection, lon: float, lat: float, within_m: float) -> dict[str, Json]:
    """{place, doubts, coordinates, things} of a WGS 84 point. `within_m`: how far around things are listed, the nearest first.

    `place` is null where no place is within 150 km; `coordinates` is the point in every system; `things` are facilities,
    roads, rivers and villages.
    """
    described = await describe(conn, lon, lat)
    doubts: list[Json] = [doubt.to_json() for doubt in await doubts_of_place(conn, Given(lon, lat))]
    things: list[Json] = [thing.to_json() for thing in await _things(conn, lon, lat, min(within_m, MOST_WITHIN_M))]
    return {
        "lon": lon,
        "lat": lat,
        "place": None if described is None else described.to_json(),
        "doubts": doubts,
        "coordinates": written_out(lon, lat),
        "within_m": min(within_m, MOST_WITHIN_M),
        "things": things,
    }


async def _things(conn: Connection, lon: float, lat: float, within_m: float) -> list[_Thing]:
    async with conn.cursor(row_factory=class_row(_Thing)) as cursor:
        await cursor.execute(
            """
            WITH here AS (
                SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AS p
            ), around AS (
                SELECT p, ST_Buffer(p::geography, %(within)s)::geometry AS ring FROM here
            ), thing AS (
                SELECT 'facility' AS what, kind, code, name_zh, name_en, f.point AS at FROM gis.facility AS f, around
                WHERE f.point && ring
                UNION ALL
                SELECT 'village', 'village', code, name_zh, name_en, v.point FROM gis.village AS v, around
                WHERE v.point && ring
                UNION ALL
                (SELECT DISTINCT ON (ref, name_zh) 'road', class, coalesce(nullif(ref, ''), id::text), name_zh, name_en,
                        ST_ClosestPoint(line, p)
                 FROM gis.road_edge, around WHERE line && ring ORDER BY ref, name_zh, line <-> p)
                UNION ALL
                SELECT 'river', 'river', code, name_zh, coalesce(name_en, name_zh), ST_ClosestPoint(line, p)
                FROM gis.river, around WHERE name_zh IS NOT NULL AND line && ring
            ), measured AS (
                SELECT thing.*, ST_Distance(at::geography, p::geography) AS distance_m,
                       coalesce(degrees(ST_Azimuth(p::geography, at::geography)), 0) AS bearing
                FROM thing, here
            )
            SELECT what, kind, code, name_zh, name_en, ST_X(at) AS lon, ST_Y(at) AS lat, distance_m, bearing
            FROM measured WHERE distance_m <= %(within)s ORDER BY distance_m, code LIMIT %(most)s
            """,
            {"lon": lon, "lat": lat, "within": within_m, "most": MOST_THINGS},
        )
        return await cursor.fetchall()
