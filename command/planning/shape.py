"""The shape of a contingency plan (数字化预案): what a plan file, a version in the database and the editor hold. Nothing is judged here."""

from dataclasses import dataclass
from typing import Literal

from command.organisation.book import Named
from command.rulebook import STRICT
from command.transitions import LEVELS, Level
from incidents.classification import is_within

Basis = Literal["statute", "illustrative"]
Colour = Literal["red", "orange", "yellow", "blue"]
Evidence = Literal["text", "photo", "file"]
Kind = Literal["overall", "special", "department", "grassroots", "unit", "event"]
Priority = Literal["life", "urgent", "normal"]
Proposes = Literal["raise", "lower", "add_task", "move_unit", "extend_zone", "stand_down"]


@dataclass(frozen=True, slots=True)
class LegalBasis:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    clause: str
    source: str


@dataclass(frozen=True, slots=True)
class LevelRule:
    """What a response level needs: which posts propose and approve, how long the decision may take, who is told.

    `deputies`: posts that are asked in this order, each for `decide_minutes`, when the one before did not decide in time.
    `report_minutes`: how often follow-up reports are due; `press_minutes`: by when the public is first told.
    """

    __pydantic_config__ = STRICT
    zh: str
    en: str
    proposed_by: str
    approved_by: str
    decide_minutes: int
    notify: tuple[str, ...]
    clause: str
    source: str
    basis: Basis
    deputies: tuple[str, ...] = ()
    report_minutes: int | None = None
    press_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """One condition that speaks for a level: a grade or worse, a figure of at least so much, or a warning colour."""

    __pydantic_config__ = STRICT
    level: Level
    zh: str
    en: str
    clause: str
    source: str
    basis: Basis
    grade: Level | None = None
    metric: str | None = None
    at_least: float | None = None
    colour: Colour | None = None


@dataclass(frozen=True, slots=True)
class PlanResource:
    """What a task needs: `kind` is a unit capability, a unit kind or an item of stock; `holder`: the department that has it."""

    __pydantic_config__ = STRICT
    kind: str
    quantity: int
    holder: str | None = None


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """A working group (工作组) of the headquarters: who leads it, who belongs to it, what it does."""

    __pydantic_config__ = STRICT
    id: str
    zh: str
    en: str
    lead: str
    members: tuple[str, ...]
    duty_zh: str
    duty_en: str


@dataclass(frozen=True, slots=True)
class Termination:
    """When the response may end, and which post says so."""

    __pydantic_config__ = STRICT
    condition_zh: str
    condition_en: str
    approved_by: str
    clause: str
    source: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class WatchRule:
    """Something that is watched while the plan is active: when it comes true, a proposal appears (动态决策).

    Condition: one of `metric` with `at_least` or `at_most` (a figure of the incident, or the median of a model's outcome when
    `assessed`), `colour` (a warning's), `overdue_tasks` (so many orders past due), `help_wanted` (a unit asks for help),
    `unsigned_minutes` (an order unsigned for so long), `quiet_hours` (no new figure or warning for so long).
    `proposes`: what is proposed; `level` for raise and lower, `task` (a code of this plan) for add_task.
    `automatic`: done at once by the machine, only ever for add_task of tasks that endanger nobody; else a person decides.
    """

    __pydantic_config__ = STRICT
    id: str
    zh: str
    en: str
    proposes: Proposes
    if_ignored_zh: str
    if_ignored_en: str
    clause: str
    source: str
    basis: Basis
    metric: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    assessed: bool = False
    colour: Colour | None = None
    overdue_tasks: int | None = None
    help_wanted: bool = False
    unsigned_minutes: int | None = None
    quiet_hours: float | None = None
    level: Level | None = None
    task: str | None = None
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class PlanTask:
    """A task that this plan gives at `level` and every higher one. `owner` may hold {county}: the incident's county.

    Clocks are T+ minutes from activation: it begins at `start_minutes` (T+0 when 0) and is due `due_minutes` after it began.
    `after`: codes of this plan's tasks that must be closed before it begins. `joint`: every department in `support` gets a part
    of its own, and the owner leads them. `precondition`: what must hold in words, for the one who chooses tasks.
    `shared`: names the purpose where several plans serve the same one (`evacuation`): the same owner gets one order for it.
    """

    __pydantic_config__ = STRICT
    code: str
    level: Level
    zh: str
    en: str
    text_zh: str
    text_en: str
    owner: str
    support: tuple[str, ...]
    due_minutes: int
    deliverable: str
    evidence: tuple[Evidence, ...]
    clause: str
    source: str
    basis: Basis
    sign_minutes: dict[Level, int] | None = None
    start_minutes: int = 0
    after: tuple[str, ...] = ()
    joint: bool = False
    priority: Priority = "normal"
    precondition_zh: str | None = None
    precondition_en: str | None = None
    checklist: tuple[Named, ...] = ()
    resources: tuple[PlanResource, ...] = ()
    shared: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`issuer_en`: the issuer in English; plans of before it was asked for have none."""

    __pydantic_config__ = STRICT
    version: int
    id: str
    zh: str
    en: str
    issuer: str
    illustrative: bool
    classes: tuple[str, ...]
    decision: Literal["explicit"]  # silence never starts a response (invariant 16)
    legal_basis: tuple[LegalBasis, ...]
    levels: dict[Level, LevelRule]
    sign_minutes: dict[Level, int]
    triggers: tuple[Trigger, ...]
    tasks: tuple[PlanTask, ...]
    kind: Kind = "special"
    doc_no: str | None = None
    valid_from: str | None = None
    review_due: str | None = None
    groups: tuple[PlanGroup, ...] = ()
    watch: tuple[WatchRule, ...] = ()
    termination: Termination | None = None
    issuer_en: str | None = None

    def applies_to(self, class_key: str) -> bool:
        return any(is_within(class_key, family) for family in self.classes)

    def tasks_at(self, level: Level) -> tuple[PlanTask, ...]:
        """The tasks of a level: its own and those of every lower one."""
        return tuple(task for task in self.tasks if LEVELS.index(task.level) >= LEVELS.index(level))

    def sign_minutes_of(self, task: PlanTask, level: Level) -> int:
        return (task.sign_minutes or self.sign_minutes).get(level, self.sign_minutes[level])
