"""What an evacuation is reckoned from: people at places, shelters with room, ways between them. Pure values; minutes, metres, WGS 84."""

from collections.abc import Sequence
from dataclasses import dataclass

from spine.canonical import Json, JsonObject


@dataclass(frozen=True, slots=True)
class People:
    """A number with its range."""

    value: int
    low: int
    high: int

    def to_json(self) -> JsonObject:
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Origin:
    """The part of a zone in one township, with where its people are taken to start. `people` None: not known. `code`: None outside
    every township; `desk`: the department that gets the order."""

    id: str
    zone_id: str
    code: str | None
    county: str | None
    zh: str
    en: str
    lon: float
    lat: float
    people: People | None
    desk: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A shelter. `occupied` None: nobody has reported; then all of it is taken to be free, and that is said. `open`: in use now.
    `taken`: places promised to requests or kept for other evacuations."""

    id: str
    zh: str
    en: str
    lon: float
    lat: float
    capacity: int
    occupied: int | None
    open: bool
    area_code: str
    taken: int = 0

    @property
    def free(self) -> int:
        return max(0, self.capacity - (self.occupied or 0) - self.taken)


@dataclass(frozen=True, slots=True)
class Route:
    """The way of one origin to one shelter. `minutes`: driving, or walking where `walk`; None: no time by road is known. `edges`: the
    stretches driven; `in_hazard`: minutes of it inside."""

    minutes: float | None
    metres: float
    walk: bool
    reason: str | None
    edges: tuple[int, ...]
    in_hazard: float
    line: tuple[tuple[float, float], ...]
    roads_zh: tuple[str, ...]
    roads_en: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """So many people from one place to one shelter, by number in their lists."""

    origin: int
    shelter: int
    people: int


def sentence(zh: str, en: str) -> JsonObject:
    return {"zh": zh, "en": en}


def sentences(pairs: Sequence[tuple[str, str]]) -> list[Json]:
    return [sentence(zh, en) for zh, en in pairs]
