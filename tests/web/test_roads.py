"""Roads over HTTP and by command: a closure counts for everybody at once, whoever's process made it."""

import uuid
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from spine.clock import HandClock
from spine.errors import Refused
from spine.fold import fold_all
from spine.nudge import Nudges
from spine.picture import take_snapshot
from spine.private_services import Services
from spine.realm import open_realm
from spine.record import read_since
from tests.city import City, Server, city_of, serving

MENGDING, SEAT = (99.0817, 23.5568), (100.0885, 23.8885)
WAY = {"from_lon": MENGDING[0], "from_lat": MENGDING[1], "to_lon": SEAT[0], "to_lat": SEAT[1]}
CORDON = {
    "type": "Polygon",
    "coordinates": [[[99.06, 23.54], [99.10, 23.54], [99.10, 23.58], [99.06, 23.58], [99.06, 23.54]]],
}


@pytest.fixture
async def other(services: Services, city_url: str, clock: HandClock, tmp_path: Path) -> AsyncGenerator[City]:
    """A second process's house on the same database."""
    nudges = Nudges(Redis.from_url(services.redis_url), uuid.uuid4().hex)  # pyright: ignore[reportUnknownMemberType]
    opened = await open_realm(city_url, nudges=nudges, data_dir=tmp_path, clock=clock, most_connections=4)
    yield city_of(opened)
    await opened.close()


async def ask(server: Server, path: str, **params: Any) -> dict[str, Any]:
    async with server.sign_in("duty1") as client:
        answer = await client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def refused(server: Server, path: str, **params: Any) -> dict[str, Any]:
    async with server.sign_in("duty1") as client:
        answer = await client.get(path, params=params)
        assert answer.status_code == 422, answer.text
        return answer.json()


async def close(city: City, who: str = "duty1", **data: Any) -> str:
    answer = await city.carry_out(who, "road.close", {"bars": "all", "reason": "塌方", **data})
    return str(answer.result["closure_id"])


async def test_a_route_has_a_line_and_steps_in_both_languages(server: Server) -> None:
    told = await ask(server, "/api/roads/route", **WAY)
    route, basis = told["route"], told["basis"]
    assert route["state"] == "road"
    low, high = route["seconds_range"]
    assert low < route["seconds"] < high
    assert len(route["geometry"]["coordinates"]) > 50
    assert route["steps"][0]["turn"] == "depart"
    assert route["steps"][-1]["zh"] == "到达"
    assert all(step["zh"] and step["en"] for step in route["steps"])
    assert basis["illustrative"] is True
    assert basis["date"]
    assert basis["source"]
    assert basis["limits"]


async def test_a_closure_made_in_one_process_counts_in_another_at_once(server: Server, other: City) -> None:
    async with serving(other) as second:
        before = (await ask(second, "/api/roads/route", **WAY))["route"]
        step = before["steps"][1]
        closure = await close(server.city, point={"lon": step["at"][0], "lat": step["at"][1]}, reason="K12 处塌方")
        after = await ask(second, "/api/roads/route", **WAY)
        assert after["route"]["seconds"] is None or after["route"]["seconds"] > before["seconds"]
        assert closure in after["route"]["closures_avoided"]
        assert after["route"]["avoided"][0]["reason"] == "K12 处塌方"
        assert after["route"]["seconds_without_closures"] == before["seconds"]
        assert after["basis"]["closures"]["standing"] == 1
        await other.carry_out("leader1", "road.open", {"closure_id": closure, "reason": "已抢通"})
        assert (await ask(server, "/api/roads/route", **WAY))["route"]["seconds"] == before["seconds"]


async def test_closures_stand_in_the_pictures_until_they_are_lifted(city: City) -> None:
    one = await close(city, area=CORDON, bars="public", reason="警戒区")

    async def pictures() -> list[Any]:
        streams = ("roads", "board", "board:530926", "board:530921")
        found = [await take_snapshot(city.realm, city.house.book, stream) for stream in streams]
        return [sorted(shot["picture"]["closures"]) for shot in found]  # type: ignore[index, call-overload]

    assert await pictures() == [[one], [one], [one], []]
    shot: Any = await take_snapshot(city.realm, city.house.book, "roads")
    closure = shot["picture"]["closures"][one]
    assert closure["bars"] == "public"
    assert closure["counties"] == ["530926"]
    assert closure["roads"] > 0
    assert closure["names_zh"]
    assert closure["closed"]["by"]["name"]
    await city.carry_out("duty1", "road.open", {"closure_id": one, "reason": "解除警戒"})
    assert await pictures() == [[], [], [], []]
    with pytest.raises(Refused, match="already_open"):
        await city.carry_out("duty1", "road.open", {"closure_id": one, "reason": "再解除"})


