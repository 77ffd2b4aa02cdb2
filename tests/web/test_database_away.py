"""While the database is away: reads say stale, decisions are refused at once, what brings news in is kept and comes later."""

import asyncio
import uuid
from typing import Any

import httpx
import pytest
from psycopg import OperationalError

from spine.db import owner_connection
from spine.lane import Piece
from spine.receipts import Receipt
from tests.city import Server
from tests.web.away import away


def call(text: str, **envelope: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "kind": "call.register",
        "stream": "board",
        "occurred_at": "2026-03-01T10:00:00+00:00",
        "data": {"source": "群众来电", "text": text},
        **envelope,
    }


async def until_missed(server: Server) -> None:
    async with asyncio.timeout(20):
        while server.city.realm.presence.away_since is None:  # noqa: ASYNC110  it has no event for this
            await asyncio.sleep(0.02)


async def texts(city_url: str) -> list[str]:
    async with owner_connection(city_url) as conn:
        rows = await (await conn.execute("SELECT text FROM incidents.call ORDER BY no")).fetchall()
    return [str(text) for (text,) in rows]


async def answered(client: httpx.AsyncClient, envelope: dict[str, Any]) -> httpx.Response:
    """The receipt, asked for until it is there."""
    async with asyncio.timeout(30):
        while True:
            answer = await client.post("/api/commands", json=envelope)
            if answer.status_code != 202 and answer.status_code != 503:
                return answer
            await asyncio.sleep(0.1)


async def test_calls_are_kept_in_order_and_come_once(server: Server, city_url: str) -> None:
    calls = [call(f"第 {number} 个电话") for number in range(5)]
    async with server.sign_in("duty1") as client:
        assert (await client.post("/api/commands", json=calls[0])).status_code == 200
        async with away(city_url):
            await until_missed(server)
            for envelope in calls[1:]:
                kept = await client.post("/api/commands", json=envelope)
                assert (kept.status_code, kept.json()["spooled"]) == (202, True), kept.text
            again = await client.post("/api/commands", json=calls[1])
            assert again.status_code == 202
            other = await client.post(
                "/api/commands", json={**calls[1], "data": {"source": "群众来电", "text": "别的"}}
            )
            assert other.json()["code"] == "command_id_taken"
            wrong = await client.post("/api/commands", json=call("", data={"text": 5}))
            assert wrong.status_code == 422
        for envelope in calls:
            answer = await answered(client, envelope)
            assert answer.status_code == 200, answer.text
            assert answer.json()["repeated"] is True
    assert await texts(city_url) == [f"第 {number} 个电话" for number in range(5)]


async def test_a_decision_is_refused_at_once_with_since_when(server: Server, city_url: str) -> None:
    async with server.sign_in("leader1") as client, away(city_url):
        await until_missed(server)
        refused = await client.post(
            "/api/commands",
            json=call(
                "", kind="incident.open", data={"title": "x", "class_key": "ac.special.boiler", "place": "孟定镇"}
            ),
        )
        assert refused.status_code == 503
        assert refused.json()["code"] == "database_away"
        assert refused.json()["since"]
        assert refused.headers["Retry-After"]
        assert "没有保存" in refused.json()["detail"]
        other = await client.get("/api/plans")
        assert other.json()["code"] == "database_away"
        assert "无法读取" in other.json()["detail"]


async def test_a_command_whose_end_is_not_known_is_not_called_unsaved(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection broke during the commit: it may have got through. The same id tells."""
    opening = call("", kind="incident.open", data={"title": "x", "class_key": "ac.special.boiler", "place": "孟定镇"})
    lane = server.city.realm.lane
    carry = lane.carry

    async def broken(piece: Piece) -> Receipt | None:
        await carry(piece)
        raise OperationalError("server closed the connection unexpectedly")

    async with server.sign_in("duty1") as client:
        monkeypatch.setattr(lane, "carry", broken)
        answer = await client.post("/api/commands", json=opening)
        assert (answer.status_code, answer.json()["code"]) == (503, "database_away")
        assert "没有保存" not in answer.json()["detail"]
        assert "同一编号" in answer.json()["detail"]
        monkeypatch.setattr(lane, "carry", carry)
        again = await client.post("/api/commands", json=opening)
        assert (again.status_code, again.json()["repeated"]) == (200, True)


async def test_a_refusal_at_replay_is_written_down(server: Server, city_url: str) -> None:
    """A kept command may turn out to be impossible; it is not lost without a word."""
    late = call("来电", occurred_at="2030-01-01T00:00:00+00:00")
    async with server.sign_in("duty1") as client:
        async with away(city_url):
            await until_missed(server)
            assert (await client.post("/api/commands", json=late)).status_code == 202
        answer = await answered(client, late)
        assert answer.json()["code"] == "time_in_future"
    written = server.city.realm.data_dir / "spool" / "refused.jsonl"
    async with asyncio.timeout(10):
        while not written.exists():  # noqa: ASYNC110  a file has no event
            await asyncio.sleep(0.02)
    assert late["id"] in written.read_text("utf-8")


async def test_a_feeds_document_is_kept_and_taken_in_later(server: Server, city_url: str) -> None:
    document = (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>K1</identifier><sender>test@example.org</sender>'
        "<sent>2026-03-01T18:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>"
        "<info><language>zh-CN</language><category>Met</category><event>暴雨</event><urgency>Immediate</urgency>"
        "<severity>Extreme</severity><certainty>Observed</certainty><headline>暴雨红色预警</headline>"
        "<area><areaDesc>耿马县</areaDesc></area></info></alert>"
    )
    async with server.sign_in("duty1") as client:
        async with away(city_url):
            await until_missed(server)
            kept = await client.post("/api/feeds/cap", content=document)
            assert (kept.status_code, kept.json()["spooled"]) == (202, True)
        async with asyncio.timeout(30):
            while True:
                async with owner_connection(city_url) as conn:
                    rows = await (await conn.execute("SELECT headline FROM incidents.alert")).fetchall()
                if rows:
                    break
                await asyncio.sleep(0.1)
    assert rows == [("暴雨红色预警",)]


async def test_sockets_are_told_stale_and_then_that_it_is_over(server: Server, city_url: str) -> None:
    async with server.socket("duty1") as socket:
        await socket.send(op="follow", stream="board", since=0)
        await socket.until("live", stream="board")
        async with away(city_url):
            assert (await socket.until("stale", within_s=20))["since"]
            await socket.send(op="beat")
            await socket.until("stale")
        await socket.until("beat", within_s=20)


async def test_who_comes_meanwhile_gets_the_held_picture_and_what_it_asked_for_later(
    server: Server, city_url: str
) -> None:
    async with server.sign_in("duty1") as client, server.socket("duty1") as socket:
        whole = (await client.get("/api/picture/board")).json()
        assert "stale" not in whole
        async with away(city_url):
            await until_missed(server)
            held = (await client.get("/api/picture/board")).json()
            assert held["stale"]["since"]
            assert held["picture"] == whole["picture"]
            assert (await client.get("/api/picture/board:530926")).status_code == 503
            assert (await client.get("/api/session")).status_code == 200
            await socket.send(op="follow", stream="department:FRB", since=0)
            await socket.until("stale")
        await socket.until("live", stream="department:FRB", within_s=20)
