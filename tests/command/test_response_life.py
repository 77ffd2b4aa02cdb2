"""A response from being asked to its end: who is asked, what two plans share, what another level changes, what must be handed over."""

import asyncio
from typing import Any, cast

import pytest

from command.planning.plan import Plan
from spine.carry_out import Answer
from spine.errors import Refused
from tests.command.scene import Scene
from tests.command.test_responses_in_the_house import figure, looked, proposed
from tests.command.watched_plans import watched_plans

__all__ = ["watched_plans"]
pytestmark = pytest.mark.usefixtures("watched_plans")
AT_III = ["EQ-1", "EQ-2", "EQ-3"]


async def activate(
    scene: Scene, incident: str, level: str = "III", who: str = "leader1", **over: Any
) -> dict[str, Any]:
    response = await proposed(scene, incident)
    codes = [line["code"] for line in response["proposed_tasks"]]
    data = {"response_id": response["id"], "level": level, "tasks": codes, **over}
    await scene.do(who, "response.activate", **data)
    await scene.settle()
    return scene.picture(f"incident:{incident}", "responses")[response["id"]]


def tasks(scene: Scene, incident: str) -> dict[str, dict[str, Any]]:
    return {t["code"]: t for t in scene.picture(f"incident:{incident}", "tasks").values() if t["state"] != "cancelled"}


def clocks(scene: Scene, kind: str) -> list[dict[str, Any]]:
    return [clock for clock in scene.picture("board", "deadlines").values() if clock["kind"] == kind]


# --- asking one after the other ------------------------------------------------------------------------------------------


async def test_who_does_not_decide_in_time_is_passed_over_and_at_last_everybody_is_told(scene: Scene) -> None:
    await scene.do("leader1", "duty.take", post="deputy_commander")
    await scene.do("leader2", "duty.take", post="office_head")
    incident = await scene.open_quake(5.2)
    response = await proposed(scene, incident)
    own = f"incident:{incident}"
    assert [(a["post"], a["person"], a["outcome"]) for a in response["asked"]] == [
        ("deputy_commander", "李承远", "waiting")
    ]
    good = {"response_id": response["id"], "level": "III", "tasks": AT_III}
    assert (await scene.refused("leader2", "response.activate", **good)).code == "not_your_turn"
    scene.forward(15.5)
    await scene.settle()
    asked = scene.picture(own, "responses")[response["id"]]["asked"]
    assert [(a["post"], a["outcome"]) for a in asked] == [("deputy_commander", "silent"), ("office_head", "waiting")]
    (clock,) = clocks(scene, "response_decision")
    assert (clock["to_zh"], clock["passed"]) == ("指挥部办公室主任", False)
    scene.forward(15.5)
    await scene.settle()
    asked = scene.picture(own, "responses")[response["id"]]["asked"]
    assert [a["outcome"] for a in asked] == ["silent", "silent"]
    (clock,) = clocks(scene, "response_decision")
    assert clock["passed"]
    told = [f for f in await scene.facts(own, "notice.given") if "无人决定" in str(cast(Any, f["data"])["subject_zh"])]
    assert len(told) >= 4  # both leaders, and the duty officers who may be head of the office
    await scene.settle()
    assert len(await scene.facts(own, "response.unanswered")) == 1
    await scene.do("duty2", "response.activate", **good)
    decided = scene.picture(own, "responses")[response["id"]]["decided"]
    assert (decided["post"]["post"], decided["post"]["held"]) == ("office_head", False)


async def test_an_unheld_post_is_filled_by_whoever_may_hold_it_and_that_is_recorded(scene: Scene) -> None:
    incident = await scene.open_quake(5.2)
    active = await activate(scene, incident, expected_hours=48)
    assert active["decided"]["post"] == {
        "post": "deputy_commander",
        "zh": "副指挥长",
        "en": "Deputy commander",
        "held": False,
    }
    assert (active["decided"]["expected_hours"], active["plan_version"]) == (48, 3)
    (clock,) = clocks(scene, "response_period")
    assert clock["due_at"] == active["decided"]["expected_until"]
    data = {"response_id": active["id"], "expected_hours": 12, "reason": "余震仍多"}
    assert (await scene.refused("duty1", "response.extend", **data)).code == "not_your_decision"
    await scene.do("leader1", "response.extend", **data)
    shown = scene.picture(f"incident:{incident}", "responses")[active["id"]]
    assert [entry["what"] for entry in shown["history"]] == ["activated", "extended"]
    assert clocks(scene, "response_period")[0]["due_at"] == shown["decided"]["expected_until"]


# --- several plans on one incident ---------------------------------------------------------------------------------------


