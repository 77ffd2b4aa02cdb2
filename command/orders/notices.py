"""What people are told of an order in words, besides the order itself."""

from collections.abc import Iterable

from command.notice import Notice, To
from command.orders.clock import Card
from command.orders.task import Task
from command.transitions import PauseCause, time_limits

DUTY_DESK: tuple[To, str] = ("post", "watch_commander")
"""Who answers for the duty desk (值班长)."""


def _notice(task: Task, to: tuple[To, str], subject: tuple[str, str], text: tuple[str, str]) -> Notice:
    zh, en = subject
    return Notice(
        to,
        (f"{zh}：{task.title}", f"{en}: {task.title_en or task.title}"),
        (f"任务 {task.no}（{task.incident_title}）。{text[0]}", f"Order {task.no} ({task.incident_title}). {text[1]}"),
        ("task", task.id),
        task.incident_id,
    )


def _handlers(task: Task) -> list[tuple[To, str]]:
    """Whoever has the order: its department and its field unit."""
    unit: list[tuple[To, str]] = [] if task.unit_id is None else [("unit", str(task.unit_id))]
    return [("department", task.department), *unit]


def to_handlers(task: Task, subject: tuple[str, str], text: tuple[str, str]) -> list[Notice]:
    return [_notice(task, to, subject, text) for to in _handlers(task)]


def to_giver(task: Task, lead: str | None, subject: tuple[str, str], text: tuple[str, str]) -> Notice:
    """To whoever gave the order: the duty desk, or the department that leads the whole."""
    return _notice(task, DUTY_DESK if lead is None else ("department", lead), subject, text)


def returned(task: Task, reason: str) -> Notice:
    return _notice(
        task,
        DUTY_DESK,
        ("任务被退回，请转办", "Order returned: send it on"),
        (f"退回理由：{reason}", f"Reason: {reason}"),
    )


def sent_back(task: Task, reason: str) -> list[Notice]:
    return to_handlers(task, ("退回补办", "Sent back for more work"), (f"理由：{reason}", f"Reason: {reason}"))


def cancelled(task: Task, reason: str) -> list[Notice]:
    return to_handlers(task, ("任务已撤销", "Order cancelled"), (f"理由：{reason}", f"Reason: {reason}"))


def predecessor_cancelled(waiting: Task, gone: Task) -> list[Notice]:
    """An order that waits for one that will never be closed: a person decides what becomes of it."""
    text = (
        f"其前置任务 {gone.no}“{gone.title}”已撤销，不会自动启动。请决定启动或撤销。",
        f"It waits for {gone.no}, which was cancelled, and will not begin by itself. Decide: begin or cancel it.",
    )
    subject = ("前置任务已撤销，待决定", "What this order waits for was cancelled")
    told: list[tuple[To, str]] = [DUTY_DESK, ("department", waiting.department)]
    return [_notice(waiting, to, subject, text) for to in told]


def part_submitted(part: Task, lead: str) -> Notice:
    return _notice(part, ("department", lead), ("子任务已提交，请审核", "A part was handed in: review it"), ("", ""))


def parts_closed(whole: Task) -> Notice:
    return _notice(
        whole,
        ("department", whole.department),
        ("子任务已全部办结，请汇总提交", "All parts are closed: merge and hand in"),
        ("", ""),
    )


def asked_for_time(task: Task, lead: str | None, minutes: int, reason: str) -> Notice:
    return to_giver(
        task,
        lead,
        ("申请延期，请批复", "More time is asked for: decide"),
        (f"申请延长 {minutes} 分钟：{reason}", f"{minutes} min more are asked for: {reason}"),
    )


def time_decided(task: Task, granted: int | None, reason: str) -> list[Notice]:
    if granted is None:
        return to_handlers(task, ("延期申请未批准", "More time refused"), (f"理由：{reason}", f"Reason: {reason}"))
    return to_handlers(
        task,
        ("延期申请已批准", "More time granted"),
        (f"延长 {granted} 分钟。{reason}", f"{granted} min more. {reason}"),
    )


def asked_for_pause(task: Task, cause: PauseCause, minutes: int, text: str) -> Notice:
    words = time_limits().pause.causes[cause]
    return _notice(
        task,
        DUTY_DESK,
        ("申请暂停计时，请批复", "A pause is asked for: decide"),
        (f"{words.zh}，{minutes} 分钟：{text}", f"{words.en}, {minutes} min: {text}"),
    )


def pause_decided(task: Task, granted: bool, reason: str) -> list[Notice]:
    if granted:
        return to_handlers(
            task, ("暂停计时已批准", "Pause granted"), (f"到期前请续办。{reason}", f"Renew it in time. {reason}")
        )
    return to_handlers(task, ("暂停计时未批准", "Pause refused"), (f"理由：{reason}", f"Reason: {reason}"))


def pause_over(task: Task) -> list[Notice]:
    return to_handlers(
        task,
        ("暂停到期，恢复计时", "The pause is over: the clocks run"),
        ("如仍需暂停请重新申请。", "Ask again if it must go on."),
    )


def urged(task: Task, count: int, by: str, text: str) -> list[Notice]:
    return to_handlers(
        task,
        (f"催办（第 {count} 次）", f"Urged ({count})"),
        (f"{by}：{text or '请尽快办理并反馈。'}", f"{by}: {text or 'Please act and report.'}"),
    )


def supervised(task: Task, reason: str) -> list[Notice]:
    return to_handlers(task, ("列入督办", "Put under supervision"), (f"理由：{reason}", f"Reason: {reason}"))


def released(task: Task, reason: str) -> list[Notice]:
    return to_handlers(task, ("解除督办", "Released from supervision"), (f"理由：{reason}", f"Reason: {reason}"))


def carded(task: Task, card: Card, cause: tuple[str, str], told: Iterable[tuple[To, str]]) -> list[Notice]:
    """A card (黄牌、红牌、严重超时) goes to people."""
    level = {
        "yellow": ("黄牌", "Yellow card"),
        "red": ("红牌", "Red card"),
        "severe": ("严重超时", "Severely overdue"),
    }[card.level]
    return [_notice(task, to, level, (f"{cause[0]}。", f"{cause[1]}.")) for to in told]
