"""Which figures an incident can have, and the quantities that rule sets compute from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from incidents.rule_file import RULES, RuleModel, RuleTrouble, read_rules
from spine.canonical import Json, JsonObject
from spine.errors import Refused


class _MetricEntry(RuleModel):
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    whole: bool
    min: float
    max: float
    words: tuple[str, ...] = ()


class _DerivedEntry(RuleModel):
    zh: str
    en: str
    sum: tuple[str, ...] = ()
    greatest: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


class _MetricsFile(RuleModel):
    version: int
    metrics: dict[str, _MetricEntry]
    derived: dict[str, _DerivedEntry]


@dataclass(frozen=True, slots=True)
class Metric:
    key: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    whole: bool
    least: float
    most: float
    words: tuple[str, ...]

    def to_json(self) -> JsonObject:
        return {
            "key": self.key,
            "zh": self.zh,
            "en": self.en,
            "unit_zh": self.unit_zh,
            "unit_en": self.unit_en,
            "whole": self.whole,
            "min": self.least,
            "max": self.most,
            "words": list(self.words),
        }


@dataclass(frozen=True, slots=True)
class Derived:
    """A computed quantity: `how` is sum, greatest or first, over `of` (metrics or other computed quantities)."""

    key: str
    zh: str
    en: str
    how: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A known value with the figures it came from."""

    value: float
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Metrics:
    metrics: Mapping[str, Metric]
    derived: Mapping[str, Derived]

    def label(self, key: str) -> tuple[str, str]:
        found = self.metrics.get(key) or self.derived[key]
        return found.zh, found.en

    def unit(self, key: str) -> tuple[str, str]:
        """A computed quantity has the unit of what it is computed from."""
        found = self.metrics.get(key)
        return (found.unit_zh, found.unit_en) if found else self.unit(self.derived[key].of[0])

    def known(self, key: str, figures: Mapping[str, float]) -> Quantity | None:
        """The value of a metric or computed quantity, None when nothing is known of it (unknown is not zero)."""
        if key in self.metrics:
            return Quantity(figures[key], (key,)) if key in figures else None
        rule = self.derived[key]
        parts = [part for part in (self.known(of, figures) for of in rule.of) if part is not None]
        if not parts:
            return None
        if rule.how == "sum":
            return Quantity(sum(p.value for p in parts), tuple(s for p in parts for s in p.sources))
        return parts[0] if rule.how == "first" else max(parts, key=lambda p: p.value)

    def check(self, key: str, value: float, field: str) -> float:
        """A value that can be true. Raises Refused `unknown_metric` or `absurd_figure`."""
        metric = self.metrics.get(key)
        if metric is None:
            raise Refused(
                "unknown_metric",
                zh=f"没有“{key}”这个数据项。",
                en=f"There is no figure called '{key}'.",
                field=field,
                metric=key,
            )
        if metric.whole and value != int(value):
            raise Refused(
                "absurd_figure",
                zh=f"{metric.zh}须为整数，不能是 {value:g}。",
                en=f"'{metric.en}' is counted in whole numbers; {value:g} is not one.",
                field=field,
                metric=key,
                value=value,
            )
        if not metric.least <= value <= metric.most:
            zh = f"{metric.zh}应在 {metric.least:g} 到 {metric.most:g}{metric.unit_zh}之间，不能是 {value:g}。"
            en = f"'{metric.en}' must lie between {metric.least:g} and {metric.most:g} {metric.unit_en}; {value:g} does not."
            if value < 0 and metric.least == 0:
                zh = f"{metric.zh}不能为负数（{value:g}）。如要撤回此数据，请选择“撤回”。"
                en = f"'{metric.en}' cannot be negative ({value:g}). To take the figure back, withdraw it."
            raise Refused("absurd_figure", zh=zh, en=en, field=field, metric=key, value=value)
        return value

    def to_json(self) -> list[Json]:
        return [metric.to_json() for metric in self.metrics.values()]

    def derived_to_json(self) -> list[Json]:
        """What rules name beside the metrics, with the words a person reads for it."""
        found: list[Json] = []
        for key, rule in self.derived.items():
            unit_zh, unit_en = self.unit(key)
            found.append({"key": key, "zh": rule.zh, "en": rule.en, "unit_zh": unit_zh, "unit_en": unit_en})
        return found


def _derived(key: str, entry: _DerivedEntry, known: set[str], name: str) -> Derived:
    ways = [(how, of) for how, of in (("sum", entry.sum), ("greatest", entry.greatest), ("first", entry.first)) if of]
    if len(ways) != 1:
        raise RuleTrouble(f"{name}: {key}: exactly one of sum, greatest, first")
    how, of = ways[0]
    missing = [part for part in of if part not in known]
    if missing:
        raise RuleTrouble(f"{name}: {key}: {missing[0]} is not known at this place")
    return Derived(key, entry.zh, entry.en, how, tuple(of))


def load_metrics(path: Path) -> Metrics:
    """Raises RuleTrouble for a computed quantity that rests on something unknown."""
    file = read_rules(path, _MetricsFile)
    metrics = {
        key: Metric(key, e.zh, e.en, e.unit_zh, e.unit_en, e.whole, e.min, e.max, tuple(e.words))
        for key, e in file.metrics.items()
    }
    derived: dict[str, Derived] = {}
    for key, entry in file.derived.items():
        derived[key] = _derived(key, entry, {*metrics, *derived}, path.name)
    return Metrics(metrics, derived)


@cache
def metrics() -> Metrics:
    """The metrics that are shipped."""
    return load_metrics(RULES / "metrics.yaml")
