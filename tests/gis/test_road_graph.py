"""The nearest road is the nearest, times are those of the quickest open way, and what is closed is closed."""

from dataclasses import replace
from itertools import pairwise
from uuid import UUID, uuid4

import numpy as np
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gis.geodesic import distance_m, length_m, many_metres
from gis.roads.barriers import Bars, Closed, lay_barriers
from gis.roads.building import build, with_closures
from gis.roads.graph import RoadGraph
from gis.roads.isochrone import isochrones
from gis.roads.network import Network
from gis.roads.route import find_route
from gis.roads.travel import Networks, Spot, nearest, snap, travel_table
from tests.gis.road_town import PLACES, ROWS, E, N, S, W, node, spot, town

MID_A = (99.05, 23.499)


def seconds(networks: Networks, origin: Spot, target: Spot) -> float | None:
    return travel_table(networks, [origin], [target], "rescue").leg(0, 0).seconds


def closed(shape: BaseGeometry, bars: Bars = "all", edges: tuple[int, ...] = (), version: int = 1) -> Closed:
    kind = "point" if isinstance(shape, Point) else "area" if isinstance(shape, Polygon) else "roads"
    return Closed(uuid4(), kind, bars, shape, edges, version)


def test_snapping_is_exact_and_says_how_far_off() -> None:
    graph = town().graph
    rng = np.random.default_rng(7)
    points = np.column_stack((rng.uniform(98.97, 99.13, 400), rng.uniform(23.46, 23.73, 400)))
    snapped = graph.snap(points[:, 0], points[:, 1])
    lines = shapely.transform(shapely.MultiLineString(list(graph.lines)), graph.plane.xy)
    for index, place in enumerate(graph.plane.xy(points)):
        away = lines.distance(Point(place))
        if away > 3000:
            assert snapped.edge[index] == -1
        else:
            assert snapped.off_m[index] == pytest.approx(away, abs=0.01)
            foot = graph.plane.xy(np.asarray([[snapped.lon[index], snapped.lat[index]]]))[0]
            assert Point(foot).distance(Point(place)) == pytest.approx(away, abs=0.05)


def test_time_is_length_over_speed_along_the_quickest_way() -> None:
    networks = town(without=(18,))
    a, b, c, d = (next(row for row in ROWS if row.id == number).length_m for number in (11, 12, 13, 14))
    assert seconds(networks, node(0), node(1)) == pytest.approx(a / 60 * 3.6)
    assert seconds(networks, node(0), node(2)) == pytest.approx(min(a + b, c + d) / 60 * 3.6)


def test_of_parallel_roads_the_quicker_counts() -> None:
    slow_only = town(without=(11, 12, 18))
    f = next(row for row in ROWS if row.id == 16)
    assert seconds(slow_only, node(0), node(1)) == pytest.approx(f.length_m / 20 * 3.6)


def test_one_way_roads_serve_one_way() -> None:
    networks = town()
    there, back = seconds(networks, node(0), node(1)), seconds(networks, node(1), node(0))
    h = next(row for row in ROWS if row.id == 18)
    assert there is not None
    assert back is not None
    assert back == pytest.approx(h.length_m / 120 * 3.6)
    assert there > back
    toward = travel_table(networks, [node(0)], [node(1)], "rescue", toward=True).leg(0, 0)
    assert toward.seconds == pytest.approx(back)
    on_h = spot("h", (99.05, 23.48))
    assert (seconds(networks, node(0), on_h) or 0) > (seconds(networks, node(1), on_h) or 0)


def test_two_points_of_one_road() -> None:
    networks = town(without=(16, 18))
    begin, end = spot("p", (99.02, 23.4996)), spot("q", MID_A)
    direct = length_m(LineString([(99.02, 23.4996), MID_A])) / 60 * 3.6
    assert seconds(networks, begin, end) == pytest.approx(direct, rel=0.01)
    assert seconds(networks, begin, begin) == 0


