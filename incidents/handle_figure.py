"""Carrying out what is entered under an incident: figures and the grade they suggest, notes, reports upward."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from incidents import entry_store, store
from incidents.commands import AddNote, EnterFigure, FileReport
from incidents.entries import Report, report_object, require_in_order
from incidents.grading import suggest
from incidents.grading_rules import grading_rules
from incidents.incident import Figure, Incident, figure_object, require_open, suggestion_object
from incidents.metrics import metrics
from incidents.model_reasons import standing_reasons, together
from incidents.reporting import reporting
from incidents.summary import Held, Now, add_note, head_facts, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.carry_out import CLOCK_TOLERANCE
from spine.clock import iso
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.deadlines import deadline_object, set_deadline, settle_deadline
from spine.errors import Refused
from spine.files import find_files
from spine.picture import boards
from spine.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class Entered:
    """A figure as somebody gave it; `value` None withdraws it."""

    metric: str
    value: float | None
    source: str
    observed_at: datetime


def shown_figure(figure: Figure) -> JsonObject:
    unit_zh, unit_en = metrics().unit(figure.metric)
    return figure_object(figure, {"zh": unit_zh, "en": unit_en})


async def enter(tx: Transaction, held: Held, entered: Sequence[Entered], by: Principal) -> Now:
    """Save figures; returns the after-image for the incident's stream.

    A figure observed before the one that is held does not replace it: what was queued in the field without signal arrives
    late, and stands in the record only.
    """
    shown: dict[str, Json] = {}
    newest = {f.metric: f.observed_at for f in await store.figures_of(tx.conn, held.incident.id)} if entered else {}
    for one in entered:
        if one.metric in newest and one.observed_at < newest[one.metric]:
            continue
        figure = await store.save_figure(
            tx.conn,
            held.incident.id,
            Figure(one.metric, one.value, one.source, one.observed_at, dict(by.as_by()), tx.at),
        )
        shown[figure.metric] = shown_figure(figure)
    return {"figures": shown}


async def suggest_grade(
    tx: Transaction, held: Held, found: Sequence[JsonObject] = ()
) -> tuple[Held, JsonObject | None]:
    """Suggest anew from all known figures and from what models said (`found`: now). Returns the incident and, when the
    suggestion changed, what to tell of it.

    What a person has decided stays; a suggestion lower than before is marked so that a person looks (invariant 10).
    """
    incident = held.incident
    figures = {f.metric: f.value for f in await store.figures_of(tx.conn, incident.id) if f.value is not None}
    before = incident.suggested_grade
    by_figures = suggest(incident.class_key, figures, grading_rules().context_of(incident.area_code))
    suggestion = together(by_figures, [*standing_reasons(incident), *found])
    after = suggestion_object(suggestion, incident, tx.at)
    same = (incident.grade_suggested or {}).get("reasons") == (after or {}).get("reasons")
    if same and before == (None if suggestion is None else suggestion[0]):
        return held, None
    saved = await store.save_incident(tx.conn, replace(incident, grade_suggested=after, updated_at=tx.at))
    told: JsonObject = {
        "grade": None if suggestion is None else suggestion[0],
        "before": before,
        "lowered": bool(after and after["lowered"]) or (suggestion is None and before is not None),
        "decided": incident.decided_grade,
    }
    return replace(held, incident=saved), told


async def first_report_clocks(tx: Transaction, incident: Incident, received_at: datetime) -> dict[str, Json]:
    """Start the clocks of the first report, running since the duty room heard of it; deadlines for the after-image."""
    shown: dict[str, Json] = {}
    limits = reporting().first_report(
        incident.class_key,
        received_at,
        grade=incident.decided_grade or incident.suggested_grade,
        sensitive=incident.sensitive,
    )
    for limit in limits:
        row = await set_deadline(
            tx,
            kind=limit.kind,
            incident_id=incident.id,
            subject_kind="incident",
            subject_id=incident.id,
            department=None,
            title_zh=f"{limit.title_zh}·{incident.title}",
            title_en=f"{limit.title_en} · {incident.title}",
            to_zh=limit.to_zh,
            to_en=limit.to_en,
            started_at=received_at,
            due_at=limit.due_at,
            area=incident.area_code,
        )
        shown[str(row.id)] = deadline_object(row)
    return shown


# --- figures -----------------------------------------------------------------------------------------------------


async def _hold_figure(tx: Transaction, command: Command[EnterFigure]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _figure(tx: Transaction, command: Command[EnterFigure], held: Held) -> Outcome:
    data = command.data
    require_open(held.incident)
    if data.metric not in metrics().metrics:
        metrics().check(data.metric, 0.0, "data.metric")
    if data.value is not None:
        metrics().check(data.metric, data.value, "data.value")
    if data.observed_at > tx.at + CLOCK_TOLERANCE:
        raise Refused(
            "time_in_future",
            zh="数据时间晚于当前时间。",
            en="The time of the figure lies in the future.",
            field="data.observed_at",
        )
    now = await enter(tx, held, [Entered(data.metric, data.value, data.source, data.observed_at)], command.by)
    told: JsonObject = {
        "metric": data.metric,
        "value": data.value,
        "source": data.source,
        "observed_at": iso(data.observed_at),
    }
    held, graded = await suggest_grade(tx, held)
    key = f"incident:{held.incident.id}"
    applied = data.metric in now["figures"]
    facts = [NewFact(key, "incident.figure_entered", {**told, "applied": applied}, now=now if applied else {})]
    if graded:
        facts += head_facts(held, "incident.grade_suggested", graded)
    return Outcome(facts, {"metric": data.metric, "applied": applied})


# --- notes -------------------------------------------------------------------------------------------------------


async def _hold_note(tx: Transaction, command: Command[AddNote]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _note(tx: Transaction, command: Command[AddNote], held: Held) -> Outcome:
    files = await find_files(tx.conn, list(command.data.files))
    now = await add_note(
        tx,
        held,
        note_id=command.id,
        kind="note",
        text=command.data.text,
        by=command.by,
        occurred_at=command.occurred_at,
        files=files,
    )
    told: JsonObject = {"text": command.data.text, "files": len(files)}
    return Outcome([NewFact(f"incident:{held.incident.id}", "incident.noted", told, now=now)])


# --- reports upward ----------------------------------------------------------------------------------------------


async def _hold_report(tx: Transaction, command: Command[FileReport]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _file(tx: Transaction, command: Command[FileReport], held: Held) -> Outcome:
    data, incident = command.data, held.incident
    require_open(incident)
    filed = await entry_store.reports_of(tx.conn, incident.id)
    require_in_order(filed, data.form, data.channel)
    earlier = [r for r in filed if r.form == data.form]
    late, gone = False, dict[str, Json]()
    if data.form == "first":
        for kind in reporting().settled_by(data.channel):
            row = await settle_deadline(tx, subject_id=incident.id, kind=kind)
            if row is not None:
                late = late or row.outcome == "late"
                gone[str(row.id)] = None
    report = await entry_store.insert_report(
        tx.conn,
        Report(
            command.id,
            incident.id,
            data.form,
            data.channel,
            len(earlier) + 1,
            data.to,
            data.text,
            data.signed_by,
            tx.at,
            dict(command.by.as_by()),
            late,
        ),
    )
    told: JsonObject = {
        "form": data.form,
        "channel": data.channel,
        "no": report.no,
        "to": data.to,
        "signed_by": data.signed_by,
        "late": late,
    }
    now: dict[str, dict[str, Json]] = {"reports": {str(report.id): report_object(report)}, "deadlines": gone}
    facts = [NewFact(f"incident:{incident.id}", "report.filed", told, now=now)]
    if gone:
        board: JsonObject = {"incident_id": str(incident.id), **told}
        facts += [NewFact(s, "report.filed", board, now={"deadlines": gone}) for s in boards(incident.area_code)]
    return Outcome(facts, {"report_id": str(report.id), "no": report.no, "late": late})


def _of_held(held: Held) -> Scope:
    return held.scope()


HANDLINGS = (
    Handling(EnterFigure, allow(Role.DUTY_OFFICER, Role.DEPARTMENT), _hold_figure, _of_held, _figure),
    Handling(AddNote, allow(Role.DUTY_OFFICER, Role.LEADER, Role.DEPARTMENT), _hold_note, _of_held, _note),
    Handling(FileReport, allow(Role.DUTY_OFFICER), _hold_report, _of_held, _file),
)
