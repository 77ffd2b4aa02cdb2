"""The road graph: through routes first, then what joins every township, then lanes to the hamlets.

Each road takes the cheapest way over the mesh, where climbing, crossing rivers and leaving the region cost extra and following a
road that is already there costs little: so junctions and shared stretches come by themselves, and the graph is connected.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.spatial import Delaunay, cKDTree

from gis.region.facts import RegionFacts, RoadRoute
from gis.region.mesh import Mesh
from gis.region.paths import back_to, distances, from_nearest, from_one, largest_part
from gis.region.plane import Bools, Floats, Ints, to_plane

CLASSES = ("expressway", "national", "provincial", "county", "township")
SPEED_KMH = {"expressway": 90.0, "national": 55.0, "provincial": 45.0, "county": 35.0, "township": 25.0}
_EASY_GRADE = {"expressway": 0.11, "national": 0.06, "provincial": 0.055, "county": 0.05, "township": 0.05}
_RIVER_KM = {"expressway": 0.4, "national": 1.0, "provincial": 1.5, "county": 2.0, "township": 4.0}
_FOLLOW = 0.3
_DETOUR = 1.55
_NEIGHBOUR_KM = 24.0
_HAMLETS = 520


@dataclass(frozen=True, slots=True)
class Way:
    """A stretch of road between two junctions: mesh cells in order."""

    road_class: str
    ref: str
    cells: tuple[int, ...]


class _Network:
    """Roads laid so far, as a class and a reference per link of the mesh."""

    def __init__(self, mesh: Mesh) -> None:
        self.mesh = mesh
        a, b = mesh.links[:, 0], mesh.links[:, 1]
        self.grade = np.abs(mesh.height_m[a] - mesh.height_m[b]) / (mesh.length_km * 1000)
        self.away = np.where(mesh.inside[a] & mesh.inside[b], 1.0, 3.0)
        self.rank = np.full(len(mesh.links), len(CLASSES), dtype=np.int64)
        self.ref: dict[int, str] = {}
        self.link_of = {(int(p), int(q)): i for i, (p, q) in enumerate(mesh.links.tolist())}

    def link(self, p: int, q: int) -> int:
        found = self.link_of.get((p, q))
        return self.link_of[(q, p)] if found is None else found

    def cost(self, road_class: str) -> Floats:
        steep = 1 + (self.grade / _EASY_GRADE[road_class]) ** 2
        cost = self.mesh.length_km * np.minimum(steep, 30.0) * self.away
        cost = cost + _RIVER_KM[road_class] * self.mesh.crosses_river
        used = self.rank < len(CLASSES)
        return np.where(used, cost * (1.7 if road_class == "expressway" else _FOLLOW), cost)

    def ways_from(self, start: int, ends: list[int], road_class: str) -> list[list[int]]:
        """The cheapest way to each of the ends, as cells."""
        _, before = from_one(self.mesh.graph(self.cost(road_class)), start)
        return [back_to(before, start, end) for end in ends]

    def road_km(self, cells: Ints) -> Floats:
        """(cells, all cells) kilometres along the roads laid so far, infinite where they do not lead within reach."""
        graph = self.mesh.graph(np.where(self.laid(), self.mesh.length_km, np.inf))
        return distances(graph, cells, _NEIGHBOUR_KM * _DETOUR)

    def lay(self, path: list[int], road_class: str, ref: str) -> None:
        rank = CLASSES.index(road_class)
        for p, q in pairwise(path):
            link = self.link(p, q)
            if rank < self.rank[link]:
                self.rank[link] = rank
                self.ref[link] = ref

    def laid(self) -> Bools:
        return self.rank < len(CLASSES)


def _stops(route: RoadRoute, mesh: Mesh, place_of: dict[str, int], tree: cKDTree) -> list[int]:
    found: list[int] = []
    for stop in route.via:
        found.append(place_of[stop] if isinstance(stop, str) else int(tree.query(to_plane([stop])[0])[1]))
    return found


def _join_neighbours(network: _Network, facts: RegionFacts, place_cells: Ints) -> None:
    """County roads from every township to its seat, then links between neighbours that would otherwise be a long way apart."""
    mesh, number = network.mesh, 0
    first = 0
    for county in facts.counties:
        own = place_cells[first : first + len(county.townships)]
        first += len(county.townships)
        seat = int(own[np.argmin(np.hypot(*(mesh.seeds[own] - to_plane([county.seat])[0]).T))])
        others = [cell for cell in own.tolist() if cell != seat]
        for path in network.ways_from(seat, others, "county"):
            number += 1
            network.lay(path, "county", f"X{number:03d}")
    pairs = {(min(p), max(p)) for t in Delaunay(mesh.seeds[place_cells]).simplices.tolist() for p in _edges(t)}
    by_road = network.road_km(place_cells)
    for p, q in sorted(pairs):
        start, end = int(place_cells[p]), int(place_cells[q])
        straight = float(np.hypot(*(mesh.seeds[start] - mesh.seeds[end])))
        if straight > _NEIGHBOUR_KM or by_road[p, end] <= straight * _DETOUR:
            continue
        if float(network.road_km(place_cells[p : p + 1])[0, end]) > straight * _DETOUR:
            number += 1
            network.lay(network.ways_from(start, [end], "county")[0], "county", f"X{number:03d}")


def _edges(triangle: list[int]) -> list[tuple[int, int]]:
    a, b, c = triangle
    return [(a, b), (b, c), (a, c)]


def _lanes_to_hamlets(network: _Network, seed: int) -> Ints:
    """Lanes from scattered hamlets to the nearest road. Returns the hamlets' cells."""
    mesh = network.mesh
    on_road = np.unique(mesh.links[network.laid()])
    flat = mesh.inside & (mesh.height_m < np.quantile(mesh.height_m[mesh.inside], 0.82))
    candidates = np.setdiff1d(np.flatnonzero(flat), on_road)
    chosen = np.random.default_rng([seed, 81]).choice(candidates, _HAMLETS, replace=False)
    graph = mesh.graph(network.cost("township"))
    before, _ = from_nearest(graph, on_road)
    taken = set(on_road.tolist())
    for number, cell in enumerate(chosen.tolist(), 1):
        path = [cell]
        while path[-1] not in taken:
            path.append(int(before[path[-1]]))
        taken.update(path)
        network.lay(path, "township", f"C{number:03d}")
    return np.sort(chosen)


