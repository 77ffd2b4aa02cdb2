"""Sums by cells are exactly the sums over points; bands count nothing twice and lose nothing."""

from typing import Any

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from gis.exposure.points import ExposurePoints, Sums
from gis.exposure.things import GROUPS, ThingRow, Things

TOWNSHIPS = 9
_vector: Any = shapely  # its stubs leave the types of arrays open
RNG = np.random.default_rng(11)


NAMES = ("lon", "lat", "township", "day", "night", "buildings")


def points_of(people: dict[str, Any]) -> ExposurePoints:
    lon, lat, township, day, night, buildings = (people[name] for name in NAMES)
    return ExposurePoints(lon, lat, township, day, night, buildings, TOWNSHIPS)


def made(count: int = 30_000) -> tuple[ExposurePoints, dict[str, Any]]:
    """Clustered points, some of them exactly on whole numbers."""
    lon = np.concatenate((RNG.normal(99.5, 0.05, count // 2), RNG.uniform(99.0, 100.0, count - count // 2)))
    lat = np.concatenate((RNG.normal(23.5, 0.05, count // 2), RNG.uniform(23.0, 24.0, count - count // 2)))
    lon[::97], lat[::97] = np.round(lon[::97], 1), np.round(lat[::97], 1)
    people = {
        "lon": lon,
        "lat": lat,
        "township": RNG.integers(0, TOWNSHIPS + 1, count),
        "day": RNG.integers(0, 9, count).astype(float),
        "night": RNG.integers(0, 9, count).astype(float),
        "buildings": RNG.integers(0, 3, count).astype(float),
    }
    return points_of(people), people


def star(lon: float, lat: float, reach: float, corners: int = 90) -> Polygon:
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    away = reach * (1 + 0.35 * np.sin(7 * angles))
    return Polygon(np.column_stack((lon + away * np.cos(angles), lat + away * np.sin(angles))))


AREAS = [
    star(99.5, 23.5, 0.1),
    star(99.5, 23.5, 0.3),
    box(99.2, 23.2, 99.7, 23.8),
    Polygon(box(99.0, 23.0, 100.0, 24.0).exterior, [box(99.4, 23.4, 99.6, 23.6).exterior]),
    MultiPolygon([box(99.1, 23.1, 99.2, 23.2), star(99.8, 23.8, 0.1)]),
    box(98.0, 22.0, 102.0, 26.0),
    box(103.0, 23.0, 104.0, 24.0),
    box(99.5, 23.5, 99.5000001, 23.5000001),
]


def by_points(people: dict[str, Any], held: Any) -> list[Any]:
    names = ("day", "night", "buildings")
    sums = [np.bincount(people["township"][held], people[name][held], TOWNSHIPS + 1) for name in names]
    return [*sums, np.bincount(people["township"][held], minlength=TOWNSHIPS + 1)]


def equal(found: Sums, wanted: list[Any]) -> bool:
    told = (found.people_day, found.people_night, found.buildings, found.points)
    return all(np.array_equal(one, other) for one, other in zip(told, wanted, strict=True))


def test_each_area_is_summed_exactly() -> None:
    points, people = made()
    for area, found in zip(AREAS, points.each(AREAS), strict=True):
        assert equal(found, by_points(people, _vector.intersects_xy(area, people["lon"], people["lat"])))


def test_bands_count_a_point_once_in_the_first_that_holds_it() -> None:
    points, people = made()
    taken: Any = np.zeros(len(people["lon"]), dtype=bool)
    for area, found in zip(AREAS, points.bands(AREAS), strict=True):
        held: Any = _vector.intersects_xy(area, people["lon"], people["lat"]) & ~taken
        assert equal(found, by_points(people, held))
        taken |= held
    assert taken.all()
    assert sum(int(band.points.sum()) for band in points.bands(AREAS)) == len(people["lon"])


def test_the_order_of_points_does_not_matter() -> None:
    points, people = made(5000)
    shuffled = RNG.permutation(5000)
    other = points_of({name: column[shuffled] for name, column in people.items()})
    for one, two in zip(points.each(AREAS), other.each(AREAS), strict=True):
        assert equal(one, [two.people_day, two.people_night, two.buildings, two.points])


def test_one_point_and_points_in_one_place() -> None:
    ones = np.ones(4)
    same = ExposurePoints(ones * 99.5, ones * 23.5, np.zeros(4, dtype=np.int64), ones, ones, ones, 1)
    (held, missed) = same.each([Point(99.5, 23.5).buffer(0.01), Point(99.6, 23.5).buffer(0.01)])
    assert held.people_night.tolist() == [4.0, 0.0]
    assert missed.points.tolist() == [0, 0]


def test_things_by_township_and_road_where_it_lies() -> None:
    west, east = box(99.0, 23.0, 99.5, 24.0), box(99.5, 23.0, 100.0, 24.0)
    rows = [
        ThingRow("school", "W", 99.2, 23.5, None, {"students": 300}),
        ThingRow("school", "W", 99.3, 23.5, None, {}),
        ThingRow("clinic", "E", 99.7, 23.5, None, {"beds": 40}),
        ThingRow("reservoir", "E", 99.95, 23.5, bytes(shapely.to_wkb(box(99.78, 23.4, 99.96, 23.6))), {}),
        ThingRow("airport", "E", 99.6, 23.5, None, {}),
    ]
    road = shapely.LineString([(99.0, 23.5), (100.2, 23.5)])
    things = Things(["W", "E"], [west, east], rows, [road])
    whole, middle = things.each([box(98, 22, 101, 25), box(99.25, 23.4, 99.8, 23.6)])
    keys = [group.key for group in GROUPS]
    schools, hospitals, reservoirs = (keys.index(key) for key in ("schools", "hospitals", "reservoirs"))
    assert whole.numbers[schools].tolist() == [2, 0, 0]
    assert whole.sizes[schools].tolist() == [300, 0, 0]
    assert whole.size_unknown[schools].tolist() == [1, 0, 0]
    assert middle.numbers[hospitals].tolist() == [0, 1, 0]
    assert middle.numbers[reservoirs].tolist() == [0, 1, 0]
    assert whole.numbers.sum() == 4  # an airport is in no group
    km = whole.road_km.sum() / 1.2
    assert whole.road_km == pytest.approx([0.5 * km, 0.5 * km, 0.2 * km], rel=0.001)
    assert middle.road_km == pytest.approx([0.25 * km, 0.3 * km, 0], rel=0.001)
    inner, outer = things.bands([box(99.25, 23.4, 99.8, 23.6), box(98, 22, 101, 25)])
    assert (inner.numbers + outer.numbers).tolist() == whole.numbers.tolist()
    assert inner.road_km + outer.road_km == pytest.approx(whole.road_km, rel=1e-6)
