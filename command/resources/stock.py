"""Stock in depots by lot (批次): what comes in is somewhere until it is used up or thrown away. Pure.

Of every lot received + adjusted = free + committed + out + used + discarded, under any sequence of steps (and the table checks it).
Lots go first-expired-first-out; an expired one is neither promised nor issued, only counted, taken back and discarded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from command.orders.task import Act
from command.organisation.stock_book import Item
from spine.canonical import JsonObject
from spine.clock import iso, iso_or_none
from spine.errors import Refused

MoveKind = Literal["receive", "count", "commit", "release", "issue", "return", "use", "discard"]


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot in one depot. `expires_on`: the first day on which it may not be used; None does not expire.

    `free` and `committed` are in the depot, `out` is issued and not accounted for yet; `adjusted` sums stock-take differences.
    """

    id: UUID
    depot: str
    item: str
    lot_no: str
    made_on: date | None
    expires_on: date | None
    received: int
    adjusted: int
    free: int
    committed: int
    out: int
    used: int
    discarded: int
    received_at: datetime
    counted_at: datetime | None
    counted_by: JsonObject | None
    illustrative: bool
    version: int

    def expired(self, on: date) -> bool:
        return self.expires_on is not None and self.expires_on <= on

    @property
    def in_depot(self) -> int:
        return self.free + self.committed

    @property
    def balanced(self) -> bool:
        return self.received + self.adjusted == self.free + self.committed + self.out + self.used + self.discarded


@dataclass(frozen=True, slots=True)
class Portion:
    """A promise's part of one lot: still in the depot, out, and what came of it."""

    lot_id: UUID
    committed: int = 0
    out: int = 0
    returned: int = 0
    used: int = 0
    discarded: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """A promise of goods out of one depot; an accepted offer's has the offer's id."""

    id: UUID
    depot: str
    item: str
    offer_id: UUID | None
    incident_id: UUID | None
    task_id: UUID | None
    purpose: str
    opened_at: datetime
    by: JsonObject
    version: int
    portions: tuple[Portion, ...]

    @property
    def committed(self) -> int:
        return sum(portion.committed for portion in self.portions)

    @property
    def out(self) -> int:
        return sum(portion.out for portion in self.portions)

    @property
    def is_open(self) -> bool:
        return self.committed + self.out > 0


@dataclass(frozen=True, slots=True)
class Move:
    lot_id: UUID
    kind: MoveKind
    quantity: int
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StockStep:
    """What a step changes: lots, the promise, and the lines in the depot keeper's book."""

    lots: tuple[Lot, ...]
    moves: tuple[Move, ...]
    hold: Hold | None = None


def lot_object(lot: Lot, item: Item, on: date) -> JsonObject:
    """`expiry`: none, good, soon or expired, by the item's own `soon_days`."""
    return {
        "id": str(lot.id),
        "depot": lot.depot,
        "item": lot.item,
        "lot_no": lot.lot_no,
        "made_on": None if lot.made_on is None else lot.made_on.isoformat(),
        "expires_on": None if lot.expires_on is None else lot.expires_on.isoformat(),
        "expiry": expiry(lot, item, on),
        "received": lot.received,
        "adjusted": lot.adjusted,
        "free": lot.free,
        "committed": lot.committed,
        "out": lot.out,
        "used": lot.used,
        "discarded": lot.discarded,
        "received_at": iso(lot.received_at),
        "counted_at": iso_or_none(lot.counted_at),
        "counted_by": lot.counted_by,
        "illustrative": lot.illustrative,
        "version": lot.version,
    }


def hold_object(hold: Hold) -> JsonObject:
    return {
        "id": str(hold.id),
        "depot": hold.depot,
        "item": hold.item,
        "incident_id": None if hold.incident_id is None else str(hold.incident_id),
        "task_id": None if hold.task_id is None else str(hold.task_id),
        "purpose": hold.purpose,
        "committed": hold.committed,
        "out": hold.out,
        "returned": sum(portion.returned for portion in hold.portions),
        "used": sum(portion.used for portion in hold.portions),
        "discarded": sum(portion.discarded for portion in hold.portions),
        "opened_at": iso(hold.opened_at),
        "by": hold.by,
        "version": hold.version,
    }


def expiry(lot: Lot, item: Item, on: date) -> Literal["none", "good", "soon", "expired"]:
    if lot.expires_on is None:
        return "none"
    if lot.expired(on):
        return "expired"
    return "soon" if (lot.expires_on - on).days <= item.soon_days else "good"


def first_expired_first(lots: Sequence[Lot]) -> list[Lot]:
    """The order in which lots go out; those that never expire go last, the oldest first."""
    return sorted(
        lots, key=lambda lot: (lot.expires_on is None, lot.expires_on or date.max, lot.received_at, lot.lot_no)
    )


