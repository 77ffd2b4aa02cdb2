"""Shelter or leave: what the numbers say, with the numbers; which schools, hospitals and villages the cloud reaches, and when."""

import math
from collections.abc import Callable

import numpy as np

from gis.geodesic import bearings_and_km
from gis.hazards.ground import Facility, Ground, Settlement
from gis.hazards.model import Listed, ListedRow, Note
from gis.hazards.toxic_cloud import Cloud

AIR_CHANGES_PER_H = 1.0
"""A closed house; a drafty one changes its air two to four times an hour (Wilson 1996, ASHRAE: 0.3 to 3)."""
_SHELTER_LEAKS = 0.63
"""One whole change of air: from there on a shelter takes in most of what is outside."""
_KINDS = ("school", "hospital", "tcm_hospital", "clinic", "shelter")
_COMPASS_ZH = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
_COMPASS_EN = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")


def compass(degrees: float) -> tuple[str, str]:
    index = round(degrees / 45) % 8
    return _COMPASS_ZH[index], _COMPASS_EN[index]


def minutes_words(seconds: float) -> tuple[str, str]:
    """Rounded as a duty officer says it."""
    minutes = seconds / 60
    if minutes < 1:
        return "1 分钟内", "within 1 min"
    if minutes < 90:
        return f"约 {minutes:.0f} 分钟", f"about {minutes:.0f} min"
    return f"约 {minutes / 60:.1f} 小时", f"about {minutes / 60:.1f} h"


def indoors_by_the_end(passage_s: float) -> float:
    """Concentration indoors as a share of outdoors when the cloud has passed: 1 − exp(−λ t)."""
    return 1 - math.exp(-AIR_CHANGES_PER_H * passage_s / 3600)


def shelter_advice(cloud: Cloud, reach_m: float, evacuation_s: float, released_s: float) -> Note:
    """Near people whom the cloud reaches before they could be gone stay inside; those beyond leave across the wind; a release that lasts
    longer than a house keeps tight makes everybody leave."""
    passage = max(released_s, float(np.interp(min(reach_m, cloud.x_m[-1]), cloud.x_m, cloud.passage_s)))
    leak = indoors_by_the_end(passage)
    arrives = cloud.arrival_at(reach_m)
    before = float(np.interp(evacuation_s, cloud.arrival_s, cloud.x_m))
    a_zh, a_en = minutes_words(arrives)
    e_zh, e_en = minutes_words(evacuation_s)
    p_zh, p_en = minutes_words(passage)
    figures_zh = f"AEGL-2 范围下风 {reach_m / 1000:.1f} 公里，云团到达最远处{a_zh}；疏散{e_zh}；通过历时{p_zh}，期末室内浓度约为室外的 {leak:.0%}（每小时换气 {AIR_CHANGES_PER_H:g} 次）"
    figures_en = f"AEGL-2 reaches {reach_m / 1000:.1f} km downwind, the cloud is at its end in {a_en}; evacuation takes {e_en}; it passes in {p_en}, by then indoor air is at {leak:.0%} of outdoor air ({AIR_CHANGES_PER_H:g} change an hour)"
    if arrives <= evacuation_s and leak <= _SHELTER_LEAKS:
        return Note(
            "shelter",
            f"建议就地避险（关门窗、停空调、往高处房间），不向下风方向疏散：{figures_zh}。",
            f"Advice: shelter in place (close doors and windows, stop ventilation), do not move people downwind: {figures_en}.",
        )
    if leak > _SHELTER_LEAKS and arrives <= evacuation_s:
        return Note(
            "shelter_then_leave",
            f"建议先就地避险，由专业队伍沿侧风方向分批撤出：泄漏时间长，房屋挡不住。{figures_zh}。",
            f"Advice: shelter first, then lead people out across the wind in turns: it lasts longer than houses keep tight. {figures_en}.",
        )
    return Note(
        "leave_and_shelter",
        f"建议分区：下风 {before / 1000:.1f} 公里以内来不及撤，就地避险；更远处在云团到达前沿侧风方向疏散。{figures_zh}。",
        f"Advice by distance: within {before / 1000:.1f} km there is no time, shelter in place; farther away leave across the wind before it arrives. {figures_en}.",
    )


def reached_lists(
    ground: Ground,
    lon: float,
    lat: float,
    cloud: Cloud,
    tier_of: Callable[[float, float], str | None],
    farthest_m: float,
    known: bool,
) -> tuple[Listed, ...]:
    """`tier_of(metres, bearing)`: the strongest level there, in words, or None. `known`: the wind's direction is; else every place within
    reach is named, as if the wind blew there."""
    kinds = [f for f in ground.facilities if f.kind in _KINDS]
    facilities = _rows(kinds, lon, lat, cloud, tier_of, farthest_m, known)
    villages = _rows(ground.settlements, lon, lat, cloud, tier_of, farthest_m, known)
    found: list[Listed] = []
    if facilities:
        found.append(
            Listed(
                "facilities_reached",
                "云团可达的学校、医院和避难场所",
                "schools, hospitals and shelters that the cloud reaches",
                facilities,
            )
        )
    if villages:
        found.append(Listed("villages_reached", "云团可达的村镇", "villages that the cloud reaches", villages))
    return tuple(found)


def _rows(
    things: "list[Facility] | tuple[Settlement, ...]",
    lon: float,
    lat: float,
    cloud: Cloud,
    tier_of: Callable[[float, float], str | None],
    farthest_m: float,
    known: bool,
) -> tuple[ListedRow, ...]:
    if not things:
        return ()
    bearing, km = bearings_and_km(lon, lat, np.asarray([t.lon for t in things]), np.asarray([t.lat for t in things]))
    rows: list[tuple[float, ListedRow]] = []
    for thing, degrees, metres in zip(things, bearing.tolist(), (km * 1000).tolist(), strict=True):
        tier = tier_of(metres, degrees) if metres <= farthest_m else None
        if tier is None:
            continue
        arrives = cloud.arrival_at(metres)
        zh, en = minutes_words(arrives)
        if not known:
            zh, en = f"如风吹向该处，{zh}", f"if the wind blows there, {en}"
        kind = thing.kind if isinstance(thing, Facility) else "settlement"
        value = f"{tier} · {zh}到达 · {metres / 1000:.1f} 公里", f"{tier} · arrives {en} · {metres / 1000:.1f} km"
        rows.append((arrives, ListedRow(thing.id, kind, thing.name_zh, thing.name_en, thing.lon, thing.lat, *value)))
    return tuple(row for _, row in sorted(rows, key=lambda pair: (pair[0], pair[1].id)))
