"""Frames of the realtime protocol, version 1 (docs/realtime.md). Pure: text in, dataclasses out, and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal, TypeAlias

from spine.canonical import Json, JsonObject, decode, encode
from spine.errors import Refused

PROTOCOL = 1
MOST_FRAME = 64 * 1024
MOST_VIEW = 4096
MOST_STREAMS = 200


class CloseCode(IntEnum):
    PROTOCOL = 4400
    SIGNED_OUT = 4401
    TOO_SLOW = 4408
    SHUTTING_DOWN = 4409


ResetReason = Literal["epoch", "too_old", "ahead", "forbidden", "unknown"]


@dataclass(frozen=True, slots=True)
class Follow:
    stream: str
    epoch: str | None
    since: int | None


@dataclass(frozen=True, slots=True)
class Unfollow:
    stream: str


@dataclass(frozen=True, slots=True)
class Beat:
    pass


@dataclass(frozen=True, slots=True)
class Present:
    incident: str
    view: JsonObject


@dataclass(frozen=True, slots=True)
class Positions:
    """Positions as `POST /api/positions` takes them (`body`); `id` comes back with the answer."""

    id: str | None
    body: str


ClientFrame: TypeAlias = Follow | Unfollow | Beat | Present | Positions


def _wrong(en: str, zh: str) -> Refused:
    return Refused("bad_frame", zh=zh, en=en, status=400, final=False)


def parse(text: str) -> ClientFrame:
    """A client's frame. Raises Refused `bad_frame`."""
    if len(text) > MOST_FRAME:
        raise _wrong("The frame is too large.", "数据帧过大。")
    try:
        value = decode(text)
    except ValueError as error:
        raise _wrong("The frame is not JSON.", "数据帧不是 JSON。") from error
    if not isinstance(value, Mapping):
        raise _wrong("A frame is a JSON object.", "数据帧应为 JSON 对象。")
    match value.get("op"):
        case "follow":
            return _follow(value)
        case "unfollow":
            return Unfollow(_stream(value))
        case "beat":
            return Beat()
        case "present":
            incident, view = value.get("incident"), value.get("view")
            if not isinstance(incident, str) or not isinstance(view, Mapping) or len(encode(view)) > MOST_VIEW:
                raise _wrong("present needs an incident and a small view.", "present 需要事件编号和不大的视图。")
            return Present(incident, view)
        case "positions":
            mark = value.get("id")
            if mark is not None and (not isinstance(mark, str) or len(mark) > 64):
                raise _wrong("id is a short text.", "id 应为不超过 64 字的文字。")
            return Positions(mark, encode({"positions": value.get("positions")}))
        case other:
            raise _wrong(f"There is no op {other!r}.", f"没有 op {other!r}。")


def _stream(value: Mapping[str, Json]) -> str:
    stream = value.get("stream")
    if not isinstance(stream, str) or not 1 <= len(stream) <= 120:
        raise _wrong("A stream name is missing.", "缺少数据流名称。")
    return stream


def _follow(value: Mapping[str, Json]) -> Follow:
    epoch, since = value.get("epoch"), value.get("since")
    if since is not None and (not isinstance(since, int) or isinstance(since, bool) or since < 0):
        raise _wrong("since is a whole number from 0.", "since 应为非负整数。")
    if epoch is not None and not isinstance(epoch, str):
        raise _wrong("epoch is text.", "epoch 应为文字。")
    return Follow(_stream(value), epoch, since)


def welcome(epoch: str, realm: JsonObject, clock: JsonObject) -> str:
    return encode({"op": "welcome", "protocol": PROTOCOL, "epoch": epoch, "realm": realm, "clock": clock})


def live(stream: str, seq: int) -> str:
    return encode({"op": "live", "stream": stream, "seq": seq})


def beat(heads: Mapping[str, int], clock: JsonObject) -> str:
    return encode({"op": "beat", "heads": dict(heads), "clock": clock})


def reset(stream: str, reason: ResetReason) -> str:
    return encode({"op": "reset", "stream": stream, "reason": reason})


def stale(since: str) -> str:
    """The record cannot be read since then: everything that was shown may be out of date."""
    return encode({"op": "stale", "since": since, "reason": "database"})


def where(stream: str, items: Mapping[str, str]) -> str:
    """`items`: JSON text of each item; the frame is what encoding the whole would give."""
    inside = ",".join(f"{encode(key)}:{item}" for key, item in sorted(items.items()))
    return f'{{"items":{{{inside}}},"op":"where","stream":{encode(stream)}}}'


def kept(mark: str | None, accepted: int, received: int) -> str:
    """The answer to `positions`: of how many units the position is the newest now, of how many positions."""
    return encode({"op": "kept", "id": mark, "accepted": accepted, "received": received})


def refused(error: Refused, locale: str) -> str:
    return encode({"op": "refused", "code": error.code, "detail": error.sentence(locale)})
