"""The handshake read in a few lines agrees with the library's, and what is unusual is left to the library."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate

from web.gateway import handshake
from web.gateway.handshake import Opening, read_opening

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
BROWSER = (
    ("Host", "fengsui.lan:8600"),
    ("Connection", "keep-alive, Upgrade"),
    ("Upgrade", "websocket"),
    ("Origin", "http://fengsui.lan:8600"),
    ("Sec-WebSocket-Version", "13"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64)"),
    ("Accept-Language", "zh-CN,zh;q=0.9"),
    ("Cookie", "fengsui_live=abc; other=1"),
    ("Sec-WebSocket-Key", KEY),
    ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
)


def head(headers: tuple[tuple[str, str], ...] = BROWSER, line: str = "GET /api/socket HTTP/1.1") -> bytes:
    return (line + "\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers) + "\r\n").encode("latin-1")


def changed(name: str, value: str | None) -> tuple[tuple[str, str], ...]:
    kept = tuple((n, v) for n, v in BROWSER if n != name)
    return kept if value is None else (*kept, (name, value))


def by_library(data: bytes) -> Opening | bytes:
    return handshake._by_library(data, True)  # pyright: ignore[reportPrivateUsage]


def usual(data: bytes) -> Opening | None:
    return handshake._usual(data, True)  # pyright: ignore[reportPrivateUsage]


def essence(opening: Opening) -> tuple[Any, ...]:
    lines = frozenset(opening.answer.decode().split("\r\n"))
    return opening.target, dict(opening.headers), lines, repr(opening.deflate)


def test_the_example_of_the_standard() -> None:
    opening = read_opening(head())
    assert isinstance(opening, Opening)
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in opening.answer  # RFC 6455 §1.3
    assert opening.answer.startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert opening.answer.endswith(b"\r\n\r\n")
    assert opening.headers["cookie"] == "fengsui_live=abc; other=1"
    assert opening.deflate is not None
    assert opening.deflate.local_no_context_takeover


def test_each_connection_has_its_own_decompression() -> None:
    first, second = read_opening(head()), read_opening(head())
    assert isinstance(first, Opening)
    assert isinstance(second, Opening)
    assert first.deflate is not second.deflate


@pytest.mark.parametrize(
    "headers",
    [
        BROWSER,
        changed("Sec-WebSocket-Extensions", None),
        changed("Sec-WebSocket-Extensions", "x-unknown; a=1, permessage-deflate"),
        changed("Sec-WebSocket-Extensions", "permessage-deflate; server_max_window_bits=9"),
        changed(
            "Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=10; server_no_context_takeover"
        ),
        changed("Connection", "UPGRADE"),
        changed("Upgrade", "WebSocket"),
        changed("Origin", None),
    ],
)
def test_what_is_usual_is_answered_as_the_library_would(headers: tuple[tuple[str, str], ...]) -> None:
    data = head(headers)
    mine, theirs = usual(data), by_library(data)
    assert mine is not None
    assert isinstance(theirs, Opening)
    assert essence(mine) == essence(theirs)


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head(line="POST /api/socket HTTP/1.1"), 405),
        (head(line="GET /api/socket HTTP/1.0"), 505),
        (head(changed("Upgrade", None)), 426),
        (head(changed("Upgrade", "h2c")), 426),
        (head(changed("Connection", "keep-alive")), 426),
        (head(changed("Sec-WebSocket-Key", None)), 400),
        (head(changed("Sec-WebSocket-Key", "c2hvcnQ=")), 400),
        (head((*BROWSER, ("Sec-WebSocket-Key", KEY))), 400),
        (head(changed("Sec-WebSocket-Version", "8")), 400),
        (head(changed("Sec-WebSocket-Extensions", "permessage-deflate; =")), 400),
        (head((*BROWSER, ("Origin", "http://elsewhere.test"))), 400),
        (b"GET /api/socket HTTP/1.1\r\nnot a header\r\n\r\n", 400),
        (b"GET /api/socket HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        (b"GET /api/socket\r\n\r\n", 400),
        (b"GET /api/socket HTTP/1.1\nHost: a\n\r\n\r\n", 400),
    ],
)
def test_what_is_wrong_is_refused(data: bytes, status: int) -> None:
    assert usual(data) is None
    answer = read_opening(data)
    assert isinstance(answer, bytes)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


def test_what_is_only_unusual_is_taken_in() -> None:
    data = head((*changed("Sec-WebSocket-Extensions", None), ("X-Way", "a"), ("X-Way", "b")))
    assert usual(data) is None
    opening = read_opening(data)
    assert isinstance(opening, Opening)
    assert opening.headers["x-way"] == "a, b"


def test_without_compression_none_is_agreed() -> None:
    opening = read_opening(head(), compress=False)
    assert isinstance(opening, Opening)
    assert opening.deflate is None
    assert b"Extensions" not in opening.answer


_NAMES = st.sampled_from([name for name, _ in BROWSER] + ["X-Other", "content-length", "sec-websocket-protocol"])
_VALUES = st.one_of(
    st.sampled_from([value for _, value in BROWSER]),
    st.sampled_from(["", "0", "13", "upgrade", "websocket,h2c", "permessage-deflate;client_max_window_bits=7", "\tx "]),
    st.text(st.characters(min_codepoint=0x01, max_codepoint=0xFF), max_size=12),
)


@given(st.lists(st.tuples(_NAMES, _VALUES), max_size=3), st.integers(0, len(BROWSER)))
def test_whatever_is_sent_both_see_the_same(extra: list[tuple[str, str]], dropped: int) -> None:
    """What the few lines accept the library accepts too, with the same answer; nothing makes either fail."""
    headers = tuple(pair for number, pair in enumerate(BROWSER) if number != dropped)
    data = head((*headers, *extra))
    theirs = by_library(data)
    mine = usual(data)
    if mine is not None:
        assert isinstance(theirs, Opening)
        assert essence(mine) == essence(theirs)
    if isinstance(theirs, bytes):
        assert re.match(rb"HTTP/1\.1 [45]\d\d ", theirs)


def test_the_client_understands_what_was_agreed() -> None:
    """A message compressed as agreed is read by the library's client side."""
    opening = read_opening(head())
    assert isinstance(opening, Opening)
    line = re.search(rb"Sec-WebSocket-Extensions: permessage-deflate; ([^\r]+)\r\n", opening.answer)
    assert line is not None
    parameters = [(p.partition("=")[0].strip(), p.partition("=")[2] or None) for p in line[1].decode().split(";")]
    client = ClientPerMessageDeflateFactory(client_max_window_bits=True).process_response_params(parameters, [])
    assert isinstance(client, PerMessageDeflate)
    assert client.remote_no_context_takeover
