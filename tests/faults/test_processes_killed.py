"""SIGKILL of serve and of work in the middle of load, and several of each at once."""

import asyncio

import pytest

from tests.faults.load import envelope
from tests.faults.platform import Case


@pytest.fixture(scope="module")
def processes() -> tuple[int, int]:
    return (2, 2)


@pytest.fixture(scope="module")
def surroundings() -> dict[str, str]:
    """With the models' own processes, which must go with those that began them."""
    return {"FENGSUI_ASSESS_WORKERS": "1"}


async def test_serve_killed_in_the_middle_of_load(case: Case) -> None:
    """Two serve processes behind one address, killed one after the other."""
    async with case.load.running():
        for serve in case.platform.serves:
            await case.load.acknowledged(25)
            await serve.kill()
            await case.load.acknowledged(25)
            await serve.start()
        await case.load.acknowledged(25)
    assert any(sender.troubles[0] for sender in case.load.senders), "the kills came between requests: nothing is proved"
    assert sum(dashboard.connections for dashboard in case.dashboards) > len(case.dashboards)
    await case.verdict()


async def test_work_killed_in_the_middle_of_load(case: Case) -> None:
    """All work processes die; what acts by itself goes on, each once, when one comes back."""
    platform = case.platform
    async with case.load.running():
        await case.load.acknowledged(20)
        issued = [await issue(case, number) for number in range(4)]
        for work in platform.works:
            await work.kill()
        issued += [await issue(case, number) for number in range(4, 8)]
        await case.load.acknowledged(20)
        await asyncio.gather(*(work.start() for work in platform.works))
        await case.load.acknowledged(20)
    await case.verdict()
    assert await told_once(case, issued)


async def test_two_devices_send_the_same_outbox(case: Case) -> None:
    """A phone was replaced while its queue was on its way: both send everything, at the same time, in any order."""
    unit = case.platform.scene.unit if case.platform.scene else ""
    outbox = [envelope("unit.note", {"unit_id": unit, "text": f"离线记录 {n}"}, f"unit:{unit}") for n in range(20)]
    one, other = await case.sender("field-mengding"), await case.sender("field-mengding")

    async def empty(sender: object, commands: list[dict[str, object]]) -> list[int]:
        answers = await asyncio.gather(*(one.send(c) if sender is one else other.send(c) for c in commands))
        return [answer.status_code for answer in answers]

    first, second = await asyncio.gather(empty(one, outbox), empty(other, outbox[::-1]))
    assert first == second == [200] * len(outbox)
    await case.verdict()


async def issue(case: Case, number: int) -> str:
    """An order to the fire brigade; returns its id."""
    incident, _ = case.load.scene.orders[0]
    order = {
        "incident_id": incident,
        "title": f"转移 {number}",
        "text": "转移群众",
        "department": "FRB",
        "due_minutes": 60,
    }
    answer = await case.load.duty.send(envelope("task.issue", order))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["result"]["task_id"])


async def told_once(case: Case, tasks: list[str]) -> bool:
    """Whether each order has become exactly one message."""
    rows = await case.platform.query(
        "SELECT task_id::text, count(*) FROM notify.message WHERE task_id = ANY(%s) GROUP BY task_id",
        [*tasks],
    )
    assert dict(rows) == dict.fromkeys(tasks, 1)
    return True
