"""The earthquake model against published and computed figures, and the contract every hazard model keeps.

Sources: GB 18306-2015 elliptical law (semi-axes computed from the coefficients); USGS PAGER test suite and catalogue
(usgs/pager@081a55f, CC0): rates, band probabilities, exposures and expected deaths of Chinese events.
"""

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.geodesic import area_km2, destination
from gis.hazards.base import Exposure, Reach, one_figure, two_figures
from gis.hazards.earthquake import (
    SOUTHWEST,
    ZONES,
    Earthquake,
    assess,
    intensity_at,
    isoseismals,
    people_by_intensity,
    people_inside,
    rupture_km,
    semi_axes_km,
)
from gis.hazards.pager import CHINA, Country, alert_colour, deaths, expected_deaths, rate
from spine.errors import Refused
from tests.conftest import T0

QUAKE = Earthquake(98.93, 23.47, 6.3, 11.0, 45.0)


def exposure(seed: int = 1, count: int = 4000) -> Exposure:
    rng = np.random.default_rng(seed)
    lon, lat = 98.0 + 2 * rng.random(count), 22.6 + 2 * rng.random(count)
    return Exposure(lon, lat, rng.integers(0, 400, count).astype(np.float64), "test", "2020", True)


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
    along, across = semi_axes_km(ZONES[zone], ms, intensity)
    assert (along, across) == pytest.approx((long_km, short_km), abs=1e-4)
    assert np.pi * along * across == pytest.approx(area, rel=1e-5)


def test_both_axes_agree_at_the_epicentre() -> None:
    for zone in ZONES.values():
        assert zone.long.intensity(6, 0) == pytest.approx(zone.short.intensity(6, 0), abs=0.001)


def test_pager_rates_as_published() -> None:
    published = [4.62833172e-10, 1.27558914e-06, 0.000228027416, 0.00681282956, 0.0604383822]
    assert [rate(level, Country(10.986839, 0.128601, 1)) for level in range(5, 10)] == pytest.approx(
        published, rel=1e-6
    )
    china = [
        2.0717817784401016e-13,
        2.8394383420456768e-08,
        5.05336475176709e-05,
        0.00533269190285488,
        0.08436009957294,
    ]
    assert [rate(level, CHINA) for level in range(5, 10)] == pytest.approx(china, rel=1e-9)


def test_pager_band_probabilities_as_published() -> None:
    reach = Reach(70511, 2.5)
    edges = (1, 10, 100, 1e3, 1e4, 1e5)
    below = [0.0, *(reach.at_most(edge) for edge in edges), 1.0]
    published = [3.99586e-06, 1.927765e-4, 4.156825e-3, 0.0399953, 0.172972, 0.3382546, 0.4444246]
    assert list(np.diff(below)) == pytest.approx(published, abs=1e-6)
    assert Reach(1e6, 2.5).at_most(1e7) == pytest.approx(0.8214836716191161, abs=1e-12)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((8527325, 742179, 301474, 74369, 32997), 3195.4728),
        ((12911038, 1460605, 948733, 361732, 315595), 28600.6153),
        ((1836965, 102144, 35355, 19540, 31423), 2756.8377),
        ((10575, 1257, 455, 162, 25), 2.9959),
    ],
)
def test_expected_deaths_of_catalogued_chinese_events(people: tuple[int, ...], expected: float) -> None:
    counted = dict(zip(range(5, 10), people, strict=True))
    assert expected_deaths(counted) == pytest.approx(expected, abs=1e-3)


def test_spread_is_pagers() -> None:
    assert deaths({9: 1000.0}).sigma_ln == CHINA.g
    assert deaths({9: 5.0}).sigma_ln == 1.7613
    assert deaths({7: 1.0}).sigma_ln == 0.5
    assert [alert_colour(n) for n in (0, 0.99, 1, 99, 100, 999, 1000)] == [
        "green", "green", "yellow", "yellow", "orange", "orange", "red",
    ]  # fmt: skip


def test_zones_are_nested_and_as_large_as_the_law_says() -> None:
    zones = isoseismals(QUAKE)
    assert [zone.level for zone in zones] == [6, 7, 8]
    for zone in zones:
        assert zone.polygon.is_valid
        assert zone.outer is not None
        assert zone.outer.contains(zone.polygon)
        assert zone.inner is None or zone.polygon.contains(zone.inner)
    for weaker, stronger in pairwise(zones):
        assert weaker.polygon.contains(stronger.polygon)
    along, across = semi_axes_km(SOUTHWEST, QUAKE.ms, 6.0)
    assert area_km2(zones[0].polygon) == pytest.approx(np.pi * along * across, rel=0.005)


def test_without_a_strike_the_circle_has_the_same_area_and_the_answer_says_so() -> None:
    known, unknown = isoseismals(QUAKE), isoseismals(replace(QUAKE, strike_deg=None))
    for one, other in zip(known, unknown, strict=True):
        assert area_km2(one.polygon) == pytest.approx(area_km2(other.polygon), rel=0.01)
    limits = [limit.code for limit in assess(replace(QUAKE, strike_deg=None), exposure(), T0).limits]
    assert "strike_unknown" in limits
    assert "strike_unknown" not in [limit.code for limit in assess(QUAKE, exposure(), T0).limits]


