"""Who asks: an account, a feed or a part of the system, with the roles it has and where they hold."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from spine.canonical import JsonObject

CITY = "5309"
"""Area prefix of the whole city in GB/T 2260; an area covers every code that starts with it."""


class Role(StrEnum):
    DUTY_OFFICER = "duty_officer"
    LEADER = "leader"
    DEPARTMENT = "department"
    FIELD_UNIT = "field_unit"
    EXERCISE_DIRECTOR = "exercise_director"
    EVALUATOR = "evaluator"
    AUDITOR = "auditor"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    FEED = "feed"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role, in one area, for one department or unit where the role is of that kind."""

    role: Role
    area: str = CITY
    department: str | None = None
    unit: str | None = None

    def covers(self, area_code: str | None) -> bool:
        """Whether the grant's area holds this code; a thing without an area belongs to the city alone."""
        return (area_code or CITY).startswith(self.area)


@dataclass(frozen=True, slots=True)
class Principal:
    id: str
    name: str
    grants: tuple[Grant, ...]
    locale: str = "zh"
    account_id: UUID | None = None

    def has(self, *roles: Role) -> bool:
        return any(grant.role in roles for grant in self.grants)

    def departments(self) -> frozenset[str]:
        return frozenset(g.department for g in self.grants if g.role is Role.DEPARTMENT and g.department)

    def units(self) -> frozenset[str]:
        return frozenset(g.unit for g in self.grants if g.role is Role.FIELD_UNIT and g.unit)

    def as_by(self) -> JsonObject:
        """The `by` object of facts."""
        return {"id": self.id, "name": self.name}


def system(part: str) -> Principal:
    """A part of the platform that acts by itself, such as `plans` or `deadlines`; it signs as what it is."""
    return Principal(id=f"system:{part}", name=f"系统·{part}", grants=(Grant(Role.SYSTEM),))


def feed(name: str) -> Principal:
    return Principal(id=f"feed:{name}", name=f"来源·{name}", grants=(Grant(Role.FEED),))
