"""Places kept for people who are on their way (安置位预留): made when an evacuation is adopted, gone as they are counted in. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from command.resources.shelter import Shelter


@dataclass(frozen=True, slots=True)
class Reservation:
    """One origin's people in one shelter. `people`: for how many it was made; `expected`: how many have not been counted in yet.

    `brought_at`: when their order was done; the next count of the shelter then has whoever came. `plan_id` None: they are moved out
    of a shelter that held too many.
    """

    id: UUID
    shelter_id: UUID
    incident_id: UUID
    plan_id: UUID | None
    task_id: UUID
    origin_id: str
    from_zh: str
    from_en: str
    people: int
    expected: int
    made_at: datetime
    brought_at: datetime | None


def counted_in(kept: Sequence[Reservation], before: int | None, now: int, counted_at: datetime) -> list[Reservation]:
    """Those that a new count changes. Nobody asks people at the door whose they are: whoever came since the last count came for the
    oldest reservation, those whose order is done first, and of these nobody is expected any more.

    `before` None: the shelter was opened for them and is counted for the first time.
    """
    left = max(0, now - (before or 0))
    changed: list[Reservation] = []
    for one in sorted(kept, key=lambda r: (r.brought_at is None, r.made_at, str(r.id))):
        came = min(left, one.expected)
        left -= came
        done = one.brought_at is not None and one.brought_at <= counted_at
        after = 0 if done else one.expected - came
        if after != one.expected:
            changed.append(replace(one, expected=after))
    return changed


def total(kept: Iterable[Reservation]) -> int:
    return sum(one.expected for one in kept)


def last_come(kept: Sequence[Reservation], people: int) -> list[tuple[Reservation, int]]:
    """Who finds no room when `people` are too many: the reservations made last give way first."""
    found: list[tuple[Reservation, int]] = []
    for one in sorted(kept, key=lambda r: (r.made_at, str(r.id)), reverse=True):
        part = min(people, one.expected)
        if part > 0:
            found.append((one, part))
            people -= part
    return found


def own_places(kept: Mapping[str, Mapping[str, int]], origins: Iterable[str]) -> dict[str, int]:
    """By shelter: what an incident's evacuations keep for these origins. `kept`: origin → shelter → people."""
    found: dict[str, int] = {}
    for origin in set(origins):
        for shelter, people in kept.get(origin, {}).items():
            found[shelter] = found.get(shelter, 0) + people
    return found


def crowd_of(
    shelter: Shelter, kept: Sequence[Reservation], leaving: int
) -> dict[UUID, tuple[list[tuple[Reservation, int]], int]]:
    """By incident: (who is expected and finds no room, people in it beyond what it holds). `leaving`: people of it who were ordered
    elsewhere and have not been counted there. Those too many belong to the incident that the shelter was opened for; they are
    nobody's when it was opened for none."""
    found: dict[UUID, tuple[list[tuple[Reservation, int]], int]] = {}
    for one, people in last_come(kept, shelter.without_room):
        found.setdefault(one.incident_id, ([], 0))[0].append((one, people))
    over = max(0, shelter.over - leaving)
    if over and shelter.incident_id is not None:
        waiting, _ = found.get(shelter.incident_id, ([], 0))
        found[shelter.incident_id] = (waiting, over)
    return found


def out_of(shelter_id: UUID) -> str:
    """The origin of people who are moved out of a shelter."""
    return f"shelter:{shelter_id}"
