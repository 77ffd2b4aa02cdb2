"""Landslide formulas against published figures, and the invariants of their constants.

Sources: Caine 1980; Guzzetti et al. 2008; infinite slope (textbook values); Jibson 2007; Jibson et al. 2000; Corominas 1996; Rickenmann 1999.
"""

import math
from itertools import pairwise

import numpy as np
import pytest

from gis.hazards.landslide_formulas import (
    CAINE_1980,
    GUZZETTI_2008,
    REACHES,
    Floats,
    covered_m2,
    critical_acceleration_g,
    failure_probability_of,
    newmark_displacement_cm,
    rickenmann_envelope_m,
    rickenmann_length_m,
    safety_factor,
)


def one(value: float) -> Floats:
    return np.asarray([value])


@pytest.mark.parametrize(("hours", "mm_h", "total"), [(1, 14.82, 14.82), (24, 4.291072, 102.9857)])
def test_caine(hours: float, mm_h: float, total: float) -> None:
    assert CAINE_1980.intensity_mm_h(hours) == pytest.approx(mm_h, rel=1e-6)
    assert CAINE_1980.total_mm(hours) == pytest.approx(total, abs=5e-5)


@pytest.mark.parametrize(("hours", "mm_h"), [(1, 2.2), (24, 0.543413)])
def test_guzzetti(hours: float, mm_h: float) -> None:
    assert GUZZETTI_2008.intensity_mm_h(hours) == pytest.approx(mm_h, rel=1e-6)


def test_thresholds_fall_with_duration_while_totals_rise_and_the_envelopes_do_not_cross() -> None:
    hours = np.geomspace(0.2, 240, 60)
    for threshold in (CAINE_1980, GUZZETTI_2008):
        assert all(threshold.intensity_mm_h(a) > threshold.intensity_mm_h(b) for a, b in pairwise(hours))
        assert all(threshold.total_mm(a) < threshold.total_mm(b) for a, b in pairwise(hours))
    assert all(GUZZETTI_2008.intensity_mm_h(h) < CAINE_1980.intensity_mm_h(h) for h in hours)


@pytest.mark.parametrize(("wetness", "factor"), [(0, 1.303869), (1, 0.787553)])
def test_infinite_slope(wetness: float, factor: float) -> None:
    found = safety_factor(one(5), one(30), one(30), one(2), one(19), one(wetness))
    assert found[0] == pytest.approx(factor, abs=5e-7)


def test_a_slope_stands_worse_when_wetter_steeper_or_weaker() -> None:
    base = {
        "cohesion_kpa": one(5), "friction_deg": one(30), "slope_deg": one(30), "depth_m": one(2), "weight_kn_m3": one(19),
        "wetness": one(0.3),
    }  # fmt: skip
    stands = safety_factor(**base)
    for change in ({"wetness": one(0.8)}, {"slope_deg": one(35)}, {"cohesion_kpa": one(2)}, {"friction_deg": one(25)}):
        assert safety_factor(**{**base, **change}) < stands
    dry = safety_factor(one(0), one(33), one(33), one(5), one(19), one(0))
    assert dry[0] == pytest.approx(1.0, abs=1e-12)  # dry sand at its angle of rest


@pytest.mark.parametrize(("ratio", "cm"), [(0.2, 9.84583), (0.5, 0.87734)])
def test_jibson_2007(ratio: float, cm: float) -> None:
    assert newmark_displacement_cm(one(ratio))[0] == pytest.approx(cm, abs=5e-6)


def test_displacement_and_probability_rise_with_shaking_and_end_at_a_third() -> None:
    ratios = np.linspace(0.02, 1.2, 60)
    moved = newmark_displacement_cm(ratios)
    assert bool((np.diff(moved) <= 0).all())
    assert moved[-1] == 0
    share = failure_probability_of(moved)
    assert bool((np.diff(share) <= 0).all())
    assert 0 <= share.min() <= share.max() <= 0.335
    assert failure_probability_of(one(10.0))[0] == pytest.approx(0.335 * (1 - math.exp(-0.048 * 10**1.565)))
    assert critical_acceleration_g(one(1.3), one(30))[0] == pytest.approx(0.15)
    assert critical_acceleration_g(one(0.8), one(30))[0] == 0


@pytest.mark.parametrize(("volume", "ratio"), [(1e4, 0.4102), (1e6, 0.27733)])
def test_corominas(volume: float, ratio: float) -> None:
    assert REACHES["landslide"].ratio(one(volume))[0] == pytest.approx(ratio, abs=5e-6 if volume == 1e6 else 5e-5)


def test_larger_slides_run_farther_and_flows_farther_than_slides() -> None:
    volumes = np.geomspace(1e2, 1e8, 50)
    for reach in REACHES.values():
        assert bool((np.diff(reach.ratio(volumes)) < 0).all())
    assert REACHES["debris_flow"].ratio(one(1e5))[0] < REACHES["landslide"].ratio(one(1e5))[0]
    assert REACHES["rockfall"].ratio(one(1e3))[0] > REACHES["landslide"].ratio(one(1e3))[0]


def test_shenzhen_2015_is_a_factor_of_two_to_three_off_the_law_and_inside_that_of_fill() -> None:
    """2.5 million m³, 110 m of fall over 1,100 m; 380,000 m² covered (government's count of 21 December 2015)."""
    seen = 110 / 1100
    assert 2 < REACHES["landslide"].ratio(one(2.5e6))[0] / seen < 3
    assert REACHES["fill"].ratio(one(2.5e6))[0] == pytest.approx(seen, rel=0.1)
    assert covered_m2(one(2.5e6))[0] == pytest.approx(380_000, rel=0.05)


def test_rickenmann() -> None:
    assert rickenmann_length_m(1e4, 500) == pytest.approx(1.9 * 1e4**0.16 * 500**0.83)
    assert rickenmann_envelope_m(1e4, 500) / rickenmann_length_m(1e4, 500) == pytest.approx(5.0 / 1.9)
