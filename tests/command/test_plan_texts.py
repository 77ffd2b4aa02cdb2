"""The plans that are shipped, read as a planner reads them: whole, in order, in both languages, and fit to stand beside each other."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest

from command.organisation.book import organisation
from command.planning.names import resource_names
from command.planning.plan import PLANS, Plan, PlanTask, owner_of, read_plan
from command.transitions import LEVELS, Level
from incidents.metrics import metrics

BIG = 30
SMALL = 18
BIG_PLANS = {
    "earthquake",
    "flash_flood",
    "geological_disaster",
    "forest_fire",
    "hazardous_chemical",
    "dengue",
}
SMALL_PLANS = {"road_traffic", "mass_gathering", "border_spillover", "quake_outside"}

SHIPPED = {path.stem: read_plan(path, organisation()) for path in sorted(PLANS.glob("*.yaml"))}
every = pytest.mark.parametrize("plan", SHIPPED.values(), ids=SHIPPED.keys())
CHINESE = re.compile(r"[\u3400-\u9fff]")
CLASSES_OF_LIFE = ("搜救", "转移危险区", "医疗救治", "先期处置", "病例核实")
NEVER_AUTOMATIC = re.compile("泄洪|封闭|关闭|封控|解除|转移|疏散|恢复通行|返回|泄流|调度")


def ends(task: PlanTask) -> int:
    return task.start_minutes + task.due_minutes


def known(code: str) -> bool:
    """A department's code, or the pattern of the counties' desks."""
    return (
        owner_of(code, "530926103") in organisation().departments and owner_of(code, None) in organisation().departments
    )


def english(plan: Plan) -> Iterator[tuple[str, str]]:
    yield "en", plan.en
    yield plan.issuer, plan.issuer_en or ""
    for basis in plan.legal_basis:
        yield basis.zh, basis.en
    for rule in plan.levels.values():
        yield rule.zh, rule.en
    for trigger in plan.triggers:
        yield trigger.zh, trigger.en
    for group in plan.groups:
        yield group.zh, group.en
        yield group.duty_zh, group.duty_en
    for watched in plan.watch:
        yield watched.zh, watched.en
        yield watched.if_ignored_zh, watched.if_ignored_en
    for task in plan.tasks:
        yield task.zh, task.en
        yield task.text_zh, task.text_en
        for item in task.checklist:
            yield item.zh, item.en
        if task.precondition_zh or task.precondition_en:
            yield task.precondition_zh or "", task.precondition_en or ""
    assert plan.termination is not None
    yield plan.termination.condition_zh, plan.termination.condition_en


def test_a_plan_for_every_class_of_event_the_city_must_face() -> None:
    assert set(SHIPPED) == BIG_PLANS | SMALL_PLANS
    assert {name: plan.id for name, plan in SHIPPED.items()} == {name: name for name in SHIPPED}


@every
def test_every_level_adds_something_and_the_highest_is_complete(plan: Plan) -> None:
    counts = [len(plan.tasks_at(level)) for level in LEVELS]
    assert counts[0] >= (BIG if plan.id in BIG_PLANS else SMALL)
    assert counts[3] >= 8
    assert counts == sorted(set(counts), reverse=True), "each level gives more than the one below"


def test_an_earthquake_sends_sixty_orders_to_twenty_five_departments() -> None:
    plan = SHIPPED["earthquake"]
    for level in ("I", "II"):
        tasks = plan.tasks_at(level)
        assert len(tasks) >= 60
        assert len({task.owner for task in tasks}) >= 25


@every
def test_no_order_waits_for_itself_or_is_due_before_what_it_waits_for(plan: Plan) -> None:
    by_code = {task.code: task for task in plan.tasks}
    assert len(by_code) == len(plan.tasks)
    for task in plan.tasks:
        for code in task.after:
            earlier = by_code[code]
            assert ends(task) >= ends(earlier), (task.code, code)
            assert LEVELS.index(earlier.level) >= LEVELS.index(task.level), (
                f"{task.code} waits for a task of a higher level"
            )
        reached, open_codes = set[str](), list(task.after)
        while open_codes:
            code = open_codes.pop()
            assert code != task.code, f"{code} waits for itself"
            if code not in reached:
                reached.add(code)
                open_codes += by_code[code].after


@every
def test_every_desk_post_item_and_figure_exists(plan: Plan) -> None:
    items = resource_names(organisation())
    codes = {task.code for task in plan.tasks}
    for task in plan.tasks:
        assert all(known(code) for code in (task.owner, *task.support)), task.code
        assert task.owner not in task.support, task.code
        assert len(set(task.support)) == len(task.support), task.code
        for needed in task.resources:
            assert needed.kind in items, (task.code, needed.kind)
            assert needed.quantity > 0
            assert needed.holder is None or known(needed.holder)
    for group in plan.groups:
        assert all(known(code) for code in (group.lead, *group.members)), group.id
        assert group.lead not in group.members
    assert len({group.id for group in plan.groups}) == len(plan.groups) >= 5
    for rule in plan.levels.values():
        assert all(post in organisation().posts for post in (rule.approved_by, rule.proposed_by, *rule.deputies))
        assert rule.approved_by not in rule.deputies
        assert rule.deputies
    assert plan.termination is not None
    assert plan.termination.approved_by in organisation().posts
    figures = metrics().metrics.keys() | metrics().derived.keys()
    for watched in plan.watch:
        assert watched.metric is None or watched.metric in figures, watched.id
        assert watched.task is None or watched.task in codes, watched.id


@every
def test_what_is_watched_names_one_condition_and_what_follows(plan: Plan) -> None:
    by_code = {task.code: task for task in plan.tasks}
    assert len({watched.id for watched in plan.watch}) == len(plan.watch)
    for watched in plan.watch:
        conditions = [
            watched.metric is not None,
            watched.colour is not None,
            watched.overdue_tasks is not None,
            watched.help_wanted,
            watched.unsigned_minutes is not None,
            watched.quiet_hours is not None,
        ]
        assert sum(conditions) == 1, watched.id
        assert (watched.metric is None) == (watched.at_least is None and watched.at_most is None), watched.id
        assert (watched.level is not None) == (watched.proposes in ("raise", "lower")), watched.id
        assert (watched.task is not None) == (watched.proposes == "add_task"), watched.id
        if watched.automatic:
            assert watched.proposes == "add_task"
            assert watched.task is not None
            task = by_code[watched.task]
            assert not NEVER_AUTOMATIC.search(task.zh), f"{watched.id} would do by itself what endangers people"
    proposes = {watched.proposes for watched in plan.watch}
    assert {"raise", "add_task", "move_unit", "extend_zone", "lower", "stand_down"} <= proposes


@every
def test_every_level_says_how_often_to_report_and_when_to_tell_the_public(plan: Plan) -> None:
    for before, after in pairwise(LEVELS):
        higher, lower = plan.levels[before], plan.levels[after]
        assert higher.report_minutes is not None
        assert lower.report_minutes is not None
        assert higher.report_minutes <= lower.report_minutes
        assert higher.press_minutes is not None
        assert lower.press_minutes is not None
        assert higher.press_minutes <= lower.press_minutes
        assert higher.decide_minutes <= lower.decide_minutes
        assert set(higher.notify) >= set(lower.notify), f"level {before} tells fewer than level {after}"
    assert {trigger.level for trigger in plan.triggers} == set(LEVELS)


@every
def test_clocks_are_plausible_and_life_comes_first(plan: Plan) -> None:
    for task in plan.tasks:
        for level in LEVELS[: LEVELS.index(task.level) + 1]:
            assert plan.sign_minutes_of(task, level) <= task.due_minutes, task.code
        assert 0 <= task.start_minutes <= 7 * 1440
        assert task.due_minutes <= 30 * 1440
        if task.priority == "life":
            assert not task.after, f"{task.code}: saving life waits for nothing"
            assert task.start_minutes == 0
            assert ends(task) <= 480
        if task.zh.startswith(CLASSES_OF_LIFE):
            assert task.priority == "life", task.code
    first: Level = LEVELS[-1]
    assert any(task.priority == "life" for task in plan.tasks_at(first)), "the lowest level saves lives too"
    life = [ends(task) for task in plan.tasks if task.priority == "life"]
    normal = [ends(task) for task in plan.tasks if task.priority == "normal"]
    assert sorted(life)[len(life) // 2] < sorted(normal)[len(normal) // 2]


@every
def test_every_text_is_there_in_both_languages_and_says_something(plan: Plan) -> None:
    for zh, en in english(plan):
        assert zh.strip()
        assert en.strip(), zh
        assert not CHINESE.search(en), en
    for task in plan.tasks:
        assert len(task.text_zh) >= 24, task.code
        assert len(task.text_en.split()) >= 12, task.code
        assert CHINESE.search(task.text_zh)
        assert task.text_zh.endswith("。"), task.code
        assert task.text_en.endswith("."), task.code
        assert len(task.zh) <= 24, task.code
        assert task.deliverable
        assert task.evidence
        assert task.clause
        assert task.source
        assert (task.precondition_zh is None) == (task.precondition_en is None)
        assert task.basis == "illustrative" or "训练版" not in task.source, task.code


@every
def test_no_two_orders_of_a_plan_say_the_same(plan: Plan) -> None:
    for field in ("zh", "en", "text_zh", "text_en"):
        said = [getattr(task, field) for task in plan.tasks]
        twice = {text for text in said if said.count(text) > 1}
        assert not twice


def test_the_same_purpose_has_the_same_title_and_owner_in_every_plan() -> None:
    """So that plans which are active on one incident merge without giving an order twice."""
    named: dict[str, tuple[str, str]] = {}
    for plan in SHIPPED.values():
        for task in plan.tasks:
            assert named.setdefault(task.zh, (task.owner, task.en)) == (task.owner, task.en), (plan.id, task.code)
    codes = [task.code for plan in SHIPPED.values() for task in plan.tasks]
    assert len(set(codes)) == len(codes), "a code belongs to one plan"


def test_quake_slope_and_chemicals_share_their_orders() -> None:
    quake, slope, chemicals = (
        {task.zh for task in SHIPPED[name].tasks_at("II")}
        for name in ("earthquake", "geological_disaster", "hazardous_chemical")
    )
    assert len(quake & slope & chemicals) >= 12
