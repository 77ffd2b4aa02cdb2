"""The one way of positions into the platform, whoever brings them: HTTP batch, socket, MQTT, or the training patrols.

Each position is written as JSON text once: the same text goes into the database, to this process's sockets and to the other
processes. Positions are telemetry: the newest wins, a sampled track is kept, and what they mean for fences is decided beside.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, NotRequired
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from gis.position_store import SLOT_S, add_to_tracks, keep_newest
from spine.clock import iso
from spine.errors import forbidden
from spine.principal import Principal, Role
from spine.realm import Realm
from spine.validation import refusal_of
from web.gateway.telemetry import Telemetry

STREAM = "where:units"
MOST = 5000
"""Positions of one batch."""
AHEAD = timedelta(minutes=2)
"""How far ahead a device's clock may run; a later time is set back to this."""
STILL_DEG = 8e-5
"""A unit that has moved less than this (some 8 m) stands still: its track is kept once a minute."""
_STILL_SLOTS = 60 // SLOT_S
_MOST_UNITS = 100_000
_CANONICAL = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

_Lon = Annotated[float, Field(ge=-180, le=180)]
_Lat = Annotated[float, Field(ge=-90, le=90)]
_Accuracy = Annotated[float, Field(ge=0, le=100_000)] | None
_STRICT = ConfigDict(strict=True, extra="forbid")


class PositionReport(BaseModel):
    """What a position is made of; this form names what is wrong and reads identifiers in every spelling."""

    model_config = _STRICT

    unit_id: UUID
    lon: _Lon
    lat: _Lat
    accuracy_m: _Accuracy = None
    at: AwareDatetime


class PositionBatch(BaseModel):
    """Up to 5,000 positions, WGS 84."""

    model_config = _STRICT

    positions: Annotated[list[PositionReport], Field(min_length=1, max_length=MOST)]


class Reported(TypedDict):
    """The same without an object for each position and with the identifier as the text it was: what nearly every batch fits."""

    __pydantic_config__ = _STRICT  # type: ignore[misc]  # the name pydantic reads

    unit_id: Annotated[str, Field(pattern=_CANONICAL)]
    lon: _Lon
    lat: _Lat
    accuracy_m: NotRequired[_Accuracy]
    at: AwareDatetime


class _Batch(TypedDict):
    __pydantic_config__ = _STRICT  # type: ignore[misc]

    positions: Annotated[list[Reported], Field(min_length=1, max_length=MOST)]


_FAST = TypeAdapter(_Batch)
Fix = tuple[str, float, float, float, float | None]
"""(unit, time as seconds since 1970, lon, lat, accuracy in metres)."""


def read_batch(body: bytes | str) -> list[Reported]:
    """The positions of a batch. Raises Refused `invalid_field` that names the item and the field."""
    try:
        return _FAST.validate_json(body)["positions"]
    except ValidationError:
        return _read_closely(body)


def _read_closely(body: bytes | str) -> list[Reported]:
    try:
        batch = PositionBatch.model_validate_json(body)
    except ValidationError as error:
        raise refusal_of(error, "") from error
    return [
        Reported(unit_id=str(p.unit_id), lon=p.lon, lat=p.lat, accuracy_m=p.accuracy_m, at=p.at)
        for p in batch.positions
    ]


def check_sender(principal: Principal, reported: Sequence[Reported]) -> None:
    """A unit reports its own positions; system parts report any. Raises Refused `forbidden`."""
    if principal.has(Role.SYSTEM):
        return
    mine = principal.units()
    if any(position["unit_id"] not in mine for position in reported):
        raise forbidden("只能报告本单位的位置。", "You may report your own unit's position only.", field="unit_id")


def item_text(unit_id: str, lon: float, lat: float, accuracy_m: float | None, at: str) -> str:
    """The telemetry item as canonical JSON. Numbers were checked to be finite; the identifier and the time need no escaping."""
    accuracy = "null" if accuracy_m is None else repr(accuracy_m)
    return f'{{"accuracy_m":{accuracy},"at":"{at}","id":"{unit_id}","lat":{lat!r},"lon":{lon!r}}}'


class PositionIntake:
    """Keeps positions, one instance for a process. `told`: called with all fixes of a batch after they were kept."""

    def __init__(self, realm: Realm, telemetry: Telemetry) -> None:
        self._realm = realm
        self._telemetry = telemetry
        self._tracked: dict[str, tuple[int, float, float]] = {}
        self.told: Callable[[Sequence[Fix]], None] | None = None
        realm.when_exchanged(self._tracked.clear)

    async def take(self, reported: Sequence[Reported], source: str) -> int:
        """Keep a batch; returns for how many units a position was newer than the one held. Late and repeated positions are no
        error. Raises psycopg's errors when the database is away: then nothing was kept, and the batch may be sent again."""
        now = self._realm.clock.now()
        latest = now + AHEAD
        texts: dict[str, str] = {}
        newest_at: dict[str, datetime] = {}
        every: list[str] = []
        fixes: list[Fix] = []
        for position in reported:
            unit, at = position["unit_id"], position["at"]
            if at > latest:
                at = latest
            lon, lat, accuracy = position["lon"], position["lat"], position.get("accuracy_m")
            text = item_text(unit, lon, lat, accuracy, iso(at))
            every.append(text)
            fixes.append((unit, at.timestamp(), lon, lat, accuracy))
            held = newest_at.get(unit)
            if held is None or held < at:
                newest_at[unit] = at
                texts[unit] = text
        sampled, seen = self._sample(fixes)
        async with self._realm.pool.connection() as conn:
            kept = await keep_newest(conn, list(texts.values()), now, source)
            if sampled:
                await add_to_tracks(conn, [every[at] for at in sampled])
        self._tracked.update(seen)
        items = {unit: text for unit, text in texts.items() if unit in kept}
        if items:
            self._telemetry.publish_ready(STREAM, items)
        if self.told is not None:
            self.told(fixes)
        return len(kept)

    def _sample(self, fixes: Sequence[Fix]) -> tuple[list[int], Mapping[str, tuple[int, float, float]]]:
        """Which of these belong into the tracks: the first of a slot, unless the unit stands still; late ones are tried."""
        if len(self._tracked) > _MOST_UNITS:
            self._tracked.clear()
        chosen: list[int] = []
        seen: dict[str, tuple[int, float, float]] = {}
        for number, (unit, seconds, lon, lat, _) in enumerate(fixes):
            slot = int(seconds) // SLOT_S
            last = seen.get(unit) or self._tracked.get(unit)
            if last is not None:
                if slot == last[0]:
                    continue
                still = abs(lon - last[1]) < STILL_DEG and abs(lat - last[2]) < STILL_DEG
                if still and 0 < slot - last[0] < _STILL_SLOTS:
                    continue
            chosen.append(number)
            if last is None or slot > last[0]:
                seen[unit] = (slot, lon, lat)
        return chosen, seen
