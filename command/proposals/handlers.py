"""How proposals are carried out: made, asked of one post after the other, accepted with what they propose, rejected, withdrawn."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol, cast
from uuid import UUID

from command.orders.steps import act_of
from command.orders.task import Act
from command.planning.plan import PlanTask
from command.proposals import proposal as rules
from command.proposals import store as proposal_store
from command.proposals.commands import (
    AcceptProposal,
    AskNextForProposal,
    MakeProposal,
    RejectProposal,
    WithdrawProposal,
)
from command.proposals.proposal import Proposal
from command.proposals.rules import proposal_rules
from command.proposals.steps import about, ask_post, check_seen, close_proposal, question
from command.publish import Publication
from command.responses.asking import Chain, Seat, ask, exhausted, seat_of, waiting
from command.responses.chains import proposal_chain, spot_chain, tell_everybody, with_command
from command.responses.handlers import HeldResponse, handed_over, hold_response, level_seat
from command.responses.orders import give_order
from command.responses.response import LEVEL_WORDS, Response, Ruling
from command.responses.standing import Standing, standing
from command.responses.steps import Chosen, end_response, overtake_proposals, set_level
from command.transitions import Level, higher
from command.units import store as unit_store
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import AnyHandling, Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class HeldProposal:
    """A proposal under its incident's lock, with what it is about."""

    proposal: Proposal
    held: Held
    of_response: Standing | None
    chain: Chain

    @property
    def now(self) -> Standing:
        """How the response stands that it is about. Only what a plan proposed has one."""
        if self.of_response is None:
            raise AssertionError("what happened on the spot is not carried out by proposal.accept")
        return self.of_response

    @property
    def response(self) -> Response | None:
        return None if self.of_response is None else self.of_response.response

    def scope(self) -> Scope:
        return Scope(self.held.incident.area_code)


# --- making --------------------------------------------------------------------------------------------------------------


async def _load_make(tx: Transaction, command: Command[MakeProposal]) -> HeldResponse:
    return await hold_response(tx, command.data.response_id)


async def _make(tx: Transaction, command: Command[MakeProposal], held: HeldResponse) -> Outcome:
    require_open(held.held.incident)
    data, act = command.data, act_of(tx, command)
    rules.check_kind(data.what, data.level, data.task, held.response)
    now = await standing(tx.conn, held.response)
    one = await _made(tx, command, now, act)
    chain = await _chain(tx, now, one)
    if data.automatic:
        return await _do_at_once(tx, HeldProposal(one, held.held, now, chain), act)
    one = replace(one, asked=ask(chain, (), tx.at) or (), decide_by=tx.at + timedelta(minutes=chain.minutes))
    publication = Publication("proposal.made", about(one, reasons=list(one.reasons)))
    await proposal_store.save_proposal(tx.conn, one)
    publication.proposal(one)
    await ask_post(tx, held.held, one, chain, act, publication)
    return Outcome(publication.facts(), {"proposal_id": str(one.id)})


async def _made(tx: Transaction, command: Command[MakeProposal], now: Standing, act: Act) -> Proposal:
    """The row; refuses what only the machine may say, what stands already, and a task that the plan does not have."""
    data, response = command.data, now.response
    machine = command.by.has(Role.SYSTEM)
    if not machine and (data.rule is not None or data.automatic):
        raise Refused(
            "machines_only",
            zh="只有系统按预案的监测条件提出的建议才能注明条件或自动执行。",
            en="Only what the machine proposes by the plan's watch rules may name a rule or be carried out at once.",
            field="data.rule",
        )
    _refuse_twice(now, data)
    listed = _listed(now, data.task) if data.what == "add_task" else None
    zh, en = _title(data, listed)
    return Proposal(
        id=command.id,
        incident_id=response.incident_id,
        response_id=response.id,
        plan_zh=response.plan_zh,
        plan_en=response.plan_en,
        rule=data.rule,
        kind=data.what,
        level=data.level if data.what in {"raise", "lower"} else None,
        task=data.task,
        zh=zh,
        en=en,
        reasons=tuple(reason.model_dump(mode="json", exclude_none=True) for reason in data.reasons),
        if_ignored_zh=data.if_ignored_zh or "维持现状。",
        if_ignored_en=data.if_ignored_en or data.if_ignored_zh or "things stay as they are.",
        automatic=data.automatic,
        rests_on={"decisions": response.decisions},
        state="open",
        made={"by": act.by, "at": iso(act.at)},
        asked=(),
        decide_by=tx.at,
        decided=None,
        cleared_at=None,
        version=1,
    )


