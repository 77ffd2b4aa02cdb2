"""Blast and fireball against published and computed figures.

Sources: M. M. Swisdak, Simplified Kingery Airblast Calculations (1994, ADA526744), metric table of hemispherical TNT bursts, as carried in
the tests of fcento100/kingery-bulmash (MIT); CCPS 1999 and TNO fireball formulas (computed).
"""

import math

import numpy as np
import pytest

from gis.hazards import blast, fireball
from spine.errors import Refused

# Z in m/kg^(1/3), incident overpressure in kPa
SWISDAK = [
    (0.2, 17310.36), (0.4, 6853), (0.6, 3613), (0.8, 2129), (1, 1354), (2, 283.7), (3, 115.7), (4, 64.89), (5, 43.23), (6, 31.81), (7, 24.94),
    (8, 20.42), (9, 17.24), (10, 14.89), (12, 11.67), (14, 9.561), (16, 8.074), (18, 6.964), (20, 6.102), (24, 4.871), (28, 3.922), (32, 3.25),
    (36, 2.754), (40, 2.375), (44, 2.077), (48, 1.837), (60, 1.342), (80, 0.896), (100, 0.654), (120, 0.506), (140, 0.408), (160, 0.338),
]  # fmt: skip


@pytest.mark.parametrize(("scaled", "kpa"), SWISDAK)
def test_kingery(scaled: float, kpa: float) -> None:
    """0.1 % or the last printed figure, whichever is coarser."""
    assert blast.overpressure_kpa(np.asarray([scaled]))[0] == pytest.approx(kpa, rel=1.1e-3, abs=6e-4)


@pytest.mark.parametrize(
    ("tnt_kg", "radii", "half_die", "serious", "light", "property_m"),
    [
        (100, (14.93, 22.97, 42.19, 48.57, 83.21, 209.76), 5.801, 18.332, 32.885, 6.742),
        (1000, (32.16, 49.5, 90.89, 104.63, 179.27, 451.92), 13.6, 39.496, 70.849, 30.808),
        (10_000, (69.3, 106.64, 195.81, 225.42, 386.22, 973.64), 31.882, 85.092, 152.64, 97.53),
    ],
)
def test_radii(
    tnt_kg: float, radii: tuple[float, ...], half_die: float, serious: float, light: float, property_m: float
) -> None:
    assert [blast.kingery_radius_m(tnt_kg, kpa) for kpa in (100, 44, 17, 14, 7, 2)] == pytest.approx(radii, abs=6e-3)
    assert blast.half_die_radius_m(tnt_kg) == pytest.approx(half_die, abs=6e-4)
    assert blast.chinese_radius_m(tnt_kg, 44) == pytest.approx(serious, abs=6e-4)
    assert blast.chinese_radius_m(tnt_kg, 17) == pytest.approx(light, abs=6e-4)
    assert blast.property_radius_m(tnt_kg) == pytest.approx(property_m, abs=6e-4)
    assert blast.radius_m(tnt_kg, 44) == blast.kingery_radius_m(tnt_kg, 44)


def test_the_curve_falls_and_its_pieces_meet() -> None:
    scaled = np.geomspace(0.21, 400, 3000)
    assert np.all(np.diff(np.log(blast.overpressure_kpa(scaled))) < 1e-2)
    for edge in (2.9, 23.8):
        below, above = blast.overpressure_kpa(np.asarray([edge - 1e-9, edge + 1e-9]))
        assert above == pytest.approx(below, rel=0.01)
    assert blast.overpressure_kpa(np.asarray([0.0]))[0] == pytest.approx(17310, rel=1e-3)
    assert blast.outside_range(300)
    assert not blast.outside_range(5)


def test_radius_and_pressure_are_inverse() -> None:
    for kpa in (3.0, 17.0, 44.0, 500.0):
        reach = blast.kingery_radius_m(500, kpa)
        assert blast.overpressure_kpa(np.asarray([reach / 500 ** (1 / 3)]))[0] == pytest.approx(kpa, rel=1e-6)


@pytest.mark.parametrize("charge", [0.0, -5.0, math.nan, math.inf, 1e12])
def test_a_charge_that_cannot_be_is_refused(charge: float) -> None:
    for ask in (
        lambda: blast.kingery_radius_m(charge, 44),
        lambda: blast.half_die_radius_m(charge),
        lambda: fireball.diameter_m(charge),
    ):
        with pytest.raises(Refused):
            ask()


def test_equivalents() -> None:
    assert blast.cloud_tnt_kg(1000, 46.4, 0.03) == pytest.approx(302.6, rel=1e-3)
    assert blast.gas_burst_tnt_kg(1.0, 4.6) == pytest.approx(2.5)
    assert blast.boiler_tnt_kg(1.3, 4.6) == pytest.approx(63.5)
    with pytest.raises(Refused) as refused:
        blast.boiler_tnt_kg(10, 1)
    assert refused.value.field == "vessel_mpa"


@pytest.mark.parametrize(
    ("mass", "across", "lasts", "tno_across", "tno_lasts"),
    [(1000, 58.0, 4.5, 61.175, 5.134), (20_000, 157.436, 12.215, 161.961, 11.187)],
)
def test_fireball(mass: float, across: float, lasts: float, tno_across: float, tno_lasts: float) -> None:
    found = (
        fireball.diameter_m(mass),
        fireball.duration_s(mass),
        fireball.tno_diameter_m(mass),
        fireball.tno_duration_s(mass),
    )
    assert found == pytest.approx((across, lasts, tno_across, tno_lasts), abs=6e-4)


def test_heat_falls_with_distance_and_grows_with_mass() -> None:
    x = np.geomspace(1, 3000, 200)
    small, large = fireball.heat_w_m2(x, 2e3, 46.4, 1.5), fireball.heat_w_m2(x, 2e4, 46.4, 1.5)
    assert np.all(np.diff(small) < 0)
    # Below the ball itself the larger one is higher up and no hotter.
    assert np.all((large >= small)[x > fireball.diameter_m(2e4) / 2])
    reaches = [fireball.reach_m(level, 2e4, 46.4, 1.5) for level in fireball.LEVELS_W_M2]
    assert reaches == sorted(reaches)
    for level, reach in zip(fireball.LEVELS_W_M2, reaches, strict=True):
        assert fireball.heat_w_m2(np.asarray([reach]), 2e4, 46.4, 1.5)[0] == pytest.approx(level, rel=1e-6)
    assert fireball.reach_m(1e7, 2e4, 46.4, 1.5) == 0


def test_duration_is_nearly_continuous_at_thirty_tonnes() -> None:
    assert fireball.duration_s(30_001) == pytest.approx(fireball.duration_s(30_000), rel=0.05)
