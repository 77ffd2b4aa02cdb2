"""A version of a plan (预案版本) and its life: draft → reviewed → approved → filed → in force → superseded. Pure.

Two persons: whoever wrote in a version neither reviews nor approves it. What has left the draft is never changed again; a change is a new version.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from command.planning.findings import Finding, errors_of, findings_json
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import RULES
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused, stale_version
from spine.principal import Role


@dataclass(frozen=True, slots=True)
class PlanState:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    editable: bool


@dataclass(frozen=True, slots=True)
class PlanAction:
    """`other`: not by one who wrote in the version. `sound`: only without errors. `reason`: must be given."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    who: frozenset[Role]
    moves: dict[str, str]
    other: bool = False
    sound: bool = False
    reason: bool = False


@dataclass(frozen=True, slots=True)
class PlanTransitions:
    __pydantic_config__ = STRICT
    version: int
    source: str
    states: dict[str, PlanState]
    actions: dict[str, PlanAction]


@cache
def plan_transitions() -> PlanTransitions:
    """Raises RulesTrouble when the file contradicts itself."""
    path = RULES / "plan_transitions.yaml"
    found = read_rules(path, PlanTransitions)
    named = {state for action in found.actions.values() for move in action.moves.items() for state in move}
    troubles = [
        (f"写了不存在的状态“{state}”。", f"No such state '{state}'.") for state in sorted(named - set(found.states))
    ]
    if troubles:
        raise RulesTrouble(path, troubles)
    return found


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """`origin`: shipped with the program, or the city's own. `edition`: of the shipped file that it was taken from.
    `writers`: ids of those who wrote in it. `history`: {action, by, at, reason} of every step, oldest first.
    `changes`: how often this row changed; what `expect` of a command names."""

    plan_id: str
    version: int
    state: str
    content: JsonObject
    digest: str
    origin: str
    edition: int | None
    based_on: int | None
    writers: Sequence[str]
    author: JsonObject
    created_at: datetime
    changed_at: datetime
    history: Sequence[JsonObject]
    changes: int


@dataclass(frozen=True, slots=True)
class Step:
    """Who does something to a version, when and why."""

    by: JsonObject
    at: datetime
    reason: str | None = None

    def line(self, action: str, **more: Json) -> JsonObject:
        return {"action": action, "by": self.by, "at": iso(self.at), "reason": self.reason, **more}


def first_draft(
    plan_id: str, version: int, content: JsonObject, digest: str, step: Step, *, based_on: int | None
) -> PlanVersion:
    return PlanVersion(
        plan_id=plan_id,
        version=version,
        state="draft",
        content=content,
        digest=digest,
        origin="city",
        edition=None,
        based_on=based_on,
        writers=[str(step.by["id"])],
        author=step.by,
        created_at=step.at,
        changed_at=step.at,
        history=[step.line("draft", based_on=based_on)],
        changes=1,
    )


def save(held: PlanVersion, expect: int, content: JsonObject, digest: str, step: Step) -> PlanVersion:
    """Another content of a draft. Saving is no line of the history: what counts is who wrote. Raises Refused."""
    _expect(held, expect)
    if not plan_transitions().states[held.state].editable:
        raise _refuse(held, "修改", "changed", hint=True)
    writer = str(step.by["id"])
    writers = [*held.writers, *([] if writer in held.writers else [writer])]
    return replace(held, content=content, digest=digest, writers=writers, changed_at=step.at, changes=held.changes + 1)


