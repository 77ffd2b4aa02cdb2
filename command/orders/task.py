"""An order (任务): what it is, how a new one is made, and what a step says. What may happen to it: `orders/actions.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from command.transitions import task_transitions
from incidents.incident import Incident
from spine.canonical import JsonObject

Priority = Literal["life", "urgent", "normal"]


@dataclass(frozen=True, slots=True)
class Task:
    """One order as stored. `state_at`: when the centre knew of the present state.

    `parent_id`: the order it is a part of; `joint`: its parts are other departments' shares and this one leads them.
    `after`: orders that must be closed before it begins; `start_at`: when it begins at the earliest (None: at once).
    `evidence`: what must be handed in with it (text, photo, file). `instruction_id`: the leader's instruction it carries out.
    `due_from`, `step_from`: when the total clock and the present step's began, pauses taken out; a step without a limit of its
    own has none. The shapes of `pause`, `pause_ask`, `extension_ask`, `extension`, `urged`, `supervised` and `cards` stand in
    migration 0021.
    """

    id: UUID
    no: str
    incident_id: UUID
    incident_title: str
    area_code: str | None
    response_id: UUID | None
    code: str | None
    title: str
    title_en: str | None
    text: str
    text_en: str | None
    department: str
    support: Sequence[str]
    unit_id: UUID | None
    clause: str | None
    source: str | None
    deliverable: str | None
    lon: float | None
    lat: float | None
    origin: str | None
    place: str | None
    state: str
    state_at: datetime
    issued_at: datetime
    sign_minutes: int
    due_minutes: int
    sign_due: datetime
    due: datetime
    signed_at: datetime | None
    submitted_at: datetime | None
    closed_at: datetime | None
    arrived_at: datetime | None
    returned: JsonObject | None
    progress: JsonObject | None
    need_help: JsonObject | None
    parent_id: UUID | None
    joint: bool
    instruction_id: UUID | None
    after: Sequence[UUID]
    start_at: datetime | None
    evidence: Sequence[str]
    priority: Priority
    due_from: datetime
    step_from: datetime | None
    step_due: datetime | None
    pause: JsonObject | None
    pause_ask: JsonObject | None
    extension_ask: JsonObject | None
    extension: JsonObject | None
    urged: JsonObject | None
    supervised: JsonObject | None
    cards: JsonObject
    yellow_cards: int
    red_cards: int
    version: int
    updated_at: datetime

    @property
    def is_open(self) -> bool:
        return task_transitions().is_open(self.state)

    @property
    def is_paused(self) -> bool:
        return self.pause is not None


@dataclass(frozen=True, slots=True)
class Act:
    """Who does something, when he did it and when the centre hears of it."""

    by: JsonObject
    occurred_at: datetime
    at: datetime


def new_task(
    task_id: UUID,
    incident: Incident,
    act: Act,
    *,
    number: int,
    department: str,
    title: str,
    text: str,
    sign_minutes: int,
    due_minutes: int,
    title_en: str | None = None,
    text_en: str | None = None,
    support: Sequence[str] = (),
    deliverable: str | None = None,
    code: str | None = None,
    response_id: UUID | None = None,
    clause: str | None = None,
    source: str | None = None,
    unit_id: UUID | None = None,
    parent_id: UUID | None = None,
    joint: bool = False,
    instruction_id: UUID | None = None,
    after: Sequence[UUID] = (),
    start_minutes: int = 0,
    evidence: Sequence[str] = (),
    priority: Priority = "normal",
    no: str | None = None,
) -> Task:
    """A newly issued order; its number is the incident's with a running one behind it unless `no` gives another.

    One that must wait (for a time or for other orders) is `waiting`; its clocks count from when it begins.
    """
    start_at = act.at + timedelta(minutes=start_minutes) if start_minutes > 0 else None
    begins = start_at or act.at
    return Task(
        id=task_id,
        no=no or f"{incident.no}-R{number:02d}",
        incident_id=incident.id,
        incident_title=incident.title,
        area_code=incident.area_code,
        response_id=response_id,
        code=code,
        title=title,
        title_en=title_en,
        text=text,
        text_en=text_en,
        department=department,
        support=tuple(support),
        unit_id=unit_id,
        clause=clause,
        source=source,
        deliverable=deliverable,
        lon=incident.lon,
        lat=incident.lat,
        origin=incident.origin,
        place=incident.place,
        state="waiting" if start_at is not None or after else "issued",
        state_at=act.at,
        issued_at=act.at,
        sign_minutes=sign_minutes,
        due_minutes=due_minutes,
        sign_due=begins + timedelta(minutes=sign_minutes),
        due=begins + timedelta(minutes=due_minutes),
        signed_at=None,
        submitted_at=None,
        closed_at=None,
        arrived_at=None,
        returned=None,
        progress=None,
        need_help=None,
        parent_id=parent_id,
        joint=joint,
        instruction_id=instruction_id,
        after=tuple(after),
        start_at=start_at,
        evidence=tuple(evidence),
        priority=priority,
        due_from=begins,
        step_from=None,
        step_due=None,
        pause=None,
        pause_ask=None,
        extension_ask=None,
        extension=None,
        urged=None,
        supervised=None,
        cards={},
        yellow_cards=0,
        red_cards=0,
        version=1,
        updated_at=act.at,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """The task after the action. `late`: a late entry; `moved`: whether the action changed the task's state or content."""

    task: Task
    moved: bool
    late: bool
