"""How one says where a point is: by the nearest place with direction and distance, and by the areas that hold it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gis import store
from gis.geodesic import bearing_deg
from gis.point_text import Doubt, Given, exchanged, instead_exchanged
from gis.store import AreaRow, NearRow
from spine.canonical import Json, JsonObject
from spine.db import Connection

_DIRECTIONS = (
    ("北", "N"), ("东北", "NE"), ("东", "E"), ("东南", "SE"), ("南", "S"), ("西南", "SW"), ("西", "W"), ("西北", "NW"),
)  # fmt: skip
_AT_M, _FAR_M, _BY_VILLAGE_M = 300.0, 150_000.0, 5_000.0


@dataclass(frozen=True, slots=True)
class DescribedPlace:
    """A point in words. `area_code`: the township that holds it, None outside the known areas (then `chain` is empty)."""

    lon: float
    lat: float
    zh: str
    en: str
    area_code: str | None
    chain: tuple[AreaRow, ...]
    nearest: NearRow
    bearing_deg: float

    def to_json(self) -> JsonObject:
        return {
            "lon": self.lon,
            "lat": self.lat,
            "zh": self.zh,
            "en": self.en,
            "area_code": self.area_code,
            "inside_area": self.area_code is not None,
            "chain": [area_json(area) for area in self.chain],
            "chain_zh": chain_zh(self.chain),
            "chain_en": chain_en(self.chain),
            "nearest": {
                "code": self.nearest.code,
                "name_zh": self.nearest.short_zh,
                "name_en": self.nearest.short_en,
                "distance_m": round(self.nearest.distance_m),
                "bearing_deg": round(self.bearing_deg),
            },
        }


def area_json(area: AreaRow) -> Json:
    return {"code": area.code, "level": area.level, "name_zh": area.short_zh, "name_en": area.short_en}


def chain_zh(chain: Sequence[AreaRow]) -> str:
    """The largest first, written together: 临沧市耿马县孟定镇."""
    return "".join(area.short_zh for area in reversed(chain))


def chain_en(chain: Sequence[AreaRow]) -> str:
    """The smallest first: Mengding Town, Gengma County, Lincang City."""
    return ", ".join(area.short_en for area in chain)


def direction(bearing: float) -> tuple[str, str]:
    """One of eight directions, in both languages."""
    return _DIRECTIONS[round(bearing / 45) % 8]


async def describe(conn: Connection, lon: float, lat: float) -> DescribedPlace | None:
    """How one says where the point is: by a village within 5 km where villages are known, else by the nearest township's
    place; None when no place is within 150 km."""
    nearest = await store.nearest_township(conn, lon, lat)
    if nearest is None or nearest.distance_m > _FAR_M:
        return None
    village = await store.nearest_village(conn, lon, lat)
    if village is not None and village.distance_m <= min(_BY_VILLAGE_M, nearest.distance_m):
        nearest = village
    chain = tuple(await store.areas_holding(conn, lon, lat))
    bearing = bearing_deg(nearest.lon, nearest.lat, lon, lat)
    zh, en = _relative(nearest, bearing)
    above = [nearest.code[:9], nearest.code[:6]] if len(nearest.code) == 12 else [nearest.code[:6]]
    own = await store.areas(conn, above)
    for area in (own[code] for code in above if code in own):
        zh, en = f"{area.short_zh}{zh}", f"{en}, {area.short_en}"
    if not chain:
        zh, en = f"{zh}（辖区外）", f"{en} (outside the city)"
    township = next((area.code for area in chain if area.level == "township"), None)
    return DescribedPlace(lon, lat, zh, en, township, chain, nearest, bearing)


async def doubts_of_place(conn: Connection, given: Given) -> tuple[Doubt, ...]:
    """Whether a point lies in the city; outside, the question is asked, with the exchanged order where that is inside."""
    inside, km = await store.from_city(conn, *given.wgs84())
    city = await store.city_place(conn)
    if inside is not False or city is None or km is None:
        return ()
    said = f"{km:.1f}" if km < 20 else f"{km:,.0f}"
    other = exchanged(given)
    swapped = abs(other.lat) <= 90 and (await store.from_city(conn, *other.wgs84()))[0] is True
    instead = (instead_exchanged(given),) if swapped else ()
    question = ("经纬度是否写反了？", "Are longitude and latitude exchanged?") if swapped else ("请核对。", "Check it.")
    return (
        Doubt(
            "outside_city",
            f"该点在{city[0]}以外，距市界约 {said} km。{question[0]}",
            f"This point lies outside {city[1]}, about {said} km from its boundary. {question[1]}",
            instead,
        ),
    )


def _relative(nearest: NearRow, bearing: float) -> tuple[str, str]:
    """孟定镇东北 3.2 km; within 300 m just the name."""
    if nearest.distance_m < _AT_M:
        return nearest.short_zh, nearest.short_en
    zh, en = direction(bearing)
    km = nearest.distance_m / 1000
    said = f"{km:.1f}" if km < 20 else f"{km:.0f}"
    return f"{nearest.short_zh}{zh} {said} km", f"{said} km {en} of {nearest.short_en}"
