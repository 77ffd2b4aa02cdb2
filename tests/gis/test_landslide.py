"""The landslide model: runout on terrain and without, who is there, triggers, and what every model keeps."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gis.exposure.points import ExposurePoints
from gis.geodesic import area_km2, destination, distance_m
from gis.hazards.ground import Ground, Heights
from gis.hazards.landslide import LandslideModel, reach_of, way_of
from gis.hazards.landslide_formulas import REACHES
from gis.hazards.landslide_runout import (
    SPREAD_DEG,
    along_the_gully,
    by_fall,
    entered_at_m,
    on_terrain,
    outline,
    outline_m2,
)
from gis.hazards.landslide_trigger import trigger_of, wetness
from gis.hazards.run import run
from spine.canonical import Json, encode
from spine.errors import Refused
from tests.gis.hazard_ground import LAT, LON, case, ground

MODEL = LandslideModel()
GIVEN: dict[str, Json] = {"volume_m3": 2e5, "fall_height_m": 200, "azimuth_deg": 90}


def told(inputs: dict[str, Json], town: Ground | None = None, **more: Any) -> Any:
    return run(MODEL, case(MODEL, inputs, **more), town or ground()).to_json()


def hill(slope_deg: float, azimuth_deg: float, foot_m: float) -> Heights:
    """A plane slope about the place, falling that way, flat from `foot_m` on."""
    cell, count = 0.0003, 401
    west, north = LON - cell * count / 2, LAT + cell * count / 2
    lon = west + (np.arange(count) + 0.5) * cell
    lat = north - (np.arange(count) + 0.5) * cell
    x = (lon - LON)[None, :] * 111_320 * math.cos(math.radians(LAT))
    y = (lat - LAT)[:, None] * 110_750
    turn = math.radians(azimuth_deg)
    along = x * math.sin(turn) + y * math.cos(turn)
    return Heights(
        west, north, cell, cell, 1500 - np.minimum(along, foot_m) * math.tan(math.radians(slope_deg)), "hill"
    )


# -- runout ------------------------------------------------------------------------------------------------------------------------


def test_without_heights_length_is_fall_over_ratio() -> None:
    way = by_fall(120.0, 45.0)
    ratio = REACHES["landslide"].ratio(np.asarray([1e4]))
    assert way.length_m(ratio)[0] == pytest.approx(120 / 0.4102, rel=0.002)


def test_on_a_slope_it_runs_down_and_stops_where_the_line_of_energy_meets_the_plain() -> None:
    """A plane of 30° for 400 m and a plain: the line of ratio r comes to the ground at H/r, H = 400·tan 30°."""
    way = on_terrain(hill(30, 130, 400), LON, LAT, None)
    assert way is not None
    assert way.azimuth_deg == pytest.approx(130, abs=5)
    assert way.slope_deg == pytest.approx(30, abs=1.5)
    height = 400 * math.tan(math.radians(30))
    assert way.length_m(np.asarray([0.3]))[0] == pytest.approx(height / 0.3, rel=0.05)
    lengths = way.length_m(np.geomspace(1, 0.05, 30))
    assert bool((np.diff(lengths) >= 0).all())


def test_on_flat_ground_nothing_runs_and_the_direction_is_asked_for() -> None:
    flat = replace(hill(30, 0, 400), metres=np.full((401, 401), 800.0))
    assert on_terrain(flat, LON, LAT, None) is None
    answer = told({"volume_m3": 1e4, "fall_height_m": 50}, replace(ground(), heights=flat))
    assert "direction_unknown" in [limit["code"] for limit in answer["limits"]]
    assert "azimuth_deg" in [ask["name"] for ask in answer["asks"]]


def test_terrain_gives_the_direction_and_the_answer_says_so() -> None:
    town = replace(ground(), heights=hill(32, 225, 500))
    asked = case(MODEL, {"volume_m3": 1e5})
    way = way_of(asked, town)
    assert way.from_terrain
    answer = run(MODEL, asked, town).to_json()
    assert "西南" in encode(answer["assumptions"])
    codes = [limit["code"] for limit in answer["limits"]]  # type: ignore[index, union-attr]
    assert "direction_unknown" not in codes
    assert "fall_assumed" not in codes


@pytest.mark.parametrize("azimuth", [0.0, 137.0, None])
def test_the_sector_is_as_large_as_said_and_holds_what_is_said_to_enter(azimuth: float | None) -> None:
    way = by_fall(100.0, azimuth)
    area = outline(way, LON, LAT, 800.0, 60.0)
    assert area.is_valid
    expected = outline_m2(way, np.asarray([800.0]), 60.0)[0]
    assert area_km2(area) * 1e6 == pytest.approx(expected, rel=0.01)
    for turn, metres in ((0, 700), (15, 700), (25, 700), (180, 50), (180, 200), (0, 900)):
        lon, lat = destination(LON, LAT, (azimuth or 0.0) + turn, metres)
        east = np.asarray([math.sin(math.radians((azimuth or 0.0) + turn)) * metres / 1000])
        north = np.asarray([math.cos(math.radians((azimuth or 0.0) + turn)) * metres / 1000])
        inside = bool(area.intersects(box(lon, lat, lon, lat).centroid))
        assert inside == bool(entered_at_m(way, east, north, 60.0)[0] <= 800)
    assert SPREAD_DEG == 20


def test_kinds_follow_the_type_of_event_unless_chosen() -> None:
    assert reach_of(case(MODEL, {}, class_key="nd.geo.landslide")).key == "landslide"
    assert reach_of(case(MODEL, {}, class_key="nd.geo.debris_flow")).key == "debris_flow"
    assert reach_of(case(MODEL, {}, class_key="nd.geo.rockfall")).key == "rockfall"
    assert reach_of(case(MODEL, {"movement": "fill"})).key == "fill"
    slide, fill = (told({**GIVEN, "movement": kind})["footprints"][0] for kind in ("landslide", "fill"))
    reach = [distance_m(LON, LAT, max(p[0] for p in f["geometry"]["coordinates"][0]), LAT) for f in (slide, fill)]
    assert reach[1] / reach[0] == pytest.approx(2.5, rel=0.05)


def test_shenzhen_2015_lies_within_the_range_of_the_law_and_is_hit_by_that_of_fill() -> None:
    """2.5 million m³, 110 m of fall, 1,100 m of travel: the footprint of fill reaches it, the landslide's falls short of it."""
    town = ground(50)
    for kind, low, high in (("fill", 0.9, 1.2), ("landslide", 0.3, 0.5)):
        given: dict[str, Json] = {"volume_m3": 2.5e6, "fall_height_m": 110, "azimuth_deg": 90, "movement": kind}
        outline: Any = told(given, town)["footprints"][0]["geometry"]["coordinates"][0]
        assert low <= max(distance_m(LON, LAT, lon, lat) for lon, lat in outline) / 1100 <= high


