"""Links under which a calendar is read without signing in: shared and revoked."""

from command.publish import Publication
from command.roster import store
from command.roster.commands import (
    RevokeCalendar,
    ShareCalendar,
)
from command.roster.loading import KEEPERS, Step, require_post
from command.roster.steps import (
    hold_roster,
    published,
)
from spine.authority import ANYBODY
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused, forbidden


async def _load_share(tx: Transaction, command: Command[ShareCalendar]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    data = command.data
    if data.subject == "post":
        require_post(held, data.key, "data.key")
        if not any(g.role in KEEPERS.roles and g.covers(held.posts[data.key].area_code) for g in command.by.grants):
            raise forbidden("您无权分享这个岗位的日历。", "You may not share this post's calendar.", field="data.key")
    elif held.asker is None or held.asker.id != data.key:
        raise forbidden("只能分享自己的值班日历。", "You may share your own calendar only.", field="data.key")
    return Step(held, (), owner=command.by.id)


async def _share(tx: Transaction, command: Command[ShareCalendar], step: Step) -> Outcome:
    data, account = command.data, command.by.account_id
    if account is None:
        raise forbidden("只有账号可以分享日历。", "Only an account may share a calendar.")
    if len(await store.calendars_of(tx.conn, account)) >= 10:
        raise Refused(
            "calendar_links_most",
            zh="日历链接最多 10 个，请先停用不用的。",
            en="At most 10 calendar links; revoke one that is not used.",
            field="data.key",
            status=409,
            final=False,
        )
    await store.save_calendar(
        tx.conn,
        command.id,
        token_hash=bytes.fromhex(data.token_sha256),
        account_id=account,
        subject=data.subject,
        of=data.key,
        at=tx.at,
    )
    publication = Publication("roster.calendar_shared", {"subject": data.subject, "key": data.key})
    return Outcome(await published(tx, step.held, publication, ()), {"calendar_id": str(command.id)})


async def _load_revoke(tx: Transaction, command: Command[RevokeCalendar]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    owner = await store.owner_of_calendar(tx.conn, command.data.calendar_id)
    return Step(held, (), owner=f"account:{owner}")


async def _revoke(tx: Transaction, command: Command[RevokeCalendar], step: Step) -> Outcome:
    await store.revoke_calendar(tx.conn, command.data.calendar_id, tx.at)
    publication = Publication("roster.calendar_revoked", {"calendar_id": str(command.data.calendar_id)})
    return Outcome(await published(tx, step.held, publication, ()), {})


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(ShareCalendar, ANYBODY, _load_share, Step.scope, _share),
    Handling(RevokeCalendar, ANYBODY, _load_revoke, Step.scope, _revoke),
)
