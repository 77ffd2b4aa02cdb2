"""The validator in a planner's words: every fault of a plan is named with its task or level, and whatever is in a plan, nothing breaks."""

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from command.organisation.book import organisation
from command.planning.check_tasks import circles
from command.planning.findings import Finding
from command.planning.form import judge, plan_from
from command.planning.plan import plan_content, plans
from spine.canonical import Json
from tests.command.flood_plan import flood_content

Content = dict[str, Any]
TODAY = date(2026, 11, 27)


def content_of() -> Content:
    return flood_content()


def judged(change: Callable[[Content], object]) -> list[Finding]:
    content = content_of()
    change(content)
    return list(judge(content, organisation(), TODAY).findings)


def watch(**over: Any) -> Content:
    rule: Content = {
        "id": "W1", "zh": "水位", "en": "stage", "proposes": "raise", "level": "II", "if_ignored_zh": "漫堤", "if_ignored_en": "overtopping",
        "clause": "一", "source": "甲", "basis": "illustrative", "overdue_tasks": 3,
    }  # fmt: skip
    return {name: value for name, value in {**rule, **over}.items() if value is not ...}


def task(content: Content, code: str) -> Content:
    return next(one for one in content["tasks"] if one["code"] == code)


WRONG: list[tuple[str, Callable[[Content], object], str, str, str]] = [
    ("circle", lambda c: (task(c, "FF-01").update(after=["FF-03"], start_minutes=200), task(c, "FF-03").update(after=["FF-02"], start_minutes=200),
        task(c, "FF-02").update(after=["FF-01"], start_minutes=200)), "after_circle", "tasks.0.after", "FF-01 → FF-02 → FF-03 → FF-01"),
    ("itself", lambda c: task(c, "FF-01").update(after=["FF-01"]), "after_itself", "tasks.0.after.0", "FF-01"),
    ("gone", lambda c: task(c, "FF-01").update(after=["FF-99"]), "after_unknown", "tasks.0.after.0", "FF-99"),
    ("due before its start", lambda c: task(c, "FF-01").update(after=["FF-12"]), "due_before_start", "tasks.0.after.0", "T+240"),
    ("owner", lambda c: task(c, "FF-01").update(owner="XYZ"), "department_unknown", "tasks.0.owner", "XYZ"),
    ("county desk", lambda c: task(c, "FF-01").update(owner="ZZZ-{county}"), "department_unknown", "tasks.0.owner", "ZZZ"),
    ("sign after due", lambda c: task(c, "FF-01").update(due_minutes=3), "sign_after_due", "tasks.0.due_minutes", "FF-01"),
    ("no time", lambda c: task(c, "FF-01").update(due_minutes=-1), "due", "tasks.0.due_minutes", "FF-01"),
    ("too long", lambda c: task(c, "FF-01").update(due_minutes=10**9), "due", "tasks.0.due_minutes", "FF-01"),
    ("before activation", lambda c: task(c, "FF-01").update(start_minutes=-5), "start", "tasks.0.start_minutes", "FF-01"),
    ("joint alone", lambda c: task(c, "FF-01").update(joint=True, support=[]), "joint_alone", "tasks.0.joint", "FF-01"),
    ("twice", lambda c: task(c, "FF-02").update(code="FF-01"), "code_twice", "tasks.1.code", "FF-01"),
    ("nobody approves", lambda c: c["levels"]["I"].update(approved_by="emperor"), "post_unknown", "levels.I.approved_by", "emperor"),
    ("same person", lambda c: c["levels"]["I"].update(approved_by="office_head"), "proposer_approves", "levels.I.approved_by", "I"),
    ("deputy twice", lambda c: c["levels"]["II"].update(deputies=["deputy_commander", "deputy_commander"]), "deputy_twice", "levels.II.deputies.1", "deputy_commander"),
    ("deputy is approver", lambda c: c["levels"]["II"].update(deputies=["commander"]), "deputy_twice", "levels.II.deputies.0", "commander"),
    ("deputy unknown", lambda c: c["levels"]["II"].update(deputies=["vicar"]), "post_unknown", "levels.II.deputies.0", "vicar"),
    ("level", lambda c: c["levels"].pop("III"), "level_missing", "levels.III", "III"),
    ("class", lambda c: c.update(classes=["nd.dragon"]), "class_unknown", "classes.0", "nd.dragon"),
    ("no class", lambda c: c.update(classes=[]), "classes_missing", "classes", "incident"),
    ("no tasks", lambda c: c.update(tasks=[]), "tasks_missing", "tasks", "task"),
    ("metric", lambda c: c["triggers"][0].update(grade=None, metric="dragons", at_least=1), "metric_unknown", "triggers.0.metric", "dragons"),
    ("watch none", lambda c: c.update(watch=[watch(overdue_tasks=...)]), "watch_condition", "watch.0", "none"),
    ("watch two", lambda c: c.update(watch=[watch(help_wanted=True)]), "watch_condition", "watch.0", "overdue_tasks, help_wanted"),
    ("watch limits", lambda c: c.update(watch=[watch(overdue_tasks=..., metric="dead", at_least=1, at_most=2)]), "watch_limit", "watch.0.at_least", "W1"),
    ("watch task", lambda c: c.update(watch=[watch(proposes="add_task", level=..., task="FF-99")]), "watch_task", "watch.0.task", "FF-99"),
    ("watch level", lambda c: c.update(watch=[watch(proposes="stand_down")]), "watch_level", "watch.0.level", "W1"),
    ("automatic raise", lambda c: c.update(watch=[watch(automatic=True)]), "automatic", "watch.0.automatic", "people"),
    *(
        (f"automatic {code}", lambda c, code=code: c.update(watch=[watch(proposes="add_task", level=..., task=code, automatic=True)]),
            "automatic_safety", "watch.0.automatic", code)
        for code in ("FF-03", "FF-05", "FF-08")
    ),
    ("group", lambda c: c.update(groups=[{"id": "g", "zh": "组", "en": "group", "lead": "NOPE", "members": [], "duty_zh": "职责", "duty_en": "duty"}]),
        "department_unknown", "groups.0.lead", "NOPE"),
    ("termination", lambda c: c.update(termination={"condition_zh": "平息", "condition_en": "over", "approved_by": "emperor", "clause": "一", "source": "甲",
        "basis": "illustrative"}), "post_unknown", "termination.approved_by", "emperor"),
    ("no English", lambda c: task(c, "FF-01").update(en=" "), "words_missing", "tasks.0.en", "FF-01"),
    ("half a precondition", lambda c: task(c, "FF-01").update(precondition_zh="有人被困"), "words_missing", "tasks.0.precondition_en", "FF-01"),
    ("no source", lambda c: task(c, "FF-01").update(source=""), "source_missing", "tasks.0.source", "source"),
    ("quantity", lambda c: task(c, "FF-06").update(resources=[{"kind": "water_rescue", "quantity": 0}]), "quantity", "tasks.5.resources.0.quantity", "water_rescue"),
    ("date", lambda c: c.update(review_due="next year"), "date", "review_due", "next year"),
    ("review first", lambda c: c.update(valid_from="2026-05-01", review_due="2026-04-01"), "review_before_valid", "review_due", "2026-04-01"),
    ("key", lambda c: task(c, "FF-01").update(onwer="EMB"), "shape", "tasks.0.onwer", "onwer"),
    ("type", lambda c: task(c, "FF-01").update(due_minutes="60"), "shape", "tasks.0.due_minutes", "due_minutes"),
    ("silence", lambda c: c.update(decision="tacit"), "shape", "decision", "decision"),
    ("evidence", lambda c: task(c, "FF-01").update(evidence=["hearsay"]), "shape", "tasks.0.evidence.0", "evidence"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "code", "field", "named"), WRONG, ids=[one[0] for one in WRONG])
