"""A small town of roads for tests: a square of four crossings, a lane to the north, and an island that no road reaches.

7 (no road)          3 ──C── 2        A main road with a bend in it, B C D sides of the square,
                     │       │        E a lane northwards from 3, F parallel to A and slower,
   0 ──A/F── 1       D       B        G alone on the island (nodes 5–6), H one way from 1 to 0.
"""

from dataclasses import replace

from shapely import LineString, to_wkb

from gis.geodesic import length_m
from gis.roads.building import build
from gis.roads.graph import EdgeRow
from gis.roads.travel import Networks, Spot
from gis.roads.turns import TurnRow

W, S, E, N = 99.00, 23.50, 99.10, 23.60
PLACES = {0: (W, S), 1: (E, S), 2: (E, N), 3: (W, N), 4: (W, 23.70), 5: (99.50, 23.50), 6: (99.52, 23.50)}


def edge(number: int, start: int, end: int, name: str, speed: float = 60.0, *bends: tuple[float, float]) -> EdgeRow:
    line = LineString([PLACES[start], *bends, PLACES[end]])
    return EdgeRow(
        number,
        start,
        end,
        "county",
        f"X{number}",
        f"{name}路",
        f"{name} Road",
        length_m(line),
        speed,
        False,
        bytes(to_wkb(line)),
    )


ROWS = (
    edge(11, 0, 1, "A", 60.0, (99.05, 23.499)),
    edge(12, 1, 2, "B"),
    edge(13, 2, 3, "C"),
    edge(14, 3, 0, "D"),
    edge(15, 3, 4, "E", 30.0),
    edge(16, 0, 1, "F", 20.0, (99.05, 23.505)),
    edge(17, 5, 6, "G"),
    replace(edge(18, 1, 0, "H", 120.0, (99.05, 23.48)), oneway=True),
)


def town(*, without: tuple[int, ...] = ()) -> Networks:
    return build(1, sorted(PLACES), [row for row in ROWS if row.id not in without], [])


def town_with(turns: list[TurnRow], *, without: tuple[int, ...] = ()) -> Networks:
    return build(1, sorted(PLACES), [row for row in ROWS if row.id not in without], [], turns)


def spot(name: str, at: tuple[float, float]) -> Spot:
    return Spot(name, *at)


def node(number: int) -> Spot:
    return spot(str(number), PLACES[number])
