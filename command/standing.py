"""How a response stands: everything that a decision on it looks at, read together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from command import proposal_store, store
from command.difference import Difference, difference
from command.plan import Plan, need_plan
from command.proposal import Proposal
from command.response import Response
from command.task import Task
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
        plan_of(response),
        await store.tasks_of_incident(conn, response.incident_id),
        [one for one in responses if one.id != response.id],
        await proposal_store.proposals_of(conn, response.incident_id),
    )


def plan_of(response: Response) -> Plan:
    """The plan that the response is read by. Raises Refused `not_found`."""
    return need_plan(response.plan_id, field="data.response_id")
