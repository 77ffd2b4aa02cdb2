"""Writing a region into the database: whole, in one transaction, in place of what was there."""

from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import shapely
from psycopg import sql
from psycopg.types.json import Jsonb
from shapely import Point
from shapely.geometry.base import BaseGeometry

from gis.name_index import refresh_region_names
from gis.region.model import Place, Region
from spine.db import Connection

# Referenced tables first.
TABLES: tuple[LiteralString, ...] = (
    "gis.region", "gis.place", "gis.facility", "gis.river", "gis.road_node", "gis.road_edge", "gis.summit", "gis.map_image",
    "gis.layer",
)  # fmt: skip
_vector: Any = shapely  # its stubs leave the types of arrays open
_LICENCE = "训练数据，随平台提供 / training data, part of the platform"
# name, title, English title, sensitivity: in the order of the layer panel.
_LAYERS = (
    ("counties", "县（区）", "Counties", "public"),
    ("townships", "乡镇（街道）", "Townships", "public"),
    ("places", "地名", "Place names", "public"),
    ("rivers", "河流", "Rivers", "public"),
    ("reservoirs", "水库", "Reservoirs", "internal"),
    ("roads", "道路", "Roads", "public"),
    ("facilities", "重点设施", "Facilities", "internal"),
    ("relief", "地势", "Relief", "public"),
)


def _hex(geometry: BaseGeometry | None) -> str | None:
    return (
        None if geometry is None else str(_vector.to_wkb(_vector.set_srid(geometry, 4326), hex=True, include_srid=True))
    )


def _at(lon: float, lat: float) -> str | None:
    return _hex(Point(lon, lat))


async def _copy(
    conn: Connection, table: LiteralString, columns: Sequence[LiteralString], rows: Iterable[tuple[Any, ...]]
) -> int:
    listed = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.SQL(table), listed)
    count = 0
    async with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            await copy.write_row(row)
            count += 1
    return count


def _place(place: Place) -> tuple[Any, ...]:
    people = place.population
    counted = (None, None, None) if people is None else (people.value, people.year, people.mark)
    return (
        place.code, place.parent, place.level, place.name_zh, place.name_en, place.short_zh, place.short_en, place.pinyin,
        place.initials, list(place.other_codes), _at(place.lon, place.lat), place.elevation_m, _hex(place.area),
        place.area_km2, *counted, place.mark, "I",
    )  # fmt: skip


async def load_region(conn: Connection, region: Region, made_from: str) -> dict[str, int]:
    """Replace everything that is loaded by this region; rows per table. The caller's transaction decides whether it stays."""
    async with conn.transaction():
        for table in reversed(TABLES):
            await conn.execute(sql.SQL("DELETE FROM {}").format(sql.SQL(table)))
        await conn.execute(
            """
            INSERT INTO gis.region (seed, made_from, digest, source, source_en, date)
            VALUES (%(seed)s, %(made_from)s, %(digest)s, %(source)s, %(source_en)s, %(date)s)
            """,
            {
                "seed": region.seed, "made_from": made_from, "digest": region.digest(), "source": region.source,
                "source_en": region.source_en, "date": region.date,
            },
        )  # fmt: skip
        counts = {"places": await _load_places(conn, region), "facilities": await _load_facilities(conn, region)}
        counts |= await _load_lines(conn, region)
        counts["layers"] = await _load_map(conn, region)
        await refresh_region_names(conn)
    return counts


async def _load_places(conn: Connection, region: Region) -> int:
    return await _copy(
        conn,
        "gis.place",
        (
            "code", "parent", "level", "name_zh", "name_en", "short_zh", "short_en", "pinyin", "initials", "other_codes",
            "point", "elevation_m", "area", "area_km2", "population", "population_year", "population_mark", "mark",
            "area_mark",
        ),
        (_place(place) for place in region.places),
    )  # fmt: skip


async def _load_facilities(conn: Connection, region: Region) -> int:
    return await _copy(
        conn,
        "gis.facility",
        (
            "code", "kind", "name_zh", "name_en", "pinyin", "initials", "area_code", "point", "elevation_m", "area",
            "properties", "mark",
        ),
        (
            (
                f.code, f.kind, f.name_zh, f.name_en, f.pinyin, f.initials, f.area_code, _at(f.lon, f.lat), f.elevation_m,
                _hex(f.area), Jsonb(dict(f.properties)), f.mark,
            )
            for f in region.facilities
        ),
    )  # fmt: skip


async def _load_lines(conn: Connection, region: Region) -> dict[str, int]:
    rivers = await _copy(
        conn,
        "gis.river",
        ("code", "name_zh", "name_en", "order", "line", "mark"),
        ((r.code, r.name_zh, r.name_en, r.order, _hex(r.line), r.mark) for r in region.rivers),
    )
    nodes = await _copy(
        conn,
        "gis.road_node",
        ("id", "kind", "point", "place_code"),
        ((n.id, n.kind, _at(n.lon, n.lat), n.place_code) for n in region.road_nodes),
    )
    edges = await _copy(
        conn,
        "gis.road_edge",
        (
            "id", "from_node", "to_node", "class", "ref", "name_zh", "name_en", "length_m", "speed_kmh", "line", "mark",
        ),
        (
            (
                e.id, e.from_node, e.to_node, e.road_class, e.ref, e.name_zh, e.name_en, e.length_m, e.speed_kmh,
                _hex(e.line), e.mark,
            )
            for e in region.road_edges
        ),
    )  # fmt: skip
    return {"rivers": rivers, "road_nodes": nodes, "road_edges": edges}


async def _load_map(conn: Connection, region: Region) -> int:
    picture = region.hillshade
    await _copy(
        conn,
        "gis.summit",
        ("name_zh", "name_en", "point", "elevation_m", "mark"),
        ((s.name_zh, s.name_en, _at(s.lon, s.lat), s.elevation_m, s.mark) for s in region.summits),
    )
    await _copy(
        conn,
        "gis.map_image",
        ("name", "media_type", "data", "west", "south", "east", "north", "width", "height"),
        [
            (
                picture.name, picture.media_type, picture.data, picture.west, picture.south, picture.east, picture.north,
                picture.width, picture.height,
            )
        ],
    )  # fmt: skip
    return await _copy(
        conn,
        "gis.layer",
        (
            "name", "ordinal", "title_zh", "title_en", "source", "source_en", "licence", "date", "illustrative",
            "sensitivity",
        ),
        (
            (name, ordinal, zh, en, region.source, region.source_en, _LICENCE, region.date, True, sensitivity)
            for ordinal, (name, zh, en, sensitivity) in enumerate(_LAYERS, 1)
        ),
    )  # fmt: skip


async def loaded_from(conn: Connection) -> str | None:
    """What the loaded region was made from, or None when none is loaded."""
    row = await (await conn.execute("SELECT made_from FROM gis.region")).fetchone()
    return None if row is None else str(row[0])


async def counts(conn: Connection) -> dict[str, int]:
    """Rows of the loaded region."""
    row = await (
        await conn.execute(
            """
            SELECT (SELECT count(*) FROM gis.place), (SELECT count(*) FROM gis.facility), (SELECT count(*) FROM gis.river),
                   (SELECT count(*) FROM gis.road_node), (SELECT count(*) FROM gis.road_edge),
                   (SELECT count(*) FROM gis.layer)
            """
        )
    ).fetchone()
    names = ("places", "facilities", "rivers", "road_nodes", "road_edges", "layers")
    return dict(zip(names, (int(n) for n in row or ()), strict=True))
