"""SQL of the incidents room: alerts, calls and incidents. What is written is read back, so that facts show what is stored."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from incidents.alert import Alert
from incidents.call import Call
from incidents.incident import Figure, Incident
from spine.db import Connection

Row = TypeVar("Row")

_ALERT = """
    id, feed, external_id, aliases, revision, source, headline, text, status, class_key, colour, severity,
    urgency, certainty, sent_at, received_at, onset_at, expires_at, lon, lat, geometry, magnitude, depth_km,
    distance_km, inside_area, area_code, area_text, language, state, on_board, incident_id, acknowledged,
    version
"""
_CALL = """
    id, no, caller_name, caller_phone, source, text, place, lon, lat, origin, area_code, class_key, figures,
    occurred_at, received_at, by, missing, state, incident_id, version
"""
_INCIDENT = """
    id, no, title, class_key, status, place, lon, lat, origin, area_code, occurred_at, opened_at, description,
    incident_area, impact_area, sensitive, from_alert, from_call, opened_by, closed, grade_suggested,
    grade_decided, response, tasks_open, tasks_closed, tasks_total, version, updated_at,
    assessment
"""


def _json(value: object) -> object:
    return Jsonb(value) if isinstance(value, dict) else value


# --- alerts ------------------------------------------------------------------------------------------------------


async def save_alert(conn: Connection, alert: Alert) -> Alert:
    async with conn.cursor(row_factory=class_row(Alert)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.alert (
                id, feed, external_id, aliases, revision, source, headline, text, status, class_key, colour,
                severity, urgency, certainty, sent_at, received_at, onset_at, expires_at, lon, lat, geometry,
                magnitude, depth_km, distance_km, inside_area, area_code, area_text, language, state,
                on_board, incident_id, acknowledged, version
            ) VALUES (
                %(id)s, %(feed)s, %(external_id)s, %(aliases)s, %(revision)s, %(source)s, %(headline)s,
                %(text)s, %(status)s, %(class_key)s, %(colour)s, %(severity)s, %(urgency)s, %(certainty)s,
                %(sent_at)s, %(received_at)s, %(onset_at)s, %(expires_at)s, %(lon)s, %(lat)s, %(geometry)s,
                %(magnitude)s, %(depth_km)s, %(distance_km)s, %(inside_area)s, %(area_code)s, %(area_text)s,
                %(language)s, %(state)s, %(on_board)s, %(incident_id)s, %(acknowledged)s, %(version)s
            )
            ON CONFLICT (id) DO UPDATE SET
                external_id = EXCLUDED.external_id, aliases = EXCLUDED.aliases, revision = EXCLUDED.revision,
                source = EXCLUDED.source, headline = EXCLUDED.headline, text = EXCLUDED.text, status =
                EXCLUDED.status, class_key = EXCLUDED.class_key, colour = EXCLUDED.colour, severity =
                EXCLUDED.severity, urgency = EXCLUDED.urgency, certainty = EXCLUDED.certainty, sent_at =
                EXCLUDED.sent_at, onset_at = EXCLUDED.onset_at, expires_at = EXCLUDED.expires_at, lon =
                EXCLUDED.lon, lat = EXCLUDED.lat, geometry = EXCLUDED.geometry, magnitude =
                EXCLUDED.magnitude, depth_km = EXCLUDED.depth_km, distance_km = EXCLUDED.distance_km,
                inside_area = EXCLUDED.inside_area, area_code = EXCLUDED.area_code, area_text =
                EXCLUDED.area_text, language = EXCLUDED.language, state = EXCLUDED.state, on_board =
                EXCLUDED.on_board, incident_id = EXCLUDED.incident_id, acknowledged = EXCLUDED.acknowledged,
                version = EXCLUDED.version
            RETURNING
                alert.id, alert.feed, alert.external_id, alert.aliases, alert.revision, alert.source,
                alert.headline, alert.text, alert.status, alert.class_key, alert.colour, alert.severity,
                alert.urgency, alert.certainty, alert.sent_at, alert.received_at, alert.onset_at,
                alert.expires_at, alert.lon, alert.lat, alert.geometry, alert.magnitude, alert.depth_km,
                alert.distance_km, alert.inside_area, alert.area_code, alert.area_text, alert.language,
                alert.state, alert.on_board, alert.incident_id, alert.acknowledged, alert.version
            """,
            {name: _json(value) for name, value in asdict(alert).items()},
        )
        return _one(await cur.fetchone())


