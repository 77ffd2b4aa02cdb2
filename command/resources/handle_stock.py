"""The commands on stock: received, counted, discarded, and a department's own use. Whose the depot is, his the goods are."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from command import store
from command.orders.steps import act_of
from command.organisation.book import organisation
from command.organisation.stock_book import Item, stock_book
from command.publish import Publication
from command.resources import stock as rules
from command.resources import stock_store
from command.resources.commands import (
    CommitStock,
    CountStock,
    DiscardStock,
    IssueStock,
    ReceiveStock,
    ReturnStock,
)
from command.resources.publish import RESOURCES, put_allotment
from command.resources.stock import Hold, Lot, StockStep
from command.resources.stock_store import Depot
from incidents.incident import require_open
from incidents.summary import hold as hold_incident
from spine.authority import Scope, allow
from spine.canonical import Json
from spine.clock import BEIJING
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Role


def day_of(tx: Transaction) -> date:
    """The day by which a lot is expired or not: Beijing's."""
    return tx.at.astimezone(BEIJING).date()


def owned_by(department: str) -> Scope:
    """A department's own thing: it reaches a city department's only from the city."""
    known = organisation().departments.get(department)
    return Scope(None if known is None else known.area, frozenset({department}))


@dataclass(frozen=True, slots=True)
class _Shelf:
    """An item in a depot, with all its lots locked and, where one is spoken of, that lot or promise."""

    depot: Depot
    item: Item
    lots: tuple[Lot, ...]
    lot: Lot | None = None
    hold: Hold | None = None

    def scope(self) -> Scope:
        return owned_by(self.depot.department)


async def _shelf(tx: Transaction, depot: str, item: str, lot: UUID | None = None, hold: UUID | None = None) -> _Shelf:
    known = stock_book().item(item)
    if not known.in_depots:
        raise Refused(
            "not_in_depots",
            zh=f"{known.zh}不在库里存放。",
            en=f"{known.en} is not kept in depots.",
            field="data.item",
        )
    lots = await stock_store.lock_lots(tx.conn, depot, item)
    return _Shelf(
        await stock_store.need_depot(tx.conn, depot),
        known,
        tuple(lots),
        next((one for one in lots if one.id == lot), None),
        None if hold is None else await stock_store.hold_of(tx.conn, hold),
    )


async def _load_item(tx: Transaction, command: Command[ReceiveStock] | Command[CommitStock]) -> _Shelf:
    await stock_store.need_depot(tx.conn, command.data.depot)
    if isinstance(command.data, CommitStock) and command.data.incident_id is not None:
        require_open((await hold_incident(tx, command.data.incident_id)).incident)
    return await _shelf(tx, command.data.depot, command.data.item)


async def _load_lot(tx: Transaction, command: Command[CountStock] | Command[DiscardStock]) -> _Shelf:
    lot = await stock_store.find_lot(tx.conn, command.data.lot_id)
    return await _shelf(tx, lot.depot, lot.item, lot=lot.id)


async def _load_hold(tx: Transaction, command: Command[IssueStock] | Command[ReturnStock]) -> _Shelf:
    hold = await stock_store.hold_of(tx.conn, command.data.hold_id)
    if hold.incident_id is not None:
        await hold_incident(tx, hold.incident_id)
    if hold.offer_id is not None:
        raise Refused(
            "belongs_to_request",
            zh="这笔物资属于一项资源请求，请在请求里发出、归还。",
            en="These goods belong to a request; send and return them there.",
            field="data.hold_id",
            status=409,
        )
    return await _shelf(tx, hold.depot, hold.item, hold=hold.id)


def _new_lot(tx: Transaction, command: Command[ReceiveStock], shelf: _Shelf) -> Lot:
    """The lot that is added to, or a new one. Raises Refused `other_expiry`."""
    data = command.data
    known = next((lot for lot in shelf.lots if lot.lot_no == data.lot_no), None)
    if known is None:
        return Lot(
            command.id, data.depot, data.item, data.lot_no, data.made_on, data.expires_on, 0, 0, 0, 0, 0, 0, 0, tx.at,
            None, None, False, 0,
        )  # fmt: skip
    if (data.expires_on, data.made_on or known.made_on) != (known.expires_on, known.made_on):
        raise Refused(
            "other_expiry",
            zh=f"批次 {data.lot_no} 已登记的有效期是 {known.expires_on or '无'}，与本次不同，请另立批次。",
            en=f"Lot {data.lot_no} is known to expire on {known.expires_on or 'no day'}; enter this one as another lot.",
            field="data.expires_on",
            status=409,
        )
    return known


async def _receive(tx: Transaction, command: Command[ReceiveStock], shelf: _Shelf) -> Outcome:
    stock_book().check_measure(shelf.item, command.data.measure)
    lot = _new_lot(tx, command, shelf)
    if shelf.item.kind == "vehicle" and (command.data.quantity != 1 or lot.in_depot + lot.out > 0):
        raise Refused(
            "one_vehicle_per_plate",
            zh="车辆按号牌一车一批登记，数量只能是 1。",
            en="A vehicle is one lot under its number plate; its quantity is 1.",
            field="data.quantity",
        )
    step = rules.receive(lot, command.data.quantity, command.data.source, day_of(tx))
    return await _carry(tx, command, shelf, "stock.received", step, quantity=command.data.quantity)


