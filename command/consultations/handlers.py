"""How consultations are carried out: asked, answered one by one, silence met, merged into one answer, withdrawn."""

from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from command.consultations import consultation as rules
from command.consultations import store as rows
from command.consultations.consultation import RESULTS, STANCES, Asked, Consultation, Step
from command.consultations.rules import COUNTY, Subject
from command.consultations.steps import (
    HeldConsultation,
    asker_of,
    hold_consultation,
    save_step,
    speaker_of,
    tell,
    told,
)
from command.instructions.commands import (
    GiveOpinion,
    MeetSilence,
    MergeOpinions,
    RequestConsultation,
    ResumeConsultations,
    WithdrawConsultation,
)
from command.notice import To
from command.orders.steps import act_of
from command.organisation.book import organisation
from command.publish import Publication
from command.units import store as unit_store
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused
from spine.principal import Role


class _NamesConsultation(Protocol):
    @property
    def consultation_id(self) -> UUID: ...


class _NamesIncident(Protocol):
    @property
    def incident_id(self) -> UUID: ...


async def _load_incident(tx: Transaction, command: Command[Any]) -> Held:
    data: _NamesIncident = command.data
    return await hold(tx, data.incident_id)


def _scope_incident(held: Held) -> Scope:
    return held.scope()


async def _load(tx: Transaction, command: Command[Any]) -> HeldConsultation:
    data: _NamesConsultation = command.data
    return await hold_consultation(tx, data.consultation_id)


def _names(code: str) -> tuple[str, str]:
    found = organisation().departments.get(code)
    return (code, code) if found is None else (found.zh, found.en)


# --- asking --------------------------------------------------------------------------------------------------------------


async def _request(tx: Transaction, command: Command[RequestConsultation], held: Held) -> Outcome:
    require_open(held.incident)
    data, area = command.data, held.incident.area_code
    subject = rules.need_subject(data.subject)
    own = _asker_department(command, held)
    ask = (
        [Asked(a.department, a.question, a.minutes) for a in data.ask]
        if data.ask is not None
        else _default(subject, area)
    )
    lead = data.lead or _placed(subject.lead, area, "data.lead")
    for place, one in enumerate(ask):
        await unit_store.need_department(tx.conn, one.department, field=f"data.ask.{place}.department")
    await unit_store.need_department(tx.conn, lead, field="data.lead")
    step = rules.request(
        command.id,
        act_of(tx, command),
        no=f"{held.incident.no}-H{await rows.count_consultations(tx.conn, held.incident.id) + 1:02d}",
        incident=(held.incident.id, held.incident.title, area),
        subject=data.subject,
        title=data.title,
        question=data.question,
        ask=ask,
        lead=lead,
        mode=data.mode,
        asker_department=own,
        merge_minutes=data.merge_minutes,
    )
    made = step.consultation
    publication = Publication(
        "consultation.requested", told(made, departments=[o.department for o in made.opinions], lead=lead)
    )
    for opinion in made.opinions:
        until = ("请在时限内答复。", "Answer within the time given.")
        if made.mode == "tacit":
            until = (
                f"{opinion.minutes} 分钟内未答复视为同意。",
                f"No answer within {opinion.minutes} minutes counts as agreement.",
            )
        if opinion.question:
            until = (f"{opinion.question}\n{until[0]}", f"{opinion.question}\n{until[1]}")
        tell(made, ("department", opinion.department), ("征求意见", "Your opinion is asked"), until, publication)
    held = await save_step(tx, held, step, publication)
    return Outcome(publication.facts(held), {"consultation_id": str(made.id), "no": made.no})


def _asker_department(command: Command[RequestConsultation], held: Held) -> str | None:
    """The department in whose name he asks; a desk of the duty room or a leader asks in his own."""
    if command.by.has(Role.DUTY_OFFICER, Role.LEADER):
        return None
    return min(command.by.departments() & held.departments, default=None)


def _default(subject: Subject, area: str | None) -> list[Asked]:
    return [Asked(_placed(code, area, "data.ask")) for code in subject.ask]


def _placed(code: str, area: str | None, field: str) -> str:
    """The code with the incident's county in it. Raises Refused `county_unknown`."""
    if COUNTY not in code:
        return code
    if area is None or len(area) < 6:
        raise Refused(
            "county_unknown",
            zh="事件所在区县不明，请写明征求哪些部门、由谁主办。",
            en="The incident's county is not known; name the departments to ask and the lead.",
            field=field,
        )
    return code.replace(COUNTY, area[:6])


# --- opinions ------------------------------------------------------------------------------------------------------------


async def _give(tx: Transaction, command: Command[GiveOpinion], held: HeldConsultation) -> Outcome:
    data = command.data
    speaker = await speaker_of(tx, command.by)
    step = rules.give(held.consultation, act_of(tx, command), data.department, data.stance, data.text, speaker)
    zh, en = _names(data.department)
    about = {"department": data.department, "stance": data.stance, "words": data.text, "late": step.late}
    publication = Publication("opinion.late" if step.late else "opinion.given", told(step.consultation, **about))
    if step.late and data.stance in {"disagree", "conditions"}:
        _tell_late(step.consultation, (zh, en), data, publication)
    _tell_ready(held.consultation, step, publication)
    return await _carry(tx, held, step, publication)


def _tell_late(consultation: Consultation, who: tuple[str, str], data: GiveOpinion, publication: Publication) -> None:
    """Somebody objects after his silence was counted: whoever merges or asked must hear of it."""
    stance = STANCES[data.stance]
    subject = (f"迟到意见：{who[0]}{stance[0]}", f"Late opinion: {who[1]} {stance[1]}")
    to: list[tuple[To, str]] = [("department", consultation.lead)]
    asker = None if consultation.is_open else asker_of(consultation)
    if asker is not None and asker not in to:
        to.append(asker)
    for one in to:
        tell(consultation, one, subject, (data.text or "", data.text or ""), publication)


