"""Proposals while a response runs: a rule comes true and one appears, a person decides, and two that exclude each other are one."""

import asyncio
from typing import Any, cast

import pytest

from spine.carry_out import Answer
from spine.errors import Refused
from tests.command.scene import MENGDING, Scene
from tests.command.test_response_life import activate, clocks, tasks
from tests.command.test_responses_in_the_house import figure, looked
from tests.command.watched_plans import watched_plans

__all__ = ["watched_plans"]
pytestmark = pytest.mark.usefixtures("watched_plans")


async def running(scene: Scene) -> tuple[str, str]:
    """An earthquake with the response active at level III: the incident and the response."""
    incident = await scene.open_quake(5.2)
    return incident, str((await activate(scene, incident))["id"])


async def say(scene: Scene, incident: str, metric: str, value: float | None) -> None:
    await scene.do("duty1", "incident.figure", **figure(incident, metric, value, scene))
    await scene.settle()


def proposals(scene: Scene, incident: str, state: str | None = "open") -> dict[str, dict[str, Any]]:
    """By rule; the newest of each."""
    held = sorted(scene.picture(f"incident:{incident}", "proposals").values(), key=lambda p: str(p["made"]["at"]))
    return {str(one["rule"] or one["kind"]): one for one in held if state is None or one["state"] == state}


async def test_a_rule_comes_true_and_a_proposal_says_why_and_what_happens_if_ignored(scene: Scene) -> None:
    incident, response = await running(scene)
    assert proposals(scene, incident) == {}
    await say(scene, incident, "trapped", 25)
    one = proposals(scene, incident)["many-trapped"]
    assert (one["kind"], one["level"], one["zh"], one["if_ignored_zh"]) == (
        "raise",
        "II",
        "提级为二级响应",
        "力量不足。",
    )
    (reason,) = one["reasons"]
    assert (reason["value"], reason["threshold"], reason["clause"]) == (25.0, 20.0, "示例")
    assert reason["zh"] == "被困 25 人：示例条件。"
    assert one["made"]["by"]["id"] == "system:watch"
    (clock,) = clocks(scene, "proposal_decision")
    assert (clock["subject_id"], clock["to_zh"]) == (one["id"], "指挥长")
    assert scene.picture(f"incident:{incident}", "responses")[response]["decided"]["level"] == "III"
    await scene.settle()
    assert len(scene.picture(f"incident:{incident}", "proposals")) == 1


async def test_accepting_raises_the_response_and_records_the_proposal(scene: Scene) -> None:
    incident, response = await running(scene)
    await say(scene, incident, "trapped", 25)
    one = proposals(scene, incident)["many-trapped"]
    seen = await looked(scene, response, "II")
    good = {"proposal_id": one["id"], "expect": 1, "against": seen["against"], "expected_hours": 24}
    assert (await scene.refused("duty1", "proposal.accept", **good)).code == "not_your_decision"
    assert (await scene.refused("leader1", "proposal.accept", **(good | {"expect": 2}))).code == "stale_version"
    assert (await scene.refused("leader1", "proposal.accept", proposal_id=one["id"], expect=1)).code == "look_first"
    await scene.do("leader1", "proposal.accept", **good)
    await scene.settle()
    shown = scene.picture(f"incident:{incident}", "responses")[response]
    assert (shown["decided"]["level"], shown["history"][-1]["proposal_id"]) == ("II", one["id"])
    assert shown["decided"]["reason"] == "被困 25 人：示例条件"
    assert sorted(tasks(scene, incident)) == ["EQ-1", "EQ-2", "EQ-3", "EQ-4", "EQ-5"]
    closed = proposals(scene, incident, "accepted")["many-trapped"]
    assert closed["decided"]["post"]["post"] == "commander"
    assert not clocks(scene, "proposal_decision")
    again = await scene.refused("leader1", "proposal.accept", **(good | {"expect": 2}))
    assert again.code == "proposal_transition"


async def test_accepted_at_another_level_needs_a_word(scene: Scene) -> None:
    incident, response = await running(scene)
    await say(scene, incident, "trapped", 25)
    one = proposals(scene, incident)["many-trapped"]
    seen = await looked(scene, response, "I")
    data = {"proposal_id": one["id"], "expect": 1, "level": "I", "against": seen["against"], "without": ["EQ-X"]}
    assert (await scene.refused("leader1", "proposal.accept", **data)).code == "reason_required"
    await scene.do("leader1", "proposal.accept", reason="夜间、多处失联", **data)
    closed = proposals(scene, incident, "accepted")["many-trapped"]
    assert closed["decided"]["changed"] == {"level": "I", "without": ["EQ-X"]}
    assert "EQ-X" not in tasks(scene, incident)


