"""A service that fails is left alone for a while: a dead one must cost nothing, and one that comes back is noticed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

OPENS_AFTER = 3
"""Failures in a row."""
FIRST_PAUSE_S = 5.0
LONGEST_PAUSE_S = 300.0


@dataclass(slots=True)
class Breaker:
    """Of one base map in one process. `since`: of the first failure in a row, while it is away."""

    now: Callable[[], float] = time.monotonic
    failures: int = 0
    since: datetime | None = None
    zh: str = ""
    en: str = ""
    _next: float = 0.0
    _trying: bool = field(default=False)

    @property
    def away(self) -> bool:
        return self.failures >= OPENS_AFTER

    @property
    def due(self) -> bool:
        """Whether somebody should try whether it is back."""
        return self.away and not self._trying and self.now() >= self._next

    def may_try(self) -> bool:
        """Whether to call it now. While it is away one at a time may, when the pause is over."""
        if not self.away:
            return True
        if not self.due:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        self.failures, self.since, self.zh, self.en, self._trying = 0, None, "", "", False

    def failed(self, zh: str, en: str, at: datetime) -> None:
        self.failures += 1
        self.since = self.since or at
        self.zh, self.en, self._trying = zh, en, False
        if self.away:
            pause = FIRST_PAUSE_S * 2 ** min(self.failures - OPENS_AFTER, 12)
            self._next = self.now() + min(pause, LONGEST_PAUSE_S)

    def gave_up(self) -> None:
        """Whoever tried was stopped before anything was known."""
        self._trying = False
