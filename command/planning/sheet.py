"""Cells of a CSV or XLSX file that somebody uploads, read with limits: what cannot be a plain value is named by row and column. Pure.

Formulas are refused, not computed; merged cells are refused, not guessed; a GBK file is read as what it is.
"""

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, cast

from spine.errors import Refused

MOST_BYTES = 2 * 1024 * 1024
_MOST_UNPACKED = 40 * 1024 * 1024
_MOST_ROWS = 1000
_MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """`fault`: why this cell holds no value that can be read, in both languages."""

    text: str
    fault: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows`: (number as the spreadsheet counts it, its cells). `faults`: (row, column, zh, en) of the sheet itself."""

    rows: Sequence[tuple[int, Sequence[Cell]]]
    faults: Sequence[tuple[int, str, str, str]] = field(default=())


def read_sheet(raw: bytes) -> Sheet:
    """A CSV (UTF-8, UTF-16 with its mark, or GB 18030) or the first sheet of an XLSX, told apart by their first bytes.

    Raises Refused `table_file`: too large, too long, neither of them, damaged, protected.
    """
    if len(raw) > MOST_BYTES:
        raise _refuse(
            f"表格文件超过 {MOST_BYTES // 1024 // 1024} MB。",
            f"The table has more than {MOST_BYTES // 1024 // 1024} MB.",
        )
    if not raw.strip():
        raise _refuse("文件是空的。", "The file is empty.")
    if raw[:4] == b"PK\x03\x04":
        return _xlsx(raw)
    if raw[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise _refuse(
            "这是旧版 .xls 或加密的工作簿，请另存为 .xlsx 或 CSV。",
            "This is an old .xls or a protected workbook: save it as .xlsx or CSV.",
        )
    return _csv(raw)


def _refuse(zh: str, en: str) -> Refused:
    return Refused("table_file", zh=zh, en=en, field="file", final=False)


# --- CSV -----------------------------------------------------------------------------------------------------------------


def _csv(raw: bytes) -> Sheet:
    reader = csv.reader(io.StringIO(_text(raw), newline=""), strict=True)
    rows: list[tuple[int, Sequence[Cell]]] = []
    try:
        for number, row in enumerate(reader, 1):
            if number > _MOST_ROWS or len(row) > _MOST_COLUMNS:
                raise _too_long()
            rows.append((number, [_csv_cell(text) for text in row]))
    except csv.Error as error:
        raise _refuse(
            f"第 {reader.line_num} 行读不懂：{error}。", f"Line {reader.line_num} cannot be read: {error}."
        ) from error
    return Sheet(rows)


def _csv_cell(text: str) -> Cell:
    plain = text.strip()
    if plain.startswith("=") and len(plain) > 1:
        return Cell("", _FORMULA)
    # An apostrophe keeps spreadsheets from taking words for a formula; it is no part of them.
    return Cell(plain[1:] if re.match(r"'+[=+@]", plain) else plain)


_FORMULA = ("是公式，请改为值", "is a formula; write its value")


def _text(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _refuse(
        "文件不是 CSV 或 XLSX：既不是 UTF-8 也不是 GBK（GB 18030）文本。",
        "The file is neither CSV nor XLSX: no UTF-8 and no GBK (GB 18030) text.",
    )


def _too_long() -> Refused:
    return _refuse(
        f"表格超过 {_MOST_ROWS} 行或 {_MOST_COLUMNS} 列，不像任务表。",
        f"The table has more than {_MOST_ROWS} rows or {_MOST_COLUMNS} columns: it is no list of tasks.",
    )


# --- XLSX ----------------------------------------------------------------------------------------------------------------


def _xlsx(raw: bytes) -> Sheet:
    _check_archive(raw)
    from openpyxl import load_workbook  # takes long to import: only where a workbook is read

    try:
        book: Any = load_workbook(io.BytesIO(raw), data_only=False, keep_links=False)
        sheet: Any = book.worksheets[0]
    except Refused:
        raise
    except Exception as error:  # the library raises what it likes for a damaged workbook
        raise _refuse("工作簿损坏或不是 XLSX，打不开。", "The workbook is damaged or no XLSX.") from error
    if int(sheet.max_row) > _MOST_ROWS or int(sheet.max_column) > _MOST_COLUMNS:
        raise _too_long()
    merged = [
        (
            int(one.min_row),
            str(one),
            f"单元格 {one} 是合并的，请拆开并逐格填写。",
            f"Cells {one} are merged: split them and fill in each.",
        )
        for one in cast(Sequence[Any], sheet.merged_cells.ranges)
        if int(one.max_row) > 1 or int(one.min_row) > 1
    ]
    rows = [
        (number, [_xlsx_cell(cell) for cell in cells])
        for number, cells in enumerate(cast(Sequence[Sequence[Any]], sheet.iter_rows()), 1)
    ]
    return Sheet(rows, sorted(merged))


def _check_archive(raw: bytes) -> None:
    """Before anything is unpacked: a few kilobytes can hold gigabytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            infos = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _refuse("工作簿损坏，打不开。", "The workbook is damaged.") from error
    if len(infos) > 500 or sum(info.file_size for info in infos) > _MOST_UNPACKED:
        raise _refuse("工作簿展开后过大，不予打开。", "Unpacked, the workbook would be too large; it is not opened.")
    if not any(info.filename == "xl/workbook.xml" for info in infos):
        raise _refuse("这个压缩文件不是 XLSX 工作簿。", "This archive is no XLSX workbook.")


def _xlsx_cell(cell: Any) -> Cell:
    value, kind = cell.value, str(cell.data_type)
    if kind == "f":
        return Cell("", _FORMULA)
    if kind == "e":
        return Cell("", (f"是错误值 {value}", f"is the error {value}"))
    if value is None:
        return Cell("")
    if isinstance(value, bool):
        return Cell("是" if value else "否")
    if isinstance(value, float):
        return Cell(f"{value:.10g}")
    if isinstance(value, datetime | date | time):
        return Cell("", ("是日期或时间，请改为文字或分钟数", "is a date or a time; write text or minutes"))
    return Cell(str(value).strip())


def write_xlsx(
    title: str, rows: Sequence[Sequence[str | int]], widths: Sequence[int], notes: Sequence[Sequence[str]]
) -> bytes:
    """A workbook with the rows (the first is the heading) and a second sheet of notes. Text stays text: nothing becomes a formula."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    book: Any = Workbook()
    sheet: Any = book.active
    sheet.title = title
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            cell: Any = sheet.cell(number, place)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor="FFDDE6F0")
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = "D2"
    other: Any = book.create_sheet("说明 notes")
    for row in notes:
        other.append(list(row))
    for letter, width in (("A", 16), ("B", 18), ("C", 60), ("D", 60)):
        other.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
