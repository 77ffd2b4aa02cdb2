"""CAP 1.0, 1.1 and 1.2 (Common Alerting Protocol, OASIS) → alert drafts. Pure.

Strict where a mistake could mislead (required elements, enumerations, times without an offset, impossible areas), generous
where the standard is (unknown elements are ignored) and where nothing is ambiguous (a time ending in Z, an empty polygon).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from shapely import Polygon

from incidents.classification import CAP_CATEGORIES, is_within
from incidents.feeds.base import (
    MOST_LANGUAGE,
    MOST_SOURCE,
    MOST_TEXT,
    SEVERITIES,
    AlertDraft,
    Colour,
    FeedRefused,
    Parsed,
    Status,
    marked,
)
from incidents.feeds.cap_area import as_geojson, read_circle, read_pair, read_polygon
from incidents.feeds.event_codes import EventCodes, event_codes
from incidents.feeds.xml_safety import Element, read_xml
from spine.canonical import JsonObject
from spine.clock import iso, parse_iso

NAMESPACES = {
    "http://www.incident.com/cap/1.0": "1.0",
    "urn:oasis:names:tc:emergency:cap:1.0": "1.0",
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "urn:oasis:names:tc:emergency:cap:1.2": "1.2",
}
_STATUS = ("Actual", "Exercise", "System", "Test", "Draft")
_MSG_TYPE = ("Alert", "Update", "Cancel", "Ack", "Error")
_SCOPE = ("Public", "Restricted", "Private")
_URGENCY = ("Immediate", "Expected", "Future", "Past", "Unknown")
_SEVERITY = (*SEVERITIES, "Unknown")
_CERTAINTY = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
_NAME = re.compile(r"[^\s,<&]+")
_MOST_NAME = 300
_MOST_ALERTS = 500


@dataclass(frozen=True, slots=True)
class _At:
    """An element together with the way to it, so that every refusal can say where."""

    element: Element
    path: str

    def refuse(self, zh: str, en: str, below: str = "") -> FeedRefused:
        return FeedRefused(f"{self.path}/{below}" if below else self.path, zh, en, self.element.line)

    def all(self, name: str) -> list["_At"]:
        found = list(self.element.each(name))
        many = len(found) > 1
        return [_At(e, f"{self.path}/{name}[{n}]" if many else f"{self.path}/{name}") for n, e in enumerate(found, 1)]

    def one(self, name: str) -> "_At | None":
        return next(iter(self.all(name)), None)

    def text(self, name: str) -> str | None:
        """The element's text, None when it is missing or empty."""
        found = self.one(name)
        return (found.element.text or None) if found is not None else None

    def need(self, name: str) -> tuple["_At", str]:
        found = self.one(name)
        if found is None:
            raise self.refuse(f"缺少必需的元素 {name}。", f"the required element {name} is missing.", name)
        if not found.element.text:
            raise found.refuse(f"元素 {name} 是空的。", f"the element {name} is empty.")
        return found, found.element.text

    def choice(self, name: str, permitted: Sequence[str]) -> str:
        found, said = self.need(name)
        if said not in permitted:
            raise found.refuse(
                f"“{said}”不是允许的值（{'、'.join(permitted)}）。",
                f"'{said}' is not one of {', '.join(permitted)}.",
            )
        return said

    def time(self, name: str) -> datetime | None:
        found = self.one(name)
        if found is None or not found.element.text:
            return None
        try:
            return parse_iso(found.element.text)
        except ValueError:
            raise found.refuse(
                f"“{found.element.text}”不是带时区的时间，例如 2026-03-01T18:24:00+08:00。",
                f"'{found.element.text}' is not a time with an offset, such as 2026-03-01T18:24:00+08:00.",
            ) from None

    def name(self, name: str) -> str:
        found, said = self.need(name)
        if not _NAME.fullmatch(said) or len(said) > _MOST_NAME:
            raise found.refuse(
                f"{name} 不能含空格、逗号、< 或 &，最长 {_MOST_NAME} 字。",
                f"{name} may not hold spaces, commas, < or &, nor more than {_MOST_NAME} characters.",
            )
        return said

    def values(self, name: str) -> Iterator[tuple[str, str]]:
        """valueName and value; CAP 1.0 wrote `name=value` instead."""
        for found in self.all(name):
            label, value = found.text("valueName"), found.text("value")
            if label is not None:
                yield label, value or ""
            elif "=" in found.element.text:
                label, _, value = found.element.text.partition("=")
                yield label.strip(), value.strip()


