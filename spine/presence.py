"""Whether the database is there, as this process knows it: what everybody asks before trying, and hears when it changes."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from psycopg import InterfaceError, OperationalError
from psycopg import errors as pg
from psycopg_pool import PoolClosed, PoolTimeout

log = logging.getLogger("fengsui.database")

_ORDINARY = (
    pg.QueryCanceled,
    pg.LockNotAvailable,
    pg.DeadlockDetected,
    pg.SerializationFailure,
)
"""Operational errors of a database that is there."""


def is_away(error: BaseException) -> bool:
    """Whether this error says that the database cannot be reached or cannot work, rather than that a statement failed."""
    if isinstance(error, PoolTimeout | PoolClosed | InterfaceError | TimeoutError):
        return True
    return isinstance(error, OperationalError) and not isinstance(error, _ORDINARY)


class NotTried(OperationalError):
    """The database is known to be away: what was asked for was not even tried, so nothing can have been saved."""


class Presence:
    """`away_since`: the wall time at which the database was first missed, None while it is there."""

    def __init__(self) -> None:
        self.away_since: datetime | None = None
        self.why = ""
        self._listeners: list[Callable[[], None]] = []
        self._back = asyncio.Event()
        self._back.set()

    def watch(self, listener: Callable[[], None]) -> None:
        """Be called whenever the database goes or comes back."""
        self._listeners.append(listener)

    def lost(self, at: datetime, error: BaseException) -> None:
        self.why = str(error).strip().split("\n")[0] or type(error).__name__
        if self.away_since is not None:
            return
        self.away_since = at
        self._back.clear()
        log.error("the database is away, commands are refused and intake is kept on disk: %s", error)
        self._tell()

    def found(self) -> None:
        if self.away_since is None:
            return
        log.warning("the database answers again; it was away since %s", self.away_since.isoformat())
        self.away_since = None
        self.why = ""
        self._back.set()
        self._tell()

    async def wait_until_back(self) -> None:
        await self._back.wait()

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
