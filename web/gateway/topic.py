"""One stream in this process: who follows it live, and its newest facts as ready frames."""

from collections import deque
from collections.abc import Iterable
from itertools import islice

from web.gateway.frame import Frame
from web.gateway.line import Line

MOST_FACTS = 4096
MOST_BYTES = 4 * 1024 * 1024


class Topic:
    """The ring holds the facts `first … seq` without a gap; with no fact in it, `first` is `seq + 1`."""

    __slots__ = ("_bytes", "_ring", "idle_since", "live", "seq", "stream")

    def __init__(self, stream: str, seq: int) -> None:
        self.stream = stream
        self.seq = seq
        # In the order in which they came, which is that of the kernel's own structures: a set's order would cost a fifth more.
        self.live: dict[Line, None] = {}
        self.idle_since: float | None = None
        self._ring: deque[Frame] = deque()
        self._bytes = 0

    @property
    def first(self) -> int:
        return self.seq - len(self._ring) + 1

    @property
    def size(self) -> int:
        """Bytes in the ring."""
        return self._bytes

    @property
    def room(self) -> int:
        """Facts that still fit in front."""
        return 0 if self._bytes >= MOST_BYTES else MOST_FACTS - len(self._ring)

    def covers(self, sent: int) -> bool:
        """Whether everything after position `sent` is in the ring."""
        return sent + 1 >= self.first

    def after(self, sent: int) -> Iterable[Frame]:
        return islice(self._ring, max(0, sent + 1 - self.first), None)

    def push(self, frame: Frame) -> None:
        """The next fact. Raises ValueError when it is not the next one."""
        if frame.seq != self.seq + 1:
            raise ValueError(f"{self.stream}: {frame.seq} does not follow {self.seq}")
        self.seq = frame.seq
        self._ring.append(frame)
        self._bytes += len(frame)
        while len(self._ring) > MOST_FACTS or (self._bytes > MOST_BYTES and len(self._ring) > 1):
            self._bytes -= len(self._ring.popleft())

    def prime(self, frames: Iterable[Frame]) -> None:
        """Facts from the record in front of the ring: those that join on, newest first, as many as fit."""
        for frame in sorted(frames, key=lambda f: f.seq, reverse=True):
            if frame.seq != self.first - 1 or self.room <= 0:
                return
            self._ring.appendleft(frame)
            self._bytes += len(frame)
