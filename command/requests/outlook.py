"""When an item runs out (告罄预测): by what is asked for and not yet promised, and by how fast it goes out. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from spine.canonical import JsonObject
from spine.clock import iso, iso_or_none


@dataclass(frozen=True, slots=True)
class Need:
    """What one open request still lacks. `needed_by` None: at once."""

    quantity: int
    needed_by: datetime | None
    request_no: str


@dataclass(frozen=True, slots=True)
class Outlook:
    """`free`: what may still be promised; `wanted`: what is asked for and promised by nobody; `short`: what that lacks.

    `runs_out_at`: when nothing is left: `cause` asked (the needs are met in the order of their times until one cannot be) or use
    (at the rate at which it went out lately). None: it does not, as far as is known.
    """

    item: str
    at: datetime
    free: int
    wanted: int
    short: int
    runs_out_at: datetime | None
    cause: Literal["asked", "use"] | None
    request_no: str | None


def outlook(item: str, free: int, needs: Sequence[Need], issued: int, hours: int, now: datetime) -> Outlook:
    """`issued`: how much went out in the last `hours`."""
    wanted = sum(need.quantity for need in needs)
    by_asking, request_no, left = None, None, free
    for need in sorted(needs, key=lambda n: n.needed_by or now):
        left -= need.quantity
        if left < 0:
            by_asking, request_no = max(need.needed_by or now, now), need.request_no
            break
    by_use = now + timedelta(hours=free * hours / issued) if issued > 0 else None
    if by_asking is None and by_use is None:
        return Outlook(item, now, free, wanted, max(0, wanted - free), None, None, None)
    if by_asking is not None and (by_use is None or by_asking <= by_use):
        return Outlook(item, now, free, wanted, max(0, wanted - free), by_asking, "asked", request_no)
    return Outlook(item, now, free, wanted, max(0, wanted - free), by_use, "use", None)


def outlook_object(seen: Outlook) -> JsonObject:
    return {
        "item": seen.item,
        "at": iso(seen.at),
        "free": seen.free,
        "wanted": seen.wanted,
        "short": seen.short,
        "runs_out_at": iso_or_none(seen.runs_out_at),
        "cause": seen.cause,
        "request_no": seen.request_no,
    }
