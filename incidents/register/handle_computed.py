"""Carrying out what the register does by itself: take facilities in, file scores, file scenarios."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from gis.facilities import FacilityRow
from incidents.register import computed_store, facility_store, store
from incidents.register.commands import FileScenarios, FileScores, TakeIn
from incidents.register.rule_book import register_rules
from incidents.register.site import Site, site_object
from incidents.register.streams import register_facts
from incidents.register.take_in import FacilitySourceOf, kind_of, known_of, print_of, site_from
from spine.authority import Scope, allow
from spine.canonical import Json
from spine.command import Command, Handling, Outcome, Transaction
from spine.errors import not_found
from spine.principal import Role

_SYSTEM = allow(Role.SYSTEM)
_FROM_LAYER = "设施图层更新"
_MOST_NAMED = 20


def _everywhere(_held: object) -> Scope:
    return Scope()


# --- taking in ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Taking:
    facilities: Mapping[str, FacilityRow]
    known: Mapping[str, Site]
    source: FacilitySourceOf


async def _hold_taken(tx: Transaction, command: Command[TakeIn]) -> _Taking:
    codes = command.data.codes
    facilities = {row.code: row for row in await facility_store.facilities_by_code(tx.conn, codes)}
    return _Taking(facilities, await store.lock_by_facility(tx.conn, codes), await facility_store.layer_source(tx.conn))


async def _take_in(tx: Transaction, command: Command[TakeIn], held: _Taking) -> Outcome:
    """A record that is new becomes a site; one that changed changes what nobody has corrected by hand."""
    rules, entered, updated = register_rules(), list[Site](), list[Site]()
    for code, facility in sorted(held.facilities.items()):
        kind, before = kind_of(rules, facility), held.known.get(code)
        if before is None and kind is not None:
            site = site_from(rules, kind, facility, held.source, command.by, tx.at)
            entered.append(site)
        elif before is not None and before.facility_print != print_of(facility, held.source):
            site = _follow(before, facility, held.source, command, tx)
            updated.append(site)
        else:
            continue
        await store.save_site(tx.conn, site, "taken_in", site_object(rules, site))
    touched = [*entered, *updated]
    if not touched:
        return Outcome([], {"entered": 0, "updated": 0})
    told: dict[str, Json] = {
        "entered": len(entered),
        "updated": len(updated),
        "names": [site.name for site in touched[:_MOST_NAMED]],
    }
    facts = await register_facts(tx, [site.area_code for site in touched], "register.taken_in", told)
    return Outcome(facts, {"entered": len(entered), "updated": len(updated)})


def _follow(
    before: Site, facility: FacilityRow, source: FacilitySourceOf, command: Command[TakeIn], tx: Transaction
) -> Site:
    """What the layer now says, unless a person has corrected the site: then only that the layer has changed is kept."""
    rules = register_rules()
    after = replace(before, facility_print=print_of(facility, source))
    if str(before.changed_by.get("id", "")).startswith("system:"):
        kind = rules.kind(before.kind)
        after = replace(
            after,
            name=facility.name_zh,
            name_en=facility.name_en or None,
            lon=round(facility.lon, 7),
            lat=round(facility.lat, 7),
            area_code=facility.area_code,
            properties=known_of(rules, kind, facility.properties),
            surveyed_on=source.date,
            source=source.source,
            source_en=source.source_en,
            mark=facility.mark,
        )
        by = command.by.as_by()
    else:
        by = before.changed_by
    return replace(after, version=before.version + 1, changed_by=by, changed_at=tx.at, reason=_FROM_LAYER)


# --- scores ------------------------------------------------------------------------------------------------------


async def _hold_scored(tx: Transaction, command: Command[FileScores]) -> dict[UUID, Site]:
    return await store.lock_sites(tx.conn, [one.site_id for one in command.data.scores])


async def _score(tx: Transaction, command: Command[FileScores], held: Mapping[UUID, Site]) -> Outcome:
    filed: list[Json] = []
    areas: list[str | None] = []
    newest = await computed_store.newest_scores(tx.conn, list(held))
    for one in command.data.scores:
        site = held.get(one.site_id)
        if site is None or site.version != one.site_version or site.retired:
            continue
        before = newest.get(site.id)
        if before is not None and before.basis == one.basis and before.site_version == one.site_version:
            continue
        no = await computed_store.add_score(tx.conn, one, tx.at)
        areas.append(site.area_code)
        filed.append(
            {
                "site_id": str(site.id), "name": site.name, "no": no, "low": round(one.low, 1), "high": round(one.high, 1),
                "level": one.level, "level_before": None if before is None else before.level, "confidence": one.confidence,
            }
        )  # fmt: skip
    if not filed:
        return Outcome([], {"filed": 0})
    changed = [one for one in filed if isinstance(one, Mapping) and one["level"] != one["level_before"]]
    told: dict[str, Json] = {"count": len(filed), "scores": filed[:_MOST_NAMED], "levels_changed": len(changed)}
    return Outcome(await register_facts(tx, areas, "register.scored", told), {"filed": len(filed)})


# --- scenarios ---------------------------------------------------------------------------------------------------


async def _hold_computed(tx: Transaction, command: Command[FileScenarios]) -> Site:
    site = await store.lock_site(tx.conn, command.data.site_id)
    if site is None:
        raise not_found("风险点", "site", str(command.data.site_id), field="data.site_id")
    return site


async def _scenarios(tx: Transaction, command: Command[FileScenarios], site: Site) -> Outcome:
    """Answers to a version of the site that is gone are not kept: the next round computes anew."""
    data = command.data
    if site.version != data.site_version or site.retired:
        return Outcome([], {"filed": 0, "dropped": 0})
    for one in data.scenarios:
        await computed_store.save_scenario(tx.conn, site.id, site.version, one, tx.at)
    dropped = await computed_store.drop_scenarios(tx.conn, site.id, data.gone) if data.gone else 0
    if site.recompute_at is not None:
        await store.set_recompute(tx.conn, site.id, None)
    if not data.scenarios and not dropped:
        return Outcome([], {"filed": 0, "dropped": 0})
    told: dict[str, Json] = {
        "site_id": str(site.id),
        "name": site.name,
        "computed": sum(one.state == "computed" for one in data.scenarios),
        "refused": sum(one.state == "refused" for one in data.scenarios),
        "dropped": dropped,
        "models": sorted({f"{one.model}@{one.model_version}" for one in data.scenarios if one.model_version}),
    }
    facts = await register_facts(tx, (site.area_code,), "register.scenarios_computed", told)
    return Outcome(facts, {"filed": len(data.scenarios), "dropped": dropped})


HANDLINGS = (
    Handling(TakeIn, _SYSTEM, _hold_taken, _everywhere, _take_in),
    Handling(FileScores, _SYSTEM, _hold_scored, _everywhere, _score),
    Handling(FileScenarios, _SYSTEM, _hold_computed, Site.scope, _scenarios),
)
