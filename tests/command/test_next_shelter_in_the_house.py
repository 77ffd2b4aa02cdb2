"""Places kept for an evacuation, and a full shelter, in the whole house: kept once, let go as people are counted, sent on by a person."""

import uuid
from typing import Any, cast

import pytest

from command.resources.shelter import Shelter
from command.resources.shelter_store import shelters_near, shelters_of
from tests.command.scene import Object, Scene

ORIGIN = {"origin_id": "z1:530926102", "from_zh": "孟定镇", "from_en": "Mengding", "desk": "CTY-530926"}
OTHER = {"origin_id": "z1:530926101", "from_zh": "勐永镇", "from_en": "Mengyong", "desk": "CTY-530926"}


async def shelters(scene: Scene) -> list[Shelter]:
    """Of Gengma, the smallest first."""
    async with scene.city.realm.pool.connection() as conn:
        return sorted(await shelters_of(conn, area="530926"), key=lambda one: (one.capacity, str(one.id)))


async def now(scene: Scene, shelter: Shelter) -> Shelter:
    async with scene.city.realm.pool.connection() as conn:
        return next(one for one in await shelters_of(conn) if one.id == shelter.id)


def flow(shelter: Shelter, people: int, origin: Object = ORIGIN) -> Object:
    return {**origin, "shelter_id": str(shelter.id), "people": people, "mode": "vehicle"}


async def adopt(scene: Scene, incident: str, *flows: Object) -> Object:
    data: Object = {"incident_id": incident, "reason": "水位上涨", "flows": list(flows), "plan": {}}
    answer = await scene.do("leader1", "evacuation.adopt", **data)
    await scene.settle()
    return cast(Object, answer.result)


async def report(scene: Scene, shelter: Shelter, people: int, **over: Any) -> Object:
    answer = await scene.do("cty-gengma", "shelter.report", shelter_id=str(shelter.id), occupied=people, **over)
    await scene.settle()
    return cast(Object, answer.result)


def proposals(scene: Scene, incident: str, state: str = "open") -> list[Object]:
    return [p for p in scene.picture(f"incident:{incident}", "proposals").values() if p["state"] == state]


@pytest.fixture
async def opened(scene: Scene) -> tuple[Scene, str, Shelter]:
    """An incident, and the smallest shelter of the county opened for it and counted empty."""
    incident = await scene.open_quake(magnitude=None)
    small = (await shelters(scene))[0]
    await scene.do("cty-gengma", "shelter.open", shelter_id=str(small.id), incident_id=incident)
    await report(scene, small, 0)
    return scene, incident, await now(scene, small)


async def test_places_are_kept_once_and_let_go_as_people_are_counted(opened: tuple[Scene, str, Shelter]) -> None:
    scene, incident, small = opened
    await adopt(scene, incident, flow(small, small.capacity - 10))
    shown = scene.picture("board", "shelters")[str(small.id)]
    assert (shown["reserved"], shown["free"]) == (small.capacity - 10, 10)
    told = [cast(Object, f["data"]) for f in await scene.facts(f"incident:{incident}", "notice.given")]
    assert any(one["to"]["id"] == small.department and "保留" in one["text_zh"] for one in told)

    other = await scene.open_quake(magnitude=None, title="另一起")
    data: Object = {"incident_id": other, "reason": "也要转移", "flows": [flow(small, 20, OTHER)], "plan": {}}
    refusal = await scene.refused("leader1", "evacuation.adopt", **data)
    assert (refusal.code, refusal.facts["shelters"]) == ("shelter_full", [str(small.id)])

    await report(scene, small, 30)
    assert (await now(scene, small)).reserved == small.capacity - 40
    assert (await now(scene, small)).free == 10
    await report(scene, small, 25)  # some went home: nobody new came
    assert (await now(scene, small)).reserved == small.capacity - 40
    assert proposals(scene, incident) == []


async def test_planning_the_same_people_anew_takes_the_place_of_the_old_plan(
    opened: tuple[Scene, str, Shelter],
) -> None:
    scene, incident, small = opened
    await adopt(scene, incident, flow(small, small.capacity))
    await adopt(scene, incident, flow(small, small.capacity - 5))
    assert (await now(scene, small)).reserved == small.capacity - 5


async def test_an_order_that_is_called_off_or_done_keeps_no_places(opened: tuple[Scene, str, Shelter]) -> None:
    scene, incident, small = opened
    (order,) = (await adopt(scene, incident, flow(small, 40)))["orders"]
    refusal = await scene.refused("cty-gengma", "shelter.close", shelter_id=str(small.id), reason="换地方")
    assert refusal.code == "shelter_has_reservations"
    await scene.do("leader1", "task.cancel", task_id=order["task_id"], reason="水位回落")
    await scene.settle()
    assert (await now(scene, small)).reserved == 0

    (order,) = (await adopt(scene, incident, flow(small, 40)))["orders"]
    await scene.do("cty-gengma", "task.sign", task_id=order["task_id"])
    await scene.do("cty-gengma", "task.submit", task_id=order["task_id"], text="已到 35 人，其余投亲")
    await scene.do("duty1", "task.accept", task_id=order["task_id"])
    await scene.settle()
    assert (await now(scene, small)).reserved == 40  # they are there but not counted yet: their places are not free
    scene.forward(5)
    await report(scene, small, 35)
    assert (await now(scene, small)).reserved == 0
    await adopt(scene, incident, flow(small, 20))
    await scene.do("leader1", "incident.close", incident_id=incident, reason="结束")
    await scene.settle()
    assert (await now(scene, small)).reserved == 0


