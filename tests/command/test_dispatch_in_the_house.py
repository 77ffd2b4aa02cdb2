"""Dispatch through the whole house: asked over HTTP on the training roads, chosen by a command, on every desk at once."""

import uuid
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from tests.city import Server, serving
from tests.command.scene import AMBULANCE, GENGMA_FIRE, MENGDING, Object, Scene


@pytest.fixture
async def server(scene: Scene) -> AsyncGenerator[Server]:
    async with serving(scene.city) as running:
        yield running


def need(incident: str, **over: Any) -> Object:
    return {
        "id": "n1",
        "incident_id": incident,
        "title": "搜救被压埋人员",
        "capability": "search_rescue",
        "amount": 2,
        "measure": "units",
        "priority": "life",
        **over,
    }


async def recommend(server: Server, needs: list[Object], who: str = "duty1", **more: Any) -> Object:
    async with server.sign_in(who) as client:
        answer = await client.post("/api/dispatch/recommend", json={"needs": needs, **more})
        assert answer.status_code == 200, answer.text
        return cast(Object, answer.json())


def choice(incident: str, needs: list[Object], answer: Object, course: str = "fastest", **over: Any) -> Object:
    chosen = next(one for one in answer["courses"] if one["key"] == course)
    picks = [{"need_id": p["need_id"], "unit_id": p["unit_id"], "minutes": p["minutes"]} for p in chosen["picks"]]
    data: Object = {"incident_id": incident, "course": course, "needs": needs, "picks": picks, "recommendation": answer}
    return {**data, **over}


