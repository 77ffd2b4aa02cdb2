"""Every refusal is a problem document with a stable code, the field and a sentence in the asker's language; nothing changes."""

import hashlib
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from spine.clock import iso
from spine.record import head_seqs
from tests.city import City, Server, now_text


async def record_size(city: City) -> int:
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT count(*) FROM spine.fact")).fetchone()
        assert await head_seqs(conn, []) == {}
    return int(row[0]) if row else -1


def envelope(city: City, kind: str, data: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "stream": "board",
        "occurred_at": now_text(city),
        "data": data,
        **more,
    }


async def open_incident(city: City, **more: Any) -> str:
    data = {"title": "孟定糖厂锅炉爆炸", "class_key": "ac.special.boiler", "place": "孟定镇", **more}
    return str((await city.carry_out("duty1", "incident.open", data)).result["incident_id"])


def assert_problem(answer: httpx.Response, status: int, code: str, field: str | None, locale: str) -> None:
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    content = answer.json()
    assert (answer.status_code, content["code"], content.get("field")) == (status, code, field), content
    chinese = any("一" <= character <= "鿿" for character in content["detail"])
    assert chinese == (locale == "zh"), content["detail"]


BOWTIE = {"type": "Polygon", "coordinates": [[[99.0, 23.0], [99.2, 23.2], [99.2, 23.0], [99.0, 23.2], [99.0, 23.0]]]}
GOOD = {"title": "试", "class_key": "ac.special.boiler", "place": "孟定镇"}


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize(
    ("kind", "data", "status", "code", "field"),
    [
        ("incident.open", {**GOOD, "class_key": "nd.dragon"}, 422, "unknown_class", "data.class_key"),
        (
            "incident.open",
            {**GOOD, "point": {"lon": 199.0, "lat": 23.5}},
            422,
            "coordinates_impossible",
            "data.point.lon",
        ),
        ("incident.open", {**GOOD, "point": {"lon": 23.5, "lat": 99.1}}, 422, "coordinates_swapped", "data.point"),
        ("incident.open", {**GOOD, "figures": {"dead": -1}}, 422, "absurd_figure", "data.figures.dead"),
        ("incident.open", {**GOOD, "colour": "red"}, 422, "invalid_field", "data.colour"),
        ("incident.fly", {}, 404, "unknown_command", "kind"),
        ("task.issue", {}, 422, "invalid_field", "data.incident_id"),
    ],
)
async def test_wrong_commands(
    server: Server, kind: str, data: dict[str, Any], status: int, code: str, field: str, locale: str
) -> None:
    async with server.sign_in("duty1", locale) as client:
        answer = await client.post("/api/commands", json=envelope(server.city, kind, data))
    assert_problem(answer, status, code, field, locale)
    assert await record_size(server.city) == 0


async def test_a_polygon_that_crosses_itself(server: Server) -> None:
    incident = await open_incident(server.city)
    size = await record_size(server.city)
    data = {"incident_id": incident, "expect": 1, "which": "impact_area", "geometry": BOWTIE}
    async with server.sign_in("duty1") as client:
        answer = await client.post("/api/commands", json=envelope(server.city, "incident.draw", data))
    assert answer.status_code == 422
    assert answer.json()["field"].startswith("data.geometry")
    assert await record_size(server.city) == size


async def test_a_time_in_the_future(server: Server) -> None:
    later = iso(server.city.realm.clock.now() + timedelta(hours=1))
    async with server.sign_in("duty1") as client:
        answer = await client.post(
            "/api/commands", json=envelope(server.city, "incident.open", GOOD, occurred_at=later)
        )
    assert_problem(answer, 422, "time_in_future", "occurred_at", "zh")


async def test_a_report_for_a_closed_incident(server: Server) -> None:
    incident = await open_incident(server.city)
    await server.city.carry_out("leader1", "incident.close", {"incident_id": incident, "reason": "误报"})
    data = {
        "incident_id": incident,
        "form": "first",
        "channel": "phone",
        "to": "市政府总值班室",
        "text": "情况",
        "signed_by": "王主任",
    }
    async with server.sign_in("duty1") as client:
        answer = await client.post("/api/commands", json=envelope(server.city, "report.file", data))
    assert (answer.status_code, answer.json()["code"]) == (409, "incident_closed")


