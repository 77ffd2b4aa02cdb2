"""The validator of plans: what is wrong with a plan, in the words of the planner who must mend it. Pure; never raises.

Errors keep a plan from being reviewed and shipped files from being read; warnings ask the planner to look. All at once.
"""

from collections.abc import Iterable
from datetime import date

from command.organisation.book import Organisation
from command.planning.check_rules import plan_check_rules
from command.planning.check_tasks import check_tasks
from command.planning.check_watch import check_watch
from command.planning.check_words import check_words
from command.planning.findings import Finding, Findings, errors_of
from command.planning.names import check_department, check_post, known_metric
from command.planning.shape import LevelRule, Plan, Trigger
from command.transitions import LEVELS, Level, at_least
from incidents.classification import catalogue

__all__ = ["check_plan", "errors_of"]


def check_plan(plan: Plan, known: Organisation, today: date | None = None) -> tuple[Finding, ...]:
    """Everything wrong in a plan, errors first. `today`: also whether it is in date; without it that is not asked."""
    findings = Findings()
    _check_head(plan, findings, today)
    _check_levels(plan, known, findings)
    _check_triggers(plan, findings)
    check_tasks(plan, known, findings)
    _check_groups(plan, known, findings)
    check_watch(plan, findings)
    _check_termination(plan, known, findings)
    check_words(plan, findings)
    return tuple(sorted(findings.found, key=lambda one: one.weight))


# --- head ----------------------------------------------------------------------------------------------------------------


def _check_head(plan: Plan, findings: Findings, today: date | None) -> None:
    if plan.version < 1:
        findings.error("version", "version", "版本号必须是 1 或更大的整数。", "The version must be 1 or more.")
    if not plan.classes:
        findings.error(
            "classes_missing",
            "classes",
            "没有写适用的事件类别，任何事件都不会用到本预案。",
            "No class of event is named: no incident would ever use this plan.",
        )
    for number, key in enumerate(plan.classes):
        if key != "*" and catalogue().find(key) is None:
            findings.error(
                "class_unknown",
                f"classes.{number}",
                f"适用类别“{key}”不在事件分类目录中。",
                f"Class '{key}' is not in the event catalogue.",
            )
    if not plan.legal_basis:
        findings.warn("legal_basis", "legal_basis", "没有写编制依据。", "No legal basis is given.")
    _check_dates(plan, findings, today)


def _check_dates(plan: Plan, findings: Findings, today: date | None) -> None:
    days = {name: _day(getattr(plan, name)) for name in ("valid_from", "review_due")}
    for name, day in days.items():
        if getattr(plan, name) is not None and day is None:
            findings.error(
                "date",
                name,
                f"{name} 写的“{getattr(plan, name)}”不是日期，应写成 2027-05-01 的样子，并加引号。",
                f"{name} '{getattr(plan, name)}' is no date; write it as \"2027-05-01\", in quotes.",
            )
    begins, review = days["valid_from"], days["review_due"]
    if begins is not None and review is not None and review <= begins:
        findings.error(
            "review_before_valid",
            "review_due",
            f"修订期限（{review}）不晚于生效日期（{begins}）。",
            f"The review is due on {review}, not after the plan begins on {begins}.",
        )
    if plan.review_due is None:
        years = plan_check_rules().review_years
        findings.warn(
            "review_missing",
            "review_due",
            f"没有写评估修订期限（一般不超过 {years} 年）。",
            f"No date of review is given (usually within {years} years).",
        )
    elif today is not None and review is not None and review < today:
        findings.warn(
            "review_past",
            "review_due",
            f"评估修订期限 {review} 已过，请尽快评估修订。",
            f"The review was due on {review}; have the plan reviewed.",
        )


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        return None


# --- levels --------------------------------------------------------------------------------------------------------------


