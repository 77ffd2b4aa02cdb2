"""Lines as (n, 2) arrays of kilometres: lengths, even spacing, smoothing that leaves the ends where they are."""

from typing import Any

import numpy as np
import shapely
from scipy.ndimage import gaussian_filter1d
from shapely import LineString

from gis.region.plane import Floats

_vector: Any = shapely  # its stubs leave the types of arrays open


def along(line: Floats) -> Floats:
    """Distance of each point from the first, along the line."""
    return np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))


def spaced(line: Floats, step: float, least: int = 2) -> Floats:
    """The line with its points about `step` apart; at least `least` pieces."""
    distance = along(line)
    count = max(int(float(distance[-1]) / step), least)
    at: Floats = np.linspace(0.0, float(distance[-1]), count + 1, dtype=np.float64)
    return np.column_stack((np.interp(at, distance, line[:, 0]), np.interp(at, distance, line[:, 1])))


def smoothed(line: Floats, sigma: float) -> Floats:
    """Gaussian smoothing, `sigma` in points; the line is mirrored through each end, and the ends stay."""
    if sigma <= 0.0 or len(line) < 4:
        return line
    reach = len(line) - 1
    head, tail = 2 * line[0] - line[1:][::-1], 2 * line[-1] - line[:-1][::-1]
    whole = np.vstack((head, line, tail))
    kept: Floats = np.array(gaussian_filter1d(whole, sigma, axis=0, mode="nearest")[reach : reach * 2 + 1])
    kept[0], kept[-1] = line[0], line[-1]
    return kept


def points_on(line: LineString, distances: Floats) -> Floats:
    """Points at these distances along the line."""
    return coordinates(_vector.line_interpolate_point(line, distances))


def coordinates(geometries: Any) -> Floats:
    """The coordinates of one geometry or of an array of points, (n, 2)."""
    return np.asarray(_vector.get_coordinates(geometries), dtype=np.float64)
