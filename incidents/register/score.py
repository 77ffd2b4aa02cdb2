"""The score of a site: a sum that can be read line by line (pure, deterministic).

score = 100 × Σ W(component) × w(indicator) × n(input), with n between 0 and 1 by the indicator's curve. An input that is not known
takes the best and the worst value of its curve, so the score is a range from best to worst case; an input with a range gives one too.
Confidence is the share of the weight that rests on known, fresh, real data. Nothing here knows what time it is: `on` is an argument.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from incidents.register.reading import Reading
from incidents.register.rules import Indicator, RegisterRules, SiteKind
from spine.canonical import Json, JsonObject

METHOD, METHOD_VERSION = "register-score", "1"
_LETTERS = (("A", 0.85), ("B", 0.7), ("C", 0.5), ("D", 0.0))
_ILLUSTRATIVE = 0.5
"""What data that was made up counts for in the confidence, and data whose date nobody told (judgement)."""
_UNDATED = 0.5
_OLD = 0.5
_DAYS_IN_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum. Contributions are in points of the score; `age_years` None: not known how old."""

    indicator: str
    component: str
    weight: float
    reading: Reading | None
    normal: tuple[float, float]
    points: tuple[float, float]
    age_years: float | None
    trust: float
    beyond: bool


@dataclass(frozen=True, slots=True)
class Score:
    """`low` and `high` in points (0–100): best and worst case. `confidence` 0–1."""

    low: float
    high: float
    confidence: float
    letter: str
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def score(rules: RegisterRules, kind: SiteKind, readings: Mapping[str, Reading], on: date) -> Score:
    """The score of a site of this kind on a day. `readings` by indicator; one that is missing is not known."""
    lines = tuple(_line(rules, kind, key, readings.get(key), on) for key in kind.indicators)
    low, high = _sum(line.points[0] for line in lines), _sum(line.points[1] for line in lines)
    confidence = _sum(line.weight * line.trust for line in lines)
    letter = next(letter for letter, least in _LETTERS if confidence >= least - 1e-12)
    unknown = tuple(line.indicator for line in lines if line.reading is None)
    return Score(low, high, confidence, letter, lines, unknown)


def _sum(parts: Iterable[float]) -> float:
    """To nine places: weights such as 0.35 are not exact, and a sum of theirs must not come to a little more than 100."""
    return round(math.fsum(parts), 9)


def _line(rules: RegisterRules, kind: SiteKind, key: str, reading: Reading | None, on: date) -> Line:
    indicator = rules.indicators[key]
    weight = rules.components[indicator.component].weight * kind.indicators[key]
    low, high = _normal(indicator, reading)
    age = None if reading is None or reading.dated is None else max(0.0, (on - reading.dated).days / _DAYS_IN_YEAR)
    beyond = reading is not None and reading.value is not None and indicator.beyond(reading.value)
    points = 100 * weight * low, 100 * weight * high
    return Line(
        key, indicator.component, weight, reading, (low, high), points, age, _trust(rules, reading, age), beyond
    )


def _normal(indicator: Indicator, reading: Reading | None) -> tuple[float, float]:
    if reading is None:
        return indicator.best(), indicator.worst()
    if reading.choice is not None:
        value = (indicator.choices or {})[reading.choice]
        return value, value
    ends = [indicator.at(end) for end in (reading.low, reading.high) if end is not None]
    return min(ends), max(ends)


def _trust(rules: RegisterRules, reading: Reading | None, age: float | None) -> float:
    """What a reading counts for in the confidence: 0 unknown, 1 known, real and fresh; old, undated or made-up data counts half."""
    if reading is None:
        return 0.0
    years, trust = rules.survey_years, _UNDATED
    if age is not None:
        worn = min(1.0, max(0.0, (age - years.fresh) / (years.old - years.fresh)))
        trust = 1 - (1 - _OLD) * worn
    return trust * (_ILLUSTRATIVE if reading.illustrative else 1.0)


def score_json(rules: RegisterRules, kind: SiteKind, found: Score, on: date) -> JsonObject:
    """Everything that the screen needs to show the sum, in both languages."""
    years = rules.survey_years
    lines: list[Json] = []
    for line in found.lines:
        indicator = rules.indicators[line.indicator]
        lines.append(
            {
                "indicator": line.indicator,
                "component": line.component,
                "zh": indicator.zh,
                "en": indicator.en,
                "unit_zh": indicator.unit_zh,
                "unit_en": indicator.unit_en,
                "reading": None if line.reading is None else _reading_json(rules, indicator, line.reading),
                "normal": [round(line.normal[0], 4), round(line.normal[1], 4)],
                "weight": round(line.weight, 6),
                "points": [round(line.points[0], 2), round(line.points[1], 2)],
                "most_points": round(100 * line.weight, 2),
                "age_years": None if line.age_years is None else round(line.age_years, 1),
                "old": line.age_years is not None and line.age_years >= years.old,
                "beyond": line.beyond,
                "trust": round(line.trust, 3),
                "source": indicator.source.model_dump(),
            }
        )
    components: list[Json] = []
    for key, component in rules.components.items():
        own = [line for line in found.lines if line.component == key]
        components.append(
            {
                "key": key, "zh": component.zh, "en": component.en, "weight": component.weight,
                "points": [round(sum(line.points[0] for line in own), 2), round(sum(line.points[1] for line in own), 2)],
            }
        )  # fmt: skip
    level = rules.levels.of(found.middle)
    return {
        "method": METHOD,
        "method_version": METHOD_VERSION,
        "rules_version": rules.version,
        "kind": kind.key,
        "on": on.isoformat(),
        "low": round(found.low, 1),
        "high": round(found.high, 1),
        "middle": round(found.middle, 1),
        "level": level.key,
        "level_low": rules.levels.of(found.low).key,
        "level_high": rules.levels.of(found.high).key,
        "confidence": found.letter,
        "confidence_share": round(found.confidence, 3),
        "unknown": list(found.unknown),
        "components": components,
        "lines": lines,
        "weights_source": rules.weights_source.model_dump(),
        "levels_source": rules.levels.source.model_dump(),
    }


def _reading_json(rules: RegisterRules, indicator: Indicator, reading: Reading) -> JsonObject:
    named = rules.properties.get(indicator.input.property or "")
    words = None if named is None or reading.choice is None else (named.choices or {}).get(reading.choice)
    return {
        **reading.json(),
        "choice_zh": None if words is None else words.zh,
        "choice_en": None if words is None else words.en,
    }
