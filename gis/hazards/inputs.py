"""What a model asks for, and what it was given: declarations of inputs, and their reading.

Nothing is silently defaulted: an input is given, or it has a stated prior with its source, or it is absent because the declaration
says that the model can do without; otherwise it is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np
from shapely.geometry.base import BaseGeometry

from gis.geometry import AREAS, parse_geometry
from gis.hazards.distribution import Dist, Floats, exact, read_dist, wrong
from spine.canonical import Json, JsonObject
from spine.errors import Refused

Error: TypeAlias = Literal["source", "footprint", "exposure", "vulnerability"]
"""What happened; how far it reaches; who is there; what it does to them."""
Origin: TypeAlias = Literal["given", "prior", "absent"]


@dataclass(frozen=True, slots=True)
class Prior:
    """What is assumed while nobody has said: always shown, with where it is from."""

    dist: Dist
    zh: str
    en: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class NumberInput:
    """`name` ends in its unit (depth_km). Outside `low..high` it is refused; outside `calibrated` the answer is flagged.

    `given_spread`: what a bare number stands for, ("normal", standard deviation) or ("lognormal", sigma of ln); None: as it is.
    `fed_by`: the figure of an incident that is this input, times `scale`. Without prior it is required, unless `optional`.
    `severe`: +1 when more of it is worse, −1 when less is, 0 when neither can be said.
    """

    name: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    low: float
    high: float
    error: Error
    prior: Prior | None = None
    optional: bool = False
    calibrated: tuple[float, float] | None = None
    given_spread: tuple[Literal["normal", "lognormal"], float] | None = None
    fed_by: str | None = None
    scale: float = 1.0
    severe: Literal[-1, 0, 1] = 0
    kind: Literal["number"] = "number"


@dataclass(frozen=True, slots=True)
class Choice:
    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class ChoiceInput:
    """One of a list. `prior`: the key that is assumed while nobody has said, with its source in `prior_zh`, `prior_en`."""

    name: str
    zh: str
    en: str
    choices: tuple[Choice, ...]
    error: Error
    prior: str | None = None
    prior_zh: str = ""
    prior_en: str = ""
    optional: bool = False
    kind: Literal["choice"] = "choice"


@dataclass(frozen=True, slots=True)
class SeriesInput:
    """Numbers in order (daily cases)."""

    name: str
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    low: float
    high: float
    least: int
    most: int
    error: Error
    optional: bool = True
    kind: Literal["series"] = "series"


@dataclass(frozen=True, slots=True)
class ShapeInput:
    """Polygons (GeoJSON, WGS 84), each with a number where `value_name` asks for one: {geometry, value}."""

    name: str
    zh: str
    en: str
    error: Error
    value_name: str | None = None
    low: float = 0.0
    high: float = 0.0
    optional: bool = True
    kind: Literal["shape"] = "shape"


Input: TypeAlias = NumberInput | ChoiceInput | SeriesInput | ShapeInput
MOST_SHAPES = 20


@dataclass(frozen=True, slots=True)
class Shape:
    geometry: BaseGeometry
    value: float | None


@dataclass(frozen=True, slots=True)
class Given:
    """One input as the model sees it. Exactly one of the values is set, none when it is absent."""

    spec: Input
    origin: Origin
    source_zh: str
    source_en: str
    dist: Dist | None = None
    key: str | None = None
    series: tuple[float, ...] | None = None
    shapes: tuple[Shape, ...] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Who said so: goes with a raw value."""

    zh: str
    en: str


class Inputs:
    """All inputs of one model, by name."""

    def __init__(self, given: Sequence[Given], raw: Mapping[str, Json]) -> None:
        self._by_name = {one.spec.name: one for one in given}
        self.raw = dict(raw)

    def __iter__(self):
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> Given:
        return self._by_name[name]

    def origin(self, name: str) -> Origin:
        return self._by_name[name].origin

    def is_given(self, name: str) -> bool:
        return self.origin(name) == "given"

    def is_known(self, name: str) -> bool:
        """Given, or assumed by a stated prior."""
        return self.origin(name) != "absent"

    def dist(self, name: str) -> Dist | None:
        return self._by_name[name].dist

    def median(self, name: str) -> float:
        """The median of a number that is known. Raises KeyError when it is absent: ask `is_known` first."""
        dist = self.dist(name)
        if dist is None:
            raise KeyError(f"{name} is not known")
        return dist.centre

    def choice(self, name: str) -> str | None:
        return self._by_name[name].key

    def series(self, name: str) -> Floats | None:
        found = self._by_name[name].series
        return None if found is None else np.asarray(found, dtype=np.float64)

    def shapes(self, name: str) -> tuple[Shape, ...]:
        return self._by_name[name].shapes or ()

    def with_number(self, name: str, value: float) -> "Inputs":
        """The same with one number put at a value, exactly."""
        changed = [
            Given(one.spec, "given", one.source_zh, one.source_en, dist=exact(value)) if one.spec.name == name else one
            for one in self
        ]
        return Inputs(changed, self.raw)