async def test_fold_equals_fetch_for_closures(city: City) -> None:
    """What the facts left in a picture is what a fresh snapshot of the tables shows."""
    road = {"lon": MENGDING[0], "lat": MENGDING[1], "origin": "CGCS2000"}
    kept = [await close(city, edges=[5, 3, 4]), await close(city, area=CORDON, until="2026-03-01T18:00:00Z")]
    lifted = await close(city, point=road)
    await city.carry_out("psb", "road.open", {"closure_id": lifted, "reason": "恢复"})
    for stream in ("roads", "board"):
        async with city.realm.pool.connection() as conn:
            folded = fold_all({}, [fact.content() for fact in await read_since(conn, stream, 0)])
        shot: Any = await take_snapshot(city.realm, city.house.book, stream)
        assert folded["closures"] == shot["picture"]["closures"]
        assert sorted(folded["closures"]) == sorted(kept)


async def test_rescue_drives_into_a_cordon_and_the_public_does_not(server: Server) -> None:
    await close(server.city, area=CORDON, bars="public", reason="警戒区")
    rescue = (await ask(server, "/api/roads/route", who="rescue", **WAY))["route"]
    public = (await ask(server, "/api/roads/route", who="public", **WAY))["route"]
    assert rescue["state"] == "road"
    assert public["state"] == "straight"
    assert public["reason"] == "in_closure"
    assert "不通车" in public["zh"]


async def test_nearest_units_come_to_the_point_and_hospitals_are_reached_from_it(server: Server) -> None:
    units = await ask(server, "/api/roads/nearest", lon=MENGDING[0], lat=MENGDING[1], what="units", n=4)
    assert units["direction"] == "to_point"
    times = [row["leg"]["seconds"] for row in units["by_road"]]
    assert times == sorted(times)
    assert len(times) == 4
    assert all(row["call_sign"] and row["status"] == "available" for row in units["by_road"])
    found = await ask(server, "/api/roads/nearest", lon=MENGDING[0], lat=MENGDING[1], what="hospital,tcm_hospital", n=3)
    assert {row["kind"] for row in found["by_road"]} <= {"hospital", "tcm_hospital"}
    assert len(found["by_road"]) == 3
    assert found["by_road"][0]["leg"]["distance_m"] > 0
    assert found["by_road"][0]["properties"]


async def test_far_from_any_road_there_is_no_time(server: Server) -> None:
    told = await ask(server, "/api/roads/route", **{**WAY, "to_lon": 103.0, "to_lat": 26.0})
    route = told["route"]
    assert (route["state"], route["reason"], route["seconds"]) == ("straight", "too_far", None)
    assert "道路情况不明" in route["zh"]
    assert "road unknown" in route["en"]
    assert (await ask(server, "/api/roads/at", lon=103.0, lat=26.0))["road"] is None
    reach = await ask(server, "/api/roads/isochrone", lon=103.0, lat=26.0)
    assert (reach["features"], reach["reason"]) == ([], "too_far")


async def test_without_road_data_nothing_is_pretended(server: Server) -> None:
    async with server.city.realm.pool.connection() as conn:
        await conn.execute("DELETE FROM gis.road_edge")
    route = (await ask(server, "/api/roads/route", **WAY))["route"]
    assert (route["state"], route["reason"]) == ("straight", "no_road_data")
    found = await ask(server, "/api/roads/nearest", lon=MENGDING[0], lat=MENGDING[1], what="shelter", n=2)
    assert found["by_road"] == []
    assert len(found["road_unknown"]) == 2
    assert found["basis"]["loaded"] is False
    with pytest.raises(Refused, match="no_road_data"):
        await close(server.city, point={"lon": MENGDING[0], "lat": MENGDING[1]})
    assert await close(server.city, area=CORDON)


async def test_isochrones_and_the_road_here(server: Server) -> None:
    reach = await ask(server, "/api/roads/isochrone", lon=MENGDING[0], lat=MENGDING[1], minutes="15,30")
    assert [feature["id"] for feature in reach["features"]] == [30, 15]
    areas = [feature["properties"]["area_km2"] for feature in reach["features"]]
    assert areas[0] > areas[1] > 0
    road = (await ask(server, "/api/roads/at", lon=MENGDING[0], lat=MENGDING[1]))["road"]
    assert road["off_road_m"] < 200
    closure = await close(server.city, edges=[road["edge_id"]])
    assert (await ask(server, "/api/roads/at", lon=MENGDING[0], lat=MENGDING[1]))["road"]["closures"] == [closure]
    summary = await ask(server, "/api/roads")
    assert summary["closures"][0]["id"] == closure
    assert summary["km"]["national"] > 100


