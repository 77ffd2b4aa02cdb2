"""The supervision board over HTTP: who sees what, the list behind a figure, the report that equals the record, the table."""

import csv
from typing import Any

from spine.record import read_since
from tests.city import City, Server
from tests.record_report import board_of, report_from_record


async def _order(city: City, incident: str, department: str) -> str:
    data = {"incident_id": incident, "title": "=搜救", "text": "排查", "department": department, "due_minutes": 60}
    return str((await city.carry_out("duty1", "task.issue", data)).result["task_id"])


async def _incident(city: City, area: str = "530926") -> str:
    data = {"title": "山洪", "class_key": "nd.flood.flash", "place": "某镇", "area_code": area}
    return str((await city.carry_out("duty1", "incident.open", data)).result["incident_id"])


async def test_who_sees_what_of_supervision(server: Server) -> None:
    city = server.city
    incident = await _incident(city)
    orders = [await _order(city, incident, department) for department in ("FRB", "HEB", "PSB")]
    await city.carry_out("heb", "task.return", {"task_id": orders[1], "reason": "非本部门"})
    seen: dict[str, Any] = {}
    for login in ("supervisor", "duty1", "leader1", "auditor", "duty-gengma", "frb", "psb", "emb", "field-mengding"):
        async with server.sign_in(login) as client:
            answer = await client.get("/api/supervision")
            seen[login] = (
                sorted(one["department"] for one in answer.json()["departments"])
                if answer.status_code == 200
                else answer.status_code
            )
            for path in ("/rules", "/cases?metric=open", f"/report?incident={incident}", "/board.csv"):
                other = await client.get(f"/api/supervision{path}")
                expected = 403 if login == "field-mengding" else 404 if login == "emb" and "report" in path else 200
                assert other.status_code == expected, (login, path, other.text)
    everybody = ["FRB", "HEB", "PSB", "desk"]
    assert seen == {
        **dict.fromkeys(("supervisor", "duty1", "leader1", "auditor", "duty-gengma"), everybody),
        "frb": ["FRB"], "psb": ["PSB"], "emb": ["EMB"], "field-mengding": 403,
    }  # fmt: skip


async def test_the_report_is_what_the_record_says(server: Server) -> None:
    city = server.city
    incident = await _incident(city)
    first, second = await _order(city, incident, "FRB"), await _order(city, incident, "HEB")
    await city.carry_out("frb", "task.sign", {"task_id": first})
    await city.carry_out("heb", "task.return", {"task_id": second, "reason": "不属本部门职责"})
    async with server.sign_in("supervisor") as client:
        report = (await client.get("/api/supervision/report", params={"incident": incident})).json()
    async with city.realm.pool.connection() as conn:
        facts = [fact.content() for fact in await read_since(conn, f"incident:{incident}", 0, 10_000)]
    assert report["record"] == len(facts)
    assert board_of(report) == report_from_record(facts, city.realm.clock.now())
    assert [event["reason"] for event in report["events"]] == ["不属本部门职责"]
    assert {order["owner"] for order in report["orders"]} == {"FRB", "desk"}


async def test_the_table_and_what_is_asked_wrongly(server: Server) -> None:
    incident = await _incident(server.city)
    await _order(server.city, incident, "FRB")
    async with server.sign_in("supervisor") as client:
        table = (await client.get("/api/supervision/board.csv", params={"language": "en"})).content.decode("utf-8-sig")
        rows = list(csv.reader(table.splitlines()))
        assert rows[1][0] == "Department"
        assert rows[2][0] == "Total"
        assert rows[2][rows[1].index("Signed in time, share")] == "–"
        for asked, field in (
            ({"metric": "nothing"}, "metric"),
            ({"metric": "open:purple"}, "metric"),
            ({"metric": "open", "after": "yesterday"}, "after"),
            ({"metric": "open", "since": "2026-03-01T00:00:00"}, "since"),
            ({"metric": "open", "since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}, "until"),
        ):
            answer = await client.get("/api/supervision/cases", params=asked)
            assert (answer.status_code, answer.json()["field"]) == (422, field)
        assert (await client.get("/api/supervision", params={"level": "V"})).status_code == 422
        assert (await client.get("/api/supervision/report", params={"incident": "0" * 32})).status_code == 404
