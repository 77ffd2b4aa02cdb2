"""A calendar file is taken into the roster: all of it or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from command.publish import Publication
from command.roster import store
from command.roster.commands import (
    ImportRoster,
)
from command.roster.loading import (
    Step,
    check_times,
    handling,
    require_post,
)
from command.roster.roster import Shift, shift_id
from command.roster.steps import (
    hold_roster,
    published,
    put,
    tell_person,
    warned,
)
from spine.canonical import JsonObject
from spine.clock import iso
from spine.command import AnyHandling, Command, Outcome, Transaction
from spine.errors import Refused


async def _load_import(tx: Transaction, command: Command[ImportRoster]) -> Step:
    held = await hold_roster(tx.conn, command.by.account_id)
    posts = tuple(dict.fromkeys(row.post for row in command.data.shifts))
    for post in posts:
        require_post(held, post, "data.shifts")
    return Step(held, posts)


def imported(command_id: UUID, rows: Iterable[Any], at: datetime) -> list[Shift]:
    """The shifts that a file's rows stand for. Raises Refused `shift_times`, `shift_over`, `same_twice`."""
    made: dict[UUID, Shift] = {}
    for row in rows:
        check_times(row.starts_at, row.ends_at, at)
        key = shift_id(row.post, row.seat, row.starts_at)
        if key in made:
            raise Refused(
                "same_twice",
                zh=f"文件里有两个班次同岗、同席、同时开始（{iso(row.starts_at)}）。",
                en=f"Two shifts of the file begin at the same time in one seat ({iso(row.starts_at)}).",
                field="data.shifts",
            )
        made[key] = Shift(
            id=key,
            post=row.post,
            seat=row.seat,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            person_id=row.person_id,
            origin="import",
            note=None,
            version=1,
            updated_at=at,
        )
    return list(made.values())


async def replaced_by(conn: Any, shifts: Sequence[Shift], at: datetime) -> list[Shift]:
    """Standing shifts in the same seats at the same times that have not begun."""
    since, until = min(s.starts_at for s in shifts), max(s.ends_at for s in shifts)
    standing = await store.shifts_between(conn, since, until)
    return [
        old
        for old in standing
        if old.starts_at > at
        and any(
            new.post == old.post and new.seat == old.seat and new.meets(old.starts_at, old.ends_at) for new in shifts
        )
    ]


async def _import(tx: Transaction, command: Command[ImportRoster], step: Step) -> Outcome:
    data, held = command.data, step.held
    shifts = imported(command.id, data.shifts, tx.at)
    gone = await replaced_by(tx.conn, shifts, tx.at) if data.replace else []
    told: JsonObject = {"name": data.name, "sha256": data.sha256, "shifts": len(shifts), "replaced": len(gone)}
    publication = Publication("roster.imported", told)
    versions = {old.id: old.version for old in gone}
    shifts = [replace(s, version=versions.get(s.id, 0) + 1) for s in shifts]
    if not data.replace:
        await _require_new(tx, shifts)
    found = await put(tx, held, publication, shifts, gone)
    for person_id in sorted({s.person_id for s in shifts if s.person_id is not None}):
        text = (
            f"值班表已从“{data.name}”导入，请查看您的班次。",
            f"The roster was taken in from '{data.name}'; look at your shifts.",
        )
        tell_person(publication, held, person_id, ("新值班表", "New roster"), text, ("roster", command.id))
    result: JsonObject = {"shifts": len(shifts), "replaced": len(gone), "warnings": warned(found)}
    return Outcome(await published(tx, held, publication, step.posts), result)


async def _require_new(tx: Transaction, shifts: Iterable[Shift]) -> None:
    for shift in shifts:
        if await store.find_shift(tx.conn, shift.id) is not None:
            raise Refused(
                "shift_there",
                zh="文件里的班次有的已经排好；要替换，请在预览中选择“替换已排班次”。",
                en="Some shifts of the file stand already; choose 'replace' in the preview to replace them.",
                field="data.replace",
                status=409,
                final=False,
            )


HANDLINGS: tuple[AnyHandling, ...] = (handling(ImportRoster, _load_import, _import),)
