"""How many tiles one person may ask for: a wide screen dragged about passes, a program that copies the whole map does not.

In memory of one process, each for itself: it protects the map service's quota, not a secret.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

TILES_A_SECOND = 60.0
AT_ONCE = 1200.0
_MOST_PEOPLE = 2000


class Pace:
    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def may_ask(self, who: str) -> bool:
        """Counts one tile, unless there have been too many."""
        at = self._now()
        left, since = self._left.pop(who, (AT_ONCE, at))
        left = min(AT_ONCE, left + (at - since) * TILES_A_SECOND)
        may = left >= 1
        self._left[who] = (left - 1 if may else left, at)
        if len(self._left) > _MOST_PEOPLE:
            self._left.popitem(last=False)
        return may
