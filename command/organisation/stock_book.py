"""What can be asked for, where it is kept and who outside helps: the files `stock.yaml` and `parties.yaml`."""

from dataclasses import dataclass
from functools import cache
from typing import Literal
from uuid import UUID, uuid5

from command.organisation.book import HERE, Named, organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from spine.errors import Refused

ItemKind = Literal["goods", "vehicle", "place", "team"]
_NAMESPACE = UUID("3f1b1d52-0a7c-5e57-9a3b-9f0a6f6f2c01")


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is counted, always in the same `measure`. `soon_days`: how long before its expiry a lot counts as soon
    expiring."""

    __pydantic_config__ = STRICT
    code: str
    zh: str
    en: str
    kind: ItemKind
    category: str
    measure: str
    comes_back: bool
    soon_days: int = 90

    @property
    def in_depots(self) -> bool:
        return self.kind in ("goods", "vehicle")


@dataclass(frozen=True, slots=True)
class DepotEntry:
    """`scale`: by what the quantities of its `stocks` are multiplied; a vehicle's lot is always one."""

    __pydantic_config__ = STRICT
    code: str
    zh: str
    en: str
    department: str
    area: str
    lat: float
    lon: float
    stocks: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class LotEntry:
    __pydantic_config__ = STRICT
    lot: str
    quantity: int
    expires_in_days: int | None = None


@dataclass(frozen=True, slots=True)
class _StockFile:
    __pydantic_config__ = STRICT
    version: int
    illustrative: bool
    source: str
    low_share: float
    measures: dict[str, Named]
    categories: dict[str, Named]
    items: tuple[Item, ...]
    depots: tuple[DepotEntry, ...]
    stocks: dict[str, dict[str, tuple[LotEntry, ...]]]


@dataclass(frozen=True, slots=True)
class OutsideParty:
    """Somebody without a desk here; `desk` is the department that speaks for it."""

    __pydantic_config__ = STRICT
    code: str
    level: Literal["province", "neighbour"]
    zh: str
    en: str
    desk: str
    agreement_zh: str
    agreement_en: str
    basis: str


@dataclass(frozen=True, slots=True)
class _PartiesFile:
    __pydantic_config__ = STRICT
    version: int
    illustrative: bool
    parties: tuple[OutsideParty, ...]


@dataclass(frozen=True, slots=True)
class StockBook:
    """Everything, checked against each other and against the organisation."""

    illustrative: bool
    source: str
    low_share: float
    measures: dict[str, Named]
    categories: dict[str, Named]
    items: dict[str, Item]
    depots: dict[str, DepotEntry]
    stocks: dict[str, dict[str, tuple[LotEntry, ...]]]
    parties: dict[str, OutsideParty]

    def item(self, code: str, field: str = "data.item") -> Item:
        """Raises Refused `unknown_item`."""
        found = self.items.get(code)
        if found is None:
            raise Refused(
                "unknown_item",
                zh=f"物资目录里没有“{code}”。",
                en=f"The catalogue has no item '{code}'.",
                field=field,
            )
        return found

    def check_measure(self, item: Item, measure: str | None, field: str = "data.measure") -> None:
        """A number in another measure is another number. Raises Refused `unknown_measure`, `wrong_measure`."""
        if measure is None or measure == item.measure:
            return
        if measure not in self.measures:
            raise Refused(
                "unknown_measure",
                zh=f"没有“{measure}”这个计量单位。",
                en=f"There is no unit of measure '{measure}'.",
                field=field,
            )
        wanted, given = self.measures[item.measure], self.measures[measure]
        raise Refused(
            "wrong_measure",
            zh=f"{item.zh}以“{wanted.zh}”计，不能用“{given.zh}”，请换算后填写。",
            en=f"{item.en} is counted in {wanted.en}, not in {given.en}; convert it first.",
            field=field,
        )


def seeded_quantity(item: Item, quantity: int, scale: float) -> int:
    """How much of a listed lot a depot of this scale begins with. A vehicle's lot is always one."""
    return max(1, round(quantity * (1.0 if item.kind == "vehicle" else scale)))


def lot_id(depot: str, item: str, lot_no: str) -> UUID:
    """A seeded lot's id: the same in every realm."""
    return uuid5(_NAMESPACE, f"lot:{depot}:{item}:{lot_no}")


def shelter_id(facility_code: str) -> UUID:
    return uuid5(_NAMESPACE, f"shelter:{facility_code}")


@cache
def stock_book() -> StockBook:
    """The catalogue as the files say. Raises RulesTrouble."""
    listed = read_rules(HERE / "stock.yaml", _StockFile)
    parties = read_rules(HERE / "parties.yaml", _PartiesFile)
    book = StockBook(
        illustrative=listed.illustrative,
        source=listed.source,
        low_share=listed.low_share,
        measures=listed.measures,
        categories=listed.categories,
        items={item.code: item for item in listed.items},
        depots={depot.code: depot for depot in listed.depots},
        stocks=listed.stocks,
        parties={party.code: party for party in parties.parties},
    )
    _check(book, (len(listed.items), len(listed.depots), len(parties.parties)))
    return book


def _check(book: StockBook, counts: tuple[int, int, int]) -> None:
    departments = organisation().departments
    troubles: list[tuple[str, str]] = []

    def need(known: bool, what: str, name: str, where: str) -> None:
        if not known:
            troubles.append((f"{where} 写的“{name}”不存在（{what}）。", f"{where} names '{name}', no such {what}."))

    if (len(book.items), len(book.depots), len(book.parties)) != counts:
        troubles.append(("有重复的编号。", "A code is used twice."))
    for item in book.items.values():
        need(item.measure in book.measures, "measure", item.measure, f"items.{item.code}")
        need(item.category in book.categories, "category", item.category, f"items.{item.code}")
    for depot in book.depots.values():
        need(depot.department in departments, "department", depot.department, f"depots.{depot.code}")
        need(depot.stocks in book.stocks, "stocks", depot.stocks, f"depots.{depot.code}")
    for name, stocks in book.stocks.items():
        for code, lots in stocks.items():
            need(code in book.items and book.items[code].in_depots, "item", code, f"stocks.{name}")
            if any(lot.quantity < 1 for lot in lots):
                troubles.append(
                    (f"stocks.{name}.{code} 的数量须为正。", f"stocks.{name}.{code}: quantities are positive.")
                )
    for party in book.parties.values():
        need(party.desk in departments, "department", party.desk, f"parties.{party.code}")
        if party.code in departments:
            troubles.append((f"外部单位编号与部门重复：{party.code}。", f"{party.code} is a department's code too."))
    if troubles:
        raise RulesTrouble(HERE / "stock.yaml", troubles)
