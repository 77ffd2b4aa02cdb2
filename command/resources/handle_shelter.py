"""The commands on shelters and hospital beds."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

from command.evacuation import reservation_store
from command.evacuation.reservation import counted_in, total
from command.notice import Notice, To
from command.orders.steps import act_of
from command.publish import Publication
from command.requests.store import requests_on_shelter
from command.resources import beds as bed_rules
from command.resources import shelter as rules
from command.resources.beds import Hospital
from command.resources.beds_store import lock_hospital, save_hospital
from command.resources.commands import (
    CloseShelter,
    OpenShelter,
    ReportBeds,
    ReportShelter,
    RestoreShelter,
    SuspendShelter,
)
from command.resources.handle_stock import owned_by
from command.resources.publish import RESOURCES, put_shelter
from command.resources.shelter import Shelter, shelter_rules
from command.resources.shelter_store import lock_shelter, save_shelter
from incidents.incident import require_open
from incidents.summary import hold
from spine.authority import Allow, Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.principal import Role

_OVER_TOLD: tuple[tuple[To, str], ...] = (("post", "watch_commander"), ("department", "CIV"))
"""The duty desk, and whoever looks after people in shelters (customary division of work, `organisation/departments.yaml`)."""

D = TypeVar("D", bound=CommandData)


class _NamesShelter(Protocol):
    @property
    def shelter_id(self) -> UUID: ...


async def _load(tx: Transaction, command: Command[Any]) -> Shelter:
    data: _NamesShelter = command.data
    if isinstance(data, OpenShelter) and data.incident_id is not None:
        require_open((await hold(tx, data.incident_id)).incident)
    return await lock_shelter(tx.conn, data.shelter_id)


def _scope(shelter: Shelter) -> Scope:
    """Its county's government runs it; the county's emergency bureau and civil affairs look after the people in it."""
    county = shelter.area_code[:6]
    return Scope(shelter.area_code, frozenset({shelter.department, f"EMB-{county}", "CIV"}))


async def _open(tx: Transaction, command: Command[OpenShelter], shelter: Shelter) -> Outcome:
    opened = rules.open_shelter(shelter, act_of(tx, command), command.data.incident_id)
    return await _carry(tx, "shelter.opened", shelter, opened)


async def _report(tx: Transaction, command: Command[ReportShelter], shelter: Shelter) -> Outcome:
    data = command.data
    told = rules.report(shelter, act_of(tx, command), data.occupied, data.needs, data.over_reason)
    late = told is shelter
    if not late and shelter.reserved:
        kept = await reservation_store.kept(tx.conn, shelter_id=shelter.id)
        changed = counted_in(kept, shelter.occupied, data.occupied, min(command.occurred_at, tx.at))
        for one in changed:
            await reservation_store.save(tx.conn, one)
        told = replace(told, reserved=total(await reservation_store.kept(tx.conn, shelter_id=shelter.id)))
    notices = _too_many(told) if told.over > shelter.over else []
    return await _carry(
        tx,
        "shelter.reported",
        shelter,
        told,
        notices,
        occupied=data.occupied,
        capacity=shelter.capacity,
        late=late,
        over=told.over,
    )


def _too_many(shelter: Shelter) -> list[Notice]:
    """More people than it holds: written down as it is, and said loudly to whoever can do something about it."""
    zh = f"{shelter.zh}核定容纳 {shelter.capacity} 人，现有 {shelter.occupied} 人，超出 {shelter.over} 人。"
    en = f"{shelter.en} holds {shelter.capacity}; {shelter.occupied} people are in it, {shelter.over} too many."
    why = f"现场说明：{shelter.over_reason}。" if shelter.over_reason else "请立即安排分流，并说明原因。"
    why_en = f" They say: {shelter.over_reason}." if shelter.over_reason else " Move some of them on, and say why."
    return [
        Notice(
            to,
            (f"▲ {shelter.zh}超员 {shelter.over} 人", f"▲ {shelter.en}: {shelter.over} people too many"),
            (f"{zh}{why}", f"{en}{why_en}"),
            ("shelter", shelter.id),
            shelter.incident_id,
        )
        for to in _OVER_TOLD
    ]


async def _close(tx: Transaction, command: Command[CloseShelter], shelter: Shelter) -> Outcome:
    closed = rules.close(shelter, act_of(tx, command), command.data.reason)
    return await _carry(tx, "shelter.closed", shelter, closed, reason=command.data.reason)


async def _suspend(tx: Transaction, command: Command[SuspendShelter], shelter: Shelter) -> Outcome:
    """Whoever counts on places in it hears at once that they are gone."""
    reason = command.data.reason
    gone = rules.suspend(shelter, act_of(tx, command), reason)
    counting = await requests_on_shelter(tx.conn, shelter.id)
    notices = [
        Notice(
            ("department", request.department),
            (f"{shelter.zh}停用", f"{shelter.en} is out of use"),
            (f"{reason}。请求 {request.no} 的安置位需另找。", f"{reason}. Find other places for request {request.no}."),
            ("request", request.id),
            request.incident_id,
        )
        for request in counting
    ]
    return await _carry(tx, "shelter.suspended", shelter, gone, notices, reason=reason)


async def _restore(tx: Transaction, command: Command[RestoreShelter], shelter: Shelter) -> Outcome:
    back = rules.restore(shelter, act_of(tx, command), command.data.reason)
    return await _carry(tx, "shelter.restored", shelter, back, reason=command.data.reason)


async def _carry(
    tx: Transaction, kind: str, before: Shelter, shelter: Shelter, notices: Sequence[Notice] = (), **more: Json
) -> Outcome:
    data: JsonObject = {"shelter_id": str(shelter.id), "name_zh": shelter.zh, "name_en": shelter.en, **more}
    publication = Publication(kind, data)
    for notice in notices:
        publication.give(notice)
    if shelter is before:
        publication.tell(RESOURCES)
    else:
        await save_shelter(tx.conn, shelter)
        put_shelter(publication, before, shelter)
    result: JsonObject = {
        "shelter_id": str(shelter.id),
        "state": shelter.state,
        "free": shelter.free,
        "over": shelter.over,
    }
    return Outcome(publication.facts(), {**result, "moved": shelter is not before})


# --- beds ----------------------------------------------------------------------------------------------------------------


async def _load_hospital(tx: Transaction, command: Command[ReportBeds]) -> Hospital:
    return await lock_hospital(tx.conn, command.data.hospital)


def _scope_hospital(hospital: Hospital) -> Scope:
    return Scope(hospital.area_code, owned_by(hospital.department).departments)


async def _beds(tx: Transaction, command: Command[ReportBeds], hospital: Hospital) -> Outcome:
    told = bed_rules.report(hospital, act_of(tx, command), command.data.wards, command.data.emergency)
    await save_hospital(tx.conn, told)
    data: JsonObject = {
        "hospital": hospital.code,
        "name_zh": hospital.zh,
        "name_en": hospital.en,
        "emergency": told.emergency,
        "wards": {ward: {"available": beds.available, "total": beds.total} for ward, beds in told.wards.items()},
    }
    publication = Publication("beds.reported", data)
    publication.tell(RESOURCES)
    return Outcome(publication.facts(), {"hospital": hospital.code})


def _step(data: type[D], run: Callable[[Transaction, Command[D], Shelter], Awaitable[Outcome]]) -> AnyHandling:
    return Handling(data, Allow(shelter_rules().who), _load, _scope, run)


HANDLINGS: tuple[AnyHandling, ...] = (
    _step(OpenShelter, _open),
    _step(ReportShelter, _report),
    _step(CloseShelter, _close),
    _step(SuspendShelter, _suspend),
    _step(RestoreShelter, _restore),
    Handling(ReportBeds, allow(Role.DEPARTMENT, Role.DUTY_OFFICER), _load_hospital, _scope_hospital, _beds),
)
