"""What is known of one number: its distribution, read from JSON and drawn by quantile.

Drawing by quantile from one stream of uniform numbers per name makes draws comparable: a larger median moves every draw up, and
nothing changes because another input was asked for first.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from spine.canonical import Json
from spine.errors import Refused

Floats: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal["exact", "normal", "lognormal", "uniform", "triangular"]


@dataclass(frozen=True, slots=True)
class Dist:
    """`spread`: standard deviation (normal) or that of the natural logarithm (log-normal). `low`, `high`: ends of uniform and
    triangular; for the others they cut the distribution off, where they are finite."""

    kind: Kind
    median: float
    spread: float = 0.0
    low: float = -math.inf
    high: float = math.inf

    def quantile(self, share: Floats) -> Floats:
        """Values below which these shares (0–1, open) of the probability lie."""
        if self.kind == "exact":
            return np.full(share.shape, self.median)
        if self.kind == "uniform":
            return self.low + (self.high - self.low) * share
        if self.kind == "triangular":
            return self._triangular(share)
        if self.kind == "lognormal":
            centre, low, high = math.log(self.median), _ln(self.low), _ln(self.high)
            return np.exp(_cut_normal(share, centre, self.spread, low, high))
        return _cut_normal(share, self.median, self.spread, self.low, self.high)

    def _triangular(self, share: Floats) -> Floats:
        """`median` is the most likely value (the mode)."""
        low, mode, high = self.low, self.median, self.high
        width = high - low
        at_mode = (mode - low) / width
        rising = low + np.sqrt(share * width * (mode - low))
        falling = high - np.sqrt((1 - share) * width * (high - mode))
        return np.where(share < at_mode, rising, falling)

    def at(self, share: float) -> float:
        return float(self.quantile(np.asarray([share]))[0])

    @property
    def centre(self) -> float:
        """The median of what is drawn."""
        return self.median if self.kind == "exact" else self.at(0.5)

    def within(self, low: float, high: float) -> "Dist":
        """The same, cut off at these ends: what lies beyond cannot be."""
        if self.kind in ("uniform", "triangular", "exact"):
            return self
        return replace(self, low=max(self.low, low), high=min(self.high, high))

    def to_json(self) -> Json:
        """What `read_dist` reads back to the same distribution."""
        if self.kind == "exact":
            return self.median
        told: dict[str, Json] = {"kind": self.kind}
        if self.kind != "uniform":
            told["median"] = self.median
        if self.kind in ("normal", "lognormal"):
            told["spread"] = self.spread
        if math.isfinite(self.low):
            told["low"] = self.low
        if math.isfinite(self.high):
            told["high"] = self.high
        return told


def _ln(value: float) -> float:
    return -math.inf if value <= 0 else math.log(value)


def _cut_normal(share: Floats, centre: float, spread: float, low: float, high: float) -> Floats:
    if spread == 0:
        return np.full(share.shape, centre)
    below, above = ndtr((low - centre) / spread), ndtr((high - centre) / spread)
    drawn = centre + spread * ndtri(below + share * (above - below))
    return np.asarray(np.clip(drawn, low, high), dtype=np.float64)


def exact(value: float) -> Dist:
    return Dist("exact", value)


def normal(median: float, sd: float) -> Dist:
    return Dist("normal", median, sd)


def lognormal(median: float, sigma_ln: float) -> Dist:
    return Dist("lognormal", median, sigma_ln)


def uniform(low: float, high: float) -> Dist:
    return Dist("uniform", (low + high) / 2, 0.0, low, high)


def triangular(low: float, mode: float, high: float) -> Dist:
    return Dist("triangular", mode, 0.0, low, high)


def triangle(share: Floats, ends: tuple[float, float, float]) -> Floats:
    """Quantiles of a triangular distribution (low, most likely, high)."""
    return triangular(*ends).quantile(share)


def read_dist(raw: Json, field: str) -> Dist:
    """A bare number, or {kind, median, spread, low, high}. Raises Refused `hazard_input` naming the field."""
    if _is_number(raw):
        return exact(_finite(raw, field))
    if not isinstance(raw, Mapping):
        raise wrong(field, "应是数字或分布", "must be a number or a distribution")
    unknown = set(raw) - {"kind", "median", "spread", "low", "high"}
    if unknown:
        raise wrong(f"{field}.{min(unknown)}", "没有这一项", "there is no such member")
    kind = raw.get("kind")
    named = {name: _finite(raw[name], f"{field}.{name}") for name in ("median", "spread", "low", "high") if name in raw}
    low, high = named.get("low", -math.inf), named.get("high", math.inf)
    if low > high or (
        kind in ("uniform", "triangular") and not (math.isfinite(low) and math.isfinite(high) and low < high)
    ):
        raise wrong(f"{field}.low", "下限应小于上限", "low must be below high")
    if kind == "uniform":
        return uniform(low, high)
    if "median" not in named:
        raise wrong(f"{field}.median", "缺少中值", "the median is missing")
    median = named["median"]
    if not low <= median <= high:
        raise wrong(f"{field}.median", "中值应在上下限之间", "the median must lie between low and high")
    if kind == "exact":
        return exact(median)
    if kind == "triangular":
        return triangular(low, median, high)
    spread = named.get("spread", -1.0)
    if spread < 0:
        raise wrong(f"{field}.spread", "应给出不小于 0 的离散度", "a spread of 0 or more is needed")
    if kind == "normal":
        return Dist("normal", median, spread, low, high)
    if kind == "lognormal":
        if median <= 0:
            raise wrong(f"{field}.median", "对数正态分布的中值应大于 0", "the median of a log-normal must be above 0")
        return Dist("lognormal", median, spread, low, high)
    raise wrong(f"{field}.kind", "未知的分布类型", "there is no such kind of distribution")


def _is_number(raw: Json) -> bool:
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _finite(raw: Json, field: str) -> float:
    if not isinstance(raw, int | float) or isinstance(raw, bool):
        raise wrong(field, "应是数字", "must be a number")
    value = float(raw)
    if not math.isfinite(value):
        raise wrong(field, "应是有限的数字", "must be a finite number")
    return value


def wrong(field: str, zh: str, en: str) -> Refused:
    """A refusal of one input of a model."""
    return Refused("hazard_input", zh=f"{field} {zh}。", en=f"{field}: {en}.", field=field)
