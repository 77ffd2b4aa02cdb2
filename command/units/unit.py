"""A field unit (现场力量): its status machine, arrival, and its calls for help. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from command.orders.task import Act
from command.transitions import time_limits, unit_transitions
from command.units.fatigue import Fatigue, Spell, fatigue_of, spell_after
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as stored. `lon`/`lat`: where it last said it was, its home until it has (`seen_at` is then None).

    `status_at`: when the unit took on its present status, by its own account.
    """

    id: UUID
    code: str | None
    call_sign: str
    name: str
    name_en: str | None
    department: str
    kind: str
    capabilities: Sequence[str]
    crew: int
    status: str
    status_at: datetime | None
    lon: float | None
    lat: float | None
    origin: str
    accuracy_m: float | None
    seen_at: datetime | None
    task_id: UUID | None
    need_help: JsonObject | None
    phone: str | None
    area_code: str | None
    version: int
    on_duty_since: datetime | None = None
    rest_until: datetime | None = None

    @property
    def spell(self) -> Spell:
        return Spell(self.on_duty_since, self.rest_until)


@dataclass(frozen=True, slots=True)
class Place:
    """A position as a unit reports it, already in WGS 84; `origin` names the coordinates it came in."""

    lon: float
    lat: float
    origin: str = "WGS84"
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class UnitStep:
    unit: Unit
    moved: bool
    late: bool


def _change(unit: Unit) -> Unit:
    return replace(unit, version=unit.version + 1)


def _become(unit: Unit, status: str, at: datetime) -> Unit:
    """The unit in another status since `at`; what it does to its hours of work is `fatigue.spell_after`'s to say."""
    spell = spell_after(unit.spell, unit.kind, unit.status, status, at)
    return replace(unit, status=status, status_at=at, on_duty_since=spell.on_duty_since, rest_until=spell.rest_until)


def fatigue(unit: Unit, now: datetime) -> Fatigue:
    return fatigue_of(unit.spell, unit.kind, now)


def set_status(unit: Unit, act: Act, status: str) -> UnitStep:
    """A new status. One that was set before the present one, and arrives after it, is a late entry.

    Raises Refused `unknown_status`, `unit_transition`.
    """
    rules = unit_transitions()
    if status not in rules.states:
        raise Refused(
            "unknown_status",
            zh=f"没有“{status}”这种力量状态。",
            en=f"There is no unit status '{status}'.",
            field="data.status",
        )
    if unit.status_at is not None and act.occurred_at < unit.status_at:
        return UnitStep(unit, moved=False, late=True)
    here = rules.states[unit.status]
    if status not in here.to:
        wanted = rules.states[status]
        raise Refused(
            "unit_transition",
            zh=f"{unit.call_sign} 当前{here.zh}，不能改为{wanted.zh}。",
            en=f"{unit.call_sign} is {here.en}; it cannot become {wanted.en}.",
            field="data.status",
            status=409,
            state=unit.status,
        )
    changed = _become(_change(unit), status, min(act.occurred_at, act.at))
    if status in rules.free:
        changed = replace(changed, task_id=None, need_help=None)
    return UnitStep(changed, True, time_limits().is_late(act.occurred_at, act.at))


def seen(unit: Unit, act: Act, place: Place | None) -> Unit:
    """The unit with the position it reports, unless a newer one is known."""
    if place is None or (unit.seen_at is not None and unit.seen_at > act.occurred_at):
        return unit
    return replace(
        unit,
        lon=place.lon,
        lat=place.lat,
        origin=place.origin,
        accuracy_m=place.accuracy_m,
        seen_at=min(act.occurred_at, act.at),
    )


def dispatch(unit: Unit, act: Act, task_id: UUID) -> Unit:
    """Give the unit an order. Raises Refused `unit_out_of_service`, `unit_busy`."""
    if unit.status == "out_of_service":
        raise Refused(
            "unit_out_of_service",
            zh=f"{unit.call_sign} 已停用，不能指派任务。",
            en=f"{unit.call_sign} is out of service and cannot get an order.",
            field="data.unit_id",
            status=409,
        )
    if unit.task_id is not None and unit.task_id != task_id:
        raise Refused(
            "unit_busy",
            zh=f"{unit.call_sign} 正在执行另一任务，请先召回或等其完成。",
            en=f"{unit.call_sign} is working on another order; recall it first.",
            field="data.unit_id",
            status=409,
            task_id=str(unit.task_id),
        )
    given = replace(_change(unit), task_id=task_id)
    moves = "dispatched" in unit_transitions().states[unit.status].to
    return _become(given, "dispatched", act.at) if moves else given


def release(unit: Unit, act: Act, task_id: UUID) -> Unit:
    """Take an order off the unit (closed, cancelled, sent to others). Where it is does not change, only its order."""
    if unit.task_id != task_id:
        return unit
    free = replace(_change(unit), task_id=None, need_help=None)
    ready = unit.status == "dispatched"  # it had not left yet
    return _become(free, "available", act.at) if ready else free


def recall(unit: Unit, act: Act, task_id: UUID) -> Unit:
    """召回: another unit has its order. One that was on the way turns back; one that had not left is ready again."""
    free = release(unit, act, task_id)
    if free is unit or free.status != "en_route":
        return free
    return _become(free, "returning", act.at)


def arrive(unit: Unit, act: Act, place: Place | None) -> UnitStep:
    """到场, from wherever it was; a unit out of service has to report for duty first."""
    if unit.status == "on_scene":
        return UnitStep(seen(_change(unit), act, place), True, time_limits().is_late(act.occurred_at, act.at))
    step = set_status(unit, act, "on_scene")
    if not step.moved:
        return step
    return UnitStep(seen(step.unit, act, place), True, step.late)


def ask_for_help(unit: Unit, act: Act, kinds: Sequence[str], text: str | None, place: Place | None) -> UnitStep:
    asked: JsonObject = {"kinds": list[Json](kinds), "text": text, "at": iso(min(act.occurred_at, act.at))}
    late = time_limits().is_late(act.occurred_at, act.at)
    if unit.need_help is not None and str(unit.need_help["at"]) > str(asked["at"]):
        return UnitStep(unit, moved=False, late=True)
    return UnitStep(seen(replace(_change(unit), need_help=asked), act, place), True, late)
