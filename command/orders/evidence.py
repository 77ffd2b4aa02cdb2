"""What an order asks to be handed in with it (办理凭证). Pure."""

from collections.abc import Iterable, Sequence

from command.orders.task import Task
from spine.canonical import Json
from spine.errors import Refused

WORDS = {"text": ("文字说明", "a report in words"), "photo": ("照片", "a photo"), "file": ("文件", "a file")}


def missing(wanted: Sequence[str], media_types: Iterable[str]) -> list[str]:
    """Which kinds are not there yet. Words are always there: nothing is handed in without. A voice note is no file."""
    held = list(media_types)
    there = {
        "text": True,
        "photo": any(one.startswith(("image/", "video/")) for one in held),
        "file": any(not one.startswith(("image/", "video/", "audio/")) for one in held),
    }
    return [kind for kind in wanted if not there.get(kind, False)]


def need_evidence(task: Task, media_types: Iterable[str]) -> None:
    """Raises Refused `evidence_missing`. `media_types`: of everything that was attached to the order so far."""
    lacking = missing(task.evidence, media_types)
    if lacking:
        raise Refused(
            "evidence_missing",
            zh=f"任务 {task.no} 要求提交{'、'.join(WORDS[kind][0] for kind in lacking)}，请附上后再提交。",
            en=f"Order {task.no} asks for {' and '.join(WORDS[kind][1] for kind in lacking)}; attach it, then hand in.",
            field="data.files",
            lacking=list[Json](lacking),
        )