def test_no_road_no_time() -> None:
    networks = town()
    table = travel_table(networks, [node(0)], [node(5), spot("far", (99.3, 23.9))], "rescue")
    assert [table.leg(0, column).reason for column in (0, 1)] == ["not_connected", "too_far"]
    leg = travel_table(None, [node(0)], [node(1)], "rescue").leg(0, 0)
    assert (leg.seconds, leg.reason) == (None, "no_road_data")
    told = leg.to_json()
    assert told["state"] == "straight"
    assert "直线" in str(told["zh"])
    assert "道路情况不明" in str(told["zh"])
    assert "road unknown" in str(told["en"])


def test_a_closed_point_bars_the_way_but_both_sides_are_reached() -> None:
    networks = with_closures(town(without=(16, 18)), [closed(Point(MID_A), edges=(11,))])
    before, after = spot("p", (99.03, 23.4994)), spot("q", (99.07, 23.4994))
    near = seconds(networks, node(0), before)
    round_about = seconds(networks, node(0), after)
    assert near is not None
    assert round_about is not None
    assert round_about > 3 * near
    route = find_route(networks, node(0), after, "rescue")
    assert [step.road.name_zh for step in route.steps if step.road] == ["D路", "C路", "B路", "A路"]
    assert route.avoided
    assert route.free_seconds is not None
    assert route.free_seconds < round_about


def test_a_point_inside_what_is_closed_has_no_time() -> None:
    networks = with_closures(town(without=(16, 18)), [closed(box(99.04, 23.49, 99.06, 23.51))])
    table = travel_table(networks, [node(0)], [spot("in", MID_A)], "rescue")
    assert table.leg(0, 0).reason == "in_closure"


def test_cut_off_is_told_from_not_connected() -> None:
    networks = with_closures(town(), [closed(LineString([PLACES[3], PLACES[4]]), edges=(15,))])
    table = travel_table(networks, [node(0)], [spot("n", (W, 23.69)), node(5)], "rescue")
    assert table.leg(0, 0).reason == "in_closure"
    at_point = with_closures(town(), [closed(Point(W, 23.65), edges=(15,))])
    table = travel_table(at_point, [node(0)], [spot("n", (W, 23.69)), node(5)], "rescue")
    assert [table.leg(0, column).reason for column in (0, 1)] == ["cut_off", "not_connected"]
    assert "封闭" in str(table.leg(0, 0).to_json()["zh"])


def test_rescue_passes_what_is_closed_to_the_public() -> None:
    networks = with_closures(town(without=(16, 18)), [closed(Point(MID_A), "public", (11,))])
    target = spot("q", (99.07, 23.4994))
    rescue = travel_table(networks, [node(0)], [target], "rescue").leg(0, 0).seconds
    public = travel_table(networks, [node(0)], [target], "public").leg(0, 0).seconds
    assert rescue is not None
    assert public is not None
    assert rescue * 3 < public


def test_an_area_closes_what_lies_in_it_and_the_way_through() -> None:
    graph = town().graph
    barriers = lay_barriers(graph, [closed(box(99.04, 23.48, 99.06, 23.62))], "public")
    barred = {graph.rows[edge].id for edge in np.flatnonzero(~barriers.passable)}
    assert barred == {11, 13, 16, 18}
    (part,) = barriers.intervals[graph.number_of[13]]
    assert (part.begin, part.end) == (pytest.approx(0.4, abs=0.01), pytest.approx(0.6, abs=0.01))


def test_closures_outlive_another_road_layer() -> None:
    """The same roads under other numbers: a closure finds them by where they run; one without a road says so."""
    renumbered = [row for row in ROWS if row.id in (12, 13, 14)]
    closures = [
        closed(LineString([PLACES[1], PLACES[2]]), edges=(11,), version=0),
        closed(Point(99.05, N), edges=(11,), version=0),
        closed(Point(99.05, S), edges=(11,), version=0),
    ]
    networks = build(1, sorted(PLACES), renumbered, closures)
    graph, barriers = networks.graph, networks.rescue.barriers
    assert {graph.rows[edge].id for edge in barriers.intervals} == {12, 13}
    assert barriers.unmatched == [closures[2].id]


