"""Who answers for ways and large matrices: the engine that the city has set up where its answer can be trusted, ours everywhere else.

Ours is always asked first: it says in milliseconds whether there is a way at all, where the places lie on the road, and what is closed.
Another engine then only makes a known way better. Whatever is wrong with it, ours stands, and the answer says so.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis.roads.barriers import Closed, Who
from gis.roads.current import Roads
from gis.roads.engines.check import check, steps_on_our_roads
from gis.roads.engines.engine import MOST_PLACES, WORDS, Engine, EngineName, EngineTrouble, Trouble
from gis.roads.route import Route, find_route
from gis.roads.travel import Placed, Spot, Table, snap, travel_table, with_seconds
from spine.canonical import JsonObject

log = logging.getLogger("fengsui.roads")
REST_S = 30.0
LEAST_SEARCHES = 20
"""A matrix of fewer searches is ours: another engine would not be quicker."""
_RATIO = (0.3, 3.0)  # what another engine's times may be of ours, in the middle
_NAMES: dict[EngineName, str] = {"osrm": "OSRM", "valhalla": "Valhalla"}


@dataclass(frozen=True, slots=True)
class Ready:
    """An engine that may be asked, and the state of the road layer that its data was built from."""

    engine: Engine
    layer_version: int


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """`wanted`: the engine that is set up, if any; `trouble`: why it is ours that answers all the same."""

    wanted: EngineName | None
    trouble: Trouble | None

    def to_json(self) -> JsonObject:
        used = "own" if self.wanted is None or self.trouble is not None else self.wanted
        told = self.sentence()
        return {
            "used": used,
            "wanted": self.wanted or "own",
            "reason": self.trouble,
            "zh": None if told is None else told[0],
            "en": None if told is None else told[1],
        }

    def sentence(self) -> tuple[str, str] | None:
        if self.wanted is None:
            return None
        name = _NAMES[self.wanted]
        if self.trouble is None:
            return (
                f"路线和时间由 {name} 按社会车辆的规则计算，已核对不经过封闭路段。",
                f"Way and times are {name}'s, by the rules for ordinary cars; checked against what is closed.",
            )
        zh, en = WORDS[self.trouble]
        return f"{name} {zh}，改用平台自己的计算。", f"{name} {en}; this is the platform's own answer."


OURS = AnsweredBy(None, None)


class Navigator:
    """One per process. `find`: the engine as it is set up now, or None, or EngineTrouble raised with its name known by `wanted`."""

    def __init__(
        self,
        find: Callable[[], Ready | None],
        wanted: Callable[[], EngineName | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find, self._wanted, self._clock = find, wanted, clock
        self._rest_until = -math.inf

    async def route(self, roads: Roads, origin: Spot, target: Spot, who: Who) -> tuple[Route, AnsweredBy]:
        own = await asyncio.to_thread(find_route, roads.networks, origin, target, who)
        wanted = self._wanted()
        if wanted is None or own.leg.seconds is None or roads.networks is None:
            return own, OURS
        try:
            return await self._better(roads, own, origin, target, who), AnsweredBy(wanted, None)
        except EngineTrouble as trouble:
            self._note(wanted, trouble)
            return own, AnsweredBy(wanted, trouble.reason)

    async def _better(self, roads: Roads, own: Route, origin: Spot, target: Spot, who: Who) -> Route:
        networks = roads.networks
        if networks is None:
            raise EngineTrouble("data_differs")
        engine, network = self._ready(roads), networks.of(who)
        closed = _in_force(roads, who)
        start, end = snap(network, [origin]), snap(network, [target])
        said = await engine.route(
            (float(start.lon[0]), float(start.lat[0])), (float(end.lon[0]), float(end.lat[0])), closed
        )
        await asyncio.to_thread(check, said, network.graph, start, end, closed)
        leg = replace(own.leg, seconds=said.seconds, distance_m=said.distance_m)
        return replace(own, leg=leg, line=said.line, steps=steps_on_our_roads(said, network.graph))

    async def matrix(
        self, roads: Roads, origins: Sequence[Placed], targets: Sequence[Placed], who: Who
    ) -> tuple[Table, AnsweredBy]:
        wanted = self._wanted()
        fewer = min(len(origins), len(targets))
        large = fewer >= LEAST_SEARCHES and len(origins) + len(targets) <= MOST_PLACES
        if wanted is None or not large or roads.networks is None:
            return await asyncio.to_thread(travel_table, roads.networks, origins, targets, who), OURS
        try:
            return await self._large(roads, origins, targets, who), AnsweredBy(wanted, None)
        except EngineTrouble as trouble:
            self._note(wanted, trouble)
            own = await asyncio.to_thread(travel_table, roads.networks, origins, targets, who)
            return own, AnsweredBy(wanted, trouble.reason)

    async def _large(self, roads: Roads, origins: Sequence[Placed], targets: Sequence[Placed], who: Who) -> Table:
        """Times without lines cannot be checked against what is closed: only while nothing is."""
        engine, networks = self._ready(roads), roads.networks
        if networks is None or _in_force(roads, who):
            raise EngineTrouble("not_for_this")
        network = networks.of(who)
        rows, columns = snap(network, origins), snap(network, targets)
        told = await engine.matrix(
            *([(float(x), float(y)) for x, y in zip(one.lon, one.lat, strict=True)] for one in (rows, columns))
        )
        if len(told) != len(origins) or any(len(row) != len(targets) for row in told):
            raise EngineTrouble("nonsense", "shape")
        seconds = np.asarray([[np.nan if value is None else value for value in row] for row in told], dtype=np.float64)
        known = (rows.edge >= 0)[:, None] & (columns.edge >= 0)
        if bool((~np.isfinite(seconds) | (seconds < 0))[known].any()):
            raise EngineTrouble("refused", "a pair has no time")
        table = with_seconds(networks, origins, targets, who, np.where(known, seconds, np.inf))
        row = int(np.argmax(known.sum(axis=1)))
        ours = (await asyncio.to_thread(travel_table, networks, [origins[row]], targets, who)).seconds[0]
        both = known[row] & np.isfinite(ours) & (ours > 60)
        if bool(both.any()) and not _RATIO[0] <= float(np.median(seconds[row][both] / ours[both])) <= _RATIO[1]:
            raise EngineTrouble("nonsense", "times unlike ours")
        if not bool(np.isfinite(ours[known[row]]).all()):
            raise EngineTrouble("nonsense", "ways where ours knows none")
        return table

    def _ready(self, roads: Roads) -> Engine:
        if self._clock() < self._rest_until:
            raise EngineTrouble("resting")
        ready = self._find()
        if ready is None:
            raise EngineTrouble("not_running")
        if ready.layer_version != roads.state.version:
            raise EngineTrouble("data_differs")
        return ready.engine

    def _note(self, wanted: EngineName, trouble: EngineTrouble) -> None:
        """An engine that is away or slow is left alone for a while: nobody waits for it again and again."""
        if trouble.reason in ("away", "slow"):
            self._rest_until = self._clock() + REST_S
        if trouble.reason not in ("resting", "not_running", "data_differs", "not_for_this", "closed"):
            log.warning("%s: %s", wanted, trouble)


def _in_force(roads: Roads, who: Who) -> list[Closed]:
    return [one.as_barrier() for one in roads.closures if who == "public" or one.bars == "all"]
