"""What the incidents room can be asked for."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from spine.command import CommandData

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
AreaCode = Annotated[str, StringConstraints(pattern=r"^5309(\d{2}(\d{3}(\d{3})?)?)?$")]
ClassKey = Annotated[str, StringConstraints(min_length=2, max_length=60)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Grade = Literal["I", "II", "III", "IV"]
Colour = Literal["red", "orange", "yellow", "blue"]


class PointIn(BaseModel):
    """A point as it was given; `origin` says in which coordinates. What can be is checked by `gis.geometry.check_point`."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    lon: float
    lat: float
    origin: Literal["WGS84", "CGCS2000", "GCJ02", "BD09"] = "WGS84"


class RegisterCall(CommandData):
    kind: ClassVar[str] = "call.register"
    source: Line
    text: Paragraph
    caller_name: Line | None = None
    caller_phone: Line | None = None
    place: Line | None = None
    point: PointIn | None = None
    area_code: AreaCode | None = None
    class_key: ClassKey | None = None
    figures: Annotated[dict[str, float], Field(max_length=40)] = {}


class DismissCall(CommandData):
    kind: ClassVar[str] = "call.dismiss"
    call_id: UUID
    reason: Line


class ReceiveAlert(CommandData):
    """One message of a feed as its parser put it (`feeds/base.py` AlertDraft)."""

    kind: ClassVar[str] = "alert.receive"
    feed: Line
    external_id: Annotated[str, Field(min_length=1, max_length=700)]
    revision: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=300)]
    headline: Annotated[str, Field(min_length=1, max_length=400)]
    text: Annotated[str, Field(max_length=20_000)]
    status: Literal["actual", "exercise", "system", "test", "draft"] = "actual"
    class_key: ClassKey | None = None
    colour: Colour | None = None
    severity: Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"] | None = None
    urgency: Literal["Immediate", "Expected", "Future", "Past", "Unknown"] | None = None
    certainty: Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"] | None = None
    sent_at: AwareDatetime
    onset_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    point: PointIn | None = None
    geometry: dict[str, JsonValue] | None = None
    magnitude: Annotated[float, Field(ge=-5, le=10, allow_inf_nan=False)] | None = None
    depth_km: Annotated[float, Field(ge=-100, le=1000, allow_inf_nan=False)] | None = None
    language: Annotated[str, Field(max_length=40)] | None = None
    areas: Annotated[list[Annotated[str, Field(max_length=12)]], Field(max_length=1000)] | None = None
    area_text: Annotated[str, Field(max_length=1000)] | None = None
    references: Annotated[list[Annotated[str, Field(max_length=700)]], Field(max_length=200)] | None = None
    cancels: bool = False


class AcknowledgeAlert(CommandData):
    kind: ClassVar[str] = "alert.acknowledge"
    alert_id: UUID
    note: Line | None = None


class DismissAlert(CommandData):
    kind: ClassVar[str] = "alert.dismiss"
    alert_id: UUID
    reason: Line


class RejectDocument(CommandData):
    """A feed's document, or one entry of it, could not be taken; the bytes are kept under `sha256`."""

    kind: ClassVar[str] = "feed.reject"
    feed: Line
    sha256: Hash
    element: Annotated[str, Field(min_length=1, max_length=300)]
    reason_zh: Annotated[str, Field(min_length=1, max_length=1000)]
    reason_en: Annotated[str, Field(min_length=1, max_length=1000)]
    size: Annotated[int, Field(ge=0)]


class OpenIncident(CommandData):
    kind: ClassVar[str] = "incident.open"
    title: Line
    class_key: ClassKey
    place: Line
    point: PointIn | None = None
    area_code: AreaCode | None = None
    description: Paragraph | None = None
    sensitive: bool = False
    from_alert: UUID | None = None
    from_call: UUID | None = None
    figures: Annotated[dict[str, float], Field(max_length=40)] = {}


class CorrectIncident(CommandData):
    kind: ClassVar[str] = "incident.correct"
    incident_id: UUID
    expect: int
    title: Line | None = None
    class_key: ClassKey | None = None
    place: Line | None = None
    point: PointIn | None = None
    area_code: AreaCode | None = None
    description: Paragraph | None = None
    occurred_at: AwareDatetime | None = None


class DrawArea(CommandData):
    kind: ClassVar[str] = "incident.draw"
    incident_id: UUID
    expect: int
    which: Literal["incident_area", "impact_area"]
    geometry: dict[str, JsonValue] | None


class Attach(CommandData):
    kind: ClassVar[str] = "incident.attach"
    incident_id: UUID
    alert_id: UUID | None = None
    call_id: UUID | None = None


class EnterFigure(CommandData):
    """`value` None withdraws the figure: it is not known again."""

    kind: ClassVar[str] = "incident.figure"
    incident_id: UUID
    metric: Line
    value: Annotated[float, Field(allow_inf_nan=False)] | None
    source: Line
    observed_at: AwareDatetime


class DecideGrade(CommandData):
    kind: ClassVar[str] = "incident.grade"
    incident_id: UUID
    grade: Grade
    reason: Line
    expect: int | None = None


class AddNote(CommandData):
    kind: ClassVar[str] = "incident.note"
    incident_id: UUID
    text: Paragraph
    files: Annotated[list[Hash], Field(max_length=20)] = []


class LinkIncident(CommandData):
    kind: ClassVar[str] = "incident.link"
    incident_id: UUID
    other_id: UUID
    relation: Literal["secondary", "derivative", "related"]


class CloseIncident(CommandData):
    kind: ClassVar[str] = "incident.close"
    incident_id: UUID
    reason: Line
    expect: int | None = None


class ReopenIncident(CommandData):
    kind: ClassVar[str] = "incident.reopen"
    incident_id: UUID
    reason: Line
    expect: int | None = None


class FileReport(CommandData):
    kind: ClassVar[str] = "report.file"
    incident_id: UUID
    form: Literal["first", "follow_up", "final"]
    channel: Literal["phone", "written"]
    to: Line
    text: Paragraph
    signed_by: Line
