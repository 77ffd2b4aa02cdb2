"""Responses through the whole house: a plan proposes by itself, a leader decides, orders stand on every desk."""

import asyncio
from typing import Any, cast
from uuid import UUID

from command.planning.plan import need_plan
from command.responses.difference import difference_object
from command.responses.standing import standing
from command.store import find_response
from command.transitions import Level
from incidents.store import find_incident
from spine.carry_out import Answer
from spine.clock import iso
from spine.errors import Refused
from spine.principal import feed
from tests.command.scene import Scene


async def proposed(scene: Scene, incident: str) -> dict[str, Any]:
    await scene.settle()
    found = [r for r in scene.picture(f"incident:{incident}", "responses").values() if r["state"] == "proposed"]
    assert len(found) == 1
    return found[0]


def codes(response: dict[str, Any]) -> list[str]:
    return [task["code"] for task in response["proposed_tasks"]]


def of_level(level: Level) -> list[str]:
    """The codes of the earthquake plan at a level, in the plan's order."""
    return [task.code for task in need_plan("earthquake").tasks_at(level)]


def orders(scene: Scene, incident: str) -> dict[str, dict[str, Any]]:
    """The incident's orders that the plan gave, by code; shares of a joint order are their leader's."""
    tasks = scene.picture(f"incident:{incident}", "tasks").values()
    found = [task for task in tasks if task["code"] is not None and task["parent_id"] is None]
    assert len({task["code"] for task in found}) == len(found)
    return {task["code"]: task for task in found}


def on_desk(scene: Scene, department: str) -> set[str]:
    return {task["code"] for task in scene.picture(f"department:{department}", "tasks").values()}


