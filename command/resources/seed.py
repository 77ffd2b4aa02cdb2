"""Seeds depots, lots, shelters and hospital beds of the training region. Repeating it changes only what the files changed."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import LiteralString

from command.organisation.stock_book import StockBook, lot_id, seeded_quantity, shelter_id, stock_book
from command.resources.shelter import Shelter
from command.resources.shelter_store import put_shelter
from gis.facilities import FacilityRow, facilities_of
from spine.canonical import Json
from spine.clock import BEIJING
from spine.command import Connection

TABLES: tuple[LiteralString, ...] = (
    "command.depot",
    "command.stock_lot",
    "command.shelter",
    "command.hospital",
    "command.hospital_beds",
)
"""What a sealed copy of the city needs of its resources, referenced tables first. No promise and no request is ever copied."""

_KINDS = {"紧急": "emergency", "短期": "short", "长期": "long"}
"""The map's terms for how long a shelter can be stayed in, as the rules name them."""
_SCHOOLS = ("junior", "senior", "vocational")
_PLACES_PER_PUPIL = 0.5
"""Illustrative: a school's classrooms and hall, at some 3 m² a person (GB 51143-2015 gives 2 to 3.5 by length of stay)."""
WARD_SHARES: Mapping[str, float] = {
    "medical_surgical": 0.72,
    "emergency": 0.04,
    "pediatric": 0.1,
    "isolation": 0.05,
    "burn": 0.02,
}
"""How a hospital's beds are split over wards where only the total is known. Illustrative."""


async def seed_resources(conn: Connection, at: datetime) -> dict[str, int]:
    """Returns how many depots, lots, shelters and hospitals there are."""
    book = stock_book()
    places = await facilities_of(conn, ("depot",))
    await _put_depots(conn, book, {place.name_zh: place for place in places})
    lots = await _put_lots(conn, book, at)
    shelters = await _put_shelters(conn)
    hospitals = await _put_hospitals(conn)
    return {"depots": len(book.depots), "lots": lots, "shelters": shelters, "hospitals": hospitals}


async def _put_depots(conn: Connection, book: StockBook, places: Mapping[str, FacilityRow]) -> None:
    for depot in book.depots.values():
        place = places.get(depot.zh)
        await conn.execute(
            """
            INSERT INTO command.depot (code, zh, en, department, area_code, point, illustrative)
            VALUES (%(code)s, %(zh)s, %(en)s, %(department)s, %(area)s,
                ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(illustrative)s)
            ON CONFLICT (code) DO UPDATE SET zh = EXCLUDED.zh, en = EXCLUDED.en, department = EXCLUDED.department,
                area_code = EXCLUDED.area_code, point = EXCLUDED.point, illustrative = EXCLUDED.illustrative
            """,
            {
                "code": depot.code,
                "zh": depot.zh,
                "en": depot.en,
                "department": depot.department,
                "area": depot.area if place is None else place.area_code,
                "lon": depot.lon if place is None else place.lon,
                "lat": depot.lat if place is None else place.lat,
                "illustrative": book.illustrative,
            },
        )


async def _put_lots(conn: Connection, book: StockBook, at: datetime) -> int:
    """Lots that are there already stay as they are: what was issued or counted since is not undone."""
    day = at.astimezone(BEIJING).date()
    count = 0
    for depot in book.depots.values():
        for code, lots in book.stocks[depot.stocks].items():
            for lot in lots:
                expires = None if lot.expires_in_days is None else day + timedelta(days=lot.expires_in_days)
                await conn.execute(
                    """
                    INSERT INTO command.stock_lot (id, depot, item, lot_no, expires_on, received, adjusted, free,
                        committed, out, used, discarded, received_at, illustrative, version)
                    VALUES (%(id)s, %(depot)s, %(item)s, %(no)s, %(expires)s, %(quantity)s, 0, %(quantity)s,
                        0, 0, 0, 0, %(at)s, %(illustrative)s, 1)
                    ON CONFLICT DO NOTHING
                    """,
                    {
                        "id": lot_id(depot.code, code, lot.lot),
                        "depot": depot.code,
                        "item": code,
                        "no": lot.lot,
                        "expires": expires,
                        "quantity": seeded_quantity(book.items[code], lot.quantity, depot.scale),
                        "at": at,
                        "illustrative": book.illustrative,
                    },
                )
                count += 1
    return count


