"""Takes a feed's document in: every message becomes a command, what cannot be taken is kept and recorded with its reason."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from incidents.feeds.base import AlertDraft, FeedRefused, Parsed, reject_id
from incidents.feeds.detect import parse
from incidents.feeds.feed_store import Rejection, answered, keep_document, newest_rejections, sources, tallies
from spine.canonical import Json, JsonObject
from spine.carry_out import Answer
from spine.clock import iso, iso_or_none
from spine.command import Connection, Envelope, Registry
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm

CarryOut: TypeAlias = Callable[[Realm, Registry, Principal, Envelope], Awaitable[Answer]]

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far ahead another authority's clock may run: a warning is not lost because its sender's clock is a little fast."""
_MOST_REJECTIONS = 50
_SHOWN_REJECTIONS = 5


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of a document. `rejected`: entries (or the whole) that were refused and recorded.

    `refused` is set when nothing at all could be taken. `again`: a refusal may lift by itself (a time that lies ahead).
    """

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    refused: Refused | None = None
    again: bool = False


async def take_in(
    realm: Realm, registry: Registry, feed: str, raw: bytes, principal: Principal, carry_out: CarryOut
) -> TakenIn:
    """Take in one document by its content. The same document again changes nothing (each message keeps its command id)."""
    at = realm.clock.now()
    try:
        parsed = await asyncio.to_thread(parse, raw, at)
    except FeedRefused as trouble:
        parsed = Parsed((), (trouble,))
    ids = {draft.command_id(feed): draft for draft in parsed.drafts}
    async with realm.pool.connection() as conn:
        known = await answered(conn, list(ids))
    tally = {"new": 0, "updated": 0, "unchanged": len(parsed.drafts) - len(ids) + len(known)}
    troubles = list(parsed.refused)
    again = False
    for command_id, draft in ids.items():
        if command_id in known:
            continue
        envelope = Envelope(command_id, "alert.receive", "board", _sent_at(draft, at), draft.to_data(feed))
        try:
            answer = await carry_out(realm, registry, principal, envelope)
        except Refused as refusal:
            if refusal.code == "forbidden":
                raise
            if refusal.code == "command_id_taken":
                tally["unchanged"] += 1  # another worker was faster
                continue
            again = again or refusal.code == "time_in_future"
            troubles.append(_from_refusal(draft, refusal))
            continue
        outcome = str(answer.result.get("change", "new"))
        tally[outcome if outcome in tally else "updated"] += 1
    if troubles:
        await _record(realm, registry, feed, raw, principal, carry_out, troubles, at)
    nothing = bool(troubles) and not any(tally.values())
    return TakenIn(**tally, rejected=len(troubles), refused=_as_refused(troubles[0]) if nothing else None, again=again)


def _sent_at(draft: AlertDraft, at: datetime) -> datetime:
    return at if at < draft.sent_at <= at + CLOCK_TOLERANCE else draft.sent_at


def _from_refusal(draft: AlertDraft, refusal: Refused) -> FeedRefused:
    where = refusal.field or "document"
    return FeedRefused(where, f"“{draft.headline}”：{refusal.zh}", f"'{draft.headline}': {refusal.en}")


def _as_refused(trouble: FeedRefused) -> Refused:
    return Refused(
        "feed_refused",
        zh=f"未能接收该文件，{trouble.element}：{trouble.zh} 原文已留存备查。",
        en=f"The document was not taken, {trouble.element}: {trouble.en} It is kept for inspection.",
        field=trouble.element,
        final=False,
    )


async def _record(
    realm: Realm,
    registry: Registry,
    feed: str,
    raw: bytes,
    principal: Principal,
    carry_out: CarryOut,
    troubles: Iterable[FeedRefused],
    at: datetime,
) -> None:
    """Keep the bytes first, then say in the record what was wrong with them; once per document and element."""
    sha256 = hashlib.sha256(raw).hexdigest()
    async with realm.pool.connection() as conn:
        await keep_document(conn, sha256, feed, raw, at)
    by_id = {reject_id(feed, sha256, trouble.element): trouble for trouble in troubles}
    async with realm.pool.connection() as conn:
        known = await answered(conn, list(by_id))
    for command_id, trouble in list(by_id.items())[:_MOST_REJECTIONS]:
        if command_id in known:
            continue
        data: JsonObject = {
            "feed": feed,
            "sha256": sha256,
            "element": trouble.element[:300],
            "reason_zh": trouble.zh[:1000],
            "reason_en": trouble.en[:1000],
            "size": len(raw),
        }
        try:
            await carry_out(realm, registry, principal, Envelope(command_id, "feed.reject", "board", at, data))
        except Refused as refusal:
            if refusal.code != "command_id_taken":  # another worker was faster
                raise


async def feed_states(conn: Connection) -> list[Json]:
    """Every watched address and every feed with the age of what it last brought and what was refused.

    `state`: waiting (never read yet), ok, failing, or pushed (nobody watches it, documents are brought).
    """
    rejections = await newest_rejections(conn, 100)
    counted = {tally.feed: tally for tally in await tallies(conn)}
    watched = await sources(conn)
    states: list[Json] = []
    for source in watched:
        tally = counted.get(source.feed or "")
        states.append(
            {
                "name": source.feed or source.address,
                "feed": source.feed,
                "address": source.address,
                "state": "failing" if source.last_error else "ok" if source.last_ok_at else "waiting",
                "last_ok_at": iso_or_none(source.last_ok_at),
                "error": source.last_error,
                "failures": source.failures,
                "alerts": tally.alerts if tally else 0,
                "rejected": tally.rejected if tally else 0,
                "limit_s": source.every_s * 3,
                "refusals": _refusals(rejections, source.feed),
            }
        )
    for name in sorted(set(counted) - {source.feed for source in watched}):
        states.append(
            {
                "name": name,
                "feed": name,
                "address": None,
                "state": "pushed",
                "last_ok_at": iso_or_none(counted[name].last_at),
                "error": None,
                "failures": 0,
                "alerts": counted[name].alerts,
                "rejected": counted[name].rejected,
                "limit_s": None,
                "refusals": _refusals(rejections, name),
            }
        )
    return states


def _refusals(rejections: Iterable[Rejection], feed: str | None) -> list[Json]:
    mine = [r for r in rejections if r.feed == feed][:_SHOWN_REJECTIONS]
    return [
        {
            "sha256": r.sha256,
            "element": r.element,
            "zh": r.reason_zh,
            "en": r.reason_en,
            "at": iso(r.at),
            "size": r.size,
        }
        for r in mine
    ]
