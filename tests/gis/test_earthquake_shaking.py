"""Laws of shaking against published figures, and what every table of coefficients must keep.

Sources: GB 18306-2015 (PGA computed from table 4); Allen, Wald & Worden 2012 as tabulated by an independent Matlab code in OpenQuake's tests
(A12IPE, rupture distance); conversions computed from Wald 1999, Worden 2012 and GB/T 17742-2020.
"""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from gis.hazards.earthquake_laws import (
    EAST_2001,
    LAWS,
    WEST_2001,
    rupture_length_km,
    rupture_width_km,
    subsurface_rupture_length_km,
    zone_at,
)
from gis.hazards.shaking import (
    PGA,
    PGV,
    SIGMA_LG_PGA,
    SIGMA_LG_PGV,
    AxisName,
    MotionAxis,
    allen_2012_hypocentre,
    allen_2012_hypocentre_sigma,
    allen_2012_rupture,
    allen_2012_rupture_sigma,
    instrument_intensity,
    pga_gal,
    wald_1999_from_pga,
    wald_1999_from_pgv,
    worden_2012_from_pga,
    worden_2012_from_pgv,
)


@pytest.mark.parametrize(
    ("zone", "ms", "intensity", "long_km", "short_km", "area"),
    [
        ("qingzang", 6.0, 6, 40.0082, 23.6948, 2978.183), ("qingzang", 6.0, 7, 13.8418, 7.3131, 318.013),
        ("qingzang", 7.0, 6, 100.3304, 70.3109, 22161.786), ("qingzang", 7.0, 7, 49.8838, 30.5723, 4791.121),
        ("qingzang", 7.0, 8, 19.7424, 10.7447, 666.411), ("east_strong", 6.0, 6, 43.9513, 31.4484, 4342.31),
        ("east_strong", 6.0, 7, 15.3143, 10.1963, 490.555), ("east_strong", 7.0, 6, 118.2659, 94.8217, 35230.388),
        ("east_strong", 7.0, 7, 58.7643, 43.2689, 7988.021), ("east_strong", 7.0, 8, 23.9751, 16.365, 1232.612),
    ],
)  # fmt: skip
def test_semi_axes(zone: str, ms: float, intensity: int, long_km: float, short_km: float, area: float) -> None:
    along, across = LAWS[zone].long.reach_km(ms, intensity), LAWS[zone].short.reach_km(ms, intensity)
    assert (along, across) == pytest.approx((long_km, short_km), abs=5e-5)
    assert np.pi * along * across == pytest.approx(area, abs=5e-4)


@pytest.mark.parametrize(
    ("zone", "axis", "ms", "r_km", "gal"),
    [
        ("qingzang", "long", 6.0, 10, 365.8713), ("qingzang", "long", 6.0, 50, 55.4451), ("qingzang", "long", 7.0, 10, 508.2295),
        ("qingzang", "long", 7.0, 50, 107.4188), ("qingzang", "short", 6.0, 10, 184.2465), ("qingzang", "short", 6.0, 50, 23.2855),
        ("qingzang", "short", 7.0, 10, 381.2893), ("qingzang", "short", 7.0, 50, 64.8444),
        ("east_strong", "long", 6.0, 10, 311.4171), ("east_strong", "long", 6.0, 50, 49.3264), ("east_strong", "long", 7.0, 10, 562.5941),
        ("east_strong", "long", 7.0, 50, 126.2218), ("east_strong", "short", 6.0, 10, 238.5009), ("east_strong", "short", 6.0, 50, 33.0518),
        ("east_strong", "short", 7.0, 10, 472.5129), ("east_strong", "short", 7.0, 50, 91.6434),
    ],
)  # fmt: skip
def test_pga(zone: str, axis: AxisName, ms: float, r_km: float, gal: float) -> None:
    assert pga_gal(zone, axis, ms, r_km) == pytest.approx(gal, abs=5e-5)


ALLEN = {
    5.0: [(1, 7.7093365, 0.9498849), (5, 6.6649809, 0.9471578), (10, 5.9481375, 0.9390376), (20, 5.1941946, 0.9116361), (50, 4.1836633, 0.822168), (100, 3.4168947, 0.7583028), (300, 2.2008926, 0.7249953)],
    6.0: [(1, 8.0856825, 0.9498849), (5, 7.4553302, 0.9471578), (10, 6.8247572, 0.9390376), (20, 6.0976469, 0.9116361), (50, 5.0951139, 0.822168), (100, 4.3295066, 0.7583028), (300, 3.1138494, 0.7249953)],
    7.0: [(1, 8.1745641, 0.9498849), (5, 7.9579354, 0.9471578), (10, 7.5709359, 0.9390376), (20, 6.9606367, 0.9116361), (50, 5.9996247, 0.822168), (100, 5.2403654, 0.7583028), (300, 4.0266109, 0.7249953)],
}  # fmt: skip


@pytest.mark.parametrize("mw", sorted(ALLEN))
def test_allen_2012(mw: float) -> None:
    rows = np.asarray(ALLEN[mw], dtype=np.float64)
    assert allen_2012_rupture(mw, rows[:, 0]) == pytest.approx(rows[:, 1], abs=1e-7)
    assert allen_2012_rupture_sigma(rows[:, 0]) == pytest.approx(rows[:, 2], abs=1e-7)


