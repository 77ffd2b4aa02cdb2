"""A model's answer and its JSON. A number never comes without its range, its model and its limits (invariant 11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.exposure.things import GROUPS
from gis.geodesic import area_km2
from gis.geometry import geometry_json
from gis.hazards.confidence import Confidence
from gis.hazards.describe_inputs import given_json, number_words, with_unit
from gis.hazards.distribution import Floats
from gis.hazards.ground import Basis, Inside
from gis.hazards.inputs import Error
from gis.hazards.model import Case, Footprint, Limit, Listed, ModelSpec, Prepared, note_json
from gis.hazards.needs import needs
from gis.hazards.outcomes import (
    OUTCOMES,
    band_probabilities,
    best_band,
    how_often,
    in_words,
    one_figure,
    outcome_json,
    two_figures,
)
from gis.hazards.turning import ERROR_WORDS, Change, largest
from spine.canonical import Json, JsonObject
from spine.clock import iso

MOST_ROWS = 30


@dataclass(frozen=True, slots=True)
class Counted:
    """One zone's numbers, the stronger zones within it included. None: not known."""

    people: tuple[float, float, float] | None
    people_day: float | None
    people_night: float | None
    buildings: float | None
    groups: Mapping[str, int] | None
    road_km: float | None
    inside: Inside


