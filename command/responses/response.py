"""An emergency response (应急响应) of an incident under a plan. Pure decisions; a person decides, the plan only proposes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from command.orders.task import Act
from command.responses.asking import Asked, Seat, answered
from command.responses.propose import Proposal
from command.transitions import LEVELS, Level, at_least
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused

STATES = ("proposed", "active", "ended", "declined")
_WORDS = {
    "proposed": ("待决策", "proposed"),
    "active": ("已启动", "active"),
    "ended": ("已终止", "ended"),
    "declined": ("不启动", "declined"),
}
LEVEL_WORDS: dict[Level, tuple[str, str]] = {
    "I": ("一级", "level I"),
    "II": ("二级", "level II"),
    "III": ("三级", "level III"),
    "IV": ("四级", "level IV"),
}


@dataclass(frozen=True, slots=True)
class Response:
    """One response as stored. `suggested` and `decided` are kept apart, each with who, when and why.

    `asked`: the posts that were asked to decide (`asking.Asked`). `history`: every decision on its level, the oldest first:
    [{what: activated|raised|lowered, before, level, by, post, at, reason, expected_hours, counts, proposal_id}].
    `orders`: by code of the plan {task_id, owner, purpose, title, other: {response_id, plan_zh, plan_en}|null (its order)}.
    """

    id: UUID
    incident_id: UUID
    plan_id: str
    plan_zh: str
    plan_en: str
    state: str
    suggested: JsonObject
    decided: JsonObject | None
    ended: JsonObject | None
    proposed_tasks: Sequence[JsonObject]
    approved_by: str
    proposed_at: datetime
    decide_by: datetime
    version: int
    plan_version: int = 1
    asked: Asked = ()
    history: Sequence[JsonObject] = ()
    orders: Mapping[str, Json] = field(default_factory=dict[str, Json])

    @property
    def suggested_level(self) -> Level:
        return cast(Level, self.suggested["level"])

    @property
    def level(self) -> Level:
        """The decided level, the suggested one until somebody decides."""
        level = None if self.decided is None else self.decided["level"]
        return self.suggested_level if level is None else cast(Level, level)

    @property
    def decisions(self) -> int:
        """How many decisions on its level were taken: what a proposal about the level rests on."""
        return sum(_is_decision(entry) for entry in self.history)

    def levels_considered(self) -> frozenset[str]:
        """Every level that was suggested to people or decided by them: the machine does not repeat it."""
        decided = {str(entry["level"]) for entry in self.history}
        return frozenset({self.suggested_level, *decided})


def _is_decision(entry: JsonObject) -> bool:
    return entry["what"] != "extended"


def propose(
    response_id: UUID,
    incident_id: UUID,
    names: tuple[str, str],
    proposal: Proposal,
    act: Act,
    *,
    plan_version: int = 1,
    asked: Asked = (),
) -> Response:
    return Response(
        id=response_id,
        incident_id=incident_id,
        plan_id=proposal.plan_id,
        plan_zh=names[0],
        plan_en=names[1],
        state="proposed",
        suggested={"level": proposal.level, "reasons": list(proposal.reasons), "by": act.by, "at": iso(act.at)},
        decided=None,
        ended=None,
        proposed_tasks=proposal.tasks,
        approved_by=proposal.approved_by,
        proposed_at=act.at,
        decide_by=proposal.decide_by,
        version=1,
        plan_version=plan_version,
        asked=asked,
    )


def check_new(held: Sequence[Response], level: Level, *, by_machine: bool) -> None:
    """No proposal at or below what is proposed, none beside one that is active: that one is raised or lowered.
    `held`: the responses of the same plan.

    The machine does not repeat what people have declined or ended; a person may. Raises Refused `already_proposed`,
    `response_active`.
    """
    for response in held:
        if response.state == "active":
            zh, en = LEVEL_WORDS[response.level]
            raise Refused(
                "response_active",
                zh=f"该预案的{zh}响应已经启动；要改变级别，请用“提级/降级”。",
                en=f"This plan's {en} response is active already; raise or lower it instead.",
                field="data.plan_id",
                status=409,
                response_id=str(response.id),
                level=response.level,
            )
        repeated = by_machine and at_least(response.suggested_level, level)
        if (response.state == "proposed" and at_least(response.level, level)) or repeated:
            zh, en = _WORDS[response.state]
            raise Refused(
                "already_proposed",
                zh=f"该预案已有{LEVEL_WORDS[response.level][0]}响应（{zh}），不再重复建议。",
                en=f"This plan already has a response at {LEVEL_WORDS[response.level][1]} ({en}).",
                field="data.level",
                status=409,
                response_id=str(response.id),
                state=response.state,
            )


def _refuse(response: Response, zh: str, en: str) -> Refused:
    word_zh, word_en = _WORDS[response.state]
    return Refused(
        "response_transition",
        zh=f"该响应{word_zh}，不能{zh}。",
        en=f"This response is {word_en}; it cannot be {en}.",
        field="data.response_id",
        status=409,
        state=response.state,
        version=response.version,
    )


def _because(reason: str | None, zh: str, en: str) -> str:
    if reason is None or not reason.strip():
        raise Refused("reason_required", zh=zh, en=en, field="data.reason")
    return reason.strip()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What is said with a decision on a level (Law art. 72): why, in which post, for how long it is expected to last.

    `counts`: how many orders it added, re-timed, cancelled, kept, and found given by another plan.
    """

    seat: Seat | None
    reason: str | None
    expected_hours: int | None = None
    counts: Mapping[str, Json] = field(default_factory=dict[str, Json])
    proposal_id: UUID | None = None


