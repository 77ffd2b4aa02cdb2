"""Carrying a proposal into the tables and the pictures: asked of a post, decided, or moot."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from command.dispatch.replace import ON_THE_WAY, not_replaced
from command.notice import Notice
from command.orders.task import Act
from command.orders.timers import settle_clock, start_clock
from command.proposals import store as proposal_store
from command.proposals.proposal import Proposal, accept
from command.proposals.rules import OnTheSpot
from command.publish import Publication
from command.responses.asking import Chain, ask, seat_of, waiting
from command.responses.chains import spot_chain, tell_asked
from command.responses.steps import until_text
from command.units import store as unit_store
from incidents.summary import Held
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.command import NewFact, Transaction
from spine.errors import Refused
from spine.principal import Principal


def about(one: Proposal, **more: Json) -> JsonObject:
    """What a fact about a proposal says in its `data`."""
    return {
        "proposal_id": str(one.id),
        "response_id": None if one.response_id is None else str(one.response_id),
        "what": one.kind,
        "level": one.level,
        "task": one.task,
        "proposal_zh": one.zh,
        "proposal_en": one.en,
        "rule": one.rule,
        **more,
    }


def question(one: Proposal) -> tuple[str, str]:
    return f"是否{one.zh}（{one.plan_zh}；{one.because[0]}）", f"{one.en} ({one.plan_en}; {one.because[1]})"


def check_seen(one: Proposal, expect: int) -> None:
    """Raises Refused `stale_version`."""
    if one.version != expect:
        raise Refused(
            "stale_version",
            zh="这条建议在您查看之后有变化，请看新的内容再决定。",
            en="This proposal changed since you looked at it; look again and decide.",
            field="data.expect",
            status=409,
            final=False,
            version=one.version,
        )


async def ask_post(
    tx: Transaction, held: Held, one: Proposal, chain: Chain, act: Act, publication: Publication
) -> None:
    """The post whose turn it is is told, and its clock runs."""
    now = waiting(one.asked)
    if now is None:
        return
    title = (f"决定是否{one.zh}：{one.plan_zh}", f"Decide: {one.en} ({one.plan_en})")
    to = (str(now["zh"]), str(now["en"]))
    subject = ("proposal", one.id)
    await start_clock(tx, held.incident, "proposal_decision", subject, title, to, one.decide_by, publication)
    tell_asked(one.asked, question(one), until_text(chain, act), subject, held.incident.id, publication)


async def close_proposal(
    tx: Transaction, one: Proposal, kind: str, *, void: bool = False, extra: JsonObject | None = None
) -> list[NewFact]:
    """Saved as it was decided, its clock settled. `void`: nobody owed an answer any more."""
    decided = one.decided or {}
    told: JsonObject = {name: decided.get(name) for name in ("reason", "reason_en", "post", "changed")}
    publication = Publication(kind, about(one, **told, **(extra or {})))
    await proposal_store.save_proposal(tx.conn, one)
    publication.proposal(one)
    await settle_clock(tx, one.id, "proposal_decision", publication, void=void)
    if one.kind == "replace_unit" and one.state in {"withdrawn", "rejected"}:
        await _tell_stuck(tx, one, publication)
    return publication.facts()


async def _tell_stuck(tx: Transaction, one: Proposal, publication: Publication) -> None:
    """The crew was told to stop and wait: whoever still has the order must hear that nobody comes in its place."""
    detail, decided = one.detail or {}, one.decided or {}
    units = await unit_store.units_by_ids(tx.conn, [UUID(str(detail["unit_id"]))])
    reason = str(decided["reason"])
    subject, text = not_replaced(str(detail["task_no"]), one.state, (reason, str(decided.get("reason_en") or reason)))
    for unit in units:
        if str(unit.task_id) == detail["task_id"] and unit.status in ON_THE_WAY:
            about = ("task", UUID(str(detail["task_id"])))
            publication.give(Notice(("unit", str(unit.id)), subject, text, about, one.incident_id))
            publication.give(Notice(("department", unit.department), subject, text, about, one.incident_id))


# --- what happened on the spot -------------------------------------------------------------------------------------------


async def propose_on_the_spot(
    tx: Transaction,
    held: Held,
    act: Act,
    proposal_id: UUID,
    kind: OnTheSpot,
    rule: str,
    words: tuple[tuple[str, str], tuple[str, str], tuple[str, str]],
    reasons: list[JsonObject],
    detail: JsonObject,
) -> Publication | None:
    """A proposal of the incident itself, asked of the posts of its kind. `words`: what watches, what is proposed, what happens if
    nobody answers. None: it stands already, or a person decided it and its reason has not been gone since."""
    known = await proposal_store.on_the_spot(tx.conn, kind=kind, incident_id=held.incident.id)
    if any(one.rule == rule for one in known):
        return None
    chain = await spot_chain(tx.conn, kind)
    (by_zh, by_en), (zh, en), (if_zh, if_en) = words
    one = Proposal(
        id=proposal_id,
        incident_id=held.incident.id,
        response_id=None,
        plan_zh=by_zh,
        plan_en=by_en,
        rule=rule,
        kind=kind,
        level=None,
        task=None,
        zh=zh,
        en=en,
        reasons=tuple(reasons),
        if_ignored_zh=if_zh,
        if_ignored_en=if_en,
        automatic=False,
        rests_on={},
        state="open",
        made={"by": act.by, "at": iso(act.at)},
        asked=(),
        decide_by=tx.at,
        decided=None,
        cleared_at=None,
        version=1,
        detail=detail,
    )
    one = replace(one, asked=ask(chain, (), tx.at) or (), decide_by=tx.at + timedelta(minutes=chain.minutes))
    publication = Publication("proposal.made", about(one, reasons=list(one.reasons)))
    await proposal_store.save_proposal(tx.conn, one)
    publication.proposal(one)
    await ask_post(tx, held, one, chain, act, publication)
    return publication


async def fulfil(
    tx: Transaction, one: Proposal, by: Principal, act: Act, reason: str | None, changed: JsonObject, done: JsonObject
) -> list[NewFact]:
    """What it proposes was done by the ordinary command: that is its acceptance. Whoever may give that command may do so whether or
    not he holds the post that was asked; the post is recorded when he does."""
    try:
        seat = seat_of(await spot_chain(tx.conn, one.kind), one.asked, by)
    except Refused:
        seat = None
    return await close_proposal(
        tx, accept(one, act, seat, reason, changed, done), "proposal.accepted", void=seat is None
    )
