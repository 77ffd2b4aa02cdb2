"""Who is behind a cookie or a token, remembered for seconds, asked for many at once."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from spine.accounts import SignedInAs, signed_in_as
from spine.nudge import Appended
from spine.presence import is_away
from spine.principal import Principal
from spine.realm import Realm

FRESH_S = 5.0
"""How long an answer is trusted: an account disabled elsewhere may act for this much longer at most. Signing out is told
to every process at once."""
SIGNED_OUT = "sessions"
"""What is nudged, instead of a stream, when somebody signs out."""
_MOST = 20_000


@dataclass(slots=True)
class _Known:
    who: SignedInAs
    asked_at: float


class Sessions:
    """One for each process and realm. While the database is away it answers with what it knew, until that expires."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._asking: dict[bytes, asyncio.Future[Principal | None]] = {}
        self._task: asyncio.Task[None] | None = None
        realm.when_exchanged(self._known.clear)
        self._stop_listening = realm.nudges.listen(self._hear)

    async def principal(self, credential: bytes) -> Principal | None:
        """Whom this credential (a token's hash) signs as. Raises psycopg's errors when nobody knows and none can be asked."""
        known = self._known.get(credential)
        if known is not None and asyncio.get_running_loop().time() - known.asked_at < FRESH_S:
            return self._unless_expired(credential, known)
        if self._realm.presence.away_since is not None and known is not None:
            return self._unless_expired(credential, known)
        try:
            return await self._ask(credential)
        except Exception as error:
            known = self._known.get(credential)
            if known is None or not is_away(error):
                raise
            return self._unless_expired(credential, known)

    async def still_good(self, credentials: Sequence[bytes]) -> frozenset[bytes]:
        """Those that still sign somebody in. Raises psycopg's errors."""
        return frozenset(await self._read(credentials))

    def remember(self, credential: bytes, principal: Principal, until: datetime) -> None:
        """Somebody signed in here: known from now on, also when the database goes away before his first question."""
        self._known[credential] = _Known(SignedInAs(principal, until), asyncio.get_running_loop().time())

    def forget(self, credential: bytes) -> None:
        """Somebody signed out here: no process may trust what it remembers."""
        self._known.pop(credential, None)
        self._realm.nudges.publish((SIGNED_OUT,))

    def close(self) -> None:
        self._stop_listening()
        if self._task is not None:
            self._task.cancel()

    def _unless_expired(self, credential: bytes, known: _Known) -> Principal | None:
        until = known.who.until
        if until is not None and until <= self._realm.wall_now():
            self._known.pop(credential, None)
            return None
        return known.who.principal

    async def _ask(self, credential: bytes) -> Principal | None:
        """All that are asked for while one question is under way go into the next one together."""
        waiting = self._asking.get(credential)
        if waiting is None:
            waiting = self._asking[credential] = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._answer(), name="sessions")
        return await asyncio.shield(waiting)

    async def _answer(self) -> None:
        while self._asking:
            asked, self._asking = self._asking, {}
            try:
                found = await self._read(list(asked))
            except BaseException as error:
                for future in asked.values():
                    if not future.done():
                        future.set_exception(error if isinstance(error, Exception) else ConnectionError("stopped"))
                        future.exception()  # whoever still waits hears it; nobody waiting is no mistake
                if not isinstance(error, Exception):
                    raise
                continue
            for credential, future in asked.items():
                who = found.get(credential)
                if not future.done():
                    future.set_result(None if who is None else who.principal)

    async def _read(self, credentials: Iterable[bytes]) -> dict[bytes, SignedInAs]:
        wanted = list(credentials)
        async with self._realm.pool.connection() as conn:
            found = await signed_in_as(conn, wanted, self._realm.wall_now())
        now = asyncio.get_running_loop().time()
        for credential in wanted:
            self._known.pop(credential, None)
            if credential in found:
                self._known[credential] = _Known(found[credential], now)
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return found

    def _hear(self, facts: Sequence[Appended]) -> None:
        if any(fact.stream == SIGNED_OUT for fact in facts):
            for known in self._known.values():
                known.asked_at = float("-inf")
