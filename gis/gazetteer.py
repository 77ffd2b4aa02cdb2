"""Places by name and names of places: what is meant by these words, and how one says where this point is."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gis import store
from gis.coordinate_text import parse_coordinates
from gis.facility_kinds import KINDS
from gis.geodesic import bearing_deg, distance_m
from gis.region.names import pinyin_of
from gis.store import AreaRow, NamedRow, NearRow
from spine.canonical import Json, JsonObject
from spine.db import Connection

MOST = 50
_DIRECTIONS = (
    ("北", "N"), ("东北", "NE"), ("东", "E"), ("东南", "SE"), ("南", "S"), ("西南", "SW"), ("西", "W"), ("西北", "NW"),
)  # fmt: skip
_KINDS = {
    "city": ("市", "City"), "county": ("县（区）", "County"), "township": ("乡镇（街道）", "Township"), "river": ("河流", "River"),
    "summit": ("山峰", "Summit"), **{kind.key: (kind.zh, kind.en) for kind in KINDS},
}  # fmt: skip
_AT_M, _FAR_M = 300.0, 150_000.0
_LETTERS = re.compile(r"[a-z' ]+")
_PROVINCE = re.compile(r"^(?:中国)?云南省?(?=.)")


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """Something found by `find`. `kind`: city, county, township, river, summit, a facility's kind, or coordinates; `match`: how it was found
    (code, name, pinyin, initials, alike, coordinates); `chain`: the areas it lies in, the smallest first."""

    kind: str
    kind_zh: str
    kind_en: str
    code: str | None
    name_zh: str
    name_en: str
    lon: float
    lat: float
    origin: str
    area_code: str | None
    chain: tuple[AreaRow, ...]
    match: str
    score: float
    distance_m: float | None
    guessed: bool = False

    def to_json(self) -> JsonObject:
        return {
            "kind": self.kind,
            "kind_zh": self.kind_zh,
            "kind_en": self.kind_en,
            "code": self.code,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "lon": self.lon,
            "lat": self.lat,
            "origin": self.origin,
            "area_code": self.area_code,
            "chain": [_area_json(area) for area in self.chain],
            "chain_zh": chain_zh(self.chain),
            "chain_en": chain_en(self.chain),
            "match": self.match,
            "score": round(self.score, 2),
            "distance_m": None if self.distance_m is None else round(self.distance_m),
            "guessed": self.guessed,
        }


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
            "chain": [_area_json(area) for area in self.chain],
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


def _area_json(area: AreaRow) -> Json:
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


async def find(
    conn: Connection, text: str, near: tuple[float, float] | None = None, limit: int = 10
) -> list[FoundPlace]:
    """What the words may mean, best first: a Chinese name or its beginning, the same with the county before it, pinyin,
    initials, a code, or coordinates. Sounds alike and small slips in pinyin are found too. `near`: (lon, lat) to prefer.

    Raises Refused when the text is coordinates of no possible point.
    """
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    limit = max(1, min(limit, MOST))
    point = parse_coordinates(text)
    if point is not None:
        described = await describe(conn, point.lon, point.lat)
        away = None if near is None else distance_m(*near, point.lon, point.lat)
        zh, en = f"{point.lon:.5f}, {point.lat:.5f}", f"{point.lat:.5f}, {point.lon:.5f}"
        if described is not None:
            zh, en = described.zh, described.en
        area_code = None if described is None else described.area_code
        chain = () if described is None else described.chain
        return [
            FoundPlace(
                "coordinates", "坐标", "Coordinates", None, zh, en, point.lon, point.lat, point.origin, area_code, chain,
                "coordinates", 100.0, away, point.guessed,
            )
        ]  # fmt: skip
    if not words:
        return []
    rows = await _search(conn, words, None, near, limit)
    if not rows or rows[0].score < 80:
        within, rest = await _without_areas(conn, words)
        if rest != words:
            rows = sorted([*await _search(conn, rest, within, near, limit), *rows], key=lambda row: -row.score)
    return await _with_chains(conn, _once(rows)[:limit])


async def _search(
    conn: Connection, words: str, within: str | None, near: tuple[float, float] | None, limit: int
) -> list[NamedRow]:
    latin = words.replace(" ", "").replace("'", "") if _LETTERS.fullmatch(words) else ""
    return await store.search_named(
        conn, words, latin or pinyin_of(words), latin, near=near, within=within, limit=limit
    )


async def _without_areas(conn: Connection, words: str) -> tuple[str | None, str]:
    """City and county names that stand first are taken off while something remains: (the last one's code, what remains)."""
    within: str | None = None
    rest = _PROVINCE.sub("", words)
    known = [
        (name, area.code)
        for area in await store.areas_by_name(conn)
        for name in (area.name_zh, area.short_zh, area.short_zh[:-1])
        if len(name) >= 2
    ]
    known.sort(key=lambda pair: -len(pair[0]))
    while (first := next(((name, code) for name, code in known if rest.startswith(name)), None)) is not None:
        name, code = first
        after = rest.removeprefix(name).strip(" ,，")
        if not after:
            break
        within, rest = code if not code.endswith("00") else code[:4], after
    return within, rest


def _once(rows: Sequence[NamedRow]) -> list[NamedRow]:
    seen: dict[str, NamedRow] = {}
    for row in rows:
        seen.setdefault(row.code, row)
    return list(seen.values())


async def _with_chains(conn: Connection, rows: Sequence[NamedRow]) -> list[FoundPlace]:
    codes = {part for row in rows if row.area_code for part in _codes_above(row.area_code)}
    areas = await store.areas(conn, sorted(codes))
    found: list[FoundPlace] = []
    for row in rows:
        chain = tuple(areas[c] for c in _codes_above(row.area_code or "") if c in areas)
        found.append(
            FoundPlace(
                row.kind, *_KINDS[row.kind], row.code, row.name_zh, row.name_en, row.lon, row.lat, "WGS84", row.area_code, chain,
                row.match, row.score, row.distance_m,
            )
        )  # fmt: skip
    return found


def _codes_above(code: str) -> list[str]:
    """530926103 → itself, its county 530926, its city 530900."""
    above = [code[:6], f"{code[:4]}00"] if len(code) >= 6 else []
    return list(dict.fromkeys([code, *above]))


async def describe(conn: Connection, lon: float, lat: float) -> DescribedPlace | None:
    """How one says where the point is, by the nearest township's place; None when no place is within 150 km."""
    nearest = await store.nearest_township(conn, lon, lat)
    if nearest is None or nearest.distance_m > _FAR_M:
        return None
    chain = tuple(await store.areas_holding(conn, lon, lat))
    bearing = bearing_deg(nearest.lon, nearest.lat, lon, lat)
    zh, en = _relative(nearest, bearing)
    own = await store.areas(conn, [nearest.code[:6]])
    county = own.get(nearest.code[:6])
    if county is not None:
        zh, en = f"{county.short_zh}{zh}", f"{en}, {county.short_en}"
    if not chain:
        zh, en = f"{zh}（辖区外）", f"{en} (outside the city)"
    return DescribedPlace(lon, lat, zh, en, chain[0].code if chain else None, chain, nearest, bearing)


def _relative(nearest: NearRow, bearing: float) -> tuple[str, str]:
    """孟定镇东北 3.2 km; within 300 m just the name."""
    if nearest.distance_m < _AT_M:
        return nearest.short_zh, nearest.short_en
    zh, en = direction(bearing)
    km = nearest.distance_m / 1000
    said = f"{km:.1f}" if km < 20 else f"{km:.0f}"
    return f"{nearest.short_zh}{zh} {said} km", f"{said} km {en} of {nearest.short_en}"