def _refuse_twice(now: Standing, data: MakeProposal) -> None:
    """Raises Refused `already_proposed`."""
    for one in now.proposals:
        same = (
            one.rule == data.rule
            if data.rule
            else (one.kind, one.level, one.task) == (data.what, data.level, data.task)
        )
        if (
            one.state == "open"
            and one.response_id == now.response.id
            and same
            and (data.rule or data.what not in rules.BY_FORM)
        ):
            raise Refused(
                "already_proposed",
                zh=f"同样的建议“{one.zh}”正在等待决定。",
                en=f"The same proposal '{one.en}' is waiting to be decided.",
                field="data.what",
                status=409,
                proposal_id=str(one.id),
            )


def _listed(now: Standing, code: str | None) -> PlanTask:
    """Raises Refused `unknown_task`, `task_already_issued`."""
    found = next((task for task in now.plan.tasks if task.code == code), None)
    if found is None:
        raise Refused(
            "unknown_task",
            zh=f"预案中没有任务 {code}。",
            en=f"The plan has no task {code}.",
            field="data.task",
        )
    order = now.response.orders.get(found.code)
    by_id = {str(task.id): task for task in now.tasks}
    task = None if order is None else by_id.get(str(cast(Mapping[str, Json], order)["task_id"]))
    if task is not None and task.state != "cancelled":
        raise Refused(
            "task_already_issued",
            zh=f"任务 {code} 已经下达（{task.no}）。",
            en=f"Task {code} has been issued already ({task.no}).",
            field="data.task",
            status=409,
        )
    return found


def _title(data: MakeProposal, listed: PlanTask | None) -> tuple[str, str]:
    if listed is not None:
        return f"增派任务：{listed.zh}", f"Add the order: {listed.en}"
    if data.what in {"raise", "lower"} and data.level is not None:
        zh, en = LEVEL_WORDS[data.level]
        return (f"提级为{zh}响应", f"Raise to {en}") if data.what == "raise" else (f"降级为{zh}响应", f"Lower to {en}")
    rule = proposal_rules().kinds[data.what]
    zh = data.zh or rule.zh
    return zh, data.en or (data.zh or rule.en[:1].upper() + rule.en[1:])


async def _chain(tx: Transaction, now: Standing, one: Proposal) -> Chain:
    """With whoever commands this incident, and whom he let decide on such proposals; the end is never delegated."""
    chain = await proposal_chain(tx.conn, now.plan, one.kind, one.level, now.response.level)
    about_level = one.kind in {"raise", "lower"}
    matter = None if one.kind == "stand_down" else "response_level" if about_level else "proposals"
    level = higher(one.level, now.response.level) if about_level else None
    return await with_command(tx.conn, chain, one.incident_id, tx.at, matter, level)


async def _do_at_once(tx: Transaction, held: HeldProposal, act: Act) -> Outcome:
    """What the plan marks automatic: an order that endangers nobody, given by the machine in its own name."""
    listed = _listed(held.now, held.proposal.task)
    if held.proposal.kind != "add_task" or listed.priority == "life":
        raise Refused(
            "never_automatic",
            zh="这类措施关系到人身安全或指挥权限，必须由人决定，不得自动执行。",
            en="This is a person's decision: the machine never does it by itself.",
            field="data.automatic",
        )
    facts, done = await _add_task(tx, held, act, None)
    closed = rules.accept(held.proposal, act, None, None, {}, {**done, "automatic": True})
    return await _close(tx, held, closed, "proposal.accepted", facts)


# --- deciding ------------------------------------------------------------------------------------------------------------


class _NamesProposal(Protocol):
    @property
    def proposal_id(self) -> UUID: ...


async def _load(tx: Transaction, command: Command[Any]) -> HeldProposal:
    """The incident first, then the response, then the proposal as it is under the lock."""
    data: _NamesProposal = command.data
    before = await proposal_store.find_proposal(tx.conn, data.proposal_id)
    if before.response_id is None:
        spot = await hold(tx, before.incident_id, field="data.proposal_id")
        one = await proposal_store.find_proposal(tx.conn, before.id)
        return HeldProposal(one, spot, None, await spot_chain(tx.conn, one.kind))
    held = await hold_response(tx, before.response_id, field="data.proposal_id")
    now = await standing(tx.conn, held.response)
    one = next(p for p in now.proposals if p.id == before.id)
    return HeldProposal(one, held.held, now, await _chain(tx, now, one))


