"""The rule sets that grade incidents, read from `rules/grading/*.yaml`. What they mean is in `grading.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field

from incidents.classification import Catalogue, catalogue, is_within
from incidents.metrics import Metrics, metrics
from incidents.rule_file import RULES, BothLanguages, RuleModel, RuleTrouble, read_rules
from spine.canonical import Json, JsonObject

Grade: TypeAlias = Literal["I", "II", "III", "IV"]
GRADES: tuple[Grade, ...] = ("I", "II", "III", "IV")
"""Worst first."""
GRADE_WORDS: Mapping[Grade, tuple[str, str]] = {
    "I": ("特别重大（Ⅰ级）", "grade I (extraordinarily serious)"),
    "II": ("重大（Ⅱ级）", "grade II (serious)"),
    "III": ("较大（Ⅲ级）", "grade III (relatively serious)"),
    "IV": ("一般（Ⅳ级）", "grade IV (ordinary)"),
}
Judges: TypeAlias = Literal["grade", "response_level"]


class _TestEntry(RuleModel):
    metric: str
    at_least: float | None = None
    more_than: float | None = None


class _CriterionEntry(RuleModel):
    clause: BothLanguages
    metric: str | None = None
    at_least: dict[Grade, float] = Field(default_factory=dict[Grade, float])
    more_than: dict[Grade, float] = Field(default_factory=dict[Grade, float])
    grade: Grade | None = None
    all: tuple[_TestEntry, ...] = ()
    is_class: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    when: dict[str, str] = Field(default_factory=dict[str, str])
    zh: str | None = None
    en: str | None = None


class _PersonEntry(RuleModel):
    grade: Grade | None = None
    zh: str
    en: str
    verified: bool | None = None


class _RuleSetFile(RuleModel):
    id: str
    version: int
    judges: Judges
    title: BothLanguages
    source: BothLanguages
    src: str
    verified: bool
    illustrative: bool = False
    effective: date
    applies: list[str]
    criteria: tuple[_CriterionEntry, ...] = ()
    by_person: tuple[_PersonEntry, ...] = ()
    except_: tuple[str, ...] = Field(default=(), alias="not")


class _ContextEntry(RuleModel):
    default: str
    areas: dict[str, str]
    source: BothLanguages


class _ContextFile(RuleModel):
    version: int
    contexts: dict[str, _ContextEntry]


@dataclass(frozen=True, slots=True)
class Threshold:
    """`value` reached (`strict`: exceeded) means `grade`."""

    grade: Grade
    value: float
    strict: bool


@dataclass(frozen=True, slots=True)
class Test:
    metric: str
    value: float
    strict: bool


@dataclass(frozen=True, slots=True)
class Criterion:
    """One of three: a ladder of thresholds on one metric, tests that must all hold, or being of a class."""

    clause: BothLanguages
    metric: str | None
    ladder: tuple[Threshold, ...]
    grade: Grade | None
    tests: tuple[Test, ...]
    is_class: tuple[str, ...]
    classes: tuple[str, ...]
    when: Mapping[str, str]
    zh: str | None
    en: str | None


@dataclass(frozen=True, slots=True)
class ByPerson:
    """A criterion that only a person can judge."""

    grade: Grade | None
    zh: str
    en: str
    verified: bool


@dataclass(frozen=True, slots=True)
class RuleSet:
    id: str
    version: int
    judges: Judges
    title: BothLanguages
    source: BothLanguages
    src: str
    verified: bool
    illustrative: bool
    effective: date
    applies: tuple[str, ...]
    excludes: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    by_person: tuple[ByPerson, ...]

    def covers(self, class_key: str) -> bool:
        if any(is_within(class_key, family) for family in self.excludes):
            return False
        return any(is_within(class_key, family) for family in self.applies)

    def to_json(self) -> JsonObject:
        return {
            "id": self.id,
            "version": self.version,
            "judges": self.judges,
            "title_zh": self.title.zh,
            "title_en": self.title.en,
            "source_zh": self.source.zh,
            "source_en": self.source.en,
            "verified": self.verified,
            "illustrative": self.illustrative,
            "effective": self.effective.isoformat(),
            "applies": list(self.applies),
            "by_person": [{"grade": p.grade, "zh": p.zh, "en": p.en, "verified": p.verified} for p in self.by_person],
        }


@dataclass(frozen=True, slots=True)
class GradingRules:
    sets: tuple[RuleSet, ...]
    contexts: Mapping[str, _ContextEntry]

    def context_of(self, area_code: str | None) -> dict[str, str]:
        """What is known about the place: the entry of the longest area code that fits, else the default."""
        context: dict[str, str] = {}
        for name, entry in self.contexts.items():
            fitting = [code for code in entry.areas if (area_code or "").startswith(code)]
            context[name] = entry.areas[max(fitting, key=len)] if fitting else entry.default
        return context

    def to_json(self) -> list[Json]:
        return [rule_set.to_json() for rule_set in self.sets]


def _test(entry: _TestEntry, trouble: str) -> Test:
    if (entry.at_least is None) == (entry.more_than is None):
        raise RuleTrouble(f"{trouble}: a test has at_least or more_than")
    value = entry.at_least if entry.at_least is not None else entry.more_than
    return Test(entry.metric, float(value or 0), entry.more_than is not None)


def _ladder(entry: _CriterionEntry, trouble: str) -> tuple[Threshold, ...]:
    steps = [Threshold(g, entry.at_least[g], strict=False) for g in GRADES if g in entry.at_least]
    steps += [Threshold(g, entry.more_than[g], strict=True) for g in GRADES if g in entry.more_than]
    values = [step.value for step in steps]
    if values != sorted(values, reverse=True):
        raise RuleTrouble(f"{trouble}: a worse grade needs a higher figure")
    return tuple(steps)


def _criterion(entry: _CriterionEntry, trouble: str, known: Metrics, classes: Catalogue) -> Criterion:
    shapes = [bool(entry.metric), bool(entry.all), bool(entry.is_class)]
    if sum(shapes) != 1:
        raise RuleTrouble(f"{trouble}: exactly one of metric, all, is_class")
    if bool(entry.metric) == (entry.grade is not None) or bool(entry.metric) != bool(entry.at_least or entry.more_than):
        raise RuleTrouble(f"{trouble}: a metric needs thresholds, everything else needs a grade")
    if entry.is_class and not (entry.zh and entry.en):
        raise RuleTrouble(f"{trouble}: is_class needs its sentence in both languages")
    for name in (entry.metric, *(t.metric for t in entry.all)):
        if name is not None and name not in known.metrics and name not in known.derived:
            raise RuleTrouble(f"{trouble}: there is no metric {name}")
    for key in (*entry.is_class, *entry.classes):
        if classes.find(key) is None:
            raise RuleTrouble(f"{trouble}: there is no class {key}")
    return Criterion(
        clause=entry.clause,
        metric=entry.metric,
        ladder=_ladder(entry, trouble),
        grade=entry.grade,
        tests=tuple(_test(t, trouble) for t in entry.all),
        is_class=tuple(entry.is_class),
        classes=tuple(entry.classes),
        when=dict(entry.when),
        zh=entry.zh,
        en=entry.en,
    )


def _rule_set(file: _RuleSetFile, name: str, known: Metrics, classes: Catalogue) -> RuleSet:
    for key in (*file.applies, *file.except_):
        if classes.find(key) is None:
            raise RuleTrouble(f"{name}: there is no class {key}")
    return RuleSet(
        id=file.id,
        version=file.version,
        judges=file.judges,
        title=file.title,
        source=file.source,
        src=file.src,
        verified=file.verified,
        illustrative=file.illustrative,
        effective=file.effective,
        applies=tuple(file.applies),
        excludes=tuple(file.except_),
        criteria=tuple(_criterion(e, f"{name}: criteria.{n}", known, classes) for n, e in enumerate(file.criteria)),
        by_person=tuple(
            ByPerson(p.grade, p.zh, p.en, file.verified if p.verified is None else p.verified) for p in file.by_person
        ),
    )


def load_grading(folder: Path, context_file: Path, known: Metrics, classes: Catalogue) -> GradingRules:
    """Raises RuleTrouble: unknown class or metric, thresholds out of order, two sets with one id."""
    sets: dict[str, RuleSet] = {}
    for path in sorted(folder.glob("*.yaml")):
        found = _rule_set(read_rules(path, _RuleSetFile), path.name, known, classes)
        if found.id in sets:
            raise RuleTrouble(f"{path.name}: the id {found.id} is already used")
        sets[found.id] = found
    contexts = read_rules(context_file, _ContextFile).contexts
    for rule_set in sets.values():
        for criterion in rule_set.criteria:
            unknown = set(criterion.when) - set(contexts)
            if unknown:
                raise RuleTrouble(f"{rule_set.id}: nothing says what {unknown.pop()} is")
    return GradingRules(tuple(sets.values()), contexts)


@cache
def grading_rules() -> GradingRules:
    """The rule sets that are shipped."""
    return load_grading(RULES / "grading", RULES / "grading_context.yaml", metrics(), catalogue())