def test_allen_2012_hypocentral_falls_with_distance_and_is_continuous_at_50_km() -> None:
    km = np.linspace(1, 400, 800)
    assert bool((np.diff(allen_2012_hypocentre(6.5, km)) < 0).all())
    near, far = allen_2012_hypocentre(6.5, np.asarray([50.0, 50.0001]))
    assert near == pytest.approx(far, abs=1e-5)
    assert allen_2012_hypocentre_sigma(np.asarray([0.0]))[0] == pytest.approx(1.19)


@pytest.mark.parametrize(
    ("pga", "pgv", "wald_a", "wald_v", "worden_a", "worden_v", "gbt"),
    [
        (5, 0.5, 2.5377, 2.7678, 2.8634, 3.3375, 2.6663),
        (50, 5, 4.7377, 4.8678, 4.6862, 5.0987, 5.7513),
        (200, 20, 6.7618, 6.8646, 6.9138, 7.0013, 7.6731),
    ],
)
def test_conversions_to_intensity(
    pga: float, pgv: float, wald_a: float, wald_v: float, worden_a: float, worden_v: float, gbt: float
) -> None:
    found = (
        wald_1999_from_pga(pga), wald_1999_from_pgv(pgv), worden_2012_from_pga(pga), worden_2012_from_pgv(pgv),
        instrument_intensity(pga, pgv),
    )  # fmt: skip
    assert found == pytest.approx((wald_a, wald_v, worden_a, worden_v, gbt), abs=5e-5)


def test_conversions_rise_and_stay_on_the_scale() -> None:
    for convert in (wald_1999_from_pga, wald_1999_from_pgv, worden_2012_from_pga, worden_2012_from_pgv):
        values = [convert(float(x)) for x in np.geomspace(1e-3, 1e4, 400)]
        # Published breaks leave steps of up to 0.2 between the straight lines.
        assert all(b >= a - 0.2 for a, b in pairwise(values))
        assert min(values) == 1
        assert max(values) == 10
    values = [instrument_intensity(float(x), float(x) / 10) for x in np.geomspace(1e-3, 1e5, 400)]
    assert min(values) == 1
    assert max(values) == 12


@pytest.mark.parametrize("key", sorted(LAWS))
def test_every_law_keeps_what_laws_keep(key: str) -> None:
    law = LAWS[key]
    for ms in np.arange(5, 8.1, 0.5):
        assert law.long.intensity(ms, 0) == pytest.approx(
            law.short.intensity(ms, 0), abs=0.005 if key == "sichuan_basin" else 0.001
        )
        km = np.linspace(0, 400, 100)
        assert all(a > b for axis in (law.long, law.short) for a, b in pairwise(axis.intensity(ms, r) for r in km))
    assert law.long.b == law.short.b
    assert 0.4 < law.sigma < 0.8


def test_the_older_generation_too() -> None:
    for law in (WEST_2001, EAST_2001):
        assert law.long.intensity(6, 0) == pytest.approx(law.short.intensity(6, 0), abs=0.05)


# What the published tables do at Ms 6.5 themselves. Qinghai-Tibet's long axis drops by a fifth (A1 2.387 where 2.287 would join both branches
# and both axes): kept as published, said in docs/risk/earthquake.md.
STEPS = {("pga", "qingzang", "long"): 0.793}


@pytest.mark.parametrize(("name", "table"), [("pga", PGA), ("pgv", PGV)])
def test_motion_falls_with_distance_rises_with_magnitude_and_joins_at_the_break(
    name: str, table: Mapping[str, Mapping[AxisName, MotionAxis]]
) -> None:
    for zone, axes in table.items():
        for key, axis in axes.items():
            step = STEPS.get((name, zone, key), 1.0)
            for ms in (5.0, 6.0, 6.5, 7.0, 8.0):
                assert all(axis.value(ms, r) > axis.value(ms, r + 5) for r in range(0, 200, 5))
            for r in (0, 10, 50, 200):
                for part in (np.arange(5, 6.51, 0.1), np.arange(6.6, 8.01, 0.1)):
                    assert all(axis.value(b, r) > axis.value(a, r) for a, b in pairwise(part))
                assert axis.value(6.5 + 1e-9, r) == pytest.approx(step * axis.value(6.5, r), rel=0.045)
            if step == 1.0:
                assert axes["long"].value(7.0, 0) == pytest.approx(axes["short"].value(7.0, 0), rel=0.06)
    assert SIGMA_LG_PGA == 0.236
    assert SIGMA_LG_PGV == 0.271


def test_rupture_lengths() -> None:
    assert rupture_length_km(6.99) == 0
    assert rupture_length_km(7.5) == pytest.approx(90.16, abs=0.01)
    assert subsurface_rupture_length_km(7.0) == pytest.approx(10**1.69)
    assert rupture_width_km(6.0) == pytest.approx(10**0.91)


@pytest.mark.parametrize(
    ("lon", "lat", "zone"),
    [
        (98.93, 23.47, "qingzang"), (103.4, 31.0, "qingzang"), (105.5, 30.0, "sichuan_basin"), (87.6, 43.8, "xinjiang"),
        (116.4, 39.9, "east_strong"), (113.3, 23.1, "moderate_central"), (125.3, 43.9, "moderate_central"),
        (97.2, 22.0, "qingzang"), (95.9, 21.9, None), (121.0, 14.6, None), (-118.0, 34.0, None),
    ],
)  # fmt: skip
def test_the_zone_of_a_place(lon: float, lat: float, zone: str | None) -> None:
    assert zone_at(lon, lat) == zone
