"""The dry run: what a plan would do at a level, to whom, when; and what two versions differ in."""

import copy
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from command.organisation.book import organisation
from command.planning.difference import differences
from command.planning.dry_run import Ground, HeldStock, HeldUnit, dry_run
from command.planning.dry_run_object import dry_run_object
from command.planning.form import judge
from command.planning.plan import plan_content, plans
from command.planning.shape import Plan
from command.transitions import LEVELS
from spine.canonical import encode
from tests.command.flood_plan import flood_content, flood_plan

GROUND = Ground(
    {"EMB": 1, "FRB": 2, "MET": 1},
    [
        HeldUnit("a", "fire_station", ("water_rescue",), "FRB", "530926"),
        HeldUnit("b", "boat", ("water_rescue",), "FRB", "530921"),
    ],
)


def flood(**tasks: dict[str, Any]) -> Plan:
    """The flood plan with some of its tasks changed; "FF_03" is task FF-03."""
    content = flood_content()
    for task in content["tasks"]:
        task.update(tasks.get(str(task["code"]).replace("-", "_"), {}))
    content["levels"]["IV"].update(deputies=["deputy_commander"], report_minutes=60, press_minutes=300)
    judged = judge(content, organisation())
    assert judged.plan is not None
    assert judged.sound, judged.findings
    return judged.plan


def test_tasks_follow_each_other_and_the_longest_way_is_named() -> None:
    plan = flood(
        FF_03={"after": ["FF-01", "FF-02"], "start_minutes": 10, "due_minutes": 60},
        FF_06={"after": ["FF-03"], "due_minutes": 90, "start_minutes": 30},
        FF_08={"start_minutes": 15},
    )
    run = dry_run(plan, "IV", "530926203", "nd.flood.flash", organisation(), GROUND)
    times = {one.task.code: (one.start, one.due, one.critical) for one in run.runs}
    assert times["FF-01"] == (0, 30, True)
    assert times["FF-03"] == (30, 90, True)
    assert times["FF-06"] == (90, 180, True)
    assert times["FF-08"] == (15, 60, False)
    assert (run.critical, run.ends) == (("FF-01", "FF-03", "FF-06"), 180)
    leeway = {one.task.code: one.leeway for one in run.runs}
    assert (leeway["FF-03"], leeway["FF-02"], leeway["FF-08"]) == (0, 0, 120)
    assert next(one.sign_by for one in run.runs if one.task.code == "FF-06") == 105
    assert run.reports == (60, 120, 180)


def test_stock_is_compared_with_what_is_free_and_what_nobody_counted_is_not_none() -> None:
    wanted = [{"kind": "pump_mobile", "quantity": 9}, {"kind": "assault_boat", "quantity": 1}]
    ground = Ground({}, [], [HeldStock("pump_mobile", "530926", 4), HeldStock("pump_mobile", "530902001", 3)])
    told = dry_run_object(
        dry_run(flood(FF_06={"resources": wanted}), "IV", "530926", None, organisation(), ground), organisation()
    )
    boat, pump = cast(list[dict[str, Any]], told["resources"])
    assert (pump["there"], pump["in_area"], pump["short"], pump["measure_zh"]) == (7, 4, 2, "台")
    assert (boat["there"], boat["in_area"], boat["short"]) == (None, None, None)


def test_who_is_asked_and_who_is_asked_next() -> None:
    run = dry_run(flood(), "IV", "530926", None, organisation(), GROUND)
    assert [(one.post, one.from_minutes, one.until_minutes) for one in run.asked] == [
        ("office_head", 0, 20),
        ("deputy_commander", 20, 40),
    ]


