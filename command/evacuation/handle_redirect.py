"""How an evacuation goes on to the next shelter: proposed, redirected with orders by a person, and how kept places are let go."""

from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID, uuid5

from command import store
from command.evacuation import reservation_store
from command.evacuation.next_shelter import (
    Crowd,
    Part,
    parts,
    proposal_words,
    receive_words,
    redirect_words,
    rule_of,
)
from command.evacuation.redirect_commands import MoveIn, ProposeNextShelter, RedirectEvacuation, ReleasePlaces
from command.evacuation.reservation import Reservation, crowd_of, out_of, total
from command.evacuation.reservation_steps import lock_shelters, save_all
from command.evacuation.rules import evacuation_rules
from command.notice import Notice
from command.orders.issue import issue_orders
from command.orders.steps import act_of, counted
from command.orders.task import Act, Task, new_task
from command.proposals import proposal as proposal_rules
from command.proposals import store as proposal_store
from command.proposals.proposal import Proposal
from command.proposals.steps import check_seen, fulfil, propose_on_the_spot
from command.publish import Publication
from command.resources import shelter as shelter_rules
from command.resources.publish import RESOURCES
from command.resources.shelter import Shelter
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Role

WATCH = ("安置监视", "shelter watch")


async def _crowd(tx: Transaction, shelter: Shelter, incident_id: UUID) -> Crowd:
    """Who of this incident finds no room in a locked shelter."""
    kept = await reservation_store.kept(tx.conn, shelter_id=shelter.id)
    waiting, inside = crowd_of(shelter, kept, await reservation_store.leaving(tx.conn, shelter.id)).get(
        incident_id, ([], 0)
    )
    return Crowd(waiting, inside)


# --- proposing -----------------------------------------------------------------------------------------------------------