def available(lots: Sequence[Lot], on: date) -> int:
    """What may be promised of these lots: free and not expired."""
    return sum(lot.free for lot in lots if not lot.expired(on))


# --- steps ---------------------------------------------------------------------------------------------------------------


def positive(quantity: int, field: str = "data.quantity") -> int:
    """Raises Refused `not_positive`."""
    if quantity < 1:
        raise Refused(
            "not_positive", zh="数量必须是正整数。", en="The quantity must be a positive whole number.", field=field
        )
    return quantity


def receive(lot: Lot, quantity: int, source: str, on: date) -> StockStep:
    """More of a lot (new ones come with zeros). Raises Refused `not_positive`, `lot_expired`."""
    positive(quantity)
    if lot.expired(on):
        raise _expired(lot)
    grown = replace(lot, received=lot.received + quantity, free=lot.free + quantity, version=lot.version + 1)
    return StockStep((grown,), (Move(lot.id, "receive", quantity, source),))


def count(lot: Lot, act: Act, counted: int, reason: str | None) -> StockStep:
    """盘点: what is really in the depot. A difference needs a reason; it becomes part of the record, not of memory.

    Raises Refused `reason_required`, `count_below_committed`.
    """
    difference = counted - lot.in_depot
    if difference and not (reason or "").strip():
        raise Refused(
            "reason_required",
            zh=f"盘点 {counted}，账面 {lot.in_depot}，相差 {difference:+d}，请说明原因。",
            en=f"{counted} counted, {lot.in_depot} in the book: a difference of {difference:+d} needs a reason.",
            field="data.reason",
            difference=difference,
        )
    if lot.free + difference < 0:
        raise Refused(
            "count_below_committed",
            zh=f"实有 {counted}，少于已答应出去的 {lot.committed}；请先撤回部分承诺，再登记盘点。",
            en=f"{counted} are there, fewer than the {lot.committed} that are promised. Take back some promises first.",
            field="data.counted",
            status=409,
            committed=lot.committed,
        )
    counted_lot = replace(
        lot,
        adjusted=lot.adjusted + difference,
        free=lot.free + difference,
        counted_at=min(act.occurred_at, act.at),
        counted_by=act.by,
        version=lot.version + 1,
    )
    return StockStep((counted_lot,), (Move(lot.id, "count", difference, reason),))


def discard(lot: Lot, quantity: int, reason: str) -> StockStep:
    """报废. Raises Refused `not_positive`, `reason_required`, `stock_short`."""
    positive(quantity)
    if not reason.strip():
        raise Refused("reason_required", zh="请填写报废原因。", en="Say why it is discarded.", field="data.reason")
    if quantity > lot.free:
        raise Refused(
            "stock_short",
            zh=f"批次 {lot.lot_no} 未被占用的只有 {lot.free}，不能报废 {quantity}。",
            en=f"Lot {lot.lot_no} has {lot.free} that are free; {quantity} cannot be discarded.",
            field="data.quantity",
            status=409,
            left=lot.free,
        )
    gone = replace(lot, free=lot.free - quantity, discarded=lot.discarded + quantity, version=lot.version + 1)
    return StockStep((gone,), (Move(lot.id, "discard", quantity, reason),))


def commit(lots: Sequence[Lot], hold: Hold, quantity: int, on: date, offered: int = 0) -> StockStep:
    """Promise `quantity` to a new hold, first-expired-first-out. `offered`: already promised in offers not yet accepted.

    Raises Refused `not_positive`, `stock_short` (with what there is, what others were offered and what has expired).
    """
    positive(quantity)
    left = available(lots, on) - offered
    if quantity > left:
        raise short(lots, quantity, on, offered)
    changed: list[Lot] = []
    portions: list[Portion] = []
    wanted = quantity
    for lot in first_expired_first([lot for lot in lots if lot.free and not lot.expired(on)]):
        take = min(wanted, lot.free)
        if take == 0:
            break
        changed.append(replace(lot, free=lot.free - take, committed=lot.committed + take, version=lot.version + 1))
        portions.append(Portion(lot.id, committed=take))
        wanted -= take
    moves = tuple(Move(p.lot_id, "commit", p.committed, hold.purpose) for p in portions)
    return StockStep(tuple(changed), moves, replace(hold, portions=tuple(portions)))


def short(lots: Sequence[Lot], quantity: int, on: date, offered: int) -> Refused:
    """The refusal that says how much there is and where the rest went."""
    usable = available(lots, on)
    left = max(0, usable - offered)
    stale = sum(lot.free for lot in lots if lot.expired(on))
    zh, en = f"只有 {left} 可用，不足 {quantity}。", f"Only {left} are available, not {quantity}."
    if offered:
        zh, en = f"{zh}另有 {offered} 已答应支援他人。", f"{en} Another {offered} are offered to others."
    if stale:
        zh, en = f"{zh}{stale} 已过期，不能使用。", f"{en} {stale} have expired and may not be used."
    return Refused(
        "stock_short", zh=zh, en=en, field="data.quantity", status=409, left=left, offered=offered, expired=stale
    )


