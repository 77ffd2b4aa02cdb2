"""The first bytes of every connection: a socket's handshake is taken in here, anything else goes to uvicorn as it is.

uvicorn takes the class of its HTTP protocol by its configuration, and makes one for each connection.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final
from weakref import WeakKeyDictionary

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from web.gateway.handshake import HEAD_END, MOST_HEAD, UNREADABLE, Opening, read_opening
from web.gateway.line import Line

PATH: Final = "/api/socket"
_KNOCK: Final = f"GET {PATH}".encode()
HEAD_S: Final = 10.0
"""Seconds in which a handshake that has begun must be here whole."""

Receive = Callable[[Line, Opening], Coroutine[None, None, None]]


class Admission:
    """Lets those who knock in a few at a time: while thousands come back, those who are here are still served in between."""

    AT_ONCE = 4

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Callable[[], None]] = deque()

    def knock(self, enter: Callable[[], None]) -> None:
        self._waiting.append(enter)
        if len(self._waiting) == 1:
            self._loop.call_soon(self._admit)

    def _admit(self) -> None:
        for _ in range(min(self.AT_ONCE, len(self._waiting))):
            self._waiting.popleft()()
        if self._waiting:
            self._loop.call_soon(self._admit)


_admissions: WeakKeyDictionary[asyncio.AbstractEventLoop, Admission] = WeakKeyDictionary()


def _admission_of(loop: asyncio.AbstractEventLoop) -> Admission:
    admission = _admissions.get(loop)
    if admission is None:
        admission = _admissions[loop] = Admission(loop)
    return admission


class Door(asyncio.Protocol):
    """Stands before a connection until its first request is known. `receive` serves a socket that was taken in."""

    __slots__ = ("_app_state", "_config", "_head", "_knocked", "_loop", "_receive", "_state", "_timer", "_transport")

    def __init__(
        self,
        receive: Receive,
        *,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self._receive = receive
        self._config = config
        self._state = server_state
        self._app_state = app_state
        self._loop = _loop or asyncio.get_running_loop()
        self._head = b""
        self._knocked = False
        self._timer: asyncio.TimerHandle | None = None
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._state.connections.add(self)  # pyright: ignore[reportArgumentType]  what it needs of one is `shutdown`

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio names it
        self._leave()

    def shutdown(self) -> None:
        """The server stops: nobody stands at the door any more."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        head = self._head + data if self._head else data
        if head.startswith(_KNOCK):
            if head[len(_KNOCK) : len(_KNOCK) + 1] not in (b"", b" ", b"?"):
                self._hand_over(head)
                return
        elif not _KNOCK.startswith(head):
            self._hand_over(head)
            return
        self._head = head
        if self._knocked:  # more came before its turn: it enters once, with all of it
            if len(head) > 2 * MOST_HEAD:
                self._transport.abort()
        elif HEAD_END in head:
            self._knocked = True
            _admission_of(self._loop).knock(self._enter)
        elif len(head) > MOST_HEAD:
            self._refuse(UNREADABLE)
        elif self._timer is None:
            self._timer = self._loop.call_later(HEAD_S, self._transport.abort)

    def _leave(self) -> None:
        self._state.connections.discard(self)  # pyright: ignore[reportArgumentType]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hand_over(self, data: bytes) -> None:
        """A request: uvicorn's own protocol has this connection from here on."""
        self._leave()
        http = HttpToolsProtocol(
            config=self._config, server_state=self._state, app_state=self._app_state, _loop=self._loop
        )
        http.connection_made(self._transport)
        self._transport.set_protocol(http)
        http.data_received(data)

    def _enter(self) -> None:
        if self._transport.is_closing():
            return
        head, _, early = self._head.partition(HEAD_END)
        opening = read_opening(head + HEAD_END, compress=bool(self._config.ws_per_message_deflate))
        if isinstance(opening, bytes):
            self._refuse(opening)
            return
        self._leave()
        line = Line(self._transport, self._loop, self._state, most_bytes=self._config.ws_max_size)
        self._transport.set_protocol(line)
        line.serve(self._receive(line, opening), early)

    def _refuse(self, answer: bytes) -> None:
        self._transport.write(answer)
        self._transport.close()
