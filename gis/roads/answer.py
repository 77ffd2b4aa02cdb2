"""What goes with every answer about roads: model, range, source and age of the data, what is closed, which limits were met."""

from gis.roads.barriers import Who
from gis.roads.current import Roads
from gis.roads.engines.navigator import OURS, AnsweredBy
from gis.roads.graph import MOST_OFF_ROAD_M
from gis.roads.profile import house_rules
from gis.roads.travel import MODEL, MODEL_VERSION, RANGE
from spine.canonical import Json, JsonObject
from spine.clock import iso_or_none

_LIMITS = (
    ("时间按各等级道路畅通时的车速计算，不含堵车、夜间、雨雾和路面损坏的影响。",
     "Times are for a free road at the usual speed of its class; traffic, night, rain, fog and damage are not in them."),
    ("不计转弯和路口等候；不计离开道路的路段。",
     "Turns and waits at junctions are not counted, nor is what of the way lies off the road."),
)  # fmt: skip


def basis(roads: Roads, who: Who, by: AnsweredBy = OURS) -> JsonObject:
    networks, origin = roads.networks, roads.origin
    limits: list[Json] = [{"zh": zh, "en": en} for zh, en in _LIMITS]
    sentence = by.sentence()
    if sentence is not None:
        limits.insert(0, {"zh": sentence[0], "en": sentence[1]})
    unmatched: list[Json] = []
    in_force = turns_known = turns_obeyed = 0
    if networks is None:
        limits = [{"zh": "没有加载道路数据：只给出直线距离。", "en": "No road data is loaded: straight lines only."}]
    else:
        barriers = networks.of(who).barriers
        unmatched = [str(closure) for closure in barriers.unmatched]
        in_force = barriers.closures
        turns_known, turns_obeyed = networks.of(who).permit.turns_known, networks.of(who).permit.turns_obeyed
    if unmatched:
        limits.append(
            {
                "zh": f"有 {len(unmatched)} 处封闭在当前道路数据中找不到对应的道路，未计入。",
                "en": f"{len(unmatched)} closure(s) match no road of the loaded layer and are not taken into account.",
            }
        )
    if turns_known > turns_obeyed:
        rule = house_rules()[who]["turn"]
        ignored = turns_known - turns_obeyed
        limits.append(
            {
                "zh": f"道路数据中有 {ignored} 条转弯限制未计入：{rule.source}。",
                "en": f"{ignored} turn restrictions of the road data are not taken into account: {rule.source_en}.",
            }
        )
    if networks is not None and turns_known == 0:
        limits.append({"zh": "道路数据中没有转弯限制。", "en": "The road data has no turn restrictions."})
    if origin is not None and origin.illustrative:
        limits.append({"zh": "道路为示意数据，只供训练。", "en": "The roads are illustrative, for training only."})
    return {
        "model": MODEL,
        "version": MODEL_VERSION,
        "range": {"low": RANGE[0], "high": RANGE[1], "mark": "I"},
        "who": who,
        "loaded": networks is not None,
        "edges": 0 if networks is None else len(networks.graph.rows),
        "most_off_road_m": round(MOST_OFF_ROAD_M),
        "source": None if origin is None else origin.source,
        "source_en": None if origin is None else origin.source_en,
        "date": None if origin is None or origin.date is None else origin.date.isoformat(),
        "illustrative": None if origin is None else origin.illustrative,
        "closures": {
            "standing": len(roads.closures),
            "in_force": in_force,
            "newest_at": iso_or_none(max((closure.closed_at for closure in roads.closures), default=None)),
            "unmatched": unmatched,
        },
        "engine": by.to_json(),
        "turns": {"known": turns_known, "obeyed": turns_obeyed},
        "limits": limits,
    }
