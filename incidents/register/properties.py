"""What may be said of a site: properties by its kind, numbers within their limits, answers of a list, substances of the table (pure)."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from incidents.register.rules import Property, RegisterRules, SiteKind
from spine.canonical import Json
from spine.clock import BEIJING
from spine.errors import Refused

MOST_SUBSTANCES = 40
_MOST_TONNES = 10_000_000.0


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
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused("property_number", zh=f"“{zh}”应为数字。", en=f"'{en}' must be a number.", field=field)
    if (low is not None and value < low) or (high is not None and value > high):
        raise Refused(
            "property_range",
            zh=f"“{zh}”应在 {_plain(low)} 与 {_plain(high)} 之间，收到 {_plain(value)}。",
            en=f"'{en}' must lie between {_plain(low)} and {_plain(high)}, not {_plain(value)}.",
            field=field,
            value=value,
        )
    return float(value)


def _plain(value: float | None) -> str:
    """Without an exponent: people do not read 1e+07."""
    return "–" if value is None else f"{value:,.6f}".rstrip("0").rstrip(".")


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
    if not isinstance(value, list | tuple) or len(cast(Sequence[object], value)) > MOST_SUBSTANCES:
        raise Refused(
            "property_substances",
            zh=f"危险物质应为列表 [{{key, mass_t}}]，至多 {MOST_SUBSTANCES} 种。",
            en=f"Substances are a list [{{key, mass_t}}] of at most {MOST_SUBSTANCES}.",
            field=field,
        )
    found: list[Json] = []
    for number, item in enumerate(cast(Sequence[object], value)):
        place = f"{field}.{number}"
        one: Mapping[str, object] = cast(Mapping[str, object], item) if isinstance(item, Mapping) else {}
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
