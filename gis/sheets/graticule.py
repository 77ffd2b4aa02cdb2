"""Meridians and parallels on a printed map, as straight lines in millimetres of its frame: in Mercator they are straight."""

import math
from dataclasses import dataclass
from typing import Literal

from gis.sheets.scale import mercator, paper_mm, unproject

Side = Literal["top", "right", "bottom", "left"]

_STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000)
"""Seconds of arc."""
_MOST_LAT_S = 85 * 3600


@dataclass(frozen=True, slots=True)
class Frame:
    """The map's frame: what is where on it. `bearing`: what is up, clockwise from true north, in degrees."""

    lon: float
    lat: float
    scale: int
    bearing: float
    width: float
    height: float

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Millimetres from the frame's left and top edges."""
        (cx, cy), (x, y) = mercator(self.lon, self.lat), mercator(lon, lat)
        mm, turn = paper_mm(self.scale, self.lat), math.radians(self.bearing)
        east, north = (x - cx) * mm, (y - cy) * mm
        right = east * math.cos(turn) - north * math.sin(turn)
        up = east * math.sin(turn) + north * math.cos(turn)
        return self.width / 2 + right, self.height / 2 - up

    def ground(self, x: float, y: float) -> tuple[float, float]:
        """Longitude and latitude of a place on the frame, in degrees."""
        mm, turn = paper_mm(self.scale, self.lat), math.radians(self.bearing)
        right, up = x - self.width / 2, self.height / 2 - y
        cx, cy = mercator(self.lon, self.lat)
        east = right * math.cos(turn) + up * math.sin(turn)
        north = up * math.cos(turn) - right * math.sin(turn)
        return unproject(cx + east / mm, cy + north / mm)

    def corners(self) -> list[tuple[float, float]]:
        return [self.ground(x, y) for x, y in ((0, 0), (self.width, 0), (self.width, self.height), (0, self.height))]


@dataclass(frozen=True, slots=True)
class GridLine:
    """From one edge of the frame to another; `label` stands at both ends, outside."""

    label: str
    ends: tuple[tuple[float, float], tuple[float, float]]
    sides: tuple[Side, Side]


def graticule(frame: Frame) -> list[GridLine]:
    """About five lines each way."""
    lons, lats = zip(*frame.corners(), strict=True)
    west, east = min(lons) * 3600, max(lons) * 3600
    south, north = max(min(lats) * 3600, -_MOST_LAT_S), min(max(lats) * 3600, _MOST_LAT_S)
    wanted = min(east - west, north - south) / 4
    step = min(_STEPS_S, key=lambda one: abs(math.log(one / wanted)))
    lines: list[GridLine] = []
    for seconds in range(math.ceil(west / step) * step, math.floor(east) + 1, step):
        lon = seconds / 3600
        lines += _line(frame, _words(seconds, "E", "W"), (lon, frame.lat - 0.01), (lon, frame.lat + 0.01))
    for seconds in range(math.ceil(south / step) * step, math.floor(north) + 1, step):
        lat = seconds / 3600
        lines += _line(frame, _words(seconds, "N", "S"), (frame.lon - 0.01, lat), (frame.lon + 0.01, lat))
    return lines


def _line(frame: Frame, label: str, one: tuple[float, float], other: tuple[float, float]) -> list[GridLine]:
    """The line through two places on the ground, cut off at the frame (Liang and Barsky); none when it misses."""
    (x, y), (x2, y2) = frame.place(*one), frame.place(*other)
    length = math.hypot(x2 - x, y2 - y)
    dx, dy = (x2 - x) / length, (y2 - y) / length
    low, high = -math.inf, math.inf
    sides: dict[float, Side] = {}
    edges: tuple[tuple[float, float, Side], ...] = (
        (-dx, x, "left"),
        (dx, frame.width - x, "right"),
        (-dy, y, "top"),
        (dy, frame.height - y, "bottom"),
    )
    for towards, room, side in edges:
        if abs(towards) < 1e-9:
            if room < 0:
                return []
            continue
        at = room / towards
        sides[at] = side
        if towards < 0:
            low = max(low, at)
        else:
            high = min(high, at)
    if low >= high:
        return []
    ends = ((x + low * dx, y + low * dy), (x + high * dx, y + high * dy))
    return [GridLine(label, ends, (sides[low], sides[high]))]


def _words(seconds: int, positive: str, negative: str) -> str:
    """99°10′E; seconds only where there are some."""
    wrapped = seconds
    if positive == "E":
        wrapped = (seconds + 180 * 3600) % (360 * 3600) - 180 * 3600
    degrees, rest = divmod(abs(wrapped), 3600)
    minutes, left = divmod(rest, 60)
    tail = f"{minutes:02d}′" + (f"{left:02d}″" if left else "")
    return f"{degrees}°{tail}{positive if wrapped >= 0 else negative}"
