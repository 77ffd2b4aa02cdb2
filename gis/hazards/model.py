"""What a hazard model is: a declaration and two pure functions. Everything that all models share is done by `run.py`."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Generic, Literal, TypeAlias, TypeVar

from shapely.geometry.base import BaseGeometry

from gis.hazards.distribution import Dist, Floats
from gis.hazards.ground import Ground
from gis.hazards.inputs import Error, Input, Inputs
from spine.canonical import JsonObject

Core = TypeVar("Core")


@dataclass(frozen=True, slots=True)
class Source:
    """Where formulas and coefficients are from, with edition and equation numbers. `verified`: read in the source and recomputed."""

    zh: str
    en: str
    equations: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of the model itself that is not known exactly (a loss rate, a lethality). Drawn like an input, never asked for."""

    name: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    dist: Dist
    error: Error
    source_zh: str
    source_en: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of validity that this answer has run into. `outside`: it lies outside the calibrated range."""

    code: str
    zh: str
    en: str
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """An assumption, or advice with its reason, in both languages."""

    code: str
    zh: str
    en: str


FootprintKind: TypeAlias = Literal["zone", "isolation", "protection", "arrival", "spread", "runout", "other"]
FootprintBasis: TypeAlias = Literal["model", "observed", "drawn"]


@dataclass(frozen=True, slots=True)
class Footprint:
    """What is drawn. `inner`, `outer`: the same edge one standard deviation either way. `time_offset_s`: when it is reached,
    from the time of the case. `probability`: that it is reached at all, where the model says so."""

    key: str
    zh: str
    en: str
    level: float
    kind: FootprintKind
    polygon: BaseGeometry
    inner: BaseGeometry | None = None
    outer: BaseGeometry | None = None
    basis: FootprintBasis = "model"
    time_offset_s: float | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """An area where a level is reached or exceeded, in which people and things are counted. Strongest first, each inside the
    next. `harm`: the expected share of the people between this zone's edge and the next stronger one's who suffer the primary
    outcome, at the medians: it ranks townships."""

    key: str
    zh: str
    en: str
    level: float
    polygon: BaseGeometry
    harm: float


@dataclass(frozen=True, slots=True)
class ListedRow:
    """`value`: why it is on the list (an arrival time, an intensity), in words."""

    id: str
    kind: str
    name_zh: str
    name_en: str
    lon: float
    lat: float
    value_zh: str
    value_en: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Places to look at, the most urgent first: dams inside Ⅶ, villages by arrival time."""

    key: str
    zh: str
    en: str
    rows: tuple[ListedRow, ...]


@dataclass(frozen=True, slots=True)
class Prepared(Generic[Core]):
    """What a model makes at the medians. `core`: whatever its `losses` needs of the exposure, reduced so that it is cheap."""

    zones: tuple[Zone, ...]
    footprints: tuple[Footprint, ...]
    core: Core
    lists: tuple[Listed, ...] = ()
    limits: tuple[Limit, ...] = ()
    assumptions: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One event. `at`: aware. `footprint`: drawn by a person, inside it the hazard is at least the model's weakest level, outside
    nothing. `excluded`: ids of facilities that a person took out."""

    class_key: str
    at: datetime
    lon: float
    lat: float
    inputs: Inputs
    footprint: BaseGeometry | None = None
    excluded: frozenset[str] = field(default_factory=frozenset[str])


class Sample(Mapping[str, Floats]):
    """Draws by name, each of length `n`: every known number input and parameter, `exposure_factor` and `day_share`."""

    def __init__(self, drawn: Mapping[str, Floats], n: int) -> None:
        self._drawn = drawn
        self.n = n

    def __getitem__(self, name: str) -> Floats:
        return self._drawn[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawn)

    def __len__(self) -> int:
        return len(self._drawn)

    def people(self, day: float, night: float) -> Floats:
        """Persons of a group that counts so many by day and by night, in each draw."""
        return (night + (day - night) * self["day_share"]) * self["exposure_factor"]


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """`classes`: families of the catalogue that this model covers; the longest fitting family of all models wins.

    `outcomes`: names of figures, the primary one first. `casualties` "not_estimated": exposure and resources only. `turns`: inputs
    that move the footprint, so that asking what would change the answer means preparing it anew. `heights_km`: how far around the
    place heights are wanted, 0: not at all; `heights_cell_m`: how fine.
    """

    id: str
    version: str
    zh: str
    en: str
    classes: tuple[str, ...]
    inputs: tuple[Input, ...]
    parameters: tuple[Parameter, ...]
    sources: tuple[Source, ...]
    outcomes: tuple[str, ...]
    casualties: Literal["estimated", "not_estimated"]
    affected_zh: str
    affected_en: str
    weaknesses_zh: tuple[str, ...]
    weaknesses_en: tuple[str, ...]
    turns: tuple[str, ...] = ()
    heights_km: float = 0.0
    heights_cell_m: float = 30.0


class HazardModel(ABC, Generic[Core]):
    """Pure: no network, no clock, no global state; the same arguments give the same answer."""

    spec: ClassVar[ModelSpec]

    @abstractmethod
    def prepare(self, case: Case, ground: Ground) -> Prepared[Core]:
        """Zones, footprints and the reduced exposure at the medians of the inputs. Raises Refused for what cannot be."""

    @abstractmethod
    def losses(self, prepared: Prepared[Core], sample: Sample) -> Mapping[str, Floats]:
        """One array of length `sample.n` per outcome. An outcome that cannot be known (no exposure is loaded) is left out."""


def note_json(note: Note | Limit) -> JsonObject:
    return {"code": note.code, "zh": note.zh, "en": note.en}