async def test_a_strong_earthquake_brings_a_proposal_by_itself(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    response = await proposed(scene, incident)
    assert response["plan_id"] == "earthquake"
    assert response["suggested"]["level"] == "II"
    assert any(reason["metric"] == "magnitude" for reason in response["suggested"]["reasons"])
    assert all(reason["clause"] and reason["source"] for reason in response["suggested"]["reasons"])
    assert response["decided"] is None
    assert codes(response) == of_level("II")
    head = scene.picture("board", "incidents")[incident]
    assert (head["response"]["level"], head["response"]["state"]) == ("II", "proposed")
    clock = next(c for c in scene.picture("board", "deadlines").values() if c["kind"] == "response_decision")
    assert (clock["subject_id"], clock["to_zh"]) == (response["id"], "指挥长")
    by = (await scene.facts(f"incident:{incident}", "response.proposed"))[0]["by"]
    assert by == {"id": "system:plans", "name": "系统·plans"}


async def test_the_follower_repeats_nothing(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    await scene.settle()
    await scene.do("duty1", "incident.figure", **figure(incident, "trapped", 3, scene))
    await scene.settle()
    await scene.settle()
    assert len(scene.picture(f"incident:{incident}", "responses")) == 1


def figure(incident: str, metric: str, value: float | None, scene: Scene) -> dict[str, Any]:

    return {
        "incident_id": incident,
        "metric": metric,
        "value": value,
        "source": "县应急局",
        "observed_at": iso(scene.city.realm.clock.now()),
    }


async def test_a_weak_one_brings_nothing(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None, class_key="ac.fire.dwelling")
    await scene.settle()
    assert scene.picture(f"incident:{incident}", "responses") == {}


async def test_activating_puts_orders_on_every_desk_exactly_once(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    response = await proposed(scene, incident)
    chosen = [code for code in codes(response) if code != "EQ-13"]
    await scene.do("leader1", "response.activate", response_id=response["id"], level="II", tasks=chosen)
    own = f"incident:{incident}"
    given = orders(scene, incident)
    assert len(chosen) >= 60
    assert sorted(given) == sorted(chosen)
    assert all(task["response_id"] == response["id"] for task in given.values())
    assert {task["state"] for task in given.values() if task["priority"] == "life"} == {"issued"}
    assert {task["state"] for task in given.values()} == {"issued", "waiting"}
    assert "EQ-03" in on_desk(scene, "FRB")
    assert "EQ-11" in on_desk(scene, "CTY-530926")
    assert scene.picture("department:FRB", "incidents")[incident]["tasks"]["total"] == len(scene.picture(own, "tasks"))
    issued = await scene.facts(own, "task.issued")
    assert [list(fact["now"]["tasks"]) for fact in issued] == [[fact["data"]["task_id"]] for fact in issued]  # type: ignore[index]
    active = (await scene.facts(own, "response.activated"))[0]["now"]
    assert isinstance(active, dict)
    assert "tasks" not in active
    assert not [c for c in scene.picture("board", "deadlines").values() if c["kind"] == "response_decision"]
    shown = scene.picture(own, "responses")[response["id"]]
    assert (shown["state"], shown["decided"]["level"], shown["suggested"]["level"]) == ("active", "II", "II")


async def test_only_a_leader_decides_and_only_what_the_plan_has(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    response = await proposed(scene, incident)
    good: dict[str, Any] = {"response_id": response["id"], "level": "II", "tasks": codes(response)}
    assert (await scene.refused("duty1", "response.activate", **good)).code == "not_your_decision"
    for who in ("emb", "field-mengding", "auditor", "evaluator", "director", "admin"):
        assert (await scene.refused(who, "response.activate", **good)).code == "forbidden"
        assert (
            await scene.refused(who, "response.decline", response_id=response["id"], reason="x")
        ).code == "forbidden"
    assert (await scene.refused("leader1", "response.activate", **(good | {"tasks": ["FF-01"]}))).code == "unknown_task"
    assert (
        await scene.refused("leader1", "response.activate", **(good | {"level": "III", "tasks": of_level("III")}))
    ).code == "reason_required"
    assert (await scene.refused("leader1", "response.activate", **(good | {"level": "V"}))).code == "invalid_field"
    lower = {"level": "IV", "reason": "震中人口稀少", "tasks": ["EQ-12"]}
    assert (await scene.refused("leader1", "response.activate", **(good | lower))).code == "unknown_task"
    await scene.do(
        "leader1", "response.activate", **(good | {"level": "IV", "reason": "震中人口稀少", "tasks": ["EQ-01"]})
    )
    shown = scene.picture(f"incident:{incident}", "responses")[response["id"]]
    assert (shown["decided"]["level"], shown["suggested"]["level"]) == ("IV", "II")
    assert (await scene.refused("leader1", "response.activate", **good)).code == "response_transition"


async def test_a_worse_grade_brings_a_higher_proposal_and_replaces_the_lower_one(scene: Scene) -> None:
    incident = await scene.open_quake(5.2)
    lower = await proposed(scene, incident)
    assert lower["suggested"]["level"] == "III"
    await scene.do("leader1", "incident.grade", incident_id=incident, grade="II", reason="多人被困")
    higher = await proposed(scene, incident)
    assert higher["suggested"]["level"] == "II"
    shown = scene.picture(f"incident:{incident}", "responses")
    assert shown[lower["id"]]["state"] == "declined"
    assert shown[lower["id"]]["decided"]["by"]["id"] == "system:plans"
    clocks = [c["subject_id"] for c in scene.picture("board", "deadlines").values() if c["kind"] == "response_decision"]
    assert clocks == [higher["id"]]


async def test_a_worse_figure_proposes_to_raise_the_same_response_and_raising_adds_what_the_level_has(
    scene: Scene,
) -> None:
    incident = await scene.open_quake(4.6)
    first = await proposed(scene, incident)
    assert codes(first) == of_level("IV")
    await scene.do("leader1", "response.activate", response_id=first["id"], level="IV", tasks=codes(first))
    await scene.do("duty1", "incident.figure", **figure(incident, "dead", 60, scene))
    await scene.settle()
    own = f"incident:{incident}"
    assert list(scene.picture(own, "responses")) == [first["id"]]
    proposal = scene.only(own, "proposals")
    assert (proposal["kind"], proposal["level"], proposal["state"]) == ("raise", "II", "open")
    seen = await looked(scene, first["id"], "II")
    added = len(of_level("II")) - len(of_level("IV"))
    kept = len(of_level("IV"))
    assert seen["counts"] == {"added": added, "retimed": kept, "cancelled": 0, "kept": 0, "elsewhere": 0}
    assert not [
        code for line in seen["lines"] for code in line["support"] if "{" in code
    ]  # real desks, not the plan's text
    await scene.do("leader1", "proposal.accept", proposal_id=proposal["id"], expect=1, against=seen["against"])
    shown = scene.picture(own, "responses")[first["id"]]
    assert (shown["state"], shown["decided"]["level"]) == ("active", "II")
    assert [entry["what"] for entry in shown["history"]] == ["activated", "raised"]
    assert sorted(orders(scene, incident)) == sorted(of_level("II"))
    assert scene.picture("board", "incidents")[incident]["response"]["level"] == "II"


async def looked(scene: Scene, response_id: str, level: Any) -> dict[str, Any]:
    """The difference as the desk looks at it."""
    async with scene.city.realm.pool.connection() as conn:
        now = await standing(conn, await find_response(conn, UUID(response_id)))
        incident = await find_incident(conn, now.response.incident_id)
    assert incident is not None
    return dict(difference_object(now.difference(incident, level, scene.city.realm.clock.now()), now.plan))


async def test_what_a_leader_declined_the_machine_does_not_propose_again_but_a_person_may(scene: Scene) -> None:
    incident = await scene.open_quake(4.6)
    first = await proposed(scene, incident)
    assert (
        await scene.refused("leader1", "response.decline", response_id=first["id"], reason="")
    ).code == "reason_required"
    await scene.do("leader1", "response.decline", response_id=first["id"], reason="县级处置")
    await scene.do("duty1", "incident.figure", **figure(incident, "injured", 2, scene))
    await scene.settle()
    assert len(scene.picture(f"incident:{incident}", "responses")) == 1
    by_hand = {"incident_id": incident, "plan_id": "earthquake", "level": "IV", "reasons": [{"zh": "余震频繁"}]}
    assert (await scene.refused("frb", "response.propose", **by_hand)).code == "forbidden"
    await scene.do("duty1", "response.propose", **by_hand)
    assert (await scene.refused("duty1", "response.propose", **by_hand)).code == "already_proposed"
    assert (await scene.refused("duty1", "response.propose", **(by_hand | {"plan_id": "x"}))).code == "not_found"
    wrong_plan = by_hand | {"plan_id": "flash_flood"}
    assert (await scene.refused("duty1", "response.propose", **wrong_plan)).code == "plan_does_not_apply"


async def test_ending_a_response_leaves_aftercare_open(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    response = await proposed(scene, incident)
    await scene.do("leader1", "response.activate", response_id=response["id"], level="II", tasks=["EQ-12", "EQ-03"])
    ending: dict[str, Any] = {"response_id": response["id"], "reason": "搜救结束"}
    refused = await scene.refused("leader1", "response.end", **ending)
    assert refused.code == "stand_down_open"
    items = cast(list[dict[str, Any]], refused.facts["items"])
    assert {item["kind"] for item in items} == {"condition", "order"}
    said = [{"item": item["id"], "reason": "现场指挥部确认", "aftercare": False} for item in items]
    await scene.do("leader1", "response.end", **ending, handover=said)
    assert scene.only("department:CIV", "tasks")["state"] == "issued"
    assert scene.picture("board", "incidents")[incident]["response"]["state"] == "ended"
    assert (
        await scene.refused("leader1", "response.end", response_id=response["id"], reason="再")
    ).code == "response_transition"


async def test_two_leaders_at_once_one_activates(scene: Scene) -> None:
    incident = await scene.open_quake(6.3)
    response = await proposed(scene, incident)
    data = {"response_id": response["id"], "level": "II", "tasks": codes(response)}
    answers = await asyncio.gather(
        *(scene.city.carry_out(who, "response.activate", data) for who in ("leader1", "leader2")),
        return_exceptions=True,
    )
    await scene.watch.check()
    assert sum(isinstance(a, Answer) for a in answers) == 1
    refusal = next(a for a in answers if isinstance(a, Refused))
    assert refusal.code == "response_transition"
    assert sorted(orders(scene, incident)) == sorted(of_level("II"))


async def test_a_red_warning_alone_brings_a_proposal(scene: Scene) -> None:

    sent = iso(scene.city.realm.clock.now())
    alert = await scene.city.carry_out(
        feed("cap"),
        "alert.receive",
        {
            "feed": "cap",
            "external_id": "r1",
            "revision": "1",
            "source": "市气象局",
            "headline": "暴雨红色预警",
            "text": "三小时降雨量将达100毫米以上。",
            "class_key": "nd.met.rainstorm",
            "colour": "red",
            "sent_at": sent,
            "point": {"lon": 99.08, "lat": 23.55},
        },
    )
    incident = await scene.open_quake(
        magnitude=None, class_key="nd.flood.flash", title="孟定山洪", from_alert=alert.result["alert_id"]
    )
    response = await proposed(scene, incident)
    assert (response["plan_id"], response["suggested"]["level"]) == ("flash_flood", "II")
