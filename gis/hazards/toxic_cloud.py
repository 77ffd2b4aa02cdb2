"""A cloud of toxic gas along its axis: highest concentration, width, time of passage and of arrival at each distance downwind.

Which formulas: dense gas (Britter & McQuaid) while its criterion says that the cloud is dense, carried on beyond the end of its curves
as a passive cloud from a virtual source that matches concentration and width there (as the TNO Yellow Book does); Gaussian otherwise.
A leak of finite duration is Palazzi's short plume; a vessel that bursts is a puff. Ground and leaves take up reactive gases on the way
(source depletion: A. C. Chamberlain, AERE HP/R 1261, 1953), without which stable nights reach tens of kilometres that no real chlorine
cloud has (S. R. Hanna et al., Atmospheric Environment 42, 2008: models over-predict Festus, Macdona and Graniteville).
"""

import math
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gis.hazards import dense_gas, gaussian
from gis.hazards.model import Limit
from gis.hazards.source_term import air_density_kg_m3, first_cloud
from gis.hazards.stability import Stability
from gis.hazards.substances import Substance

Floats: TypeAlias = NDArray[np.float64]
Regime: TypeAlias = Literal["gaussian_plume", "gaussian_puff", "dense_plume", "dense_puff"]
NEAREST_M, FARTHEST_M = 10.0, 20_000.0
CALM_MS = 0.5
"""Below it a cloud has no direction: it is taken to creep at this speed, whichever way."""
_STEPS = 320
_ACROSS_PLUME = math.sqrt(
    2 / math.pi
)  # σ of a Gaussian that carries as much across as a flat top of half-width 1, at the same peak
_ACROSS_PUFF = 1 / math.sqrt(2)  # the same for a disc of radius 1
_DENSE_DRIFT = 0.4


@dataclass(frozen=True, slots=True)
class Air:
    """`wind_ms` at 10 m."""

    wind_ms: float
    stability: Stability
    temperature_k: float
    terrain: gaussian.Terrain


@dataclass(frozen=True, slots=True)
class Release:
    """What gets into the air; `duration_s` 0: at once."""

    substance: Substance
    mass_kg: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Cloud:
    """At `x_m` downwind: `peak` kg/m³ on the ground on the axis; Gaussian across with `sigma_m`. `passage_s` is such that the toxic
    load on the axis is peakⁿ × passage. `upwind_m`: how far it creeps against the wind."""

    x_m: Floats
    peak: Floats
    sigma_m: Floats
    passage_s: Floats
    arrival_s: Floats
    regime: Regime
    upwind_m: float
    dense_until_m: float
    limits: tuple[Limit, ...]

    def load_peak(self, exponent: float, reference_s: float) -> Floats:
        """The steady concentration that does in `reference_s` what the cloud does while it passes: C (t / t_ref)^(1/n)."""
        return np.asarray(self.peak * (self.passage_s / reference_s) ** (1 / exponent), dtype=np.float64)

    def arrival_at(self, metres: float) -> float:
        """Seconds from the beginning of the release until the cloud is there."""
        return float(np.interp(metres, self.x_m, self.arrival_s))


def make_cloud(release: Release, air: Air, exponent: float) -> Cloud:
    """`exponent`: n of the toxic load Cⁿ t."""
    cloud = _undepleted(release, air, exponent)
    left = still_airborne(cloud.x_m, release.substance, air, cloud.dense_until_m)
    return replace(cloud, peak=cloud.peak * left)


def still_airborne(x_m: Floats, substance: Substance, air: Air, from_m: float = 0.0) -> Floats:
    """Share that the ground has not taken up: exp(−√(2/π) vd/u ∫ dx/σz), from `from_m` on; σz that of a plume, at least 2 m."""
    _, up = gaussian.plume_sigmas(x_m, air.stability, air.terrain)
    per_metre = np.where(x_m > from_m, 1 / np.maximum(up, 2.0), 0.0)
    taken = np.concatenate(([0.0], np.cumsum(np.diff(x_m) * (per_metre[1:] + per_metre[:-1]) / 2)))
    speed = max(air.wind_ms, CALM_MS)
    return np.asarray(np.exp(-math.sqrt(2 / math.pi) * substance.deposits_m_s / speed * taken), dtype=np.float64)


