"""Surface fire spread: Rothermel (1972) with Albini's changes (1976), for the standard fuel models, vectorised over draws.

Equation numbers: R = Rothermel, USDA INT-115 (1972); A = Albini, USDA INT-30 (1976); collected in Andrews, RMRS-GTR-371 (2018).
Inside, the units are those of the sources (ft, min, lb, Btu); inputs and results are SI. Arrays have the shape (n,) of the draws.
The wind limit (R eq. 86–87, 0.9 of the reaction intensity, ft/min) is applied as BEHAVE does, and reported.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.hazards.fuel_models import Fuel

Floats: TypeAlias = NDArray[np.float64]
Bools: TypeAlias = NDArray[np.bool_]
M_PER_FT = 0.3048
_FT_MIN_PER_MS = 60 / M_PER_FT
KW_M2_PER_BTU_FT2_MIN = 0.18927
KJ_M2_PER_BTU_FT2 = 11.35653
TWENTY_FEET = 1 / 1.15
"""Wind at 20 feet above the vegetation over wind at 10 m, as BEHAVE takes it."""
_DENSITY_LB_FT3 = 32.0
_MINERAL_TOTAL = 0.0555
_MINERAL_EFFECTIVE = 0.010
_SIZE_CLASSES = (1200.0, 192.0, 96.0, 48.0, 16.0)


@dataclass(frozen=True, slots=True)
class Moisture:
    """Water in the fuel as a fraction of its dry mass, (n,) each."""

    dead_1h: Floats
    dead_10h: Floats
    dead_100h: Floats
    live_herb: Floats
    live_woody: Floats


@dataclass(frozen=True, slots=True)
class Bed:
    """What a fuel bed does without wind and slope, (n,) each, in ft, min, lb, Btu."""

    ros_ft_min: Floats
    reaction_btu_ft2_min: Floats
    savr: Floats
    packing: Floats
    relative_packing: Floats
    dead_moisture: Floats
    live_moisture: Floats
    live_extinction: Floats


@dataclass(frozen=True, slots=True)
class Spread:
    """The head of the fire. `direction_deg`: clockwise from upslope; (n,) each. `effective_wind_ms`: of wind and slope together, without
    the limit: the fire's shape follows the wind, however dry the fuel is."""

    ros_m_min: Floats
    direction_deg: Floats
    effective_wind_ms: Floats
    reaction_kw_m2: Floats
    heat_kj_m2: Floats
    wind_limited: Bools


def wind_adjustment(fuel: Fuel, cover: Floats, canopy_height_m: Floats, crown_ratio: float = 0.5) -> Floats:
    """Wind at the middle of the flame over wind at 20 feet (Albini & Baughman 1979, USDA INT-221). `cover`: fraction, (n,).

    Sheltered where crowns fill at least 5 % of the space under the canopy's top.
    """
    depth = fuel.depth_ft
    open_air = 1.83 / np.log((20.0 + 0.36 * depth) / (0.13 * depth))
    height = np.maximum(canopy_height_m / M_PER_FT, 1e-6)
    filled = crown_ratio * cover / 3.0
    with np.errstate(divide="ignore", invalid="ignore"):
        below = 0.555 / (np.sqrt(filled * height) * np.log((20.0 + 0.36 * height) / (0.13 * height)))
    sheltered = (filled >= 0.05) & (height >= 6.0)
    return np.where(sheltered, below, open_air)


def cured_share(live_herb: Floats) -> Floats:
    """Share of the herbaceous load that counts as dead: all at 30 % moisture and less, none at 120 % and more (Scott & Burgan 2005)."""
    return np.clip((1.20 - live_herb) / 0.90, 0.0, 1.0)


def fuel_bed(fuel: Fuel, moisture: Moisture) -> Bed:
    """Reaction intensity and spread without wind and slope."""
    n = np.broadcast(moisture.dead_1h, moisture.live_herb).shape
    one, ten, hundred, herb, woody = (np.full(n, load) for load in fuel.loads)
    cured = herb * cured_share(moisture.live_herb) if fuel.dynamic else np.zeros(n)
    dead = _Category.of(
        [one, ten, hundred, cured],
        [fuel.savr[0], fuel.savr[1], fuel.savr[2], fuel.savr[3]],
        [moisture.dead_1h, moisture.dead_10h, moisture.dead_100h, moisture.dead_1h],
    )
    live = _Category.of([herb - cured, woody], [fuel.savr[3], fuel.savr[4]], [moisture.live_herb, moisture.live_woody])
    extinction_live = _live_extinction(fuel, dead, [herb - cured, woody])
    area = dead.area + live.area
    share_dead, share_live = dead.area / area, live.area / area
    savr = share_dead * dead.savr + share_live * live.savr  # R eq. 71–72
    load = dead.load + live.load
    bulk = load / fuel.depth_ft
    packing = bulk / _DENSITY_LB_FT3
    relative = packing / (3.348 * savr**-0.8189)  # R eq. 37
    gamma_max = savr**1.5 / (495.0 + 0.0594 * savr**1.5)  # R eq. 36
    a = 133.0 * savr**-0.7913  # A, for R eq. 39
    gamma = gamma_max * relative**a * np.exp(a * (1.0 - relative))  # R eq. 38
    mineral = 0.174 * _MINERAL_EFFECTIVE**-0.19  # R eq. 30
    net = dead.net * _damping(dead.moisture, fuel.extinction) + live.net * _damping(live.moisture, extinction_live)
    reaction = gamma * fuel.heat_btu_lb * mineral * net  # R eq. 58
    flux = np.exp((0.792 + 0.681 * np.sqrt(savr)) * (packing + 0.1)) / (192.0 + 0.2595 * savr)  # R eq. 42
    sink = bulk * (share_dead * dead.preheat + share_live * live.preheat)  # R eq. 77
    return Bed(reaction * flux / sink, reaction, savr, packing, relative, dead.moisture, live.moisture, extinction_live)


