"""From what is reported to how many there will be: one outbreak's cases, beds and deaths over two weeks, in every draw."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy.special import gammaincinv

from gis.exposure.points import Ints
from gis.hazards.diseases import ByAge, Disease, Range
from gis.hazards.distribution import Floats
from gis.hazards.model import Sample
from gis.hazards.renewal import PRIOR_SCALE, PRIOR_SHAPE, WINDOW_DAYS, nowcast, posterior, project, serial_interval

HORIZON_DAYS = 14
ENOUGH_CASES = 11
"""Cases in the window from which they, and not the prior, tell R: its coefficient of variation is then 0.3 or less (Cori et al. 2013)."""
LEAST_KNOWN = 0.25
"""Days of which less than this share is reported yet are left out of the estimate."""
CHILDREN = 0.18
"""Share of people under 15 (2020 census: 17.95 %)."""
_UNBOUNDED = 1e12
_WEAK_SHAPE = 3.0
Scenario: TypeAlias = Literal["as_is", "strengthened", "none"]
SCENARIOS: tuple[Scenario, ...] = ("as_is", "strengthened", "none")


@dataclass(frozen=True, slots=True)
class OutbreakCore:
    """`reported` (days): cases by day, the last one being today; None: only a total is known. `known`: the share of each day that is
    reported yet. `living`: people who live in the area, `reachable`: people whom it can reach at all (those of the area where somebody has
    said how far it goes, else everybody counted); None: not known."""

    disease: Disease
    scenario: Scenario
    reported: Floats | None
    known: Floats | None
    living: float | None
    reachable: float | None

    @property
    def used(self) -> int:
        """Days of the series that are complete enough to be used."""
        return 0 if self.known is None else int((self.known >= LEAST_KNOWN).sum())

    @property
    def has_window(self) -> bool:
        """Whether there is a full window and a whole serial interval before it. Without those days before it the cases would have come
        from nobody, and R would come out far too high."""
        return self.reported is not None and self.used >= WINDOW_DAYS + round(self.disease.interval_days[0])

    @property
    def told_by_cases(self) -> bool:
        """Whether cases tell R by themselves: a window with enough of them."""
        if self.reported is None or not self.has_window:
            return False
        return float(self.reported[self.used - WINDOW_DAYS : self.used].sum()) >= ENOUGH_CASES


@dataclass(frozen=True, slots=True)
class Course:
    """(draws, days): cases by day, the first `past` of them before today's end."""

    cases: Floats
    past: int

    @property
    def total(self) -> Floats:
        return self.cases.sum(axis=1)

    @property
    def coming(self) -> Floats:
        return self.cases[:, self.past :].sum(axis=1)


def between(span: Range, share: Floats) -> Floats:
    """Within a range on a logarithmic scale."""
    return span[0] * (span[1] / span[0]) ** share


def by_age(spans: ByAge, share: Floats, elderly: Floats) -> Floats:
    """A share of all cases, from those of three ages and how many people are 60 or older."""
    adults = np.maximum(1 - CHILDREN - elderly, 0.0)
    return CHILDREN * between(spans[0], share) + adults * between(spans[1], share) + elderly * between(spans[2], share)


def susceptible(core: OutbreakCore, sample: Sample) -> Floats:
    if core.reachable is None:
        return np.full(sample.n, _UNBOUNDED)
    return sample.people(core.reachable, core.reachable)


def reproduction(core: OutbreakCore, sample: Sample, cases: Floats, weights: Floats) -> Floats:
    """R now: as given; else by the cases, with the disease's own prior while they are few; else from the disease's range."""
    if "reproduction_number" in sample:
        return sample["reproduction_number"]
    if core.has_window and core.known is not None:
        first, last = core.used - WINDOW_DAYS, core.used - 1
        prior = (PRIOR_SHAPE, PRIOR_SCALE) if core.told_by_cases else _prior_of(core.disease)
        found = posterior(cases, weights, first, last, core.known[: core.used], prior)
        return found.quantile(sample["transmission"])
    return between(core.disease.reproduction, sample["transmission"])


