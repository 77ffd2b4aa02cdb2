"""What stands on the paper of an assessment: the answer as it was filed, whose it is, what it cannot know. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from incidents.incident import Incident
from spine.canonical import Json
from spine.clock import parse_iso
from web.sheets.assessment_words import REPORT_WORDS, amount, band_words, percent, rough, rough_range, said
from web.sheets.compose import city_time, incident_line
from web.sheets.words import Locale

SKETCH_MM = (78.0, 62.0)
_NEARLY = 0.08
_GRADES = ("I", "II", "III", "IV", "none")
_GROUPS = ("schools", "hospitals", "shelters", "hazardous_sites", "reservoirs")
_MOST = 8
_COLOURS = ("#a98300", "#c96a0a", "#c8261d", "#a8145f", "#86208f")
"""From the weakest zone to the strongest."""

Told = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Exported:
    """What the server adds to the assessment. `mark`: the exercise's, None outside one."""

    by: str
    at: datetime
    mark: str | None
    incident: Incident
    locale: Locale


def compose_assessment(whole: Told, exported: Exported) -> dict[str, Any]:
    """What the template reads. `whole`: a filed version with its answer and geometries. Raises KeyError for one without an answer."""
    locale, words = exported.locale, REPORT_WORDS[exported.locale]
    answer = cast(Told, whole["answer"])
    model = cast(Told, answer["model"])
    outcomes = cast(Mapping[str, Told], answer["outcomes"])
    primary = str(answer["primary"])
    main = outcomes[primary]
    return {
        "lang": locale,
        "mark": exported.mark,
        "watermark": "演练 EXERCISE",
        "title": f"{words['title']} · {exported.incident.title}",
        "subtitle": incident_line(exported.incident, locale),
        "author": exported.by,
        "headline": _headline(answer, main, locale),
        "bars": _bars(answer, main, locale),
        "others": [
            _other(one, locale) for name, one in outcomes.items() if name != primary and one["band_probabilities"]
        ],
        "grade": _grade(cast(Told | None, answer.get("grade")), main["band_probabilities"] is not None, locale),
        "quality": _quality(answer, locale),
        "warnings": _warnings(whole, answer, locale),
        "zones": [_zone(one, locale) for one in _objects(answer["zones"])],
        "sketch": sketch(_objects(answer["footprints"]), locale),
        "places": [_place(one, locale) for one in _objects(answer["priority"])[:_MOST]],
        "needs": [_need(one, locale) for one in _objects(answer["needs"])],
        "changes": [_change(one, main, locale) for one in _objects(answer["changes"])[:_MOST]],
        "inputs": [_input(one, locale) for one in _objects(answer["inputs"])],
        "assumptions": [
            said(one, "", locale) for one in (*_objects(answer["assumptions"]), *_objects(answer["notes"]))
        ],
        "sources": [_source(one, locale) for one in _objects(answer["sources"])],
        "made": words["made"].format(
            model=said(model, "", locale),
            id=model["id"],
            version=model["version"],
            no=whole["no"],
            at=city_time(parse_iso(str(whole["at"]))),
            draws=answer["draws"],
            seed=answer["seed"],
            hash=str(answer["inputs_hash"])[:12],
        ),
        "printed": words["printed"].format(who=exported.by, when=city_time(exported.at), page="{page}"),
        "words": {
            **words,
            "bars": words["bars"].format(what=said(main, "", locale), unit=said(main, "unit", locale)),
            "changes": words["changes"].format(what=said(main, "", locale)),
        },
    }


def _objects(value: Json) -> list[Told]:
    return [one for one in cast(Sequence[Json], value or []) if isinstance(one, Mapping)]


def _band(main: Told, index: int, locale: Locale) -> str:
    band = str(cast(Sequence[Json], main["bands"])[index])
    if locale == "en":
        return f"{band_words(band, '', 'en')} {main['en']}"
    return f"无{main['zh']}" if band == "0" else f"{main['zh']} {band_words(band, str(main['unit_zh']), 'zh')}"


