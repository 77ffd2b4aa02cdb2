"""What an earthquake's answer says of itself: limits it ran into, what it assumed, advice, and the second opinion."""

from dataclasses import dataclass

import numpy as np

from gis.hazards import pager
from gis.hazards.distribution import Floats
from gis.hazards.earthquake_field import Field
from gis.hazards.earthquake_laws import RUPTURE_FROM_MS
from gis.hazards.model import Case, Limit, Note
from gis.hazards.outcomes import one_figure
from gis.hazards.shaking_damage import RESETTLED

_NEAR_FIELD_FROM = 7.5
_DEEP_KM = 70.0
_COLOURS = {"green": "绿", "yellow": "黄", "orange": "橙", "red": "红"}


@dataclass(frozen=True, slots=True)
class Told:
    """`observed`: zones of intensity were given. `people`: persons at V … IX at the medians, None where nobody is counted."""

    observed: bool
    people: Floats | None


def limits_and_notes(
    case: Case, field: Field, told: Told
) -> tuple[tuple[Limit, ...], tuple[Note, ...], tuple[Note, ...]]:
    return tuple(_limits(case, field, told)), tuple(_assumptions(case, field, told)), tuple(_notes(field, told))


def _limits(case: Case, field: Field, told: Told) -> list[Limit]:
    found: list[Limit] = []
    source = field.source
    if told.observed:
        return found
    if source.azimuth_deg is None:
        found.append(
            Limit(
                "strike_unknown",
                "断层走向未知，按等面积圆估计；给出破裂走向可改为椭圆。",
                "The strike is not known: circles of equal area are drawn; give the rupture's azimuth for ellipses.",
            )
        )
    if source.ms >= RUPTURE_FROM_MS and not case.inputs.is_given("rupture_length_km"):
        found.append(
            Limit(
                "rupture_assumed",
                f"7 级以上按经验破裂长度 {source.length_km:.0f} 公里、以震中为中点扩展；实际破裂常向一侧，可由人工给出。",
                f"From magnitude 7 an empirical rupture of {source.length_km:.0f} km about the epicentre is used; real ones often run to one side: it can be given by hand.",
            )
        )
    if field.greatest >= _NEAR_FIELD_FROM:
        found.append(
            Limit(
                "near_field",
                "极震区：点源衰减关系偏低，Ⅸ度以上地区可能存在而未画出。",
                "Near the epicentre the law of a point source is too weak: IX and above may exist and not be drawn.",
                outside=False,
            )
        )
    if source.depth_km > _DEEP_KM:
        found.append(
            Limit(
                "deep",
                "中深源地震：浅源衰减关系会高估烈度。",
                "An intermediate or deep earthquake: the law for shallow ones overestimates.",
                outside=True,
            )
        )
    if field.law is None:
        found.append(
            Limit(
                "global_law",
                "震中不在国内分区内，使用全球烈度关系。",
                "The epicentre lies in no Chinese zone: the global intensity law is used.",
            )
        )
    return found  # fmt: skip


def _assumptions(case: Case, field: Field, told: Told) -> list[Note]:
    found: list[Note] = []
    if not told.observed and case.inputs.choice("zone") == "auto" and field.law is not None:
        found.append(
            Note(
                "zone_by_place",
                f"按震中位置采用“{field.law.zh}”烈度衰减关系。",
                f"By the epicentre, the intensity law of {field.law.en} is used.",
            )
        )
    if not told.observed:
        found.append(
            Note(
                "near_field_edges",
                "Ⅶ度、Ⅷ度及以上分区的外缘按官方等震线图向外修正（0.15 度、0.5 度）。",
                "The edges of VII, and of VIII and above, are moved outwards by 0.15 and 0.5 degrees after official isoseismal maps.",
            )
        )
    found.append(
        Note(
            "intensity_scales",
            "死亡率以修正麦加利烈度拟合，与中国地震烈度按同值使用。",
            "Death rates are fitted to Modified Mercalli; Chinese degrees are taken as equal.",
        )
    )
    found.append(
        Note(
            "resettled_shares",
            f"需转移安置比例：Ⅵ度 {RESETTLED[6]:.0%}、Ⅶ度 {RESETTLED[7]:.0%}、Ⅷ度 {RESETTLED[8]:.0%}（鲁甸、漾濞、九寨沟核对的判断值）。",
            f"Shares to be sheltered: VI {RESETTLED[6]:.0%}, VII {RESETTLED[7]:.0%}, VIII {RESETTLED[8]:.0%} (judgement, checked against Ludian, Yangbi and Jiuzhaigou).",
        )
    )
    return found  # fmt: skip


def _notes(field: Field, told: Told) -> list[Note]:
    found: list[Note] = []
    if not told.observed:
        low = int(np.clip(np.floor(field.greatest + 0.5), 1, 12))
        high = min(low + 1, 12)
        found.append(
            Note(
                "epicentral_intensity",
                f"极震区烈度估计为 {low}–{high} 度。",
                f"Intensity at the epicentre: {low} to {high}.",
            )
        )
    if told.people is not None:
        expected = float(pager.expected(told.people))
        low, high = (one_figure(end) for end in pager.interval(told.people))
        colour = pager.alert_colour(expected)
        found.append(
            Note(
                "second_opinion",
                f"第二意见（USGS PAGER 中国参数，夜间人口、中值震级）：死亡 {low:,.0f}–{high:,.0f} 人（80% 区间），{_COLOURS[colour]}色等级。",
                f"Second opinion (USGS PAGER, China, people by night, median magnitude): {low:,.0f} to {high:,.0f} dead (80 % interval), alert {colour}.",
            )
        )
    found.append(
        Note(
            "calibration",
            "死亡区间以 1969–1989 年地震拟合，在未参与拟合的 1990–2007 年 74 次地震中 89% 落入 80% 区间。",
            "The range of deaths is fitted to 1969–1989; of 74 earthquakes of 1990–2007 that were kept apart 89 % fell into the 80 % interval.",
        )
    )
    return found  # fmt: skip
