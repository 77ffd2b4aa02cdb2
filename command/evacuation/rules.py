"""The numbers that an evacuation is reckoned with, as the city wrote them down in `rules/evacuation.yaml`."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

from command.rulebook import STRICT, RulesTrouble, read_rules

FILE = Path(__file__).parents[1] / "rules" / "evacuation.yaml"
When: TypeAlias = Literal["day", "night"]
Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class EvacuationRules:
    """Ranges are (least, most)."""

    __pydantic_config__ = STRICT
    version: int
    source: str
    basis: str
    day_hours: tuple[int, int]
    start_minutes: dict[When, Range]
    people_per_vehicle: Range
    vehicles_per_hour: dict[str, Range]
    walk_within_m: float
    walk_ms: Range
    walk_width_m: float
    hazard_weight: float
    clear_of_hazard_m: float
    not_open_minutes: float
    farthest_shelters: int
    sign_minutes: int
    redirect_minutes: int
    next_within_m: float
    transport: str

    def when(self, hour: int) -> When:
        """`hour`: Beijing time."""
        return "day" if self.day_hours[0] <= hour < self.day_hours[1] else "night"


@cache
def evacuation_rules() -> EvacuationRules:
    """Raises RulesTrouble."""
    rules = read_rules(FILE, EvacuationRules)
    troubles: list[tuple[str, str]] = []
    for name in ("expressway", "national", "provincial", "county", "township"):
        if name not in rules.vehicles_per_hour:
            troubles.append((f"vehicles_per_hour 缺少 {name}。", f"vehicles_per_hour lacks {name}."))
    ranges = [*rules.start_minutes.values(), rules.people_per_vehicle, *rules.vehicles_per_hour.values(), rules.walk_ms]
    if any(not 0 < low <= high for low, high in ranges):
        troubles.append(("范围应为 [少, 多]，均大于零。", "A range is [least, most], both above zero."))
    if set(rules.start_minutes) != {"day", "night"}:
        troubles.append(("start_minutes 须有 day 和 night。", "start_minutes needs day and night."))
    if troubles:
        raise RulesTrouble(FILE, troubles)
    return rules