def _headline(answer: Told, main: Told, locale: Locale) -> list[str]:
    """Sentences, the first the largest. Without a range there is no number."""
    words, interval = REPORT_WORDS[locale], amount(main, locale)
    if interval is None:
        return [said(answer, "summary", locale)]
    if answer["casualties"] == "not_estimated":
        return [f"{said(main, '', locale)} {interval}", words["not_estimated"]]
    shares = cast(Sequence[float], main["band_probabilities"])
    order = sorted(range(len(shares)), key=lambda index: -shares[index])
    best, second = order[0], order[1]
    lines = [f"{words['likeliest']}{_band(main, best, locale)}{words['chance'].format(chance=percent(shares[best]))}"]
    if shares[best] - shares[second] < _NEARLY:
        lines.append(words["rival"].format(band=_band(main, second, locale), chance=percent(shares[second])))
    if said(main, "often", locale):
        lines.append(said(main, "often", locale))
    lines.append(words["interval"].format(what=said(main, "", locale), range=interval))
    return lines


def _bars(answer: Told, main: Told, locale: Locale) -> list[dict[str, Any]]:
    shares = cast(Sequence[float] | None, main["band_probabilities"])
    if shares is None or answer["casualties"] == "not_estimated":
        return []
    best = max(range(len(shares)), key=lambda index: shares[index])
    return [
        {"text": band_words(str(band), str(main["unit_zh"]), locale), "share": share, "percent": percent(share), "best": n == best}
        for n, (band, share) in enumerate(zip(cast(Sequence[Json], main["bands"]), shares, strict=True))
    ]  # fmt: skip


def _other(one: Told, locale: Locale) -> list[str]:
    shares = cast(Sequence[float], one["band_probabilities"])
    best = max(range(len(shares)), key=lambda index: shares[index])
    band = band_words(str(cast(Sequence[Json], one["bands"])[best]), str(one["unit_zh"]), locale)
    return [said(one, "", locale), f"{band} {percent(shares[best])}", amount(one, locale) or ""]


def _grade(grade: Told | None, counted: bool, locale: Locale) -> dict[str, Any] | None:
    if grade is None:
        return None
    words, chances = REPORT_WORDS[locale], cast(Mapping[str, float], grade["probabilities"])
    return {
        "boxes": [
            {
                "name": words["below"] if name == "none" else name,
                "percent": percent(chances[name]),
                "share": chances[name],
                "suggested": name == grade["suggested"],
            }
            for name in _GRADES
        ],
        "triggers": [
            *([] if counted else [words["grade_unknown"]]),
            *(f"{words['reached']}{said(one, '', locale)}" for one in _objects(grade["triggers"])),
        ],
        "note": words["grade_note"].format(floor=percent(cast(float, grade["floor"]))),
    }


def _quality(answer: Told, locale: Locale) -> list[str]:
    words = REPORT_WORDS[locale]
    errors, confidence, exposure = (cast(Told, answer[name]) for name in ("errors", "confidence", "exposure"))
    lines: list[str] = []
    if said(errors, "largest", locale):
        lines.append(f"{words['largest']}{said(errors, 'largest', locale)}")
    lines.append(f"{words['confidence']}{confidence['letter']} · {said(confidence, 'reasons', locale)}")
    if exposure["loaded"]:
        date = exposure["date"] or words["unknown"]
        lines.append(f"{words['exposure']}{said(exposure, 'source', locale)} · {date}")
    return lines


def _warnings(whole: Told, answer: Told, locale: Locale) -> list[str]:
    words, exposure = REPORT_WORDS[locale], cast(Told, answer["exposure"])
    lines = [said(one, "", locale) for one in _objects(answer["limits"])]
    if not exposure["loaded"]:
        lines.insert(0, words["no_exposure"])
    elif exposure["synthetic"]:
        lines.insert(0, f"{words['exposure']}{words['synthetic']}")
    wanted = cast(Told | None, whole.get("wanted"))
    if wanted is not None:
        model, why = cast(Told, wanted["model"]), cast(Told, wanted["refusal"])
        lines.insert(0, words["stand_in"].format(model=said(model, "", locale), why=said(why, "", locale)))
    return lines


def _zone(zone: Told, locale: Locale) -> list[str]:
    unknown = REPORT_WORDS[locale]["unknown"]
    people = cast(Mapping[str, float] | None, zone["people"])

    def count(name: str) -> str:
        value = zone.get(name)
        return (
            unknown if value is None else rough(cast(float, value), locale) if name.startswith("people") else f"{value}"
        )

    return [
        said(zone, "", locale),
        unknown if people is None else rough_range(people["p10"], people["p90"], locale),
        count("people_day"),
        count("people_night"),
        *(count(name) for name in _GROUPS),
    ]


