"""How likely a slope fails: what rain, slope and an earthquake say about it, each only where it is known."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.hazards.landslide_formulas import (
    CAINE_1980,
    GUZZETTI_2008,
    JIBSON_SIGMA_LG,
    Threshold,
    critical_acceleration_g,
    failure_probability_of,
    newmark_displacement_cm,
    safety_factor,
)
from gis.hazards.landslide_inputs import PARAMETERS
from gis.hazards.landslide_runout import Way
from gis.hazards.model import Case, Sample

Floats: TypeAlias = NDArray[np.float64]
_GAL_PER_G = 980.665
_DRAWS = 4000
_LEAST_SLOPE, _MOST_SLOPE = 5.0, 60.0


@dataclass(frozen=True, slots=True)
class Rain:
    """Mean intensity (mm/h) over its duration against the thresholds."""

    intensity_mm_h: float
    duration_h: float
    threshold: Threshold
    local: bool

    @property
    def over(self) -> float:
        """How many times the threshold: 1 is on it."""
        return self.intensity_mm_h / self.threshold.intensity_mm_h(self.duration_h)

    @property
    def over_least(self) -> float:
        """How many times Guzzetti's global minimum."""
        return self.intensity_mm_h / GUZZETTI_2008.intensity_mm_h(self.duration_h)


@dataclass(frozen=True, slots=True)
class Trigger:
    """`probability`: of failure, at the medians of what is asked for and over the soil's spread. `slope_deg`, `pga_gal` None: not known."""

    rain: Rain | None
    slope_deg: float | None
    slope_from_terrain: bool
    pga_gal: float | None
    probability: float


def trigger_of(case: Case, way: Way) -> Trigger:
    inputs = case.inputs
    given = inputs.is_known("slope_deg")
    slope = inputs.median("slope_deg") if given else way.slope_deg
    pga = inputs.median("pga_gal") if inputs.is_known("pga_gal") else None
    rain: Rain | None = None
    if inputs.is_known("rainfall_mm") and inputs.is_known("rain_duration_h"):
        local = inputs.is_known("threshold_alpha")
        hours = inputs.median("rain_duration_h")
        threshold = (
            Threshold(
                "本地阈值",
                "local threshold",
                inputs.median("threshold_alpha"),
                inputs.median("threshold_beta"),
                (0.1, 1000.0),
            )
            if local
            else CAINE_1980
        )
        rain = Rain(inputs.median("rainfall_mm") / hours, hours, threshold, local)
    found = Trigger(rain, slope, not given, pga, 0.0)
    return Trigger(rain, slope, not given, pga, _probability(found))


def wetness(rain: Rain | None, uniform: Floats) -> Floats:
    """The water table in the soil for a uniform draw: upper half where rain is beyond the threshold of failures, lower half where it is
    below every threshold, in between and where rain is not known the whole range. Judgement."""
    if rain is None:
        return uniform
    if rain.over >= 1:
        return 0.5 + uniform / 2
    return uniform / 2 if rain.over_least < 1 else 0.2 + 0.6 * uniform


def fails(trigger: Trigger, sample: Sample) -> NDArray[np.bool_]:
    """Whether it fails in each draw."""
    slope = sample.get("slope_deg", trigger.slope_deg)
    return _fails(
        trigger,
        None if slope is None else np.broadcast_to(np.asarray(slope, dtype=np.float64), (sample.n,)),
        sample.get("pga_gal"),
        {name: sample[name] for name in _SOIL},
        sample["failure_chance"],
    )


_SOIL = ("cohesion_kpa", "friction_deg", "soil_depth_m", "unit_weight_kn_m3", "wetness", "unseen_probability")


def _fails(
    trigger: Trigger, slope: Floats | None, pga: Floats | None, soil: dict[str, Floats], chance: Floats
) -> NDArray[np.bool_]:
    if slope is None:
        return np.asarray(chance < soil["unseen_probability"], dtype=np.bool_)
    steep = np.clip(slope, _LEAST_SLOPE, _MOST_SLOPE)
    safety = safety_factor(
        soil["cohesion_kpa"], soil["friction_deg"], steep, soil["soil_depth_m"], soil["unit_weight_kn_m3"],
        wetness(trigger.rain, soil["wetness"]),
    )  # fmt: skip
    failed = safety < 1
    if pga is None:
        return np.asarray(failed, dtype=np.bool_)
    moved = newmark_displacement_cm(critical_acceleration_g(safety, steep) / (pga / _GAL_PER_G))
    # The scatter of the displacement is in the draw: the probability is averaged over it by three nodes.
    share = sum(
        weight * failure_probability_of(moved * 10 ** (node * JIBSON_SIGMA_LG))
        for node, weight in ((-(3**0.5), 1 / 6), (0.0, 2 / 3), (3**0.5, 1 / 6))
    )
    return np.asarray(failed | (chance < share), dtype=np.bool_)


def _probability(trigger: Trigger) -> float:
    """Monte Carlo over the soil with draws of its own, always the same."""
    generator = np.random.default_rng(1912)
    dists = {parameter.name: parameter.dist for parameter in PARAMETERS}
    soil = {name: dists[name].quantile(_strata(generator)) for name in _SOIL}
    slope = None if trigger.slope_deg is None else np.full(_DRAWS, trigger.slope_deg)
    pga = None if trigger.pga_gal is None else np.full(_DRAWS, trigger.pga_gal)
    return float(_fails(trigger, slope, pga, soil, _strata(generator)).mean())


def _strata(generator: np.random.Generator) -> Floats:
    return (generator.permutation(_DRAWS) + 0.5) / _DRAWS
