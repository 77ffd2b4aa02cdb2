"""How fast an outbreak grows, from its daily cases: the renewal equation and its posterior (Cori et al. 2013, as in EpiEstim).

Cases of day t are Poisson with mean R·Λ(t), Λ(t) = Σ w(s)·I(t−s): the cases of earlier days, weighed by how likely each is to pass
the disease on s days after its own onset (w: the serial interval in whole days). With a gamma prior for R (shape 1, scale 5) the
posterior over a window is gamma again: shape 1 + ΣI, rate 1/5 + ΣΛ.

The latest days are incomplete, because cases are reported late. A day of which only the share c is known yet counts as Poisson
with mean c·R·Λ: shape and rate then stay exact (thinning of a Poisson process). Pure functions; days and persons.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincinv

from spine.errors import Refused

Floats: TypeAlias = NDArray[np.float64]
PRIOR_SHAPE, PRIOR_SCALE = 1.0, 5.0
"""Gamma prior of R: mean 5, standard deviation 5 (Cori et al. 2013), wide enough that the data decide."""
WINDOW_DAYS = 7
_COMPLETE = 1e-6


@dataclass(frozen=True, slots=True)
class Posterior:
    """Gamma distribution of R; shape and rate may be arrays of one shape (draws)."""

    shape: Floats
    rate: Floats

    @property
    def mean(self) -> Floats:
        return self.shape / self.rate

    @property
    def sd(self) -> Floats:
        return np.sqrt(self.shape) / self.rate

    def quantile(self, share: Floats | float) -> Floats:
        return np.asarray(gammaincinv(self.shape, share) / self.rate, dtype=np.float64)


def serial_interval(mean_days: Floats | float, sd_days: Floats | float, longest: int) -> Floats:
    """Probabilities w(0) … w(longest) of a gamma shifted by one day, in whole days; (…, longest + 1), each row adds up to one.

    Source: Cori et al. 2013, web appendix 11 (`discr_si` of EpiEstim). Raises Refused `hazard_input` for a mean of one day or less.
    """
    mean, sd = np.broadcast_arrays(np.asarray(mean_days, dtype=np.float64), np.asarray(sd_days, dtype=np.float64))
    if not bool(np.all((mean > 1) & (sd > 0))):
        raise Refused(
            "hazard_input",
            zh="代际间隔的均值应大于 1 天，标准差应大于 0。",
            en="The serial interval needs a mean above one day and a standard deviation above 0.",
            field="serial_interval_days",
        )
    shape, scale = (((mean - 1) / sd) ** 2)[..., None], (sd**2 / (mean - 1))[..., None]
    day = np.arange(-2.0, longest + 1)

    def moment(extra: float) -> Floats:
        """∫₀ᵏ of the gamma's density (extra 0), or of x times it over its mean (extra 1); (…, days −2 … longest)."""
        return np.asarray(gammainc(shape + extra, np.maximum(day, 0.0) / scale), dtype=np.float64)

    below, first = moment(0.0), moment(1.0)
    k = day[2:]
    weights = k * below[..., 2:] + (k - 2) * below[..., :-2] - 2 * (k - 1) * below[..., 1:-1]
    weights = weights + shape * scale * (2 * first[..., 1:-1] - first[..., :-2] - first[..., 2:])
    weights = np.maximum(weights, 0.0)
    weights[..., 0] = 0.0
    return weights / weights.sum(axis=-1, keepdims=True)


def pressure(cases: Floats, weights: Floats, day: int) -> Floats:
    """Λ of one day (counted from 0) from the days before it. cases (…, days), weights (…, lags), both from lag or day 0."""
    reach = min(day, weights.shape[-1] - 1)
    if reach == 0:
        return np.zeros(cases.shape[:-1])
    before = cases[..., day - reach : day][..., ::-1]
    return np.asarray((before * weights[..., 1 : reach + 1]).sum(axis=-1), dtype=np.float64)


