"""The earthquake model: lines of intensity, people by intensity, and what every model keeps.

Isoseismal areas: China Earthquake Administration (2008, 2014, 2017 releases). The law's own figures are in `test_earthquake_shaking.py`.
"""

import math
import time
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.geometry import mapping

from gis.exposure.points import ExposurePoints
from gis.geodesic import area_km2, circle, destination
from gis.hazards.earthquake import EarthquakeModel, edge_of, field_of
from gis.hazards.earthquake_exposure import LEVELS, place_of
from gis.hazards.earthquake_field import Field, Source
from gis.hazards.earthquake_laws import LAWS, QINGZANG, rupture_length_km
from gis.hazards.ground import Ground
from gis.hazards.run import run
from spine.canonical import Json, encode
from spine.errors import Refused
from tests.gis.hazard_ground import LAT, LON, case, ground

MODEL = EarthquakeModel()
GIVEN: dict[str, Json] = {"ms": 6.3, "depth_km": 11, "rupture_azimuth_deg": 45}


def field(ms: float, azimuth: float | None = 45.0, length: float | None = None, zone: str | None = "qingzang") -> Field:
    source = Source(LON, LAT, ms, 10.0, rupture_length_km(ms) if length is None else length, azimuth)
    return Field(source, None if zone is None else LAWS[zone])


def told(inputs: dict[str, Json], town: Ground | None = None, **more: Any) -> Any:
    return run(MODEL, case(MODEL, inputs, **more), town or ground()).to_json()


# -- lines -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [*LAWS, None])
@pytest.mark.parametrize("azimuth", [45.0, None])
def test_zones_are_nested_and_as_large_as_the_law_says(zone: str | None, azimuth: float | None) -> None:
    for ms in (5.5, 6.5, 7.4):
        here = field(ms, azimuth, zone=zone)
        lines = [here.outline(level) for level in (5.0, 6.0, 6.85, 7.5)]
        found = [line for line in lines if line is not None]
        assert found
        for weaker, stronger in pairwise(found):
            assert weaker.is_valid
            assert weaker.contains(stronger)
        if azimuth is None or zone is not None:
            assert area_km2(found[0]) == pytest.approx(math.pi * here.radius_km(5.0) ** 2, rel=0.005)


def test_without_a_strike_the_circle_has_the_same_area_and_the_answer_says_so() -> None:
    known, unknown = field(6.3).outline(6.0), field(6.3, None).outline(6.0)
    assert known is not None
    assert unknown is not None
    assert area_km2(known) == pytest.approx(area_km2(unknown), rel=0.005)
    assert "strike_unknown" not in [limit["code"] for limit in told(GIVEN)["limits"]]
    assert "strike_unknown" in [limit["code"] for limit in told({"ms": 6.3})["limits"]]


def test_a_great_rupture_is_a_line_and_its_azimuth_and_length_can_be_typed() -> None:
    along, _ = field(7.5).semi_axes_km(6.0)
    lon, lat = destination(LON, LAT, 45.0, (along + rupture_length_km(7.5) / 2) * 1000)
    assert field(7.5).at(np.asarray([lon]), np.asarray([lat]))[0] == pytest.approx(6.0, abs=0.01)
    typed = field_of(case(MODEL, {"ms": 6.6, "rupture_azimuth_deg": 10, "rupture_length_km": 30}))
    assert (typed.source.length_km, typed.source.azimuth_deg) == (30, 10)
    longer, law = typed.outline(6.0), field(6.6, 10.0).outline(6.0)
    assert longer is not None
    assert law is not None
    assert area_km2(longer) > 1.2 * area_km2(law)


@pytest.mark.parametrize("zone", [*LAWS, None])
def test_intensity_of_a_point_is_that_of_the_line_through_it(zone: str | None) -> None:
    here = field(6.8, 30.0, zone=zone)
    for level in (5.0, 6.0, 7.0):
        along, across = here.semi_axes_km(level)
        for angle in np.linspace(0, 2 * math.pi, 13):
            x, y = along * math.cos(angle), across * math.sin(angle)
            lon, lat = destination(LON, LAT, 30 + math.degrees(math.atan2(y, x)), math.hypot(x, y) * 1000)
            assert here.at(np.asarray([lon]), np.asarray([lat]))[0] == pytest.approx(level, abs=0.02)


def test_the_global_law_depends_on_depth_and_never_falls_with_magnitude() -> None:
    shallow, deep = (Field(Source(LON, LAT, 6.5, km, 0.0, None), None) for km in (5.0, 40.0))
    assert shallow.greatest > deep.greatest
    at = [field(ms, None, 0.0, None).greatest for ms in np.arange(4.5, 9.01, 0.1)]
    assert all(b >= a for a, b in pairwise(at))


def test_areas_against_official_isoseismal_maps() -> None:
    """(Ms, square kilometres of VI and above, of VII and above) → how the law compares; said as they are in docs/risk/earthquake.md."""
    for ms, six, seven, ratio_six, ratio_seven in (
        (6.5, 10_350, 1_960, 0.83, 1.02), (7.0, 18_295, 4_289, 1.52, 2.09), (8.0, 440_442, 125_536, 0.45, 0.63),
    ):  # fmt: skip
        here = field(ms)
        found = [math.pi * here.radius_km(edge_of(level)) ** 2 for level in (6, 7)]
        assert (found[0] / six, found[1] / seven) == pytest.approx((ratio_six, ratio_seven), abs=0.01)
        assert ms > 7.0 or 0.5 <= found[0] / six <= 2.0