def move(
    held: PlanVersion, action: str, expect: int, step: Step, findings: Sequence[Finding] = (), **more: Json
) -> PlanVersion:
    """One step of a version's life. `findings`: what the validator says of it now. Raises Refused.

    `stale_version`, `plan_transition`, `reason_required`, `own_plan` (two persons), `plan_errors` (with all of them), `plan_not_yet_valid`.
    """
    rule = plan_transitions().actions[action]
    _expect(held, expect)
    if held.state not in rule.moves:
        raise _refuse(held, rule.zh, rule.en)
    if rule.reason and not (step.reason or "").strip():
        raise Refused(
            "reason_required",
            zh=f"{rule.zh}必须写明理由。",
            en=f"To {rule.en} a plan's version you must give a reason.",
            field="data.reason",
        )
    if rule.other and str(step.by["id"]) in held.writers:
        raise Refused(
            "own_plan",
            zh=f"您写过这一版，不能由您{rule.zh}：编写和{rule.zh}须是两个人。",
            en=f"You wrote in this version, so it is not yours to {rule.en}: writing and that are two persons' work.",
            field="data.version",
            status=403,
        )
    if rule.sound:
        _require_sound(rule, findings)
    if action == "put_in_force":
        _require_valid(held, step.at)
    return replace(
        held,
        state=rule.moves[held.state],
        changed_at=step.at,
        history=[*held.history, step.line(action, **more)],
        changes=held.changes + 1,
    )


def supersede(held: PlanVersion, by_version: int, step: Step) -> PlanVersion:
    """What was in force gives way to another version."""
    return replace(
        held,
        state="superseded",
        changed_at=step.at,
        history=[*held.history, step.line("supersede", by_version=by_version)],
        changes=held.changes + 1,
    )


def _require_sound(rule: PlanAction, findings: Sequence[Finding]) -> None:
    wrong = errors_of(findings)
    if not wrong:
        return
    raise Refused(
        "plan_errors",
        zh=f"预案还有 {len(wrong)} 处错误，不能{rule.zh}：{wrong[0].zh}",
        en=f"The plan has {len(wrong)} errors, so you cannot {rule.en} it: {wrong[0].en}",
        field="data.version",
        final=False,  # the organisation may change and mend it
        findings=findings_json(wrong),
    )


def _require_valid(held: PlanVersion, at: datetime) -> None:
    text = held.content.get("valid_from")
    try:
        begins = date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        begins = None
    if begins is not None and begins > at.date():
        raise Refused(
            "plan_not_yet_valid",
            zh=f"这一版写明自 {begins} 起施行，现在还不能发布实施。",
            en=f"This version says that it is valid from {begins}; it cannot be put in force yet.",
            field="data.version",
            final=False,
        )


def _expect(held: PlanVersion, expect: int) -> None:
    if expect != held.changes:
        raise stale_version(expect, held.changes, field="data.expect")


def _refuse(held: PlanVersion, zh: str, en: str, *, hint: bool = False) -> Refused:
    state = plan_transitions().states[held.state]
    more = ("请另起一版草稿。", " Begin a new draft.") if hint else ("", "")
    return Refused(
        "plan_transition",
        zh=f"第 {held.version} 版是“{state.zh}”，不能{zh}。{more[0]}",
        en=f"Version {held.version} is {state.en}; this step ('{en}') is not possible.{more[1]}",
        field="data.version",
        status=409,
        state=held.state,
        changes=held.changes,
    )


# --- as objects ----------------------------------------------------------------------------------------------------------


def version_line(held: PlanVersion) -> JsonObject:
    """A version as lists show it, without its content."""
    return {
        "version": held.version,
        "state": held.state,
        "origin": held.origin,
        "edition": held.edition,
        "based_on": held.based_on,
        "author": held.author,
        "created_at": iso(held.created_at),
        "changed_at": iso(held.changed_at),
        "changes": held.changes,
        "history": list(held.history),
    }


def plan_head(versions: Sequence[PlanVersion]) -> JsonObject:
    """What the stream `plans` shows of a plan: which version is in force, which are being worked on, how often anything changed."""
    newest = max(versions, key=lambda one: one.version)
    in_force = next((one for one in versions if one.state == "in_force"), None)
    named: Mapping[str, Json] = (in_force or newest).content
    return {
        "id": newest.plan_id,
        "zh": _name(named.get("zh"), newest.plan_id),
        "en": _name(named.get("en"), newest.plan_id),
        "in_force": None if in_force is None else in_force.version,
        "newest": newest.version,
        "newest_state": newest.state,
        "changes": sum(one.changes for one in versions),
        "changed_at": iso(max(one.changed_at for one in versions)),
    }


def _name(value: Json, plan_id: str) -> str:
    """A draft may lack its name, or have something else in its place."""
    return value[:200] if isinstance(value, str) and value.strip() else plan_id
