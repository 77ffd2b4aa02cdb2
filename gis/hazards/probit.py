"""Death from a toxic load and from heat, by probit: P = Φ(Pr − 5).

Toxic: Pr = a + b ln(Cⁿ t), C in mg/m³, t in minutes: TNO/RIVM Guideline for Quantitative Risk Assessment (CPR 18E, Purple Book, 1999),
table 5.2, the same form as AQ/T 3046-2013; constants recalled, not re-read. Heat: Pr = −37.23 + 2.56 ln(t q^(4/3)), q in W/m², t in s
(TNO Green Book form for bare skin; later editions print −36.38, which gives more deaths).
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats: TypeAlias = NDArray[np.float64]
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class ToxicProbit:
    a: float
    b: float
    n: float
    verified: bool = False


TOXIC: Final[dict[str, ToxicProbit]] = {
    "ammonia": ToxicProbit(-15.6, 1, 2),
    "chlorine": ToxicProbit(-6.35, 0.5, 2.75),
    "hydrogen_sulfide": ToxicProbit(-11.5, 1, 1.9),
    "sulfur_dioxide": ToxicProbit(-19.2, 1, 2.4),
    "carbon_monoxide": ToxicProbit(-7.4, 1, 1),
    "hydrogen_fluoride": ToxicProbit(-8.4, 1, 1.5),
    "hydrogen_cyanide": ToxicProbit(-9.8, 1, 2.4),
    "phosgene": ToxicProbit(-10.6, 2, 1),
    "hydrogen_chloride": ToxicProbit(-37.3, 3.69, 1),
}


def death_share(probit: ToxicProbit, mg_m3: Floats, minutes: float | Floats) -> Floats:
    """Share of people in the open who die of this concentration for so long; 0 where there is nothing."""
    load = probit.a + probit.b * (probit.n * np.log(np.maximum(mg_m3, _SMALLEST)) + np.log(minutes))
    return np.asarray(np.where(mg_m3 > 0, ndtr(load - 5), 0.0), dtype=np.float64)


def half_die_mg_m3(probit: ToxicProbit, minutes: float) -> float:
    """The concentration of which half die in so many minutes."""
    return float(np.exp(((5 - probit.a) / probit.b - np.log(minutes)) / probit.n))


def heat_death_share(heat_w_m2: Floats, seconds: float | Floats) -> Floats:
    """Share of bare-skinned people in the open who die of this heat for so long; 0 without heat."""
    dose = np.log(np.maximum(heat_w_m2, _SMALLEST)) * 4 / 3 + np.log(seconds)
    return np.asarray(np.where(heat_w_m2 > 0, ndtr(-37.23 + 2.56 * dose - 5), 0.0), dtype=np.float64)
