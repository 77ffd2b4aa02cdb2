"""PostgreSQL killed, restarted and away, in the middle of load: nothing acknowledged is lost, nothing is done twice."""

import asyncio
from typing import Any

import httpx

from tests.faults.load import Sender, envelope
from tests.faults.platform import Case
from tests.faults.servers import until
from tests.incidents.messages import cap


async def test_postgres_killed_in_the_middle_of_load(case: Case) -> None:
    """SIGKILL to every process of it; its own recovery brings back what it had acknowledged."""
    async with case.load.running():
        await case.load.acknowledged(30)
        case.platform.servers.kill_postgres()
        await until(lambda: has_noticed(case), "somebody noticing that the database is away")
        await case.platform.servers.start_postgres()
        await case.load.acknowledged(30)
    await case.verdict()


async def test_postgres_restarted_in_the_middle_of_load(case: Case) -> None:
    """A fast shutdown, as for an upgrade: every session is ended between two statements."""
    async with case.load.running():
        await case.load.acknowledged(30)
        await asyncio.to_thread(case.platform.servers.stop_postgres)
        await case.platform.servers.start_postgres()
        await case.load.acknowledged(30)
    await case.verdict()


async def test_while_the_database_is_away_intake_is_kept_and_the_rest_refused_at_once(case: Case) -> None:
    await all_stale_after_stop(case)
    calls, notes = call_outbox(5), note_outbox(case, 3)
    assert await kept(case.load.duty, calls) == [202] * 5
    assert await kept(case.load.field_unit, notes) == [202] * 3
    assert await kept(case.load.duty, calls[:2]) == [202] * 2, "the same id again is kept once"
    _, task = case.load.scene.orders[0]
    for sender, refused in (
        (case.load.department, envelope("task.progress", {"task_id": task, "text": "进展"})),
        (case.load.duty, envelope("incident.note", {"incident_id": case.load.scene.orders[0][0], "text": "已通知"})),
    ):
        answer = await sender.once(refused)
        assert answer is not None
        assert (answer.status_code, answer.json()["code"]) == (503, "database_away"), answer.text
        assert "since" in answer.json()
        assert int(answer.headers["Retry-After"]) > 0
        assert sender.slowest_503_s < 5, "it waited for the database instead of refusing at once"
    picture = await get(case, "/api/picture/board")
    assert picture.status_code == 503 or "since" in picture.json()["stale"]
    await case.platform.servers.start_postgres()
    await case.live()
    await case.verdict()
    positions = {said.command: said.positions for said in case.checker.acknowledgements if said.status == 200}
    for outbox in (calls, notes):
        order = [positions[str(command["id"])][0][1] for command in outbox]
        assert order == sorted(order), "replayed in another order than sent"


async def test_a_feed_that_arrives_while_the_database_is_away_is_taken_in_once(case: Case) -> None:
    await all_stale_after_stop(case)
    document = cap(identifier="faults-away-1")
    for _ in range(2):
        answer = await post_feed(case, document)
        assert answer.status_code == 202, answer.text
        assert answer.json()["spooled"] is True
    await case.platform.servers.start_postgres()
    await case.live()

    async def taken_in() -> int:
        rows = await case.platform.query(
            "SELECT count(*) FROM incidents.alert WHERE external_id LIKE '%%faults-away-1%%'"
        )
        return int(rows[0][0])

    async with asyncio.timeout(20):
        while await taken_in() == 0:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert (await post_feed(case, document)).status_code == 200, "what was kept is known when it comes again"
    assert await taken_in() == 1
    await case.verdict()


async def test_serve_killed_while_it_keeps_intake(case: Case) -> None:
    """The next start finds what the killed one had acknowledged and carries it out, once and in order."""
    await all_stale_after_stop(case)
    calls = call_outbox(12)
    assert await kept(case.load.duty, calls) == [202] * 12
    [serve] = case.platform.serves
    await serve.kill()
    await case.platform.servers.start_postgres()
    await serve.start()
    await case.live()
    await case.verdict()
    positions = {said.command: said.positions for said in case.checker.acknowledgements if said.status == 200}
    order = [positions[str(command["id"])][0][1] for command in calls]
    assert order == sorted(order), "replayed in another order than sent"
    spool = case.platform.data / "spool"
    await until(lambda: not any(path.stat().st_size for path in spool.glob("*.spool")), "the spool empty again")


def has_noticed(case: Case) -> bool:
    senders = case.load.senders
    return any(s.troubles or s.spooled for s in senders) or any(d.stale_frames for d in case.dashboards)


async def all_stale_after_stop(case: Case) -> None:
    """The database away for good, and every dashboard told so."""
    await asyncio.to_thread(case.platform.servers.stop_postgres)
    await until(lambda: all(d.stale_frames for d in case.dashboards), "every dashboard told that it is stale")
    assert all(frame["reason"] == "database" for d in case.dashboards for frame in d.stale_frames)


def call_outbox(count: int) -> list[dict[str, Any]]:
    return [
        envelope("call.register", {"source": "群众来电", "text": f"数据库离线时第 {n} 个来电"}) for n in range(count)
    ]


def note_outbox(case: Case, count: int) -> list[dict[str, Any]]:
    unit = case.load.scene.unit
    return [envelope("unit.note", {"unit_id": unit, "text": f"离线记录 {n}"}, f"unit:{unit}") for n in range(count)]


async def kept(sender: Sender, commands: list[dict[str, Any]]) -> list[int]:
    """The statuses of these commands, sent one after the other, each once."""
    answers = [await sender.once(command) for command in commands]
    return [0 if answer is None else answer.status_code for answer in answers]


async def get(case: Case, path: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=case.platform.url, headers={"Cookie": case.load.duty.cookie}) as http:
        return await http.get(path)


async def post_feed(case: Case, document: bytes) -> httpx.Response:
    headers = {"Cookie": case.load.duty.cookie}
    async with httpx.AsyncClient(base_url=case.platform.url, headers=headers, timeout=20) as http:
        return await http.post("/api/feeds/cap", content=document)
