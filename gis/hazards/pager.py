"""Deaths from shaking as USGS PAGER publishes them: the second opinion beside `shaking_toll`.

Expected deaths E = Σ people(I) · Φ(ln(I/θ)/β), I = 5 … 9 and above; the count is log-normal about E with standard deviation G of its
logarithm. Jaiswal & Wald, USGS OFR 2009-1136; parameters v2.2 and method from losspager (usgs/pager at 081a55f, CC0):
`data/fatality.xml`, `data/economy.xml`, `utils/probs.py`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]
LEVELS = (5, 6, 7, 8, 9)
_OFFSET = 1e-5
_G_BELOW_ONE, _G_MOST = 1.7613, 2.5
_TAKEN_FOR_NOTHING = 0.5
_Z80 = 1.2815515655446004


@dataclass(frozen=True, slots=True)
class Country:
    """θ, β: the vulnerability curve; G: standard deviation of ln(observed / expected)."""

    theta: float
    beta: float
    g: float


CHINA = Country(10.328811, 0.100058, 2.013134)
TAIWAN = Country(14.125703, 0.148137, 1.544252)
HONG_KONG = Country(13.149031, 0.129557, 1.69333)
GLOBAL = Country(13.249, 0.151, 1.641)
CHINA_ECONOMY = Country(7.511120, 0.100328, 2.5)
"""Share of exposed wealth lost; wealth is people × GDP per head × `WEALTH_PER_GDP`."""
WEALTH_PER_GDP = 9.794960


def rate(level: float, country: Country = CHINA) -> float:
    """Share of the people exposed to this intensity who die."""
    return float(ndtr(math.log(level / country.theta) / country.beta))


def rates(country: Country = CHINA) -> Floats:
    return np.asarray([rate(level, country) for level in LEVELS])


def expected(people: Floats, country: Country = CHINA) -> Floats:
    """`people`: persons at `LEVELS`, shape (…, 5); 9 stands for 9 and above."""
    return np.asarray(people @ rates(country), dtype=np.float64)


def _spread(expected_count: float, g: float) -> tuple[float, float]:
    """(E, G) as PAGER uses them for a range: where next to nothing is expected, E counts as one half and G is capped."""
    e = expected_count + _OFFSET
    if e < 1:
        g = min(g, _G_BELOW_ONE)
    return (_TAKEN_FOR_NOTHING if e < 0.001 else e), min(g, _G_MOST)


def at_most(count: float, expected_count: float, g: float) -> float:
    """P(toll ≤ count) for a known expectation, without the rules for small expectations."""
    return float(ndtr((math.log(count + _OFFSET) - math.log(expected_count + _OFFSET)) / g))


def probability(low: float, high: float, expected_count: float, g: float) -> float:
    """P(low < toll ≤ high), as PAGER gives it for its bands. `high` may be infinite."""
    e, g = _spread(expected_count, g)
    above = 1.0 if math.isinf(high) else float(ndtr((math.log(high + _OFFSET) - math.log(e)) / g))
    return above - float(ndtr((math.log(low + _OFFSET) - math.log(e)) / g))


def interval(people: Floats, country: Country = CHINA) -> tuple[float, float]:
    """The central 80 % of the toll."""
    e, g = _spread(float(expected(people, country)), country.g)
    return e * math.exp(-_Z80 * g), e * math.exp(_Z80 * g)


def combined_g(countries: Sequence[Country]) -> float:
    """G where a quake harms people of several countries: √ΣG², at most 2.5."""
    return min(math.sqrt(sum(country.g**2 for country in countries)), _G_MOST)


def alert_colour(expected_count: float) -> str:
    """PAGER's summary: green below 1, yellow below 100, orange below 1000, red."""
    return (
        "green"
        if expected_count < 1
        else "yellow"
        if expected_count < 100
        else "orange"
        if expected_count < 1000
        else "red"
    )