# -- the model ---------------------------------------------------------------------------------------------------------------------


def test_people_by_intensity_are_those_of_every_single_point() -> None:
    town = ground()
    points = town.points
    assert points is not None
    asked = case(MODEL, GIVEN)
    core = MODEL.prepare(asked, town).core
    assert core.shaken is not None
    zero = np.zeros(1)
    found = core.shaken.people(place_of(zero, zero), zero, zero, None)[0]
    felt = field_of(asked).at(points.lon, points.lat)
    degree = np.asarray(np.clip(np.floor(felt + 0.5), 0, 9))
    for level, count in zip(LEVELS, found.tolist(), strict=True):
        assert count == pytest.approx(points.night[degree == level].sum(), abs=0.01 * points.night.sum())
    assert found.sum() == pytest.approx(points.night[degree >= 5].sum(), rel=1e-3)


@settings(max_examples=12, deadline=None)
@given(
    st.floats(4.6, 8.3),
    st.floats(0.05, 0.8),
    st.sampled_from([None, 0.0, 77.0]),
    st.sampled_from(["auto", "global", "sichuan_basin"]),
)
def test_a_stronger_earthquake_is_never_better(ms: float, more: float, azimuth: float | None, zone: str) -> None:
    town = ground(1500)
    base: dict[str, Json] = {"zone": zone} if azimuth is None else {"zone": zone, "rupture_azimuth_deg": azimuth}
    weak, strong = (run(MODEL, case(MODEL, {**base, "ms": value}), town, draws=300).draws for value in (ms, ms + more))
    for name in weak:
        assert np.median(strong[name]) >= np.median(weak[name]) * (
            1 - 1e-4
        )  # the tables of two fields differ by so much


def test_order_and_splitting_of_points_do_not_matter() -> None:
    town = ground(3000)
    points = town.points
    assert points is not None
    turned = ExposurePoints(
        points.lon[::-1],
        points.lat[::-1],
        points.township[::-1],
        points.day[::-1],
        points.night[::-1],
        points.buildings[::-1],
        6,
    )
    lon, lat, township = np.tile(points.lon, 2), np.tile(points.lat, 2), np.tile(points.township, 2)
    day, night, buildings = (np.tile(v / 2, 2) for v in (points.day, points.night, points.buildings))
    split = ExposurePoints(lon, lat, township, day, night, buildings, 6)
    asked = case(MODEL, GIVEN)
    one = run(MODEL, asked, town)
    for other in (turned, split):
        again = run(MODEL, asked, replace(town, points=other))
        for name in one.draws:
            assert np.quantile(again.draws[name], (0.1, 0.5, 0.9)) == pytest.approx(
                np.quantile(one.draws[name], (0.1, 0.5, 0.9)), abs=1.0, rel=1e-6
            )


def test_the_same_seed_gives_the_same_and_the_answer_is_json_without_nan() -> None:
    one: Any = {**told(GIVEN, ground(heights=True)), "timings": None}
    two: Any = {**told(GIVEN, ground(heights=True)), "timings": None}
    assert encode(one) == encode(two)
    assert one["outcomes"]["dead"]["p10"] <= one["outcomes"]["dead"]["p50"] <= one["outcomes"]["dead"]["p90"]


def test_nobody_there_nobody_harmed_and_nobody_counted_is_not_known() -> None:
    far = told({**GIVEN}, lon=LON + 9, lat=LAT + 3)
    for name, outcome in far["outcomes"].items():
        assert (name, outcome["p90"]) == (name, 0)
    unknown = told(GIVEN, ground(people=False))
    assert unknown["outcomes"]["dead"]["p50"] is None
    assert unknown["zones"][0]["people"] is None


def test_casualties_never_exceed_those_who_are_there() -> None:
    town = ground(400)
    points = town.points
    assert points is not None
    drawn = run(MODEL, case(MODEL, {"ms": 8.0, "rupture_azimuth_deg": 90}), town).draws
    total = points.night.sum() * np.exp(4 * 0.3)
    assert bool((drawn["dead"] + drawn["injured"] <= total).all())
    assert bool((drawn["resettled"] <= total).all())
    assert bool((drawn["dead"] == np.floor(drawn["dead"])).all())


