"""Reads one line of a leader's instruction: who said it and how, which departments should do what by when (pure).

    李副市长：请交通局2小时内抢通314国道，公安配合
    → 李承远 市政府副市长; 市交通运输局: 抢通314国道, 120 minutes, with 市公安局

Everything is a suggestion that a person confirms; what was not said is named in `missing`, never guessed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from uuid import UUID

from command.instructions.rules import Channel, Urgency, department_names, instruction_limits
from command.instructions.time import read_limit

_COMMAND = re.compile(r"^\s*/?\s*(?:批示|指示|instruction|instruct)\s*[::,]?\s*|^\s*/\s*", re.IGNORECASE)
_SAYS = re.compile(
    r"^(?P<who>[^,，。;；:]{2,20}?)(?:同志)?(?P<how>(?:在)?(?:电话|口头|书面|视频会议?|现场|会)?(?:上|中|里)?)"
    r"(?:作出)?(?:批示|指示|要求|强调|指出|交代|明确)(?:如下)?[:,，]?\s*"
    r"|^(?P<en>[A-Za-z. ]{2,40}?)(?P<en_how> (?:by phone|in writing|on video|in person))? (?:says|said|instructs|instructed|wants|orders|ordered)[:,]?\s+"
)
_HEAD = re.compile(r"^(?P<who>[^,，。;；:]{1,40}):\s*")
_BRACKETS = re.compile(r"[()（）【】\[\]]+")
_CLAUSE = re.compile(r"[,，;；。!！\n]+|\.(?=\s|$)")
_LEAD_IN = re.compile(
    r"^(?:请|由|责成|责令|要求|通知|命令|安排|立即|马上|同时|另外|并请|并由|并|另|再请|再|及时|然后|please|ask|have|the|and|also)\s*",
    re.IGNORECASE,
)
_JOIN = re.compile(r"^(?:、|和|与|及|以及|,|&|\band\b)\s*", re.IGNORECASE)
_WITH = re.compile(r"^(?:会同|联合|商|同|\btogether with\b|\bwith\b)\s*", re.IGNORECASE)
_SUFFIX = re.compile(r"^(?:部门|方面|局|单位)?(?:牵头|负责|负责人)?[,:]?")
_SUPPORT = re.compile(
    r"^(?:要|应|做好|全力|积极|密切)*(?:配合|协助|支援|参与|协同|支持)(?:做好|好)?(?:工作|保障)?|^(?:to |must |should )?(?:assist|support|help)\b",
    re.IGNORECASE,
)
_NOT_A_DEPARTMENT = re.compile(
    r"^(?:管制|事故|中断|秩序|设施|安全|线路|通道|疏导|电话|网络|信号|灾害|队伍|物资|用水|用电|车辆)|^\d+\s*国道|^(?:国道|省道|\d)"
)
_FILLER = re.compile(
    r"^(?:要|应|须|必须|务必|立即|马上|立刻|火速|尽快|抓紧|从速|to |must |should |shall |immediately |at once )+\s*",
    re.IGNORECASE,
)
_TITLE = 40
_HALF = re.compile(r"(?<=[\u4e00-\u9fff])[,;:!?](?=[\u4e00-\u9fff\d]|$)|(?<=\d)[,;](?=[\u4e00-\u9fff])")
_FULL = str.maketrans(",;:!?", "，；：！？")


@dataclass(frozen=True, slots=True)
class KnownLeader:
    """Somebody who may give instructions; `account_id` when he has an account here."""

    name: str
    post_zh: str | None
    post_en: str | None
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class SuggestedOrder:
    """`department` None: the line names nobody for it. `minutes` None: no time was said."""

    department: str | None
    title: str
    text: str
    minutes: int | None
    support: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstructionReading:
    """`leader`: the one meant when exactly one fits; `said`: as he was named; `missing`: leader, channel, department, time."""

    text: str
    said: str | None
    leader: KnownLeader | None
    candidates: tuple[KnownLeader, ...]
    channel: Channel | None
    urgency: Urgency
    orders: tuple[SuggestedOrder, ...]
    missing: tuple[str, ...]


@dataclass(slots=True)
class _Head:
    said: str | None = None
    channel: Channel | None = None
    rest: str = ""


@dataclass(slots=True)
class _Found:
    """Orders as they grow, clause by clause."""

    orders: list[SuggestedOrder] = field(default_factory=list[SuggestedOrder])
    last: list[int] = field(default_factory=list[int])
    """Which orders the newest clause with departments made."""
    limit: int | None = None
    """A time said before any department: for all that follow."""


def read_instruction(text: str, now: datetime, leaders: Sequence[KnownLeader]) -> InstructionReading:
    """Understand a line as far as it goes. `now` is aware; times of day in the line are Beijing's."""
    line = " ".join(unicodedata.normalize("NFKC", text).split())
    line = _COMMAND.sub("", line, count=1)
    head = _read_head(line)
    fitting = _fitting(head.said, leaders)
    found = _Found()
    for clause in _CLAUSE.split(head.rest):
        if clause.strip():
            _read_clause(clause.strip(), now, found)
    orders = tuple(found.orders)
    missing = (
        *(() if head.said else ("leader",)),
        *(() if head.channel else ("channel",)),
        *(() if orders and all(o.department for o in orders) else ("department",)),
        *(() if orders and all(o.minutes for o in orders) else ("time",)),
    )
    return InstructionReading(
        text=_written(head.rest.strip()),
        said=head.said,
        leader=fitting[0] if len(fitting) == 1 else None,
        candidates=tuple(fitting),
        channel=head.channel,
        urgency=_urgency(head.rest, orders),
        orders=orders,
        missing=missing,
    )


