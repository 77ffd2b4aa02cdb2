"""The platform as a city runs it, several processes on servers of their own, and one test's case against it."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import psycopg

from command.organisation.book import unit_id
from tests.city import PASSWORD
from tests.faults.checker import Checker, Report
from tests.faults.dashboard import Dashboard
from tests.faults.load import Load, Scene, Sender, set_the_scene
from tests.faults.nursery import Nursery
from tests.faults.program import Program, free_port, wait_for_all
from tests.faults.record import read_record
from tests.faults.servers import Servers

UNIT = str(unit_id("frb-mengding"))
_LOGINS = ("duty1", "frb", "field-mengding")
_UNSETTLED = """
    SELECT (SELECT count(*) FROM spine.stream_head h CROSS JOIN (VALUES ('plans'), ('orders'), ('notify')) AS f (name)
            LEFT JOIN spine.cursor c ON c.follower = f.name AND c.stream = h.stream
            WHERE h.stream LIKE 'incident:%' AND h.seq > coalesce(c.seq, 0))
         + (SELECT count(*) FROM spine.deadline
            WHERE settled_at IS NULL AND passed_at IS NULL AND due_at <= now())
         + (SELECT count(*) FROM notify.delivery
            WHERE state = 'queued' AND channel <> 'in_app' AND next_try_at <= now())
