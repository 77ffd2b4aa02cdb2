"""One connection after its handshake: whole messages in, ready frames out, nobody ever waited for.

What a client says is parsed by `websockets` (its Sans-I/O protocol); what it is told was framed once for everybody
(`frame.py`) and goes to the transport as it is.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Final

from uvicorn.server import ServerState
from websockets.frames import Frame as Received
from websockets.frames import Opcode
from websockets.protocol import OPEN, SERVER, Protocol

from web.gateway.frame import WINDOW_BITS, Frame
from web.gateway.handshake import Opening, log
from web.gateway.protocol import CloseCode

MOST_WAITING: Final = 4 * 1024 * 1024
"""Bytes that may wait for one client to read; beyond, it is closed and comes back with its position."""
FAREWELL_S: Final = 2.0
"""How long a client that is closed may take to answer the close frame; then the connection is cut."""
_MOST_EARLY: Final = 64 * 1024
"""Bytes that a client may say before its handshake is answered."""
_MOST_HEARD: Final = 16
"""Messages that may wait to be handled; then no more are read."""
_ABNORMAL: Final = 1006
_NOT_UTF8: Final = 1007
_PING: Final = b"\x89\x00"


class Line(asyncio.Protocol):
    """`write` never waits: what a client does not read is bounded, and whoever exceeds the bound is ended."""

    __slots__ = (
        "_drained",
        "_early",
        "_ended",
        "_farewell",
        "_heard",
        "_is_text",
        "_listener",
        "_loop",
        "_opened",
        "_parts",
        "_paused",
        "_reading",
        "_server",
        "_websocket",
        "code",
        "compresses",
        "push",
        "transport",
        "unheard",
    )

    def __init__(
        self, transport: Any, loop: asyncio.AbstractEventLoop, server: ServerState, *, most_bytes: int
    ) -> None:
        self.transport = transport
        self.compresses = False
        self.push: Callable[[bytes], None] | None = None
        """The transport's `write` while this client keeps up: a frame may go straight there. None: use `write`."""
        self.unheard = 0
        """Times that it was asked whether it is there since it last said anything."""
        self._loop = loop
        self._server = server
        self._websocket = Protocol(SERVER, state=OPEN, max_size=most_bytes, logger=log)
        self._early = b""
        self._opened = False
        self._ended = False
        self._heard: deque[str] = deque()
        self._parts: list[bytes] = []
        self._is_text = False
        self._listener: asyncio.Future[None] | None = None
        self._reading = True
        self._paused = False
        self._drained: asyncio.Event | None = None
        self._farewell: asyncio.TimerHandle | None = None
        self.code: int | None = None
        """With which code it ended, when it has."""
        server.connections.add(self)  # pyright: ignore[reportArgumentType]  what it needs of one is `shutdown`

    # --- before it is open --------------------------------------------------------------------------------------------

    def serve(self, serving: Coroutine[None, None, None], early: bytes) -> None:
        """`serving` has this connection for as long as it lasts. `early`: what came with the handshake."""
        self._early = early
        task = self._loop.create_task(serving)
        self._server.tasks.add(task)
        task.add_done_callback(self._served)

    def _served(self, task: asyncio.Task[None]) -> None:
        self._server.tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a socket failed", exc_info=task.exception())
        self._let_go()

    def refuse(self, status: str) -> None:
        """Instead of opening it: an HTTP response without content, for example `403 Forbidden`."""
        self._ended = True
        self.transport.write(f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
        self.transport.close()

    def open(self, opening: Opening, first: Frame) -> None:
        """Accept the handshake and write the first frame with it: from here on frames may be written."""
        if self.gone or self.transport.is_closing():
            return
        self._opened = True
        deflate = opening.deflate
        if deflate is not None:
            self._websocket.extensions = [deflate]
            self.compresses = deflate.local_no_context_takeover and deflate.local_max_window_bits >= WINDOW_BITS
        self.transport.write(opening.answer + first.plain)
        self._may_push()
        if self._early:
            early, self._early = self._early, b""
            self.data_received(early)

    # --- what the client says -----------------------------------------------------------------------------------------

    async def receive(self) -> str | None:
        """The next message, empty when it was not text. None: the connection has ended, `code` says how."""
        while not self._heard:
            if self._ended:
                return None
            self._listener = self._loop.create_future()
            await self._listener
        said = self._heard.popleft()
        if not self._reading and not self._ended and len(self._heard) < _MOST_HEARD // 2:
            self._reading = True
            self.transport.resume_reading()
        return said

    def data_received(self, data: bytes) -> None:
        self.unheard = 0
        if not self._opened:
            self._early += data
            if len(self._early) > _MOST_EARLY:
                self.transport.abort()
            return
        websocket = self._websocket
        websocket.receive_data(data)
        for frame in websocket.events_received():
            if isinstance(frame, Received):
                self._take(frame)
        answers = websocket.data_to_send()
        if answers and not self.transport.is_closing():
            self.transport.write(b"".join(answers))
        if websocket.eof_sent:  # both have said goodbye, or what it said cannot be read
            closed = websocket.close_rcvd or websocket.close_sent
            self._end(_ABNORMAL if closed is None else closed.code)
            self._let_go()

    def _take(self, frame: Received) -> None:
        opcode = frame.opcode
        if opcode is Opcode.TEXT or opcode is Opcode.BINARY:
            self._parts = [bytes(frame.data)]
            self._is_text = opcode is Opcode.TEXT
        elif opcode is Opcode.CONT:
            self._parts.append(bytes(frame.data))
        else:
            return
        if not frame.fin or self._ended:
            return
        whole, self._parts = b"".join(self._parts), []
        try:
            self._heard.append(whole.decode() if self._is_text else "")
        except UnicodeDecodeError:
            self._websocket.fail(_NOT_UTF8, "not UTF-8")
            return
        self._wake()
        if self._reading and len(self._heard) >= _MOST_HEARD:
            self._reading = False
            self.transport.pause_reading()

    def _wake(self) -> None:
        listener, self._listener = self._listener, None
        if listener is not None and not listener.done():
            listener.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  asyncio names it
        self._server.connections.discard(self)  # pyright: ignore[reportArgumentType]
        if self._farewell is not None:
            self._farewell.cancel()
        self._end(_ABNORMAL)

    # --- what it is told ----------------------------------------------------------------------------------------------

    def _may_push(self) -> None:
        self.push = None if self.gone or self._paused else self.transport.write

    def pause_writing(self) -> None:
        self._paused = True
        self.push = None

    def resume_writing(self) -> None:
        self._paused = False
        self._may_push()
        if self._drained is not None:
            self._drained.set()

    @property
    def gone(self) -> bool:
        return self._ended

    @property
    def waiting(self) -> int:
        """Bytes that this process has for the client and the kernel has not taken yet."""
        return 0 if self.transport.is_closing() else self.transport.get_write_buffer_size()

    async def drained(self) -> None:
        """Wait until the client has taken most of what waits for it, or is gone."""
        await asyncio.sleep(0)  # the transport counts what was written only when the loop comes round
        if self._paused and not self._ended:
            self._drained = self._drained or asyncio.Event()
            self._drained.clear()
            await self._drained.wait()

    def write(self, frame: Frame) -> bool:
        """Hand a ready frame to the transport. False when the client has too much waiting: end it."""
        transport = self.transport
        if self._ended or transport.is_closing():  # cut, though nobody has told us yet
            return True
        if transport.get_write_buffer_size() > MOST_WAITING:
            return False
        transport.write(frame.packed if self.compresses else frame.plain)
        return True

    def ask(self) -> None:
        """Ask whether it is there: any answer makes it heard."""
        self.unheard += 1
        if not self._ended and not self.transport.is_closing():
            self.transport.write(_PING)

    # --- its end ------------------------------------------------------------------------------------------------------

    def end(self, code: int) -> None:
        """Say goodbye and, when it is not answered, cut the connection. Whoever serves it hears of it at once."""
        if self._ended or self.transport.is_closing():
            return
        self._websocket.send_close(code, "")
        self.transport.write(b"".join(self._websocket.data_to_send()))
        self._farewell = self._loop.call_later(FAREWELL_S, self.transport.abort)
        self._end(code)

    def _let_go(self) -> None:
        """Nothing is left to say: close when what waits is written, or cut it when the other side does not read."""
        if self._websocket.close_rcvd is None and self._farewell is not None:
            return  # its answer to our goodbye is still to come
        if not self.transport.is_closing():
            self.transport.close()
            self._farewell = self._loop.call_later(FAREWELL_S, self.transport.abort)

    def cut(self) -> None:
        """End it without a word: nobody is there to hear one."""
        self._end(_ABNORMAL)
        self.transport.abort()

    def shutdown(self) -> None:
        """The server stops."""
        if self._opened:
            self.end(CloseCode.SHUTTING_DOWN)
        else:
            self.transport.close()

    def _end(self, code: int) -> None:
        if self._ended:
            return
        self._ended = True
        self.code = code
        self.push = None
        self._wake()
        if not self._reading:
            self._reading = True
            if not self.transport.is_closing():
                self.transport.resume_reading()
        if self._drained is not None:
            self._drained.set()  # whoever waits for this client to read need not wait any longer
