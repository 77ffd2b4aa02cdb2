"""What a person may set, checked against what the models declare before it is kept (pure)."""

from collections.abc import Mapping
from typing import Any

from gis.hazards.catalogue import model_named, models_for
from gis.hazards.describe_inputs import given_json
from gis.hazards.inputs import Input, Inputs, read_inputs
from gis.hazards.model import HazardModel
from gis.hazards.needs import is_of
from spine.canonical import Json, JsonObject
from spine.errors import Refused


def check_model(class_key: str, model: str, field: str) -> None:
    """Raises Refused `unknown_model`, or `model_of_other_class` for one that does not cover the incident's class."""
    chosen = model_named(model, field)
    if not any(is_of(class_key, family) for family in chosen.spec.classes):
        raise Refused(
            "model_of_other_class",
            zh=f"模型“{chosen.spec.zh}”不适用于这类事件。",
            en=f"The model '{chosen.spec.en}' does not cover this class of event.",
            field=field,
        )


def check_input(class_key: str, model: str | None, name: str, value: Json, field: str) -> JsonObject:
    """An input of the chosen model or of one that covers the class, with a value that can be.

    Returns its words: {zh, en, value_zh, value_en}. Raises Refused `unknown_input` or what reading the value raises.
    """
    spec = _declared(class_key, model, name)
    if spec is None:
        known = sorted({one.name for chosen in _speaking(class_key, model) for one in chosen.spec.inputs})
        raise Refused(
            "unknown_input",
            zh=f"评估模型没有“{name}”这一输入；可用：{'、'.join(known)}。",
            en=f"The models for this incident have no input '{name}'; there are {', '.join(known)}.",
            field=field,
        )
    if value is None:
        raise Refused(
            "value_missing",
            zh=f"请填写“{spec.zh}”的数值；要恢复系统取值请选择“撤回”。",
            en=f"Give a value for '{spec.en}'; to let the record speak again, withdraw it.",
            field=field,
        )
    told = given_json(_read_one(spec, value, field)[name])
    return {"zh": spec.zh, "en": spec.en, "value_zh": told.get("value_zh"), "value_en": told.get("value_en")}


def _read_one(spec: Input, value: Json, field: str) -> Inputs:
    prefix, _, last = field.rpartition(".")
    if last == spec.name:
        return read_inputs((spec,), {spec.name: value}, field=prefix)
    try:
        return read_inputs((spec,), {spec.name: value}, field="")
    except Refused as refusal:
        # The command names its field by what it is in the command, not by the input.
        raise Refused(refusal.code, zh=refusal.zh, en=refusal.en, field=field) from refusal


def check_inputs(class_key: str, model: str | None, inputs: Mapping[str, Json], field: str) -> None:
    """Raises Refused as `check_input`, naming `field`.name."""
    for name, value in inputs.items():
        check_input(class_key, model, name, value, f"{field}.{name}")


def _speaking(class_key: str, model: str | None) -> list[HazardModel[Any]]:
    """The chosen model, then those that cover the class."""
    chosen = [] if model is None else [model_named(model)]
    return [*chosen, *(one for one in models_for(class_key) if one not in chosen)]


def _declared(class_key: str, model: str | None, name: str) -> Input | None:
    for chosen in _speaking(class_key, model):
        for spec in chosen.spec.inputs:
            if spec.name == name:
                return spec
    return None
