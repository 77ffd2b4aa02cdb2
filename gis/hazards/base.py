"""What every hazard model answers with. A number never comes without its range, its model and its limits (invariant 11)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from shapely import Polygon

from gis.geometry import geometry_json
from spine.canonical import Json, JsonObject
from spine.clock import iso

BAND_EDGES = (1.0, 10.0, 100.0, 1000.0)
"""Between the bands 0, 1-9, 10-99, 100-999, 1000 and more."""
BANDS = ("0", "1-9", "10-99", "100-999", "1000+")
Z80 = 1.2815515655446004
"""Half-width of the central 80 % of a normal distribution, in standard deviations."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """People at points (n each; degrees, persons). `date`: how old the counts are; `source` says whose they are."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    people: NDArray[np.float64]
    source: str
    date: str | None
    illustrative: bool


@dataclass(frozen=True, slots=True)
class Footprint:
    """Where a level is reached or exceeded. `inner` and `outer`: the same edge one standard deviation weaker and stronger."""

    level: int
    level_zh: str
    polygon: Polygon
    inner: Polygon | None
    outer: Polygon | None

    def to_json(self) -> JsonObject:
        return {
            "level": self.level,
            "level_zh": self.level_zh,
            "polygon": geometry_json(self.polygon),
            "inner": geometry_json(self.inner),
            "outer": geometry_json(self.outer),
        }


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of validity that this answer has run into, in both languages."""

    code: str
    zh: str
    en: str

    def to_json(self) -> JsonObject:
        return {"code": self.code, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class Reach:
    """A count that is not known exactly: log-normal with median and standard deviation of its logarithm."""

    median: float
    sigma_ln: float

    def at_most(self, count: float) -> float:
        """Probability that the count is below or equal."""
        if self.median <= 0:
            return 1.0
        return float(ndtr((math.log(count) - math.log(self.median)) / self.sigma_ln)) if count > 0 else 0.0

    def at_least(self, count: float) -> float:
        return 1.0 - self.at_most(count)

    def quantile(self, z: float) -> float:
        return 0.0 if self.median <= 0 else self.median * math.exp(z * self.sigma_ln)

    def bands(self) -> tuple[float, ...]:
        """Probabilities of 0, 1-9, 10-99, 100-999, 1000 and more; they add up to one."""
        below = [0.0, *(self.at_most(edge) for edge in BAND_EDGES), 1.0]
        return tuple(high - low for low, high in pairwise(below))

    def to_json(self) -> JsonObject:
        """One significant figure: more would claim what no model knows."""
        probabilities: list[Json] = [round(p, 4) for p in self.bands()]
        return {
            "p10": one_figure(self.quantile(-Z80)),
            "p50": one_figure(self.median),
            "p90": one_figure(self.quantile(Z80)),
            "bands": list(BANDS),
            "band_probabilities": probabilities,
        }


def one_figure(count: float) -> int:
    """Rounded to one significant figure; below one half it is 0."""
    return _rounded(count, 1)


def two_figures(count: float) -> int:
    """Rounded to two significant figures, for counts of the exposed."""
    return _rounded(count, 2)


def _rounded(count: float, figures: int) -> int:
    if count < 1:
        return round(count)
    power = 10 ** max(math.floor(math.log10(count)) - figures + 1, 0)
    return round(count / power) * power


Confidence = Literal["A", "B", "C", "D"]


@dataclass(frozen=True, slots=True)
class Assessment:
    """One model's answer about one event. `people`: persons inside each footprint, stronger ones included; `people_by_intensity`:
    each person once; `dead`: see `Reach`. Estimates are never edited: a newer one supersedes them."""

    model: str
    version: str
    made_at: datetime
    inputs: Mapping[str, Json]
    footprints: Sequence[Footprint]
    people: Mapping[int, float]
    people_by_intensity: Mapping[int, float]
    dead: Reach
    summary_zh: str
    summary_en: str
    largest_error_zh: str
    largest_error_en: str
    confidence: Confidence
    exposure_source: str
    exposure_date: str | None
    illustrative: bool
    limits: Sequence[Limit] = field(default_factory=tuple)

    def to_json(self) -> JsonObject:
        people: dict[str, Json] = {str(level): two_figures(count) for level, count in self.people.items()}
        by_intensity: dict[str, Json] = {str(level): round(n) for level, n in self.people_by_intensity.items()}
        footprints: list[Json] = [footprint.to_json() for footprint in self.footprints]
        limits: list[Json] = [limit.to_json() for limit in self.limits]
        return {
            "model": self.model,
            "version": self.version,
            "made_at": iso(self.made_at),
            "inputs": dict(self.inputs),
            "footprints": footprints,
            "people": people,
            "people_by_intensity": by_intensity,
            "dead": self.dead.to_json(),
            "summary_zh": self.summary_zh,
            "summary_en": self.summary_en,
            "largest_error_zh": self.largest_error_zh,
            "largest_error_en": self.largest_error_en,
            "confidence": self.confidence,
            "exposure": {
                "source": self.exposure_source,
                "date": self.exposure_date,
                "illustrative": self.illustrative,
            },
            "limits": limits,
        }
