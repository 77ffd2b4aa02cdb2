"""The child process that computes: reads orders from its standard input, writes what came of each to its standard output.

Frames are a length of four bytes (big-endian) and JSON. It ends when its input does, and with its parent.
"""

import json
import logging
import os
import struct
import sys
import time
from typing import Any, BinaryIO

from spine.canonical import Json, encode

log = logging.getLogger("fengsui.assess.worker")

HEAD = struct.Struct(">I")


def read_frame(stream: BinaryIO) -> dict[str, Any] | None:
    head = stream.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    return json.loads(stream.read(HEAD.unpack(head)[0]))


def write_frame(stream: BinaryIO, said: Json) -> None:
    text = encode(said).encode()
    stream.write(HEAD.pack(len(text)) + text)
    stream.flush()


def main() -> None:
    # What a library prints must not get between the frames.
    said = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    first = read_frame(sys.stdin.buffer)
    if first is None:
        return
    from incidents.assessments.answering import Answering  # the slow imports, once somebody wants an answer

    answering = Answering(str(first["database_url"]))
    while (order := read_frame(sys.stdin.buffer)) is not None:
        write_frame(said, _carry_out(answering, order))


def _carry_out(answering: Any, order: dict[str, Any]) -> Json:
    """Whatever goes wrong is an answer too: the parent decides what becomes of it."""
    began = time.perf_counter()
    try:
        if order["do"] == "warm":
            answering.warm(str(order["ground"]))
            done: dict[str, Json] = {}
        else:
            done = dict(answering.answer(order))
        encode(done)  # NaN is found here, where it can be told of
    except Exception as trouble:
        log.exception("could not carry out %s", order.get("do"))
        return {"failed": f"{type(trouble).__name__}: {trouble}"[:500], "away": _is_away(trouble)}
    return {**done, "seconds": round(time.perf_counter() - began, 3)}


def _is_away(trouble: Exception) -> bool:
    from spine.presence import is_away

    return is_away(trouble)


if __name__ == "__main__":
    main()