async def lock_alert(conn: Connection, alert_id: UUID) -> Alert | None:
    async with conn.cursor(row_factory=class_row(Alert)) as cur:
        await cur.execute("SELECT" + _ALERT + "FROM incidents.alert WHERE id = %s FOR NO KEY UPDATE", (alert_id,))
        return await cur.fetchone()


async def lock_alert_named(conn: Connection, feed: str, names: Sequence[str]) -> Alert | None:
    """The alert that has one of these identities at its source. The feed's names are locked, so two of one name never race."""
    for name in sorted(names):
        await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"alert {feed} {name}",))
    async with conn.cursor(row_factory=class_row(Alert)) as cur:
        await cur.execute(
            "SELECT"
            + _ALERT
            + "FROM incidents.alert WHERE feed = %(feed)s AND aliases && %(names)s::text[] "
            + "ORDER BY received_at LIMIT 1 FOR NO KEY UPDATE",
            {"feed": feed, "names": list(names)},
        )
        return await cur.fetchone()


async def alerts_on_board(conn: Connection, area: str) -> list[Alert]:
    """Alerts of an area (empty: all) that nobody has attached or put aside yet."""
    async with conn.cursor(row_factory=class_row(Alert)) as cur:
        await cur.execute(
            "SELECT"
            + _ALERT
            + "FROM incidents.alert WHERE on_board AND state IN ('new', 'acknowledged', 'cancelled') "
            + "AND (%(area)s = '' OR area_code LIKE %(area)s || '%%')",
            {"area": area},
        )
        return await cur.fetchall()


async def alerts_of_incident(conn: Connection, incident_id: UUID) -> list[Alert]:
    async with conn.cursor(row_factory=class_row(Alert)) as cur:
        await cur.execute("SELECT" + _ALERT + "FROM incidents.alert WHERE incident_id = %s", (incident_id,))
        return await cur.fetchall()


async def crowded_out_alerts(conn: Connection, most: int) -> list[Alert]:
    """What has to leave the boards so that `most` remain: the oldest far-away alerts that nobody must answer."""
    row = await (
        await conn.execute(
            "SELECT count(*) FROM incidents.alert WHERE on_board AND state IN ('new', 'acknowledged', 'cancelled')"
        )
    ).fetchone()
    surplus = (int(row[0]) if row else 0) - most
    if surplus <= 0:
        return []
    async with conn.cursor(row_factory=class_row(Alert)) as cur:
        await cur.execute(
            "SELECT"
            + _ALERT
            + "FROM incidents.alert WHERE on_board AND state IN ('new', 'cancelled') AND colour IS NULL "
            + "AND inside_area IS NOT TRUE ORDER BY sent_at LIMIT %s FOR NO KEY UPDATE SKIP LOCKED",
            (surplus,),
        )
        return await cur.fetchall()


# --- calls -------------------------------------------------------------------------------------------------------


