"""One question to several departments at once (并联会签): each opinion with its own clock, one lead who merges, one answer. Pure.

    consultation: asked → ready (every opinion is in) → answered; withdrawn while it is not answered
    opinion:      asked → given | tacit (silence, where a rule says so) | escalated → given (by whoever was asked in its stead)

Silence is consent only where the subject's rule says so and nobody's life depends on it (invariant 16).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from command.consultations.rules import Mode, Subject, consultation_rules
from command.orders.task import Act
from command.organisation.book import Post, organisation
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused

Stance = Literal["agree", "conditions", "disagree", "abstain"]
DecisionMode = Literal["explicit", "tacit", "escalated"]
Result = Literal["approved", "conditional", "refused"]

STANCES: dict[Stance, tuple[str, str]] = {
    "agree": ("同意", "agrees"),
    "conditions": ("有条件同意", "agrees with conditions"),
    "disagree": ("不同意", "disagrees"),
    "abstain": ("无意见", "abstains"),
}
RESULTS: dict[Result, tuple[str, str]] = {
    "approved": ("同意", "approved"),
    "conditional": ("有条件同意", "approved with conditions"),
    "refused": ("不同意", "refused"),
}
STATES: dict[str, tuple[str, str]] = {
    "asked": ("征求意见中", "opinions are being asked"),
    "ready": ("意见已齐待汇总", "all opinions are in"),
    "answered": ("已答复", "answered"),
    "withdrawn": ("已撤回", "withdrawn"),
}
OPINION_STATES: dict[str, tuple[str, str]] = {
    "asked": ("待答复", "waits for an answer"),
    "escalated": ("超时已上报", "overdue and escalated"),
    "given": ("已答复", "answered"),
    "tacit": ("超时视为同意", "silent, counted as agreement by rule"),
}


@dataclass(frozen=True, slots=True)
class Opinion:
    """One department's part. `escalated`: the posts asked in its stead so far. `late`: what it said when it no longer counted."""

    id: UUID
    consultation_id: UUID
    department: str
    question: str | None
    minutes: int
    asked_at: datetime
    due: datetime
    state: str
    stance: Stance | None
    text: str | None
    decision_mode: DecisionMode | None
    given: JsonObject | None
    escalated: Sequence[Json]
    late: Sequence[Json]

    @property
    def is_in(self) -> bool:
        return self.stance is not None

    @property
    def post(self) -> str | None:
        """The post that is asked now in its stead."""
        last = self.escalated[-1] if self.escalated else None
        return str(last["post"]) if isinstance(last, Mapping) else None


@dataclass(frozen=True, slots=True)
class Consultation:
    """One request with its opinions, in the order they were asked."""

    id: UUID
    no: str
    incident_id: UUID
    incident_title: str
    area_code: str | None
    subject: str
    title: str
    question: str
    safety: bool
    mode: Mode
    asker: JsonObject
    asker_department: str | None
    lead: str
    state: str
    merge_minutes: int
    merge_due: datetime | None
    merge_escalated: Sequence[Json]
    requested_at: datetime
    answer: JsonObject | None
    withdrawn: JsonObject | None
    ended_at: datetime | None
    version: int
    updated_at: datetime
    opinions: Sequence[Opinion] = ()

    @property
    def is_open(self) -> bool:
        return self.state in {"asked", "ready"}

    @property
    def departments(self) -> frozenset[str]:
        """Every department whose desk shows it."""
        named = {self.lead, *(opinion.department for opinion in self.opinions)}
        return frozenset(named if self.asker_department is None else {*named, self.asker_department})

    def opinion_of(self, department: str) -> Opinion:
        """Raises Refused `not_asked`."""
        found = next((o for o in self.opinions if o.department == department), None)
        if found is None:
            raise Refused(
                "not_asked",
                zh=f"{self.no} 没有征求该部门的意见。",
                en=f"{self.no} does not ask this department.",
                field="data.department",
                status=403,
            )
        return found