def parse(raw: bytes, received_at: datetime) -> Parsed:
    """A CAP message, or a wrapper (EDXL-DE and the like) with CAP messages inside. Raises FeedRefused."""
    root = read_xml(raw)
    if root.name == "alert" and root.namespace in NAMESPACES:
        return Parsed([draft for draft in [_message(_At(root, "alert"))] if draft is not None])
    inside = [e for e in root.walk() if e.name == "alert" and e.namespace in NAMESPACES]
    if not inside:
        raise FeedRefused(
            root.name,
            f"根元素是 {root.name}（{root.namespace or '无命名空间'}），其中没有 CAP 消息。",
            f"the root element is {root.name} ({root.namespace or 'no namespace'}) and no CAP message is in it.",
            root.line,
        )
    drafts: list[AlertDraft] = []
    refused: list[FeedRefused] = []
    for number, element in enumerate(inside[:_MOST_ALERTS], 1):
        try:
            draft = _message(_At(element, f"alert[{number}]"))
        except FeedRefused as trouble:
            refused.append(trouble)
            continue
        if draft is not None:
            drafts.append(draft)
    return Parsed(drafts, refused)


def _message(alert: _At) -> AlertDraft | None:
    """One message; None for acknowledgements and errors, which announce nothing."""
    codes = event_codes()
    identifier, sender = alert.name("identifier"), alert.name("sender")
    sent_element, _ = alert.need("sent")
    sent = alert.time("sent")
    if sent is None:
        raise sent_element.refuse("缺少发送时间。", "the time of sending is missing.")
    status = cast(Status, alert.choice("status", _STATUS).casefold())
    kind = alert.choice("msgType", _MSG_TYPE)
    alert.choice("scope", _SCOPE)
    references = _references(alert, kind)
    if kind in ("Ack", "Error"):
        return None
    infos = [_info(info) for info in alert.all("info")]
    chosen = _in_best_language(infos)
    about = _about(chosen, codes)
    action = next((a for a in (codes.parameter("warning_action", i.at.values("parameter")) for i in chosen) if a), None)
    note = alert.text("note")
    return AlertDraft(
        external_id=f"{sender},{identifier}",
        stamp=iso(sent),
        source=(about.source if about else None) or sender[:MOST_SOURCE],
        headline=marked(
            (about.headline if about else None) or note or f"{kind} {identifier}", status, about and about.language
        ),
        text=_bounded(alert, about.text if about else (note or "")),
        sent_at=sent,
        status=status,
        class_key=about.class_key if about else None,
        colour=about.colour if about else None,
        severity=about.severity if about else None,
        urgency=about.urgency if about else None,
        certainty=about.certainty if about else None,
        onset_at=about.onset if about else None,
        expires_at=about.expires if about else None,
        point=about.point if about else None,
        geometry=about.geometry if about else None,
        magnitude=about.magnitude if about else None,
        depth_km=about.depth_km if about else None,
        language=about.language if about else None,
        areas=about.areas if about else (),
        area_text=about.area_text if about else None,
        references=references,
        cancels=kind == "Cancel" or (kind == "Update" and codes.is_lifted(action)),
    )


def _bounded(alert: _At, text: str) -> str:
    if len(text) > MOST_TEXT:
        raise alert.refuse(
            f"说明有 {len(text)} 字，最多 {MOST_TEXT} 字。",
            f"the description has {len(text)} characters; at most {MOST_TEXT} are taken.",
            "info/description",
        )
    return text


def _references(alert: _At, kind: str) -> tuple[str, ...]:
    """Identities of the messages that this one is about. Update, Cancel, Ack and Error must name them (CAP 3.2.1)."""
    found = alert.one("references")
    said = found.element.text.split() if found is not None else []
    if not said and kind != "Alert":
        raise (found or alert).refuse(
            f"{kind} 消息必须在 references 中指明所针对的消息。",
            f"a message of type {kind} must name the messages it is about.",
            "" if found else "references",
        )
    identities: list[str] = []
    for word in said:
        parts = word.split(",")
        if len(parts) == 3:
            identities.append(f"{parts[0]},{parts[1]}")
        elif found is not None and NAMESPACES[alert.element.namespace] != "1.0":
            raise found.refuse(f"“{word}”不是“sender,identifier,sent”。", f"'{word}' is not 'sender,identifier,sent'.")
        else:
            # CAP 1.0 wrote `identifier/sender`
            identifier, _, sender = word.rpartition("/")
            identities.append(f"{sender},{identifier}")
    return tuple(dict.fromkeys(identities))


@dataclass(frozen=True, slots=True)
class _Info:
    at: _At
    language: str
    event: str
    urgency: str
    severity: str
    certainty: str