"""


@dataclass
class Platform:
    """Serves share one address, works share the work. Its life is longer than one test's event loop."""

    servers: Servers
    database_url: str
    data: Path
    nursery: Nursery | None = None
    port: int = field(default_factory=free_port)
    more: Mapping[str, str] = field(default_factory=dict[str, str])
    serves: list[Program] = field(default_factory=list[Program])
    works: list[Program] = field(default_factory=list[Program])
    sent: set[str] = field(default_factory=set[str])
    cookies: dict[str, str] = field(default_factory=dict[str, str])
    scene: Scene | None = None

    def __post_init__(self) -> None:
        self.redis_url = self.servers.services.redis_url

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def programs(self) -> Sequence[Program]:
        return (*self.serves, *self.works)

    def program(self, *arguments: str, port: int | None = None, **more: str) -> Program:
        """Another process of this platform, not yet started."""
        environment = {
            "FENGSUI_DATABASE_URL": self.database_url,
            "FENGSUI_REDIS_URL": self.redis_url,
            "FENGSUI_DATA": str(self.data),
            "FENGSUI_ASSESS_WORKERS": "0",  # a file that is about them says otherwise
            **self.more,
            **more,
        }
        return Program(environment, port, arguments, nursery=self.nursery)

    def add(self, serves: int, works: int) -> None:
        self.serves += [self.program("serve", "--shared", port=self.port) for _ in range(serves)]
        self.works += [self.program("work") for _ in range(works)]

    async def ensure(self) -> None:
        """Everything runs, whatever the test before has done to it."""
        self.servers.ensure()
        fallen = [program for program in self.programs if not program.runs]
        for program in fallen:
            program.launch()
        await asyncio.gather(*(program.ready() for program in fallen))

    @staticmethod
    def other_port() -> int:
        """An address for a process that shares none."""
        return free_port()

    def close(self) -> None:
        wait_for_all(self.programs)

    async def sign_in(self, login: str) -> str:
        """The cookie header of this account; a session holds longer than a process."""
        if login not in self.cookies:
            async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
                answer = await client.post("/api/session", json={"login": login, "password": PASSWORD})
                assert answer.status_code == 200, answer.text
                self.cookies[login] = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return self.cookies[login]

    async def query(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Ask the database directly, as the owner."""
        async with await psycopg.AsyncConnection.connect(self.database_url) as conn:
            cursor = await conn.execute(cast(Any, sql), arguments or None)
            return await cursor.fetchall() if cursor.description else []

    async def settled(self, within_s: float = 40) -> None:
        """Wait until nothing that acts by itself has anything left to do."""
        left: Any = None
        try:
            async with asyncio.timeout(within_s):
                while (left := (await self.query(_UNSETTLED))[0][0]) != 0:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise TimeoutError(f"{left} things are still to be done after {within_s} s") from None

    def log_troubles(self) -> list[str]:
        """What the processes logged at error level without saying why."""
        return [line for program in self.programs for line in program.unnamed_errors()]


@dataclass
class Case:
    """One test: senders, dashboards and the checker that hears of everything."""

    platform: Platform
    checker: Checker
    load: Load
    dashboards: list[Dashboard] = field(default_factory=list[Dashboard])
    others: list[Sender] = field(default_factory=list[Sender])
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])

    def watch(self, name: str, cookie: str, *streams: str, url: str | None = None, **ways: Any) -> Dashboard:
        """Start a dashboard."""
        made = Dashboard(name, url or self.platform.url, cookie, streams, self.checker, **ways)
        self.dashboards.append(made)
        self._running[name] = asyncio.create_task(made.run(), name=name)
        return made

    async def sender(self, login: str, url: str | None = None) -> Sender:
        """One more device."""
        made = Sender(url or self.platform.url, await self.platform.sign_in(login), self.checker)
        self.others.append(made)
        return made

    async def leave(self, *names: str) -> None:
        """End these dashboards; what they saw stays judged."""
        for name in names:
            task = self._running.pop(name)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def live(self) -> None:
        """Wait until every dashboard follows live."""
        await self._or_failure(asyncio.gather(*(dashboard.live() for dashboard in self.dashboards)))

    async def verdict(self) -> Report:
        """Wait until all is quiet and everybody is there, then judge. Raises AssertionError with the report."""
        await self.load.ask_after_spooled()
        for _ in range(10):
            await self.platform.settled()
            rows = await self.platform.query("SELECT stream, seq FROM spine.stream_head")
            heads = {str(stream): int(seq) for stream, seq in rows}
            await self._or_failure(asyncio.gather(*(dashboard.reaches(heads) for dashboard in self.dashboards)))
            if await self._pictures(heads):
                break
        self.checker.followed_to_the_end.update(dashboard.name for dashboard in self.dashboards)
        report = self.checker.judge(read_record(self.platform.database_url))
        assert report.clean, str(report)
        troubles = self.platform.log_troubles()
        assert not troubles, "\n".join(troubles[:10])
        return report

    async def _pictures(self, heads: Mapping[str, int]) -> bool:
        """Fetch every followed stream afresh. False when something moved meanwhile."""
        cookies = {stream: d.cookie for d in self.dashboards for stream in d.streams}
        async with httpx.AsyncClient(base_url=self.platform.url, timeout=20) as http:
            for stream, cookie in cookies.items():
                answer = await http.get(f"/api/picture/{stream}", headers={"Cookie": cookie})
                assert answer.status_code == 200, answer.text
                told = answer.json()
                assert "stale" not in told, told["stale"]
                self.checker.fresh[stream] = (int(told["seq"]), told["picture"])
        return all(seq == heads.get(stream, 0) for stream, (seq, _) in self.checker.fresh.items())

    async def _or_failure(self, waited: "asyncio.Future[Any]") -> None:
        """Wait, but not for a dashboard that has failed."""
        done, _ = await asyncio.wait([waited, *self._running.values()], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            if task is not waited:
                waited.cancel()
            task.result()

    async def close(self) -> None:
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)
        for sender in (*self.load.senders, *self.others):
            await sender.close()


@asynccontextmanager
async def open_case(platform: Platform) -> AsyncGenerator[Case]:
    """A case with its scene set and its dashboards live: the desk, a wall, the department and the field unit."""
    checker = Checker()
    checker.sent = platform.sent
    duty, department, unit = [Sender(platform.url, await platform.sign_in(login), checker) for login in _LOGINS]
    if platform.scene is None:
        platform.scene = await set_the_scene(duty, department, UNIT)
    case = Case(platform, checker, Load(platform.scene, duty, department, unit))
    incidents = [f"incident:{incident}" for incident, _ in platform.scene.orders]
    try:
        case.watch("desk", duty.cookie, "board", *incidents)
        case.watch("wall", duty.cookie, "board", "board:530926")
        case.watch("department", department.cookie, "department:FRB", incidents[0])
        case.watch("field", unit.cookie, f"unit:{UNIT}", incidents[0])
        await case.live()
        yield case
    finally:
        await case.close()


def new_database() -> str:
    return f"f_{uuid.uuid4().hex[:12]}"
