"""The catalogue of layers: what a city loaded itself, beside the built-in ones; who may see each, who may change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gis.layers import LayerRow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused, forbidden, not_found
from spine.principal import CITY, Principal, Role

STREAM = "layers"
"""Nudged when the catalogue changed; the telemetry stream of the same name tells the screens."""
SENSITIVITIES = ("public", "internal", "restricted")
_SEE_ALL = frozenset({Role.DUTY_OFFICER, Role.LEADER, Role.ADMINISTRATOR, Role.SYSTEM})


@dataclass(frozen=True, slots=True)
class Description:
    """What people say of a layer. `department`: owns it; `readers`: departments that may see it although restricted."""

    name: str
    title_zh: str
    title_en: str
    owner: str
    department: str | None
    readers: tuple[str, ...]
    source: str
    source_en: str
    licence: str
    date: date | None
    illustrative: bool
    sensitivity: str
    label: str | None


@dataclass(frozen=True, slots=True)
class CityLayer:
    """A layer of the city with its current version."""

    description: Description
    ordinal: int
    version: int
    """Names the feature table, and every tile made from it."""
    number: int
    features: int
    geometries: Mapping[str, int]
    attributes: Sequence[Mapping[str, Any]]
    zooms: Sequence[int]
    extent: tuple[float, float, float, float]
    crs: str
    origin: str
    format: str
    file_name: str
    imported_at: datetime
    imported_by: str

    @property
    def name(self) -> str:
        return self.description.name

    def to_json(self) -> JsonObject:
        told = self.description
        attributes: list[Json] = [dict(attribute) for attribute in self.attributes]
        return {
            "name": told.name,
            "kind": "city",
            "title_zh": told.title_zh,
            "title_en": told.title_en,
            "owner": told.owner,
            "department": told.department,
            "readers": list(told.readers),
            "source": told.source,
            "source_en": told.source_en,
            "licence": told.licence,
            "date": None if told.date is None else told.date.isoformat(),
            "illustrative": told.illustrative,
            "sensitivity": told.sensitivity,
            "label": told.label,
            "version": self.version,
            "number": self.number,
            "features": self.features,
            "geometries": dict(self.geometries),
            "attributes": attributes,
            "zooms": list(self.zooms),
            "extent": list(self.extent),
            "crs": self.crs,
            "origin": self.origin,
            "format": self.format,
            "file_name": self.file_name,
            "imported_at": iso(self.imported_at),
            "imported_by": self.imported_by,
        }


def built_in_json(row: LayerRow) -> JsonObject:
    return {**row.to_json(), "kind": "built_in"}


def may_see(principal: Principal, sensitivity: str, department: str | None = None, readers: Sequence[str] = ()) -> bool:
    """public: whoever is signed in. internal: people, not feeds. restricted: the centre, its owner, those named."""
    if sensitivity == "public":
        return True
    if sensitivity == "internal":
        return any(grant.role is not Role.FEED for grant in principal.grants)
    if any(grant.role in _SEE_ALL and grant.covers(CITY) for grant in principal.grants):
        return True
    mine = principal.departments()
    return (department is not None and department in mine) or not mine.isdisjoint(readers)


def may_see_layer(principal: Principal, layer: CityLayer) -> bool:
    told = layer.description
    return may_see(principal, told.sensitivity, told.department, told.readers)


def may_change(principal: Principal, department: str | None) -> bool:
    """An administrator any layer; a department its own."""
    if principal.has(Role.ADMINISTRATOR, Role.SYSTEM):
        return True
    return department is not None and department in principal.departments()


def check_may_change(principal: Principal, department: str | None) -> None:
    """Raises Refused `forbidden`."""
    if not may_change(principal, department):
        raise forbidden(
            "只有系统管理员，或图层所属单位，才能导入、回退或删除图层。",
            "Only an administrator, or the department that owns a layer, may import, roll back or remove it.",
            field="department",
        )


def no_such_layer(name: str) -> Refused:
    return not_found("图层", "layer", name, field="layer")
