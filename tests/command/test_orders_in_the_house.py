"""Orders through the whole house: each step seen on every desk at once, clocks and counters right, nobody else's touched."""

import uuid

import pytest

from tests.command.scene import AMBULANCE, GENGMA_FIRE, MENGDING, Scene

HEAD = "incidents"


def tasks_of(scene: Scene, incident: str, stream: str = "board") -> tuple[int, int, int]:
    tasks = scene.picture(stream, HEAD)[incident]["tasks"]
    return tasks["open"], tasks["closed"], tasks["total"]


def clocks_of(scene: Scene, department: str) -> list[str]:
    return sorted(clock["kind"] for clock in scene.picture(f"department:{department}", "deadlines").values())


async def test_an_order_is_on_every_desk_at_each_step(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    own = f"incident:{incident}"
    order = await scene.issue(incident, deliverable="搜救进展")
    shown = scene.task(order, "department:FRB")
    assert shown == scene.task(order, own)
    assert (shown["state"], shown["department"], shown["incident_title"]) == ("issued", "FRB", "耿马6.3级地震")
    assert shown["no"].endswith("-R01")
    assert shown["point"] == {"lon": 99.33, "lat": 23.48, "origin": "WGS84"}
    assert tasks_of(scene, incident) == tasks_of(scene, incident, "department:FRB") == (1, 0, 1)
    clocks = scene.picture("department:FRB", "deadlines")
    assert sorted(clock["kind"] for clock in clocks.values()) == ["task_due", "task_sign"]
    assert set(clocks) <= set(scene.picture("board", "deadlines"))
    assert set(clocks) <= set(scene.picture("board:530926", "deadlines"))

    scene.forward(5)
    await scene.do("frb", "task.sign", task_id=order)
    assert scene.task(order, "department:FRB")["state"] == "signed"
    assert clocks_of(scene, "FRB") == ["task_due", "task_step"]

    await scene.do("frb", "task.assign", task_id=order, unit_id=MENGDING)
    unit = scene.picture("board", "units")[MENGDING]
    assert (unit["status"], unit["task_id"]) == ("dispatched", order)
    assert scene.task(order, f"unit:{MENGDING}")["unit_id"] == MENGDING
    assert scene.picture(f"unit:{MENGDING}", HEAD)[incident]["title"] == "耿马6.3级地震"

    await scene.do("field-mengding", "unit.status", unit_id=MENGDING, status="en_route")
    scene.forward(20)
    await scene.do("field-mengding", "unit.arrive", unit_id=MENGDING, point={"lon": 99.331, "lat": 23.481})
    assert scene.task(order, own)["state"] == "in_progress"
    assert scene.task(order, own)["arrived_at"] is not None
    assert scene.picture("department:FRB", "units")[MENGDING]["status"] == "on_scene"
    assert scene.picture("board", "units")[MENGDING]["point"]["lon"] == 99.331
    assert [note["kind"] for note in scene.picture(own, "notes").values()] == ["arrival"]

    photo = await scene.photo()
    await scene.do("field-mengding", "task.progress", task_id=order, text="救出1人", files=[photo])
    assert scene.task(order, own)["progress"]["text"] == "救出1人"
    await scene.do("field-mengding", "task.submit", task_id=order, text="搜救完毕")
    assert scene.picture("department:FRB", "deadlines") == {}
    await scene.do("duty1", "task.send_back", task_id=order, reason="请补充伤员去向")
    assert [c["kind"] for c in scene.picture("department:FRB", "deadlines").values()] == ["task_due"]
    await scene.do("frb", "task.submit", task_id=order, text="伤员已送县医院")
    await scene.do("leader1", "task.accept", task_id=order, note="办结")
    assert scene.task(order, "department:FRB")["state"] == "closed"
    assert tasks_of(scene, incident) == (0, 1, 1)
    assert scene.picture("board", "units")[MENGDING]["task_id"] is None


async def test_a_returned_order_goes_to_the_duty_desk_and_on_to_another_department(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, "WAT")
    assert (await scene.refused("wat", "task.return", task_id=order, reason=" ")).code == "reason_required"
    await scene.do("wat", "task.return", task_id=order, reason="应由应急局牵头")
    assert scene.task(order, "department:WAT")["state"] == "returned"
    assert scene.picture("department:WAT", "deadlines") == {}
    owed = [c for c in scene.picture("board", "deadlines").values() if c["subject_id"] == order]
    assert [(c["kind"], c["department"], c["to_zh"]) for c in owed] == [("task_sign", None, "值班席")]

    await scene.do("duty1", "task.reissue", task_id=order, department="EMB", reason="由应急局牵头")
    assert order not in scene.picture("department:WAT", "tasks")
    assert scene.task(order, "department:EMB")["state"] == "issued"
    assert scene.task(order, "department:EMB")["returned"]["reason"] == "应由应急局牵头"
    assert len(scene.picture("department:EMB", "deadlines")) == 2
    assert (await scene.refused("wat", "task.sign", task_id=order)).code == "forbidden"
    await scene.do("emb", "task.sign", task_id=order)


async def test_an_unanswered_order_can_be_taken_from_a_silent_desk(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, "PSB")
    await scene.do("duty1", "task.assign", task_id=order, unit_id=GENGMA_FIRE)
    await scene.do("duty1", "task.reissue", task_id=order, department="FRB", reason="公安席无人应答")
    assert order not in scene.picture("department:PSB", "tasks")
    assert scene.picture("department:PSB", "deadlines") == {}
    assert order not in scene.picture(f"unit:{GENGMA_FIRE}", "tasks")
    assert scene.picture("board", "units")[GENGMA_FIRE]["status"] == "available"


async def test_a_department_acts_on_its_own_orders_and_units_only(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, "FRB")
    for who in ("emb", "field-mengding", "duty1", "leader1", "auditor", "evaluator", "admin"):
        assert (await scene.refused(who, "task.sign", task_id=order)).code == "forbidden"
    for who in ("frb", "field-mengding", "auditor"):
        refusal = await scene.refused(who, "task.reissue", task_id=order, department="EMB", reason="转")
        assert refusal.code == "forbidden"
    assert (
        await scene.refused("frb", "task.assign", task_id=order, unit_id=AMBULANCE)
    ).code == "unit_of_other_department"
    await scene.do("duty1", "task.assign", task_id=order, unit_id=AMBULANCE)
    assert (await scene.refused("field-mengding", "task.start", task_id=order)).code == "forbidden"
    await scene.do("field-gengma-ambulance", "task.start", task_id=order)
    assert (
        await scene.refused("field-mengding", "unit.status", unit_id=AMBULANCE, status="en_route")
    ).code == "forbidden"
    assert (await scene.refused("frb", "unit.arrive", unit_id=AMBULANCE)).code == "forbidden"
    assert (await scene.refused("frb", "task.cancel", task_id=order, reason="撤")).code == "forbidden"


async def test_a_county_officer_stays_in_his_county(scene: Scene) -> None:
    elsewhere = await scene.open_quake(magnitude=None, area_code="530927", point={"lon": 99.25, "lat": 23.15})
    here = await scene.open_quake(magnitude=None)
    data = {"title": "转移", "text": "转移群众", "department": "CTY-530926", "due_minutes": 60}
    assert (await scene.refused("duty-gengma", "task.issue", incident_id=elsewhere, **data)).code == "forbidden"
    await scene.do("duty-gengma", "task.issue", incident_id=here, **data)


async def test_nonsense_changes_nothing(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    good = {"incident_id": incident, "title": "搜救", "text": "出动", "department": "FRB", "due_minutes": 60}
    for wrong, code in (
        ({"department": "ZZZ"}, "not_found"),
        ({"incident_id": str(uuid.uuid4())}, "not_found"),
        ({"due_minutes": 0}, "invalid_field"),
        ({"due_minutes": "60"}, "invalid_field"),
        ({"sign_minutes": 90}, "sign_after_due"),
        ({"title": ""}, "invalid_field"),
        ({"colour": "red"}, "invalid_field"),
        ({"unit_id": str(uuid.uuid4())}, "not_found"),
    ):
        refusal = await scene.refused("duty1", "task.issue", **(good | wrong))
        assert refusal.code == code, wrong
        assert refusal.field
        assert refusal.zh
        assert refusal.en
    assert (await scene.refused("frb", "task.sign", task_id=str(uuid.uuid4()))).code == "not_found"
    order = await scene.issue(incident)
    assert (
        await scene.refused("frb", "task.progress", task_id=order, text="到场", files=["a" * 64])
    ).code == "not_found"
    assert scene.task(order, "department:FRB")["state"] == "issued"


async def test_a_closed_incident_takes_no_new_orders_but_still_hears_of_old_ones(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    first, second = await scene.issue(incident), await scene.issue(incident, "EMB")
    await scene.do("frb", "task.submit", task_id=first, text="完成")
    await scene.do("leader1", "incident.close", incident_id=incident, reason="险情解除")
    assert scene.picture("department:EMB", "deadlines") == {}
    good = {"incident_id": incident, "title": "搜救", "text": "出动", "department": "FRB", "due_minutes": 60}
    assert (await scene.refused("duty1", "task.issue", **good)).code == "incident_closed"
    assert (await scene.refused("duty1", "task.send_back", task_id=first, reason="补")).code == "incident_closed"
    await scene.do("emb", "task.sign", task_id=second)
    await scene.do("duty1", "task.accept", task_id=first)

    scene.forward(200)
    await scene.do("leader1", "incident.reopen", incident_id=incident, reason="又有险情")
    await scene.settle()
    assert clocks_of(scene, "EMB") == ["task_due", "task_step"]
    assert scene.picture("department:FRB", "deadlines") == {}


async def test_a_passed_clock_is_told_once_and_stops_when_the_order_is_answered(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident)
    scene.forward(16)
    await scene.settle()
    passed = [c for c in scene.picture("department:FRB", "deadlines").values() if c["passed"]]
    assert [c["kind"] for c in passed] == ["task_sign"]
    assert len(await scene.facts("department:FRB", "deadline.passed")) == 1
    await scene.do("frb", "task.sign", task_id=order)
    assert clocks_of(scene, "FRB") == ["task_due", "task_step"]
    scene.forward(60)
    await scene.settle()
    await scene.do("frb", "task.submit", task_id=order, text="完成")
    await scene.do("duty1", "task.send_back", task_id=order, reason="补充")
    scene.forward(31)
    await scene.settle()
    assert [c["passed"] for c in scene.picture("department:FRB", "deadlines").values()] == [True]


async def test_what_a_phone_did_without_signal_is_kept_and_moves_nothing_back(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    own = f"incident:{incident}"
    order = await scene.issue(incident)
    await scene.do("frb", "task.assign", task_id=order, unit_id=MENGDING)
    scene.forward(10)
    await scene.do("frb", "task.sign", task_id=order)
    scene.forward(30)
    await scene.do("frb", "task.submit", task_id=order, text="大队代报完成")
    scene.forward(10)
    late = await scene.do_late("field-mengding", "task.sign", 45, task_id=order)
    assert late.result == {"task_id": order, "state": "submitted", "late": True, "moved": False}
    told = await scene.do_late("field-mengding", "task.progress", 35, task_id=order, text="已到贺派")
    assert told.result["late"] is True
    assert scene.task(order, own)["state"] == "submitted"
    assert scene.task(order, own)["progress"]["text"] == "大队代报完成"
    notes = {note["text"]: note["late"] for note in scene.picture(own, "notes").values()}
    assert notes["已到贺派"] is True
    assert (await scene.refused("field-mengding", "task.sign", task_id=order)).code == "task_transition"


async def test_a_call_for_help_is_seen_on_the_board_in_the_incident_and_at_the_desk(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    own = f"incident:{incident}"
    order = await scene.issue(incident)
    await scene.do("frb", "task.assign", task_id=order, unit_id=MENGDING)
    await scene.do(
        "field-mengding",
        "unit.need_help",
        unit_id=MENGDING,
        kinds=["people", "equipment"],
        text="缺破拆器材",
        point={"lon": 99.33, "lat": 23.48, "origin": "GCJ02"},
    )
    for stream in ("board", "board:530926", "department:FRB"):
        assert scene.picture(stream, "units")[MENGDING]["need_help"]["kinds"] == ["people", "equipment"]
    assert scene.task(order, own)["need_help"]["text"] == "缺破拆器材"
    note = scene.only(own, "notes")
    assert (note["kind"], note["unit_id"], note["task_id"]) == ("help", MENGDING, order)
    point = scene.picture("board", "units")[MENGDING]["point"]
    assert point["origin"] == "GCJ02"
    assert abs(point["lon"] - 99.33) > 0.0005

    await scene.do("field-mengding", "unit.status", unit_id=MENGDING, status="on_scene")
    await scene.do("field-mengding", "unit.status", unit_id=MENGDING, status="returning")
    assert scene.picture("board", "units")[MENGDING]["need_help"] is None


async def test_a_unit_without_an_order_can_call_for_help_but_has_nowhere_to_file_a_note(scene: Scene) -> None:
    await scene.do("field-mengding", "unit.need_help", unit_id=MENGDING, kinds=["medical"])
    assert scene.picture("board", "units")[MENGDING]["need_help"]["kinds"] == ["medical"]
    assert (await scene.refused("field-mengding", "unit.note", unit_id=MENGDING, text="看到滑坡")).code == "no_order"
    assert (await scene.refused("field-mengding", "unit.note", unit_id=MENGDING)).code == "empty_note"


@pytest.mark.parametrize(
    ("media_type", "kind"),
    [("image/jpeg", "photo"), ("audio/webm", "voice"), ("application/pdf", "note"), (None, "note")],
)
async def test_what_a_unit_sends_is_filed_under_its_incident(scene: Scene, media_type: str | None, kind: str) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, unit_id=MENGDING)
    files = [] if media_type is None else [await scene.photo("附件", media_type)]
    await scene.do("field-mengding", "unit.note", unit_id=MENGDING, text="道路塌方", files=files)
    note = scene.only(f"incident:{incident}", "notes")
    assert (note["kind"], note["task_id"], len(note["files"])) == (kind, order, len(files))


async def test_a_unit_speaks_of_orders_that_it_had_but_not_of_those_of_others(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    other = await scene.open_quake(magnitude=None)
    first = await scene.issue(incident, unit_id=MENGDING)
    foreign = await scene.issue(other)
    await scene.do("duty1", "task.assign", task_id=first, unit_id=GENGMA_FIRE)
    assert scene.picture("board", "units")[MENGDING]["task_id"] is None
    await scene.do("field-mengding", "unit.note", unit_id=MENGDING, task_id=first, text="已移交")
    refusal = await scene.refused("field-mengding", "unit.note", unit_id=MENGDING, task_id=foreign, text="路过")
    assert refusal.code == "not_your_order"


async def test_a_busy_unit_gets_no_second_order(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    await scene.issue(incident, unit_id=MENGDING)
    second = await scene.issue(incident)
    assert (await scene.refused("frb", "task.assign", task_id=second, unit_id=MENGDING)).code == "unit_busy"


async def test_a_desk_forgets_orders_that_were_finished_long_ago(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    orders = [await scene.issue(incident, "SEI", title=f"第{n}项") for n in range(23)]
    for order in orders:
        scene.forward(1)
        await scene.do("leader1", "task.cancel", task_id=order, reason="演示")
    held = scene.picture("department:SEI", "tasks")
    assert set(held) == set(orders[-20:])
    assert len(scene.picture(f"incident:{incident}", "tasks")) == 23
    assert tasks_of(scene, incident) == (0, 0, 23)


async def test_a_post_is_taken_and_seen_on_the_boards(scene: Scene) -> None:
    await scene.do("duty1", "duty.take", post="primary")
    assert scene.picture("board", "duty")["primary"]["person"] == "陈晓雨"
    await scene.do("duty2", "duty.take", post="primary")
    assert scene.picture("board", "duty")["primary"]["person"] == "段瑞林"
    await scene.do("duty-gengma", "duty.take", post="530926-watch_commander")
    assert scene.picture("board:530926", "duty")["530926-watch_commander"]["person"] == "田永胜"
    assert (await scene.refused("duty1", "duty.take", post="commander")).code == "post_not_yours"
    assert (await scene.refused("duty1", "duty.take", post="throne")).code == "not_found"
    assert (await scene.refused("duty-gengma", "duty.take", post="primary")).code == "forbidden"
