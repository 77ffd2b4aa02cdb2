"""pg_dump and pg_restore run as children that die with this program; what they complain of becomes one sentence."""

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from spine.errors import Refused
from spine.private_child import dies_with_parent
from spine.private_programs import dump_programs

MOST_JOBS = 4
_LOCK_WAIT = "60s"  # a migration that is running is waited for this long, and no longer


@dataclass(frozen=True, slots=True)
class Dumper:
    """The two programs that fit one server."""

    dump_program: Path
    restore_program: Path

    async def dump(self, database_url: str, snapshot: str, target: Path) -> None:
        """Write the database as it was at `snapshot` to a new file. Raises Refused backup_dump_failed."""
        args = ("--format=custom", f"--snapshot={snapshot}", f"--lock-wait-timeout={_LOCK_WAIT}", f"--file={target}")
        code, said = await _run(self.dump_program, args, database_url)
        if code != 0:
            raise Refused(
                "backup_dump_failed",
                zh=f"数据库没有导出：{said}",
                en=f"The database was not dumped: {said}",
            )

    async def contents(self, dump: Path) -> str:
        """What a dump says it holds. Raises Refused archive_damaged when pg_restore cannot read it."""
        code, said = await _run(self.restore_program, ("--list", str(dump)), None)
        if code != 0:
            raise Refused(
                "archive_damaged",
                zh=f"备份中的数据库读不出来：{said}",
                en=f"The database in the backup cannot be read: {said}",
            )
        return said

    async def restore(self, dump: Path, database_url: str) -> None:
        """Fill an empty database. Owners and grants are not taken along: the caller owns it, `migrate` grants.

        Raises Refused restore_failed; the database is then of no use.
        """
        args = (
            *("--exit-on-error", "--no-owner", "--no-acl", "--no-comments"),
            *(f"--jobs={min(MOST_JOBS, os.cpu_count() or 1)}", str(dump)),
        )
        code, said = await _run(self.restore_program, args, database_url)
        if code != 0:
            raise Refused(
                "restore_failed",
                zh=f"备份没有读入数据库：{said}",
                en=f"The backup was not read into a database: {said}",
            )


def dumper_for(server_version: int) -> Dumper:
    """`server_version` as in server_version_num (150017). Raises ServiceTrouble dump_programs_missing."""
    programs = dump_programs(server_version // 10000)
    return Dumper(programs.dump, programs.restore)


async def _run(program: Path, args: Sequence[str], database_url: str | None) -> tuple[int, str]:
    """The exit code, and standard output when all went well, else the first complaint."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if database_url is not None:
        # The password goes by the environment: anybody on the machine can read a command line.
        parts = conninfo_to_dict(database_url)
        password = parts.pop("password", None)
        if password is not None:
            environment["PGPASSWORD"] = str(password)
        args = (*args, "--no-password", f"--dbname={make_conninfo('', **parts)}")
    process = await asyncio.create_subprocess_exec(
        program,
        *args,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        preexec_fn=dies_with_parent(signal.SIGTERM),
    )
    try:
        out, complaints = await process.communicate()
    except BaseException:
        if process.returncode is None:
            process.terminate()
            await process.wait()
        raise
    if process.returncode == 0:
        return 0, out.decode("utf-8", "replace")
    lines = complaints.decode("utf-8", "replace").strip().splitlines() or [f"exit code {process.returncode}"]
    first = next((line for line in lines if "error:" in line), lines[0])
    return process.returncode or 1, first.split("error:", 1)[-1].strip()
