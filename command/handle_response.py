"""How responses are carried out: proposed by a plan, activated with their orders, declined, ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid5

from command import response as rules
from command import store
from command.commands import ActivateResponse, DeclineResponse, EndResponse, ProposeResponse
from command.issue import issue_orders
from command.organisation.book import organisation
from command.plan import Plan, PlanTask, need_plan, task_line
from command.propose import at_level
from command.publish import Publication
from command.response import LEVEL_WORDS, Response
from command.task import Act, Task, new_task
from command.task_steps import act_of, responded
from command.timers import settle_decision, start_decision
from command.transitions import Level
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Role


@dataclass(frozen=True, slots=True)
class _HeldResponse:
    held: Held
    response: Response


def _about(response: Response, **more: Json) -> JsonObject:
    return {
        "response_id": str(response.id),
        "plan_id": response.plan_id,
        "plan_zh": response.plan_zh,
        "plan_en": response.plan_en,
        "level": response.level,
        **more,
    }


def _scope_incident(held: Held) -> Scope:
    return Scope(held.incident.area_code)


def _scope(held: _HeldResponse) -> Scope:
    return Scope(held.held.incident.area_code)


# --- proposing -----------------------------------------------------------------------------------------------------------


async def _load_propose(tx: Transaction, command: Command[ProposeResponse]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _propose(tx: Transaction, command: Command[ProposeResponse], held: Held) -> Outcome:
    require_open(held.incident)
    data, act = command.data, act_of(tx, command)
    plan = need_plan(data.plan_id)
    if not plan.applies_to(held.incident.class_key):
        raise Refused(
            "plan_does_not_apply",
            zh=f"“{plan.zh}”不适用于这类事件。",
            en=f"'{plan.en}' does not apply to incidents of this class.",
            field="data.plan_id",
        )
    same_plan = [r for r in await store.responses_of(tx.conn, held.incident.id) if r.plan_id == plan.id]
    rules.check_new(same_plan, data.level, by_machine=command.by.has(Role.SYSTEM))
    reasons = tuple[JsonObject, ...](reason.model_dump(mode="json", exclude_none=True) for reason in data.reasons)
    already = await store.codes_issued(tx.conn, held.incident.id)
    proposal = at_level(plan, held.incident.area_code, data.level, reasons, tx.at, already)
    response = rules.propose(command.id, held.incident.id, (plan.zh, plan.en), proposal, act)
    publication = Publication("response.proposed", _about(response, reasons=list(reasons)))
    for older in same_plan:
        if older.state == "proposed":
            await _supersede(tx, older, act, response, publication)
    await store.save_response(tx.conn, response)
    publication.response(response)
    approver = organisation().posts[response.approved_by]
    await start_decision(tx, held.incident, response, (approver.zh, approver.en), publication)
    return Outcome(publication.facts(await responded(tx, held)), {"response_id": str(response.id)})


async def _supersede(tx: Transaction, older: Response, act: Act, newer: Response, publication: Publication) -> None:
    """A lower proposal that nobody had decided on gives way to the higher one."""
    closed = rules.decline(older, act, f"由{LEVEL_WORDS[newer.suggested_level][0]}响应建议取代")
    await store.save_response(tx.conn, closed)
    publication.response(closed)
    await settle_decision(tx, older, publication, void=True)


# --- deciding ------------------------------------------------------------------------------------------------------------


class _NamesResponse(Protocol):
    @property
    def response_id(self) -> UUID: ...


async def _load(tx: Transaction, command: Command[Any]) -> _HeldResponse:
    data: _NamesResponse = command.data
    held = await hold(tx, await store.incident_of_response(tx.conn, data.response_id), field="data.response_id")
    return _HeldResponse(held, await store.lock_response(tx.conn, data.response_id))


async def _activate(tx: Transaction, command: Command[ActivateResponse], held: _HeldResponse) -> Outcome:
    """One fact that the response is active, then one for every order, which stands in it exactly once."""
    incident = held.held
    require_open(incident.incident)
    data, act = command.data, act_of(tx, command)
    plan = need_plan(held.response.plan_id)
    response = rules.activate(held.response, act, data.level, data.reason)
    chosen = _chosen(plan, data.level, data.tasks, await store.codes_issued(tx.conn, incident.incident.id))
    head = Publication("response.activated", _about(response, reason=data.reason, tasks=list(data.tasks)))
    await _end_lower(tx, incident, response, act, head)
    await store.save_response(tx.conn, response)
    head.response(response)
    await settle_decision(tx, response, head)
    number = await store.count_tasks(tx.conn, incident.incident.id)
    orders = [_order(incident, response, plan, listed, act, number + n) for n, listed in enumerate(chosen, 1)]
    incident, facts = await issue_orders(tx, incident, orders, act)
    issued: dict[str, Json] = {task.code: str(task.id) for task in orders if task.code is not None}
    result: JsonObject = {"response_id": str(response.id), "tasks": issued}
    return Outcome([*head.facts(await responded(tx, incident)), *facts], result)


def _chosen(plan: Plan, level: Level, codes: Sequence[str], already: frozenset[str]) -> list[PlanTask]:
    """The plan's tasks that the leader chose, in the plan's order. Raises Refused `unknown_task`, `task_already_issued`."""
    offered = {task.code: task for task in plan.tasks_at(level)}
    unknown = sorted(set(codes) - set(offered))
    if unknown:
        raise Refused(
            "unknown_task",
            zh=f"预案在{LEVEL_WORDS[level][0]}响应中没有任务 {'、'.join(unknown)}。",
            en=f"At {LEVEL_WORDS[level][1]} the plan has no task {', '.join(unknown)}.",
            field="data.tasks",
            tasks=list[Json](unknown),
        )
    given = sorted(set(codes) & already)
    if given:
        raise Refused(
            "task_already_issued",
            zh=f"任务 {'、'.join(given)} 已经下达，请从清单中去掉。",
            en=f"Task {', '.join(given)} has been issued already; take it off the list.",
            field="data.tasks",
            status=409,
            tasks=list[Json](given),
        )
    return [task for code, task in offered.items() if code in codes]


def _order(incident: Held, response: Response, plan: Plan, listed: PlanTask, act: Act, number: int) -> Task:
    line = task_line(plan, listed, response.level, incident.incident.area_code)
    support = line["support"]
    return new_task(
        uuid5(response.id, listed.code),
        incident.incident,
        act,
        number=number,
        department=str(line["department"]),
        title=listed.zh,
        title_en=listed.en,
        text=listed.text_zh,
        text_en=listed.text_en,
        support=[str(code) for code in support] if isinstance(support, list) else [],
        sign_minutes=plan.sign_minutes_of(listed, response.level),
        due_minutes=listed.due_minutes,
        deliverable=listed.deliverable,
        code=listed.code,
        response_id=response.id,
        clause=listed.clause,
        source=listed.source,
        joint=listed.joint,
        start_minutes=listed.start_minutes,
        evidence=listed.evidence,
        priority=listed.priority,
    )


async def _end_lower(tx: Transaction, held: Held, response: Response, act: Act, publication: Publication) -> None:
    """提级/降级: the plan's response that was active before gives way; its orders go on."""
    for older in await store.responses_of(tx.conn, held.incident.id):
        if older.plan_id == response.plan_id and older.state == "active":
            ended = rules.end(older, act, f"调整为{LEVEL_WORDS[response.level][0]}响应")
            await store.save_response(tx.conn, ended)
            publication.response(ended)


