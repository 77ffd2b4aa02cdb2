"""One connection: uvicorn's websocket protocol, with a way for ready frames past its queues straight to the transport.

uvicorn takes a protocol class by its configuration; the class it is derived from is uvicorn's own, which is why uvicorn's
version is fixed and `tests/web/test_line.py` holds it to what is relied on here.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakKeyDictionary

from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.extensions.permessage_deflate import PerMessageDeflate, ServerPerMessageDeflateFactory

from web.gateway.frame import WINDOW_BITS, Frame

SCOPE_KEY: Final = "fengsui.line"
MOST_WAITING = 4 * 1024 * 1024
"""Bytes that may wait for one client to read; beyond, it is closed and comes back with its position."""
FAREWELL_S = 2.0
"""How long a client that is closed may take to answer the close frame; then the connection is cut."""


_COMPRESSION = (
    ServerPerMessageDeflateFactory(
        server_no_context_takeover=True,
        client_no_context_takeover=True,
        server_max_window_bits=WINDOW_BITS,
        client_max_window_bits=WINDOW_BITS,
        compress_settings={"memLevel": 5},
    ),
)


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


class Line(WebSocketsSansIOProtocol):
    """`write` never waits: what a client does not read is bounded, and whoever exceeds the bound is ended."""

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any], _loop: Any = None) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.compresses = False
        self.push: Callable[[bytes], None] | None = None
        """The transport's `write` while this client keeps up: a frame may go straight there. None: use `write`."""
        if config.ws_per_message_deflate:
            # Without context takeover a message is compressed by itself: once for everybody, and no connection
            # keeps a window in memory.
            self.conn.available_extensions = _COMPRESSION

    def data_received(self, data: bytes) -> None:
        """The handshake waits its turn; a client sends nothing before it is answered."""
        if self.handshake_initiated:
            super().data_received(data)
            return
        _admission_of(self.loop).knock(lambda: self._shake_hands(data))

    def _shake_hands(self, data: bytes) -> None:
        if not self.transport.is_closing():
            super().data_received(data)

    async def run_asgi(self) -> None:
        scope: Any = self.scope
        scope[SCOPE_KEY] = self
        await super().run_asgi()

    def opened(self) -> None:
        """Call it once the connection is accepted: from here on frames may be written."""
        self.compresses = any(
            isinstance(extension, PerMessageDeflate)
            and extension.local_no_context_takeover
            and extension.local_max_window_bits >= WINDOW_BITS
            for extension in self.conn.extensions
        )
        self._may_push()

    def _may_push(self) -> None:
        self.push = None if self.gone else self.transport.write

    def pause_writing(self) -> None:
        super().pause_writing()
        self.push = None

    def resume_writing(self) -> None:
        super().resume_writing()
        self._may_push()

    def connection_lost(self, exc: Exception | None) -> None:
        self.push = None
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self.push = None
        super().shutdown()

    @property
    def gone(self) -> bool:
        return self.close_sent or self.disconnected

    @property
    def waiting(self) -> int:
        """Bytes that this process has for the client and the kernel has not taken yet."""
        return 0 if self.disconnected else self.transport.get_write_buffer_size()

    async def drained(self) -> None:
        """Wait until the client has taken most of what waits for it, or is gone."""
        await asyncio.sleep(0)  # the transport counts what was written only when the loop comes round
        await self.writable.wait()

    def write(self, frame: Frame) -> bool:
        """Hand a ready frame to the transport. False when the client has too much waiting: end it."""
        transport = self.transport
        if self.close_sent or transport.is_closing():  # cut, though nobody has told us yet
            return True
        if transport.get_write_buffer_size() > MOST_WAITING:
            return False
        transport.write(frame.packed if self.compresses else frame.plain)
        return True

    def end(self, code: int) -> None:
        """Say goodbye and, when it is not answered, cut the connection. The application hears a disconnect at once."""
        if self.gone or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.conn.send_close(code, "")
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.push = None
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.writable.set()  # whoever waits for this client to read need not wait any longer
        self.close_timer = self.loop.call_later(FAREWELL_S, self.transport.abort)
