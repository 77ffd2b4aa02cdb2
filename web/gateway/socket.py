"""One client's socket: signs in, follows, resumes, beats."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.clock import iso
from spine.db import Connection
from spine.errors import Refused
from spine.picture import split_stream
from spine.principal import Principal, Role
from spine.record import head_seq, read_since
from web.api.session import realm_object
from web.auth import house_of, principal_of
from web.gateway import protocol
from web.gateway.hub import MOST_BACKLOG, Following, Hub
from web.gateway.outbox import Outbox
from web.gateway.protocol import CloseCode
from web.gateway.telemetry import Telemetry
from web.house import House
from web.positions import newest_positions

log = logging.getLogger("fengsui.socket")
router = APIRouter()

BEAT_S = 15.0
FAREWELL_S = 2.0
"""How long a client that is closed may take to take the close frame; one that reads nothing gets none."""
TELEMETRY_S = 0.5
_BATCH = 500


@dataclass(eq=False, slots=True)
class Client:
    """The state of one connection. `follow` and the rest are called by its reader task only."""

    socket: WebSocket
    house: House
    hub: Hub
    telemetry: Telemetry
    principal: Principal
    outbox: Outbox = field(default_factory=Outbox)
    followings: dict[str, Following] = field(default_factory=dict[str, Following])
    watched: set[str] = field(default_factory=set[str])

    async def handle(self, frame: protocol.ClientFrame) -> None:
        match frame:
            case protocol.Follow():
                await self.follow(frame)
            case protocol.Unfollow(stream):
                self.unfollow(stream)
            case protocol.Beat():
                self.beat()
            case protocol.Present(incident, view):
                await self.present(incident, view)

    async def follow(self, frame: protocol.Follow) -> None:
        stream = frame.stream
        self.unfollow(stream)
        if len(self.followings) + len(self.watched) >= protocol.MOST_STREAMS:
            raise Refused("too_many_streams", zh="订阅的数据流过多。", en="Too many streams followed.", final=False)
        prefix, key = split_stream(stream)
        async with self.house.realm.pool.connection() as conn:
            try:
                if prefix in ("where", "view"):
                    await self._watch(conn, prefix, key, stream)
                    return
                await self.house.book.check(conn, self.principal, stream)
            except Refused as refused:
                reason = "unknown" if refused.status == 404 else "forbidden"
                self.outbox.put(protocol.reset(stream, reason))
                return
            await self._resume(conn, frame)

    async def _resume(self, conn: Connection, frame: protocol.Follow) -> None:
        """First into the hub, then the backlog from the record, then what arrived meanwhile: no gap, no repeat."""
        following = Following(frame.stream, self.outbox)
        joined_at = await self.hub.join(conn, following)
        self.followings[frame.stream] = following
        head = max(joined_at, await head_seq(conn, frame.stream))
        since = joined_at if frame.since is None else frame.since
        reason: protocol.ResetReason | None = None
        if frame.epoch is not None and frame.epoch != str(self.house.realm.row.epoch):
            reason = "epoch"
        elif since > head:
            reason = "ahead"
        elif head - since > MOST_BACKLOG:
            reason = "too_old"
        if reason is not None:
            self.unfollow(frame.stream)
            self.outbox.put(protocol.reset(frame.stream, reason))
            return
        following.sent = since
        while facts := await read_since(conn, frame.stream, following.sent, _BATCH):
            for fact in facts:
                await self.outbox.put_patiently(fact.body)
                following.sent = fact.seq
        following.go_live()
        self.outbox.put(protocol.live(frame.stream, following.sent))

    async def _watch(self, conn: Connection, prefix: str, key: str, stream: str) -> None:
        """Follow telemetry: positions for who oversees or works in a department, a view for who may see the incident."""
        if prefix == "view":
            await self.house.book.check(conn, self.principal, f"incident:{key}")
        elif key != "units" or not self.principal.has(*OVERSEERS, Role.DEPARTMENT):
            raise Refused("forbidden", zh="您无权查看力量位置。", en="You may not see positions.", status=403)
        self.watched.add(stream)
        known = dict(self.telemetry.follow(stream, self.outbox.put_newest))
        if prefix == "where":
            known = {**await newest_positions(conn), **known}
        if known:
            self.outbox.put_newest(stream, known)
        self.outbox.put(protocol.live(stream, 0))

    def unfollow(self, stream: str) -> None:
        following = self.followings.pop(stream, None)
        if following is not None:
            self.hub.leave(following)
        if stream in self.watched:
            self.watched.discard(stream)
            self.telemetry.unfollow(stream, self.outbox.put_newest)

    async def present(self, incident: str, view: Mapping[str, Json]) -> None:
        """Fan out the presenter's view to everybody on this incident's briefing."""
        if not self.principal.has(Role.LEADER, Role.DUTY_OFFICER, Role.EXERCISE_DIRECTOR):
            raise Refused("forbidden", zh="您不能主持会商。", en="You may not present.", status=403)
        async with self.house.realm.pool.connection() as conn:
            await self.house.book.check(conn, self.principal, f"incident:{incident}")
        now = {**view, "by": self.principal.as_by(), "at": iso(self.house.realm.clock.now())}
        self.telemetry.publish(f"view:{incident}", {"now": now})

    def beat(self) -> None:
        heads = {f.stream: max(f.sent, self.hub.head(f.stream)) for f in self.followings.values() if f.waiting is None}
        self.outbox.put(protocol.beat(heads, self.house.realm.clock_object()))

    def leave_all(self) -> None:
        for stream in [*self.followings, *self.watched]:
            self.unfollow(stream)


async def _write(client: Client) -> None:
    while frames := await client.outbox.take():
        for frame in frames:
            await client.socket.send_text(frame)


async def _read(client: Client) -> None:
    while True:
        text = await client.socket.receive_text()
        try:
            await client.handle(protocol.parse(text))
        except Refused as refused:
            client.outbox.put(protocol.refused(refused, client.principal.locale))
        except (OperationalError, PoolTimeout):
            # The client keeps its position and comes back; a half-made following must not stay.
            client.outbox.close(CloseCode.SHUTTING_DOWN)
            return


async def _tick(client: Client) -> None:
    """Beats and telemetry at their own pace; ends the connection when its session has ended."""
    loop = asyncio.get_running_loop()
    next_beat = loop.time() + BEAT_S
    beats = 0
    while True:
        await asyncio.sleep(TELEMETRY_S)
        for stream, items in client.outbox.take_newest().items():
            client.outbox.put(protocol.where(stream, items))
        if loop.time() >= next_beat:
            next_beat += BEAT_S
            beats += 1
            # While the record cannot be read there is no beat: silence is how a client learns that it is stale.
            if client.hub.last_read_ok:
                client.beat()
            if beats % 4 == 0 and not await _still_signed_in(client):
                client.outbox.close(CloseCode.SIGNED_OUT)


async def _until_closed(client: Client) -> None:
    """The writer may hang on a client that reads nothing; this is what ends the connection then."""
    await client.outbox.closed.wait()


async def _still_signed_in(client: Client) -> bool:
    try:
        return await principal_of(client.socket) is not None
    except (OperationalError, PoolTimeout):
        return True


@router.websocket("/api/socket")
async def socket(websocket: WebSocket) -> None:
    house = house_of(websocket)
    if not _same_origin(websocket):
        await websocket.close(CloseCode.PROTOCOL)
        return
    principal = await principal_of(websocket)
    if principal is None:
        await websocket.close(CloseCode.SIGNED_OUT)
        return
    await websocket.accept()
    client = Client(websocket, house, websocket.app.state.hub, websocket.app.state.telemetry, principal)
    clients: set[Client] = websocket.app.state.clients
    clients.add(client)
    client.outbox.put(
        protocol.welcome(str(house.realm.row.epoch), realm_object(house.realm), house.realm.clock_object())
    )
    tasks = [
        asyncio.create_task(part) for part in (_write(client), _read(client), _tick(client), _until_closed(client))
    ]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError | OSError):
                log.error("socket of %s failed", principal.id, exc_info=error)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        client.leave_all()
        clients.discard(client)
        with contextlib.suppress(RuntimeError, OSError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await websocket.close(client.outbox.close_code or CloseCode.SHUTTING_DOWN)


def _same_origin(websocket: WebSocket) -> bool:
    """A page of another site must not open a socket with this user's cookie. Programs send no Origin."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return True
    return origin.split("://", 1)[-1] == websocket.headers.get("host", "")
