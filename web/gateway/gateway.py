"""All connections of one process: who is here, their beats, and what everybody must be told at once."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from itertools import count

from spine.canonical import Json
from spine.clock import iso
from spine.end_tasks import end_tasks
from spine.presence import is_away
from web.fence_watch import FenceWatch
from web.gateway import protocol
from web.gateway.client import Client
from web.gateway.frame import Frame
from web.gateway.hub import Hub
from web.gateway.pictures import Pictures
from web.gateway.protocol import CloseCode
from web.gateway.telemetry import Telemetry
from web.gateway.topic import Topic
from web.gateway.visibility import Visibility
from web.house import House
from web.position_intake import PositionIntake
from web.positions import newest_positions
from web.sessions import Sessions

log = logging.getLogger("fengsui.gateway")

BEAT_S = 15.0
STEP_S = 0.25
"""Beats are spread over their interval in steps of this length, so that no second is busier than another."""
MOST_UNHEARD = 2
"""Beats that a client may leave without any answer (one asks with each beat); then it is gone, though nobody said so."""
LOOK_S = 2.0
"""Seconds between two looks at what waits for all clients together."""
SESSION_CHECK_S = 60.0
MOST_WAITING_IN_ALL = 512 * 1024 * 1024
"""Bytes that may wait for all clients of this process together; beyond, those with most are ended."""
_MOST_LIVE = 1000
_RETURNING = 16
"""Clients whose postponed followings are tried at once when the database is back."""


class Gateway:
    def __init__(self, house: House, sessions: Sessions, *, poll_s: float = 1.0) -> None:
        self.house = house
        self.sessions = sessions
        self.hub = Hub(house.realm, poll_s=poll_s)
        self.telemetry = Telemetry(house.realm)
        self.positions = PositionIntake(house.realm, self.telemetry)
        self.fences = FenceWatch(house)
        self.positions.told = self.fences.take
        self.visibility = Visibility(house)
        self.pictures = Pictures(house)
        self.clients: set[Client] = set()
        self._turns = count()
        self._live: dict[str, tuple[int, Frame | None]] = {}
        self._slots: list[set[Client]] = [set() for _ in range(round(BEAT_S / STEP_S))]
        self._slot_of: dict[Client, int] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._beside: set[asyncio.Task[None]] = set()
        self._welcome: tuple[float, Frame] | None = None
        self._positions: tuple[float, asyncio.Task[dict[str, Json]]] | None = None

    def start(self) -> None:
        realm = self.house.realm
        realm.presence.watch(self._presence_changed)
        realm.when_exchanged(self._record_exchanged)
        self.telemetry.start()
        self.fences.start()
        self._tasks = [
            asyncio.create_task(self.hub.run(), name="hub"),
            asyncio.create_task(self._beats(), name="beats"),
        ]

    async def close(self) -> None:
        for client in tuple(self.clients):
            client.line.end(CloseCode.SHUTTING_DOWN)
        await end_tasks((*self._tasks, *self._beside))
        await self.fences.close()
        await self.hub.close()
        await self.telemetry.close()

    # --- who is here --------------------------------------------------------------------------------------------------

    def enter(self, client: Client) -> None:
        self.clients.add(client)
        slot = next(self._turns) % len(self._slots)
        self._slots[slot].add(client)
        self._slot_of[client] = slot
        if self.house.realm.presence.away_since is not None:
            self.say_stale(client)

    def leave(self, client: Client) -> None:
        client.leave_all()
        self.clients.discard(client)
        self._slots[self._slot_of.pop(client)].discard(client)

    def sockets(self) -> int:
        return len(self.clients)

    def bytes_waiting(self) -> int:
        """Bytes that this process has for its clients and the kernel has not taken yet."""
        return sum(client.line.waiting for client in self.clients)

    def is_epoch(self, epoch: str | None) -> bool:
        return epoch is None or epoch == str(self.house.realm.row.epoch)

    async def newest_positions(self) -> Mapping[str, Json]:
        """What the database has, asked once a second however many watch. Raises psycopg's errors."""
        now = asyncio.get_running_loop().time()
        if self._positions is None or now - self._positions[0] > 1.0:
            self._positions = (now, asyncio.create_task(self._read_positions()))
        return await asyncio.shield(self._positions[1])

    async def _read_positions(self) -> dict[str, Json]:
        async with self.house.realm.pool.connection() as conn:
            return await newest_positions(conn)

    # --- what everybody hears -----------------------------------------------------------------------------------------

    def welcome(self) -> Frame:
        """What every client hears first; the same one for all who come within a tenth of a second."""
        now = asyncio.get_running_loop().time()
        if self._welcome is None or now - self._welcome[0] > 0.1:
            realm = self.house.realm
            title: dict[str, Json] = {
                "name": realm.name,
                "kind": realm.row.kind,
                "title_zh": realm.row.title_zh,
                "title_en": realm.row.title_en,
            }
            self._welcome = (now, Frame(protocol.welcome(str(realm.row.epoch), title, realm.clock_object())))
        return self._welcome[1]

    def say_stale(self, client: Client) -> None:
        since = self.house.realm.presence.away_since
        if since is not None:
            client.write(protocol.stale(iso(since)))

    def _presence_changed(self) -> None:
        since = self.house.realm.presence.away_since
        if since is not None:
            frame = Frame(protocol.stale(iso(since)))
            for client in self.clients:
                client.send(frame)
            return
        self._beat_all(self.clients)
        self._spawn(self._follow_postponed())

    async def _follow_postponed(self) -> None:
        waiting = [client for client in self.clients if client.postponed]
        for start in range(0, len(waiting), _RETURNING):
            group = waiting[start : start + _RETURNING]
            await asyncio.gather(*(client.follow_postponed() for client in group), return_exceptions=True)

    def _record_exchanged(self) -> None:
        """After a restore no position means anything: every client is told at once and fetches its pictures anew."""
        self._welcome = None
        self._positions = None
        self.hub.forget()
        for client in tuple(self.clients):
            for stream in list(client.following):
                client.reset(stream, "epoch")
        self._spawn(self.house.realm.nudges.move_to(str(self.house.realm.row.epoch)))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    # --- beats --------------------------------------------------------------------------------------------------------

    async def _beats(self) -> None:
        """For ever: each step one slot's clients are beaten; sessions are checked many at once."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for turn in count():
            await asyncio.sleep(max(0.0, began + turn * STEP_S - loop.time()))
            self.beat_and_ask(self._slots[turn % len(self._slots)])
            if turn % round(LOOK_S / STEP_S) == 0 and self.bytes_waiting() > MOST_WAITING_IN_ALL:
                self._end_the_slowest()
            if turn % round(SESSION_CHECK_S / STEP_S) == 1:
                self._spawn(self._check_sessions())

    def _beat_all(self, clients: set[Client]) -> None:
        """One frame for all who follow the same streams: most desks do."""
        frames: dict[tuple[Topic, ...], Frame] = {}
        for client in clients:
            followed = tuple(client.following.values())
            frame = frames.get(followed)
            if frame is None:
                frame = frames[followed] = client.beat_frame()
            client.send(frame)

    def beat_and_ask(self, clients: set[Client]) -> None:
        """With its beat each is asked whether it is there, so that a network that was cut without a word is noticed."""
        self._beat_all(clients)
        for client in clients:
            if client.line.unheard >= MOST_UNHEARD:
                client.line.cut()
            else:
                client.line.ask()

    def live_frame(self, topic: Topic) -> Frame:
        """The same one for all who join a stream at the same position."""
        seq, frame = self._live.get(topic.stream, (-1, None))
        if frame is None or seq != topic.seq:
            if len(self._live) > _MOST_LIVE:
                self._live.clear()
            frame = Frame(protocol.live(topic.stream, topic.seq))
            self._live[topic.stream] = (topic.seq, frame)
        return frame

    def _end_the_slowest(self) -> None:
        waiting = self.bytes_waiting()
        for client in sorted(self.clients, key=lambda c: c.line.waiting, reverse=True):
            if waiting <= MOST_WAITING_IN_ALL // 2:
                return
            waiting -= client.line.waiting
            client.line.end(CloseCode.TOO_SLOW)

    async def _check_sessions(self) -> None:
        """A session that has ended is noticed within a minute. While nobody can be asked, it goes on."""
        clients = tuple(self.clients)
        credentials = list({client.credential for client in clients})
        for start in range(0, len(credentials), 1000):
            part = credentials[start : start + 1000]
            try:
                good = await self.sessions.still_good(part)
            except Exception as error:
                if not is_away(error):
                    log.exception("sessions could not be checked: %s", error)
                return
            ended = set(part) - good
            for client in clients:
                if client.credential in ended:
                    client.line.end(CloseCode.SIGNED_OUT)
