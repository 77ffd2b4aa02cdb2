"""Plans as data: what is shipped holds together, what a planner gets wrong is named, and what a plan proposes and why."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from command.organisation.book import organisation
from command.planning.plan import PLANS, Plan, need_plan, owner_of, plan_object, plans, read_plan
from command.responses.propose import Situation, propose
from command.rulebook import RulesTrouble
from command.transitions import LEVELS
from spine.errors import Refused
from tests.command.made import T0, at


def quake() -> Plan:
    return need_plan("earthquake")


def flood() -> Plan:
    return need_plan("flash_flood")


def situation(**over: Any) -> Situation:
    given: dict[str, Any] = {
        "class_key": "nd.quake.natural",
        "area_code": "530926103",
        "grade_suggested": None,
        "grade_decided": None,
        "figures": {},
        "colours": frozenset(),
    }
    return Situation(**(given | over))


# --- what is shipped -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", plans(), ids=lambda plan: plan.id)
def test_every_shipped_plan_can_be_carried_out(plan: Plan) -> None:
    for level in LEVELS:
        tasks = plan.tasks_at(level)
        assert len(tasks) >= 8
        for task in tasks:
            assert owner_of(task.owner, "530926103") in organisation().departments
            assert plan.sign_minutes_of(task, level) <= task.due_minutes
            assert task.clause
            assert task.source


def test_a_higher_level_has_every_task_of_the_lower_ones() -> None:
    for plan in plans():
        codes = [{task.code for task in plan.tasks_at(level)} for level in LEVELS]
        assert codes[0] >= codes[1] >= codes[2] >= codes[3]


def test_a_plan_becomes_json_for_the_screens() -> None:
    shown = plan_object(quake())
    assert shown["id"] == "earthquake"
    assert isinstance(shown["tasks"], list)
    assert len(shown["tasks"]) == len(quake().tasks)


def test_county_desks_follow_the_incident() -> None:
    assert owner_of("CTY-{county}", "530926103") == "CTY-530926"
    assert owner_of("CTY-{county}", "5309") == "GOV"
    assert owner_of("EMB-{county}", None) == "EMB"
    assert owner_of("FRB", "530926103") == "FRB"


def test_an_unknown_plan_is_refused() -> None:
    with pytest.raises(Refused, match="not_found"):
        need_plan("volcano")


# --- what a planner gets wrong -------------------------------------------------------------------------------------------


def edited(tmp_path: Path, change: Any) -> Path:
    content = yaml.safe_load((PLANS / "earthquake.yaml").read_text("utf-8"))
    change(content)
    path = tmp_path / "plan.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
    return path


def wrong(name: str) -> Any:
    def change(content: dict[str, Any]) -> None:
        match name:
            case "owner":
                content["tasks"][0]["owner"] = "XYZ"
            case "support":
                content["tasks"][0]["support"] = ["EMB", "ABC"]
            case "class":
                content["classes"] = ["nd.quake", "nd.dragon"]
            case "post":
                content["levels"]["I"]["approved_by"] = "emperor"
            case "notify":
                content["levels"]["I"]["notify"] = ["NOPE"]
            case "metric":
                content["triggers"].append(trigger(metric="dragons", at_least=1))
            case "two conditions":
                content["triggers"].append(trigger(metric="dead", at_least=1, colour="red"))
            case "no limit":
                content["triggers"].append(trigger(metric="dead"))
            case "due":
                content["tasks"][0]["due_minutes"] = 0
            case "twice":
                content["tasks"][1]["code"] = content["tasks"][0]["code"]
            case "level":
                del content["levels"]["II"]
            case "key":
                content["tasks"][0]["onwer"] = "EMB"
            case "type":
                content["tasks"][0]["due_minutes"] = "60"
            case _:
                content["decision"] = "tacit"

    return change


def trigger(**over: Any) -> dict[str, Any]:
    return {"level": "I", "zh": "。", "en": ".", "clause": "一", "source": "甲", "basis": "illustrative", **over}


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("owner", "XYZ"),
        ("support", "ABC"),
        ("class", "nd.dragon"),
        ("post", "emperor"),
        ("notify", "NOPE"),
        ("metric", "dragons"),
        ("two conditions", "Trigger 9"),
        ("no limit", "Trigger 9"),
        ("due", "due_minutes of EQ-01"),
        ("twice", "EQ-01"),
        ("level", "II"),
        ("key", "onwer"),
        ("type", "due_minutes"),
        ("silence", "decision"),
    ],
)
def test_a_planners_slip_is_named(tmp_path: Path, name: str, named: str) -> None:
    with pytest.raises(RulesTrouble) as trouble:
        read_plan(edited(tmp_path, wrong(name)), organisation())
    assert named in str(trouble.value)
    assert all(zh and en for zh, en in trouble.value.troubles)


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        wrong("owner")(content)
        wrong("class")(content)
        wrong("due")(content)

    with pytest.raises(RulesTrouble) as trouble:
        read_plan(edited(tmp_path, change), organisation())
    assert len(trouble.value.troubles) == 3


def test_a_file_that_is_no_yaml_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text("a: [", "utf-8")
    with pytest.raises(RulesTrouble, match="cannot be read"):
        read_plan(path, organisation())
    with pytest.raises(RulesTrouble):
        read_plan(tmp_path / "gone.yaml", organisation())


# --- what a plan proposes ------------------------------------------------------------------------------------------------


def test_nothing_speaks_for_a_response_nothing_is_proposed() -> None:
    assert propose(quake(), situation(), T0) is None
    assert propose(quake(), situation(figures={"magnitude": 3.9}), T0) is None
    assert propose(quake(), situation(class_key="ac.fire.dwelling", figures={"magnitude": 7.0}), T0) is None


@pytest.mark.parametrize(
    ("magnitude", "level"), [(4.0, "IV"), (4.9, "IV"), (5.0, "III"), (6.0, "II"), (6.3, "II"), (7.0, "I")]
)
def test_magnitude_speaks_for_a_level(magnitude: float, level: str) -> None:
    proposal = propose(quake(), situation(figures={"magnitude": magnitude}), T0)
    assert proposal is not None
    assert proposal.level == level
    assert [reason["metric"] for reason in proposal.reasons] == ["magnitude"]
    assert proposal.reasons[0]["value"] == magnitude
    assert proposal.reasons[0]["clause"]


def test_the_worst_reason_gives_the_level_and_every_reason_is_told() -> None:
    proposal = propose(quake(), situation(figures={"magnitude": 5.2}, grade_suggested="II"), T0)
    assert proposal is not None
    assert proposal.level == "II"
    assert [(r["metric"], r["level"]) for r in proposal.reasons] == [("grade", "II"), ("magnitude", "III")]
    assert "建议分级" in str(proposal.reasons[0]["zh"])


def test_a_grade_that_a_person_decided_is_told_as_decided() -> None:
    proposal = propose(quake(), situation(grade_decided="III", grade_suggested="IV"), T0)
    assert proposal is not None
    assert proposal.level == "III"
    assert "核定分级" in str(proposal.reasons[0]["zh"])


def test_a_warnings_colour_speaks_for_a_level_of_its_own() -> None:
    given = situation(class_key="nd.flood.flash", colours=frozenset({"yellow", "red"}))
    proposal = propose(flood(), given, T0)
    assert proposal is not None
    assert proposal.level == "II"
    assert proposal.reasons[0]["value"] == "red"


def test_a_proposal_says_who_decides_until_when_and_who_does_what() -> None:
    proposal = propose(quake(), situation(figures={"magnitude": 5.5}), T0)
    assert proposal is not None
    assert (proposal.approved_by, proposal.decide_by) == ("deputy_commander", at(15))
    by_code = {str(task["code"]): task for task in proposal.tasks}
    assert by_code["EQ-11"]["department"] == "CTY-530926"
    assert by_code["EQ-03"]["sign_minutes"] == 15


def test_what_was_issued_already_is_not_proposed_again() -> None:
    proposal = propose(quake(), situation(grade_decided="II"), T0, already=frozenset({"EQ-01", "EQ-03"}))
    assert proposal is not None
    assert {"EQ-01", "EQ-03"}.isdisjoint(str(task["code"]) for task in proposal.tasks)
    assert len(proposal.tasks) == len(quake().tasks_at("II")) - 2


def test_an_unknown_figure_is_not_zero() -> None:
    """Trapped is not known: the trigger is silent, whatever else is known."""
    given = situation(class_key="nd.flood.flash", figures={"evacuated": 10})
    assert propose(flood(), given, T0) is None
