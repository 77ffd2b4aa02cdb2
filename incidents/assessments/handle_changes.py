"""Carrying out what people change: adjustments of the live assessment, what-ifs, and a what-if that becomes what is so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from incidents.assessments import store
from incidents.assessments.changes import (
    MOST_WHAT_IFS,
    Adjustment,
    Subject,
    WhatIf,
    adjustment_object,
    require_expected,
    require_open_what_if,
    what_if_object,
)
from incidents.assessments.commands import AdjustAssessment, AdoptWhatIf, ChangeWhatIf, DropWhatIf, MakeWhatIf
from incidents.incident import require_open
from incidents.summary import Held, hold
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.principal import Principal, Role

_MODEL = "model"


def _fact(held: Held, kind: str, told: JsonObject, now: Mapping[str, Mapping[str, Json]]) -> NewFact:
    return NewFact(f"incident:{held.incident.id}", kind, told, now=now)


def _of_held(held: Held) -> Scope:
    return held.scope()


# --- adjustments -------------------------------------------------------------------------------------------------


async def _hold_adjusted(tx: Transaction, command: Command[AdjustAssessment]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _adjust(tx: Transaction, command: Command[AdjustAssessment], held: Held) -> Outcome:
    data = command.data
    require_open(held.incident)
    name = _MODEL if data.subject == "model" else data.name
    if name is None:
        raise Refused(
            "name_missing",
            zh="请指明是哪一项输入或哪一处设施。",
            en="Say which input or which facility.",
            field="data.name",
        )
    before = await store.find_adjustment(tx.conn, held.incident.id, data.subject, name)
    require_expected(data.expect, 0 if before is None else before.version)
    if data.withdraw and (before is None or before.withdrawn):
        raise Refused(
            "nothing_to_withdraw",
            zh="这一项没有人工设定，无须撤回。",
            en="Nobody has set this; there is nothing to withdraw.",
            field="data.withdraw",
            status=409,
        )
    value: Json = None
    words: JsonObject = {}
    if not data.withdraw:
        value, words = await _checked(tx, held, data.subject, name, data.value)
    saved = await _save(tx, held, before, data.subject, name, value, command.by, data.reason, withdrawn=data.withdraw)
    told: JsonObject = {
        "subject": data.subject,
        "name": name,
        "value": value,
        "before": None if before is None or before.withdrawn else before.value,
        "withdrawn": data.withdraw,
        "reason": data.reason,
        **words,
    }
    now = {"adjustments": {saved.key: None if saved.withdrawn else adjustment_object(saved)}}
    return Outcome([_fact(held, "assessment.adjusted", told, now)], {"name": saved.key, "version": saved.version})


async def _checked(tx: Transaction, held: Held, subject: Subject, name: str, value: Json) -> tuple[Json, JsonObject]:
    """The value as it is kept, and its words. Raises Refused."""
    from incidents.assessments.declared import check_input, check_model  # SciPy takes long to import

    class_key = held.incident.class_key
    if subject == "input":
        model = await store.find_adjustment(tx.conn, held.incident.id, "model", _MODEL)
        chosen = None if model is None or model.withdrawn else str(model.value)
        return value, check_input(class_key, chosen, name, value, "data.value")
    if subject == "facility":
        return (await _facilities(tx, [name], "data.name"))[name], {}
    if not isinstance(value, str):
        raise Refused("value_missing", zh="请选择一个模型。", en="Choose a model.", field="data.value")
    check_model(class_key, value, "data.value")
    return value, {}


async def _facilities(tx: Transaction, ids: list[str], field: str) -> Mapping[str, JsonObject]:
    """Raises Refused `not_found` for the first that there is not."""
    names = await store.facility_names(tx.conn, ids)
    for one in ids:
        if one not in names:
            raise not_found("设施", "facility", one, field=field)
    return names


async def _save(
    tx: Transaction,
    held: Held,
    before: Adjustment | None,
    subject: Subject,
    name: str,
    value: Json,
    by: Principal,
    reason: str,
    *,
    withdrawn: bool = False,
    what_if: UUID | None = None,
) -> Adjustment:
    return await store.save_adjustment(
        tx.conn,
        Adjustment(
            incident_id=held.incident.id,
            kind=subject,
            name=name,
            value=value,
            what_if=what_if,
            reason=reason,
            by=dict(by.as_by()),
            at=tx.at,
            withdrawn=withdrawn,
            version=1 if before is None else before.version + 1,
        ),
    )


# --- what-ifs ----------------------------------------------------------------------------------------------------


async def _hold_made(tx: Transaction, command: Command[MakeWhatIf]) -> Held:
    return await hold(tx, command.data.incident_id)


async def _make(tx: Transaction, command: Command[MakeWhatIf], held: Held) -> Outcome:
    data = command.data
    require_open(held.incident)
    if len(await store.open_what_ifs(tx.conn, held.incident.id)) >= MOST_WHAT_IFS:
        raise Refused(
            "too_many_what_ifs",
            zh=f"同一事件最多同时保留 {MOST_WHAT_IFS} 个推演，请先撤销不用的。",
            en=f"An incident keeps at most {MOST_WHAT_IFS} what-ifs at once; drop one that is not needed.",
            field="data.incident_id",
            status=409,
            final=False,
        )
    by = dict(command.by.as_by())
    made = WhatIf(
        id=command.id,
        incident_id=held.incident.id,
        title=data.title,
        inputs=cast(dict[str, Json], dict(data.inputs)),
        excluded=sorted(set(data.excluded)),
        model=data.model,
        reason=data.reason,
        state="open",
        made_by=by,
        made_at=tx.at,
        changed_by=by,
        changed_at=tx.at,
        version=1,
    )
    await _check_changes(tx, held, made)
    saved = await store.save_what_if(tx.conn, made)
    now = {"what_ifs": {str(saved.id): what_if_object(saved)}}
    return Outcome(
        [_fact(held, "assessment.what_if_made", _told(saved, data.reason), now)],
        {"what_if_id": str(saved.id), "version": saved.version},
    )


async def _check_changes(tx: Transaction, held: Held, what_if: WhatIf) -> None:
    """Something is changed, and to what can be. Raises Refused."""
    from incidents.assessments.declared import check_inputs, check_model  # SciPy takes long to import

    if not what_if.inputs and not what_if.excluded and what_if.model is None:
        raise Refused(
            "nothing_changed",
            zh="请至少改变一项输入、排除一处设施或换一个模型。",
            en="Change at least one input, take out a facility or choose another model.",
            field="data.inputs",
        )
    if what_if.model is not None:
        check_model(held.incident.class_key, what_if.model, "data.model")
    model = what_if.model
    if model is None:
        live = await store.find_adjustment(tx.conn, held.incident.id, "model", _MODEL)
        model = None if live is None or live.withdrawn else str(live.value)
    check_inputs(held.incident.class_key, model, what_if.inputs, "data.inputs")
    await _facilities(tx, what_if.excluded, "data.excluded")


def _told(what_if: WhatIf, reason: str) -> JsonObject:
    return {
        "what_if_id": str(what_if.id),
        "title": what_if.title,
        "inputs": what_if.inputs,
        "excluded": list[Json](what_if.excluded),
        "model": what_if.model,
        "reason": reason,
    }


@dataclass(frozen=True, slots=True)
class Found:
    """A locked incident and a what-if of it."""

    held: Held
    what_if: WhatIf

    def scope(self) -> Scope:
        return self.held.scope()


async def _find(tx: Transaction, command: Command[ChangeWhatIf] | Command[DropWhatIf] | Command[AdoptWhatIf]) -> Found:
    """Everything inside an incident is under the incident's lock."""
    what_if_id = command.data.what_if_id
    before = await store.find_what_if(tx.conn, what_if_id)
    if before is None:
        raise not_found("推演", "what-if", str(what_if_id), field="data.what_if_id")
    held = await hold(tx, before.incident_id)
    locked = await store.find_what_if(tx.conn, what_if_id)
    if locked is None:
        raise AssertionError("a what-if's row is never taken away")
    return Found(held, locked)