def test_a_great_rupture_is_a_line_not_a_point() -> None:
    assert rupture_km(6.9) == 0
    assert rupture_km(7.5) == pytest.approx(10 ** (-3.22 + 0.69 * 7.5))
    along, _ = semi_axes_km(SOUTHWEST, 7.5, 6.0)
    end = destination(QUAKE.lon, QUAKE.lat, 45.0, (along + rupture_km(7.5) / 2) * 1000)
    assert intensity_at(replace(QUAKE, ms=7.5), *end) == pytest.approx(6.0, abs=0.01)


def test_intensity_on_the_lines_edge_is_the_lines() -> None:
    along, across = semi_axes_km(SOUTHWEST, QUAKE.ms, 7.0)
    for bearing, km in ((45, along), (225, along), (135, across), (315, across)):
        assert intensity_at(QUAKE, *destination(QUAKE.lon, QUAKE.lat, bearing, km * 1000)) == pytest.approx(
            7.0, abs=0.01
        )


@given(st.floats(4.5, 8.5), st.floats(0, 360) | st.none())
def test_nobody_is_lost_or_counted_twice(ms: float, strike: float | None) -> None:
    people = exposure()
    counted = people_by_intensity(Earthquake(98.93, 23.47, ms, None, strike), people)
    assert sum(counted.values()) == pytest.approx(people.people.sum())


@given(st.floats(4.5, 8.0), st.floats(0.05, 0.5), st.floats(0, 360) | st.none())
def test_a_stronger_earthquake_is_never_better(ms: float, more: float, strike: float | None) -> None:
    people = exposure()
    weak, strong = (Earthquake(98.93, 23.47, m, 10.0, strike) for m in (ms, ms + more))
    assert expected_deaths(people_by_intensity(strong, people)) >= expected_deaths(people_by_intensity(weak, people))
    inside = people_inside(strong, people)
    assert all(inside.get(level, 0) >= count for level, count in people_inside(weak, people).items())


def test_order_and_splitting_of_points_do_not_matter() -> None:
    people = exposure()
    turned = Exposure(people.lon[::-1], people.lat[::-1], people.people[::-1], "test", "2020", True)
    halves = Exposure(
        np.tile(people.lon, 2), np.tile(people.lat, 2), np.tile(people.people / 2, 2), "test", "2020", True
    )
    for other in (turned, halves):
        assert people_by_intensity(QUAKE, other) == pytest.approx(people_by_intensity(QUAKE, people))


def test_nobody_there_nobody_harmed() -> None:
    nowhere = Exposure(np.zeros(0), np.zeros(0), np.zeros(0), "test", None, True)
    answer: Any = json.loads(json.dumps(assess(QUAKE, nowhere, T0).to_json(), allow_nan=False))
    assert answer["dead"]["p90"] == 0
    assert answer["dead"]["band_probabilities"] == [1, 0, 0, 0, 0]


def test_the_answer_names_model_range_limits_and_origin_of_its_people() -> None:
    one, again = assess(QUAKE, exposure(), T0), assess(QUAKE, exposure(), T0)
    assert one == again
    answer: Any = json.loads(json.dumps(one.to_json(), ensure_ascii=False, allow_nan=False))
    assert answer["model"] == "earthquake.ellipse_pager"
    assert answer["version"] == "1.0"
    assert answer["dead"]["p10"] <= answer["dead"]["p50"] <= answer["dead"]["p90"]
    assert sum(answer["dead"]["band_probabilities"]) == pytest.approx(1, abs=1e-3)
    assert answer["exposure"] == {"source": "test", "date": "2020", "illustrative": True}
    assert answer["summary_zh"].startswith("最可能：")
    assert answer["summary_en"].startswith("Most likely:")
    assert answer["largest_error_zh"]
    assert answer["people"]["6"] >= answer["people"]["7"]


@pytest.mark.parametrize(
    ("change", "field"),
    [({"ms": 12.0}, "ms"), ({"ms": float("nan")}, "ms"), ({"depth_km": -3.0}, "depth_km"), ({"strike_deg": 400.0}, "strike_deg"),
     ({"lat": 98.9, "lon": 23.4}, "epicentre")],
)  # fmt: skip
def test_impossible_input_is_refused(change: dict[str, float], field: str) -> None:
    with pytest.raises(Refused) as caught:
        assess(replace(QUAKE, **change), exposure(), T0)
    assert caught.value.field == field


def test_outside_the_laws_range_is_flagged_not_clamped() -> None:
    for quake, code in (
        (replace(QUAKE, ms=4.6), "magnitude"),
        (replace(QUAKE, depth_km=120.0), "deep"),
        (replace(QUAKE, ms=7.6), "rupture"),
    ):
        assert code in [limit.code for limit in assess(quake, exposure(), T0).limits]


def test_figures() -> None:
    assert [one_figure(n) for n in (0, 0.4, 0.6, 4.4, 14, 17, 949, 951, 28600)] == [
        0,
        0,
        1,
        4,
        10,
        20,
        900,
        1000,
        30000,
    ]
    assert [two_figures(n) for n in (0.2, 7, 64, 641, 64100)] == [0, 7, 64, 640, 64000]
