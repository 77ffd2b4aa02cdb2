"""The supervision board in the house: what it says is what the record says, whatever is done to orders."""

import random
from typing import Any, cast
from uuid import UUID

from command.store import tasks_of_incident
from command.supervision.cases import Cases, cases_of
from command.supervision.store import OPEN_ORDERS, figures_of, heads_of, lines_of, parameters, seen_by
from command.supervision.supervision import Filter, board_object, standing_of
from incidents.store import find_incident
from spine.db import beside, make_pool, snapshot
from spine.errors import Refused
from spine.record import read_since
from tests.command.scene import Scene
from tests.record_report import board_of, report_from_record

Object = dict[str, Any]


async def board(scene: Scene, who: str = "supervisor", incident: str | None = None, **asked: Any) -> Object:
    seen, now = seen_by(await scene.city.person(who)), scene.city.realm.clock.now()
    wanted = Filter(incident=None if incident is None else UUID(incident), **asked)
    async with snapshot(scene.city.realm.pool) as conn:
        lines = await lines_of(conn, seen, wanted, now)
        instructions, incidents = await heads_of(conn, seen, wanted, now)
    sees = "all" if seen.oversees else "own"
    return cast(Object, board_object(lines, wanted, now, sees=sees, instructions=instructions, incidents=incidents))


async def facts_of(scene: Scene, incident: str) -> list[Object]:
    async with scene.city.realm.pool.connection() as conn:
        return [cast(Object, fact.content()) for fact in await read_since(conn, f"incident:{incident}", 0, 100_000)]


async def agree(scene: Scene, incident: str) -> Object:
    """The board of the incident, after it was compared with what the record alone says."""
    said = await board(scene, incident=incident)
    reckoned = report_from_record(await facts_of(scene, incident), scene.city.realm.clock.now())
    told = board_of(said)
    for code in {*told["departments"], *reckoned["departments"]}:
        assert told["departments"].get(code) == reckoned["departments"].get(code), code
    assert told == reckoned
    return said


async def cases(scene: Scene, metric: str, who: str = "supervisor", department: str | None = None, limit: int = 50, after: str | None = None) -> Object:  # fmt: skip
    seen, now = seen_by(await scene.city.person(who)), scene.city.realm.clock.now()
    async with snapshot(scene.city.realm.pool) as conn:
        return cast(Object, await cases_of(conn, seen, Filter(), now, Cases(metric, department, after, limit)))


def line(said: Object, department: str) -> Object:
    return next(one for one in said["departments"] if one["department"] == department)