async def _count(tx: Transaction, command: Command[CountStock], shelf: _Shelf) -> Outcome:
    lot, data = _need_lot(shelf), command.data
    step = rules.count(lot, act_of(tx, command), data.counted, data.reason)
    difference = data.counted - lot.in_depot
    return await _carry(
        tx, command, shelf, "stock.counted", step, counted=data.counted, difference=difference, reason=data.reason
    )


async def _discard(tx: Transaction, command: Command[DiscardStock], shelf: _Shelf) -> Outcome:
    data = command.data
    step = rules.discard(_need_lot(shelf), data.quantity, data.reason)
    return await _carry(tx, command, shelf, "stock.discarded", step, quantity=data.quantity, reason=data.reason)


def _need_lot(shelf: _Shelf) -> Lot:
    if shelf.lot is None:
        raise AssertionError("a lot that was locked is among the lots of its shelf")
    return shelf.lot


async def _commit(tx: Transaction, command: Command[CommitStock], shelf: _Shelf) -> Outcome:
    data, act = command.data, act_of(tx, command)
    stock_book().check_measure(shelf.item, data.measure)
    if data.task_id is not None and await store.incident_of_task(tx.conn, data.task_id) != data.incident_id:
        raise Refused(
            "task_of_other_incident",
            zh="这项任务不属于所选事件。",
            en="That order does not belong to this incident.",
            field="data.task_id",
        )
    offered = await stock_store.offered_of(tx.conn, data.depot, data.item)
    promise = Hold(
        command.id, data.depot, data.item, None, data.incident_id, data.task_id, data.purpose, tx.at, act.by, 1, ()
    )
    step = rules.commit(shelf.lots, promise, data.quantity, day_of(tx), offered)
    return await _carry(tx, command, shelf, "stock.committed", step, quantity=data.quantity, purpose=data.purpose)


async def _issue(tx: Transaction, command: Command[IssueStock], shelf: _Shelf) -> Outcome:
    step = rules.issue(shelf.lots, _need_hold(shelf), command.data.quantity, day_of(tx))
    return await _carry(tx, command, shelf, "stock.issued", step, quantity=command.data.quantity)


async def _return(tx: Transaction, command: Command[ReturnStock], shelf: _Shelf) -> Outcome:
    data, hold, lots = command.data, _need_hold(shelf), shelf.lots
    moves: tuple[rules.Move, ...] = ()
    changed: dict[UUID, Lot] = {}
    if data.unused:
        if data.unused > hold.committed:
            raise Refused(
                "more_than_committed",
                zh=f"未出库的只有 {hold.committed}。",
                en=f"{hold.committed} are still in the depot.",
                field="data.unused",
                status=409,
                left=hold.committed,
            )
        freed = rules.release(lots, hold, data.unused)
        changed, moves, hold = {lot.id: lot for lot in freed.lots}, freed.moves, freed.hold or hold
        lots = tuple(changed.get(lot.id, lot) for lot in lots)
    if data.returned + data.used + data.lost or not data.unused:
        back = rules.take_back(lots, hold, data.returned, data.used, data.lost)
        changed |= {lot.id: lot for lot in back.lots}
        moves, hold = (*moves, *back.moves), back.hold or hold
    step = StockStep(tuple(changed.values()), moves, hold)
    return await _carry(
        tx, command, shelf, "stock.returned", step, returned=data.returned, used=data.used, lost=data.lost
    )


def _need_hold(shelf: _Shelf) -> Hold:
    if shelf.hold is None:
        raise AssertionError("a promise that was found is in its shelf")
    return shelf.hold


async def _carry(
    tx: Transaction, command: Command[Any], shelf: _Shelf, kind: str, step: StockStep, **more: Json
) -> Outcome:
    await stock_store.save_step(tx.conn, step, act_of(tx, command))
    lots: list[Json] = [lot.lot_no for lot in step.lots]
    publication = Publication(
        kind,
        {
            "depot": shelf.depot.code,
            "item": shelf.item.code,
            "item_zh": shelf.item.zh,
            "item_en": shelf.item.en,
            "lots": lots,
            **more,
        },
    )
    publication.tell(RESOURCES)
    result: dict[str, Json] = {"lots": [str(lot.id) for lot in step.lots]}
    if step.hold is not None:
        put_allotment(publication, step.hold)
        result["hold_id"] = str(step.hold.id)
    return Outcome(publication.facts(), result)


def _scope(shelf: _Shelf) -> Scope:
    return shelf.scope()


_KEEPERS = allow(Role.DEPARTMENT, Role.DUTY_OFFICER)
HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(ReceiveStock, _KEEPERS, _load_item, _scope, _receive),
    Handling(CountStock, _KEEPERS, _load_lot, _scope, _count),
    Handling(DiscardStock, _KEEPERS, _load_lot, _scope, _discard),
    Handling(CommitStock, _KEEPERS, _load_item, _scope, _commit),
    Handling(IssueStock, _KEEPERS, _load_hold, _scope, _issue),
    Handling(ReturnStock, _KEEPERS, _load_hold, _scope, _return),
)
