"""An order's whole life in the house: what waits begins, parts come together, clocks stand still, and silence climbs to people."""

import uuid
from datetime import timedelta
from typing import Any, cast

import pytest

from spine.clock import parse_iso
from tests.command.scene import MENGDING, Scene

Object = dict[str, Any]


async def told(scene: Scene, incident: str) -> list[tuple[str, str]]:
    """Who was told what by notice: (kind:id, the Chinese subject before its colon)."""
    facts = await scene.facts(f"incident:{incident}", "notice.given")
    data = [cast(Object, fact["data"]) for fact in facts]
    return [(f"{d['to']['kind']}:{d['to']['id']}", str(d["subject_zh"]).partition("：")[0]) for d in data]


async def events(scene: Scene, kind: str) -> list[tuple[Any, ...]]:
    async with scene.city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute(
                "SELECT department, clock, level, minutes, ended_at - at FROM command.task_event WHERE kind = %s ORDER BY id",
                (kind,),
            )
        ).fetchall()
    return list(rows)


def later(scene: Scene, minutes: float) -> str:
    return (scene.city.realm.clock.now() + timedelta(minutes=minutes)).isoformat()


def parts(scene: Scene, whole: str, stream: str) -> dict[str, Object]:
    """The parts of an order as a stream shows them, by department."""
    return {str(t["department"]): t for t in scene.picture(stream, "tasks").values() if t["parent_id"] == whole}


