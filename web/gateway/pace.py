"""How the hub keeps up when more is committed than it can send one by one."""

from time import perf_counter
from types import TracebackType
from typing import Final

_PRESSED: Final = 0.6
_AT_EASE: Final = 0.25
_MEMORY: Final = 0.2
"""How much the last round counts in the share of time that is remembered."""
_MOST_REST_S: Final = 0.1


class Pace:
    """Under pressure the hub rests as long as it wrote: what is committed meanwhile goes out with one write for each client.

    A write to a socket costs nearly the same for one fact as for three, so the same core sends several times as much, a
    moment later. As long as writing takes less than a quarter of the time, nothing is ever held back.
    """

    def __init__(self) -> None:
        self._share = 0.0
        self._wrote_s = 0.0
        self._began = 0.0
        self._ended = perf_counter()
        self._pressed = False

    def __enter__(self) -> None:
        self._began = perf_counter()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wrote_s += perf_counter() - self._began

    def rest_s(self) -> float:
        """Seconds to rest after a round of reading and writing."""
        now, wrote = perf_counter(), self._wrote_s
        share = min(1.0, wrote / max(now - self._ended, 1e-6))
        self._ended, self._wrote_s = now, 0.0
        self._share += (share - self._share) * _MEMORY
        if self._share > _PRESSED:
            self._pressed = True
        elif self._share < _AT_EASE:
            self._pressed = False
        return min(wrote, _MOST_REST_S) if self._pressed else 0.0
