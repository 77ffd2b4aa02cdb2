"""Fits `gis.hazards.shaking_toll` to Chinese earthquakes, and says how often its intervals hold. Nothing random except named halves."""

import csv
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_ndtr, ndtr

import gis.hazards
from gis.geodesic import distance_m
from gis.hazards.shaking_toll import Toll

Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
TABLE = Path(gis.hazards.__file__).parent / "tables" / "pager_china_events.csv"
Z80 = 1.2815515655446004
FIRST_TEST_YEAR = 1990
_SEQUENCE_DAYS, _SEQUENCE_KM = 365.0, 100.0


@dataclass(frozen=True, slots=True)
class Events:
    """Arrays over the events. `dead`, `injured`: NaN where not catalogued. `sequence`: the same number for quakes of one sequence."""

    name: list[str]
    year: NDArray[np.int64]
    magnitude: Floats
    people: Floats
    dead: Floats
    injured: Floats
    sequence: NDArray[np.int64]

    @property
    def development(self) -> Mask:
        return self.year < FIRST_TEST_YEAR

    def orphans(self) -> Mask:
        """Without a toll of their own in a sequence whose toll is catalogued under another shock: theirs is counted there."""
        entered = np.isfinite(self.dead) | np.isfinite(self.injured)
        return ~entered & np.isin(self.sequence, self.sequence[entered])


def read_events(path: Path = TABLE) -> Events:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))

    def column(key: str) -> Floats:
        return np.asarray([float(row[key]) if row[key] else np.nan for row in rows])

    times = [datetime.fromisoformat(row["time_utc"].replace("Z", "+00:00")) for row in rows]
    lon, lat = column("lon"), column("lat")
    sequence = np.arange(len(rows))
    for later in range(len(rows)):
        for earlier in range(later):
            if abs((times[later] - times[earlier]).total_seconds()) > _SEQUENCE_DAYS * 86_400:
                continue
            if distance_m(lon[later], lat[later], lon[earlier], lat[earlier]) <= _SEQUENCE_KM * 1000:
                sequence[sequence == sequence[later]] = sequence[earlier]
    return Events(
        [row["event"] for row in rows],
        np.asarray([time.year for time in times]),
        column("magnitude"),
        np.stack([column(f"people_{level}") for level in range(5, 10)], axis=1),
        column("dead"),
        column("injured"),
        sequence,
    )


def _ln_between(middle: Floats, sigma: Floats, low: Floats, high: Floats) -> Floats:
    """ln P(low ≤ Y < high) of a log-normal; `low` 0 stands for no lower end."""
    below = np.where(low > 0, (np.log(np.maximum(low, 1e-9)) - middle) / sigma, -np.inf)
    above = (np.log(high) - middle) / sigma
    # Of the two tails the one that is not near one: a difference of two numbers near one has no digits left.
    near, far = np.where(below > 0, -above, below), np.where(below > 0, -below, above)
    return np.asarray(log_ndtr(far) + np.log1p(-np.exp(np.minimum(log_ndtr(near) - log_ndtr(far), -1e-12))))


def fit(people: Floats, counts: Floats, form: "Form") -> Toll:
    """Maximum likelihood. A known count d lies in [d, d + 1); an unknown one (NaN) is none or few, weighed by how often such tolls get no
    entry. Weak pulls keep β and the floor where data say nothing about them."""
    known = np.isfinite(counts)
    count = np.nan_to_num(counts)

    def toll(p: Floats) -> Toll:
        theta, beta, floor, small, *more = (math.exp(value) for value in p)
        return Toll(theta, beta, floor, small, more[0] if more else small, form.pivot)

    def cost(p: Floats) -> float:
        found = toll(p)
        middle = found.ln_median(people)
        sigma = found.sigma(middle)
        none = np.asarray(ndtr(-middle / sigma))
        few = np.asarray(ndtr((math.log(form.unknown_below) - middle) / sigma)) - none
        unknown = np.log(np.maximum(NO_ENTRY_FOR_NONE * none + NO_ENTRY_FOR_FEW * few, 1e-300))
        likely = float(np.where(known, _ln_between(middle, sigma, count, count + 1), unknown).sum())
        pull = ((p[2] - math.log(form.pivot / 30)) / 3) ** 2 + ((p[1] - math.log(0.15)) / 0.7) ** 2
        return pull / 2 - likely

    best: Any = None
    for theta, beta in ((10.3, 0.1), (14.0, 0.2), (25.0, 0.3)):
        start = [math.log(theta), math.log(beta), math.log(form.pivot / 30), 0.7, *([0.7] if form.two_spreads else [])]
        found: Any = cast(Any, minimize)(
            cost, np.asarray(start), method="Nelder-Mead", options={"maxiter": 8000, "xatol": 1e-5, "fatol": 1e-7}
        )
        if best is None or found.fun < best.fun:
            best = found
    return toll(np.asarray(best.x))


