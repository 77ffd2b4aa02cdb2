"""All hazard models, and which one speaks for a class of event. A new model is added here, once."""

from typing import Any

from gis.hazards.area import AreaModel, SecurityAreaModel
from gis.hazards.building_collapse import BuildingCollapseModel
from gis.hazards.building_fire import BuildingFireModel
from gis.hazards.crowd import CrushModel, GatheringModel
from gis.hazards.dam_break import DamBreakModel, LandslideDamModel
from gis.hazards.describe_inputs import declaration_json
from gis.hazards.earthquake import EarthquakeModel
from gis.hazards.epidemic import EpidemicModel
from gis.hazards.explosion import ExplosionModel
from gis.hazards.flood import FLOODS
from gis.hazards.landslide import LandslideModel
from gis.hazards.mine import MineModel
from gis.hazards.model import HazardModel
from gis.hazards.needs import is_of
from gis.hazards.poisoning import PoisoningModel
from gis.hazards.toxic_release import ToxicReleaseModel
from gis.hazards.traffic import TrafficModel
from gis.hazards.wildfire import WildfireModel
from spine.canonical import Json, JsonObject
from spine.errors import Refused

MODELS: tuple[HazardModel[Any], ...] = (
    AreaModel(),
    SecurityAreaModel(),
    EpidemicModel(),
    PoisoningModel(),
    CrushModel(),
    GatheringModel(),
    BuildingCollapseModel(),
    BuildingFireModel(),
    MineModel(),
    TrafficModel(),
    EarthquakeModel(),
    LandslideModel(),
    WildfireModel(),
    *FLOODS,
    DamBreakModel(),
    LandslideDamModel(),
    ToxicReleaseModel(),
    ExplosionModel(),
)


def model_named(id_: str, field: str = "model") -> HazardModel[Any]:
    """Raises Refused `unknown_model`."""
    for model in MODELS:
        if model.spec.id == id_:
            return model
    known = ", ".join(model.spec.id for model in MODELS)
    raise Refused(
        "unknown_model",
        zh=f"没有模型“{id_}”；可用：{known}。",
        en=f"There is no model '{id_}'; there are {known}.",
        field=field,
    )


def models_for(class_key: str) -> list[HazardModel[Any]]:
    """Models that cover this class, the most particular first; never empty for a class of the catalogue."""
    fitting = [
        (max(len(family) for family in model.spec.classes if is_of(class_key, family)), model)
        for model in MODELS
        if any(is_of(class_key, family) for family in model.spec.classes)
    ]
    return [model for _, model in sorted(fitting, key=lambda pair: -pair[0])]


def model_for(class_key: str) -> HazardModel[Any]:
    """The most particular. Raises Refused `unknown_model` for a class outside the catalogue."""
    found = models_for(class_key)
    if not found:
        raise Refused(
            "unknown_model",
            zh=f"没有适用于“{class_key}”的模型。",
            en=f"No model covers '{class_key}'.",
            field="class_key",
        )
    return found[0]


def spec_json(model: HazardModel[Any]) -> JsonObject:
    """Everything a model declares, for forms and for `fengsui assess --list`."""
    spec = model.spec
    sources: list[Json] = [
        {"zh": s.zh, "en": s.en, "equations": s.equations, "verified": s.verified} for s in spec.sources
    ]
    parameters: list[Json] = [
        {
            "name": p.name, "zh": p.zh, "en": p.en, "unit_zh": p.unit_zh, "unit_en": p.unit_en, "value": p.dist.to_json(),
            "error": p.error, "source_zh": p.source_zh, "source_en": p.source_en, "verified": p.verified,
        }
        for p in spec.parameters
    ]  # fmt: skip
    return {
        "id": spec.id,
        "version": spec.version,
        "zh": spec.zh,
        "en": spec.en,
        "classes": list(spec.classes),
        "inputs": [declaration_json(one) for one in spec.inputs],
        "parameters": parameters,
        "sources": sources,
        "outcomes": list(spec.outcomes),
        "casualties": spec.casualties,
        "affected_zh": spec.affected_zh,
        "affected_en": spec.affected_en,
        "weaknesses_zh": list(spec.weaknesses_zh),
        "weaknesses_en": list(spec.weaknesses_en),
        "turns": list(spec.turns),
    }
