"""Traffic: people aboard, kinds of crash, dangerous loads, the closed road and the way round."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from shapely import LineString

from gis.hazards.ground import NamedLine
from gis.hazards.run import run
from gis.hazards.traffic import LOADS, TrafficModel
from gis.hazards.vehicles import CRASHES, OF_CLASS, VEHICLES, of_class
from incidents.classification import catalogue
from spine.canonical import Json
from tests.gis.hazard_ground import LAT, LON, case, ground

MODEL = TrafficModel()
TOWN = ground(1000)


def answer(inputs: dict[str, Json], class_key: str = "ac.road", where: Any = TOWN, **more: Any) -> Any:
    return run(MODEL, case(MODEL, inputs, class_key=class_key, **more), where).to_json()


def draws(inputs: dict[str, Json], class_key: str = "ac.road") -> Any:
    return run(MODEL, case(MODEL, inputs, class_key=class_key), TOWN).draws


def test_tables_are_sound_and_classes_exist() -> None:
    for vehicle in VEHICLES:
        assert vehicle.seats > 0
        low, mode, high = vehicle.load
        assert 0 < low <= mode <= high <= 2
    for crash in CRASHES:
        for low, mode, high in (crash.lethal, crash.hurt, crash.stuck):
            assert 0 <= low <= mode <= high <= 1
    for family, vehicle_key, crash_key in OF_CLASS:
        assert catalogue().find(family) is not None, family
        assert vehicle_key in {v.key for v in VEHICLES}
        assert crash_key in {c.key for c in CRASHES}
    assert of_class("ac.road.school_bus") == ("school_bus", "unknown")
    assert of_class("nd.quake") is None
    assert all(load.keep_off_m >= 0 for load in LOADS)


def test_people_aboard_are_counted_or_come_from_seats() -> None:
    found = draws(
        {"vehicle": "coach", "crash": "plunge", "aboard_people": {"kind": "normal", "median": 38, "spread": 0}}
    )
    assert np.all(found["dead"] + found["injured"] <= 38 + 1e-9)
    by_seats = draws({"vehicle": "coach", "crash": "plunge"})
    assert 10 < float(np.median(by_seats["dead"] + by_seats["injured"])) < 50
    assert "aboard_assumed" in {row["code"] for row in answer({"vehicle": "coach"})["limits"]}


def test_the_class_names_vehicle_and_crash() -> None:
    told = answer({}, "ac.road.plunge")
    said = " ".join(row["zh"] for row in told["assumptions"])
    assert "面包车" in said
    assert "坠崖" in said


def test_a_dangerous_load_draws_its_distance_and_names_the_next_model() -> None:
    toxic = answer({"vehicle": "tanker", "load": "toxic"})
    assert "run_toxic_release" in {row["code"] for row in toxic["notes"]}
    assert {zone["key"] for zone in toxic["zones"]} == {"closure", "isolation"}
    areas = [zone["area_km2"] for zone in toxic["zones"]]
    assert all(inner < outer for inner, outer in pairwise(areas))
    burning = answer({"vehicle": "tanker", "load": "flammable"})
    assert "run_explosion" in {row["code"] for row in burning["notes"]}
    assert burning["zones"][-1]["area_km2"] == pytest.approx(np.pi * 0.8**2, rel=0.01)
    unsaid = answer({"vehicle": "tanker"})
    assert unsaid["zones"][-1]["key"] == "isolation"
    assert "load" in {row["code"] for row in unsaid["notes"]}
    assert {zone["key"] for zone in answer({"vehicle": "car"})["zones"]} == {"closure"}


def test_those_who_wait_are_known_only_with_the_traffic() -> None:
    assert answer({})["outcomes"]["stranded"]["p50"] is None
    waiting = draws({"flow_per_h": 600, "closed_h": {"kind": "exact", "median": 4}})["stranded"]
    assert 300 < float(np.median(waiting)) < 6000
    longer = draws({"flow_per_h": 600, "closed_h": {"kind": "exact", "median": 8}})["stranded"]
    assert longer == pytest.approx(2 * waiting)


def test_the_way_round_is_told_and_its_absence_too() -> None:
    on_trunk = answer({}, lat=LAT + 0.01, lon=LON)
    said = next(row for row in on_trunk["notes"] if row["code"] == "detour")
    assert "国道" in said["zh"]
    assert "县道" in said["zh"]
    alone = replace(TOWN, roads=TOWN.roads[:1])
    assert "detour_none" in {row["code"] for row in answer({}, where=alone, lat=LAT + 0.01)["notes"]}
    unknown = replace(TOWN, roads=())
    assert "detour_unknown" in {row["code"] for row in answer({}, where=unknown)["notes"]}


def test_many_roads_are_looked_at_quickly_and_the_nearest_win() -> None:
    lines = tuple(
        NamedLine(f"{n}号路", f"Road {n}", LineString([(98.5, 23.0 + n * 1e-4), (99.5, 23.0 + n * 1e-4)]))
        for n in range(5000)
    )
    told = answer({}, where=replace(TOWN, roads=lines))
    said = next(row for row in told["notes"] if row["code"] == "detour")
    assert "5000号路" in said["zh"] or "4999号路" in said["zh"]
