"""Transfer of command (指挥权移交) and delegation (授权). Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

from command.headquarters.headquarters import (
    Actor,
    Delegation,
    Headquarters,
    Person,
    Seat,
    Transfer,
    answer_of,
    may_answer,
    need_reason,
    stamped,
    told,
    who_line,
    with_seat,
    without_seat,
)
from command.headquarters.rules import headquarters_rules
from command.headquarters.seats import asked_seat, same_person
from command.orders.task import Act
from command.responses.response import LEVEL_WORDS
from command.transitions import LEVELS, Level
from spine.canonical import JsonObject
from spine.clock import iso
from spine.errors import Refused


def propose(
    hq: Headquarters,
    act: Act,
    actor: Actor,
    transfer_id: UUID,
    to: Person,
    *,
    fits: bool,
    summary: str,
    reason: str,
    stays: bool,
) -> Headquarters:
    """移交. It goes when the receiver takes it. `fits`: whether he may hold the commander's post.

    Raises Refused `nobody_commands`, `transfer_open`, `not_commander`, `transfer_to_self`, `receiver_unfit`, `reason_required`.
    """
    now = _need_commanding(hq)
    _check_none_open(hq)
    cause = _by_right(actor, now)
    if same_person(now.person, to):
        raise _refused(
            "transfer_to_self",
            f"{now.person.words[0]}正在指挥，不能移交给自己。",
            f"{now.person.words[1]} commands already; command cannot be transferred to oneself.",
            "data.to",
        )
    if not fits:
        raise _refused(
            "receiver_unfit",
            f"{to.words[0]}的职务不能担任指挥长。",
            f"{to.words[1]} may not hold the commander's post.",
            "data.to",
        )
    said = need_reason(
        summary, "summary", "交接情况（态势、未了事项）", "the hand-over summary (situation, open matters)"
    )
    why = need_reason(reason)
    return _open(hq, act, Transfer(transfer_id, now.person, to, said, why, cause, stays, act.by, act.at, _until(act)))


def propose_by_level(
    hq: Headquarters, act: Act, transfer_id: UUID, to: Person, level: Level, plan: tuple[str, str]
) -> Headquarters:
    """A level that a higher post decides: command is to go to it. An open transfer of another's gives way."""
    now = _need_commanding(hq)
    zh, en = LEVEL_WORDS[level]
    open_one = hq.open_transfer
    if open_one is not None:
        if same_person(open_one.to, to):
            return hq
        hq = replace(hq, transfer=replace(open_one, outcome="superseded", ended=_end(act, None)))
    summary = f"{plan[0]}{zh}响应由{to.words[0]}指挥。"
    reason = f"{zh}响应 / response {en}"
    return _open(
        hq, act, Transfer(transfer_id, now.person, to, summary, reason, "level", True, act.by, act.at, _until(act))
    )


def _open(hq: Headquarters, act: Act, transfer: Transfer) -> Headquarters:
    changed = told(
        replace(hq, transfer=transfer),
        act,
        "transfer_proposed",
        **{"from": transfer.giver.to_json()},
        to=transfer.to.to_json(),
        summary=transfer.summary,
        reason=transfer.reason,
        cause=transfer.cause,
    )
    return stamped(changed, act)


def _until(act: Act) -> datetime:
    return act.at + timedelta(minutes=headquarters_rules().transfer_minutes)


def _need_commanding(hq: Headquarters) -> Seat:
    now = hq.commanding
    if now is None:
        raise _refused(
            "nobody_commands",
            "目前无人指挥，不存在移交；请指定指挥长或由副指挥长代行。",
            "Nobody commands now, so there is nothing to transfer: name a commander, or let a deputy step in.",
            "data.incident_id",
        )
    return now


def _check_none_open(hq: Headquarters) -> None:
    open_one = hq.open_transfer
    if open_one is not None:
        raise _refused(
            "transfer_open",
            f"已有一项指挥权移交等待{open_one.to.words[0]}接受；请先撤回。",
            f"A transfer already waits for {open_one.to.words[1]}; withdraw it first.",
            "data.incident_id",
        )


def _by_right(actor: Actor, now: Seat) -> Literal["commander", "superior"]:
    """The commander himself, a superior post, or the duty desk on the commander's word."""
    if actor.is_person(now.person):
        return "commander"
    if any(headquarters_rules().outranks(post, now.person.post) for post in actor.holds):
        return "superior"
    if not actor.is_desk:
        zh, en = now.person.words
        raise Refused(
            "not_commander",
            zh=f"指挥权由{zh}移交，或由上级岗位决定；值班席可按其口头指示登记。",
            en=f"Command is transferred by {en} or by a superior post; the duty desk may write it down on his word.",
            field="data.incident_id",
            status=403,
            final=False,
        )
    may_answer(actor, now.person, now.words)
    return "commander"


