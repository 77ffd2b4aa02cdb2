"""Looking ahead for one item or for all, from what is in the depots, offered, asked for and lately issued."""

from datetime import datetime

from command.organisation.stock_book import stock_book
from command.requests.outlook import Outlook, outlook
from command.requests.rules import request_rules
from command.requests.store import offered_by_item, open_needs, use_since
from command.resources.stock import available
from command.resources.stock_store import issued_since, lots_of
from spine.clock import BEIJING
from spine.command import Connection


async def look_ahead(conn: Connection, now: datetime, item: str | None = None) -> dict[str, Outlook]:
    """By item, for those that are kept in depots. The whole city's stock, whoever's it is."""
    day = now.astimezone(BEIJING).date()
    lots = await lots_of(conn, item=item)
    offered = await offered_by_item(conn)
    needs = await open_needs(conn, item)
    issued = await issued_since(conn, use_since(now))
    found: dict[str, Outlook] = {}
    for known in stock_book().items.values():
        if not known.in_depots or (item is not None and known.code != item):
            continue
        promised = sum(n for (_, code), n in offered.items() if code == known.code)
        free = max(0, available([lot for lot in lots if lot.item == known.code], day) - promised)
        found[known.code] = outlook(
            known.code, free, needs.get(known.code, []), issued.get(known.code, 0), request_rules().use_hours, now
        )
    return found
