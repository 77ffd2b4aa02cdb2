"""Carrying out what the models say: file an answer, file that there is none; and comparing answers with what happened."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from incidents import store as incident_store
from incidents.assessments import handle_changes, score, score_store, store
from incidents.assessments.assessment import (
    LIVE,
    Assessment,
    assessment_object,
    brief_of,
    head_summary,
    said_of,
)
from incidents.assessments.changes import require_open_what_if
from incidents.assessments.commands import FileAssessment, RefuseAssessment, ScoreAssessments
from incidents.assessments.differences import differences
from incidents.grading import is_worse
from incidents.grading_rules import Grade
from incidents.handle_figure import suggest_grade
from incidents.incident import Incident, require_open
from incidents.model_reasons import model_reasons, raises
from incidents.summary import Held, head_facts, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused, forbidden, not_found
from spine.principal import Principal, Role


@dataclass(frozen=True, slots=True)
class Before:
    """A locked incident, and what there is of the scenario and of the live one."""

    held: Held
    answered: Assessment | None
    refused: Assessment | None
    live: Assessment | None


async def _hold_before(tx: Transaction, command: Command[FileAssessment] | Command[RefuseAssessment]) -> Before:
    held = await hold(tx, command.data.incident_id)
    scenario = command.data.scenario
    known = await store.newest(tx.conn, held.incident.id, [LIVE, scenario])
    answered, refused = known.get(scenario, (None, None))
    return Before(held, answered, refused, known.get(LIVE, (None, None))[0])


def _of_before(before: Before) -> Scope:
    return before.held.scope()


def _require_model(by: Principal, model: str, version: str) -> None:
    if by.id != f"model:{model}@{version}":
        raise forbidden(
            "评估结果只能由给出结果的模型本身提交。",
            "An assessment is filed by the model that gave it.",
            field="data.answer.model",
        )


async def _require_current(tx: Transaction, incident: Incident, scenario: str, class_key: str) -> None:
    """What was asked is still what is asked. Raises Refused `incident_closed`, `assessment_outdated`, `what_if_gone`."""
    require_open(incident)
    if class_key != incident.class_key:
        raise Refused(
            "assessment_outdated",
            zh="事件类别在评估期间已更正，此结果不再适用。",
            en="The incident's class was corrected meanwhile; this answer no longer applies.",
            field="data.answer.class_key",
            status=409,
        )
    if scenario != LIVE:
        what_if = await store.find_what_if(tx.conn, UUID(scenario))
        if what_if is None or what_if.incident_id != incident.id:
            raise not_found("推演", "what-if", scenario, field="data.scenario")
        require_open_what_if(what_if)


async def _file(tx: Transaction, command: Command[FileAssessment], before: Before) -> Outcome:
    data, incident = command.data, before.held.incident
    answer = cast(JsonObject, data.answer)
    model = _object(answer, "model")
    _require_model(command.by, str(model.get("id")), str(model.get("version")))
    await _require_current(tx, incident, data.scenario, str(answer.get("class_key")))
    brief = brief_of(answer)
    compared = before.answered if data.scenario == LIVE else before.live
    filed = await store.insert_assessment(
        tx.conn,
        Assessment(
            id=command.id,
            incident_id=incident.id,
            no=await store.next_no(tx.conn, incident.id),
            scenario=data.scenario,
            state="answered",
            model=str(model["id"]),
            model_version=str(model["version"]),
            author=command.by.id,
            class_key=incident.class_key,
            asked_hash=data.asked_hash,
            caused_by=cast(dict[str, Json], data.caused_by),
            at=tx.at,
            supersedes=None if before.answered is None else before.answered.id,
            wanted=cast(dict[str, Json] | None, data.wanted),
            refusal=None,
            brief=brief,
            differences=differences(None if compared is None else compared.brief, brief),
        ),
        answer,
    )
    told: JsonObject = {
        "assessment_id": str(filed.id),
        "no": filed.no,
        "scenario": filed.scenario,
        "model": {"id": filed.model, "version": filed.model_version, "zh": model.get("zh"), "en": model.get("en")},
        "caused_by": filed.caused_by,
        "differences": len(filed.differences),
        **said_of(filed.brief),
    }
    shown = {"assessments": {filed.scenario: assessment_object(filed, before.refused)}}
    result: JsonObject = {"assessment_id": str(filed.id), "no": filed.no}
    if data.scenario != LIVE:
        return Outcome([NewFact(f"incident:{incident.id}", "assessment.filed", told, now=shown)], result)
    return Outcome(await _live(tx, before.held, filed, told, shown), result)


async def _live(
    tx: Transaction, held: Held, filed: Assessment, told: JsonObject, shown: Mapping[str, Mapping[str, Json]]
) -> list[NewFact]:
    """The head says what the newest live answer is; a worse grade than suggested raises the suggestion."""
    brief = filed.brief or {}
    summary = head_summary(brief, filed.at)
    incident = await incident_store.save_incident(tx.conn, replace(held.incident, assessment=summary, updated_at=tx.at))
    held = replace(held, incident=incident)
    facts = head_facts(held, "assessment.filed", told, incident_now=shown)
    suggested = cast(Grade | None, filed.grade)
    known_at = None if suggested is None else await _first_said(tx, filed, suggested)
    if raises(incident, suggested, known_at):
        reasons = model_reasons(
            brief, assessment_id=str(filed.id), no=filed.no, class_key=incident.class_key, at=iso(tx.at)
        )
        held, graded = await suggest_grade(tx, held, reasons)
        if graded:
            facts += head_facts(held, "incident.grade_suggested", {**graded, "assessment_id": str(filed.id)})
    return facts


async def _first_said(tx: Transaction, filed: Assessment, suggested: Grade) -> str | None:
    """When a live answer before this one first suggested this grade or a worse one."""
    for earlier in await store.live_answers(tx.conn, filed.incident_id):
        grade = cast(Grade | None, earlier.grade)
        if earlier.id != filed.id and grade is not None and not is_worse(suggested, grade):
            return iso(earlier.at)
    return None


def _object(answer: JsonObject, name: str) -> Mapping[str, Json]:
    value = answer.get(name)
    if not isinstance(value, Mapping):
        raise Refused(
            "invalid_field",
            zh=f"评估结果缺少“{name}”。",
            en=f"The answer has no '{name}'.",
            field=f"data.answer.{name}",
        )
    return value


async def _refuse(tx: Transaction, command: Command[RefuseAssessment], before: Before) -> Outcome:
    data, incident = command.data, before.held.incident
    _require_model(command.by, data.model, data.model_version)
    await _require_current(tx, incident, data.scenario, data.class_key)
    refused = await store.insert_assessment(
        tx.conn,
        Assessment(
            id=command.id,
            incident_id=incident.id,
            no=await store.next_no(tx.conn, incident.id),
            scenario=data.scenario,
            state="refused",
            model=data.model,
            model_version=data.model_version,
            author=command.by.id,
            class_key=incident.class_key,
            asked_hash=data.asked_hash,
            caused_by=cast(dict[str, Json], data.caused_by),
            at=tx.at,
            supersedes=None,
            wanted=cast(dict[str, Json] | None, data.wanted),
            refusal=cast(dict[str, Json], data.refusal),
            brief=None,
            differences=[],
        ),
        None,
    )
    told: JsonObject = {
        "assessment_id": str(refused.id),
        "no": refused.no,
        "scenario": refused.scenario,
        "model": {"id": refused.model, "version": refused.model_version},
        "caused_by": refused.caused_by,
        "code": refused.refusal.get("code") if refused.refusal else None,
        "zh": refused.refusal.get("zh") if refused.refusal else None,
        "en": refused.refusal.get("en") if refused.refusal else None,
    }
    shown = {"assessments": {refused.scenario: assessment_object(before.answered, refused)}}
    return Outcome(
        [NewFact(f"incident:{incident.id}", "assessment.refused", told, now=shown)],
        {"assessment_id": str(refused.id), "no": refused.no},
    )


# --- comparing with what happened --------------------------------------------------------------------------------


async def _hold_scored(tx: Transaction, command: Command[ScoreAssessments]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _score(tx: Transaction, command: Command[ScoreAssessments], held: Held) -> Outcome:
    incident = held.incident
    figures = {f.metric: f.value for f in await incident_store.figures_of(tx.conn, incident.id) if f.value is not None}
    scores = [
        one
        for answer in await store.live_answers(tx.conn, incident.id)
        for one in score.scores_of(answer, figures, tx.at)
    ]
    await score_store.save_scores(tx.conn, incident.id, scores)
    told: JsonObject = {
        "answers": len({one.assessment_id for one in scores}),
        "outcomes": sorted({one.outcome for one in scores}),
        "band_hits": sum(one.band == one.best_band for one in scores),
        "inside": sum(one.inside for one in scores),
        "compared": len(scores),
    }
    return Outcome([NewFact(f"incident:{incident.id}", "assessment.scored", told)] if scores else [], told)


def _of_held(held: Held) -> Scope:
    return held.scope()


_SYSTEM = allow(Role.SYSTEM)

HANDLINGS = (
    Handling(FileAssessment, _SYSTEM, _hold_before, _of_before, _file),
    Handling(RefuseAssessment, _SYSTEM, _hold_before, _of_before, _refuse),
    Handling(ScoreAssessments, _SYSTEM, _hold_scored, _of_held, _score),
    *handle_changes.HANDLINGS,
)
