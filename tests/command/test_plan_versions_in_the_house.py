"""Versions of plans in the whole house: written by one, reviewed and approved by others, in force at once, and never overwritten."""

import copy
from dataclasses import replace
from typing import Any, cast

import pytest

from command.organisation.book import organisation
from command.planning import take_in as plan_take_in
from command.planning.book import need_plan_in_force, plan_version, plans_in_force
from command.planning.dry_run import Ground, dry_run
from command.planning.plan import need_plan, plan_content, plans
from command.planning.shape import Plan
from command.planning.take_in import taken_in
from command.planning.version import Step, first_draft, move, plan_transitions, save
from spine.canonical import JsonObject
from spine.errors import Refused
from spine.principal import system
from tests.command.made import T0
from tests.command.scene import Scene

QUAKE = "earthquake"


def content(plan_id: str = QUAKE, **over: Any) -> dict[str, Any]:
    return {**cast(dict[str, Any], copy.deepcopy(plan_content(need_plan(plan_id)))), **over}


async def in_force(scene: Scene) -> dict[str, Plan]:
    async with scene.city.realm.pool.connection() as conn:
        return {plan.id: plan for plan in await plans_in_force(conn)}


async def draft(scene: Scene, who: str = "duty1", **over: Any) -> int:
    await scene.watch.watch("plans")
    begun = await scene.do(who, "plan.draft", plan_id=QUAKE, from_version=1, reason="年度修订")
    number = int(cast(int, begun.result["version"]))
    saved = await scene.do(who, "plan.save", plan_id=QUAKE, version=number, expect=1, content=content(**over))
    assert saved.result["changes"] == 2
    return number


async def test_from_a_draft_to_in_force_by_three_people(scene: Scene) -> None:
    before = await in_force(scene)
    number = await draft(scene, zh="临沧市地震应急预案（2026 修订）")
    about = {"plan_id": QUAKE, "version": number}
    assert (await in_force(scene))[QUAKE] == before[QUAKE]

    own = await scene.refused("duty1", "plan.review", **about, expect=2)
    assert (own.code, own.status) == ("own_plan", 403)
    early = await scene.refused("leader1", "plan.approve", **about, expect=2)
    assert early.code == "plan_transition"
    stale = await scene.refused("duty2", "plan.review", **about, expect=1)
    assert stale.code == "stale_version"
    await scene.do("duty2", "plan.review", **about, expect=2, reason="与省预案一致")
    late = await scene.refused("duty1", "plan.save", **about, expect=3, content=content())
    assert late.code == "plan_transition"
    await scene.do("leader1", "plan.approve", **about, expect=3)
    await scene.do("admin", "plan.file", **about, expect=4, filed_with="省应急管理厅", filing_no="滇应备〔2026〕5号")
    await scene.do("leader1", "plan.put_in_force", **about, expect=5)

    now = await in_force(scene)
    assert (now[QUAKE].zh, now[QUAKE].version) == ("临沧市地震应急预案（2026 修订）", number)
    async with scene.city.realm.pool.connection() as conn:
        assert (await plan_version(conn, QUAKE, 1)).zh == before[QUAKE].zh
    head = scene.picture("plans", "plans")[QUAKE]
    assert (head["in_force"], head["newest"], head["newest_state"]) == (number, number, "in_force")
    told = await scene.facts("plans", "plan.filed")
    assert cast(dict[str, Any], told[0]["data"])["filing_no"] == "滇应备〔2026〕5号"


async def test_a_leader_who_wrote_does_not_approve(scene: Scene) -> None:
    number = await draft(scene)
    about = {"plan_id": QUAKE, "version": number}
    await scene.do("leader1", "plan.save", **about, expect=2, content=content(doc_no="临政办发〔2026〕9号"))
    await scene.do("duty2", "plan.review", **about, expect=3)
    refused = await scene.refused("leader1", "plan.approve", **about, expect=4)
    assert refused.code == "own_plan"
    await scene.do("leader2", "plan.approve", **about, expect=4)
    await scene.do("leader2", "plan.put_in_force", **about, expect=5)
    repealed = await scene.refused("leader1", "plan.repeal", **about, expect=6)
    assert repealed.code == "reason_required"
    await scene.do("leader1", "plan.repeal", **about, expect=6, reason="并入总体预案")
    assert QUAKE not in await in_force(scene)
    async with scene.city.realm.pool.connection() as conn:
        with pytest.raises(Refused, match="not_found"):
            await need_plan_in_force(conn, QUAKE)


async def test_faults_keep_a_plan_from_review_and_are_all_told(scene: Scene) -> None:
    broken = content()
    broken["tasks"][0]["owner"] = "XYZ"
    broken["tasks"][1]["due_minutes"] = 0
    number = await draft(scene, tasks=broken["tasks"])
    refused = await scene.refused("duty2", "plan.review", plan_id=QUAKE, version=number, expect=2)
    assert refused.code == "plan_errors"
    assert {one["code"] for one in cast(list[dict[str, str]], refused.facts["findings"])} == {
        "department_unknown",
        "due",
    }


async def test_what_is_no_plan_may_be_a_draft_but_goes_no_further(scene: Scene) -> None:
    await scene.watch.watch("plans")
    begun = await scene.do(
        "admin", "plan.draft", plan_id="wildfire_new", content={"id": "wildfire_new", "zh": "森林火灾", "tasks": 7}
    )
    assert begun.result["version"] == 1
    refused = await scene.refused("duty2", "plan.review", plan_id="wildfire_new", version=1, expect=1)
    assert refused.code == "plan_errors"
    await scene.do("admin", "plan.withdraw", plan_id="wildfire_new", version=1, expect=1, reason="重写")
    assert "wildfire_new" not in await in_force(scene)


