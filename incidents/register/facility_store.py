"""The facilities that the register takes its sites from, and whose they are."""

from collections.abc import Sequence

from psycopg.rows import class_row

from gis.facilities import FacilityRow
from incidents.register.take_in import FacilitySourceOf
from spine.db import Connection


async def facilities_by_code(conn: Connection, codes: Sequence[str]) -> list[FacilityRow]:
    async with conn.cursor(row_factory=class_row(FacilityRow)) as cur:
        await cur.execute(
            """
            SELECT code, kind, name_zh, name_en, area_code, ST_X(point) AS lon, ST_Y(point) AS lat, properties, mark
            FROM gis.facility WHERE code = ANY (%(codes)s) ORDER BY code
            """,
            {"codes": list(codes)},
        )
        return await cur.fetchall()


async def layer_source(conn: Connection) -> FacilitySourceOf:
    """Of the facility layer; of the region where the layer does not say."""
    row = await (
        await conn.execute(
            """
            SELECT source, source_en, date FROM gis.layer WHERE name = 'facilities'
            UNION ALL SELECT source, source_en, date FROM gis.region LIMIT 1
            """
        )
    ).fetchone()
    return FacilitySourceOf("设施图层", "facility layer", None) if row is None else FacilitySourceOf(*row)


async def facility_prints(conn: Connection) -> dict[str, str | None]:
    """{facility code: print} of every site that came from a facility."""
    rows = await (
        await conn.execute(
            "SELECT facility_code, facility_print FROM incidents.register_site WHERE facility_code IS NOT NULL"
        )
    ).fetchall()
    return {str(code): None if value is None else str(value) for code, value in rows}