@dataclass(frozen=True, slots=True)
class PriorityArea:
    rank: int
    code: str | None
    county: str | None
    name_zh: str
    name_en: str
    people: float
    expected: float
    p90: float
    level_zh: str
    level_en: str
    reasons_zh: tuple[str, ...]
    reasons_en: tuple[str, ...]

    def to_json(self) -> JsonObject:
        return {
            "rank": self.rank,
            "code": self.code,
            "county": self.county,
            "name_zh": self.name_zh,
            "name_en": self.name_en,
            "people": two_figures(self.people),
            "expected": one_figure(self.expected),
            "p90": one_figure(self.p90),
            "level_zh": self.level_zh,
            "level_en": self.level_en,
            "reasons_zh": list(self.reasons_zh),
            "reasons_en": list(self.reasons_en),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """`draws`: the drawn outcomes, for whoever grades them; they are not part of the JSON."""

    spec: ModelSpec
    case: Case
    seed: int
    n: int
    inputs_hash: str
    prepared: Prepared[Any]
    counted: tuple[Counted, ...]
    draws: Mapping[str, Floats]
    shares: Mapping[Error, float]
    changes: Sequence[Change]
    priority: tuple[PriorityArea, ...]
    limits: tuple[Limit, ...]
    confidence: Confidence
    basis: Basis
    has_people: bool
    asks: tuple[str, ...]
    timings: Mapping[str, float]

    @property
    def primary(self) -> str:
        return self.spec.outcomes[0]

    def to_json(self) -> dict[str, Json]:
        """The shape that docs/decisions/0021 gives, without `grade`."""
        spec, case = self.spec, self.case
        summary = self.summary()
        return {
            "model": {"id": spec.id, "version": spec.version, "zh": spec.zh, "en": spec.en},
            "class_key": case.class_key,
            "at": iso(case.at),
            "point": {"lon": case.lon, "lat": case.lat},
            "seed": self.seed,
            "draws": self.n,
            "inputs_hash": self.inputs_hash,
            "inputs": [given_json(one) for one in case.inputs],
            "asks": [_ask(case, name) for name in self.asks],
            "zones": self._zones(),
            "footprints": [_footprint(one) for one in self.prepared.footprints],
            "primary": self.primary,
            "outcomes": {name: outcome_json(OUTCOMES[name], self.draws.get(name)) for name in spec.outcomes},
            "casualties": spec.casualties,
            "priority": [area.to_json() for area in self.priority],
            "lists": [_listed(one) for one in self.prepared.lists],
            "needs": needs(case.class_key, self.draws),
            "errors": self._errors(),
            "changes": [self._change(one) for one in self.changes],
            "summary_zh": summary[0],
            "summary_en": summary[1],
            "affected_zh": spec.affected_zh,
            "affected_en": spec.affected_en,
            "confidence": {
                "letter": self.confidence.letter,
                "reasons_zh": list(self.confidence.reasons_zh),
                "reasons_en": list(self.confidence.reasons_en),
            },
            "limits": [{**note_json(limit), "outside": limit.outside} for limit in self.limits],
            "assumptions": [note_json(note) for note in self.prepared.assumptions],
            "notes": [note_json(note) for note in self.prepared.notes],
            "exposure": {
                "loaded": self.has_people,
                "source_zh": self.basis.source_zh,
                "source_en": self.basis.source_en,
                "date": self.basis.date,
                "synthetic": self.basis.synthetic,
                "limits_zh": list(self.basis.limits_zh),
                "limits_en": list(self.basis.limits_en),
            },
            "sources": [
                {"zh": s.zh, "en": s.en, "equations": s.equations, "verified": s.verified} for s in spec.sources
            ],
            "weaknesses_zh": list(spec.weaknesses_zh),
            "weaknesses_en": list(spec.weaknesses_en),
            "timings": dict(self.timings),
        }

    def summary(self) -> tuple[str, str]:
        """The best band in words with its natural frequency; a leader reads this only."""
        outcome, drawn = OUTCOMES[self.primary], self.draws.get(self.primary)
        if drawn is None:
            zh, en = (
                ("尚缺输入", "an input is missing") if self.has_people else ("没有人口数据", "no exposure is loaded")
            )
            return f"{outcome.zh}：未知（{zh}）。", f"{outcome.en.capitalize()}: not known ({en})."
        shares = band_probabilities(drawn)
        best = best_band(shares)
        words, often = in_words(outcome, best), how_often(outcome, shares, best)
        if self.spec.casualties == "not_estimated":
            return f"最可能：{words[0]}。不作伤亡预测。", f"Most likely: {words[1]}. Casualties are not forecast."
        return f"最可能：{words[0]}；{often[0]}。", f"Most likely: {words[1]}; {often[1]}."

    def _zones(self) -> list[Json]:
        return [
            {
                "key": zone.key, "zh": zone.zh, "en": zone.en, "level": zone.level,
                "area_km2": round(area_km2(zone.polygon), 3), **_counted(one),
            }
            for zone, one in zip(self.prepared.zones, self.counted, strict=True)
        ]  # fmt: skip

    def _errors(self) -> JsonObject:
        top = largest(dict(self.shares))
        zh, en = ("", "") if top is None else ERROR_WORDS[top]
        shares: dict[str, Json] = {error: round(share, 3) for error, share in self.shares.items()}
        return {"shares": shares, "largest": top, "largest_zh": zh, "largest_en": en}

    def _change(self, one: Change) -> JsonObject:
        def end(value: float, outcome: float) -> JsonObject:
            words = number_words(value)
            return {
                "value": value,
                "value_zh": with_unit(words, one.unit_zh),
                "value_en": with_unit(words, one.unit_en),
                "p50": one_figure(outcome),
            }

        return {
            "name": one.name,
            "zh": one.zh,
            "en": one.en,
            "low": end(one.low, one.outcome_low),
            "high": end(one.high, one.outcome_high),
        }


def _counted(one: Counted) -> dict[str, Json]:
    people: Json = None
    if one.people is not None:
        people = {
            "p10": two_figures(one.people[0]),
            "p50": two_figures(one.people[1]),
            "p90": two_figures(one.people[2]),
        }
    told: dict[str, Json] = {
        "people": people,
        "people_day": None if one.people_day is None else round(one.people_day),
        "people_night": None if one.people_night is None else round(one.people_night),
        "buildings": None if one.buildings is None else round(one.buildings),
        "road_km": None if one.road_km is None else round(one.road_km, 2),
    }
    for group in GROUPS:
        told[group.key] = None if one.groups is None else one.groups[group.key]
    return told


def _ask(case: Case, name: str) -> JsonObject:
    full = given_json(case.inputs[name])
    return {key: full[key] for key in ("name", "zh", "en", "unit_zh", "unit_en", "kind")}


def _footprint(one: Footprint) -> JsonObject:
    return {
        "key": one.key,
        "zh": one.zh,
        "en": one.en,
        "level": one.level,
        "kind": one.kind,
        "basis": one.basis,
        "time_offset_s": one.time_offset_s,
        "probability": one.probability,
        "geometry": geometry_json(one.polygon),
        "inner": geometry_json(one.inner),
        "outer": geometry_json(one.outer),
    }


def _listed(one: Listed) -> JsonObject:
    rows: list[Json] = [
        {
            "id": row.id, "kind": row.kind, "name_zh": row.name_zh, "name_en": row.name_en, "lon": row.lon, "lat": row.lat,
            "value_zh": row.value_zh, "value_en": row.value_en,
        }
        for row in one.rows[:MOST_ROWS]
    ]  # fmt: skip
    return {"key": one.key, "zh": one.zh, "en": one.en, "total": len(one.rows), "rows": rows}
