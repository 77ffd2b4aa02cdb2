"""A post is handed over, refused, taken in an emergency, and its silence climbs: in the whole house."""

from datetime import datetime, timedelta
from typing import Any

from command.handover.handover import digest_of
from command.handover.items import gather
from command.roster.rules import roster_rules
from command.units import store as unit_store
from spine.clock import BEIJING, iso
from tests.command.scene import Scene

CHECKS = {check.id: {"state": "ok"} for check in roster_rules().handover.checks}


def at(day: int, hour: float = 8.5) -> datetime:
    return datetime(2026, 3, 1, tzinfo=BEIJING) + timedelta(days=day - 1, hours=hour)


async def digest(scene: Scene) -> str:
    async with scene.city.realm.pool.connection() as conn:
        return digest_of(await gather(conn, "5309", scene.city.realm.clock.now()))


async def sign_out(scene: Scene, who: str = "duty2", **over: Any) -> str:
    data = {"post": "primary", "digest": await digest(scene), "checks": CHECKS, "words": "夜间关注南汀河水位", **over}
    return str((await scene.do(who, "handover.sign_out", **data)).result["handover_id"])


async def rostered(scene: Scene) -> None:
    """duan-ruilin (duty2) stands the primary until 08:30 tomorrow, then chen-xiaoyu (duty1)."""
    for person, day in (("duan-ruilin", 1), ("chen-xiaoyu", 2)):
        data = {"post": "primary", "person_id": person, "starts_at": iso(at(day)), "ends_at": iso(at(day + 1))}
        await scene.do("duty1", "roster.add", **data)


async def test_a_handover_lists_what_is_open_and_moves_the_post_when_both_have_signed(scene: Scene) -> None:
    await rostered(scene)
    incident = await scene.open_quake()
    await scene.settle()
    handover = await sign_out(scene)
    held = scene.picture("board", "handovers")[handover]
    assert (held["from_name"], held["to_person"], held["state"]) == ("段瑞林", "陈晓雨", "offered")
    assert held["items"] >= 3
    assert (await scene.refused("duty2", "handover.sign_in", handover_id=handover, digest=await digest(scene))).code == "same_person"  # fmt: skip
    read = await digest(scene)
    await scene.do("leader1", "incident.grade", incident_id=incident, grade="II", reason="核定")
    refused = await scene.refused("duty1", "handover.sign_in", handover_id=handover, digest=read)
    assert refused.code == "sheet_changed"
    await scene.do("duty1", "handover.sign_in", handover_id=handover, digest=await digest(scene))
    assert scene.picture("board", "handovers") == {}
    duty = scene.picture("board", "duty")["primary"]
    assert (duty["person"], duty["how"]) == ("陈晓雨", "handover")
    told = (await scene.facts("board", "handover.completed"))[0]
    assert told["data"]["changes"] >= 1  # pyright: ignore
    assert (
        await scene.refused("duty1", "handover.sign_in", handover_id=handover, digest=read)
    ).code == "handover_state"


async def test_an_incoming_one_may_refuse_and_an_outgoing_one_withdraw(scene: Scene) -> None:
    handover = await sign_out(scene)
    assert (await scene.refused("duty1", "handover.refuse", handover_id=handover, reason=" ")).code == "reason_required"
    assert (await scene.refused("duty1", "handover.withdraw", handover_id=handover)).code == "not_outgoing"
    assert (await scene.refused("duty-gengma", "handover.refuse", handover_id=handover, reason="x")).code == "forbidden"
    await scene.do("duty1", "handover.refuse", handover_id=handover, reason="卫星电话没电，请先充电")
    assert scene.picture("board", "duty")["primary"]["person"] == "段瑞林"
    second = await sign_out(scene)
    await scene.do("duty2", "handover.withdraw", handover_id=second)
    assert scene.picture("board", "handovers") == {}


async def test_what_cannot_be_signed_out(scene: Scene) -> None:
    read = await digest(scene)
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("duty1", {}, "not_on_duty"),
        ("duty2", {"digest": "0" * 64}, "sheet_changed"),
        ("duty2", {"checks": {}}, "check_missing"),
        ("duty2", {"checks": {**CHECKS, "keys": {"state": "fault"}}}, "fault_note"),
        ("duty2", {"post": "throne"}, "not_found"),
        ("duty2", {"post": "commander"}, "not_handed_over"),
    ]
    for who, over, code in cases:
        data: dict[str, Any] = {"post": "primary", "digest": read, "checks": CHECKS, **over}
        assert (await scene.refused(who, "handover.sign_out", **data)).code == code
    await sign_out(scene)
    assert (await scene.refused("duty2", "handover.sign_out", post="primary", digest=read, checks=CHECKS)).code == "handover_open"  # fmt: skip