def test_what_each_department_gets_and_who_cannot_hear_of_it() -> None:
    plan = flood(
        FF_06={"joint": True, "support": ["EMB", "MIL"], "resources": [{"kind": "water_rescue", "quantity": 3}]}
    )
    run = dry_run(plan, "IV", "530926", None, organisation(), GROUND)
    loads = {load.department: load for load in run.loads}
    assert (loads["EMB"].orders, loads["EMB"].parts, loads["EMB"].first_hour, loads["EMB"].at_once) == (1, 1, 2, 2)
    assert loads["MIL"].parts == 1
    assert "MIL" in run.unheard
    assert "EMB" not in run.unheard
    assert [(one.kind, one.quantity, one.there, one.in_area) for one in run.wanted] == [("water_rescue", 3, 2, 1)]
    told = dry_run_object(run, organisation())
    resources = cast(list[dict[str, Any]], told["resources"])
    assert resources[0]["short"] == 1


def test_without_a_county_the_citys_desk_stands_in() -> None:
    run = dry_run(flood(), "IV", None, None, organisation(), GROUND)
    evacuation = next(one for one in run.runs if one.task.code == "FF-03")
    assert (evacuation.owner, evacuation.stood_in) == ("GOV", "CTY-{county}")
    assert not dry_run(flood(), "IV", None, "nd.quake.natural", organisation(), GROUND).applies


def test_the_timeline_is_in_order_and_every_shipped_plan_can_be_tried() -> None:
    for plan in plans():
        for level in LEVELS:
            run = dry_run(plan, level, "530926", None, organisation(), GROUND)
            told = dry_run_object(run, organisation())
            encode(told)
            lines = cast(list[dict[str, Any]], told["timeline"])
            order = [(line["from"] == "T", line["at"]) for line in lines]
            assert order == sorted(order)
            assert sum(line["kind"] == "order" for line in lines) == len(plan.tasks_at(level))
            assert all(line["zh"] and line["en"] for line in lines)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_sound_plan_can_be_tried(data: st.DataObject) -> None:
    content = flood_content()
    codes = [task["code"] for task in content["tasks"]]
    for task in content["tasks"]:
        task["after"] = data.draw(st.lists(st.sampled_from(codes), max_size=2, unique=True))
        task["start_minutes"] = data.draw(st.integers(0, 2000))
        task["joint"] = data.draw(st.booleans())
    judged = judge(content, organisation())
    assert judged.plan is not None
    # Also what is not sound is only reckoned wrongly, never an exception.
    level = data.draw(st.sampled_from(LEVELS))
    run = dry_run(judged.plan, level, "530926", None, organisation(), GROUND)
    by_code = {one.task.code: one for one in run.runs}
    for one in run.runs:
        assert one.due - one.start == one.task.due_minutes
        if judged.sound:
            assert all(one.start >= by_code[code].due for code in one.waits_for)
    assert run.ends == max((one.due for one in run.runs), default=0)


def test_differences_are_told_by_task_and_field() -> None:
    before = plan_content(flood_plan())
    after = cast(dict[str, Any], copy.deepcopy(before))
    after["tasks"][2]["due_minutes"] = 45
    after["tasks"].append({**after["tasks"][0], "code": "FF-20"})
    del after["tasks"][0]
    after["levels"]["III"]["decide_minutes"] = 8
    after["sign_minutes"]["I"] = 3
    after["zh"] = "新名"
    found = {(one.part, one.key, one.change, one.name) for one in differences(before, after)}
    assert found == {
        ("head", "", "changed", "zh"),
        ("tasks", "FF-03", "changed", "due_minutes"),
        ("tasks", "FF-20", "added", None),
        ("tasks", "FF-01", "removed", None),
        ("levels", "III", "changed", "decide_minutes"),
        ("sign_minutes", "", "changed", "I"),
    }
    assert differences(before, before) == ()
    moved = cast(dict[str, Any], copy.deepcopy(before))
    moved["tasks"].reverse()
    assert [(one.part, one.change) for one in differences(before, moved)] == [("tasks", "moved")]
    assert [one.part for one in differences(before, {"tasks": "none", "levels": 3})]
    # What a form writes out in full is what a file leaves out.
    full = cast(dict[str, Any], copy.deepcopy(before))
    full["watch"] = []
    full["tasks"][0].update(
        after=[], start_minutes=0, joint=False, precondition_zh=None, priority="normal", due_minutes=30.0
    )
    assert differences(before, full) == ()
