"""The leader's page from a real incident's picture: what is known with its age, what is not known, what he must decide."""

from datetime import timedelta
from typing import Any, cast

import pytest

from command.briefing import ASKED, briefing_page
from command.catalogue import command_catalogue
from command.planning.plan import need_plan
from spine.canonical import encode
from tests.command.scene import MENGDING, Scene
from tests.command.test_responses_in_the_house import codes, figure, proposed


def page(scene: Scene, incident: str) -> dict[str, Any]:
    picture = scene.watch.held[f"incident:{incident}"][1]
    return cast(dict[str, Any], briefing_page(picture, scene.city.realm.clock.now()))


def line(found: dict[str, Any], metric: str) -> dict[str, Any]:
    return next(figure for figure in found["situation"] if figure["metric"] == metric)


async def test_what_nobody_entered_is_not_known_and_never_zero(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    scene.forward(10)
    await scene.do("duty1", "incident.figure", **figure(incident, "dead", 0, scene))
    scene.forward(25)
    found = page(scene, incident)
    assert [f["metric"] for f in found["situation"]][: len(ASKED)] == list(ASKED)
    dead, trapped = line(found, "dead"), line(found, "trapped")
    assert (dead["value"], dead["known"], dead["source"], dead["age_minutes"]) == (0, True, "县应急局", 25)
    assert (trapped["value"], trapped["known"], trapped["age_minutes"]) == (None, False, None)
    assert line(found, "magnitude")["age_minutes"] == 35


async def test_the_page_says_what_is_to_be_decided_and_what_each_option_adds(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    response = await proposed(scene, incident)
    found = page(scene, incident)
    assert {d["kind"] for d in found["decisions"]} >= {"response"}
    option = found["options"][0]
    assert (option["level"], len(option["adds"])) == ("II", len(need_plan("earthquake").tasks_at("II")))
    assert "FRB" in option["departments"]
    assert option["reasons"][0]["clause"]
    assert any(clock["kind"] == "response_decision" for clock in found["next"])
    await scene.do("leader1", "response.activate", response_id=response["id"], level="II", tasks=codes(response))
    after = page(scene, incident)
    assert after["options"] == []
    assert [(r["state"], r["level"]) for r in after["responses"]] == [("active", "II")]
    at_once = [task for task in need_plan("earthquake").tasks_at("II") if task.start_minutes == 0]
    assert after["tasks"]["states"]["issued"] >= len(at_once) >= 50


async def test_lights_calls_for_help_and_work_handed_in_stand_on_the_page(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    slow = await scene.issue(incident, "EMB", title="汇总灾情")
    order = await scene.issue(incident)
    await scene.do("duty1", "task.assign", task_id=order, unit_id=MENGDING)
    await scene.do("field-mengding", "unit.need_help", unit_id=MENGDING, kinds=["people"], text="缺人手")
    scene.forward(14)
    found = page(scene, incident)
    assert [help_["text"] for help_ in found["help"]] == ["缺人手"]
    assert {(t["id"], t["light"]) for t in found["tasks"]["attention"]} == {(slow, "warning"), (order, "warning")}
    scene.forward(20)
    assert page(scene, incident)["tasks"]["attention"][0]["light"] == "severe"
    await scene.do("emb", "task.submit", task_id=slow, text="已汇总")
    decisions = page(scene, incident)["decisions"]
    assert [(d["kind"], d["subject_id"]) for d in decisions] == [("submitted", slow)]
    assert page(scene, incident)["next"][0]["minutes_left"] < 0


async def test_a_page_is_json_and_needs_an_incident(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    assert encode(page(scene, incident))
    with pytest.raises(ValueError, match="no incident"):
        briefing_page({}, scene.city.realm.clock.now() + timedelta(minutes=1))


def test_the_catalogue_has_what_the_screens_ask_for() -> None:
    found = cast(dict[str, Any], command_catalogue())
    assert "issued" in found["transitions"]["task"]["actions"]["sign"]["moves"]
    assert found["unit_kinds"]["boat"]["en"] == "boat team"
    assert encode(found)
