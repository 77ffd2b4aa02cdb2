"""The duty room over HTTP: the roster, calendar links and files, the address book, handovers and the duty log on paper."""

import hashlib
import secrets
from collections.abc import Awaitable
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from command.seed import seed_organisation
from spine.clock import BEIJING, HandClock, iso
from spine.errors import Refused
from tests.city import Server


def at(day: int, hour: float = 8.5) -> datetime:
    return datetime(2026, 3, 1, tzinfo=BEIJING) + timedelta(days=day - 1, hours=hour)


async def add(server: Server, person: str | None, day: int, post: str = "primary") -> str:
    data = {"post": post, "starts_at": iso(at(day)), "ends_at": iso(at(day + 1)), "person_id": person}
    return str((await server.city.carry_out("duty1", "roster.add", data)).result["shift_id"])


async def refusal(call: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refused:
        await call
    return refused.value.code


async def test_the_roster_shows_shifts_conflicts_gaps_and_who_i_am(server: Server) -> None:
    shift = await add(server, None, 2)
    await add(server, "chen-xiaoyu", 3)
    leave = {
        "person_id": "chen-xiaoyu",
        "from_at": iso(at(3)),
        "to_at": iso(at(4)),
        "leave_kind": "sick",
        "reason": "手术",
    }
    await server.city.carry_out("duty1", "roster.enter_leave", leave)
    async with server.sign_in("duty1") as client:
        roster = (await client.get("/api/roster", params={"first": "2026-03-02", "days": 3})).json()
        assert roster["me"] == "chen-xiaoyu"
        assert {(c["kind"], c["severity"]) for c in roster["conflicts"]} == {
            ("empty_seat", "warn"),
            ("on_leave", "refuse"),
        }
        assert {"post": "primary", "seat": 1, "starts_at": iso(at(4)), "ends_at": iso(at(5))} in roster["gaps"]
        assert roster["leaves"][0]["kind"] == "sick"
        proposed = (await client.get(f"/api/roster/shifts/{shift}/stand-ins")).json()["stand_ins"]
        assert "bao-wenqiang" in {one["id"] for one in proposed}
        asked = {"posts": ["watch_commander"], "first": "2026-03-02", "days": 7}
        assert len((await client.get("/api/roster/rotation", params=asked)).json()["shifts"]) == 7
        assert (await client.get("/api/roster", params={"first": "2026-13-01"})).status_code == 422
    async with server.sign_in("auditor") as client:
        roster = (await client.get("/api/roster", params={"first": "2026-03-02", "days": 3})).json()
        assert (roster["leaves"][0]["kind"], roster["leaves"][0]["reason"]) == (None, None)
    async with server.sign_in("duty-gengma") as client:
        roster = (await client.get("/api/roster", params={"first": "2026-03-02", "days": 3})).json()
        assert {post["area_code"] for post in roster["posts"]} == {"530926"}
        assert roster["shifts"] == []
    async with server.sign_in("field-mengding") as client:
        assert (await client.get("/api/roster")).status_code == 403


async def test_a_calendar_is_read_by_its_link_alone_and_ends_with_it(server: Server) -> None:
    await add(server, "chen-xiaoyu", 2)
    token = secrets.token_urlsafe(32)
    shared = {"subject": "person", "key": "chen-xiaoyu", "token_sha256": hashlib.sha256(token.encode()).hexdigest()}
    answer = await server.city.carry_out("duty1", "roster.share_calendar", shared)
    async with server.sign_in("duty1") as client:
        client.cookies.clear()
        found = await client.get(f"/api/roster/{token}.ics")
        assert found.status_code == 200
        assert "text/calendar" in found.headers["content-type"]
        assert "陈晓雨" in found.text
        assert "6111" not in found.text
        same = await client.get(f"/api/roster/{token}.ics", headers={"If-None-Match": found.headers["etag"]})
        assert same.status_code == 304
        await add(server, "chen-xiaoyu", 5)
        new = await client.get(f"/api/roster/{token}.ics", headers={"If-None-Match": found.headers["etag"]})
        assert new.status_code == 200
        assert (await client.get("/api/roster/guess.ics")).status_code == 404
        await server.city.carry_out(
            "duty1", "roster.revoke_calendar", {"calendar_id": str(answer.result["calendar_id"])}
        )
        assert (await client.get(f"/api/roster/{token}.ics")).status_code == 404
    for key in ("wen-lan", "nobody"):
        assert (
            await refusal(server.city.carry_out("duty1", "roster.share_calendar", {**shared, "key": key}))
            == "forbidden"
        )


def file(*summaries: str) -> bytes:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:{text}\r\nDTSTART:2026030{n + 3}T083000\r\nDURATION:PT24H\r\nEND:VEVENT\r\n"
        for n, text in enumerate(summaries)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n".encode()


async def test_a_calendar_file_is_looked_at_mapped_and_taken_in_whole_or_not_at_all(server: Server) -> None:
    content = file("主班 陈晓雨", "主班 小鲍")
    async with server.sign_in("duty1") as client:
        seen = (await client.post("/api/roster/imports", content=content)).json()
        assert [row["problem"] is None for row in seen["rows"]] == [False, True]
        names = '{"小鲍": "bao-wenqiang"}'
        seen = (await client.post("/api/roster/imports", params={"names": names}, content=content)).json()
        assert all(row["problem"] is None for row in seen["rows"])
        bad = await client.post("/api/roster/imports", content=b"BEGIN:VCALENDAR\r\nwhat\r\n")
        assert (bad.status_code, bad.json()["line"]) == (422, 2)
    rows = [
        {key: row[key] for key in ("post", "seat", "starts_at", "ends_at", "person_id")}
        for row in cast(list[dict[str, Any]], seen["rows"])
    ]
    data = {"name": "值班.ics", "sha256": seen["sha256"], "shifts": rows}
    wrong = [*rows, {**rows[0], "post": "secondary"}]
    assert (
        await refusal(server.city.carry_out("duty1", "roster.import", {**data, "shifts": wrong})) == "roster_conflict"
    )
    async with server.sign_in("duty1") as client:
        assert (await client.get("/api/roster", params={"first": "2026-03-03", "days": 3})).json()["shifts"] == []
        await server.city.carry_out("duty1", "roster.import", data)
        assert len((await client.get("/api/roster", params={"first": "2026-03-03", "days": 3})).json()["shifts"]) == 2
        assert await refusal(server.city.carry_out("duty1", "roster.import", data)) == "shift_there"
        again = await server.city.carry_out("duty1", "roster.import", {**data, "replace": True})
        assert again.result["replaced"] == 2


async def test_the_address_book_finds_by_pinyin_and_shows_numbers_to_those_who_may(server: Server) -> None:
    async def ask(login: str, **params: str) -> Any:
        async with server.sign_in(login) as client:
            return (await client.get("/api/organisation", params=params)).json()

    for q in ("晓雨", "chenxiaoyu", "cxy"):
        found = (await ask("duty1", q=q))["people"]
        assert "chen-xiaoyu" in {one["id"] for one in found}, q
    leader = (await ask("duty1", q="李承远"))["people"][0]
    assert leader["positions"][0]["title_zh"] == "市抗震救灾指挥部指挥长"
    village = (await ask("duty1", area="530926103"))["people"]
    assert {one["level"] for one in village} == {"village"}
    assert all(one["mobile"] for one in village)
    hidden = (await ask("frb", area="530926103"))["people"]
    assert all(one["mobile"] is None and one["numbers_hidden"] for one in hidden)
    colleague = (await ask("emb", q="陈晓雨"))["people"][0]
    assert colleague["phone"] == "内线 6111"
    county = (await ask("duty-gengma", q="陈晓雨"))["people"][0]
    assert county["phone"] is None
    assert (await ask("duty1", q="100%_"))["people"] == []
    assert (await ask("field-mengding", q="x"))["code"] == "forbidden"


async def test_an_entry_is_corrected_and_its_history_names_fields_not_numbers(server: Server) -> None:
    async def ask(login: str, path: str = "", **params: str) -> Any:
        async with server.sign_in(login) as client:
            return (await client.get(f"/api/organisation{path}", params=params)).json()

    person = (await ask("duty1", q="何正平"))["people"][0]
    assert (person["reach"], person["has_account"]) == ("phone", False)
    data = {name: person[name] for name in ("name", "title_zh", "title_en", "department", "place", "phone", "duties")}
    change = {
        **data,
        "person_id": person["id"],
        "expect": person["version"],
        "mobile": "13800000001",
        "account": "duty-en",
    }
    assert await refusal(server.city.carry_out("duty1", "person.put", change)) == "account_taken"
    await server.city.carry_out("duty1", "person.put", {**change, "account": None})
    assert await refusal(server.city.carry_out("duty1", "person.put", {**change, "account": None})) == "stale_version"
    told = await ask("duty1", f"/people/{person['id']}")
    assert told["account"] is None
    assert [(line["kind"], line["changed"]) for line in told["history"]] == [("person.corrected", ["mobile"])]
    assert "13800000001" not in str(told)
    assert (await ask("duty-gengma", f"/people/{person['id']}"))["code"] == "forbidden"
    assert (await ask("duty1", "/people/nobody"))["code"] == "not_found"
    async with server.city.realm.pool.connection() as conn:  # the files are read again: what the city corrected stays
        await seed_organisation(conn, server.city.realm.clock.now())
    assert (await ask("duty1", q="何正平"))["people"][0]["mobile"] == "13800000001"
    assert (await ask("duty-gengma", q="何正平"))["people"][0]["version"] is None
    assert {one["level"] for one in (await ask("duty1", level="township"))["people"]} <= {"township"}
    assert {one["level"] for one in (await ask("duty1", level="village"))["people"]} == {"village"}


async def test_a_handover_and_a_duty_log_come_as_paper(server: Server) -> None:
    clock = cast(HandClock, server.city.realm.clock)
    begins = clock.now()
    call = {"source": "120", "text": "贺派乡多处房屋倒塌，有人被埋"}
    await server.city.carry_out("duty1", "call.register", call)
    clock.forward(timedelta(minutes=1))
    quake = {"title": "耿马6.3级地震", "class_key": "nd.quake.natural", "place": "耿马县", "area_code": "530926203"}
    incident = str((await server.city.carry_out("duty1", "incident.open", quake)).result["incident_id"])
    report = {
        "incident_id": incident,
        "form": "first",
        "channel": "phone",
        "to": "省应急厅",
        "text": "首报",
        "signed_by": "陈晓雨",
    }
    await server.city.carry_out("duty1", "report.file", report)
    clock.forward(timedelta(minutes=1))
    async with server.sign_in("duty2") as client:
        sheet = (await client.get("/api/handovers/sheet", params={"post": "primary"})).json()
        assert sheet["is_holder"] is True
        known = {section["key"]: section["known"] for section in sheet["sheet"]["sections"]}
        assert known["incidents"] is True
        assert known["instructions"] is True
        checks = {check["id"]: {"state": "ok"} for check in sheet["checks"]}
        checks["fax"] = {"state": "fault", "note": "缺纸"}
        data = {"post": "primary", "digest": sheet["digest"], "checks": checks, "words": "关注余震"}
        handover = str((await server.city.carry_out("duty2", "handover.sign_out", data)).result["handover_id"])
        paper = await client.get(f"/api/handovers/{handover}/sheet.pdf")
        assert paper.content.startswith(b"%PDF")
        log = {"since": iso(begins - timedelta(minutes=1)), "until": iso(begins + timedelta(hours=1))}
        lines = (await client.get("/api/duty-log", params=log)).json()["lines"]
        kinds = [line["kind"] for line in lines]
        assert [k for k in kinds if k in ("call.registered", "incident.opened", "report.filed", "handover.signed_out")] == [
            "call.registered", "incident.opened", "report.filed", "handover.signed_out",
        ]  # fmt: skip
        assert next(line for line in lines if line["kind"] == "call.registered")["text"] == call["text"]
        assert (await client.get("/api/duty-log.pdf", params={**log, "locale": "en"})).content.startswith(b"%PDF")
        assert (await client.get("/api/duty-log", params={**log, "until": "yesterday"})).json()["code"] == "not_a_time"
        assert (await client.get("/api/duty-log", params={**log, "until": log["since"]})).json()["code"] == "log_range"
        whole = (await client.get(f"/api/handovers/{handover}")).json()
        assert whole["changes"] == []
    async with server.sign_in("duty-gengma") as client:
        assert (await client.get(f"/api/handovers/{handover}")).status_code == 403
        assert "report.filed" in [
            line["kind"] for line in (await client.get("/api/duty-log", params=log)).json()["lines"]
        ]
