"""The flood below a failed dam: how its peak sinks along the valley, how deep it runs, and when it comes (pure).

Sources: attenuation after Li's formula in Chinese dam-break practice, Q_L = W / (W/Qm + L/(v K)); normal depth by Manning;
celerity of a flood wave 1.5 × mean velocity (Kleitz–Seddon for a wide section: 5/3; 1.5 is used in Chinese practice and lies
between a wide and a triangular section, 4/3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.hazards.flood_runoff import triangular_depth_m, triangular_velocity_m_s

Floats: TypeAlias = NDArray[np.float64]

VK_M_S: Mapping[str, float] = {"mountain": 7.15, "hills": 4.76, "plain": 3.13}
"""v·K of the attenuation: the greatest mean velocity of the flood times a coefficient, by terrain."""
CELERITY = 1.5


def attenuated_m3_s(peak_m3_s: Floats, volume_m3: Floats, distance_m: Floats, vk_m_s: Floats) -> Floats:
    """Peak flow so far downstream; the peak itself at the dam. Arrays are broadcast."""
    return volume_m3 / (volume_m3 / peak_m3_s + distance_m / vk_m_s)


@dataclass(frozen=True, slots=True)
class Valley:
    """Stretches from the dam downwards, n each: `along_m`, distance of each one's end from the dam; `slope`, fall of its bed (m/m);
    `side`, horizontal to vertical, of the sides of a V-shaped section that holds the flood."""

    along_m: Floats
    slope: Floats
    side: Floats

    @property
    def lengths_m(self) -> Floats:
        return np.diff(self.along_m, prepend=0.0)


@dataclass(frozen=True, slots=True)
class Wave:
    """By draw and stretch (draws × n): peak flow (m³/s), greatest depth (m), width of the flood (m), mean velocity (m/s), and when its
    front comes to the stretch's end, counted from the failure (s)."""

    flow: Floats
    depth_m: Floats
    width_m: Floats
    velocity: Floats
    arrival_s: Floats

    @property
    def by_width(self) -> Floats:
        """Depth × velocity, mean over the section: flow by width (m²/s)."""
        return self.flow / np.maximum(self.width_m, 1e-9)


def run_down(
    valley: Valley,
    peak_m3_s: Floats,
    volume_m3: Floats,
    vk_m_s: Floats,
    roughness: Floats,
    *,
    side_factor: Floats | None = None,
) -> Wave:
    """The peak led down the valley, one run for each draw (arrays of length d). `side_factor` widens or narrows every section.

    The front is as fast as the crest's flow there makes it (celerity 1.5 × Manning's mean velocity at peak flow): a flood that rises
    slowly comes later. Nothing here knows of bends, bridges or debris.
    """
    side = valley.side[None, :] * (1.0 if side_factor is None else side_factor[:, None])
    flow = attenuated_m3_s(peak_m3_s[:, None], volume_m3[:, None], valley.along_m[None, :], vk_m_s[:, None])
    depth = triangular_depth_m(flow, valley.slope[None, :], roughness[:, None], side)
    velocity = triangular_velocity_m_s(flow, depth, side)
    arrival = np.cumsum(valley.lengths_m[None, :] / (CELERITY * velocity), axis=1)
    return Wave(flow, depth, 2 * side * depth, velocity, arrival)
