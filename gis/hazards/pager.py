"""Deaths from shaking, the empirical way: USGS PAGER's fatality model (Jaiswal & Wald; parameters and method CC0).

Expected deaths = Σ exposure(I) × rate(I), rate(I) = Φ(ln(I/θ)/β), I = 5 … 9 and above. Uncertainty is log-normal with G.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import ndtr

from gis.hazards.base import Reach

LEVELS = (5, 6, 7, 8, 9)


@dataclass(frozen=True, slots=True)
class Country:
    """θ, β: the vulnerability curve; G: standard deviation of ln(observed / expected)."""

    theta: float
    beta: float
    g: float


CHINA = Country(10.328811, 0.100058, 2.013134)  # losspager/data/fatality.xml
_G_BELOW_ONE, _G_NEXT_TO_NOTHING = 1.7613, 0.5


def rate(level: float, country: Country = CHINA) -> float:
    """Share of the people exposed to this intensity who die."""
    return float(ndtr(math.log(level / country.theta) / country.beta))


def expected_deaths(people: Mapping[int, float], country: Country = CHINA) -> float:
    """`people`: persons by intensity; 9 stands for 9 and above, levels below 5 do not count."""
    return sum(people.get(level, 0.0) * rate(level, country) for level in LEVELS)


def deaths(people: Mapping[int, float], country: Country = CHINA) -> Reach:
    """The expected number with the model's own spread, narrower where next to nothing is expected (as PAGER does)."""
    expected = expected_deaths(people, country)
    g = country.g
    if expected < 1:
        g = min(g, _G_BELOW_ONE)
    if expected < 0.001:
        g = _G_NEXT_TO_NOTHING
    return Reach(expected, g)


def alert_colour(expected: float) -> str:
    """PAGER's summary: green below 1, yellow below 100, orange below 1000, red."""
    return "green" if expected < 1 else "yellow" if expected < 100 else "orange" if expected < 1000 else "red"