def test_steps_tell_the_way() -> None:
    route = find_route(town(without=(16, 18)), node(0), node(4), "rescue")
    assert [step.turn for step in route.steps] == ["depart", "straight", "arrive"]
    assert route.steps[0].sentence()[0].startswith("沿D路向北行驶 11.1 公里")
    assert route.steps[0].sentence()[1].startswith("Drive north on D Road for 11.1 km")
    turned = find_route(town(without=(13, 16, 18)), node(3), node(1), "rescue")
    assert [step.turn for step in turned.steps] == ["depart", "left", "arrive"]
    assert turned.steps[1].sentence()[0].startswith("左转进入A路")
    assert turned.line is not None
    drawn = sum(length_m(LineString(pair)) for pair in pairwise(turned.line.tolist()))
    assert turned.leg.distance_m == pytest.approx(drawn, rel=0.002)
    assert sum(step.distance_m for step in turned.steps) == pytest.approx(turned.leg.distance_m)
    assert sum(step.seconds for step in turned.steps) == pytest.approx(turned.leg.seconds)


def test_toward_and_away_agree_with_the_way_walked() -> None:
    networks = town()
    rng = np.random.default_rng(3)
    spots = [spot(str(i), (float(rng.uniform(W, E)), float(rng.uniform(S, N)))) for i in range(40)]
    for toward in (False, True):
        table = travel_table(networks, spots[:1], spots, "rescue", toward=toward)
        ways = networks.rescue.ways(snap(networks.rescue, spots[:1]), snap(networks.rescue, spots), toward=toward)
        for column, way in enumerate(ways):
            if way is None:
                assert not np.isfinite(table.seconds[0, column])
                continue
            walked = sum(abs(part.end - part.begin) * networks.graph.seconds[part.edge] for part in way)
            assert walked == pytest.approx(float(table.seconds[0, column]), abs=1e-6)
            assert all(not networks.graph.oneway[part.edge] or part.end >= part.begin for part in way)
            for one, other in pairwise(way):
                last, first = (
                    networks.graph.cut(one.edge, one.begin, one.end),
                    networks.graph.cut(other.edge, other.begin, other.end),
                )
                assert np.allclose(last[-1], first[0], atol=1e-7)


def test_many_to_few_is_few_to_many_turned_round() -> None:
    networks = with_closures(town(), [closed(Point(W, 23.65), edges=(15,))])
    many = [node(number) for number in PLACES] + [spot("n", (W, 23.69)), spot("far", (99.3, 23.9))]
    one = spot("p", (99.02, 23.4996))
    turned = travel_table(networks, many, [one], "rescue")
    assert turned.seconds.shape == (len(many), 1)
    for row, place in enumerate(many):
        single = travel_table(networks, [place], [one], "rescue").leg(0, 0)
        told = turned.leg(row, 0)
        assert told.seconds == pytest.approx(single.seconds)
        assert (told.to, told.reason, told.off_from_m, told.off_to_m) == (
            single.to, single.reason, single.off_from_m, single.off_to_m,
        )  # fmt: skip
        assert told.straight_m == pytest.approx(single.straight_m)
        assert told.bearing == pytest.approx(single.bearing)


def test_what_is_remembered_of_a_position_is_what_was_found() -> None:
    graph = town().graph
    rng = np.random.default_rng(11)
    lons, lats = rng.uniform(98.97, 99.13, 90_000), rng.uniform(23.46, 23.73, 90_000)  # more than there are slots
    fresh = graph.snap_within(lons, lats, 3000.0)
    for _ in range(2):
        told = graph.snap(lons, lats)
        assert np.array_equal(told.edge, fresh.edge)
        assert np.array_equal(told.share, fresh.share)
        assert np.array_equal(told.off_m, fresh.off_m)


