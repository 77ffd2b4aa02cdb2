"""The duty log (值班日志) of a time: computed from the record, never kept beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString, cast

from spine.canonical import Json, JsonObject, decode_object
from spine.clock import iso
from spine.command import Connection
from spine.errors import Refused

MOST = 1000

WORDS: Mapping[str, tuple[str, str, str, str]] = {
    # kind: (zh, en, what of its data is told, kind of line)
    "call.registered": ("接报", "Call taken", "text", "call"),
    "call.dismissed": ("来电不立事件", "Call dismissed", "reason", "call"),
    "alert.received": ("收到预警", "Warning received", "headline", "warning"),
    "alert.acknowledged": ("签收预警", "Warning answered", "headline", "warning"),
    "incident.opened": ("立突发事件", "Incident opened", "title", "incident"),
    "incident.graded": ("核定级别", "Grade decided", "grade", "incident"),
    "incident.closed": ("事件结束", "Incident closed", "reason", "incident"),
    "incident.reopened": ("事件重开", "Incident reopened", "reason", "incident"),
    "report.filed": ("报送信息", "Report filed", "text", "report"),
    "response.activated": ("启动响应", "Response activated", "level", "response"),
    "response.adjusted": ("响应调整级别", "Response level changed", "level", "response"),
    "response.ended": ("终止响应", "Response ended", "reason", "response"),
    "headquarters.established": ("成立指挥部", "Headquarters established", "commanding", "response"),
    "headquarters.stepped_in": ("代行指挥", "Acting commander", "person_zh", "response"),
    "headquarters.transferred": ("指挥权移交", "Command transferred", "person_zh", "response"),
    "headquarters.dissolved": ("撤销指挥部", "Headquarters dissolved", "reason", "response"),
    "task.issued": ("下达任务", "Order issued", "title", "order"),
    "task.returned": ("任务退回", "Order returned", "reason", "order"),
    "task.closed": ("任务办结", "Order closed", "title", "order"),
    "instruction.captured": ("领导批示", "Leader's instruction", "text", "instruction"),
    "instruction.answered": ("批示反馈", "Word back on an instruction", "answer", "instruction"),
    "duty.taken": ("接岗", "Post taken", "post_zh", "duty"),
    "handover.signed_out": ("交班签字", "Handover signed out", "post_zh", "duty"),
    "handover.completed": ("交接班完成", "Handover completed", "post_zh", "duty"),
    "handover.refused": ("交班被退回", "Handover refused", "reason", "duty"),
    "handover.overdue": ("交接班超时", "Handover overdue", "post_zh", "duty"),
    "roster.spot_checked": ("查岗", "Spot check", "expected", "duty"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry: when it was known, by whom, and about which incident (no and title) where there is one."""

    at: datetime
    occurred_at: str
    kind: str
    group: str
    zh: str
    en: str
    text: str
    by: str
    incident_id: str | None
    incident: str | None

    def to_json(self) -> JsonObject:
        return {
            "at": iso(self.at),
            "occurred_at": self.occurred_at,
            "kind": self.kind,
            "group": self.group,
            "zh": self.zh,
            "en": self.en,
            "text": self.text,
            "by": self.by,
            "incident_id": self.incident_id,
            "incident": self.incident,
        }


_FACTS: LiteralString = """
    SELECT at, body FROM (
        SELECT DISTINCT ON (f.command_id, f.kind) f.at, f.seq, f.body
        FROM spine.fact f LEFT JOIN incidents.incident i ON f.stream = 'incident:' || i.id
        WHERE f.at >= %(since)s AND f.at < %(until)s AND f.kind = ANY(%(kinds)s)
            AND (f.stream = %(board)s OR i.area_code LIKE %(area)s || '%%')
        ORDER BY f.command_id, f.kind, f.stream DESC
    ) told ORDER BY at, seq LIMIT %(most)s
"""
"""One line a step: a step's facts stand on several streams, and the incident's says the most."""


async def duty_log(conn: Connection, area: str, since: datetime, until: datetime) -> list[Line]:
    """What stands in the record of an area (county code, or '' for the city) in this time. Raises Refused `log_range`, `log_too_long`."""
    if until <= since or (until - since).days > 31:
        raise Refused(
            "log_range",
            zh="值班日志的时间范围应在 31 天以内，且结束晚于开始。",
            en="A duty log covers at most 31 days and ends after it begins.",
            field="until",
            final=False,
        )
    board = f"board:{area}" if area else "board"
    asked = {"board": board, "area": area, "kinds": list(WORDS), "since": since, "until": until, "most": MOST + 1}
    rows = await (await conn.execute(_FACTS, asked)).fetchall()
    if len(rows) > MOST:
        raise Refused(
            "log_too_long",
            zh=f"这段时间的记录超过 {MOST} 条，请缩短时间。",
            en=f"More than {MOST} entries in this time; choose a shorter one.",
            field="until",
            final=False,
        )
    return [_line(at, decode_object(body)) for at, body in rows]


def _line(at: datetime, fact: JsonObject) -> Line:
    zh, en, told, group = WORDS[str(fact["kind"])]
    data = cast(Mapping[str, Json], fact.get("data") or {})
    now = cast(Mapping[str, Mapping[str, Json]], fact.get("now") or {})
    heads = cast(Mapping[str, Mapping[str, Json] | None], now.get("incidents") or {})
    head = next(((key, one) for key, one in heads.items() if one is not None), None)
    by = cast(Mapping[str, Json], fact["by"])
    return Line(
        at=at,
        occurred_at=str(fact["occurred_at"]),
        kind=str(fact["kind"]),
        group=group,
        zh=zh,
        en=en,
        text=_text(data, now, told),
        by=str(by["name"]),
        incident_id=None if head is None else head[0],
        incident=None if head is None else f"{head[1]['no']} {head[1]['title']}",
    )


def _text(data: Mapping[str, Json], now: Mapping[str, Mapping[str, Json]], told: str) -> str:
    """The field as the fact says it; else as its object does."""
    value = data.get(told)
    if value is None:
        for objects in now.values():
            for one in objects.values():
                if isinstance(one, Mapping) and one.get(told) is not None:
                    value = one[told]
    if isinstance(value, Mapping):
        value = value.get("grade") or value.get("decided")
    return "" if value is None else str(value)[:400]
