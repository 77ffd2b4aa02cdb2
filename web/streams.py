"""Which streams there are and who may follow them. Decided here once, for the socket and for every question."""

from uuid import UUID

from spine.authority import ANYBODY, OVERSEERS, Allow, Scope
from spine.db import Connection
from spine.picture import StreamKind
from spine.principal import CITY, Role


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


async def _board(_conn: Connection, key: str) -> Scope | None:
    if key == "":
        return Scope(area=CITY)
    return Scope(area=key) if key.isdigit() and len(key) == 6 and key.startswith(CITY) else None


async def _incident(conn: Connection, key: str) -> Scope | None:
    incident = _uuid(key)
    if incident is None:
        return None
    row = await (
        await conn.execute(
            """
            SELECT i.area_code,
                array_remove(array_agg(DISTINCT v.department), NULL), array_remove(array_agg(DISTINCT v.unit_id::text), NULL)
            FROM incidents.incident i LEFT JOIN incidents.involvement v ON v.incident_id = i.id
            WHERE i.id = %s GROUP BY i.area_code
            """,
            (incident,),
        )
    ).fetchone()
    if row is None:
        return None
    area, departments, units = row
    return Scope(area=area or CITY, departments=frozenset(departments), units=frozenset(units))


async def _department(conn: Connection, key: str) -> Scope | None:
    row = await (await conn.execute("SELECT area_code FROM command.department WHERE code = %s", (key,))).fetchone()
    return None if row is None else Scope(area=row[0] or CITY, departments=frozenset({key}))


async def _unit(conn: Connection, key: str) -> Scope | None:
    unit = _uuid(key)
    if unit is None:
        return None
    row = await (await conn.execute("SELECT department, area_code FROM command.unit WHERE id = %s", (unit,))).fetchone()
    if row is None:
        return None
    return Scope(area=row[1] or CITY, departments=frozenset({row[0]}), units=frozenset({str(unit)}))


async def _desk(conn: Connection, key: str) -> Scope | None:
    account = _uuid(key)
    return None if account is None else Scope(account=f"account:{account}")


async def _register(conn: Connection, key: str) -> Scope | None:
    """The risk register of the city or of a county: whoever oversees the area, and every department."""
    if key and not (key.isdigit() and len(key) == 6 and key.startswith(CITY)):
        return None
    row = await (await conn.execute("SELECT array_agg(code) FROM command.department")).fetchone()
    return Scope(area=key or CITY, departments=frozenset(row[0] or ()) if row is not None else frozenset())


async def _plans(_conn: Connection, key: str) -> Scope | None:
    return Scope() if key == "" else None


async def _roster(_conn: Connection, key: str) -> Scope | None:
    """The duty roster of the city or of a county: whoever oversees the area."""
    if key and not (key.isdigit() and len(key) == 6 and key.startswith(CITY)):
        return None
    return Scope(area=key or CITY)


async def _resources(conn: Connection, key: str) -> Scope | None:
    """What changes in depots, shelters and hospitals: whoever oversees the city, and every department."""
    if key:
        return None
    row = await (await conn.execute("SELECT array_agg(code) FROM command.department")).fetchone()
    return Scope(departments=frozenset(row[0] or ()) if row is not None else frozenset())


async def _exercise(conn: Connection, key: str) -> Scope | None:
    row = await (await conn.execute("SELECT kind FROM spine.realm")).fetchone()
    return Scope() if key == "" and row is not None and row[0] == "exercise" else None


STREAMS = (
    StreamKind("board", Allow(OVERSEERS), _board),
    StreamKind("incident", Allow(OVERSEERS | {Role.DEPARTMENT, Role.FIELD_UNIT}), _incident),
    StreamKind("department", Allow(OVERSEERS | {Role.DEPARTMENT}), _department),
    StreamKind("unit", Allow(OVERSEERS | {Role.DEPARTMENT, Role.FIELD_UNIT}), _unit),
    StreamKind("register", Allow(OVERSEERS | {Role.DEPARTMENT}), _register),
    StreamKind("plans", ANYBODY, _plans),
    StreamKind("roster", Allow(OVERSEERS), _roster),
    StreamKind("resources", Allow(OVERSEERS | {Role.DEPARTMENT}), _resources),
    StreamKind("desk", Allow(frozenset(Role)), _desk),
    StreamKind("exercise", Allow(frozenset({Role.EXERCISE_DIRECTOR, Role.EVALUATOR, Role.ADMINISTRATOR})), _exercise),
)