def _decision(act: Act, level: Level, ruling: Ruling) -> JsonObject:
    hours = ruling.expected_hours
    return {
        "level": level,
        "by": act.by,
        "at": iso(act.at),
        "reason": ruling.reason,
        "post": None if ruling.seat is None else ruling.seat.to_json(),
        "expected_hours": hours,
        "expected_until": None if hours is None else iso(act.at + timedelta(hours=hours)),
    }


def _entry(what: str, before: Level | None, decision: JsonObject, ruling: Ruling) -> JsonObject:
    proposal = None if ruling.proposal_id is None else str(ruling.proposal_id)
    return {"what": what, "before": before, **decision, "counts": dict(ruling.counts), "proposal_id": proposal}


def activate(response: Response, act: Act, level: Level, ruling: Ruling) -> Response:
    """启动. A level other than the suggested one needs a reason."""
    if response.state != "proposed":
        raise _refuse(response, "启动", "activated")
    why = ruling.reason.strip() if ruling.reason and ruling.reason.strip() else None
    if level != response.suggested_level:
        why = _because(
            ruling.reason,
            f"建议{LEVEL_WORDS[response.suggested_level][0]}响应，启动{LEVEL_WORDS[level][0]}响应必须写明理由。",
            f"{LEVEL_WORDS[response.suggested_level][1]} was suggested; give a reason for {LEVEL_WORDS[level][1]}.",
        )
    ruling = replace(ruling, reason=why)
    decided = _decision(act, level, ruling)
    return replace(
        response,
        state="active",
        decided=decided,
        asked=answered(response.asked, ruling.seat),
        history=(_entry("activated", None, decided, ruling),),
        version=response.version + 1,
    )


def adjust(response: Response, act: Act, level: Level, ruling: Ruling) -> Response:
    """提级、降级: one response, another level; the level before stays in its history."""
    if response.state != "active":
        raise _refuse(response, "调整级别", "raised or lowered")
    if level == response.level:
        zh, en = LEVEL_WORDS[level]
        raise Refused(
            "same_level",
            zh=f"现在就是{zh}响应，没有可调整的。",
            en=f"It is {en} now; there is nothing to change.",
            field="data.level",
            status=409,
            version=response.version,
        )
    what = "raised" if at_least(level, response.level) else "lowered"
    why = _because(
        ruling.reason,
        f"{'提级' if what == 'raised' else '降级'}必须写明理由。",
        f"To {'raise' if what == 'raised' else 'lower'} a response you must give a reason.",
    )
    decided = _decision(act, level, replace(ruling, reason=why))
    entry = _entry(what, response.level, decided, ruling)
    return replace(response, decided=decided, history=(*response.history, entry), version=response.version + 1)


def extend(response: Response, act: Act, ruling: Ruling) -> Response:
    """延长: the same level for so many hours more, from now."""
    check_active(response, "延长", "extended")
    why = _because(ruling.reason, "延长响应必须写明理由。", "To extend a response you must give a reason.")
    ruling = replace(ruling, reason=why)
    period = _decision(act, response.level, ruling)
    decided: JsonObject = {
        **(response.decided or {}),
        "expected_hours": ruling.expected_hours,
        "expected_until": period["expected_until"],
    }
    entry = _entry("extended", response.level, period, ruling)
    return replace(response, decided=decided, history=(*response.history, entry), version=response.version + 1)


def decline(response: Response, act: Act, reason: str, seat: Seat | None = None) -> Response:
    if response.state != "proposed":
        raise _refuse(response, "决定不启动", "declined")
    why = _because(reason, "不启动响应必须写明理由。", "To decline a response you must give a reason.")
    post = None if seat is None else seat.to_json()
    decided: JsonObject = {"level": None, "by": act.by, "at": iso(act.at), "reason": why, "post": post}
    asked = answered(response.asked, seat)
    return replace(response, state="declined", decided=decided, asked=asked, version=response.version + 1)


def check_active(response: Response, zh: str = "终止", en: str = "ended") -> None:
    """Raises Refused `response_transition`."""
    if response.state != "active":
        raise _refuse(response, zh, en)


def end(
    response: Response, act: Act, reason: str, seat: Seat | None = None, handed_over: Sequence[JsonObject] = ()
) -> Response:
    """终止. `handed_over`: what was open and to whom or why it goes on: aftercare outlasts a response (law art. 86)."""
    check_active(response)
    why = _because(reason, "终止响应必须写明理由。", "To end a response you must give a reason.")
    post = None if seat is None else seat.to_json()
    left: list[Json] = list(handed_over)
    ended: JsonObject = {"by": act.by, "at": iso(act.at), "reason": why, "post": post, "handed_over": left}
    return replace(response, state="ended", ended=ended, version=response.version + 1)


_SHOWN = ("active", "proposed", "ended", "declined")


def summary(responses: Sequence[Response]) -> dict[str, Json] | None:
    """What the incident's head says: the highest active response, else the newest proposal, else what was last ended."""
    if not responses:
        return None
    newest = max(responses, key=lambda r: (-_SHOWN.index(r.state), r.proposed_at, str(r.id)))
    for response in responses:
        if response.state == newest.state == "active" and LEVELS.index(response.level) < LEVELS.index(newest.level):
            newest = response
    return {"level": newest.level, "plan_zh": newest.plan_zh, "plan_en": newest.plan_en, "state": newest.state}
