"""Inputs as people and programs read them: what was given in an answer, and what a model asks for."""

import math

from gis.geometry import geometry_json
from gis.hazards.distribution import Dist
from gis.hazards.inputs import ChoiceInput, Given, Input, Inputs, NumberInput, SeriesInput, ShapeInput
from spine.canonical import Json, JsonObject


def number_words(value: float) -> str:
    """At most three significant figures, without an exponent."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    digits = max(2 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{min(digits, 6)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_unit(text: str, unit: str) -> str:
    return f"{text} {unit}".rstrip()


def given_json(one: Given) -> JsonObject:
    """One input of an answer."""
    spec = one.spec
    number = isinstance(spec, NumberInput | SeriesInput)
    told: JsonObject = {
        "name": spec.name,
        "zh": spec.zh,
        "en": spec.en,
        "unit_zh": spec.unit_zh if number else "",
        "unit_en": spec.unit_en if number else "",
        "kind": spec.kind,
        "origin": one.origin,
        "error": spec.error,
        "source_zh": one.source_zh,
        "source_en": one.source_en,
    }
    return {**told, **_value(one)}


def _value(one: Given) -> JsonObject:
    spec = one.spec
    if isinstance(spec, NumberInput) and one.dist is not None:
        zh, en = _dist_words(one.dist, spec.unit_zh), _dist_words(one.dist, spec.unit_en)
        spread = one.dist.kind != "exact"
        return {
            "value_zh": zh,
            "value_en": en,
            "median": one.dist.centre,
            "p10": one.dist.at(0.1) if spread else one.dist.centre,
            "p90": one.dist.at(0.9) if spread else one.dist.centre,
        }
    if isinstance(spec, ChoiceInput) and one.key is not None:
        choice = next(c for c in spec.choices if c.key == one.key)
        return {"value_zh": choice.zh, "value_en": choice.en, "key": one.key}
    if one.series is not None:
        return {
            "value_zh": f"{len(one.series)} 个数",
            "value_en": f"{len(one.series)} numbers",
            "series": list(one.series),
        }
    if one.shapes is not None:
        return {"value_zh": f"{len(one.shapes)} 个范围", "value_en": f"{len(one.shapes)} areas"}
    return {"value_zh": "未知", "value_en": "not known"}


def _dist_words(dist: Dist, unit: str) -> str:
    middle = number_words(dist.centre)
    if dist.kind == "exact":
        return with_unit(middle, unit)
    return with_unit(f"{middle} ({number_words(dist.at(0.1))}–{number_words(dist.at(0.9))})", unit)


def raw_json(inputs: Inputs) -> list[Json]:
    """Exactly what the model worked with, for the hash: priors are part of it."""
    found: list[Json] = []
    for one in inputs:
        value: Json = None
        if one.dist is not None:
            value = one.dist.to_json()
        elif one.key is not None:
            value = one.key
        elif one.series is not None:
            value = list(one.series)
        elif one.shapes is not None:
            value = [{"geometry": geometry_json(shape.geometry), "value": shape.value} for shape in one.shapes]
        found.append([one.spec.name, one.origin, value])
    return found


def declaration_json(spec: Input) -> JsonObject:
    """What a model asks for: for forms and for `fengsui assess --list`."""
    told: dict[str, Json] = {
        "name": spec.name, "zh": spec.zh, "en": spec.en, "kind": spec.kind, "error": spec.error, "optional": spec.optional,
    }  # fmt: skip
    if isinstance(spec, NumberInput):
        told |= {
            "unit_zh": spec.unit_zh, "unit_en": spec.unit_en, "low": spec.low, "high": spec.high,
            "calibrated": None if spec.calibrated is None else list(spec.calibrated),
            "fed_by": spec.fed_by, "severe": spec.severe, "prior": None,
            "required": spec.prior is None and not spec.optional,
        }  # fmt: skip
        if spec.prior is not None:
            dist = spec.prior.dist.within(spec.low, spec.high)
            told["prior"] = {
                "value": dist.to_json(), "median": dist.centre, "p10": dist.at(0.1), "p90": dist.at(0.9),
                "zh": spec.prior.zh, "en": spec.prior.en, "verified": spec.prior.verified,
            }  # fmt: skip
        return told
    if isinstance(spec, ChoiceInput):
        told["choices"] = [{"key": c.key, "zh": c.zh, "en": c.en} for c in spec.choices]
        told["prior"] = None if spec.prior is None else {"key": spec.prior, "zh": spec.prior_zh, "en": spec.prior_en}
        told["required"] = spec.prior is None and not spec.optional
        return told
    if isinstance(spec, SeriesInput):
        told |= {"unit_zh": spec.unit_zh, "unit_en": spec.unit_en, "low": spec.low, "high": spec.high}
        told |= {"least": spec.least, "most": spec.most}
    if isinstance(spec, ShapeInput):
        told["value_name"] = spec.value_name
    told["required"] = not spec.optional
    return told