async def test_an_order_that_waits_is_seen_before_and_told_when_it_begins(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    first = await scene.issue(incident, "TRA")
    second = await scene.issue(incident, "EMB", title="转运物资", after=[first])
    timed = await scene.issue(incident, "HEB", title="开设救护点", start_at=later(scene, 30))
    assert scene.task(second, "department:EMB")["state"] == scene.task(timed, "department:HEB")["state"] == "waiting"
    assert scene.picture("department:EMB", "deadlines") == {}
    assert len(await scene.facts(f"incident:{incident}", "task.planned")) == 2
    assert (await scene.refused("emb", "task.sign", task_id=second)).code == "task_transition"

    await scene.do("tra", "task.submit", task_id=first, text="已抢通")
    await scene.do("duty1", "task.accept", task_id=first)
    await scene.settle()
    begun = scene.task(second, "department:EMB")
    assert begun["state"] == "issued"
    assert len(scene.picture("department:EMB", "deadlines")) == 2

    scene.forward(29)
    await scene.settle()
    assert scene.task(timed, "department:HEB")["state"] == "waiting"
    scene.forward(1)
    await scene.settle()
    held = scene.task(timed, "department:HEB")
    assert (held["state"], parse_iso(held["due"]) - parse_iso(held["issued_at"])) == ("issued", timedelta(minutes=60))
    assert len(await scene.facts(f"incident:{incident}", "task.issued")) == 3


async def test_when_what_an_order_waits_for_is_cancelled_a_person_decides(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    first = await scene.issue(incident, "TRA")
    second = await scene.issue(incident, "EMB", after=[first])
    await scene.do("leader1", "task.cancel", task_id=first, reason="改道")
    await scene.settle()
    assert scene.task(second, "department:EMB")["state"] == "waiting"
    assert ("post:watch_commander", "前置任务已撤销，待决定") in await told(scene, incident)
    assert ("department:EMB", "前置任务已撤销，待决定") in await told(scene, incident)
    assert (await scene.refused("duty1", "task.begin", task_id=second)).code == "reason_required"
    assert (await scene.refused("emb", "task.begin", task_id=second, reason="急")).code == "forbidden"
    await scene.do("duty1", "task.begin", task_id=second, reason="改由另一条路")
    assert scene.task(second, "department:EMB")["state"] == "issued"


async def test_orders_that_would_wait_for_each_other_or_for_nothing_are_refused(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    other = await scene.open_quake(magnitude=None)
    whole, foreign = await scene.issue(incident), await scene.issue(other)
    gone = await scene.issue(incident, "TRA")
    await scene.do("leader1", "task.cancel", task_id=gone, reason="改道")
    good = {"incident_id": incident, "title": "搜救", "text": "出动", "department": "FRB", "due_minutes": 30}
    now = scene.city.realm.clock.now()
    for wrong, code in (
        ({"after": [str(uuid.uuid4())]}, "not_found"),
        ({"after": [foreign]}, "not_found"),
        ({"after": [gone]}, "after_cancelled"),
        ({"parent_id": whole, "after": [whole]}, "after_cycle"),
        ({"parent_id": str(uuid.uuid4())}, "not_found"),
        ({"parent_id": gone}, "part_of_closed"),
        ({"parent_id": whole, "due_minutes": 90}, "part_after_whole"),
        ({"due_minutes": None}, "due_required"),
        ({"due_minutes": None, "start_at": later(scene, 60), "due_at": later(scene, 30)}, "due_before_start"),
        ({"joint": True}, "joint_without_support"),
        ({"support": ["ZZZ"]}, "not_found"),
        ({"unit_id": MENGDING, "start_at": later(scene, 60)}, "unit_not_yet"),
        ({"evidence": ["video"]}, "invalid_field"),
    ):
        data = {key: value for key, value in (good | wrong).items() if value is not None}
        refusal = await scene.refused("duty1", "task.issue", **data)
        assert refusal.code == code, wrong
        assert refusal.zh
        assert refusal.en
        assert refusal.field
    assert now == scene.city.realm.clock.now()


async def test_a_joint_order_gives_each_supporting_department_its_share_and_the_lead_merges(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    whole = await scene.issue(
        incident, "EMB", title="安置群众", joint=True, support=["CIV", "HEB", "EMB"], due_minutes=100
    )
    shown = parts(scene, whole, "department:EMB")
    assert sorted(shown) == ["CIV", "HEB"]
    assert sorted(part["no"][-5:] for part in shown.values()) == ["R01-1", "R01-2"]
    assert {p["id"] for p in shown.values()} <= set(scene.picture(f"incident:{incident}", "tasks"))
    civ, heb = str(shown["CIV"]["id"]), str(shown["HEB"]["id"])
    assert scene.task(civ, "department:CIV")["due"] < scene.task(whole, "department:EMB")["due"]
    assert civ not in scene.picture("department:HEB", "tasks")
    assert len(await scene.facts(f"incident:{incident}", "task.issued")) == 3

    assert (await scene.refused("emb", "task.sign", task_id=civ)).code == "forbidden"
    assert (await scene.refused("emb", "task.submit", task_id=whole, text="完成")).code == "open_parts"
    await scene.do("emb", "task.urge", task_id=civ, text="请先报人数")
    assert scene.task(civ, "department:CIV")["urged"]["count"] == 1
    for who, part in (("civ", civ), ("heb", heb)):
        await scene.do(who, "task.submit", task_id=part, text="已完成")
        assert [c["to_zh"] for c in scene.picture("department:EMB", "deadlines").values() if c["subject_id"] == part]
    assert (await scene.refused("civ", "task.accept", task_id=civ)).code == "forbidden"
    await scene.do("emb", "task.send_back", task_id=civ, reason="缺名单")
    await scene.do("civ", "task.submit", task_id=civ, text="已补名单")
    await scene.do("emb", "task.accept", task_id=civ)
    await scene.do("emb", "task.accept", task_id=heb)
    assert ("department:EMB", "子任务已全部办结，请汇总提交") in await told(scene, incident)
    await scene.do("emb", "task.submit", task_id=whole, text="汇总")
    assert (await scene.refused("emb", "task.accept", task_id=whole)).code == "forbidden"
    await scene.do("duty1", "task.accept", task_id=whole)
    assert scene.picture("board", "incidents")[incident]["tasks"] == {"open": 0, "closed": 3, "total": 3}


async def test_a_joint_order_passes_to_another_lead_with_its_shares(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    whole = await scene.issue(incident, "EMB", joint=True, support=["CIV", "HEB"], due_minutes=100)
    civ = str(parts(scene, whole, "department:EMB")["CIV"]["id"])
    await scene.do("civ", "task.submit", task_id=civ, text="已完成")
    await scene.do("emb", "task.return", task_id=whole, reason="应由民政牵头")
    await scene.do("duty1", "task.reissue", task_id=whole, department="CIV", reason="改由民政牵头")
    assert not parts(scene, whole, "department:EMB")
    assert sorted(parts(scene, whole, "department:CIV")) == ["CIV", "HEB"]
    assert (await scene.refused("emb", "task.accept", task_id=civ)).code == "forbidden"
    await scene.do("civ", "task.accept", task_id=civ)
    await scene.do("leader1", "task.cancel", task_id=whole, reason="任务取消")
    assert parts(scene, whole, f"incident:{incident}")["HEB"]["state"] == "cancelled"
    assert parts(scene, whole, f"incident:{incident}")["CIV"]["state"] == "closed"
    assert scene.picture("department:HEB", "deadlines") == {}


async def test_a_department_splits_what_it_has(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    whole = await scene.issue(incident, "EMB", due_minutes=120)
    one = {"title": "搭设帐篷"}
    assert (await scene.refused("frb", "task.split", task_id=whole, parts=[one])).code == "forbidden"
    far = [one | {"department": "PSB"}]
    assert (await scene.refused("emb", "task.split", task_id=whole, parts=far)).code == "not_yours_to_order"
    long = [one | {"due_minutes": 300}]
    assert (await scene.refused("emb", "task.split", task_id=whole, parts=long)).code == "part_after_whole"
    answer = await scene.do("emb", "task.split", task_id=whole, parts=[one, {"title": "发放被服"}])
    first, second = cast(list[str], answer.result["parts"])
    assert [t["no"][-5:] for t in (scene.task(first, "department:EMB"), scene.task(second, "department:EMB"))] == [
        "R01-1",
        "R01-2",
    ]
    assert (await scene.refused("emb", "task.return", task_id=whole, reason="不办")).code == "open_parts"
    assert (await scene.refused("emb", "task.submit", task_id=whole, text="完成")).code == "open_parts"
    deeper = (await scene.do("emb", "task.split", task_id=first, parts=[one])).result["parts"]
    refusal = await scene.refused("emb", "task.split", task_id=cast(list[str], deeper)[0], parts=[one])
    assert refusal.code == "split_too_deep"
    await scene.do("emb", "task.cancel", task_id=first, reason="不再需要")
    assert scene.task(cast(list[str], deeper)[0], "department:EMB")["state"] == "cancelled"
    await scene.do("emb", "task.submit", task_id=second, text="已发放")
    await scene.do("emb", "task.accept", task_id=second)
    await scene.do("emb", "task.submit", task_id=whole, text="完成")
    assert (await scene.refused("emb", "task.split", task_id=whole, parts=[one])).code == "task_transition"
    refusal = await scene.refused(
        "duty1",
        "task.issue",
        incident_id=incident,
        title="补",
        text="补",
        department="EMB",
        due_minutes=5,
        parent_id=whole,
    )
    assert refusal.code == "part_of_closed"
    assert (await scene.refused("emb", "task.cancel", task_id=whole, reason="撤")).code == "forbidden"


async def test_nothing_is_handed_in_without_the_evidence_that_was_asked_for(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, evidence=["text", "photo", "file"])
    photo, voice = await scene.photo(), await scene.photo("录音", "audio/webm")
    refusal = await scene.refused("frb", "task.submit", task_id=order, text="完成", files=[voice])
    assert (refusal.code, refusal.field, refusal.facts["lacking"]) == (
        "evidence_missing",
        "data.files",
        ["photo", "file"],
    )
    await scene.do("frb", "task.progress", task_id=order, text="现场", files=[photo])
    paper = await scene.photo("名单.pdf", "application/pdf")
    await scene.do("frb", "task.submit", task_id=order, text="完成", files=[paper])
    assert scene.task(order, "department:FRB")["state"] == "submitted"


async def test_more_time_is_asked_for_and_granted_or_refused(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident)
    ask = {"task_id": order, "minutes": 30, "reason": "道路中断"}
    assert (await scene.refused("frb", "task.ask_extension", **ask)).code == "task_transition"
    await scene.do("frb", "task.sign", task_id=order)
    due = scene.task(order, "department:FRB")["due"]
    assert (await scene.refused("frb", "task.ask_extension", **(ask | {"reason": " "}))).code == "reason_required"
    await scene.do("frb", "task.ask_extension", **ask)
    assert (await scene.refused("frb", "task.ask_extension", **ask)).code == "already_asked"
    owed = [c for c in scene.picture("board", "deadlines").values() if c["kind"] == "task_extension"]
    assert [(c["department"], c["subject_id"]) for c in owed] == [(None, order)]
    assert (await scene.refused("frb", "task.decide_extension", task_id=order, granted=True)).code == "forbidden"
    assert (
        await scene.refused("duty1", "task.decide_extension", task_id=order, granted=False)
    ).code == "reason_required"
    await scene.do("duty1", "task.decide_extension", task_id=order, granted=False, reason="加派力量")
    assert scene.task(order, "department:FRB")["due"] == due
    assert (await scene.refused("duty1", "task.decide_extension", task_id=order, granted=True)).code == "nothing_asked"
    scene.forward(100)
    await scene.do("frb", "task.ask_extension", **ask)
    short = await scene.refused("duty1", "task.decide_extension", task_id=order, granted=True)
    assert (short.code, short.field) == ("extension_too_short", "data.minutes")
    await scene.do("duty1", "task.decide_extension", task_id=order, granted=True, minutes=60)
    held = scene.task(order, "department:FRB")
    assert parse_iso(held["due"]) - parse_iso(due) == timedelta(minutes=60)
    assert (held["extension"]["granted"], held["extension"]["minutes"], held["extension_ask"]) == (True, 60, None)
    assert [c["due_at"] for c in scene.picture("department:FRB", "deadlines").values() if c["kind"] == "task_due"] == [
        held["due"]
    ]
    assert [e[3] for e in await events(scene, "extension")] == [60]
    await scene.do("frb", "task.submit", task_id=order, text="完成")
    assert (await scene.refused("frb", "task.ask_extension", **ask)).code == "task_transition"


async def test_clocks_stand_still_only_when_it_was_asked_for_and_approved(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, due_minutes=240)
    await scene.do("frb", "task.sign", task_id=order)
    ask = {"task_id": order, "cause": "safety", "text": "余震不断", "minutes": 30}
    assert (await scene.refused("duty1", "task.decide_pause", task_id=order, granted=True)).code == "nothing_asked"
    assert (await scene.refused("frb", "task.ask_pause", **(ask | {"cause": "tired"}))).code == "invalid_field"
    assert (await scene.refused("frb", "task.ask_pause", **(ask | {"minutes": 999}))).code == "pause_too_long"
    scene.forward(10)
    await scene.do("frb", "task.ask_pause", **ask)
    assert (await scene.refused("frb", "task.decide_pause", task_id=order, granted=True)).code == "forbidden"
    before = scene.task(order, "department:FRB")
    await scene.do("leader1", "task.decide_pause", task_id=order, granted=True)
    assert {c["kind"] for c in scene.picture("department:FRB", "deadlines").values()} == {"task_pause"}
    scene.forward(20)
    await scene.do("frb", "task.ask_pause", **(ask | {"minutes": 60}))
    await scene.do("duty1", "task.decide_pause", task_id=order, granted=True)
    scene.forward(59)
    await scene.settle()
    assert scene.task(order, "department:FRB")["pause"] is not None
    scene.forward(1)
    await scene.settle()
    after = scene.task(order, "department:FRB")
    assert after["pause"] is None
    assert ("department:FRB", "暂停到期，恢复计时") in await told(scene, incident)
    for clock in ("due", "due_from", "step_due"):
        assert parse_iso(after[clock]) - parse_iso(before[clock]) == timedelta(minutes=80), clock
    assert {c["kind"] for c in scene.picture("department:FRB", "deadlines").values()} == {"task_due", "task_step"}
    assert await events(scene, "pause") == [("FRB", None, None, 30, timedelta(minutes=80))]
    assert (await scene.refused("frb", "task.go_on", task_id=order)).code == "not_paused"
    await scene.do("frb", "task.ask_pause", **ask)
    await scene.do("duty1", "task.decide_pause", task_id=order, granted=True)
    await scene.do("frb", "task.submit", task_id=order, text="已完成")
    assert scene.task(order, "department:FRB")["pause"] is None


async def test_urging_is_counted_and_told(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, unit_id=MENGDING)
    await scene.do("duty1", "task.urge", task_id=order)
    assert (await scene.refused("leader1", "task.urge", task_id=order)).code == "urged_just_now"
    scene.forward(6)
    await scene.do("leader1", "task.urge", task_id=order, text="群众在等")
    assert scene.task(order, "department:FRB")["urged"]["count"] == 2
    assert [to for to, what in await told(scene, incident) if what == "催办（第 2 次）"] == [
        "department:FRB",
        f"unit:{MENGDING}",
    ]
    assert (await scene.refused("frb", "task.urge", task_id=order)).code == "forbidden"
    assert len(await events(scene, "urge")) == 2


async def test_supervision_is_entered_and_left_with_a_reason(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident)
    assert (await scene.refused("leader1", "task.release", task_id=order, reason="已办")).code == "not_supervised"
    assert (await scene.refused("leader1", "task.supervise", task_id=order, reason="")).code == "reason_required"
    await scene.do("leader1", "task.supervise", task_id=order, reason="市长关注")
    assert scene.task(order, "department:FRB")["supervised"]["reason"] == "市长关注"
    assert (await scene.refused("duty1", "task.supervise", task_id=order, reason="再")).code == "already_supervised"
    scene.forward(14)
    await scene.settle()
    assert ("post:supervision_office", "黄牌") in await told(scene, incident)
    await scene.do("leader1", "task.release", task_id=order, reason="已办")
    assert scene.task(order, f"incident:{incident}")["supervised"] is None


async def test_silence_climbs_from_the_handler_to_the_leaders(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, sign_minutes=20, due_minutes=30)
    scene.forward(17)
    await scene.settle()
    assert await told(scene, incident) == []
    scene.forward(1)
    await scene.settle()
    assert await told(scene, incident) == [("department:FRB", "黄牌")]
    assert scene.task(order, "department:FRB")["cards"]["task_sign"]["level"] == "yellow"
    scene.forward(2)
    await scene.settle()
    red = [to for to, what in await told(scene, incident) if what == "红牌"]
    assert red == ["department:FRB", "post:duty_leader", "post:office_head"]
    fact = cast(Object, (await scene.facts(f"incident:{incident}", "task.escalated"))[-1]["data"])
    assert [(c["clock"], c["level"], c["zh"]) for c in fact["cards"]] == [
        ("task_sign", "red", "签收超时（总时限未到）")
    ]
    scene.forward(10)
    await scene.settle()
    repeated = [to for to, what in await told(scene, incident) if what == "红牌"][3:]
    assert repeated[:3] == ["department:FRB", "post:duty_leader", "post:office_head"]
    assert {"post:supervision_office", "post:commander"} <= set(repeated)
    scene.forward(30)
    await scene.settle()
    severe = await told(scene, incident)
    assert ("post:commander", "严重超时") in severe
    cards = [(clock, level) for _, clock, level, *_ in await events(scene, "card")]
    # After a leap of the clock the highest level of each clock is told, not every one on the way.
    assert cards == [
        ("task_sign", "yellow"), ("task_sign", "red"), ("task_due", "red"), ("task_sign", "severe"), ("task_due", "severe"),
    ]  # fmt: skip
    await scene.settle()
    assert await told(scene, incident) == severe
    await scene.do("frb", "task.sign", task_id=order)
    async with scene.city.realm.pool.connection() as conn:
        row = await (
            await conn.execute("SELECT yellow_cards, red_cards FROM command.task WHERE id = %s", (order,))
        ).fetchone()
    assert row == (1, 2)


async def test_the_duty_desk_has_clocks_of_its_own(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident, "WAT")
    await scene.do("wat", "task.return", task_id=order, reason="不属于本部门")
    assert ("post:watch_commander", "任务被退回，请转办") in await told(scene, incident)
    scene.forward(10)
    await scene.settle()
    assert ("post:watch_commander", "红牌") in await told(scene, incident)
    assert [(d, level) for d, _, level, *_ in await events(scene, "card")] == [("desk", "red")]
    assert scene.task(order, f"incident:{incident}")["cards"]["task_sign"]["level"] == "red"
    await scene.do("duty1", "task.reissue", task_id=order, department="EMB", reason="请办")
    assert scene.task(order, "department:EMB")["cards"] == {}


async def test_a_closed_incident_stops_every_clock_and_a_reopened_one_starts_them(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)
    first = await scene.issue(incident, "TRA")
    await scene.issue(incident, "EMB", after=[first])
    timed = await scene.issue(incident, "HEB", start_at=later(scene, 30))
    await scene.do("tra", "task.submit", task_id=first, text="完成")
    await scene.do("leader1", "incident.close", incident_id=incident, reason="解除")
    await scene.do("duty1", "task.accept", task_id=first)
    scene.forward(60)
    await scene.settle()
    assert scene.task(timed, "department:HEB")["state"] == "waiting"
    await scene.do("leader1", "incident.reopen", incident_id=incident, reason="又有险情")
    await scene.settle()
    assert scene.task(timed, "department:HEB")["state"] == "issued"
    assert [t["state"] for t in scene.picture("department:EMB", "tasks").values()] == ["issued"]


@pytest.mark.parametrize("kind", ["task.supervise", "task.urge", "task.ask_extension", "task.split"])
async def test_nothing_more_is_asked_of_an_order_that_is_over(scene: Scene, kind: str) -> None:
    incident = await scene.open_quake(magnitude=None)
    order = await scene.issue(incident)
    await scene.do("leader1", "task.cancel", task_id=order, reason="解除")
    who = "frb" if kind in {"task.ask_extension", "task.split"} else "duty1"
    more: dict[str, Object] = {
        "task.supervise": {"reason": "久拖"},
        "task.ask_extension": {"minutes": 10, "reason": "路断"},
        "task.split": {"parts": [{"title": "一"}]},
    }
    assert (await scene.refused(who, kind, task_id=order, **more.get(kind, {}))).code == "task_transition"
