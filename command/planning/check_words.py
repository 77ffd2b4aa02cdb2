"""The validator's part on words: both languages are there, and every clause names where it comes from."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any, cast

from command.planning.findings import Findings
from command.planning.shape import Plan

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_CITED = ("clause", "source")


def check_words(plan: Plan, findings: Findings) -> None:
    for field, where_zh, where_en, part in _parts(plan):
        for name in _names(part):
            value = getattr(part, name)
            if value is None or not isinstance(value, str):
                continue
            path = f"{field}.{name}" if field else name
            if name in _CITED:
                if not value.strip():
                    findings.error(
                        "source_missing",
                        path,
                        f"{where_zh}没有写{'条款' if name == 'clause' else '出处'}。",
                        f"{where_en}: {name} is empty; every row says where it comes from.",
                    )
            elif not value.strip():
                findings.error(
                    "words_missing",
                    path,
                    f"{where_zh}缺少{'中文' if name.endswith('zh') else '英文'}（{name}）。",
                    f"{where_en}: {name} is empty; both languages are needed.",
                )
            elif name.endswith("en") and len(_CHINESE.findall(value)) > 2:
                findings.warn(
                    "words_language",
                    path,
                    f"{where_zh}的英文（{name}）里是中文。",
                    f"{where_en}: {name} is in Chinese.",
                )
        _check_precondition(field, where_zh, where_en, part, findings)
    for name, zh in (("id", "编号"), ("issuer", "发布单位")):
        if not getattr(plan, name).strip():
            findings.error("words_missing", name, f"预案没有写{zh}。", f"The plan's {name} is empty.")
    if plan.issuer_en is None:
        findings.warn(
            "issuer_english",
            "issuer_en",
            "发布单位没有英文名称，英文界面只能显示中文。",
            "The issuer has no English name; English screens show the Chinese one.",
        )


def _check_precondition(field: str, where_zh: str, where_en: str, part: Any, findings: Findings) -> None:
    """Optional words come in both languages or in none."""
    zh, en = getattr(part, "precondition_zh", None), getattr(part, "precondition_en", None)
    if (zh is None) != (en is None):
        lacking = "precondition_en" if en is None else "precondition_zh"
        findings.error(
            "words_missing",
            f"{field}.{lacking}",
            f"{where_zh}的前提条件缺少{'英文' if en is None else '中文'}。",
            f"{where_en}: {lacking} is missing; both languages are needed.",
        )


def _names(part: Any) -> Iterator[str]:
    """The fields that hold words for people, in the shape's order."""
    for one in dataclasses.fields(part):
        if one.name in ("zh", "en", *_CITED, "deliverable") or one.name.endswith(("_zh", "_en")):
            yield one.name


def _parts(plan: Plan) -> Iterator[tuple[str, str, str, Any]]:
    """(path, what it is in Chinese, in English, the part) of everything in a plan that holds words."""
    yield "", "预案名称", "The plan's name", plan
    for number, basis in enumerate(plan.legal_basis):
        yield f"legal_basis.{number}", f"第 {number + 1} 条依据", f"Legal basis {number + 1}", basis
    for level, rule in plan.levels.items():
        yield f"levels.{level}", f"{level} 级规定", f"Level {level}", rule
    for number, trigger in enumerate(plan.triggers):
        yield f"triggers.{number}", f"第 {number + 1} 条启动条件", f"Trigger {number + 1}", trigger
    for number, group in enumerate(plan.groups):
        yield f"groups.{number}", f"工作组“{group.id}”", f"Group '{group.id}'", group
    for number, watch in enumerate(plan.watch):
        yield f"watch.{number}", f"监视规则“{watch.id}”", f"Watch rule '{watch.id}'", watch
    if plan.termination is not None:
        yield "termination", "终止条件", "The termination", plan.termination
    for number, task in enumerate(plan.tasks):
        yield f"tasks.{number}", f"任务 {task.code}", f"Task {task.code}", task
        for place, step in enumerate(task.checklist):
            told = cast(Any, step)
            yield (
                f"tasks.{number}.checklist.{place}",
                f"任务 {task.code} 的检查项",
                f"Task {task.code}, checklist",
                told,
            )
