"""One client of the realtime protocol: what it follows, and how it is brought up to date without a gap or a repeat."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gis.catalogue import STREAM as LAYERS
from spine import measures
from spine.authority import OVERSEERS
from spine.canonical import Json
from spine.clock import iso
from spine.errors import Refused
from spine.picture import split_stream
from spine.presence import is_away
from spine.principal import Principal, Role
from web.gateway import protocol
from web.gateway.frame import Frame
from web.gateway.hub import MOST_BACKLOG
from web.gateway.line import Line
from web.gateway.protocol import CloseCode
from web.gateway.topic import Topic
from web.position_intake import check_sender, read_batch

if TYPE_CHECKING:
    from web.gateway.gateway import Gateway

log = logging.getLogger("fengsui.socket")

_BATCH = 500
AT_ONCE = 512 * 1024
"""Bytes of a backlog that may wait for the client; more is read only when it has taken these."""


@dataclass(eq=False, slots=True)
class Client:
    """The state of one connection. `handle` is called by its reader only, one frame after the other."""

    gateway: "Gateway"
    line: Line
    principal: Principal
    credential: bytes
    following: dict[str, Topic] = field(default_factory=dict[str, Topic])
    watched: set[str] = field(default_factory=set[str])
    postponed: dict[str, protocol.Follow] = field(default_factory=dict[str, protocol.Follow])
    """What could not be followed because the database is away; tried again when it is back."""

    def write(self, text: str) -> None:
        self.send(Frame(text))

    def send(self, frame: Frame) -> None:
        """Never waits; a client with too much waiting is ended."""
        if not self.line.write(frame):
            self.line.end(CloseCode.TOO_SLOW)

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
            case protocol.Positions():
                await self.positions(frame)

    # --- following ----------------------------------------------------------------------------------------------------

    async def follow(self, frame: protocol.Follow) -> None:
        stream = frame.stream
        self.unfollow(stream)
        if len(self.following) + len(self.watched) + len(self.postponed) >= protocol.MOST_STREAMS:
            raise Refused("too_many_streams", zh="订阅的数据流过多。", en="Too many streams followed.", final=False)
        prefix, key = split_stream(stream)
        try:
            if prefix in ("where", "view") or stream == LAYERS:
                await self._watch(prefix, key, stream)
                return
            await self.gateway.visibility.check(self.principal, stream)
            await self._resume(frame)
        except Refused as refused:
            self.reset(stream, "unknown" if refused.status == 404 else "forbidden")
        except Exception as error:
            if not is_away(error):
                raise
            self.postponed[stream] = frame
            self.gateway.say_stale(self)

    async def follow_postponed(self) -> None:
        """The database is back: follow what was asked for meanwhile."""
        postponed, self.postponed = self.postponed, {}
        for frame in postponed.values():
            if not self.line.gone:
                await self.follow(frame)

    async def _resume(self, frame: protocol.Follow) -> None:
        """Bring the client to where the ring reaches, then write the ring's rest and join in one go, without waiting in
        between: whatever is published later comes after it, whatever was published before is in it."""
        hub, stream = self.gateway.hub, frame.stream
        topic = await hub.topic(stream)
        if frame.since is not None and frame.since > topic.seq:
            await hub.read_new(frozenset((stream,)))  # its snapshot may be newer than what was read here
        reason = self._cannot_resume(frame, topic)
        if reason is not None:
            self.reset(stream, reason)
            return
        sent = topic.seq if frame.since is None else frame.since
        source: measures.ResumedFrom = "memory"
        while not self.line.gone:
            if not hub.is_current(topic):
                if not self.gateway.is_epoch(frame.epoch):
                    self.reset(stream, "epoch")
                    return
                topic = await hub.topic(stream)
            if topic.covers(sent):
                sent = self._write_ring(topic, sent)
                if sent == topic.seq:
                    hub.join(topic, self.line)
                    self.following[stream] = topic
                    measures.resumed(source)
                    return
                await self.line.drained()
                continue
            await hub.prime(topic, sent)
            if not topic.covers(sent):
                source = "record"
                for missed in await hub.backfill(stream, sent, _BATCH):
                    if self.line.waiting > AT_ONCE:
                        await self.line.drained()
                    self.line.write(missed)
                    sent = missed.seq

    def _cannot_resume(self, frame: protocol.Follow, topic: Topic) -> protocol.ResetReason | None:
        since = topic.seq if frame.since is None else frame.since
        if not self.gateway.is_epoch(frame.epoch):
            return "epoch"
        if since > topic.seq:
            return "ahead"
        return "too_old" if topic.seq - since > MOST_BACKLOG else None

    def _write_ring(self, topic: Topic, sent: int) -> int:
        """Write what the ring has after `sent`, and `live` behind its last, until all is written or enough waits.

        Returns the position reached.
        """
        size, parts = 0, list[bytes]()
        for frame in topic.after(sent):
            part = frame.packed if self.line.compresses else frame.plain
            parts.append(part)
            size += len(part)
            sent = frame.seq
            if size > AT_ONCE:
                break
        if sent == topic.seq:
            parts.append(self.gateway.live_frame(topic).plain)
        if not self.line.gone and not self.line.transport.is_closing():
            self.line.transport.write(b"".join(parts))
        return sent

    async def _watch(self, prefix: str, key: str, stream: str) -> None:
        """Follow telemetry: positions for who oversees or works in a department, a view for who may see the incident, for
        everybody that the catalogue of layers changed (not what in it)."""
        known: Mapping[str, Json] = {}
        if stream == LAYERS:
            pass  # the process's own watch has said what is newest
        elif prefix == "view":
            await self.gateway.visibility.check(self.principal, f"incident:{key}")
        elif key != "units" or not self.principal.has(*OVERSEERS, Role.DEPARTMENT):
            raise Refused("forbidden", zh="您无权查看力量位置。", en="You may not see positions.", status=403)
        else:
            known = await self.gateway.newest_positions()
        self.watched.add(stream)
        self.gateway.telemetry.watch(stream, self.line, known)
        self.write(protocol.live(stream, 0))

    def unfollow(self, stream: str) -> None:
        topic = self.following.pop(stream, None)
        if topic is not None:
            self.gateway.hub.leave(topic, self.line)
        self.postponed.pop(stream, None)
        if stream in self.watched:
            self.watched.discard(stream)
            self.gateway.telemetry.unwatch(stream, self.line)

    def reset(self, stream: str, reason: protocol.ResetReason) -> None:
        self.unfollow(stream)
        measures.reset(reason)
        self.write(protocol.reset(stream, reason))

    # --- the rest -----------------------------------------------------------------------------------------------------

    async def present(self, incident: str, view: Mapping[str, Json]) -> None:
        """Fan out the presenter's view to everybody on this incident's briefing."""
        if not self.principal.has(Role.LEADER, Role.DUTY_OFFICER, Role.EXERCISE_DIRECTOR):
            raise Refused("forbidden", zh="您不能主持会商。", en="You may not present.", status=403)
        await self.gateway.visibility.check(self.principal, f"incident:{incident}")
        now = {**view, "by": self.principal.as_by(), "at": iso(self.gateway.house.realm.clock.now())}
        self.gateway.telemetry.publish(f"view:{incident}", {"now": now})

    async def positions(self, frame: protocol.Positions) -> None:
        """Where the client's unit is, as `POST /api/positions` takes it."""
        reported = read_batch(frame.body)
        check_sender(self.principal, reported)
        accepted = await self.gateway.positions.take(reported, self.principal.id)
        self.write(protocol.kept(frame.id, accepted, len(reported)))

    def beat(self) -> None:
        self.send(self.beat_frame())

    def beat_frame(self) -> Frame:
        """While the record cannot be read there is no beat: the client is told that what it has is stale."""
        realm = self.gateway.house.realm
        if realm.presence.away_since is not None:
            return Frame(protocol.stale(iso(realm.presence.away_since)))
        heads = {stream: topic.seq for stream, topic in self.following.items()}
        return Frame(protocol.beat(heads, realm.clock_object()))

    def leave_all(self) -> None:
        for stream in [*self.following, *self.watched, *self.postponed]:
            self.unfollow(stream)
