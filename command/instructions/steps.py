"""Carrying a decided step of an instruction into the tables, the pictures, the clocks and to people."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from command.instructions import store as rows
from command.instructions.instruction import ESCALATION, FEEDBACK, VOID, Instruction, Step, follow
from command.instructions.objects import instruction_object
from command.notice import Notice, To
from command.orders.task import Act
from command.organisation.book import organisation
from command.publish import Publication
from incidents.summary import Held, hold
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.command import Transaction
from spine.deadlines import set_deadline, settle_deadline
from spine.picture import boards

_SHOWN = 40


class NamesInstruction(Protocol):
    @property
    def instruction_id(self) -> UUID: ...


@dataclass(frozen=True, slots=True)
class HeldInstruction:
    """An instruction under its incident's lock; `held` None: it is of no incident, and its own row is locked."""

    held: Held | None
    instruction: Instruction

    def scope(self) -> Scope:
        return Scope(self.instruction.area_code if self.held is None else self.held.incident.area_code)


async def hold_instruction(tx: Transaction, instruction_id: UUID) -> HeldInstruction:
    """Lock the incident first, then the instruction. Raises Refused `not_found`, `instruction_moved`."""
    incident_id = await rows.incident_of_instruction(tx.conn, instruction_id)
    held = None if incident_id is None else await hold(tx, incident_id, field="data.instruction_id")
    return HeldInstruction(held, await rows.lock_instruction(tx.conn, instruction_id, incident_id))


async def with_its_orders(tx: Transaction, held: HeldInstruction, act: Act) -> Instruction:
    """The instruction as its orders are at this moment: the follower may be a moment behind."""
    return follow(held.instruction, act, await rows.orders_of(tx.conn, held.instruction.id)).instruction


def told(instruction: Instruction, **more: Json) -> JsonObject:
    """What a fact about an instruction says in its `data`."""
    return {
        "instruction_id": str(instruction.id),
        "no": instruction.no,
        "leader": instruction.leader,
        "text": shortened(instruction.text),
        "state": instruction.state,
        **more,
    }


def shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


async def save_step(tx: Transaction, held: HeldInstruction, step: Step, publication: Publication) -> Instruction:
    """Save it and put it, with its clocks, into every picture where it stands. Returns it as saved."""
    before, instruction = held.instruction, step.instruction
    if held.held is not None:
        instruction = replace(instruction, area_code=held.held.incident.area_code)
    await rows.save_instruction(tx.conn, instruction)
    put(instruction, publication, before)
    if held.held is None or held.held.incident.status == "open":
        await run_clock(tx, instruction, FEEDBACK, step.feedback, publication)
        await run_clock(tx, instruction, ESCALATION, step.escalation, publication)
    return instruction


def put(instruction: Instruction, publication: Publication, before: Instruction | None = None) -> None:
    """Open ones stand on the boards, all of an incident's in the incident."""
    key = str(instruction.id)
    shown = instruction_object(instruction)
    now_on = boards(instruction.area_code)
    if before is not None:
        publication.put([s for s in boards(before.area_code) if s not in now_on], "instructions", key, None)
    publication.put(now_on, "instructions", key, shown if instruction.is_open else None)
    if instruction.incident_id is not None:
        publication.put([f"incident:{instruction.incident_id}"], "instructions", key, shown)


async def run_clock(
    tx: Transaction, instruction: Instruction, kind: str, what: datetime | str | None, publication: Publication
) -> None:
    """Start the clock until a time, settle it, void it, or leave it (None)."""
    if what is None:
        return
    if not isinstance(what, datetime):
        row = await settle_deadline(tx, subject_id=instruction.id, kind=kind, void=what == VOID)
        if row is not None:
            publication.deadline(row)
        return
    said = shortened(instruction.text)
    title, to = (f"反馈批示：{said}", f"Answer back: {said}"), ("值班席", "Duty desk")
    if kind == ESCALATION:
        title = (f"批示超时未反馈，将再上报：{said}", f"Overdue, goes further up: {said}")
    row = await set_deadline(
        tx,
        kind=kind,
        incident_id=instruction.incident_id,
        subject_kind="instruction",
        subject_id=instruction.id,
        department=None,
        title_zh=title[0],
        title_en=title[1],
        to_zh=to[0],
        to_en=to[1],
        due_at=what,
        area=instruction.area_code,
        started_at=min(instruction.given_at, what) if not instruction.answers and kind == FEEDBACK else None,
    )
    publication.deadline(row)


def tell(
    instruction: Instruction,
    to: tuple[To, str],
    subject: tuple[str, str],
    more: tuple[str, str],
    publication: Publication,
) -> None:
    """A notice about it. `more`: what follows the words of the instruction, in both languages."""
    about = (f"{instruction.no} {instruction.leader}", f"{instruction.no} {instruction.leader}")
    text = (
        f"{about[0]}：{instruction.text}\n{more[0]}".strip(),
        f"{about[1]}: {instruction.text}\n{more[1]}".strip(),
    )
    publication.give(Notice(to, subject, text, ("instruction", instruction.id), instruction.incident_id))


def post_name(post: str) -> tuple[str, str]:
    found = organisation().posts[post]
    return found.zh, found.en
