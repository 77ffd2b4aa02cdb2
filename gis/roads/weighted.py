"""The same roads with some of them counted as longer: for ways that keep away from a place without being forbidden to enter it."""

import copy

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.roads.graph import Ints, RoadGraph
from gis.roads.network import Network


def edges_in(graph: RoadGraph, area: BaseGeometry) -> Ints:
    """Numbers of the stretches that touch an area in degrees."""
    return graph.touching(area)


def weighted(network: Network, edges: Ints, weight: float) -> Network:
    """Each second on these stretches counts `weight` seconds. What is closed stays closed. Its times are for choosing ways only."""
    graph = copy.copy(network.graph)
    seconds = np.array(graph.seconds)
    seconds[edges] *= weight
    graph.seconds = seconds
    return Network(graph, network.barriers, network.permit)
