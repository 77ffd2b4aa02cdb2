"""An exercise in its sealed copy: with nobody at the desks, with players, after a restart, and refused in the live realm."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from command.exercises.director import run_due
from command.exercises.evaluators import score
from command.exercises.scenario import inject_id, load_scenario
from command.exercises.store import find_exercise, injects
from command.organisation.book import organisation
from command.planning.plan import need_plan
from spine.carry_out import Answer, carry_out
from spine.clock import HandClock
from spine.command import Envelope, Registry
from spine.errors import Refused
from spine.nudge import Nudges
from spine.principal import Principal, Role
from spine.private_services import Services
from spine.realm import Realm, open_realm
from spine.verify import verify
from tests.city import City, city_of
from tests.command.scene import Scene
from tests.conftest import drop
from tests.fold_check import FoldWatch
from web.exercise_realm import PREFIX, make_exercise_realm

SCENARIO = load_scenario("gengma_m63")


@pytest.fixture
async def drill(services: Services, city_url: str, tmp_path: Path) -> AsyncGenerator[City]:
    """A fresh sealed copy at the scenario's first minute, its clock moved by hand."""
    name = f"t_{uuid.uuid4().hex[:10]}"
    made = await make_exercise_realm(
        city_url,
        name=name,
        scenario=SCENARIO,
        starts_at=SCENARIO.starts_at,
        speed=1.0,
        addresses=(),
        data_dir=tmp_path,
    )
    realm = await open_realm(
        made.database_url,
        nudges=Nudges(None, name),
        data_dir=tmp_path,
        clock=HandClock(SCENARIO.starts_at),
        most_connections=8,
    )
    yield city_of(realm)
    await realm.close()
    await drop(services, PREFIX + name)


async def play(city: City, until: float, step: float = 1.0) -> None:
    """Let the exercise's time pass, with everything that acts by itself acting."""
    clock = cast(HandClock, city.realm.clock)
    end = SCENARIO.starts_at + timedelta(minutes=until)
    while True:
        await city.settle()
        await run_due(city.realm, city.house.registry, carry_out)
        await city.settle()
        if clock.now() >= end:
            return
        clock.forward(timedelta(minutes=step))


async def states(city: City) -> dict[str, tuple[str, str | None]]:
    """{inject number: (state, what its commands came to)}"""
    async with city.realm.pool.connection() as conn:
        return {i.no: (i.state, None if i.outcome is None else str(i.outcome["state"])) for i in await injects(conn)}


async def count(city: City, kind: str) -> int:
    """How many commands of this kind were carried out."""
    async with city.realm.pool.connection() as conn:
        row = await (
            await conn.execute("SELECT count(*) FROM spine.receipt WHERE kind = %s AND answer IS NOT NULL", (kind,))
        ).fetchone()
    return 0 if row is None else int(row[0])


async def scored(city: City) -> dict[str, dict[str, Any]]:
    async with city.realm.pool.connection() as conn:
        found = await score(conn, city.realm.clock.now())
    lines = cast(list[dict[str, Any]], found["objectives"])
    return {line["id"]: line for line in lines}


def orders_at_once() -> int:
    """How many orders of level II start when the response is activated; the others still wait when control signs."""
    return sum(task.start_minutes == 0 for task in need_plan("earthquake").tasks_at("II"))


async def test_it_runs_with_nobody_at_the_desks(drill: City) -> None:
    watch = FoldWatch(drill.realm, drill.house.book)
    await watch.watch("exercise", "board", "board:530926", "department:FRB")
    await play(drill, 180, step=2)
    await watch.check()
    found = await states(drill)
    assert {found[str(n)] for n in range(1, 11)} == {("delivered", "carried_out")}
    assert {found[f"C{n}"] for n in range(1, 7)} == {("delivered", "carried_out")}
    assert await count(drill, "incident.open") == 1
    assert await count(drill, "response.activate") == 1
    assert await count(drill, "task.sign") == orders_at_once()
    async with drill.realm.pool.connection() as conn:
        assert (await verify(conn)).broken == []
    marks = {name: line["rating"] for name, line in (await scored(drill)).items()}
    assert set(marks.values()) == {"U"}, "what control did is no merit of the players"


class Killed(Exception):
    """The program is gone at this moment."""


async def killed_before_it_is_recorded(realm: Realm, registry: Registry, who: Principal, envelope: Envelope) -> Answer:
    """Everything goes out; the program dies before it can note that it did."""
    if envelope.kind == "inject.record":
        raise Killed
    return await carry_out(realm, registry, who, envelope)


