"""An emergency response (应急响应) of an incident under a plan. Pure decisions; a person decides, the plan only proposes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from command.propose import Proposal
from command.task import Act
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
    """One response as stored. `suggested` and `decided` are kept apart, each with who, when and why."""

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

    @property
    def suggested_level(self) -> Level:
        return cast(Level, self.suggested["level"])

    @property
    def level(self) -> Level:
        """The decided level, the suggested one until somebody decides."""
        level = None if self.decided is None else self.decided["level"]
        return self.suggested_level if level is None else cast(Level, level)


def propose(response_id: UUID, incident_id: UUID, names: tuple[str, str], proposal: Proposal, act: Act) -> Response:
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
    )


def check_new(held: Sequence[Response], level: Level, *, by_machine: bool) -> None:
    """No proposal at or below what is proposed or active. `held`: the responses of the same plan.

    The machine does not repeat what people have declined or ended; a person may. Raises Refused `already_proposed`.
    """
    for response in held:
        live = response.state in {"proposed", "active"}
        repeated = by_machine and at_least(response.suggested_level, level)
        if (live and at_least(response.level, level)) or repeated:
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


def activate(response: Response, act: Act, level: Level, reason: str | None) -> Response:
    """启动. A level other than the suggested one needs a reason."""
    if response.state != "proposed":
        raise _refuse(response, "启动", "activated")
    why = reason.strip() if reason and reason.strip() else None
    if level != response.suggested_level:
        why = _because(
            reason,
            f"建议{LEVEL_WORDS[response.suggested_level][0]}响应，启动{LEVEL_WORDS[level][0]}响应必须写明理由。",
            f"{LEVEL_WORDS[response.suggested_level][1]} was suggested; give a reason for {LEVEL_WORDS[level][1]}.",
        )
    decided: JsonObject = {"level": level, "by": act.by, "at": iso(act.at), "reason": why}
    return replace(response, state="active", decided=decided, version=response.version + 1)


def decline(response: Response, act: Act, reason: str) -> Response:
    if response.state != "proposed":
        raise _refuse(response, "决定不启动", "declined")
    why = _because(reason, "不启动响应必须写明理由。", "To decline a response you must give a reason.")
    decided: JsonObject = {"level": None, "by": act.by, "at": iso(act.at), "reason": why}
    return replace(response, state="declined", decided=decided, version=response.version + 1)


def end(response: Response, act: Act, reason: str) -> Response:
    """终止: who activated ends it; its open orders stay open, aftercare outlasts a response (law art. 86)."""
    if response.state != "active":
        raise _refuse(response, "终止", "ended")
    why = _because(reason, "终止响应必须写明理由。", "To end a response you must give a reason.")
    ended: JsonObject = {"by": act.by, "at": iso(act.at), "reason": why}
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