async def test_two_plans_give_one_order_for_one_purpose(scene: Scene) -> None:
    incident = await scene.open_quake(5.2)
    first = await activate(scene, incident)
    answer = await scene.do(
        "duty1", "response.propose", incident_id=incident, plan_id="slides", level="III", reasons=[{"zh": "多处滑坡"}]
    )
    second = str(answer.result["response_id"])
    seen = await looked(scene, second, "III")
    whats = {line["code"]: (line["what"], line["why_zh"]) for line in seen["lines"]}
    assert whats["GD-1"][0] == "elsewhere"  # another title, the same shared purpose and owner
    assert whats["GD-1"][1].startswith("已由《临沧市地震应急预案（训练版）》下达")
    assert (whats["GD-2"][0], whats["GD-3"][0]) == ("elsewhere", "added")
    data = {"response_id": second, "level": "III", "tasks": ["GD-1", "GD-2", "GD-3"], "against": seen["against"]}
    answer = await scene.do("leader1", "response.activate", **data)
    assert sorted(cast(dict[str, Any], answer.result["merged"])) == ["GD-1", "GD-2"]
    assert sorted(tasks(scene, incident)) == ["EQ-1", "EQ-2", "EQ-3", "GD-3"]
    orders = scene.picture(f"incident:{incident}", "responses")[second]["orders"]
    assert orders["GD-1"]["other"]["response_id"] == first["id"]
    assert orders["GD-1"]["task_id"] == tasks(scene, incident)["EQ-1"]["id"]


