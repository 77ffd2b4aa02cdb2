"""An alert: what another authority has told us (pure)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from incidents.feeds.base import COLOURS
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none

ON_BOARD = frozenset({"new", "acknowledged", "cancelled"})
"""States in which an alert stands on the boards: not yet part of an incident, not yet put aside."""


@dataclass(frozen=True, slots=True)
class Alert:
    id: UUID
    feed: str
    external_id: str
    aliases: list[str]
    revision: str
    source: str
    headline: str
    text: str
    status: str
    class_key: str | None
    colour: str | None
    severity: str | None
    urgency: str | None
    certainty: str | None
    sent_at: datetime
    received_at: datetime
    onset_at: datetime | None
    expires_at: datetime | None
    lon: float | None
    lat: float | None
    geometry: dict[str, Json] | None
    magnitude: float | None
    depth_km: float | None
    distance_km: float | None
    inside_area: bool | None
    area_code: str | None
    area_text: str | None
    language: str | None
    state: str
    on_board: bool
    incident_id: UUID | None
    acknowledged: dict[str, Json] | None
    version: int

    @property
    def shown_on_board(self) -> bool:
        return self.on_board and self.state in ON_BOARD


def worsened(before: Alert, colour: str | None, magnitude: float | None, magnitude_by: float) -> bool:
    """Whether a later message of the source is worse than the one that was answered, so that it must be answered again."""
    if colour is not None and colour in COLOURS:
        old = COLOURS.index(before.colour) if before.colour in COLOURS else len(COLOURS)  # type: ignore[arg-type]
        if COLOURS.index(colour) < old:
            return True
    return magnitude is not None and before.magnitude is not None and magnitude >= before.magnitude + magnitude_by


def alert_object(alert: Alert) -> JsonObject:
    point: Json = None
    if alert.lon is not None and alert.lat is not None:
        point = {"lon": alert.lon, "lat": alert.lat, "origin": "WGS84"}
    return {
        "id": str(alert.id),
        "feed": alert.feed,
        "external_id": alert.external_id,
        "source": alert.source,
        "headline": alert.headline,
        "text": alert.text,
        "status": alert.status,
        "class_key": alert.class_key,
        "colour": alert.colour,
        "severity": alert.severity,
        "urgency": alert.urgency,
        "certainty": alert.certainty,
        "sent_at": iso(alert.sent_at),
        "received_at": iso(alert.received_at),
        "onset_at": iso_or_none(alert.onset_at),
        "expires_at": iso_or_none(alert.expires_at),
        "point": point,
        "geometry": alert.geometry,
        "magnitude": alert.magnitude,
        "depth_km": alert.depth_km,
        "distance_km": alert.distance_km,
        "inside_area": alert.inside_area,
        "area_code": alert.area_code,
        "area_text": alert.area_text,
        "language": alert.language,
        "state": alert.state,
        "incident_id": None if alert.incident_id is None else str(alert.incident_id),
        "acknowledged": alert.acknowledged,
        "version": alert.version,
    }
