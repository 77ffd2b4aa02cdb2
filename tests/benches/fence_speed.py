"""Geofences: `python -m tests.benches.fence_speed [--fences N] [--units N] [--json]`: positions decided a second, on one core.

1,000 fences (drawn areas of 24–60 corners and some large ones of 2,000) and 2,000 units that drive about between them, 500 m
of noise-free road a step. Every round is one position of each unit. Baseline of the same run: every position against every
fence whose box holds it with Shapely's `contains` on prepared areas, one after the other, without hysteresis or memory.
"""

import argparse
import json
import math
import random
import sys
import time

import shapely
from shapely import STRtree
from shapely.geometry import Point, Polygon

from gis.fences import Fence, FenceEngine, Fix

BAR = 20_000
WEST, EAST, SOUTH, NORTH = 98.7, 100.6, 23.0, 25.0


def area(chance: random.Random, corners: int, radius_km: float) -> Polygon:
    lon, lat = chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH)
    ring: list[tuple[float, float]] = []
    for number in range(corners):
        angle = 2 * math.pi * number / corners
        reach = radius_km / 111 * chance.uniform(0.75, 1.25)
        ring.append((lon + reach * math.cos(angle) / math.cos(math.radians(lat)), lat + reach * math.sin(angle)))
    return Polygon(ring)


def make_fences(count: int, chance: random.Random) -> list[Fence]:
    made: list[Fence] = []
    for number in range(count):
        large = number % 50 == 0
        shape = area(chance, 2000 if large else chance.randint(24, 60), 25.0 if large else chance.uniform(0.3, 4.0))
        made.append(Fence(f"fence-{number}", shape if shape.is_valid else shape.buffer(0), 30.0, 0.0))
    return made


def make_rounds(units: int, rounds: int, chance: random.Random) -> list[list[Fix]]:
    places = [(chance.uniform(WEST, EAST), chance.uniform(SOUTH, NORTH), chance.uniform(0, 6.28)) for _ in range(units)]
    made: list[list[Fix]] = []
    for round_ in range(rounds):
        fixes: list[Fix] = []
        for number, (lon, lat, course) in enumerate(places):
            course += chance.uniform(-0.4, 0.4)
            lon, lat = lon + 0.0045 * math.cos(course), lat + 0.0045 * math.sin(course)
            if not (WEST < lon < EAST and SOUTH < lat < NORTH):
                course += math.pi
            places[number] = (lon, lat, course)
            fixes.append((f"unit-{number}", 1000.0 + round_, lon, lat, 8.0))
        made.append(fixes)
    return made


def measure(fences: int, units: int, rounds: int) -> dict[str, object]:
    chance = random.Random(11)
    made, driven = make_fences(fences, chance), make_rounds(units, rounds, chance)
    engine = FenceEngine()
    began = time.perf_counter()
    engine.load(made, ())
    loaded_s = time.perf_counter() - began
    engine.decide(driven[0])
    began, told = time.process_time(), 0
    for fixes in driven[1:]:
        told += len(engine.decide(fixes))
    took = time.process_time() - began
    decided = units * (rounds - 1)
    shapes = [fence.area for fence in made]
    for shape in shapes:
        shapely.prepare(shape)
    tree = STRtree(shapes)
    began = time.process_time()
    for _, _, lon, lat, _ in driven[1]:
        here = Point(lon, lat)
        for number in tree.query(here):
            shapes[int(number)].contains(here)
    plain = time.process_time() - began
    per_s, plain_per_s = decided / took, units / plain
    return {
        "fences": fences, "units": units, "positions": decided, "crossings": told, "load_s": round(loaded_s, 3),
        "positions_per_s": round(per_s), "one_by_one_per_s": round(plain_per_s), "ratio": round(per_s / plain_per_s, 2),
        "bar": BAR, "met": per_s >= BAR,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fences", type=int, default=1000)
    parser.add_argument("--units", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=31)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    result = measure(given.fences, given.units, given.rounds)
    print(json.dumps(result) if given.json else "\n".join(f"{name:18} {value}" for name, value in result.items()))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