def _undepleted(release: Release, air: Air, exponent: float) -> Cloud:
    x = np.geomspace(NEAREST_M, FARTHEST_M, _STEPS)
    wind = max(air.wind_ms, CALM_MS)
    density, held, cold_k = first_cloud(release.substance, air.temperature_k)
    gravity = dense_gas.reduced_gravity(density, air_density_kg_m3(air.temperature_k))
    limits = _wind_limits(air)
    if release.duration_s <= 0 or air.wind_ms < CALM_MS:
        # In a calm what leaks gathers around the source: it is taken to be there all at once.
        volume = release.mass_kg / held
        if dense_gas.puff_is_dense(gravity, volume, wind):
            return _dense_puff(x, release, air, wind, gravity, held, cold_k, exponent, limits)
        return _gaussian_puff(x, release, air, wind, exponent, limits)
    flow = release.mass_kg / release.duration_s / held
    if dense_gas.plume_is_dense(gravity, flow, wind):
        return _dense_plume(x, release, air, wind, gravity, held, cold_k, exponent, limits)
    return _gaussian_plume(x, release, air, wind, exponent, limits)


def _wind_limits(air: Air) -> list[Limit]:
    if air.wind_ms < CALM_MS:
        return [Limit("calm", f"风速 {air.wind_ms:g} m/s，近于静风：扩散公式不适用，按全部聚集在源附近、无定向缓慢漂移（{CALM_MS:g} m/s）估计，各方向都可能。", f"A wind of {air.wind_ms:g} m/s is nearly calm: the formulas are not valid; all of it is taken to gather at the source and to drift slowly ({CALM_MS:g} m/s), any way is possible.", outside=True)]  # fmt: skip
    if air.wind_ms < gaussian.LEAST_WIND_MS:
        return [Limit("light_wind", f"风速 {air.wind_ms:g} m/s 低于烟羽公式适用下限（1 m/s），结果偏不确定。", f"A wind of {air.wind_ms:g} m/s is below what the plume formula is valid for (1 m/s).", outside=True)]  # fmt: skip
    return []


def _passage(duration_s: float, sigma_x: Floats, speed: float, exponent: float) -> Floats:
    """As long as the release for a long plume, σx √(2π/n) / u for a puff."""
    return np.sqrt(duration_s**2 + 2 * math.pi / exponent * (sigma_x / speed) ** 2)


def _gaussian_plume(x: Floats, release: Release, air: Air, wind: float, exponent: float, limits: list[Limit]) -> Cloud:
    across, up = gaussian.plume_sigmas(x, air.stability, air.terrain)
    steady = gaussian.plume(release.mass_kg / release.duration_s, wind, np.zeros_like(x), across, up)
    peak = steady * gaussian.short_release(release.duration_s, wind, across)
    passage = _passage(release.duration_s, across, wind, exponent)
    return Cloud(
        x, _no_denser(peak, release, air), across, passage, x / wind, "gaussian_plume", 0.0, 0.0, tuple(limits)
    )


def _gaussian_puff(x: Floats, release: Release, air: Air, wind: float, exponent: float, limits: list[Limit]) -> Cloud:
    across, up = gaussian.puff_sigmas(x, air.stability)
    zero = np.zeros_like(x)
    peak = gaussian.puff(release.mass_kg, zero, zero, across, up)
    passage = _passage(0.0, across, wind, exponent)
    return Cloud(x, _no_denser(peak, release, air), across, passage, x / wind, "gaussian_puff", 0.0, 0.0, tuple(limits))


def _no_denser(peak: Floats, release: Release, air: Air) -> Floats:
    """Close to the source a Gaussian exceeds the pure gas: it cannot."""
    _, held, _ = first_cloud(release.substance, air.temperature_k)
    return np.minimum(peak, held)


def _dense_plume(x: Floats, release: Release, air: Air, wind: float, gravity: float, held: float, cold_k: float, exponent: float, limits: list[Limit]) -> Cloud:  # fmt: skip
    flow = release.mass_kg / release.duration_s / held
    alpha = dense_gas.plume_alpha(gravity, flow, wind)
    scale = math.sqrt(flow / wind)
    ends: float = scale * 10 ** float(dense_gas.plume_betas(alpha)[-1])
    peak = held * dense_gas.warmed(dense_gas.plume_share(x / scale, alpha), cold_k, air.temperature_k)
    # In a light wind the formula widens without end: no wider than the disc into which all that is released would spread by then.
    volume = release.mass_kg / held
    disc = dense_gas.puff_radius_m(x / wind + release.duration_s, gravity, volume)
    sigma = _ACROSS_PLUME * np.minimum(dense_gas.plume_half_width_m(x, gravity, flow, wind), disc)
    across, up = gaussian.plume_sigmas(x, air.stability, air.terrain)
    passive = gaussian.plume(release.mass_kg / release.duration_s, wind, np.zeros_like(x), across, up)
    peak, sigma = _carried_on(x, peak, sigma, passive, across, ends)
    peak = peak * gaussian.short_release(release.duration_s, wind, np.minimum(sigma, across))
    passage = _passage(release.duration_s, np.minimum(sigma, across), wind, exponent)
    upwind = min(dense_gas.plume_upwind_m(gravity, flow, wind), float(disc[0]))
    return Cloud(x, peak, sigma, passage, x / wind, "dense_plume", upwind, ends, tuple(_dense_limits(alpha, limits)))


