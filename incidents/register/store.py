"""SQL of the risk register: sites, versions, scores, scenarios, and how often it changed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from incidents.register.site import Action, Site, SiteVersion
from spine.canonical import Json
from spine.db import Connection

_SITE: LiteralString = """
    s.id, s.facility_code, s.facility_print, s.kind, s.name, s.name_en, s.lon, s.lat, s.origin, s.area_code, s.owner, s.department,
    s.surveyed_on, s.properties, s.source, s.source_en, s.mark, s.retired, s.entered_by, s.entered_at, s.changed_by, s.changed_at,
    s.reason, s.recompute_at, s.version
"""
MOST_VERSIONS = 200


async def save_site(conn: Connection, site: Site, action: Action, shown: Mapping[str, Json]) -> None:
    """The site as it is now, and its version into the history, which is only ever added to."""
    await conn.execute(
        """
        INSERT INTO incidents.register_site (id, facility_code, facility_print, kind, name, name_en, lon, lat, origin, area_code,
            owner, department, surveyed_on, properties, source, source_en, mark, retired, entered_by, entered_at, changed_by,
            changed_at, reason, recompute_at, version)
        VALUES (%(id)s, %(facility_code)s, %(facility_print)s, %(kind)s, %(name)s, %(name_en)s, %(lon)s, %(lat)s, %(origin)s,
            %(area_code)s, %(owner)s, %(department)s, %(surveyed_on)s, %(properties)s, %(source)s, %(source_en)s, %(mark)s,
            %(retired)s, %(entered_by)s, %(entered_at)s, %(changed_by)s, %(changed_at)s, %(reason)s, %(recompute_at)s, %(version)s)
        ON CONFLICT (id) DO UPDATE SET facility_print = EXCLUDED.facility_print, kind = EXCLUDED.kind, name = EXCLUDED.name,
            name_en = EXCLUDED.name_en, lon = EXCLUDED.lon, lat = EXCLUDED.lat, origin = EXCLUDED.origin,
            area_code = EXCLUDED.area_code, owner = EXCLUDED.owner, department = EXCLUDED.department,
            surveyed_on = EXCLUDED.surveyed_on, properties = EXCLUDED.properties, source = EXCLUDED.source,
            source_en = EXCLUDED.source_en, mark = EXCLUDED.mark, retired = EXCLUDED.retired, changed_by = EXCLUDED.changed_by,
            changed_at = EXCLUDED.changed_at, reason = EXCLUDED.reason, version = EXCLUDED.version
        """,
        _row(site),
    )
    await conn.execute(
        """
        INSERT INTO incidents.register_site_version (site_id, version, action, site, reason, by, at)
        VALUES (%(id)s, %(version)s, %(action)s, %(site)s, %(reason)s, %(by)s, %(at)s)
        """,
        {
            "id": site.id, "version": site.version, "action": action, "site": Jsonb(shown), "reason": site.reason,
            "by": Jsonb(site.changed_by), "at": site.changed_at,
        },
    )  # fmt: skip


def _row(site: Site) -> dict[str, Any]:
    return {
        "id": site.id, "facility_code": site.facility_code, "facility_print": site.facility_print, "kind": site.kind,
        "name": site.name, "name_en": site.name_en, "lon": site.lon, "lat": site.lat, "origin": site.origin,
        "area_code": site.area_code, "owner": site.owner, "department": site.department, "surveyed_on": site.surveyed_on,
        "properties": Jsonb(site.properties), "source": site.source, "source_en": site.source_en, "mark": site.mark,
        "retired": site.retired, "entered_by": Jsonb(site.entered_by), "entered_at": site.entered_at,
        "changed_by": Jsonb(site.changed_by), "changed_at": site.changed_at, "reason": site.reason,
        "recompute_at": site.recompute_at, "version": site.version,
    }  # fmt: skip


async def set_recompute(conn: Connection, site_id: UUID, at: datetime | None) -> None:
    await conn.execute("UPDATE incidents.register_site SET recompute_at = %s WHERE id = %s", (at, site_id))


async def find_site(conn: Connection, site_id: UUID) -> Site | None:
    async with conn.cursor(row_factory=class_row(Site)) as cur:
        await cur.execute("SELECT" + _SITE + "FROM incidents.register_site s WHERE s.id = %s", (site_id,))
        return await cur.fetchone()


async def lock_site(conn: Connection, site_id: UUID) -> Site | None:
    async with conn.cursor(row_factory=class_row(Site)) as cur:
        await cur.execute(
            "SELECT" + _SITE + "FROM incidents.register_site s WHERE s.id = %s FOR NO KEY UPDATE", (site_id,)
        )
        return await cur.fetchone()


async def lock_sites(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Site]:
    async with conn.cursor(row_factory=class_row(Site)) as cur:
        await cur.execute(
            "SELECT" + _SITE + "FROM incidents.register_site s WHERE s.id = ANY (%s) ORDER BY s.id FOR NO KEY UPDATE",
            (list(ids),),
        )
        return {site.id: site for site in await cur.fetchall()}


async def lock_by_facility(conn: Connection, codes: Sequence[str]) -> dict[str, Site]:
    async with conn.cursor(row_factory=class_row(Site)) as cur:
        await cur.execute(
            "SELECT"
            + _SITE
            + "FROM incidents.register_site s WHERE s.facility_code = ANY (%s) ORDER BY s.id FOR NO KEY UPDATE",
            (list(codes),),
        )
        return {site.facility_code: site for site in await cur.fetchall() if site.facility_code is not None}


async def sites(conn: Connection, *, area: str = "", retired: bool | None = False) -> list[Site]:
    """Sites whose area begins so, by id; `retired` None: those too."""
    async with conn.cursor(row_factory=class_row(Site)) as cur:
        await cur.execute(
            "SELECT"
            + _SITE
            + """
            FROM incidents.register_site s
            WHERE coalesce(s.area_code, '') LIKE %(area)s || '%%' AND (%(retired)s::boolean IS NULL OR s.retired = %(retired)s)
            ORDER BY s.id
            """,
            {"area": area, "retired": retired},
        )
        return await cur.fetchall()


async def same_place(conn: Connection, kind: str, name: str, lon: float, lat: float) -> UUID | None:
    """A standing site of the same kind and name within about 100 m: most likely the same one entered twice."""
    row = await (
        await conn.execute(
            """
            SELECT id FROM incidents.register_site
            WHERE NOT retired AND kind = %(kind)s AND name = %(name)s
              AND lon BETWEEN %(lon)s - 0.001 AND %(lon)s + 0.001 AND lat BETWEEN %(lat)s - 0.001 AND %(lat)s + 0.001
            LIMIT 1
            """,
            {"kind": kind, "name": name, "lon": lon, "lat": lat},
        )
    ).fetchone()
    return None if row is None else UUID(str(row[0]))


async def sites_near(conn: Connection, lon: float, lat: float, within_m: float) -> list[tuple[Site, float]]:
    """Standing sites within so many metres on the ellipsoid, the nearest first."""
    rows = await (
        await conn.execute(
            """
            SELECT id, ST_Distance(ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography, here) AS away
            FROM incidents.register_site, (SELECT ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography AS here) AS at
            WHERE NOT retired AND lat BETWEEN %(lat)s - %(up)s AND %(lat)s + %(up)s
              AND ST_DWithin(ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geography, here, %(within)s)
            ORDER BY away, id LIMIT 50
            """,
            {"lon": lon, "lat": lat, "up": within_m / 110_000, "within": within_m},
        )
    ).fetchall()
    found = await sites_by_id(conn, [UUID(str(key)) for key, _ in rows])
    return [(found[UUID(str(key))], float(away)) for key, away in rows]


async def sites_named_in(conn: Connection, text: str) -> list[Site]:
    """Standing sites whose whole name (of three signs or more) stands in the text."""
    async with conn.cursor(row_factory=class_row(Site)) as cur:
        await cur.execute(
            "SELECT"
            + _SITE
            + """
            FROM incidents.register_site s
            WHERE NOT s.retired AND ((length(s.name) >= 3 AND position(s.name IN %(text)s) > 0)
               OR (length(s.name_en) >= 6 AND position(lower(s.name_en) IN lower(%(text)s)) > 0))
            ORDER BY length(s.name) DESC, s.id LIMIT 20
            """,
            {"text": text},
        )
        return await cur.fetchall()


async def sites_by_id(conn: Connection, ids: Sequence[UUID]) -> dict[UUID, Site]:
    async with conn.cursor(row_factory=class_row(Site)) as cur:
        await cur.execute("SELECT" + _SITE + "FROM incidents.register_site s WHERE s.id = ANY (%s)", (list(ids),))
        return {site.id: site for site in await cur.fetchall()}


async def versions_of(conn: Connection, site_id: UUID) -> list[SiteVersion]:
    """The newest first, at most MOST_VERSIONS."""
    async with conn.cursor(row_factory=class_row(SiteVersion)) as cur:
        await cur.execute(
            """
            SELECT version, action, site, reason, by, at FROM incidents.register_site_version
            WHERE site_id = %s ORDER BY version DESC LIMIT %s
            """,
            (site_id, MOST_VERSIONS),
        )
        return await cur.fetchall()


# --- how often the register changed --------------------------------------------------------------------------------


async def count_change(conn: Connection, area: str, at: datetime) -> int:
    """One more change of this area ('' the city); its row stays locked until the end of the transaction."""
    row = await (
        await conn.execute(
            """
            INSERT INTO incidents.register_count AS c (area, changes, at) VALUES (%(area)s, 1, %(at)s)
            ON CONFLICT (area) DO UPDATE SET changes = c.changes + 1, at = EXCLUDED.at RETURNING changes
            """,
            {"area": area, "at": at},
        )
    ).fetchone()
    if row is None:
        raise AssertionError("a statement with RETURNING always returns its row")
    return int(row[0])


async def read_count(conn: Connection, area: str) -> tuple[int, datetime] | None:
    row = await (
        await conn.execute("SELECT changes, at FROM incidents.register_count WHERE area = %s", (area,))
    ).fetchone()
    return None if row is None else (int(row[0]), row[1])