async def test_a_restart_repeats_nothing(drill: City) -> None:
    for _ in range(12):
        await drill.settle()
        for _ in range(6):
            with contextlib.suppress(Killed):
                await run_due(drill.realm, drill.house.registry, killed_before_it_is_recorded)
        await drill.settle()
        await run_due(drill.realm, drill.house.registry, carry_out)
        cast(HandClock, drill.realm.clock).forward(timedelta(minutes=5))
    found = await states(drill)
    assert {found[n] for n in ("1", "2", "3", "4", "5", "6", "7", "C1", "C2", "C3", "C4", "C5")} == {
        ("delivered", "carried_out")
    }
    assert (await count(drill, "alert.receive"), await count(drill, "incident.open")) == (1, 1)
    assert (await count(drill, "call.register"), await count(drill, "response.activate")) == (3, 1)
    assert (await count(drill, "incident.figure"), await count(drill, "task.sign")) == (3, orders_at_once())


async def test_players_who_act_in_time_never_notice_the_contingencies(drill: City) -> None:
    await play(drill, 2)
    world = await board(drill)
    alert = next(iter(world["alerts"]))
    await drill.carry_out("duty1", "alert.acknowledge", {"alert_id": alert})
    await play(drill, 6)
    opened = await drill.carry_out(
        "duty1",
        "incident.open",
        {
            "title": "耿马6.3级地震",
            "class_key": "nd.quake.natural",
            "place": "耿马县",
            "from_alert": alert,
            "area_code": "530926",
        },
    )
    incident = str(opened.result["incident_id"])
    await play(drill, 12)
    await drill.carry_out("leader1", "incident.grade", {"incident_id": incident, "grade": "II", "reason": "震级6.3级"})
    await drill.settle()
    response = next(
        r for r in (await picture(drill, f"incident:{incident}"))["responses"].values() if r["state"] == "proposed"
    )
    codes = [task["code"] for task in response["proposed_tasks"]]
    await drill.carry_out(
        "leader1", "response.activate", {"response_id": response["id"], "level": "II", "tasks": codes}
    )
    await play(drill, 15)
    tasks = (await picture(drill, f"incident:{incident}"))["tasks"]
    desks = {
        role.department: account.login
        for account in organisation().accounts
        for role in account.roles
        if role.role is Role.DEPARTMENT
    }
    for key, task in tasks.items():
        if task["state"] == "issued":
            await drill.carry_out(desks[task["department"]], "task.sign", {"task_id": key})
    await play(drill, 40)
    found = await states(drill)
    for number in ("C1", "C2", "C3", "C4"):
        assert found[number][0] == "skipped"
    assert found["5"] == ("delivered", "carried_out")
    figures = (await picture(drill, f"incident:{incident}"))["figures"]
    assert (figures["dead"]["value"], figures["trapped"]["value"]) == (12, 45)
    lines = await scored(drill)
    assert [lines[name]["rating"] for name in ("acknowledge", "open", "grade", "activate", "sign")] == ["P"] * 5
    assert lines["open"]["minutes"] == 6.0
    assert lines["sign"]["share"] == 1.0
    assert lines["help"]["rating"] is None, "the call for help has not come yet"


async def picture(city: City, stream: str) -> dict[str, dict[str, Any]]:
    async with city.realm.pool.connection() as conn:
        return cast(dict[str, dict[str, Any]], await city.house.book.fetch(conn, stream))


async def board(city: City) -> dict[str, dict[str, Any]]:
    return await picture(city, "board")


async def shown(city: City, number: str) -> dict[str, Any]:
    held = (await picture(city, "exercise"))["injects"].values()
    return next(i for i in held if i["no"] == number)


async def test_an_inject_waits_for_the_players_and_becomes_a_call_when_they_do_not_come(drill: City) -> None:
    """Control switches its contingencies off; inject 5 needs an incident that nobody opens."""
    for number in ("C1", "C2", "C3", "C4", "C5", "C6"):
        inject = (await shown(drill, number))["id"]
        await drill.carry_out("director", "inject.skip", {"inject_id": inject, "reason": "由参演人员自行处置"})
    await play(drill, 31, step=5)
    assert (await shown(drill, "5"))["outcome"] == {"state": "waiting", "waits_for": "incident", "commands": []}
    await play(drill, 56, step=5)
    assert (await shown(drill, "5"))["outcome"]["state"] == "replaced"
    assert any("死亡升至12人" in call["text"] for call in (await board(drill))["calls"].values())


