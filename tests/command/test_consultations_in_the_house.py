"""Parallel approval through the whole house: every desk sees its part, silence is met by people, one answer comes out."""

from typing import Any

from tests.command.scene import Scene
from tests.command.test_instructions_in_the_house import told


async def ask(scene: Scene, incident: str, subject: str = "road_closure", who: str = "duty1", **over: Any) -> str:
    data = {"incident_id": incident, "subject": subject, "title": "关闭314国道K20至K25", **over}
    return str((await scene.do(who, "consultation.request", **data)).result["consultation_id"])


def state(scene: Scene, incident: str, one: str) -> tuple[str, list[str]]:
    held = scene.picture(f"incident:{incident}", "consultations")[one]
    return held["state"], [opinion["state"] for opinion in held["opinions"]]


async def test_one_question_many_opinions_one_answer(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    one = await ask(scene, incident)
    held = scene.picture(f"incident:{incident}", "consultations")[one]
    assert [o["department"] for o in held["opinions"]] == ["PSB", "TRA", "CTY-530926"]
    assert (held["lead"], held["mode"], held["safety"]) == ("PSB", "explicit", True)
    assert held["no"].endswith("-H01")
    for code in ("PSB", "TRA", "CTY-530926"):
        assert scene.picture(f"department:{code}", "consultations")[one] == held
        assert [c["kind"] for c in scene.picture(f"department:{code}", "deadlines").values()] == ["opinion_due"]
        assert incident in scene.picture(f"department:{code}", "incidents")
    assert scene.picture("department:HEB", "consultations") == {}
    await scene.settle()
    assert await told(scene, "tra") == ["征求意见"]

    give = {"consultation_id": one, "stance": "agree"}
    assert (await scene.refused("heb", "opinion.give", department="HEB", **give)).code == "forbidden"
    assert (await scene.refused("tra", "opinion.give", department="PSB", **give)).code == "opinion_not_yours"
    assert (await scene.refused("duty1", "opinion.give", department="PSB", **give)).code == "opinion_not_yours"
    await scene.do("tra", "opinion.give", consultation_id=one, department="TRA", stance="disagree", text="无绕行路线")
    assert (await scene.refused("tra", "opinion.give", department="TRA", **give)).code == "opinion_given"
    merge = {"consultation_id": one, "result": "conditional", "text": "夜间封闭，白天单向放行"}
    assert (await scene.refused("tra", "consultation.merge", **merge)).code == "not_lead"
    assert (await scene.refused("psb", "consultation.merge", **merge)).code == "opinions_missing"
    await scene.do("psb", "opinion.give", department="PSB", **give)
    await scene.do("cty-gengma", "opinion.give", department="CTY-530926", **give)
    assert state(scene, incident, one) == ("ready", ["given"] * 3)
    assert [c["kind"] for c in scene.picture("department:PSB", "deadlines").values()] == ["consultation_merge"]
    assert (await scene.refused("psb", "consultation.merge", **merge)).code == "objection_unanswered"
    await scene.do("psb", "consultation.merge", **merge, addressed=[{"department": "TRA", "text": "白天单向放行"}])
    held = scene.picture("department:TRA", "consultations")[one]
    assert (held["state"], held["answer"]["decision_mode"]) == ("answered", "explicit")
    assert scene.picture("department:PSB", "deadlines") == {}
    await scene.settle()
    assert "会签答复：有条件同意" in await told(scene, "duty1")


async def test_silence_about_a_road_closure_climbs(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    await scene.do("leader2", "duty.take", post="office_head")
    one = await ask(scene, incident, ask=[{"department": "PSB"}, {"department": "TRA", "minutes": 60}], lead="EMB")
    scene.forward(21)
    await scene.settle()
    assert state(scene, incident, one) == ("asked", ["escalated", "asked"])
    assert await told(scene, "leader2") == ["会签超时：市公安局（交警）未答复"]
    assert scene.picture("department:PSB", "deadlines") == {}
    give = {"consultation_id": one, "department": "PSB", "stance": "agree"}
    assert (await scene.refused("leader1", "opinion.give", **give)).code == "opinion_not_yours"
    await scene.do("leader2", "opinion.give", **give)
    late = await scene.do("psb", "opinion.give", **{**give, "stance": "disagree", "text": "救护车要通过"})
    assert late.result["late"] is True
    await scene.do("tra", "opinion.give", consultation_id=one, department="TRA", stance="abstain")
    scene.forward(16)
    await scene.settle()
    held = scene.picture(f"incident:{incident}", "consultations")[one]
    assert [step["post"] for step in held["merge_escalated"]] == ["office_head"]
    await scene.do("leader2", "consultation.merge", consultation_id=one, result="approved", text="同意")
    held = scene.picture(f"incident:{incident}", "consultations")[one]
    assert (held["answer"]["decision_mode"], held["answer"]["post"]["id"]) == ("escalated", "office_head")


async def test_silence_about_stock_is_agreement_by_rule(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    refused = await scene.refused(
        "duty1", "consultation.request", incident_id=incident, subject="evacuation", title="转移河边村", mode="tacit"
    )
    assert refused.code == "tacit_for_safety"
    one = await ask(scene, incident, "stock_release", title="调用帐篷200顶")
    scene.forward(31)
    await scene.settle()
    assert state(scene, incident, one) == ("ready", ["tacit"] * 3)
    late = await scene.do(
        "emb", "opinion.give", consultation_id=one, department="EMB", stance="conditions", text="留50顶"
    )
    assert late.result["late"] is True
    held = scene.picture("department:CIV", "consultations")[one]
    assert (held["opinions"][0]["stance"], held["opinions"][0]["late"][0]["stance"]) == ("agree", "conditions")


async def test_a_department_asks_and_withdraws_and_nonsense_changes_nothing(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    data = {"incident_id": incident, "subject": "power_restore", "title": "耿马城区送电"}
    assert (await scene.refused("pwr", "consultation.request", **data)).code == "forbidden"
    await scene.issue(incident, "WAT")
    one = await ask(scene, incident, "dam_release", who="wat", title="团结水库泄洪", lead="WAT")
    held = scene.picture("department:WAT", "consultations")[one]
    assert held["asker_department"] == "WAT"
    mistakes: tuple[tuple[dict[str, Any], str], ...] = (
        ({"subject": "tea"}, "unknown_subject"),
        ({"ask": [{"department": "ZZZ"}]}, "not_found"),
        ({"lead": "ZZZ"}, "not_found"),
        ({"ask": []}, "nobody_asked"),
        ({"title": " "}, "title_required"),
    )
    for wrong, code in mistakes:
        refused = await scene.refused("duty1", "consultation.request", **{**data, **wrong})
        assert (refused.code, bool(refused.zh and refused.en)) == (code, True), wrong
    assert (await scene.refused("duty1", "consultation.withdraw", consultation_id=one, reason="x")).code == "not_asker"
    assert (
        await scene.refused("wat", "consultation.withdraw", consultation_id=one, reason=" ")
    ).code == "reason_required"
    await scene.do("wat", "consultation.withdraw", consultation_id=one, reason="水位已回落")
    assert scene.picture("department:EMB", "deadlines") == {}
    give = {"consultation_id": one, "department": "EMB", "stance": "agree"}
    assert (await scene.refused("emb", "opinion.give", **give)).code == "consultation_ended"


async def test_an_incident_of_unknown_county_asks_whom_to_ask(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None, area_code="5309", point=None)
    data = {"incident_id": incident, "subject": "road_closure", "title": "关闭道路"}
    assert (await scene.refused("duty1", "consultation.request", **data)).code == "county_unknown"
    await scene.do("duty1", "consultation.request", **data, ask=[{"department": "TRA"}], lead="PSB")


async def test_a_reopened_incident_asks_again(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    await ask(scene, incident)
    await scene.do("leader1", "incident.close", incident_id=incident, reason="险情解除")
    scene.forward(200)
    await scene.settle()
    await scene.do("leader1", "incident.reopen", incident_id=incident, reason="又有险情")
    await scene.settle()
    assert [c["passed"] for c in scene.picture("department:TRA", "deadlines").values()] == [False]