def take(hq: Headquarters, act: Act, actor: Actor) -> Headquarters:
    """接受指挥权. From this moment he commands; what the old one delegated ends. Raises Refused `no_transfer`, `not_your_seat`, …"""
    transfer = _need_open(hq)
    may_answer(actor, transfer.to, ("指挥长", "Commander"))
    old = _need_commanding(hq)
    commander = hq.commander
    receiver = actor.as_person(transfer.to)
    # He commands in the commander's seat: by the post he was named by, by a higher one that he sits here in, else by the seat's own.
    own = next((s.person.post for s in hq.seats if same_person(s.person, transfer.to) and s.person.post), None)
    higher = own if own is not None and headquarters_rules().outranks(own, commander.person.post) else None
    receiver = replace(receiver, post=receiver.post or higher or commander.person.post)
    seat = replace(
        asked_seat(commander, act), person=receiver, state="taken", answered=answer_of(actor, act, "transferred")
    )
    changed = with_seat(hq, seat)
    for other in hq.deputies:
        if same_person(other.person, transfer.to) or same_person(other.person, receiver):
            changed = without_seat(changed, other.id)
    if old.role == "commander" and transfer.stays:
        changed = _stays(changed, act, old, transfer.id)
    ended = _end(act, None)
    changed = replace(
        changed,
        acting_seat=None,
        acting=None,
        transfer=replace(transfer, to=receiver, outcome="taken", ended=ended),
        delegations=tuple(_ended(one, act, "command_changed") for one in changed.delegations),
    )
    return stamped(
        told(
            changed,
            act,
            "transferred",
            **{"from": old.person.to_json()},
            summary=transfer.summary,
            reason=transfer.reason,
            word=(actor.word or "").strip() or None,
            **who_line(seat),
        ),
        act,
    )


def _stays(hq: Headquarters, act: Act, old: Seat, transfer_id: UUID) -> Headquarters:
    """Who commanded before stays as the first deputy."""
    later = tuple(replace(s, sort=s.sort + 1) if s.role == "deputy" else s for s in hq.seats)
    seat = Seat(
        uuid5(transfer_id, "stays"),
        "deputy",
        1,
        old.person,
        "taken",
        asked_by=act.by,
        asked_at=act.at,
        until=act.at,
        answered={"at": iso(act.at), "by": act.by, "how": "transferred", "word": None},
    )
    return replace(hq, seats=(*later, seat))


def _need_open(hq: Headquarters) -> Transfer:
    transfer = hq.open_transfer
    if transfer is None:
        raise _refused(
            "no_transfer", "没有等待接受的指挥权移交。", "No transfer of command waits to be taken.", "data.incident_id"
        )
    return transfer


def refuse(hq: Headquarters, act: Act, actor: Actor, reason: str) -> Headquarters:
    """不接受. The old one goes on commanding."""
    transfer = _need_open(hq)
    may_answer(actor, transfer.to, ("指挥长", "Commander"))
    why = need_reason(reason)
    changed = replace(hq, transfer=replace(transfer, outcome="refused", ended=_end(act, why)))
    return stamped(told(changed, act, "transfer_refused", to=transfer.to.to_json(), reason=why), act)


def withdraw(hq: Headquarters, act: Act, actor: Actor, reason: str) -> Headquarters:
    """撤回. By whoever may propose one now."""
    transfer = _need_open(hq)
    _by_right(actor, _need_commanding(hq))
    why = need_reason(reason)
    changed = replace(hq, transfer=replace(transfer, outcome="withdrawn", ended=_end(act, why)))
    return stamped(told(changed, act, "transfer_withdrawn", to=transfer.to.to_json(), reason=why), act)


def transfer_silent(hq: Headquarters, act: Act, transfer_id: UUID) -> Headquarters | None:
    """The receiver's time passed: it still stands, and people are told. None: nothing to do."""
    transfer = hq.open_transfer
    if transfer is None or transfer.id != transfer_id or transfer.late or transfer.until > act.at:
        return None
    return stamped(replace(hq, transfer=replace(transfer, late=True)), act)


def _end(act: Act, reason: str | None) -> JsonObject:
    return {"at": iso(act.at), "by": act.by, "reason": reason}


# --- delegation ----------------------------------------------------------------------------------------------------------


