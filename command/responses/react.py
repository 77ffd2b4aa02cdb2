"""The plans follower: what is known of an incident changes, and the plans are asked again whether they call for a response."""

from uuid import UUID

from command import store
from command.planning.book import plans_in_force
from command.reaction import answer_fact
from command.responses.propose import Proposal, Situation, propose
from command.responses.response import check_new
from incidents import store as incident_store
from incidents.incident import Incident
from spine.canonical import JsonObject
from spine.command import Registry
from spine.db import Connection, snapshot
from spine.errors import Refused
from spine.follow import Follower
from spine.realm import Realm
from spine.record import Fact

NAME = "plans"
KINDS = frozenset(
    {
        "incident.opened",
        "incident.grade_suggested",
        "incident.graded",
        "incident.figure_entered",
        "incident.attached",
        "incident.corrected",
    }
)


def follower(registry: Registry) -> Follower:
    """Reads the incidents' streams; proposes, never decides."""

    async def handle(realm: Realm, fact: Fact) -> None:
        if fact.kind == "incident.reopened":
            await _resume(realm, registry, fact)
        else:
            await _propose(realm, registry, fact)

    return Follower(NAME, "incident:", KINDS | {"incident.reopened"}, handle)


async def _propose(realm: Realm, registry: Registry, fact: Fact) -> None:
    for proposal in await _wanted(realm, UUID(fact.stream.partition(":")[2]), fact):
        data: JsonObject = {
            "incident_id": fact.stream.partition(":")[2],
            "plan_id": proposal.plan_id,
            "level": proposal.level,
            "reasons": list(proposal.reasons),
        }
        await answer_fact(realm, registry, NAME, fact, "response.propose", data, proposal.plan_id)


async def _wanted(realm: Realm, incident_id: UUID, fact: Fact) -> list[Proposal]:
    async with snapshot(realm.pool) as conn:
        incident = await incident_store.find_incident(conn, incident_id)
        if incident is None or incident.status != "open":
            return []
        situation = await situation_of(conn, incident)
        responses = await store.responses_of(conn, incident_id)
        plans = await plans_in_force(conn)
    wanted: list[Proposal] = []
    for plan in plans:
        proposal = propose(plan, situation, fact.at)
        if proposal is None:
            continue
        try:
            check_new([r for r in responses if r.plan_id == plan.id], proposal.level, by_machine=True)
        except Refused:
            continue
        wanted.append(proposal)
    return wanted


async def situation_of(conn: Connection, incident: Incident) -> Situation:
    """What is known of an incident, for the plans' triggers and watch rules."""
    figures = {
        figure.metric: figure.value
        for figure in await incident_store.figures_of(conn, incident.id)
        if figure.value is not None
    }
    alerts = await incident_store.alerts_of_incident(conn, incident.id)
    return Situation(
        class_key=incident.class_key,
        area_code=incident.area_code,
        grade_suggested=incident.suggested_grade,
        grade_decided=incident.decided_grade,
        figures=figures,
        colours=frozenset(a.colour for a in alerts if a.colour is not None and a.state != "cancelled"),
    )


async def _resume(realm: Realm, registry: Registry, fact: Fact) -> None:
    """A reopened incident: its orders are owed again, so their clocks run again."""
    data: JsonObject = {"incident_id": fact.stream.partition(":")[2]}
    await answer_fact(realm, registry, NAME, fact, "task.resume_clocks", data)