async def test_a_matrix(server: Server) -> None:
    places = [{"id": "m", "lon": MENGDING[0], "lat": MENGDING[1]}, {"id": "s", "lon": SEAT[0], "lat": SEAT[1]}]
    async with server.sign_in("duty1") as client:
        answer = await client.post(
            "/api/roads/matrix", json={"origins": places, "targets": [*places, {"id": "x", "lon": 103.0, "lat": 26.0}]}
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["seconds"][0][0] == 0
        assert told["seconds"][0][1] == told["seconds"][1][0]
        assert told["seconds"][0][2] is None
        assert {"origin": "m", "target": "x", "reason": "too_far"} in told["reasons"]
        assert told["off_road_m"]["targets"][2] is None
        many = {"origins": places * 250, "targets": places * 250}
        too_many = await client.post("/api/roads/matrix", json=many)
        assert (too_many.status_code, too_many.json()["code"]) == (422, "too_many_pairs")
        huge = await client.post("/api/roads/matrix", content=b"[" + b"1," * 400_000 + b"1]")
        assert (huge.status_code, huge.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("path", "params", "code", "field"),
    [
        ("/api/roads/at", {"lon": 23.55, "lat": 99.08}, "invalid_field", "query.lat"),
        ("/api/roads/at", {"lon": 23.55, "lat": 89.08}, "coordinates_swapped", "point"),
        ("/api/roads/at", {"lon": "nan", "lat": 23.5}, "invalid_field", "query.lon"),
        ("/api/roads/nearest", {"lon": 99.1, "lat": 23.5, "what": "castle"}, "unknown_kind", "what"),
        ("/api/roads/nearest", {"lon": 99.1, "lat": 23.5, "what": "units", "n": 5000}, "invalid_field", "query.n"),
        ("/api/roads/isochrone", {"lon": 99.1, "lat": 23.5, "minutes": "15,-3"}, "invalid_field", "minutes"),
        ("/api/roads/isochrone", {"lon": 99.1, "lat": 23.5, "minutes": "9999"}, "invalid_field", "minutes"),
    ],
)
async def test_bad_questions(server: Server, path: str, params: dict[str, Any], code: str, field: str) -> None:
    told = await refused(server, path, **params)
    assert (told["code"], told["field"]) == (code, field)


BOW_TIE = {"type": "Polygon", "coordinates": [[[99, 23], [100, 24], [100, 23], [99, 24], [99, 23]]]}
COMB = [[99 + i / 10_000, 23.5 + 0.01 * (i % 2)] for i in range(2200)] + [[99.22, 23.4], [99, 23.4], [99, 23.5]]


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({}, "one_of_these", "data"),
        ({"edges": [1], "area": CORDON}, "one_of_these", "data.area"),
        ({"edges": [999_999]}, "not_found", "data.edges"),
        ({"edges": []}, "invalid_field", "data.edges"),
        ({"point": {"lon": 99.60, "lat": 24.02}}, "no_road_here", "data.point"),
        ({"point": {"lon": 23.5, "lat": 99.0}}, "coordinates_swapped", "data.point"),
        ({"area": BOW_TIE}, "geometry_crosses_itself", "data.area"),
        ({"area": {"type": "Polygon", "coordinates": [COMB]}}, "too_many_vertices", "data.area"),
        ({"area": {"type": "Point", "coordinates": [99, 23]}}, "geometry_kind", "data.area.type"),
        ({"edges": [1], "until": "2026-03-01T10:00:00Z"}, "until_in_past", "data.until"),
        ({"edges": [1], "reason": "  "}, "invalid_field", "data.reason"),
        ({"edges": [1], "bars": "some"}, "invalid_field", "data.bars"),
    ],
)
async def test_what_cannot_be_closed(city: City, data: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(Refused) as caught:
        await close(city, **data)
    assert (caught.value.code, caught.value.field) == (code, field)
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT count(*) FROM gis.road_closure")).fetchone()
    assert row == (0,)


async def test_the_same_again_is_told_not_doubled(city: City) -> None:
    one = await close(city, edges=[5, 3])
    with pytest.raises(Refused) as caught:
        await close(city, edges=[3, 5])
    assert (caught.value.code, caught.value.facts["closure_id"]) == ("already_closed", one)


async def test_whose_business_a_road_is(city: City) -> None:
    in_gengma = {"point": {"lon": MENGDING[0], "lat": MENGDING[1]}}
    with pytest.raises(Refused, match="forbidden"):
        await close(city, "frb", **in_gengma)
    with pytest.raises(Refused, match="forbidden"):
        await close(city, "field-mengding", **in_gengma)
    with pytest.raises(Refused, match="forbidden"):
        await close(city, "duty-gengma", point={"lon": SEAT[0], "lat": SEAT[1]})
    closure = await close(city, "duty-gengma", **in_gengma)
    await city.carry_out("psb", "road.open", {"closure_id": closure, "reason": "恢复通行"})
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT open_reason, opened_by ->> 'name' FROM gis.road_closure")).fetchone()
    assert row is not None
    assert row[0] == "恢复通行"
