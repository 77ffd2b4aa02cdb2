"""Forbidden turns are not made: in times, ways and what is in reach, from either side; rescue is bound by what the rules say."""

import heapq
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import yaml
from shapely import LineString, Point, to_wkb

from gis.geodesic import length_m
from gis.roads.barriers import Closed, Who
from gis.roads.building import build, with_closures
from gis.roads.graph import EdgeRow
from gis.roads.isochrone import isochrones
from gis.roads.network import Network
from gis.roads.profile import bans, house_rules, read_rules
from gis.roads.route import find_route
from gis.roads.travel import Networks, Spot, snap, travel_table
from gis.roads.turns import TurnRow
from tests.gis.road_town import PLACES, ROWS, W, node, spot, town_with

# From A one must not turn left into B: the square is then driven round the other way.
NO_LEFT = TurnRow(1, 11, 1, 12, "no", "no_left_turn", ())


def seconds(networks: Networks, origin: Spot, target: Spot, who: Who = "public") -> float | None:
    return travel_table(networks, [origin], [target], who).leg(0, 0).seconds


def test_who_must_not_turn_left_drives_round() -> None:
    free, bound = town_with([], without=(13, 16, 18)), town_with([NO_LEFT], without=(13, 16, 18))
    there = spot("b", (99.1, 23.55))
    assert seconds(free, node(0), there) is not None
    assert seconds(bound, node(0), there) is None  # B is reached by that turn only
    square = town_with([NO_LEFT], without=(16, 18))
    way = find_route(square, node(0), there, "public")
    assert [step.road.name_zh for step in way.steps if step.road] == ["D路", "C路", "B路"]
    assert way.leg.seconds == pytest.approx(seconds(square, node(0), there))


def test_rescue_is_not_bound_by_it_but_by_no_u_turn() -> None:
    rules = house_rules()
    assert (rules["rescue"]["turn"].obeys, rules["public"]["turn"].obeys) == (False, True)
    networks = town_with([NO_LEFT], without=(13, 16, 18))
    there = spot("b", (99.1, 23.55))
    assert seconds(networks, node(0), there, "rescue") is not None
    assert (networks.rescue.permit.turns_obeyed, networks.public.permit.turns_obeyed) == (0, 1)
    no_u = town_with([TurnRow(1, 11, 1, 11, "no", "no_u_turn", ())])
    assert no_u.rescue.permit.turns_obeyed == 1


def test_except_frees_those_that_it_names() -> None:
    there = spot("b", (99.1, 23.55))
    for excepts, free in ((("psv", "bicycle"), False), (("motorcar",), True)):
        networks = town_with([replace(NO_LEFT, excepts=excepts)], without=(13, 16, 18))
        assert (seconds(networks, node(0), there) is not None) == free


def test_only_forbids_all_others() -> None:
    only = TurnRow(1, 14, 0, 16, "only", "only_straight_on", ())  # from D at 0 into the slow F, not into A
    networks = town_with([only], without=(12, 18))
    way = find_route(networks, node(3), spot("a", (99.05, 23.499)), "public")
    assert [step.road.name_zh for step in way.steps if step.road] == ["D路", "F路", "A路"]


def test_nobody_turns_round_behind_the_crossing_to_come_back() -> None:
    """No left from A into B at 1; H leads on from 1. Turning on H and going straight over would be the forbidden turn in two."""
    rows = [replace(row, oneway=False) for row in ROWS if row.id in (11, 12, 14, 18)]
    networks = build(1, sorted(PLACES), rows, [], [NO_LEFT])
    (come, at, go) = (networks.graph.number_of[11], 1, networks.graph.number_of[12])
    assert (come, at, go) in bans(networks.graph, [NO_LEFT], np.ones(4, dtype=np.bool_), networks.graph.oneway)
    way = find_route(networks, node(0), spot("b", (99.1, 23.55)), "public")
    turns = [step.turn for step in way.steps]
    assert "back" not in turns


def test_one_way_for_the_public_may_be_both_for_rescue_and_roads_for_rescue_only() -> None:
    rows = [replace(row, rescue_both_ways=True) if row.id == 18 else row for row in ROWS]
    rows = [replace(row, open_to="rescue") if row.id == 15 else row for row in rows]
    networks = build(1, sorted(PLACES), rows, [])
    h = next(row for row in ROWS if row.id == 18)
    assert seconds(networks, node(0), node(1), "rescue") == pytest.approx(h.length_m / 120 * 3.6)
    assert (seconds(networks, node(0), node(1), "public") or 0) > h.length_m / 120 * 3.6
    lane = spot("n", (W, 23.61))
    assert seconds(networks, node(0), lane, "rescue") is not None
    on = snap(networks.public, [lane, node(4)])
    assert networks.graph.rows[int(on.edge[0])].id != 15  # put on the nearest road that is open to it
    assert int(on.edge[1]) == -1
    assert [one.road_km for one in isochrones(networks.public, snap(networks.public, [node(3)]), [2])] < [
        one.road_km for one in isochrones(networks.rescue, snap(networks.rescue, [node(3)]), [2])
    ]