async def test_the_director_delivers_and_skips_by_hand(drill: City) -> None:
    eight, nine = (await shown(drill, "8"))["id"], (await shown(drill, "9"))["id"]
    await drill.carry_out("director", "inject.deliver", {"inject_id": eight, "reason": "提前"})
    assert await run_due(drill.realm, drill.house.registry, carry_out) == 2  # the first inject is due at once
    assert (await shown(drill, "8"))["outcome"]["state"] == "carried_out"
    units = (await board(drill))["units"].values()
    assert [u["call_sign"] for u in units if u["need_help"]] == ["孟定消防01"]
    with pytest.raises(Refused, match="reason_required"):
        await drill.carry_out("director", "inject.skip", {"inject_id": nine})
    await drill.carry_out("director", "inject.skip", {"inject_id": nine, "reason": "时间不够"})
    for kind in ("inject.deliver", "inject.skip"):
        with pytest.raises(Refused, match="inject_transition"):
            await drill.carry_out("director", kind, {"inject_id": nine, "reason": "再来"})
    with pytest.raises(Refused, match="not_found"):
        await drill.carry_out("director", "inject.deliver", {"inject_id": str(uuid.uuid4())})
    for who in ("duty1", "leader1", "evaluator", "frb", "field-mengding"):
        with pytest.raises(Refused, match="forbidden"):
            await drill.carry_out(who, "inject.deliver", {"inject_id": nine})


async def test_evaluators_rate_and_the_director_ends_it(drill: City) -> None:
    watch = FoldWatch(drill.realm, drill.house.book)
    await watch.watch("exercise")
    inject = (await shown(drill, "1"))["id"]
    rated = {"criterion": "值班接报", "rating": "S", "text": "登记完整，稍慢", "inject_id": inject}
    await drill.carry_out("evaluator", "exercise.rate", rated)
    await watch.check()
    with pytest.raises(Refused, match="forbidden"):
        await drill.carry_out("director", "exercise.rate", rated)
    with pytest.raises(Refused, match="invalid_field"):
        await drill.carry_out("evaluator", "exercise.rate", rated | {"rating": "A"})
    with pytest.raises(Refused, match="reason_required"):
        await drill.carry_out("director", "exercise.end", {"reason": " "})
    await drill.carry_out("director", "exercise.end", {"reason": "目标完成"})
    await watch.check()
    await play(drill, 30, step=10)
    assert (await board(drill))["alerts"] == {}, "after the end nothing is injected"
    with pytest.raises(Refused, match="exercise_ended"):
        await drill.carry_out("director", "inject.deliver", {"inject_id": inject})


async def test_two_runners_at_once_do_everything_once(drill: City) -> None:

    cast(HandClock, drill.realm.clock).forward(timedelta(minutes=9))
    await asyncio.gather(*(run_due(drill.realm, drill.house.registry, carry_out) for _ in range(4)))
    assert await count(drill, "alert.receive") == 1
    assert await count(drill, "call.register") == 2
    assert {(await states(drill))[n] for n in ("1", "2", "3")} == {("delivered", "carried_out")}


async def test_the_live_realm_is_untouched_and_refuses_exercise_control(scene: Scene) -> None:
    any_inject = str(inject_id(uuid.uuid4(), "1"))
    assert (await scene.refused("director", "inject.deliver", inject_id=any_inject)).code == "exercise_only"
    assert (await scene.refused("director", "inject.skip", inject_id=any_inject, reason="x")).code == "exercise_only"
    rating = {"criterion": "c", "rating": "P", "text": "t"}
    assert (await scene.refused("evaluator", "exercise.rate", **rating)).code == "exercise_only"
    assert (await scene.refused("director", "exercise.end", reason="x")).code == "exercise_only"
    assert await run_due(scene.city.realm, scene.city.house.registry, carry_out) == 0
    async with scene.city.realm.pool.connection() as conn:
        assert await find_exercise(conn) is None
        with pytest.raises(Refused, match="exercise_only"):
            await score(conn, scene.city.realm.clock.now())


async def test_the_sealed_copy_starts_with_free_units_and_vacant_posts(
    scene: Scene, services: Services, city_url: str, tmp_path: Path
) -> None:
    incident = await scene.open_quake(magnitude=None)
    await scene.do("duty1", "duty.take", post="primary", reason="紧急接岗")
    unit = next(iter(scene.picture("board", "units")))
    await scene.issue(incident, unit_id=unit)
    name = f"t_{uuid.uuid4().hex[:10]}"
    made = await make_exercise_realm(
        city_url, name=name, scenario=SCENARIO, starts_at=SCENARIO.starts_at, speed=1.0, addresses=(), data_dir=tmp_path
    )
    sealed = await open_realm(made.database_url, nudges=Nudges(None, name), data_dir=tmp_path)
    try:
        seen = await board(city_of(sealed))
        assert seen["incidents"] == {}
        assert {u["status"] for u in seen["units"].values()} == {"available"}
        assert all(u["task_id"] is None and u["point"] is not None for u in seen["units"].values())
        assert all(d["person"] is None for d in seen["duty"].values())
    finally:
        await sealed.close()
        await drop(services, PREFIX + name)
    assert scene.picture("board", "units")[unit]["status"] == "dispatched"
