"""Puts one step's after-images together: every stream in whose picture something changed gets one fact with what it needs."""

from collections.abc import Iterable

from command.notice import Notice, notice_fact
from command.objects import response_object, task_object, unit_object
from command.orders.task import Task
from command.proposals.proposal import Proposal, proposal_object
from command.responses.response import Response
from command.units.unit import Unit
from incidents.summary import Held, Now, head_facts
from spine.canonical import Json, JsonObject
from spine.command import NewFact
from spine.deadlines import DeadlineRow, deadline_object, deadline_streams
from spine.picture import boards

_Now = dict[str, dict[str, Json]]


class Publication:
    """One kind of fact on its way to several streams."""

    def __init__(self, kind: str, data: JsonObject) -> None:
        self.kind = kind
        self.data = data
        self._now: dict[str, _Now] = {}
        self._notices: list[Notice] = []

    def tell(self, *streams: str) -> None:
        """These streams get the fact even when nothing in their pictures changed."""
        for stream in streams:
            self._now.setdefault(stream, {})

    def put(self, streams: Iterable[str], collection: str, key: str, value: Json) -> None:
        """`value` None takes the object out of these pictures."""
        for stream in streams:
            self._now.setdefault(stream, {}).setdefault(collection, {})[key] = value

    def lay(self, stream: str, now: Now) -> None:
        """An after-image that another room made for this stream."""
        for collection, objects in now.items():
            for key, value in objects.items():
                self.put([stream], collection, key, value)

    def task(self, task: Task, lead: str | None = None) -> None:
        """The order in its incident, at its department's desk, and on the phone of the unit that has it.

        `lead`: the department that leads the order which this one is a part of.
        """
        streams = [f"incident:{task.incident_id}", f"department:{task.department}"]
        if lead is not None and lead != task.department:
            streams.append(f"department:{lead}")
        if task.unit_id is not None:
            streams.append(f"unit:{task.unit_id}")
        self.put(streams, "tasks", str(task.id), task_object(task))

    def response(self, response: Response) -> None:
        self.put([f"incident:{response.incident_id}"], "responses", str(response.id), response_object(response))

    def proposal(self, proposal: Proposal) -> None:
        self.put([f"incident:{proposal.incident_id}"], "proposals", str(proposal.id), proposal_object(proposal))

    def unit(self, unit: Unit) -> None:
        shown = unit_object(unit)
        self.put([*boards(unit.area_code), f"department:{unit.department}"], "units", str(unit.id), shown)
        self.put([f"unit:{unit.id}"], "unit", str(unit.id), shown)

    def deadline(self, row: DeadlineRow) -> None:
        shown: Json = None if row.settled_at is not None else deadline_object(row)
        self.put(deadline_streams(row), "deadlines", str(row.id), shown)

    def give(self, notice: Notice) -> None:
        """Somebody must be told of this step in words of its own."""
        self._notices.append(notice)

    def facts(self, held: Held | None = None) -> list[NewFact]:
        """With `held`, the incident's head goes to every stream that shows it, changed counters included (invariant 6)."""
        waiting = dict(self._now)
        facts: list[NewFact] = []
        for fact in () if held is None else head_facts(held, self.kind, self.data):
            extra = waiting.pop(fact.stream, {})
            facts.append(NewFact(fact.stream, fact.kind, fact.data, now={**fact.now, **extra}))
        facts += [NewFact(stream, self.kind, self.data, now=now) for stream, now in sorted(waiting.items())]
        return facts + [notice_fact(notice) for notice in self._notices]