def test_zones_of_instrument_intensity_replace_the_ellipse() -> None:
    shapes: list[Json] = [
        {"geometry": mapping(circle(LON, LAT, 4000)), "value": 8},  # type: ignore[dict-item]
        {"geometry": mapping(circle(LON, LAT, 15000)), "value": 7},  # type: ignore[dict-item]
        {"geometry": mapping(circle(LON, LAT, 40000)), "value": 6},  # type: ignore[dict-item]
    ]
    seen = told({"ms": 6.3, "intensity_zones": shapes})
    assert [zone["level"] for zone in seen["zones"]] == [8, 7, 6]
    assert {footprint["basis"] for footprint in seen["footprints"]} == {"observed"}
    assert seen["zones"][0]["area_km2"] == pytest.approx(math.pi * 16, rel=0.01)
    assert seen["limits"] == [] or {limit["code"] for limit in seen["limits"]} == {"outside_data"}
    assert "ms" not in [change["name"] for change in seen["changes"]]
    same = told({"ms": 7.3, "intensity_zones": shapes})
    assert same["outcomes"]["dead"]["p50"] == seen["outcomes"]["dead"]["p50"]


def test_an_outline_drawn_by_hand_bounds_the_harm() -> None:
    hand = box(LON - 0.03, LAT - 0.03, LON + 0.03, LAT + 0.03)
    drawn = told({"ms": 5.2}, footprint=hand)
    assert drawn["footprints"][-1]["basis"] == "drawn"
    town = ground()
    points = town.points
    assert points is not None
    there = town.near(*hand.bounds)
    assert drawn["zones"][-1]["people_night"] == pytest.approx(points.night[there].sum(), rel=0.01)
    assert drawn["outcomes"]["affected"]["p50"] == pytest.approx(points.night[there].sum(), rel=0.5)
    assert drawn["outcomes"]["affected"]["p50"] < told({"ms": 7.2})["outcomes"]["affected"]["p50"]


def test_lists_hospitals_hazardous_sites_dams_and_steep_townships() -> None:
    seen = told({"ms": 6.8, "rupture_azimuth_deg": 90}, ground(heights=True))
    rows = {listed["key"]: listed["rows"] for listed in seen["lists"]}
    assert {row["id"] for row in rows["hospitals_8"]} == {"h1", "h2"}
    assert "张床位" in rows["hospitals_8"][0]["value_zh"]
    assert [row["id"] for row in rows["hazardous_sites_7"]] == ["x1"]
    assert {row["id"] for row in rows["dams_7"]} == {"d1", "r1"}
    assert rows["landslide_townships_7"] == []  # the test valley is flat enough
    town = ground(heights=True)
    heights = town.heights
    assert heights is not None
    cliffs = replace(town, heights=replace(heights, metres=heights.metres * 40))
    steep = {listed["key"]: listed["rows"] for listed in told({"ms": 6.8}, cliffs)["lists"]}["landslide_townships_7"]
    assert steep
    assert "25°" in steep[0]["value_zh"]
    assert "landslide_townships_7" not in {listed["key"] for listed in told({"ms": 6.8})["lists"]}


def test_the_second_opinion_and_the_coverage_are_told() -> None:
    codes = {note["code"]: note["zh"] for note in told(GIVEN)["notes"]}
    assert "PAGER" in codes["second_opinion"]
    assert "80% 区间" in codes["second_opinion"]
    assert "8–9" in codes["epicentral_intensity"]
    assert "89%" in codes["calibration"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"ms": 12.0}, "inputs.ms"), ({"ms": float("nan")}, "inputs.ms"), ({"depth_km": 900}, "inputs.depth_km"),
        ({"rupture_azimuth_deg": 400}, "inputs.rupture_azimuth_deg"), ({"zone": "atlantis"}, "inputs.zone"), ({"ms": None}, "inputs.ms"),
    ],
)  # fmt: skip
def test_impossible_input_is_refused_by_its_field(change: dict[str, Json], name: str) -> None:
    with pytest.raises(Refused) as refusal:
        case(MODEL, {**GIVEN, **change})
    assert refusal.value.field == name


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"ms": 4.6}, "outside_ms"), ({"ms": 8.6}, "outside_ms"), ({"ms": 6.0, "depth_km": 120}, "deep"),
        ({"ms": 6.0, "depth_km": 50}, "outside_depth_km"), ({"ms": 7.6}, "rupture_assumed"), ({"ms": 7.0}, "near_field"),
        ({"ms": 6.0, "zone": "global"}, "global_law"),
    ],
)  # fmt: skip
def test_outside_the_laws_range_is_flagged_not_clamped(inputs: dict[str, Json], code: str) -> None:
    assert code in [limit["code"] for limit in told(inputs)["limits"]]


def test_an_earthquake_below_vi_still_has_an_area_to_look_at() -> None:
    assert [zone["level"] for zone in told({"ms": 4.3})["zones"]] == [5]
    assert told({"ms": 2.6})["zones"] == []


def test_a_million_points_take_less_than_a_second() -> None:
    town = ground(1_000_000)
    asked = case(MODEL, {"ms": 6.8, "rupture_azimuth_deg": 45})
    MODEL.prepare(asked, town)
    begun = time.process_time()
    MODEL.prepare(asked, town)
    assert time.process_time() - begun < 1.5


def test_the_zone_is_the_places_unless_chosen() -> None:
    assert field_of(case(MODEL, GIVEN)).law is QINGZANG
    assert field_of(case(MODEL, {**GIVEN, "zone": "sichuan_basin"})).law is LAWS["sichuan_basin"]
    assert field_of(case(MODEL, GIVEN, lon=139.7, lat=35.7)).law is None
