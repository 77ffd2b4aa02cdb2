"""Scenarios of the register: their rules speak the models' language, every case is one plan, and what is missing is said once."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from gis.hazards.catalogue import MODELS, model_named
from gis.hazards.inputs import ChoiceInput, NumberInput, read_inputs
from gis.hazards.model import Case
from gis.hazards.run import run
from incidents.register.rule_book import register_rules
from incidents.register.scenarios import Plan, plans_of
from incidents.register.site import Site
from incidents.register.take_in import site_id_of
from tests.gis.hazard_ground import LAT, LON, ground

RULES = register_rules()
AT = datetime(2026, 3, 1, 10, 0, tzinfo=UTC)


def site(kind: str, properties: dict[str, Any], **more: Any) -> Site:
    facts: dict[str, Any] = {
        "id": UUID(int=1), "facility_code": None, "facility_print": None, "kind": kind, "name": "点", "name_en": None, "lon": LON, "lat": LAT,
        "origin": "WGS84", "area_code": "530926102", "owner": None, "department": None, "surveyed_on": None, "properties": properties,
        "source": "调查", "source_en": None, "mark": "R", "retired": False, "entered_by": {"id": "x"}, "entered_at": AT,
        "changed_by": {"id": "x"}, "changed_at": AT, "reason": "登记", "recompute_at": None, "version": 1, **more,
    }  # fmt: skip
    return Site(**facts)


def plans(kind: str, properties: dict[str, Any]) -> list[Plan]:
    return plans_of(RULES, RULES.kind(kind), site(kind, properties))


CHLORINE = {"substances": [{"key": "chlorine", "mass_t": 2.0}]}
DAM = {"storage_wan_m3": 850.0, "dam_height_m": 31.0, "dam_type": "earth"}
SLOPE = {
    "slope_wan_m3": 12.5,
    "slope_height_m": 90.0,
    "slope_deg": 32.0,
    "slide_towards_deg": 200.0,
    "geo_kind": "slope",
}


def test_every_rule_speaks_its_models_language() -> None:
    for name, rule in RULES.scenarios.items():
        for id_, inputs in ((rule.model, rule.inputs), *([(m.model, m.inputs)] if (m := rule.meanwhile) else [])):
            specs = {one.name: one for one in model_named(id_).spec.inputs}
            assert set(inputs) <= set(specs), name
            for key, source in inputs.items():
                spec = specs[key]
                if isinstance(spec, ChoiceInput):
                    known = {choice.key for choice in spec.choices}
                    said = set(source.words.values()) if source.words else {str(source.value)}
                    if source.substance == "key":
                        wanted = [s.key for s in RULES.major_hazard.substances if s.hazard in rule.when.substance]
                        said = set(wanted)
                    assert said <= known, (name, key, said - known)
                if isinstance(spec, NumberInput) and isinstance(source.value, float):
                    assert spec.low <= source.value <= spec.high, (name, key)


@pytest.mark.parametrize(
    ("kind", "properties", "count"),
    [
        ("hazardous_site", CHLORINE, 2 * 2 * 8),
        ("hazardous_site", {"substances": [{"key": "lpg", "mass_t": 60.0}]}, 2),
        ("hazardous_site", {"substances": [{"key": "petrol", "mass_t": 60.0}]}, 0),
        ("hazardous_site", {"substances": []}, 0),
        ("hazardous_site", {}, 0),
        ("dam", DAM, 2),
        ("geo_point", SLOPE, 2),
        ("school", {"people": 900.0}, 0),
    ],
)
def test_every_case_is_one_plan(kind: str, properties: dict[str, Any], count: int) -> None:
    found = plans(kind, properties)
    assert len(found) == count
    assert len({plan.key for plan in found}) == count
    assert all(not plan.missing and not plan.stands_in and plan.model_version for plan in found)


def test_what_is_missing_is_said_once_and_names_it() -> None:
    [toxic] = plans("hazardous_site", {"substances": [{"key": "chlorine", "mass_t": None}]})
    assert toxic.missing == ("mass_t",)
    [dam] = plans("dam", {"dam_height_m": 31.0})
    assert dam.missing == ("storage_wan_m3",)


def test_the_substance_that_weighs_most_is_the_one_and_an_unknown_mass_goes_first() -> None:
    two = [{"key": "chlorine", "mass_t": 1.0}, {"key": "ammonia", "mass_t": 20.0}]  # β q/Q 0.8 and 4
    assert {str(plan.inputs["substance"]) for plan in plans("hazardous_site", {"substances": two})} == {"ammonia"}
    [waiting] = plans("hazardous_site", {"substances": [*two, {"key": "phosgene", "mass_t": None}]})
    assert waiting.missing == ("mass_t",)


def test_another_fact_model_or_ground_is_another_basis() -> None:
    first = plans("dam", DAM)[0]
    assert first.basis("g") == plans("dam", DAM)[0].basis("g")
    assert first.basis("g") != first.basis("h")
    assert first.basis("g") != plans("dam", {**DAM, "storage_wan_m3": 851.0})[0].basis("g")
    assert first.inputs == {"water_million_m3": 8.5, "dam_height_m": 31.0, "mode": "overtopping"}


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("hazardous_site", CHLORINE),
        ("hazardous_site", {"substances": [{"key": "lpg", "mass_t": 60.0}]}),
        ("hazardous_site", {"substances": [{"key": "explosive", "mass_t": 5.0}]}),
        ("hazardous_site", {"substances": [{"key": "fireworks", "mass_t": 8.0}]}),
        ("dam", DAM),
        ("geo_point", SLOPE),
    ],
)
def test_the_models_answer_what_the_rules_ask(kind: str, properties: dict[str, Any]) -> None:
    town = ground()
    for plan in plans(kind, properties)[:2]:
        model = model_named(plan.model)
        inputs = read_inputs(model.spec.inputs, plan.inputs)
        answer = run(model, Case(plan.class_key, AT, plan.lon, plan.lat, inputs), town, draws=100).to_json()
        footprints = answer["footprints"]
        assert isinstance(footprints, list)
        assert footprints


def test_a_facility_is_the_same_site_everywhere() -> None:
    assert site_id_of("F-1") == site_id_of("F-1") != site_id_of("F-2")
    assert len({model.spec.id for model in MODELS}) == len(MODELS)
