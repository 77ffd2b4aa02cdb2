"""The dam-break models on a small town: heights, a river's line, a told direction; records, arrival, what is refused."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from shapely import box

from gis.hazards.catalogue import model_for
from gis.hazards.dam_break import DamBreakModel, LandslideDamModel
from gis.hazards.ground import Facility
from gis.hazards.run import run
from spine.canonical import Json, encode
from spine.errors import Refused
from tests.gis.hazard_ground import LAT, LON, case, ground

DAM, LAKE = DamBreakModel(), LandslideDamModel()
SMALL: dict[str, Json] = {"water_million_m3": 8, "water_height_m": 25}


def answer(inputs: dict[str, Json], *, heights: bool = True, model: DamBreakModel = DAM, **more: Any) -> Any:
    return run(model, case(model, inputs, **more), ground(heights=heights)).to_json()


def codes(told: Any, kind: str = "limits") -> set[str]:
    return {one["code"] for one in told[kind]}


def test_classes() -> None:
    assert model_for("nd.flood.reservoir").spec.id == "dam_break"
    assert model_for("nd.flood.barrier_lake").spec.id == "landslide_dam_break"


def test_the_flood_runs_down_the_valley_and_not_up() -> None:
    """The test valley falls to the east, 1 in 204, sides 1 in 28."""
    told = answer(SMALL, lon=LON - 0.1)
    last = told["zones"][-1]
    assert last["people"]["p50"] > 0
    west, _, east, _ = box_of(told["footprints"][-1]["geometry"])
    assert west > LON - 0.1 - 0.01
    assert east > LON + 0.09
    assert "valley_supposed" not in codes(told)
    times = [one["time_offset_s"] for one in told["footprints"] if one["kind"] == "arrival"]
    assert times == sorted(times)
    assert told["footprints"][-1]["inner"] is not None
    encode(told)


def box_of(geometry: Any) -> tuple[float, float, float, float]:
    from shapely.geometry import shape

    bounds: tuple[float, float, float, float] = shape(geometry).bounds
    return bounds


def test_sections_are_those_of_the_ground() -> None:
    prepared = DAM.prepare(case(DAM, SMALL, lon=LON - 0.1), ground(heights=True))
    assert prepared.core is not None
    valley = prepared.core.valley
    assert np.median(valley.slope) == pytest.approx(500 * 0.0006 / 61.2, rel=0.05)
    # 4000 m a degree of latitude: 1 in 27.8, and a floor two cells of 67 m wide where the bed runs between two rows.
    assert 27.8 * 0.9 < np.median(valley.side) < 27.8 * 1.7


@pytest.mark.parametrize("heights", [True, False])
@pytest.mark.parametrize("model", [DAM, LAKE], ids=["dam", "lake"])
def test_a_larger_reservoir_never_does_less(model: DamBreakModel, heights: bool) -> None:
    last: dict[str, float] = {}
    for water, depth in ((0.2, 8), (2, 20), (20, 45)):
        told = answer({"water_million_m3": water, "water_height_m": depth}, heights=heights, model=model)
        now = {name: one["p50"] for name, one in told["outcomes"].items() if one["p50"] is not None}
        assert all(value >= last.get(name, 0.0) for name, value in now.items())
        last = now
    assert last["affected"] > 0


def test_warning_saves_lives_and_leaving_saves_all() -> None:
    late = run(DAM, case(DAM, {**SMALL, "warning_min": -60}), ground(heights=True)).draws
    early = run(DAM, case(DAM, {**SMALL, "warning_min": 240, "understanding": "precise"}), ground(heights=True)).draws
    gone = run(
        DAM, case(DAM, {**SMALL, "evacuated_share": {"kind": "normal", "median": 1, "spread": 0}}), ground(heights=True)
    ).draws
    assert early["dead"].mean() < late["dead"].mean() / 5
    assert gone["dead"].max() == 0
    assert np.array_equal(late["affected"], gone["affected"])


def test_without_heights_it_follows_the_river_and_says_so() -> None:
    told = answer({**SMALL, "terrain": "hills"}, heights=False)
    assert "valley_supposed" in codes(told)
    assert told["confidence"]["letter"] in "CD"
    assert "沿河流线" in encode(told["assumptions"])
    # The river's line is drawn towards the east.
    west, _, east, _ = box_of(told["footprints"][-1]["geometry"])
    assert west > LON - 0.05
    assert east > LON + 0.1


def test_without_heights_and_river_a_direction_is_asked_for() -> None:
    town = replace(ground(), rivers=())
    lost: Any = run(DAM, case(DAM, SMALL), town).to_json()
    assert "where_to_look" in codes(lost)
    assert lost["confidence"]["letter"] == "D"
    assert lost["outcomes"]["dead"]["p50"] is None
    assert "尚缺输入" in lost["summary_zh"]
    assert "azimuth_deg" in [ask["name"] for ask in lost["asks"]]
    told: Any = run(DAM, case(DAM, {**SMALL, "azimuth_deg": 90}), town).to_json()
    assert "straight_valley" in codes(told)
    _, south, east, north = box_of(told["footprints"][-1]["geometry"])
    assert east > LON + 0.2
    assert south < LAT < north


def test_what_is_not_known_of_a_dam_is_supposed_and_said_and_of_a_lake_asked_for() -> None:
    empty = replace(ground(heights=True), facilities=())
    told: Any = run(DAM, case(DAM, {}), empty).to_json()
    assert "dam_supposed" in codes(told)
    assert {"water_million_m3", "water_height_m"} <= {ask["name"] for ask in told["asks"]}
    for inputs, field in (({}, "water_million_m3"), ({"water_million_m3": 3}, "water_height_m")):
        with pytest.raises(Refused) as refusal:
            case(LAKE, inputs)  # type: ignore[arg-type]
        assert refusal.value.code == "input_missing"
        assert refusal.value.field == f"inputs.{field}"


def test_a_reservoir_on_record_offers_its_volume_and_height() -> None:
    record = Facility(
        "r9", "reservoir", "南等水库", "Nandeng Reservoir", LON + 0.001, LAT, None,
        {"storage_million_m3": 6.5, "dam_height_m": 38.0, "dam_type": "均质土坝"},
    )  # fmt: skip
    town = replace(ground(heights=True), facilities=(record,))
    told: Any = run(DAM, case(DAM, {}), town).to_json()
    assert "record" in codes(told, "assumptions")
    assert "南等水库" in encode(told["assumptions"])
    assert "mode" in codes(told, "assumptions")
    assert "r9" not in encode(told["lists"])
    assert "water_million_m3" in [ask["name"] for ask in told["asks"]]
    arch = replace(record, properties={**record.properties, "dam_type": "拱坝"})
    upper: Any = run(DAM, case(DAM, {}), replace(town, facilities=(arch,))).to_json()
    assert "upper_bound" in codes(upper)
    assert upper["outcomes"]["affected"]["p50"] >= told["outcomes"]["affected"]["p50"]
    assert "dam_supposed" not in codes(told)


def test_second_opinions_are_told_with_their_intervals() -> None:
    told = answer({"water_million_m3": 310, "water_height_m": 77.4})
    text = next(note["zh"] for note in told["assumptions"] if note["code"] == "second_opinions")
    assert "Froehlich 1995a 42,676" in text
    assert text.count("–") == 6
    lake = answer(SMALL, model=LAKE)
    assert "Costa & Schuster 1988" in encode(lake["assumptions"])


def test_places_are_listed_by_when_the_water_comes() -> None:
    told = answer({"water_million_m3": 60, "water_height_m": 60}, lon=LON - 0.1)
    for one in told["lists"]:
        likely = [float(row["value_en"].split("likely ")[1].split(" min")[0]) for row in one["rows"]]
        earliest = [float(row["value_en"].split("earliest ")[1].split(" min")[0]) for row in one["rows"]]
        assert likely == sorted(likely)
        assert all(a <= b for a, b in zip(earliest, likely, strict=True))
    assert told["lists"]


def test_a_drawn_area_is_flooded_inside_and_dry_outside() -> None:
    square = box(LON - 0.01, LAT - 0.02, LON + 0.05, LAT + 0.02)
    town = ground(heights=True)
    found = run(DAM, case(DAM, SMALL, footprint=square, lon=LON - 0.05), town)
    points = town.points
    assert points is not None
    there = town.near(*square.bounds)
    assert np.median(found.draws["affected"]) == pytest.approx(points.night[there].sum(), rel=0.15)
    assert found.prepared.zones[-1].polygon.equals(square)


def test_nobody_counted_is_not_nobody() -> None:
    told: Any = run(DAM, case(DAM, SMALL), ground(people=False, heights=True)).to_json()
    assert told["outcomes"]["dead"]["p50"] is None
    assert told["outcomes"]["road_cut_km"]["p50"] is not None


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"water_million_m3": 0}, "water_million_m3"), ({"water_height_m": 4000}, "water_height_m"),
        ({"mode": "magic"}, "mode"), ({"azimuth_deg": -4}, "azimuth_deg"), ({"run_km": float("nan")}, "run_km"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_name(inputs: dict[str, Json], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        case(DAM, inputs)
    assert refusal.value.field == f"inputs.{field}"


def test_outside_the_failures_on_record_is_said() -> None:
    told = answer({"water_million_m3": 9000, "water_height_m": 200})
    assert {"outside_water_million_m3", "outside_water_height_m"} <= codes(told)


def test_it_is_fast_enough() -> None:
    town, asked = ground(60_000, heights=True), case(DAM, SMALL)
    run(DAM, asked, town)
    begun = time.process_time()
    run(DAM, asked, town)
    assert time.process_time() - begun < 2


def test_a_dam_that_holds_harms_nobody_and_one_that_may_does_sometimes() -> None:
    town = ground(heights=True)

    def answer(share: float) -> Any:
        return run(DAM, case(DAM, {**SMALL, "fails_share": share}), town)

    fails, may, holds = answer(1.0), answer(0.4), answer(0.0)
    assert all(not values.any() for values in holds.draws.values())
    assert float((may.draws["affected"] > 0).mean()) == pytest.approx(0.4, abs=0.02)
    assert float(np.median(fails.draws["affected"])) > 0
    assert holds.to_json()["footprints"]  # where the water would run is drawn all the same
