"""The roster is changed, swapped and checked in the whole house."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from command.roster import store
from command.roster.roster import Shift
from spine.clock import BEIJING, iso
from tests.command.scene import Scene

DAY = "2026-03-02"
POSTS = ["watch_commander", "primary", "secondary"]


@pytest.fixture
async def desk(scene: Scene) -> Scene:
    await scene.watch.watch("roster", "roster:530926")
    return scene


def at(day: int, hour: float = 8.5) -> datetime:
    return datetime(2026, 3, 1, tzinfo=BEIJING) + timedelta(days=day - 1, hours=hour)


async def shifts(scene: Scene) -> list[Shift]:
    async with scene.city.realm.pool.connection() as conn:
        return await store.shifts_between(conn, at(1), at(31))


async def add(
    scene: Scene, person: str | None, day: int, post: str = "primary", who: str = "duty1", **over: Any
) -> str:
    data = {"post": post, "starts_at": iso(at(day)), "ends_at": iso(at(day + 1)), "person_id": person, **over}
    return str((await scene.do(who, "roster.add", **data)).result["shift_id"])


async def notices(scene: Scene) -> list[Any]:
    return [fact["data"] for fact in await scene.facts("notices", "notice.given")]


async def test_a_rotation_fills_what_is_free_and_tells_the_count(desk: Scene) -> None:
    await add(desk, "duan-ruilin", 3, "watch_commander")
    await desk.do("duty1", "roster.rotate", posts=POSTS, first=DAY, days=4)
    made = await shifts(desk)
    assert len(made) == 12
    assert [s.origin for s in made].count("hand") == 1
    assert all(s.person_id for s in made)
    assert desk.only("roster", "roster")["changes"] == 2
    refused = await desk.refused("duty1", "roster.rotate", posts=POSTS, first=DAY, days=4)
    assert refused.code == "roster_full"
    for data, code in (
        ({"posts": ["throne"], "first": DAY, "days": 1}, "not_found"),
        ({"posts": ["commander"], "first": DAY, "days": 1}, "post_without_roster"),
        ({"posts": POSTS, "first": "2026-02-30", "days": 1}, "not_a_day"),
        ({"posts": POSTS, "first": "2026-01-01", "days": 1}, "roster_past"),
        ({"posts": POSTS, "first": DAY, "days": 100}, "invalid_field"),
    ):
        assert (await desk.refused("duty1", "roster.rotate", **data)).code == code
    assert any("值班表" in str(one["subject_zh"]) for one in await notices(desk))


async def test_a_county_keeps_its_own_roster_only(desk: Scene) -> None:
    await add(desk, "tian-yongsheng", 2, "530926-watch_commander", who="duty-gengma")
    assert desk.only("roster:530926", "roster")["changes"] == 1
    refused = await desk.refused(
        "duty-gengma", "roster.add", post="primary", starts_at=iso(at(2)), ends_at=iso(at(3)), person_id="chen-xiaoyu"
    )
    assert refused.code == "forbidden"


async def test_what_a_rule_keeps_out_is_refused_and_the_rest_is_warned(desk: Scene) -> None:
    await add(desk, "chen-xiaoyu", 2)

    async def code(person: str | None, day: int, **over: Any) -> str:
        data = {"post": "primary", "starts_at": iso(at(day)), "ends_at": iso(at(day + 1)), "person_id": person, **over}
        refused = await desk.refused("duty1", "roster.add", **data)
        assert refused.zh
        assert refused.en
        listed: Any = refused.facts.get("conflicts") or ()
        return str(listed[0]["kind"]) if listed else refused.code

    assert await code("bao-wenqiang", 2) == "seat_taken"
    assert await code("chen-xiaoyu", 2, post="secondary") == "two_posts"
    assert await code("chen-xiaoyu", 3) == "no_rest"
    assert await code("nobody", 4) == "unknown_person"
    assert await code("bao-wenqiang", 4, ends_at=iso(at(4))) == "shift_times"
    assert await code("bao-wenqiang", -5) == "shift_over"
    answer = await desk.do(
        "duty1", "roster.add", post="primary", starts_at=iso(at(5)), ends_at=iso(at(6)), person_id=None
    )
    warnings: Any = answer.result["warnings"]
    assert [one["kind"] for one in warnings] == ["empty_seat"]


async def test_a_shift_is_changed_with_a_reason_and_both_are_told(desk: Scene) -> None:
    key = await add(desk, "chen-xiaoyu", 2)
    changed = {"shift_id": key, "expect": 1, "person_id": "wen-lan"}
    assert (await desk.refused("duty1", "roster.change", **changed, reason=" ")).code == "reason_required"
    assert (
        await desk.refused("duty1", "roster.change", **{**changed, "expect": 2}, reason="x")
    ).code == "stale_version"
    await desk.do("duty1", "roster.change", **changed, reason="临时调整")
    told = await notices(desk)
    assert [one["subject_zh"] for one in told[-2:]] == ["不再值班", "新排值班"]
    await desk.do("duty1", "roster.remove", shift_id=key, expect=2, reason="撤销")
    assert await shifts(desk) == []


async def test_leave_shows_what_it_touches_and_who_could_stand_in(desk: Scene) -> None:
    key = await add(desk, "chen-xiaoyu", 4)
    leave = {
        "person_id": "chen-xiaoyu",
        "from_at": iso(at(3)),
        "to_at": iso(at(6)),
        "leave_kind": "sick",
        "reason": "手术",
    }
    answer = await desk.do("duty1", "roster.enter_leave", **leave)
    affected: Any = answer.result["affected"]
    assert [one["shift_id"] for one in affected] == [key]
    assert "bao-wenqiang" in {one["id"] for one in affected[0]["stand_ins"]}
    told = (await desk.facts("roster", "roster.leave_entered"))[0]
    assert "sick" not in str(told)
    assert "手术" not in str(told)
    for over, code in (
        ({}, "leave_there"),
        ({"from_at": iso(at(-3)), "to_at": iso(at(-2))}, "leave_past"),
        ({"from_at": iso(at(9)), "to_at": iso(at(8))}, "leave_times"),
        ({"leave_kind": "siesta"}, "unknown_leave_kind"),
        ({"person_id": "ghost"}, "not_found"),
    ):
        assert (await desk.refused("duty1", "roster.enter_leave", **{**leave, **over})).code == code
    assert (await desk.refused("frb", "roster.enter_leave", **leave)).code == "forbidden"
    await desk.do("duty1", "roster.cancel_leave", leave_id=str(answer.result["leave_id"]), reason="不去了")


async def swapping(desk: Scene) -> tuple[str, str]:
    return await add(desk, "chen-xiaoyu", 3), await add(desk, "wen-lan", 6)


async def ask(desk: Scene, give: str, take: str | None, **over: Any) -> str:
    data = {"shift_id": give, "to_person": "wen-lan", "in_return_id": take, "reason": "孩子看病", **over}
    return str((await desk.do("duty1", "roster.ask_swap", **data)).result["swap_id"])


async def test_a_swap_is_asked_agreed_and_approved_by_the_watch_commander(desk: Scene) -> None:
    give, take = await swapping(desk)
    await desk.do("duty2", "duty.take", post="watch_commander", reason="测试：接值班长")
    swap = await ask(desk, give, take)
    assert (await desk.refused("duty2", "roster.decide_swap", swap_id=swap, approve=True)).code == "swap_state"
    assert (await desk.refused("duty1", "roster.answer_swap", swap_id=swap, agree=True)).code == "swap_not_asked_of_you"
    assert (
        await desk.refused("duty1", "roster.ask_swap", shift_id=give, to_person="wen-lan", reason="x")
    ).code == "swap_open"
    await desk.do("duty-en", "roster.answer_swap", swap_id=swap, agree=True)
    assert (await desk.refused("duty-en", "roster.decide_swap", swap_id=swap, approve=True)).code == "swap_own"
    assert (await desk.refused("leader1", "roster.decide_swap", swap_id=swap, approve=False)).code == "reason_required"
    await desk.do("duty2", "roster.decide_swap", swap_id=swap, approve=True)
    by_id = {str(s.id): s.person_id for s in await shifts(desk)}
    assert (by_id[give], by_id[take]) == ("wen-lan", "chen-xiaoyu")
    assert (await desk.refused("duty1", "roster.withdraw_swap", swap_id=swap)).code == "swap_state"


async def test_swaps_that_cannot_be(desk: Scene) -> None:
    give, take = await swapping(desk)
    for over, code in (
        ({"to_person": "chen-xiaoyu"}, "swap_with_self"),
        ({"shift_id": take}, "not_your_shift"),
        ({"in_return_id": give}, "swap_not_theirs"),
        ({"to_person": "bao-wenqiang", "in_return_id": None}, "person_without_account"),
        ({"to_person": "ghost"}, "not_found"),
    ):
        data = {"shift_id": give, "to_person": "wen-lan", "in_return_id": take, "reason": "x", **over}
        assert (await desk.refused("duty1", "roster.ask_swap", **data)).code == code
    swap = await ask(desk, give, None)
    desk.forward(60 * 24 * 3)
    assert (await desk.refused("duty-en", "roster.answer_swap", swap_id=swap, agree=True)).code == "shift_began"
    assert (await desk.refused("duty1", "roster.ask_swap", shift_id=give, to_person="wen-lan", reason="x")).code in ("shift_began", "swap_open")  # fmt: skip


async def test_a_swap_lapses_when_its_shift_is_changed_otherwise(desk: Scene) -> None:
    give, _ = await swapping(desk)
    swap = await ask(desk, give, None)
    await desk.do("duty1", "roster.change", shift_id=give, expect=1, person_id="bao-wenqiang", reason="改排")
    assert (await desk.refused("duty-en", "roster.answer_swap", swap_id=swap, agree=True)).code == "swap_state"


async def test_a_spot_check_says_who_was_meant_to_be_there(desk: Scene) -> None:
    await add(desk, "chen-xiaoyu", 1)
    check = {"post": "primary", "means": "video", "result": "absent"}
    assert (await desk.refused("leader1", "roster.spot_check", **check)).code == "note_required"
    await desk.do("leader1", "roster.spot_check", **check, note="去接传真，10 分钟后到岗")
    told = (await desk.facts("board", "roster.spot_checked"))[0]
    assert told["data"]["expected"] == "陈晓雨"  # pyright: ignore[reportCallIssue, reportArgumentType, reportIndexIssue, reportOptionalSubscript]


async def test_a_person_is_entered_and_retired_and_his_seats_are_empty(desk: Scene) -> None:
    person = {
        "name": "王小明",
        "title_zh": "值班员",
        "title_en": "Duty officer",
        "department": "EMB",
        "duties": ["primary"],
    }
    key = str((await desk.do("duty1", "person.put", **person, mobile="13800000000")).result["person_id"])
    assert "13800000000" not in str(await desk.facts("roster", "person.entered"))
    shift = await add(desk, key, 4)
    assert (await desk.refused("duty-gengma", "person.put", **person)).code == "forbidden"
    assert (await desk.refused("duty1", "person.put", **person, account="duty2")).code == "account_taken"
    assert (await desk.refused("duty1", "person.put", **{**person, "department": "XXX"})).code == "not_found"
    answer = await desk.do("duty1", "person.retire", person_id=key, expect=1, reason="调离")
    assert answer.result["emptied"] == 1
    assert {str(s.id): s.person_id for s in await shifts(desk)}[shift] is None
    assert (await desk.refused("duty1", "person.retire", person_id=key, expect=2, reason="x")).code == "person_left"
