"""Newest unit positions as telemetry items."""

from spine.canonical import Json
from spine.clock import iso
from spine.db import Connection


async def newest_positions(conn: Connection) -> dict[str, Json]:
    """{unit id: {lon, lat, accuracy_m, at}}: the newest position that each unit has reported."""
    rows = await (
        await conn.execute("SELECT unit_id, lon, lat, accuracy_m, at FROM gis.position ORDER BY unit_id")
    ).fetchall()
    return {
        str(unit): {"id": str(unit), "lon": lon, "lat": lat, "accuracy_m": accuracy, "at": iso(at)}
        for unit, lon, lat, accuracy, at in rows
    }
