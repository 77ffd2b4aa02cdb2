"""What a change of the roster stands on: the roster under its lock, the shift or leave it is about, and who may."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from command.roster import store
from command.roster.roster import Leave, Shift
from command.roster.steps import (
    Held,
    hold_roster,
)
from spine.authority import Scope, allow
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.errors import Refused, not_found, stale_version
from spine.principal import CITY, Role

D = TypeVar("D", bound=CommandData)
KEEPERS = allow(Role.DUTY_OFFICER, Role.LEADER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Step:
    """The roster and the posts that a command touches. `owner`: whose own affair it is; whether he may was decided while loading."""

    held: Held
    posts: tuple[str, ...]
    shift: Shift | None = None
    leave: Leave | None = None
    owner: str | None = None

    def scope(self) -> Scope:
        """Whoever changes posts of several areas must reach them all: the widest of them decides."""
        if self.owner is not None:
            return Scope(account=self.owner)
        areas = {self.held.posts[post].area_code for post in self.posts}
        return Scope(area=areas.pop() if len(areas) == 1 else CITY)


def require_post(held: Held, post: str, field: str = "data.post") -> None:
    """Raises Refused `not_found`, `post_without_roster`."""
    duty = held.posts.get(post)
    if duty is None:
        raise not_found("岗位", "post", post, field=field)
    if duty.kind != "duty":
        raise Refused(
            "post_without_roster",
            zh=f"“{duty.post_zh}”是指挥部岗位，不排班。",
            en=f"'{duty.post_en}' is a post of the headquarters and has no roster.",
            field=field,
        )


async def load_post(tx: Transaction, command: Command[Any]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    require_post(held, command.data.post)
    return Step(held, (command.data.post,))


async def load_shift(tx: Transaction, command: Command[Any]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    shift = await store.need_shift(tx.conn, command.data.shift_id)
    if shift.version != command.data.expect:
        raise stale_version(command.data.expect, shift.version, field="data.expect")
    return Step(held, (shift.post,), shift)


def the_shift(step: Step) -> Shift:
    if step.shift is None:
        raise AssertionError("it was loaded with its shift")
    return step.shift


def need_reason(reason: str) -> str:
    if not reason.strip():
        raise Refused(
            "reason_required",
            zh="改动已排的班必须写明理由。",
            en="Give a reason for changing the roster.",
            field="data.reason",
        )
    return reason.strip()


def check_times(starts_at: datetime, ends_at: datetime, at: datetime) -> None:
    """Raises Refused `shift_times`, `shift_over`."""
    if ends_at <= starts_at or ends_at - starts_at > timedelta(days=7):
        raise Refused(
            "shift_times",
            zh="班次的结束时间要晚于开始时间，且不超过 7 天。",
            en="A shift ends after it begins and lasts at most 7 days.",
            field="data.ends_at",
        )
    if ends_at <= at:
        raise Refused(
            "shift_over",
            zh="这个班次已经结束，不能再排或再改。",
            en="This shift is over and can no longer be entered or changed.",
            field="data.ends_at",
            status=409,
        )


def handling(
    data: type[D],
    load: Callable[[Transaction, Command[Any]], Awaitable[Step]],
    run: Callable[[Transaction, Command[D], Step], Awaitable[Outcome]],
) -> AnyHandling:
    return Handling(data, KEEPERS, load, Step.scope, run)