def winding(fall: float = 0.35) -> Heights:
    """A gully that runs east in bends of 150 m either side, falling evenly, with steep flanks."""
    flat = hill(0, 0, 1)
    rows, columns = flat.metres.shape
    across = np.arange(columns, dtype=np.float64) + 0.5
    down = np.arange(rows, dtype=np.float64) + 0.5
    x = (flat.west + across * flat.step_lon - LON) * 111_320 * math.cos(math.radians(LAT))
    y = (flat.north - down * flat.step_lat - LAT) * 110_750
    beside = np.abs(y[:, None] - 150 * np.sin(x / 250)[None, :])
    return replace(flat, metres=np.asarray(2000 - fall * x[None, :] + 0.9 * beside))


def test_a_debris_flow_follows_its_gully() -> None:
    way = along_the_gully(winding(), LON, LAT, 90.0)
    assert way is not None
    assert way.gully is not None
    beside = np.abs(way.gully[:, 1] - 150 * np.sin(way.gully[:, 0] / 250))
    assert float(beside.max()) < 60
    assert float(way.gully[-1, 0]) > 1500
    flow = replace(way, half_width_m=40.0)
    area = outline(flow, LON, LAT, 1200.0, 30.0)
    assert area.is_valid
    assert area_km2(area) * 1e6 == pytest.approx(outline_m2(flow, np.asarray([1200.0]), 30.0)[0], rel=0.1)
    x = 400.0
    inside = np.asarray([x]) / 1000, np.asarray([150 * math.sin(x / 250)]) / 1000
    opposite = np.asarray([x]) / 1000, np.asarray([-150 * math.sin(x / 250)]) / 1000
    assert 400 < entered_at_m(flow, *inside, 30.0)[0] < 800
    assert math.isinf(entered_at_m(flow, *opposite, 30.0)[0])