def _require_changeable(found: Found, expect: int | None) -> None:
    require_open(found.held.incident)
    require_open_what_if(found.what_if)
    require_expected(expect, found.what_if.version)


def _next(found: Found, by: Principal, tx: Transaction) -> WhatIf:
    return replace(found.what_if, changed_by=dict(by.as_by()), changed_at=tx.at, version=found.what_if.version + 1)


async def _change(tx: Transaction, command: Command[ChangeWhatIf], found: Found) -> Outcome:
    data = command.data
    _require_changeable(found, data.expect)
    changed = replace(_next(found, command.by, tx), reason=data.reason)
    if data.title is not None:
        changed = replace(changed, title=data.title)
    if data.inputs is not None:
        changed = replace(changed, inputs=cast(dict[str, Json], dict(data.inputs)))
    if data.excluded is not None:
        changed = replace(changed, excluded=sorted(set(data.excluded)))
    if data.model is not None:
        changed = replace(changed, model=data.model or None)
    await _check_changes(tx, found.held, changed)
    saved = await store.save_what_if(tx.conn, changed)
    now = {"what_ifs": {str(saved.id): what_if_object(saved)}}
    return Outcome(
        [_fact(found.held, "assessment.what_if_changed", _told(saved, data.reason), now)], {"version": saved.version}
    )


