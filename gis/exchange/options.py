"""What whoever imports says about a file, and what the reading of it found; both travel between processes as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from gis.crs import Origin, origin_of
from spine.errors import Refused

MOST_FEATURES = 5_000_000
MOST_VERTICES = 1_000_000
"""Of one feature."""
MOST_ATTRIBUTES = 250
MOST_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Options:
    """Answers to what a file does not say itself.

    `layer`: which of several. `encoding`: of attributes. `crs`: anything PROJ knows, such as `EPSG:4547`. `origin`: the offset
    on top of it. `lon`, `lat`: columns of a table. `swap`: the two were exchanged. `leave_out`: import although features must
    be left out. `rename`: attribute → its new title. `drop`: attributes not to keep. `types`: attribute → what it
    is to be read as. `city`: west, south, east, north.
    Of heights: `unit` they are in, `nodata`: the value for "not known" ("none": there is none).
    """

    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    origin: Origin = Origin.WGS84
    lon: str | None = None
    lat: str | None = None
    swap: bool = False
    leave_out: bool = False
    rename: Mapping[str, str] = field(default_factory=dict[str, str])
    drop: frozenset[str] = frozenset()
    unit: str | None = None
    nodata: str | None = None
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    city: tuple[float, float, float, float] | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "layer": self.layer,
            "encoding": self.encoding,
            "crs": self.crs,
            "origin": str(self.origin),
            "lon": self.lon,
            "lat": self.lat,
            "swap": self.swap,
            "leave_out": self.leave_out,
            "rename": dict(self.rename),
            "drop": sorted(self.drop),
            "unit": self.unit,
            "nodata": self.nodata,
            "types": dict(self.types),
            "city": self.city,
        }

    @staticmethod
    def from_json(told: Mapping[str, Any]) -> "Options":
        """Raises Refused `unknown_origin`."""
        city = told.get("city")
        return Options(
            layer=told.get("layer"),
            encoding=told.get("encoding"),
            crs=told.get("crs"),
            origin=origin_of(told.get("origin")),
            lon=told.get("lon"),
            lat=told.get("lat"),
            swap=bool(told.get("swap")),
            leave_out=bool(told.get("leave_out")),
            rename=dict(cast(Mapping[str, str], told.get("rename") or {})),
            drop=frozenset(cast(list[str], told.get("drop") or [])),
            unit=told.get("unit"),
            nodata=told.get("nodata"),
            types=dict(cast(Mapping[str, str], told.get("types") or {})),
            city=None if city is None else cast(tuple[float, float, float, float], tuple(city)),
        )


def question(code: str, *, zh: str, en: str, field: str, **facts: Any) -> Refused:
    """A refusal that the importer lifts by answering: the same import with `field` given goes on."""
    return Refused(code, zh=zh, en=en, field=field, final=False, question=True, **facts)


def refused_from(told: Mapping[str, Any]) -> Refused:
    """A refusal that came from another process, as it was."""
    facts = cast(dict[str, Any], told.get("facts") or {})
    refused = Refused(
        str(told["code"]),
        zh=str(told["zh"]),
        en=str(told["en"]),
        field=told.get("field"),
        status=int(told.get("status") or 422),
        final=False,
    )
    refused.facts = facts
    return refused
