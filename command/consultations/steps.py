"""Carrying a decided step of a consultation into the tables, the pictures, the clocks and to people."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from command.consultations import store as rows
from command.consultations.consultation import Clock, Consultation, Speaker, Step
from command.consultations.rules import consultation_rules
from command.instructions.objects import consultation_object
from command.notice import Notice, To
from command.organisation.book import Post
from command.publish import Publication
from command.units import store as unit_store
from incidents.summary import Held, hold, involve
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.command import Transaction
from spine.deadlines import deadline_id, set_deadline, settle_deadline
from spine.principal import Principal, Role

OPINION, MERGE = "opinion_due", "consultation_merge"


@dataclass(frozen=True, slots=True)
class HeldConsultation:
    """A consultation under its incident's lock."""

    held: Held
    consultation: Consultation

    def scope(self) -> Scope:
        return Scope(self.held.incident.area_code, self.consultation.departments)


async def hold_consultation(tx: Transaction, consultation_id: UUID) -> HeldConsultation:
    """Lock the incident first, then the consultation. Raises Refused `not_found`."""
    incident_id = await rows.incident_of_consultation(tx.conn, consultation_id)
    held = await hold(tx, incident_id, field="data.consultation_id")
    return HeldConsultation(held, await rows.lock_consultation(tx.conn, consultation_id))


async def speaker_of(tx: Transaction, principal: Principal) -> Speaker:
    """For which departments he speaks, and which of the posts in the order of escalation he holds, or may hold while nobody does."""
    posts: set[str] = set()
    for post in consultation_rules().escalate_to:
        duty = await unit_store.find_duty(tx.conn, post)
        if duty is None or principal.account_id is None:
            continue
        roles = {Role(holder) for holder in duty.holders}
        may = any(grant.role in roles and grant.covers(duty.area_code) for grant in principal.grants)
        if duty.account_id == principal.account_id or (duty.account_id is None and may):
            posts.add(post)
    return Speaker(principal.departments(), frozenset(posts))


def told(consultation: Consultation, **more: Json) -> JsonObject:
    """What a fact about a consultation says in its `data`."""
    return {
        "consultation_id": str(consultation.id),
        "no": consultation.no,
        "title": consultation.title,
        "subject": consultation.subject,
        "state": consultation.state,
        **more,
    }


async def save_step(tx: Transaction, held: Held, step: Step, publication: Publication) -> Held:
    """Save it, involve everybody whom it concerns, and put it, with its clocks, into every picture where it stands."""
    consultation = step.consultation
    desks = sorted(consultation.departments)
    before = {} if consultation.is_open else await _desks(tx, desks)
    await rows.save_consultation(tx.conn, consultation)
    for code in desks:
        held = await involve(tx, held, department=code)
    streams = [f"incident:{consultation.incident_id}", *(f"department:{code}" for code in desks)]
    publication.put(streams, "consultations", str(consultation.id), consultation_object(consultation))
    if before:
        for code, ids in (await _desks(tx, desks)).items():
            for gone in before[code] - ids:
                publication.put([f"department:{code}"], "consultations", str(gone), None)
    for clock in step.clocks if held.incident.status == "open" else ():
        await _run(tx, consultation, clock, publication)
    return held


async def _desks(tx: Transaction, desks: Iterable[str]) -> dict[str, frozenset[UUID]]:
    """What each desk shows: the finished ones of long ago drop out."""
    return {code: await rows.desk_consultation_ids(tx.conn, code) for code in desks}


async def _run(tx: Transaction, consultation: Consultation, clock: Clock, publication: Publication) -> None:
    opinion = clock.opinion
    kind = MERGE if opinion is None else OPINION
    subject_id = consultation.id if opinion is None else opinion.id
    if clock.op != "start" or clock.due is None:
        row = await settle_deadline(tx, subject_id=subject_id, kind=kind, void=clock.op == "void")
        if row is not None:
            publication.deadline(row)
        return
    desk: str | None = consultation.lead if opinion is None else opinion.department
    to = await _addressee(tx, str(desk), clock.post)
    if clock.post is not None:
        # It is the post's to answer now; the department may still, but its desk no longer owes it by this clock.
        publication.put([f"department:{desk}"], "deadlines", str(deadline_id(kind, subject_id)), None)
        desk = None
    words = ("汇总会签", "Merge opinions") if opinion is None else ("答复会签", "Give your opinion")
    row = await set_deadline(
        tx,
        kind=kind,
        incident_id=consultation.incident_id,
        subject_kind="consultation" if opinion is None else "opinion",
        subject_id=subject_id,
        department=desk,
        title_zh=f"{words[0]}：{consultation.title}",
        title_en=f"{words[1]}: {consultation.title}",
        to_zh=to[0],
        to_en=to[1],
        due_at=clock.due,
        area=consultation.area_code,
    )
    publication.deadline(row)


async def _addressee(tx: Transaction, department: str, post: Post | None) -> tuple[str, str]:
    if post is not None:
        return post.zh, post.en
    found = await unit_store.need_department(tx.conn, department)
    return found.zh, found.en


def tell(
    consultation: Consultation,
    to: tuple[To, str],
    subject: tuple[str, str],
    more: tuple[str, str],
    publication: Publication,
) -> None:
    """A notice about it. `more`: what follows its title and question, in both languages."""
    text = (
        f"{consultation.no} {consultation.title}\n{consultation.question}\n{more[0]}".strip(),
        f"{consultation.no} {consultation.title}\n{consultation.question}\n{more[1]}".strip(),
    )
    publication.give(Notice(to, subject, text, ("consultation", consultation.id), consultation.incident_id))


def asker_of(consultation: Consultation) -> tuple[To, str] | None:
    """Whom the answer goes to: the department that asked, or the person."""
    if consultation.asker_department is not None:
        return "department", consultation.asker_department
    kind, _, account = str(consultation.asker.get("id", "")).partition(":")
    return ("account", account) if kind == "account" else None
