"""What stands on a sheet: the wish, and what only the server knows (who prints, when, the incident, sources, the exercise)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gis.catalogue import CityLayer
from gis.layers import LayerRow
from gis.sheets.graticule import Frame, GridLine, graticule
from gis.sheets.papers import Sheet
from gis.sheets.scale import off_at, scale_bar
from incidents.incident import Incident
from spine.clock import BEIJING
from web.sheets.asked import LegendEntry, SheetWish
from web.sheets.words import DECIDED, GRADES, SUGGESTED, UNGRADED, WORDS, Locale

_LABEL_APART_MM = 11.0


@dataclass(frozen=True, slots=True)
class Known:
    """What the server adds. `mark` puts the exercise's mark before a text; outside an exercise it is None."""

    by: str
    at: datetime
    mark: str | None
    incident: Incident | None
    layers: Sequence[CityLayer | LayerRow]


def compose(wish: SheetWish, sheet: Sheet, known: Known) -> tuple[dict[str, Any], dict[str, str]]:
    """(what the template reads, file name → symbol of the legend as base64 PNG)."""
    words = WORDS[wish.locale]
    frame = Frame(wish.lon, wish.lat, wish.scale, wish.bearing, sheet.map.width, sheet.map.height)
    files = {name: f"icon-{n}.png" for n, name in enumerate(wish.icons)}
    restricted = restricted_names(known.layers, wish.locale)
    title = wish.title if known.mark is None else f"{known.mark}{wish.title}"
    incident = incident_line(known.incident, wish.locale)
    data: dict[str, Any] = {
        "lang": wish.locale,
        "width": sheet.width,
        "height": sheet.height,
        "letters": sheet.letters,
        "columns": sheet.columns,
        "boxes": {
            name: {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
            for name, box in (("title", sheet.title), ("map", sheet.map), ("side", sheet.side))
        },
        "title": wish.title,
        "author": known.by,
        "description": f"{title} 1:{wish.scale}",
        "mark": known.mark,
        "watermark": "演练 EXERCISE",
        "subtitle": incident,
        "confidential": words["restricted"].format(names=words["comma"].join(restricted)) if restricted else None,
        "bearing": wish.bearing,
        "scale_text": f"1:{wish.scale:,}".replace(",", " "),
        "scale_note": words["scale_note"].format(lat=_lat(wish.lat), off=_off(frame)),
        "bar": _bar(wish.scale, sheet),
        "graticule": wish.graticule,
        "grid": _grid(graticule(frame), sheet),
        "legend": _legend(wish, files),
        "gaps": wish.gaps,
        "times": _times(wish),
        "sources": _sources(known.layers, wish.locale),
        "notes": _notes(wish, known),
        "words": {**words, "gaps_overleaf": words["gaps_overleaf"].format(n=len(wish.gaps))},
    }
    return data, {files[name]: content for name, content in wish.icons.items()}


def city_time(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def restricted_names(layers: Sequence[CityLayer | LayerRow], locale: Locale) -> list[str]:
    return [_title(layer, locale) for layer in layers if _told(layer).sensitivity == "restricted"]


def _told(layer: CityLayer | LayerRow) -> Any:
    return layer.description if isinstance(layer, CityLayer) else layer


def _title(layer: CityLayer | LayerRow, locale: Locale) -> str:
    told = _told(layer)
    return str(told.title_en or told.title_zh if locale == "en" else told.title_zh or told.title_en)


def incident_line(incident: Incident | None, locale: Locale) -> str:
    if incident is None:
        return WORDS[locale]["no_incident"]
    grade, how = incident.decided_grade, DECIDED[locale]
    if grade is None:
        grade, how = incident.suggested_grade, SUGGESTED[locale]
    said = UNGRADED[locale] if grade is None else f"{GRADES[locale].get(grade, grade)} · {how}"
    return f"{incident.title} · {incident.no} · {said}"


def _lat(lat: float) -> str:
    minutes = round(abs(lat) * 60)
    return f"{minutes // 60}°{minutes % 60:02d}′{'N' if lat >= 0 else 'S'}"


def _off(frame: Frame) -> str:
    worst = max(abs(off_at(lat, frame.lat)) for _, lat in frame.corners())
    return "<0.1 %" if worst < 0.0005 else f"{'≤' if frame.bearing else ''}{worst * 100:.1f} %"


def _bar(scale: int, sheet: Sheet) -> dict[str, Any]:
    bar = scale_bar(scale, 33 * sheet.letters)
    kilometres = bar.metres >= 1000
    unit, per = ("km", 1000) if kilometres else ("m", 1)

    def words(metres: float) -> str:
        return f"{metres / per:g}"

    marks = [{"mm": 0.0, "text": "0"}, {"mm": bar.mm, "text": f"{words(bar.metres)} {unit}"}]
    if bar.parts % 2 == 0:
        marks.insert(1, {"mm": bar.mm / 2, "text": words(bar.metres / 2)})
    return {"mm": bar.mm, "parts": bar.parts, "marks": marks}


def _grid(lines: Sequence[GridLine], sheet: Sheet) -> list[dict[str, Any]]:
    """A label is left out where it would run into the one before it on the same edge."""
    taken: dict[str, list[float]] = {}
    drawn: list[dict[str, Any]] = []
    for line in lines:
        ends: list[dict[str, Any]] = []
        for (x, y), side in zip(line.ends, line.sides, strict=True):
            along = x if side in ("top", "bottom") else y
            others = taken.setdefault(side, [])
            clear = all(abs(along - other) >= _LABEL_APART_MM * sheet.letters for other in others)
            if clear:
                others.append(along)
            ends.append({"x": x, "y": y, "side": side, "labelled": clear})
        drawn.append({"label": line.label, "ends": ends})
    return drawn


def _legend(wish: SheetWish, files: Mapping[str, str]) -> list[dict[str, Any]]:
    def entry(one: LegendEntry) -> dict[str, Any]:
        file = None if one.icon is None else files.get(one.icon)
        return {"kind": one.kind, "colour": one.colour, "dash": one.dash, "file": file, "text": one.text}

    return [
        {"title": group.title, "entries": [entry(one) for one in group.entries]}
        for group in wish.legend
        if group.entries
    ]


def _times(wish: SheetWish) -> list[str]:
    words, as_of = WORDS[wish.locale], wish.as_of
    said = [
        words["pictures_unknown"]
        if as_of.pictures is None
        else words["pictures_at"].format(when=city_time(as_of.pictures))
    ]
    if as_of.replay is not None:
        said.append(words["replay"].format(when=city_time(as_of.replay)))
    elif as_of.positions is None:
        said.append(words["positions_unknown"])
    else:
        said.append(words["positions_at"].format(when=city_time(as_of.positions)))
    return said


def _sources(layers: Sequence[CityLayer | LayerRow], locale: Locale) -> list[str]:
    """Layers of one source and one date stand in one line."""
    words = WORDS[locale]
    by_source: dict[tuple[str, str, bool], list[str]] = {}
    for layer in layers:
        told = _told(layer)
        source = str(told.source_en or told.source if locale == "en" else told.source or told.source_en)
        date = words["unknown_date"] if told.date is None else told.date.isoformat()
        by_source.setdefault((source, date, bool(told.illustrative)), []).append(_title(layer, locale))
    said: list[str] = []
    for (source, date, illustrative), titles in by_source.items():
        mark = f" · {words['illustrative']}" if illustrative else ""
        said.append(
            f"{words['comma'].join(titles)}：{source}（{date}{mark}）"
            if locale == "zh"
            else f"{', '.join(titles)}: {source} ({date}{mark})"
        )
    return said


def _notes(wish: SheetWish, known: Known) -> list[str]:
    words = WORDS[wish.locale]
    said = [wish.note] if wish.note else []
    said.append(words["crs"].format(bearing=f"{wish.bearing % 360:.0f}°"))
    if any(_told(layer).illustrative for layer in known.layers):
        said.append(words["marked_illustrative"])
    said.append(words["internal"])
    said.append(words["printed"].format(who=known.by, when=city_time(known.at)))
    said.append(words["sheet"].format(id=str(wish.id)[:8]))
    return said
