"""Places by name and names of places: what is meant by these words, and how one says where this point is."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from gis import store
from gis.coordinate_text import parse_coordinates
from gis.facility_kinds import KINDS
from gis.geodesic import distance_m
from gis.name_index import NamedRow, search_named
from gis.point_text import Doubt, Given, ReadPoint, read_points
from gis.region.names import pinyin_of
from gis.store import AreaRow
from gis.whereabouts import DescribedPlace, area_json, chain_en, chain_zh, describe, direction, doubts_of_place
from spine.canonical import Json, JsonObject
from spine.db import Connection

__all__ = ["DescribedPlace", "FoundPlace", "LookUp", "describe", "direction", "find", "look_up"]

MOST = 50
_KINDS = {
    "city": ("市", "City"), "county": ("县（区）", "County"), "township": ("乡镇（街道）", "Township"), "river": ("河流", "River"),
    "summit": ("山峰", "Summit"), "village": ("村（社区）", "Village"), **{kind.key: (kind.zh, kind.en) for kind in KINDS},
}  # fmt: skip
_LETTERS = re.compile(r"[a-z' ]+")
_LONGEST_NAME = 100
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
    given: Given | None = None
    written: str | None = None
    system: tuple[str, str] | None = None
    accuracy_m: float | None = None
    doubts: tuple[Doubt, ...] = ()

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
            "chain": [area_json(area) for area in self.chain],
            "chain_zh": chain_zh(self.chain),
            "chain_en": chain_en(self.chain),
            "match": self.match,
            "score": round(self.score, 2),
            "distance_m": None if self.distance_m is None else round(self.distance_m),
            "guessed": self.guessed,
            **({} if self.given is None else self._as_given(self.given)),
        }

    def _as_given(self, given: Given) -> JsonObject:
        """For coordinates: the degrees before conversion, the words they stood in, and what is to be asked about them."""
        zh, en = self.system or ("", "")
        doubts: list[Json] = [doubt.to_json() for doubt in self.doubts]
        return {
            "given": given.to_json(),
            "written": self.written,
            "system_zh": zh,
            "system_en": en,
            "accuracy_m": self.accuracy_m,
            "doubts": doubts,
        }


@dataclass(frozen=True, slots=True)
class LookUp:
    """What words may mean. `notices`: what looked like a place in them and gave no point, with the reason; `rest`: the words
    without those that points stand in."""

    places: list[FoundPlace]
    notices: tuple[Doubt, ...]
    rest: str

    def to_json(self) -> dict[str, Json]:
        places: list[Json] = [place.to_json() for place in self.places]
        notices: list[Json] = [notice.to_json() for notice in self.notices]
        return {"places": places, "notices": notices}


async def find(
    conn: Connection, text: str, near: tuple[float, float] | None = None, limit: int = 10
) -> list[FoundPlace]:
    """The places of `look_up`. Raises Refused when the text is coordinates of no possible point."""
    parse_coordinates(text)
    return (await look_up(conn, text, near, limit)).places


async def look_up(conn: Connection, text: str, near: tuple[float, float] | None = None, limit: int = 10) -> LookUp:
    """What the words may mean, best first: a Chinese name or its beginning, the same with the county before it, pinyin,
    initials, a code, coordinates in any of the systems, or a whole message that holds some. Sounds alike and small slips are
    found too. `near`: (lon, lat) to prefer."""
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    limit = max(1, min(limit, MOST))
    read = read_points(text)
    if any(notice.code == "zone_unsaid" for notice in read.notices):
        city = await store.city_place(conn)
        read = read_points(text, None if city is None else city[2])
    if read.points or read.notices:
        return LookUp([await _at_point(conn, point, near) for point in read.points], read.notices, read.rest)
    if not words or len(words) > _LONGEST_NAME:
        return LookUp([], (), text)
    rows = await _search(conn, words, None, near, limit)
    if not rows or rows[0].score < 80:
        within, rest = await _without_areas(conn, words)
        if rest != words:
            rows = sorted([*await _search(conn, rest, within, near, limit), *rows], key=lambda row: -row.score)
    return LookUp(await _with_chains(conn, _once(rows)[:limit]), (), text)


async def _at_point(conn: Connection, point: ReadPoint, near: tuple[float, float] | None) -> FoundPlace:
    lon, lat = point.given.wgs84()
    described = await describe(conn, lon, lat)
    zh, en = (f"{lon:.5f}, {lat:.5f}", f"{lat:.5f}, {lon:.5f}") if described is None else (described.zh, described.en)
    if point.label:
        zh, en = f"{point.label[:60]}（{zh}）", f"{point.label[:60]} ({en})"
    doubts = point.doubts
    if not any(doubt.code == "swapped" for doubt in doubts):
        doubts = (*await doubts_of_place(conn, point.given), *doubts)
    return FoundPlace(
        "coordinates", "坐标", "Coordinates", None, zh, en, lon, lat, point.given.origin,
        None if described is None else described.area_code, () if described is None else described.chain, "coordinates", 100.0,
        None if near is None else distance_m(*near, lon, lat), point.guessed, point.given, point.written,
        (point.system_zh, point.system_en), point.accuracy_m, doubts,
    )  # fmt: skip


async def _search(
    conn: Connection, words: str, within: str | None, near: tuple[float, float] | None, limit: int
) -> list[NamedRow]:
    latin = words.replace(" ", "").replace("'", "") if _LETTERS.fullmatch(words) else ""
    return await search_named(conn, words, latin or pinyin_of(words), latin, near=near, within=within, limit=limit)


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
                row.kind, *_KINDS.get(row.kind, (row.kind, row.kind)), row.code, row.name_zh, row.name_en, row.lon, row.lat, "WGS84", row.area_code, chain,
                row.match, row.score, row.distance_m,
            )
        )  # fmt: skip
    return found


def _codes_above(code: str) -> list[str]:
    """530926103 → itself, its county 530926, its city 530900; a village's code also its township's."""
    above = [code[:6], f"{code[:4]}00"] if len(code) >= 6 else []
    above = [code[:9], *above] if len(code) == 12 else above
    return list(dict.fromkeys([code, *above]))
