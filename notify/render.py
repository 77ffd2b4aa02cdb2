"""The words of a message, from the fact that caused it, in the recipient's language. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone

from spine.canonical import Json
from spine.clock import parse_iso

_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str


def _clock(value: Json) -> str:
    return parse_iso(str(value)).astimezone(_BEIJING).strftime("%m-%d %H:%M") if value else "—"


def _order_zh(task: Mapping[str, Json]) -> Words:
    title = str(task.get("title_zh"))
    return Words(
        f"新任务：{title}",
        f"{task.get('incident_title')}\n任务 {task.get('no')}：{title}\n{task.get('text') or ''}\n"
        f"签收时限 {_clock(task.get('sign_due'))}，完成时限 {_clock(task.get('due'))}（北京时间）。请登录平台签收。",
    )


def _order_en(task: Mapping[str, Json]) -> Words:
    title = str(task.get("title_en") or task.get("title_zh"))
    return Words(
        f"New order: {title}",
        f"{task.get('incident_title')}\nTask {task.get('no')}: {title}\n{task.get('text') or ''}\n"
        f"Sign by {_clock(task.get('sign_due'))}, complete by {_clock(task.get('due'))} (Beijing time). "
        "Please sign for it on the platform.",
    )


def notice(data: Mapping[str, Json], locale: str) -> Words:
    """The words of a `notice.given` fact, which gives both languages."""
    language = "zh" if locale.startswith("zh") else "en"
    return Words(str(data[f"subject_{language}"]), str(data[f"text_{language}"]))


def order(task: Mapping[str, Json], locale: str) -> Words:
    """The words that go with an order (task object of docs/architecture.md)."""
    return _order_zh(task) if locale.startswith("zh") else _order_en(task)
