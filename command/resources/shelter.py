"""A shelter (避难场所): its state, who is in it, and what it still holds. Pure.

Nobody counts people who did not report: `occupied` None is unknown, which is not zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import UUID

from command.orders.task import Act
from command.rulebook import STRICT, RulesTrouble, read_rules
from spine.canonical import Json, JsonObject
from spine.clock import iso_or_none
from spine.errors import Refused
from spine.principal import Role

_RULES = Path(__file__).parent.parent / "rules" / "shelter_transitions.yaml"

Action = Literal["open", "report", "close", "suspend", "restore"]


@dataclass(frozen=True, slots=True)
class Words:
    __pydantic_config__ = STRICT
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ShelterAction:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    moves: dict[str, str]


@dataclass(frozen=True, slots=True)
class ShelterRules:
    __pydantic_config__ = STRICT
    version: int
    source: str
    states: dict[str, Words]
    actions: dict[Action, ShelterAction]
    who: frozenset[Role]
    stale_minutes: int
    nearly_full_share: float
    kinds: dict[str, Words]
    needs: dict[str, Words]


@cache
def shelter_rules() -> ShelterRules:
    """Raises RulesTrouble."""
    found = read_rules(_RULES, ShelterRules)
    named = {s for action in found.actions.values() for pair in action.moves.items() for s in pair}
    troubles = [(f"没有“{s}”这一状态。", f"No such state '{s}'.") for s in sorted(named - set(found.states))]
    if troubles:
        raise RulesTrouble(_RULES, troubles)
    return found


@dataclass(frozen=True, slots=True)
class Shelter:
    """One shelter as stored. `promised`: places given to requests whose people have not come yet; `reserved`: places kept for people
    of adopted evacuations who have not been counted in yet (`command/evacuation/reservation.py`)."""

    id: UUID
    facility_code: str | None
    zh: str
    en: str
    kind: str
    indoor: bool | None
    area_code: str
    department: str
    lon: float
    lat: float
    capacity: int
    services: Mapping[str, Json]
    state: str
    state_at: datetime | None
    incident_id: UUID | None
    occupied: int | None
    needs: Mapping[str, int] | None
    reported_at: datetime | None
    reported_by: JsonObject | None
    over_reason: str | None
    promised: int
    illustrative: bool
    version: int
    reserved: int = 0

    @property
    def free(self) -> int | None:
        """Places left besides those promised and kept; None when nobody has reported how many people are in it."""
        return None if self.occupied is None else self.promisable

    @property
    def promisable(self) -> int:
        """Places that may still be promised: what is known to be taken is taken."""
        return max(0, self.capacity - (self.occupied or 0) - self.promised - self.reserved)

    @property
    def over(self) -> int:
        """People in it beyond what it holds."""
        return max(0, (self.occupied or 0) - self.capacity)

    @property
    def without_room(self) -> int:
        """People who are expected and will find no room. In an unusable shelter nobody does."""
        room = 0 if self.state == "unusable" else self.capacity - (self.occupied or 0) - self.promised
        return max(0, self.reserved - max(0, room))


def shelter_object(shelter: Shelter) -> JsonObject:
    needs: JsonObject | None = None if shelter.needs is None else dict(shelter.needs)
    return {
        "id": str(shelter.id),
        "facility_code": shelter.facility_code,
        "name_zh": shelter.zh,
        "name_en": shelter.en,
        "kind": shelter.kind,
        "indoor": shelter.indoor,
        "area_code": shelter.area_code,
        "department": shelter.department,
        "point": {"lon": shelter.lon, "lat": shelter.lat, "origin": "WGS84"},
        "capacity": shelter.capacity,
        "services": dict(shelter.services),
        "state": shelter.state,
        "state_at": iso_or_none(shelter.state_at),
        "incident_id": None if shelter.incident_id is None else str(shelter.incident_id),
        "occupied": shelter.occupied,
        "free": shelter.free,
        "needs": needs,
        "reported_at": iso_or_none(shelter.reported_at),
        "reported_by": shelter.reported_by,
        "over_reason": shelter.over_reason,
        "promised": shelter.promised,
        "reserved": shelter.reserved,
        "illustrative": shelter.illustrative,
        "version": shelter.version,
    }


def _move(shelter: Shelter, action: Action, act: Act) -> Shelter:
    rules = shelter_rules()
    wanted = rules.actions[action]
    after = wanted.moves.get(shelter.state)
    if after is None:
        here = rules.states[shelter.state]
        raise Refused(
            "shelter_transition",
            zh=f"{shelter.zh}当前{here.zh}，不能{wanted.zh}。",
            en=f"{shelter.en} is {here.en}; it is not possible to {wanted.en} now.",
            field="data.shelter_id",
            status=409,
            state=shelter.state,
        )
    at = act.at if after != shelter.state else shelter.state_at
    return replace(shelter, state=after, state_at=at, version=shelter.version + 1)


def open_shelter(shelter: Shelter, act: Act, incident_id: UUID | None) -> Shelter:
    """启用. How many are in it stays unknown until somebody counts them. Raises Refused `shelter_transition`."""
    return replace(_move(shelter, "open", act), incident_id=incident_id)


def report(
    shelter: Shelter, act: Act, occupied: int, needs: Mapping[str, int] | None, over_reason: str | None
) -> Shelter:
    """The people in it now. `needs` None leaves the last word on them standing only when the number has not fallen below it.

    A report older than the present one changes nothing (the same object comes back). More than it holds is written down like any
    other number, for the people are there; the step says so loudly (`Shelter.over`). Raises Refused `shelter_transition`,
    `unknown_need`, `needs_exceed_people`.
    """
    rules = shelter_rules()
    moved = _move(shelter, "report", act)
    for need, count in (needs or {}).items():
        if need not in rules.needs:
            raise Refused(
                "unknown_need",
                zh=f"没有“{need}”这类需求；可用：{'、'.join(rules.needs)}。",
                en=f"There is no need '{need}'; there are {', '.join(rules.needs)}.",
                field="data.needs",
            )
        if count > occupied:
            word = rules.needs[need]
            raise Refused(
                "needs_exceed_people",
                zh=f"{word.zh} {count} 人，多于总人数 {occupied} 人，请核对。",
                en=f"{count} {word.en} are more than the {occupied} people in all. Check the numbers.",
                field="data.needs",
            )
    if shelter.reported_at is not None and act.occurred_at < shelter.reported_at:
        return shelter
    kept = needs if needs is not None else _still_true(shelter.needs, occupied)
    return replace(
        moved,
        occupied=occupied,
        needs=kept,
        reported_at=min(act.occurred_at, act.at),
        reported_by=act.by,
        over_reason=(over_reason or "").strip() or None if occupied > shelter.capacity else None,
    )


def _still_true(needs: Mapping[str, int] | None, occupied: int) -> Mapping[str, int] | None:
    if needs is None or any(count > occupied for count in needs.values()):
        return None
    return needs


def close(shelter: Shelter, act: Act, reason: str) -> Shelter:
    """关闭. Promised places are refused to be forgotten. Raises Refused `reason_required`, `shelter_has_promises`."""
    return _empty(_need_reason(_move(shelter, "close", act), reason), shelter)


def suspend(shelter: Shelter, act: Act, reason: str) -> Shelter:
    """停用: damaged, or inside the hazard. Allowed with promises outstanding, for danger asks nobody's leave."""
    moved = _need_reason(_move(shelter, "suspend", act), reason)
    return replace(moved, occupied=None, needs=None, reported_at=None, reported_by=None, over_reason=None)