def _scope(held: HeldProposal) -> Scope:
    return held.scope()


async def _accept(tx: Transaction, command: Command[AcceptProposal], held: HeldProposal) -> Outcome:
    """Carries out what is proposed in the same transaction. What was overtaken is refused before anything else."""
    require_open(held.held.incident)
    data, act = command.data, act_of(tx, command)
    rules.check_open(held.proposal, held.response)
    check_seen(held.proposal, data.expect)
    _refuse_on_the_spot(held.proposal)
    seat = await _seat(tx, held, data.level, command.by)
    facts, changed, done = await _CARRIED_OUT[held.proposal.kind](tx, command, held, act, seat)
    accepted = rules.accept(held.proposal, act, seat, data.reason, changed, done)
    return await _close(tx, held, accepted, "proposal.accepted", facts)


def _refuse_on_the_spot(one: Proposal) -> None:
    """Raises Refused `accepted_by_doing`."""
    if one.kind in rules.ON_THE_SPOT:
        raise Refused(
            "accepted_by_doing",
            zh="这条建议在相应的表单中办理（选定替换力量，或改用下一处安置点），办理即为采纳。",
            en="This one is accepted by doing it in its form: choose the replacement, or redirect the evacuation.",
            field="data.proposal_id",
            status=409,
            final=False,
        )


async def _seat(tx: Transaction, held: HeldProposal, level: Level | None, by: Principal) -> Seat:
    """Who accepts another level than proposed needs that one's authority."""
    if level is not None and level != held.proposal.level and held.proposal.kind in {"raise", "lower"}:
        return await level_seat(tx, held.now, level, by)
    return seat_of(held.chain, held.proposal.asked, by)


_Done = tuple[list[NewFact], JsonObject, JsonObject]


async def _set_level(
    tx: Transaction, command: Command[AcceptProposal], held: HeldProposal, act: Act, seat: Seat
) -> _Done:
    data, one = command.data, held.proposal
    level = data.level or one.level or held.now.response.level
    if data.against is None:
        raise Refused(
            "look_first",
            zh="请先核对调整级别将变动哪些任务，再确认采纳。",
            en="Look first at what orders the other level would change, then confirm.",
            field="data.against",
        )
    reason = data.reason or one.because[0]
    ruling = Ruling(seat, reason, data.expected_hours, proposal_id=one.id)
    chosen = Chosen(without=data.without, against=data.against)
    _, facts, response = await set_level(tx, held.held, held.now, level, ruling, act, chosen)
    without: list[Json] = list(data.without)
    changed: JsonObject = {}
    if level != one.level:
        changed["level"] = level
    if without:
        changed["without"] = without
    return facts, changed, {"response_version": response.version, "level": level}


async def _stand_down(
    tx: Transaction, command: Command[AcceptProposal], held: HeldProposal, act: Act, seat: Seat
) -> _Done:
    data = command.data
    reason = data.reason or held.proposal.because[0]
    said = handed_over(data.handover)
    _, facts, response = await end_response(tx, held.held, held.now, act, seat, reason, said, held.proposal.id)
    return facts, {}, {"response_version": response.version}


async def _order(tx: Transaction, command: Command[AcceptProposal], held: HeldProposal, act: Act, seat: Seat) -> _Done:
    data = command.data
    changed: JsonObject = {
        name: value
        for name, value in (("department", data.department), ("due_minutes", data.due_minutes), ("text", data.text))
        if value is not None
    }
    facts, done = await _add_task(tx, held, act, data)
    return facts, changed, done


async def _add_task(
    tx: Transaction, held: HeldProposal, act: Act, data: AcceptProposal | None
) -> tuple[list[NewFact], JsonObject]:
    """The plan's task as an order of the response; what contradicts it is overtaken."""
    listed = _listed(held.now, held.proposal.task)
    if data is not None and data.department is not None:
        await unit_store.need_department(tx.conn, data.department)
    facts, task = await give_order(
        tx,
        held.held,
        held.now,
        listed,
        act,
        department=None if data is None else data.department,
        due_minutes=None if data is None else data.due_minutes,
        text=None if data is None else data.text,
    )
    publication = Publication("proposal.overtaken", about(held.proposal, order=task.no))
    await overtake_proposals(
        tx, held.now, act, "add_task", held.proposal.id, f"任务 {task.no} 已下达", publication, task=listed.code
    )
    return [*facts, *publication.facts()], {"task_id": str(task.id), "no": task.no}


