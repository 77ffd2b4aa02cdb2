"""The clock is stepped back by an hour: order is by position, deadlines stay what they are, nothing passes twice."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, cast

import psycopg

from spine.clock import HandClock, parse_iso
from tests.city import PASSWORD, City, Server
from tests.conftest import T0
from tests.faults.checker import Checker
from tests.faults.dashboard import Dashboard
from tests.faults.load import Sender, envelope
from tests.faults.record import read_record

HOUR = timedelta(hours=1)
DUE = timedelta(minutes=30)


async def cookie_of(server: Server, login: str) -> str:
    async with server.sign_in(login) as client:
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


class Desk:
    """The duty desk's commands, at the realm's time."""

    def __init__(self, city: City, sender: Sender) -> None:
        self.city, self.sender = city, sender

    async def does(self, kind: str, at: datetime | None = None, **data: Any) -> dict[str, Any]:
        answer = await self.sender.send(envelope(kind, data, at=at or self.city.realm.clock.now()))
        assert answer.status_code == 200, answer.text
        return cast(dict[str, Any], answer.json())

    async def calls(self, count: int) -> list[int]:
        """Positions on the board of so many calls, one after the other."""
        answers = [await self.does("call.register", source="群众来电", text=f"来电 {n}") for n in range(count)]
        return [fact["seq"] for answer in answers for fact in answer["facts"] if fact["stream"] == "board"]


async def test_the_clock_stepped_back_by_an_hour(server: Server, city: City, city_url: str) -> None:
    assert PASSWORD
    clock, checker = cast(HandClock, city.realm.clock), Checker()
    sender = Sender(server.url, await cookie_of(server, "duty1"), checker)
    desk = Desk(city, sender)
    dashboard = Dashboard("desk", server.url, sender.cookie, ["board"], checker)
    running = asyncio.create_task(dashboard.run())
    try:
        await dashboard.live()
        before = await desk.calls(4)
        opened = await desk.does("incident.open", title="南汀河山洪", class_key="nd.flood.flash", place="孟定镇")
        incident = str(opened["result"]["incident_id"])
        early = await desk.does("task.issue", **order(incident))
        clock.forward(-HOUR)
        after = await desk.calls(4)
        assert after == list(range(after[0], after[0] + 4))
        assert after[0] > before[-1]
        late = await desk.does("task.issue", **order(incident))
        due = await deadlines(city_url, incident)
        assert due[early["result"]["task_id"]] == T0 + DUE, "what was promised before the step stays promised"
        assert due[late["result"]["task_id"]] == T0 - HOUR + DUE

        # A device whose clock was right is now an hour ahead: refused for now, and the same command goes through later.
        ahead = envelope("call.register", {"source": "群众来电", "text": "时钟回拨后的来电"}, at=T0)
        refused = await sender.once(ahead)
        assert refused is not None
        assert (refused.status_code, refused.json()["code"]) == (422, "time_in_future"), refused.text

        await city.settle()
        assert await passed(city_url) == {}, "nothing is due yet by the clock as it now is"
        clock.forward(DUE)
        await city.settle()
        assert set(await passed(city_url)) == {late["result"]["task_id"]}
        clock.forward(HOUR)
        await city.settle()
        once_each = await passed(city_url)
        assert once_each[early["result"]["task_id"]] == once_each[late["result"]["task_id"]] == 1
        assert set(once_each.values()) == {1}
        assert (await sender.send(ahead)).status_code == 200
        checker.refused.clear()  # it was no final refusal

        record = read_record(city_url)
        await dashboard.reaches(record.heads)
        times = [parse_iso(json_text(record.facts["board", seq].at)) for seq in range(1, record.heads["board"] + 1)]
        assert times != sorted(times), "the step does not show in the record: nothing is proved"
        checker.followed_to_the_end.add("desk")
        report = checker.judge(record)
        assert report.clean, str(report)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await sender.close()


def json_text(text: str) -> str:
    return text.strip('"')


def order(incident: str) -> dict[str, Any]:
    return {
        "incident_id": incident,
        "title": "排查",
        "text": "排查沿河房屋",
        "department": "FRB",
        "sign_minutes": 30,
        "due_minutes": 600,
    }


async def deadlines(database_url: str, incident: str) -> dict[str, datetime]:
    """When each order must be signed."""
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        rows = await (
            await conn.execute(
                "SELECT subject_id::text, due_at FROM spine.deadline WHERE kind = 'task_sign' AND incident_id::text = %s",
                (incident,),
            )
        ).fetchall()
    return {str(task): due for task, due in rows}


async def passed(database_url: str) -> dict[str, int]:
    """How often the passing of each order's signing time stands on its incident."""
    async with await psycopg.AsyncConnection.connect(database_url) as conn:
        rows = await (
            await conn.execute(
                """
                SELECT d.subject_id::text, count(*) FROM spine.fact f
                JOIN spine.deadline d ON f.body::jsonb #>> '{data,deadline_id}' = d.id::text
                WHERE f.kind = 'deadline.passed' AND f.stream LIKE 'incident:%' AND d.kind = 'task_sign' GROUP BY 1
                """
            )
        ).fetchall()
    return {str(task): int(count) for task, count in rows}
