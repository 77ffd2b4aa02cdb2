"""A synthetic answer to "who lives where": points with people by day and by night, drawn from a seed.

Not data about anybody. What is true of it: the people of each county by night, and by day, add up exactly to the county's census
figure as loaded; each point lies in its township and not in a lake. Everything else (how people spread over towns, roads and hamlets,
how many go to town by day) is judgement, mark I.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]

_vector: Any = shapely  # its stubs leave the types of arrays open
# Of a township's points: in its town, along its roads; the rest in hamlets, and a few anywhere.
_TOWN = {"seat": 0.62, "town": 0.36, "rural": 0.22}
_ROADS, _ANYWHERE = 0.55, 0.05  # of what is not in the town
_TOWN_KM = {"seat": 1.6, "town": 0.7, "rural": 0.45}
_ROAD_KM, _HAMLET_KM = 0.12, 0.3
_TO_TOWN = {
    "seat": 1.16,
    "town": 1.02,
    "rural": 0.93,
}  # people by day for one by night, before the county's sum is kept
_PER_BUILDING = 3.2
_TRIES = 6
_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class TownshipFact:
    code: str
    county: str
    rank: str  # seat, town or rural
    lon: float
    lat: float
    area: BaseGeometry
    population: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Points. `township`: number of it in the given order, past the last: in none. People drawn here are whole numbers."""

    lon: Floats
    lat: Floats
    township: Ints
    people_day: Ints | Floats
    people_night: Ints | Floats
    buildings: Ints | Floats

    def digest(self) -> str:
        total = hashlib.sha256()
        for column in (self.lon, self.lat, self.township, self.people_day, self.people_night, self.buildings):
            total.update(np.ascontiguousarray(column).tobytes())
        return total.hexdigest()


def shared_out(total: int, weights: Floats) -> Ints:
    """Whole numbers in proportion to the weights, adding up to the total (largest remainders)."""
    exact = weights * (total / weights.sum())
    whole = np.floor(exact).astype(np.int64)
    missing = total - int(whole.sum())
    whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    return whole


