"""How a response stands: everything that a decision on it looks at, read together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from command import store
from command.orders.task import Task
from command.planning.book import plan_version
from command.planning.plan import Plan
from command.proposals import store as proposal_store
from command.proposals.proposal import Proposal
from command.responses.difference import Difference, difference
from command.responses.response import Response
from command.transitions import Level
from incidents.incident import Incident
from spine.command import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """A response with everything that a decision on it looks at. `others`: the incident's other responses."""

    response: Response
    plan: Plan
    tasks: Sequence[Task]
    others: Sequence[Response]
    proposals: Sequence[Proposal]

    def difference(self, incident: Incident, level: Level, at: datetime) -> Difference:
        return difference(self.plan, incident.area_code, self.response, level, self.tasks, self.others, at)


async def standing(conn: Connection, response: Response) -> Standing:
    responses = await store.responses_of(conn, response.incident_id)
    return Standing(
        response,
        await plan_of(conn, response),
        await store.tasks_of_incident(conn, response.incident_id),
        [one for one in responses if one.id != response.id],
        await proposal_store.proposals_of(conn, response.incident_id),
    )


async def plan_of(conn: Connection, response: Response) -> Plan:
    """The plan as it was when the response was proposed; an edit of it changes only later ones. Raises Refused `not_found`."""
    return await plan_version(conn, response.plan_id, response.plan_version, field="data.response_id")
