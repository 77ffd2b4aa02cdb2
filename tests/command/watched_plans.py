"""Two plans for tests of responses: an earthquake plan with deputies, watch rules and an end, and a second one that shares a task."""

from dataclasses import replace
from typing import Any

import pytest

from command.planning.plan import Plan, PlanTask, Termination, WatchRule, need_plan

CITED = {"clause": "示例", "source": "测试", "basis": "illustrative"}


def task(code: str, **over: Any) -> PlanTask:
    given: dict[str, Any] = {
        "code": code,
        "level": "IV",
        "zh": f"任务{code}",
        "en": f"Task {code}",
        "text_zh": "立即办理。",
        "text_en": "Do it at once.",
        "owner": "FRB",
        "support": (),
        "due_minutes": 60,
        "deliverable": "报告",
        "evidence": ("text",),
        **CITED,
    }
    return PlanTask(**(given | over))


def rule(rule_id: str, proposes: Any, **over: Any) -> WatchRule:
    given: dict[str, Any] = {
        "id": rule_id,
        "zh": "示例条件",
        "en": "an example",
        "proposes": proposes,
        "if_ignored_zh": "力量不足。",
        "if_ignored_en": "Forces run short.",
        **CITED,
    }
    return WatchRule(**(given | over))


WATCH = (
    rule("many-trapped", "raise", level="II", metric="trapped", at_least=20.0),
    rule("assessed-dead", "raise", level="I", metric="dead", at_least=100.0, assessed=True),
    rule("few-trapped", "lower", level="IV", metric="trapped", at_most=0.0),
    rule("dam", "add_task", task="EQ-X", metric="collapsed_rooms", at_least=50.0),
    rule("press", "add_task", task="EQ-P", metric="evacuated", at_least=100.0, automatic=True),
    rule("help", "move_unit", help_wanted=True),
    rule("unsigned", "add_task", task="EQ-U", unsigned_minutes=20),
    rule("late", "extend_zone", overdue_tasks=2),
    rule("quiet", "stand_down", quiet_hours=12.0),
)


def quake() -> Plan:
    base = need_plan("earthquake")
    levels = {level: replace(one, deputies=("office_head",)) for level, one in base.levels.items()}
    levels["III"] = replace(levels["III"], approved_by="deputy_commander", decide_minutes=15)
    levels["IV"] = replace(levels["IV"], approved_by="office_head", deputies=())
    return replace(
        base,
        version=3,
        levels=levels,
        tasks=(
            task("EQ-1", shared="rescue", priority="life", zh="搜救被压埋人员"),
            task("EQ-2", owner="EMB", zh="核实灾情"),
            task("EQ-3", level="III", owner="CIV", after=("EQ-2",), zh="安置受灾群众"),
            task("EQ-4", level="II", owner="HEB", start_minutes=30, zh="医疗增援"),
            task("EQ-5", level="II", owner="TRA", zh="抢通道路"),
            task("EQ-X", level="I", owner="WAT", zh="排查堰塞湖"),
            task("EQ-P", level="I", owner="PRO", zh="信息发布"),
            task("EQ-U", level="I", owner="GOV", zh="电话催办"),
        ),
        watch=WATCH,
        termination=Termination("搜救结束且余震平稳", "rescue is over", "commander", "示例", "测试", "illustrative"),
    )


def slides() -> Plan:
    """Another plan for the same class: two of its tasks serve purposes that the earthquake plan has too."""
    base = need_plan("earthquake")
    return replace(
        base,
        id="slides",
        zh="地质灾害应急预案",
        en="Landslide plan",
        triggers=(),
        tasks=(
            task("GD-1", shared="rescue", zh="抢救被埋人员"),
            task("GD-2", owner="EMB", zh="核实灾情"),
            task("GD-3", owner="NRP", zh="排查隐患点"),
        ),
    )


@pytest.fixture
def watched_plans(monkeypatch: pytest.MonkeyPatch) -> tuple[Plan, Plan]:
    """These two are the only plans there are."""
    both = (quake(), slides())

    async def none_edited(*_: object) -> list[tuple[str, int, str]]:
        return []

    async def no_version(*_: object) -> None:
        return None

    monkeypatch.setattr("command.planning.book.plans", lambda: both)
    monkeypatch.setattr("command.planning.book.in_force", none_edited)
    monkeypatch.setattr("command.planning.book.find_version", no_version)
    return both
