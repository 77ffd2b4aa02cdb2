"""Lists of names that a city loads: reference data, each replaced as a whole under its own name, or taken out again."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis.name_file import NameRow
from gis.name_index import REGION, replace_names
from spine.db import Connection
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class Loaded:
    names: int
    villages: int


async def load_list(conn: Connection, name: str, rows: Sequence[NameRow]) -> Loaded:
    """Put a list in the place of the one of this name, in the caller's transaction; without rows it is taken out.

    Raises Refused `list_name` for a name that is taken by the platform, `village_elsewhere` when another list has a village.
    """
    if name == REGION or not 1 <= len(name) <= 80:
        raise Refused("list_name", zh=f"名单不能叫“{name}”。", en=f"A list cannot be called '{name}'.", field="list")
    villages = [row for row in rows if row.kind == "village"]
    await conn.execute("DELETE FROM gis.village WHERE source = %s", (name,))
    taken = await (
        await conn.execute(
            "SELECT code, source FROM gis.village WHERE code = ANY (%s) ORDER BY code LIMIT 1",
            ([row.code for row in villages],),
        )
    ).fetchone()
    if taken is not None:
        raise Refused(
            "village_elsewhere",
            zh=f"村代码 {taken[0]} 已在名单“{taken[1]}”中。",
            en=f"The village {taken[0]} is in the list '{taken[1]}' already.",
            field="file",
        )
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO gis.village (code, source, name_zh, name_en, point, area)
            VALUES (%(code)s, %(source)s, %(name_zh)s, %(name_en)s, ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326),
                    ST_SetSRID(%(area)s::geometry, 4326))
            """,
            [
                {
                    "code": row.code, "source": name, "name_zh": row.name_zh, "name_en": row.name_en, "lon": row.lon,
                    "lat": row.lat, "area": None if row.area is None else row.area.wkb_hex,
                }
                for row in villages
            ],
        )  # fmt: skip
    return Loaded(await replace_names(conn, name, (row.indexed() for row in rows)), len(villages))
