"""What the exercise has produced so far, for injects that refer to it, and who plays whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from command import store
from command.exercises.scenario import Inject, Scenario, inject_id, is_reference
from command.orders.task import Task
from command.organisation.book import organisation, unit_id
from command.responses.response import Response
from incidents import store as incident_store
from incidents.classification import is_within
from incidents.incident import Incident
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Connection
from spine.principal import Grant, Principal, Role, feed


class NotThereYet(Exception):
    """An inject refers to something that nobody has brought about yet."""


@dataclass(frozen=True, slots=True)
class World:
    """The main incident with its newest proposal and its orders; None and empty while there is none."""

    scenario: Scenario
    exercise_id: UUID
    starts_at: datetime
    incident: Incident | None
    response: Response | None
    tasks: tuple[Task, ...]

    def has(self, what: str | None) -> bool:
        match what:
            case None:
                return True
            case "incident":
                return self.incident is not None
            case "response":
                return self.response is not None
            case _:
                return len(self.tasks) > 0

    def tasks_for(self, each: str) -> tuple[Task, ...]:
        """The orders that a for_each inject speaks of."""
        if each == "unsigned_tasks":
            return tuple(task for task in self.tasks if task.state == "issued")
        return tuple(t for t in self.tasks if t.state in {"signed", "in_progress"} and t.progress is None)

    def resolve(self, value: Any, task: Task | None = None) -> Json:
        """The value with every reference looked up. Raises NotThereYet."""
        if isinstance(value, Mapping):
            held: dict[str, Any] = dict(value)  # pyright: ignore[reportUnknownArgumentType]
            if is_reference(held):
                return self._look_up(*next(iter(held.items())), task)
            return {name: self.resolve(inner, task) for name, inner in held.items()}
        if isinstance(value, list):
            listed: list[Any] = value  # pyright: ignore[reportUnknownVariableType]
            return [self.resolve(inner, task) for inner in listed]
        return value

    def resolve_object(self, value: Mapping[str, Any], task: Task | None = None) -> JsonObject:
        return {name: self.resolve(inner, task) for name, inner in value.items()}

    def _look_up(self, name: str, value: Any, task: Task | None) -> Json:
        if name == "at":
            return iso(self.starts_at + timedelta(minutes=float(value)))
        if name == "unit":
            return str(unit_id(str(value)))
        if value == "task" and task is not None:
            return str(task.id)
        if str(value).startswith("alert:"):
            return str(self._alert(str(value).partition(":")[2]))
        if value == "incident" and self.incident is not None:
            return str(self.incident.id)
        if self.response is not None:
            if value == "response":
                return str(self.response.id)
            if value == "response.level":
                return self.response.suggested_level
            if value == "response.tasks":
                return [str(line["code"]) for line in self.response.proposed_tasks]
        raise NotThereYet(str(value))

    def _alert(self, external_id: str) -> UUID:
        """An alert's id is that of the command that brought it in."""
        for inject in self.scenario.injects:
            for number, command in enumerate(inject.commands):
                if command.kind == "alert.receive" and command.data.get("external_id") == external_id:
                    return command_id(inject_id(self.exercise_id, inject.number), f"do:{number}")
        raise NotThereYet(external_id)


async def look(conn: Connection, scenario: Scenario, exercise_id: UUID, starts_at: datetime) -> World:
    found = [i for i in await incident_store.open_incidents(conn) if is_within(i.class_key, scenario.main_class)]
    if not found:
        return World(scenario, exercise_id, starts_at, None, None, ())
    incident = min(found, key=lambda i: (i.opened_at, i.id))
    proposed = [r for r in await store.responses_of(conn, incident.id) if r.state == "proposed"]
    tasks = await store.tasks_of_incident(conn, incident.id)
    return World(scenario, exercise_id, starts_at, incident, proposed[-1] if proposed else None, tuple(tasks))


async def any_fact(conn: Connection, kinds: tuple[str, ...]) -> bool:
    """Whether the record already holds a fact of one of these kinds: the players have acted."""
    row = await (
        await conn.execute("SELECT EXISTS (SELECT 1 FROM spine.fact WHERE kind = ANY(%s))", (list(kinds),))
    ).fetchone()
    return row is not None and bool(row[0])


async def answered(conn: Connection, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Which of these commands have been carried out already."""
    rows = await (
        await conn.execute(
            "SELECT command_id FROM spine.receipt WHERE command_id = ANY(%s) AND answer IS NOT NULL", (list(ids),)
        )
    ).fetchall()
    return frozenset(found for (found,) in rows)


def command_id(inject: UUID, what: str) -> UUID:
    """The id of a command that an inject causes: the same after every restart, so nothing is ever done twice."""
    return uuid5(inject, what)


def player(inject: Inject, task: Task | None = None) -> Principal:
    """The simulator in somebody's part. He exists in exercises only, and the record says that it was he."""
    role, _, name = inject.plays.partition(":")
    if role == "feed":
        return feed(name)
    if role == "unit":
        unit = organisation().units[name]
        grant = Grant(Role.FIELD_UNIT, unit=str(unit_id(name)))
        return Principal(f"exercise:unit:{name}", f"导调（模拟{unit.call_sign}）", (grant,))
    if role == "department":
        code = task.department if task is not None else name
        grant = Grant(Role.DEPARTMENT, department=code)
        return Principal(f"exercise:department:{code}", f"导调（模拟{organisation().departments[code].zh}）", (grant,))
    if role == "leader":
        return Principal("exercise:leader", "导调（模拟领导）", (Grant(Role.LEADER),))
    return Principal("exercise:duty_officer", "导调（模拟值班员）", (Grant(Role.DUTY_OFFICER),))
