"""Carrying decisions on a response into the tables and pictures: its level with the orders, its end, what they overtake."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast
from uuid import UUID

from command import store
from command.headquarters.response import on_end, on_level
from command.notice import Notice
from command.orders.issue import issue_orders
from command.orders.steps import counted, responded
from command.orders.task import Act
from command.orders.timers import settle_clock, start_period
from command.planning.plan import Plan
from command.proposals import store as proposal_store
from command.proposals.proposal import is_overtaken, overtake
from command.publish import Publication
from command.responses import response as rules
from command.responses.asking import Chain, Seat
from command.responses.difference import Difference, Line, check_seen
from command.responses.orders import cancel_orders, new_tasks, retime_orders, served_by
from command.responses.response import LEVEL_WORDS, Response, Ruling
from command.responses.stand_down import HandedOver, hand_over, open_items
from command.responses.standing import Standing
from command.transitions import Level, at_least
from incidents.summary import Held
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING
from spine.command import NewFact, Outcome, Transaction
from spine.errors import Refused


def about(response: Response, **more: Json) -> JsonObject:
    """What a fact about a response says in its `data`."""
    return {
        "response_id": str(response.id),
        "plan_id": response.plan_id,
        "plan_zh": response.plan_zh,
        "plan_en": response.plan_en,
        "level": response.level,
        **more,
    }


def seat_words(seat: Seat | None) -> JsonObject | None:
    return None if seat is None else seat.to_json()


# --- a level with its orders ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of the added orders are given: those `only` (None: all) that are not in `without`. `against`: what was looked at."""

    only: Collection[str] | None = None
    without: Collection[str] = ()
    against: str | None = None


async def set_level(
    tx: Transaction, held: Held, now: Standing, level: Level, ruling: Ruling, act: Act, chosen: Chosen
) -> tuple[Held, list[NewFact], Response]:
    """Put a level in force: orders added, re-timed and cancelled as the difference says. Returns the facts, the head's first.

    One fact that the level is in force, then one for every order, so that each is told to its desk. Raises Refused.
    """
    activates = now.response.state == "proposed"
    change = now.difference(held.incident, level, act.at)
    check_seen(chosen.against, change)
    lines = _lines(now.plan, change, level, chosen)
    counts = {**change.counts(), "added": len([line for line in lines if line.what == "added"])}
    ruling = replace(ruling, counts=counts)
    decide = rules.activate if activates else rules.adjust
    response = decide(now.response, act, level, ruling)
    response = replace(response, orders={**response.orders, **served_by(now, response, lines)})
    raised = "activated" if activates else "raised" if at_least(level, now.response.level) else "lowered"
    head = Publication(
        f"response.{'activated' if activates else 'adjusted'}", _told(response, now, raised, ruling, lines)
    )
    await store.save_response(tx.conn, response)
    head.response(response)
    await settle_clock(tx, response.id, "response_decision", head)
    await start_period(tx, held.incident, response, head)
    await overtake_proposals(tx, now, act, "level", ruling.proposal_id, _why(response), head)
    held, cancelled = await cancel_orders(tx, held, now, lines, _why(response), act)
    held = await retime_orders(tx, held, now.plan, level, lines, act, head)
    number = await store.count_tasks(tx.conn, held.incident.id)
    held, issued = await issue_orders(tx, held, new_tasks(now, held, response, lines, act, number), act)
    held = await responded(tx, await counted(tx, held))
    _tell_desks(now.plan, response, raised, head)
    command = [] if raised == "lowered" else await on_level(tx, held, response, now.plan, ruling.seat, act)
    return held, [*head.facts(held), *cancelled, *issued, *command], response


def _lines(plan: Plan, change: Difference, level: Level, chosen: Chosen) -> list[Line]:
    """The lines that are carried out. Raises Refused `unknown_task` for a code that the level does not have."""
    offered = {task.code for task in plan.tasks_at(level)}
    named = {*(chosen.only or ()), *chosen.without}
    unknown = sorted(named - offered)
    if unknown:
        raise Refused(
            "unknown_task",
            zh=f"预案在{LEVEL_WORDS[level][0]}响应中没有任务 {'、'.join(unknown)}。",
            en=f"At {LEVEL_WORDS[level][1]} the plan has no task {', '.join(unknown)}.",
            field="data.tasks" if chosen.only is not None else "data.without",
            tasks=list[Json](unknown),
        )
    wanted = offered if chosen.only is None else set(chosen.only)
    wanted -= set(chosen.without)
    return [line for line in change.lines if line.what not in {"added", "elsewhere"} or line.code in wanted]


