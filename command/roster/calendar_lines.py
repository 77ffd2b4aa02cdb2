"""The lines of an iCalendar file (RFC 5545 §3.1): unfolded, counted, and checked for form before anything is made of them. Pure."""

import re
from dataclasses import dataclass

from spine.errors import Refused

MOST_BYTES = 1024 * 1024
MOST_EVENTS = 2000
_NAME = re.compile(r"^[A-Za-z0-9-]+(;[^:\x00]*?(\"[^\"]*\"[^:\x00]*?)*)?:", re.ASCII)
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class CalendarText:
    """The text, and on which line each event begins, in the order of the file."""

    text: str
    event_lines: tuple[int, ...]


def broken(line: int | None, zh: str, en: str) -> Refused:
    """The whole file is refused; the line is named where there is one."""
    return Refused(
        "calendar_file",
        zh=f"日历文件第 {line} 行：{zh}" if line else f"日历文件无法读取：{zh}",
        en=f"Line {line} of the calendar file: {en}" if line else f"The calendar file cannot be read: {en}",
        field="file",
        final=False,
        line=line,
    )


def read_lines(content: bytes) -> CalendarText:
    """Raises Refused `calendar_file` naming the line."""
    if len(content) > MOST_BYTES:
        raise broken(None, f"超过 {MOST_BYTES // 1024} KB。", f"it is larger than {MOST_BYTES // 1024} KB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise broken(line, "不是 UTF-8 文字。", "this is not UTF-8 text.") from error
    stack: list[str] = []
    events: list[int] = []
    seen = False
    for number, line in _unfolded(text):
        if not _NAME.match(line):
            raise broken(number, "不是“名称:内容”的形式。", "it does not have the form NAME:VALUE.")
        name, _, value = line.partition(":")
        kind = value.strip().upper()
        match name.upper():
            case "BEGIN":
                if not stack and kind != "VCALENDAR":
                    raise broken(number, "文件应以 BEGIN:VCALENDAR 开头。", "the file must begin with BEGIN:VCALENDAR.")
                stack.append(kind)
                seen = True
                if len(stack) > _DEEPEST:
                    raise broken(number, "嵌套过深。", "components are nested too deeply.")
                if kind == "VEVENT":
                    events.append(number)
                    if len(events) > MOST_EVENTS:
                        raise broken(
                            number, f"事件超过 {MOST_EVENTS} 个。", f"there are more than {MOST_EVENTS} events."
                        )
            case "END":
                if not stack or stack[-1] != kind:
                    open_now = stack[-1] if stack else "—"
                    raise broken(number, f"END:{kind} 与 BEGIN:{open_now} 不配对。", f"END:{kind} does not close BEGIN:{open_now}.")  # fmt: skip
                stack.pop()
            case _:
                if not stack:
                    raise broken(number, "在 VCALENDAR 之外。", "it stands outside the VCALENDAR.")
    if stack:
        raise broken(text.count("\n") + 1, f"{stack[-1]} 没有结束。", f"{stack[-1]} is never closed.")
    if not seen:
        raise broken(1, "没有日历内容。", "there is no calendar in it.")
    return CalendarText(text, tuple(events))


def _unfolded(text: str) -> list[tuple[int, str]]:
    """Logical lines with the number of their first physical one."""
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.removesuffix("\r")
        if line[:1] in (" ", "\t") and lines:
            first, held = lines[-1]
            lines[-1] = (first, held + line[1:])
        elif line.strip():
            lines.append((number, line))
    return lines
