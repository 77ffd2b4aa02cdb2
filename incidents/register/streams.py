"""The register's streams, `register` and `register:<county>`: what changed, and how often; whoever follows one asks again for what he shows.

A city has thousands of sites: their objects are asked for over HTTP, not folded.
"""

from collections.abc import Iterable

from incidents.register import store
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import NewFact, Transaction
from spine.db import Connection
from spine.fold import Picture
from spine.picture import PictureSource

STREAM = "register"
_CITY = "city"


def _now(area: str, changes: int, at: str) -> dict[str, dict[str, Json]]:
    key = area or _CITY
    return {"register": {key: {"id": key, "changes": changes, "at": at}}}


async def register_facts(tx: Transaction, areas: Iterable[str | None], kind: str, data: JsonObject) -> list[NewFact]:
    """One fact for the city's stream and one for each county touched. Locks the counts, the city's first."""
    counties = sorted({area[:6] for area in areas if area is not None and len(area) >= 6})
    facts: list[NewFact] = []
    for area in ("", *counties):
        changes = await store.count_change(tx.conn, area, tx.at)
        stream = f"{STREAM}:{area}" if area else STREAM
        facts.append(NewFact(stream, kind, data, now=_now(area, changes, iso(tx.at))))
    return facts


async def _picture(conn: Connection, key: str) -> Picture:
    count = await store.read_count(conn, key)
    return {"register": {}} if count is None else {**_now(key, count[0], iso(count[1]))}


SOURCES = (PictureSource(STREAM, _picture),)