def _prior_of(disease: Disease) -> tuple[float, float]:
    """Gamma about the middle of the disease's range, as weak as three cases: few cases still say that an outbreak fades."""
    middle = math.sqrt(disease.reproduction[0] * disease.reproduction[1])
    return _WEAK_SHAPE, middle / _WEAK_SHAPE


def course(core: OutbreakCore, sample: Sample, scenario: Scenario) -> Course:
    """What there was and what there will be, with measures as the scenario has them."""
    mean = core.disease.interval_days[0]
    weights = _weights(core.disease, sample["interval_factor"])
    cases = _so_far(core, sample)
    force = reproduction(core, sample, cases, weights)
    skipped = 0 if core.known is None else len(core.known) - core.used
    days = HORIZON_DAYS + skipped
    later, sooner = None, 0
    if scenario == "strengthened":
        later, sooner = sample["measures_effect"], skipped + round(mean)
    elif scenario == "none":
        later = sample["unchecked_factor"]
    expected = project(cases, weights, force, days, susceptible(core, sample), sooner, later)
    infectors = _infectors(cases, weights, days)
    coming = _by_chance(expected.sum(axis=1), infectors * core.disease.dispersion, sample["chance"])
    people = np.maximum(susceptible(core, sample) - cases.sum(axis=1), 0.0)
    whole = expected.sum(axis=1)
    ratio = np.minimum(coming, people) / np.where(whole > 0, whole, 1.0)
    return Course(np.concatenate((cases, expected * ratio[:, None]), axis=1), cases.shape[1] + skipped)


def _weights(disease: Disease, factor: Floats) -> Floats:
    """(draws, lags) serial intervals, longer or shorter by a factor that is taken in steps of 1 %: equal ones are made once."""
    mean, sd = disease.interval_days
    steps, which = np.unique(np.maximum(np.round(factor * 100) / 100, 1.05 / mean), return_inverse=True)
    longest = min(math.ceil(1.4 * (mean + 4 * sd)), 120)
    return serial_interval(mean * steps, sd * steps, longest)[which]


def _infectors(cases: Floats, weights: Floats, days: int) -> Floats:
    """(draws) past cases by the share of what each passes on that falls into the coming days."""
    passed = np.cumsum(weights, axis=1)
    lags = weights.shape[1]
    reach = min(cases.shape[1], lags)
    ages: Ints = np.arange(reach, dtype=np.int64)
    coming = passed[:, np.minimum(ages + days, lags - 1)] - passed[:, ages]
    return np.asarray((cases[:, cases.shape[1] - reach :][:, ::-1] * coming).sum(axis=1), dtype=np.float64)


def _so_far(core: OutbreakCore, sample: Sample) -> Floats:
    """(draws, days) what there really was: the series with what is still to be reported, or a total over one serial interval."""
    if core.reported is not None and core.known is not None and core.used:
        return nowcast(core.reported[: core.used], core.known[: core.used], sample["late_reports"])
    days = max(round(core.disease.interval_days[0]), 1)
    total = sample["cases"] if core.reported is None else np.full(sample.n, float(core.reported.sum()))
    return np.repeat(total[:, None] / days, days, axis=1)


def _by_chance(mean: Floats, size: Floats, share: Floats) -> Floats:
    """A total around its mean: one case infects a number that is negative binomial with dispersion k, so that n of them together
    have size n·k (Lloyd-Smith et al. 2005); drawn by the gamma of the same mean and variance (m + m²/size)."""
    there = (mean > 0) & (size > 0)
    safe = np.where(there, mean, 1.0)
    shape = 1 / (1 / safe + 1 / np.where(there, size, 1.0))
    return np.asarray(np.where(there, gammaincinv(shape, share) * safe / shape, 0.0), dtype=np.float64)


def most_in_hospital(core: OutbreakCore, one: Course, share: Floats) -> Floats:
    """Beds at the worst moment: cases of the last `stay_days` days that need one."""
    stay = max(round(core.disease.stay_days), 1)
    run = np.cumsum(one.cases, axis=1)
    before = np.concatenate((np.zeros((run.shape[0], stay)), run), axis=1)[:, : run.shape[1]]
    present = (run - before)[:, max(one.past - 1, 0) :]
    return present.max(axis=1) * share
