"""What can come out, in numbers: names of figures with their words and units, the fixed bands, rounding, natural frequencies."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gis.hazards.distribution import Floats
from spine.canonical import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Outcome:
    """A figure that models estimate; `key` is its name among the incident's figures."""

    key: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    casualty: bool = False


OUTCOMES = {
    one.key: one
    for one in (
        Outcome("dead", "死亡", "dead", "人", "people", True),
        Outcome("missing", "失踪", "missing", "人", "people", True),
        Outcome("injured", "受伤", "injured", "人", "people", True),
        Outcome("serious_injured", "重伤", "seriously injured", "人", "people", True),
        Outcome("light_injured", "轻伤", "lightly injured", "人", "people", True),
        Outcome("poisoned", "中毒", "poisoned", "人", "people", True),
        Outcome("trapped", "被困", "trapped", "人", "people", True),
        Outcome("cases", "病例", "cases", "例", "cases", True),
        Outcome("hospitalised", "需住院", "in need of a bed", "人", "people", True),
        Outcome("critical", "需重症监护", "in need of intensive care", "人", "people", True),
        Outcome("affected", "受影响人口", "affected", "人", "people"),
        Outcome("threatened", "受威胁", "threatened", "人", "people"),
        Outcome("evacuated", "需疏散转移", "to be evacuated", "人", "people"),
        Outcome("resettled", "需转移安置", "to be sheltered", "人", "people"),
        Outcome("stranded", "滞留", "stranded", "人", "people"),
        Outcome("participants", "聚集", "gathered", "人", "people"),
        Outcome("collapsed_rooms", "倒塌房屋", "collapsed rooms", "间", "rooms"),
        Outcome("severe_rooms", "严重损坏房屋", "severely damaged rooms", "间", "rooms"),
        Outcome("damaged_buildings", "受损房屋", "buildings damaged", "栋", "buildings"),
        Outcome("collapsed_buildings", "倒塌楼栋", "buildings collapsed", "栋", "buildings"),
        Outcome("loss_wan", "直接经济损失", "direct economic loss", "万元", "10 000 yuan"),
        Outcome("burnt_ha", "过火面积", "burnt area", "公顷", "ha"),
        Outcome("forest_damaged_ha", "受害森林面积", "damaged forest area", "公顷", "ha"),
        Outcome("road_cut_km", "受阻道路", "road cut", "公里", "km"),
    )
}
BAND_EDGES = (1.0, 10.0, 100.0, 1000.0)
BANDS = ("0", "1-9", "10-99", "100-999", "1000+")
"""Between the edges; a drawn number below one means none."""
_ZERO, _THOUSANDS = 0, 4
_ROUND = 10
_NUDGE = 1e-9


def one_figure(value: float) -> float:
    """Rounded to one significant figure; below one half it is 0: more would claim what no model knows."""
    return _rounded(value, 1)


def two_figures(value: float) -> float:
    """Rounded to two significant figures, for counts of the exposed."""
    return _rounded(value, 2)


def _rounded(value: float, figures: int) -> float:
    if value < 1:
        return float(math.floor(value + 0.5))
    power = 10.0 ** max(math.floor(math.log10(value)) - figures + 1, 0)
    return round(value / power) * power


def band_probabilities(draws: Floats) -> tuple[float, ...]:
    """Shares of the draws in each band; they add up to one."""
    which = np.searchsorted(np.asarray(BAND_EDGES), draws, side="right")
    return tuple((np.bincount(which, minlength=len(BANDS)) / len(draws)).tolist())


def best_band(probabilities: Sequence[float]) -> int:
    return int(np.argmax(np.asarray(probabilities)))


def in_words(outcome: Outcome, band: int) -> tuple[str, str]:
    """A band in words."""
    unit_zh, unit_en = outcome.unit_zh, "" if outcome.casualty else f" {outcome.unit_en}"
    spans = ("", "1–9", "10–99", "100–999")
    if band == _ZERO:
        return f"无{outcome.zh}", f"none {outcome.en}"
    if band == _THOUSANDS:
        return f"{outcome.zh} 1000 {unit_zh}以上", f"1,000{unit_en} or more {outcome.en}"
    return f"{outcome.zh} {spans[band]} {unit_zh}", f"{spans[band]}{unit_en} {outcome.en}"


def how_often(outcome: Outcome, probabilities: Sequence[float], best: int) -> tuple[str, str]:
    """A natural frequency about the next worse band: the same probability, said so that nobody misreads it."""
    above = sum(probabilities[best + 1 :])
    times = math.floor(_ROUND * above + 0.5)
    if best == _THOUSANDS:
        share = math.floor(_ROUND * probabilities[best] + 0.5)
        return f"10 次同类事件中约 {share} 次达到 1000 以上", f"in 10 such events about {share} reach 1,000 or more"
    edge = int(BAND_EDGES[best])
    if times == 0:
        hundred = math.floor(100 * above + 0.5)
        if hundred == 0:
            return f"达到 {edge} 的可能性低于 1%", f"reaching {edge:,} has a chance below 1 %"
        return (
            f"100 次同类事件中约 {hundred} 次达到 {edge} 以上",
            f"in 100 such events about {hundred} reach {edge:,} or more",
        )
    return f"10 次同类事件中约 {times} 次达到 {edge} 以上", f"in 10 such events about {times} reach {edge:,} or more"


def outcome_json(outcome: Outcome, draws: Floats | None) -> JsonObject:
    """`draws` None: it cannot be known. Percentiles to one significant figure."""
    told: JsonObject = {
        "zh": outcome.zh,
        "en": outcome.en,
        "unit_zh": outcome.unit_zh,
        "unit_en": outcome.unit_en,
        "bands": list(BANDS),
    }
    if draws is None:
        unknown: JsonObject = {
            "p10": None, "p50": None, "p90": None, "band_probabilities": None,
            "best_zh": "未知", "best_en": "not known", "often_zh": None, "often_en": None,
        }  # fmt: skip
        return {**told, **unknown}
    low, middle, high = np.quantile(draws, (0.1, 0.5, 0.9)).tolist()
    probabilities = band_probabilities(draws)
    best = best_band(probabilities)
    words, often = in_words(outcome, best), how_often(outcome, probabilities, best)
    shares: list[Json] = [round(p, 4) for p in probabilities]
    return {
        **told,
        "p10": one_figure(low),
        "p50": one_figure(middle),
        "p90": one_figure(high),
        "band_probabilities": shares,
        "best_zh": words[0],
        "best_en": words[1],
        "often_zh": often[0],
        "often_en": often[1],
    }
