"""Every hazard model over a million exposure points with 1,000 draws, warm: how long the whole answer takes, how long until it is
known who is inside, and what the process holds. The case that reaches farthest is taken of each model's examples."""

import resource
import statistics
import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gis.hazards.catalogue import MODELS
from gis.hazards.ground import Ground
from gis.hazards.inputs import read_inputs
from gis.hazards.model import HazardModel
from gis.hazards.run import run
from spine.canonical import encode
from tests.benches.result import Row
from tests.gis.hazard_cases import EXAMPLES, Example
from tests.gis.hazard_ground import case, ground, valley

BAR_S, BAR_FIRST_S, BAR_GIB = 2.0, 1.0, 1.5
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Timed:
    model: str
    example: str
    whole_s: list[float]
    first_s: list[float]

    @property
    def p95(self) -> float:
        return float(np.quantile(self.whole_s, 0.95))


def models(points: int, rounds: int) -> list[Row]:
    """One row for the slowest model's answer, one for the slowest first answer, one for memory; each model's figures within."""
    town = replace(ground(points), heights=valley(0.0006))  # a million cells of heights as well
    told = [timed(model, example, town, rounds) for model in MODELS for example in _large(model)]
    slowest = max(told, key=lambda one: one.p95)
    first = max(told, key=lambda one: statistics.median(one.first_s))
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    figures: dict[str, Any] = {
        f"{one.model}: {one.example}": {
            "p50_s": round(statistics.median(one.whole_s), 4),
            "p95_s": round(one.p95, 4),
            "first_p50_s": round(statistics.median(one.first_s), 4),
        }
        for one in told
    }
    notes = [
        f"{name}: p50 {value['p50_s']:.3f} s, p95 {value['p95_s']:.3f} s, who is inside {value['first_p50_s']:.3f} s"
        for name, value in figures.items()
    ]
    named = f"{points:,} exposure points, {DRAWS:,} draws"
    method = f"{rounds} rounds of each model's farthest example, warm, one core: run() and its JSON as the pool's child does them"
    quickest = first.first_s
    return [
        Row("models", f"any model, {named}: whole answer, p95 of the slowest ({slowest.model})", f"≤ {BAR_S} s", "–", f"{slowest.p95:.3f} s", slowest.p95 / BAR_S, at_most=1.0, notes=notes, figures=figures, method=method),
        Row("models_first", f"the same until who is inside is known, slowest ({first.model})", f"≤ {BAR_FIRST_S} s", "–", f"{np.quantile(quickest, 0.95):.3f} s", float(np.quantile(quickest, 0.95)) / BAR_FIRST_S, at_most=1.0, method=method),
        Row("models_memory", f"the process that ran them all, {named}", f"≤ {BAR_GIB} GiB", "–", f"{gib:.2f} GiB", gib / BAR_GIB, at_most=1.0, method="largest resident size"),
    ]  # fmt: skip


def _large(model: HazardModel[Any]) -> list[Example]:
    examples = EXAMPLES[model.spec.id]
    return [one for one in examples if one.large] or list(examples[-1:])


def timed(model: HazardModel[Any], example: Example, town: Ground, rounds: int) -> Timed:
    whole: list[float] = []
    first: list[float] = []
    asked = case(model, example.inputs, class_key=example.class_key)
    for turn in range(rounds + 1):
        began = time.perf_counter()
        # As a fresh question: inputs are read anew, nothing of the last answer is kept.
        answer = run(model, replace(asked, inputs=read_inputs(model.spec.inputs, example.inputs)), town, draws=DRAWS)
        encode(answer.to_json())
        if turn:  # the first warms what is made once
            whole.append(time.perf_counter() - began)
            first.append((answer.timings["prepare_ms"] + answer.timings["count_ms"]) / 1000)
    return Timed(model.spec.id, example.name, whole, first)