def posterior(
    cases: Floats,
    weights: Floats,
    first: int,
    last: int,
    known: Floats | None = None,
    prior: tuple[float, float] = (PRIOR_SHAPE, PRIOR_SCALE),
) -> Posterior:
    """R over the days first … last (counted from 0, inclusive; first ≥ 1). `prior`: shape and scale of its gamma.

    `cases` (…, days): what there was, the best that is known. `known` (days): the share of each day that is reported yet, 1 where
    None; counts then enter as known·cases, which is what was reported.
    """
    if not 1 <= first <= last < cases.shape[-1]:
        raise Refused(
            "hazard_input",
            zh="病例序列太短，不足以估计传播。",
            en="The series of cases is too short to estimate transmission.",
            field="daily_cases",
        )
    share = np.ones(cases.shape[-1]) if known is None else known
    days = range(first, last + 1)
    counted = sum((cases[..., day] * share[day] for day in days), np.zeros(cases.shape[:-1]))
    pushed = sum((pressure(cases, weights, day) * share[day] for day in days), np.zeros(cases.shape[:-1]))
    return Posterior(prior[0] + counted, 1 / prior[1] + pushed)


def reported_share(delay_mean_days: float, delay_sd_days: float, days: int) -> Floats:
    """(days) share of each day's cases that has been reported by the end of the last one; gamma delays, cases fall evenly
    over a day. The last element is the latest day. No delay (mean 0): everything is known."""
    if delay_mean_days <= 0:
        return np.ones(days)
    shape, scale = (delay_mean_days / delay_sd_days) ** 2, delay_sd_days**2 / delay_mean_days
    age = np.arange(days, -1.0, -1.0)
    # ∫ F(x) dx from 0 to a = a·F(a; k) − kθ·F(a; k + 1): the mean of F over a day is the difference of two of these.
    area = age * gammainc(shape, age / scale) - shape * scale * gammainc(shape + 1, age / scale)
    return np.asarray(np.clip(area[:-1] - area[1:], 0.0, 1.0), dtype=np.float64)


def nowcast(reported: Floats, known: Floats, share: Floats) -> Floats:
    """(draws, days) cases that there really were, given those reported and the share of them that is known.

    Flat prior for the true number: what is still to come is negative binomial with `reported + 1` successes of probability `known`;
    drawn by quantile from `share` (draws) with its gamma approximation, so that a later report never changes the order of draws.
    Days of which nothing can be known yet (known 0) come out as 0: leave them out.
    """
    found = np.where(known > 0, reported, 0.0)[None, :].repeat(len(share), axis=0)
    late = np.flatnonzero(
        (known > 0) & (known < 1 - _COMPLETE)
    )  # older days are whole: most of a long series is not drawn
    odds = (1 - known[late]) / known[late]
    found[:, late] += gammaincinv(reported[None, late] + 1.0, share[:, None]) * odds[None, :]
    return np.asarray(found, dtype=np.float64)


def project(
    cases: Floats,
    weights: Floats,
    reproduction: Floats,
    days: int,
    susceptible: Floats,
    sooner: int = 0,
    later: Floats | None = None,
) -> Floats:
    """(draws, days) expected cases of the days after the last one, cases (draws, days so far), reproduction (draws).

    Whoever has been ill is no longer susceptible: I(t) = R·(S/N)·Λ(t), S from N = susceptible (draws) downwards. From day `sooner` on
    (counted from the first projected day) R is multiplied by `later` (draws): measures that begin then.
    """
    past = cases.shape[1]
    series = np.concatenate((cases, np.zeros((cases.shape[0], days))), axis=1)
    ill = np.minimum(cases.sum(axis=1), susceptible)
    whole = np.maximum(susceptible, 1.0)
    for day in range(past, past + days):
        force = reproduction if later is None or day - past < sooner else reproduction * later
        left = np.maximum(susceptible - ill, 0.0)
        new = np.minimum(force * left / whole * pressure(series, weights, day), left)
        series[:, day] = new
        ill = ill + new
    return series[:, past:]