@dataclass(frozen=True, slots=True)
class Clock:
    """What a step does to a clock: start it until `due` (`post`: who is asked then), settle it, or void it.

    `opinion` None: the lead's clock for merging.
    """

    op: Literal["start", "settle", "void"]
    opinion: Opinion | None = None
    due: datetime | None = None
    post: Post | None = None


@dataclass(frozen=True, slots=True)
class Step:
    consultation: Consultation
    clocks: tuple[Clock, ...] = ()
    moved: bool = True
    late: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """One department to ask. None: the subject's own question and time."""

    department: str
    question: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks: for which departments, and which posts he may answer for."""

    departments: frozenset[str]
    posts: frozenset[str]


# --- asking --------------------------------------------------------------------------------------------------------------


def need_subject(key: str) -> Subject:
    found = consultation_rules().subjects.get(key)
    if found is None:
        raise Refused(
            "unknown_subject",
            zh=f"没有“{key}”这类会签事项。",
            en=f"There is no subject '{key}' to consult on.",
            field="data.subject",
        )
    return found


def mode_of(subject: Subject, wanted: Mode | None) -> Mode:
    """Raises Refused `tacit_for_safety`, `tacit_without_rule`: silence counts only where a rule says so (invariant 16)."""
    if wanted == "tacit" and subject.safety:
        raise Refused(
            "tacit_for_safety",
            zh=f"“{subject.zh}”关系人命安全，超时不能视为同意，只能逐级上报。",
            en=f"'{subject.en}' may cost lives: silence is never agreement here, it is escalated.",
            field="data.mode",
        )
    if wanted == "tacit" and subject.mode != "tacit":
        raise Refused(
            "tacit_without_rule",
            zh=f"没有规则允许“{subject.zh}”超时视为同意。",
            en=f"No rule lets silence count as agreement for '{subject.en}'.",
            field="data.mode",
        )
    return wanted or subject.mode


def request(
    consultation_id: UUID,
    act: Act,
    *,
    no: str,
    incident: tuple[UUID, str, str | None],
    subject: str,
    title: str,
    question: str | None,
    ask: Sequence[Asked],
    lead: str,
    mode: Mode | None,
    asker_department: str | None,
    merge_minutes: int | None = None,
) -> Step:
    """Ask. `incident`: (id, title, area); departments are checked to exist by the caller. Raises Refused."""
    rule = need_subject(subject)
    decided = mode_of(rule, mode)
    if not title.strip():
        raise Refused("title_required", zh="请写明会签事项。", en="Say what you ask approval for.", field="data.title")
    named = [one.department for one in ask]
    if not named:
        raise Refused(
            "nobody_asked", zh="至少征求一个部门的意见。", en="Ask at least one department.", field="data.ask"
        )
    twice = next((code for code in named if named.count(code) > 1), None)
    if twice is not None:
        raise Refused(
            "asked_twice",
            zh=f"“{twice}”列了两次，每个部门只征求一次。",
            en=f"'{twice}' is listed twice; each department is asked once.",
            field="data.ask",
        )
    opinions = tuple(
        Opinion(
            id=uuid5(consultation_id, one.department),
            consultation_id=consultation_id,
            department=one.department,
            question=(one.question or "").strip() or None,
            minutes=one.minutes or rule.minutes,
            asked_at=act.at,
            due=act.at + timedelta(minutes=one.minutes or rule.minutes),
            state="asked",
            stance=None,
            text=None,
            decision_mode=None,
            given=None,
            escalated=(),
            late=(),
        )
        for one in ask
    )
    made = Consultation(
        id=consultation_id,
        no=no,
        incident_id=incident[0],
        incident_title=incident[1],
        area_code=incident[2],
        subject=subject,
        title=title.strip(),
        question=(question or "").strip() or rule.question_zh,
        safety=rule.safety,
        mode=decided,
        asker=act.by,
        asker_department=asker_department,
        lead=lead,
        state="asked",
        merge_minutes=merge_minutes or rule.merge_minutes,
        merge_due=None,
        merge_escalated=(),
        requested_at=act.at,
        answer=None,
        withdrawn=None,
        ended_at=None,
        version=1,
        updated_at=act.at,
        opinions=opinions,
    )
    return Step(made, tuple(Clock("start", opinion, opinion.due) for opinion in opinions))


# --- opinions ------------------------------------------------------------------------------------------------------------


def give(
    consultation: Consultation, act: Act, department: str, stance: Stance, text: str | None, speaker: Speaker
) -> Step:
    """答复. By the department asked, or by the post that is asked in its stead.

    What comes when it no longer counts (silence has been counted, another has spoken, the answer is out) is a late entry.
    Raises Refused `not_asked`, `opinion_not_yours`, `opinion_given`, `reason_required`, `consultation_ended`.
    """
    opinion = consultation.opinion_of(department)
    own = department in speaker.departments
    in_stead = consultation.is_open and opinion.state == "escalated" and opinion.post in speaker.posts
    if not own and not in_stead:
        raise Refused(
            "opinion_not_yours",
            zh="这项意见不由您答复：只有被征求的部门，或超时后上报到的岗位可以答复。",
            en="This is not yours to answer: the department asked does, or the post it was escalated to.",
            field="data.department",
            status=403,
            final=False,
        )
    said = _said(stance, text)
    if consultation.state == "withdrawn":
        raise _ended(consultation)
    if opinion.state == "given" and opinion.given is not None and opinion.given.get("post") is None:
        raise Refused(
            "opinion_given",
            zh=f"{consultation.no} 已有贵单位的意见，不能再次答复。",
            en=f"{consultation.no} has your department's opinion already.",
            field="data.department",
            status=409,
        )
    if opinion.is_in or not consultation.is_open:
        if opinion.late:
            raise Refused(
                "opinion_given",
                zh=f"{consultation.no} 已记下贵单位的迟到意见，不能再次答复。",
                en=f"{consultation.no} holds your department's late opinion already.",
                field="data.department",
                status=409,
            )
        entry: JsonObject = {"stance": stance, "text": said, "by": act.by, "at": iso(act.at)}
        kept = replace(opinion, late=(*opinion.late, entry))
        return Step(_stamped(_with(consultation, kept), act), late=True)
    post = None if own else organisation().posts[str(opinion.post)]
    given: JsonObject = {
        "by": act.by,
        "at": iso(act.at),
        "post": None if post is None else {"id": post.id, "zh": post.zh, "en": post.en},
    }
    # Once silence was escalated it stays on record that it was, even when the department then speaks itself.
    how: DecisionMode = "escalated" if opinion.escalated else "explicit"
    changed = replace(opinion, state="given", stance=stance, text=said, decision_mode=how, given=given)
    return _collected(_with(consultation, changed), act, Clock("settle", changed))


def _said(stance: Stance, text: str | None) -> str | None:
    said = (text or "").strip() or None
    if said is None and stance == "disagree":
        raise Refused(
            "reason_required", zh="不同意必须写明理由。", en="To disagree you must give a reason.", field="data.text"
        )
    if said is None and stance == "conditions":
        raise Refused(
            "reason_required",
            zh="有条件同意必须写明条件。",
            en="To agree with conditions you must name them.",
            field="data.text",
        )
    return said


def silence(consultation: Consultation, act: Act, opinion_id: UUID) -> Step:
    """An opinion's time has passed: agreement where a rule says so, otherwise the next post is asked in its stead."""
    opinion = next((o for o in consultation.opinions if o.id == opinion_id), None)
    if opinion is None or opinion.is_in or not consultation.is_open or act.at < opinion.due:
        return Step(consultation, moved=False)
    if consultation.mode == "tacit" and not consultation.safety:
        changed = replace(
            opinion,
            state="tacit",
            stance="agree",
            decision_mode="tacit",
            given={"by": None, "at": iso(act.at), "post": None},
        )
        return _collected(_with(consultation, changed), act, Clock("settle", changed))
    if _nobody_left(opinion.escalated):
        return Step(consultation, moved=False)
    post, told = _next_post(opinion.escalated, act)
    due = act.at + timedelta(minutes=consultation_rules().escalate_minutes)
    changed = replace(opinion, state="escalated", escalated=(*opinion.escalated, told), due=due)
    return Step(_stamped(_with(consultation, changed), act), (Clock("start", changed, due, post),))


