"""How people walk and leave: density, speed, flow, and the time that exits take (the hydraulic model).

S = k − 0.266·k·D m/s with k = 1.40 on the level, between 0.54 and 3.8 persons/m²; below 0.54 speed is 0.85·k, at 3.8 nobody walks.
Flow per metre of width Fs = S·D, at most 1.32 persons/(s·m) at 1.88 persons/m². Doors lose 0.15 m of width on each side.
Sources: SFPE Handbook, 5th ed., ch. 59 (Gwynne & Rosenbaum); J. J. Fruin, Pedestrian Planning and Design, 1971 (levels of service).
"""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
K_LEVEL = 1.40
_A = 0.266
FREE_BELOW, STANDSTILL = 0.54, 1 / _A
"""Persons/m²: below the first nobody hinders anybody; at the second (3.76) the law gives no speed at all."""
BEST_DENSITY = STANDSTILL / 2
BEST_FLOW = K_LEVEL * BEST_DENSITY * (1 - _A * BEST_DENSITY)
PLANNED_FLOW = 1.3
"""Persons/(s·m) that exits are reckoned with, a little under the greatest flow (1.32)."""
DOOR_EDGE_M = 0.15


@dataclass(frozen=True, slots=True)
class Level:
    """Level of service (Fruin): `area_m2` and more for each person."""

    key: str
    area_m2: float
    zh: str
    en: str


WALKWAY = (
    Level("A", 3.24, "可自由行走", "walking freely"),
    Level("B", 2.32, "行走略受影响", "walking slightly hindered"),
    Level("C", 1.39, "超越和逆行受限", "passing and going against the stream is hindered"),
    Level("D", 0.93, "步速受限，难以超越", "pace restricted, hard to pass"),
    Level("E", 0.46, "只能随人流挪动", "shuffling with the stream only"),
    Level("F", 0.0, "人流停滞，身体接触", "stop and go, bodies touching"),
)
QUEUE = (
    Level("A", 1.21, "站立自如", "standing at ease"),
    Level("B", 0.93, "可部分走动", "partly able to move about"),
    Level("C", 0.65, "走动会打扰他人", "moving disturbs others"),
    Level("D", 0.28, "站立不相触，难以走动", "standing without touching, hard to move"),
    Level("E", 0.19, "身体难免接触", "touching cannot be avoided"),
    Level("F", 0.0, "紧挨，可能出现恐慌", "pressed together; panic possible"),
)


def level_of(density: float, levels: tuple[Level, ...] = WALKWAY) -> Level:
    """The level of service at this density, persons/m²."""
    area = math.inf if density <= 0 else 1 / density
    return next(level for level in levels if area >= level.area_m2)


def speed_ms(density: Floats | float) -> Floats:
    """Walking speed on the level, m/s; never below 0."""
    d = np.asarray(density, dtype=np.float64)
    return np.where(d < FREE_BELOW, 0.85 * K_LEVEL, np.maximum(K_LEVEL * (1 - _A * d), 0.0))


def flow(density: Floats | float) -> Floats:
    """Persons per second and metre of width."""
    d = np.asarray(density, dtype=np.float64)
    return speed_ms(d) * d


def effective_width_m(clear_m: Floats | float, edge_m: float = DOOR_EDGE_M) -> Floats:
    """Width of an exit that people use; 0 for one as narrow as its edges."""
    return np.maximum(np.asarray(clear_m, dtype=np.float64) - 2 * edge_m, 0.0)


def flow_time_s(
    people: Floats | float, effective_m: Floats | float, exits: Floats | float = 1.0, rate: float = PLANNED_FLOW
) -> Floats:
    """Seconds for everybody to pass exits of this effective width each; infinite where there is none."""
    n, width = np.asarray(people, dtype=np.float64), np.asarray(effective_m, dtype=np.float64) * exits
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(n <= 0, 0.0, np.where(width > 0, n / (rate * width), np.inf))


def travel_time_s(metres: Floats | float, density: Floats | float = 0.0) -> Floats:
    """Seconds to walk so far; infinite where nobody walks any more."""
    speed = speed_ms(density)
    with np.errstate(divide="ignore"):
        return np.where(speed > 0, np.asarray(metres, dtype=np.float64) / np.where(speed > 0, speed, 1.0), np.inf)
