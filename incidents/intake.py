"""What the command bar understood of a line, while it is being typed: class, place, figures, time, what a first report still
lacks, and which open incidents, calls and alerts look like the same event. Reads only; nothing is registered here."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeAlias

from gis.point_text import read_points as parse_points
from incidents import store
from incidents.classification import catalogue
from incidents.correlate import Happening, look_alike
from incidents.metrics import metrics
from incidents.reading import Reading, place_queries, read
from spine.canonical import Json, JsonObject
from spine.clock import iso_or_none
from spine.command import Connection


class Place(Protocol):
    """A place of the gazetteer, as its JSON object tells."""

    def to_json(self) -> JsonObject: ...


class LookUp(Protocol):
    """What the gazetteer makes of words: places, what gave none and why, and the words without those of coordinates."""

    @property
    def places(self) -> Sequence[Place]: ...
    @property
    def notices(self) -> Sequence[Place]: ...
    @property
    def rest(self) -> str: ...


FindPlace: TypeAlias = Callable[[Connection, str, tuple[float, float] | None, int], Awaitable[LookUp]]
_MOST_PLACES = 5


async def understand(conn: Connection, text: str, at: datetime, find_place: FindPlace) -> dict[str, Json]:
    """See `docs/architecture.md`, `GET /api/intake`. `at`: the realm's time; `find_place`: the gazetteer's search."""
    message = parse_points(text)
    pasted = await find_place(conn, text, None, _MOST_PLACES) if message.points or message.notices else None
    reading = read(text, at) if pasted is None else replace(read(pasted.rest, at), text=text.strip())
    places = [place.to_json() for place in pasted.places] if pasted is not None else []
    places = places or await _places(conn, reading.place, find_place)
    notices: list[Json] = [] if pasted is None else [notice.to_json() for notice in pasted.notices]
    best: JsonObject = places[0] if places else {}
    point, area_code = _point(best), _area_code(best)
    class_key = reading.classes[0].key if reading.classes else None
    subject = Happening(
        "line", "", text, class_key, point, area_code, reading.occurred_at or at, f"{reading.place or ''} {text}"
    )
    alike = look_alike(subject, await _open_happenings(conn))
    classes: list[Json] = [_class(match.key, match.score) for match in reading.classes]
    return {
        "text": reading.text,
        "title": _title(reading, class_key),
        "class_key": class_key,
        "classes": classes,
        "place": reading.place,
        "places": list[Json](places),
        "notices": notices,
        "point": None if point is None else _shown(point, best),
        "area_code": area_code,
        "figures": {metric: _whole(value) for metric, value in reading.figures.items()},
        "figures_in_words": _figures_in_words(reading),
        "occurred_at": iso_or_none(reading.occurred_at),
        "source": reading.source,
        "trend": reading.trend,
        "caller_name": reading.caller_name,
        "caller_phone": reading.caller_phone,
        "missing": [name for name in reading.missing if name != "place" or not places],
        "alike": [one.to_json() for one in alike],
    }


async def _places(conn: Connection, words: str | None, find_place: FindPlace) -> list[JsonObject]:
    """Places for the words that remained, from the whole to its parts; the first part that is known decides."""
    for query in place_queries(words) if words else []:
        found = await find_place(conn, query, None, _MOST_PLACES)
        if found.places:
            return [place.to_json() for place in found.places]
    return []


def _shown(point: tuple[float, float], place: JsonObject) -> JsonObject:
    """WGS 84; `given` where the place was told in coordinates: what a command is sent, so that their origin is recorded."""
    shown: dict[str, Json] = {"lon": point[0], "lat": point[1], "origin": "WGS84"}
    given = place.get("given")
    return shown if given is None else {**shown, "given": given}


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _point(place: JsonObject) -> tuple[float, float] | None:
    inner = place.get("point")
    holder: Mapping[str, Json] = inner if isinstance(inner, Mapping) else place
    lon, lat = _number(holder.get("lon")), _number(holder.get("lat"))
    return None if lon is None or lat is None else (lon, lat)


def _area_code(place: JsonObject) -> str | None:
    code = place.get("area_code")
    return code if isinstance(code, str) else None


def _class(key: str, score: float) -> JsonObject:
    found = catalogue().classes[key]
    return {"key": key, "zh": found.zh, "en": found.en, "score": round(score, 2)}


def _title(reading: Reading, class_key: str | None) -> str | None:
    """A proposal for the title: where and what; None when neither is known."""
    what = catalogue().classes[class_key] if class_key else None
    if reading.text.isascii():
        parts = [what.en if what else None, reading.place.title() if reading.place else None]
        return " - ".join(part for part in parts if part) or None
    place = "".join((reading.place or "").split())
    return f"{place}{what.zh if what else ''}" or None


def _whole(value: float) -> Json:
    return int(value) if value == int(value) else value


def _figures_in_words(reading: Reading) -> list[Json]:
    said: list[Json] = []
    for key, value in reading.figures.items():
        metric = metrics().metrics[key]
        said.append(
            {
                "metric": key,
                "value": _whole(value),
                "zh": f"{metric.zh}{value:.10g}{metric.unit_zh}",
                "en": f"{metric.en} {value:.10g} {metric.unit_en}".rstrip(),
            }
        )
    return said


async def _open_happenings(conn: Connection) -> list[Happening]:
    """What is open now: incidents, calls nobody has dealt with, alerts on the board."""
    found: list[Happening] = []
    for incident in await store.open_incidents(conn):
        point = None if incident.lon is None or incident.lat is None else (incident.lon, incident.lat)
        words = f"{incident.title} {incident.place} {incident.description or ''}"
        found.append(
            Happening(
                "incident", str(incident.id), incident.title, incident.class_key, point, incident.area_code,
                incident.occurred_at, words,
            )
        )  # fmt: skip
    for call in await store.open_calls(conn, ""):
        point = None if call.lon is None or call.lat is None else (call.lon, call.lat)
        found.append(
            Happening(
                "call", str(call.id), f"{call.no} {call.text[:40]}", call.class_key, point, call.area_code,
                call.occurred_at, f"{call.place or ''} {call.text}",
            )
        )  # fmt: skip
    for alert in await store.alerts_on_board(conn, ""):
        point = None if alert.lon is None or alert.lat is None else (alert.lon, alert.lat)
        words = f"{alert.headline} {alert.area_text or ''}"
        found.append(
            Happening(
                "alert", str(alert.id), alert.headline, alert.class_key, point, alert.area_code,
                alert.onset_at or alert.sent_at, words,
            )
        )  # fmt: skip
    return found
