"""What dispatch is decided on and what comes out: needs, units that may come, ways, picks. Pure values; minutes unless said otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from command.dispatch.rest import Rest
from command.dispatch.rules import Measure
from command.orders.task import Priority
from spine.canonical import Json, JsonObject

WayState: TypeAlias = Literal["road", "straight", "none"]
Blocked: TypeAlias = Literal["busy", "out_of_service", "no_position", "excluded"]


@dataclass(frozen=True, slots=True)
class Need:
    """So much of one capability at one place. `measure`: in units or in people of their crews; `by_minutes`: from now, None: as soon as
    possible; `task_id`: the order that it is for, None: a new one is issued."""

    id: str
    incident_id: str
    zh: str
    en: str
    capability: str
    amount: int
    measure: Measure
    lon: float
    lat: float
    priority: Priority
    by_minutes: float | None
    task_id: str | None
    source: Mapping[str, Json]

    def to_json(self) -> JsonObject:
        return {
            "id": self.id,
            "incident_id": self.incident_id,
            "title_zh": self.zh,
            "title_en": self.en,
            "capability": self.capability,
            "amount": self.amount,
            "measure": self.measure,
            "point": {"lon": self.lon, "lat": self.lat, "origin": "WGS84"},
            "priority": self.priority,
            "by_minutes": self.by_minutes,
            "task_id": self.task_id,
            "source": dict(self.source),
        }


@dataclass(frozen=True, slots=True)
class Force:
    """A unit as dispatch sees it. `blocked`: why it cannot be sent at all (None: it can); `seen_at`: None: at its home."""

    id: str
    call_sign: str
    name_en: str
    kind: str
    department: str
    capabilities: frozenset[str]
    crew: int
    area_code: str | None
    lon: float
    lat: float
    seen_at: datetime | None
    out: bool
    version: int
    rest: Rest
    blocked: Blocked | None = None
    task_id: str | None = None
    task_no: str | None = None

    @property
    def county(self) -> str | None:
        return None if self.area_code is None else self.area_code[:6]

    def gives(self, measure: Measure) -> int:
        return 1 if measure == "units" else self.crew


@dataclass(frozen=True, slots=True)
class Way:
    """From a unit to a need. `minutes`: turning out and driving, None where no time by road is known; `order_minutes`: what it is ranked
    by then (never shown as a time); `reason`: why no time is known, as the road graph says."""

    state: WayState
    minutes: float | None
    turnout: float
    order_minutes: float
    straight_m: float
    reason: str | None


@dataclass(frozen=True, slots=True)
class Pick:
    need: int
    unit: int


@dataclass(frozen=True, slots=True)
class Solution:
    """`value`: what the picks cost, in minutes; `bound`: no choice costs less; `greedy`: what nearest-first costs."""

    picks: tuple[Pick, ...]
    value: float
    bound: float
    greedy: float
    by: Literal["optimum", "greedy"]
    seconds: float

    @property
    def gap(self) -> float:
        """How far from the best possible this can be at most, as a share."""
        return 0.0 if self.value <= 0 else max(0.0, (self.value - self.bound) / self.value)
