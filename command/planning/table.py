"""A plan's tasks from a table (CSV, XLSX): read into a draft all or nothing, every fault named by row and column.

Headings are Chinese or English, in any order. Lists in a cell are separated by 、 ， , ; or ；. Departments are named by code or by name. Checklists, resources and sign-by times have a
notation of their own (`planning/table_lists.py`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from command.organisation.book import Organisation
from command.planning.names import is_department
from command.planning.sheet import Cell, Sheet
from command.planning.table_columns import COLUMNS
from command.planning.table_lists import (
    WrongCell,
    read_checklist,
    read_resources,
    read_sign_minutes,
)
from spine.canonical import Json, JsonObject

MOST_ROWS = 400


_LEVELS = {
    "Ⅰ": "I",
    "Ⅱ": "II",
    "Ⅲ": "III",
    "Ⅳ": "IV",
    "一": "I",
    "二": "II",
    "三": "III",
    "四": "IV",
    "1": "I",
    "2": "II",
    "3": "III",
    "4": "IV",
}
_EVIDENCE = {"文字": "text", "照片": "photo", "图片": "photo", "文件": "file", "附件": "file"}
_PRIORITY = {"人命": "life", "救命": "life", "紧急": "urgent", "一般": "normal", "普通": "normal"}
_BASIS = {"法定": "statute", "依据": "statute", "示意": "illustrative", "示例": "illustrative"}
_YES = {
    "是": True,
    "√": True,
    "yes": True,
    "true": True,
    "1": True,
    "y": True,
    "否": False,
    "no": False,
    "false": False,
    "0": False,
    "n": False,
}
_USUAL: Mapping[str, Json] = {
    "start_minutes": 0,
    "joint": False,
    "priority": "normal",
    "after": [],
    "checklist": [],
    "resources": [],
    "sign_minutes": {},
}
_SEPARATORS = re.compile(r"[、，,;；\n]+")


@dataclass(frozen=True, slots=True)
class CellFault:
    """`row` as a spreadsheet counts it (the heading is row 1 where the table begins there), `column` as it is headed; 0 and "" for the table."""

    row: int
    column: str
    zh: str
    en: str

    def to_json(self) -> JsonObject:
        return {"row": self.row, "column": self.column, "zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class TaskTable:
    """`tasks`: empty as soon as there is one fault, for nothing is half imported. `columns`: the fields that the table has."""

    tasks: tuple[JsonObject, ...]
    faults: tuple[CellFault, ...]
    columns: tuple[str, ...] = ()


def read_tasks(sheet: Sheet, known: Organisation) -> TaskTable:
    """The tasks of a table, or everything that is wrong in it."""
    faults = [CellFault(row, column, zh, en) for row, column, zh, en in sheet.faults]
    heading, columns = _heading(sheet, faults)
    if columns is None:
        return TaskTable((), tuple(faults))
    tasks: list[JsonObject] = []
    codes: dict[str, int] = {}
    for number, cells in sheet.rows[heading + 1 :]:
        if all(cell.text == "" for cell in cells):
            continue
        if len(tasks) >= MOST_ROWS:
            faults.append(
                CellFault(
                    number,
                    "",
                    f"任务超过 {MOST_ROWS} 行，请拆分预案。",
                    f"There are more than {MOST_ROWS} tasks; split the plan.",
                )
            )
            break
        task = _task(number, cells, columns, known, faults)
        code = str(task.get("code", ""))
        if code and code in codes:
            faults.append(
                CellFault(
                    number,
                    _head(columns, "code"),
                    f"编号“{code}”与第 {codes[code]} 行重复。",
                    f"Code '{code}' stands in row {codes[code]} already.",
                )
            )
        codes.setdefault(code, number)
        tasks.append(task)
    if not tasks and not faults:
        faults.append(CellFault(0, "", "表里没有任务行。", "The table has no row with a task."))
    return TaskTable(() if faults else tuple(tasks), tuple(faults), tuple(columns))


# --- heading -------------------------------------------------------------------------------------------------------------

_Columns = Mapping[str, tuple[int, str]]


def _known_headings() -> dict[str, str]:
    found: dict[str, str] = {}
    for column in COLUMNS:
        for name in (column.name, column.zh, *column.also):
            found[_plain(name)] = column.name
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\s*＊（）()：:]", "", text).lower()


def _heading(sheet: Sheet, faults: list[CellFault]) -> tuple[int, _Columns | None]:
    """Where the heading is (a title may stand above it) and which column holds what."""
    known = _known_headings()
    best, most = -1, 0
    for at, (_, cells) in enumerate(sheet.rows[:10]):
        fits = sum(_plain(cell.text) in known for cell in cells)
        if fits > most:
            best, most = at, fits
    if most < 3:
        names = "、".join(column.zh for column in COLUMNS if column.needed)
        faults.append(
            CellFault(
                0,
                "",
                f"没有找到表头。需要的列：{names}。",
                f"No heading was found. Columns needed: {', '.join(c.name for c in COLUMNS if c.needed)}.",
            )
        )
        return 0, None
    number, cells = sheet.rows[best]
    columns: dict[str, tuple[int, str]] = {}
    for place, cell in enumerate(cells):
        if not cell.text:
            continue
        name = known.get(_plain(cell.text))
        if name is None:
            faults.append(
                CellFault(number, cell.text, f"不认识列“{cell.text}”。", f"The column '{cell.text}' is not known.")
            )
        elif name in columns:
            faults.append(
                CellFault(number, cell.text, f"列“{cell.text}”重复。", f"The column '{cell.text}' stands there twice.")
            )
        else:
            columns[name] = (place, cell.text)
    for column in COLUMNS:
        if column.needed and column.name not in columns:
            faults.append(
                CellFault(
                    number,
                    column.zh,
                    f"缺少列“{column.zh}”（{column.name}）。",
                    f"The column '{column.name}' ({column.zh}) is missing.",
                )
            )
    return best, columns


def _head(columns: _Columns, name: str) -> str:
    return columns[name][1] if name in columns else name


# --- rows ----------------------------------------------------------------------------------------------------------------


def _task(
    row: int, cells: Sequence[Cell], columns: _Columns, known: Organisation, faults: list[CellFault]
) -> dict[str, Json]:
    task: dict[str, Json] = {}
    for column in COLUMNS:
        place, heading = columns.get(column.name, (-1, column.name))
        cell = cells[place] if 0 <= place < len(cells) else Cell("")
        try:
            if cell.fault is not None:
                raise WrongCell(*cell.fault)
            if cell.text == "":
                if column.needed and column.name in columns:
                    raise WrongCell("必须填写", "is required")
                continue
            value = _READ.get(column.name, _words)(cell.text, known)
        except WrongCell as wrong:
            faults.append(
                CellFault(row, heading, f"第 {row} 行“{heading}”：{wrong.zh}。", f"Row {row}, {heading}: {wrong.en}.")
            )
            continue
        task[column.name] = value
    task.setdefault("support", [])
    for name, usual in _USUAL.items():
        if task.get(name) == usual:
            del task[name]
    return task


def _words(text: str, known: Organisation) -> Json:
    if len(text) > 4000:
        raise WrongCell("超过 4000 字", "has more than 4000 characters")
    return text


def _code(text: str, known: Organisation) -> Json:
    if len(text) > 40 or re.search(r"\s|[、，,;；]", text):
        raise WrongCell(
            f"“{text[:40]}”不能作编号（不超过 40 字，不含空格和分隔符）",
            f"'{text[:40]}' is no code (40 characters, no spaces or separators)",
        )
    return text


def _level(text: str, known: Organisation) -> Json:
    plain = re.sub(r"(级|响应|level)", "", text.strip(), flags=re.IGNORECASE).strip().upper()
    found = _LEVELS.get(plain, plain)
    if found not in ("I", "II", "III", "IV"):
        raise WrongCell(f"“{text}”不是响应级别（I、II、III、IV）", f"'{text}' is no response level (I, II, III, IV)")
    return found


def _minutes(text: str, known: Organisation) -> Json:
    plain = re.sub(
        r"(分钟?|min(utes?)?)$", "", text.strip().removeprefix("T+").removeprefix("t+"), flags=re.IGNORECASE
    ).strip()
    if not re.fullmatch(r"\d{1,6}(\.0+)?", plain):
        raise WrongCell(f"“{text}”不是分钟数（整数）", f"'{text}' is no whole number of minutes")
    return int(float(plain))


def _list(text: str) -> list[str]:
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _department(text: str, known: Organisation) -> str:
    if is_department(text, known):
        return text
    named = [d.code for d in known.departments.values() if text in (d.zh, d.en)]
    named = named or [d.code for d in known.departments.values() if _bare(text) == _bare(d.zh)]
    if len(named) != 1:
        raise WrongCell(
            f"没有名为“{text}”的单位（写代码或全称）",
            f"there is no department '{text}' (write its code or its full name)",
        )
    return named[0]


def _bare(name: str) -> str:
    return re.sub(r"（.*?）|\(.*?\)", "", name).strip()


def _departments(text: str, known: Organisation) -> Json:
    return [_department(part, known) for part in _list(text)]


def _codes(text: str, known: Organisation) -> Json:
    return [*_list(text)]


def _choice(choices: Mapping[str, str], zh: str, en: str) -> Callable[[str, Organisation], Json]:
    def read(text: str, known: Organisation) -> Json:
        found = choices.get(text, text.lower())
        if found not in choices.values():
            raise WrongCell(
                f"“{text}”不是{zh}（{'、'.join(choices)}）",
                f"'{text}' is no {en} ({', '.join(dict.fromkeys(choices.values()))})",
            )
        return found

    return read


def _evidence(text: str, known: Organisation) -> Json:
    return [_choice(_EVIDENCE, "佐证", "kind of evidence")(part, known) for part in _list(text)]


def _checklist(text: str, known: Organisation) -> Json:
    return read_checklist(text)


def _resources(text: str, known: Organisation) -> Json:
    found = read_resources(text, known)
    for one in found:
        if "holder" in one:
            one["holder"] = _department(str(one["holder"]), known)
    return [*found]


def _sign_minutes(text: str, known: Organisation) -> Json:
    return read_sign_minutes(text)


def _yes(text: str, known: Organisation) -> Json:
    found = _YES.get(text.strip().lower())
    if found is None:
        raise WrongCell(f"“{text}”应为 是 或 否", f"'{text}' should be yes or no")
    return found


_READ: Mapping[str, Callable[[str, Organisation], Json]] = {
    "code": _code,
    "level": _level,
    "owner": _department,
    "support": _departments,
    "start_minutes": _minutes,
    "due_minutes": _minutes,
    "after": _codes,
    "joint": _yes,
    "priority": _choice(_PRIORITY, "优先级", "priority"),
    "evidence": _evidence,
    "basis": _choice(_BASIS, "性质", "basis"),
    "checklist": _checklist,
    "resources": _resources,
    "sign_minutes": _sign_minutes,
}
