"""The clock of a handover: both sign within minutes of the end of the shift, or somebody above is told."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from command.publish import Publication
from command.roster import store as roster_store
from command.roster.duty import Duty
from command.roster.rules import roster_rules
from spine.command import Connection, Transaction
from spine.deadlines import set_deadline, settle_deadline

KIND = "handover"
_NAMESPACE = UUID("c2b1f1aa-9d60-5c83-bd4c-0f1f5a6a5309")


def subject_of(post: str) -> UUID:
    """What the clock of a post hangs on: one per post."""
    return uuid5(_NAMESPACE, post)


async def shift_ends(conn: Connection, post: str, at: datetime) -> datetime | None:
    """When the shift ends that somebody who takes over now stands; None when the roster has none."""
    soon = at + timedelta(minutes=roster_rules().handover.early_minutes)
    standing = await roster_store.shifts_of_post(conn, post, at, soon)
    return max((s.ends_at for s in standing if s.starts_at <= soon < s.ends_at), default=None) or max(
        (s.ends_at for s in standing if s.starts_at <= at), default=None
    )


async def arm(tx: Transaction, duty: Duty, publication: Publication) -> Duty:
    """The clock runs to the end of the holder's shift; without a shift on the roster there is none, and it stops.

    One that is overdue already stays so, unless the roster now says that his own shift is longer.
    """
    ends = await shift_ends(tx.conn, duty.post, min(duty.since or tx.at, tx.at))
    if ends is None or ends <= tx.at:
        if duty.until is not None and duty.until <= tx.at:
            return duty
        ends = await shift_ends(tx.conn, duty.post, tx.at)
    if ends is None:
        await stop(tx, duty, publication, void=True)
        return replace(duty, until=None)
    await _run(tx, duty, ends, ends + timedelta(minutes=roster_rules().handover.due_minutes), publication)
    return replace(duty, until=ends)


async def climb(tx: Transaction, duty: Duty, publication: Publication) -> str | None:
    """Run to the next step of escalation. Returns the post that is told now, None when the list has ended."""
    steps = roster_rules().handover.escalate
    ends = duty.until
    if ends is None:
        return None
    passed = [step for step in steps if ends + timedelta(minutes=step.after_minutes) <= tx.at]
    ahead = next((step for step in steps if ends + timedelta(minutes=step.after_minutes) > tx.at), None)
    if ahead is not None:
        await _run(tx, duty, ends, ends + timedelta(minutes=ahead.after_minutes), publication)
    return None if not passed else roster_rules().escalate_to(passed[-1], duty.post)


async def _run(tx: Transaction, duty: Duty, ends: datetime, due: datetime, publication: Publication) -> None:
    row = await set_deadline(
        tx,
        kind=KIND,
        incident_id=None,
        subject_kind="post",
        subject_id=subject_of(duty.post),
        department=None,
        title_zh=f"交接班：{duty.post_zh}",
        title_en=f"Hand over: {duty.post_en}",
        to_zh=duty.person or duty.post_zh,
        to_en=duty.person or duty.post_en,
        started_at=min(ends, duty.since or tx.at),
        due_at=due,
        area=duty.area_code,
    )
    publication.deadline(row)


async def stop(tx: Transaction, duty: Duty, publication: Publication, *, void: bool) -> None:
    row = await settle_deadline(tx, subject_id=subject_of(duty.post), kind=KIND, void=void)
    if row is not None:
        publication.deadline(row)
