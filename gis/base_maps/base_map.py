"""One base map of the city: what is said of it and where its tiles come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from gis.base_maps.grid import Grid
from gis.crs import Origin
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused, forbidden, not_found
from spine.principal import Principal, Role

Kind = Literal["xyz", "wmts", "tianditu", "pmtiles"]
Format = Literal["raster", "vector"]
Bounds = tuple[float, float, float, float]

STREAM = "base_maps"
"""Nudged when something about them changed."""


@dataclass(frozen=True, slots=True)
class VectorLayer:
    """A layer inside vector tiles, with the attributes that its archive names."""

    id: str
    fields: tuple[str, ...]

    def to_json(self) -> JsonObject:
        return {"id": self.id, "fields": list(self.fields)}


@dataclass(frozen=True, slots=True)
class BaseMap:
    """`sheets`: addresses of tiles with their fields ({z}, {TileMatrix}, {key}, …), the lowest first; empty for a file."""

    name: str
    kind: Kind
    title_zh: str
    title_en: str
    attribution: str
    format: Format
    min_zoom: int
    max_zoom: int
    tile_px: int
    origin: Origin
    bounds: Bounds | None
    source: str
    sheets: tuple[str, ...]
    subdomains: tuple[str, ...]
    flipped: bool
    grid: Grid | None
    file_sha256: str | None
    file_size: int | None
    vector_layers: tuple[VectorLayer, ...]

    @property
    def parts(self) -> int:
        """How many pictures lie upon each other."""
        return max(1, len(self.sheets))

    def shown(self) -> JsonObject:
        """What a screen needs to draw it; no address of anybody, no key."""
        layers: list[Json] = [layer.to_json() for layer in self.vector_layers]
        return {
            "name": self.name,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "attribution": self.attribution,
            "format": self.format,
            "min_zoom": self.min_zoom,
            "max_zoom": self.max_zoom,
            "tile_px": self.tile_px,
            "bounds": None if self.bounds is None else list(self.bounds),
            "vector_layers": layers,
        }

    def told(self) -> JsonObject:
        """What an administrator sees besides. Addresses name the key as {key}: it is never filled in here."""
        levels: list[Json] = [] if self.grid is None else [level.id for level in self.grid.levels]
        return {
            **self.shown(),
            "kind": self.kind,
            "origin": self.origin.value,
            "source": self.source,
            "sheets": list(self.sheets),
            "subdomains": list(self.subdomains),
            "tms": self.flipped,
            "levels": levels,
            "file_sha256": self.file_sha256,
            "file_size": self.file_size,
        }


@dataclass(frozen=True, slots=True)
class Kept:
    """A base map as the database has it. `revision` names its tiles; `has_key`: not the key itself."""

    map: BaseMap
    ordinal: int
    revision: int
    is_default: bool
    has_key: bool
    added_at: datetime
    added_by: str

    @property
    def name(self) -> str:
        return self.map.name

    def told(self) -> JsonObject:
        return {
            **self.map.told(),
            "default": self.is_default,
            "key": "••••••" if self.has_key else None,
            "added_at": iso(self.added_at),
            "added_by": self.added_by,
        }


def may_see(principal: Principal) -> bool:
    """People; what only brings news in has no use for a map."""
    return any(grant.role is not Role.FEED for grant in principal.grants)


def check_may_change(principal: Principal) -> None:
    """Raises Refused `forbidden`: whoever sets an address makes the server call it."""
    if not principal.has(Role.ADMINISTRATOR, Role.SYSTEM):
        raise forbidden(
            "只有系统管理员才能添加、修改或删除底图。",
            "Only an administrator may add, change or remove base maps.",
            field="name",
        )


def no_such_base_map(name: str) -> Refused:
    return not_found("底图", "base map", name, field="name")


def wrong(code: str, zh: str, en: str, field: str, choices: Sequence[str] | None = None) -> Refused:
    """A refusal of what was said of a base map. Not final: it is no command, and can be said anew."""
    if choices is None:
        return Refused(code, zh=zh, en=en, field=field, final=False)
    listed: list[Json] = [*choices[:100]]
    return Refused(code, zh=zh, en=en, field=field, final=False, choices=listed)


def joined(values: Sequence[object], most: int = 12) -> str:
    """For a sentence: the first of them."""
    listed = ", ".join(str(value) for value in values[:most])
    return listed + (" …" if len(values) > most else "")
