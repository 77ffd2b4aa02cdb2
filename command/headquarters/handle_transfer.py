"""Transfer of command and delegation, carried out."""

from command.headquarters import transfer as transfers
from command.headquarters.commands import (
    Delegate,
    RefuseCommand,
    RevokeDelegation,
    TakeCommand,
    TransferCommand,
    WithdrawTransfer,
)
from command.headquarters.handling import actor_in, carry, need_open, step
from command.headquarters.headquarters import Headquarters
from command.headquarters.people import fits_command, resolve
from command.headquarters.rules import headquarters_rules
from command.headquarters.steps import (
    HeldHeadquarters,
    person_words,
    tell_person,
)
from command.orders.steps import act_of
from command.publish import Publication
from spine.canonical import JsonObject
from spine.clock import BEIJING
from spine.command import AnyHandling, Command, Outcome, Transaction


async def _transfer(tx: Transaction, command: Command[TransferCommand], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    to = await resolve(tx.conn, data.to, "data.to")
    fits = await fits_command(tx.conn, to, hq.commander.person.post)
    changed = transfers.propose(
        hq,
        act_of(tx, command),
        await actor_in(tx, command, hq),
        command.id,
        to,
        fits=fits,
        summary=data.summary,
        reason=data.reason,
        stays=data.stays,
    )
    publication = Publication("headquarters.transfer_proposed", {**person_words(to), "reason": data.reason})
    return await carry(tx, held, changed, publication, transfer_id=str(command.id))


async def _take_command(tx: Transaction, command: Command[TakeCommand], held: HeldHeadquarters) -> Outcome:
    hq = need_open(held)
    actor = await actor_in(tx, command, hq)
    changed = transfers.take(hq, act_of(tx, command), actor)
    giver = None if hq.transfer is None else hq.transfer.giver
    said: JsonObject = {**person_words(changed.commander.person), "word": actor.word}
    if giver is not None:
        said |= {"from_zh": giver.words[0], "from_en": giver.words[1]}
    return await carry(tx, held, changed, Publication("headquarters.transferred", said))


async def _refuse(tx: Transaction, command: Command[RefuseCommand], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    changed = transfers.refuse(hq, act_of(tx, command), await actor_in(tx, command, hq), data.reason)
    return await _transfer_ended(tx, held, changed, "headquarters.transfer_refused", ("不接受指挥权移交", "does not take command"), data.reason)  # fmt: skip


async def _withdraw(tx: Transaction, command: Command[WithdrawTransfer], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    changed = transfers.withdraw(hq, act_of(tx, command), await actor_in(tx, command, hq), data.reason)
    return await _transfer_ended(tx, held, changed, "headquarters.transfer_withdrawn", ("：指挥权移交已撤回", ": the transfer of command is withdrawn"), data.reason)  # fmt: skip


async def _transfer_ended(
    tx: Transaction, held: HeldHeadquarters, after: Headquarters, kind: str, words: tuple[str, str], reason: str
) -> Outcome:
    """The other side hears of it."""
    transfer = after.transfer
    if transfer is None:
        raise AssertionError("only an open transfer is refused or withdrawn")
    publication = Publication(kind, {**person_words(transfer.to), "reason": reason})
    other = transfer.giver if kind == "headquarters.transfer_refused" else transfer.to
    zh, en = transfer.to.words
    tell_person(after, other, (f"{zh}{words[0]}", f"{en} {words[1]}".replace(" :", ":")), (reason, reason), publication)
    return await carry(tx, held, after, publication)


async def _delegate(tx: Transaction, command: Command[Delegate], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    changed = transfers.delegate(
        hq,
        act_of(tx, command),
        await actor_in(tx, command, hq),
        command.id,
        seat_id=data.seat_id,
        matter=data.matter,
        up_to=data.up_to,
        until=data.until,
        reason=data.reason,
    )
    made = changed.delegations[-1]
    matter = headquarters_rules().matters[made.matter]
    publication = Publication(
        "headquarters.delegated",
        {
            **person_words(made.to),
            "matter_zh": matter.zh,
            "matter_en": matter.en,
            "up_to": made.up_to,
            "reason": made.reason,
        },
    )
    until = made.until.astimezone(BEIJING).strftime("%m-%d %H:%M")
    tell_person(
        changed,
        made.to,
        (f"授权：{matter.zh}", f"Delegated to you: {matter.en}"),
        (f"{made.giver.words[0]}授权您行使“{matter.zh}”，至 {until}。{made.reason}", f"{made.giver.words[1]} lets you decide: {matter.en}, until {until}. {made.reason}"),
        publication,
    )  # fmt: skip
    return await carry(tx, held, changed, publication, delegation_id=str(made.id))


async def _revoke(tx: Transaction, command: Command[RevokeDelegation], held: HeldHeadquarters) -> Outcome:
    hq, data = need_open(held), command.data
    changed = transfers.revoke(
        hq, act_of(tx, command), await actor_in(tx, command, hq), data.delegation_id, data.reason
    )
    ended = next(one for one in changed.delegations if one.id == data.delegation_id)
    publication = Publication("headquarters.delegation_revoked", {**person_words(ended.to), "reason": data.reason})
    tell_person(
        changed, ended.to, ("授权已撤回", "Your delegation is revoked"), (data.reason, data.reason), publication
    )
    return await carry(tx, held, changed, publication)


_WHO = headquarters_rules().who

HANDLINGS: tuple[AnyHandling, ...] = (
    step(TransferCommand, _WHO.command, _transfer),
    step(TakeCommand, _WHO.answer, _take_command),
    step(RefuseCommand, _WHO.answer, _refuse),
    step(WithdrawTransfer, _WHO.command, _withdraw),
    step(Delegate, _WHO.delegate, _delegate),
    step(RevokeDelegation, _WHO.delegate, _revoke),
)