async def save_call(conn: Connection, call: Call) -> Call:
    async with conn.cursor(row_factory=class_row(Call)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.call (
                id, no, caller_name, caller_phone, source, text, place, lon, lat, origin, area_code,
                class_key, figures, occurred_at, received_at, by, missing, state, incident_id, version
            ) VALUES (
                %(id)s, %(no)s, %(caller_name)s, %(caller_phone)s, %(source)s, %(text)s, %(place)s, %(lon)s,
                %(lat)s, %(origin)s, %(area_code)s, %(class_key)s, %(figures)s, %(occurred_at)s,
                %(received_at)s, %(by)s, %(missing)s, %(state)s, %(incident_id)s, %(version)s
            )
            ON CONFLICT (id) DO UPDATE SET
                state = EXCLUDED.state, incident_id = EXCLUDED.incident_id, version = EXCLUDED.version
            RETURNING
                call.id, call.no, call.caller_name, call.caller_phone, call.source, call.text, call.place,
                call.lon, call.lat, call.origin, call.area_code, call.class_key, call.figures,
                call.occurred_at, call.received_at, call.by, call.missing, call.state, call.incident_id,
                call.version
            """,
            {name: _json(value) for name, value in asdict(call).items()},
        )
        return _one(await cur.fetchone())


async def lock_call(conn: Connection, call_id: UUID) -> Call | None:
    async with conn.cursor(row_factory=class_row(Call)) as cur:
        await cur.execute("SELECT" + _CALL + "FROM incidents.call WHERE id = %s FOR NO KEY UPDATE", (call_id,))
        return await cur.fetchone()


async def open_calls(conn: Connection, area: str) -> list[Call]:
    async with conn.cursor(row_factory=class_row(Call)) as cur:
        await cur.execute(
            "SELECT"
            + _CALL
            + "FROM incidents.call WHERE state = 'open' AND (%(area)s = '' OR area_code LIKE %(area)s || '%%')",
            {"area": area},
        )
        return await cur.fetchall()


async def calls_of_incident(conn: Connection, incident_id: UUID) -> list[Call]:
    async with conn.cursor(row_factory=class_row(Call)) as cur:
        await cur.execute("SELECT" + _CALL + "FROM incidents.call WHERE incident_id = %s", (incident_id,))
        return await cur.fetchall()


# --- incidents ---------------------------------------------------------------------------------------------------


async def save_incident(conn: Connection, incident: Incident) -> Incident:
    async with conn.cursor(row_factory=class_row(Incident)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.incident (
                id, no, title, class_key, status, place, lon, lat, origin, area_code, occurred_at, opened_at,
                description, incident_area, impact_area, sensitive, from_alert, from_call, opened_by, closed,
                grade_suggested, grade_decided, response, tasks_open, tasks_closed, tasks_total, version,
                updated_at, assessment
            ) VALUES (
                %(id)s, %(no)s, %(title)s, %(class_key)s, %(status)s, %(place)s, %(lon)s, %(lat)s, %(origin)s,
                %(area_code)s, %(occurred_at)s, %(opened_at)s, %(description)s, %(incident_area)s,
                %(impact_area)s, %(sensitive)s, %(from_alert)s, %(from_call)s, %(opened_by)s, %(closed)s,
                %(grade_suggested)s, %(grade_decided)s, %(response)s, %(tasks_open)s, %(tasks_closed)s,
                %(tasks_total)s, %(version)s, %(updated_at)s, %(assessment)s
            )
            ON CONFLICT (id) DO UPDATE SET
                title = EXCLUDED.title, class_key = EXCLUDED.class_key, status = EXCLUDED.status, place =
                EXCLUDED.place, lon = EXCLUDED.lon, lat = EXCLUDED.lat, origin = EXCLUDED.origin, area_code =
                EXCLUDED.area_code, occurred_at = EXCLUDED.occurred_at, description = EXCLUDED.description,
                incident_area = EXCLUDED.incident_area, impact_area = EXCLUDED.impact_area, sensitive =
                EXCLUDED.sensitive, closed = EXCLUDED.closed, grade_suggested = EXCLUDED.grade_suggested,
                grade_decided = EXCLUDED.grade_decided, response = EXCLUDED.response, tasks_open =
                EXCLUDED.tasks_open, tasks_closed = EXCLUDED.tasks_closed, tasks_total = EXCLUDED.tasks_total,
                version = EXCLUDED.version, updated_at = EXCLUDED.updated_at, assessment = EXCLUDED.assessment
            RETURNING
                incident.id, incident.no, incident.title, incident.class_key, incident.status, incident.place,
                incident.lon, incident.lat, incident.origin, incident.area_code, incident.occurred_at,
                incident.opened_at, incident.description, incident.incident_area, incident.impact_area,
                incident.sensitive, incident.from_alert, incident.from_call, incident.opened_by,
                incident.closed, incident.grade_suggested, incident.grade_decided, incident.response,
                incident.tasks_open, incident.tasks_closed, incident.tasks_total, incident.version,
                incident.updated_at, incident.assessment
            """,
            {name: _json(value) for name, value in asdict(incident).items()},
        )
        return _one(await cur.fetchone())


async def lock_incident(conn: Connection, incident_id: UUID) -> Incident | None:
    async with conn.cursor(row_factory=class_row(Incident)) as cur:
        await cur.execute(
            "SELECT" + _INCIDENT + "FROM incidents.incident WHERE id = %s FOR NO KEY UPDATE", (incident_id,)
        )
        return await cur.fetchone()


async def find_incident(conn: Connection, incident_id: UUID) -> Incident | None:
    async with conn.cursor(row_factory=class_row(Incident)) as cur:
        await cur.execute("SELECT" + _INCIDENT + "FROM incidents.incident WHERE id = %s", (incident_id,))
        return await cur.fetchone()


async def incidents_of_area(conn: Connection, area: str) -> list[Incident]:
    async with conn.cursor(row_factory=class_row(Incident)) as cur:
        await cur.execute(
            "SELECT" + _INCIDENT + "FROM incidents.incident WHERE area_code LIKE %s || '%%'",
            (area,),
        )
        return await cur.fetchall()


