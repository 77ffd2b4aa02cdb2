"""Streams and their pictures: which streams there are, who may follow one, and how its snapshot is fetched."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from spine.authority import ANYBODY, Allow, Scope, grant_reaches, unknown_stream
from spine.canonical import JsonObject
from spine.clock import iso
from spine.command import Connection
from spine.db import snapshot
from spine.errors import forbidden
from spine.fold import Picture
from spine.principal import Principal
from spine.realm import Realm
from spine.record import head_seq

Fetch = Callable[[Connection, str], Awaitable[Picture]]


@dataclass(frozen=True, slots=True)
class StreamKind:
    """A kind of stream, `prefix` or `prefix:key`.

    `scope` tells whose stream it is, or None when there is no such thing; `allow` which roles may follow it.
    """

    prefix: str
    allow: Allow
    scope: Callable[[Connection, str], Awaitable[Scope | None]]


@dataclass(frozen=True, slots=True)
class PictureSource:
    """One room's part of the picture of all streams with this prefix."""

    prefix: str
    fetch: Fetch


@dataclass(frozen=True, slots=True)
class SeenBy:
    """Who may follow one stream, as its scope was when it was read."""

    allow: Allow
    scope: Scope

    def check(self, principal: Principal) -> None:
        """Raises Refused `forbidden`."""
        if self.allow is ANYBODY:
            return
        if self.scope.account is not None:
            if self.scope.account == principal.id:
                return
        elif any(g.role in self.allow.roles and grant_reaches(g, self.scope) for g in principal.grants):
            return
        raise forbidden("您无权查看这一数据流。", "You may not follow this stream.", field="stream")


@dataclass(frozen=True, slots=True)
class PictureBook:
    kinds: Sequence[StreamKind]
    sources: Sequence[PictureSource]

    async def check(self, conn: Connection, principal: Principal, stream: str) -> None:
        """Raises Refused `unknown_stream` or `forbidden`: decided per stream, so that no gap needs hiding."""
        (await self.seen_by(conn, stream)).check(principal)

    async def seen_by(self, conn: Connection, stream: str) -> SeenBy:
        """Who may follow a stream. Raises Refused `unknown_stream`."""
        prefix, key = split_stream(stream)
        kind = next((k for k in self.kinds if k.prefix == prefix), None)
        if kind is None:
            raise unknown_stream(stream)
        scope = await kind.scope(conn, key)
        if scope is None:
            raise unknown_stream(stream)
        return SeenBy(kind.allow, scope)

    async def fetch(self, conn: Connection, stream: str) -> Picture:
        prefix, key = split_stream(stream)
        picture: Picture = {}
        for source in self.sources:
            if source.prefix == prefix:
                for collection, objects in (await source.fetch(conn, key)).items():
                    picture.setdefault(collection, {}).update(objects)
        return picture


def split_stream(stream: str) -> tuple[str, str]:
    prefix, _, key = stream.partition(":")
    return prefix, key


def boards(area_code: str | None) -> tuple[str, ...]:
    """The boards on which a thing in this area stands: the city's, and its county's when the code goes that deep."""
    if area_code is None or len(area_code) < 6:
        return ("board",)
    return ("board", f"board:{area_code[:6]}")


async def take_snapshot(realm: Realm, book: PictureBook, stream: str) -> JsonObject:
    """The picture of a stream with its position, of one moment (invariant 6). Who may see it is the caller's to check."""
    async with snapshot(realm.pool) as conn:
        epoch = str(realm.row.epoch)
        seq = await head_seq(conn, stream)
        picture = await book.fetch(conn, stream)
    return {
        "stream": stream,
        "epoch": epoch,
        "seq": seq,
        "at": iso(realm.clock.now()),
        "picture": picture,
    }
