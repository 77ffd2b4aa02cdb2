"""Drawing what is not known: one stream of uniform numbers per name, so that no draw depends on what else was asked."""

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from gis.hazards.distribution import Dist, Floats, lognormal, uniform
from gis.hazards.ground import Ground
from gis.hazards.inputs import Error, Inputs
from gis.hazards.model import ModelSpec, Sample
from spine.clock import hour_in_beijing

FACTOR, SHARE = "exposure_factor", "day_share"
# How far counts of the exposed are off as a whole: judgement. Counts that a city has loaded are years old and rounded; synthetic ones
# add up to real totals by county only.
_LOADED, _SYNTHETIC = 0.15, 0.30
_SHARE_SPREAD = 0.15
# China keeps one time; Lincang's sun runs about 80 minutes behind it, so its working day begins and ends later.
_DAY = ((7.0, 0.0), (9.5, 1.0), (17.5, 1.0), (20.5, 0.0))


def day_share(at: datetime) -> float:
    """0: everybody is where they sleep, 1: where they work; from the hour in China. The break points are judgement."""
    return float(np.interp(hour_in_beijing(at), [h for h, _ in _DAY], [s for _, s in _DAY]))


class Uncertain:
    """Everything that is drawn in one case: name → distribution and the error that it belongs to."""

    def __init__(self, spec: ModelSpec, inputs: Inputs, at: datetime, ground: Ground) -> None:
        self.dists: dict[str, Dist] = {}
        self.errors: dict[str, Error] = {}
        for one in inputs:
            if one.dist is not None:
                self._add(one.spec.name, one.dist, one.spec.error)
        for parameter in spec.parameters:
            self._add(parameter.name, parameter.dist, parameter.error)
        self._add(FACTOR, lognormal(1.0, _SYNTHETIC if ground.basis.synthetic else _LOADED), "exposure")
        share = day_share(at)
        low, high = max(share - _SHARE_SPREAD, 0.0), min(share + _SHARE_SPREAD, 1.0)
        self._add(SHARE, uniform(low, high), "exposure")
        self.centres = {name: dist.centre for name, dist in self.dists.items()}

    def _add(self, name: str, dist: Dist, error: Error) -> None:
        if name in self.dists:
            raise AssertionError(f"{name} is declared twice")
        self.dists[name] = dist
        self.errors[name] = error

    def draw(self, n: int, seed: int, only: Error | None = None) -> Sample:
        """`only`: what belongs to this error is drawn, everything else stays at its median."""
        return Sample(
            {
                name: dist.quantile(_shares(seed, name, n))
                if only is None or self.errors[name] == only
                else np.full(n, self.centres[name])
                for name, dist in self.dists.items()
            },
            n,
        )

    def moved(self, moves: Sequence[Mapping[str, float]]) -> Sample:
        """One draw for each move: everything at its median but what the move names."""
        n = len(moves)
        drawn = {name: np.full(n, centre) for name, centre in self.centres.items()}
        for index, move in enumerate(moves):
            for name, value in move.items():
                drawn[name][index] = value
        return Sample(drawn, n)


def _shares(seed: int, name: str, n: int) -> Floats:
    """Uniform numbers in (0, 1), one in each of n equal strata, in an order of their own (Latin hypercube)."""
    generator = np.random.default_rng((seed, zlib.crc32(name.encode())))
    return np.asarray((generator.permutation(n) + generator.uniform(1e-6, 1 - 1e-6, n)) / n, dtype=np.float64)
