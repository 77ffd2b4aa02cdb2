"""What shaking does to dwellings, and who needs shelter: shares by intensity, with where each is from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
LEVELS = (5, 6, 7, 8, 9)


@dataclass(frozen=True, slots=True)
class Structure:
    """A type of dwelling: shares of rural and of urban dwellings, and of each that collapses at MMI 6, 7, 8, 9."""

    key: str
    zh: str
    en: str
    rural: float
    urban: float
    collapse: tuple[float, float, float, float]


# USGS PAGER semi-empirical model, China (losspager/data/semi_inventory.xlsx and semi_collapse_mmi.xlsx, usgs/pager at 081a55f, CC0):
# read there, rows as printed. The stock is that of about 2000; what is left over of 1 is of unknown type and counts as the mean.
STRUCTURES = (
    Structure("W", "木结构", "timber", 0.095, 0.05, (0.0, 0.0, 0.05, 0.1)),
    Structure("C1", "钢筋混凝土框架", "concrete frame", 0.0, 0.12, (0.0, 0.01, 0.02, 0.1)),
    Structure("C2", "钢筋混凝土剪力墙", "concrete shear wall", 0.0, 0.05, (0.0, 0.0, 0.0, 0.02)),
    Structure("C3", "填充墙框架", "concrete frame with infill", 0.03, 0.05, (0.0, 0.002, 0.02, 0.11)),
    Structure("A", "土坯房", "adobe", 0.4, 0.04, (0.0, 0.1, 0.55, 0.85)),
    Structure("RS", "毛石房", "rubble stone", 0.025, 0.015, (0.025, 0.055, 0.145, 0.44)),
    Structure("UFB", "无筋砖砌体", "unreinforced brick", 0.1, 0.605, (0.01, 0.04, 0.14, 0.35)),
    Structure("UFB1", "泥浆砖房", "brick in mud mortar", 0.35, 0.05, (0.02, 0.12, 0.35, 0.7)),
    Structure("UCB", "混凝土砌块", "concrete block", 0.0, 0.02, (0.0, 0.005, 0.03, 0.1)),
)
ROOMS_PER_PERSON = 1.2
"""About 3.2 rooms a household of 2.6 (census 2020), recalled: verified nowhere."""
# Judgement from three counts: Ludian 2014 (exposed 1.88 M at VI, 222 000 at VII, 3 200 at VIII by the National Disaster Reduction Centre's
# rapid assessment; about 230 000 resettled), Yangbi 2021 (85 800 resettled), Jiuzhaigou 2017 (23 500 resettled of the residents).
RESETTLED = {5: 0.0, 6: 0.03, 7: 0.45, 8: 0.85, 9: 0.97}


def collapse_shares(rural_share: float) -> Floats:
    """Share of dwellings that collapse at `LEVELS`, for a stock of which this share is rural."""
    rows = {"rural": np.zeros(5), "urban": np.zeros(5)}
    weights = {"rural": 0.0, "urban": 0.0}
    for structure in STRUCTURES:
        for kind, weight in (("rural", structure.rural), ("urban", structure.urban)):
            rows[kind] += weight * np.asarray((0.0, *structure.collapse))
            weights[kind] += weight
    return rural_share * rows["rural"] / weights["rural"] + (1 - rural_share) * rows["urban"] / weights["urban"]


def shares_at(table: Mapping[int, float]) -> Floats:
    return np.asarray([table[level] for level in LEVELS], dtype=np.float64)
