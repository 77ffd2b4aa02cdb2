"""What moving water does to people: hazard rating on foot, and the share of those still exposed who die (pure).

Sources:
- hazard rating: DEFRA / Environment Agency, Flood risks to people, FD2320/TR2 and FD2321/TR1, 2005–2006, and the supplementary
  note of May 2008: HR = d (v + 0.5) + DF. FD2321 printed 2.5 where the later note has 2.0 for "danger for all".
- mortality: Jonkman, Vrijling & Vrouwenvelder, Natural Hazards 46 (2008) 353–389: three zones, fitted to the 1953 North Sea and
  other large floods. It is a share of people *exposed*, those who left are not among them.
- dam failure: Graham, A procedure for estimating loss of life caused by dam failure, USBR DSO-99-06, 1999, table 7.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Cover: TypeAlias = Literal["conservative", "pasture", "woodland", "urban"]

# --- hazard rating ----------------------------------------------------------------------------------------------------

SHALLOW_M, DEEP_M, FAST_M_S = 0.25, 0.75, 2.0
DEBRIS: Mapping[Cover, tuple[float, float, float]] = {
    "conservative": (0.5, 1.0, 1.0),
    "pasture": (0.0, 0.0, 0.5),
    "woodland": (0.0, 0.5, 1.0),
    "urban": (0.0, 1.0, 1.0),
}
"""Debris factor up to 0.25 m, up to 0.75 m, and deeper or faster than 2 m/s (the last column; not for "conservative")."""
CLASS_FROM = (0.75, 1.25, 2.0)
CLASSES = (
    ("low", "低", "low"),
    ("moderate", "中（对部分人危险）", "moderate (danger for some)"),
    ("significant", "高（对多数人危险）", "significant (danger for most)"),
    ("extreme", "极高（对所有人危险）", "extreme (danger for all)"),
)


def debris_factor(depth_m: Floats, velocity_m_s: Floats, cover: Cover = "conservative") -> Floats:
    """DF of the rating; 0 on dry ground."""
    shallow, middle, deep = DEBRIS[cover]
    factor = np.where(depth_m <= SHALLOW_M, shallow, np.where(depth_m <= DEEP_M, middle, deep))
    if cover != "conservative":
        factor = np.where(velocity_m_s > FAST_M_S, deep, factor)
    return np.where(depth_m > 0, factor, 0.0)


def hazard_rating(depth_m: Floats, velocity_m_s: Floats, cover: Cover = "conservative") -> Floats:
    """HR = d (v + 0.5) + DF; 0 on dry ground. Metres, metres per second."""
    return depth_m * (velocity_m_s + 0.5) + debris_factor(depth_m, velocity_m_s, cover)


def hazard_class(rating: Floats) -> Ints:
    """Index into `CLASSES`: 0 low, 1 from 0.75, 2 from 1.25, 3 from 2.0."""
    return np.searchsorted(np.asarray(CLASS_FROM), rating, side="right").astype(np.int64)


# --- mortality, floods ------------------------------------------------------------------------------------------------

BREACH_HV_M2_S, BREACH_V_M_S = 7.0, 2.0
RAPID_RISE_M_H, RAPID_FROM_M = 0.5, 2.1
RAPID_MU, RAPID_SIGMA = 1.46, 0.28
SLOW_MU, SLOW_SIGMA = 7.60, 2.75


def mortality(depth_m: Floats, velocity_m_s: Floats, rise_m_h: Floats) -> Floats:
    """Share of the exposed who die, by zone: breach (all), rapidly rising water, the rest. Arrays are broadcast.

    At 2.1 m the two published curves differ by 0.001, the rapid one being the lower; the greater of the two is taken there, so
    that deeper water never kills fewer.
    """
    depth, velocity, rise = np.broadcast_arrays(depth_m, velocity_m_s, rise_m_h)
    with np.errstate(divide="ignore"):
        log = np.log(np.maximum(depth, 0.0))
    slow = ndtr((log - SLOW_MU) / SLOW_SIGMA)
    rapid = np.maximum(ndtr((log - RAPID_MU) / RAPID_SIGMA), slow)
    share = np.where((rise >= RAPID_RISE_M_H) & (depth >= RAPID_FROM_M), rapid, slow)
    return np.where((depth * velocity >= BREACH_HV_M2_S) & (velocity >= BREACH_V_M_S), 1.0, share)


# --- mortality, dam failure -------------------------------------------------------------------------------------------

Severity: TypeAlias = Literal["low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high")
MEDIUM_FROM_M2_S = 4.6
"""Depth × velocity (flow by width of the flood) from which houses are destroyed: 50 ft²/s in DSO-99-06."""
HIGH_FROM_M2_S = 15.0
"""DSO-99-06 describes high severity in words (a near-instantaneous failure that sweeps the ground clean); this is a judgement,
the 160 ft²/s of the Reclamation Consequence Estimating Methodology (2015), and holds for instantaneous failures only."""
NO_WARNING_MIN, SOME_WARNING_MIN = 15.0, 60.0


@dataclass(frozen=True, slots=True)
class Fatality:
    """Share of the people at risk who die: suggested, and the suggested range."""

    share: float
    low: float
    high: float


# Rows: severity; columns: no warning (< 15 min), 15–60 min, > 60 min; vague and precise understanding of what is coming.
# For high severity DSO-99-06 says: the rate without warning, for those who are still there.
GRAHAM: Mapping[tuple[Severity, int, bool], Fatality] = {
    ("high", 0, False): Fatality(0.75, 0.30, 1.00), ("high", 0, True): Fatality(0.75, 0.30, 1.00),
    ("high", 1, False): Fatality(0.75, 0.30, 1.00), ("high", 1, True): Fatality(0.75, 0.30, 1.00),
    ("high", 2, False): Fatality(0.75, 0.30, 1.00), ("high", 2, True): Fatality(0.75, 0.30, 1.00),
    ("medium", 0, False): Fatality(0.15, 0.03, 0.35), ("medium", 0, True): Fatality(0.15, 0.03, 0.35),
    ("medium", 1, False): Fatality(0.04, 0.01, 0.08), ("medium", 1, True): Fatality(0.02, 0.005, 0.04),
    ("medium", 2, False): Fatality(0.03, 0.005, 0.06), ("medium", 2, True): Fatality(0.01, 0.002, 0.02),
    ("low", 0, False): Fatality(0.01, 0.0, 0.02), ("low", 0, True): Fatality(0.01, 0.0, 0.02),
    ("low", 1, False): Fatality(0.007, 0.0, 0.015), ("low", 1, True): Fatality(0.002, 0.0, 0.004),
    ("low", 2, False): Fatality(0.0003, 0.0, 0.0006), ("low", 2, True): Fatality(0.0002, 0.0, 0.0004),
}  # fmt: skip
"""By severity, column of warning time, and whether people understand precisely what is coming."""


def warning_column(warning_min: Floats) -> Ints:
    """0: less than 15 minutes before the water comes (or none), 1: up to an hour, 2: more."""
    column = np.where(warning_min < NO_WARNING_MIN, 0, np.where(warning_min <= SOME_WARNING_MIN, 1, 2))
    return np.asarray(column, dtype=np.int64)


def severity_index(flow_by_width_m2_s: Floats, *, instantaneous: bool) -> Ints:
    """Index into `SEVERITIES` from depth × velocity."""
    medium = flow_by_width_m2_s >= MEDIUM_FROM_M2_S
    high = (flow_by_width_m2_s >= HIGH_FROM_M2_S) & instantaneous
    return medium.astype(np.int64) + high.astype(np.int64)


def fatality_table(*, precise: bool) -> Floats:
    """(severity, warning column) → suggested share; 3 × 3."""
    return np.asarray([[GRAHAM[severity, column, precise].share for column in range(3)] for severity in SEVERITIES])


def fatality_range(*, precise: bool) -> Floats:
    """(severity, warning column, low/high) → suggested range; 3 × 3 × 2."""
    return np.asarray(
        [
            [(GRAHAM[severity, column, precise].low, GRAHAM[severity, column, precise].high) for column in range(3)]
            for severity in SEVERITIES
        ]
    )
