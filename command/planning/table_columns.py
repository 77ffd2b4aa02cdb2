"""The columns of a plan's table of tasks, and a plan's tasks written in them."""

from dataclasses import dataclass

from command.planning.shape import Plan, PlanTask
from command.planning.table_lists import write_checklist, write_resources, write_sign_minutes


@dataclass(frozen=True, slots=True)
class Column:
    """`name`: the field of a task. `needed`: must be filled. `also`: other headings it is known by."""

    name: str
    zh: str
    needed: bool
    also: tuple[str, ...] = ()


COLUMNS: tuple[Column, ...] = (
    Column("code", "编号", True, ("任务编号",)),
    Column("level", "响应级别", True, ("级别",)),
    Column("zh", "任务名称", True, ("任务", "名称")),
    Column("en", "英文名称", True, ("title",)),
    Column("text_zh", "任务内容", True, ("内容",)),
    Column("text_en", "英文内容", True, ("text",)),
    Column("owner", "牵头单位", True, ("责任单位", "主办单位")),
    Column("support", "配合单位", False, ("协办单位",)),
    Column("start_minutes", "开始T+分", False, ("开始（分钟）", "开始")),
    Column("due_minutes", "办理时限分", True, ("办理时限（分钟）", "办理时限")),
    Column("after", "前置任务", False),
    Column("joint", "联合办理", False),
    Column("priority", "优先级", False),
    Column("deliverable", "成果", True, ("交付成果",)),
    Column("evidence", "佐证", True, ("办结佐证",)),
    Column("precondition_zh", "前提条件", False),
    Column("precondition_en", "英文前提条件", False),
    Column("checklist", "检查项", False, ("检查清单",)),
    Column("resources", "所需资源", False, ("资源",)),
    Column("sign_minutes", "签收时限分", False, ("签收时限（分钟）", "签收时限")),
    Column("shared", "共用目的", False),
    Column("clause", "条款", True),
    Column("source", "出处", True, ("依据",)),
    Column("basis", "性质", True),
)


def heading(locale: str) -> list[str]:
    return [column.zh if locale.startswith("zh") else column.name for column in COLUMNS]


def task_rows(plan: Plan) -> list[list[str | int]]:
    """The tasks as rows that `read_tasks` reads again, whole (blanks around words apart)."""
    return [_cells(task) for task in plan.tasks]


def _cells(task: PlanTask) -> list[str | int]:
    cells: list[str | int] = []
    lists = {
        "checklist": write_checklist(task.checklist),
        "resources": write_resources(task.resources),
        "sign_minutes": write_sign_minutes(task.sign_minutes or {}),
    }
    for column in COLUMNS:
        if column.name in lists:
            cells.append(lists[column.name])
            continue
        value = getattr(task, column.name)
        if isinstance(value, bool):
            cells.append("是" if value else "否")
        elif isinstance(value, tuple):
            cells.append("、".join(str(one) for one in value))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        else:
            cells.append("" if value is None else value)
    return cells


EXAMPLE: tuple[str | int, ...] = (
    "EX-01", "IV", "核实现场情况", "Verify the situation", "派员到场，三十分钟内报告人员、范围和发展。", "Send people; report casualties, extent and trend within thirty minutes.",
    "EMB-{county}", "CTY-{county}、PSB", 0, 30, "", "否", "紧急", "现场情况报告", "文字、照片", "", "",
    "核对失联人员 | Check who is missing\n拍摄道路中断点 | Photograph where roads are cut", "water_rescue ×1、冲锋舟 ×2艘 @FRB", "I=10、II=10", "",
    "第七十二条", "突发事件应对法（2024修订）", "示意",
)  # fmt: skip
"""One row of the template, to be written over."""