def restore(shelter: Shelter, act: Act, reason: str) -> Shelter:
    return replace(_need_reason(_move(shelter, "restore", act), reason), incident_id=None)


def _need_reason(shelter: Shelter, reason: str) -> Shelter:
    if not reason.strip():
        raise Refused("reason_required", zh="请填写原因。", en="Give a reason.", field="data.reason")
    return shelter


def _empty(moved: Shelter, before: Shelter) -> Shelter:
    if before.reserved:
        raise Refused(
            "shelter_has_reservations",
            zh=f"{before.zh}还为转移群众保留着 {before.reserved} 个位置，请先改派或撤销转移任务。",
            en=f"{before.reserved} places of {before.en} are kept for people being evacuated; redirect them or cancel their order.",
            field="data.shelter_id",
            status=409,
            reserved=before.reserved,
        )
    if before.promised:
        raise Refused(
            "shelter_has_promises",
            zh=f"{before.zh}还有 {before.promised} 个位置已答应给他人，请先撤回或改派。",
            en=f"{before.promised} places of {before.en} are promised; take them back or find others first.",
            field="data.shelter_id",
            status=409,
            promised=before.promised,
        )
    return replace(
        moved, incident_id=None, occupied=None, needs=None, reported_at=None, reported_by=None, over_reason=None
    )


def promise(shelter: Shelter, places: int) -> Shelter:
    """Give `places` to a request. Raises Refused `shelter_not_open`, `shelter_full`."""
    if shelter.state == "unusable":
        raise Refused(
            "shelter_not_open",
            zh=f"{shelter.zh}不可用。",
            en=f"{shelter.en} cannot be used.",
            field="data.source_id",
            status=409,
        )
    if places > shelter.promisable:
        raise Refused(
            "shelter_full",
            zh=f"{shelter.zh}只剩 {shelter.promisable} 个位置（容纳 {shelter.capacity}，已答应 {shelter.promised}，"
            f"为转移群众保留 {shelter.reserved}），不能再答应 {places} 个。",
            en=f"{shelter.en} has {shelter.promisable} places left of {shelter.capacity} ({shelter.promised} promised,"
            f" {shelter.reserved} kept for people being evacuated); {places} cannot be promised.",
            field="data.quantity",
            status=409,
            left=shelter.promisable,
        )
    return replace(shelter, promised=shelter.promised + places, version=shelter.version + 1)


def unpromise(shelter: Shelter, places: int) -> Shelter:
    """The people came, or will not come."""
    return replace(shelter, promised=max(0, shelter.promised - places), version=shelter.version + 1)


def keep(shelter: Shelter, people: int) -> Shelter:
    """Keep places for people of an evacuation. Raises Refused `shelter_not_open`, `shelter_full`."""
    kept = promise(shelter, people)
    return replace(kept, promised=shelter.promised, reserved=shelter.reserved + people)