def _check_levels(plan: Plan, known: Organisation, findings: Findings) -> None:
    for level in LEVELS:
        if level not in plan.levels:
            findings.error(
                "level_missing",
                f"levels.{level}",
                f"缺少响应级别 {level} 的规定。",
                f"Level {level} is not described.",
            )
        if level not in plan.sign_minutes:
            findings.error(
                "sign_missing",
                f"sign_minutes.{level}",
                f"缺少 {level} 级的签收时限。",
                f"sign_minutes lacks level {level}.",
            )
    most = plan_check_rules().most_minutes
    for level, minutes in plan.sign_minutes.items():
        if not 0 < minutes <= most:
            findings.error(
                "sign_minutes",
                f"sign_minutes.{level}",
                f"{level} 级的签收时限必须大于 0（不超过 {most} 分钟）。",
                f"sign_minutes of level {level} must be positive, {most} at most.",
            )
    for level, rule in plan.levels.items():
        _check_level(level, rule, known, findings)


def _check_level(level: Level, rule: LevelRule, known: Organisation, findings: Findings) -> None:
    here = f"levels.{level}"
    check_post(
        rule.proposed_by, known, findings, f"{here}.proposed_by", f"{level} 级的提出人", f"who proposes level {level}"
    )
    check_post(
        rule.approved_by, known, findings, f"{here}.approved_by", f"{level} 级的批准人", f"who approves level {level}"
    )
    if rule.proposed_by == rule.approved_by:
        _same_person(level, rule, findings)
    for number, post in enumerate(rule.deputies):
        where = f"{here}.deputies.{number}"
        check_post(
            post,
            known,
            findings,
            where,
            f"{level} 级的第 {number + 1} 位代批人",
            f"deputy {number + 1} of level {level}",
        )
        if post == rule.approved_by or post in rule.deputies[:number]:
            findings.error(
                "deputy_twice",
                where,
                f"{level} 级的代批岗位“{post}”重复，超时后会再问同一个人。",
                f"Level {level} asks post '{post}' twice: after a silence the same person would be asked again.",
            )
    for number, code in enumerate(rule.notify):
        check_department(
            code, known, findings, f"{here}.notify.{number}", f"{level} 级通知名单", f"Level {level} notifies"
        )
        if code in rule.notify[:number]:
            findings.warn(
                "notify_twice",
                f"{here}.notify.{number}",
                f"{level} 级通知名单中“{code}”重复。",
                f"Level {level} notifies '{code}' twice.",
            )
    for name, zh, minutes in (
        ("decide_minutes", "决策时限", rule.decide_minutes),
        ("report_minutes", "续报间隔", rule.report_minutes),
        ("press_minutes", "首次发布时限", rule.press_minutes),
    ):
        if minutes is not None and not 0 < minutes <= plan_check_rules().most_minutes:
            findings.error(
                "level_minutes",
                f"{here}.{name}",
                f"{level} 级的{zh}必须大于 0。",
                f"{name} of level {level} must be positive.",
            )


def _same_person(level: Level, rule: LevelRule, findings: Findings) -> None:
    where, post = f"levels.{level}.approved_by", rule.approved_by
    if rule.deputies:
        findings.warn(
            "proposer_approves",
            where,
            f"{level} 级由同一岗位“{post}”提出并批准，只有其超时才会问到别人。",
            f"At level {level} post '{post}' both proposes and approves; only its silence reaches somebody else.",
        )
    else:
        findings.error(
            "proposer_approves",
            where,
            f"{level} 级由同一岗位“{post}”提出并批准，又没有代批人：没有第二个人可以批准，请改由上一级岗位批准。",
            f"At level {level} post '{post}' both proposes and approves, and there is no deputy: nobody else may approve it. "
            "Let a higher post approve.",
        )


# --- triggers ------------------------------------------------------------------------------------------------------------


def _check_triggers(plan: Plan, findings: Findings) -> None:
    if len(plan.triggers) > plan_check_rules().most_triggers:
        findings.error("triggers_many", "triggers", "启动条件过多。", "There are too many triggers.")
        return
    seen: set[tuple[object, ...]] = set()
    for number, trigger in enumerate(plan.triggers):
        _check_trigger(number, trigger, findings)
        same = (trigger.level, trigger.grade, trigger.metric, trigger.at_least, trigger.colour)
        if same in seen:
            findings.warn(
                "trigger_twice",
                f"triggers.{number}",
                f"第 {number + 1} 条启动条件与前面的重复。",
                f"Trigger {number + 1} stands there twice.",
            )
        seen.add(same)
    for level in LEVELS:
        if level in plan.levels and not any(trigger.level == level for trigger in plan.triggers):
            findings.warn(
                "level_untriggered",
                f"levels.{level}",
                f"{level} 级没有启动条件，系统不会建议它，只能由人提出。",
                f"No trigger speaks for level {level}: the machine will never propose it, only people can.",
            )
    _check_order(plan.triggers, findings)


