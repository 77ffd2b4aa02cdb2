"""Why this unit, why not that nearer one, what is short: in sentences, for the officer who must answer for the choice."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from command.dispatch.problem import Cover
from command.dispatch.rules import CourseRule, DispatchRules
from command.dispatch.shape import Force, Need, Way
from command.organisation.book import organisation
from spine.canonical import Json, JsonObject

MOST_NOT = 8
_MATTERS = 10.0
"""Minutes: cover that counts less than this keeps nobody at home."""
_ROAD: dict[str, tuple[str, str]] = {
    "cut_off": ("道路封闭，无路可达", "closed roads cut it off"),
    "in_closure": ("所在位置在封闭路段内", "it stands inside what is closed"),
    "not_connected": ("道路数据中没有连通的路", "no connected road is known"),
    "too_far": ("离道路太远，时间未知", "too far from any road, time not known"),
    "no_road_data": ("没有道路数据，时间未知", "no road data, time not known"),
}


def capability_words(capability: str) -> tuple[str, str]:
    named = organisation().capabilities.get(capability)
    return (capability, capability) if named is None else (named.zh, named.en)


def county_words(code: str | None) -> tuple[str, str]:
    for county in organisation().counties:
        if county.code == code:
            return county.zh, county.en
    return (code or "市级", code or "city")


def way_words(way: Way) -> tuple[str, str]:
    """How long, or how far in a straight line and why no time is known."""
    if way.minutes is not None:
        out_zh = f"（含出动 {way.turnout:.0f} 分钟）" if way.turnout else ""
        out_en = f" ({way.turnout:.0f} to turn out)" if way.turnout else ""
        return f"约 {way.minutes:.0f} 分钟{out_zh}", f"about {way.minutes:.0f} min{out_en}"
    zh, en = _ROAD[way.reason or "not_connected"]
    return f"直线 {way.straight_m / 1000:.1f} 公里，{zh}", f"{way.straight_m / 1000:.1f} km in a straight line; {en}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One course's picks as everything that is said of them needs them: unit number → need number."""

    needs: Sequence[Need]
    units: Sequence[Force]
    ways: Sequence[Sequence[Way]]
    rules: DispatchRules
    course: CourseRule
    cover: Sequence[Cover]
    need_of: Mapping[int, int]
    able: Mapping[int, Sequence[float]]
    """By need: the order minutes of all that could be sent, ascending."""

    def sent_to(self, need: int) -> list[int]:
        """Units for this need, the first to arrive before."""
        sent = [unit for unit, served in self.need_of.items() if served == need]
        return sorted(sent, key=lambda unit: (self.ways[need][unit].order_minutes, unit))

    def leaves_bare(self, unit: int) -> Cover | None:
        """The cover that is missing when this unit goes too, if any."""
        for one in self.cover:
            if unit in one.members and sum(m in self.need_of for m in one.members if m != unit) + 1 > one.spare:
                return one
        return None


def _sentence(zh: str, en: str) -> JsonObject:
    return {"zh": zh, "en": en}


def why(chosen: Chosen, need: int, unit: int, in_hazard: float | None) -> list[Json]:
    """Why this unit goes there."""
    wanted, force, way = chosen.needs[need], chosen.units[unit], chosen.ways[need][unit]
    zh, en = capability_words(wanted.capability)
    able = chosen.able[need]
    faster = bisect_left(able, way.order_minutes)
    told_zh, told_en = way_words(way)
    place_zh = "最快" if faster == 0 else f"第 {faster + 1} 快"
    place_en = "the quickest" if faster == 0 else f"number {faster + 1} by time"
    found: list[Json] = [
        _sentence(
            f"能“{zh}”，{told_zh}，在 {len(able)} 支可派力量中{place_zh}。",
            f"Can do {en}; {told_en}; {place_en} of the {len(able)} that could be sent.",
        )
    ]
    if wanted.measure == "people":
        found.append(_sentence(f"带 {force.crew} 人。", f"Brings {force.crew} people."))
    if wanted.by_minutes is not None and way.minutes is not None and way.minutes > wanted.by_minutes:
        late = way.minutes - wanted.by_minutes
        found.append(_sentence(f"比要求晚 {late:.0f} 分钟。", f"{late:.0f} min later than wanted."))
    bare = chosen.leaves_bare(unit)
    if bare is not None:
        county, what = county_words(bare.county), capability_words(bare.capability)
        found.append(
            _sentence(
                f"注意：调走后{county[0]}“{what[0]}”值守不足。",
                f"Mind: {county[1]} is then short of cover for {what[1]}.",
            )
        )
    if force.rest.level not in (None, "fresh"):
        found.append(
            _sentence(
                f"{force.rest.zh}（连续 {force.rest.hours or 0:.0f} 小时）。",
                f"{force.rest.en.capitalize()} ({force.rest.hours or 0:.0f} h in a row).",
            )
        )
    if force.rest.level is None:
        found.append(_sentence("工作时长未知。", "How long it has been at work is not known."))
    if in_hazard is not None and in_hazard >= 0.5:
        found.append(
            _sentence(
                f"途中约 {in_hazard:.0f} 分钟在危险区内。",
                f"About {in_hazard:.0f} min of the way lie in the hazard area.",
            )
        )
    return found


