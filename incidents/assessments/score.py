"""How an answer compares with what really happened (pure).

Three measures for each outcome whose figure is known: whether the band that was held most likely is the one that came true;
whether the observed number lies in the 80 % interval as it was shown; and the logarithmic score, the natural logarithm of the
probability that had been given to the band that came true (Good, I. J. (1952) Rational decisions, J. R. Stat. Soc. B 14(1)):
0 is a certain hit, the more negative the worse. What is not known is not compared: unknown is not zero.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from incidents.assessments.assessment import Assessment
from incidents.metrics import metrics
from spine.canonical import Json

BAND_EDGES = (1.0, 10.0, 100.0, 1000.0)
"""Between 0, 1-9, 10-99, 100-999, 1000 and more; of whole numbers and of measured ones."""
LEAST_PROBABILITY = 1e-4
"""What a band was given at least for the logarithmic score: a thousand draws cannot tell less from never."""


@dataclass(frozen=True, slots=True)
class Score:
    """`band`, `best_band`: numbers of bands from 0; `inside`: p10 <= observed <= p90."""

    assessment_id: UUID
    outcome: str
    model: str
    model_version: str
    made_at: datetime
    observed: float
    p10: float
    p50: float
    p90: float
    band: int
    best_band: int
    inside: bool
    log_score: float
    scored_at: datetime


def scores_of(one: Assessment, figures: Mapping[str, float], at: datetime) -> list[Score]:
    """A score for each outcome of an answer that a known figure speaks of. `figures`: metric → value, known ones only."""
    outcomes = cast(Mapping[str, Mapping[str, Json]], (one.brief or {}).get("outcomes") or {})
    found: list[Score] = []
    for name, outcome in outcomes.items():
        observed = _observed(name, figures)
        chances = [float(cast(float, p)) for p in cast(Sequence[Json], outcome.get("band_probabilities") or [])]
        quantiles = [outcome.get(q) for q in ("p10", "p50", "p90")]
        if observed is None or len(chances) != len(BAND_EDGES) + 1 or any(q is None for q in quantiles):
            continue
        p10, p50, p90 = (float(cast(float, q)) for q in quantiles)
        band = bisect_right(BAND_EDGES, observed)
        found.append(
            Score(
                assessment_id=one.id,
                outcome=name,
                model=one.model,
                model_version=one.model_version,
                made_at=one.at,
                observed=observed,
                p10=p10,
                p50=p50,
                p90=p90,
                band=band,
                best_band=max(range(len(chances)), key=chances.__getitem__),
                inside=p10 <= observed <= p90,
                log_score=math.log(max(chances[band], LEAST_PROBABILITY)),
                scored_at=at,
            )
        )
    return found


def _observed(outcome: str, figures: Mapping[str, float]) -> float | None:
    """The known number of an outcome; of deaths those that are counted with the missing where these are known."""
    book = metrics()
    key = {"dead": "deaths_incl_missing", "injured": "injured_total"}.get(outcome, outcome)
    if key not in book.metrics and key not in book.derived:
        return None
    known = book.known(key, figures)
    if known is None or (outcome == "dead" and "dead" not in known.sources):
        return None
    return known.value