def test_a_fault_is_named_where_it_is(
    name: str, change: Callable[[Content], object], code: str, field: str, named: str
) -> None:
    found = [one for one in judged(change) if one.weight == "error"]
    assert (code, field) in {(one.code, one.field) for one in found}, found
    told = next(one for one in found if (one.code, one.field) == (code, field))
    assert named in told.en
    assert told.zh.endswith("。")


DOUBTFUL: list[tuple[str, Callable[[Content], object], str]] = [
    ("review past", lambda c: c.update(review_due="2026-01-01"), "review_past"),
    ("resource", lambda c: task(c, "FF-06").update(resources=[{"kind": "helicopter", "quantity": 1}]), "resource_unknown"),
    ("issuer in Chinese only", lambda c: c.pop("issuer_en"), "issuer_english"),
    ("no evidence", lambda c: task(c, "FF-06").update(evidence=[]), "evidence_missing"),
    ("untriggered", lambda c: c.update(triggers=c["triggers"][:1]), "level_untriggered"),
    ("Chinese in English", lambda c: task(c, "FF-06").update(en="搜救被困人员"), "words_language"),
    ("owner supports", lambda c: task(c, "FF-06").update(support=["FRB"]), "support_twice"),
    ("waits for a higher level", lambda c: task(c, "FF-08").update(after=["FF-13"], start_minutes=60), "after_higher_level"),
    ("order of triggers", lambda c: c["triggers"].append({**c["triggers"][7], "level": "II", "at_least": 5}), "triggers_order"),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["pump_mobile", "truck_10t", "shelter_place", "water_rescue", "boat"])
