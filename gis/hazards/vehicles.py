"""Vehicles by seats, and kinds of crash by what they do to the people aboard. Illustrative: a passenger list is better."""

from dataclasses import dataclass

Triple = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Vehicle:
    """`seats`: people it may carry (crew included); `load`: share of them taken (low, most likely, high)."""

    key: str
    zh: str
    en: str
    seats: float
    load: Triple


@dataclass(frozen=True, slots=True)
class Crash:
    """Shares (low, most likely, high) of the people aboard: who die, who are hurt of the rest, who cannot get out by themselves."""

    key: str
    zh: str
    en: str
    lethal: Triple
    hurt: Triple
    stuck: Triple


VEHICLES: tuple[Vehicle, ...] = (
    Vehicle("car", "小客车", "car", 5, (0.2, 0.4, 1.0)),
    Vehicle("minibus", "面包车、中型客车", "minibus", 15, (0.2, 0.6, 1.2)),
    Vehicle("coach", "大型客车", "coach", 50, (0.2, 0.6, 1.0)),
    Vehicle("city_bus", "公交车", "city bus", 70, (0.1, 0.4, 1.1)),
    Vehicle("school_bus", "校车", "school bus", 45, (0.3, 0.8, 1.2)),
    Vehicle("truck", "货车", "truck", 3, (0.34, 0.5, 1.0)),
    Vehicle("tanker", "罐车（危化品）", "tanker", 2, (0.5, 0.8, 1.0)),
    Vehicle("tractor", "拖拉机、农用车", "tractor or farm vehicle", 4, (0.25, 0.5, 2.0)),
    Vehicle("highspeed_train", "动车组（8 节）", "high-speed train (8 cars)", 580, (0.2, 0.7, 1.0)),
    Vehicle("train", "普速旅客列车（18 节）", "passenger train (18 cars)", 1200, (0.2, 0.7, 1.1)),
    Vehicle("freight_train", "货物列车", "freight train", 3, (0.5, 0.7, 1.0)),
    Vehicle("metro", "轨道交通列车（6 节）", "metro train (6 cars)", 1460, (0.05, 0.4, 1.1)),
    Vehicle("ferry", "客渡船", "ferry", 60, (0.1, 0.5, 1.3)),
    Vehicle("boat", "小型船艇", "small boat", 8, (0.2, 0.5, 1.3)),
    Vehicle("airliner", "支线或窄体客机", "narrow-body or regional airliner", 170, (0.4, 0.8, 1.0)),
)  # fmt: skip
VEHICLE = {vehicle.key: vehicle for vehicle in VEHICLES}

CRASHES: tuple[Crash, ...] = (
    Crash("collision", "碰撞、追尾", "collision", (0.005, 0.04, 0.30), (0.1, 0.35, 0.8), (0.0, 0.08, 0.4)),
    Crash("rollover", "侧翻", "rollover", (0.01, 0.08, 0.40), (0.2, 0.55, 0.95), (0.02, 0.15, 0.6)),
    Crash("plunge", "坠崖、坠沟、坠河", "plunge off the road", (0.05, 0.30, 0.90), (0.4, 0.8, 1.0), (0.1, 0.4, 0.9)),
    Crash("fire", "起火", "fire", (0.005, 0.08, 0.80), (0.05, 0.3, 0.9), (0.0, 0.1, 0.8)),
    Crash("derailment", "脱轨", "derailment", (0.0005, 0.01, 0.10), (0.02, 0.12, 0.5), (0.005, 0.05, 0.3)),
    Crash("sinking", "沉没、翻船", "sinking or capsizing", (0.02, 0.25, 0.90), (0.05, 0.2, 0.6), (0.05, 0.3, 0.9)),
    Crash("aircraft", "坠机、冲出跑道", "air crash", (0.05, 0.70, 1.00), (0.3, 0.8, 1.0), (0.1, 0.5, 1.0)),
    Crash("minor", "故障、剐蹭、滞留", "breakdown, scrape or delay", (0.0, 0.0001, 0.002), (0.0, 0.005, 0.05), (0.0, 0.01, 0.1)),
    Crash("unknown", "尚未查明", "not known yet", (0.002, 0.05, 0.50), (0.05, 0.35, 0.9), (0.0, 0.1, 0.6)),
)  # fmt: skip
CRASH = {crash.key: crash for crash in CRASHES}

OF_CLASS: tuple[tuple[str, str, str], ...] = (
    ("ac.road", "car", "unknown"),
    ("ac.road.rollover", "coach", "rollover"),
    ("ac.road.collision", "car", "collision"),
    ("ac.road.plunge", "minibus", "plunge"),
    ("ac.road.fire", "car", "fire"),
    ("ac.road.school_bus", "school_bus", "unknown"),
    ("ac.farm", "tractor", "unknown"),
    ("ac.farm.rollover", "tractor", "rollover"),
    ("ac.farm.collision", "tractor", "collision"),
    ("ac.farm.fire", "tractor", "fire"),
    ("ac.water", "boat", "sinking"),
    ("ac.water.fire", "ferry", "fire"),
    ("ac.water.grounding", "ferry", "minor"),
    ("ac.water.security", "ferry", "minor"),
    ("ac.water.distress", "ferry", "minor"),
    ("ac.rail", "train", "derailment"),
    ("ac.rail.rear_end", "train", "collision"),
    ("ac.rail.collision", "train", "collision"),
    ("ac.rail.person", "train", "minor"),
    ("ac.rail.fire", "train", "fire"),
    ("ac.metro", "metro", "derailment"),
    ("ac.metro.rear_end", "metro", "collision"),
    ("ac.metro.collision", "metro", "collision"),
    ("ac.metro.person", "metro", "minor"),
    ("ac.metro.fire", "metro", "fire"),
    ("ac.air", "airliner", "aircraft"),
    ("ac.air.scrape", "airliner", "minor"),
    ("ac.air.delay", "airliner", "minor"),
)
"""Family of the catalogue, vehicle and kind of crash that it says; the longest family wins."""


def of_class(class_key: str) -> tuple[str, str] | None:
    fitting = [row for row in OF_CLASS if class_key == row[0] or class_key.startswith(row[0] + ".")]
    if not fitting:
        return None
    row = max(fitting, key=lambda one: len(one[0]))
    return row[1], row[2]
