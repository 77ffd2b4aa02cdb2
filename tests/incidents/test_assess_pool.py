"""The processes that compute: warm, replaced when they die or hang, and never in the way of a command."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest

from gis.hazards.ground_store import ground_state
from incidents.assessments.follow import follower
from incidents.assessments.pool import AssessPool, ChildLost, ChildTooSlow
from spine.canonical import JsonObject
from spine.follow import SlowFollower, catch_up
from tests.incidents.desk import Desk


@pytest.fixture
async def pool(desk: Desk) -> AsyncGenerator[AssessPool]:
    made = AssessPool(desk.city.realm.database_url, timeout_s=20)
    async with desk.city.realm.pool.connection() as conn:
        made.start(await ground_state(conn))
    yield made
    await made.close()


@pytest.fixture
def assess(desk: Desk, pool: AssessPool) -> SlowFollower:
    return replace(follower(desk.city.house.registry, pool), quiet_s=0.005)


async def crowd(desk: Desk, **more: Any) -> str:
    """A class that only the general model covers."""
    return await desk.open_incident(
        title="广场聚集",
        class_key="ss.mass",
        place="孟定",
        point={"lon": 99.08, "lat": 23.55},
        area_code="530926",
        **more,
    )


async def live(desk: Desk, incident: str) -> dict[str, Any]:
    return (await desk.picture(f"incident:{incident}"))["assessments"]["live"]


async def order(desk: Desk) -> JsonObject:
    async with desk.city.realm.pool.connection() as conn:
        ground = await ground_state(conn)
    return {
        "scenario": "live", "class_key": "ss.mass", "at": desk.at(), "point": [99.08, 23.55], "excluded": [],
        "candidates": [{"model": "area_security", "inputs": {}, "told": {}, "lacking": [], "footprint": None}],
        "known": {}, "area_code": "530926", "ground": ground,
    }  # fmt: skip


async def gone(pool: AssessPool, pid: int) -> None:
    async with asyncio.timeout(10):
        while pid in pool.pids:  # noqa: ASYNC110  a process that ends tells nobody but its parent
            await asyncio.sleep(0.01)


async def test_an_incident_is_assessed_by_another_process(desk: Desk, pool: AssessPool, assess: SlowFollower) -> None:
    incident = await crowd(desk)
    await catch_up(desk.city.realm, assess)
    found = await live(desk, incident)
    assert found["state"] == "answered"
    assert found["author"].startswith("model:")
    assert len(pool.pids) == 1
    assert os.getpid() not in pool.pids
    await desk.check()


async def test_a_killed_child_is_replaced_and_the_answer_still_comes(
    desk: Desk, pool: AssessPool, assess: SlowFollower
) -> None:
    first = await pool.compute(await order(desk))
    [before] = pool.pids
    computing = asyncio.create_task(pool.compute(await order(desk)))
    await asyncio.sleep(0)
    os.kill(before, signal.SIGKILL)
    second = await computing
    assert second["answer"]["outcomes"] == first["answer"]["outcomes"]
    assert before not in pool.pids
    incident = await crowd(desk)
    await catch_up(desk.city.realm, assess)
    assert (await live(desk, incident))["state"] == "answered"


async def test_a_hung_child_is_ended_its_failure_filed_and_the_next_one_answers(desk: Desk) -> None:
    pool = AssessPool(desk.city.realm.database_url, timeout_s=1.0)
    assess = replace(follower(desk.city.house.registry, pool), quiet_s=0.005)
    try:
        await pool.compute(await order(desk))
        [before] = pool.pids
        os.kill(before, signal.SIGSTOP)
        with pytest.raises(ChildTooSlow):
            await pool.compute(await order(desk))
        await gone(pool, before)
        incident = await crowd(desk)
        await catch_up(desk.city.realm, assess)
        assert (await live(desk, incident))["state"] == "answered"
        [after] = pool.pids
        os.kill(after, signal.SIGSTOP)
        version = (await desk.incident(incident))["version"]
        moved: dict[str, Any] = {"point": {"lon": 99.1, "lat": 23.5}}
        await desk.do("incident.correct", incident_id=incident, expect=version, **moved)
        await catch_up(desk.city.realm, assess)
        found = await live(desk, incident)
        assert (found["no"], found["refusal"]["code"]) == (1, "model_too_slow")
        await desk.check()
    finally:
        await pool.close()


async def test_while_a_model_computes_nothing_is_locked_and_commands_go_on(
    desk: Desk, pool: AssessPool, assess: SlowFollower
) -> None:
    await pool.compute(await order(desk))
    incident = await crowd(desk)
    [child] = pool.pids
    os.kill(child, signal.SIGSTOP)
    computing = asyncio.create_task(catch_up(desk.city.realm, assess))
    try:
        async with asyncio.timeout(10):
            while not await _waits(desk):  # noqa: ASYNC110  the database is asked what it sees
                await asyncio.sleep(0.02)
        await desk.do("incident.note", incident_id=incident, text="现场平稳")
        async with desk.city.realm.pool.connection() as conn:
            row = await (
                await conn.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                    "AND state LIKE 'idle in transaction%%'"
                )
            ).fetchone()
        assert row == (0,)
    finally:
        os.kill(child, signal.SIGCONT)
        await computing
    assert (await live(desk, incident))["state"] == "answered"


async def _waits(desk: Desk) -> bool:
    """Whether the follower holds its stream, which it does while a model computes."""
    async with desk.city.realm.pool.connection() as conn:
        row = await (
            await conn.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        ).fetchone()
    return row is not None and int(row[0]) > 0


async def test_two_processes_do_not_answer_the_same(desk: Desk, pool: AssessPool, assess: SlowFollower) -> None:
    incident = await crowd(desk)
    await asyncio.gather(catch_up(desk.city.realm, assess), catch_up(desk.city.realm, assess))
    await catch_up(desk.city.realm, assess)
    assert [k for k in await desk.kinds(f"incident:{incident}") if k == "assessment.filed"] == ["assessment.filed"]


async def test_a_second_loss_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = AssessPool(desk.city.realm.database_url)
    monkeypatch.setattr(
        "incidents.assessments.pool._environment", lambda: {"PATH": "/nowhere", "PYTHONHOME": "/nowhere"}
    )
    with pytest.raises(ChildLost):
        await pool.compute(await order(desk))
    await pool.close()
    assert pool.pids == []