async def test_an_illegal_transition_and_a_stale_version(server: Server) -> None:
    incident = await open_incident(server.city)
    issued = await server.city.carry_out(
        "duty1",
        "task.issue",
        {"incident_id": incident, "title": "搜救", "text": "排查倒塌房屋", "department": "FRB", "due_minutes": 60},
    )
    async with server.sign_in("duty1") as client:
        too_early = envelope(server.city, "task.accept", {"task_id": issued.result["task_id"]})
        answer = await client.post("/api/commands", json=too_early)
    assert (answer.status_code, answer.json()["code"]) == (409, "task_transition"), answer.text
    async with server.sign_in("duty1") as client:
        stale = {"incident_id": incident, "expect": 0, "title": "另一个标题"}
        answer = await client.post("/api/commands", json=envelope(server.city, "incident.correct", stale))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "stale_version", "data.expect")


async def test_a_body_of_50_mb_is_refused_before_it_is_read(server: Server) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 1024 * 1024

    async with server.sign_in("duty1") as client:
        for path in ("/api/commands", "/api/feeds/cap"):
            try:
                answer = await client.post(path, content=pieces())
            except (httpx.WriteError, httpx.RemoteProtocolError, httpx.ReadError):
                continue  # the server answered and hung up while the body was still coming
            assert_problem(answer, 413, "body_too_large", "body", "zh")
        answer = await client.put(f"/api/files/{'0' * 64}", content=b"x", params={"total": 50 * 1024 * 1024})
        assert_problem(answer, 413, "file_too_large", "file", "zh")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&b;</identifier></alert>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>"""


@pytest.mark.parametrize(
    "raw", [BOMB, OUTSIDE, b"<alert", b"{}", b"\x00\x01"], ids=["bomb", "outside", "cut", "empty", "noise"]
)
async def test_hostile_documents_are_refused_and_kept(server: Server, raw: bytes) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.post("/api/feeds/auto", content=raw)
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"]
        assert "root:" not in answer.text
        board = (await client.get("/api/picture/board")).json()["picture"]
    assert board.get("alerts", {}) == {}
    async with server.city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT count(*) FROM incidents.feed_document")).fetchone()
    assert row == (1,)


async def test_a_token_of_another_role(server: Server) -> None:
    async with server.sign_in("frb", "en") as desk:
        answer = await desk.post("/api/commands", json=envelope(server.city, "incident.open", GOOD))
    assert_problem(answer, 403, "forbidden", "kind", "en")


async def test_signed_out_and_unknown_addresses(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.url) as client:
        assert_problem(await client.get("/api/picture/board"), 401, "signed_out", None, "zh")
        assert_problem(await client.get("/api/nothing/here"), 404, "not_found", None, "zh")
        wrong = await client.post("/api/session", json={"login": "duty1", "password": "guess"})
        assert_problem(wrong, 401, "sign_in_failed", "password", "zh")


async def test_a_page_of_another_site_cannot_write(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.post(
            "/api/commands",
            json=envelope(server.city, "incident.open", GOOD),
            headers={"Origin": "http://elsewhere.example"},
        )
    assert_problem(answer, 403, "foreign_origin", None, "zh")
    assert await record_size(server.city) == 0


async def test_attachments_are_what_they_are(server: Server) -> None:
    page = b"<html><script>alert(1)</script>"
    name = hashlib.sha256(page).hexdigest()
    async with server.sign_in("field-mengding") as client:
        answer = await client.put(f"/api/files/{name}", content=page)
        assert_problem(answer, 415, "file_type", "file", "zh")
        answer = await client.put(f"/api/files/{'0' * 64}", content=b"\xff\xd8\xff rest")
        assert_problem(answer, 422, "hash_mismatch", "sha256", "zh")
        broken = b"\xff\xd8\xff\xe0 no picture at all"
        answer = await client.put(f"/api/files/{hashlib.sha256(broken).hexdigest()}", content=broken)
        assert_problem(answer, 422, "file_broken", "file", "zh")
