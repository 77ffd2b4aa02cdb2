"""Reads `rules/risk_register.yaml` and checks what its shapes cannot say: weights that add up, curves that rise, names that exist."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from incidents.classification import catalogue
from incidents.register.rules import ComponentKey, Indicator, Pair, RegisterRules, SiteKind
from incidents.rule_file import RULES, RuleTrouble, read_rules


@dataclass(frozen=True, slots=True)
class _Check:
    """What a model of the file cannot say of itself. Each method raises RuleTrouble naming the place."""

    file: str
    rules: RegisterRules

    def trouble(self, place: str, words: str) -> RuleTrouble:
        return RuleTrouble(f"{self.file}: {place}: {words}")

    def all(self) -> None:
        self.levels()
        self.weights()
        self.grading()
        for key, indicator in self.rules.indicators.items():
            self.indicator(key, indicator)
        for kind in self.rules.kinds:
            self.kind(kind)
        if len({kind.key for kind in self.rules.kinds}) != len(self.rules.kinds):
            raise self.trouble("kinds", "a kind stands there twice")

    def levels(self) -> None:
        limits = [row.from_ for row in self.rules.levels.rows]
        if limits[-1:] != [0] or any(high <= low for high, low in pairwise(limits)):
            raise self.trouble("levels", "must fall to 0")
        if self.rules.survey_years.fresh >= self.rules.survey_years.old:
            raise self.trouble("survey_years", "old must be more than fresh")

    def weights(self) -> None:
        if set(self.rules.components) != {"hazard", "exposure", "vulnerability", "capacity"}:
            raise self.trouble("components", "must be hazard, exposure, vulnerability, capacity")
        if abs(sum(one.weight for one in self.rules.components.values()) - 1) > 1e-9:
            raise self.trouble("components", "weights must add up to 1")

    def grading(self) -> None:
        alpha, grades = self.rules.major_hazard.alpha, self.rules.major_hazard.grades
        if not alpha or alpha[0][0] != 0 or any(b[0] <= a[0] or b[1] < a[1] for a, b in pairwise(alpha)):
            raise self.trouble("major_hazard.alpha", "must rise from 0")
        if not grades or grades[-1].from_ != 0 or any(b.from_ >= a.from_ for a, b in pairwise(grades)):
            raise self.trouble("major_hazard.grades", "must fall to 0")

    def indicator(self, key: str, one: Indicator) -> None:
        place, given = f"indicators.{key}", one.input.model_dump(exclude={"metres"}, exclude_none=True)
        if len(given) != 1 or (one.input.around is not None) != (one.input.metres is not None):
            raise self.trouble(place, "input must be one of property, around with metres, nearest, substances")
        if (one.curve is None) == (one.choices is None):
            raise self.trouble(place, "needs a curve or choices, not both")
        named = self.rules.properties.get(one.input.property or "")
        if one.input.property is not None and named is None:
            raise self.trouble(place, f"no property {one.input.property}")
        if one.choices is not None and (named is None or set(one.choices) != set(named.choices or {})):
            raise self.trouble(place, "choices must be those of the property")
        if one.curve is not None:
            self.curve(place, one, one.curve)

    def curve(self, place: str, one: Indicator, curve: tuple[Pair, ...]) -> None:
        xs, ys = [x for x, _ in curve], [y for _, y in curve]
        if len(curve) < 2 or any(b <= a for a, b in pairwise(xs)) or (one.scale == "log" and xs[0] <= 0):
            raise self.trouble(place, "inputs of the curve must rise (and be above 0 on a log scale)")
        if min(ys) < 0 or max(ys) > 1:
            raise self.trouble(place, "values of the curve must lie within 0 and 1")
        steps = [b - a for a, b in pairwise(ys)]
        if not (all(step >= 0 for step in steps) or all(step <= 0 for step in steps)):
            raise self.trouble(place, "the curve must rise all the way or fall all the way")

    def kind(self, kind: SiteKind) -> None:
        place = f"kinds.{kind.key}"
        sums: dict[ComponentKey, float] = dict.fromkeys(self.rules.components, 0.0)
        for name, weight in kind.indicators.items():
            indicator = self.rules.indicators.get(name)
            if indicator is None:
                raise self.trouble(place, f"no indicator {name}")
            if indicator.input.property is not None and indicator.input.property not in kind.properties:
                raise self.trouble(place, f"{name} reads {indicator.input.property}, which this kind does not have")
            sums[indicator.component] += weight
        for component, total in sums.items():
            if abs(total - 1) > 1e-9:
                raise self.trouble(place, f"weights of {component} add up to {total:g}, not 1")
        for name in (*kind.properties, *kind.take):
            if name not in self.rules.properties:
                raise self.trouble(place, f"no property {name}")
        for name in kind.scenarios:
            if name not in self.rules.scenarios:
                raise self.trouble(place, f"no scenario {name}")
        known = catalogue().classes
        for name in kind.classes:
            if name not in known:
                raise self.trouble(place, f"no class {name}")


def load_register_rules(path: Path) -> RegisterRules:
    """Raises RuleTrouble."""
    rules = read_rules(path, RegisterRules)
    _Check(path.name, rules).all()
    return rules


@cache
def register_rules() -> RegisterRules:
    """The rules that are shipped."""
    return load_register_rules(RULES / "risk_register.yaml")