_AGAIN = 3
"""So often the last post in order is asked once more; after that the clock stays passed on every board until somebody answers."""


def _nobody_left(asked: Sequence[Json]) -> bool:
    return len(asked) >= len(consultation_rules().escalate_to) + _AGAIN


def _next_post(asked: Sequence[Json], act: Act) -> tuple[Post, JsonObject]:
    """The next in order; the last one is asked again, because nobody stands behind him."""
    chain = consultation_rules().escalate_to
    post = organisation().posts[chain[min(len(asked), len(chain) - 1)]]
    return post, {"post": post.id, "post_zh": post.zh, "post_en": post.en, "at": iso(act.at)}


def _collected(consultation: Consultation, act: Act, clock: Clock) -> Step:
    """With the last opinion the lead's own clock starts."""
    if not all(opinion.is_in for opinion in consultation.opinions):
        return Step(_stamped(consultation, act), (clock,))
    due = act.at + timedelta(minutes=consultation.merge_minutes)
    return Step(_stamped(replace(consultation, state="ready", merge_due=due), act), (clock, Clock("start", due=due)))


# --- merging -------------------------------------------------------------------------------------------------------------


def merge_silence(consultation: Consultation, act: Act) -> Step:
    """The lead's time has passed: the next post may merge in its stead."""
    due = consultation.merge_due
    if consultation.state != "ready" or due is None or act.at < due or _nobody_left(consultation.merge_escalated):
        return Step(consultation, moved=False)
    post, told = _next_post(consultation.merge_escalated, act)
    again = act.at + timedelta(minutes=consultation_rules().escalate_minutes)
    changed = replace(consultation, merge_escalated=(*consultation.merge_escalated, told), merge_due=again)
    return Step(_stamped(changed, act), (Clock("start", due=again, post=post),))