def _random_city(seed: int) -> tuple[Networks, list[TurnRow]]:
    """A crooked grid with one-way streets, and forbidden turns at random."""
    rng = np.random.default_rng(seed)
    side = 5
    places = {i: (99 + (i % side) * 0.01 + rng.uniform(-0.002, 0.002), 23 + (i // side) * 0.01) for i in range(side**2)}
    pairs = [(i, i + 1) for i in places if (i + 1) % side] + [(i, i + side) for i in places if i + side in places]
    rows: list[EdgeRow] = []
    for number, (start, end) in enumerate(pairs, 100):
        line = LineString([places[start], places[end]])
        speed, oneway = float(rng.choice([20, 40, 60])), bool(rng.random() < 0.2)
        rows.append(
            EdgeRow(
                number,
                start,
                end,
                "county",
                "",
                f"{number}",
                f"{number}",
                length_m(line),
                speed,
                oneway,
                bytes(to_wkb(line)),
            )
        )
    turns: list[TurnRow] = []
    for number in range(30):
        via = int(rng.integers(side**2))
        around = [row for row in rows if via in (row.from_node, row.to_node)]
        come, go = (around[int(i)] for i in rng.integers(len(around), size=2))
        kind = "only" if rng.random() < 0.3 and come is not go else "no"
        turns.append(TurnRow(number + 1, come.id, via, go.id, kind, f"{kind}_left_turn", ()))
    return build(1, sorted(places), rows, [], turns), turns


def _by_hand(
    network: Network, forbidden: set[tuple[int, int, int]], start: tuple[int, float], end: tuple[int, float]
) -> float:
    """Dijkstra over (edge, end at which one has arrived): slow, and without any splitting."""
    graph, best = network.graph, float("inf")
    (edge, share), (goal, goal_share) = start, end
    whole = [float(value) for value in graph.seconds]
    if edge == goal and (goal_share >= share or not network.oneway[edge]):
        best = abs(goal_share - share) * whole[edge]
    heap = [((1 - share) * whole[edge], edge, 1)]
    if not network.oneway[edge]:
        heap.append((share * whole[edge], edge, 0))
    heapq.heapify(heap)
    done: set[tuple[int, int]] = set()
    while heap:
        cost, edge, at = heapq.heappop(heap)
        if (edge, at) in done:
            continue
        done.add((edge, at))
        here = int(graph.end[edge] if at else graph.start[edge])
        for go in range(len(graph.rows)):
            for into in (0, 1):
                if int(graph.end[go] if into else graph.start[go]) != here or (into and network.oneway[go]):
                    continue
                if (edge, here, go) in forbidden:
                    continue
                if go == goal:
                    best = min(best, cost + abs(goal_share - into) * whole[go])
                heapq.heappush(heap, (cost + whole[go], go, 1 - into))
    return best


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_times_and_ways_are_those_of_a_search_over_roads(seed: int) -> None:
    networks, turns = _random_city(seed)
    network, graph = networks.public, networks.graph
    forbidden = set(bans(graph, turns, np.ones(len(graph.rows), dtype=np.bool_), network.oneway))
    assert len(forbidden) > 20
    rng = np.random.default_rng(seed + 50)
    spots = [spot(str(i), (float(rng.uniform(99, 99.04)), float(rng.uniform(23, 23.04)))) for i in range(25)]
    on = snap(network, spots)
    table, back = (travel_table(networks, spots, spots, "public", toward=toward) for toward in (False, True))
    for row in range(len(spots)):
        ways = network.ways(snap(network, spots[row : row + 1]), on)
        for column in range(len(spots)):
            start, end = ((int(on.edge[i]), float(on.share[i])) for i in (row, column))
            exact = _by_hand(network, forbidden, start, end)
            assert float(table.seconds[row, column]) == pytest.approx(exact)
            assert float(back.seconds[column, row]) == pytest.approx(exact)
            way = ways[column]
            assert (way is None) == (not np.isfinite(exact))
            if way is None:
                continue
            assert sum(abs(part.end - part.begin) * graph.seconds[part.edge] for part in way) == pytest.approx(exact)
            for one, other in pairwise(way):
                at = int(graph.end[one.edge] if one.end > one.begin else graph.start[one.edge])
                assert (one.edge, at, other.edge) not in forbidden
        reached = network.ways(snap(network, spots[row : row + 1]), on, toward=True)
        for column, way in enumerate(reached):
            if way is not None:
                spent = sum(abs(part.end - part.begin) * graph.seconds[part.edge] for part in way)
                assert spent == pytest.approx(float(table.seconds[column, row]))


def test_reach_ends_where_the_turn_is_forbidden() -> None:
    free, bound = town_with([], without=(13, 16, 18)), town_with([NO_LEFT], without=(13, 16, 18))
    all_of_it, part = (isochrones(one.public, snap(one.public, [node(0)]), [15])[0] for one in (free, bound))
    b = next(row for row in ROWS if row.id == 12).length_m / 1000
    assert all_of_it.road_km - part.road_km == pytest.approx(min(b, 15 - 10.2), abs=0.3)
    toward = isochrones(bound.public, snap(bound.public, [node(2)]), [30], toward=True)[0]
    assert toward.road_km == pytest.approx(b, rel=0.02)  # nobody gets from A to there


def test_closures_and_turns_together() -> None:
    barred = Closed(uuid4(), "point", "all", Point(99.05, 23.6), (13,), 1)
    networks = with_closures(town_with([NO_LEFT], without=(16, 18)), [barred])
    leg = travel_table(networks, [node(0)], [spot("b", (99.1, 23.55))], "public").leg(0, 0)
    assert leg.reason == "cut_off"
    assert seconds(networks, node(0), spot("b", (99.1, 23.55)), "rescue") is not None


def test_rules_that_say_too_little_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "profiles.yaml"
    path.write_text(yaml.safe_dump({"rescue": {"turn": {"obeys": True}}}), "utf-8")
    with pytest.raises(ValueError, match=r"rescue\.turn"):
        read_rules(path)
