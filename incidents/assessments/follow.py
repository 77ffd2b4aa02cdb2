"""The assess follower: when something that a model uses changed, it asks the models again and files what they say.

It never decides: answers are filed as ordinary commands of the models themselves. What is asked is compared with what was asked
last, so that a fact that changes nothing costs nothing; facts that come together make one new version of the newest state.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID, uuid5

from gis.hazards.ground_store import ground_state
from incidents import entry_store
from incidents import store as incident_store
from incidents.assessments import store
from incidents.assessments.asked import Asked, Situation, asked, scenarios
from incidents.assessments.assessment import LIVE, Assessment, model_author
from incidents.assessments.causes import KINDS, READER, SCORING, caused_by
from incidents.assessments.pool import ChildFailed, ChildLost, ChildTooSlow, Computing
from incidents.call import Call
from incidents.incident import Incident
from spine.canonical import Json, JsonObject
from spine.carry_out import carry_out
from spine.command import Envelope, Registry
from spine.db import snapshot
from spine.errors import Refused
from spine.follow import SlowFollower, reaction_id
from spine.principal import Principal, system
from spine.realm import Realm
from spine.record import Fact

log = logging.getLogger("fengsui.assess")

NAME = READER.name
_NAMESPACE = UUID("5f5f7a6e-8f0b-5a59-9a44-0d7f1f6cf5aa")


def follower(registry: Registry, computing: Computing, *, at_once: int = 1) -> SlowFollower:
    """Reads the incidents' streams. `computing`: who answers; `at_once`: incidents side by side."""

    async def handle(realm: Realm, facts: Sequence[Fact]) -> None:
        changing = [fact for fact in facts if fact.kind in KINDS]
        if changing:
            await assess(realm, registry, computing, changing)
        await _score(realm, registry, facts)

    return SlowFollower(NAME, READER.stream_prefix, KINDS | SCORING, handle, at_once=at_once)


async def assess(realm: Realm, registry: Registry, computing: Computing, facts: Sequence[Fact]) -> None:
    """Ask anew for every scenario of which something is asked that was not asked last."""
    incident_id = UUID(facts[-1].stream.partition(":")[2])
    found = await _situation(realm, incident_id)
    if found is None:
        return
    situation, last = found
    for scenario in scenarios(situation):
        wanted = asked(situation, scenario)
        before = last.get(scenario)
        if before is not None and before.asked_hash == wanted.hash and not _may_answer_now(before):
            continue
        await _ask(realm, registry, computing, facts, wanted)


async def _situation(realm: Realm, incident_id: UUID) -> tuple[Situation, dict[str, Assessment]] | None:
    """The record now, and the newest version of each scenario, answered or not. None for an incident that is not open."""
    async with snapshot(realm.pool) as conn:
        incident = await incident_store.find_incident(conn, incident_id)
        if incident is None or incident.status != "open":
            return None
        what_ifs = await store.open_what_ifs(conn, incident_id)
        situation = Situation(
            incident=incident,
            figures=await incident_store.figures_of(conn, incident_id),
            alerts=await incident_store.alerts_of_incident(conn, incident_id),
            adjustments=await store.adjustments_of(conn, incident_id),
            what_ifs=what_ifs,
            words=_words(incident, await incident_store.calls_of_incident(conn, incident_id)),
            ground=await ground_state(conn),
        )
        newest = await store.newest(conn, incident_id, [LIVE, *(one.scenario for one in what_ifs)])
    last = {
        scenario: max((one for one in pair if one is not None), key=lambda one: one.no)
        for scenario, pair in newest.items()
    }
    return situation, last


def _words(incident: Incident, calls: Sequence[Call]) -> str:
    """What was reported in words: title and description, then what callers said, the earliest first."""
    said = [incident.title, incident.description or ""]
    return "\n".join([*said, *(call.text for call in sorted(calls, key=lambda one: one.received_at))])


async def _ask(realm: Realm, registry: Registry, computing: Computing, facts: Sequence[Fact], wanted: Asked) -> None:
    order = await asyncio.to_thread(wanted.to_json)
    try:
        said = await computing.compute(order)
    except (ChildLost, ChildTooSlow, ChildFailed) as trouble:
        said = _failed(wanted, trouble)
    common: dict[str, Json] = {
        "incident_id": facts[-1].stream.partition(":")[2],
        "scenario": wanted.scenario,
        "asked_hash": wanted.hash,
        "caused_by": caused_by(facts),
        "wanted": cast(Json, said.get("wanted")),
    }
    if "answer" in said:
        answer = cast(Mapping[str, Any], said["answer"])
        model = cast(Mapping[str, str], answer["model"])
        data: JsonObject = {**common, "answer": answer}
        await _send(realm, registry, facts[-1], "assessment.file", data, wanted, model)
        return
    refused = cast(Mapping[str, Any], said["refused"])
    model = cast(Mapping[str, str], refused["model"])
    data = {
        **common,
        "model": model["id"],
        "model_version": model["version"],
        "class_key": wanted.class_key,
        "refusal": {**refused["refusal"], "asks": refused["asks"], "model_zh": model["zh"], "model_en": model["en"]},
    }
    await _send(realm, registry, facts[-1], "assessment.refuse", data, wanted, model)


