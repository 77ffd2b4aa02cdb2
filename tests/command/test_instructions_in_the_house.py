"""A leader's instruction through the whole house: captured, given out, followed, overdue, answered back, closed."""

import uuid
from typing import Any, cast

from tests.command.scene import Scene

LINE = {
    "leader_name": "李承远",
    "leader_post": "市政府副市长",
    "channel": "phone",
    "urgency": "urgent",
    "text": "请交通局2小时内抢通314国道，公安配合",
}
ORDER = {"department": "TRA", "title": "抢通314国道", "text": "2小时内抢通", "due_minutes": 120, "support": ["PSB"]}


async def capture(scene: Scene, incident: str | None, who: str = "duty1", **over: Any) -> str:
    data = {**LINE, **({} if incident is None else {"incident_id": incident}), **over}
    return str((await scene.do(who, "instruction.capture", **data)).result["instruction_id"])


async def leader_id(scene: Scene, login: str = "leader1") -> str:
    return str((await scene.city.person(login)).account_id)


async def told(scene: Scene, login: str) -> list[str]:
    async with scene.city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute(
                """
                SELECT d.subject FROM notify.delivery d JOIN spine.account a ON a.id = d.account_id
                WHERE a.login = %s AND d.channel = 'in_app' ORDER BY d.queued_at, d.id
                """,
                (login,),
            )
        ).fetchall()
    return sorted(str(subject) for (subject,) in rows)


