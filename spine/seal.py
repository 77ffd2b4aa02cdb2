"""Answers that come back: what this realm reckoned and an officer then decides on carries its seal, so that no command can say that
it was recommended what nobody recommended. Nothing is kept of an answer until somebody decides on it.

HMAC-SHA-256 (RFC 2104) over the one JSON spelling, with a key that each realm's database made for itself.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from spine.canonical import Json, JsonObject, encode
from spine.db import Connection
from spine.errors import Refused

SEAL = "seal"


async def sealed(conn: Connection, kind: str, answer: JsonObject, shown: JsonObject) -> JsonObject:
    """`shown` with the seal of `answer`: the part of it that comes back. `kind`: an answer to one question is none to another."""
    return {**shown, SEAL: _seal(await _key(conn), kind, answer)}


async def require_seal(conn: Connection, kind: str, answer: JsonObject, *, field: str) -> None:
    """Raises Refused `not_our_answer` unless this realm gave this answer, word for word."""
    said = answer.get(SEAL)
    if isinstance(said, str) and hmac.compare_digest(said, _seal(await _key(conn), kind, answer)):
        return
    raise Refused(
        "not_our_answer",
        zh="所附的方案不是本系统给出的原样，未被采用。请重新推算后再选定。",
        en="What was sent is not an answer that this system gave, or was changed since. Ask again, then choose.",
        field=field,
    )


def _seal(key: bytes, kind: str, answer: JsonObject) -> str:
    text = encode([kind, _plain({name: value for name, value in answer.items() if name != SEAL})])
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _plain(value: Json) -> Json:
    """A browser writes 12.0 as 12 when it sends a number back."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value


async def _key(conn: Connection) -> bytes:
    row = await (await conn.execute("SELECT key FROM spine.seal_key")).fetchone()
    if row is None:
        raise RuntimeError("the realm has no seal key; run fengsui migrate")
    return bytes(row[0])
