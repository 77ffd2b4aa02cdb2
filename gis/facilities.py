"""What stands where: facilities by kind, for questions such as the nearest hospitals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg.rows import class_row

from gis.facility_kinds import BY_KEY
from spine.canonical import Json, JsonObject
from spine.db import Connection
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class FacilityRow:
    code: str
    kind: str
    name_zh: str
    name_en: str
    area_code: str
    lon: float
    lat: float
    properties: Mapping[str, Json]
    mark: str

    def to_json(self) -> JsonObject:
        kind = BY_KEY.get(self.kind)
        return {
            "id": self.code,
            "kind": self.kind,
            "kind_zh": self.kind if kind is None else kind.zh,
            "kind_en": self.kind if kind is None else kind.en,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "area_code": self.area_code,
            "point": {"lon": self.lon, "lat": self.lat, "origin": "WGS84"},
            "properties": dict(self.properties),
            "mark": self.mark,
        }


def check_kinds(kinds: Sequence[str], field: str) -> tuple[str, ...]:
    """Raises Refused `unknown_kind`."""
    for kind in kinds:
        if kind not in BY_KEY:
            raise Refused(
                "unknown_kind",
                zh=f"没有“{kind}”这类设施；可用：{'、'.join(BY_KEY)}。",
                en=f"There is no kind of facility '{kind}'; there are {', '.join(BY_KEY)}.",
                field=field,
            )
    return tuple(dict.fromkeys(kinds))


async def facilities_of(conn: Connection, kinds: Sequence[str]) -> list[FacilityRow]:
    """Every facility of these kinds, in the order of their codes."""
    async with conn.cursor(row_factory=class_row(FacilityRow)) as cur:
        await cur.execute(
            """
            SELECT code, kind, name_zh, name_en, area_code, ST_X(point) AS lon, ST_Y(point) AS lat, properties, mark
            FROM gis.facility WHERE kind = ANY (%(kinds)s) ORDER BY code
            """,
            {"kinds": list(kinds)},
        )
        return await cur.fetchall()
