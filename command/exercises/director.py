"""The director's runner (导调): asks the realm's clock which injects are due and carries them out as ordinary commands.

Nothing is remembered outside the database, and every command has an id made from its inject: a restart repeats nothing.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from command.exercises import store
from command.exercises.exercise import Exercise, InjectRow
from command.exercises.scenario import Inject, InjectCommand, Scenario, load_scenario
from command.exercises.world import NotThereYet, World, answered, any_fact, command_id, look, player
from command.orders.task import Task
from spine.canonical import Json, JsonObject
from spine.carry_out import Answer
from spine.command import Envelope, Registry
from spine.errors import Refused
from spine.principal import Principal, system
from spine.realm import Realm

CarryOut = Callable[[Realm, Registry, Principal, Envelope], Awaitable[Answer]]

DIRECTOR = system("director")
STREAM = "exercise"


@dataclass(frozen=True, slots=True)
class _Run:
    """One look at the exercise: its realm, what it has produced, and how commands are carried out."""

    realm: Realm
    registry: Registry
    carry_out: CarryOut
    exercise: Exercise
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class _Hand:
    """Commands that stand for an inject. `state`: what it has come to when they went out.

    `begun`: those that went out before the program was stopped; what they refer to may have moved on since.
    """

    state: str
    variant: str
    commands: Sequence[InjectCommand]
    begun: frozenset[UUID]

    def id_of(self, row: InjectRow, number: int, task: Task | None) -> UUID:
        return command_id(row.id, f"{self.variant}:{number}" + ("" if task is None else f":{task.id}"))


async def run_due(realm: Realm, registry: Registry, carry_out: CarryOut) -> int:
    """Carry out what is due now. Returns how many injects were looked at; nothing happens in a realm that is no exercise."""
    if not realm.is_exercise:
        return 0
    async with realm.pool.connection() as conn:
        exercise = await store.find_exercise(conn)
        if exercise is None or exercise.state != "running":
            return 0
        todo = await store.injects_to_do(conn, realm.clock.now())
    if not todo:
        return 0
    run = _Run(realm, registry, carry_out, exercise, load_scenario(exercise.scenario))
    for row in todo:
        await _one(run, row)
    return len(todo)


async def _one(run: _Run, row: InjectRow) -> None:
    inject = run.scenario.inject(row.no)
    if row.state == "planned":
        if inject.unless and await _happened(run, inject.unless):
            await _control(run, row, "inject.skip", {"inject_id": str(row.id), "reason": "参演人员已自行处置"})
            return
        await _control(run, row, "inject.deliver", {"inject_id": str(row.id)})
        row = await _again(run, row)
        if row.state != "delivered":
            return
    await _perform(run, row, inject)


async def _happened(run: _Run, kinds: tuple[str, ...]) -> bool:
    async with run.realm.pool.connection() as conn:
        return await any_fact(conn, kinds)


async def _again(run: _Run, row: InjectRow) -> InjectRow:
    async with run.realm.pool.connection() as conn:
        return next(r for r in await store.injects(conn) if r.id == row.id)


async def _control(run: _Run, row: InjectRow, kind: str, data: JsonObject, what: str = "") -> None:
    """A command of exercise control itself. Another worker, or the director's hand, may have been faster."""
    envelope = Envelope(command_id(row.id, f"{kind}{what}"), kind, STREAM, row.delivered_at or row.due_at, data)
    try:
        await run.carry_out(run.realm, run.registry, DIRECTOR, envelope)
    except Refused as refusal:
        if refusal.code not in {"inject_transition", "exercise_ended", "command_id_taken"}:
            raise


async def _perform(run: _Run, row: InjectRow, inject: Inject) -> None:
    async with run.realm.pool.connection() as conn:
        world = await look(conn, run.scenario, run.exercise.id, run.exercise.starts_at)
        begun = await answered(conn, [command_id(row.id, f"do:{n}") for n in range(len(inject.commands))])
        replaced = await answered(conn, [command_id(row.id, f"instead:{n}") for n in range(len(inject.instead))])
    delivered = row.delivered_at or row.due_at
    if (world.has(inject.needs) or begun) and not replaced:
        try:
            await _play(run, row, inject, world, _Hand("carried_out", "do", inject.commands, begun))
        except NotThereYet as missing:
            await _wait(run, row, str(missing))
        return
    if not replaced and run.realm.clock.now() < delivered + timedelta(minutes=inject.wait_minutes):
        await _wait(run, row, inject.needs or "")
        return
    if inject.instead:
        await _play(run, row, inject, world, _Hand("replaced", "instead", inject.instead, replaced))
        return
    await _record(run, row, {"state": "gave_up", "waits_for": inject.needs, "commands": []}, done=True)


async def _wait(run: _Run, row: InjectRow, what: str) -> None:
    if row.outcome is None:
        await _record(run, row, {"state": "waiting", "waits_for": what, "commands": []}, done=False)


async def _play(run: _Run, row: InjectRow, inject: Inject, world: World, hand: _Hand) -> None:
    """Everything is looked up before the first command goes out, so that an inject is not left half done."""
    tasks: tuple[Task | None, ...] = (None,) if inject.for_each is None else world.tasks_for(inject.for_each)
    planned: list[tuple[InjectCommand, Task | None, UUID, JsonObject]] = []
    results: list[Json] = []
    for task in tasks:
        for number, command in enumerate(hand.commands):
            known = hand.id_of(row, number, task)
            if known in hand.begun:
                results.append({"id": str(known), "kind": command.kind, "refused": None})
            else:
                planned.append((command, task, known, world.resolve_object(command.data, task)))
    refused = 0
    for command, task, known, data in planned:
        at = row.delivered_at or row.due_at
        envelope = Envelope(known, command.kind, _stream(command, data, task), at, data)
        result: dict[str, Json] = {"id": str(known), "kind": command.kind, "refused": None}
        try:
            await run.carry_out(run.realm, run.registry, player(inject, task), envelope)
        except Refused as refusal:
            refused += 1
            result["refused"] = {"code": refusal.code, "zh": refusal.zh, "en": refusal.en}
        results.append(result)
    outcome = hand.state if refused == 0 else "refused" if refused == len(results) else "partly_refused"
    await _record(run, row, {"state": outcome, "waits_for": None, "commands": results}, done=True)


def _stream(command: InjectCommand, data: JsonObject, task: Task | None) -> str:
    match command.stream:
        case "incident":
            return f"incident:{data['incident_id']}" if "incident_id" in data else "board"
        case "unit":
            return f"unit:{data['unit_id']}"
        case "department":
            return "board" if task is None else f"department:{task.department}"
        case _:
            return "board"


async def _record(run: _Run, row: InjectRow, outcome: JsonObject, *, done: bool) -> None:
    data: JsonObject = {"inject_id": str(row.id), "outcome": outcome, "done": done}
    await _control(run, row, "inject.record", data, f":{outcome['state']}")
