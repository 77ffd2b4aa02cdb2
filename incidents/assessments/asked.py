"""What is asked of the models for one scenario of an incident, gathered from its record (pure).

An input is, in this order: what the what-if supposes; what a person set; the incident's figure that feeds it; the newest attached
alert; what the words of the report say; otherwise the model's own prior, or asked for.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis.hazards.catalogue import model_named, models_for
from gis.hazards.describe_inputs import declaration_json
from gis.hazards.inputs import Input, NumberInput, missing
from gis.hazards.model import HazardModel
from gis.hazards.substance_words import inputs_from_words
from incidents.alert import Alert
from incidents.assessments.assessment import LIVE
from incidents.assessments.changes import Adjustment, WhatIf
from incidents.incident import Figure, Incident
from spine.canonical import Json, JsonObject, encode
from spine.clock import iso
from spine.errors import Refused

_OF_ALERT = ("magnitude", "depth_km")
"""Figures that an alert carries."""


@dataclass(frozen=True, slots=True)
class Situation:
    """The record at one moment. `words`: what was reported, as text; `ground` names the state of who and what is where."""

    incident: Incident
    figures: Sequence[Figure]
    alerts: Sequence[Alert]
    adjustments: Sequence[Adjustment]
    what_ifs: Sequence[WhatIf]
    words: str
    ground: str


@dataclass(frozen=True, slots=True)
class Source:
    value: Json
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model with what the record gives it. `lacking`: required inputs that nobody has given."""

    model: HazardModel[Any]
    given: Mapping[str, Source]
    lacking: Sequence[Input]
    footprint: Json

    def to_json(self) -> JsonObject:
        return {
            "model": self.model.spec.id,
            "inputs": {name: source.value for name, source in self.given.items()},
            "told": {name: [source.zh, source.en] for name, source in self.given.items()},
            "lacking": [_ask(one) for one in self.lacking],
            "footprint": self.footprint,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """Models in the order in which they are wanted: the first that can answer does. `hash` names everything that is asked."""

    scenario: str
    class_key: str
    at: str
    point: tuple[float, float] | None
    excluded: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    known: Mapping[str, float]
    area_code: str
    ground: str
    hash: str

    def to_json(self) -> JsonObject:
        return {
            "scenario": self.scenario,
            "class_key": self.class_key,
            "at": self.at,
            "point": None if self.point is None else list(self.point),
            "excluded": list(self.excluded),
            "candidates": [one.to_json() for one in self.candidates],
            "known": dict(self.known),
            "area_code": self.area_code,
            "ground": self.ground,
        }


def scenarios(situation: Situation) -> list[str]:
    return [LIVE, *(one.scenario for one in situation.what_ifs)]


def asked(situation: Situation, scenario: str) -> Asked:
    """Raises KeyError for a scenario that there is not."""
    incident = situation.incident
    what_if = None if scenario == LIVE else {one.scenario: one for one in situation.what_ifs}[scenario]
    out = {one.name for one in situation.adjustments if one.kind == "facility"}
    if what_if is not None:
        out |= set(what_if.excluded)
    candidates = tuple(_candidate(situation, what_if, model) for model in _models(situation, what_if))
    point = _point(incident)
    known = {f.metric: f.value for f in situation.figures if f.value is not None}
    said: dict[str, Json] = {
        "class": incident.class_key,
        "area": incident.area_code,
        # What is confirmed bounds what is estimated; other figures change nothing here.
        "known": {name: known[name] for name in sorted(_estimated(candidates)) if name in known},
        "at": iso(incident.occurred_at),
        "point": None if point is None else list(point),
        "excluded": sorted(out),
        "models": [
            [
                f"{one.model.spec.id}@{one.model.spec.version}",
                {name: source.value for name, source in one.given.items()},
                one.footprint,
            ]
            for one in candidates
        ],
        "ground": situation.ground,
    }
    return Asked(
        scenario=scenario,
        class_key=incident.class_key,
        at=iso(incident.occurred_at),
        point=point,
        excluded=tuple(sorted(out)),
        candidates=candidates,
        known=known,
        area_code=incident.area_code,
        ground=situation.ground,
        hash=hashlib.sha256(encode(said).encode()).hexdigest(),
    )


def _estimated(candidates: Sequence[Candidate]) -> set[str]:
    """Figures that the first model which lacks nothing estimates, and those that are counted with them."""
    first = next((one for one in candidates if not one.lacking), None)
    found: set[str] = set() if first is None else set(first.model.spec.outcomes)
    if "dead" in found:
        found.add("missing")
    return found


def _models(situation: Situation, what_if: WhatIf | None) -> list[HazardModel[Any]]:
    """The one that was chosen, then those that cover the class, the most particular first."""
    covering = models_for(situation.incident.class_key)
    chosen = [str(one.value) for one in situation.adjustments if one.kind == "model"]
    if what_if is not None and what_if.model is not None:
        chosen = [what_if.model]
    for name in chosen:
        try:
            model = model_named(name)
        except Refused:
            continue  # chosen in an earlier version of the program, which had it
        covering = [model, *(one for one in covering if one is not model)]
    return covering


def _candidate(situation: Situation, what_if: WhatIf | None, model: HazardModel[Any]) -> Candidate:
    given: dict[str, Source] = {}
    read = inputs_from_words(model.spec.id, situation.words)
    for spec in model.spec.inputs:
        source = _source(situation, what_if, spec)
        if source is None and spec.name in read:
            source = Source(
                read[spec.name], "报告文字（自动识读，请核对）", "words of the report (read by machine, to be checked)"
            )
        if source is not None:
            given[spec.name] = source
    lacking = missing(model.spec.inputs, {name: source.value for name, source in given.items()})
    return Candidate(model, given, lacking, _footprint(situation, model))


def _source(situation: Situation, what_if: WhatIf | None, spec: Input) -> Source | None:
    if what_if is not None and spec.name in what_if.inputs:
        return Source(what_if.inputs[spec.name], f"推演设定：{what_if.title}", f"supposed: {what_if.title}")
    for one in situation.adjustments:
        if one.kind == "input" and one.name == spec.name:
            who = str(one.by.get("name", ""))
            return Source(one.value, f"{who}修正：{one.reason}", f"set by {who}: {one.reason}")
    if isinstance(spec, NumberInput) and spec.fed_by is not None:
        return _fed(situation, spec)
    return None


def _fed(situation: Situation, spec: NumberInput) -> Source | None:
    metric = str(spec.fed_by)
    figure = next((f for f in situation.figures if f.metric == metric and f.value is not None), None)
    alert = _newest_alert(situation, metric)
    if (
        figure is not None
        and alert is not None
        and figure.source == alert.source
        and figure.observed_at <= alert.sent_at
    ):
        # What the alert itself brought along gives way to what the alert says now.
        figure = None
    if figure is not None and figure.value is not None:
        return Source(figure.value * spec.scale, f"数据项·{figure.source}", f"figure, {figure.source}")
    if alert is not None:
        value = alert.magnitude if metric == "magnitude" else alert.depth_km
        if value is not None:
            return Source(value * spec.scale, f"预警信息·{alert.source}", f"alert, {alert.source}")
    return None


def _newest_alert(situation: Situation, metric: str) -> Alert | None:
    """The newest attached alert, not taken back, that knows this."""
    if metric not in _OF_ALERT:
        return None
    knowing = [
        one
        for one in situation.alerts
        if one.state != "cancelled" and (one.magnitude if metric == "magnitude" else one.depth_km) is not None
    ]
    return max(knowing, key=lambda one: one.sent_at, default=None)


def _footprint(situation: Situation, model: HazardModel[Any]) -> Json:
    """What a person drew as the impact area; what a warning named as its area only where there is no model of how far it reaches."""
    area = situation.incident.impact_area
    if area is None or model.spec.id.startswith("area"):
        return area
    return None if any(one.geometry == area for one in situation.alerts) else area


def _point(incident: Incident) -> tuple[float, float] | None:
    """Where it is; of an incident that only has an area, the middle of that."""
    if incident.lon is not None and incident.lat is not None:
        return incident.lon, incident.lat
    area = incident.incident_area or incident.impact_area
    if area is None:
        return None
    from shapely.geometry import shape

    middle = shape(area).representative_point()
    return float(middle.x), float(middle.y)


def _ask(spec: Input) -> JsonObject:
    told = declaration_json(spec)
    return {key: told.get(key, "") for key in ("name", "zh", "en", "unit_zh", "unit_en", "kind")}