def _told(response: Response, now: Standing, what: str, ruling: Ruling, lines: Sequence[Line]) -> JsonObject:
    codes: list[Json] = [line.code for line in lines if line.what == "added"]
    before = now.response.level if now.response.state == "active" else None
    return about(
        response,
        what=what,
        before=before,
        reason=ruling.reason,
        post=seat_words(ruling.seat),
        expected_hours=ruling.expected_hours,
        counts=dict(ruling.counts),
        tasks=codes,
    )


def _why(response: Response) -> str:
    return f"响应已定为{LEVEL_WORDS[response.level][0]}"


def _tell_desks(plan: Plan, response: Response, what: str, publication: Publication) -> None:
    """The departments that the plan names for this level hear of it (LevelRule.notify)."""
    zh, en = LEVEL_WORDS[response.level]
    words = {
        "activated": (f"启动{zh}响应", f"{en} response activated"),
        "raised": (f"响应提级为{zh}", f"response raised to {en}"),
        "lowered": (f"响应降级为{zh}", f"response lowered to {en}"),
    }[what]
    until = cast(JsonObject, response.decided or {}).get("expected_hours")
    hours = (f"，预计持续 {until} 小时", f", expected to last {until} hours") if until else ("", "")
    for code in plan.levels[response.level].notify:
        publication.give(
            Notice(
                ("department", code),
                (f"{words[0]}：{plan.zh}", f"{words[1][:1].upper()}{words[1][1:]}: {plan.en}"),
                (f"{plan.zh}：{words[0]}{hours[0]}。", f"{plan.en}: {words[1]}{hours[1]}."),
                ("response", response.id),
                response.incident_id,
            )
        )


# --- what a decision overtakes -------------------------------------------------------------------------------------------


async def overtake_proposals(
    tx: Transaction,
    now: Standing,
    act: Act,
    kind: str,
    but: UUID | None,
    why: str,
    publication: Publication,
    *,
    task: str | None = None,
) -> None:
    """`kind`: level, end or add_task (of `task`); `but`: the proposal that is being accepted."""
    for one in now.proposals:
        if one.response_id != now.response.id or one.id == but or not is_overtaken(one, kind, task):
            continue
        closed = overtake(one, act, why)
        await proposal_store.save_proposal(tx.conn, closed)
        publication.proposal(closed)
        await settle_clock(tx, one.id, "proposal_decision", publication, void=True)


# --- the end -------------------------------------------------------------------------------------------------------------


async def end_response(
    tx: Transaction,
    held: Held,
    now: Standing,
    act: Act,
    seat: Seat,
    reason: str,
    said: Mapping[str, HandedOver],
    but: UUID | None = None,
) -> tuple[Held, list[NewFact], Response]:
    """Raises Refused `stand_down_open` when something open was not handed over."""
    rules.check_active(now.response)
    left = hand_over(open_items(now.response, now.plan, now.tasks, now.others, now.proposals), said)
    response = rules.end(now.response, act, reason, seat, left)
    listed: list[Json] = [one["zh"] for one in left]
    publication = Publication("response.ended", about(response, reason=reason, post=seat.to_json(), handed_over=listed))
    await store.save_response(tx.conn, response)
    publication.response(response)
    await overtake_proposals(tx, now, act, "end", but, "响应已终止", publication)
    for kind in ("response_decision", "response_period", "watch"):
        await settle_clock(tx, response.id, kind, publication)
    held = await responded(tx, held)
    command = await on_end(tx, held, now.others, act, reason)
    return held, [*publication.facts(held), *command], response


def outcome(response: Response, facts: Sequence[NewFact], **more: Json) -> Outcome:
    return Outcome(
        facts, {"response_id": str(response.id), "level": response.level, "version": response.version, **more}
    )


def until_text(chain: Chain, act: Act) -> str:
    """When the post that is asked now must have decided, local time."""
    return (act.at + timedelta(minutes=chain.minutes)).astimezone(BEIJING).strftime("%H:%M")