def spread(fuel: Fuel, moisture: Moisture, midflame_ms: Floats, slope_deg: Floats, wind_to_deg: Floats) -> Spread:
    """The head fire under wind and slope, added as vectors. `wind_to_deg`: where the wind blows to, clockwise from upslope.

    With fuel too wet to burn the spread is 0, without NaN.
    """
    bed = fuel_bed(fuel, moisture)
    wind = midflame_ms * _FT_MIN_PER_MS
    b, c = 0.02526 * bed.savr**0.54, 7.47 * np.exp(-0.133 * bed.savr**0.55)  # R eq. 49, 48
    e = 0.715 * np.exp(-3.59e-4 * bed.savr)  # R eq. 50
    scale = c * bed.relative_packing**-e
    phi_wind = scale * wind**b  # R eq. 47
    phi_slope = 5.275 * bed.packing**-0.3 * np.tan(np.radians(slope_deg)) ** 2  # R eq. 51
    limit = 0.9 * bed.reaction_btu_ft2_min  # R eq. 86
    turned = np.radians(wind_to_deg)
    x, y = phi_slope + phi_wind * np.cos(turned), phi_wind * np.sin(turned)
    phi = np.hypot(x, y)
    effective = (phi / scale) ** (1.0 / b)
    limited = effective > limit
    phi = np.where(limited, scale * limit**b, phi)
    ros = bed.ros_ft_min * (1.0 + phi)
    heat = bed.reaction_btu_ft2_min * 384.0 / bed.savr  # Anderson 1969: residence time 384/σ min
    return Spread(
        ros * M_PER_FT,
        np.degrees(np.arctan2(y, x)) % 360.0,
        effective / _FT_MIN_PER_MS,
        bed.reaction_btu_ft2_min * KW_M2_PER_BTU_FT2_MIN,
        heat * KJ_M2_PER_BTU_FT2,
        limited & (bed.ros_ft_min > 0),
    )


@dataclass(frozen=True, slots=True)
class _Category:
    """Dead or live fuel with its size classes weighted by their surface (R eq. 53–61); (n,) each."""

    area: Floats
    load: Floats
    net: Floats
    savr: Floats
    moisture: Floats
    preheat: Floats
    fine: Floats
    fine_moisture: Floats

    @classmethod
    def of(cls, loads: list[Floats], savr: list[float], moisture: list[Floats]) -> "_Category":
        areas = [load * s / _DENSITY_LB_FT3 for load, s in zip(loads, savr, strict=True)]
        area = np.sum(areas, axis=0)
        safe = np.where(area > 0, area, 1.0)
        shares = [np.where(area > 0, part / safe, 0.0) for part in areas]
        classes = [next(i for i, edge in enumerate(_SIZE_CLASSES) if s >= edge) for s in savr]
        # The net load is weighted by the surface of a particle's whole size class (A p. 16), everything else by its own.
        in_class = [sum(s for s, k in zip(shares, classes, strict=True) if k == own) for own in classes]
        net = np.sum([w * load for w, load in zip(in_class, loads, strict=True)], axis=0) * (1.0 - _MINERAL_TOTAL)
        preheat = [
            share * (250.0 + 1116.0 * m) * np.exp(-138.0 / s)  # R eq. 12, 14
            for share, m, s in zip(shares, moisture, savr, strict=True)
        ]
        fine = [load * np.exp(-138.0 / s) for load, s in zip(loads, savr, strict=True)]
        return cls(
            area,
            np.sum(loads, axis=0),
            net,
            np.sum([share * s for share, s in zip(shares, savr, strict=True)], axis=0),
            np.sum([share * m for share, m in zip(shares, moisture, strict=True)], axis=0),
            np.sum(preheat, axis=0),
            np.sum(fine, axis=0),
            np.sum([f * m for f, m in zip(fine, moisture, strict=True)], axis=0),
        )


def _live_extinction(fuel: Fuel, dead: _Category, live_loads: list[Floats]) -> Floats:
    """Moisture from which live fuel no longer burns along: A p. 89 (R eq. 88); never below that of the dead fuel."""
    fine_live = live_loads[0] * np.exp(-500.0 / fuel.savr[3]) + live_loads[1] * np.exp(-500.0 / fuel.savr[4])
    fine_dead = np.where(dead.fine > 0, dead.fine, 1.0)
    ratio = np.where(fine_live > 0, dead.fine / np.where(fine_live > 0, fine_live, 1.0), 0.0)
    own = 2.9 * ratio * (1.0 - dead.fine_moisture / fine_dead / fuel.extinction) - 0.226
    return np.maximum(own, fuel.extinction)


def _damping(moisture: Floats, extinction: Floats | float) -> Floats:
    """Moisture damping (R eq. 29); 0 from the moisture of extinction on."""
    r = np.minimum(moisture / extinction, 1.0)
    return np.where(r < 1.0, np.maximum(1.0 - 2.59 * r + 5.11 * r**2 - 3.52 * r**3, 0.0), 0.0)
