"""The watch follower: what changes in an incident is held against what its active plans watch, and proposals appear or go (动态决策).

It proposes and withdraws, it decides nothing; what a plan marks automatic is carried out by the command itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from command import store
from command.orders.task import Task
from command.planning.plan import Plan
from command.proposals.proposal import Proposal, withdrawal
from command.proposals.store import proposals_of
from command.proposals.watch import Median, Wanted, Watched, next_at, only_highest, true_rules, undecidable, wanted
from command.reaction import answer_fact
from command.responses.react import situation_of
from command.responses.response import Response
from command.responses.standing import Standing, standing
from command.transitions import Level
from incidents import store as incident_store
from incidents.assessments import store as assessment_store
from incidents.assessments.assessment import LIVE, Assessment
from spine.canonical import Json, JsonObject
from spine.clock import iso, parse_iso
from spine.command import Connection, Registry
from spine.db import snapshot
from spine.deadlines import deadline_id
from spine.follow import SlowFollower
from spine.realm import Realm
from spine.record import Fact

NAME = "watch"
_TASKS = (
    "issued",
    "reissued",
    "assigned",
    "signed",
    "started",
    "returned",
    "progressed",
    "submitted",
    "sent_back",
    "closed",
    "cancelled",
    "clocks_resumed",
)
KINDS = frozenset(
    {
        "response.activated",
        "response.adjusted",
        "response.extended",
        "incident.figure_entered",
        "incident.grade_suggested",
        "incident.graded",
        "incident.attached",
        "incident.corrected",
        "incident.closed",
        "incident.reopened",
        "alert.received",
        "alert.updated",
        "alert.cancelled",
        "assessment.filed",
        "unit.needs_help",
        "unit.arrived",
        "deadline.passed",
        *(f"task.{step}" for step in _TASKS),
    }
)


def follower(registry: Registry) -> SlowFollower:
    """Reads the incidents' streams. Facts that come together are looked at once: what counts is how things stand after them."""

    async def handle(realm: Realm, facts: Sequence[Fact]) -> None:
        await _look(realm, registry, facts[-1])

    return SlowFollower(NAME, "incident:", KINDS, handle, quiet_s=0.02, at_once=4)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One response as it stands with what its plan is asked about; `watch_due`: when its rules about time are looked at."""

    now: Standing
    watched: Watched
    watch_due: datetime | None


async def _look(realm: Realm, registry: Registry, fact: Fact) -> None:
    incident_id = UUID(fact.stream.partition(":")[2])
    at = realm.clock.now()
    for seen in await _seen(realm, incident_id, at):
        await _propose(realm, registry, fact, seen, at)
    for one in await _left_open(realm, incident_id):
        data = withdrawal(one, "事件已办结", "the incident is closed")
        await answer_fact(realm, registry, NAME, fact, "proposal.withdraw", data, f"closed {one.id}")


async def _seen(realm: Realm, incident_id: UUID, at: datetime) -> list[_Seen]:
    """Its active responses; none when the incident is closed."""
    async with snapshot(realm.pool) as conn:
        incident = await incident_store.find_incident(conn, incident_id)
        active = [r for r in await store.responses_of(conn, incident_id) if r.state == "active"]
        if incident is None or incident.status != "open" or not active:
            return []
        situation = await situation_of(conn, incident)
        newest = (await assessment_store.newest(conn, incident_id, [LIVE])).get(LIVE, (None, None))[0]
        news_at = await _news_at(conn, incident_id)
        found: list[_Seen] = []
        for response in active:
            now = await standing(conn, response)
            watched = Watched(
                situation, medians_of(newest), orders_of(response, now.tasks), max(news_at, _decided_at(response))
            )
            found.append(_Seen(now, watched, await _watch_due(conn, response)))
        return found


async def _news_at(conn: Connection, incident_id: UUID) -> datetime:
    """When the newest figure or warning came in; when it was opened if there is none."""
    row = await (
        await conn.execute(
            """
            SELECT greatest(i.opened_at, max(f.at), (SELECT max(received_at) FROM incidents.alert WHERE incident_id = i.id))
            FROM incidents.incident i LEFT JOIN incidents.figure f ON f.incident_id = i.id WHERE i.id = %s GROUP BY i.id
            """,
            (incident_id,),
        )
    ).fetchone()
    if row is None:
        raise AssertionError("the incident was read in this snapshot")
    return row[0]


def _decided_at(response: Response) -> datetime:
    return parse_iso(str(response.history[-1]["at"])) if response.history else response.proposed_at


async def _watch_due(conn: Connection, response: Response) -> datetime | None:
    row = await (
        await conn.execute(
            "SELECT due_at FROM spine.deadline WHERE id = %s AND settled_at IS NULL AND passed_at IS NULL",
            (deadline_id("watch", response.id),),
        )
    ).fetchone()
    return None if row is None else row[0]


def medians_of(newest: Assessment | None) -> dict[str, Median]:
    """What the newest live answer says of each outcome; an outcome without a number is left out."""
    answer = None if newest is None else newest.brief
    if newest is None or answer is None:
        return {}
    outcomes = cast(Mapping[str, Mapping[str, Json]], answer.get("outcomes") or {})
    found: dict[str, Median] = {}
    for name, one in outcomes.items():
        middle = one.get("p50")
        if isinstance(middle, int | float):
            low, high = cast(float | None, one.get("p10")), cast(float | None, one.get("p90"))
            words = [str(one.get(key) or "") for key in ("zh", "en", "unit_zh", "unit_en")]
            model = f"{newest.model}@{newest.model_version}"
            found[name] = Median(
                words[0], words[1], words[2], words[3], low, float(middle), high, model, iso(newest.at)
            )
    return found


def orders_of(response: Response, tasks: Sequence[Task]) -> list[Task]:
    """The response's orders and those that no plan gave: what its rules about orders are asked of."""
    own = {str(cast(Mapping[str, Json], order)["task_id"]) for order in response.orders.values()}
    return [task for task in tasks if str(task.id) in own or task.response_id in {None, response.id}]