def merge(
    consultation: Consultation,
    act: Act,
    *,
    result: Result,
    text: str,
    addressed: Mapping[str, str],
    speaker: Speaker,
) -> Step:
    """汇总答复. `addressed`: department → what is said to its objection or condition.

    Raises Refused `not_lead`, `opinions_missing`, `text_required`, `objection_unanswered`, `consultation_ended`.
    """
    in_stead = _merge_post(consultation)
    if consultation.lead not in speaker.departments and (in_stead is None or in_stead.id not in speaker.posts):
        raise Refused(
            "not_lead",
            zh=f"{consultation.no} 由主办部门汇总，其他部门不能代为答复。",
            en=f"{consultation.no} is merged by its lead department; nobody else can answer for it.",
            status=403,
            final=False,
        )
    if not consultation.is_open:
        raise _ended(consultation)
    missing = [o.department for o in consultation.opinions if not o.is_in]
    if missing:
        names = "、".join(_name(code)[0] for code in missing)
        raise Refused(
            "opinions_missing",
            zh=f"还缺{names}的意见，不能汇总。",
            en=f"The opinion of {', '.join(_name(code)[1] for code in missing)} is still missing.",
            status=409,
            departments=list[Json](missing),
        )
    if not text.strip():
        raise Refused("text_required", zh="请写明统一答复的内容。", en="Say what is answered.", field="data.text")
    words = {code: said.strip() for code, said in addressed.items() if said.strip()}
    for code in words:
        consultation.opinion_of(code)
    _check_addressed(consultation, result, words)
    by_post = None
    if consultation.lead not in speaker.departments and in_stead is not None:
        by_post = {"id": in_stead.id, "zh": in_stead.zh, "en": in_stead.en}
    answer: JsonObject = {
        "result": result,
        "text": text.strip(),
        "addressed": [{"department": code, "text": said} for code, said in words.items()],
        "decision_mode": overall_mode(consultation),
        "post": by_post,
        "by": act.by,
        "at": iso(act.at),
    }
    changed = replace(consultation, state="answered", answer=answer, ended_at=act.at)
    return Step(_stamped(changed, act), (Clock("settle"),))


def _merge_post(consultation: Consultation) -> Post | None:
    last = consultation.merge_escalated[-1] if consultation.merge_escalated else None
    return organisation().posts[str(last["post"])] if isinstance(last, Mapping) else None


