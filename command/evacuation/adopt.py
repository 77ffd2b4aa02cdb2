"""What an officer adopted: whether there is room for it still, and the words of each township's order. Pure."""

from collections.abc import Mapping, Sequence

from command.dispatch.commands import FlowIn
from command.evacuation.shape import Place
from spine.canonical import Json, JsonObject
from spine.errors import Refused, not_found


def check_room(flows: Sequence[FlowIn], places: Mapping[str, Place]) -> None:
    """Raises Refused `not_found` (no such shelter), `shelter_full` naming every one that cannot take so many."""
    got: dict[str, int] = {}
    for index, flow in enumerate(flows):
        if flow.shelter_id not in places:
            raise not_found("避难场所", "shelter", flow.shelter_id, field=f"data.flows.{index}.shelter_id")
        got[flow.shelter_id] = got.get(flow.shelter_id, 0) + flow.people
    over = [(places[key], people) for key, people in got.items() if people > places[key].free]
    if over:
        zh = "；".join(f"{place.zh} 余 {place.free}，安排了 {people} 人" for place, people in over)
        en = "; ".join(f"{place.en} has {place.free} places for {people} people" for place, people in over)
        raise Refused(
            "shelter_full",
            zh=f"安置点容量不够：{zh}。请重新计算。",
            en=f"There is not enough room: {en}. Ask again.",
            field="data.flows",
            status=409,
            shelters=[place.id for place, _ in over],
        )


def by_township(flows: Sequence[FlowIn]) -> dict[str, list[FlowIn]]:
    """The flows of each origin, in the order given: one order each."""
    found: dict[str, list[FlowIn]] = {}
    for flow in flows:
        found.setdefault(flow.origin_id, []).append(flow)
    return found


def order_words(flows: Sequence[FlowIn], places: Mapping[str, Place]) -> tuple[str, str, str, str]:
    """(title zh, title en, text zh, text en) of one township's order."""
    first, people = flows[0], sum(flow.people for flow in flows)
    clear = [flow.clear_minutes for flow in flows if flow.clear_minutes is not None]
    lines_zh = "；".join(_line_zh(flow, places[flow.shelter_id]) for flow in flows)
    lines_en = "; ".join(_line_en(flow, places[flow.shelter_id]) for flow in flows)
    until_zh = f"最迟 {max(clear)} 分钟内全部到达。" if len(clear) == len(flows) else "到达时间未知，请边走边报。"
    until_en = (
        f"All there within {max(clear)} min." if len(clear) == len(flows) else "Time not known: report on the way."
    )
    return (
        f"{first.from_zh}群众转移安置",
        f"Evacuate {first.from_en}",
        f"组织{first.from_zh}约 {people} 人转移：{lines_zh}。{until_zh}逐户清点，不落一人；到达后报告人数。",
        f"Move about {people} people of {first.from_en}: {lines_en}. {until_en} Check every household; report how many have arrived.",
    )


def _line_zh(flow: FlowIn, place: Place) -> str:
    how = "步行" if flow.mode == "walk" else "乘车"
    by = f"，经{'、'.join(flow.roads_zh)}" if flow.roads_zh else ""
    took = "" if flow.minutes is None else f"，路程约 {flow.minutes:.0f} 分钟"
    return f"{flow.people} 人{how}到{place.zh}{by}{took}"


def _line_en(flow: FlowIn, place: Place) -> str:
    how = "on foot" if flow.mode == "walk" else "by vehicle"
    by = f" by {', '.join(flow.roads_en)}" if flow.roads_en else ""
    took = "" if flow.minutes is None else f", about {flow.minutes:.0f} min"
    return f"{flow.people} {how} to {place.en}{by}{took}"


def due_minutes(flows: Sequence[FlowIn]) -> int:
    clear = [flow.clear_minutes for flow in flows if flow.clear_minutes is not None]
    return max(30, *clear) if clear else 180


def kept(answer: Mapping[str, Json]) -> JsonObject:
    """The answer as it is stored: without the drawn lines and zones."""
    found = dict(answer)
    for name, drawn in (("flows", "line"), ("zones", "geometry")):
        rows = found.get(name)
        if isinstance(rows, list):
            found[name] = [
                {k: v for k, v in row.items() if k != drawn} if isinstance(row, dict) else row for row in rows
            ]
    return found