async def _load_propose(tx: Transaction, command: Command[ProposeNextShelter]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _propose(tx: Transaction, command: Command[ProposeNextShelter], held: Held) -> Outcome:
    data, act = command.data, act_of(tx, command)
    locked = await lock_shelters(tx, [data.shelter_id, *(move.shelter_id for move in data.moves)])
    full = locked[data.shelter_id]
    crowd = await _crowd(tx, full, held.incident.id)
    if held.incident.status != "open" or crowd.people == 0:
        return Outcome(())
    moves = [(locked[move.shelter_id], move.people, move.distance_m, move.minutes) for move in data.moves]
    title, reasons, if_ignored = proposal_words(full, crowd, moves)
    detail: JsonObject = {
        "shelter_id": str(full.id), "shelter_zh": full.zh, "shelter_en": full.en, "people": crowd.people,
        "expected": crowd.expected, "inside": crowd.inside,
        "moves": [_move_object(move, locked[move.shelter_id]) for move in data.moves],
    }  # fmt: skip
    publication = await propose_on_the_spot(
        tx, held, act, command.id, "next_shelter", rule_of(full.id), (WATCH, title, if_ignored), reasons, detail
    )
    if publication is None:
        return Outcome(())
    for code in sorted({full.department, "CIV"}):
        text = (
            f"{' '.join(str(reason['zh']) for reason in reasons)}值班席正在决定改派。",
            f"{' '.join(str(reason['en']) for reason in reasons)} The duty desk is deciding where they go.",
        )
        subject = (f"▲ {full.zh}将住不下", f"▲ {full.en} has no room left")
        publication.give(Notice(("department", code), subject, text, ("shelter", full.id), held.incident.id))
    return Outcome(publication.facts(), {"proposal_id": str(command.id)})


def _move_object(move: MoveIn, to: Shelter) -> JsonObject:
    return {
        "shelter_id": str(to.id), "name_zh": to.zh, "name_en": to.en, "people": move.people, "free": to.promisable,
        "open": to.state == "open", "distance_m": move.distance_m, "minutes": move.minutes,
    }  # fmt: skip


# --- redirecting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _HeldRedirect:
    proposal: Proposal
    held: Held

    def scope(self) -> Scope:
        return Scope(self.held.incident.area_code)


async def _load_redirect(tx: Transaction, command: Command[RedirectEvacuation]) -> _HeldRedirect:
    before = await proposal_store.find_proposal(tx.conn, command.data.proposal_id)
    held = await hold(tx, before.incident_id, field="data.proposal_id")
    return _HeldRedirect(await proposal_store.find_proposal(tx.conn, before.id), held)


async def _redirect(tx: Transaction, command: Command[RedirectEvacuation], redirect: _HeldRedirect) -> Outcome:
    """Places kept where there is room, orders to who brings them and who receives them, and the proposal accepted: all or nothing."""
    held, one, data, act = redirect.held, redirect.proposal, command.data, act_of(tx, command)
    require_open(held.incident)
    _check_kind(one)
    proposal_rules.check_open(one, None)
    check_seen(one, data.expect)
    from_id = UUID(str((one.detail or {})["shelter_id"]))
    locked = await lock_shelters(tx, [from_id, *(move.shelter_id for move in data.moves)], "data.moves")
    full = locked[from_id]
    crowd = await _crowd(tx, full, held.incident.id)
    for move in data.moves:
        _check_room(full, locked[move.shelter_id], move)
    moving = parts(crowd, [(move.shelter_id, move.people) for move in data.moves])
    head = Publication("evacuation.redirected", {})
    held, issued, tasks = await _orders(tx, held, act, command.id, full, locked, moving)
    changed = _moved(command.id, tx, held, full, moving, tasks)
    await save_all(tx, locked, changed, head)
    listed: list[Json] = [{"task_id": str(task.id), "no": task.no} for task in tasks.values()]
    moves: list[Json] = [{"shelter_id": str(move.shelter_id), "people": move.people} for move in data.moves]
    head.data = {
        "proposal_id": str(one.id), "name_zh": full.zh, "name_en": full.en, "people": sum(part.people for part in moving),
        "to_zh": "、".join(locked[move.shelter_id].zh for move in data.moves),
        "to_en": ", ".join(locked[move.shelter_id].en for move in data.moves),
        "orders": len(listed), "reason": data.reason, "shelter_ids": [str(key) for key in locked],
    }  # fmt: skip
    head.tell(f"incident:{held.incident.id}", RESOURCES)
    otherwise: JsonObject = {} if moves == _proposed(one) else {"moves": moves}
    accepted = await fulfil(
        tx, one, command.by, act, data.reason, otherwise, {"command": str(command.id), "orders": listed, "moves": moves}
    )
    return Outcome(
        [*head.facts(await counted(tx, held)), *issued, *accepted], {"proposal_id": str(one.id), "orders": listed}
    )


def _check_kind(one: Proposal) -> None:
    if one.kind != "next_shelter":
        raise Refused(
            "not_a_shelter_proposal",
            zh="这条建议不是改用下一处安置点的建议。",
            en="This proposal is not about the next shelter.",
            field="data.proposal_id",
        )


def _proposed(one: Proposal) -> list[Json]:
    rows = cast(list[JsonObject], (one.detail or {}).get("moves") or [])
    return [{"shelter_id": row["shelter_id"], "people": row["people"]} for row in rows]


def _check_room(full: Shelter, to: Shelter, move: MoveIn) -> None:
    """Raises Refused `same_shelter`, `shelter_not_open`, `shelter_full`."""
    if to.id == full.id:
        raise Refused(
            "same_shelter",
            zh=f"{full.zh}就是住不下的那一处，请选另一处。",
            en=f"{full.en} is the one that is full; choose another.",
            field="data.moves",
        )
    shelter_rules.keep(to, move.people)


def _moved(
    command_id: UUID, tx: Transaction, held: Held, full: Shelter, moving: list[Part], tasks: dict[UUID | None, Task]
) -> list[Reservation]:
    """The reservations that give way, and the new ones."""
    less: dict[UUID, Reservation] = {}
    new: list[Reservation] = []
    for number, part in enumerate(moving):
        one = part.reservation
        if one is not None:
            before = less.get(one.id, one)
            less[one.id] = replace(before, expected=before.expected - part.people)
        new.append(
            Reservation(
                id=uuid5(command_id, f"kept {number}"),
                shelter_id=part.shelter_id,
                incident_id=held.incident.id,
                plan_id=None if one is None else one.plan_id,
                task_id=tasks[None if one is None else one.task_id].id,
                origin_id=out_of(full.id) if one is None else one.origin_id,
                from_zh=full.zh if one is None else one.from_zh,
                from_en=full.en if one is None else one.from_en,
                people=part.people,
                expected=part.people,
                made_at=tx.at,
                brought_at=None,
            )
        )
    return [*less.values(), *new]


async def _orders(
    tx: Transaction,
    held: Held,
    act: Act,
    command_id: UUID,
    full: Shelter,
    locked: dict[UUID, Shelter],
    moving: list[Part],
) -> tuple[Held, list[NewFact], dict[UUID | None, Task]]:
    """A part of each order that was bringing them (None: an order to the shelter itself), and an order to each that receives.

    Returns the redirecting orders by the order that they change."""
    rules, number = evacuation_rules(), await store.count_tasks(tx.conn, held.incident.id)
    groups: dict[UUID | None, list[Part]] = {}
    for part in moving:
        groups.setdefault(None if part.reservation is None else part.reservation.task_id, []).append(part)
    wholes = {task.id: task for task in await store.tasks_by_ids(tx.conn, [key for key in groups if key is not None])}
    redirecting: dict[UUID | None, Task] = {}
    receiving: list[Task] = []
    for key, own in groups.items():
        number += 1
        whole, one = None if key is None else wholes[key], own[0].reservation
        names = (full.zh, full.en) if one is None else (one.from_zh, one.from_en)
        words = redirect_words(full, *names, locked, own)
        department = full.department if whole is None else whole.department
        parent = whole.id if whole is not None and whole.is_open and whole.parent_id is None else None
        redirecting[key] = _order(held, act, uuid5(command_id, f"go {key}"), number, department, words, parent)
    for shelter_id in dict.fromkeys(part.shelter_id for part in moving):
        number += 1
        people = sum(part.people for part in moving if part.shelter_id == shelter_id)
        to = locked[shelter_id]
        words = receive_words(to, people, full)
        receiving.append(_order(held, act, uuid5(command_id, f"take {shelter_id}"), number, to.department, words, None))
    given = [replace(task, support=(rules.transport,)) for task in redirecting.values()]
    held, facts = await issue_orders(tx, held, [*given, *receiving], act)
    return held, facts, redirecting


def _order(
    held: Held,
    act: Act,
    task_id: UUID,
    number: int,
    department: str,
    words: tuple[str, str, str, str],
    parent: UUID | None,
) -> Task:
    rules = evacuation_rules()
    return new_task(
        task_id, held.incident, act, number=number, department=department, title=words[0], title_en=words[1],
        text=words[2], text_en=words[3], sign_minutes=rules.sign_minutes, due_minutes=rules.redirect_minutes,
        deliverable="到达人数", priority="life", parent_id=parent,
    )  # fmt: skip


# --- letting go ----------------------------------------------------------------------------------------------------------


async def _load_release(tx: Transaction, command: Command[ReleasePlaces]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _release(tx: Transaction, command: Command[ReleasePlaces], held: Held) -> Outcome:
    data = command.data
    before = await _of(tx, held, data.task_id)
    locked = await lock_shelters(tx, [one.shelter_id for one in before])
    kept = await _of(tx, held, data.task_id)
    if not kept:
        return Outcome(())
    stood_down = data.how == "stood_down"
    changed = [replace(one, expected=0) if stood_down else replace(one, brought_at=tx.at) for one in kept]
    publication = Publication("evacuation.released" if stood_down else "evacuation.brought", {})
    await save_all(tx, locked, changed, publication)
    publication.data = {
        "task_id": None if data.task_id is None else str(data.task_id), "how": data.how, "reason": data.reason,
        "people": total(kept), "shelter_ids": [str(key) for key in locked],
    }  # fmt: skip
    publication.tell(f"incident:{held.incident.id}", RESOURCES)
    return Outcome(publication.facts(), {"people": total(kept)})


async def _of(tx: Transaction, held: Held, task_id: UUID | None) -> list[Reservation]:
    return [
        one
        for one in await reservation_store.kept(tx.conn, incident_id=held.incident.id, task_id=task_id)
        if one.brought_at is None or task_id is None
    ]


def _scope(held: Held) -> Scope:
    return Scope(held.incident.area_code)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(ProposeNextShelter, allow(Role.SYSTEM), _load_propose, _scope, _propose),
    Handling(
        RedirectEvacuation,
        allow(Role.DUTY_OFFICER, Role.LEADER),
        _load_redirect,
        lambda redirect: redirect.scope(),
        _redirect,
    ),
    Handling(ReleasePlaces, allow(Role.SYSTEM, Role.DUTY_OFFICER, Role.LEADER), _load_release, _scope, _release),
)
