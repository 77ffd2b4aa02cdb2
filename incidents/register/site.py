"""A site of the risk register and its versions: what it is, what may be done with it, how it is shown (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from incidents.reading_time import BEIJING
from incidents.register.major_hazard import Held
from incidents.register.rules import Property, RegisterRules, SiteKind
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none
from spine.errors import Refused
from spine.principal import Principal

Action = Literal["entered", "taken_in", "corrected", "retired", "restored"]
MOST_SUBSTANCES = 40
_MOST_TONNES = 10_000_000.0


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


# --- what may be said of a site ----------------------------------------------------------------------------------


def check_properties(
    rules: RegisterRules, kind: SiteKind, given: Mapping[str, Any], field: str = "data.properties"
) -> dict[str, Json]:
    """The properties that are known (None says: not known). Raises Refused naming the one that cannot be."""
    checked: dict[str, Json] = {}
    for name, value in given.items():
        place = f"{field}.{name}"
        if name not in kind.properties:
            raise Refused(
                "unknown_property",
                zh=f"“{kind.zh}”没有“{name}”这一项；可填：{'、'.join(kind.properties)}。",
                en=f"'{kind.en}' has no '{name}'; there are {', '.join(kind.properties)}.",
                field=place,
            )
        if value is not None:
            checked[name] = _checked(rules, rules.properties[name], value, place)
    return checked


def _checked(rules: RegisterRules, asked: Property, value: object, field: str) -> Json:
    match asked.type:
        case "number":
            return check_number(value, asked.zh, asked.en, asked.low, asked.high, field)
        case "choice":
            return _check_choice(asked, value, field)
        case "substances":
            return _check_substances(rules, value, field)
        case "text":
            if not isinstance(value, str) or not 0 < len(value.strip()) <= 2000:
                raise Refused(
                    "property_text",
                    zh=f"“{asked.zh}”应为 1 至 2000 字。",
                    en=f"'{asked.en}' must be 1 to 2000 characters.",
                    field=field,
                )
            return value.strip()


def check_number(value: object, zh: str, en: str, low: float | None, high: float | None, field: str) -> float:
    """Raises Refused `property_number` for what is no finite number, `property_range` outside the limits."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  NaN
        raise Refused("property_number", zh=f"“{zh}”应为数字。", en=f"'{en}' must be a number.", field=field)
    if (low is not None and value < low) or (high is not None and value > high):
        raise Refused(
            "property_range",
            zh=f"“{zh}”应在 {low:g} 与 {high:g} 之间，收到 {value:g}。",
            en=f"'{en}' must lie between {low:g} and {high:g}, not {value:g}.",
            field=field,
            value=value,
        )
    return float(value)


def _check_choice(asked: Property, value: object, field: str) -> str:
    choices = asked.choices or {}
    if isinstance(value, str) and value in choices:
        return value
    told = "、".join(f"{key}（{words.zh}）" for key, words in choices.items())
    raise Refused(
        "property_choice",
        zh=f"“{asked.zh}”应为下列之一：{told}。",
        en=f"'{asked.en}' must be one of {', '.join(choices)}.",
        field=field,
    )


def _check_substances(rules: RegisterRules, value: object, field: str) -> list[Json]:
    if not isinstance(value, list | tuple) or len(value) > MOST_SUBSTANCES:  # pyright: ignore[reportUnknownArgumentType]
        raise Refused(
            "property_substances",
            zh=f"危险物质应为列表 [{{key, mass_t}}]，至多 {MOST_SUBSTANCES} 种。",
            en=f"Substances are a list [{{key, mass_t}}] of at most {MOST_SUBSTANCES}.",
            field=field,
        )
    found: list[Json] = []
    items: Sequence[object] = value  # pyright: ignore[reportUnknownVariableType]
    for number, item in enumerate(items):
        place = f"{field}.{number}"
        one: Mapping[str, object] = item if isinstance(item, Mapping) else {}  # pyright: ignore[reportUnknownVariableType]
        key, mass = one.get("key"), one.get("mass_t")
        if not isinstance(key, str) or rules.substance(key) is None or set(one) - {"key", "mass_t"}:
            known = "、".join(f"{s.key}（{s.zh}）" for s in rules.major_hazard.substances)
            raise Refused(
                "unknown_substance",
                zh=f"表中没有这种物质；可用：{known}。其他物质请写在备注中，并在规则文件中补充。",
                en=f"No such substance; there are {', '.join(s.key for s in rules.major_hazard.substances)}."
                " Put others into the remark and add them to the rules.",
                field=f"{place}.key",
            )
        tonnes = None
        if mass is not None:
            tonnes = check_number(mass, "质量（吨）", "mass in tonnes", 0, _MOST_TONNES, f"{place}.mass_t")
        found.append({"key": key, "mass_t": tonnes})
    return found


def check_survey(on: date | None, at: datetime, field: str = "data.surveyed_on") -> None:
    """Raises Refused `survey_in_future`, by the day in Beijing."""
    if on is not None and on > at.astimezone(BEIJING).date():
        raise Refused(
            "survey_in_future",
            zh=f"调查日期 {on} 晚于今天。",
            en=f"The day of the survey, {on}, lies in the future.",
            field=field,
        )


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
