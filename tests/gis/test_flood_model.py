"""The flood models on a small town: the three grounds, what is monotone, what is said when little is known."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shapely import box

from gis.geometry import geometry_json
from gis.hazards.catalogue import model_for
from gis.hazards.flood import FLOODS, FlashFloodModel, FloodModel, UrbanFloodModel
from gis.hazards.run import run
from spine.canonical import Json, encode
from spine.errors import Refused
from tests.gis.hazard_ground import DAY, LAT, LON, case, ground

MODEL, FLASH, URBAN = FloodModel(), FlashFloodModel(), UrbanFloodModel()
OUTLINE: Json = geometry_json(box(LON - 0.05, LAT - 0.004, LON + 0.05, LAT + 0.004))


def fixed(value: float) -> Json:
    """Known exactly, in place of the spread that a bare number is given."""
    return {"kind": "normal", "median": value, "spread": 0}


def answer(model: FloodModel, inputs: dict[str, Json], *, heights: bool = True, **more: Any) -> Any:
    return run(model, case(model, inputs, **more), ground(heights=heights)).to_json()


def test_classes() -> None:
    assert model_for("nd.flood.river").spec.id == "flood_river"
    assert model_for("nd.flood.flash").spec.id == "flood_flash"
    assert model_for("nd.flood.urban").spec.id == "flood_urban"
    assert model_for("nd.flood.farm_drought").spec.id == "area"


@pytest.mark.parametrize("model", FLOODS, ids=lambda model: model.spec.id)
def test_the_valley_fills_from_its_bed(model: FloodModel) -> None:
    """Sides of 4 km a degree (1 in 28): 4 m of water reach about 110 m to either side."""
    told = answer(model, {"stage_m": fixed(4)})
    wet = told["zones"][-1]
    assert wet["key"] == "wet"
    levels = [zone["level"] for zone in told["zones"]]
    assert levels == sorted(levels, reverse=True)
    people = [zone["people"]["p50"] for zone in told["zones"]]
    areas = [zone["area_km2"] for zone in told["zones"]]
    assert people == sorted(people)
    assert areas == sorted(areas)
    width = wet["area_km2"] * 1e6 / (2 * 1000 * (2.0 if model.spec.id == "flood_urban" else 6.0))
    assert 100 < width < 320
    assert told["outcomes"]["affected"]["p50"] > 0
    # What the zone counts by polygon and what the draws count by cell agree.
    assert told["outcomes"]["affected"]["p50"] == pytest.approx(wet["people"]["p50"], rel=0.35)
    assert told["confidence"]["letter"] in "BCD"
    encode(told)


@pytest.mark.parametrize("model", FLOODS, ids=lambda model: model.spec.id)
@pytest.mark.parametrize("heights", [True, False])
def test_more_water_never_means_less(model: FloodModel, heights: bool) -> None:
    last: dict[str, float] = {}
    for stage in (0.3, 1.0, 3.0, 8.0):
        told = answer(model, {"stage_m": stage}, heights=heights)
        now = {name: outcome["p50"] for name, outcome in told["outcomes"].items() if outcome["p50"] is not None}
        assert all(now[name] >= last.get(name, 0.0) for name in now)
        last = now
    assert last["affected"] > 0


def test_people_who_left_do_not_die() -> None:
    stay = run(MODEL, case(MODEL, {"stage_m": 5, "evacuated_share": fixed(0)}), ground(heights=True))
    gone = run(MODEL, case(MODEL, {"stage_m": 5, "evacuated_share": fixed(1)}), ground(heights=True))
    assert stay.draws["dead"].max() > 0
    assert gone.draws["dead"].max() == 0
    assert np.array_equal(stay.draws["affected"], gone.draws["affected"])


def test_rain_becomes_flow_becomes_level() -> None:
    little, much = (answer(FLASH, {"rainfall_mm": mm, "rain_h": 3}) for mm in (40, 200))
    assert "降雨径流" in encode(little["assumptions"])
    assert little["outcomes"]["affected"]["p50"] < much["outcomes"]["affected"]["p50"]
    # The valley's river comes from beyond the box: that is said.
    assert "catchment_cut" in {limit["code"] for limit in much["limits"]}
    told = answer(FLASH, {"rainfall_mm": 200, "catchment_km2": 900})
    assert "catchment_cut" not in {limit["code"] for limit in told["limits"]}
    none = answer(FLASH, {"rainfall_mm": 0})
    assert none["outcomes"]["affected"]["p90"] == 0
    encode(none)


def test_flow_is_used_before_rain_and_level_before_both() -> None:
    for inputs, code in (
        ({"flow_m3_s": 300, "rainfall_mm": 100}, "流量"),
        ({"flow_m3_s": 300, "stage_m": 2}, "报告的水位"),
    ):
        told = answer(MODEL, inputs)  # type: ignore[arg-type]
        assert code in next(note["zh"] for note in told["assumptions"] if note["code"] == "rise")
        assert any(note["code"].startswith("unused_") for note in told["assumptions"])


def test_waterlogging_comes_from_rain_that_drains_cannot_carry() -> None:
    light = answer(URBAN, {"rainfall_mm": 30, "rain_h": fixed(3)})
    heavy = answer(URBAN, {"rainfall_mm": 260, "rain_h": fixed(3)})
    assert light["outcomes"]["affected"]["p50"] == 0
    assert heavy["outcomes"]["affected"]["p50"] > 0


def test_an_observed_outline_is_believed_over_heights() -> None:
    told = answer(MODEL, {"observed_area": [OUTLINE], "water_depth_m": 1.2})
    assert [one["basis"] for one in told["footprints"]] == ["observed"]
    assert told["outcomes"]["affected"]["p50"] == pytest.approx(told["zones"][0]["people"]["p50"], rel=0.5)
    deeper = answer(MODEL, {"observed_area": [OUTLINE], "water_depth_m": 3.0})
    assert deeper["outcomes"]["dead"]["p90"] >= told["outcomes"]["dead"]["p90"]


def test_without_heights_it_only_says_where_to_look() -> None:
    told = answer(MODEL, {"stage_m": 3}, heights=False)
    assert told["confidence"]["letter"] == "D"
    assert "where_to_look" in {limit["code"] for limit in told["limits"]}
    assert told["footprints"][0]["kind"] == "other"
    assert "两岸" in encode(told["limits"])
    bare = run(MODEL, case(MODEL, {}), replace(ground(), rivers=())).to_json()
    assert "2 公里的圆" in encode(bare["limits"])
    rain: Any = answer(MODEL, {"rainfall_mm": 120}, heights=False)
    assert "rain_unused" in {limit["code"] for limit in rain["limits"]}


def test_a_drawn_area_is_wet_inside_and_dry_outside() -> None:
    square = box(LON - 0.02, LAT - 0.03, LON + 0.02, LAT + 0.03)
    for heights in (True, False):
        town = ground(heights=heights)
        found = run(MODEL, case(MODEL, {"stage_m": fixed(0.1)}, footprint=square, at=DAY), town)
        points = town.points
        assert points is not None
        there = town.near(*square.bounds)
        assert np.median(found.draws["affected"]) == pytest.approx(points.day[there].sum(), rel=0.15)
        assert found.prepared.zones[-1].polygon.equals(square)


def test_nobody_counted_is_not_nobody() -> None:
    told: Any = run(MODEL, case(MODEL, {"stage_m": 3}), ground(people=False, heights=True)).to_json()
    assert told["outcomes"]["dead"]["p50"] is None
    assert told["outcomes"]["road_cut_km"]["p50"] is not None
    assert told["zones"][0]["people"] is None


def test_no_roads_and_no_buildings_are_not_zero() -> None:
    town = replace(ground(heights=True), roads=(), has_buildings=False)
    told: Any = run(MODEL, case(MODEL, {"stage_m": 3}), town).to_json()
    for name in ("road_cut_km", "damaged_buildings", "loss_wan"):
        assert told["outcomes"][name]["p50"] is None
    assert told["outcomes"]["affected"]["p50"] > 0


def test_places_in_the_water_are_listed_the_deepest_first() -> None:
    told = answer(MODEL, {"stage_m": 22})
    keys = [one["key"] for one in told["lists"]]
    assert "hospitals" in keys
    rows = next(one["rows"] for one in told["lists"] if one["key"] == "shelters")
    depths = [float(row["value_en"].split()[1]) for row in rows if row["value_en"].startswith("about")]
    assert depths == sorted(depths, reverse=True)
    assert depths[0] == pytest.approx(22 - 12, abs=2)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"stage_m": -1}, "stage_m"), ({"stage_m": 1e6}, "stage_m"), ({"stage_m": float("nan")}, "stage_m"),
        ({"rainfall_mm": -5}, "rainfall_mm"), ({"evacuated_share": 1.5}, "evacuated_share"), ({"curve_number": 0}, "curve_number"),
        ({"observed_area": [{"type": "Point", "coordinates": [99, 23]}]}, "observed_area"), ({"reach_km": 400}, "reach_km"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(inputs: dict[str, Json], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        case(MODEL, inputs)
    assert f"inputs.{field}" in (refusal.value.field or "")


def test_the_order_of_points_and_a_split_cell_change_nothing() -> None:
    from gis.exposure.points import ExposurePoints

    town = ground(heights=True)
    points = town.points
    assert points is not None
    order = np.random.default_rng(1).permutation(len(points))
    shuffled = ExposurePoints(
        points.lon[order], points.lat[order], points.township[order], points.day[order], points.night[order],
        points.buildings[order], points.townships,
    )  # fmt: skip
    twice = points.township.repeat(2)
    day, night, buildings = (part.repeat(2) / 2 for part in (points.day, points.night, points.buildings))
    halves = ExposurePoints(points.lon.repeat(2), points.lat.repeat(2), twice, day, night, buildings, points.townships)
    asked = case(MODEL, {"stage_m": 4})
    first = run(MODEL, asked, town)
    for other in (shuffled, halves):
        second = run(MODEL, asked, replace(town, points=other))
        for name, values in first.draws.items():
            assert second.draws[name] == pytest.approx(values, rel=1e-9)


def test_it_is_fast_enough() -> None:
    """A million cells of heights and the whole run: the bar is two seconds; of processor time, so that neighbours do not matter."""
    town, asked = ground(60_000, heights=True), case(MODEL, {"flow_m3_s": 500})
    run(MODEL, asked, town)
    begun = time.process_time()
    run(MODEL, asked, town)
    assert time.process_time() - begun < 2


def test_rain_still_to_come_adds_to_what_has_fallen() -> None:
    model = FlashFloodModel()
    town = ground(heights=True)

    def affected(**rain: float) -> float:
        return float(np.median(run(model, case(model, {"rain_h": 3, **rain}), town).draws["affected"]))

    assert affected(rainfall_mm=150) < affected(rainfall_mm=150, forecast_mm=150)
    assert affected(rainfall_mm=150) == affected(rainfall_mm=150, forecast_mm=0)
