"""The JSON objects of instructions and consultations, as docs/architecture.md names their fields."""

from command.consultations.consultation import Consultation, Opinion
from command.instructions.instruction import Instruction
from spine.canonical import Json, JsonObject
from spine.clock import iso, iso_or_none


def instruction_object(instruction: Instruction) -> JsonObject:
    account = instruction.leader_account
    return {
        "id": str(instruction.id),
        "no": instruction.no,
        "incident_id": None if instruction.incident_id is None else str(instruction.incident_id),
        "incident_title": instruction.incident_title,
        "area_code": instruction.area_code,
        "leader_name": instruction.leader_name,
        "leader_post": instruction.leader_post,
        "leader_account": None if account is None else str(account),
        "channel": instruction.channel,
        "urgency": instruction.urgency,
        "text": instruction.text,
        "files": list[Json](instruction.files),
        "state": instruction.state,
        "given_at": iso(instruction.given_at),
        "captured_at": iso(instruction.captured_at),
        "captured_by": instruction.captured_by,
        "feedback_due": iso(instruction.feedback_due),
        "orders": {
            "open": instruction.orders_open,
            "closed": instruction.orders_closed,
            "total": instruction.orders_total,
        },
        "urged": list[Json](instruction.urged),
        "escalated": list[Json](instruction.escalated),
        "answers": list[Json](instruction.answers),
        "sent_back": instruction.sent_back,
        "ended": instruction.ended,
        "version": instruction.version,
        "updated_at": iso(instruction.updated_at),
    }


def _opinion(opinion: Opinion) -> JsonObject:
    return {
        "id": str(opinion.id),
        "department": opinion.department,
        "question": opinion.question,
        "asked_at": iso(opinion.asked_at),
        "due": iso(opinion.due),
        "state": opinion.state,
        "stance": opinion.stance,
        "text": opinion.text,
        "decision_mode": opinion.decision_mode,
        "given": opinion.given,
        "escalated": list[Json](opinion.escalated),
        "late": list[Json](opinion.late),
    }


def consultation_object(consultation: Consultation) -> JsonObject:
    return {
        "id": str(consultation.id),
        "no": consultation.no,
        "incident_id": str(consultation.incident_id),
        "incident_title": consultation.incident_title,
        "subject": consultation.subject,
        "title": consultation.title,
        "question": consultation.question,
        "safety": consultation.safety,
        "mode": consultation.mode,
        "asker": consultation.asker,
        "asker_department": consultation.asker_department,
        "lead": consultation.lead,
        "state": consultation.state,
        "requested_at": iso(consultation.requested_at),
        "merge_due": iso_or_none(consultation.merge_due),
        "merge_escalated": list[Json](consultation.merge_escalated),
        "opinions": [_opinion(opinion) for opinion in consultation.opinions],
        "answer": consultation.answer,
        "withdrawn": consultation.withdrawn,
        "version": consultation.version,
        "updated_at": iso(consultation.updated_at),
    }