async def test_of_two_acceptances_that_exclude_each_other_the_second_is_refused(scene: Scene) -> None:
    incident, response = await running(scene)
    await say(scene, incident, "trapped", 25)
    up = proposals(scene, incident)["many-trapped"]
    await scene.do(
        "duty1", "proposal.make", response_id=response, what="lower", level="IV", reasons=[{"zh": "县里可以处置"}]
    )
    down = proposals(scene, incident)["lower"]
    sent = [
        (
            who,
            {
                "proposal_id": one["id"],
                "expect": 1,
                "against": (await looked(scene, response, one["level"]))["against"],
            },
        )
        for who, one in (("leader1", up), ("leader2", down))
    ]
    answers = await asyncio.gather(
        *(scene.city.carry_out(who, "proposal.accept", data) for who, data in sent), return_exceptions=True
    )
    await scene.watch.check()
    assert sum(isinstance(a, Answer) for a in answers) == 1
    refusal = next(a for a in answers if isinstance(a, Refused))
    assert refusal.code == "proposal_overtaken"
    assert "取代" in refusal.zh
    states = sorted(p["state"] for p in scene.picture(f"incident:{incident}", "proposals").values())
    assert states == ["accepted", "overtaken"]


async def test_a_rejected_one_comes_again_only_after_its_reason_was_gone(scene: Scene) -> None:
    incident, _ = await running(scene)
    await say(scene, incident, "trapped", 25)
    one = proposals(scene, incident)["many-trapped"]
    bad = {"proposal_id": one["id"], "expect": 1, "reason": " "}
    assert (await scene.refused("leader1", "proposal.reject", **bad)).code == "reason_required"
    await scene.do("leader1", "proposal.reject", proposal_id=one["id"], expect=1, reason="已有力量足够")
    await say(scene, incident, "trapped", 26)
    assert proposals(scene, incident) == {}
    await say(scene, incident, "trapped", 3)
    await say(scene, incident, "trapped", 30)
    assert list(proposals(scene, incident)) == ["many-trapped"]
    assert len(scene.picture(f"incident:{incident}", "proposals")) == 2


async def test_an_open_one_is_withdrawn_when_its_reason_is_gone_but_not_when_it_is_only_unknown(scene: Scene) -> None:
    incident, _ = await running(scene)
    await say(scene, incident, "trapped", 25)
    await say(scene, incident, "trapped", None)
    assert list(proposals(scene, incident)) == ["many-trapped"]
    await say(scene, incident, "trapped", 5)
    assert proposals(scene, incident) == {}
    gone = proposals(scene, incident, "withdrawn")["many-trapped"]
    assert gone["decided"]["by"]["id"] == "system:watch"
    assert not clocks(scene, "proposal_decision")


async def test_an_order_is_added_as_changed_and_only_what_is_marked_automatic_happens_by_itself(scene: Scene) -> None:
    incident, response = await running(scene)
    await say(scene, incident, "evacuated", 300)
    press = tasks(scene, incident)["EQ-P"]
    assert (press["department"], press["state"]) == ("PRO", "issued")
    done = proposals(scene, incident, "accepted")["press"]
    assert (done["automatic"], done["decided"]["by"]["id"], done["decided"]["post"]) == (True, "system:watch", None)
    await say(scene, incident, "collapsed_rooms", 80)
    assert "EQ-X" not in tasks(scene, incident)
    one = proposals(scene, incident)["dam"]
    data = {"proposal_id": one["id"], "expect": 1, "due_minutes": 30, "department": "EMB"}
    assert (await scene.refused("duty1", "proposal.accept", **data)).code == "reason_required"
    await scene.do("duty1", "proposal.accept", reason="水务局人员在途", **data)
    given = tasks(scene, incident)["EQ-X"]
    assert (given["department"], given["response_id"]) == ("EMB", response)
    again = {"response_id": response, "what": "add_task", "task": "EQ-X", "reasons": [{"zh": "再来"}]}
    assert (await scene.refused("duty1", "proposal.make", **again)).code == "task_already_issued"
    by_hand = {"response_id": response, "what": "add_task", "task": "EQ-U", "reasons": [{"zh": "催"}]}
    assert (await scene.refused("duty1", "proposal.make", automatic=True, **by_hand)).code == "machines_only"


async def test_moving_a_unit_is_done_in_its_form_and_the_proposal_names_that(scene: Scene) -> None:
    incident, _ = await running(scene)
    await scene.do("frb", "task.assign", task_id=tasks(scene, incident)["EQ-1"]["id"], unit_id=MENGDING)
    await scene.do("field-mengding", "unit.need_help", unit_id=MENGDING, kinds=["people"], text="道路中断")
    await scene.settle()
    one = proposals(scene, incident)["help"]
    assert (one["kind"], one["reasons"][0]["value"]) == ("move_unit", 1)
    data: dict[str, Any] = {"proposal_id": one["id"], "expect": 1}
    assert (await scene.refused("duty1", "proposal.accept", **data)).code == "not_carried_out"
    for wrong in (one["id"], "00000000-0000-4000-8000-000000000000"):
        refused = await scene.refused("duty1", "proposal.accept", **data, fulfilled_by=wrong)
        assert refused.code == "not_carried_out"
    answer = await scene.do(
        "duty1", "task.issue", incident_id=incident, title="增援", text="立即。", department="FRB", due_minutes=30
    )
    await scene.do("duty1", "proposal.accept", fulfilled_by=str(answer.result["task_id"]), **data)
    assert proposals(scene, incident, "accepted")["help"]["decided"]["done"]["fact"] == "task.issued"


