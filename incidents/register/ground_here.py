"""Who and what is where, as the score and the questions of the register see it: people, facilities, the city's outline; no roads, no heights."""

from dataclasses import dataclass

from gis.exposure.current import CurrentExposure
from gis.hazards.ground import NOTHING, Basis, Facility, Ground
from spine.db import Connection


@dataclass(frozen=True, slots=True)
class GroundHere:
    """`key` names the state of all that is counted (the models' too). `exposure`: version of the set of points, None: none is
    loaded; `date` its day. `facilities_illustrative`: of the facility layer."""

    state: Ground
    key: str
    exposure: str | None
    facilities_illustrative: bool

    @property
    def ground(self) -> str:
        return self.key

    @property
    def date(self) -> str | None:
        return self.state.basis.date


class CurrentGround:
    """One per realm and process, like CurrentExposure, on which it stands (one of its own when none is given)."""

    def __init__(self, exposure: CurrentExposure | None = None) -> None:
        self._exposure = exposure or CurrentExposure()
        self._held: GroundHere | None = None

    def forget(self) -> None:
        """The database was exchanged for another."""
        self._exposure.forget()
        self._held = None

    async def get(self, conn: Connection) -> GroundHere:
        from gis.hazards.ground_store import ground_state  # SciPy takes long to import: only once somebody asks

        key = await ground_state(conn)
        if self._held is None or self._held.key != key:
            self._held = await self._read(conn, key)
        return self._held

    async def _read(self, conn: Connection, key: str) -> GroundHere:
        exposure = await self._exposure.get(conn)
        facilities, illustrative = await _facilities(conn)
        chosen = exposure.set
        if chosen is None:
            basis = Basis(key, NOTHING.source_zh, NOTHING.source_en, None, False, NOTHING.limits_zh, NOTHING.limits_en)
        else:
            basis = Basis(key, chosen.source, chosen.source_en, chosen.date.isoformat(), chosen.synthetic)
        ground = Ground(
            basis=basis,
            points=exposure.points,
            townships=(),
            facilities=facilities,
            things=None,
            city=exposure.city,
            has_facilities=bool(facilities),
        )
        return GroundHere(ground, key, None if chosen is None else str(chosen.version), illustrative)


async def _facilities(conn: Connection) -> tuple[tuple[Facility, ...], bool]:
    """All of them, and whether any is made up."""
    rows = await (
        await conn.execute(
            """
            SELECT code, kind, name_zh, name_en, ST_X(point), ST_Y(point), area_code, properties, mark::text
            FROM gis.facility ORDER BY code
            """
        )
    ).fetchall()
    found = tuple(
        Facility(str(code), str(kind), str(zh), str(en), float(lon), float(lat), str(area), properties)
        for code, kind, zh, en, lon, lat, area, properties, _ in rows
    )
    return found, any(row[8] == "I" for row in rows)