def _ways(network: _Network, stops: set[int]) -> list[Way]:
    """The laid links strung together between junctions, places and changes of class or reference."""
    around: dict[int, list[tuple[int, int]]] = {}
    for link in np.flatnonzero(network.laid()).tolist():
        p, q = (int(cell) for cell in network.mesh.links[link])
        around.setdefault(p, []).append((q, link))
        around.setdefault(q, []).append((p, link))

    def label(link: int) -> tuple[int, str]:
        return int(network.rank[link]), network.ref[link]

    def is_node(cell: int) -> bool:
        ways = around[cell]
        return len(ways) != 2 or cell in stops or label(ways[0][1]) != label(ways[1][1])

    done: set[int] = set()
    found: list[Way] = []
    for start in (*(cell for cell in around if is_node(cell)), *around):
        for after, link in around[start]:
            if link in done:
                continue
            cells, here, via = [start, after], after, link
            done.add(link)
            while not is_node(here) and here != start:
                here, via = next(step for step in around[here] if step[1] != via)
                cells.append(here)
                done.add(via)
            rank, ref = label(link)
            found.append(Way(CLASSES[rank], ref, tuple(cells)))
    return found


def _interchange(network: _Network, place: int) -> int:
    """A cell on the road network just outside the place, where the expressway meets it."""
    mesh = network.mesh
    on_road = np.unique(mesh.links[network.laid()])
    distance = np.hypot(*(mesh.seeds[on_road] - mesh.seeds[place]).T)
    fit = on_road[(distance > 1.8) & (distance < 6.0)]
    slope = np.abs(mesh.height_m[fit] - mesh.height_m[place]) / 1000
    return int(fit[np.argmin(np.hypot(*(mesh.seeds[fit] - mesh.seeds[place]).T) + 2 * slope)])


def lay_roads(facts: RegionFacts, mesh: Mesh, seed: int) -> tuple[list[Way], Ints]:
    """All ways, and the hamlets' cells. The ways form one connected graph."""
    network = _Network(mesh)
    townships = facts.townships
    place_cells = np.flatnonzero(mesh.place >= 0)
    place_cells = place_cells[np.argsort(mesh.place[place_cells])]
    place_of = {t.code: int(cell) for t, cell in zip(townships, place_cells, strict=True)}
    tree = cKDTree(mesh.seeds)
    for route in facts.routes:
        if route.road_class != "expressway":
            stops = _stops(route, mesh, place_of, tree)
            for start, end in pairwise(stops):
                network.lay(network.ways_from(start, [end], route.road_class)[0], route.road_class, route.ref)
    _join_neighbours(network, facts, place_cells)
    fast: list[Way] = []
    junctions = set(place_cells.tolist())
    places = set(place_cells.tolist())
    for route in facts.routes:
        if route.road_class == "expressway":
            stops = [
                _interchange(network, cell) if cell in places else cell for cell in _stops(route, mesh, place_of, tree)
            ]
            for start, end in pairwise(stops):
                fast.append(Way("expressway", route.ref, tuple(network.ways_from(start, [end], "expressway")[0])))
                junctions.update((start, end))
    hamlets = _lanes_to_hamlets(network, seed)
    return _connected([*fast, *_ways(network, junctions)]), hamlets


def _connected(ways: list[Way]) -> list[Way]:
    """The ways of the largest connected part (a through route that ends outside alone would be no road to anywhere)."""
    ends = np.asarray([(way.cells[0], way.cells[-1]) for way in ways], dtype=np.int64)
    names, numbered = np.unique(ends, return_inverse=True)
    pairs: Ints = numbered.reshape(ends.shape).astype(np.int64)
    kept = largest_part(pairs, len(names))[pairs[:, 0]]
    return [way for way, keep in zip(ways, kept.tolist(), strict=True) if keep]
