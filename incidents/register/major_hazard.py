"""Grading of a major hazard installation (重大危险源分级) by R of GB 18218 (pure).

R = α Σ βᵢ qᵢ/Qᵢ, with α by the people within 500 m of the boundary: 危险化学品重大危险源监督管理暂行规定 (Order 40 of the State
Administration of Work Safety, 2011) annex 1; tables 1–6 of GB 18218-2018. A unit with Σ qᵢ/Qᵢ < 1 is no major hazard installation.
People are those within a circle about the site's point, not about its fence: the register holds points.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from incidents.register.reading import Reading
from incidents.register.rules import RegisterRules
from spine.canonical import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Held:
    """A substance of the rules' table in a site, tonnes; None: how much is not known."""

    key: str
    mass_t: float | None


@dataclass(frozen=True, slots=True)
class Grading:
    """Each as (low, high) where the people are known within a range. Grade 1 is the highest; None: no major hazard installation."""

    threshold_sum: float
    beta_sum: float
    alpha: tuple[float, float]
    r: tuple[float, float]
    grade: tuple[int | None, int | None]
    terms: Sequence[JsonObject]

    def to_json(self) -> JsonObject:
        terms: list[Json] = list(self.terms)
        return {
            "threshold_sum": round(self.threshold_sum, 4),
            "beta_sum": round(self.beta_sum, 4),
            "alpha": list(self.alpha),
            "r": [round(self.r[0], 2), round(self.r[1], 2)],
            "grade": list(self.grade),
            "terms": terms,
        }


def beta_sum(rules: RegisterRules, held: Sequence[Held]) -> float | None:
    """Σ β q/Q; None when the mass of any substance is not known."""
    total = 0.0
    for one in held:
        substance = rules.substance(one.key)
        if substance is None or one.mass_t is None:
            return None
        total += substance.beta * one.mass_t / substance.q_t
    return total


def alpha_of(rules: RegisterRules, people: float) -> float:
    """α for so many people outside the fence (whole people: half a person counts as one)."""
    count = -(-people // 1)
    return next(alpha for least, alpha in reversed(rules.major_hazard.alpha) if count >= least)


def grade_of(rules: RegisterRules, r: float) -> int:
    return next(row.grade for row in rules.major_hazard.grades if r >= row.from_)


def grading(rules: RegisterRules, held: Sequence[Held], people: Reading | None) -> Grading | None:
    """None when a mass is not known or there is no substance of the table. People not known: α from its least to its most."""
    beta = beta_sum(rules, held)
    if beta is None or not held:
        return None
    alphas = [alpha for _, alpha in rules.major_hazard.alpha]
    low, high = alphas[0], alphas[-1]
    if people is not None and people.low is not None and people.high is not None:
        low, high = alpha_of(rules, people.low), alpha_of(rules, people.high)
    total, terms = 0.0, list[JsonObject]()
    for one in held:
        substance = rules.substance(one.key)
        if substance is None or one.mass_t is None:
            raise AssertionError("beta_sum has looked at them")
        share = one.mass_t / substance.q_t
        total += share
        terms.append(
            {
                "key": substance.key, "zh": substance.zh, "en": substance.en, "mass_t": one.mass_t, "q_t": substance.q_t,
                "beta": substance.beta, "share": round(share, 4), "term": round(substance.beta * share, 4),
            }
        )  # fmt: skip
    grades = (grade_of(rules, low * beta), grade_of(rules, high * beta)) if total >= 1 else (None, None)
    return Grading(total, beta, (low, high), (low * beta, high * beta), grades, terms)
