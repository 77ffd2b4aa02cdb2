"""A unit that cannot get through, in the whole house: a road is closed, a replacement is proposed, a person chooses it, the order moves."""

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from tests.city import Server, serving
from tests.command.scene import GENGMA_FIRE, MENGDING, Object, Scene
from tests.command.test_dispatch_in_the_house import choice, need, recommend

HEPAI = (99.33, 23.48)


@pytest.fixture
async def server(scene: Scene) -> AsyncGenerator[Server]:
    async with serving(scene.city) as running:
        yield running


async def sent(scene: Scene, unit: str, incident: str | None = None) -> tuple[str, str]:
    """A unit on its way to an order, and the incident."""
    incident = incident or await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, unit_id=unit)
    await scene.settle()
    return incident, order


async def close(scene: Scene, around: tuple[float, float], reason: str = "桥梁垮塌", half: float = 0.012) -> str:
    lon, lat = around
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    answer = await scene.do("duty1", "road.close", area=area, bars="all", reason=reason)
    await scene.settle()
    return str(answer.result["closure_id"])


def proposals(scene: Scene, incident: str, state: str = "open") -> list[Object]:
    held = scene.picture(f"incident:{incident}", "proposals").values()
    return sorted((one for one in held if one["state"] == state), key=lambda one: str(one["zh"]))


async def notices(scene: Scene, incident: str, to: str) -> list[Object]:
    given = [cast(Object, fact["data"]) for fact in await scene.facts(f"incident:{incident}", "notice.given")]
    return [one for one in given if one["to"]["id"] == to]


async def test_two_units_are_cut_off_and_each_is_proposed_to_be_replaced_once(scene: Scene) -> None:
    incident, first = await sent(scene, GENGMA_FIRE)
    _, second = await sent(scene, MENGDING, incident)
    assert proposals(scene, incident) == []
    closure = await close(scene, HEPAI)
    one, two = proposals(scene, incident)
    assert {one["detail"]["unit_id"], two["detail"]["unit_id"]} == {GENGMA_FIRE, MENGDING}
    assert {one["detail"]["task_id"], two["detail"]["task_id"]} == {first, second}
    assert (one["kind"], one["response_id"], one["asked"][0]["post"]) == ("replace_unit", None, "watch_commander")
    assert one["detail"]["closures"][0]["id"] == closure
    assert "桥梁垮塌" in one["reasons"][0]["zh"]
    assert "cannot reach" in one["reasons"][0]["en"]
    assert one["if_ignored_zh"]
    assert one["if_ignored_en"]
    told = await notices(scene, incident, MENGDING)
    assert len(told) == 1
    assert "不要冒险" in told[0]["text_zh"]
    assert any("请决定" in one["subject_zh"] for one in await notices(scene, incident, "watch_commander"))
    assert scene.picture("board", "units")[MENGDING]["task_id"] == second  # nothing changes by itself

    await close(scene, (HEPAI[0] + 0.003, HEPAI[1]), "二次塌方")
    assert len(proposals(scene, incident)) == 2
    assert len(await notices(scene, incident, MENGDING)) == 1


async def test_the_proposal_is_accepted_by_choosing_the_replacement(scene: Scene, server: Server) -> None:
    incident, order = await sent(scene, GENGMA_FIRE)
    await scene.do("frb", "unit.status", unit_id=GENGMA_FIRE, status="en_route")
    await close(scene, where(scene, GENGMA_FIRE))
    (one,) = proposals(scene, incident)
    refusal = await scene.refused("duty1", "proposal.accept", proposal_id=one["id"], expect=one["version"])
    assert refusal.code == "accepted_by_doing"
    answer = await recommend(server, [], replace=order)
    (asked,) = answer["needs"]
    picked = answer["courses"][0]["picks"][0]["unit_id"]
    assert picked != GENGMA_FIRE
    needs = [
        need(incident, id=asked["id"], amount=1, task_id=order, capability=asked["capability"], source=asked["source"])
    ]
    await scene.do("duty1", "dispatch.choose", **choice(incident, needs, answer))
    (done,) = proposals(scene, incident, "accepted")
    assert done["decided"]["done"]["unit_id"] == picked
    assert scene.task(order, f"incident:{incident}")["unit_id"] == picked
    stuck = scene.picture("board", "units")[GENGMA_FIRE]
    assert (stuck["task_id"], stuck["status"]) == (None, "returning")
    (moved,) = await scene.facts(f"incident:{incident}", "task.assigned")
    assert cast(Object, moved["data"])["replaced"] == {"unit_id": GENGMA_FIRE, "call_sign": stuck["call_sign"]}
    assert len(await notices(scene, incident, GENGMA_FIRE)) == 2  # stop where you are; then: another has your order
    await scene.settle()
    assert [d for d in scene.picture("board", "deadlines").values() if d["kind"] == "proposal_decision"] == []


