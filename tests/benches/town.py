"""The training city that the bench measures: private durable servers, the real program in roles of its own, people who may follow.

Its database and Redis are the embedded ones with `fsync` and `synchronous_commit` on, in a directory that goes with the bench.
"""

import asyncio
import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from spine.accounts import token_hash
from spine.db import owner_connection
from spine.principal import Grant, Role
from spine.private_services import PrivateServices, Services
from tests.benches.programs import BenchTrouble, Spoken, Stage, pin_tree
from web.cli_run import prepare
from web.seed import account_id, seed

COOKIE = "fengsui_live"
OVERSEERS = ("duty1", "duty2", "leader1", "leader2", "auditor")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say_nothing(_zh: str, _en: str) -> None:
    """The bench says by itself what it is at."""


def start_services(folder: Path) -> tuple[PrivateServices, Services]:
    """Durable private servers below `folder`. From the main thread; the caller stops them."""
    private = PrivateServices()
    return private, private.start(folder / "data", durable=True, log=_say_nothing)


@dataclass
class Town:
    stage: Stage
    private: PrivateServices
    services: Services
    serve_port: int = 0
    serving: Spoken | None = None
    working: Spoken | None = None
    complaints: list[str] = field(default_factory=list[str])
    """What serve and work wrote to their logs since somebody last took it."""
    _headers: dict[str, Path] = field(default_factory=dict[str, Path])

    @property
    def database_url(self) -> str:
        return self.services.database_url

    @property
    def environment(self) -> dict[str, str]:
        return {
            "FENGSUI_DATABASE_URL": self.services.database_url,
            "FENGSUI_REDIS_URL": self.services.redis_url,
            "FENGSUI_DATA": str(self.stage.folder / "serve-data"),
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.serve_port}"

    async def build(self) -> None:
        """Migrate and seed: the training region with its organisation and accounts."""
        (self.stage.folder / "serve-data").mkdir(exist_ok=True)
        await prepare(self.database_url)
        await seed(self.database_url)

    def pin_services(self, where: str) -> None:
        """Database and Redis, with every process of theirs, to these cores: server, client or all."""
        for pid in self.private.process_ids().values():
            pin_tree(pid, self.stage.cores.named(where))

    async def open(self, *, work: bool = False) -> int:
        """Start `fengsui serve` on the server's core (and `work` beside the clients). Returns the process id of serve."""
        if self.serving is None:
            self.serve_port = free_port()
            self.serving = await self.stage.start(
                "web.cli",
                ["serve", "--port", self.serve_port],
                on="server",
                environment=self.environment,
                log=self.stage.folder / "serve.log",
            )
            await self._wait_until_alive(self.serving)
        if work and self.working is None:
            self.working = await self.stage.start(
                "web.cli", ["work"], on="client", environment=self.environment, log=self.stage.folder / "work.log"
            )
        if not work and self.working is not None:
            await self.stage.end(self.working)
            self.working = None
        return self.serving.pid

    async def close(self) -> None:
        """End serve and work, so that the next measure begins with a fresh process; keep what they complained of."""
        for child in (self.serving, self.working):
            if child is not None:
                await self.stage.end(child)
                if lines := child.log_lines():
                    many = "1,000 or more" if len(lines) >= 1000 else str(len(lines))
                    self.complaints.append(
                        f"{child.log.name if child.log else '?'}: {many} lines, the first: {lines[0][:160]}"
                    )
        self.serving = self.working = None

    async def _wait_until_alive(self, child: Spoken) -> None:
        async with httpx.AsyncClient(timeout=2) as client:
            for _ in range(600):
                try:
                    if (await client.get(f"{self.url}/healthz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                if child.process.returncode is not None:
                    raise BenchTrouble(f"`fengsui serve` ended with {child.process.returncode}")
                await asyncio.sleep(0.1)
        raise BenchTrouble("`fengsui serve` did not answer within a minute")

    async def cookies(self, logins: Sequence[str], each: int = 1) -> list[str]:
        """Header lines of new sessions, `each` per account, in turn."""
        now = datetime.now(UTC)
        tokens = [(login, secrets.token_urlsafe(32)) for _ in range(each) for login in logins]
        rows = [(token_hash(token), account_id(login), now, now + timedelta(hours=12)) for login, token in tokens]
        async with owner_connection(self.database_url) as conn:
            async with conn.cursor() as cur:
                await cur.executemany(
                    "INSERT INTO spine.session (token_hash, account_id, created_at, expires_at) VALUES (%s, %s, %s, %s)",
                    rows,
                )
            await conn.commit()
        return [f"Cookie: {COOKIE}={token}" for _, token in tokens]

    async def overseers(self) -> Path:
        """A file of header lines: a hundred sessions of people who may follow the board."""
        if "overseers" not in self._headers:
            path = self.stage.folder / "overseers.headers"
            path.write_text("\n".join(await self.cookies(OVERSEERS, each=20)) + "\n")
            self._headers["overseers"] = path
        return self._headers["overseers"]

    async def system_token(self) -> str:
        """The header line of a part of the system that reports positions of any unit (such as a fleet's own platform)."""
        token, account = "fs_" + secrets.token_urlsafe(32), uuid4()
        grant = Grant(Role.SYSTEM)
        async with owner_connection(self.database_url) as conn:
            await conn.execute(
                "INSERT INTO spine.account (id, login, name, password_hash, locale) VALUES (%s, %s, %s, 'none', 'zh')",
                (account, f"bench-{account.hex[:8]}", "位置平台"),
            )
            await conn.execute(
                "INSERT INTO spine.account_grant (account_id, role, area) VALUES (%s, %s, %s)",
                (account, grant.role.value, grant.area),
            )
            await conn.execute(
                """
                INSERT INTO spine.api_token (id, token_hash, name, account_id, created_at)
                VALUES (%s, %s, 'bench', %s, %s)
                """,
                (uuid4(), token_hash(token), account, datetime.now(UTC)),
            )
            await conn.commit()
        return f"Authorization: Bearer {token}"

    async def head(self, stream: str = "board") -> int:
        """The stream's last position."""
        async with owner_connection(self.database_url) as conn:
            row = await (
                await conn.execute("SELECT seq FROM spine.stream_head WHERE stream = %s", (stream,))
            ).fetchone()
        return 0 if row is None else int(row[0])

    async def dashboards(
        self, count: int, *, since: int | None = None, more: Sequence[object] = (), within_s: float = 180.0
    ) -> Spoken:
        """This many dashboards on the board, all live. `since`: from that position instead of from now on."""
        started = await self.stage.start(
            "dashboards",
            [
                *("--port", self.serve_port, "--clients", count, "--headers", await self.overseers()),
                *("--since", "now" if since is None else since, *more),
            ],
            on="client",
        )
        await started.hear("live", within_s)
        return started

    async def feeder(self, rate: float, seconds: float = 900) -> Spoken:
        """A process that appends facts of about 300 bytes to the board at this rate (0: not yet), each its own commit."""
        feeder = await self.stage.start(
            "tests.benches.feed_facts",
            ["--rate", rate, "--seconds", seconds],
            on="client",
            environment=self.environment,
        )
        await feeder.hear("ready")
        return feeder


def target_id(kind: str, number: int) -> UUID:
    """Ids that can be computed from a number from 100 on: of incidents (`a`) and orders (`b`) made for the bench."""
    return UUID(f"0000000{kind}-0000-4000-8000-000000000{number:03d}")


def make_private_reachable(folder: Path) -> None:
    """The database runs as another user when root runs the bench."""
    os.chmod(folder, 0o755)