def draw_exposure(
    townships: Sequence[TownshipFact],
    county_people: dict[str, int],
    roads: Sequence[BaseGeometry],
    lakes: Sequence[BaseGeometry],
    *,
    points: int,
    seed: int,
) -> Drawn:
    """Pure: the same for the same arguments. Raises ValueError for a county without townships or with fewer points than those."""
    if points < 20 * len(townships):
        raise ValueError(f"at least {20 * len(townships)} points are needed for {len(townships)} townships")
    counties = np.asarray([fact.county for fact in townships])
    night = np.zeros(len(townships), dtype=np.int64)
    day = np.zeros(len(townships), dtype=np.int64)
    for county, people in county_people.items():
        own: list[int] = [int(index) for index in np.flatnonzero(counties == county)]
        if not own:
            raise ValueError(f"county {county} has no townships")
        weights = np.asarray([townships[i].population for i in own], dtype=np.float64)
        night[own] = shared_out(people, weights)
        day[own] = shared_out(people, weights * [_TO_TOWN[townships[i].rank] for i in own])
    counts = shared_out(points - 20 * len(townships), night.astype(np.float64)) + 20
    road_tree = _vector.STRtree(list(roads)) if roads else None
    water = _vector.union_all(list(lakes)) if lakes else None
    parts = [
        _township(
            fact, int(counts[i]), (int(day[i]), int(night[i])), road_tree, water, np.random.default_rng([seed, 131, i])
        )
        for i, fact in enumerate(townships)
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    number = np.repeat(np.arange(len(townships), dtype=np.int64), counts)
    return Drawn(columns[0], columns[1], number, columns[2], columns[3], columns[4])


def _township(
    fact: TownshipFact,
    count: int,
    people: tuple[int, int],
    road_tree: Any,
    water: BaseGeometry | None,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Ints, Ints, Ints]:
    """(lon, lat, by day, by night, buildings) of one township's points."""
    per_lon = 111.32 * math.cos(math.radians(fact.lat))
    scale = np.asarray([per_lon, 110.85])
    town = round(count * _TOWN[fact.rank])
    by_road = round((count - town) * _ROADS)
    anywhere = round((count - town) * _ANYWHERE)
    hamlets = count - town - by_road - anywhere
    good = _Ground(fact.area, water)
    core = good.keep(
        lambda n: _around(np.asarray([[fact.lon, fact.lat]]), _TOWN_KM[fact.rank], scale, n, rng), town, fact
    )
    lines = _own_roads(fact, road_tree)
    road = good.keep(lambda n: _beside(lines, scale, n, rng), by_road, fact) if lines is not None else None
    far = good.keep(lambda n: _anywhere(fact.area, n, rng), anywhere + (by_road if road is None else 0), fact)
    centres = good.keep(
        lambda n: _anywhere(fact.area, n, rng), max(6, min(160, round(fact.area.area * 12000 / 7))), fact
    )
    size = rng.lognormal(0.0, 0.8, len(centres))
    chosen = centres[rng.choice(len(centres), hamlets, p=size / size.sum())]
    hamlet = good.keep_each(chosen, lambda at: _around(at, _HAMLET_KM, scale, len(at), rng))
    spots = np.round(np.vstack([part for part in (core, road, hamlet, far) if part is not None]), _DECIMALS)
    kind = np.repeat([0, 1, 2, 3], [len(core), 0 if road is None else len(road), len(hamlet), len(far)])
    weight = rng.lognormal(0.0, 0.6, count)
    night = rng.multinomial(people[1], _shares(weight * np.asarray([1.3, 1.0, 0.9, 0.6])[kind]))
    day = rng.multinomial(people[0], _shares(weight * np.asarray([1.8, 1.0, 0.8, 0.7])[kind]))
    buildings = np.maximum(np.rint(night / _PER_BUILDING * rng.lognormal(0.0, 0.2, count)), 1).astype(np.int64)
    return spots[:, 0], spots[:, 1], day.astype(np.int64), night.astype(np.int64), buildings


def _shares(weight: Floats) -> Floats:
    return weight / weight.sum()


class _Ground:
    """Where somebody can live: in the township, not in water."""

    def __init__(self, area: BaseGeometry, water: BaseGeometry | None) -> None:
        self._land: BaseGeometry = area if water is None else _vector.difference(area, water)
        shapely.prepare(self._land)

    def good(self, spots: Floats) -> Bools:
        return np.asarray(_vector.contains_xy(self._land, spots[:, 0], spots[:, 1]), dtype=np.bool_)

    def keep(self, draw: Callable[[int], Floats], count: int, fact: TownshipFact) -> Floats:
        """`count` good spots of those that `draw(n)` gives; the township's own place where too few are good."""
        found: list[Floats] = []
        missing = count
        for _ in range(_TRIES):
            if missing <= 0:
                break
            spots: Floats = draw(missing * 2 + 8)
            spots = spots[self.good(np.round(spots, _DECIMALS))][:missing]
            found.append(spots)
            missing -= len(spots)
        found.append(np.repeat(self._somewhere(fact), max(missing, 0), axis=0))
        return np.vstack(found)

    def _somewhere(self, fact: TownshipFact) -> Floats:
        at: Any = self._land.representative_point()
        spot = np.asarray([[fact.lon, fact.lat]])
        return spot if bool(self.good(spot)[0]) else np.asarray([[at.x, at.y]])

    def keep_each(self, centres: Floats, draw: Callable[[Floats], Floats]) -> Floats:
        """A good spot for each centre, which are good themselves; the centre where none was found."""
        found = centres.copy()
        open_ones = np.arange(len(centres))
        for _ in range(_TRIES):
            if not len(open_ones):
                break
            spots: Floats = draw(centres[open_ones])
            good = self.good(np.round(spots, _DECIMALS))
            found[open_ones[good]] = spots[good]
            open_ones = open_ones[~good]
        return found


def _around(centres: Floats, km: float, scale: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Around a centre, thinning out: half within `km`."""
    at = np.broadcast_to(centres, (count, 2)) if len(centres) == 1 else centres
    return at + rng.normal(0.0, km / 1.177, (count, 2)) / scale


def _own_roads(fact: TownshipFact, tree: Any) -> Floats | None:
    """(pieces, 4): the straight pieces of road in and near the township."""
    if tree is None:
        return None
    near = tree.geometries[np.sort(tree.query(fact.area, predicate="intersects"))]
    if not len(near):
        return None
    coordinates, line = _vector.get_coordinates(near, return_index=True)
    same = line[1:] == line[:-1]
    return np.column_stack((coordinates[:-1][same], coordinates[1:][same]))


def _beside(pieces: Floats, scale: Floats, count: int, rng: np.random.Generator) -> Floats:
    length = np.hypot(*((pieces[:, 2:] - pieces[:, :2]) * scale).T)
    chosen = pieces[rng.choice(len(pieces), count, p=_shares(length))]
    along = chosen[:, :2] + (chosen[:, 2:] - chosen[:, :2]) * rng.random((count, 1))
    return along + rng.normal(0.0, _ROAD_KM, (count, 2)) / scale


def _anywhere(area: BaseGeometry, count: int, rng: np.random.Generator) -> Floats:
    west, south, east, north = area.bounds
    return np.column_stack((rng.uniform(west, east, count), rng.uniform(south, north, count)))
