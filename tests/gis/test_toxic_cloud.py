"""What must hold of every cloud: it thins with distance, more gas reaches farther, regimes meet, the ground takes up only what is there."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gis.hazards.probit import TOXIC
from gis.hazards.stability import CLASSES
from gis.hazards.substances import SUBSTANCES
from gis.hazards.toxic_cloud import Air, Cloud, Release, make_cloud, still_airborne
from gis.hazards.toxic_levels import aegl_ppm, kg_m3
from gis.hazards.toxic_shapes import contour, reach_m

CHLORINE = SUBSTANCES["chlorine"]
AIR = Air(3.0, "D", 293.15, "rural")


def cloud(mass: float, duration: float, air: Air = AIR, key: str = "chlorine") -> Cloud:
    return make_cloud(Release(SUBSTANCES[key], mass, duration), air, TOXIC[key].n)


@pytest.mark.parametrize("key", sorted(TOXIC))
@pytest.mark.parametrize("duration", [0.0, 600.0, 7200.0])
def test_it_thins_and_widens_with_distance(key: str, duration: float) -> None:
    for stability in CLASSES:
        for mass in (1.0, 500.0, 50_000.0):
            for wind in (0.2, 0.8, 3.0, 9.0):
                made = cloud(mass, duration, Air(wind, stability, 290.0, "rural"), key)
                for values in (made.peak, made.sigma_m, made.passage_s, made.arrival_s):
                    assert np.isfinite(values).all()
                    assert (values >= 0).all()
                assert (np.diff(made.peak) <= made.peak[:-1] * 1e-9).all()
                assert (np.diff(made.arrival_s) >= 0).all()


def test_more_gas_reaches_farther_and_more_wind_less_far() -> None:
    level = kg_m3(2.0, CHLORINE.molar_g)
    for duration in (0.0, 1800.0):
        reaches = [reach_m(made := cloud(mass, duration), made.peak, level) for mass in np.geomspace(1, 1e5, 25)]
        assert reaches == sorted(reaches)
    winds = [reach_m(made := cloud(200, 3600, replace(AIR, wind_ms=w)), made.peak, level) for w in (1.0, 2.0, 4.0, 8.0)]
    assert winds == sorted(winds, reverse=True)


def test_a_dense_cloud_goes_on_as_a_passive_one_without_a_step() -> None:
    for duration in (0.0, 1800.0):
        made = cloud(20_000, duration)
        assert made.regime.startswith("dense")
        near = np.interp([made.dense_until_m * 0.999, made.dense_until_m * 1.03], made.x_m, np.log(made.peak))
        assert abs(near[1] - near[0]) < 0.12


def test_a_light_gas_and_a_small_one_are_gaussian() -> None:
    assert cloud(1000, 600, key="carbon_monoxide").regime == "gaussian_plume"
    assert cloud(0.5, 600, replace(AIR, wind_ms=8.0)).regime == "gaussian_plume"
    assert cloud(1000, 0, key="carbon_monoxide").regime == "gaussian_puff"


def test_calm_and_light_winds_are_said() -> None:
    assert next(limit.code for limit in cloud(100, 600, replace(AIR, wind_ms=0.0)).limits) == "calm"
    assert [limit.code for limit in cloud(100, 600, replace(AIR, wind_ms=0.7)).limits] == ["light_wind"]
    assert cloud(100, 600, replace(AIR, wind_ms=0.0)).regime.endswith("puff")


def test_uptake_by_the_ground() -> None:
    x = np.geomspace(10, 20_000, 300)
    left = still_airborne(x, CHLORINE, Air(2.0, "F", 293.15, "rural"))
    assert left[0] == 1.0
    assert (np.diff(left) <= 0).all()
    assert 0 < left[-1] < 0.5
    assert (still_airborne(x, SUBSTANCES["carbon_monoxide"], AIR) == 1).all()


def test_the_outline_encloses_what_reaches_the_level() -> None:
    made = cloud(2000, 1800)
    level = kg_m3(aegl_ppm("chlorine", 3, 30) or 0.0, CHLORINE.molar_g)
    shape = contour(99.0, 23.5, 90.0, made, made.peak, level)
    assert shape is not None
    assert shape.is_valid
    west, south, east, north = shape.bounds
    far = reach_m(made, made.peak, level)
    assert (east - 99.0) * 111_195 * math.cos(math.radians(23.5)) == pytest.approx(far, rel=0.01)
    assert north - 23.5 == pytest.approx(23.5 - south, rel=0.02)
    assert west <= 99.0
    assert contour(99.0, 23.5, 90.0, made, made.peak, 1e6) is None