@dataclass(frozen=True, slots=True)
class Form:
    """`unknown_below`: few: an isolated earthquake without any entry had fewer than this, or it would have been entered.
    `two_spreads`: the spread grows with the toll; there are too few figures of the injured to see whether theirs does."""

    which: str
    pivot: float
    unknown_below: float
    two_spreads: bool

    def known(self, events: Events) -> Floats:
        return events.dead if self.which == "dead" else events.injured

    def usable(self, events: Events) -> Mask:
        """What may be fitted: all that have a figure, and of the others those in no sequence and without the other figure either."""
        entered = np.isfinite(events.dead) | np.isfinite(events.injured)
        return np.isfinite(self.known(events)) | (~entered & ~events.orphans())

    def fit(self, events: Events, part: Mask) -> Toll:
        take = part & self.usable(events)
        return fit(events.people[take], self.known(events)[take], self)

    def left_out(self, events: Events, part: Mask) -> float:
        """Share of known tolls inside the interval when their whole sequence was left out of the fit: five folds, four foldings, within
        `part` alone. What the development half says of the interval before the other half is looked at."""
        known = self.known(events)
        hits = total = 0
        for seed in range(_FOLDINGS):
            names = np.random.default_rng(seed).permutation(np.unique(events.sequence[part]))
            for fold in range(_FOLDS):
                out = part & np.isin(events.sequence, names[fold::_FOLDS])
                toll = self.fit(events, part & ~out)
                told = out & np.isfinite(known)
                hits += int(held(toll, events.people[told], known[told]).inside.sum())
                total += int(told.sum())
        return hits / total


NO_ENTRY_FOR_NONE, NO_ENTRY_FOR_FEW = 0.8, 0.5
"""How often an isolated earthquake has no entry where nobody died, and where few did: judgement. With both alike, four in ten small ones
would kill somebody; of those in the catalogue one in seven is known to have."""
_FOLDS, _FOLDINGS = 5, 4
FORM_DEAD = Form("dead", 10.0, 5.0, True)
FORM_INJURED = Form("injured", 100.0, 50.0, False)


@dataclass(frozen=True, slots=True)
class Held:
    """For each event: does the interval [⌊p10⌋, ⌊p90⌋] hold the count; and the share of the count's own probability that lies between
    10 % and 90 % (Czado, Gneiting & Held 2009, the fair measure for counts: it averages 0.8 for a perfect model, whatever the zeros)."""

    inside: Mask
    share: Floats
    below: Mask
    above: Mask
    low: Floats
    high: Floats
    z: Floats


def held(toll: Toll, people: Floats, count: Floats) -> Held:
    middle = toll.ln_median(people)
    sigma = toll.sigma(middle)
    low, high = np.floor(np.exp(middle - Z80 * sigma)), np.floor(np.exp(middle + Z80 * sigma))
    before = np.where(count > 0, ndtr((np.log(np.maximum(count, 1e-9)) - middle) / sigma), 0.0)
    upto = np.asarray(ndtr((np.log(count + 1) - middle) / sigma))
    width = np.maximum(upto - before, 1e-300)
    share = np.clip(np.minimum(upto, 0.9) - np.maximum(before, 0.1), 0.0, None) / width
    z = (np.log(count + 0.5) - middle) / sigma
    return Held((count >= low) & (count <= high), share, count < low, count > high, low, high, z)


def halves(events: Events, number: int) -> Mask:
    """A random half of the sequences; shocks of one sequence stay together, or one would foretell the other."""
    chance = np.random.default_rng(number)
    names = np.unique(events.sequence)
    picked = chance.permutation(names)[: len(names) // 2]
    return np.isin(events.sequence, picked)
