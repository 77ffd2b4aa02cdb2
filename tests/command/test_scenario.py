"""Scenarios as data: the shipped one holds together, and what a scenario's author gets wrong is named."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from command.exercises.scenario import SCENARIOS, load_scenario, read_scenario, scenario_names
from command.handlers import HANDLINGS
from command.organisation.book import organisation
from command.rulebook import RulesTrouble
from incidents.handlers import HANDLINGS as INCIDENT_HANDLINGS
from spine.errors import Refused


def test_the_shipped_scenario_has_ten_injects_in_time_and_knows_its_commands() -> None:
    scenario = load_scenario("gengma_m63")
    ordinary = [i for i in scenario.injects if not i.contingency]
    assert [i.number for i in ordinary] == [str(n) for n in range(1, 11)]
    assert [i.at for i in ordinary] == sorted(i.at for i in ordinary)
    known = {h.data.kind for h in (*HANDLINGS, *INCIDENT_HANDLINGS)}
    assert {c.kind for i in scenario.injects for c in (*i.commands, *i.instead)} <= known
    assert {o.id for o in scenario.objectives} >= {i.objective for i in scenario.injects}
    assert scenario.starts_at.utcoffset() is not None


def test_contingencies_come_after_the_players_had_their_time() -> None:
    scenario = load_scenario("gengma_m63")
    targets = {o.id: o.target_minutes for o in scenario.objectives}
    for inject in scenario.injects:
        target = targets[inject.objective]
        if inject.contingency and inject.unless and target is not None:
            assert inject.at > target, inject.number


def test_an_unknown_scenario_is_refused() -> None:
    assert scenario_names() == ["gengma_m63"]
    with pytest.raises(Refused, match="not_found"):
        load_scenario("moon_landing")


def wrong(content: dict[str, Any], name: str) -> None:
    first: dict[str, Any] = content["injects"][0]
    match name:
        case "part":
            first["plays"] = "unit:nobody"
        case "objective":
            first["objective"] = "glory"
        case "late":
            first["at"] = 999
        case "reference":
            first["commands"][0]["data"]["class_key"] = {"ref": "moon"}
        case "unit":
            first["commands"][0]["data"]["class_key"] = {"unit": "nobody"}
        case "task":
            first["commands"][0]["data"]["class_key"] = {"ref": "task"}
        case "twice":
            content["injects"][1]["number"] = "1"
        case "empty":
            first["commands"] = []
        case "target":
            content["objectives"][0]["target_minutes"] = None
        case "class":
            content["main_class"] = "nd.dragon"
        case "key":
            first["word"] = "x"
        case _:
            content["starts_at"] = "2026-11-06T02:10:00"


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("part", "unit:nobody"),
        ("objective", "glory"),
        ("late", "outside the exercise"),
        ("reference", "moon"),
        ("unit", "nobody"),
        ("task", "task"),
        ("twice", "used twice"),
        ("empty", "no command"),
        ("target", "target_minutes"),
        ("class", "nd.dragon"),
        ("key", "word"),
        ("offset", "offset"),
    ],
)
def test_a_slip_of_the_author_is_named(tmp_path: Path, name: str, named: str) -> None:
    content = yaml.safe_load((SCENARIOS / "gengma_m63.yaml").read_text("utf-8"))
    wrong(content, name)
    path = tmp_path / "scenario.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    with pytest.raises(RulesTrouble) as trouble:
        read_scenario(path, organisation())
    assert named in str(trouble.value)
