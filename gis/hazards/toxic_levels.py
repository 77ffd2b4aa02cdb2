"""Concentrations that harm, by time of exposure: AEGL first, then ERPG, then IDLH. ppm by volume.

Sources: US EPA / National Research Council, Acute Exposure Guideline Levels (final values for the general public, including the
susceptible), at 10, 30, 60, 240, 480 minutes; AIHA Emergency Response Planning Guidelines (1 h); NIOSH IDLH (1994).
Public compilations carry errors (values that rise with time): a row that does so is refused here, at import.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, TypeAlias

AEGL_MINUTES: Final = (10.0, 30.0, 60.0, 240.0, 480.0)
Tier: TypeAlias = Literal[1, 2, 3]
"""1: discomfort; 2: lasting harm or unable to escape; 3: danger to life."""
Row: TypeAlias = tuple[float, float, float, float, float]
_MOLAR_LITRES_25C: Final = 24.465


@dataclass(frozen=True, slots=True)
class ToxicLevels:
    """`aegl`: by tier, None where the committee recommends no value; `verified`: read in a compilation that names the EPA edition."""

    aegl: Mapping[Tier, Row | None]
    erpg_ppm: tuple[float | None, float, float]
    idlh_ppm: float
    verified: bool


LEVELS: Final[dict[str, ToxicLevels]] = {
    "chlorine": ToxicLevels({1: (0.5, 0.5, 0.5, 0.5, 0.5), 2: (2.8, 2.8, 2.0, 1.0, 0.71), 3: (50, 28, 20, 10, 7.1)}, (1, 3, 20), 10, False),
    "ammonia": ToxicLevels({1: (30, 30, 30, 30, 30), 2: (220, 220, 160, 110, 110), 3: (2700, 1600, 1100, 550, 390)}, (25, 150, 1500), 300, False),
    "sulfur_dioxide": ToxicLevels({1: (0.2, 0.2, 0.2, 0.2, 0.2), 2: (0.75, 0.75, 0.75, 0.75, 0.75), 3: (30, 30, 30, 19, 9.6)}, (0.3, 3, 25), 100, False),
    "hydrogen_sulfide": ToxicLevels({1: (0.75, 0.6, 0.51, 0.36, 0.33), 2: (41, 32, 27, 20, 17), 3: (76, 59, 50, 37, 31)}, (0.1, 30, 100), 100, False),
    "carbon_monoxide": ToxicLevels({1: None, 2: (420, 150, 83, 33, 27), 3: (1700, 600, 330, 150, 130)}, (200, 350, 500), 1200, False),
    "hydrogen_fluoride": ToxicLevels({1: (1, 1, 1, 1, 1), 2: (95, 34, 24, 12, 12), 3: (170, 62, 44, 22, 22)}, (2, 20, 50), 30, False),
    "hydrogen_cyanide": ToxicLevels({1: (2.5, 2.5, 2.0, 1.3, 1.0), 2: (17, 10, 7.1, 3.5, 2.5), 3: (27, 21, 15, 8.6, 6.6)}, (None, 10, 25), 50, True),
    "phosgene": ToxicLevels({1: None, 2: (0.6, 0.6, 0.3, 0.08, 0.04), 3: (3.6, 1.5, 0.75, 0.2, 0.09)}, (None, 0.5, 1.5), 2, True),
    "hydrogen_chloride": ToxicLevels({1: (1.8, 1.8, 1.8, 1.8, 1.8), 2: (100, 43, 22, 11, 11), 3: (620, 210, 100, 26, 26)}, (3, 20, 150), 50, False),
}  # fmt: skip


def check_row(row: Row) -> None:
    """Raises ValueError for a row that rises with time or is not above 0: such a table is corrupt."""
    if any(later > earlier for earlier, later in pairwise(row)) or not all(math.isfinite(v) and v > 0 for v in row):
        raise ValueError(f"not a row of exposure levels: {row}")


def check_levels(levels: ToxicLevels) -> None:
    """Raises ValueError unless each row falls with time and each tier lies at or above the one below it."""
    rows = [row for tier in (1, 2, 3) if (row := levels.aegl[tier]) is not None]
    for row in rows:
        check_row(row)
    for weaker, stronger in pairwise(rows):
        if any(high < low for low, high in zip(weaker, stronger, strict=True)):
            raise ValueError(f"tiers out of order: {weaker} above {stronger}")


def aegl_ppm(substance: str, tier: Tier, minutes: float) -> float | None:
    """The level for this time of exposure, log-log between the tabulated times; None where there is none.

    Below ten minutes the ten-minute value stands, beyond eight hours the eight-hour one: `outside_times` says when that is so.
    """
    levels = LEVELS.get(substance)
    row = None if levels is None else levels.aegl[tier]
    if row is None:
        return None
    if minutes <= AEGL_MINUTES[0]:
        return row[0]
    for index, (earlier, later) in enumerate(pairwise(AEGL_MINUTES)):
        if minutes <= later:
            share = math.log(minutes / earlier) / math.log(later / earlier)
            return row[index] * (row[index + 1] / row[index]) ** share
    return row[-1]


def outside_times(minutes: float) -> bool:
    """Whether a time lies outside those for which the levels are published."""
    return not AEGL_MINUTES[0] <= minutes <= AEGL_MINUTES[-1]


def kg_m3(ppm: float, molar_g: float) -> float:
    """ppm by volume at 25 °C and one atmosphere, as kg/m³."""
    return ppm * molar_g / _MOLAR_LITRES_25C * 1e-6


def ppm(concentration_kg_m3: float, molar_g: float) -> float:
    return concentration_kg_m3 * _MOLAR_LITRES_25C / molar_g * 1e6


for _levels in LEVELS.values():
    check_levels(_levels)
