"""Working groups of a headquarters, carried out: set, changed, dissolved."""

from command.headquarters import groups
from command.headquarters.commands import (
    DissolveGroup,
    SetGroup,
)
from command.headquarters.handling import carry, need_open, step
from command.headquarters.headquarters import Group, Headquarters, need_reason
from command.headquarters.people import resolve_or_nobody
from command.headquarters.rules import headquarters_rules
from command.headquarters.steps import (
    HeldHeadquarters,
    tell,
    tell_groups,
)
from command.orders.steps import act_of
from command.publish import Publication
from command.units.store import need_department
from spine.command import AnyHandling, Command, Outcome, Transaction
from spine.errors import Refused


async def _set_group(tx: Transaction, command: Command[SetGroup], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    await need_department(tx.conn, data.lead, field="data.lead")
    for code in data.members:
        await need_department(tx.conn, code, field="data.members")
    if data.group_id is not None and all(one.id != data.group_id for one in hq.groups):
        raise Refused(
            "not_found", zh="没有这个工作组。", en="There is no such group.", field="data.group_id", status=404
        )
    head = await resolve_or_nobody(tx.conn, data.head, "data.head")
    duty = need_reason(data.duty_zh, "duty_zh", "工作组的职责", "what the group does")
    group = Group(
        data.group_id or f"own-{command.id}", data.zh, data.en or data.zh, data.lead, data.members, duty, data.duty_en or duty, head
    )  # fmt: skip
    changed, before = groups.set_group(hq, act_of(tx, command), group)
    made = next(one for one in changed.groups if one.id == group.id)
    kind = "headquarters.group_added" if before is None else "headquarters.group_changed"
    publication = Publication(kind, {"group_zh": made.zh, "group_en": made.en, "lead": made.lead})
    tell_groups(changed, (made,), hq, publication)
    if before is not None:
        _tell_left(changed, before, made, publication)
    return await carry(tx, held, changed, publication, group_id=made.id)


def _tell_left(hq: Headquarters, before: Group, after: Group | None, publication: Publication) -> None:
    for code in sorted(before.departments - (frozenset() if after is None else after.departments)):
        tell(
            hq,
            ("department", code),
            (f"退出工作组：{before.zh}", f"No longer in the {before.en}"),
            (f"贵单位不再编入{hq.title}指挥部{before.zh}。", f"Your department is no longer in the {before.en} for '{hq.title}'."),
            publication,
        )  # fmt: skip


async def _dissolve_group(tx: Transaction, command: Command[DissolveGroup], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    changed, before = groups.dissolve_group(hq, act_of(tx, command), data.group_id, data.reason)
    publication = Publication(
        "headquarters.group_dissolved",
        {"group_zh": before.zh, "group_en": before.en, "lead": before.lead, "reason": data.reason},
    )
    _tell_left(changed, before, None, publication)
    return await carry(tx, held, changed, publication)


_WHO = headquarters_rules().who

HANDLINGS: tuple[AnyHandling, ...] = (
    step(SetGroup, _WHO.keep, _set_group),
    step(DissolveGroup, _WHO.keep, _dissolve_group),
)
