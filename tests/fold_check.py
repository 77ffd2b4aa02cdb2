"""Fold equals fetch (invariant 6): a watch on a realm's streams that compares after every step."""

from dataclasses import dataclass, field

from spine.canonical import Json, decode, encode
from spine.db import snapshot
from spine.fold import Picture, fold_all
from spine.picture import PictureBook
from spine.realm import Realm
from spine.record import head_seq, read_since


@dataclass(slots=True)
class FoldWatch:
    """Folds the facts of the streams it watches onto their first snapshot, and compares with a fresh fetch."""

    realm: Realm
    book: PictureBook
    held: dict[str, tuple[int, Picture]] = field(default_factory=dict[str, tuple[int, Picture]])

    async def watch(self, *streams: str) -> None:
        """Begin (or go on) watching these streams from what they are now."""
        for stream in streams:
            if stream not in self.held:
                self.held[stream] = await self._fetch(stream)

    async def check(self) -> None:
        """Fold what is new and compare every watched stream. Raises AssertionError naming stream and collection."""
        for stream, (seq, picture) in list(self.held.items()):
            async with self.realm.pool.connection() as conn:
                facts = await read_since(conn, stream, seq, 100_000)
            folded = fold_all(picture, [fact.content() for fact in facts])
            fresh_seq, fresh = await self._fetch(stream)
            assert fresh_seq == (facts[-1].seq if facts else seq), stream
            self.held[stream] = (fresh_seq, folded)
            compare(stream, folded, fresh)

    async def _fetch(self, stream: str) -> tuple[int, Picture]:
        async with snapshot(self.realm.pool) as conn:
            return await head_seq(conn, stream), _plain(await self.book.fetch(conn, stream))


def _plain(picture: Picture) -> Picture:
    """As it arrives over the wire: through JSON."""
    return decode(encode(picture))  # type: ignore[return-value]


def compare(stream: str, folded: Picture, fresh: Picture) -> None:
    for collection in sorted({*folded, *fresh}):
        mine, theirs = folded.get(collection, {}), fresh.get(collection, {})
        assert set(mine) == set(theirs), (
            f"{stream}.{collection}: folded alone {[mine[k] for k in mine if k not in theirs]}, fetched alone {[theirs[k] for k in theirs if k not in mine]}"
        )
        for key, value in mine.items():
            assert value == theirs[key], f"{stream}.{collection}.{key}: {_difference(value, theirs[key])}"


def _difference(mine: Json, theirs: Json) -> str:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        differing = sorted(k for k in {*mine, *theirs} if mine.get(k) != theirs.get(k))
        return "; ".join(f"{k}: folded {mine.get(k)!r}, fetched {theirs.get(k)!r}" for k in differing)
    return f"folded {mine!r}, fetched {theirs!r}"