# --- what is proposed and withdrawn --------------------------------------------------------------------------------------


async def _propose(realm: Realm, registry: Registry, fact: Fact, seen: _Seen, at: datetime) -> None:
    plan, response = seen.now.plan, seen.now.response
    latest = _latest(seen.now.proposals, response)
    holds = true_rules(plan, seen.watched, at) | undecidable(plan, seen.watched)
    calls = wanted(plan, response, seen.watched, at)
    called = {one.rule for one in calls}
    for rule, one in latest.items():
        gone = rule not in holds or (one.state == "open" and rule.startswith("trigger:") and rule not in called)
        if gone and one.cleared_at is None:
            data = withdrawal(one, "提出建议的情况已不存在", "what it was proposed for is gone")
            await answer_fact(realm, registry, NAME, fact, "proposal.withdraw", data, str(one.id))
    raising = [one for one in latest.values() if one.state == "open" and one.kind == "raise" and one.level]
    new = [one for one in calls if (before := latest.get(one.rule)) is None or before.cleared_at is not None]
    for call in only_highest(new, [cast(Level, one.level) for one in raising]):
        await answer_fact(
            realm, registry, NAME, fact, "proposal.make", _made(call, response), f"{response.id} {call.rule}"
        )
        for lower in (one for one in raising if call.kind == "raise" and one.level != call.level):
            data = withdrawal(lower, "已有更高级别的提级建议", "a higher level is proposed")
            await answer_fact(realm, registry, NAME, fact, "proposal.withdraw", data, str(lower.id))
    await _set_clock(realm, registry, fact, seen, plan, at)


def _latest(proposals: Sequence[Proposal], response: Response) -> dict[str, Proposal]:
    """The newest proposal of each rule: they are read oldest first."""
    return {one.rule: one for one in proposals if one.response_id == response.id and one.rule is not None}


def _made(call: Wanted, response: Response) -> JsonObject:
    data: JsonObject = {
        "response_id": str(response.id),
        "what": call.kind,
        "level": call.level,
        "task": call.task,
        "zh": call.zh[:200],
        "en": call.en[:200],
        "reasons": [_reason(reason) for reason in call.reasons],
        "if_ignored_zh": call.if_ignored[0],
        "if_ignored_en": call.if_ignored[1],
        "rule": call.rule,
        "automatic": call.automatic,
    }
    return {name: value for name, value in data.items() if value is not None}


def _reason(reason: JsonObject) -> JsonObject:
    return {name: value for name, value in reason.items() if value is not None}


async def _set_clock(realm: Realm, registry: Registry, fact: Fact, seen: _Seen, plan: Plan, at: datetime) -> None:
    """A clock that runs out sooner than needed is left: when it has, this is looked at again."""
    wanted_at = next_at(plan, seen.watched, at)
    if wanted_at is None or (seen.watch_due is not None and seen.watch_due <= wanted_at):
        return
    data: JsonObject = {"response_id": str(seen.now.response.id), "at": iso(wanted_at)}
    await answer_fact(realm, registry, NAME, fact, "response.watch", data, f"{seen.now.response.id} {iso(wanted_at)}")


async def _left_open(realm: Realm, incident_id: UUID) -> list[Proposal]:
    """What a closed incident still asks: nobody is asked any more."""
    async with snapshot(realm.pool) as conn:
        incident = await incident_store.find_incident(conn, incident_id)
        if incident is None or incident.status == "open":
            return []
        return [one for one in await proposals_of(conn, incident_id) if one.state == "open"]
