"""Which township each cell belongs to: counties grow from their places until each has its known area, then townships in them.

Growing costs more uphill than along a valley and more across a large river, so fronts meet on ridges and at rivers, as real
boundaries do. A county grows from a connected skeleton (its places and paths between them), so it can never fall apart.
"""

import numpy as np
from scipy.ndimage import uniform_filter
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree
from shapely import MultiLineString, contains_xy, prepare

from gis.region.facts import RegionFacts
from gis.region.mesh import Mesh
from gis.region.paths import back_to, from_nearest, from_one
from gis.region.plane import Floats, Ints
from gis.region.rivers import Course
from gis.region.terrain import Terrain

OUTSIDE = -1
_ROUNDS = 60
_NEAR_ENOUGH = 0.06
_RIVER_KM = 2.5
_BANK_KM = 0.9


def _growth_cost(mesh: Mesh, terrain: Terrain, great_rivers: MultiLineString) -> Floats:
    around = Terrain(
        terrain.x0, terrain.y0, uniform_filter(terrain.height_m, 19), terrain.drained_km2, terrain.receiver
    )
    above = (mesh.height_m - around.at(mesh.seeds)) / 260.0
    a, b = mesh.links[:, 0], mesh.links[:, 1]
    cost = mesh.length_km * np.exp(0.8 * np.clip((above[a] + above[b]) / 2, -0.4, 2.0))
    banks = great_rivers.buffer(_BANK_KM)
    prepare(banks)
    beside = np.asarray(contains_xy(banks, mesh.seeds[:, 0], mesh.seeds[:, 1]))
    cost = np.where(beside[a] & beside[b], cost * 3, cost) + _RIVER_KM * mesh.crosses_river
    return np.where(mesh.inside[a] & mesh.inside[b], cost, np.inf)


def _path(graph: csr_array, start: int, end: int) -> list[int]:
    far, before = from_one(graph, start)
    if not np.isfinite(far[end]):
        raise ValueError("a county's places cannot be joined without crossing another county")
    return back_to(before, start, end)


def _skeletons(mesh: Mesh, cost: Floats, county_of_place: Ints) -> tuple[Ints, Ints]:
    """(county, township) of each cell that must be owned, elsewhere -1: places with their rings, known sites, paths between."""
    township = mesh.core.copy()
    county = np.where(township >= 0, county_of_place[township], OUTSIDE)
    a, b = mesh.links[:, 0], mesh.links[:, 1]
    place_cells = np.flatnonzero(mesh.place >= 0)
    centre = {int(mesh.place[cell]): int(cell) for cell in place_cells}
    for site in np.flatnonzero(mesh.site >= 0).tolist():
        owner = int(mesh.site[site])
        free = (township == OUTSIDE) | (township == owner)
        path = _path(mesh.graph(np.where(free[a] & free[b], cost, np.inf)), centre[owner], site)
        township[path], county[path] = owner, county_of_place[owner]
    for which in np.unique(county_of_place):
        own = place_cells[county_of_place[mesh.place[place_cells]] == which]
        gaps = np.hypot(*(mesh.seeds[own][:, None] - mesh.seeds[own][None]).transpose(2, 0, 1))
        tree = minimum_spanning_tree(csr_array(gaps)).tocoo()
        free = (county == OUTSIDE) | (county == which)
        graph = mesh.graph(np.where(free[a] & free[b], cost, np.inf))
        for i, j in zip(tree.row.tolist(), tree.col.tolist(), strict=True):
            county[_path(graph, int(own[i]), int(own[j]))] = which
    return county, township


def _grown(graph: csr_array, roots: Ints, root_of: Ints, head_start: Floats) -> Ints:
    """Owner of each cell when all owners grow at once; roots cannot be taken. `head_start` km per owner, added at its roots."""
    n, owners = graph.shape[0], len(head_start)
    ways = graph.tocoo()
    costs = np.concatenate((ways.data, head_start[root_of[roots]]))
    ends = (np.concatenate((ways.row, n + root_of[roots])), np.concatenate((ways.col, roots)))
    whole = csr_array((costs, ends), shape=(n + owners, n + owners))
    _, source = from_nearest(whole, np.arange(n, n + owners))
    return np.where(source[:n] >= n, source[:n] - n, OUTSIDE).astype(np.int64)


def _without_ways_into(mesh: Mesh, cost: Floats, taken: Ints) -> csr_array:
    """The mesh's graph in which no cell of `taken` can be entered, only left."""
    graph = mesh.graph(cost)
    closed = np.zeros(mesh.size, dtype=bool)
    closed[taken] = True
    graph.data = np.where(closed[graph.indices], np.inf, graph.data)
    return graph


def divide(
    facts: RegionFacts, mesh: Mesh, terrain: Terrain, courses: list[Course], cell_area: Floats, seed: int
) -> tuple[Ints, Ints]:
    """(county index, township index) of every cell, -1 outside. Raises ValueError when the places cannot be joined."""
    counties, townships = facts.counties, facts.townships
    county_of_place = np.repeat(np.arange(len(counties)), [len(c.townships) for c in counties])
    cost = _growth_cost(mesh, terrain, MultiLineString([c.line for c in courses if c.fact.order == 1]))
    owner, known_township = _skeletons(mesh, cost, county_of_place)
    roots = np.flatnonzero(owner >= 0)
    graph = _without_ways_into(mesh, cost, roots)
    known = np.asarray([c.area_km2 for c in counties])
    area = np.where(mesh.inside, cell_area, 0.0)
    target = known * area.sum() / known.sum()
    head_start = np.full(len(counties), 40.0)
    county = owner
    for _ in range(_ROUNDS):
        county = _grown(graph, roots, owner, head_start)
        has = np.bincount(county[county >= 0], weights=area[county >= 0], minlength=len(counties))
        if np.all(np.abs(has / target - 1) < _NEAR_ENOUGH):
            break
        head_start = np.clip(head_start + 6.0 * np.log(has / target), 1e-3, 80.0)
    same = county[mesh.links[:, 0]] == county[mesh.links[:, 1]]
    centres = np.flatnonzero(known_township >= 0)
    inner = _without_ways_into(mesh, np.where(same, cost, np.inf), centres)
    start = 1.0 + 3.0 * np.random.default_rng([seed, 51]).random(len(townships))
    return county, _grown(inner, centres, known_township, start)
