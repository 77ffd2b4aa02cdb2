"""What an offer's step does to the thing that is offered: lots in a depot, places in a shelter, a unit that is spoken for."""

from uuid import UUID

from command.orders.task import Act
from command.publish import Publication
from command.requests.request import Offer, Request
from command.requests.store import unit_promised_to
from command.resources import shelter as shelter_rules
from command.resources import stock as stock_rules
from command.resources import stock_store
from command.resources.publish import put_shelter
from command.resources.shelter_store import lock_shelter, save_shelter
from command.resources.stock import Hold, Lot, StockStep
from command.units import store as unit_store
from command.units.unit import fatigue
from spine.clock import BEIJING
from spine.command import Transaction
from spine.errors import Refused, not_found


def uuid_of(text: str | None, field: str = "data.source_id") -> UUID:
    """Raises Refused `not_found`."""
    try:
        return UUID(text or "")
    except ValueError as wrong:
        raise not_found("对象", "thing", text or "?", field=field) from wrong


async def owner_of(tx: Transaction, source: str, source_id: str | None) -> str | None:
    """The department that owns what is named; None for what an outside party has of its own. Raises Refused `not_found`."""
    match source:
        case "stock":
            return (await stock_store.need_depot(tx.conn, source_id or "", "data.source_id")).department
        case "shelter":
            return (await lock_shelter(tx.conn, uuid_of(source_id), "data.source_id")).department
        case "unit":
            found = await unit_store.units_by_ids(tx.conn, [uuid_of(source_id)])
            if not found:
                raise not_found("现场力量", "field unit", str(source_id), field="data.source_id")
            return found[0].department
        case _:
            if source_id is not None:
                raise Refused(
                    "wrong_source",
                    zh="外部单位自有的力量、物资不必选库。",
                    en="What an outside party has of its own is in no depot of ours.",
                    field="data.source_id",
                )
            return None


async def promise(tx: Transaction, request: Request, made: Offer, publication: Publication) -> None:
    """Check that there is so much, and take it. Raises Refused `stock_short`, `shelter_full`, `unit_…`."""
    match made.source:
        case "stock":
            depot = made.source_id or ""
            lots = await stock_store.lock_lots(tx.conn, depot, request.item)
            offered = await stock_store.offered_of(tx.conn, depot, request.item)
            day = tx.at.astimezone(BEIJING).date()
            if made.quantity > stock_rules.available(lots, day) - offered:
                raise stock_rules.short(lots, made.quantity, day, offered)
        case "shelter":
            shelter = await lock_shelter(tx.conn, uuid_of(made.source_id), "data.source_id")
            given = shelter_rules.promise(shelter, made.quantity)
            await save_shelter(tx.conn, given)
            put_shelter(publication, shelter, given)
        case "unit":
            await _promise_unit(tx, made)
        case "outside":
            pass


async def _promise_unit(tx: Transaction, made: Offer) -> None:
    unit = await unit_store.lock_unit(tx.conn, uuid_of(made.source_id))
    promised = await unit_promised_to(tx.conn, unit.id)
    if promised is not None:
        raise Refused(
            "unit_promised",
            zh=f"{unit.call_sign} 已答应给请求 {promised}，不能重复答应。",
            en=f"{unit.call_sign} is promised to request {promised} already.",
            field="data.source_id",
            status=409,
        )
    if made.quantity != 1:
        raise Refused(
            "one_unit_per_offer",
            zh="一支队伍一笔，数量为 1。",
            en="One unit is one offer; the quantity is 1.",
            field="data.quantity",
        )
    if unit.status == "out_of_service" or unit.task_id is not None:
        raise Refused(
            "unit_busy",
            zh=f"{unit.call_sign} 正在执行任务或已停用。",
            en=f"{unit.call_sign} has an order or is out of service.",
            field="data.source_id",
            status=409,
        )
    if fatigue(unit, tx.at).level == "exhausted":
        raise Refused(
            "unit_exhausted",
            zh=f"{unit.call_sign} 已连续作业 {fatigue(unit, tx.at).hours_worked:.0f} 小时，须休整后再派。",
            en=f"{unit.call_sign} has worked for {fatigue(unit, tx.at).hours_worked:.0f} hours and must rest first.",
            field="data.source_id",
            status=409,
        )


async def accept(
    tx: Transaction, request: Request, before: Offer, made: Offer, act: Act, publication: Publication
) -> None:
    """The asker takes what is offered: lots are put aside; places that he does not take are free again."""
    if made.source == "stock":
        lots = await stock_store.lock_lots(tx.conn, made.source_id or "", request.item)
        offered = await stock_store.offered_of(tx.conn, made.source_id or "", request.item, besides=made.id)
        promise = Hold(
            made.id, made.source_id or "", request.item, made.id, request.incident_id, request.task_id, request.no,
            tx.at, act.by, 1, (),
        )  # fmt: skip
        step = stock_rules.commit(lots, promise, made.committed, tx.at.astimezone(BEIJING).date(), offered)
        await stock_store.save_step(tx.conn, step, act)
    elif made.source == "shelter" and made.committed < before.quantity:
        await free_places(tx, made, before.quantity - made.committed, publication)


async def send(tx: Transaction, request: Request, made: Offer, quantity: int, act: Act) -> None:
    """出库 of what was put aside. Raises Refused `lot_expired`."""
    if made.source == "stock":
        lots, hold = await _aside(tx, request, made)
        step = stock_rules.issue(lots, hold, quantity, tx.at.astimezone(BEIJING).date())
        await stock_store.save_step(tx.conn, step, act)


async def give_up(tx: Transaction, request: Request, before: Offer, act: Act, publication: Publication) -> None:
    """What is promised and has not been sent is free again; what was only offered held no lots."""
    if before.source == "shelter":
        left = before.quantity if before.state == "offered" else before.committed - before.received
        await free_places(tx, before, left, publication)
    elif before.source == "stock" and before.state != "offered":
        lots, hold = await _aside(tx, request, before)
        if hold.committed:
            await stock_store.save_step(tx.conn, stock_rules.release(lots, hold, hold.committed), act)


async def settle(tx: Transaction, request: Request, made: Offer, act: Act, counts: tuple[int, int, int]) -> None:
    """`counts`: returned, used, lost."""
    if made.source == "stock":
        lots, hold = await _aside(tx, request, made)
        step: StockStep = stock_rules.take_back(lots, hold, *counts)
        await stock_store.save_step(tx.conn, step, act)


async def free_places(tx: Transaction, made: Offer, places: int, publication: Publication) -> None:
    """Places of a shelter that are not promised any more: the people came, or will not come."""
    if places < 1:
        return
    shelter = await lock_shelter(tx.conn, uuid_of(made.source_id), "data.source_id")
    freed = shelter_rules.unpromise(shelter, places)
    await save_shelter(tx.conn, freed)
    put_shelter(publication, shelter, freed)


async def _aside(tx: Transaction, request: Request, made: Offer) -> tuple[list[Lot], Hold]:
    lots = await stock_store.lock_lots(tx.conn, made.source_id or "", request.item)
    return lots, await stock_store.hold_of(tx.conn, made.id)