async def _drop(tx: Transaction, command: Command[DropWhatIf], found: Found) -> Outcome:
    _require_changeable(found, command.data.expect)
    saved = await store.save_what_if(tx.conn, replace(_next(found, command.by, tx), state="dropped"))
    return Outcome(
        [_fact(found.held, "assessment.what_if_dropped", _told(saved, command.data.reason), _gone(saved))],
        {"version": saved.version},
    )


def _gone(what_if: WhatIf) -> dict[str, Mapping[str, Json]]:
    """Off the picture, with its answer; both stay in the record."""
    return {"what_ifs": {str(what_if.id): None}, "assessments": {what_if.scenario: None}}


async def _adopt(tx: Transaction, command: Command[AdoptWhatIf], found: Found) -> Outcome:
    data, held, what_if = command.data, found.held, found.what_if
    _require_changeable(found, data.expect)
    facilities = await _facilities(tx, what_if.excluded, "data.what_if_id")
    wanted: list[tuple[Subject, str, Json]] = [("input", name, value) for name, value in what_if.inputs.items()]
    for one in what_if.excluded:
        wanted.append(("facility", one, facilities[one]))
    if what_if.model is not None:
        wanted.append(("model", _MODEL, what_if.model))
    shown: dict[str, Json] = {}
    for subject, name, value in wanted:
        before = await store.find_adjustment(tx.conn, held.incident.id, subject, name)
        saved = await _save(tx, held, before, subject, name, value, command.by, data.reason, what_if=what_if.id)
        shown[saved.key] = adjustment_object(saved)
    adopted = await store.save_what_if(tx.conn, replace(_next(found, command.by, tx), state="adopted"))
    now = {**_gone(adopted), "adjustments": shown}
    return Outcome(
        [_fact(held, "assessment.what_if_adopted", _told(adopted, data.reason), now)],
        {"version": adopted.version, "adjustments": sorted(shown)},
    )


_OFFICER = allow(Role.DUTY_OFFICER)

HANDLINGS = (
    Handling(AdjustAssessment, _OFFICER, _hold_adjusted, _of_held, _adjust),
    Handling(MakeWhatIf, _OFFICER, _hold_made, _of_held, _make),
    Handling(ChangeWhatIf, _OFFICER, _find, Found.scope, _change),
    Handling(DropWhatIf, _OFFICER, _find, Found.scope, _drop),
    Handling(AdoptWhatIf, _OFFICER, _find, Found.scope, _adopt),
)
