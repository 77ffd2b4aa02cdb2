"""A site of the risk register and its versions: what it is, what may be done with it, how it is shown (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from incidents.register.major_hazard import Held
from incidents.register.rules import RegisterRules
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING, iso, iso_or_none
from spine.errors import Refused
from spine.principal import Principal

Action = Literal["entered", "taken_in", "corrected", "retired", "restored"]


@dataclass(frozen=True, slots=True)
class Site:
    """`properties`: what is known; what is not there is not known. `area_code`: township, or None outside every known area."""

    id: UUID
    facility_code: str | None
    facility_print: str | None
    kind: str
    name: str
    name_en: str | None
    lon: float
    lat: float
    origin: str
    area_code: str | None
    owner: str | None
    department: str | None
    surveyed_on: date | None
    properties: Mapping[str, Json]
    source: str
    source_en: str | None
    mark: str
    retired: bool
    entered_by: Mapping[str, Json]
    entered_at: datetime
    changed_by: Mapping[str, Json]
    changed_at: datetime
    reason: str
    recompute_at: datetime | None
    version: int

    def scope(self) -> Scope:
        return Scope(self.area_code, frozenset({self.department} if self.department else ()))


@dataclass(frozen=True, slots=True)
class SiteVersion:
    version: int
    action: str
    site: Mapping[str, Json]
    reason: str
    by: Mapping[str, Json]
    at: datetime


def substances_of(site: Site) -> list[Held] | None:
    """What the site holds, by the rules' keys; None when that is not known, empty when it is known to hold none of the table."""
    listed = site.properties.get("substances")
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return None
    found: list[Held] = []
    for one in listed:
        if isinstance(one, Mapping):
            mass = one.get("mass_t")
            number = float(mass) if isinstance(mass, int | float) and not isinstance(mass, bool) else None
            found.append(Held(str(one.get("key")), number))
    return found


# --- deciding ----------------------------------------------------------------------------------------------------


def require_version(site: Site, expect: int) -> None:
    """Raises Refused `stale_version`, saying who changed it meanwhile and when."""
    if expect == site.version:
        return
    who, when = site.changed_by.get("name"), site.changed_at.astimezone(BEIJING)
    raise Refused(
        "stale_version",
        zh=f"{who}已于 {when:%m-%d %H:%M} 更新这个风险点：您看到的是第 {expect} 版，现在是第 {site.version} 版，请核对后再改。",
        en=f"{who} changed this site at {when:%m-%d %H:%M}: you saw version {expect}, it is now {site.version}."
        " Check it and send again.",
        field="data.expect",
        status=409,
        expected=expect,
        actual=site.version,
    )


def require_standing(site: Site, *, retired: bool = False) -> None:
    """Raises Refused `site_retired`, or `site_not_retired` where a retired one was asked for."""
    if site.retired == retired:
        return
    if site.retired:
        raise Refused(
            "site_retired",
            zh=f"这个风险点已注销（{site.reason}），可以先恢复。",
            en=f"This site was retired ({site.reason}). Restore it first.",
            field="data.site_id",
            status=409,
            final=False,
        )
    raise Refused(
        "site_not_retired",
        zh="这个风险点没有注销。",
        en="This site is not retired.",
        field="data.site_id",
        status=409,
        final=False,
    )


def changed(before: Site, after: Site, by: Principal, at: datetime, reason: str) -> Site:
    """The next version. Raises Refused `nothing_to_change`."""
    if after == before:
        raise Refused(
            "nothing_to_change", zh="没有需要修改的内容。", en="Nothing to change was given.", field="data", final=False
        )
    return replace(after, version=before.version + 1, changed_by=by.as_by(), changed_at=at, reason=reason)


# --- showing -----------------------------------------------------------------------------------------------------


def site_object(rules: RegisterRules, site: Site) -> JsonObject:
    """The site's facts as the API tells them; unknown properties are null."""
    kind = next((one for one in rules.kinds if one.key == site.kind), None)
    names = site.properties if kind is None else kind.properties
    return {
        "id": str(site.id),
        "facility_code": site.facility_code,
        "kind": site.kind,
        "kind_zh": site.kind if kind is None else kind.zh,
        "kind_en": site.kind if kind is None else kind.en,
        "group": None if kind is None else kind.group,
        "symbol": "circle" if kind is None else kind.symbol,
        "name": site.name,
        "name_en": site.name_en,
        "point": {"lon": site.lon, "lat": site.lat, "origin": site.origin},
        "area_code": site.area_code,
        "owner": site.owner,
        "department": site.department,
        "surveyed_on": None if site.surveyed_on is None else site.surveyed_on.isoformat(),
        "properties": {name: site.properties.get(name) for name in names},
        "source": site.source,
        "source_en": site.source_en,
        "mark": site.mark,
        "retired": site.retired,
        "entered_by": site.entered_by,
        "entered_at": iso(site.entered_at),
        "changed_by": site.changed_by,
        "changed_at": iso(site.changed_at),
        "reason": site.reason,
        "recompute_at": iso_or_none(site.recompute_at),
        "version": site.version,
    }