def read_inputs(
    specs: Sequence[Input], raw: Mapping[str, Json], told: Mapping[str, Told] | None = None, field: str = "inputs"
) -> Inputs:
    """Raises Refused: `hazard_input` for what is wrong, `input_missing` for what must be asked for, both naming the field."""
    known = {spec.name: spec for spec in specs}
    for name in raw:
        if name not in known:
            raise wrong(f"{field}.{name}", "这个模型没有这一输入", "this model has no such input")
    said = told or {}
    return Inputs([_read(spec, raw.get(spec.name), said.get(spec.name), f"{field}.{spec.name}") for spec in specs], raw)


def missing(specs: Sequence[Input], raw: Mapping[str, Json]) -> list[Input]:
    """Required inputs that nobody has given."""
    return [spec for spec in specs if raw.get(spec.name) is None and _is_required(spec)]


def _is_required(spec: Input) -> bool:
    return not spec.optional and not (isinstance(spec, NumberInput | ChoiceInput) and spec.prior is not None)


def _read(spec: Input, raw: Json, told: Told | None, field: str) -> Given:
    zh, en = ("给定", "given") if told is None else (told.zh, told.en)
    if raw is None:
        return _not_given(spec, field)
    if isinstance(spec, NumberInput):
        return Given(spec, "given", zh, en, dist=_number(spec, raw, field))
    if isinstance(spec, ChoiceInput):
        if raw not in [choice.key for choice in spec.choices]:
            keys = ", ".join(choice.key for choice in spec.choices)
            raise wrong(field, f"应是以下之一：{keys}", f"must be one of: {keys}")
        return Given(spec, "given", zh, en, key=str(raw))
    if isinstance(spec, SeriesInput):
        return Given(spec, "given", zh, en, series=_series(spec, raw, field))
    return Given(spec, "given", zh, en, shapes=_shapes(spec, raw, field))


def _not_given(spec: Input, field: str) -> Given:
    if isinstance(spec, NumberInput) and spec.prior is not None:
        return Given(spec, "prior", spec.prior.zh, spec.prior.en, dist=spec.prior.dist.within(spec.low, spec.high))
    if isinstance(spec, ChoiceInput) and spec.prior is not None:
        return Given(spec, "prior", spec.prior_zh, spec.prior_en, key=spec.prior)
    if spec.optional:
        return Given(spec, "absent", "", "")
    raise Refused(
        "input_missing", zh=f"还需要：{spec.zh}。", en=f"Still needed: {spec.en}.", field=field, status=422, final=False
    )


def _number(spec: NumberInput, raw: Json, field: str) -> Dist:
    dist = read_dist(raw, field)
    ends = [dist.median] if dist.kind in ("exact", "normal", "lognormal") else [dist.low, dist.high]
    for value in ends:
        if not spec.low <= value <= spec.high:
            zh, en = f"{spec.zh}（{spec.unit_zh}）", f"{spec.en} ({spec.unit_en})"
            raise Refused(
                "hazard_input",
                zh=f"{zh}应在 {spec.low:g} 到 {spec.high:g} 之间，收到 {value:g}。",
                en=f"{en} must be between {spec.low:g} and {spec.high:g}, not {value:g}.",
                field=field,
            )
    if dist.kind == "exact" and spec.given_spread is not None:
        kind, spread = spec.given_spread
        if kind == "normal" or dist.median > 0:
            dist = Dist(kind, dist.median, spread)
    return dist.within(spec.low, spec.high)


def _series(spec: SeriesInput, raw: Json, field: str) -> tuple[float, ...]:
    if not isinstance(raw, Sequence) or isinstance(raw, str) or not spec.least <= len(raw) <= spec.most:
        raise wrong(field, f"应是 {spec.least} 到 {spec.most} 个数字", f"must be {spec.least} to {spec.most} numbers")
    found: list[float] = []
    for index, value in enumerate(raw):
        dist = read_dist(value, f"{field}.{index}")
        if dist.kind != "exact" or not spec.low <= dist.median <= spec.high:
            raise wrong(
                f"{field}.{index}",
                f"应是 {spec.low:g} 到 {spec.high:g} 之间的数字",
                f"must be a number between {spec.low:g} and {spec.high:g}",
            )
        found.append(dist.median)
    return tuple(found)


def _shapes(spec: ShapeInput, raw: Json, field: str) -> tuple[Shape, ...]:
    rows = raw if isinstance(raw, Sequence) and not isinstance(raw, str) else [raw]
    if not 1 <= len(rows) <= MOST_SHAPES:
        raise wrong(field, f"应是 1 到 {MOST_SHAPES} 个多边形", f"must be 1 to {MOST_SHAPES} polygons")
    found: list[Shape] = []
    for index, row in enumerate(rows):
        at = f"{field}.{index}"
        if not isinstance(row, Mapping):
            raise wrong(at, "应是 GeoJSON 多边形", "must be a GeoJSON polygon")
        geometry: Json = row.get("geometry") if "geometry" in row else cast(JsonObject, dict(row))
        shape = parse_geometry(geometry, f"{at}.geometry" if "geometry" in row else at, kinds=AREAS)
        value: float | None = None
        if spec.value_name is not None:
            dist = read_dist(row.get("value"), f"{at}.value")
            if not spec.low <= dist.median <= spec.high:
                raise wrong(
                    f"{at}.value",
                    f"应在 {spec.low:g} 到 {spec.high:g} 之间",
                    f"must be between {spec.low:g} and {spec.high:g}",
                )
            value = dist.median
        found.append(Shape(shape, value))
    return tuple(found)