def test_a_flow_takes_the_gully_and_a_slide_the_sector() -> None:
    town = replace(ground(), heights=winding())
    asked = case(MODEL, {"volume_m3": 5e4, "azimuth_deg": 90}, class_key="nd.geo.debris_flow")
    flow, slide = way_of(asked, town), way_of(case(MODEL, {"volume_m3": 5e4, "azimuth_deg": 90}), town)
    assert flow.gully is not None
    assert 25 <= flow.half_width_m <= 300
    assert slide.gully is None
    told = run(MODEL, asked, town).to_json()
    assert "gully_from_terrain" in encode(told["assumptions"])
    basin = replace(winding(), metres=winding().metres * 0 + 900)
    assert along_the_gully(basin, LON, LAT, 90.0) is None


# -- triggers ----------------------------------------------------------------------------------------------------------------------


def probability(**inputs: Json) -> float:
    asked = case(MODEL, {**GIVEN, "state": "threat", **inputs})
    return trigger_of(asked, way_of(asked, ground())).probability


def test_steeper_wetter_and_shaken_slopes_fail_more() -> None:
    assert probability(slope_deg=20) < probability(slope_deg=30) < probability(slope_deg=40)
    dry, wet = (probability(slope_deg=30, rainfall_mm=mm, rain_duration_h=24) for mm in (5, 150))
    assert dry < probability(slope_deg=30) < wet
    assert probability(slope_deg=30) < probability(slope_deg=30, pga_gal=300) < probability(slope_deg=30, pga_gal=900)
    assert 0.05 < probability() < 0.35  # nothing known: the stated prior


def test_a_local_threshold_overrides_caines() -> None:
    low = told({**GIVEN, "rainfall_mm": 60, "rain_duration_h": 24})
    assert "低于Caine（1980）" in encode(low["notes"])
    local = told({**GIVEN, "rainfall_mm": 60, "rain_duration_h": 24, "threshold_alpha": 5.0, "threshold_beta": 0.4})
    assert "达到或超过本地阈值" in encode(local["notes"])
    half = np.asarray([0.5])
    assert wetness(None, half)[0] == 0.5


def test_what_only_threatens_has_fewer_dead_and_as_many_threatened() -> None:
    given: dict[str, Json] = {"volume_m3": 5e5, "fall_height_m": 250, "azimuth_deg": 90, "slope_deg": 28}
    happened = run(MODEL, case(MODEL, given), ground(20_000)).draws
    threat = run(MODEL, case(MODEL, {**given, "state": "threat"}), ground(20_000)).draws
    assert threat["dead"].mean() < happened["dead"].mean()
    assert bool((threat["threatened"] == happened["threatened"]).all())
    footprints = told({**given, "state": "threat"})["footprints"]
    assert 0 < footprints[1]["probability"] < footprints[0]["probability"] < 1


# -- the model ---------------------------------------------------------------------------------------------------------------------


@settings(max_examples=15, deadline=None)
@given(st.floats(1e3, 1e7), st.floats(1.2, 10), st.sampled_from(["auto", "debris_flow", "fill"]), st.booleans())
def test_a_larger_slide_is_never_better(volume: float, times: float, kind: str, aimed: bool) -> None:
    given: dict[str, Json] = {"fall_height_m": 150, "movement": kind}
    if aimed:
        given["azimuth_deg"] = 90
    less, more = (
        run(MODEL, case(MODEL, {**given, "volume_m3": v}), ground(8000), draws=400).draws
        for v in (volume, min(volume * times, 1e9))
    )
    for name in less:
        assert np.median(more[name]) >= np.median(less[name])


