"""Depth–damage curves: which share of a building's worth is lost at a depth of water (pure, a table and a look-up).

Source: Huizinga, de Moel & Szewczyk, Global flood depth-damage functions, JRC, EUR 28552 EN, 2017, doi:10.2760/16510: mean
curves for Asia. They are means over countries; single buildings scatter widely (the report gives no usable spread for Asia, so
the models draw a log-normal factor of their own and say so).
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

DEPTHS_M = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0)
ASIA: Mapping[str, tuple[float, ...]] = {
    "residential": (0.0, 0.327, 0.494, 0.617, 0.721, 0.870, 0.931, 0.984, 1.0),
    "commercial": (0.0, 0.377, 0.538, 0.659, 0.763, 0.883, 0.942, 0.981, 1.0),
    "industrial": (0.0, 0.283, 0.482, 0.629, 0.717, 0.857, 0.909, 0.955, 1.0),
    "transport": (0.0, 0.358, 0.572, 0.733, 0.847, 1.0, 1.0, 1.0, 1.0),
}
"""Share of the value lost at each of `DEPTHS_M`, by what stands there."""


def damage_share(depth_m: Floats, use: str = "residential") -> Floats:
    """Share of the value lost (0 to 1), straight between the table's depths; 0 at and below 0 m, 1 from 6 m upwards.

    `depth_m`: any shape, metres. Raises KeyError for a use that is not in `ASIA`, ValueError for a depth that is not a number.
    """
    if bool(np.isnan(depth_m).any()):
        raise ValueError("a depth is not a number")
    return np.interp(depth_m, DEPTHS_M, ASIA[use])