async def test_too_many_are_written_down_and_said_loudly(opened: tuple[Scene, str, Shelter]) -> None:
    scene, incident, small = opened
    result = await report(scene, small, small.capacity + 12)
    assert (result["over"], result["free"]) == (12, 0)
    told = [cast(Object, f["data"]) for f in await scene.facts(f"incident:{incident}", "notice.given")]
    loud = [one for one in told if one["subject_zh"].startswith("▲") and "超员" in one["subject_zh"]]
    assert {one["to"]["id"] for one in loud} == {"watch_commander", "CIV"}
    (one,) = proposals(scene, incident)
    assert (one["kind"], one["detail"]["inside"], one["detail"]["expected"]) == ("next_shelter", 12, 0)
    await report(scene, small, small.capacity + 12)
    assert len(proposals(scene, incident)) == 1


async def test_a_full_shelter_proposes_the_next_and_a_person_sends_them_on(opened: tuple[Scene, str, Shelter]) -> None:
    scene, incident, small = opened
    (order,) = (await adopt(scene, incident, flow(small, 50)))["orders"]
    await report(scene, small, small.capacity - 20, over_reason=None)  # villagers came by themselves
    # Whoever came counts for those expected; so nobody is left, until others are planned for what is free.
    assert (await now(scene, small)).reserved == 0
    (order,) = (await adopt(scene, incident, flow(small, 15, OTHER)))["orders"]
    await scene.do("cty-gengma", "shelter.suspend", shelter_id=str(small.id), reason="墙体开裂")
    await scene.settle()
    (one,) = proposals(scene, incident)
    assert one["detail"]["people"] == 15
    (move, *_) = one["detail"]["moves"]
    assert sum(m["people"] for m in one["detail"]["moves"]) == 15
    async with scene.city.realm.pool.connection() as conn:
        near = [row for row, _ in await shelters_near(conn, small.lon, small.lat, 60_000) if row.id != small.id]
    assert move["shelter_id"] in {str(row.id) for row in near}
    assert move["distance_m"] is not None
    assert "停用" in one["reasons"][0]["zh"]
    assert scene.picture(f"incident:{incident}", "tasks")[order["task_id"]]["state"] == "issued"

    moves = [{"shelter_id": m["shelter_id"], "people": m["people"]} for m in one["detail"]["moves"]]
    data: Object = {"proposal_id": one["id"], "expect": one["version"], "moves": moves}
    wrong: list[tuple[Object, str]] = [
        ({"expect": 9}, "stale_version"),
        ({"moves": [{**moves[0], "people": 16}]}, "too_many_moved"),
        ({"moves": [{**moves[0], "people": 900_000}]}, "shelter_full"),
        ({"moves": [{**moves[0], "shelter_id": str(small.id)}]}, "same_shelter"),
        ({"moves": [{**moves[0], "shelter_id": str(uuid.uuid4())}]}, "not_found"),
        ({"moves": [{**moves[0], "people": 10}]}, "reason_required"),
    ]
    for over, code in wrong:
        refusal = await scene.refused("duty1", "evacuation.redirect", **{**data, **over})
        assert refusal.code == code
        assert refusal.zh
        assert refusal.en
    assert (await scene.refused("civ", "evacuation.redirect", **data)).code == "forbidden"
    answer = await scene.do("duty1", "evacuation.redirect", **data)
    await scene.settle()
    assert proposals(scene, incident) == []
    (done,) = proposals(scene, incident, "accepted")
    assert done["decided"]["done"]["orders"]
    (part,) = cast(list[Object], answer.result["orders"])
    shown = scene.task(part["task_id"], f"incident:{incident}")
    assert (shown["parent_id"], shown["department"], shown["support"]) == (order["task_id"], "CTY-530926", ["TRA"])
    assert "改往" in shown["text"]
    assert (await now(scene, small)).reserved == 0
    next_one = next(row for row in near if str(row.id) == move["shelter_id"])
    assert (await now(scene, next_one)).reserved == move["people"]
    received = [t for t in scene.picture(f"incident:{incident}", "tasks").values() if "接收" in t["title_zh"]]
    assert [t["department"] for t in received] == [next_one.department]


async def test_people_who_were_let_in_are_moved_on_and_asked_about_once(opened: tuple[Scene, str, Shelter]) -> None:
    scene, incident, small = opened
    await report(scene, small, small.capacity + 30)
    (one,) = proposals(scene, incident)
    moves = [{"shelter_id": m["shelter_id"], "people": m["people"]} for m in one["detail"]["moves"]]
    data: Object = {"proposal_id": one["id"], "expect": one["version"], "moves": moves}
    answer = await scene.do("duty1", "evacuation.redirect", **data)
    await scene.settle()
    (order, *_) = cast(list[Object], answer.result["orders"])
    assert scene.task(order["task_id"], f"incident:{incident}")["department"] == small.department
    await report(scene, small, small.capacity + 30)
    assert proposals(scene, incident) == []  # they are on their way out
    await report(scene, small, small.capacity + 50)
    (more,) = proposals(scene, incident)
    assert more["detail"]["people"] == 20


async def test_nothing_is_proposed_while_there_is_room_and_what_found_room_is_taken_back(
    opened: tuple[Scene, str, Shelter],
) -> None:
    scene, incident, small = opened
    await adopt(scene, incident, flow(small, 30))
    assert proposals(scene, incident) == []
    await report(scene, small, small.capacity + 10)
    assert len(proposals(scene, incident)) == 1
    await report(scene, small, small.capacity - 5)
    assert proposals(scene, incident) == []
    assert len(proposals(scene, incident, "withdrawn")) == 1
