"""The validator's part on tasks: owners, clocks, what waits for what, joint tasks, resources."""

from command.organisation.book import Organisation
from command.planning.check_rules import plan_check_rules
from command.planning.findings import Findings
from command.planning.names import check_department, resource_names
from command.planning.shape import Plan, PlanTask
from command.transitions import LEVELS, at_least


def check_tasks(plan: Plan, known: Organisation, findings: Findings) -> None:
    if not plan.tasks:
        findings.error("tasks_missing", "tasks", "预案没有任何任务。", "The plan has no task.")
    if len(plan.tasks) > plan_check_rules().most_tasks:
        findings.error("tasks_many", "tasks", "任务过多，请拆分预案。", "There are too many tasks; split the plan.")
        return
    seen: set[str] = set()
    for number, task in enumerate(plan.tasks):
        if task.code in seen:
            findings.error(
                "code_twice",
                f"tasks.{number}.code",
                f"任务编号“{task.code}”重复。",
                f"Task code '{task.code}' is used twice.",
            )
        elif not task.code.strip():
            findings.error(
                "code_missing",
                f"tasks.{number}.code",
                f"第 {number + 1} 项任务没有编号。",
                f"Task {number + 1} has no code.",
            )
        seen.add(task.code)
        _check_departments(number, task, known, findings)
        _check_clocks(number, task, plan, findings)
        _check_resources(number, task, known, findings)
        if not task.evidence:
            findings.warn(
                "evidence_missing",
                f"tasks.{number}.evidence",
                f"任务 {task.code} 没有写办结佐证（文字、照片或文件），办没办完无从核对。",
                f"{task.code} asks for no evidence (text, photo or file): nobody can check that it was done.",
            )
    _check_after(plan, findings)
    for level in LEVELS:
        if plan.tasks and not plan.tasks_at(level):
            findings.warn(
                "level_idle",
                f"levels.{level}",
                f"启动 {level} 级时没有任何任务。",
                f"At level {level} the plan gives no task.",
            )


def _check_departments(number: int, task: PlanTask, known: Organisation, findings: Findings) -> None:
    check_department(
        task.owner, known, findings, f"tasks.{number}.owner", f"任务 {task.code} 的牵头单位", f"Task {task.code} names"
    )
    for place, code in enumerate(task.support):
        where = f"tasks.{number}.support.{place}"
        check_department(code, known, findings, where, f"任务 {task.code} 的配合单位", f"Task {task.code} names")
        if code == task.owner or code in task.support[:place]:
            findings.warn(
                "support_twice",
                where,
                f"任务 {task.code} 的配合单位“{code}”重复，或就是牵头单位。",
                f"{task.code}: '{code}' supports twice, or leads already.",
            )
    if task.joint and not task.support:
        findings.error(
            "joint_alone",
            f"tasks.{number}.joint",
            f"任务 {task.code} 标为联合办理，却没有配合单位。",
            f"{task.code} is marked joint but no department supports it.",
        )


def _check_clocks(number: int, task: PlanTask, plan: Plan, findings: Findings) -> None:
    most, where = plan_check_rules().most_minutes, f"tasks.{number}"
    if not 0 < task.due_minutes <= most:
        findings.error(
            "due",
            f"{where}.due_minutes",
            f"任务 {task.code} 的办理时限必须大于 0（不超过 {most} 分钟）。",
            f"due_minutes of {task.code} must be positive, {most} at most.",
        )
    if not 0 <= task.start_minutes <= most:
        findings.error(
            "start",
            f"{where}.start_minutes",
            f"任务 {task.code} 的开始时间不能早于启动（T+0），也不能晚于 T+{most} 分。",
            f"start_minutes of {task.code} must lie between 0 (activation) and {most}.",
        )
    for level, minutes in (task.sign_minutes or {}).items():
        if not 0 < minutes <= most:
            findings.error(
                "sign_minutes",
                f"{where}.sign_minutes.{level}",
                f"任务 {task.code} 的 {level} 级签收时限必须大于 0。",
                f"sign_minutes of {task.code} at level {level} must be positive.",
            )
    for level in LEVELS:
        if not at_least(level, task.level) or level not in plan.sign_minutes:
            continue
        sign = plan.sign_minutes_of(task, level)
        if 0 < task.due_minutes < sign:
            findings.error(
                "sign_after_due",
                f"{where}.due_minutes",
                f"任务 {task.code} 在 {level} 级要求 {task.due_minutes} 分钟内办完，签收却给了 {sign} 分钟：还没签收就已到期。",
                f"{task.code} at level {level} is due after {task.due_minutes} minutes but may be signed for within {sign}: "
                "it would be overdue before it must be signed.",
            )
            break


