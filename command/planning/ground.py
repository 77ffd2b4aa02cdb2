"""What a dry run asks of the realm: which departments somebody can be reached at, and which units and how much stock there is."""

from collections.abc import Mapping
from datetime import date

from command.organisation.book import Organisation
from command.organisation.stock_book import seeded_quantity, stock_book
from command.planning.dry_run import Ground, HeldStock, HeldUnit
from spine.command import Connection
from spine.principal import Role


async def read_ground(conn: Connection, today: date) -> Ground:
    """`today`: what has expired by then is not counted."""
    accounts = await (
        await conn.execute(
            """
            SELECT department, count(DISTINCT account_id) FROM spine.account_grant
            WHERE role = 'department' AND department IS NOT NULL GROUP BY department
            """
        )
    ).fetchall()
    units = await (
        await conn.execute("SELECT code, kind, capabilities, department, area_code FROM command.unit")
    ).fetchall()
    stock = await (
        await conn.execute(
            """
            SELECT l.item, d.area_code, coalesce(sum(l.free) FILTER (WHERE l.expires_on IS NULL OR l.expires_on > %s), 0)
            FROM command.stock_lot l JOIN command.depot d ON d.code = l.depot
            GROUP BY l.item, d.area_code ORDER BY l.item, d.area_code
            """,
            (today,),
        )
    ).fetchall()
    return Ground(
        {str(department): int(count) for department, count in accounts},
        [
            HeldUnit(str(code), str(kind), tuple(can), str(department), area)
            for code, kind, can, department, area in units
        ],
        [HeldStock(str(item), area, int(free)) for item, area, free in stock],
    )


def listed_ground(known: Organisation) -> Ground:
    """The same from the organisation's files, where no realm is at hand."""
    accounts: dict[str, int] = {}
    for account in known.accounts:
        for entry in account.roles:
            if entry.role is Role.DEPARTMENT and entry.department is not None:
                accounts[entry.department] = accounts.get(entry.department, 0) + 1
    listed: Mapping[str, int] = accounts
    return Ground(
        listed,
        [HeldUnit(u.code, u.kind, u.capabilities, u.department, u.area) for u in known.units.values()],
        _listed_stock(),
    )


def _listed_stock() -> list[HeldStock]:
    """What the depots begin with, each lot as `seed` puts it in."""
    book = stock_book()
    return [
        HeldStock(code, depot.area, sum(seeded_quantity(book.items[code], lot.quantity, depot.scale) for lot in lots))
        for depot in book.depots.values()
        for code, lots in book.stocks[depot.stocks].items()
    ]