def issue(lots: Sequence[Lot], hold: Hold, quantity: int, on: date) -> StockStep:
    """出库. Raises Refused `not_positive`, `more_than_committed`, `lot_expired`."""
    positive(quantity)
    if quantity > hold.committed:
        raise Refused(
            "more_than_committed",
            zh=f"这笔承诺还剩 {hold.committed} 未出库，不能出库 {quantity}。",
            en=f"{hold.committed} of this promise are still in the depot; {quantity} cannot be issued.",
            field="data.quantity",
            status=409,
            left=hold.committed,
        )
    return _pass_through(lots, hold, quantity, "issue", "committed", on)


def release(lots: Sequence[Lot], hold: Hold, quantity: int) -> StockStep:
    """What was promised and not issued is free again. `quantity` at most what is still in the depot."""
    return _pass_through(lots, hold, min(quantity, hold.committed), "release", "committed", None)


def take_back(lots: Sequence[Lot], hold: Hold, returned: int, used: int, discarded: int) -> StockStep:
    """归还: how much came back, was used up, and is lost or spoilt. Raises Refused `not_positive`, `more_than_out`."""
    total = returned + used + discarded
    positive(total, "data.returned")
    if total > hold.out:
        raise Refused(
            "more_than_out",
            zh=f"在外只有 {hold.out}，归还、消耗和损耗合计 {total}，请核对。",
            en=f"{hold.out} are out; {total} came back, were used or lost. Check the numbers.",
            field="data.returned",
            status=409,
            left=hold.out,
        )
    step = StockStep((), (), hold)
    ends: tuple[tuple[int, MoveKind], ...] = ((returned, "return"), (used, "use"), (discarded, "discard"))
    for quantity, kind in ends:
        now = {lot.id: lot for lot in lots} | {lot.id: lot for lot in step.lots}
        more = _pass_through(list(now.values()), step.hold or hold, quantity, kind, "out", None)
        merged = {lot.id: lot for lot in step.lots} | {lot.id: lot for lot in more.lots}
        step = StockStep(tuple(merged.values()), (*step.moves, *more.moves), more.hold)
    return step


def _pass_through(
    lots: Sequence[Lot],
    hold: Hold,
    quantity: int,
    kind: MoveKind,
    out_of: Literal["committed", "out"],
    on: date | None,
) -> StockStep:
    """Move `quantity` of a hold on, lot by lot in the order in which they go out. `on`: expired lots are refused that day."""
    by_id = {lot.id: lot for lot in lots}
    portions = {portion.lot_id: portion for portion in hold.portions}
    changed: list[Lot] = []
    moves: list[Move] = []
    wanted = quantity
    for lot in first_expired_first([by_id[key] for key in portions]):
        portion = portions[lot.id]
        take = min(wanted, portion.committed if out_of == "committed" else portion.out)
        if take == 0:
            continue
        if on is not None and lot.expired(on):
            raise _expired(lot)
        moved_lot, moved_portion = _move(lot, portion, take, kind)
        changed.append(replace(moved_lot, version=lot.version + 1))
        portions[lot.id] = moved_portion
        moves.append(Move(lot.id, kind, take))
        wanted -= take
    return StockStep(
        tuple(changed), tuple(moves), replace(hold, portions=tuple(portions.values()), version=hold.version + 1)
    )


def _move(lot: Lot, portion: Portion, n: int, kind: MoveKind) -> tuple[Lot, Portion]:
    match kind:
        case "issue":
            return (
                replace(lot, committed=lot.committed - n, out=lot.out + n),
                replace(portion, committed=portion.committed - n, out=portion.out + n),
            )
        case "release":
            return (
                replace(lot, committed=lot.committed - n, free=lot.free + n),
                replace(portion, committed=portion.committed - n),
            )
        case "return":
            return (
                replace(lot, out=lot.out - n, free=lot.free + n),
                replace(portion, out=portion.out - n, returned=portion.returned + n),
            )
        case "use":
            return (
                replace(lot, out=lot.out - n, used=lot.used + n),
                replace(portion, out=portion.out - n, used=portion.used + n),
            )
        case _:
            return (
                replace(lot, out=lot.out - n, discarded=lot.discarded + n),
                replace(portion, out=portion.out - n, discarded=portion.discarded + n),
            )


def _expired(lot: Lot) -> Refused:
    until = "" if lot.expires_on is None else lot.expires_on.isoformat()
    return Refused(
        "lot_expired",
        zh=f"批次 {lot.lot_no} 已于 {until} 过期，不能入库或发出，请报废后另选。",
        en=f"Lot {lot.lot_no} expired on {until}: it may not be received or issued. Discard it and choose another.",
        field="data.lot_no",
        status=409,
        lot_no=lot.lot_no,
    )
