"""Plume and puff against published figures.

Sources: AIChE/CCPS, Guidelines for Consequence Analysis of Chemical Releases (1999), pp. 97 and 101, as recomputed in the tests of
aefarrell/GasDispersion.jl (MIT); Briggs 1973 (values computed from the printed formulas).
"""

import math

import numpy as np
import pytest

from gis.hazards.gaussian import BRIGGS_RANGE_M, Terrain, plume, plume_sigmas, puff, puff_sigmas, short_release
from gis.hazards.stability import CLASSES, SKIES, Stability, pasquill_class, wind_at
from spine.errors import Refused

ZERO = np.asarray([0.0])
# terrain, class, x, σy, σz, C on the axis for 1 kg/s at 3 m/s (kg/m³)
BRIGGS: list[tuple[Terrain, Stability, float, float, float, float]] = [
    ("rural", "A", 200, 43.56649, 40.0, 6.088584e-05),
    ("rural", "A", 1000, 209.76177, 200.0, 2.529138e-06),
    ("rural", "B", 200, 31.68472, 24.0, 1.395300e-04),
    ("rural", "B", 1000, 152.55401, 120.0, 5.795941e-06),
    ("rural", "C", 200, 21.78325, 15.68929, 3.104581e-04),
    ("rural", "C", 1000, 104.88088, 73.02967, 1.385266e-05),
    ("rural", "D", 200, 15.84236, 10.5247, 6.363549e-04),
    ("rural", "D", 1000, 76.27701, 37.94733, 3.665675e-05),
    ("rural", "E", 200, 11.88177, 5.66038, 1.577620e-03),
    ("rural", "E", 1000, 57.20776, 23.07692, 8.037039e-05),
    ("rural", "F", 200, 7.92118, 3.01887, 4.437055e-03),
    ("rural", "F", 1000, 38.1385, 12.30769, 2.260417e-04),
    ("urban", "A", 200, 61.58403, 52.58137, 3.276641e-05),
    ("urban", "B", 1000, 270.44936, 339.41125, 1.155890e-06),
    ("urban", "C", 200, 42.33902, 40.0, 6.265101e-05),
    ("urban", "C", 1000, 185.93394, 200.0, 2.853253e-06),
    ("urban", "D", 200, 30.79201, 27.196, 1.267026e-04),
    ("urban", "D", 1000, 135.22468, 122.78812, 6.390231e-06),
    ("urban", "E", 200, 21.16951, 14.03293, 3.571657e-04),
    ("urban", "F", 1000, 92.96697, 50.59644, 2.255694e-05),
]


@pytest.mark.parametrize(("terrain", "stability", "x_m", "sigma_y", "sigma_z", "axis"), BRIGGS)
def test_briggs_to_the_printed_precision(
    terrain: Terrain, stability: Stability, x_m: float, sigma_y: float, sigma_z: float, axis: float
) -> None:
    across, up = plume_sigmas(np.asarray([x_m]), stability, terrain)
    assert across[0] == pytest.approx(sigma_y, abs=6e-6)
    assert up[0] == pytest.approx(sigma_z, abs=6e-6)
    assert plume(1.0, 3.0, ZERO, across, up)[0] == pytest.approx(axis, rel=1e-6)


def test_the_ccps_plume_of_page_97() -> None:
    x = 500.0
    across, up = np.asarray([0.0674 * x**0.9]), np.asarray([0.01122 * x**1.4024 * math.exp(-0.0540 * math.log(x) ** 2)])
    assert plume(0.1, 2.0, ZERO, across, up)[0] == pytest.approx(0.00010346728324507407, rel=1e-6)


