"""Drawings over HTTP and the socket: kinds and symbols, history, questions about a shape, and live on every screen."""

from typing import Any

import pytest

from tests.city import City, Server

SQUARE = {"type": "Polygon", "coordinates": [[[99.0, 23.5], [99.2, 23.5], [99.2, 23.65], [99.0, 23.65], [99.0, 23.5]]]}
POINT = {"type": "Point", "coordinates": [99.08, 23.55]}


async def incident_with_cordon(city: City) -> tuple[str, str]:
    data = {"title": "锅炉爆炸", "class_key": "ac.special.boiler", "place": "孟定", "area_code": "530926"}
    key = str((await city.carry_out("duty1", "incident.open", data)).result["incident_id"])
    cordon = {"incident_id": key, "drawing_kind": "cordon", "geometry": SQUARE}
    return key, str((await city.carry_out("duty1", "drawing.draw", cordon)).result["drawing_id"])


async def test_kinds_and_symbols(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        told = (await client.get("/api/drawing-kinds")).json()
    assert [kind["key"] for kind in told["kinds"]][:2] == ["cordon", "evacuation_area"]
    assert len(told["symbols"]) == 60
    assert told["classes"]["D"]["frame"] == "square"


async def test_history_is_for_those_who_see_the_incident(server: Server) -> None:
    key, cordon = await incident_with_cordon(server.city)
    await server.city.carry_out("leader1", "drawing.change", {"drawing_id": cordon, "expect": 1, "name": "内圈"})
    await server.city.carry_out("duty1", "drawing.delete", {"drawing_id": cordon, "expect": 2})
    async with server.sign_in("duty1") as client:
        history = (await client.get(f"/api/drawings/{cordon}/versions")).json()
        assert [(v["version"], v["action"]) for v in history["versions"]] == [
            (3, "deleted"),
            (2, "changed"),
            (1, "drawn"),
        ]
        assert history["deleted"] is True
        gone = (await client.get("/api/deleted-drawings", params={"stream": f"incident:{key}"})).json()
        assert [one["id"] for one in gone["drawings"]] == [cordon]
        assert (await client.get("/api/deleted-drawings", params={"stream": "board"})).json() == {"drawings": []}
        assert (await client.get(f"/api/drawings/{key}/versions")).status_code == 404
        assert (await client.get("/api/deleted-drawings", params={"stream": "department:FRB"})).status_code == 422
    async with server.sign_in("frb") as client:
        assert (await client.get(f"/api/drawings/{cordon}/versions")).status_code == 403
        answer = await client.get("/api/deleted-drawings", params={"stream": f"incident:{key}"})
        assert answer.status_code == 403


async def test_measure_buffer_and_what_is_inside(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        measured = (await client.post("/api/shapes/measure", json={"geometry": SQUARE})).json()
        assert 330e6 < measured["area_m2"] < 345e6
        around = (await client.post("/api/shapes/buffer", json={"geometry": POINT, "distance_m": 500.0})).json()
        assert around["area_m2"] == pytest.approx(3.14159 * 500**2, rel=0.01)
        inside = (await client.post("/api/shapes/inside", json={"geometry": SQUARE})).json()
    facilities, units = inside["facilities"], inside["units"]
    assert facilities["total"] == sum(row["n"] for row in facilities["counts"]) == len(facilities["listed"]) > 0
    assert units["total"] == len(units["listed"]) == sum(units["by_status"].values()) > 0
    assert all(99.0 <= one["lon"] <= 99.2 and 23.5 <= one["lat"] <= 23.65 for one in units["listed"])


async def test_a_department_counts_its_own_units_only(server: Server) -> None:
    async with server.sign_in("psb") as client:
        inside = (await client.post("/api/shapes/inside", json={"geometry": SQUARE})).json()
    assert {one["department"] for one in inside["units"]["listed"]} <= {"PSB"}


@pytest.mark.parametrize(
    ("path", "body", "code", "field"),
    [
        ("measure", {"geometry": {"type": "LineString", "coordinates": [[99, 23]]}}, "geometry_too_few_points", "geometry.coordinates"),
        ("measure", {"geometry": 5}, "invalid_field", "geometry"),
        ("measure", {"geometry": POINT, "more": 1}, "invalid_field", "more"),
        ("buffer", {"geometry": POINT, "distance_m": 1e9}, "buffer_distance", "distance_m"),
        ("buffer", {"geometry": POINT}, "invalid_field", "distance_m"),
        ("inside", {"geometry": POINT}, "geometry_kind", "geometry.type"),
    ],
)  # fmt: skip
async def test_wrong_questions_name_the_field(server: Server, path: str, body: Any, code: str, field: str) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.post(f"/api/shapes/{path}", json=body)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


async def test_numbers_that_are_none_and_bodies_without_end(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        text = '{"geometry": {"type": "Point", "coordinates": [NaN, 23.5]}}'
        answer = await client.post("/api/shapes/measure", content=text)
        assert answer.status_code == 422
        huge = '{"geometry": {"type": "LineString", "coordinates": [' + "[99.1,23.5]," * 60_000 + "[99.1,23.6]]}}"
        assert (await client.post("/api/shapes/measure", content=huge)).status_code == 413


async def test_live_on_the_board_and_in_the_incident(server: Server) -> None:
    key, _ = await incident_with_cordon(server.city)
    async with server.socket("duty2") as socket:
        await socket.until("welcome")
        for stream in ("board:530926", f"incident:{key}"):
            await socket.send(op="follow", stream=stream)
            await socket.until("live", stream=stream)
        area = {"incident_id": key, "drawing_kind": "evacuation_area", "geometry": SQUARE}
        drawn = str((await server.city.carry_out("leader1", "drawing.draw", area)).result["drawing_id"])
        seen = [await socket.until("fact", kind="drawing.drawn") for _ in range(2)]
        assert {fact["stream"] for fact in seen} == {f"incident:{key}", "board:530926"}
        assert all(drawn in fact["now"]["drawings"] for fact in seen)