async def _decline(tx: Transaction, command: Command[DeclineResponse], held: _HeldResponse) -> Outcome:
    response = rules.decline(held.response, act_of(tx, command), command.data.reason)
    return await _decided(tx, held, response, "response.declined", command.data.reason)


async def _end(tx: Transaction, command: Command[EndResponse], held: _HeldResponse) -> Outcome:
    response = rules.end(held.response, act_of(tx, command), command.data.reason)
    return await _decided(tx, held, response, "response.ended", command.data.reason)


async def _decided(tx: Transaction, held: _HeldResponse, response: Response, kind: str, reason: str) -> Outcome:
    publication = Publication(kind, _about(response, reason=reason))
    await store.save_response(tx.conn, response)
    publication.response(response)
    await settle_decision(tx, response, publication)
    return Outcome(publication.facts(await responded(tx, held.held)), {"response_id": str(response.id)})


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(ProposeResponse, allow(Role.SYSTEM, Role.DUTY_OFFICER), _load_propose, _scope_incident, _propose),
    Handling(ActivateResponse, allow(Role.LEADER), _load, _scope, _activate),
    Handling(DeclineResponse, allow(Role.LEADER), _load, _scope, _decline),
    Handling(EndResponse, allow(Role.LEADER), _load, _scope, _end),
)
