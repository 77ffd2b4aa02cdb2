"""The recommendation (调度建议): for all needs at once, two or three courses, each the best of its kind, compared and explained. Pure.

Nothing is read or written here; it may take seconds, so whoever asks does so in a thread of its own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shapely import to_wkb
from shapely.geometry.base import BaseGeometry

from command.dispatch import explain
from command.dispatch.explain import Chosen
from command.dispatch.optimum import solve
from command.dispatch.problem import Problem, pose
from command.dispatch.rules import COURSES, CourseKey, CourseRule, DispatchRules
from command.dispatch.shape import Force, Need, Solution, Way
from command.dispatch.travel import Ground, Line, ground, lines, ways
from gis.roads.travel import RANGE, Networks
from spine.canonical import Json, JsonObject, encode
from spine.clock import iso, iso_or_none

MODEL, MODEL_VERSION = "dispatch", "1"
_SECONDS = 4.0
"""Of computing, for each course, at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`hazard`: the area whose roads are better kept out of, degrees; None: none is known. `roads_state`: what the road answer rests on."""

    at: datetime
    needs: tuple[Need, ...]
    units: tuple[Force, ...]
    networks: Networks | None
    hazard: BaseGeometry | None
    roads_state: JsonObject
    courses: tuple[CourseKey, ...] = COURSES


def recommend(asked: Asked, rules: DispatchRules) -> JsonObject:
    """The answer as docs/decisions/0029 shapes it. An empty list of needs is answered with empty courses."""
    courses: list[Json] = []
    seen: dict[frozenset[tuple[str, str]], str] = {}
    base_ways = ways(asked.networks, asked.needs, asked.units, rules)
    for key in asked.courses:
        course = rules.courses[key]
        place = ground(asked.networks, asked.hazard, course.hazard_weight)
        course_ways = base_ways if place.wary is None else ways(place.wary, asked.needs, asked.units, rules)
        told, picked = _course(asked, rules, course, place, course_ways, base_ways)
        courses.append({"key": key, "same_as": seen.get(picked), **told})
        seen.setdefault(picked, key)
    return {
        "model": MODEL,
        "version": MODEL_VERSION,
        "rules_version": rules.version,
        "at": iso(asked.at),
        "needs": [one.to_json() for one in asked.needs],
        "courses": courses,
        "inputs_hash": inputs_hash(asked, rules),
        "inputs": _inputs(asked),
        "limits": _limits(asked),
    }


def _course(
    asked: Asked,
    rules: DispatchRules,
    course: CourseRule,
    place: Ground,
    course_ways: Sequence[Sequence[Way]],
    base_ways: Sequence[Sequence[Way]],
) -> tuple[dict[str, Json], frozenset[tuple[str, str]]]:
    problem = pose(asked.needs, asked.units, course_ways, rules, course)
    solution = solve(problem, _SECONDS)
    drawn = _drawn(asked, course, place, solution)
    real = _real_ways(asked, base_ways, solution, drawn)
    able = {n: list[float]() for n in range(problem.needs)}
    for n, u in zip(problem.need.tolist(), problem.unit.tolist(), strict=True):
        able[n].append(course_ways[n][u].order_minutes)
    for minutes in able.values():
        minutes.sort()
    chosen = Chosen(
        asked.needs, asked.units, real, rules, course, problem.cover, {p.unit: p.need for p in solution.picks}, able
    )
    picks: list[Json] = [_pick(asked, chosen, p.need, p.unit, drawn.get((p.need, p.unit))) for p in solution.picks]
    needs: list[Json] = [_need(chosen, n) for n in range(len(asked.needs))]
    arrivals = [_arrivals(chosen, n) for n in range(len(asked.needs))]
    hazards = [line.in_hazard for line in drawn.values() if line.in_hazard is not None]
    told: dict[str, Json] = {
        "zh": course.zh,
        "en": course.en,
        "about_zh": course.about_zh,
        "about_en": course.about_en,
        "picks": picks,
        "needs": needs,
        "first_min": min((t for one in arrivals for t, _ in one), default=None),
        "t90_min": _share_reached(asked.needs, arrivals, 0.9),
        "met_share": _met(chosen),
        "short": sum(explain.short_of(chosen, n) > 0 for n in range(len(asked.needs))),
        "cover": _cover(problem, chosen),
        "hazard_minutes": None if asked.hazard is None else round(sum(hazards), 1),
        "tired": sum(asked.units[p.unit].rest.level in ("rest_due", "exhausted") for p in solution.picks),
        "rest_unknown": sum(asked.units[p.unit].rest.level is None for p in solution.picks),
        "time_unknown": sum(real[p.need][p.unit].minutes is None for p in solution.picks),
        "solved": _solved(solution),
    }
    pairs = frozenset((asked.needs[p.need].id, asked.units[p.unit].id) for p in solution.picks)
    return told, pairs


def _solved(solution: Solution) -> JsonObject:
    """How good it is: what it costs, below what nothing can be, what nearest-first would have cost (all in weighted minutes)."""
    return {
        "by": solution.by,
        "value": round(solution.value, 2),
        "bound": round(solution.bound, 2),
        "greedy": round(solution.greedy, 2),
        "gap": round(solution.gap, 5),
        "optimal": solution.gap < 1e-4,
    }


def _drawn(asked: Asked, course: CourseRule, place: Ground, solution: Solution) -> dict[tuple[int, int], Line]:
    """The way of each pick; one search for each place."""
    found: dict[tuple[int, int], Line] = {}
    by_spot: dict[tuple[float, float], list[tuple[int, int]]] = {}
    for p in solution.picks:
        one = asked.needs[p.need]
        by_spot.setdefault((one.lon, one.lat), []).append((p.need, p.unit))
    for spot, picks in by_spot.items():
        told = lines(place, course.hazard_weight, spot, [asked.units[unit] for _, unit in picks])
        for need, unit in picks:
            line = told.get(asked.units[unit].id)
            if line is not None:
                found[need, unit] = line
    return found


def _real_ways(
    asked: Asked, base: Sequence[Sequence[Way]], solution: Solution, drawn: Mapping[tuple[int, int], Line]
) -> list[list[Way]]:
    """True minutes: a way that keeps out of the hazard takes as long as it takes, not as long as it was weighed."""
    real = [list(row) for row in base]
    for p in solution.picks:
        way, line = base[p.need][p.unit], drawn.get((p.need, p.unit))
        if line is not None and way.minutes is not None:
            minutes = way.turnout + line.minutes
            real[p.need][p.unit] = Way("road", minutes, way.turnout, minutes, way.straight_m, None)
    return real


def _pick(asked: Asked, chosen: Chosen, need: int, unit: int, line: Line | None) -> JsonObject:
    wanted, force, way = chosen.needs[need], chosen.units[unit], chosen.ways[need][unit]
    driving = None if way.minutes is None else way.minutes - way.turnout
    minutes_range: Json = None
    if driving is not None:
        minutes_range = [round(way.turnout + driving * share, 1) for share in RANGE]
    arrives = None if way.minutes is None else asked.at + timedelta(minutes=way.minutes)
    zh, en = explain.way_words(way)
    drawn: Json = None if line is None else [[lon, lat] for lon, lat in line.line]
    return {
        "need_id": wanted.id,
        "incident_id": wanted.incident_id,
        "unit_id": force.id,
        "unit_version": force.version,
        "call_sign": force.call_sign,
        "name_en": force.name_en,
        "department": force.department,
        "crew": force.crew,
        "gives": force.gives(wanted.measure),
        "from": {"lon": force.lon, "lat": force.lat, "origin": "WGS84"},
        "seen_at": iso_or_none(force.seen_at),
        "state": way.state,
        "minutes": None if way.minutes is None else round(way.minutes, 1),
        "minutes_range": minutes_range,
        "turnout_min": way.turnout,
        "distance_m": None if line is None else round(line.distance_m),
        "straight_m": round(way.straight_m),
        "reason": way.reason,
        "arrives_at": iso_or_none(arrives),
        "hazard_minutes": None if line is None or line.in_hazard is None else round(line.in_hazard, 1),
        "rest": force.rest.to_json(),
        "way_zh": zh,
        "way_en": en,
        "why": explain.why(chosen, need, unit, None if line is None else line.in_hazard),
        "line": drawn,
    }


def _need(chosen: Chosen, need: int) -> JsonObject:
    wanted = chosen.needs[need]
    times = [t for t, _ in _arrivals(chosen, need)]
    short = explain.short_of(chosen, need)
    return {
        "need_id": wanted.id,
        "met": wanted.amount - short,
        "short": short,
        "first_min": min(times, default=None),
        "all_min": None if short or len(times) < len(chosen.sent_to(need)) else max(times, default=None),
        "shortfall": explain.shortfall(chosen, need),
        "not_chosen": explain.why_not(chosen, need),
    }


def _arrivals(chosen: Chosen, need: int) -> list[tuple[float, int]]:
    """(minutes, how much of the need then comes) of those whose time is known."""
    wanted = chosen.needs[need]
    return [
        (round(minutes, 1), chosen.units[unit].gives(wanted.measure))
        for unit in chosen.sent_to(need)
        if (minutes := chosen.ways[need][unit].minutes) is not None
    ]


def _share_reached(
    needs: Sequence[Need], arrivals: Sequence[Sequence[tuple[float, int]]], share: float
) -> float | None:
    """When that share of all needs (each counting the same) is on the spot; None: never, or not known."""
    if not needs:
        return None
    got = [0.0] * len(needs)
    coming = sorted((minutes, need, gives) for need, one in enumerate(arrivals) for minutes, gives in one)
    for minutes, need, gives in coming:
        got[need] = min(1.0, got[need] + gives / max(1, needs[need].amount))
        if sum(got) / len(needs) >= share - 1e-9:
            return minutes
    return None


def _met(chosen: Chosen) -> float | None:
    if not chosen.needs:
        return None
    shares = [1 - explain.short_of(chosen, n) / max(1, one.amount) for n, one in enumerate(chosen.needs)]
    return round(sum(shares) / len(shares), 4)


def _cover(problem: Problem, chosen: Chosen) -> list[Json]:
    """Counties that are left with less than they should keep."""
    found: list[Json] = []
    for one in problem.cover:
        gone = sum(member in chosen.need_of for member in one.members)
        left = len(one.members) - gone
        if gone and left < one.keep:
            county, what = explain.county_words(one.county), explain.capability_words(one.capability)
            found.append(
                {
                    "area_code": one.county,
                    "capability": one.capability,
                    "left": left,
                    "keep": one.keep,
                    "zh": f"{county[0]}“{what[0]}”余 {left} 支（应留 {one.keep}）",
                    "en": f"{county[1]}: {left} left for {what[1]} (should keep {one.keep})",
                }
            )
    return found


def inputs_hash(asked: Asked, rules: DispatchRules) -> str:
    """Of all that the answer rests on: the same again gives the same answer."""
    units: list[Json] = [
        [u.id, u.version, u.lon, u.lat, u.blocked, u.out, u.rest.level, u.crew]
        for u in sorted(asked.units, key=lambda u: u.id)
    ]
    content: JsonObject = {
        "needs": [one.to_json() for one in asked.needs],
        "units": units,
        "roads": asked.roads_state,
        "hazard": None if asked.hazard is None else hashlib.sha256(to_wkb(asked.hazard)).hexdigest(),
        "rules": rules.version,
        "model": f"{MODEL}@{MODEL_VERSION}",
    }
    return hashlib.sha256(encode(content).encode()).hexdigest()


def _inputs(asked: Asked) -> JsonObject:
    """What it rests on and how old that is."""
    seen = [force.seen_at for force in asked.units if force.seen_at is not None]
    return {
        "units": len(asked.units),
        "free": sum(force.blocked is None for force in asked.units),
        "at_home": sum(force.seen_at is None for force in asked.units),
        "oldest_position_at": iso_or_none(min(seen, default=None)),
        "newest_position_at": iso_or_none(max(seen, default=None)),
        "hazard_known": asked.hazard is not None,
        "roads": asked.roads_state,
    }


def _limits(asked: Asked) -> list[Json]:
    found: list[Json] = [
        {
            "zh": "出动时间、值守数量和休息折算为示意数据，由本市按实际修改。",
            "en": "Turn-out times, cover and the weight of rest are illustrative; the city puts its own.",
        }
    ]
    if asked.networks is None:
        found.append(
            {
                "zh": "没有加载道路数据：按直线距离排序，不给时间。",
                "en": "No road data is loaded: ranked by straight distance, no times are given.",
            }
        )
    if asked.hazard is None:
        found.append(
            {
                "zh": "没有危险范围（影响区域或评估结果），低风险方案只考虑休息和值守。",
                "en": "No hazard area is known (impact area or assessment): the low-risk course looks at rest and cover only.",
            }
        )
    at_home = sum(force.seen_at is None for force in asked.units)
    if at_home:
        found.append(
            {
                "zh": f"{at_home} 支力量没有上报位置，按驻地计算。",
                "en": f"{at_home} unit(s) have not said where they are; taken to be at home.",
            }
        )
    return found