def _place(one: Told, locale: Locale) -> list[str]:
    people = "" if one["people"] is None else rough(cast(float, one["people"]), locale)
    return [
        str(one["rank"]),
        said(one, "name", locale),
        said(one, "level", locale),
        people,
        said(one, "reasons", locale),
    ]


def _need(one: Told, locale: Locale) -> list[str]:
    low, high = cast(float, one["low"]), cast(float, one["high"])
    unverified = "" if one["verified"] else f" ({REPORT_WORDS[locale]['unverified']})"
    return [
        said(one, "item", locale),
        f"{rough_range(low, high, locale)} {said(one, 'unit', locale)}",
        f"{said(one, 'source', locale)}{unverified}",
    ]


def _source(one: Told, locale: Locale) -> str:
    return f"{said(one, '', locale)} {'✓' if one['verified'] else '(' + REPORT_WORDS[locale]['unverified'] + ')'}"


def _change(one: Told, main: Told, locale: Locale) -> list[str]:
    now = cast(float | None, main["p50"])

    def side(name: str) -> str:
        end = cast(Told, one[name])
        value = cast(float, end["p50"])
        times = f"×{value / now:.1g}" if now else "—"
        return f"{said(end, 'value', locale)} → {times}"

    return [said(one, "", locale), side("low"), side("high")]


def _input(one: Told, locale: Locale) -> list[str]:
    origin = REPORT_WORDS[locale][str(one["origin"])]
    source = said(one, "source", locale)
    return [said(one, "", locale), said(one, "value", locale), origin, source]


# --- the extent, without a map ----------------------------------------------------------------------------------------


def sketch(footprints: Sequence[Told], locale: Locale) -> dict[str, Any] | None:
    """Areas as rings of millimetres from the upper left, the weakest first; None when there is nothing to draw."""
    areas = [one for one in footprints if one["kind"] != "arrival" and one.get("geometry")]
    areas.sort(key=lambda one: cast(float, one["level"]))
    rings = [ring for one in areas for ring in _rings(one.get("outer") or one["geometry"])]
    points = [at for ring in rings for at in ring]
    if not points:
        return None
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    across = math.cos(math.radians((south + north) / 2))
    wide, high = max((east - west) * across, 1e-6), max(north - south, 1e-6)
    scale = min(SKETCH_MM[0] / wide, SKETCH_MM[1] / high)

    def placed(geometry: Json) -> list[list[list[float]]]:
        return [
            [[round((x - west) * across * scale, 2), round((north - y) * scale, 2)] for x, y in ring]
            for ring in _rings(geometry)
        ]

    levels = sorted({cast(float, one["level"]) for one in areas})
    bases = list(dict.fromkeys(str(one["basis"]) for one in areas))
    return {
        "width": round(wide * scale, 2),
        "height": round(high * scale, 2),
        "areas": [
            {
                "name": said(one, "", locale),
                "colour": _COLOURS[min(levels.index(cast(float, one["level"])), len(_COLOURS) - 1)],
                "body": placed(one["geometry"]),
                "outer": placed(one["outer"]) if one.get("outer") else [],
                "dashed": one["basis"] == "model",
            }
            for one in areas
        ],
        "bar_km": _bar_km(scale),
        "bar_mm": round(_bar_km(scale) / 111.2 * scale, 2),
        "note": REPORT_WORDS[locale]["sketch"].format(
            basis=("、" if locale == "zh" else ", ").join(REPORT_WORDS[locale][one] for one in bases)
        ),
    }


def _bar_km(mm_per_degree: float) -> float:
    """A round length of about a quarter of the sketch's width."""
    km = SKETCH_MM[0] / 4 / mm_per_degree * 111.2
    power = 10.0 ** math.floor(math.log10(km))
    return max(step * power for step in (1, 2, 5) if step * power <= km or step == 1)


def _rings(geometry: Json) -> list[list[tuple[float, float]]]:
    told = cast(Told | None, geometry)
    if told is None:
        return []
    coordinates = cast(Any, told.get("coordinates"))
    if told["type"] == "Polygon":
        return [[(float(x), float(y)) for x, y, *_ in coordinates[0]]] if coordinates else []
    if told["type"] == "MultiPolygon":
        return [[(float(x), float(y)) for x, y, *_ in part[0]] for part in coordinates if part]
    return []
