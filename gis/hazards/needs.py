"""From outcomes to resources: rules as data, each with its source and its owner (`needs.yaml`)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field

from gis.hazards.distribution import Floats
from gis.hazards.outcomes import OUTCOMES, one_figure, two_figures
from spine.canonical import Json

FILE = Path(__file__).with_name("needs.yaml")


class Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class NeedRule(BaseModel):
    """`per`: how many of the metric one unit of the item serves, (few, many); `least`: nothing is asked for below this metric."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    item: Words
    unit: Words
    metric: str
    classes: tuple[str, ...]
    per: tuple[float, float]
    least: float = 0.5
    source: Words
    verified: bool
    owner: Words


class _NeedsFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    rules: tuple[NeedRule, ...]


class NeedTrouble(ValueError):
    """The file of rules is wrong; names the rule."""


@dataclass(frozen=True, slots=True)
class NeedRules:
    version: int
    rules: tuple[NeedRule, ...]


@cache
def need_rules() -> NeedRules:
    """Raises NeedTrouble."""
    return read_rules(FILE)


def read_rules(path: Path) -> NeedRules:
    found = _NeedsFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    seen: set[str] = set()
    for rule in found.rules:
        if rule.id in seen:
            raise NeedTrouble(f"{path.name}: {rule.id} is there twice")
        seen.add(rule.id)
        if rule.metric not in OUTCOMES:
            raise NeedTrouble(f"{path.name}: {rule.id}: no model estimates {rule.metric}")
        if not 0 < rule.per[0] <= rule.per[1]:
            raise NeedTrouble(f"{path.name}: {rule.id}: per must be [few, many], both above 0")
    return NeedRules(found.version, found.rules)


def is_of(class_key: str, family: str) -> bool:
    return class_key == family or class_key.startswith(family + ".")


def needs(class_key: str, draws: Mapping[str, Floats]) -> list[Json]:
    """What will be needed: from the tenth percentile served generously to the ninetieth served tightly; nothing is left out silently
    but what comes to none."""
    found: list[Json] = []
    for rule in need_rules().rules:
        drawn = draws.get(rule.metric)
        if drawn is None or not any(is_of(class_key, family) for family in rule.classes):
            continue
        low, high = (float(q) for q in np.quantile(drawn, (0.1, 0.9)))
        if high < rule.least:
            continue
        outcome = OUTCOMES[rule.metric]
        spans = one_figure(low), one_figure(high)
        found.append(
            {
                "rule": rule.id,
                "item_zh": rule.item.zh,
                "item_en": rule.item.en,
                "unit_zh": rule.unit.zh,
                "unit_en": rule.unit.en,
                "low": two_figures(math.ceil(low / rule.per[1] - 1e-9)),
                "high": two_figures(math.ceil(high / rule.per[0] - 1e-9)),
                "because_zh": f"{outcome.zh} {spans[0]:,.0f}–{spans[1]:,.0f} {outcome.unit_zh}",
                "because_en": f"{spans[0]:,.0f}–{spans[1]:,.0f} {outcome.unit_en} {outcome.en}",
                "source_zh": rule.source.zh,
                "source_en": rule.source.en,
                "verified": rule.verified,
                "owner_zh": rule.owner.zh,
                "owner_en": rule.owner.en,
            }
        )
    return found
