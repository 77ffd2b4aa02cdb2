"""The followers of instructions and consultations: an order takes a step, a time passes, an incident is reopened."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from command.consultations.steps import MERGE, OPINION
from command.consultations.store import consultation_of_opinion
from command.instructions.instruction import ESCALATION, FEEDBACK
from command.reaction import answer_fact
from spine.canonical import Json, JsonObject
from spine.command import Registry
from spine.follow import Follower
from spine.realm import Realm
from spine.record import Fact

NAME = "instructions"
CLOCKS = "instruction_clocks"
_STEPS = frozenset(
    {
        "task.issued",
        "task.planned",
        "task.split",
        "task.reissued",
        "task.started",
        "task.progressed",
        "task.returned",
        "task.submitted",
        "task.sent_back",
        "task.closed",
        "task.cancelled",
        "unit.arrived",
    }
)
"""After these an instruction's orders may stand otherwise."""


def follower(registry: Registry) -> Follower:
    """Reads the incidents' streams: the instruction follows its orders, and clocks run again in a reopened incident."""

    async def handle(realm: Realm, fact: Fact) -> None:
        if fact.kind == "incident.reopened":
            data: JsonObject = {"incident_id": fact.stream.partition(":")[2]}
            for kind in ("instruction.resume_clocks", "consultation.resume_clocks"):
                await answer_fact(realm, registry, NAME, fact, kind, data)
            return
        for instruction in _carried_out(fact):
            await answer_fact(
                realm, registry, NAME, fact, "instruction.follow", {"instruction_id": instruction}, instruction
            )

    return Follower(NAME, "incident:", _STEPS | {"incident.reopened"}, handle)


def clocks_follower(registry: Registry) -> Follower:
    """Reads the city's board, where every passed deadline stands once."""

    async def handle(realm: Realm, fact: Fact) -> None:
        if fact.stream != "board":
            return
        for row in _passed(fact):
            subject = str(row["subject_id"])
            if row["kind"] in {FEEDBACK, ESCALATION}:
                await answer_fact(realm, registry, CLOCKS, fact, "instruction.escalate", {"instruction_id": subject})
            elif row["kind"] == MERGE:
                await answer_fact(
                    realm, registry, CLOCKS, fact, "consultation.meet_silence", {"consultation_id": subject}
                )
            elif row["kind"] == OPINION:
                async with realm.pool.connection() as conn:
                    consultation = await consultation_of_opinion(conn, UUID(subject))
                if consultation is not None:
                    data: JsonObject = {"consultation_id": str(consultation), "opinion_id": subject}
                    await answer_fact(realm, registry, CLOCKS, fact, "consultation.meet_silence", data)

    return Follower(CLOCKS, "board", frozenset({"deadline.passed"}), handle)


def _now(fact: Fact, collection: str) -> list[Mapping[str, Json]]:
    now = cast(Mapping[str, Mapping[str, Json]], fact.content().get("now") or {})
    return [cast(Mapping[str, Json], one) for one in now.get(collection, {}).values() if one is not None]


def _carried_out(fact: Fact) -> list[str]:
    return sorted({str(task["instruction_id"]) for task in _now(fact, "tasks") if task.get("instruction_id")})


def _passed(fact: Fact) -> list[Mapping[str, Json]]:
    return [row for row in _now(fact, "deadlines") if row.get("passed")]
