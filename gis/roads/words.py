"""Travel in words of both languages: distances, times, directions, and what is not known of a road."""

from typing import Literal, TypeAlias

Reason: TypeAlias = Literal["no_road_data", "too_far", "in_closure", "cut_off", "not_connected"]
Turn: TypeAlias = Literal[
    "depart", "straight", "left", "right", "sharp_left", "sharp_right", "back", "roundabout", "arrive"
]
DIRECTIONS = (
    ("北", "north"), ("东北", "northeast"), ("东", "east"), ("东南", "southeast"), ("南", "south"), ("西南", "southwest"),
    ("西", "west"), ("西北", "northwest"),
)  # fmt: skip
WHY: dict[Reason, tuple[str, str]] = {
    "no_road_data": ("没有加载道路数据", "no road data is loaded"),
    "too_far": ("离最近的道路太远", "too far from any road"),
    "in_closure": ("位于封闭路段或封闭区域内", "inside a closed road or area"),
    "cut_off": ("通往该处的道路均已封闭", "every road there is closed"),
    "not_connected": ("道路数据中没有连通的路", "the road data has no connection"),
}


def direction(bearing: float) -> tuple[str, str]:
    """The eighth of the compass, zh and en."""
    return DIRECTIONS[round(bearing / 45) % 8]


def distance(metres: float) -> tuple[str, str]:
    if metres < 950:
        rounded = max(round(metres, -1), 10)
        return f"{rounded:.0f} 米", f"{rounded:.0f} m"
    km = f"{metres / 1000:.1f}" if metres < 99_500 else f"{metres / 1000:.0f}"
    return f"{km} 公里", f"{km} km"


def duration(seconds: float) -> tuple[str, str]:
    """Rounded up to whole minutes: nobody arrives earlier than said."""
    minutes = max(-(-int(seconds) // 60), 1)
    if minutes < 60:
        return f"{minutes} 分钟", f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if rest == 0:
        return f"{hours} 小时", f"{hours} h"
    return f"{hours} 小时 {rest} 分钟", f"{hours} h {rest} min"


def by_road(seconds: float, metres: float | None, ends_off_m: tuple[float, float]) -> tuple[str, str]:
    """A time by road, with what of the way is no road."""
    zh, en = duration(seconds)
    zh, en = f"行车约 {zh}", f"about {en} by road"
    if metres is not None:
        far_zh, far_en = distance(metres)
        zh, en = f"{zh}，{far_zh}", f"{en}, {far_en}"
    off = sum(metres for metres in ends_off_m if metres > 30)
    if off > 0:
        off_zh, off_en = distance(off)
        zh, en = f"{zh}；另有 {off_zh} 不在道路上（未计时）", f"{en}; a further {off_en} off the road is not timed"
    return zh, en


def straight(metres: float, bearing: float, reason: Reason) -> tuple[str, str]:
    """What is said instead of a time that nobody knows."""
    (far_zh, far_en), (to_zh, to_en), (why_zh, why_en) = distance(metres), direction(bearing), WHY[reason]
    if reason in ("in_closure", "cut_off"):
        return (
            f"直线 {far_zh}，{to_zh}方向；不通车：{why_zh}",
            f"straight line {far_en} {to_en}; no way through: {why_en}",
        )
    return (
        f"直线 {far_zh}，{to_zh}方向，道路情况不明：{why_zh}",
        f"straight line {far_en} {to_en}, road unknown: {why_en}",
    )
