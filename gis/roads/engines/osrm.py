"""OSRM's HTTP service as a route engine (project-osrm.org, API v1). It knows nothing of closures: those are checked afterwards."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import numpy as np

from gis.roads.barriers import Closed
from gis.roads.engines.engine import EngineName, EngineTrouble, Said, SaidStep, ask_json
from gis.roads.words import Turn

_TURNS: dict[str, Turn] = {
    "uturn": "back", "sharp right": "sharp_right", "right": "right", "slight right": "right", "straight": "straight",
    "slight left": "left", "left": "left", "sharp left": "sharp_left",
}  # fmt: skip
_CIRCLES = frozenset({"roundabout", "rotary"})
_OUT_OF_CIRCLE = frozenset({"exit roundabout", "exit rotary"})


class Osrm:
    name: EngineName = "osrm"
    avoids = False

    def __init__(self, client: httpx.AsyncClient, url: str, patience_s: float) -> None:
        self._client, self._url, self._patience_s = client, url.rstrip("/"), patience_s

    async def route(self, start: tuple[float, float], end: tuple[float, float], closed: Sequence[Closed]) -> Said:
        del closed  # it cannot be told
        asked = "?overview=false&geometries=geojson&steps=true&alternatives=false"
        told = await self._ask("route", _places([start, end]) + asked)
        try:
            return _said(told["routes"][0])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise EngineTrouble("nonsense", repr(error)) from error

    async def matrix(
        self, origins: Sequence[tuple[float, float]], targets: Sequence[tuple[float, float]]
    ) -> list[list[float | None]]:
        first = ";".join(str(index) for index in range(len(origins)))
        last = ";".join(str(index) for index in range(len(origins), len(origins) + len(targets)))
        told = await self._ask("table", f"{_places([*origins, *targets])}?sources={first}&destinations={last}")
        try:
            return [[None if value is None else float(value) for value in row] for row in told["durations"]]
        except (KeyError, TypeError, ValueError) as error:
            raise EngineTrouble("nonsense", repr(error)) from error

    async def _ask(self, service: str, rest: str) -> Mapping[str, Any]:
        told = await ask_json(self._client, "GET", f"{self._url}/{service}/v1/driving/{rest}", None, self._patience_s)
        if told.get("code") != "Ok":
            raise EngineTrouble("refused", str(told.get("code"))[:40])
        return told


def _places(places: Sequence[tuple[float, float]]) -> str:
    return ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in places)


def _said(route: Mapping[str, Any]) -> Said:
    line: list[list[float]] = []
    steps: list[SaidStep] = []
    for step in route["legs"][0]["steps"]:
        way, corners = step["maneuver"], step["geometry"]["coordinates"]
        begin = max(len(line) - 1, 0)
        line += corners if not line else corners[1:]
        metres, seconds = float(step["distance"]), float(step["duration"])
        if way["type"] == "arrive":
            continue
        if way["type"] in _OUT_OF_CIRCLE and steps and steps[-1].turn == "roundabout":
            circle = steps.pop()
            steps.append(
                SaidStep("roundabout", begin, circle.distance_m + metres, circle.seconds + seconds, circle.exit)
            )
            continue
        turn: Turn = "depart" if way["type"] == "depart" else _TURNS.get(way.get("modifier", ""), "straight")
        exit_number = None
        if way["type"] in _CIRCLES:
            turn, exit_number = "roundabout", int(way["exit"]) if way.get("exit") else None
        steps.append(SaidStep(turn, begin, metres, seconds, exit_number))
    return Said(float(route["duration"]), float(route["distance"]), np.asarray(line, dtype=np.float64), tuple(steps))
