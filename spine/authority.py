"""Who may do what, and who may follow what. Checked in the write path and at `follow`, never only on a screen."""

from dataclasses import dataclass

from spine.errors import Refused, forbidden
from spine.principal import Grant, Principal, Role


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose the thing is that a command touches.

    `area`: GB/T 2260 code of where it is (None = the whole city). `departments` and `units`: those it concerns.
    `account`: the one account it belongs to, for personal things.
    """

    area: str | None = None
    departments: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Allow:
    """The roles that may carry out a command."""

    roles: frozenset[Role]


def allow(*roles: Role) -> Allow:
    return Allow(frozenset(roles))


ANYBODY = allow(*Role)


def grant_reaches(grant: Grant, scope: Scope) -> bool:
    """Whether one grant reaches into a scope: by department, by unit, or by area."""
    match grant.role:
        case Role.DEPARTMENT:
            return grant.department is not None and grant.department in scope.departments
        case Role.FIELD_UNIT:
            return grant.unit is not None and grant.unit in scope.units
        case Role.FEED | Role.SYSTEM:
            return True
        case _:
            return grant.covers(scope.area)


def check_role(principal: Principal, rule: Allow, kind: str) -> None:
    """Raises Refused `forbidden` before anything is read: the answer must not tell what exists."""
    if not any(grant.role in rule.roles for grant in principal.grants):
        raise forbidden(
            f"您的角色不能执行“{kind}”。",
            f"Your role may not carry out '{kind}'.",
            field="kind",
        )


def check_scope(principal: Principal, rule: Allow, scope: Scope, kind: str) -> None:
    """Raises Refused `forbidden` when no grant of a permitted role reaches the thing."""
    if scope.account is not None:
        if principal.id == scope.account or principal.has(Role.SYSTEM):
            return
    elif any(grant.role in rule.roles and grant_reaches(grant, scope) for grant in principal.grants):
        return
    raise forbidden(
        f"这不在您的职责范围内，不能执行“{kind}”。",
        f"This is outside your area of responsibility: '{kind}' is not permitted.",
        field="kind",
    )


OVERSEERS = frozenset(
    {
        Role.DUTY_OFFICER,
        Role.LEADER,
        Role.AUDITOR,
        Role.SUPERVISOR,
        Role.ADMINISTRATOR,
        Role.EXERCISE_DIRECTOR,
        Role.EVALUATOR,
        Role.SYSTEM,
    }
)
"""Roles that see the whole picture of their area."""


def may_oversee(principal: Principal, area: str | None) -> bool:
    return any(g.role in OVERSEERS and g.covers(area) for g in principal.grants)


def unknown_stream(stream: str) -> Refused:
    return Refused(
        "unknown_stream",
        zh=f"没有名为“{stream}”的数据流。",
        en=f"There is no stream named '{stream}'.",
        field="stream",
        status=404,
        final=False,
    )