def where(scene: Scene, unit: str) -> tuple[float, float]:
    point: Any = scene.picture("board", "units")[unit]["point"]
    return point["lon"], point["lat"]


async def test_an_opened_road_takes_an_unanswered_proposal_back_and_a_rejected_one_is_not_repeated(
    scene: Scene,
) -> None:
    incident, _ = await sent(scene, MENGDING)
    closure = await close(scene, HEPAI)
    assert len(proposals(scene, incident)) == 1
    await scene.do("duty1", "road.open", closure_id=closure, reason="已抢通")
    await scene.settle()
    assert proposals(scene, incident) == []
    (back,) = proposals(scene, incident, "withdrawn")
    assert (back["decided"]["reason"], back["decided"]["reason_en"]) == (
        "道路已恢复，可以通行",
        "the road is open again",
    )
    stop, go = await notices(scene, incident, MENGDING)  # whoever was told to wait is told to go on
    assert ("不要冒险" in stop["text_zh"], "请继续前往" in go["subject_zh"]) == (True, True)
    assert "road is open again" in go["text_en"].lower()

    await close(scene, HEPAI)
    (again,) = proposals(scene, incident)
    await scene.do("duty1", "proposal.reject", proposal_id=again["id"], expect=again["version"], reason="半小时内抢通")
    assert "半小时内抢通" in (await notices(scene, incident, MENGDING))[-1]["text_zh"]
    await close(scene, (HEPAI[0] + 0.003, HEPAI[1]), "二次塌方")
    assert proposals(scene, incident) == []


async def test_a_unit_that_arrives_or_is_taken_off_its_order_is_asked_about_no_more(scene: Scene) -> None:
    incident, order = await sent(scene, MENGDING)
    await close(scene, HEPAI)
    assert len(proposals(scene, incident)) == 1
    await scene.do("field-mengding", "unit.arrive", unit_id=MENGDING, task_id=order)
    await scene.settle()
    assert proposals(scene, incident) == []
    assert len(proposals(scene, incident, "withdrawn")) == 1
    assert len(await notices(scene, incident, MENGDING)) == 1  # it is there: nothing to go on to


async def test_a_unit_says_itself_that_it_cannot_get_through(scene: Scene) -> None:
    incident, order = await sent(scene, MENGDING)
    said: Object = {"unit_id": MENGDING, "kinds": ["road"], "text": "前方塌方"}
    await scene.do("field-mengding", "unit.need_help", **said)
    await scene.settle()
    (one,) = proposals(scene, incident)
    assert (one["detail"]["cause"], one["detail"]["task_id"]) == ("report", order)
    assert "前方塌方" in one["reasons"][0]["zh"]
    await scene.do("field-mengding", "unit.need_help", **said)
    await scene.settle()
    assert len(proposals(scene, incident)) == 1
    # a road that opens somewhere says nothing of what the unit saw
    await scene.do("duty1", "road.open", closure_id=await close(scene, (99.9, 23.9)), reason="误报")
    await scene.settle()
    assert len(proposals(scene, incident)) == 1
    await scene.do("leader1", "incident.close", incident_id=incident, reason="结束")
    await scene.settle()
    assert proposals(scene, incident) == []


async def test_a_unit_that_is_there_and_asks_for_people_is_not_replaced(scene: Scene) -> None:
    incident, order = await sent(scene, MENGDING)
    await scene.do("field-mengding", "unit.arrive", unit_id=MENGDING, task_id=order)
    await scene.do("field-mengding", "unit.need_help", unit_id=MENGDING, kinds=["people", "road"])
    await close(scene, HEPAI)
    assert proposals(scene, incident) == []


async def test_without_road_data_nothing_is_said(scene: Scene) -> None:
    async with scene.city.realm.pool.connection() as conn:
        await conn.execute("DELETE FROM gis.road_edge")
    scene.city.house.roads.forget()
    incident, _ = await sent(scene, MENGDING)
    await close(scene, HEPAI)
    assert proposals(scene, incident) == []
