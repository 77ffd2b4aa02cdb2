"""Rules of the risk register as they stand in `rules/risk_register.yaml`: kinds of site, indicators, weights, substances (pure)."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from incidents.register.scenario_rules import ScenarioRule
from incidents.rule_file import BothLanguages, RuleModel
from spine.canonical import Json
from spine.errors import Refused

ComponentKey = Literal["hazard", "exposure", "vulnerability", "capacity"]
Share = Annotated[float, Field(ge=0, le=1)]
Pair = tuple[float, float]


class Provenance(BothLanguages):
    """Where a number is from. `illustrative`: judgement, to be replaced by the city's own."""

    verified: bool
    illustrative: bool = False


class LevelRow(BothLanguages):
    key: Literal["red", "orange", "yellow", "blue"]
    from_: Annotated[float, Field(ge=0, le=100, alias="from")]


class Levels(RuleModel):
    source: Provenance
    rows: tuple[LevelRow, ...]

    def of(self, score: float) -> LevelRow:
        """The level of a score, 0–100."""
        return next(row for row in self.rows if score >= row.from_)


class Years(RuleModel):
    fresh: Annotated[float, Field(ge=0)]
    old: Annotated[float, Field(gt=0)]


class Component(BothLanguages):
    weight: Share


class Substance(BothLanguages):
    """`q_t`: threshold in tonnes; `beta`: correction factor."""

    key: str
    q_t: Annotated[float, Field(gt=0)]
    beta: Annotated[float, Field(gt=0)]
    hazard: Literal["toxic", "gas", "liquid", "explosive"]
    words: tuple[str, ...]


class GradeRow(RuleModel):
    grade: Literal[1, 2, 3, 4]
    from_: Annotated[float, Field(ge=0, alias="from")]


class MajorHazard(RuleModel):
    source: Provenance
    around_m: Annotated[float, Field(gt=0)]
    alpha: tuple[Pair, ...]
    grades: tuple[GradeRow, ...]
    substances: tuple[Substance, ...]


class Input(RuleModel):
    """Exactly one of property, around (with metres), nearest, substances."""

    property: str | None = None
    around: Literal["people_night", "people_day", "helpless", "sensitive", "hazards"] | None = None
    metres: Annotated[float, Field(gt=0, le=50_000)] | None = None
    nearest: tuple[str, ...] | None = None
    substances: Literal["threshold_sum"] | None = None


class Indicator(BothLanguages):
    component: ComponentKey
    unit_zh: str
    unit_en: str
    input: Input
    scale: Literal["linear", "log"] = "linear"
    curve: tuple[Pair, ...] | None = None
    choices: Mapping[str, Share] | None = None
    source: Provenance

    def worst(self) -> float:
        return max(self._values())

    def best(self) -> float:
        return min(self._values())

    def _values(self) -> list[float]:
        return [y for _, y in self.curve] if self.curve else list((self.choices or {}).values())

    def at(self, value: float) -> float:
        """The normalised value, 0–1. Beyond the ends of the curve its ends hold."""
        points = list(self.curve or ())
        if value <= points[0][0]:
            return points[0][1]
        for (x0, y0), (x1, y1) in pairwise(points):
            if value <= x1:
                share = (
                    (math.log(value) - math.log(x0)) / (math.log(x1) - math.log(x0))
                    if self.scale == "log"
                    else (value - x0) / (x1 - x0)
                )
                return y0 + (y1 - y0) * share
        return points[-1][1]

    def beyond(self, value: float) -> bool:
        points = self.curve or ()
        return bool(points) and not points[0][0] <= value <= points[-1][0]


class Property(BothLanguages):
    type: Literal["number", "choice", "text", "substances"]
    unit_zh: str = ""
    unit_en: str = ""
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, BothLanguages] | None = None


class Take(RuleModel):
    """How a facility record fills a property: another name, a factor, a table of words; for substances also where the mass stands."""

    from_: Annotated[str, Field(alias="from")]
    times: float = 1.0
    words: Mapping[str, str] | None = None
    mass: str | None = None


class FacilitySource(RuleModel):
    kind: str
    only: Mapping[str, tuple[str, ...]] = {}
    unless: Mapping[str, tuple[str, ...]] = {}

    def takes(self, properties: Mapping[str, Json]) -> bool:
        return all(properties.get(name) in values for name, values in self.only.items()) and not any(
            properties.get(name) in values for name, values in self.unless.items()
        )


class SiteKind(BothLanguages):
    key: Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]
    group: Literal["hazard", "vulnerable"]
    symbol: Literal["square", "triangle", "circle"]
    facilities: tuple[FacilitySource, ...]
    classes: tuple[str, ...]
    properties: tuple[str, ...]
    take: Mapping[str, Take]
    indicators: Mapping[str, Share]
    scenarios: tuple[str, ...]

    def fits(self, class_key: str) -> bool:
        """Whether a site of this kind is a first answer to an emergency of this class: the same family, either way round."""
        return any(
            class_key == one or class_key.startswith(f"{one}.") or one.startswith(f"{class_key}.")
            for one in self.classes
        )


class RegisterRules(RuleModel):
    version: int
    owner: BothLanguages
    levels: Levels
    near_m: Annotated[float, Field(gt=0, le=20_000)]
    survey_years: Years
    components: Mapping[ComponentKey, Component]
    weights_source: Provenance
    major_hazard: MajorHazard
    indicators: Mapping[str, Indicator]
    properties: Mapping[str, Property]
    kinds: tuple[SiteKind, ...]
    scenarios: Mapping[str, ScenarioRule]

    def kind(self, key: str, field: str = "data.site_kind") -> SiteKind:
        """Raises Refused `unknown_site_kind`."""
        found = next((kind for kind in self.kinds if kind.key == key), None)
        if found is None:
            raise Refused(
                "unknown_site_kind",
                zh=f"没有“{key}”这类风险点；可用：{'、'.join(kind.key for kind in self.kinds)}。",
                en=f"There is no kind of site '{key}'; there are {', '.join(kind.key for kind in self.kinds)}.",
                field=field,
            )
        return found

    def substance(self, key: str) -> Substance | None:
        return next((one for one in self.major_hazard.substances if one.key == key), None)