def test_units_and_items_of_stock_are_known_resources(kind: str) -> None:
    found = judged(lambda c: task(c, "FF-06").update(resources=[{"kind": kind, "quantity": 1}]))
    assert [one for one in found if one.code == "resource_unknown"] == []


@pytest.mark.parametrize(("name", "change", "code"), DOUBTFUL, ids=[one[0] for one in DOUBTFUL])
def test_what_is_doubtful_is_said_and_keeps_nobody_from_going_on(
    name: str, change: Callable[[Content], object], code: str
) -> None:
    found = judged(change)
    assert code in {one.code for one in found if one.weight == "warning"}, found
    assert [one for one in found if one.weight == "error"] == []


def test_a_post_that_nobody_may_hold_decides_nothing() -> None:
    known = organisation()
    empty = replace(known.posts["commander"], holders=frozenset())
    found = judge(content_of(), replace(known, posts={**known.posts, "commander": empty})).findings
    assert {one.field for one in found if one.code == "post_unheld"} == {
        "levels.I.approved_by",
        "levels.II.approved_by",
    }


def test_shipped_plans_have_no_error() -> None:
    for plan in plans():
        assert judge(plan_content(plan), organisation()).sound
        assert plan_from(plan_content(plan)) == plan


def test_two_circles_are_two_findings() -> None:
    content = content_of()
    for code, before in (("FF-01", "FF-02"), ("FF-02", "FF-01"), ("FF-03", "FF-04"), ("FF-04", "FF-03")):
        task(content, code)["after"] = [before]
    plan = judge(content, organisation()).plan
    assert plan is not None
    assert circles(plan) == [("FF-01", "FF-02"), ("FF-03", "FF-04")]


# --- whatever is in it ---------------------------------------------------------------------------------------------------

SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**12), 10**12), st.floats(), st.text(max_size=12),
    st.sampled_from(["FF-01", "FF-03", "FF-05", "EMB", "XYZ", "CTY-{county}", "{county}", "commander", "I", "IV", "V", "red", "dead", "", "2026-02-30"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=8,
)


def places(value: Json, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [path] if path else []
    if isinstance(value, dict):
        for name, inner in value.items():
            found += places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += places(inner, (*path, number))
    return found


BASE = content_of()
BASE["watch"] = [watch()]
task(BASE, "FF-04")["after"] = ["FF-01"]
PLACES = places(BASE)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.one_of(st.just(...), VALUES)), min_size=1, max_size=4))
def test_any_change_of_a_plan_is_sound_or_is_explained(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    content: Any = copy.deepcopy(BASE)
    for path, value in changes:
        at: Any = content
        try:
            for step in path[:-1]:
                at = at[step]
            if value is ...:
                del at[path[-1]]
            else:
                at[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    found = judge(content, organisation(), TODAY)
    for one in found.findings:
        assert one.zh
        assert one.en
        assert one.weight in ("error", "warning")
    if found.plan is None:
        assert found.findings
    elif found.sound:
        assert plan_from(plan_content(found.plan)) == found.plan