async def open_incidents(conn: Connection) -> list[Incident]:
    async with conn.cursor(row_factory=class_row(Incident)) as cur:
        await cur.execute("SELECT" + _INCIDENT + "FROM incidents.incident WHERE status = 'open'")
        return await cur.fetchall()


async def incidents_by_ids(conn: Connection, ids: Sequence[UUID]) -> list[Incident]:
    async with conn.cursor(row_factory=class_row(Incident)) as cur:
        await cur.execute("SELECT" + _INCIDENT + "FROM incidents.incident WHERE id = ANY(%s)", (list(ids),))
        return await cur.fetchall()


async def incidents_involving(
    conn: Connection, *, department: str | None = None, unit_id: UUID | None = None
) -> list[Incident]:
    """Incidents in which a department or a unit has had an order."""
    async with conn.cursor(row_factory=class_row(Incident)) as cur:
        await cur.execute(
            "SELECT"
            + _INCIDENT
            + "FROM incidents.incident WHERE id IN (SELECT incident_id FROM incidents.involvement "
            + "WHERE department = %(department)s::text OR unit_id = %(unit)s::uuid)",
            {"department": department, "unit": unit_id},
        )
        return await cur.fetchall()


async def next_number(conn: Connection, prefix: str) -> int:
    """The next number after this prefix; the counter's row stays locked until the commit, so none is skipped or doubled."""
    row = await (
        await conn.execute(
            """
            INSERT INTO incidents.number AS n (prefix, last) VALUES (%s, 1)
            ON CONFLICT (prefix) DO UPDATE SET last = n.last + 1 RETURNING last
            """,
            (prefix,),
        )
    ).fetchone()
    return int(_one(row)[0])


async def involved(conn: Connection, incident_id: UUID) -> tuple[frozenset[str], frozenset[str]]:
    """Departments (codes) and units (ids) with an order in the incident."""
    rows = await (
        await conn.execute(
            "SELECT department, unit_id FROM incidents.involvement WHERE incident_id = %s", (incident_id,)
        )
    ).fetchall()
    departments = frozenset(str(d) for d, _ in rows if d is not None)
    return departments, frozenset(str(u) for _, u in rows if u is not None)


async def add_involvement(
    conn: Connection, incident_id: UUID, at: datetime, *, department: str | None = None, unit_id: UUID | None = None
) -> bool:
    """True when it was not involved before."""
    done = await conn.execute(
        """
        INSERT INTO incidents.involvement (incident_id, department, unit_id, since)
        VALUES (%(incident)s, %(department)s, %(unit)s, %(at)s) ON CONFLICT DO NOTHING
        """,
        {"incident": incident_id, "department": department, "unit": unit_id, "at": at},
    )
    return done.rowcount == 1


# --- figures -----------------------------------------------------------------------------------------------------


async def save_figure(conn: Connection, incident_id: UUID, figure: Figure) -> Figure:
    async with conn.cursor(row_factory=class_row(Figure)) as cur:
        await cur.execute(
            """
            INSERT INTO incidents.figure (incident_id, metric, value, source, observed_at, by, at)
            VALUES (%(incident)s, %(metric)s, %(value)s, %(source)s, %(observed_at)s, %(by)s, %(at)s)
            ON CONFLICT (incident_id, metric) DO UPDATE SET value = EXCLUDED.value, source = EXCLUDED.source,
                observed_at = EXCLUDED.observed_at, by = EXCLUDED.by, at = EXCLUDED.at
            RETURNING metric, value, source, observed_at, by, at
            """,
            {
                "incident": incident_id,
                "metric": figure.metric,
                "value": figure.value,
                "source": figure.source,
                "observed_at": figure.observed_at,
                "by": Jsonb(figure.by),
                "at": figure.at,
            },
        )
        return _one(await cur.fetchone())


async def figures_of(conn: Connection, incident_id: UUID) -> list[Figure]:
    async with conn.cursor(row_factory=class_row(Figure)) as cur:
        await cur.execute(
            "SELECT metric, value, source, observed_at, by, at FROM incidents.figure WHERE incident_id = %s",
            (incident_id,),
        )
        return await cur.fetchall()


def _one(row: Row | None) -> Row:
    if row is None:
        raise AssertionError("a statement with RETURNING always returns its row")
    return row
