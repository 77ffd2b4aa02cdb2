"""The forest fire model: where it goes, whom it reaches when, the border, what is assumed, and what it refuses."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import LineString, box
from shapely.geometry import mapping

from gis.geodesic import area_km2, bearing_deg, circle, destination
from gis.hazards.catalogue import model_for
from gis.hazards.ground import Ground, Heights
from gis.hazards.inputs import NumberInput
from gis.hazards.run import run
from gis.hazards.wildfire import WildfireModel
from gis.hazards.wildfire_inputs import LIVE_HERB_PCT, mixture
from gis.hazards.wildfire_places import duration
from gis.hazards.wildfire_spread import terrain
from spine.canonical import Json, encode
from spine.errors import Refused
from tests.gis.hazard_ground import EAST, LAT, LON, NORTH, SOUTH, WEST, case, ground

MODEL = WildfireModel()
APRIL = datetime(2026, 4, 2, 6, 0, tzinfo=UTC)
DRY: dict[str, Json] = {
    "wind_ms": 6, "wind_from_deg": 225, "temperature_c": 30, "humidity_pct": 20, "fuel_model": "GS2", "slope_deg": 0,
}  # fmt: skip


def _told(inputs: dict[str, Json], where: Ground | None = None, **more: Any) -> Any:
    more.setdefault("class_key", "nd.fire.forest")
    more.setdefault("at", APRIL)
    return run(MODEL, case(MODEL, inputs, **more), where or ground()).to_json()


def _shape(told: Any, key: str) -> Any:
    return shapely.from_geojson(encode(next(f["geometry"] for f in told["footprints"] if f["key"] == key)))


def test_it_speaks_for_forest_and_grassland_fires() -> None:
    for class_key in ("nd.fire", "nd.fire.forest", "nd.fire.forest.cross_border", "nd.fire.grass"):
        assert model_for(class_key).spec.id == "wildfire"


@pytest.mark.parametrize("wind_from", [0, 90, 225, 315])
def test_the_fire_runs_with_the_wind(wind_from: int) -> None:
    told = _told({**DRY, "wind_from_deg": wind_from})
    far = _shape(told, "reached_6h")
    middle = far.centroid
    turned = (bearing_deg(LON, LAT, middle.x, middle.y) - wind_from - 180 + 180) % 360 - 180
    assert abs(turned) < 3
    assert far.contains(shapely.Point(LON, LAT))


def test_the_fire_runs_upslope_without_wind() -> None:
    told = _told({**DRY, "wind_ms": 0, "slope_deg": 25, "upslope_deg": 90})
    middle = _shape(told, "reached_6h").centroid
    assert abs(bearing_deg(LON, LAT, middle.x, middle.y) - 90) < 3


def test_hours_follow_on_each_other_and_edges_lie_inside_and_outside() -> None:
    told = _told(DRY)
    one, three, six = (_shape(told, f"reached_{h}h") for h in (1, 3, 6))
    assert six.buffer(1e-6).contains(three)
    assert three.buffer(1e-6).contains(one)
    for foot in told["footprints"]:
        inner, edge, outer = (shapely.from_geojson(encode(foot[name])) for name in ("inner", "geometry", "outer"))
        assert outer.buffer(1e-6).contains(edge)
        assert edge.buffer(1e-6).contains(inner)
        # From a point the area grows with the square of the speed: ±50 %.
        assert area_km2(outer) / area_km2(edge) == pytest.approx(2.25, rel=0.01)
        assert area_km2(inner) / area_km2(edge) == pytest.approx(0.25, rel=0.01)
    assert [zone["key"] for zone in told["zones"]] == ["reached_1h", "reached_3h", "reached_6h"]
    assert {f["key"] for f in told["footprints"]} >= {"rothermel_6h", "wang_6h"}


def test_the_two_formulas_stand_beside_each_other_and_between_them_the_estimate() -> None:
    told = _told(DRY)
    assert "Rothermel" in next(note["zh"] for note in told["notes"] if note["code"] == "two_formulas")
    areas = [area_km2(_shape(told, key)) for key in ("rothermel_6h", "wang_6h")]
    assert min(areas) <= area_km2(_shape(told, "reached_6h")) <= max(areas)


def test_villages_come_in_the_order_in_which_the_fire_reaches_them() -> None:
    told = _told({**DRY, "wind_from_deg": 240, "wind_ms": 10})
    villages = next(row for row in told["lists"] if row["key"] == "villages")["rows"]
    assert villages
    east = [row["lon"] for row in villages if row["lon"] > LON + 0.01]
    assert east == sorted(east)  # those before the head lie in a row
    assert all("最早" in row["value_zh"] and "at the earliest" in row["value_en"] for row in villages)
    assert {row["key"] for row in told["lists"]} >= {"villages", "roads"}


def test_a_burnt_area_grows_from_its_edge() -> None:
    burnt = box(LON - 0.01, LAT - 0.008, LON + 0.012, LAT + 0.01)
    told = _told({**DRY, "burnt_area": mapping(burnt)})
    assert _shape(told, "reached_1h").buffer(1e-6).contains(burnt)
    assert next(f for f in told["footprints"] if f["key"] == "burnt")["basis"] == "observed"
    assert told["outcomes"]["burnt_ha"]["p10"] >= 0.9 * area_km2(burnt) * 100 / 1.1
    point = _told(DRY)
    assert told["outcomes"]["burnt_ha"]["p50"] > point["outcomes"]["burnt_ha"]["p50"]
    circle_told = _told({**DRY, "burnt_ha": 100})
    assert area_km2(_shape(circle_told, "burnt")) == pytest.approx(1.0, rel=0.01)


def test_drawn_people_are_those_whom_a_slow_count_finds() -> None:
    """Cells stand for points: against every point and every place of the edge, at the medians, within a few per cent."""
    answer = run(MODEL, case(MODEL, {**DRY, "burnt_ha": 200}, class_key="nd.fire.forest", at=APRIL), ground(20_000))
    from gis.hazards.fire_ellipse import Growth
    from gis.hazards.model import Sample
    from gis.hazards.wildfire_people import people_reached

    core = answer.prepared.core
    points = ground(20_000).points
    assert points is not None
    growth = Growth(np.asarray([12.0]), np.asarray([45.0]), np.asarray([2.2]))
    sample = Sample({"day_share": np.zeros(1), "exposure_factor": np.ones(1)}, 1)
    fast = float(people_reached(core.cells, growth, [np.asarray([240.0])], sample)[0][0])
    from gis.geodesic import east_north_km

    east, north = (1000 * part for part in east_north_km(LON, LAT, points.lon, points.lat))
    radius = (200 * 1e4 / np.pi) ** 0.5
    angles = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    minutes = np.min([growth.minutes_to(east - radius * np.sin(a), north - radius * np.cos(a)) for a in angles], axis=0)
    slow = float(points.night[(minutes <= 240) | (np.hypot(east, north) <= radius)].sum())
    assert fast == pytest.approx(slow, rel=0.05)


def test_nobody_is_lost_in_the_cells() -> None:
    wide = run(MODEL, case(MODEL, {**DRY, "wind_ms": 12}, class_key="nd.fire.forest", at=APRIL), ground())
    points = ground().points
    assert points is not None
    cells = wide.prepared.core.cells
    assert cells.night.sum() <= points.night.sum() + 1e-6
    assert cells.night.sum() == pytest.approx(points.night.sum(), rel=1e-9)  # all of the town lies within reach


def _with_border(lon: float) -> Ground:
    return replace(ground(), national_border=LineString([(lon, SOUTH), (lon, NORTH)]))


def test_a_fire_that_comes_to_the_border_is_said_with_its_time_and_the_law() -> None:
    told = _told({**DRY, "wind_from_deg": 90}, _with_border(LON - 0.01))
    note = next(note for note in told["notes"] if note["code"] == "border_out")
    assert "第三十二条" in note["zh"]
    assert told["lists"][0]["key"] == "border"
    assert "小时" in told["lists"][0]["rows"][0]["value_zh"] or "分钟" in told["lists"][0]["rows"][0]["value_zh"]
    away = _told({**DRY, "wind_from_deg": 90}, _with_border(LON + 0.25))
    assert not [note for note in away["notes"] if note["code"].startswith("border")]


def test_a_fire_abroad_comes_in() -> None:
    beyond = WEST - 0.02
    where = replace(_with_border(WEST), city=box(WEST, SOUTH, EAST, NORTH))
    told = _told({**DRY, "wind_from_deg": 270, "wind_ms": 8}, where, lon=beyond)
    assert "border_in" in [note["code"] for note in told["notes"]]
    # Damaged forest counts on our side only, the burnt area is the whole.
    whole, ours = told["outcomes"]["burnt_ha"], told["outcomes"]["forest_damaged_ha"]
    assert ours["p90"] < whole["p90"]
    assert ours["p10"] == 0
    assert whole["p10"] > 0
    said = _told(DRY, _with_border(LON + 0.01), class_key="nd.fire.forest.abroad")
    assert "border_in" in [note["code"] for note in said["notes"]]


def test_all_of_a_fire_that_is_said_to_be_abroad_but_burns_here_is_ours() -> None:
    """The grid of our own ground finds the area that the ellipse has."""
    answer = run(MODEL, case(MODEL, DRY, class_key="nd.fire.forest.abroad", at=APRIL), ground())
    share = answer.draws["forest_damaged_ha"] / answer.draws["burnt_ha"]
    large = answer.draws["burnt_ha"] > 500
    assert float(np.median(share[large])) == pytest.approx(0.55, abs=0.08)  # the median of `forest_share`


def test_the_ground_s_slope_is_used_where_heights_are_known() -> None:
    step = 0.0005
    lons, lats = LON - 0.05 + step * (np.arange(200) + 0.5), LAT + 0.05 - step * (np.arange(200) + 0.5)
    rise = np.tan(np.radians(20)) * (lons[None, :] - LON) * 111_320 * np.cos(np.radians(LAT)) + 0 * lats[:, None]
    heights = Heights(LON - 0.05, LAT + 0.05, step, step, 1500 + rise, "plane")
    found = terrain(heights, LON, LAT)
    assert found is not None
    assert found.slope_deg == pytest.approx(20, abs=0.3)
    assert found.upslope_deg == pytest.approx(90, abs=0.5)
    inputs = {key: value for key, value in DRY.items() if key != "slope_deg"}
    steep = _told({**inputs, "wind_ms": 1}, replace(ground(), heights=heights))
    middle = _shape(steep, "reached_6h").centroid
    assert bearing_deg(LON, LAT, middle.x, middle.y) == pytest.approx(90, abs=25)
    assert "slope_unknown" not in [limit["code"] for limit in steep["limits"]]
    assert "slope_unknown" in [limit["code"] for limit in _told(inputs)["limits"]]
    holes = Heights(LON - 0.05, LAT + 0.05, step, step, np.full((200, 200), np.nan), "nothing")
    assert terrain(holes, LON, LAT) is None
    assert terrain(heights, LON + 1, LAT) is None


def test_limits_are_said_and_never_silent() -> None:
    codes = [limit["code"] for limit in _told({**DRY, "wind_ms": 20, "fuel_model": "FM1"})["limits"]]
    assert {"wang_limit", "rothermel_wind_limit", "outside_wind_ms"} <= set(codes)
    codes = [limit["code"] for limit in _told({})["limits"]]
    assert "wind_direction_assumed" in codes
    assert "out_of_season" not in codes
    july = _told({}, at=datetime(2026, 7, 2, 6, 0, tzinfo=UTC))
    assert "out_of_season" in [limit["code"] for limit in july["limits"]]


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"wind_ms": -1}, "inputs.wind_ms"), ({"wind_ms": 90}, "inputs.wind_ms"), ({"humidity_pct": 0}, "inputs.humidity_pct"),
        ({"humidity_pct": float("nan")}, "inputs.humidity_pct"), ({"fuel_model": "FM99"}, "inputs.fuel_model"),
        ({"slope_deg": 80}, "inputs.slope_deg"), ({"temperature_c": 60}, "inputs.temperature_c"), ({"wind": 4}, "inputs.wind"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_field(inputs: dict[str, Json], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        _told(inputs)
    assert refusal.value.field == field


def test_rain_and_calm_make_no_fire_and_no_nan() -> None:
    told = _told({"wind_ms": 0, "humidity_pct": 100, "temperature_c": -10, "dead_moisture_pct": 60, "slope_deg": 0})
    assert told["outcomes"]["threatened"]["p50"] == 0
    encode(told)


def test_without_exposure_the_burnt_area_is_still_estimated() -> None:
    told = _told(DRY, ground(people=False))
    assert told["outcomes"]["threatened"]["p50"] is None
    assert told["outcomes"]["dead"]["p50"] is None
    assert told["outcomes"]["forest_damaged_ha"]["p50"] > 0


def test_a_drawn_area_takes_the_place_of_the_model_s() -> None:
    drawn = circle(LON, LAT, 900)
    told = _told(DRY, footprint=drawn)
    last = told["zones"][-1]
    assert last["area_km2"] == pytest.approx(area_km2(drawn), rel=1e-3)
    inside = last["people"]
    assert told["outcomes"]["threatened"]["p50"] == pytest.approx(inside["p50"], rel=0.5)
    assert told["outcomes"]["burnt_ha"]["p50"] == pytest.approx(100 * area_km2(drawn), rel=0.5)
    far = circle(*destination(LON, LAT, 45, 20_000), 300)
    assert _told(DRY, footprint=far)["zones"][-1]["area_km2"] == pytest.approx(area_km2(far), abs=1e-3)


def test_grassland_has_no_damaged_forest_and_its_own_fuels() -> None:
    told = _told({"wind_ms": 5, "wind_from_deg": 225}, class_key="nd.fire.grass")
    assert told["outcomes"]["forest_damaged_ha"]["p90"] == 0
    assert told["outcomes"]["burnt_ha"]["p50"] > 0
    assert [fuel.code for fuel, _ in mixture(None, True)] != [fuel.code for fuel, _ in mixture(None, False)]
    assert mixture(None, False)[-1][1] == pytest.approx(1)
    assert [fuel.code for fuel, _ in mixture("FM4", False)] == ["FM4"]


def test_crews_are_told_how_far_to_keep_and_fire_weather_only_what_is_known() -> None:
    told = _told({**DRY, "fine_fuel_code": 91, "duff_code": 40, "drought_code": 300})
    notes = {note["code"]: note["en"] for note in told["notes"]}
    assert "from the flames" in notes["crews"]
    assert "Fire weather index" in notes["fire_weather"]
    assert "C-6" in notes["second_opinion"]
    assert "fire_weather" not in [note["code"] for note in _told({**DRY, "fine_fuel_code": 91})["notes"]]


def test_the_dead_are_few_residents_with_a_wide_range() -> None:
    answer = run(MODEL, case(MODEL, {**DRY, "wind_ms": 12}, class_key="nd.fire.forest", at=APRIL), ground())
    dead, threatened = answer.draws["dead"], answer.draws["threatened"]
    assert bool((dead <= threatened).all())
    assert float(np.quantile(dead, 0.99)) > 30 * max(float(np.median(dead)), 1e-6)
    assert "residents_only" in [note.code for note in answer.prepared.assumptions]


def test_figures_feed_it_by_the_names_of_the_catalogue() -> None:
    fed = {spec.fed_by for spec in MODEL.spec.inputs if isinstance(spec, NumberInput)} - {None}
    assert fed == {"wind_ms", "wind_from_deg", "temperature_c", "humidity_pct", "burnt_ha"}


def test_live_fuel_is_driest_before_the_rains() -> None:
    assert len(LIVE_HERB_PCT) == 12
    assert min(LIVE_HERB_PCT) == LIVE_HERB_PCT[2]
    assert all(30 <= value <= 300 for value in LIVE_HERB_PCT)


def test_durations_in_words() -> None:
    assert duration(0)[0] == "已在火场内"
    assert duration(3) == ("5 分钟", "5 min")
    assert duration(62) == ("1 小时", "1 h")
    assert duration(200) == ("3 小时 15 分钟", "3 h 15 min")
