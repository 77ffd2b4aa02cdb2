"""The answer: who and what is inside each area, in all and by township, with ranges, sources, and what is not known."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import shapely

from gis.exposure.areas import Area
from gis.exposure.current import Exposure
from gis.exposure.points import Sums
from gis.exposure.things import GROUPS, Counted
from spine.canonical import Json, JsonObject

MODEL, MODEL_VERSION = "exposure-points", "1"
_RANGES = ((1000, 0.10), (100, 0.25), (0, 0.50))
"""How far a sum may be off, by how many points it comes from: judgement (mark I)."""
_NAMED = (
    0.999  # an area that lies so far within the city lies within it: borders of two sources never agree to the metre
)
_vector: Any = shapely  # its stubs leave the types of arrays open


def count(exposure: Exposure, areas: Sequence[Area], mode: Literal["each", "bands"]) -> list[JsonObject]:
    """One object for each area. A number that cannot be known is null; zero is a zero that was counted."""
    shapes = [area.shape for area in areas]
    things = exposure.things.bands(shapes) if mode == "bands" else exposure.things.each(shapes)
    people: list[Sums | None] = [None] * len(areas)
    if exposure.points is not None:
        people = list(exposure.points.bands(shapes) if mode == "bands" else exposure.points.each(shapes))
    return [_area(exposure, *one) for one in zip(areas, people, things, strict=True)]


def _area(exposure: Exposure, area: Area, people: Sums | None, things: Counted) -> JsonObject:
    share = _covered(exposure, area)
    if share == 0.0:
        people = None  # nobody has counted there
    buildings = exposure.set is not None and exposure.set.buildings is not None
    known = exposure.things.has_facilities, exposure.things.has_roads and share != 0.0, buildings
    townships: list[Json] = []
    concerned = _concerned(people, things)
    for index in concerned:
        row = exposure.townships[index] if index < len(exposure.townships) else None
        townships.append(
            {
                "code": None if row is None else row.code,
                "county": None if row is None else row.county,
                "name_zh": "乡镇界外" if row is None else row.name_zh,
                "name_en": "outside every township" if row is None else row.name_en,
                **_numbers(people, things, [index], known),
            }
        )
    everywhere = list(range(exposure.things.townships + 1))
    return {
        "id": area.id,
        "area_km2": round(area.km2, 3),
        "covered_share": None if share is None else round(share, 4),
        **_numbers(people, things, everywhere, known),
        "townships": townships,
    }


def _covered(exposure: Exposure, area: Area) -> float | None:
    """How much of the area lies where this city's data speaks, 0–1; None: nobody has said where that is."""
    if exposure.city is None:
        return None
    share = float(_vector.area(_vector.intersection(area.shape, exposure.city)) / area.shape.area)
    return 1.0 if share > _NAMED else share


def _concerned(people: Sums | None, things: Counted) -> list[int]:
    """Townships with anything inside, the most people by night first."""
    any_thing = (things.numbers.sum(axis=0) > 0) | (things.road_km > 0.0005)
    night = np.zeros(len(any_thing)) if people is None else people.people_night
    if people is not None:
        any_thing |= people.points > 0
    return [index for index in np.argsort(-night, kind="stable").tolist() if any_thing[index]]


def _numbers(people: Sums | None, things: Counted, at: list[int], known: tuple[bool, bool, bool]) -> dict[str, Json]:
    groups: dict[str, Json] = {}
    for index, group in enumerate(GROUPS):
        if not known[0]:
            groups[group.key] = None
            continue
        told: dict[str, Json] = {"count": int(things.numbers[index, at].sum())}
        if group.size is not None:
            told[group.size] = round(float(things.sizes[index, at].sum()))
            told["size_unknown"] = int(things.size_unknown[index, at].sum())
        groups[group.key] = told
    points = None if people is None else int(people.points[at].sum())
    return {
        "people_day": None if people is None else _ranged(people.people_day[at].sum(), points or 0),
        "people_night": None if people is None else _ranged(people.people_night[at].sum(), points or 0),
        "buildings": None if people is None or not known[2] else _ranged(people.buildings[at].sum(), points or 0),
        "points": points,
        **groups,
        "road_km": round(float(things.road_km[at].sum()), 3) if known[1] else None,
    }


def _ranged(value: float, points: int) -> JsonObject:
    off = next(off for least, off in _RANGES if points >= least)
    whole = round(float(value))
    return {"value": whole, "low": round(whole * (1 - off)), "high": round(whole * (1 + off))}


def basis(exposure: Exposure) -> JsonObject:
    """Where the numbers are from, and what they do not know."""
    chosen = exposure.set
    limits: list[Json] = []
    if chosen is None:
        limits.append(
            {
                "zh": "没有加载人口与建筑数据：人数未知，不是零。",
                "en": "No exposure is loaded: how many people there are is not known; it is not zero.",
            }
        )
    else:
        limits.append(
            {
                "zh": "人数范围按取样点数估计：1000 点以上 ±10%，100 点以上 ±25%，更少 ±50%（判断值）。",
                "en": "Ranges by the number of points: ±10 % from 1,000, ±25 % from 100, ±50 % below (judgement).",
            }
        )
        limits.append(
            {"zh": "白天人数只考虑县（区）内的往来。", "en": "By day only movement within a county is in the numbers."}
        )
        if chosen.buildings is None:
            limits.append({"zh": "数据中没有建筑数。", "en": "The data does not say how many buildings there are."})
        if chosen.synthetic:
            limits.append(
                {
                    "zh": "合成数据，只供训练，不能用于真实决策。",
                    "en": "Synthetic data, for training only, never for a real decision.",
                }
            )
    if not exposure.things.has_facilities:
        limits.append(
            {
                "zh": "没有加载设施数据：学校、医院等数量未知。",
                "en": "No facilities are loaded: how many schools, hospitals and so on is not known.",
            }
        )
    if not exposure.things.has_roads:
        limits.append(
            {
                "zh": "没有加载道路数据：道路里程未知。",
                "en": "No roads are loaded: how much road there is is not known.",
            }
        )
    if exposure.city is None:
        limits.append(
            {
                "zh": "没有加载行政区划：无法判断区域是否在数据范围内。",
                "en": "No administrative areas are loaded: whether the data covers an area is not known.",
            }
        )
    layers: dict[str, Json] = {
        name: {
            "source": row.source,
            "source_en": row.source_en,
            "date": None if row.date is None else row.date.isoformat(),
            "illustrative": row.illustrative,
        }
        for name, row in sorted(exposure.layers.items())
    }
    groups: list[Json] = [{"key": g.key, "zh": g.zh, "en": g.en, "size": g.size} for g in GROUPS]
    return {
        "model": MODEL,
        "version": MODEL_VERSION,
        "loaded": chosen is not None,
        "set": None if chosen is None else str(chosen.version),
        "title_zh": None if chosen is None else chosen.title_zh,
        "title_en": None if chosen is None else chosen.title_en,
        "source": None if chosen is None else chosen.source,
        "source_en": None if chosen is None else chosen.source_en,
        "date": None if chosen is None else chosen.date.isoformat(),
        "synthetic": None if chosen is None else chosen.synthetic,
        "points": None if chosen is None else chosen.points,
        "people_day": None if chosen is None else chosen.people_day,
        "people_night": None if chosen is None else chosen.people_night,
        "layers": layers,
        "groups": groups,
        "limits": limits,
    }
