"""Sites from a table (CSV): each row becomes a `register.enter`, or is refused with its number, its column and why (pure)."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from incidents.register.properties import check_properties, check_survey
from incidents.register.rules import Property, RegisterRules, SiteKind
from spine.canonical import Json
from spine.errors import Refused

MOST_ROWS = 20_000
_NEEDED = ("kind", "name", "lon", "lat", "source")
_PLAIN = ("name_en", "area_code", "owner", "department", "surveyed_on", "origin")


@dataclass(frozen=True, slots=True)
class RowRefused:
    """`row`: as a spreadsheet counts, the heading being 1."""

    row: int
    column: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Draft:
    row: int
    data: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Table:
    drafts: tuple[Draft, ...]
    refused: tuple[RowRefused, ...]


def read_table(rules: RegisterRules, raw: bytes, reason: str, at: datetime) -> Table:
    """Columns: kind, name, lon, lat, source; name_en, area_code, owner, department, surveyed_on, origin; and the kinds' properties by their
    names (substances as "chlorine:10;ammonia:?"). An empty cell says: not known. UTF-8, or GB 18030 as spreadsheets here write it.

    Raises Refused `csv_unreadable`, `csv_column`, `csv_too_long` for what is wrong with the file as a whole.
    """
    reader = csv.reader(io.StringIO(_text(raw), newline=""), strict=True)
    drafts, refused = list[Draft](), list[RowRefused]()
    try:
        columns = [name.strip() for name in next(reader, list[str]())]
        _check_columns(rules, columns)
        for number, row in enumerate(reader, start=2):
            if number > MOST_ROWS + 1:
                raise Refused(
                    "csv_too_long",
                    zh=f"表格超过 {MOST_ROWS} 行，请分批导入。",
                    en=f"The table has more than {MOST_ROWS} rows: import it in parts.",
                    field="file",
                )
            cells = dict(zip(columns, (cell.strip() for cell in row), strict=False))
            if not any(cells.values()):
                continue
            try:
                drafts.append(Draft(number, _draft(rules, cells, reason, at, len(row) > len(columns))))
            except Refused as wrong:
                refused.append(RowRefused(number, wrong.field or "", wrong.code, wrong.zh, wrong.en))
    except csv.Error as error:
        raise _unreadable(f"line {reader.line_num}: {error}") from error
    return Table(tuple(drafts), tuple(refused))


def _text(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _unreadable("neither UTF-8 nor GB 18030 text")


def _unreadable(why: str) -> Refused:
    return Refused(
        "csv_unreadable", zh=f"读不懂这个表格：{why}。", en=f"The table cannot be read: {why}.", field="file"
    )


def _check_columns(rules: RegisterRules, columns: list[str]) -> None:
    known = {*_NEEDED, *_PLAIN, *rules.properties}
    missing = [name for name in _NEEDED if name not in columns]
    strange = [name for name in columns if name not in known]
    twice = [name for name in columns if columns.count(name) > 1]
    for found, zh, en in (
        (missing, "缺少列", "is missing"),
        (strange, "不认识列", "is not known"),
        (twice, "重复的列", "stands there twice"),
    ):
        if found:
            raise Refused(
                "csv_column",
                zh=f"{zh}“{found[0]}”；可用的列：{'、'.join(sorted(known))}。",
                en=f"The column '{found[0]}' {en}. Columns: {', '.join(sorted(known))}.",
                field=found[0] or "file",
            )  # fmt: skip


def _draft(rules: RegisterRules, cells: Mapping[str, str], reason: str, at: datetime, long: bool) -> dict[str, Json]:
    if long:
        raise _cell("file", "这一行的格数多于表头", "this row has more cells than the heading")
    for name in _NEEDED:
        if not cells.get(name):
            raise _cell(name, "必须填写", "is required")
    kind = rules.kind(cells["kind"], "kind")
    point: dict[str, Json] = {"lon": _number(cells["lon"], "lon"), "lat": _number(cells["lat"], "lat")}
    if cells.get("origin"):
        point["origin"] = cells["origin"].upper().replace("-", "")
    data: dict[str, Json] = {
        "site_kind": kind.key,
        "name": cells["name"],
        "point": point,
        "source": cells["source"],
        "reason": reason,
        "properties": _properties(rules, kind, cells),
    }
    for name in ("name_en", "area_code", "owner", "department"):
        if cells.get(name):
            data[name] = cells[name]
    if cells.get("surveyed_on"):
        day = _day(cells["surveyed_on"])
        check_survey(day, at, "surveyed_on")
        data["surveyed_on"] = day.isoformat()
    return data


def _properties(rules: RegisterRules, kind: SiteKind, cells: Mapping[str, str]) -> dict[str, Json]:
    given: dict[str, Json] = {}
    for name, asked in rules.properties.items():
        text = cells.get(name, "")
        if text:
            given[name] = _value(asked, text, name)
    try:
        return check_properties(rules, kind, given, "")
    except Refused as wrong:
        raise Refused(wrong.code, zh=wrong.zh, en=wrong.en, field=(wrong.field or "").lstrip(".").split(".")[0]) from wrong  # fmt: skip


def _value(asked: Property, text: str, name: str) -> Json:
    """Answers by key or by their Chinese words; substances as key:tonnes."""
    match asked.type:
        case "number":
            return _number(text, name)
        case "choice":
            return next(
                (key for key, words in (asked.choices or {}).items() if text in (key, words.zh, words.en)), text
            )
        case "substances":
            return [_substance(part, name) for part in text.replace("；", ";").split(";") if part.strip()]
        case "text":
            return text


def _substance(part: str, name: str) -> dict[str, Json]:
    key, _, mass = (one.strip() for one in part.replace("：", ":").partition(":"))
    return {"key": key, "mass_t": None if mass in ("", "?", "？") else _number(mass, name)}


def _number(text: str, column: str) -> float:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        raise _cell(column, f"“{text}”不是数字", f"'{text}' is not a number") from None


def _day(text: str) -> date:
    try:
        year, month, day = text.replace("/", "-").split("-")
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _cell(
            "surveyed_on", f"“{text}”不是日期（如 2025-11-03）", f"'{text}' is no day such as 2025-11-03"
        ) from None


def _cell(column: str, zh: str, en: str) -> Refused:
    return Refused("csv_cell", zh=f"{column}：{zh}。", en=f"{column}: {en}.", field=column)
