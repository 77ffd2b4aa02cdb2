"""Who and what is where, from the database, as the hazard models and the score see it."""

import hashlib
from dataclasses import dataclass
from typing import Any

import shapely

from gis.exposure.current import CurrentExposure, Exposure
from gis.hazards.ground import NOTHING, Basis, Facility, Ground, NamedLine, Settlement, Township
from spine.canonical import Json, encode
from spine.db import Connection

_vector: Any = shapely  # its stubs leave the types of arrays open


@dataclass(frozen=True, slots=True)
class GroundHere:
    """`exposure`: version of the set of points, None: none is loaded. `illustrative`: of the facility layer."""

    ground: Ground
    exposure: str | None
    facilities_illustrative: bool


class CurrentGround:
    """One per realm and process, like CurrentExposure, on which it stands (one of its own when none is given)."""

    def __init__(self, exposure: CurrentExposure | None = None) -> None:
        self._exposure = exposure or CurrentExposure()
        self._held: tuple[Exposure, GroundHere] | None = None

    def forget(self) -> None:
        """The database was exchanged for another."""
        self._exposure.forget()
        self._held = None

    async def get(self, conn: Connection) -> GroundHere:
        exposure = await self._exposure.get(conn)
        if self._held is None or self._held[0] is not exposure:
            self._held = exposure, await _ground(conn, exposure)
        return self._held[1]


async def _ground(conn: Connection, exposure: Exposure) -> GroundHere:
    facilities, illustrative = await _facilities(conn)
    chosen = exposure.set
    said: list[Json] = [[f.id, f.kind, f.lon, f.lat, dict(f.properties)] for f in facilities]
    print_ = hashlib.sha256(encode(said).encode()).hexdigest()[:16]
    if chosen is None:
        basis = Basis(f"none:{print_}", *_of(NOTHING))
    else:
        basis = Basis(
            f"{chosen.version}:{print_}",
            chosen.source,
            chosen.source_en,
            chosen.date.isoformat(),
            chosen.synthetic,
            ("合成数据，只供训练。",) if chosen.synthetic else (),
            ("Synthetic data, for training only.",) if chosen.synthetic else (),
        )
    ground = Ground(
        basis=basis,
        points=exposure.points,
        townships=tuple(Township(t.code, t.county, t.name_zh, t.name_en) for t in exposure.townships),
        facilities=tuple(facilities),
        things=exposure.things,
        settlements=tuple(await _settlements(conn)),
        rivers=tuple(await _rivers(conn)),
        roads=(),
        city=exposure.city,
        has_buildings=chosen is not None and chosen.buildings is not None,
        has_facilities=bool(facilities),
    )
    return GroundHere(ground, None if chosen is None else str(chosen.version), illustrative)


def _of(basis: Basis) -> tuple[str, str, str | None, bool, tuple[str, ...], tuple[str, ...]]:
    return basis.source_zh, basis.source_en, basis.date, basis.synthetic, basis.limits_zh, basis.limits_en


async def _facilities(conn: Connection) -> tuple[list[Facility], bool]:
    """All of them, and whether any is made up."""
    rows = await (
        await conn.execute(
            """
            SELECT code, kind, name_zh, name_en, ST_X(point), ST_Y(point), area_code, properties, mark::text
            FROM gis.facility ORDER BY code
            """
        )
    ).fetchall()
    found = [
        Facility(str(code), str(kind), str(zh), str(en), float(lon), float(lat), str(area), properties)
        for code, kind, zh, en, lon, lat, area, properties, _ in rows
    ]
    return found, any(row[8] == "I" for row in rows)


async def _settlements(conn: Connection) -> list[Settlement]:
    rows = await (
        await conn.execute(
            "SELECT code, name_zh, name_en, ST_X(point), ST_Y(point), left(code, 9) FROM gis.village ORDER BY code"
        )
    ).fetchall()
    return [Settlement(str(c), str(zh), str(en), float(x), float(y), str(t)) for c, zh, en, x, y, t in rows]


async def _rivers(conn: Connection) -> list[NamedLine]:
    rows = await (
        await conn.execute(
            """SELECT coalesce(name_zh, ''), coalesce(name_en, ''), ST_AsBinary(line) FROM gis.river ORDER BY code"""
        )
    ).fetchall()
    return [NamedLine(str(zh), str(en), _vector.from_wkb(bytes(line))) for zh, en, line in rows]
