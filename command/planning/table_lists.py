"""Checklists, resources and sign-by times in one cell of a plan's table: the notation, read and written. Pure.

checklist     one item a line: 检查堤防 | Check the dyke
resources     water_rescue ×2、移动排水泵 ×4台 @FRB      (a unit's capability or kind, or an item of stock; by code or name)
sign_minutes  I=10、II=15, or one number for every level

Before | ; ； and a line's end that belong to the words stands a backslash (a line's end is then written \\n).
"""

import re
from collections.abc import Mapping, Sequence

from command.organisation.book import Named, Organisation
from command.organisation.stock_book import stock_book
from command.planning.names import resource_names
from command.planning.shape import PlanResource
from command.transitions import LEVELS, Level
from spine.canonical import Json


class WrongCell(Exception):
    """Why a cell cannot be read, to stand after the row and the column: no full stop."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


_MOST_ITEMS = 60
_BETWEEN = "、，,;；\n"

# --- checklist -----------------------------------------------------------------------------------------------------------


def read_checklist(text: str) -> Json:
    """[{zh, en}] of lines 中文 | English. Raises WrongCell."""
    found: list[Json] = []
    for number, line in enumerate(_cut(text.replace("\r\n", "\n"), "\n"), 1):
        if not line.strip():
            continue
        parts = [_plain(part) for part in _cut(line, "|｜")]
        if len(parts) != 2 or not all(parts):
            shown = line.strip()[:30]
            raise WrongCell(
                f"第 {number} 条检查项“{shown}”应写成 中文 | English",
                f"item {number} of the checklist, '{shown}', should be written as Chinese | English",
            )
        found.append({"zh": parts[0], "en": parts[1]})
    if len(found) > _MOST_ITEMS:
        raise WrongCell(f"检查项超过 {_MOST_ITEMS} 条", f"has more than {_MOST_ITEMS} items")
    return found


def write_checklist(items: Sequence[Named]) -> str:
    return "\n".join(f"{_marked(one.zh)} | {_marked(one.en)}" for one in items)


def _cut(text: str, at: str) -> list[str]:
    """The text cut at these characters, where no backslash stands before them. Backslashes stay."""
    return re.findall(rf"(?:[^{at}\\]|\\.|\\$)+", text, flags=re.DOTALL)


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] == "n" else found[1], text.strip(), flags=re.DOTALL)


def _marked(text: str) -> str:
    return re.sub(r"([\\|｜])", r"\\\1", text.strip()).replace("\n", "\\n")


# --- resources -----------------------------------------------------------------------------------------------------------

_ONE = re.compile(
    rf"\s*(?P<what>.+?)\s*(?:[×✕*＊]|(?<=\s)[xX])\s*(?P<number>\d{{1,7}})\s*(?P<measure>[^@\s{_BETWEEN}]*)\s*"
    rf"(?:@\s*(?P<holder>[^{_BETWEEN}]+))?(?:[{_BETWEEN}]+|$)",
    re.DOTALL,
)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")


def read_resources(text: str, known: Organisation) -> list[dict[str, Json]]:
    """[{kind, quantity, holder?}] with `holder` as it was written. A code that nobody knows is kept: the validator warns of it.

    Raises WrongCell.
    """
    found: list[dict[str, Json]] = []
    at, rest = 0, text.strip()
    while at < len(rest):
        one = _ONE.match(rest, at)
        if one is None:
            raise _unreadable(rest[at:])
        at = one.end()
        kind = _kind(one["what"], known)
        quantity = int(one["number"])
        if quantity < 1:
            raise WrongCell(f"“{one['what']}”的数量必须大于 0", f"the quantity of '{one['what']}' must be positive")
        _check_measure(kind, one["measure"])
        line: dict[str, Json] = {"kind": kind, "quantity": quantity}
        if one["holder"]:
            line["holder"] = one["holder"].strip()
        found.append(line)
    if len(found) > _MOST_ITEMS:
        raise WrongCell(f"所需资源超过 {_MOST_ITEMS} 种", f"has more than {_MOST_ITEMS} resources")
    return found


def write_resources(resources: Sequence[PlanResource]) -> str:
    return "、".join(
        f"{one.kind} ×{one.quantity}" + ("" if one.holder is None else f" @{one.holder}") for one in resources
    )


def _unreadable(rest: str) -> WrongCell:
    shown = re.split(f"[{_BETWEEN}]", rest.strip())[0][:30]
    return WrongCell(
        f"“{shown}”没有写数量，应写成 名称 ×数量，如 移动排水泵 ×4",
        f"'{shown}' has no quantity; write name ×number, like pump_mobile ×4",
    )


def _kind(text: str, known: Organisation) -> str:
    names = resource_names(known)
    if text in names:
        return text
    called = [key for key, one in names.items() if text in (one.zh, one.en)]
    if len(called) == 1:
        return called[0]
    if called:
        told = "、".join(called)
        raise WrongCell(f"“{text}”有 {len(called)} 种（{told}），请写代码", f"'{text}' may be {told}; write the code")
    if _CODE.fullmatch(text):
        return text
    if re.search(f"[{_BETWEEN}]", text):
        raise _unreadable(text)
    raise WrongCell(
        f"没有叫“{text[:40]}”的力量或物资（写代码或全称）",
        f"there is no unit or item of stock '{text[:40]}' (write its code or its full name)",
    )


def _check_measure(kind: str, measure: str) -> None:
    """A number in another measure is another number."""
    item = stock_book().items.get(kind)
    if not measure or item is None:
        return
    own = stock_book().measures[item.measure]
    if measure not in (own.zh, own.en, item.measure):
        raise WrongCell(
            f"{item.zh}以“{own.zh}”计，不是“{measure}”", f"{item.en} is counted in {own.en}, not in '{measure}'"
        )


# --- sign-by times -------------------------------------------------------------------------------------------------------


def read_sign_minutes(text: str) -> Json:
    """{level: minutes}. Raises WrongCell."""
    if re.fullmatch(r"\d{1,6}", text):
        return {level: int(text) for level in LEVELS}
    found: dict[str, Json] = {}
    for part in re.split(f"[{_BETWEEN}]+", text):
        if not part.strip():
            continue
        one = re.fullmatch(r"\s*(I|II|III|IV)\s*级?\s*[=＝:：]\s*(\d{1,6})\s*", part)
        if one is None or one[1] in found:
            raise WrongCell(
                f"“{part.strip()}”应写成 级别=分钟（每级一次），如 I=10、II=15",
                f"'{part.strip()}' should be level=minutes, each level once, like I=10; II=15",
            )
        found[one[1]] = int(one[2])
    return found


def write_sign_minutes(minutes: Mapping[Level, int]) -> str:
    return "、".join(f"{level}={minutes[level]}" for level in LEVELS if level in minutes)
