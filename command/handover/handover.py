"""A handover (交接班): the outgoing one signs a sheet, the incoming one reads what changed since and signs too. Pure.

offered → completed | refused | withdrawn | superseded. Only `completed` moves the post.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from command.roster.duty import Duty, require_may_hold
from command.roster.rules import Check
from spine.canonical import Json, JsonObject, encode
from spine.clock import iso
from spine.errors import Refused
from spine.principal import Principal

_STATE_WORDS = {
    "offered": ("等待接班人签字", "waiting for the incoming signature"),
    "completed": ("已完成", "completed"),
    "refused": ("已被接班人退回", "refused by the incoming one"),
    "withdrawn": ("已撤回", "withdrawn"),
    "superseded": ("因紧急接岗而作废", "void, the post was taken in an emergency"),
}


@dataclass(frozen=True, slots=True)
class Handover:
    id: UUID
    post: str
    from_id: UUID
    from_name: str
    to_person: str | None
    state: str
    sheet: JsonObject
    digest: str
    checks: JsonObject
    words: str
    signed_out: JsonObject
    signed_in: JsonObject | None
    ended: JsonObject | None
    version: int


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the sheet. `mark`: what must be read again when it changes; `version`: of the object it was made from."""

    id: str
    title_zh: str
    title_en: str
    note_zh: str
    note_en: str
    due_at: datetime | None
    mark: str
    version: int | None
    link: str | None

    def to_json(self) -> JsonObject:
        return {
            "id": self.id,
            "title_zh": self.title_zh,
            "title_en": self.title_en,
            "note_zh": self.note_zh,
            "note_en": self.note_en,
            "due_at": None if self.due_at is None else iso(self.due_at),
            "mark": self.mark,
            "version": self.version,
            "link": self.link,
        }


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of thing that is handed over. `items` None: the system does not know, which is not the same as none."""

    key: str
    zh: str
    en: str
    items: Sequence[Item] | None


def sheet_of(sections: Sequence[Section], at: datetime) -> JsonObject:
    return {
        "at": iso(at),
        "sections": [
            {
                "key": section.key,
                "zh": section.zh,
                "en": section.en,
                "known": section.items is not None,
                "items": [item.to_json() for item in section.items or ()],
            }
            for section in sections
        ],
    }


def _objects(value: Json) -> list[Mapping[str, Json]]:
    return [one for one in cast(Sequence[Json], value or []) if isinstance(one, Mapping)]


def _marks(sheet: JsonObject) -> dict[tuple[str, str], Mapping[str, Json]]:
    return {
        (str(section["key"]), str(item["id"])): item
        for section in _objects(sheet["sections"])
        for item in _objects(section["items"])
    }


def digest_of(sheet: JsonObject) -> str:
    """Names what is on the sheet, not when it was made: the same things give the same digest."""
    known: list[Json] = [[str(s["key"]), bool(s["known"])] for s in _objects(sheet["sections"])]
    marks: list[Json] = [[key[0], key[1], str(item["mark"])] for key, item in sorted(_marks(sheet).items())]
    return hashlib.sha256(encode([known, marks]).encode()).hexdigest()


def changes_between(before: JsonObject, after: JsonObject) -> list[JsonObject]:
    """What the incoming one must read: {what: added|changed|gone, section, item as it is now (or was)}."""
    old, new = _marks(before), _marks(after)
    found: list[JsonObject] = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was is None and now is not None:
            found.append({"what": "added", "section": key[0], "item": now})
        elif now is None and was is not None:
            found.append({"what": "gone", "section": key[0], "item": was})
        elif now is not None and was is not None and now["mark"] != was["mark"]:
            found.append({"what": "changed", "section": key[0], "item": now})
    return found


def check_list(checks: Sequence[Check], answers: Mapping[str, tuple[str, str]]) -> JsonObject:
    """Every line must be gone through, a fault described. Raises Refused `check_missing`, `check_unknown`, `fault_note`."""
    known = {check.id: check for check in checks}
    for name in answers:
        if name not in known:
            raise Refused(
                "check_unknown",
                zh=f"检查清单中没有“{name}”。",
                en=f"The check list has no '{name}'.",
                field="data.checks",
            )
    missing = [check for check in checks if check.id not in answers]
    if missing:
        zh, en = "、".join(c.zh for c in missing[:3]), ", ".join(c.en for c in missing[:3])
        raise Refused(
            "check_missing",
            zh=f"还有 {len(missing)} 项没有检查：{zh}。",
            en=f"{len(missing)} lines are not checked yet: {en}.",
            field="data.checks",
        )
    for name, (state, note) in answers.items():
        if state == "fault" and not note.strip():
            raise Refused(
                "fault_note",
                zh=f"“{known[name].zh}”有问题，请写明情况。",
                en=f"'{known[name].en}' has a fault: say what is wrong.",
                field="data.checks",
            )
    return {name: {"state": state, "note": note.strip()} for name, (state, note) in answers.items()}


def sign_out(
    key: UUID,
    duty: Duty,
    principal: Principal,
    to_person: str | None,
    sheet: JsonObject,
    read: str,
    checks: JsonObject,
    words: str,
    at: datetime,
) -> Handover:
    """The outgoing one signs what he has read. Raises Refused `not_on_duty`, `not_handed_over`, `sheet_changed`."""
    if duty.kind != "duty":
        raise Refused(
            "not_handed_over",
            zh=f"“{duty.post_zh}”是指挥部岗位，不办交接班单。",
            en=f"'{duty.post_en}' is a post of the headquarters; it is not handed over by a duty sheet.",
            field="data.post",
        )
    if duty.account_id is None or duty.account_id != principal.account_id:
        raise Refused(
            "not_on_duty",
            zh=f"您现在不在“{duty.post_zh}”岗位，不能交班。",
            en=f"You do not hold the post '{duty.post_en}' and cannot hand it over.",
            field="data.post",
            status=403,
            final=False,
        )
    digest = digest_of(sheet)
    _require_read(digest, read, sheet)
    return Handover(
        id=key,
        post=duty.post,
        from_id=duty.account_id,
        from_name=duty.person or principal.name,
        to_person=to_person,
        state="offered",
        sheet=sheet,
        digest=digest,
        checks=checks,
        words=words.strip(),
        signed_out={"by": principal.as_by(), "at": iso(at)},
        signed_in=None,
        ended=None,
        version=1,
    )


def sign_in(
    handover: Handover, duty: Duty, principal: Principal, sheet: JsonObject, read: str, note: str, at: datetime
) -> Handover:
    """The incoming one signs, having read what changed. Raises Refused `handover_state`, `same_person`, `post_not_yours`,
    `sheet_changed`."""
    require_open(handover)
    if principal.account_id == handover.from_id:
        raise Refused(
            "same_person",
            zh="交班和接班必须由两个人签字，不能由同一人签两边。",
            en="Two different people must sign; nobody signs both sides.",
            field="data.handover_id",
            status=409,
            final=False,
        )
    require_may_hold(duty, principal)
    digest = digest_of(sheet)
    _require_read(digest, read, sheet)
    changes: list[Json] = list(changes_between(handover.sheet, sheet))
    signed: JsonObject = {
        "by": principal.as_by(),
        "at": iso(at),
        "digest": digest,
        "sheet": sheet,
        "changes": changes,
        "note": note.strip() or None,
    }
    return replace(handover, state="completed", signed_in=signed, version=handover.version + 1)


def refuse(handover: Handover, duty: Duty, principal: Principal, reason: str, at: datetime) -> Handover:
    """The incoming one does not take it. Raises Refused `handover_state`, `same_person`, `post_not_yours`, `reason_required`."""
    require_open(handover)
    if principal.account_id == handover.from_id:
        raise Refused(
            "same_person",
            zh="您是交班人，不能退回自己的交班；可以撤回。",
            en="You are the outgoing one: withdraw it instead.",
            field="data.handover_id",
            status=409,
            final=False,
        )
    require_may_hold(duty, principal)
    if not reason.strip():
        raise Refused(
            "reason_required",
            zh="不接班必须写明理由。",
            en="Give a reason for not taking over.",
            field="data.reason",
        )
    return _ended(handover, "refused", principal, reason, at)


def withdraw(handover: Handover, principal: Principal, reason: str, at: datetime) -> Handover:
    """The outgoing one takes his signature back before the other has signed. Raises Refused `handover_state`, `not_outgoing`."""
    require_open(handover)
    if principal.account_id != handover.from_id:
        raise Refused(
            "not_outgoing",
            zh="只有交班人可以撤回；接班人可以退回。",
            en="Only the outgoing one may withdraw; the incoming one may refuse.",
            field="data.handover_id",
            status=403,
            final=False,
        )
    return _ended(handover, "withdrawn", principal, reason, at)


def supersede(handover: Handover, principal: Principal, reason: str, at: datetime) -> Handover:
    """The post was taken in an emergency."""
    require_open(handover)
    return _ended(handover, "superseded", principal, reason, at)


def _ended(handover: Handover, state: str, principal: Principal, reason: str, at: datetime) -> Handover:
    told: JsonObject = {"by": principal.as_by(), "at": iso(at), "reason": reason.strip() or None}
    return replace(handover, state=state, ended=told, version=handover.version + 1)


def require_open(handover: Handover) -> None:
    """Raises Refused `handover_state`."""
    if handover.state != "offered":
        zh, en = _STATE_WORDS[handover.state]
        raise Refused(
            "handover_state",
            zh=f"这次交接班{zh}，不能再办理。",
            en=f"This handover is {en}; nothing more can be done with it.",
            field="data.handover_id",
            status=409,
            state=handover.state,
            version=handover.version,
        )


def _require_read(digest: str, read: str, sheet: JsonObject) -> None:
    if digest != read:
        raise Refused(
            "sheet_changed",
            zh="您看过之后，交接事项又有变化，请重新核对后再签字。",
            en="The sheet has changed since you read it. Read it again before you sign.",
            field="data.digest",
            status=409,
            final=False,
            digest=digest,
            at=str(sheet["at"]),
        )
