"""The record held against an earlier backup of it: what a chain inside the database cannot show, a copy outside can.

Whoever may do anything in the database can write a whole stream anew, with right hashes, heads and receipts. He cannot
do so in a backup that lies elsewhere and names the hash of every stream's last fact of then.
"""

from pathlib import Path

from spine.backup_archive import Archive, Manifest
from spine.db import Connection
from spine.verify import BrokenLink


def manifest_of(path: Path) -> Manifest:
    """The manifest of a backup that was read whole and is what it was. Raises Refused as `Archive` does."""
    with Archive.open(path) as archive:
        archive.check()
        return archive.manifest


async def compare(conn: Connection, manifest: Manifest) -> list[BrokenLink]:
    """Streams whose fact at the backup's last position is not the one of then, or is gone.

    Only meaningful for a backup of this record or of one that it was restored from: not for one made of facts that a later
    restore put aside.
    """
    heads = [(stream, seq, hashed) for stream, (seq, hashed) in sorted(manifest.heads.items()) if seq > 0]
    rows = await (
        await conn.execute(
            """
            SELECT h.stream, h.seq, f.seq IS NULL
            FROM unnest(%(streams)s::text[], %(seqs)s::bigint[], %(hashes)s::text[]) AS h (stream, seq, hash)
            LEFT JOIN spine.fact f ON f.stream = h.stream AND f.seq = h.seq
            WHERE f.hash IS DISTINCT FROM decode(h.hash, 'hex')
            ORDER BY h.stream
            """,
            {
                "streams": [stream for stream, _, _ in heads],
                "seqs": [seq for _, seq, _ in heads],
                "hashes": [hashed for _, _, hashed in heads],
            },
        )
    ).fetchall()
    said = {True: "the backup holds this fact, which is not there", False: "not the fact that the backup holds"}
    return [BrokenLink(str(stream), int(seq), said[bool(gone)]) for stream, seq, gone in rows]