def _check_addressed(consultation: Consultation, result: Result, words: Mapping[str, str]) -> None:
    """An objection is answered whatever comes out; a condition when the answer has none."""
    for opinion in consultation.opinions:
        objection = opinion.stance == "disagree"
        dropped = opinion.stance == "conditions" and result == "approved"
        if (objection or dropped) and opinion.department not in words:
            zh, en = _name(opinion.department)
            what = ("不同意的意见", "objection") if objection else ("所提条件", "conditions")
            raise Refused(
                "objection_unanswered",
                zh=f"{zh}{what[0]}还没有回应，请写明如何采纳或为何不采纳。",
                en=f"The {what[1]} of {en} must be addressed: say how it is met or why it is not.",
                field="data.addressed",
                department=opinion.department,
            )


def overall_mode(consultation: Consultation) -> DecisionMode:
    """The weakest way in which any part came about."""
    if consultation.merge_escalated or any(o.decision_mode == "escalated" for o in consultation.opinions):
        return "escalated"
    return "tacit" if any(o.decision_mode == "tacit" for o in consultation.opinions) else "explicit"


def withdraw(consultation: Consultation, act: Act, reason: str, *, by_asker: bool) -> Step:
    """撤回: by whoever asked. Raises Refused `not_asker`, `reason_required`, `consultation_ended`."""
    if not by_asker:
        raise Refused(
            "not_asker",
            zh=f"{consultation.no} 只能由提出的人或部门撤回。",
            en=f"Only whoever asked can withdraw {consultation.no}.",
            status=403,
            final=False,
        )
    if not consultation.is_open:
        raise _ended(consultation)
    if not reason.strip():
        raise Refused(
            "reason_required", zh="撤回必须写明理由。", en="To withdraw you must give a reason.", field="data.reason"
        )
    why: JsonObject = {"reason": reason.strip(), "by": act.by, "at": iso(act.at)}
    changed = replace(consultation, state="withdrawn", withdrawn=why, ended_at=act.at)
    waiting = tuple(Clock("void", opinion) for opinion in consultation.opinions if not opinion.is_in)
    return Step(_stamped(changed, act), (*waiting, Clock("void")))


def resume(consultation: Consultation, act: Act) -> Step:
    """The clocks run again after its incident was reopened; what was past gets its time anew."""
    if not consultation.is_open:
        return Step(consultation, moved=False)
    if consultation.state == "ready" and consultation.merge_due is not None:
        due = max(consultation.merge_due, act.at + timedelta(minutes=consultation.merge_minutes))
        post = _merge_post(consultation)
        return Step(_stamped(replace(consultation, merge_due=due), act), (Clock("start", due=due, post=post),))
    clocks: list[Clock] = []
    changed = consultation
    for opinion in consultation.opinions:
        if opinion.is_in:
            continue
        due = opinion.due if opinion.due > act.at else act.at + timedelta(minutes=opinion.minutes)
        waiting = replace(opinion, due=due)
        changed = _with(changed, waiting)
        post = None if opinion.post is None else organisation().posts[opinion.post]
        clocks.append(Clock("start", waiting, due, post))
    return Step(_stamped(changed, act), tuple(clocks))


# --- common --------------------------------------------------------------------------------------------------------------


def _name(code: str) -> tuple[str, str]:
    found = organisation().departments.get(code)
    return (code, code) if found is None else (found.zh, found.en)


def _ended(consultation: Consultation) -> Refused:
    zh, en = STATES[consultation.state]
    return Refused(
        "consultation_ended",
        zh=f"{consultation.no} {zh}，不能再改。",
        en=f"{consultation.no}: {en}; nothing more can be done.",
        field="data.consultation_id",
        status=409,
        state=consultation.state,
    )


def _with(consultation: Consultation, changed: Opinion) -> Consultation:
    return replace(consultation, opinions=tuple(changed if o.id == changed.id else o for o in consultation.opinions))


def _stamped(consultation: Consultation, act: Act) -> Consultation:
    return replace(consultation, version=consultation.version + 1, updated_at=act.at)
