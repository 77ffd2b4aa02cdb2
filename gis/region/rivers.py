"""River courses: smooth curves through the guide points, bent by noise, with the height of their bed."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from shapely import LineString, Point

from gis.region.facts import RegionFacts, RiverFact
from gis.region.noise import Warp
from gis.region.plane import Floats, to_plane
from gis.region.polyline import along, coordinates

STEP_KM = 0.15
_STILL_KM = 2.5  # near a dam or a port the course is not bent: those positions are known


@dataclass(frozen=True, slots=True)
class Course:
    """A river from source to mouth: line (n, 2) km and the height of the bed at each point, metres."""

    fact: RiverFact
    line: Floats
    bed_m: Floats

    @property
    def shape(self) -> LineString:
        return LineString(self.line)


def smooth_curve(points: Floats, step: float) -> Floats:
    """A curve through all points, sampled about every `step` km."""
    chord = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T) ** 0.75)))
    spline = CubicSpline(chord, points, bc_type="natural")
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    count = max(int(length * 1.1 / step), 8)
    return np.asarray(spline(np.linspace(0.0, float(chord[-1]), count, dtype=np.float64)), dtype=np.float64)


def _joined(line: Floats, main: Course) -> tuple[Floats, float]:
    """The line cut where it first meets the main river (or led to its nearest point), and the main bed's height there."""
    trunk = main.shape
    own = LineString(line)
    meeting = own.intersection(trunk)
    if meeting.is_empty:
        mouth = trunk.interpolate(trunk.project(Point(line[-1])))
        kept = line
    else:
        cut = min(own.project(Point(xy)) for xy in coordinates(meeting))
        mouth = own.interpolate(cut)
        kept = line[along(line) < cut - STEP_KM / 3]
    at = trunk.project(mouth)
    bed = float(np.interp(at, along(main.line), main.bed_m))
    on_trunk = trunk.interpolate(at)
    return np.vstack((kept, [[on_trunk.x, on_trunk.y]])), bed


def draw_rivers(facts: RegionFacts, seed: int) -> list[Course]:
    """All named rivers, mains before those that flow into them (as listed in the facts)."""
    bend, ripple = Warp(seed, 11, 13.0, 2.0, 3), Warp(seed, 13, 2.6, 0.5, 2, 0.4)
    known = to_plane([(d["lon"], d["lat"]) for d in (*facts.dams, *facts.ports)])
    courses: dict[str, Course] = {}
    for fact in facts.rivers:
        line = smooth_curve(to_plane(fact.points), STEP_KM)
        near = np.min(np.hypot(*(line[:, None, :] - known[None, :, :]).transpose(2, 0, 1)), axis=1)
        share = np.clip(near / _STILL_KM, 0.0, 1.0)
        line = ripple.moved(bend.moved(line, share), share)
        mouth = fact.mouth_m
        if fact.into is not None:
            line, mouth = _joined(line, courses[fact.into])
        if mouth is None:
            raise ValueError(f"{fact.name_zh}: neither `mouth_m` nor `into`")
        part = along(line) / along(line)[-1]
        bed = mouth + (fact.source_m - mouth) * (1 - part) ** (1.0 if fact.order == 1 else 1.8)
        courses[fact.name_zh] = Course(fact, line, bed)
    return list(courses.values())
