"""The validator's part on watch rules (动态决策): one condition each, something it proposes, and never a machine where lives depend on it."""

from command.planning.check_rules import plan_check_rules
from command.planning.findings import Findings
from command.planning.names import known_metric
from command.planning.shape import Plan, WatchRule


def check_watch(plan: Plan, findings: Findings) -> None:
    if len(plan.watch) > plan_check_rules().most_watch:
        findings.error("watch_many", "watch", "监视规则过多。", "There are too many watch rules.")
        return
    seen: set[str] = set()
    for number, rule in enumerate(plan.watch):
        where = f"watch.{number}"
        if rule.id in seen:
            findings.error(
                "watch_twice",
                f"{where}.id",
                f"监视规则编号“{rule.id}”重复。",
                f"Watch rule '{rule.id}' stands there twice.",
            )
        seen.add(rule.id)
        _check_condition(where, rule, findings)
        _check_proposal(where, rule, plan, findings)
        if rule.automatic:
            _check_automatic(where, rule, plan, findings)


def conditions_of(rule: WatchRule) -> list[str]:
    """The names of the conditions that a rule has; it should be one."""
    named = {
        "metric": rule.metric is not None,
        "colour": rule.colour is not None,
        "overdue_tasks": rule.overdue_tasks is not None,
        "help_wanted": rule.help_wanted,
        "unsigned_minutes": rule.unsigned_minutes is not None,
        "quiet_hours": rule.quiet_hours is not None,
    }
    return [name for name, there in named.items() if there]


def _check_condition(where: str, rule: WatchRule, findings: Findings) -> None:
    held = conditions_of(rule)
    if len(held) != 1:
        told = "、".join(held) or "没有"
        findings.error(
            "watch_condition",
            where,
            f"监视规则“{rule.id}”应只写一个条件，现在写了：{told}。",
            f"Watch rule '{rule.id}' must have exactly one condition; it has {', '.join(held) or 'none'}.",
        )
    if rule.metric is not None:
        if (rule.at_least is None) == (rule.at_most is None):
            findings.error(
                "watch_limit",
                f"{where}.at_least",
                f"监视规则“{rule.id}”的指标应写一个界限：at_least（不少于）或 at_most（不多于）。",
                f"Watch rule '{rule.id}': give one limit of its metric, at_least or at_most.",
            )
        if not rule.assessed and not known_metric(rule.metric):
            findings.error(
                "metric_unknown",
                f"{where}.metric",
                f"监视规则“{rule.id}”的指标“{rule.metric}”不存在。",
                f"Watch rule '{rule.id}': no such metric '{rule.metric}'.",
            )
    elif rule.at_least is not None or rule.at_most is not None or rule.assessed:
        findings.error(
            "watch_limit",
            f"{where}.metric",
            f"监视规则“{rule.id}”写了界限或“模型结果”，却没有写指标。",
            f"Watch rule '{rule.id}' has a limit or 'assessed' but no metric.",
        )
    for name in ("overdue_tasks", "unsigned_minutes", "quiet_hours"):
        value = getattr(rule, name)
        if value is not None and not value > 0:
            findings.error(
                "watch_number",
                f"{where}.{name}",
                f"监视规则“{rule.id}”的 {name} 必须大于 0。",
                f"{name} of watch rule '{rule.id}' must be positive.",
            )


def _check_proposal(where: str, rule: WatchRule, plan: Plan, findings: Findings) -> None:
    wants_level, wants_task = rule.proposes in ("raise", "lower"), rule.proposes == "add_task"
    if rule.task is not None and rule.task not in {task.code for task in plan.tasks}:
        findings.error(
            "watch_task",
            f"{where}.task",
            f"监视规则“{rule.id}”要增派的任务“{rule.task}”不存在。",
            f"Watch rule '{rule.id}' adds '{rule.task}', no such task.",
        )
    if wants_task != (rule.task is not None):
        findings.error(
            "watch_task",
            f"{where}.task",
            f"监视规则“{rule.id}”：建议增派任务时必须写任务编号，其他建议不写。",
            f"Watch rule '{rule.id}': name a task when, and only when, a task is to be added.",
        )
    if rule.level is not None and rule.level not in plan.levels:
        findings.error(
            "watch_level",
            f"{where}.level",
            f"监视规则“{rule.id}”写了预案没有的级别 {rule.level}。",
            f"Watch rule '{rule.id}' names level {rule.level}, which the plan lacks.",
        )
    if rule.level is not None and not wants_level:
        findings.error(
            "watch_level",
            f"{where}.level",
            f"监视规则“{rule.id}”：只有建议提级或降级时才写级别。",
            f"Watch rule '{rule.id}': a level belongs to raise and lower only.",
        )
    elif wants_level and rule.level is None:
        findings.warn(
            "watch_level",
            f"{where}.level",
            f"监视规则“{rule.id}”没有写调整到哪一级，将按相邻一级建议。",
            f"Watch rule '{rule.id}' names no level: the next one is proposed.",
        )


def _check_automatic(where: str, rule: WatchRule, plan: Plan, findings: Findings) -> None:
    if rule.proposes != "add_task":
        findings.error(
            "automatic",
            f"{where}.automatic",
            f"监视规则“{rule.id}”不能自动执行：只有增派任务可以自动，级别、区域、力量和终止都必须由人决定。",
            f"Watch rule '{rule.id}' may not be automatic: only adding a task may; levels, zones, units and standing down are people's decisions.",
        )
        return
    task = next((one for one in plan.tasks if one.code == rule.task), None)
    if task is None:
        return
    for kind in plan_check_rules().never_automatic:
        if kind.is_in(task.zh + task.text_zh, f"{task.en} {task.text_en}"):
            findings.error(
                "automatic_safety",
                f"{where}.automatic",
                f"监视规则“{rule.id}”不能自动下达任务 {task.code}：它涉及{kind.zh}，必须由人明确决定（{kind.source}）。",
                f"Watch rule '{rule.id}' may not issue {task.code} by itself: it is about {kind.en}, which a person must decide explicitly.",
            )
            return
    if task.priority == "life":
        findings.error(
            "automatic_safety",
            f"{where}.automatic",
            f"监视规则“{rule.id}”不能自动下达任务 {task.code}：它关系人命，必须由人决定。",
            f"Watch rule '{rule.id}' may not issue {task.code} by itself: lives depend on it, a person decides.",
        )