def test_the_ccps_puff_of_page_101_by_its_own_formula() -> None:
    """The book prints σy = 6.1 m; its formula 0.02 x^0.89 gives 5.05 m. The formula is right, the number a misprint."""
    across, up = puff_sigmas(np.asarray([500.0]), "F")
    assert across[0] == pytest.approx(5.047929716825321, rel=1e-9)
    assert abs(across[0] - 6.1) > 1
    assert up[0] == pytest.approx(2.214836678536473, rel=1e-9)
    peak = 1.0 / (math.sqrt(2 * math.pi) * math.pi * across[0] ** 2 * up[0])
    assert puff(1.0, ZERO, ZERO, across, up)[0] == pytest.approx(peak, rel=1e-9)


def test_puff_sigmas_at_one_metre_and_a_fifth() -> None:
    known: list[tuple[Stability, float, float]] = [
        ("A", 0.21287234847910436, 0.6879188103871441), ("B", 0.16556738215041453, 0.6054498545741843),
        ("C", 0.11826241582172466, 0.3869880921561032), ("D", 0.07095744949303479, 0.17041904657983328),
        ("E", 0.047304966328689864, 0.11258170198247626), ("F", 0.023523465599668385, 0.05588182287353654),
    ]  # fmt: skip
    for stability, across, up in known:
        found = puff_sigmas(np.asarray([1.2]), stability)
        assert (found[0][0], found[1][0]) == pytest.approx((across, up), rel=1e-9)


def test_the_wind_profile() -> None:
    assert wind_at(1.5, 3.5, "F") == pytest.approx(1.5 * 0.35**0.253, rel=1e-12)
    assert all(wind_at(3.0, 10.0, each) == 3.0 for each in CLASSES)


def test_the_plume_carries_all_of_the_mass() -> None:
    """∫∫ C u dy dz = Q at any distance."""
    across, up = plume_sigmas(np.asarray([800.0]), "D")
    y, z = np.linspace(-800, 800, 801), np.linspace(0, 500, 501)
    total = (
        sum(float(plume(2.0, 4.0, y, across, up, z_m=float(level)).sum()) for level in z)
        * 4.0
        * (y[1] - y[0])
        * (z[1] - z[0])
    )
    assert total == pytest.approx(2.0, rel=0.03)


def test_a_stabler_air_spreads_less_and_all_spread_with_distance() -> None:
    x = np.geomspace(*BRIGGS_RANGE_M, 50)
    terrains: tuple[Terrain, ...] = ("rural", "urban")
    for terrain in terrains:
        before = None
        for stability in CLASSES:
            across, up = plume_sigmas(x, stability, terrain)
            assert np.all(np.diff(across) > 0)
            assert np.all(np.diff(up) > 0)
            if before is not None:
                assert np.all(across <= before[0] + 1e-9)
                assert np.all(up <= before[1] + 1e-9)
            before = (across, up)


def test_a_short_release_is_a_puff_and_a_long_one_a_plume() -> None:
    sigma = np.asarray([50.0])
    assert short_release(1e5, 3.0, sigma)[0] == pytest.approx(1.0, abs=1e-9)
    short = short_release(0.1, 3.0, sigma)[0]
    assert short == pytest.approx(3.0 * 0.1 / (math.sqrt(2 * math.pi) * 50.0), rel=1e-4)


def test_pasquill_follows_wind_and_sky() -> None:
    assert pasquill_class(1.5, "strong_sun") == "A"
    assert pasquill_class(4.0, "moderate_sun") == "C"
    assert pasquill_class(2.5, "night_clear") == "F"
    assert pasquill_class(4.0, "night_clear") == "E"
    assert pasquill_class(7.0, "night_clear") == "D"
    for sky in SKIES:
        letters = [pasquill_class(wind, sky) for wind in (0.5, 2.5, 4.0, 5.5, 8.0)]
        assert [abs(ord(each) - ord("D")) for each in letters] == sorted(
            (abs(ord(each) - ord("D")) for each in letters), reverse=True
        )


@pytest.mark.parametrize("wind", [math.nan, -1.0, 200.0, math.inf])
def test_a_wind_that_cannot_be_is_refused(wind: float) -> None:
    with pytest.raises(Refused) as refused:
        pasquill_class(wind, "overcast")
    assert refused.value.field == "wind_ms"
