"""Who is in a building: people per area of each use, and the share of them that is there at an hour of the day.

Densities are those a building is used with, not those its exits are designed for: half or less of the design loads of the codes
(GB 50016-2014 5.5.21; IBC table 1004.5), with a factor of two either way. Hours follow the classes of day in FEMA's Hazus earthquake
manual (2 a.m., 2 p.m., 5 p.m.), smoothed over the day. Illustrative: a count of people at the door is better than this table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
HOURS = (0, 3, 6, 9, 12, 15, 18, 21, 24)


@dataclass(frozen=True, slots=True)
class Use:
    """`area_m2`: gross floor area for each person when everybody is there. `present`: share there at HOURS (local time)."""

    key: str
    zh: str
    en: str
    area_m2: float
    present: tuple[float, ...]


USES: tuple[Use, ...] = (
    Use("dwelling", "住宅（含农房）", "dwelling", 40.0, (0.95, 0.95, 0.85, 0.40, 0.50, 0.40, 0.70, 0.90, 0.95)),
    Use("office", "办公", "offices", 15.0, (0.02, 0.02, 0.05, 0.85, 0.60, 0.85, 0.35, 0.05, 0.02)),
    Use("school", "学校教学楼", "school classrooms", 4.0, (0.01, 0.01, 0.05, 0.95, 0.60, 0.95, 0.10, 0.20, 0.01)),
    Use("dormitory", "宿舍", "dormitory", 8.0, (0.98, 0.98, 0.90, 0.10, 0.40, 0.10, 0.50, 0.90, 0.98)),
    Use("hospital", "医院", "hospital", 20.0, (0.50, 0.50, 0.55, 1.00, 0.85, 0.95, 0.70, 0.60, 0.50)),
    Use("market", "商场市场", "shops and market", 8.0, (0.01, 0.01, 0.15, 0.50, 0.70, 0.70, 1.00, 0.50, 0.01)),
    Use("hotel", "宾馆", "hotel", 25.0, (0.90, 0.90, 0.85, 0.35, 0.25, 0.30, 0.50, 0.80, 0.90)),
    Use("entertainment", "餐饮娱乐", "restaurant or entertainment", 4.0, (0.25, 0.05, 0.05, 0.10, 0.70, 0.20, 0.90, 0.90, 0.25)),
    Use("factory", "厂房", "factory", 30.0, (0.20, 0.20, 0.30, 0.95, 0.75, 0.95, 0.40, 0.25, 0.20)),
    Use("warehouse", "仓库", "warehouse", 150.0, (0.05, 0.05, 0.10, 0.80, 0.60, 0.80, 0.20, 0.08, 0.05)),
    Use("site", "在建工地", "building site", 60.0, (0.10, 0.05, 0.20, 0.95, 0.40, 0.95, 0.30, 0.15, 0.10)),
)  # fmt: skip
USE = {use.key: use for use in USES}
SPREAD_LN = 0.5
"""Standard deviation of ln(people really there / table): a factor of about two either way in 80 % (judgement)."""


def present_share(use: Use, hour: Floats | float) -> Floats:
    """Share of the people of this use who are there at an hour of the day (0–24, local), between the table's hours in a line."""
    at: Sequence[float] = HOURS
    return np.asarray(np.interp(np.asarray(hour, dtype=np.float64) % 24, at, use.present), dtype=np.float64)


def people_in(use: Use, floor_area_m2: Floats | float, floors: Floats | float, hour: Floats | float) -> Floats:
    """Persons in a building: `floor_area_m2` of each floor."""
    area = np.asarray(floor_area_m2, dtype=np.float64) * floors
    return np.asarray(area / use.area_m2 * present_share(use, hour), dtype=np.float64)