def _tell_ready(before: Consultation, step: Step, publication: Publication) -> None:
    after = step.consultation
    if before.state != "ready" and after.state == "ready":
        subject = ("意见已齐，请汇总答复", "All opinions are in: merge them")
        tell(after, ("department", after.lead), subject, ("", ""), publication)


async def _carry(tx: Transaction, held: HeldConsultation, step: Step, publication: Publication) -> Outcome:
    await save_step(tx, held.held, step, publication)
    result: dict[str, Json] = {
        "consultation_id": str(step.consultation.id),
        "state": step.consultation.state,
        "late": step.late,
    }
    return Outcome(publication.facts(), result)


async def _meet_silence(tx: Transaction, command: Command[MeetSilence], held: HeldConsultation) -> Outcome:
    act, opinion_id = act_of(tx, command), command.data.opinion_id
    if opinion_id is None:
        step = rules.merge_silence(held.consultation, act)
    else:
        step = rules.silence(held.consultation, act, opinion_id)
    if not step.moved:
        return Outcome(())
    publication = _silence_told(step, opinion_id)
    _tell_ready(held.consultation, step, publication)
    return await _carry(tx, held, step, publication)


def _silence_told(step: Step, opinion_id: UUID | None) -> Publication:
    """The fact of a silence, and the notice to the post that is asked now."""
    made = step.consultation
    opinion = next((o for o in made.opinions if o.id == opinion_id), None)
    silent = made.lead if opinion is None else opinion.department
    zh, en = _names(silent)
    if opinion is not None and opinion.state == "tacit":
        return Publication("opinion.lapsed", told(made, department=silent))
    post = next(clock.post for clock in step.clocks if clock.post is not None)
    kind = "consultation.merge_escalated" if opinion is None else "opinion.escalated"
    publication = Publication(kind, told(made, department=silent, post_zh=post.zh, post_en=post.en))
    subject = (f"会签超时：{zh}未答复", f"Silent: {en}")
    more = ("请督促，或直接在会签中代为答复。", "Press them, or answer in their stead.")
    if opinion is None:
        more = (
            "意见已齐而未汇总，请督促，或直接汇总答复。",
            "All opinions are in but not merged: press them, or merge yourself.",
        )
    tell(made, ("post", post.id), subject, more, publication)
    return publication


# --- one answer ----------------------------------------------------------------------------------------------------------


async def _merge(tx: Transaction, command: Command[MergeOpinions], held: HeldConsultation) -> Outcome:
    data = command.data
    step = rules.merge(
        held.consultation,
        act_of(tx, command),
        result=data.result,
        text=data.text,
        addressed={one.department: one.text for one in data.addressed},
        speaker=await speaker_of(tx, command.by),
    )
    mode = rules.overall_mode(held.consultation)
    publication = Publication(
        "consultation.answered", told(step.consultation, result=data.result, words=data.text, decision_mode=mode)
    )
    asker = asker_of(step.consultation)
    if asker is not None:
        zh, en = RESULTS[data.result]
        tell(step.consultation, asker, (f"会签答复：{zh}", f"Answer: {en}"), (data.text, data.text), publication)
    return await _carry(tx, held, step, publication)


async def _withdraw(tx: Transaction, command: Command[WithdrawConsultation], held: HeldConsultation) -> Outcome:
    consultation, by = held.consultation, command.by
    own = consultation.asker.get("id") == by.id or consultation.asker_department in by.departments()
    desk = consultation.asker_department is None and by.has(Role.DUTY_OFFICER, Role.LEADER)
    step = rules.withdraw(consultation, act_of(tx, command), command.data.reason, by_asker=own or desk)
    publication = Publication("consultation.withdrawn", told(step.consultation, reason=command.data.reason))
    words = (f"已撤回：{command.data.reason}", f"Withdrawn: {command.data.reason}")
    for code in sorted({consultation.lead, *(o.department for o in consultation.opinions)}):
        tell(
            step.consultation, ("department", code), ("会签已撤回", "A consultation was withdrawn"), words, publication
        )
    return await _carry(tx, held, step, publication)


# --- after an incident was reopened --------------------------------------------------------------------------------------


async def _resume(tx: Transaction, command: Command[ResumeConsultations], held: Held) -> Outcome:
    if held.incident.status != "open":
        return Outcome(())
    publication = Publication("consultation.clocks_resumed", {})
    for listed in await rows.consultations_of(tx.conn, held.incident.id):
        consultation = await rows.lock_consultation(tx.conn, listed.id)
        step = rules.resume(replace(consultation, area_code=held.incident.area_code), act_of(tx, command))
        if step.moved:
            held = await save_step(tx, held, step, publication)
    return Outcome(publication.facts())


_ASKERS = allow(Role.DUTY_OFFICER, Role.LEADER, Role.DEPARTMENT)

HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(RequestConsultation, _ASKERS, _load_incident, _scope_incident, _request),
    Handling(GiveOpinion, _ASKERS, _load, HeldConsultation.scope, _give),
    Handling(MergeOpinions, _ASKERS, _load, HeldConsultation.scope, _merge),
    Handling(WithdrawConsultation, _ASKERS, _load, HeldConsultation.scope, _withdraw),
    Handling(MeetSilence, allow(Role.SYSTEM), _load, HeldConsultation.scope, _meet_silence),
    Handling(ResumeConsultations, allow(Role.SYSTEM), _load_incident, _scope_incident, _resume),
)