def _info(info: _At) -> _Info:
    version = NAMESPACES[info.element.namespace]
    for category in info.all("category"):
        if category.element.text not in CAP_CATEGORIES:
            raise category.refuse(
                f"“{category.element.text}”不是允许的类别。", f"'{category.element.text}' is not a permitted category."
            )
    if version != "1.0" and not info.all("category"):
        raise info.refuse("缺少必需的元素 category。", "the required element category is missing.", "category")
    certainty = info.choice("certainty", _CERTAINTY if version == "1.2" else (*_CERTAINTY, "Very Likely"))
    return _Info(
        at=info,
        language=info.text("language") or "en-US",
        event=info.need("event")[1],
        urgency=info.choice("urgency", _URGENCY),
        severity=info.choice("severity", _SEVERITY),
        certainty="Likely" if certainty == "Very Likely" else certainty,
    )


def _language_rank(language: str) -> int:
    said = language.casefold()
    if said in ("zh", "zh-cn", "zh-hans", "zh-hans-cn"):
        return 0
    return 1 if said.startswith("zh") else 2 if said.startswith("en") else 3


def _in_best_language(infos: Sequence[_Info]) -> list[_Info]:
    """All info blocks of the best language: Chinese, then English, then what there is; the worst first."""
    if not infos:
        return []
    best = min(infos, key=lambda i: _language_rank(i.language)).language
    mine = [i for i in infos if i.language == best]
    return sorted(mine, key=lambda i: _SEVERITY.index(i.severity))


@dataclass(frozen=True, slots=True)
class _About:
    """What the chosen info blocks say together: words of the first, areas of all."""

    language: str
    source: str | None
    headline: str
    text: str
    class_key: str | None
    colour: Colour | None
    severity: str
    urgency: str
    certainty: str
    onset: datetime | None
    expires: datetime | None
    point: tuple[float, float] | None
    geometry: JsonObject | None
    magnitude: float | None
    depth_km: float | None
    areas: tuple[str, ...]
    area_text: str | None


def _about(chosen: Sequence[_Info], codes: EventCodes) -> _About | None:
    if not chosen:
        return None
    first = chosen[0]
    info = first.at
    parameters = list(info.values("parameter"))
    centre, geometry, areas, area_text = _areas(chosen, codes)
    headline = info.text("headline") or " ".join(filter(None, (first.event, area_text)))
    class_key = codes.class_of(info.values("eventCode"), first.event, headline)
    colour = codes.colour(codes.parameter("warning_level", parameters)) or codes.colour_in_text(
        f"{first.event} {headline}"
    )
    texts = (info.text("description"), info.text("instruction"))
    quake = class_key is not None and is_within(class_key, "nd.quake")
    return _About(
        language=first.language[:MOST_LANGUAGE],
        source=(info.text("senderName") or "")[:MOST_SOURCE] or None,
        headline=headline,
        text="\n\n".join(text for text in texts if text),
        class_key=class_key,
        colour=colour,
        severity=codes.severity_of(colour) if colour is not None and first.severity == "Unknown" else first.severity,
        urgency=first.urgency,
        certainty=first.certainty,
        onset=info.time("onset") or info.time("effective"),
        expires=info.time("expires"),
        point=_epicentre(info, parameters, codes) or centre,
        geometry=geometry,
        magnitude=codes.number("magnitude", parameters) if quake else None,
        depth_km=codes.number("depth_km", parameters) if quake else None,
        areas=areas,
        area_text=area_text,
    )


def _epicentre(info: _At, parameters: list[tuple[str, str]], codes: EventCodes) -> tuple[float, float] | None:
    said = codes.parameter("lat_lon", parameters)
    return None if said is None else read_pair(said.split()[0], lambda zh, en: info.refuse(zh, en, "parameter"))


def _areas(
    chosen: Sequence[_Info], codes: EventCodes
) -> tuple[tuple[float, float] | None, JsonObject | None, tuple[str, ...], str | None]:
    """The centre of a lone circle, all areas as one geometry, area codes, and what the areas are called."""
    polygons: list[Polygon] = []
    centres: list[tuple[float, float]] = []
    geocodes: list[tuple[str, str]] = []
    names: list[str] = []
    for info in chosen:
        for area in info.at.all("area"):
            names.append(area.need("areaDesc")[1])
            geocodes += area.values("geocode")
            polygons += [p for e in area.all("polygon") if (p := read_polygon(e.element.text, e.refuse)) is not None]
            for element in area.all("circle"):
                circle = read_circle(element.element.text, element.refuse)
                if circle is not None:
                    centres.append(circle[0])
                    polygons += [circle[1]] if circle[1] is not None else []
    text = "；".join(dict.fromkeys(" ".join(name.split()) for name in names))
    centre = centres[0] if len(set(centres)) == 1 and len(polygons) <= 1 else None
    return centre, as_geojson(polygons), codes.area_codes(geocodes), text[:1000] or None