async def test_from_the_word_to_the_answer(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    own = f"incident:{incident}"
    one = await capture(scene, incident, leader_account=await leader_id(scene))
    shown = scene.picture(own, "instructions")[one]
    assert shown == scene.picture("board", "instructions")[one] == scene.picture("board:530926", "instructions")[one]
    assert one not in scene.picture("board:530927", "instructions")
    assert shown["no"].endswith("-P01")
    assert (shown["state"], shown["orders"]) == ("captured", {"open": 0, "closed": 0, "total": 0})
    [clock] = [c for c in scene.picture("board", "deadlines").values() if c["subject_id"] == one]
    assert (clock["kind"], clock["subject_kind"]) == ("instruction_feedback", "instruction")

    answer = await scene.do(
        "duty1", "instruction.decompose", instruction_id=one, orders=[ORDER, {**ORDER, "department": "PSB"}]
    )
    first, second = cast(list[str], answer.result["tasks"])
    shown = scene.picture(own, "instructions")[one]
    assert (shown["state"], shown["orders"]["open"]) == ("decomposed", 2)
    assert scene.task(first, "department:TRA")["instruction_id"] == one
    assert scene.task(first, "department:TRA")["no"].endswith("-R01")
    assert scene.picture("board", "incidents")[incident]["tasks"] == {"open": 2, "closed": 0, "total": 2}
    await scene.settle()
    assert len(await told(scene, "tra")) == 1

    await scene.do("tra", "task.start", task_id=first)
    await scene.settle()
    assert scene.picture(own, "instructions")[one]["state"] == "in_progress"
    refused = await scene.refused(
        "duty1", "instruction.answer", instruction_id=one, text="完成", channel="phone", final=True
    )
    assert refused.code == "orders_open"
    assert (await scene.refused("duty1", "instruction.close", instruction_id=one)).code == "orders_open"
    assert (await scene.refused("duty1", "instruction.cancel", instruction_id=one, reason="误记")).code == "orders_open"
    await scene.do("duty1", "instruction.answer", instruction_id=one, text="已抢通一半", channel="phone", final=False)
    await scene.do("leader1", "instruction.urge", instruction_id=one)
    await scene.settle()
    assert "催办：领导批示" in await told(scene, "psb")

    for department, task in (("tra", first), ("psb", second)):
        await scene.do(department, "task.submit", task_id=task, text="完成")
        await scene.do("duty1", "task.accept", task_id=task)
    # The follower has not looked yet: the answer is measured by the orders as they are.
    refused = await scene.refused(
        "leader1", "instruction.answer", instruction_id=one, text="好", channel="oral", final=True
    )
    assert refused.code == "own_instruction"
    assert (await scene.refused("duty1", "instruction.close", instruction_id=one)).code == "not_answered"
    await scene.do("duty1", "instruction.answer", instruction_id=one, text="314国道已抢通", channel="phone", final=True)
    assert not [c for c in scene.picture("board", "deadlines").values() if c["subject_id"] == one]
    await scene.settle()
    assert await told(scene, "leader1") == ["批示办理结果反馈", "批示办理进展"]

    await scene.do("leader1", "instruction.send_back", instruction_id=one, reason="请说明限行情况")
    assert scene.picture(own, "instructions")[one]["state"] == "fulfilled"
    await scene.do(
        "duty1", "instruction.answer", instruction_id=one, text="小车限行已解除", channel="phone", final=True
    )
    await scene.do("leader1", "instruction.close", instruction_id=one, note="可以")
    assert scene.picture(own, "instructions")[one]["state"] == "closed"
    assert one not in scene.picture("board", "instructions")
    assert (await scene.refused("duty1", "instruction.urge", instruction_id=one)).code == "instruction_transition"


async def test_an_instruction_without_word_back_goes_up_post_by_post(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    await scene.do("leader2", "duty.take", post="office_head")
    one = await capture(scene, incident)
    scene.forward(61)
    await scene.settle()
    held = scene.picture("board", "instructions")[one]
    assert [step["post"] for step in held["escalated"]] == ["office_head"]
    assert await told(scene, "leader2") == ["领导批示超时未反馈"]
    clocks = {c["kind"]: c["passed"] for c in scene.picture("board", "deadlines").values() if c["subject_id"] == one}
    assert clocks == {"instruction_feedback": True, "instruction_escalation": False}
    scene.forward(31)
    await scene.settle()
    scene.forward(61)
    await scene.settle()
    held = scene.picture("board", "instructions")[one]
    assert [step["post"] for step in held["escalated"]] == ["office_head", "duty_leader", "commander"]
    await scene.do("duty1", "instruction.answer", instruction_id=one, text="正在核实", channel="phone", final=False)
    clocks = {c["kind"]: c["passed"] for c in scene.picture("board", "deadlines").values() if c["subject_id"] == one}
    assert clocks == {"instruction_feedback": False}


async def test_one_of_no_incident_is_answered_or_put_to_one(scene: Scene) -> None:
    one = await capture(scene, None, who="leader1", text="各县开展汛前检查")
    other = await capture(scene, None, who="duty-gengma", text="核实孟定河堤")
    assert scene.picture("board", "instructions")[one]["no"].startswith("P20")
    assert one not in scene.picture("board:530926", "instructions")
    assert other in scene.picture("board:530926", "instructions")
    refused = await scene.refused("duty1", "instruction.decompose", instruction_id=one, orders=[ORDER])
    assert refused.code == "instruction_without_incident"
    assert (await scene.refused("duty-gengma", "instruction.close", instruction_id=one)).code == "forbidden"
    refused = await scene.refused(
        "duty1", "instruction.answer", instruction_id=one, text="已布置", channel="oral", final=True
    )
    assert (refused.code, refused.field) == ("reason_required", "data.reason")
    await scene.do(
        "duty1", "instruction.answer", instruction_id=one, text="已布置", channel="oral", final=True, reason="通知已发"
    )
    incident = await scene.open_quake(magnitude=None)
    await scene.do("duty1", "instruction.attach", instruction_id=other, incident_id=incident)
    held = scene.picture(f"incident:{incident}", "instructions")[other]
    assert held["no"].endswith("-P01")
    refused = await scene.refused("duty1", "instruction.attach", instruction_id=other, incident_id=incident)
    assert refused.code == "instruction_has_incident"
    await scene.do("duty1", "instruction.decompose", instruction_id=other, orders=[ORDER])


async def test_nonsense_changes_nothing(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    for wrong, code in (
        ({"text": " "}, "text_required"),
        ({"text": ""}, "invalid_field"),
        ({"leader_name": " "}, "leader_name_required"),
        ({"channel": "smoke"}, "invalid_field"),
        ({"leader_account": str(uuid.uuid4())}, "not_found"),
        ({"files": ["a" * 64]}, "not_found"),
        ({"incident_id": str(uuid.uuid4())}, "not_found"),
    ):
        refused = await scene.refused("duty1", "instruction.capture", **{**LINE, "incident_id": incident, **wrong})
        assert (refused.code, bool(refused.zh and refused.en)) == (code, True), wrong
    one = await capture(scene, incident)
    for wrong, code in (
        ({"department": "ZZZ"}, "not_found"),
        ({"support": ["ZZZ"]}, "not_found"),
        ({"title": ""}, "invalid_field"),
        ({"sign_minutes": 200}, "sign_after_due"),
    ):
        refused = await scene.refused(
            "duty1", "instruction.decompose", instruction_id=one, orders=[ORDER, {**ORDER, **wrong}]
        )
        assert refused.code == code, wrong
    assert (await scene.refused("tra", "instruction.urge", instruction_id=one)).code == "forbidden"
    assert (
        await scene.refused("duty1", "instruction.cancel", instruction_id=one, reason=" ")
    ).code == "reason_required"
    await scene.do("duty1", "instruction.cancel", instruction_id=one, reason="重复登记")
    assert scene.picture("board", "deadlines") == {} or all(
        c["subject_id"] != one for c in scene.picture("board", "deadlines").values()
    )


async def test_a_photo_of_the_written_one_is_in_the_incident(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    photo = await scene.photo("批示件.jpg")
    one = await capture(scene, incident, channel="written", files=[photo])
    assert scene.picture(f"incident:{incident}", "instructions")[one]["files"][0]["hash"] == photo
    [note] = scene.picture(f"incident:{incident}", "notes").values()
    assert note["files"][0]["hash"] == photo


async def test_a_reopened_incident_owes_its_answers_again(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    one = await capture(scene, incident)
    await scene.do("leader1", "incident.close", incident_id=incident, reason="险情解除")
    assert (
        await scene.refused("duty1", "instruction.decompose", instruction_id=one, orders=[ORDER])
    ).code == "incident_closed"
    scene.forward(200)
    await scene.do("leader1", "incident.reopen", incident_id=incident, reason="又有险情")
    await scene.settle()
    clocks = [c for c in scene.picture("board", "deadlines").values() if c["subject_id"] == one]
    assert [(c["kind"], c["passed"]) for c in clocks] == [("instruction_feedback", False)]


async def test_a_corrected_area_takes_the_instruction_along_with_its_next_step(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    one = await capture(scene, incident)
    version = scene.picture(f"incident:{incident}", "incident")[incident]["version"]
    await scene.do("duty1", "incident.correct", incident_id=incident, expect=version, area_code="530927")
    await scene.do("duty1", "instruction.urge", instruction_id=one, text="请尽快")
    assert one not in scene.picture("board:530926", "instructions")
    assert one in scene.picture("board:530927", "instructions")


async def test_an_order_given_by_hand_may_carry_an_instruction_out(scene: Scene) -> None:
    incident, other = await scene.open_quake(magnitude=None), await scene.open_quake(magnitude=None)
    one = await capture(scene, incident)
    good = {"incident_id": incident, "title": "抢通", "text": "抢通", "department": "TRA", "due_minutes": 60}
    for wrong, code in (
        ({"instruction_id": str(uuid.uuid4())}, "not_found"),
        ({"instruction_id": one, "incident_id": other}, "instruction_of_other_incident"),
    ):
        assert (await scene.refused("duty1", "task.issue", **{**good, **wrong})).code == code
    await scene.do("duty1", "task.issue", **good, instruction_id=one, joint=True, support=["PSB"])
    await scene.settle()
    held = scene.picture(f"incident:{incident}", "instructions")[one]
    assert (held["state"], held["orders"]["total"]) == ("decomposed", 1), "a share of an order is no order of its own"
    assert len(scene.picture("department:PSB", "tasks")) == 1
    task = next(iter(scene.picture("department:TRA", "tasks")))
    await scene.do("leader1", "task.cancel", task_id=task, reason="改由他人办理")
    await scene.settle()
    assert scene.picture(f"incident:{incident}", "instructions")[one]["state"] == "captured"
    await scene.do(
        "duty1", "instruction.answer", instruction_id=one, text="已知悉", channel="phone", final=True, reason="无需"
    )
    refused = await scene.refused("duty1", "task.issue", **good, instruction_id=one)
    assert refused.code == "instruction_takes_no_orders"
