"""Group commit: commands that arrive while others are being made durable share the next transaction.

Every command appends to the board of its city, whose head is locked until the commit; alone, each would wait for the one
before to reach the disk. Together they wait once. Each piece keeps a savepoint of its own: what is refused or fails leaves
nothing behind and takes nobody with it. A piece that waits for a row somebody else holds goes on by itself.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

from psycopg import OperationalError
from psycopg import errors as pg

from spine import measures
from spine.db import Connection, connect_as_app
from spine.end_tasks import end_tasks
from spine.errors import Refused
from spine.nudge import Appended
from spine.presence import is_away
from spine.receipts import Receipt, earlier_receipts, keep_receipts
from spine.record import Batch, append_batches

if TYPE_CHECKING:
    from spine.realm import Realm

log = logging.getLogger("fengsui.carry_out")

MOST_TOGETHER = 32
PATIENCE_S = 10.0
"""How long a sender waits for the database before it is held to hang."""
_LOCK_PATIENCE_MS = 250
"""How long a piece may wait for a row while others stand behind it."""
_CONNECT_S = 2.0
_ATTEMPTS = 4
_WORKERS = 2
"""While one transaction reaches the disk, the next is decided."""


class Piece(Protocol):
    """One command on its way. It keeps what came of it; the lane says when that is durable."""

    @property
    def id(self) -> UUID: ...

    async def decide(self, conn: Connection, at: datetime) -> Batch:
        """Load, decide, save; the facts to append. Raises Refused; then what it wrote is undone."""
        ...

    def answered(self, at: datetime, facts: Sequence[Appended]) -> Receipt:
        """The receipt of what was decided, when the facts have their positions."""
        ...

    def refused(self, at: datetime, refusal: Refused) -> Receipt | None:
        """The receipt of a refusal; None when it is not to be kept."""
        ...


@dataclass(eq=False, slots=True)
class _Job:
    """`done`: the receipt that was there before, None when the piece was carried out now."""

    piece: Piece
    done: "asyncio.Future[Receipt | None]"
    earlier: Receipt | None = None
    batch: Batch | None = None
    refused: Refused | None = None
    failed: Exception | None = None


class Lane:
    """One per process and realm. `carry` returns when the piece is durable."""

    def __init__(self, realm: "Realm") -> None:
        self._realm = realm
        self._queue: list[_Job] = []
        self._deciding = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0
        self._idle: list[Connection] = []

    async def carry(self, piece: Piece) -> Receipt | None:
        """None when it is durable now; the receipt when the same id was answered before.

        Raises Refused; or psycopg's errors when the database cannot be reached: then it is not known whether the piece
        was carried out, and sending the same id again tells.
        """
        job = _Job(piece, asyncio.get_running_loop().create_future())
        self._queue.append(job)
        if self._working < _WORKERS:
            self._working += 1
            self._start(self._work())
        try:
            # Waiting ends, the work does not: a statement that hangs is not made better by cancelling it.
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(job.done)
        except TimeoutError:
            hangs = OperationalError("the database does not answer")
            self._realm.presence.lost(self._realm.wall_now(), hangs)
            raise hangs from None

    async def close(self) -> None:
        await end_tasks(self._tasks)
        for conn in self._idle:
            with suppress(Exception):
                await conn.close()
        self._idle.clear()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- together -----------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        """Take what waits, decide it, make it durable, until nothing waits. One worker decides at a time."""
        try:
            while self._queue:
                await self._one_transaction()
        finally:
            self._working -= 1

    async def _one_transaction(self) -> None:
        jobs: list[_Job] = []
        conn: Connection | None = None
        try:
            async with self._deciding:
                jobs, self._queue = self._queue[:MOST_TOGETHER], self._queue[MOST_TOGETHER:]
                if not jobs:
                    return
                conn = await self._connection()
                facts = await self._decide(conn, jobs)
            await conn.commit()
        except Exception as error:
            log.info("a transaction of %d commands came to nothing, each goes on alone: %s", len(jobs), error)
            await _discard(conn)
            for job in jobs:
                self._start(self._alone(job))
            return
        except BaseException:
            await _discard(conn)
            for job in jobs:
                job.done.cancel()
            raise
        self._idle.append(conn)
        self._settle(jobs, facts)

    async def _decide(self, conn: Connection, jobs: list[_Job]) -> list[Appended]:
        """Everything of one transaction but its commit. Takes out of `jobs` what must go on by itself."""
        at = self._realm.clock.now()
        known = await earlier_receipts(conn, [job.piece.id for job in jobs])
        seen: set[UUID] = set()
        for job in list(jobs):
            job.earlier = known.get(job.piece.id)
            job.batch = job.refused = job.failed = None  # of an attempt that came to nothing
            if job.piece.id in seen:
                jobs.remove(job)
                self._queue.append(job)  # its twin is in this very transaction; next time the receipt is there
            seen.add(job.piece.id)
        deciding = [job for job in jobs if job.earlier is None]
        for job in deciding:
            if not await self._decide_one(conn, job, at, guarded=len(deciding) > 1):
                jobs.remove(job)
                self._start(self._alone(job))
        decided = [(job, job.batch) for job in jobs if job.batch is not None]
        appended = await append_batches(conn, [batch for _, batch in decided])
        receipts = [job.piece.answered(at, facts) for (job, _), facts in zip(decided, appended, strict=True)]
        refusals = [job.piece.refused(at, job.refused) for job in jobs if job.refused is not None]
        await keep_receipts(conn, [*receipts, *(receipt for receipt in refusals if receipt is not None)])
        if decided:
            measures.batch_committed(len(decided))
        return [fact for facts in appended for fact in facts]

    async def _decide_one(self, conn: Connection, job: _Job, at: datetime, *, guarded: bool) -> bool:
        """One piece in its savepoint; alone it needs none, for the whole transaction is undone. False: it must wait for
        a row, and does so by itself."""
        try:
            if guarded:
                await conn.execute("SAVEPOINT piece")
            job.batch = await job.piece.decide(conn, at)
            return True
        except Refused as refused:
            job.refused = refused
        except (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure, pg.UniqueViolation):
            if not guarded:
                raise
            await conn.execute("ROLLBACK TO SAVEPOINT piece")
            return False
        except Exception as error:
            if is_away(error):
                raise
            job.failed = error
        await (conn.execute("ROLLBACK TO SAVEPOINT piece") if guarded else conn.rollback())
        return True

    def _settle(self, jobs: Sequence[_Job], facts: Sequence[Appended]) -> None:
        """After the commit, and only then, anybody is told (invariant 5: hints after facts)."""
        for job in jobs:
            trouble = job.refused or job.failed
            if job.done.done():
                continue
            if trouble is None:
                job.done.set_result(job.earlier)
            else:
                job.done.set_exception(trouble)
                job.done.exception()  # a sender that has hung up is no mistake
        self._realm.nudges.publish_facts(facts)

    async def _connection(self) -> Connection:
        """A connection of the lane's own: asking the pool to try each before use would cost every transaction a question."""
        while self._idle:
            conn = self._idle.pop()
            if not conn.closed:
                return conn
        conn = await connect_as_app(self._realm.database_url)
        try:
            await conn.execute("SELECT set_config('lock_timeout', %s, false)", (f"{_LOCK_PATIENCE_MS}ms",))
            await self._realm.greet(conn)
            await conn.commit()
        except BaseException:
            await _discard(conn)
            raise
        return conn

    # --- alone --------------------------------------------------------------------------------------------------------

    async def _alone(self, job: _Job) -> None:
        """In a transaction of its own, waiting for whatever it must, tried anew when that is what helps."""
        for attempt in range(1, _ATTEMPTS + 1):
            jobs = [job]
            try:
                async with self._realm.pool.connection(timeout=_CONNECT_S) as conn:
                    facts = await self._decide(conn, jobs)
                self._settle(jobs, facts)
                return
            except Exception as error:
                if attempt == _ATTEMPTS or not _worth_another_try(error, attempt):
                    self._fail(job, error)
                    return
            except BaseException:
                job.done.cancel()
                raise
            await asyncio.sleep(0.01 * 2**attempt)

    def _fail(self, job: _Job, error: Exception) -> None:
        if is_away(error):
            self._realm.presence.lost(self._realm.wall_now(), error)
        if not job.done.done():
            job.done.set_exception(error)
            job.done.exception()


def _worth_another_try(error: Exception, attempt: int) -> bool:
    # Unique: what a command creates takes the command's id, so the same id won the race in another process; what that one
    # answered is the answer. A collision that stays one fails after the last try.
    if isinstance(error, pg.DeadlockDetected | pg.SerializationFailure | pg.LockNotAvailable | pg.UniqueViolation):
        return True
    # A connection that broke is replaced once; the receipt tells whether its commit had got through.
    return attempt == 1 and is_away(error)


async def _discard(conn: Connection | None) -> None:
    if conn is not None:
        with suppress(Exception):
            await conn.close()
