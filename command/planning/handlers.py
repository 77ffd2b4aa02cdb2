"""How versions of plans are carried out: drafted, saved, and moved along their life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from command.organisation.book import organisation
from command.planning import commands as asked
from command.planning.form import MOST_BYTES, judge
from command.planning.store import lock_plan, save_version
from command.planning.take_in import digest_of, take_in_shipped
from command.planning.version import PlanVersion, Step, first_draft, move, plan_head, plan_transitions, save, supersede
from command.publish import Publication
from spine.authority import Allow, Scope, allow
from spine.canonical import Json, JsonObject, encode
from spine.command import AnyHandling, Command, CommandData, Handling, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.principal import Role

STREAM = "plans"
_WRITERS = allow(Role.DUTY_OFFICER, Role.LEADER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class _Held:
    versions: Sequence[PlanVersion]
    one: PlanVersion | None = None


def _city(_held: object) -> Scope:
    """Plans are the city's: whoever holds a role in a county alone does not write them."""
    return Scope()


class _NamesPlan(Protocol):
    @property
    def plan_id(self) -> str: ...


async def _load(tx: Transaction, command: Command[Any]) -> _Held:
    data: _NamesPlan = command.data
    versions = await lock_plan(tx.conn, data.plan_id)
    number: int | None = getattr(data, "version", None)
    one = next((version for version in versions if version.version == number), None)
    if number is not None and one is None:
        raise not_found("预案版本", "version of a plan", f"{data.plan_id} {number}", field="data.version")
    return _Held(versions, one)


def _step(tx: Transaction, command: Command[Any]) -> Step:
    reason: str | None = getattr(command.data, "reason", None)
    return Step(command.by.as_by(), tx.at, reason.strip() if reason and reason.strip() else None)


async def _done(tx: Transaction, kind: str, held: _Held, changed: Sequence[PlanVersion], **more: Json) -> Outcome:
    """Saves what changed (the last one is what the step is about) and tells the stream of plans."""
    for version in changed:
        await save_version(tx.conn, version)
    numbers = {version.version for version in changed}
    head = plan_head([*changed, *(one for one in held.versions if one.version not in numbers)])
    about = changed[-1]
    data: JsonObject = {
        "plan_id": about.plan_id, "plan_zh": head["zh"], "plan_en": head["en"], "version": about.version, "state": about.state, **more,
    }  # fmt: skip
    publication = Publication(kind, data)
    publication.put([STREAM], "plans", about.plan_id, head)
    result: JsonObject = {
        "plan_id": about.plan_id,
        "version": about.version,
        "changes": about.changes,
        "state": about.state,
    }
    return Outcome(publication.facts(), result)


def _content(plan_id: str, content: Mapping[str, Json]) -> JsonObject:
    """A content that may be kept. Raises Refused `plan_too_large`, `plan_id`."""
    if len(encode(content).encode()) > MOST_BYTES:
        raise Refused(
            "plan_too_large",
            zh=f"预案超过 {MOST_BYTES // 1024} KB，请精简。",
            en=f"The plan has more than {MOST_BYTES // 1024} KB; shorten it.",
            field="data.content",
        )
    if content.get("id") != plan_id:
        raise Refused(
            "plan_id",
            zh=f"内容里的编号（id）应是“{plan_id}”。",
            en=f"The id in the content must be '{plan_id}'.",
            field="data.content.id",
        )
    return content


# --- writing -------------------------------------------------------------------------------------------------------------


async def _draft(tx: Transaction, command: Command[asked.DraftPlan], held: _Held) -> Outcome:
    data, step = command.data, _step(tx, command)
    source = next((one for one in held.versions if one.version == data.from_version), None)
    if data.from_version is not None and source is None:
        raise not_found(
            "预案版本", "version of a plan", f"{data.plan_id} {data.from_version}", field="data.from_version"
        )
    content = data.content if data.content is not None else None if source is None else source.content
    if content is None:
        raise Refused(
            "plan_content_missing",
            zh="请指明从哪一版起草，或给出内容。",
            en="Say from which version to begin, or give a content.",
            field="data.from_version",
        )
    number = 1 + max((one.version for one in held.versions), default=0)
    kept = _content(data.plan_id, {**content, "version": number})
    based_on = None if source is None else source.version
    draft = first_draft(data.plan_id, number, kept, digest_of(kept), step, based_on=based_on)
    return await _done(tx, "plan.drafted", held, [draft], based_on=based_on, reason=step.reason)


async def _save(tx: Transaction, command: Command[asked.SavePlan], held: _Held) -> Outcome:
    data, one = command.data, _one(held)
    kept = _content(data.plan_id, {**data.content, "version": one.version})
    saved = save(one, data.expect, kept, digest_of(kept), _step(tx, command))
    return await _done(tx, "plan.saved", held, [saved])


def _one(held: _Held) -> PlanVersion:
    if held.one is None:
        raise AssertionError("this command names a version")
    return held.one


# --- along its life ------------------------------------------------------------------------------------------------------


def _handling(data: type[CommandData], action: str, kind: str) -> AnyHandling:
    """One step of a version's life, permitted to whom `rules/plan_transitions.yaml` says."""

    async def run(tx: Transaction, command: Command[Any], held: _Held) -> Outcome:
        one, step = _one(held), _step(tx, command)
        findings = judge(one.content, organisation()).findings if plan_transitions().actions[action].sound else ()
        more: dict[str, Json] = {}
        if isinstance(command.data, asked.FilePlan):
            more = {"filed_with": command.data.filed_with, "filing_no": command.data.filing_no}
        moved = move(one, action, command.data.expect, step, findings, **more)
        others = held.versions if moved.state == "in_force" else ()
        before = [supersede(old, moved.version, step) for old in others if old.state == "in_force"]
        return await _done(tx, kind, held, [*before, moved], reason=step.reason, **more)

    return Handling(data, Allow(plan_transitions().actions[action].who), _load, _city, run)


# --- what is shipped -----------------------------------------------------------------------------------------------------


async def _nothing(_tx: Transaction, _command: Command[asked.TakeInPlans]) -> None:
    """The rows are locked plan by plan, in one order."""


async def _take_in(tx: Transaction, command: Command[asked.TakeInPlans], _held: None) -> Outcome:
    made = await take_in_shipped(tx.conn, tx.at, command.data.plan_ids)
    if not made:
        return Outcome([], {"taken_in": 0})
    told: list[Json] = [{"plan_id": one.plan_id, "version": one.version, "state": one.state} for one, _ in made]
    publication = Publication("plan.taken_in", {"plans": told})
    for one, versions in made:
        publication.put([STREAM], "plans", one.plan_id, plan_head(versions))
    return Outcome(publication.facts(), {"taken_in": len(made)})


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(asked.DraftPlan, _WRITERS, _load, _city, _draft),
    Handling(asked.SavePlan, _WRITERS, _load, _city, _save),
    _handling(asked.ReviewPlan, "review", "plan.reviewed"),
    _handling(asked.SendBackPlan, "send_back", "plan.sent_back"),
    _handling(asked.ApprovePlan, "approve", "plan.approved"),
    _handling(asked.FilePlan, "file", "plan.filed"),
    _handling(asked.PutPlanInForce, "put_in_force", "plan.put_in_force"),
    _handling(asked.WithdrawPlan, "withdraw", "plan.withdrawn"),
    _handling(asked.RepealPlan, "repeal", "plan.repealed"),
    Handling(asked.TakeInPlans, allow(Role.SYSTEM), _nothing, _city, _take_in),
)