async def test_an_order_that_another_plan_still_needs_is_not_cancelled_when_one_is_lowered(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    first = await activate(scene, incident, "II")
    answer = await scene.do(
        "duty1", "response.propose", incident_id=incident, plan_id="slides", level="III", reasons=[{"zh": "多处滑坡"}]
    )
    second = str(answer.result["response_id"])
    await scene.do("leader1", "response.activate", response_id=second, level="III", tasks=["GD-1", "GD-2"])
    await scene.do("leader1", "response.end", response_id=second, reason="并入地震响应", handover=met("险情解除"))
    assert tasks(scene, incident)["EQ-1"]["state"] == "issued"
    seen = await looked(scene, first["id"], "III")
    assert {line["code"]: line["what"] for line in seen["lines"]}["EQ-4"] == "cancelled"


def met(words: str) -> list[dict[str, Any]]:
    return [{"item": "condition", "reason": words}]


# --- another level -------------------------------------------------------------------------------------------------------


async def test_lowering_cancels_only_what_has_not_begun_and_raising_again_gives_it_anew(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    active = await activate(scene, incident, "II")
    given = tasks(scene, incident)
    assert (given["EQ-3"]["state"], given["EQ-3"]["after"]) == ("waiting", [given["EQ-2"]["id"]])
    assert given["EQ-4"]["state"] == "waiting"
    await scene.do("tra", "task.sign", task_id=given["EQ-5"]["id"])
    seen = await looked(scene, active["id"], "III")
    whats = {line["code"]: line["what"] for line in seen["lines"]}
    assert (whats["EQ-4"], whats["EQ-5"], whats["EQ-1"]) == ("cancelled", "kept", "retimed")
    data = {"response_id": active["id"], "level": "III", "against": seen["against"], "reason": "余震减弱"}
    assert (await scene.refused("duty1", "response.adjust", **data)).code == "not_your_decision"
    assert (await scene.refused("leader1", "response.adjust", **(data | {"reason": " "}))).code == "reason_required"
    assert (await scene.refused("leader1", "response.adjust", **(data | {"level": "II"}))).code == "stale_version"
    await scene.do("leader1", "response.adjust", **data)
    await scene.settle()
    shown = scene.picture(f"incident:{incident}", "responses")[active["id"]]
    assert [(e["what"], e["level"]) for e in shown["history"]] == [("activated", "II"), ("lowered", "III")]
    now = tasks(scene, incident)
    assert sorted(now) == ["EQ-1", "EQ-2", "EQ-3", "EQ-5"]
    assert now["EQ-1"]["sign_due"] > given["EQ-1"]["sign_due"]
    assert now["EQ-5"]["state"] == "signed"
    notices = [cast(Any, f["data"]) for f in await scene.facts(f"incident:{incident}", "notice.given")]
    assert any("任务撤销" in n["subject_zh"] and n["to"] == {"kind": "department", "id": "HEB"} for n in notices)

    seen = await looked(scene, active["id"], "II")
    data = {"response_id": active["id"], "level": "II", "against": seen["against"], "reason": "强余震"}
    await scene.do("leader1", "response.adjust", **data)
    again = tasks(scene, incident)["EQ-4"]
    assert again["id"] != given["EQ-4"]["id"]
    assert again["state"] == "waiting"


async def test_what_changed_after_it_was_looked_at_is_refused(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    active = await activate(scene, incident, "II")
    seen = await looked(scene, active["id"], "III")
    await scene.do("heb", "task.sign", task_id=await issued_id(scene, incident, "EQ-5", "tra"))
    data = {"response_id": active["id"], "level": "III", "against": seen["against"], "reason": "余震减弱"}
    refused = await scene.refused("leader1", "response.adjust", **data)
    assert refused.code == "stale_version"
    assert refused.facts["against"] != seen["against"]


async def issued_id(scene: Scene, incident: str, code: str, who: str) -> str:
    """Signs the order as its desk and returns another's that is still unsigned."""
    given = tasks(scene, incident)
    await scene.do(who, "task.sign", task_id=given[code]["id"])
    other = await scene.do(
        "duty1", "task.issue", incident_id=incident, title="转运伤员", text="立即。", department="HEB", due_minutes=60
    )
    return str(other.result["task_id"])


async def test_the_deputy_of_the_lower_level_may_not_give_up_the_higher_one(scene: Scene) -> None:
    await scene.do("leader1", "duty.take", post="commander")
    await scene.do("leader2", "duty.take", post="deputy_commander")
    incident = await scene.open_quake(6.3)
    active = await activate(scene, incident, "II")
    seen = await looked(scene, active["id"], "III")
    data = {"response_id": active["id"], "level": "III", "against": seen["against"], "reason": "余震减弱"}
    assert (await scene.refused("leader2", "response.adjust", **data)).code == "not_your_decision"
    await scene.do("leader1", "response.adjust", **data)
    seen = await looked(scene, active["id"], "IV")
    data = {"response_id": active["id"], "level": "IV", "against": seen["against"], "reason": "恢复"}
    await scene.do("leader2", "response.adjust", **data)


async def test_two_leaders_adjust_at_once_and_one_is_refused(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    active = await activate(scene, incident, "II")
    both = [
        {
            "response_id": active["id"],
            "level": level,
            "reason": "会商",
            "against": (await looked(scene, active["id"], level))["against"],
        }
        for level in ("III", "I")
    ]
    answers = await asyncio.gather(
        *(
            scene.city.carry_out(who, "response.adjust", data)
            for who, data in zip(("leader1", "leader2"), both, strict=True)
        ),
        return_exceptions=True,
    )
    await scene.watch.check()
    assert sum(isinstance(a, Answer) for a in answers) == 1
    assert next(a for a in answers if isinstance(a, Refused)).code == "stale_version"


# --- standing down -------------------------------------------------------------------------------------------------------


async def test_it_ends_only_when_what_is_open_was_handed_over(scene: Scene) -> None:
    incident = await scene.open_quake(5.2)
    active = await activate(scene, incident)
    own = f"incident:{incident}"
    data: dict[str, Any] = {"response_id": active["id"], "reason": "搜救结束"}
    refused = await scene.refused("leader1", "response.end", **data)
    assert refused.code == "stand_down_open"
    left = [item["id"] for item in cast(list[Any], refused.facts["items"])]
    rescue = tasks(scene, incident)["EQ-1"]["id"]
    assert left == ["condition", f"order:{rescue}"]
    said: list[dict[str, Any]] = [{"item": "condition", "aftercare": True}, {"item": left[1], "aftercare": True}]
    assert (await scene.refused("leader1", "response.end", handover=said, **data)).code == "stand_down_open"
    await scene.do("duty1", "proposal.make", response_id=active["id"], what="extend_zone", reasons=[{"zh": "余震外扩"}])
    proposal = scene.only(own, "proposals")
    said[0] = {"item": "condition", "reason": "搜救全部完成，余震平稳"}
    refused = await scene.refused("leader1", "response.end", handover=said, **data)
    assert [item["kind"] for item in cast(list[Any], refused.facts["items"])] == ["proposal"]
    said.append({"item": f"proposal:{proposal['id']}", "reason": "不再需要"})
    assert (await scene.refused("duty1", "response.end", handover=said, **data)).code == "not_your_decision"
    await scene.do("leader1", "response.end", handover=said, **data)
    shown = scene.picture(own, "responses")[active["id"]]
    assert shown["state"] == "ended"
    kinds = {item["kind"]: item for item in shown["ended"]["handed_over"]}
    assert kinds["condition"]["reason"] == "搜救全部完成，余震平稳"
    assert kinds["order"]["aftercare"]
    assert kinds["other_order"]["aftercare"]  # the rest goes on by itself, and is recorded
    assert scene.only(own, "proposals")["state"] == "overtaken"
    assert not clocks(scene, "proposal_decision")
    assert tasks(scene, incident)["EQ-1"]["state"] == "issued"


async def test_a_response_that_is_active_is_not_proposed_again(scene: Scene, watched_plans: tuple[Plan, Plan]) -> None:
    incident = await scene.open_quake(5.2)
    active = await activate(scene, incident)
    data = {"incident_id": incident, "plan_id": watched_plans[0].id, "level": "I", "reasons": [{"zh": "形势严峻"}]}
    refused = await scene.refused("duty1", "response.propose", **data)
    assert (refused.code, refused.facts["response_id"]) == ("response_active", active["id"])
    again = {"response_id": active["id"], "level": "III", "tasks": AT_III}
    assert (await scene.refused("leader1", "response.activate", **again)).code == "response_transition"
    await scene.do("duty1", "incident.figure", **figure(incident, "injured", 1, scene))
    await scene.settle()