@pytest.mark.parametrize(
    ("who", "kind", "data", "code"),
    [
        ("duty-gengma", "plan.draft", {"plan_id": QUAKE, "from_version": 1}, "forbidden"),
        ("frb", "plan.draft", {"plan_id": QUAKE, "from_version": 1}, "forbidden"),
        ("duty1", "plan.draft", {"plan_id": QUAKE, "from_version": 9}, "not_found"),
        ("duty1", "plan.draft", {"plan_id": QUAKE}, "plan_content_missing"),
        ("duty1", "plan.draft", {"plan_id": "No Such", "content": {}}, "invalid_field"),
        ("duty1", "plan.draft", {"plan_id": "other", "content": {"id": QUAKE}}, "plan_id"),
        ("duty1", "plan.draft", {"plan_id": "big", "content": {"id": "big", "zh": "长" * 200_000}}, "plan_too_large"),
        ("duty1", "plan.save", {"plan_id": QUAKE, "version": 7, "expect": 1, "content": {}}, "not_found"),
        ("duty1", "plan.save", {"plan_id": QUAKE, "version": 1, "expect": 1, "content": {"id": QUAKE}}, "plan_transition"),
        ("leader1", "plan.put_in_force", {"plan_id": QUAKE, "version": 1, "expect": 1}, "plan_transition"),
        ("duty1", "plan.repeal", {"plan_id": QUAKE, "version": 1, "expect": 1, "reason": "x"}, "forbidden"),
    ],
)  # fmt: skip
async def test_refusals(scene: Scene, who: str, kind: str, data: dict[str, Any], code: str) -> None:
    await scene.watch.watch("plans")
    refused = await scene.refused(who, kind, **data)
    assert refused.code == code
    assert refused.zh
    assert refused.en


async def test_a_version_of_tomorrow_is_not_put_in_force_today(scene: Scene) -> None:
    number = await draft(scene, valid_from="2099-01-01", review_due="2100-01-01")
    about = {"plan_id": QUAKE, "version": number}
    await scene.do("duty2", "plan.review", **about, expect=2)
    await scene.do("leader1", "plan.approve", **about, expect=3)
    assert (await scene.refused("leader1", "plan.put_in_force", **about, expect=4)).code == "plan_not_yet_valid"
    await scene.do("leader1", "plan.send_back", **about, expect=4, reason="施行日期写错")
    await scene.do("duty1", "plan.save", **about, expect=5, content=content())


async def test_a_newer_shipped_edition_stands_beside_the_citys_own(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await draft(scene)
    newer = tuple(replace(plan, version=plan.version + 1, zh=plan.zh + "·新") for plan in plans())
    monkeypatch.setattr(plan_take_in, "plans", lambda: newer)
    ids = [plan.id for plan in newer]
    answer = await scene.city.carry_out(system("plans"), "plan.take_in", {"plan_ids": ids})
    await scene.watch.check()
    assert answer.result["taken_in"] == len(newer)
    heads = scene.picture("plans", "plans")
    assert (heads[QUAKE]["in_force"], heads[QUAKE]["newest_state"]) == (1, "draft")
    assert (heads["flash_flood"]["in_force"], heads["flash_flood"]["newest_state"]) == (2, "in_force")
    again = await scene.city.carry_out(system("plans"), "plan.take_in", {"plan_ids": ids})
    assert again.result["taken_in"] == 0


def test_what_is_taken_in_and_what_is_left_alone() -> None:
    plan = need_plan(QUAKE)
    first = taken_in(plan, [], T0)
    assert [(one.version, one.state) for one in first] == [(plan.version, "in_force")]
    assert taken_in(plan, first, T0) == []
    newer = replace(plan, version=plan.version + 1, zh="新")
    assert [(one.version, one.state) for one in taken_in(newer, first, T0)] == [(1, "superseded"), (2, "in_force")]
    withdrawn = [replace(first[0], state="withdrawn")]
    assert [one.state for one in taken_in(newer, withdrawn, T0)] == ["draft"]
    assert taken_in(replace(plan, zh="旧"), [replace(first[0], edition=5)], T0) == []


def test_every_state_is_reached_only_as_the_table_says() -> None:
    """No sequence of steps reaches a state that the table forbids: every action from every state either moves as written or is refused."""
    table = plan_transitions()
    by: JsonObject = {"id": "account:1", "name": "甲"}
    other = Step({"id": "account:2", "name": "乙"}, T0, "理由")
    made = first_draft("p", 1, {"id": "p"}, "d", Step(by, T0), based_on=None)
    for state in table.states:
        held = replace(made, state=state)
        for name, action in table.actions.items():
            if state in action.moves:
                moved = move(held, name, held.changes, other)
                assert (moved.state, moved.changes) == (action.moves[state], held.changes + 1)
                continue
            with pytest.raises(Refused, match="plan_transition") as refused:
                move(held, name, held.changes, other)
            assert refused.value.zh
            assert refused.value.en
        if not table.states[state].editable:
            with pytest.raises(Refused, match="plan_transition"):
                save(held, held.changes, {"id": "p"}, "e", other)


async def test_a_realm_that_has_taken_nothing_in_yet_has_the_shipped_plans(scene: Scene) -> None:
    async with scene.city.realm.pool.connection() as conn:
        await conn.execute("DELETE FROM command.plan_version")
    found = await in_force(scene)
    assert found == {plan.id: plan for plan in plans()}
    assert dry_run(found[QUAKE], "IV", "530926", None, organisation(), Ground({}, [])).runs
