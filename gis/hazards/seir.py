"""The compartment model behind the scenarios' outer bounds: susceptible, exposed, infectious, removed; and its closed forms.

dS/dt = −βSI/N, dE/dt = βSI/N − E/Tl, dI/dt = E/Tl − I/Ti, dR/dt = I/Ti, β = R0/Ti. Sources: Kermack & McKendrick 1927 (final size);
Wallinga & Lipsitch 2007, Proc. R. Soc. B 274, 599–604 (growth rate and reproduction number). Days and persons; pure functions.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw

Floats: TypeAlias = NDArray[np.float64]
_STEP_DAYS = 0.05


@dataclass(frozen=True, slots=True)
class Compartments:
    """Each (…, days asked for), persons."""

    susceptible: Floats
    exposed: Floats
    infectious: Floats
    removed: Floats


def final_size(reproduction: Floats | float) -> Floats:
    """Share of a population that an unchecked epidemic reaches: z = 1 − exp(−R0·z), 0 for R0 ≤ 1. In closed form by Lambert's W."""
    r = np.asarray(reproduction, dtype=np.float64)
    safe = np.maximum(r, 1.0)
    lambert: Any = lambertw  # its stubs know scalars only
    share = 1 + np.real(lambert(-safe * np.exp(-safe))) / safe
    return np.asarray(np.where(r > 1, np.maximum(share, 0.0), 0.0), dtype=np.float64)


def growth_to_reproduction(rate_per_day: float, latent_days: float, infectious_days: float) -> float:
    """R = (1 + r·Tl)(1 + r·Ti)."""
    return (1 + rate_per_day * latent_days) * (1 + rate_per_day * infectious_days)


def run(
    population: Floats | float,
    exposed: Floats | float,
    infectious: Floats | float,
    reproduction: Floats | float,
    latent_days: Floats | float,
    infectious_days: Floats | float,
    days: tuple[int, ...],
) -> Compartments:
    """The state on these days (in order, from 0), by the classical Runge–Kutta method; arguments are broadcast against each other."""
    parts = np.broadcast_arrays(
        *(
            np.asarray(one, dtype=np.float64)
            for one in (population, exposed, infectious, reproduction, latent_days, infectious_days)
        )
    )
    n, e0, i0, r0, latent, infectious_for = parts
    beta = r0 / infectious_for
    state = np.stack([n - e0 - i0, e0, i0, np.zeros_like(n)])

    def slope(now: Floats) -> Floats:
        caught = beta * now[0] * now[2] / n
        ill, well = now[1] / latent, now[2] / infectious_for
        return np.stack([-caught, caught - ill, ill - well, well])

    steps_a_day = round(1 / _STEP_DAYS)
    kept: list[Floats] = []
    at = 0
    for day in days:
        for _ in range((day - at) * steps_a_day):
            first = slope(state)
            second = slope(state + first * (_STEP_DAYS / 2))
            third = slope(state + second * (_STEP_DAYS / 2))
            fourth = slope(state + third * _STEP_DAYS)
            state = state + (first + 2 * second + 2 * third + fourth) * (_STEP_DAYS / 6)
        at = day
        kept.append(state)
    through = np.stack(kept, axis=-1)
    return Compartments(through[0], through[1], through[2], through[3])