async def _put_shelters(conn: Connection) -> int:
    found = [_shelter(place) for place in await facilities_of(conn, ("shelter", "school"))]
    shelters = [shelter for shelter in found if shelter is not None]
    for shelter in shelters:
        await put_shelter(conn, shelter)
    return len(shelters)


def _shelter(place: FacilityRow) -> Shelter | None:
    """A shelter of the map, or a school that can be one."""
    known = place.properties
    if place.kind == "shelter":
        kind, indoor, capacity = (
            _KINDS.get(str(known["shelter_kind"]), "emergency"),
            bool(known["indoor"]),
            int(str(known["capacity"])),
        )
    elif known.get("stage") in _SCHOOLS:
        kind, indoor, capacity = "school", True, int(int(str(known["students"])) * _PLACES_PER_PUPIL)
    else:
        return None
    services: dict[str, Json] = {key: known.get(key) for key in ("water", "power", "medical", "toilets", "area_m2")}
    return Shelter(
        id=shelter_id(place.code),
        facility_code=place.code,
        zh=place.name_zh,
        en=place.name_en,
        kind=kind,
        indoor=indoor,
        area_code=place.area_code,
        department=f"CTY-{place.area_code[:6]}",
        lon=place.lon,
        lat=place.lat,
        capacity=max(1, capacity),
        services=services,
        state="standby",
        state_at=None,
        incident_id=None,
        occupied=None,
        needs=None,
        reported_at=None,
        reported_by=None,
        over_reason=None,
        promised=0,
        illustrative=True,
        version=1,
    )


async def _put_hospitals(conn: Connection) -> int:
    """Hospitals with their beds in all; how many are available is unknown until somebody reports it."""
    places = await facilities_of(conn, ("hospital", "tcm_hospital", "clinic"))
    for place in places:
        beds = place.properties.get("beds")
        level = place.properties.get("level")
        await conn.execute(
            """
            INSERT INTO command.hospital (code, zh, en, level, area_code, department, point, illustrative, version)
            VALUES (%(code)s, %(zh)s, %(en)s, %(level)s, %(area)s, 'HEB',
                ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326), %(illustrative)s, 1)
            ON CONFLICT (code) DO UPDATE SET zh = EXCLUDED.zh, en = EXCLUDED.en, level = EXCLUDED.level,
                area_code = EXCLUDED.area_code, point = EXCLUDED.point, illustrative = EXCLUDED.illustrative
            """,
            {
                "code": place.code,
                "zh": place.name_zh,
                "en": place.name_en,
                "level": None if level is None else str(level),
                "area": place.area_code,
                "lon": place.lon,
                "lat": place.lat,
                "illustrative": place.mark == "I",
            },
        )
        for ward, total in _wards(beds, place.properties.get("icu_beds")).items():
            await conn.execute(
                """
                INSERT INTO command.hospital_beds (hospital, ward, total) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
                """,
                (place.code, ward, total),
            )
    return len(places)


def _wards(beds: Json, icu: Json) -> dict[str, int | None]:
    """Beds by ward kind; a hospital whose beds nobody knows has its wards with an unknown number."""
    if not isinstance(beds, int):
        return {"medical_surgical": None, "adult_icu": None, "emergency": None}
    if not isinstance(icu, int):
        return {"medical_surgical": beds}
    return {"adult_icu": icu, **{ward: round(beds * share) for ward, share in WARD_SHARES.items()}}


async def put_everything_back(conn: Connection) -> None:
    """In a sealed copy: what was promised or out in the real city is in its depot again, no shelter is open, no bed reported."""
    await conn.execute(
        "UPDATE command.stock_lot SET free = free + committed + out, committed = 0, out = 0, counted_at = NULL, counted_by = NULL"
    )
    await conn.execute(
        """
        UPDATE command.shelter SET state = 'standby', state_at = NULL, incident_id = NULL, occupied = NULL, needs = NULL,
            reported_at = NULL, reported_by = NULL, over_reason = NULL, promised = 0, version = 1
        """
    )
    await conn.execute(
        "UPDATE command.hospital SET emergency = NULL, reported_at = NULL, reported_by = NULL, version = 1"
    )
    await conn.execute("UPDATE command.hospital_beds SET available = NULL, extra_24h = NULL, reported_at = NULL")