def _dense_puff(x: Floats, release: Release, air: Air, wind: float, gravity: float, held: float, cold_k: float, exponent: float, limits: list[Limit]) -> Cloud:  # fmt: skip
    volume = release.mass_kg / held
    alpha = dense_gas.puff_alpha(gravity, volume, wind)
    scale = volume ** (1 / 3)
    ends: float = scale * 10 ** float(dense_gas.puff_betas(alpha)[-1])
    # The curves are in terms of the leading edge, 0.4 u t + R(t).
    seconds: Floats = np.append(0.0, np.geomspace(0.1, 4 * FARTHEST_M / (_DENSE_DRIFT * wind), 600))
    radius = dense_gas.puff_radius_m(seconds, gravity, volume)
    leading = _DENSE_DRIFT * wind * seconds + radius
    led = np.asarray(np.interp(x, leading, seconds), dtype=np.float64)
    peak = held * dense_gas.warmed(dense_gas.puff_share(x / scale, alpha), cold_k, air.temperature_k)
    sigma = _ACROSS_PUFF * np.interp(led, seconds, radius)
    across, up = gaussian.puff_sigmas(x, air.stability)
    zero = np.zeros_like(x)
    peak, sigma = _carried_on(x, peak, sigma, gaussian.puff(release.mass_kg, zero, zero, across, up), across, ends)
    # Beyond the end of the curves it moves with the wind, and gains that speed on the way.
    at_end = float(np.interp(ends, x, led))
    beyond = x / wind + (at_end - ends / wind)
    arrival = np.where(x > ends, np.minimum(led, beyond), led)
    speed = wind * (_DENSE_DRIFT + (1 - _DENSE_DRIFT) * np.minimum(x / ends, 1.0))
    passage = np.sqrt(2 * math.pi / exponent) * sigma / speed
    return Cloud(
        x, peak, sigma, passage, arrival, "dense_puff", float(radius[0]), ends, tuple(_dense_limits(alpha, limits))
    )


def _dense_limits(alpha: float, limits: list[Limit]) -> list[Limit]:
    if alpha <= dense_gas.ALPHA_MOST:
        return limits
    return [*limits, Limit("dense_alpha", f"重气相关参数 α = {alpha:.2f} 超出 Britter–McQuaid 曲线（≤ 1），按末段外推。", f"α = {alpha:.2f} lies beyond the Britter–McQuaid curves (up to 1): the last line is continued.", outside=True)]  # fmt: skip


def _carried_on(
    x: Floats, peak: Floats, sigma: Floats, passive: Floats, across: Floats, ends: float
) -> tuple[Floats, Floats]:
    """From `ends` on a passive cloud from where it would have the same concentration, widened to the same width."""
    beyond = x > ends
    if not beyond.any() or ends <= x[0]:
        return peak, sigma
    ln_x, ln_passive = np.log(x), np.log(passive)
    at_end = math.log(float(np.exp(np.interp(math.log(ends), ln_x, np.log(peak)))))
    # The passive curve falls, so that it is read backwards; beyond its ends the nearest end stands.
    virtual = math.exp(float(np.interp(-at_end, -ln_passive, ln_x)))
    shifted = np.log(np.maximum(x - ends + virtual, NEAREST_M))
    carried = np.exp(np.interp(shifted, ln_x, ln_passive))
    # Where the passive curve never is as high or low as the dense one, they are made to meet.
    carried *= math.exp(at_end - float(np.interp(math.log(virtual), ln_x, ln_passive)))
    spread = np.exp(np.interp(shifted, ln_x, np.log(across)))
    first = math.exp(float(np.interp(math.log(virtual), ln_x, np.log(across))))
    width = float(np.interp(ends, x, sigma))
    wide = np.sqrt(width**2 + np.maximum(spread**2 - first**2, 0.0))
    return np.where(beyond, carried, peak), np.where(beyond, wide, sigma)
