"""Evacuation through the whole house: zones of the incident, the training region's people, shelters and roads, then orders."""

import uuid
from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest

from gis.exposure.load import seed_exposure
from spine.db import owner_connection
from tests.city import Server, serving
from tests.command.scene import Object, Scene

AREA = {
    "type": "Polygon",
    "coordinates": [[[99.06, 23.54], [99.10, 23.54], [99.10, 23.57], [99.06, 23.57], [99.06, 23.54]]],
}


@pytest.fixture
async def server(scene: Scene) -> AsyncGenerator[Server]:
    async with serving(scene.city) as running:
        yield running


async def ask(server: Server, body: Object, who: str = "duty1") -> Object:
    async with server.sign_in(who) as client:
        answer = await client.post("/api/evacuation", json=body)
        assert answer.status_code == 200, answer.text
        return cast(Object, answer.json())


async def code(server: Server, body: Object, who: str = "duty1") -> str:
    async with server.sign_in(who) as client:
        answer = await client.post("/api/evacuation", json=body)
        assert answer.status_code >= 400
        return str(answer.json()["code"])


def flows(answer: Object) -> list[Object]:
    return [
        {
            "origin_id": row["origin_id"], "from_zh": row["from_zh"], "from_en": row["from_en"], "desk": row["desk"],
            "shelter_id": row["shelter_id"], "people": row["people"], "mode": row["mode"], "minutes": row["minutes"],
            "clear_minutes": None if row["clearance"] is None else row["clearance"]["high"],
            "roads_zh": row["roads_zh"], "roads_en": row["roads_en"],
        }
        for row in answer["flows"]
    ]  # fmt: skip


async def test_from_a_zone_to_orders_on_the_county_desk(scene: Scene, server: Server, city_url: str) -> None:
    async with owner_connection(city_url) as conn:
        await seed_exposure(conn, points=4000, seed=5309)
        await conn.commit()
    incident = await scene.open_quake(magnitude=None)
    zones = [{"id": "z1", "name": "孟定镇区", "source": "drawn", "geometry": AREA}]
    answer = await ask(server, {"incident_id": incident, "zones": zones, "when": "night"})
    counted = answer["origins"][0]["people"]["value"]
    assert counted > 100
    gone = sum(flow["people"] for flow in answer["flows"])
    assert gone + answer["overflow"]["value"] == sum(one["people"]["value"] for one in answer["origins"])
    assert all(flow["people"] > 0 and flow["why_zh"] and flow["why_en"] for flow in answer["flows"])
    assert answer["exposure"]["synthetic"] is True
    assert answer["basis"]["loaded"] is True

    data: Any = {"incident_id": incident, "reason": "水位上涨", "flows": flows(answer), "plan": answer}
    done = await scene.do("leader1", "evacuation.adopt", **data)
    (order, *_) = cast(list[Object], done.result["orders"])
    shown = scene.task(order["task_id"], f"incident:{incident}")
    assert (shown["department"], shown["priority"]) == ("CTY-530926", "life")
    assert "转移" in shown["text"]
    assert "逐户清点" in shown["text"]
    head = scene.only(f"incident:{incident}", "recommendations")
    assert (head["kind"], head["head"]["people"]) == ("evacuation", gone)

    async with server.sign_in("duty1") as client:
        whole = (await client.get(f"/api/dispatch/recommendations/{head['id']}")).json()
    assert "line" not in whole["answer"]["flows"][0]

    first = answer["flows"][0]["shelter_id"]
    other = await ask(server, {"incident_id": incident, "zones": zones, "when": "night", "closed": [first]})
    assert first not in {flow["shelter_id"] for flow in other["flows"]}


async def test_people_are_typed_where_nobody_has_counted(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    zone = {"id": "z1", "name": "孟定镇区", "source": "drawn", "geometry": AREA}
    unknown = await ask(server, {"incident_id": incident, "zones": [zone]})
    assert unknown["unknown"]
    assert unknown["flows"] == []
    known = await ask(server, {"incident_id": incident, "zones": [{**zone, "people": 300}]})
    assert sum(flow["people"] for flow in known["flows"]) == 300
    assert known["clearance"]["low"] < known["clearance"]["high"]


async def test_adoptions_that_cannot_be(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)
    zone = {"id": "z1", "name": "孟定镇区", "source": "drawn", "geometry": AREA, "people": 300}
    answer = await ask(server, {"incident_id": incident, "zones": [zone]})
    data: Any = {"incident_id": incident, "reason": "水位上涨", "flows": flows(answer), "plan": answer}
    row = data["flows"][0]
    wrong: tuple[tuple[Object, str | None], ...] = (
        ({"flows": [{**row, "people": 900_000}]}, "shelter_full"),
        ({"flows": [{**row, "shelter_id": "nowhere"}]}, "not_found"),
        ({"flows": [{**row, "desk": "XYZ"}]}, "not_found"),
        ({"flows": []}, None),
        ({"plan": {**answer, "inputs_hash": "another"}}, "not_our_answer"),
        ({"plan": {"clearance": answer["clearance"]}}, "not_our_answer"),
        ({"reason": ""}, None),
    )
    for over, expected in wrong:
        refusal = await scene.refused("duty1", "evacuation.adopt", **{**data, **over})
        assert expected in (None, refusal.code)
        assert refusal.zh
        assert refusal.en
    assert (await scene.refused("frb", "evacuation.adopt", **data)).code == "forbidden"
    await scene.do("leader1", "incident.close", incident_id=incident, reason="结束")
    assert (await scene.refused("duty1", "evacuation.adopt", **data)).code == "incident_closed"


async def test_zones_that_are_not_there(scene: Scene, server: Server) -> None:
    incident = await scene.open_quake(magnitude=None)

    def asked(**over: Any) -> Object:
        return {"incident_id": incident, "zones": [{"id": "z1", "name": "甲", **over}]}

    assert await code(server, asked(source="impact_area")) == "zone_unknown"
    assert await code(server, asked(source="assessment")) == "zone_unknown"
    assert await code(server, asked(source=f"drawing:{uuid.uuid4()}")) == "drawing_gone"
    assert (
        await code(server, asked(source="drawn", geometry={"type": "Point", "coordinates": [99, 23]}))
        == "geometry_kind"
    )
    assert await code(server, asked(source="drawn", geometry=AREA), "field-mengding") == "forbidden"
    two = [{"id": "z1", "name": "甲", "source": "drawn", "geometry": AREA}] * 2
    assert await code(server, {"incident_id": incident, "zones": two}) == "id_taken"
    async with server.sign_in("duty1") as client:
        offered = (await client.get("/api/evacuation/zones", params={"incident_id": incident})).json()
    assert offered["zones"] == []
    await scene.do("duty1", "incident.draw", incident_id=incident, expect=1, which="impact_area", geometry=AREA)
    async with server.sign_in("duty1") as client:
        offered = (await client.get("/api/evacuation/zones", params={"incident_id": incident})).json()
    assert [zone["source"] for zone in offered["zones"]] == ["impact_area"]
    await ask(server, asked(source="impact_area", people=50))