def _check_trigger(number: int, trigger: Trigger, findings: Findings) -> None:
    where = f"triggers.{number}"
    named = [trigger.grade is not None, trigger.metric is not None, trigger.colour is not None]
    if sum(named) != 1 or (trigger.metric is None) != (trigger.at_least is None):
        findings.error(
            "trigger_condition",
            where,
            f"第 {number + 1} 条启动条件应只写一项：事件分级、指标（含下限）或预警颜色。",
            f"Trigger {number + 1} must name exactly one of: grade, metric with at_least, colour.",
        )
    if trigger.metric is not None and not known_metric(trigger.metric):
        findings.error(
            "metric_unknown",
            f"{where}.metric",
            f"第 {number + 1} 条启动条件的指标“{trigger.metric}”不存在。",
            f"Trigger {number + 1}: no such metric '{trigger.metric}'.",
        )


def _check_order(triggers: Iterable[Trigger], findings: Findings) -> None:
    """A higher level must not be reached by a smaller figure than a lower one."""
    by_metric: dict[str, list[tuple[int, Trigger]]] = {}
    for number, trigger in enumerate(triggers):
        if trigger.metric is not None and trigger.at_least is not None:
            by_metric.setdefault(trigger.metric, []).append((number, trigger))
    for metric, listed in by_metric.items():
        for number, one in listed:
            for _, other in listed:
                higher = one.level != other.level and at_least(one.level, other.level)
                if (
                    higher
                    and one.at_least is not None
                    and other.at_least is not None
                    and one.at_least <= other.at_least
                ):
                    findings.warn(
                        "triggers_order",
                        f"triggers.{number}.at_least",
                        f"指标“{metric}”达到 {one.at_least:g} 就启动 {one.level} 级，却要 {other.at_least:g} 才启动较低的 {other.level} 级。",
                        f"'{metric}' speaks for level {one.level} from {one.at_least:g}, but for the lower level {other.level} only from {other.at_least:g}.",
                    )


# --- groups, termination -------------------------------------------------------------------------------------------------


def _check_groups(plan: Plan, known: Organisation, findings: Findings) -> None:
    seen: set[str] = set()
    for number, group in enumerate(plan.groups):
        where = f"groups.{number}"
        if group.id in seen:
            findings.error(
                "group_twice", f"{where}.id", f"工作组编号“{group.id}”重复。", f"Group '{group.id}' stands there twice."
            )
        seen.add(group.id)
        check_department(
            group.lead,
            known,
            findings,
            f"{where}.lead",
            f"工作组“{group.zh}”的牵头单位",
            f"Group '{group.id}' is led by",
        )
        for place, code in enumerate(group.members):
            check_department(
                code,
                known,
                findings,
                f"{where}.members.{place}",
                f"工作组“{group.zh}”的成员",
                f"Group '{group.id}' has the member",
            )
            if code == group.lead or code in group.members[:place]:
                findings.warn(
                    "member_twice",
                    f"{where}.members.{place}",
                    f"工作组“{group.zh}”中“{code}”重复。",
                    f"'{code}' is in group '{group.id}' twice.",
                )


def _check_termination(plan: Plan, known: Organisation, findings: Findings) -> None:
    if plan.termination is None:
        findings.warn(
            "termination_missing",
            "termination",
            "没有写响应终止的条件和批准人。",
            "When the response ends, and who says so, is not written.",
        )
        return
    check_post(
        plan.termination.approved_by,
        known,
        findings,
        "termination.approved_by",
        "终止响应的批准人",
        "who approves the end of the response",
    )