def _may_answer_now(before: Assessment) -> bool:
    """After a failure of the machine the same is asked again; a refusal of the model itself stays what it is."""
    return before.refusal is not None and before.refusal.get("code") in {code for code, _, _ in _TROUBLES.values()}


_TROUBLES: dict[type[Exception], tuple[str, str, str]] = {
    ChildLost: (
        "model_lost",
        "评估进程两次意外终止，本次未得出结果；数据变化后会自动重新评估。",
        "The computing process ended twice unexpectedly; there is no answer. It is tried again when something changes.",
    ),
    ChildTooSlow: (
        "model_too_slow",
        "评估超时已终止，本次未得出结果；数据变化后会自动重新评估。",
        "The computation took too long and was ended; there is no answer. It is tried again when something changes.",
    ),
    ChildFailed: (
        "model_failed",
        "评估模型运行出错，本次未得出结果，请通知系统管理员。",
        "The model failed; there is no answer. Tell the administrator.",
    ),
}


def _failed(wanted: Asked, trouble: Exception) -> Mapping[str, Any]:
    """A failure is filed like a refusal: a person must see that there is no answer (invariant 12)."""
    log.error("no assessment of %s: %s", wanted.class_key, trouble)
    code, zh, en = _TROUBLES[type(trouble)]
    model: Mapping[str, str] = {"id": "none", "version": "0", "zh": "无", "en": "none"}
    if wanted.candidates:
        spec = wanted.candidates[0].model.spec
        model = {"id": spec.id, "version": spec.version, "zh": spec.zh, "en": spec.en}
    refusal = {"code": code, "zh": zh, "en": en, "field": None, "detail": str(trouble)[:300]}
    return {"refused": {"model": model, "refusal": refusal, "asks": []}}


async def _send(
    realm: Realm,
    registry: Registry,
    fact: Fact,
    kind: str,
    data: JsonObject,
    wanted: Asked,
    model: Mapping[str, str],
) -> None:
    """The id is made from what was asked and why: however often a fact is seen, one version comes of it."""
    envelope = Envelope(
        uuid5(_NAMESPACE, f"{fact.stream}:{fact.seq}:{wanted.scenario}:{wanted.hash}"), kind, fact.stream, fact.at, data
    )
    await _carry_out(realm, registry, model_author(model["id"], model["version"], model["zh"]), envelope)


async def _carry_out(realm: Realm, registry: Registry, by: Principal, envelope: Envelope) -> None:
    try:
        await carry_out(realm, registry, by, envelope)
    except Refused as refusal:
        if refusal.code == "command_id_taken":
            # It was filed before this follower was ended, and the models' timings differ between two runs.
            log.info("%s for %s was filed already", envelope.kind, envelope.stream)
            return
        # Closed meanwhile, of another class by now, or the what-if is gone: a later fact tells, or nobody needs it.
        log.info("%s is not carried out for %s: %s", envelope.kind, envelope.stream, refusal.code)


# --- comparing with what happened --------------------------------------------------------------------------------


async def _score(realm: Realm, registry: Registry, facts: Sequence[Fact]) -> None:
    """When the incident is closed or reported for the last time, or a figure comes after that."""
    known = [fact for fact in facts if fact.kind in SCORING or fact.kind == "incident.figure_entered"]
    if not known:
        return
    incident_id = UUID(known[-1].stream.partition(":")[2])
    async with snapshot(realm.pool) as conn:
        incident = await incident_store.find_incident(conn, incident_id)
        reports = await entry_store.reports_of(conn, incident_id)
    if incident is None or (incident.status == "open" and not any(one.form == "final" for one in reports)):
        return
    data: JsonObject = {"incident_id": str(incident_id)}
    envelope = Envelope(reaction_id(NAME, known[-1], "score"), "assessment.score", known[-1].stream, known[-1].at, data)
    await _carry_out(realm, registry, system(NAME), envelope)