def delegate(
    hq: Headquarters,
    act: Act,
    actor: Actor,
    delegation_id: UUID,
    *,
    seat_id: UUID,
    matter: str,
    up_to: Level | None,
    until: datetime,
    reason: str,
) -> Headquarters:
    """授权. Raises Refused `never_delegated`, `unknown_matter`, `not_commander`, `no_post`, `delegate_to_self`,
    `delegate_not_there`, `level_required`, `delegation_time`, `already_delegated`, `reason_required`."""
    rules = headquarters_rules()
    if matter in rules.never:
        row = rules.never[matter]
        raise _refused(
            "never_delegated", f"“{row.zh}”不得授权他人行使。", f"'{row.en}' can never be delegated.", "data.matter"
        )
    if matter not in rules.matters:
        raise _refused(
            "unknown_matter", f"没有可授权事项“{matter}”。", f"There is no matter '{matter}'.", "data.matter"
        )
    now, seat = _need_commanding(hq), hq.seat(seat_id)
    if not actor.is_person(now.person):
        raise Refused(
            "not_commander",
            zh=f"授权只能由正在指挥的{now.person.words[0]}本人作出。",
            en=f"Only {now.person.words[1]}, who commands, can delegate.",
            field="data.incident_id",
            status=403,
            final=False,
        )
    post = hq.commander.person.post
    if post is None:
        raise _refused("no_post", "现任指挥不是以岗位任职，没有可授的权限。", "He commands in no post and has no power to delegate.", "data.matter")  # fmt: skip
    if seat.id == now.id or same_person(seat.person, now.person):
        raise _refused("delegate_to_self", "不能授权给自己。", "Nothing can be delegated to oneself.", "data.seat_id")
    if seat.state != "taken" or seat.person.account_id is None:
        raise _refused(
            "delegate_not_there",
            f"{seat.words[0]}尚未到任或没有平台账号，不能接受授权。",
            f"{seat.words[1]} has not taken the seat or has no account here, and cannot decide.",
            "data.seat_id",
        )
    if rules.matters[matter].levels and up_to is None:
        raise _refused("level_required", "请写明授权到哪一级响应。", "Say up to which level.", "data.up_to")
    if until <= act.at or until > act.at + timedelta(hours=rules.delegation_hours_max):
        raise _refused(
            "delegation_time",
            f"授权期限应晚于现在，最长 {rules.delegation_hours_max} 小时。",
            f"A delegation ends later than now and lasts {rules.delegation_hours_max} hours at most.",
            "data.until",
        )
    if any(d.ended is None and d.matter == matter and d.seat_id == seat.id for d in hq.delegations):
        raise _refused(
            "already_delegated", "这一事项已授权给该席位；请先撤回。", "That is delegated to this seat already; revoke it first.", "data.matter"
        )  # fmt: skip
    giver = replace(now.person, post=post)
    made = Delegation(delegation_id, matter, up_to, giver, seat.person, seat.id, need_reason(reason), act.at, until)
    changed = replace(hq, delegations=(*hq.delegations, made))
    return stamped(
        told(changed, act, "delegated", matter=matter, up_to=up_to, reason=made.reason, **who_line(seat)), act
    )


def revoke(hq: Headquarters, act: Act, actor: Actor, delegation_id: UUID, reason: str) -> Headquarters:
    """撤回授权. By the one who commands, or by the delegate himself. Raises Refused `not_found`, `already_ended`, `not_commander`."""
    found = next((one for one in hq.delegations if one.id == delegation_id), None)
    if found is None:
        raise Refused(
            "not_found", zh="没有这项授权。", en="There is no such delegation.", field="data.delegation_id", status=404
        )
    if found.ended is not None:
        raise _refused(
            "already_ended", "这项授权已经结束。", "That delegation has ended already.", "data.delegation_id"
        )
    now = hq.commanding
    if not (actor.is_person(found.to) or (now is not None and actor.is_person(now.person))):
        raise Refused(
            "not_commander",
            zh="授权由正在指挥者撤回，或由受权人自己交回。",
            en="A delegation is revoked by the one who commands, or given back by the one who has it.",
            field="data.delegation_id",
            status=403,
            final=False,
        )
    why = need_reason(reason)
    changed = _end_one(hq, found, act, "revoked", why)
    return stamped(
        told(changed, act, "delegation_revoked", matter=found.matter, to=found.to.to_json(), reason=why), act
    )


def expire(hq: Headquarters, act: Act, delegation_id: UUID) -> Headquarters | None:
    """Its time has come. None: nothing to do."""
    found = next((one for one in hq.delegations if one.id == delegation_id), None)
    if found is None or found.ended is not None or found.until > act.at:
        return None
    changed = _end_one(hq, found, act, "expired", None)
    return stamped(told(changed, act, "delegation_expired", matter=found.matter, to=found.to.to_json()), act)


def _end_one(hq: Headquarters, found: Delegation, act: Act, how: str, reason: str | None) -> Headquarters:
    return replace(
        hq, delegations=tuple(_ended(one, act, how, reason) if one.id == found.id else one for one in hq.delegations)
    )


def _ended(one: Delegation, act: Act, how: str, reason: str | None = None) -> Delegation:
    if one.ended is not None:
        return one
    return replace(one, ended={"at": iso(act.at), "by": act.by, "how": how, "reason": reason})


def end_all(hq: Headquarters, act: Act, how: str) -> Headquarters:
    return replace(hq, delegations=tuple(_ended(one, act, how) for one in hq.delegations))


def allows(one: Delegation, matter: str, level: Level | None, at: datetime) -> bool:
    """Whether it lets its holder decide this now. `level`: the highest that the decision touches."""
    if one.ended is not None or one.until <= at or one.matter != matter:
        return False
    return one.up_to is None or level is None or LEVELS.index(level) >= LEVELS.index(one.up_to)


def _refused(code: str, zh: str, en: str, field: str) -> Refused:
    return Refused(code, zh=zh, en=en, field=field, status=409)
