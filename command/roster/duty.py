"""Who holds which post now (值班). Who was meant to: `roster.py`. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from spine.errors import Refused
from spine.principal import Principal, Role

How = Literal["first", "handover", "emergency"]


@dataclass(frozen=True, slots=True)
class Duty:
    """A post and who holds it; nobody until somebody takes it (unknown is not the roster's name).

    `how` he came to it, and why without a handover (`reason`). `until`: the end of the shift that his clock runs for.
    """

    post: str
    post_zh: str
    post_en: str
    kind: str
    area_code: str
    holders: Sequence[str]
    account_id: UUID | None
    person: str | None
    since: datetime | None
    how: How | None = None
    reason: str | None = None
    until: datetime | None = None


def may_hold(duty: Duty, principal: Principal) -> bool:
    return principal.account_id is not None and any(
        g.role in {Role(h) for h in duty.holders} and g.covers(duty.area_code) for g in principal.grants
    )


def require_may_hold(duty: Duty, principal: Principal) -> UUID:
    """The account. Raises Refused `post_not_yours`."""
    if principal.account_id is None or not may_hold(duty, principal):
        raise Refused(
            "post_not_yours",
            zh=f"您的角色不能担任“{duty.post_zh}”。",
            en=f"Your role cannot take the post '{duty.post_en}'.",
            field="data.post",
            status=403,
            final=False,
        )
    return principal.account_id


def take(duty: Duty, principal: Principal, at: datetime, reason: str = "") -> Duty:
    """接岗. A post that somebody holds is handed over; taking it without his signature is for emergencies, wants a reason and stays
    marked. Raises Refused `post_not_yours`, `already_on_duty`, `handover_required`."""
    account = require_may_hold(duty, principal)
    if duty.account_id == account:
        raise Refused(
            "already_on_duty",
            zh=f"您已在“{duty.post_zh}”岗位。",
            en=f"You already hold the post '{duty.post_en}'.",
            field="data.post",
            status=409,
        )
    # The headquarters' posts are not stood in shifts: there is nothing to hand over by a duty sheet.
    emergency = duty.account_id is not None and duty.kind == "duty"
    if emergency and not reason.strip():
        raise Refused(
            "handover_required",
            zh=f"“{duty.post_zh}”现由{duty.person}担任，应办理交接班。紧急接岗须写明理由。",
            en=f"'{duty.post_en}' is held by {duty.person}: hand over. To take it in an emergency, give a reason.",
            field="data.reason",
            status=409,
        )
    return replace(
        duty,
        account_id=account,
        person=principal.name,
        since=at,
        how="emergency" if emergency else "first",
        reason=reason.strip() or None,
        until=None,
    )


def hand_to(duty: Duty, principal: Principal, at: datetime) -> Duty:
    """The post changes hands by a handover that both have signed."""
    account = require_may_hold(duty, principal)
    return replace(duty, account_id=account, person=principal.name, since=at, how="handover", reason=None, until=None)