async def _by_form(
    tx: Transaction, command: Command[AcceptProposal], held: HeldProposal, act: Act, seat: Seat
) -> _Done:
    """The person did it in the ordinary form: the command that he names must be in this incident's record."""
    done = command.data.fulfilled_by
    row = None
    if done is not None:
        row = await (
            await tx.conn.execute(
                """
                SELECT kind FROM spine.fact WHERE command_id = %s AND stream = %s
                    AND kind <> 'notice.given' AND kind NOT LIKE 'proposal.%%' LIMIT 1
                """,
                (done, f"incident:{held.held.incident.id}"),
            )
        ).fetchone()
    if row is None:
        raise Refused(
            "not_carried_out",
            zh="请先在相应的表单中完成这项措施，再采纳建议。",
            en="Do it in its form first; then the proposal is accepted with it.",
            field="data.fulfilled_by",
            status=409,
            final=False,
        )
    return [], {}, {"command": str(done), "fact": str(row[0])}


_CARRIED_OUT: Mapping[
    str, Callable[[Transaction, Command[AcceptProposal], HeldProposal, Act, Seat], Awaitable[_Done]]
] = {
    "raise": _set_level,
    "lower": _set_level,
    "stand_down": _stand_down,
    "add_task": _order,
    "move_unit": _by_form,
    "extend_zone": _by_form,
}


async def _reject(tx: Transaction, command: Command[RejectProposal], held: HeldProposal) -> Outcome:
    data, act = command.data, act_of(tx, command)
    rules.check_open(held.proposal, held.response)
    check_seen(held.proposal, data.expect)
    seat = seat_of(held.chain, held.proposal.asked, command.by)
    rejected = rules.reject(held.proposal, act, seat, data.reason)
    return await _close(tx, held, rejected, "proposal.rejected", [])


async def _withdraw(tx: Transaction, command: Command[WithdrawProposal], held: HeldProposal) -> Outcome:
    """The reason is gone. One that was decided already may come again from now on; nothing is told of that."""
    one = rules.withdraw(held.proposal, act_of(tx, command), command.data.reason, command.data.reason_en)
    if one is held.proposal:
        return Outcome(())
    kind = "proposal.withdrawn" if held.proposal.state == "open" else "proposal.cleared"
    return await _close(tx, held, one, kind, [], void=True)


async def _close(
    tx: Transaction, held: HeldProposal, one: Proposal, kind: str, facts: list[NewFact], *, void: bool = False
) -> Outcome:
    closing = await close_proposal(tx, one, kind, void=void)
    result: JsonObject = {"proposal_id": str(one.id), "state": one.state}
    return Outcome([*facts, *closing], result)


async def _ask_next(tx: Transaction, command: Command[AskNextForProposal], held: HeldProposal) -> Outcome:
    """The post that was asked let its time pass: the next one, or everybody when nobody is left. The clock stays red."""
    one = held.proposal
    if one.state != "open" or waiting(one.asked) is None or one.decide_by > tx.at:
        return Outcome(())
    asked = ask(held.chain, one.asked, tx.at)
    if asked is None:
        one = replace(one, asked=exhausted(one.asked), version=one.version + 1)
        publication = Publication("proposal.unanswered", about(one))
        subject = ("proposal", one.id)
        await tell_everybody(tx, held.chain, question(one), subject, one.incident_id, publication)
    else:
        due = tx.at + timedelta(minutes=held.chain.minutes)
        one = replace(one, asked=asked, decide_by=due, version=one.version + 1)
        publication = Publication("proposal.asked", about(one, asked=asked[-1]))
        await ask_post(tx, held.held, one, held.chain, act_of(tx, command), publication)
    await proposal_store.save_proposal(tx.conn, one)
    publication.proposal(one)
    return Outcome(publication.facts())


_DECIDERS = allow(Role.LEADER, Role.DUTY_OFFICER)

HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(MakeProposal, allow(Role.SYSTEM, Role.DUTY_OFFICER), _load_make, lambda held: held.scope(), _make),
    Handling(AcceptProposal, _DECIDERS, _load, _scope, _accept),
    Handling(RejectProposal, _DECIDERS, _load, _scope, _reject),
    Handling(WithdrawProposal, allow(Role.SYSTEM), _load, _scope, _withdraw),
    Handling(AskNextForProposal, allow(Role.SYSTEM), _load, _scope, _ask_next),
)