async def test_a_choice_becomes_orders_on_every_desk(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    needs = [need(incident)]
    answer = await recommend(server, needs)
    fastest = answer["courses"][0]
    assert {p["unit_id"] for p in fastest["picks"]} == {GENGMA_FIRE, _militia()}
    assert all(p["state"] == "road" and p["line"] for p in fastest["picks"])
    assert answer["basis"]["illustrative"] is True

    done = await scene.do("duty1", "dispatch.choose", **choice(incident, needs, answer))
    orders = cast(list[Object], done.result["orders"])
    assert [order["need_id"] for order in orders] == ["n1", "n1"]
    board = scene.picture("board", "units")
    assert all(board[order["unit_id"]]["task_id"] == order["task_id"] for order in orders)
    fire = next(order for order in orders if order["unit_id"] == GENGMA_FIRE)
    shown = scene.task(fire["task_id"], "department:FRB")
    assert shown["priority"] == "life"
    assert "耿马消防01" in shown["text"]
    assert "预计" in shown["text"]
    assert scene.task(fire["task_id"], f"unit:{GENGMA_FIRE}")["state"] == "issued"
    head = scene.only(f"incident:{incident}", "recommendations")
    assert (head["course"], head["changed"], len(head["orders"])) == ("fastest", 0, 2)
    assert len(await scene.facts(f"incident:{incident}", "task.issued")) == 2

    async with server.sign_in("duty1") as client:
        whole = (await client.get(f"/api/dispatch/recommendations/{head['id']}")).json()
    assert whole["answer"]["inputs_hash"] == answer["inputs_hash"]
    assert "line" not in whole["answer"]["courses"][0]["picks"][0]
    assert whole["chosen"]["picks"][0]["unit_id"]


def _militia() -> str:
    from command.organisation.book import unit_id

    return str(unit_id("emb-gengma-militia"))


async def test_a_unit_that_is_gone_meanwhile_is_named_and_nothing_changes(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    needs = [need(incident)]
    answer = await recommend(server, needs)
    await scene.issue(incident, unit_id=GENGMA_FIRE)
    refusal = await scene.refused("duty1", "dispatch.choose", **choice(incident, needs, answer))
    assert refusal.code == "recommendation_stale"
    assert "耿马消防01" in refusal.zh
    assert refusal.facts["units"] == [GENGMA_FIRE]
    assert scene.picture(f"incident:{incident}", "recommendations") == {}


async def test_another_pick_needs_a_reason_and_both_are_kept(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    needs = [need(incident, amount=1)]
    answer = await recommend(server, needs)
    mine = [{"need_id": "n1", "unit_id": MENGDING, "minutes": None}]
    given = choice(incident, needs, answer, picks=mine)
    assert (await scene.refused("duty1", "dispatch.choose", **given)).code == "reason_required"
    await scene.do("leader1", "dispatch.choose", **{**given, "reason": "熟悉当地道路"})
    head = scene.only(f"incident:{incident}", "recommendations")
    assert (head["changed"], head["reason"]) == (2, "熟悉当地道路")


async def test_only_what_the_platform_said_goes_into_the_record_as_that(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    needs = [need(incident, amount=1)]
    answer = await recommend(server, needs)
    given = choice(incident, needs, answer)
    better: list[Object] = [{**course, "short": [], "first_min": 1.0} for course in answer["courses"]]
    other_units: list[Object] = [
        {**course, "picks": [{**pick, "unit_id": MENGDING} for pick in course["picks"]]} for course in answer["courses"]
    ]
    invented: tuple[Object, ...] = (
        {**answer, "courses": better},
        {**answer, "courses": other_units},
        {**answer, "seal": "0" * 64},
        {name: value for name, value in answer.items() if name != "seal"},
        {**answer, "seal": None},
    )
    for said in invented:
        refusal = await scene.refused("duty1", "dispatch.choose", **{**given, "recommendation": said})
        assert (refusal.code, refusal.field) == ("not_our_answer", "data.recommendation")
    assert not scene.picture(f"incident:{incident}", "recommendations")

    # As a browser sends it back: whole numbers without their point, members in another order, no drawn lines.
    back = whole_numbers({name: answer[name] for name in sorted(answer, reverse=True)})
    for course in back["courses"]:
        course["picks"] = [{name: pick[name] for name in pick if name != "line"} for pick in course["picks"]]
    await scene.do("duty1", "dispatch.choose", **{**given, "recommendation": back})
    assert scene.only(f"incident:{incident}", "recommendations")["inputs_hash"] == answer["inputs_hash"]


def whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole_numbers(one) for name, one in cast(Object, value).items()}
    return [whole_numbers(one) for one in cast(list[Any], value)] if isinstance(value, list) else value


async def test_choices_that_cannot_be(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    needs = [need(incident, amount=1)]
    answer = await recommend(server, needs)

    async def code(who: str = "duty1", **over: Any) -> str:
        refusal = await scene.refused(who, "dispatch.choose", **{**choice(incident, needs, answer), **over})
        assert refusal.zh
        assert refusal.en
        return refusal.code

    pick = {"need_id": "n1", "unit_id": AMBULANCE, "minutes": None}
    assert await code(picks=[pick], reason="试") == "unit_lacks_capability"
    assert await code(picks=[{**pick, "need_id": "n9"}], reason="试") == "unknown_need"
    twice = [{**pick, "unit_id": MENGDING}, {**pick, "unit_id": MENGDING}]
    assert await code(picks=twice, reason="试") == "unit_twice"
    fastest = await recommend(server, needs, courses=["fastest"])
    assert await code(recommendation=fastest, course="low_risk") == "unknown_course"
    assert await code(picks=[{**pick, "unit_id": str(uuid.uuid4())}], reason="试") == "not_found"
    assert await code(needs=[need(str(uuid.uuid4()))]) == "need_of_other_incident"
    assert await code(needs=[need(incident, capability="singing")]) == "unknown_capability"
    assert await code("frb") == "forbidden"
    await scene.do("duty1", "unit.status", unit_id=MENGDING, status="out_of_service")
    assert await code(picks=[{**pick, "unit_id": MENGDING}], reason="试") == "recommendation_stale"
    await scene.do("leader1", "incident.close", incident_id=incident, reason="结束")
    assert await code() == "incident_closed"


async def test_an_order_gets_its_first_unit_and_parts_for_the_others(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident)
    needs = [need(incident, task_id=order)]
    done = await scene.do("duty1", "dispatch.choose", **choice(incident, needs, await recommend(server, needs)))
    first, second = cast(list[Object], done.result["orders"])
    assert first["task_id"] == order
    part = scene.task(second["task_id"], f"incident:{incident}")
    assert part["parent_id"] == order
    assert part["due"] <= scene.task(order, f"incident:{incident}")["due"]


async def test_a_stuck_unit_is_replaced_on_its_order(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, unit_id=GENGMA_FIRE)
    answer = await recommend(server, [], replace=order)
    (asked,) = answer["needs"]
    assert asked["source"]["kind"] == "replace"
    picked = answer["courses"][0]["picks"][0]["unit_id"]
    assert picked != GENGMA_FIRE
    needs = [
        need(incident, id=asked["id"], amount=1, task_id=order, capability=asked["capability"], source=asked["source"])
    ]
    await scene.do("duty1", "dispatch.choose", **choice(incident, needs, answer))
    assert scene.task(order, f"incident:{incident}")["unit_id"] == picked
    board = scene.picture("board", "units")
    assert board[GENGMA_FIRE]["task_id"] is None
    assert board[picked]["task_id"] == order


async def test_a_closed_road_changes_what_is_recommended_at_once(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    before = (await recommend(server, [need(incident, amount=1)]))["courses"][0]["picks"][0]
    lon, lat = before["from"]["lon"], before["from"]["lat"]
    ring = [[lon - 0.01, lat - 0.01], [lon + 0.01, lat - 0.01], [lon + 0.01, lat + 0.01], [lon - 0.01, lat + 0.01]]
    area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    await scene.do("duty1", "road.close", area=area, bars="all", reason="桥梁垮塌")
    answer = await recommend(server, [need(incident, amount=1)])
    assert answer["courses"][0]["picks"][0]["unit_id"] != before["unit_id"]
    said = {row["unit_id"]: row["zh"] for row in answer["courses"][0]["needs"][0]["not_chosen"]}
    assert "封闭" in said[before["unit_id"]]


async def test_needs_come_from_what_the_incident_knows(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, unit_id=MENGDING)
    await scene.do("field-mengding", "unit.need_help", unit_id=MENGDING, kinds=["medical"], text="有伤员")
    async with server.sign_in("duty1") as client:
        told = (await client.get("/api/dispatch/needs", params={"incident_id": incident})).json()
    (draft,) = told["needs"]
    assert (draft["capability"], draft["source"]["kind"], draft["priority"]) == ("medical", "help", "life")
    assert told["at_work"] == [MENGDING]
    assert order


async def test_questions_that_cannot_be_answered(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    nowhere = await scene.open_quake(magnitude=None, point=None)

    async def code(who: str = "duty1", **body: Any) -> str:
        async with server.sign_in(who) as client:
            answer = await client.post("/api/dispatch/recommend", json=body)
            assert answer.status_code >= 400
            return str(answer.json()["code"])

    assert await code(needs=[need(nowhere)]) == "place_unknown"
    assert await code(needs=[need(incident, capability="singing")]) == "unknown_capability"
    assert await code(needs=[need(incident), need(incident)]) == "id_taken"
    assert await code(replace=str(uuid.uuid4())) == "not_found"
    assert await code(replace=await scene.issue(incident)) == "no_unit_to_replace"
    assert await code("field-mengding", needs=[need(incident)]) == "forbidden"
    assert await code("frb", needs=[need(nowhere)]) == "forbidden"
    assert await code("duty-gengma", needs=[need(incident, amount=0)])
