"""Positions over HTTP: the same answers and refusals for every spelling, newest with age, sampled tracks, places of the API."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from gis.position_store import SLOT_S, forget_tracks, tracks
from spine.canonical import encode
from spine.clock import HandClock, iso
from spine.errors import Refused
from spine.realm import Realm
from tests.city import City, Server
from tests.conftest import T0
from web.gateway.telemetry import Telemetry
from web.position_intake import PositionIntake, Reported, item_text, read_batch

UNIT = "00000000-0000-4000-8000-00000000000a"


def batch(*positions: dict[str, Any]) -> str:
    return json.dumps({"positions": list(positions)})


def position(seconds: float = 0, **more: Any) -> dict[str, Any]:
    return {"unit_id": UNIT, "lon": 99.0, "lat": 23.5, "at": iso(T0 + timedelta(seconds=seconds)), **more}


def test_identifiers_in_every_spelling_are_one_unit() -> None:
    for spelling in (UNIT, UNIT.upper(), UNIT.replace("-", ""), f"urn:uuid:{UNIT}"):
        [read] = read_batch(batch(position(unit_id=spelling)))
        assert read["unit_id"] == UNIT
        assert read.get("accuracy_m") is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lon": 181.0}, "positions.0.lon"), ({"lat": "23.5"}, "positions.0.lat"), ({"lat": float("nan")}, "positions.0.lat"),
        ({"unit_id": "x"}, "positions.0.unit_id"), ({"at": "2026-03-01T10:12:00"}, "positions.0.at"), ({"speed": 3}, "positions.0.speed"),
        ({"accuracy_m": -1.0}, "positions.0.accuracy_m"), ({"unit_id": 7}, "positions.0.unit_id"), ({"lon": None}, "positions.0.lon"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_batch(batch(position(**wrong)))
    assert refusal.value.code == "invalid_field"
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"positions":[]}', "nonsense", '{"positions":[1]}', '{"positions":{}}']
)
def test_what_is_no_batch_is_refused(body: str) -> None:
    with pytest.raises(Refused):
        read_batch(body)


def test_an_item_is_canonical_json() -> None:
    item = {"id": UNIT, "lon": 99.123456, "lat": 23.0, "accuracy_m": None, "at": iso(T0)}
    assert item_text(UNIT, 99.123456, 23.0, None, iso(T0)) == encode(item)


def reported(seconds: float, lon: float = 99.0, unit: str = UNIT) -> Reported:
    return Reported(unit_id=unit, lon=lon, lat=23.5, accuracy_m=5.0, at=T0 + timedelta(seconds=seconds))


async def rows_of(realm: Realm) -> list[float]:
    async with realm.pool.connection() as conn:
        found = await tracks(conn, T0 - timedelta(days=1), T0 + timedelta(days=1), None, 1, 1000)
    return [(row.at - T0).total_seconds() for row in found]


async def test_a_track_keeps_one_position_of_a_slot_and_takes_late_ones(realm: Realm, clock: HandClock) -> None:
    clock.forward(timedelta(hours=1))
    intake = PositionIntake(realm, Telemetry(realm))
    assert await intake.take([reported(s, 99.0 + s * 1e-4) for s in (0, 3, 8, 11, 19, 25)], "x") == 1
    assert await rows_of(realm) == [0, 11, 25]  # T0 is the beginning of a slot
    assert await intake.take([reported(-40, 98.9), reported(-35, 98.91), reported(-28, 98.92)], "x") == 0
    assert await rows_of(realm) == [-40, -28, 0, 11, 25]
    again = PositionIntake(realm, Telemetry(realm))  # another process knows nothing of it
    assert await again.take([reported(-40, 98.9), reported(12, 99.1), reported(25, 99.2)], "x") == 0
    assert await rows_of(realm) == [-40, -28, 0, 11, 25]


async def test_who_stands_still_is_kept_once_a_minute(realm: Realm, clock: HandClock) -> None:
    clock.forward(timedelta(hours=1))
    intake = PositionIntake(realm, Telemetry(realm))
    for seconds in range(0, 180, 10):
        await intake.take([reported(seconds)], "x")
    assert await rows_of(realm) == [0, 60, 120]


async def test_old_tracks_are_forgotten(realm: Realm, clock: HandClock) -> None:
    clock.forward(timedelta(hours=1))
    await PositionIntake(realm, Telemetry(realm)).take([reported(s, 99 + s * 1e-4) for s in range(0, 100, SLOT_S)], "x")
    async with realm.pool.connection() as conn:
        assert await forget_tracks(conn, T0 + timedelta(seconds=50), timedelta(0)) == 5
        assert await forget_tracks(conn, T0 + timedelta(seconds=50), timedelta(0)) == 0
    assert await rows_of(realm) == [50, 60, 70, 80, 90]


async def test_a_clock_that_runs_ahead_is_set_back(realm: Realm) -> None:
    intake = PositionIntake(realm, Telemetry(realm))
    assert await intake.take([reported(86_400)], "x") == 1
    assert await rows_of(realm) == [120]


async def test_newest_and_tracks_over_http(city: City, server: Server, clock: HandClock) -> None:
    async with server.sign_in("field-mengding") as field, server.sign_in("duty1") as desk:
        await _newest_and_tracks(field, desk, clock)


async def _newest_and_tracks(field: httpx.AsyncClient, desk: httpx.AsyncClient, clock: HandClock) -> None:
    unit = str((await field.get("/api/session")).json()["grants"][0]["unit"])
    sent = [position(s, unit_id=unit, lon=99.0 + s * 1e-4, accuracy_m=7.0) for s in (0, 15, 30)]
    answer = await field.post("/api/positions", content=batch(*sent))
    assert answer.json() == {"accepted": 1, "received": 3}
    other = await field.post("/api/positions", content=batch(position()))
    assert (other.status_code, other.json()["code"]) == (403, "forbidden")
    wrong = await field.post("/api/positions", content=batch(position(lon=181.0)))
    assert (wrong.status_code, wrong.json()["field"]) == (422, "positions.0.lon")
    clock.forward(timedelta(minutes=30))
    newest = {one["unit_id"]: one for one in (await desk.get("/api/positions")).json()["positions"]}
    assert newest[unit]["stale"] is True
    assert newest[unit]["accuracy_m"] == 7.0
    assert 1700 <= newest[unit]["age_s"] <= 1800
    span = {"since": iso(T0 - timedelta(minutes=1)), "until": iso(T0 + timedelta(minutes=5))}
    told = (await desk.get("/api/tracks", params=span)).json()
    assert [fix[1] for fix in told["units"][unit]] == pytest.approx([99.0, 99.0015, 99.003])
    assert told["truncated"] is False
    thin = (await desk.get("/api/tracks", params={**span, "every_s": 60, "unit": unit})).json()
    assert len(thin["units"][unit]) == 1
    assert (await field.get("/api/tracks", params=span)).json()["units"].keys() == {unit}
    assert (await field.get("/api/tracks", params={**span, "unit": UNIT})).status_code == 403
    assert (await desk.get("/api/tracks", params={"since": span["until"], "until": span["since"]})).json()[
        "code"
    ] == "time_order"
    long = {"since": iso(T0 - timedelta(days=9)), "until": iso(T0)}
    assert (await desk.get("/api/tracks", params=long)).json()["code"] == "time_span"
    assert (await desk.get("/api/tracks", params={**span, "unit": "x"})).status_code == 422


async def test_places_and_what_is_here_over_http(city: City, server: Server) -> None:
    async with server.sign_in("duty1") as desk:
        await _places(desk)


async def _places(desk: httpx.AsyncClient) -> None:
    message = "【高德】我在糖厂 https://uri.amap.com/marker?position=98.93,23.47&name=糖厂 快来"
    [place] = (await desk.get("/api/places", params={"q": message})).json()["places"]
    assert place["given"] == {"lon": 98.93, "lat": 23.47, "origin": "GCJ02"}
    assert place["doubts"] == []
    far = (await desk.get("/api/places", params={"q": "GPS 102.71234,25.04321"})).json()["places"][0]
    assert [doubt["code"] for doubt in far["doubts"]] == ["outside_city"]
    swapped = (await desk.get("/api/places", params={"q": "98.93N 23.47E"})).json()
    assert swapped["places"] == []
    assert swapped["notices"][0]["instead"][0]["lon"] == 98.93
    here = (await desk.get("/api/identify", params={"lon": 99.0817, "lat": 23.5568, "within_m": 3000})).json()
    assert here["place"]["zh"] == "耿马县孟定镇"
    assert here["things"]
    assert here["doubts"] == []
    assert {line["key"] for line in here["coordinates"]} == {
        "WGS84",
        "CGCS2000",
        "GCJ02",
        "BD09",
        "DMS",
        "UTM",
        "GK3",
        "GK6",
    }
    assert (await desk.get("/api/identify", params={"lon": 199, "lat": 23})).status_code == 422
    assert (await desk.get("/api/identify", params={"lon": "nan", "lat": 23})).status_code == 422
    read = (await desk.get("/api/intake", params={"text": f"锅炉爆炸伤2人 {message}"})).json()
    assert read["point"]["given"]["origin"] == "GCJ02"
    assert read["figures"] == {"injured": 2}
    assert "place" not in read["missing"]