def _written(text: str) -> str:
    """Punctuation between Chinese words as it is written, after the half-width form that the patterns read."""
    return _HALF.sub(lambda found: found.group().translate(_FULL), text)


# --- who said it, and how ------------------------------------------------------------------------------------------------


def _read_head(line: str) -> _Head:
    for pattern in (_SAYS, _HEAD):
        found = pattern.match(line)
        if found is None:
            continue
        who = found.group("who") or (found.group("en") if pattern is _SAYS else None) or ""
        how = (found.group("how") or found.group("en_how") or "") if pattern is _SAYS else who
        if _department_at(_stripped(who)) is not None and pattern is _HEAD:
            continue  # 交通局：… is addressed, not the speaker
        channel = _channel(how)
        said = who if channel is None else _without_channel(who)
        said = _BRACKETS.sub(" ", said).strip(" ,，、")
        return _Head(said or None, channel, line[found.end() :])
    return _Head(rest=line)


def _channel(how: str) -> Channel | None:
    lower = how.lower()
    for channel, rule in instruction_limits().channels.items():
        if any(word in lower for word in rule.words):
            return channel
    return None


def _without_channel(who: str) -> str:
    words = sorted({w for rule in instruction_limits().channels.values() for w in rule.words}, key=len, reverse=True)
    for word in words:
        who = re.sub(re.escape(word), "", who, flags=re.IGNORECASE)
    return who


def _fitting(said: str | None, leaders: Sequence[KnownLeader]) -> list[KnownLeader]:
    """Whom 李副市长, 李承远 or 李承远副市长 may mean: the name in full first, then surname with title."""
    if not said:
        return []
    named = [one for one in leaders if one.name and one.name.casefold() in said.casefold()]
    if named:
        return named
    title = said[1:]
    return [one for one in leaders if len(said) > 2 and one.name[:1] == said[:1] and title in (one.post_zh or "")]


# --- who should do what --------------------------------------------------------------------------------------------------


def _read_clause(clause: str, now: datetime, found: _Found) -> None:
    limit = read_limit(clause, now)
    leads, support, rest = _departments(_stripped(limit.rest))
    helps = _SUPPORT.match(rest)
    if leads and helps and found.last and len(rest[helps.end() :].strip()) <= 2:
        for at in found.last:
            order = found.orders[at]
            found.orders[at] = replace(order, support=_joined(order.support, [*leads, *support], order.department))
        return
    if leads:
        title = _FILLER.sub("", rest).strip()
        minutes = limit.minutes or found.limit
        found.last = []
        for department in leads:
            made = SuggestedOrder(
                department, title[:_TITLE] or clause[:_TITLE], clause, minutes, _joined((), support, department)
            )
            found.last.append(len(found.orders))
            found.orders.append(made)
        return
    if found.last:
        for at in found.last:
            order = found.orders[at]
            found.orders[at] = replace(
                order, text=f"{order.text}，{clause}" if not clause.isascii() else f"{order.text}, {clause}",
                minutes=order.minutes or limit.minutes,
            )  # fmt: skip
        return
    title = _FILLER.sub("", rest).strip()
    if not title:
        found.limit = limit.minutes or found.limit
        return
    found.orders.append(SuggestedOrder(None, title[:_TITLE], clause, limit.minutes or found.limit))
    found.limit = limit.minutes or found.limit


def _stripped(text: str) -> str:
    """Without 请, 由, 并… in front."""
    text = text.strip()
    while (found := _LEAD_IN.match(text)) and found.end() > 0:
        text = text[found.end() :].lstrip()
    return text


def _departments(text: str) -> tuple[list[str], list[str], str]:
    """Departments at the front: those that lead, those that are with them, and the words behind."""
    leads: list[str] = []
    support: list[str] = []
    rest = text
    target = leads
    while (hit := _department_at(rest)) is not None:
        code, length = hit
        if code not in (*leads, *support):
            target.append(code)
        rest = rest[length:].lstrip()
        rest = rest[_end(_SUFFIX, rest) :].lstrip()
        if (joined := _end(_WITH, rest)) and _department_at(rest[joined:]) is not None:
            target, rest = support, rest[joined:]
        elif (joined := _end(_JOIN, rest)) and _department_at(rest[joined:]) is not None:
            rest = rest[joined:]
        else:
            break
    return leads, support, rest


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return 0 if found is None else found.end()


def _department_at(text: str) -> tuple[str, int] | None:
    """The department named at the front of these words and how long its name is; the longest name wins."""
    lower = text.lower()
    for name, code in _by_length():
        if lower.startswith(name):
            behind = text[len(name) :].lstrip()
            if name.isascii() and text[len(name) : len(name) + 1].isalpha():
                continue
            return None if _NOT_A_DEPARTMENT.match(behind) else (code, len(name))
    return None


@cache
def _by_length() -> tuple[tuple[str, str], ...]:
    return tuple(sorted(department_names().items(), key=lambda item: -len(item[0])))


def _joined(held: Sequence[str], more: Sequence[str], lead: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in (*held, *more) if code != lead))


# --- how urgent ----------------------------------------------------------------------------------------------------------


def _urgency(text: str, orders: Sequence[SuggestedOrder]) -> Urgency:
    limits = instruction_limits()
    lower = text.lower()
    for urgency, rule in limits.urgencies.items():
        if any(word in lower for word in rule.words):
            return urgency
    if any(o.minutes is not None and o.minutes <= limits.urgent_within_minutes for o in orders):
        return "urgent"
    return limits.default_urgency
