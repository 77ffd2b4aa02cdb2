"""Valhalla's HTTP service as a route engine (valhalla.github.io). It is told what is closed, and checked afterwards all the same."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import numpy as np
import shapely

from gis.roads.barriers import Closed
from gis.roads.engines.engine import EngineName, EngineTrouble, Said, SaidStep, ask_json
from gis.roads.snaps import Floats
from gis.roads.words import Turn
from spine.canonical import Json, JsonObject

_vector: Any = shapely  # its stubs leave the types of arrays open
_TURNS: dict[int, Turn] = {
    1: "depart", 2: "depart", 3: "depart", 9: "right", 10: "right", 11: "sharp_right", 12: "back", 13: "back",
    14: "sharp_left", 15: "left", 16: "left", 18: "right", 19: "left", 20: "right", 21: "left", 23: "right", 24: "left",
    26: "roundabout", 37: "right", 38: "left",
}  # fmt: skip
_ARRIVALS, _OUT_OF_CIRCLE = (4, 5, 6), 27


class Valhalla:
    name: EngineName = "valhalla"
    avoids = True

    def __init__(self, client: httpx.AsyncClient, url: str, patience_s: float) -> None:
        self._client, self._url, self._patience_s = client, url.rstrip("/"), patience_s

    async def route(self, start: tuple[float, float], end: tuple[float, float], closed: Sequence[Closed]) -> Said:
        body: JsonObject = {
            "locations": [{"lon": lon, "lat": lat} for lon, lat in (start, end)],
            "costing": "auto",
            "shape_format": "polyline6",
            "directions_options": {"units": "kilometers"},
            **_avoiding(closed),
        }
        told = await ask_json(self._client, "POST", f"{self._url}/route", body, self._patience_s)
        try:
            return _said(told["trip"])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise EngineTrouble("nonsense", repr(error)) from error

    async def matrix(
        self, origins: Sequence[tuple[float, float]], targets: Sequence[tuple[float, float]]
    ) -> list[list[float | None]]:
        """Slower than our own search (measured: forty times), so it is not asked."""
        del origins, targets
        raise EngineTrouble("not_for_this")


def _avoiding(closed: Sequence[Closed]) -> JsonObject:
    """Areas as polygons; closed points, and the middle of each closed stretch, as places whose road is not used."""
    polygons: list[Json] = []
    places: list[Json] = []
    for one in closed:
        for part in _vector.get_parts(one.shape).tolist():
            if one.kind == "area":
                polygons.append([[float(x), float(y)] for x, y in part.exterior.coords])
            else:
                at = part if one.kind == "point" else part.interpolate(0.5, normalized=True)
                places.append({"lon": float(at.x), "lat": float(at.y)})
    found: JsonObject = {}
    if polygons:
        found["exclude_polygons"] = polygons
    if places:
        found["exclude_locations"] = places
    return found


def _said(trip: Mapping[str, Any]) -> Said:
    leg = trip["legs"][0]
    line = decoded(str(leg["shape"]))
    steps: list[SaidStep] = []
    for way in leg["maneuvers"]:
        kind, begin = int(way["type"]), int(way["begin_shape_index"])
        metres, seconds = float(way["length"]) * 1000, float(way["time"])
        if kind in _ARRIVALS:
            continue
        if kind == _OUT_OF_CIRCLE and steps and steps[-1].turn == "roundabout":
            circle = steps.pop()
            steps.append(
                SaidStep("roundabout", begin, circle.distance_m + metres, circle.seconds + seconds, circle.exit)
            )
            continue
        count = way.get("roundabout_exit_count")
        steps.append(
            SaidStep(_TURNS.get(kind, "straight"), begin, metres, seconds, None if count is None else int(count))
        )
    return Said(float(trip["summary"]["time"]), float(trip["summary"]["length"]) * 1000, line, tuple(steps))


def decoded(shape: str) -> Floats:
    """(n, 2) degrees of a polyline with six decimals: latitude and longitude, each the step from the one before.

    Raises ValueError for what is none. Source: "Encoded Polyline Algorithm Format", developers.google.com/maps.
    """
    steps: list[int] = []
    value = shift = 0
    for letter in shape:
        part = ord(letter) - 63
        if not 0 <= part < 64 or shift > 30:
            raise ValueError("no polyline")
        value |= (part & 31) << shift
        shift += 5
        if part < 32:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift or len(steps) % 2:
        raise ValueError("a polyline that ends early")
    degrees: Floats = np.cumsum(np.asarray(steps, dtype=np.float64).reshape(-1, 2), axis=0)[:, ::-1] / 1e6
    return degrees