async def test_taking_it_in_an_emergency_wants_a_reason_and_voids_the_sheet(scene: Scene) -> None:
    handover = await sign_out(scene)
    assert (await scene.refused("duty1", "duty.take", post="primary")).code == "handover_required"
    await scene.do("duty1", "duty.take", post="primary", reason="段瑞林突发疾病送医")
    duty = scene.picture("board", "duty")["primary"]
    assert (duty["how"], duty["reason"]) == ("emergency", "段瑞林突发疾病送医")
    assert scene.picture("board", "handovers") == {}
    refused = await scene.refused("duty1", "handover.refuse", handover_id=handover, reason="x")
    assert refused.code == "handover_state"


async def test_a_silence_after_the_end_of_the_shift_climbs(scene: Scene) -> None:
    await rostered(scene)
    clock = scene.only("board", "deadlines")
    assert clock["kind"] == "handover"
    assert clock["due_at"] == iso(at(2, 8.75))
    scene.forward((at(2, 8.75) - scene.city.realm.clock.now()).total_seconds() / 60)
    await scene.settle()
    told = [fact["data"]["to"] for fact in await scene.facts("notices", "notice.given") if fact["data"]["subject_zh"] == "交接班超时"]  # pyright: ignore  # fmt: skip
    assert {"kind": "post", "id": "duty_leader"} in told
    assert scene.only("board", "deadlines")["due_at"] == iso(at(2, 9.25))
    scene.forward(30)
    await scene.settle()
    told = [fact["data"]["to"] for fact in await scene.facts("notices", "notice.given") if fact["data"]["subject_zh"] == "交接班超时"]  # pyright: ignore  # fmt: skip
    assert {"kind": "post", "id": "office_head"} in told
    assert scene.picture("board", "duty")["primary"]["person"] == "段瑞林"
    await scene.do("duty1", "handover.sign_in", handover_id=await sign_out(scene), digest=await digest(scene))
    assert scene.only("board", "deadlines")["due_at"] == iso(at(3, 8.75))


async def test_a_shift_that_is_made_longer_moves_the_clock(scene: Scene) -> None:
    data = {"post": "primary", "person_id": "duan-ruilin", "starts_at": iso(at(1)), "ends_at": iso(at(1, 20))}
    key = str((await scene.do("duty1", "roster.add", **data)).result["shift_id"])
    assert scene.only("board", "deadlines")["due_at"] == iso(at(1, 20.25))
    await scene.do("duty1", "roster.change", shift_id=key, expect=1, ends_at=iso(at(1, 21)), reason="接班人在路上")
    assert scene.only("board", "deadlines")["due_at"] == iso(at(1, 21.25))
    await scene.do("duty1", "roster.change", shift_id=key, expect=2, person_id="bao-wenqiang", reason="换人")
    async with scene.city.realm.pool.connection() as conn:
        duty = await unit_store.find_duty(conn, "primary")
    assert duty is not None
    assert duty.until == at(1, 21)


async def test_leaders_instructions_and_requests_not_covered_are_handed_over(scene: Scene) -> None:
    incident = await scene.open_quake()
    said = {"leader_name": "李承远", "channel": "phone", "urgency": "urgent"}
    await scene.do("duty1", "instruction.capture", **said, text="抢通314国道", incident_id=incident)
    await scene.do("duty1", "instruction.capture", **said, text="各部门加强值守")
    asked = {"department": "CTY-530926", "to": ["EMB-530926"], "item": "tent_12", "quantity": 50, "priority": "urgent", "text": "缺帐篷"}  # fmt: skip
    request = str((await scene.do("cty-gengma", "request.make", **asked)).result["request_id"])
    async with scene.city.realm.pool.connection() as conn:
        sheet: Any = await gather(conn, "5309", scene.city.realm.clock.now())
        county: Any = await gather(conn, "530921", scene.city.realm.clock.now())
    listed = {section["key"]: section["items"] for section in sheet["sections"]}
    assert {item["title_zh"].split("：")[-1] for item in listed["instructions"]} == {"抢通314国道", "各部门加强值守"}
    assert all("应反馈于" in item["note_zh"] for item in listed["instructions"])
    assert [item["id"] for item in listed["requests"]] == [request]
    assert all(section["known"] for section in sheet["sections"])
    elsewhere = {section["key"]: section["items"] for section in county["sections"]}
    assert (elsewhere["instructions"], elsewhere["requests"]) == ([], [])
