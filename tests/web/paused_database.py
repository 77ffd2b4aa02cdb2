"""A database that is paused, not closed: nothing on a connection tells, only the missing answer."""

import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.city import City


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])


@asynccontextmanager
async def paused_database(city: City) -> AsyncGenerator[None]:
    """Every process that serves this city's database stands still, and none begins to, until the block is left."""
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT pg_backend_pid()")).fetchone()
        assert row is not None
        master = _parent(int(row[0]))
        paused = [master]
        os.kill(
            master, signal.SIGSTOP
        )  # first, or the pool's next connection would be served by a process not known here
        try:
            found = await conn.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            backends = [int(pid) for (pid,) in await found.fetchall()]
        except BaseException:
            os.kill(master, signal.SIGCONT)
            raise
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
        paused.append(pid)
    try:
        yield
    finally:
        for pid in reversed(paused):
            os.kill(pid, signal.SIGCONT)
