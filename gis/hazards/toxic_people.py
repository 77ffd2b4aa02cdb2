"""Who is around a release: the exposure, once, by bearing and distance."""

import math
from typing import Any

import numpy as np
import shapely

from gis.hazards.ground import Ground
from gis.hazards.model import Case
from gis.hazards.toxic_cloud import FARTHEST_M
from gis.hazards.toxic_counts import Polar, polar

_vector: Any = shapely  # its stubs leave the types of arrays open
_METRES_PER_DEGREE = 111_195.0


def people_around(case: Case, ground: Ground) -> Polar | None:
    """None where no exposure is loaded. With an area drawn by hand only those inside it, however far away it is.

    Distances on a sphere's tangent plane: within 0.3 % of the ellipsoid's at 20 km, less than a ring is wide.
    """
    if ground.points is None:
        return None
    east_per_degree = _METRES_PER_DEGREE * max(math.cos(math.radians(case.lat)), 0.01)
    if case.footprint is not None:
        there = ground.near(*case.footprint.bounds)
    else:
        high, wide = FARTHEST_M / _METRES_PER_DEGREE, FARTHEST_M / east_per_degree
        there = ground.near(case.lon - wide, case.lat - high, case.lon + wide, case.lat + high)
    lon, lat = ground.points.lon[there], ground.points.lat[there]
    day, night = ground.points.day[there], ground.points.night[there]
    if case.footprint is not None:
        shapely.prepare(case.footprint)
        inside = np.asarray(_vector.intersects_xy(case.footprint, lon, lat), dtype=np.bool_)
        lon, lat, day, night = lon[inside], lat[inside], day[inside], night[inside]
    return polar(
        (lon - case.lon) * east_per_degree,
        (lat - case.lat) * _METRES_PER_DEGREE,
        day,
        night,
        all_of_them=case.footprint is not None,
    )