async def test_the_board_says_what_became_of_orders_and_so_does_the_record(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    nothing = await agree(scene, incident)
    assert nothing["total"]["sign"] == {"n": 0, "of": 0, "share": None}
    assert nothing["total"]["done_time"]["median_s"] is None

    quick = await scene.issue(incident, "FRB")
    slow = await scene.issue(incident, "TRA", title="抢通道路")
    wrong = await scene.issue(incident, "HEB", title="供电抢修")
    scene.forward(4)
    await scene.do("frb", "task.sign", task_id=quick)
    await scene.do("heb", "task.return", task_id=wrong, reason="不属本部门职责")
    said = await agree(scene, incident)
    assert said["total"]["unsigned"] == 1
    assert (line(said, "HEB")["returns"], line(said, "desk")["open"]["n"]) == ({"n": 1, "of": 1, "share": 1.0}, 1)
    assert line(said, "FRB")["sign"] == {"n": 1, "of": 1, "share": 1.0}
    assert line(said, "FRB")["sign_time"]["median_s"] == 240

    await scene.do("duty1", "task.reissue", task_id=wrong, department="EMB", reason="转应急局")
    scene.forward(20)
    await scene.settle()
    said = await agree(scene, incident)
    assert line(said, "TRA")["cards"]["red"] == 1
    assert line(said, "TRA")["overdue"] == {"step": 1, "total": 0}
    assert line(said, "TRA")["sign"] == {"n": 0, "of": 1, "share": 0.0}
    assert said["departments"][0]["open"]["overdue"] >= 1, "what is overdue comes first"
    assert line(said, "HEB")["received"] == 1

    await scene.do("tra", "task.sign", task_id=slow)
    await scene.do("tra", "task.ask_pause", task_id=slow, cause="safety", text="余震塌方", minutes=60)
    await scene.do("leader1", "task.decide_pause", task_id=slow, granted=True)
    scene.forward(45)
    await scene.settle()
    said = await agree(scene, incident)
    assert line(said, "TRA")["open"]["paused"] == 1
    assert line(said, "TRA")["pauses"] == {"n": 1, "running": 1, "seconds": 2700, "causes": {"safety": 1}, "refused": 0}
    assert line(said, "TRA")["sign"] == {"n": 0, "of": 1, "share": 0.0}, "a pause makes no late signature timely"
    await scene.do("tra", "task.go_on", task_id=slow)
    await scene.do("supervisor", "task.supervise", task_id=slow, reason="群众被困")
    await scene.do("supervisor", "task.urge", task_id=slow, text="请报到位时间")
    await scene.do("tra", "task.ask_extension", task_id=slow, minutes=30, reason="等大型机械")
    await scene.do("duty1", "task.decide_extension", task_id=slow, granted=True)
    await scene.do("frb", "task.submit", task_id=quick, text="已救出2人")
    await scene.do("duty1", "task.send_back", task_id=quick, reason="补充人数")
    await scene.do("frb", "task.submit", task_id=quick, text="3人")
    said = await agree(scene, incident)
    assert line(said, "desk")["open"]["n"] == 1
    await scene.do("duty1", "task.accept", task_id=quick)
    await scene.settle()
    said = await agree(scene, incident)
    assert (line(said, "FRB")["send_backs"], line(said, "FRB")["closed"]) == (1, 1)
    assert line(said, "TRA")["extensions"] == {"n": 1, "minutes": 30, "refused": 0}
    assert (line(said, "TRA")["supervised"], line(said, "TRA")["urgings"]) == (1, 1)

    await scene.do(
        "duty1",
        "report.file",
        incident_id=incident,
        form="first",
        channel="written",
        to="省厅",
        text="首报",
        signed_by="陈晓雨",
    )
    assert (await agree(scene, incident))["incidents"]["first_report"]["of"] == 1


async def test_instructions_and_opinions_are_counted_as_the_record_has_them(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    await scene.do(
        "duty1",
        "instruction.capture",
        incident_id=incident,
        leader_name="李承远",
        channel="oral",
        urgency="urgent",
        text="全力搜救",
    )
    await scene.do("duty1", "consultation.request", incident_id=incident, subject="road_closure", title="封闭G214", question="是否同意", ask=[{"department": "PSB"}, {"department": "TRA"}])  # fmt: skip
    said = await agree(scene, incident)
    assert said["instructions"]["closed"] == {"n": 0, "of": 1, "share": 0.0}
    assert sum(one["opinions"]["waiting"] for one in said["departments"]) == 2
    scene.forward(600)
    await scene.settle()
    said = await agree(scene, incident)
    assert said["instructions"]["overdue"] == 1
    assert said["total"]["opinions"]["escalated"] == 2
    assert len((await cases(scene, "opinions_escalated"))["cases"]) == 2
    assert len((await cases(scene, "instructions_overdue"))["cases"]) == 1


async def test_a_department_sees_its_own_line_and_its_own_cases_alone(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    for department in ("FRB", "TRA", "FRB"):
        await scene.issue(incident, department)
    scene.forward(30)
    await scene.settle()
    own = await board(scene, "frb")
    assert [one["department"] for one in own["departments"]] == ["FRB"]
    assert (own["sees"], own["instructions"], own["incidents"]) == ("own", None, None)
    assert own["total"] == {k: v for k, v in own["departments"][0].items() if k != "department"}
    assert {one["department"] for one in (await cases(scene, "cards", "frb"))["cases"]} == {"FRB"}
    assert (await cases(scene, "cards", "frb", department="TRA"))["cases"] == []
    assert (await cases(scene, "incidents", "frb"))["cases"] == []
    quiet = await board(scene, "psb")
    assert [one["department"] for one in quiet["departments"]] == ["PSB"]
    assert quiet["departments"][0]["sign"]["share"] is None
    county = await board(scene, "duty-gengma")
    assert county["total"]["open"]["n"] == 3
    elsewhere = await scene.open_quake(magnitude=None, area_code="530921", place="凤庆")
    await scene.issue(elsewhere, "FRB")
    assert (await board(scene, "duty-gengma"))["total"]["open"]["n"] == 3
    assert (await board(scene))["total"]["open"]["n"] == 4


_STEPS: tuple[tuple[str, str, Object], ...] = (
    ("dept", "task.sign", {}), ("dept", "task.start", {}), ("dept", "task.progress", {"text": "进行中"}),
    ("dept", "task.submit", {"text": "完成"}), ("dept", "task.return", {"reason": "非本部门"}),
    ("duty1", "task.accept", {}), ("duty1", "task.send_back", {"reason": "不全"}),
    ("duty1", "task.reissue", {"department": "EMB", "reason": "转办"}), ("leader1", "task.cancel", {"reason": "不再需要"}),
    ("dept", "task.ask_pause", {"cause": "external", "text": "道路不通", "minutes": 30}),
    ("leader1", "task.decide_pause", {"granted": True}), ("leader1", "task.decide_pause", {"granted": False, "reason": "不可停"}),
    ("dept", "task.go_on", {}), ("dept", "task.ask_extension", {"minutes": 45, "reason": "路远"}),
    ("duty1", "task.decide_extension", {"granted": True}), ("duty1", "task.decide_extension", {"granted": False, "reason": "不可"}),
    ("supervisor", "task.urge", {}), ("supervisor", "task.supervise", {"reason": "重点"}), ("supervisor", "task.release", {"reason": "已整改"}),
    ("dept", "task.split", {"parts": [{"title": "分项", "text": "办理", "department": "CIV", "due_minutes": 20}]}),
)  # fmt: skip


async def test_whatever_is_done_to_orders_the_board_is_the_record(scene: Scene) -> None:
    """Many random steps by people and time; most are refused, and the board goes on saying what the record says."""
    dice, logins = random.Random(6), {"FRB": "frb", "TRA": "tra", "HEB": "heb", "EMB": "emb", "CIV": "civ"}
    incident = await scene.open_quake(magnitude=None)
    for department in ("FRB", "TRA", "HEB", "TRA", "FRB"):
        await scene.issue(
            incident, department, due_minutes=dice.choice([20, 60, 120]), priority=dice.choice(["life", "normal"])
        )
    done = 0
    for turn in range(80):
        if turn % 8 == 7:
            data = {"incident_id": incident, "title": "排查", "text": "排查", "due_minutes": dice.choice([20, 60, 120])}
            await scene.city.carry_out(
                "duty1", "task.issue", {**data, "department": dice.choice(["FRB", "TRA", "HEB"])}
            )
        orders = await open_orders(scene)
        order, department = dice.choice(orders)
        who, kind, data = dice.choice(_STEPS)
        if kind == "task.cancel" and dice.random() < 0.7:
            continue
        login = logins[department] if who == "dept" else who
        try:
            await scene.city.carry_out(login, kind, {"task_id": order, **data})
            done += 1
        except Refused:
            pass
        if dice.random() < 0.4:
            scene.forward(dice.choice([1, 5, 15, 40]))
        await scene.city.settle()
        if turn % 20 == 19:
            await agree(scene, incident)
            await lights_agree(scene, incident)
    said = await agree(scene, incident)
    assert done > 15
    assert said["total"]["cards"]["red"] > 0
    await lists_agree(scene, said["total"])


async def open_orders(scene: Scene) -> list[tuple[str, str]]:
    async with scene.city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute("SELECT id, department FROM command.task WHERE closed_at IS NULL ORDER BY no, id")
        ).fetchall()
    return [(str(task_id), str(department)) for task_id, department in rows]


async def lights_agree(scene: Scene, incident: str) -> None:
    """The query's lights are those of the pure function."""
    now, asked = scene.city.realm.clock.now(), Filter(incident=UUID(incident))
    async with snapshot(scene.city.realm.pool) as conn:
        rows = await (
            await conn.execute(
                f"SELECT o.id, o.standing FROM ({OPEN_ORDERS} WHERE t.closed_at IS NULL AND t.incident_id = %(incident)s) o",
                parameters(seen_by(await scene.city.person("supervisor")), asked, now),
            )
        ).fetchall()
        held = await find_incident(conn, UUID(incident))
        assert held is not None
        tasks = {task.id: task for task in await tasks_of_incident(conn, UUID(incident))}
    assert {task_id: standing_of(tasks[task_id], now, is_open=held.status == "open") for task_id, _ in rows} == dict(
        rows
    )


async def lists_agree(scene: Scene, total: Object) -> None:
    """Behind every figure stand exactly as many cases, page after page."""
    expected = {
        "open": total["open"]["n"], "open:overdue": total["open"]["overdue"], "unsigned": total["unsigned"],
        "supervised": total["supervised"], "received": total["received"], "cancelled": total["cancelled"], "closed": total["closed"],
        "sign_on_time": total["sign"]["n"], "sign_late": total["sign"]["of"] - total["sign"]["n"], "done_on_time": total["done"]["n"],
        "done_late": total["done"]["of"] - total["done"]["n"], "cards": sum(total["cards"].values()), "cards:red": total["cards"]["red"],
        "overdue_step": total["overdue"]["step"], "overdue_total": total["overdue"]["total"], "returns": total["returns"]["n"],
        "send_backs": total["send_backs"], "pauses": total["pauses"]["n"], "pauses_running": total["pauses"]["running"],
        "extensions": total["extensions"]["n"], "urgings": total["urgings"], "sign_time": total["sign_time"]["n"],
        **{f"cause:{code}": number for code, number in total["causes"].items()},
    }  # fmt: skip
    for metric, number in expected.items():
        keys: list[str] = []
        after: str | None = None
        while True:
            page = await cases(scene, metric, limit=3, after=after)
            keys += [f"{one['case']}{one['key']}" for one in page["cases"]]
            after = page["next"]
            if after is None:
                break
        assert len(keys) == len(set(keys)) == number, metric


async def test_two_connections_say_what_one_says_of_one_moment(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    await scene.issue(incident, "FRB")
    pool, now = scene.city.realm.pool, scene.city.realm.clock.now()
    seen = seen_by(await scene.city.person("supervisor"))
    async with snapshot(pool) as conn, beside(pool, conn) as other:
        assert other is not None
        assert other is not conn
        await conn.execute("SELECT 1 FROM command.task")
        await scene.issue(incident, "TRA")
        boards: list[Any] = []
        for second in (other, None):
            lines, instructions, incidents = await figures_of(conn, second, seen, Filter(), now)
            boards.append(
                board_object(lines, Filter(), now, sees="all", instructions=instructions, incidents=incidents)
            )
    assert boards[0] == boards[1]
    assert boards[0]["total"]["received"] == boards[0]["total"]["open"]["n"] == 1, (
        "the order of meanwhile is in neither"
    )


async def test_a_pool_without_a_connection_to_spare_gives_none(scene: Scene) -> None:
    async with make_pool(str(scene.city.realm.pool.conninfo), most=1) as pool, snapshot(pool) as conn:
        async with beside(pool, conn) as other:
            assert other is None
        assert await (await conn.execute("SELECT 1")).fetchone() == (1,)