def _check_resources(number: int, task: PlanTask, known: Organisation, findings: Findings) -> None:
    kinds = resource_names(known)
    for place, wanted in enumerate(task.resources):
        where = f"tasks.{number}.resources.{place}"
        if wanted.quantity <= 0:
            findings.error(
                "quantity",
                f"{where}.quantity",
                f"任务 {task.code} 需要的“{wanted.kind}”数量必须大于 0。",
                f"{task.code}: the quantity of '{wanted.kind}' must be positive.",
            )
        if wanted.kind not in kinds:
            findings.warn(
                "resource_unknown",
                f"{where}.kind",
                f"任务 {task.code} 需要的“{wanted.kind}”既不是力量的能力或类型，也不在物资目录里：推演和派遣都找不到它，请从列表里选。",
                f"{task.code} wants '{wanted.kind}', which is no unit's capability or kind and no item of stock: "
                "neither dry run nor dispatch would find it; choose one of the list.",
            )
        if wanted.holder is not None:
            check_department(
                wanted.holder,
                known,
                findings,
                f"{where}.holder",
                f"任务 {task.code} 的资源持有单位",
                f"{task.code}: resources are held by",
            )


# --- what waits for what -------------------------------------------------------------------------------------------------


def _check_after(plan: Plan, findings: Findings) -> None:
    by_code = {task.code: task for task in plan.tasks}
    for number, task in enumerate(plan.tasks):
        for place, code in enumerate(task.after):
            where = f"tasks.{number}.after.{place}"
            before = by_code.get(code)
            if code == task.code:
                findings.error(
                    "after_itself", where, f"任务 {task.code} 写成等自己办完才开始。", f"{task.code} waits for itself."
                )
            elif before is None:
                findings.error(
                    "after_unknown",
                    where,
                    f"任务 {task.code} 的前置任务“{code}”不存在。",
                    f"{task.code} waits for '{code}', no such task.",
                )
            else:
                _check_before(where, task, before, findings)
    for circle in circles(plan):
        number = next(n for n, task in enumerate(plan.tasks) if task.code == circle[0])
        told_zh, told_en = " → ".join((*circle, circle[0])), " → ".join((*circle, circle[0]))
        findings.error(
            "after_circle",
            f"tasks.{number}.after",
            f"前置任务互相等待，谁也开始不了：{told_zh}。请去掉其中一个前置。",
            f"Tasks wait for each other in a circle and none can begin: {told_en}. Remove one of the links.",
        )


def _check_before(where: str, task: PlanTask, before: PlanTask, findings: Findings) -> None:
    ends, due = before.start_minutes + before.due_minutes, task.start_minutes + task.due_minutes
    if ends > due:
        findings.error(
            "due_before_start",
            where,
            f"任务 {task.code} 要等 {before.code} 办完才开始，但 {before.code} 在 T+{ends} 分才到期，{task.code} 却在 T+{due} 分就到期："
            f"请把 {task.code} 的开始时间推到 T+{ends} 分前后，或缩短 {before.code}。",
            f"{task.code} begins when {before.code} is done, but {before.code} is due at T+{ends} and {task.code} already at T+{due} min: "
            f"let {task.code} start about T+{ends}, or shorten {before.code}.",
        )
    if before.level != task.level and at_least(before.level, task.level):
        findings.warn(
            "after_higher_level",
            where,
            f"任务 {task.code} 从 {task.level} 级起下达，它的前置 {before.code} 却从更高的 {before.level} 级起才下达：低级别响应中不会等它。",
            f"{task.code} is given from level {task.level}, but {before.code} that it waits for only from the higher level {before.level}: "
            "at the lower levels it will not wait.",
        )


def circles(plan: Plan) -> list[tuple[str, ...]]:
    """Every circle in `after` once, each from its first task in the plan's order, in the order of what comes before what."""
    after = {task.code: tuple(code for code in task.after if code != task.code) for task in plan.tasks}
    state: dict[str, int] = {}
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for root in after:
        path: list[str] = []
        stack: list[tuple[str, int]] = [(root, 0)] if root not in state else []
        while stack:
            code, at = stack.pop()
            if at == 0:
                state[code] = 1
                path.append(code)
            befores = after.get(code, ())
            if at < len(befores):
                stack.append((code, at + 1))
                nxt = befores[at]
                if nxt not in after:
                    continue
                if state.get(nxt) == 1:
                    circle = path[path.index(nxt) :]
                    found.setdefault(frozenset(circle), tuple(reversed(circle)))
                elif nxt not in state:
                    stack.append((nxt, 0))
            else:
                state[code] = 2
                path.pop()
    order = list(after)
    return [_from_first(circle, order) for circle in found.values()]


def _from_first(circle: tuple[str, ...], order: list[str]) -> tuple[str, ...]:
    first = min(range(len(circle)), key=lambda n: order.index(circle[n]))
    return (*circle[first:], *circle[:first])
