"""What is asked of another route engine, what it says, and what may be wrong with it. Ours (`gis/roads/network.py`) needs none of this."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias

import httpx

from gis.roads.barriers import Closed
from gis.roads.snaps import Floats
from gis.roads.words import Turn
from spine.canonical import JsonObject

EngineName: TypeAlias = Literal["osrm", "valhalla"]
Trouble: TypeAlias = Literal[
    "not_running", "away", "slow", "refused", "nonsense", "wrong_place", "off_our_roads", "closed", "data_differs", "resting",
    "not_for_this",
]  # fmt: skip
WORDS: dict[Trouble, tuple[str, str]] = {
    "not_running": ("没有运行", "is not running"),
    "away": ("连接不上", "cannot be reached"),
    "slow": ("回答太慢", "answers too slowly"),
    "refused": ("没有给出路线", "gave no way"),
    "nonsense": ("回答无法读懂", "gave an answer that makes no sense"),
    "wrong_place": ("给出的路线与所问的地点不符", "gave a way between other places"),
    "off_our_roads": ("给出的路线不在已加载的道路上", "gave a way that is not on the loaded roads"),
    "closed": ("给出的路线经过已封闭的道路", "gave a way through what is closed"),
    "data_differs": ("数据与已加载的道路图层不是同一份", "has other road data than what is loaded"),
    "resting": ("刚刚出错，稍后再试", "failed just now and will be tried again soon"),
    "not_for_this": ("不能计入现有的封闭", "cannot take the closures into account"),
}
MOST_BYTES = 16 * 1024 * 1024
MOST_PLACES = 2500
"""Of a matrix, origins and targets together."""


class EngineTrouble(Exception):
    """`reason` says in which way the engine's answer cannot be used."""

    def __init__(self, reason: Trouble, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason: Trouble = reason


@dataclass(frozen=True, slots=True)
class SaidStep:
    """`begin`: the index of the coordinate of the line where it begins."""

    turn: Turn
    begin: int
    distance_m: float
    seconds: float
    exit: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A way as an engine tells it, not believed yet. `line`: (n, 2) degrees."""

    seconds: float
    distance_m: float
    line: Floats
    steps: tuple[SaidStep, ...]


class Engine(Protocol):
    """`avoids`: it drives round closures that it is told of. Every method raises EngineTrouble."""

    @property
    def name(self) -> EngineName: ...
    @property
    def avoids(self) -> bool: ...
    async def route(self, start: tuple[float, float], end: tuple[float, float], closed: Sequence[Closed]) -> Said: ...
    async def matrix(
        self, origins: Sequence[tuple[float, float]], targets: Sequence[tuple[float, float]]
    ) -> list[list[float | None]]: ...


async def ask_json(
    client: httpx.AsyncClient, method: str, url: str, body: JsonObject | None, patience_s: float
) -> Mapping[str, Any]:
    """One question to an engine's address: bounded in time from first to last byte, and in size."""
    received = bytearray()
    try:
        async with asyncio.timeout(patience_s), client.stream(method, url, json=body) as answer:
            async for part in answer.aiter_bytes():
                received += part
                if len(received) > MOST_BYTES:
                    raise EngineTrouble("nonsense", "too long")
            status = answer.status_code
    except (TimeoutError, httpx.TimeoutException) as error:
        raise EngineTrouble("slow") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EngineTrouble("away", type(error).__name__) from error
    if status >= 400:
        raise EngineTrouble("refused", f"status {status}")
    try:
        told = json.loads(received)
    except ValueError as error:
        raise EngineTrouble("nonsense", "no JSON") from error
    if not isinstance(told, dict):
        raise EngineTrouble("nonsense", "no object")
    return told  # pyright: ignore[reportUnknownVariableType]
