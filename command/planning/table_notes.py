"""What the template of the task table says of each column, and the files themselves."""

import csv
import io
import re
from collections.abc import Sequence

from command.organisation.book import Organisation
from command.organisation.stock_book import stock_book
from command.planning.names import resource_names
from command.planning.shape import Plan
from command.planning.sheet import write_xlsx
from command.planning.table_columns import COLUMNS, EXAMPLE, heading, task_rows

_NOTES: dict[str, tuple[str, str]] = {
    "code": ("在本预案中唯一，如 EQ-01", "unique in the plan, e.g. EQ-01"),
    "level": (
        "从哪一级起下达：I、II、III、IV；更高级别也下达",
        "from which level on it is given: I, II, III, IV; higher levels give it too",
    ),
    "zh": ("一句话的名称", "a short name in Chinese"),
    "en": ("英文名称", "a short name in English"),
    "text_zh": ("要做什么、报什么", "what to do and what to report, in Chinese"),
    "text_en": ("英文内容", "the same in English"),
    "owner": ("单位代码或全称；{county} 为事发县", "code or full name; {county} is the incident's county"),
    "support": ("可多个，用顿号分开", "any number, separated by 、 or ;"),
    "start_minutes": ("启动后多少分钟开始，空为 0", "minutes after activation, empty for 0"),
    "due_minutes": ("从开始起多少分钟内办完", "minutes from its start until it is due"),
    "after": ("须先办结的任务编号", "codes of tasks that must be closed first"),
    "joint": ("是：每个配合单位各有一份分任务", "yes: each supporting department gets a part of its own"),
    "priority": ("人命、紧急、一般", "life, urgent, normal"),
    "deliverable": ("办完交什么", "what is handed in"),
    "evidence": ("文字、照片、文件", "text, photo, file"),
    "precondition_zh": ("满足什么才下达，供人选择", "what must hold, for the person who chooses"),
    "precondition_en": ("英文前提条件", "the same in English"),
    "checklist": (
        "一行一条：中文 | English（单元格内换行 Alt+Enter；文字里的 | 前加 \\）",
        "one item a line: Chinese | English (Alt+Enter within the cell; a backslash before a | that belongs to the words)",
    ),
    "resources": (
        "名称或代码 ×数量，多种用顿号分开；@ 后写持有单位：移动排水泵 ×4台 @FRB",
        "name or code ×number, separated by 、 or ;  after @ the department that has it: pump_mobile ×4 @FRB",
    ),
    "sign_minutes": (
        "本任务另定的签收时限：I=10、II=15；只写一个数为各级相同；空为预案的",
        "sign-by times of this task alone: I=10; II=15, or one number for every level; empty: the plan's",
    ),
    "shared": (
        "几个预案为同一目的时写同一词，只下达一次",
        "the same word in several plans for the same purpose: given once",
    ),
    "clause": ("条款", "clause"),
    "source": ("出自哪部法规或预案", "of which law or plan"),
    "basis": ("法定或示意", "statute or illustrative"),
}
_WIDTHS = {
    "code": 10,
    "level": 9,
    "zh": 22,
    "en": 26,
    "text_zh": 48,
    "text_en": 48,
    "support": 22,
    "checklist": 36,
    "resources": 30,
    "clause": 18,
    "source": 26,
}


def _notes(known: Organisation) -> list[list[str]]:
    rows = [["列 column", "中文表头", "说明", "note"]]
    for column in COLUMNS:
        zh, en = _NOTES[column.name]
        star = " *" if column.needed else ""
        rows.append([column.name + star, column.zh + star, zh, en])
    rows += [[], ["单位代码 code", "", "单位", "department"]]
    rows += [[code, "", one.zh, one.en] for code, one in known.departments.items() if one.area is None]
    rows += [[f"{prefix}-{{county}}", "", zh, en] for prefix, zh, en in _county_desks(known)]
    rows += [[], ["资源代码 code", "计量 measure", "资源", "resource"]]
    rows += [[code, _measure(code), one.zh, one.en] for code, one in resource_names(known).items()]
    return rows


def _measure(code: str) -> str:
    item = stock_book().items.get(code)
    return "" if item is None else stock_book().measures[item.measure].zh


def _county_desks(known: Organisation) -> list[tuple[str, str, str]]:
    prefixes = dict.fromkeys(code.rpartition("-")[0] for code, one in known.departments.items() if one.area is not None)
    return [(prefix, f"事发县的 {prefix} 席", f"desk {prefix} of the incident's county") for prefix in prefixes]


def tasks_xlsx(plan: Plan | None, known: Organisation, locale: str) -> bytes:
    """The plan's tasks as a workbook, or the template with one example row."""
    rows: Sequence[Sequence[str | int]] = [EXAMPLE] if plan is None else task_rows(plan)
    widths = [_WIDTHS.get(column.name, 14) for column in COLUMNS]
    return write_xlsx("任务 tasks", [heading(locale), *rows], widths, _notes(known))


def tasks_csv(plan: Plan | None, locale: str) -> bytes:
    """The same as CSV in UTF-8 with its mark, which spreadsheets here need. A cell that begins like a formula gets an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heading(locale))
    for row in [EXAMPLE] if plan is None else task_rows(plan):
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and re.match(r"'*[=+@]", cell) else cell
