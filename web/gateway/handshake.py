"""The opening handshake of a socket (RFC 6455 §4.2): the usual one read in a few lines, everything else by `websockets`.

Thousands come back at once after a failure, and each begins with this. What is not exactly of the usual shape goes to the
library, which refuses it properly or finds it good after all; `tests/web/test_handshake.py` holds the two to each other.
"""

import hashlib
import logging
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory
from websockets.http11 import Request
from websockets.server import ServerProtocol

from web.gateway.frame import WINDOW_BITS

MOST_HEAD: Final = 16 * 1024
"""Bytes of a request's head. A browser's cookies are far smaller."""
HEAD_END: Final = b"\r\n\r\n"
UNREADABLE: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_USUAL = re.compile(
    r"GET (/[\x21-\x7e]*) HTTP/1\.1\r\n((?:[-!#$%&'*+.^_`|~0-9a-zA-Z]+:[\x09\x20-\x7e\x80-\xff]*\r\n)+)\r\n"
)
_KEY = re.compile(r"[0-9A-Za-z+/]{21}[AQgw]==")
_ALL_KNOWN: Final = 64
"""Header lines of a usual request at most."""

log = logging.getLogger("fengsui.websockets")
log.setLevel(logging.WARNING)  # the library tells of every connection; ours are counted in `spine/measures.py`

_COMPRESSION = (
    # Without context takeover a message is compressed by itself: once for everybody, and no connection keeps a window.
    ServerPerMessageDeflateFactory(
        server_no_context_takeover=True,
        client_no_context_takeover=True,
        server_max_window_bits=WINDOW_BITS,
        client_max_window_bits=WINDOW_BITS,
        compress_settings={"memLevel": 5},
    ),
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A good handshake. `headers` by lower-case name; `answer` accepts it; `deflate`: what was agreed on compression."""

    target: str
    headers: Mapping[str, str]
    answer: bytes
    deflate: PerMessageDeflate | None


def read_opening(head: bytes, *, compress: bool = True) -> Opening | bytes:
    """The handshake in a whole request head (to the empty line), or the response that refuses it."""
    return _usual(head, compress) or _by_library(head, compress)


def _usual(head: bytes, compress: bool) -> Opening | None:
    """None: not what browsers and programs usually send."""
    match = _USUAL.fullmatch(head.decode("latin-1"))
    if match is None:
        return None
    lines = match[2].split("\r\n")
    headers: dict[str, str] = {}
    for line in lines[:-1]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip(" \t")
    if len(headers) != len(lines) - 1 or len(headers) > _ALL_KNOWN:
        return None  # a name that comes twice
    key = headers.get("sec-websocket-key", "")
    if (
        headers.get("upgrade", "").lower() != "websocket"
        or "upgrade" not in [token.strip() for token in headers.get("connection", "").lower().split(",")]
        or headers.get("sec-websocket-version") != "13"
        or _KEY.fullmatch(key) is None
        or "host" not in headers
        or "content-length" in headers
        or "transfer-encoding" in headers
        or "sec-websocket-protocol" in headers
    ):
        return None
    offer = headers.get("sec-websocket-extensions")
    agreed: tuple[bytes, PerMessageDeflate | None] | None = (b"", None)
    if offer is not None and compress:
        agreed = _agreed(offer)
        if agreed is None:
            return None
    accept = b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n%b\r\n"
    return Opening(match[1], headers, answer % (accept, agreed[0]), _another(agreed[1]))


@lru_cache(maxsize=256)
def _agreed(offer: str) -> tuple[bytes, PerMessageDeflate | None] | None:
    """The header line that answers an offer of extensions, and what was agreed. None: the library must refuse it."""
    try:
        line, extensions = ServerProtocol(extensions=_COMPRESSION, logger=log).process_extensions(
            Headers({"Sec-WebSocket-Extensions": offer})
        )
    except InvalidHandshake:
        return None
    if line is None:
        return b"", None
    deflate = next((e for e in extensions if isinstance(e, PerMessageDeflate)), None)
    return b"Sec-WebSocket-Extensions: %b\r\n" % line.encode(), deflate


def _another(agreed: PerMessageDeflate | None) -> PerMessageDeflate | None:
    """Each connection its own: it remembers what a fragmented message began as."""
    if agreed is None:
        return None
    return PerMessageDeflate(
        agreed.remote_no_context_takeover,
        agreed.local_no_context_takeover,
        agreed.remote_max_window_bits,
        agreed.local_max_window_bits,
        agreed.compress_settings,
    )


def _by_library(head: bytes, compress: bool) -> Opening | bytes:
    connection = ServerProtocol(extensions=_COMPRESSION if compress else None, logger=log)
    connection.receive_data(head)
    request = next((event for event in connection.events_received() if isinstance(event, Request)), None)
    if request is None:
        return b"".join(connection.data_to_send()) or UNREADABLE
    response = connection.accept(request)
    if response.status_code == 101:
        del response.headers["Date"]
    connection.send_response(response)
    answer = b"".join(connection.data_to_send())
    if response.status_code != 101:
        return answer
    headers: dict[str, str] = {}
    for name, value in request.headers.raw_items():
        known = headers.get(name.lower())
        headers[name.lower()] = value if known is None else f"{known}, {value}"
    deflate = next((e for e in connection.extensions if isinstance(e, PerMessageDeflate)), None)
    return Opening(request.path, headers, answer, deflate)
