"""How exercise commands are carried out. Every fact goes to the stream `exercise`; players never see it."""

from dataclasses import dataclass
from uuid import UUID

from command.exercises import exercise as rules
from command.exercises import store
from command.exercises.commands import DeliverInject, EndExercise, RateExercise, RecordInject, SkipInject
from command.exercises.exercise import Exercise, InjectRow, Rating, rating_object
from command.exercises.picture import exercise_shown, inject_shown
from spine.authority import Scope, allow
from spine.canonical import JsonObject
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.principal import Role
from spine.realm_clock import exercise_only

STREAM = "exercise"


@dataclass(frozen=True, slots=True)
class _Held:
    exercise: Exercise
    inject: InjectRow | None


async def _exercise(tx: Transaction) -> Exercise:
    if not tx.realm.is_exercise:
        raise exercise_only()
    return await store.lock_exercise(tx.conn)


async def _with_inject(tx: Transaction, inject_id: UUID | None) -> _Held:
    exercise = await _exercise(tx)
    return _Held(exercise, None if inject_id is None else await store.lock_inject(tx.conn, inject_id))


async def _load_deliver(tx: Transaction, command: Command[DeliverInject]) -> _Held:
    return await _with_inject(tx, command.data.inject_id)


async def _load_skip(tx: Transaction, command: Command[SkipInject]) -> _Held:
    return await _with_inject(tx, command.data.inject_id)


async def _load_record(tx: Transaction, command: Command[RecordInject]) -> _Held:
    return await _with_inject(tx, command.data.inject_id)


async def _load_rate(tx: Transaction, command: Command[RateExercise]) -> _Held:
    return await _with_inject(tx, command.data.inject_id)


async def _load_end(tx: Transaction, command: Command[EndExercise]) -> _Held:
    return await _with_inject(tx, None)


def _whole_city(_held: _Held) -> Scope:
    return Scope()


def _need(inject: InjectRow | None) -> InjectRow:
    if inject is None:
        raise AssertionError("this command always names an inject")
    return inject


async def _changed(tx: Transaction, held: _Held, inject: InjectRow, kind: str, data: JsonObject) -> Outcome:
    await store.save_inject(tx.conn, inject)
    shown = inject_shown(held.exercise, inject)
    return Outcome([NewFact(STREAM, kind, data, now={"injects": {str(inject.id): shown}})])


async def _deliver(tx: Transaction, command: Command[DeliverInject], held: _Held) -> Outcome:
    rules.require_running(held.exercise)
    inject = rules.deliver(_need(held.inject), command.by.as_by(), tx.at, command.data.reason)
    data: JsonObject = {"inject_id": str(inject.id), "no": inject.no, "reason": inject.reason}
    return await _changed(tx, held, inject, "inject.delivered", data)


async def _skip(tx: Transaction, command: Command[SkipInject], held: _Held) -> Outcome:
    rules.require_running(held.exercise)
    inject = rules.skip(_need(held.inject), command.data.reason)
    data: JsonObject = {"inject_id": str(inject.id), "no": inject.no, "reason": inject.reason}
    return await _changed(tx, held, inject, "inject.skipped", data)


async def _record(tx: Transaction, command: Command[RecordInject], held: _Held) -> Outcome:
    before = _need(held.inject)
    inject = rules.record(before, command.data.outcome, command.data.done)
    if inject == before:
        return Outcome(())
    data: JsonObject = {"inject_id": str(inject.id), "no": inject.no, "outcome": inject.outcome, "done": inject.done}
    return await _changed(tx, held, inject, "inject.recorded", data)


async def _rate(tx: Transaction, command: Command[RateExercise], held: _Held) -> Outcome:
    given = command.data
    rating = Rating(
        command.id,
        held.exercise.id,
        given.inject_id,
        given.criterion,
        given.rating,
        given.text,
        command.by.as_by(),
        tx.at,
    )
    await store.add_rating(tx.conn, rating)
    shown = rating_object(rating)
    fact = NewFact(STREAM, "exercise.rated", {"rating_id": str(rating.id)}, now={"ratings": {str(rating.id): shown}})
    return Outcome([fact], {"rating_id": str(rating.id)})


async def _end(tx: Transaction, command: Command[EndExercise], held: _Held) -> Outcome:
    exercise = rules.end(held.exercise, command.by.as_by(), tx.at, command.data.reason)
    await store.save_exercise(tx.conn, exercise)
    shown = exercise_shown(exercise)
    data: JsonObject = {"reason": command.data.reason}
    return Outcome([NewFact(STREAM, "exercise.ended", data, now={"exercise": {str(exercise.id): shown}})])


HANDLINGS = (
    Handling(DeliverInject, allow(Role.EXERCISE_DIRECTOR, Role.SYSTEM), _load_deliver, _whole_city, _deliver),
    Handling(SkipInject, allow(Role.EXERCISE_DIRECTOR, Role.SYSTEM), _load_skip, _whole_city, _skip),
    Handling(RecordInject, allow(Role.SYSTEM), _load_record, _whole_city, _record),
    Handling(RateExercise, allow(Role.EVALUATOR), _load_rate, _whole_city, _rate),
    Handling(EndExercise, allow(Role.EXERCISE_DIRECTOR), _load_end, _whole_city, _end),
)