async def test_time_alone_makes_rules_true(scene: Scene) -> None:
    incident, _ = await running(scene)
    scene.forward(21)
    await scene.settle()
    assert list(proposals(scene, incident)) == ["unsigned"]
    assert proposals(scene, incident)["unsigned"]["reasons"][0]["value"] == 2  # EQ-3 still waits for EQ-2
    scene.forward(45)
    await scene.settle()
    assert sorted(proposals(scene, incident)) == ["late", "unsigned"]
    scene.forward(60 * 12)
    await scene.settle()
    assert proposals(scene, incident)["quiet"]["kind"] == "stand_down"


async def test_nobody_answers_a_proposal_and_the_next_post_is_asked(scene: Scene) -> None:
    await scene.do("duty2", "duty.take", post="watch_commander", reason="原值班长离岗")
    incident, _ = await running(scene)
    await say(scene, incident, "collapsed_rooms", 80)
    one = proposals(scene, incident)["dam"]
    assert one["asked"][0]["person"] == "段瑞林"
    early = await scene.refused("leader1", "proposal.reject", proposal_id=one["id"], expect=1, reason="不必")
    assert early.code == "not_your_turn"
    scene.forward(15.2)
    await scene.settle()
    one = proposals(scene, incident)["dam"]
    assert [(a["post"], a["outcome"]) for a in one["asked"]] == [
        ("watch_commander", "silent"),
        ("duty_leader", "waiting"),
    ]
    await scene.do("leader1", "proposal.reject", proposal_id=one["id"], expect=2, reason="已排查")
    closed = proposals(scene, incident, "rejected")["dam"]
    assert closed["decided"]["post"] == {"post": "duty_leader", "zh": "带班领导", "en": "Leader on call", "held": True}


async def test_standing_down_by_a_proposal_needs_what_the_end_needs(scene: Scene) -> None:
    incident, response = await running(scene)
    await scene.do("duty1", "proposal.make", response_id=response, what="stand_down", reasons=[{"zh": "搜救完成"}])
    one = proposals(scene, incident)["stand_down"]
    data = {"proposal_id": one["id"], "expect": 1}
    refused = await scene.refused("leader1", "proposal.accept", **data)
    assert refused.code == "stand_down_open"
    items = cast(list[dict[str, Any]], refused.facts["items"])
    said = [{"item": item["id"], "reason": "转入善后"} for item in items]
    await scene.do("leader1", "proposal.accept", handover=said, **data)
    shown = scene.picture(f"incident:{incident}", "responses")[response]
    assert (shown["state"], shown["ended"]["reason"]) == ("ended", "搜救完成")
    assert proposals(scene, incident, "accepted")["stand_down"]["decided"]["by"]["name"] == "李承远"


async def test_a_closed_incident_asks_nobody_any_more(scene: Scene) -> None:
    incident, _ = await running(scene)
    await say(scene, incident, "collapsed_rooms", 80)
    await scene.do("leader1", "incident.close", incident_id=incident, reason="处置完毕")
    await scene.settle()
    assert proposals(scene, incident) == {}
    assert proposals(scene, incident, "withdrawn")["dam"]["decided"]["reason"] == "事件已办结"


async def test_the_machine_does_not_repeat_a_level_that_people_have_considered(scene: Scene) -> None:
    """Level II was suggested and a leader decided III: the same trigger does not ask again, a worse one does."""
    incident = await scene.open_quake(6.3)
    await activate(scene, incident, "III", reason="震中无人区", tasks=["EQ-1"])
    await scene.settle()
    assert proposals(scene, incident) == {}
    await scene.do("leader1", "incident.grade", incident_id=incident, grade="I", reason="伤亡严重")
    await scene.settle()
    assert proposals(scene, incident)["trigger:I"]["level"] == "I"


async def test_of_several_raises_the_highest_is_asked_and_the_lower_one_when_that_was_rejected(scene: Scene) -> None:
    incident, _ = await running(scene)
    await say(scene, incident, "trapped", 25)
    assert {p["level"] for p in proposals(scene, incident).values()} == {"II"}
    # The plan's own trigger calls for level I now: the lower raise gives way to it.
    await say(scene, incident, "dead", 300)
    (one,) = proposals(scene, incident).values()
    assert (one["kind"], one["level"]) == ("raise", "I")
    await scene.do("leader1", "proposal.reject", proposal_id=one["id"], expect=1, reason="数字待核实")
    await say(scene, incident, "injured", 3)
    assert {p["level"] for p in proposals(scene, incident).values()} == {"II"}
