"""What an officer chose: whether it can still be done, what it changes against the recommendation, and the orders' words. Pure."""

from collections.abc import Mapping, Sequence
from typing import cast

from command.dispatch.asked import NeedIn
from command.dispatch.commands import ChooseDispatch, PickIn
from command.dispatch.explain import capability_words
from command.dispatch.forces import blocked
from command.dispatch.rules import DispatchRules
from command.units.unit import Unit
from spine.canonical import Json, JsonObject
from spine.errors import Refused

_GONE: dict[str, tuple[str, str]] = {
    "busy": ("已承担另一任务", "has another order now"),
    "out_of_service": ("已停用", "is out of service now"),
}


def check_shape(data: ChooseDispatch) -> dict[str, NeedIn]:
    """The needs by id. Raises Refused `need_of_other_incident`, `unknown_need`, `unit_twice`."""
    needs = {need.id: need for need in data.needs}
    for index, need in enumerate(data.needs):
        if need.incident_id != data.incident_id:
            raise Refused(
                "need_of_other_incident",
                zh=f"需求“{need.title}”属于另一起事件，请在那起事件中选定。",
                en=f"The need '{need.title}' is another incident's; choose for it there.",
                field=f"data.needs.{index}.incident_id",
            )
    seen: set[str] = set()
    for index, pick in enumerate(data.picks):
        if pick.need_id not in needs:
            raise Refused(
                "unknown_need",
                zh=f"没有编号为“{pick.need_id}”的需求。",
                en=f"There is no need '{pick.need_id}'.",
                field=f"data.picks.{index}.need_id",
            )
        if str(pick.unit_id) in seen:
            raise Refused(
                "unit_twice",
                zh="同一支力量不能同时派往两处。",
                en="One unit cannot be sent to two places at once.",
                field=f"data.picks.{index}.unit_id",
            )
        seen.add(str(pick.unit_id))
    return needs


def check_units(picks: Sequence[PickIn], needs: Mapping[str, NeedIn], units: Mapping[str, Unit]) -> None:
    """Raises Refused `unit_lacks_capability`, `recommendation_stale` naming every unit that can no longer be sent."""
    for index, pick in enumerate(picks):
        unit, need = units[str(pick.unit_id)], needs[pick.need_id]
        if need.capability not in unit.capabilities:
            zh, en = capability_words(need.capability)
            raise Refused(
                "unit_lacks_capability",
                zh=f"{unit.call_sign} 没有“{zh}”能力。",
                en=f"{unit.call_sign} cannot do {en}.",
                field=f"data.picks.{index}.unit_id",
            )
    gone = [(unit, why) for unit in units.values() if (why := blocked(unit)) is not None]
    if gone:
        zh = "；".join(f"{unit.call_sign} {_GONE[why][0]}" for unit, why in gone)
        en = "; ".join(f"{unit.call_sign} {_GONE[why][1]}" for unit, why in gone)
        raise Refused(
            "recommendation_stale",
            zh=f"建议已过时：{zh}。请重新推荐，或改派其他力量。",
            en=f"The recommendation is out of date: {en}. Ask again, or choose another unit.",
            field="data.picks",
            status=409,
            units=[str(unit.id) for unit, _ in gone],
        )


def changes(data: ChooseDispatch) -> list[Json]:
    """Where the picks differ from the course that was recommended: {need_id, unit_id, what: added|left_out}."""
    ours = str(data.incident_id)
    recommended = {
        (str(row["need_id"]), str(row["unit_id"]))
        for row in _rows(_course(data).get("picks"))
        if row.get("incident_id") == ours
    }
    chosen = {(pick.need_id, str(pick.unit_id)) for pick in data.picks}
    told: list[Json] = [{"need_id": n, "unit_id": u, "what": "added"} for n, u in sorted(chosen - recommended)]
    return told + [{"need_id": n, "unit_id": u, "what": "left_out"} for n, u in sorted(recommended - chosen)]


def require_reason(changed: Sequence[Json], reason: str) -> None:
    """Raises Refused `reason_required` where the officer does otherwise than was recommended."""
    if changed and not reason.strip():
        raise Refused(
            "reason_required",
            zh="改动了推荐的力量，请写明理由。",
            en="You chose other units than recommended; say why.",
            field="data.reason",
        )


def _course(data: ChooseDispatch) -> Mapping[str, Json]:
    """Raises Refused `unknown_course` when what was sent is no recommendation with this course."""
    for row in _rows(cast(Json, data.recommendation.get("courses"))):
        if row.get("key") == data.course:
            return row
    raise Refused(
        "unknown_course",
        zh="所附的建议中没有选定的方案。",
        en="The recommendation that was sent does not have the chosen course.",
        field="data.recommendation",
    )


def _rows(value: Json) -> list[Mapping[str, Json]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    return [row for row in value if isinstance(row, Mapping)]


def kept(recommendation: Mapping[str, Json]) -> JsonObject:
    """The recommendation as it is stored: everything that was said, without the drawn lines."""
    courses: list[Json] = []
    for course in _rows(recommendation.get("courses")):
        picks: list[Json] = [{k: v for k, v in pick.items() if k != "line"} for pick in _rows(course.get("picks"))]
        courses.append({**course, "picks": picks})
    return {**recommendation, "courses": courses}


def key_figures(data: ChooseDispatch) -> JsonObject:
    """Of the chosen course, for the head in the picture."""
    course = _course(data)
    return {name: course.get(name) for name in ("zh", "en", "first_min", "t90_min", "met_share", "short")}


def order_words(need: NeedIn, unit: Unit, minutes: float | None, place: str) -> tuple[str, str]:
    """What the order says: who goes where for what, and when it is expected."""
    zh, en = capability_words(need.capability)
    when_zh = "到场时间未知（无道路时间）" if minutes is None else f"预计 {minutes:.0f} 分钟到场"
    when_en = "time of arrival not known" if minutes is None else f"expected in {minutes:.0f} min"
    return (
        f"派 {unit.call_sign}（{unit.crew} 人）前往{place}，承担“{zh}”：{need.title}。{when_zh}。到场后立即报告。",
        f"{unit.call_sign} ({unit.crew} people) to {place} for {en}: {need.title_en or need.title}; {when_en}. Report on arrival.",
    )


def due_minutes(need: NeedIn, minutes: float | None, rules: DispatchRules) -> int:
    return max(rules.order.least_due_minutes, need.by_minutes or 0, round(minutes or 0) + 30)
