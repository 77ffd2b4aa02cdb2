"""USGS earthquake summary feeds (GeoJSON) → alert drafts, one per earthquake. Pure.

Format: earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php. `alert` there is the PAGER colour, an estimate of fatalities
and losses; it is no Chinese warning colour and goes into the text under its own name.
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from incidents.feeds.base import AlertDraft, FeedRefused, Parsed, marked
from incidents.feeds.event_codes import event_codes
from spine.clock import iso

MOST_BYTES = 24 * 1024 * 1024
MOST_FEATURES = 20_000
_PAGER = frozenset(("green", "yellow", "orange", "red"))
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def parse(raw: bytes, received_at: datetime) -> Parsed:
    """All features of a summary, newest first; a feature that cannot be read is refused alone. Raises FeedRefused."""
    features = _features(_read_json(raw))
    drafts: list[AlertDraft] = []
    refused: list[FeedRefused] = []
    for number, feature in enumerate(features):
        try:
            drafts.append(_earthquake(feature, f"features[{number}]"))
        except FeedRefused as trouble:
            refused.append(trouble)
    drafts.sort(key=lambda draft: draft.onset_at or draft.sent_at, reverse=True)
    return Parsed(drafts, refused)


def _no_such_number(said: str) -> float:
    raise ValueError(f"{said} is no JSON number")


def _read_json(raw: bytes) -> object:
    if len(raw) > MOST_BYTES:
        raise FeedRefused(
            "document",
            f"文件有 {len(raw)} 字节，超过 {MOST_BYTES // 1024 // 1024} MB 的上限。",
            f"The document has {len(raw)} bytes; at most {MOST_BYTES // 1024 // 1024} MB are read.",
        )
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_such_number)
    except json.JSONDecodeError as error:
        raise FeedRefused(
            "document", f"不是有效的 JSON（{error.msg}）。", f"not valid JSON: {error.msg}.", error.lineno
        ) from error
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise FeedRefused("document", "不是有效的 JSON。", f"not valid JSON: {error}.") from error


def _object(value: object, element: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise FeedRefused(element, f"{element} 应为对象。", f"{element} must be an object.")
    return cast(Mapping[str, Any], value)


def _features(document: object) -> list[object]:
    whole = _object(document, "document")
    if whole.get("type") != "FeatureCollection":
        raise FeedRefused("type", "不是 FeatureCollection。", "The document is not a FeatureCollection.")
    features = whole.get("features")
    if not isinstance(features, list):
        raise FeedRefused("features", "缺少 features 列表。", "The list of features is missing.")
    if len(cast(list[object], features)) > MOST_FEATURES:
        raise FeedRefused("features", f"超过 {MOST_FEATURES} 条。", f"There are more than {MOST_FEATURES} features.")
    return cast(list[object], features)


def _number(value: object, element: str, least: float, most: float) -> float | None:
    """A number in its range; None for null."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FeedRefused(element, f"{element} 应为数字。", f"{element} must be a number.")
    if not least <= value <= most:
        raise FeedRefused(
            element,
            f"{element} = {value:g} 超出范围（{least:g}～{most:g}）。",
            f"{element} = {value:g} is out of range ({least:g} to {most:g}).",
        )
    return float(value)


def _time(value: object, element: str) -> datetime:
    """Milliseconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FeedRefused(element, f"{element} 应为毫秒时间。", f"{element} must be a time in milliseconds.")
    try:
        at = datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        at = None
    if at is None or not _EARLIEST <= at <= _LATEST:
        raise FeedRefused(element, f"{element} = {value} 不是合理的时间。", f"{element} = {value} is no sensible time.")
    return at


def _text(properties: Mapping[str, Any], name: str) -> str:
    value = properties.get(name)
    return value.strip() if isinstance(value, str) else ""


def _earthquake(value: object, element: str) -> AlertDraft:
    feature = _object(value, element)
    properties = _object(feature.get("properties"), f"{element}.properties")
    identity = feature.get("id")
    if not isinstance(identity, str) or not 0 < len(identity) <= 100:
        raise FeedRefused(f"{element}.id", "缺少编号 id。", "The id is missing.")
    lon, lat, depth = _position(feature.get("geometry"), f"{element}.geometry")
    magnitude = _number(properties.get("mag"), f"{element}.properties.mag", -5, 10)
    at = _time(properties.get("time"), f"{element}.properties.time")
    updated = properties.get("updated")
    sent = at if updated is None else _time(updated, f"{element}.properties.updated")
    status = _text(properties, "status").casefold()
    kind = _text(properties, "type") or "earthquake"
    place = _text(properties, "place")
    said = "M ?" if magnitude is None else f"M {magnitude:.1f}"
    title = _text(properties, "title") or f"{said} {kind} - {place}".rstrip(" -")
    # One earthquake has an id from every network that saw it, and the preferred one may change between updates.
    others = [one for one in _text(properties, "ids").split(",") if one and one != identity]
    return AlertDraft(
        external_id=identity,
        stamp=iso(sent),
        source="USGS",
        headline=marked(title, "actual", "en"),
        text=_report(properties, magnitude, depth, at, status),
        sent_at=max(sent, at),
        class_key=event_codes().usgs_type(kind),
        certainty="Observed",
        urgency="Past",
        onset_at=at,
        point=(lon, lat),
        magnitude=magnitude,
        depth_km=depth,
        language="en",
        area_text=place[:1000] or None,
        references=tuple(others[:20]),
        cancels=status == "deleted",
    )


def _position(value: object, element: str) -> tuple[float, float, float | None]:
    geometry = _object(value, element)
    coordinates = geometry.get("coordinates")
    if geometry.get("type") != "Point" or not isinstance(coordinates, list):
        raise FeedRefused(element, "应为点（Point）。", "The geometry must be a Point.")
    place = cast(list[object], coordinates)
    where = f"{element}.coordinates"
    if not 2 <= len(place) <= 3:
        raise FeedRefused(
            where, "坐标应为 [经度, 纬度, 深度]。", "The coordinates must be [longitude, latitude, depth]."
        )
    lon, lat = _number(place[0], where, -180, 180), _number(place[1], where, -90, 90)
    if lon is None or lat is None:
        raise FeedRefused(where, "没有经纬度。", "Longitude or latitude is missing.")
    return lon, lat, _number(place[2], where, -100, 1000) if len(place) == 3 else None


def _report(
    properties: Mapping[str, Any], magnitude: float | None, depth: float | None, at: datetime, status: str
) -> str:
    lines = [f"{iso(at)[:19]}Z"]
    if magnitude is not None:
        lines.append(f"magnitude {magnitude:g} {_text(properties, 'magType')}".rstrip())
    if depth is not None:
        lines.append(f"depth {depth:g} km")
    if status:
        lines.append(f"status {status}")
    felt, pager = properties.get("felt"), _text(properties, "alert").casefold()
    if isinstance(felt, int) and felt > 0:
        lines.append(f"felt reports {felt}")
    if pager in _PAGER:
        lines.append(f"PAGER loss estimate {pager} (not a warning colour)")
    if properties.get("tsunami") == 1:
        lines.append("tsunami information exists")
    url = _text(properties, "url")
    return "; ".join(lines) + (f"\n{url}" if url.startswith("https://") else "")
