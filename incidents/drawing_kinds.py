"""Kinds of drawing: what shape each has, who may draw it, how it looks. Read from `rules/drawing_kinds.yaml` (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from gis.drawn_shape import KINDS
from incidents.rule_file import RULES, RuleModel, RuleTrouble, read_rules
from spine.canonical import Json
from spine.errors import Refused
from spine.principal import Role

Colour = Literal["red", "orange", "yellow", "green", "blue", "purple", "black"]
Dash = Literal["solid", "dashed", "dotted", "cordon"]


class KindStyle(RuleModel):
    colour: Colour
    width: Annotated[float, Field(ge=1, le=8)]
    dash: Dash
    fill: Annotated[float, Field(ge=0, le=0.6)]
    arrows: Literal["none", "ends", "in", "out"]


class DrawingKind(RuleModel):
    key: Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]
    zh: str
    en: str
    shape: Literal["area", "line", "point", "text"]
    code: str | None
    board: bool
    who: frozenset[Role]
    style: KindStyle

    def geometry_kinds(self) -> frozenset[str]:
        return KINDS["point" if self.shape == "text" else self.shape]


class _Most(RuleModel):
    per_incident: int = Field(ge=1, le=1000)
    per_board: int = Field(ge=1, le=1000)


class _File(RuleModel):
    version: int
    most: _Most
    ask_beyond_km: float = Field(ge=0)
    kinds: tuple[DrawingKind, ...]


@dataclass(frozen=True, slots=True)
class DrawingKinds:
    by_key: Mapping[str, DrawingKind]
    most_per_incident: int
    most_per_board: int
    ask_beyond_km: float

    def need(self, key: str, field: str = "data.kind") -> DrawingKind:
        """Raises Refused `unknown_drawing_kind`."""
        kind = self.by_key.get(key)
        if kind is None:
            raise Refused(
                "unknown_drawing_kind",
                zh=f"没有“{key}”这种标绘。",
                en=f"There is no kind of drawing '{key}'.",
                field=field,
            )
        return kind

    def to_json(self) -> list[Json]:
        """[{key, zh, en, shape, code, board, who, style}] in the order of the tool bar."""
        return [{**kind.model_dump(exclude={"who"}), "who": sorted(kind.who)} for kind in self.by_key.values()]


def load_drawing_kinds(path: Path) -> DrawingKinds:
    """Raises RuleTrouble."""
    file = read_rules(path, _File)
    by_key = {kind.key: kind for kind in file.kinds}
    if len(by_key) != len(file.kinds):
        raise RuleTrouble(f"{path.name}: a kind stands there twice")
    may = {Role.DUTY_OFFICER, Role.LEADER, Role.DEPARTMENT}
    for kind in file.kinds:
        if not kind.who or kind.who - may:
            raise RuleTrouble(f"{path.name}: {kind.key}: who must be some of {', '.join(sorted(may))}")
    return DrawingKinds(by_key, file.most.per_incident, file.most.per_board, file.ask_beyond_km)


@cache
def drawing_kinds() -> DrawingKinds:
    """The kinds that are shipped."""
    return load_drawing_kinds(RULES / "drawing_kinds.yaml")