def test_order_and_splitting_of_points_do_not_matter() -> None:
    town = ground(4000)
    points = town.points
    assert points is not None
    lon, lat, township = np.tile(points.lon, 2), np.tile(points.lat, 2), np.tile(points.township, 2)
    day, night, buildings = (np.tile(v / 2, 2)[::-1] for v in (points.day, points.night, points.buildings))
    split = replace(town, points=ExposurePoints(lon[::-1], lat[::-1], township[::-1], day, night, buildings, 6))
    one, two = run(MODEL, case(MODEL, GIVEN), town).draws, run(MODEL, case(MODEL, GIVEN), split).draws
    for name in one:
        assert two[name] == pytest.approx(one[name], abs=1.0, rel=1e-9)


def test_people_moved_out_are_not_struck() -> None:
    here = run(MODEL, case(MODEL, GIVEN), ground(20_000)).draws
    gone = run(MODEL, case(MODEL, {**GIVEN, "evacuated_people": 1e5}), ground(20_000)).draws
    assert here["dead"].max() > 0
    assert gone["dead"].max() == 0
    assert gone["threatened"].max() == 0


def test_nobody_there_nobody_harmed_and_nobody_counted_is_not_known() -> None:
    assert told(GIVEN, lon=LON + 2)["outcomes"]["dead"]["p90"] == 0
    unknown = told(GIVEN, ground(people=False))
    assert unknown["outcomes"]["dead"]["p50"] is None
    encode(unknown)


def test_an_outline_drawn_by_hand_replaces_the_sector() -> None:
    hand = box(LON - 0.01, LAT - 0.01, LON + 0.01, LAT + 0.01)
    drawn = told({"volume_m3": 1e5}, footprint=hand)
    assert [zone["key"] for zone in drawn["zones"]] == ["drawn"]
    assert drawn["footprints"][0]["basis"] == "drawn"
    assert "direction_unknown" not in [limit["code"] for limit in drawn["limits"]]


def test_villages_rivers_and_roads_in_its_way_are_listed() -> None:
    keys = {listed["key"]: listed for listed in told({"volume_m3": 5e6, "fall_height_m": 400})["lists"]}
    assert set(keys) == {"villages", "rivers", "roads"}
    assert "堰塞湖" in keys["rivers"]["zh"]
    assert keys["rivers"]["rows"][0]["name_zh"] == "南河"


def test_the_same_seed_gives_the_same() -> None:
    one: Any = {**told(GIVEN), "timings": None}
    two: Any = {**told(GIVEN), "timings": None}
    assert encode(one) == encode(two)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"volume_m3": float("nan")}, "inputs.volume_m3"), ({"volume_m3": 0}, "inputs.volume_m3"), ({"azimuth_deg": 361}, "inputs.azimuth_deg"),
        ({"slope_deg": 95}, "inputs.slope_deg"), ({"movement": "avalanche"}, "inputs.movement"), ({"rain_duration_h": 0}, "inputs.rain_duration_h"),
    ],
)  # fmt: skip
def test_impossible_input_is_refused_by_its_field(change: dict[str, Json], name: str) -> None:
    with pytest.raises(Refused) as refusal:
        case(MODEL, {**GIVEN, **change})
    assert refusal.value.field == name


def test_outside_the_data_is_flagged() -> None:
    assert "outside_volume_m3" in [limit["code"] for limit in told({**GIVEN, "volume_m3": 5e8})["limits"]]
    assert "outside_reach" in [
        limit["code"] for limit in told({**GIVEN, "volume_m3": 5e7, "movement": "rockfall"})["limits"]
    ]
    assert {"volume_assumed", "fall_assumed", "direction_unknown"} <= {limit["code"] for limit in told({})["limits"]}
