"""What is entered under an incident besides figures: notes, reports upward, links to other incidents (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from incidents.call import point_object
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused

LATE = timedelta(minutes=5)
"""An entry that arrives so long after it happened is marked as late (a field phone was without signal)."""


@dataclass(frozen=True, slots=True)
class Note:
    """`kind`: note, progress, photo, voice, arrival or help. `files`: {hash, media_type, name, size} each."""

    id: UUID
    incident_id: UUID
    task_id: UUID | None
    unit_id: UUID | None
    kind: str
    text: str
    files: list[Json]
    lon: float | None
    lat: float | None
    origin: str | None
    occurred_at: datetime
    at: datetime
    by: dict[str, Json]
    late: bool


@dataclass(frozen=True, slots=True)
class Report:
    """A report upward: first (首报), follow_up (续报) or final (终报), by phone or in writing."""

    id: UUID
    incident_id: UUID
    form: str
    channel: str
    no: int
    recipient: str
    text: str
    signed_by: str
    sent_at: datetime
    by: dict[str, Json]
    late: bool


@dataclass(frozen=True, slots=True)
class Link:
    """`other_id` is a secondary or derivative event of `incident_id`, or just related."""

    id: UUID
    incident_id: UUID
    other_id: UUID
    relation: str
    at: datetime
    by: dict[str, Json]


def is_late(occurred_at: datetime, at: datetime) -> bool:
    return at - occurred_at > LATE


def require_in_order(filed: Sequence[Report], form: str, channel: str) -> None:
    """首报 before everything else, once by each channel; 续报 and 终报 as often as needed. Raises Refused."""
    if form != "first" and not any(report.form == "first" for report in filed):
        raise Refused(
            "first_report_first",
            zh="尚未首报，请先提交首报。",
            en="There has been no first report yet; file that first.",
            field="data.form",
            status=409,
            final=False,
        )
    if form == "first" and any(r.form == "first" and r.channel == channel for r in filed):
        zh, en = {"phone": ("电话", "by phone"), "written": ("书面", "in writing")}[channel]
        raise Refused(
            "report_repeated",
            zh=f"{zh}首报已经提交，后续情况请用续报。",
            en=f"The first report {en} has been filed; what is new goes into a follow-up report.",
            field="data.form",
            status=409,
        )


def note_object(note: Note) -> JsonObject:
    return {
        "id": str(note.id),
        "incident_id": str(note.incident_id),
        "task_id": None if note.task_id is None else str(note.task_id),
        "unit_id": None if note.unit_id is None else str(note.unit_id),
        "kind": note.kind,
        "text": note.text,
        "files": note.files,
        "point": point_object(note.lon, note.lat, note.origin),
        "occurred_at": iso(note.occurred_at),
        "at": iso(note.at),
        "by": note.by,
        "late": note.late,
    }


def report_object(report: Report) -> JsonObject:
    return {
        "id": str(report.id),
        "incident_id": str(report.incident_id),
        "form": report.form,
        "channel": report.channel,
        "no": report.no,
        "to": report.recipient,
        "text": report.text,
        "signed_by": report.signed_by,
        "sent_at": iso(report.sent_at),
        "by": report.by,
        "late": report.late,
    }


def link_object(link: Link) -> JsonObject:
    return {
        "id": str(link.id),
        "incident_id": str(link.incident_id),
        "other_id": str(link.other_id),
        "relation": link.relation,
        "at": iso(link.at),
        "by": link.by,
    }