def why_not(chosen: Chosen, need: int) -> list[Json]:
    """The nearer ones that could do it and do not go, and the reason of each; when something is short, all who can do it."""
    wanted, sent = chosen.needs[need], chosen.sent_to(need)
    last = max((chosen.ways[need][unit].order_minutes for unit in sent), default=float("inf"))
    if short_of(chosen, need) > 0:
        last = float("inf")
    rows: list[tuple[float, float, int]] = []
    for number, force in enumerate(chosen.units):
        if wanted.capability not in force.capabilities or number in sent:
            continue
        way = chosen.ways[need][number]
        nearer = way.order_minutes < last or (way.state == "none")
        if nearer or last == float("inf"):
            rows.append((way.order_minutes, way.straight_m, number))
    found: list[Json] = []
    for _, _, number in sorted(rows)[:MOST_NOT]:
        force, way = chosen.units[number], chosen.ways[need][number]
        zh, en = _against(chosen, need, number)
        found.append(
            {
                "unit_id": force.id,
                "call_sign": force.call_sign,
                "name_en": force.name_en,
                "minutes": None if way.minutes is None else round(way.minutes, 1),
                "straight_m": round(way.straight_m),
                "free": force.blocked in (None, "excluded"),
                "zh": zh,
                "en": en,
            }
        )
    return found


def _against(chosen: Chosen, need: int, unit: int) -> tuple[str, str]:
    force, way, wanted = chosen.units[unit], chosen.ways[need][unit], chosen.needs[need]
    if force.blocked == "busy":
        no = force.task_no or "—"
        return f"正在执行任务 {no}", f"working on order {no}"
    if force.blocked == "out_of_service":
        return "停用", "out of service"
    if force.blocked == "excluded":
        return "值班员已排除", "left out by the officer"
    if force.blocked == "no_position":
        return "位置未知", "nobody knows where it is"
    if way.state == "none":
        return _ROAD[way.reason or "not_connected"]
    if force.rest.level in chosen.course.refuse_levels:
        hours = force.rest.hours or 0
        return (
            f"连续工作 {hours:.0f} 小时，{force.rest.zh}，本方案不派",
            f"{hours:.0f} h at work: {force.rest.en}; not sent in this course",
        )
    if way.order_minutes > chosen.rules.farthest_minutes * max(1.0, chosen.course.hazard_weight):
        return (
            f"超过 {chosen.rules.farthest_minutes:.0f} 分钟路程",
            f"more than {chosen.rules.farthest_minutes:.0f} min away",
        )
    if force.gives(wanted.measure) == 0:
        return "人员数未知或为零", "its crew is not known or none"
    served = chosen.need_of.get(unit)
    if served is not None:
        other = chosen.needs[served]
        zh, en = way_words(chosen.ways[served][unit])
        return f"派往“{other.zh}”（{zh}），那里更需要它", f"goes to '{other.en}' ({en}), where it is needed more"
    bare = chosen.leaves_bare(unit)
    if bare is not None and bare.minutes >= _MATTERS:
        county, what = county_words(bare.county), capability_words(bare.capability)
        return (
            f"留守：调走后{county[0]}没有足够的“{what[0]}”力量",
            f"stays: without it {county[1]} lacks cover for {what[1]}",
        )
    return "合起来比较，现在的组合更合适", "taken together, the present choice costs less"


def short_of(chosen: Chosen, need: int) -> int:
    wanted = chosen.needs[need]
    got = sum(chosen.units[unit].gives(wanted.measure) for unit in chosen.sent_to(need))
    return max(0, wanted.amount - got)


def shortfall(chosen: Chosen, need: int) -> JsonObject | None:
    """What is short, by how much, and what became of all who can do it. None: nothing is short."""
    short, wanted = short_of(chosen, need), chosen.needs[need]
    if short == 0:
        return None
    able = [n for n, force in enumerate(chosen.units) if wanted.capability in force.capabilities]
    sent = set(chosen.sent_to(need))
    counted: dict[tuple[str, str], int] = {}
    for unit in able:
        if unit in sent:
            continue
        key = _kind_of_absence(chosen, need, unit)
        counted[key] = counted.get(key, 0) + 1
    zh, en = capability_words(wanted.capability)
    each_zh, each_en = ("支", "unit(s)") if wanted.measure == "units" else ("人", "people")
    parts_zh = "，".join(f"{words[0]} {number} 支" for words, number in counted.items())
    parts_en = ", ".join(f"{number} {words[1]}" for words, number in counted.items())
    return _sentence(
        f"缺 {short} {each_zh}。能“{zh}”的共 {len(able)} 支，派出 {len(sent)} 支"
        + (f"，其余：{parts_zh}。" if parts_zh else "。"),
        f"Short of {short} {each_en}. {len(able)} unit(s) can do {en}; {len(sent)} sent"
        + (f"; the others: {parts_en}." if parts_en else "."),
    )


def _kind_of_absence(chosen: Chosen, need: int, unit: int) -> tuple[str, str]:
    force, way = chosen.units[unit], chosen.ways[need][unit]
    if force.blocked is not None:
        return {
            "busy": ("执行任务", "working on orders"),
            "out_of_service": ("停用", "out of service"),
            "no_position": ("位置未知", "without position"),
            "excluded": ("已排除", "left out"),
        }[force.blocked]
    if way.state == "none":
        return "道路不通", "cut off"
    if force.rest.level in chosen.course.refuse_levels:
        return "须休息", "must rest"
    if unit in chosen.need_of:
        return "派往别处", "sent elsewhere"
    if way.order_minutes > chosen.rules.farthest_minutes * max(1.0, chosen.course.hazard_weight):
        return "太远", "too far"
    return "留守", "kept as cover"
