"""What every feed parser gives (drafts of alerts) and how it refuses (naming the element)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID, uuid5

from spine.canonical import Json, JsonObject, encode
from spine.clock import iso, iso_or_none

Status: TypeAlias = Literal["actual", "exercise", "system", "test", "draft"]
Colour: TypeAlias = Literal["red", "orange", "yellow", "blue"]
COLOURS: tuple[Colour, ...] = ("red", "orange", "yellow", "blue")
"""Worst first."""
SEVERITIES = ("Extreme", "Severe", "Moderate", "Minor")
"""CAP severities, worst first; Unknown is none of them."""

MOST_HEADLINE = 300
MOST_TEXT = 20_000
MOST_SOURCE = 300
MOST_LANGUAGE = 40
_NAMESPACE = UUID("0f3a1f5e-7d0c-5c8e-9a52-6a1c3f0c2b44")


class FeedRefused(Exception):
    """A document, or one entry of it, cannot be taken: `element` says where, the sentences say why."""

    def __init__(self, element: str, zh: str, en: str, line: int | None = None) -> None:
        super().__init__(f"{element}: {en}")
        self.element = element
        self.line = line
        self.zh = zh if line is None else f"第{line}行：{zh}"
        self.en = en if line is None else f"line {line}: {en}"


@dataclass(frozen=True, slots=True)
class AlertDraft:
    """One message of a feed, in the platform's words. Points and geometry are WGS 84, GeoJSON order (lon, lat).

    `external_id`: the source's own identity of the message; `references`: identities of messages it replaces;
    `stamp`: what the source counts revisions by; `areas`: GB/T 2260 codes; `magnitude` and `depth_km` of earthquakes.
    """

    external_id: str
    stamp: str
    source: str
    headline: str
    text: str
    sent_at: datetime
    status: Status = "actual"
    class_key: str | None = None
    colour: Colour | None = None
    severity: str | None = None
    urgency: str | None = None
    certainty: str | None = None
    onset_at: datetime | None = None
    expires_at: datetime | None = None
    point: tuple[float, float] | None = None
    geometry: JsonObject | None = None
    magnitude: float | None = None
    depth_km: float | None = None
    language: str | None = None
    areas: tuple[str, ...] = ()
    area_text: str | None = None
    references: tuple[str, ...] = ()
    cancels: bool = False

    @property
    def revision(self) -> str:
        """The source's stamp and a digest of the content: the same content again is the same revision."""
        content: dict[str, Json] = {
            key: iso(value) if isinstance(value, datetime) else value for key, value in asdict(self).items()
        }
        return f"{self.stamp}-{hashlib.sha256(encode(content).encode()).hexdigest()[:12]}"

    def command_id(self, feed: str) -> UUID:
        """The id of the command that receives it: the same document again makes the same command."""
        return uuid5(_NAMESPACE, f"{feed}\n{self.external_id}\n{self.revision}")

    def to_data(self, feed: str) -> JsonObject:
        """The data of `alert.receive`; what is not known is left out."""
        whole: dict[str, Json] = {
            "feed": feed,
            "external_id": self.external_id,
            "revision": self.revision,
            "source": self.source,
            "headline": self.headline,
            "text": self.text,
            "status": self.status,
            "class_key": self.class_key,
            "colour": self.colour,
            "severity": self.severity,
            "urgency": self.urgency,
            "certainty": self.certainty,
            "sent_at": iso(self.sent_at),
            "onset_at": iso_or_none(self.onset_at),
            "expires_at": iso_or_none(self.expires_at),
            "point": None if self.point is None else {"lon": self.point[0], "lat": self.point[1], "origin": "WGS84"},
            "geometry": self.geometry,
            "magnitude": self.magnitude,
            "depth_km": self.depth_km,
            "language": self.language,
            "areas": list(self.areas) or None,
            "area_text": self.area_text,
            "references": list(self.references) or None,
            "cancels": self.cancels or None,
        }
        return {key: value for key, value in whole.items() if value is not None}


def reject_id(feed: str, sha256: str, element: str) -> UUID:
    """The id of the command that records a refusal: the same rubbish again is recorded once."""
    return uuid5(_NAMESPACE, f"reject\n{feed}\n{sha256}\n{element}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a document gave: drafts, and entries that were refused while the others are taken."""

    drafts: Sequence[AlertDraft]
    refused: Sequence[FeedRefused] = field(default_factory=tuple[FeedRefused, ...])


Parser: TypeAlias = Callable[[bytes, datetime], Parsed]
"""`(raw, received_at) -> Parsed`; raises FeedRefused when the document as a whole cannot be taken."""

STATUS_MARKS: Mapping[Status, tuple[str, str]] = {
    "actual": ("", ""),
    "exercise": ("【演练】", "[EXERCISE] "),
    "system": ("【系统消息】", "[SYSTEM] "),
    "test": ("【测试】", "[TEST] "),
    "draft": ("【草稿】", "[DRAFT] "),
}


def marked(headline: str, status: Status, language: str | None) -> str:
    """A headline that cannot be taken for a real warning when it is none; cut to what a list can show."""
    zh, en = STATUS_MARKS[status]
    mark = zh if (language or "").casefold().startswith("zh") else en + zh
    plain = " ".join(headline.split())
    whole = plain if not mark or plain.startswith(zh) else mark + plain
    return whole if len(whole) <= MOST_HEADLINE else whole[: MOST_HEADLINE - 1] + "…"
