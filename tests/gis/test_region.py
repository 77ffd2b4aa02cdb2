"""The training region: the same for the same seed, without gaps or overlaps, true to the facts it was made from."""

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import Point, STRtree, union_all

from gis.geodesic import distance_m, length_m
from gis.region.facts import read_facts
from gis.region.generate import DEFAULT_SEED
from gis.region.model import Region

_SAY_DIGEST = "from gis.region.generate import generate; print(generate({seed}).digest())"


def test_same_seed_same_region(region: Region) -> None:
    """Another process, with another hash seed, draws the very same region; another seed draws another one."""
    said = subprocess.run(
        [sys.executable, "-c", _SAY_DIGEST.format(seed=DEFAULT_SEED)],
        capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "77", "PYTHONPATH": "."},
    )  # fmt: skip
    assert said.stdout.strip() == region.digest()


def test_all_places_with_their_codes(region: Region) -> None:
    levels = [place.level for place in region.places]
    assert [levels.count(level) for level in ("city", "county", "township")] == [1, 8, 77]
    assert len({place.code for place in region.places}) == 86
    codes = {place.code: place for place in region.places}
    assert codes["530926103"].name_zh == "孟定镇"
    assert codes["530926103"].name_en == "Mengding Town"
    assert codes["530924204"].name_en == "Junsai Wa, Lahu, Lisu and De'ang Township"
    assert codes["530902101"].other_codes == ("530902102",)


def test_areas_cover_the_city_without_gap_or_overlap(region: Region) -> None:
    city = region.places[0].area
    for level in ("county", "township"):
        areas = [place.area for place in region.places if place.level == level]
        assert all(area.is_valid for area in areas)
        assert union_all(areas).symmetric_difference(city).area / city.area < 1e-9
        tree = STRtree(areas)
        for one, other in combinations(range(len(areas)), 2):
            if areas[one].intersects(areas[other]):
                assert areas[one].intersection(areas[other]).area < 1e-10
        assert len(tree.geometries) == len(areas)


def test_each_township_lies_in_its_county_and_holds_its_place(region: Region) -> None:
    codes = {place.code: place for place in region.places}
    for place in region.places:
        assert place.area.contains(Point(place.lon, place.lat)), place.name_zh
        if place.level == "township":
            assert place.parent == place.code[:6]
            assert place.area.difference(codes[place.code[:6]].area).area < 1e-10, place.name_zh


def test_areas_are_about_the_known_ones_and_within_the_known_extent(region: Region) -> None:
    codes = {place.code: place for place in region.places}
    for county in read_facts().counties:
        assert codes[county.code].area_km2 == pytest.approx(county.area_km2, rel=0.25)
    west, south, east, north = region.places[0].area.bounds
    known = (98 + 40 / 60, 23 + 5 / 60, 100 + 32 / 60, 25 + 3 / 60)
    assert (west, south, east, north) == pytest.approx(known, abs=0.08)


def test_ports_and_airports_lie_in_their_townships(region: Region) -> None:
    codes = {place.code: place for place in region.places}
    for facility in region.facilities:
        if facility.kind in ("port", "airport"):
            assert codes[facility.area_code].area.contains(Point(facility.lon, facility.lat)), facility.name_zh


def test_roads_are_one_graph_that_reaches_every_township(region: Region) -> None:
    nodes = {node.id: node for node in region.road_nodes}
    ends = np.asarray([(edge.from_node, edge.to_node) for edge in region.road_edges])
    size = max(nodes) + 1
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    _, part = connected_components(graph, directed=False)
    assert len({int(part[node]) for node in nodes}) == 1
    assert {node.place_code for node in nodes.values()} >= {p.code for p in region.places if p.level == "township"}
    for edge in region.road_edges:
        first, last = nodes[edge.from_node], nodes[edge.to_node]
        assert edge.line.coords[0] == (first.lon, first.lat)
        assert edge.line.coords[-1] == (last.lon, last.lat)
        straight = distance_m(first.lon, first.lat, last.lon, last.lat)
        assert edge.length_m >= straight - 1
        assert edge.length_m == pytest.approx(length_m(edge.line), abs=0.1)
    assert {edge.road_class for edge in region.road_edges} == {
        "expressway",
        "national",
        "provincial",
        "county",
        "township",
    }


def test_every_county_has_its_services(region: Region) -> None:
    for county in read_facts().counties:
        kinds = {f.kind for f in region.facilities if f.area_code.startswith(county.code)}
        assert kinds >= {
            "hospital", "tcm_hospital", "cdc", "blood_station", "clinic", "school", "shelter", "depot", "fire_station",
            "hazardous_site",
        }  # fmt: skip
    assert len({f.code for f in region.facilities}) == len(region.facilities)
    assert sum(f.kind == "reservoir" for f in region.facilities) >= 20
    marked_real = {f.name_zh for f in region.facilities if f.mark != "I"}
    assert marked_real == {"小湾水电站", "漫湾水电站", "大朝山水电站", "临沧博尚机场", "沧源佤山机场"}


def test_dams_stand_at_the_known_positions(region: Region) -> None:
    dams = {f.name_zh: (f.lon, f.lat) for f in region.facilities if f.kind == "dam"}
    assert dams == {
        "小湾水电站": (100.091, 24.705),
        "漫湾水电站": (100.449, 24.622),
        "大朝山水电站": (100.370, 24.025),
    }
    lancang = next(river for river in region.rivers if river.name_zh == "澜沧江")
    for lon, lat in dams.values():
        assert lancang.line.distance(Point(lon, lat)) * 100_000 < 400


def test_hillshade_is_light_enough(region: Region) -> None:
    assert len(region.hillshade.data) <= 400_000
    assert region.hillshade.data.startswith(b"\x89PNG")