def test_a_crowd_of_short_roads_and_a_long_one_far_away() -> None:
    """Cells hold what is beside a place, however unevenly roads lie; what they cannot say is searched for."""
    rng = np.random.default_rng(2)
    starts = np.concatenate((rng.uniform((99, 23), (99.02, 23.02), (4000, 2)), [(99.4, 23.2)]))
    ends = np.concatenate((starts[:-1] + rng.normal(0, 0.0003, (4000, 2)), [(100.9, 23.9)]))
    lines = [LineString(pair) for pair in zip(starts.tolist(), ends.tolist(), strict=True)]
    rows = [
        replace(ROWS[0], id=number, from_node=2 * number, to_node=2 * number + 1, line=bytes(shapely.to_wkb(line)))
        for number, line in enumerate(lines)
    ]
    graph = RoadGraph(1, range(2 * len(rows)), rows)
    points = np.concatenate(
        (rng.uniform((98.99, 22.99), (99.03, 23.03), (300, 2)), rng.uniform((99.4, 23.2), (100.9, 23.9), (300, 2)))
    )
    snapped = graph.snap(points[:, 0], points[:, 1])
    plane = [shapely.transform(line, graph.plane.xy) for line in lines]
    away = np.asarray([min(line.distance(Point(place)) for line in plane) for place in graph.plane.xy(points)])
    near = away <= 3000
    assert np.array_equal(snapped.edge >= 0, near)
    assert np.allclose(snapped.off_m[near], away[near], atol=0.01)


def test_distances_for_many_places_are_the_geodesic_ones() -> None:
    rng = np.random.default_rng(4)
    for far in (1e-5, 0.01, 1.0, 5.0):
        lons, lats = 99.0 + rng.uniform(-far, far, 200), 23.5 + rng.uniform(-far, far, 200)
        exact = np.asarray([distance_m(99.0, 23.5, lon, lat) for lon, lat in zip(lons, lats, strict=True)])
        assert np.allclose(many_metres(99.0, 23.5, lons, lats), exact, rtol=3e-6, atol=1e-4)
    assert many_metres(99.0, 23.5, np.asarray([99.0]), np.asarray([23.5]))[0] == 0


def test_nearest_by_time_and_the_roadless_apart() -> None:
    away = spot("away", (99.3, 23.9))
    by_road, apart = nearest(town(), node(0), [node(2), node(1), node(3), away], 2, "rescue", toward=False)
    assert [leg.to for leg in by_road] == ["1", "3"]
    assert [leg.to for leg in apart] == ["away"]
    assert by_road[0].distance_m is not None


def test_isochrones_grow_and_stop_at_what_is_closed() -> None:
    networks = town(without=(16, 18))
    origin = snap(networks.rescue, [node(0)])
    five, ten = isochrones(networks.rescue, origin, [10, 5])
    assert (five.minutes, ten.minutes) == (5, 10)
    assert ten.shape.buffer(0.001).contains(five.shape)
    assert five.road_km == pytest.approx(10.0, rel=0.01)  # five minutes at 60 km/h on each of two roads
    barred = with_closures(networks, [closed(Point(99.02, 23.4996), edges=(11,))])
    (stopped,) = isochrones(barred.rescue, origin, [5])
    assert stopped.road_km == pytest.approx(5.0 + 2.04, rel=0.02)
    inside = with_closures(networks, [closed(box(98.99, 23.49, 99.01, 23.51))])
    assert isochrones(inside.rescue, origin, [5]) == []


def test_no_edge_no_graph() -> None:
    with pytest.raises(ValueError, match="needs an edge"):
        RoadGraph(1, [], [])


def test_closure_ids_are_told_for_the_way_they_stand_in() -> None:
    one: UUID
    closures = [closed(Point(MID_A), edges=(11,)), closed(Point(99.1, 23.55), edges=(12,))]
    networks = with_closures(town(without=(16, 18)), closures)
    route = find_route(networks, node(0), node(1), "rescue")
    assert route.leg.reason == "cut_off"
    (one,) = route.avoided
    assert one == closures[0].id
    assert isinstance(networks.rescue, Network)
