"""Carrying out what is asked for about sites of the risk register: enter, correct, retire, restore, compute anew."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from incidents.place import Where, from_city, locate
from incidents.register import handle_computed, store
from incidents.register.commands import CorrectSite, EnterSite, Recompute, RestoreSite, RetireSite
from incidents.register.properties import check_properties, check_survey
from incidents.register.rule_book import register_rules
from incidents.register.site import (
    Action,
    Site,
    changed,
    require_standing,
    require_version,
    site_object,
)
from incidents.register.streams import register_facts
from spine.authority import Scope, allow
from spine.canonical import Json
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused, not_found
from spine.principal import Role

_FAR_KM = 30.0
_WHO = allow(Role.DUTY_OFFICER, Role.DEPARTMENT, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class _Entering:
    where: Where
    department: str | None

    def scope(self) -> Scope:
        return Scope(self.where.area_code, frozenset({self.department} if self.department else ()))


async def _prepare(tx: Transaction, command: Command[EnterSite]) -> _Entering:
    where = await locate(tx.conn, command.data.point, command.data.area_code)
    await _require_here(tx, where)
    return _Entering(where, command.data.department)


async def _require_here(tx: Transaction, where: Where) -> None:
    """A site far outside the city is a slip of the hand, or another city's. Raises Refused `site_far_away`."""
    if where.lon is None or where.lat is None:
        raise AssertionError("a point was given")
    _, km = await from_city(tx.conn, where.lon, where.lat)
    if km is not None and km > _FAR_KM:
        raise Refused(
            "site_far_away",
            zh=f"该点距本市约 {km:.0f} 千米，请核对坐标。",
            en=f"The point lies about {km:.0f} km from the city. Check the coordinates.",
            field="data.point",
            km=km,
        )


async def _enter(tx: Transaction, command: Command[EnterSite], entering: _Entering) -> Outcome:
    data, rules, where = command.data, register_rules(), entering.where
    kind = rules.kind(data.site_kind)
    properties = check_properties(rules, kind, data.properties)
    check_survey(data.surveyed_on, tx.at)
    lon, lat = where.lon or 0.0, where.lat or 0.0
    twin = await store.same_place(tx.conn, kind.key, data.name, lon, lat)
    if twin is not None:
        raise Refused(
            "site_known",
            zh=f"这里已登记同名的{kind.zh}“{data.name}”，请更正它，不要重复登记。",
            en=f"A {kind.en} named '{data.name}' is registered here already: correct it, do not enter it twice.",
            field="data.name",
            status=409,
            final=False,
            site_id=str(twin),
        )
    by = command.by.as_by()
    site = Site(
        id=command.id,
        facility_code=None,
        facility_print=None,
        kind=kind.key,
        name=data.name,
        name_en=data.name_en,
        lon=lon,
        lat=lat,
        origin=where.origin or "WGS84",
        area_code=where.area_code,
        owner=data.owner,
        department=data.department,
        surveyed_on=data.surveyed_on,
        properties=properties,
        source=data.source,
        source_en=None,
        mark="R",
        retired=False,
        entered_by=by,
        entered_at=tx.at,
        changed_by=by,
        changed_at=tx.at,
        reason=data.reason,
        recompute_at=None,
        version=1,
    )
    return await _saved(tx, site, "entered")


async def _saved(tx: Transaction, site: Site, action: Action, changes: Iterable[str] = ()) -> Outcome:
    await store.save_site(tx.conn, site, action, site_object(register_rules(), site))
    told: dict[str, Json] = {
        "site_id": str(site.id),
        "kind": site.kind,
        "name": site.name,
        "version": site.version,
        "reason": site.reason,
        "changes": list(changes),
    }
    facts = await register_facts(tx, (site.area_code,), f"register.{action}", told)
    return Outcome(facts, {"site_id": str(site.id), "version": site.version})


async def _find(tx: Transaction, site_id: UUID) -> Site:
    site = await store.lock_site(tx.conn, site_id)
    if site is None:
        raise not_found("风险点", "site", str(site_id), field="data.site_id")
    return site


# --- correcting --------------------------------------------------------------------------------------------------


async def _hold_corrected(tx: Transaction, command: Command[CorrectSite]) -> Site:
    return await _find(tx, command.data.site_id)


async def _correct(tx: Transaction, command: Command[CorrectSite], site: Site) -> Outcome:
    data, rules = command.data, register_rules()
    require_version(site, data.expect)
    require_standing(site)
    check_survey(data.surveyed_on, tx.at)
    after = site
    for name in ("name", "name_en", "owner", "surveyed_on", "source"):
        value = getattr(data, name)
        if value is not None:
            after = replace(after, **{name: value})
    if data.department is not None and data.department != site.department:
        _require_may_hand_over(command, site, data.department)
        after = replace(after, department=data.department)
    if data.properties is not None:
        kind = rules.kind(site.kind, "data.site_id")
        given = check_properties(rules, kind, data.properties)
        kept = {name: value for name, value in site.properties.items() if name not in data.properties}
        after = replace(after, properties={**kept, **given})
    if data.point is not None:
        where = await locate(tx.conn, data.point, None)
        await _require_here(tx, where)
        after = replace(after, lon=where.lon or 0.0, lat=where.lat or 0.0, origin=where.origin or "WGS84",
                        area_code=where.area_code)  # fmt: skip
    if after != site:
        # What a person has looked at is no longer as the made-up record had it; the map layer's next version does not undo it.
        after = replace(after, mark="R" if after.source != site.source else after.mark)
    changes = [name for name in _TOLD if getattr(after, name) != getattr(site, name)]
    return await _saved(tx, changed(site, after, command.by, tx.at, data.reason), "corrected", changes)


_TOLD = ("name", "name_en", "lon", "lat", "area_code", "owner", "department", "surveyed_on", "properties", "source")


def _require_may_hand_over(command: Command[CorrectSite], site: Site, to: str) -> None:
    """A department gives a site of its own to nobody else, and takes none. Raises Refused `forbidden`."""
    if command.by.has(Role.DUTY_OFFICER, Role.ADMINISTRATOR) or to in command.by.departments():
        return
    raise Refused(
        "forbidden",
        zh="责任部门只能由值班室或管理员变更。",
        en="Only the duty room or an administrator hands a site to another department.",
        field="data.department",
        status=403,
        final=False,
    )


# --- retiring and restoring --------------------------------------------------------------------------------------


async def _hold_retired(tx: Transaction, command: Command[RetireSite]) -> Site:
    return await _find(tx, command.data.site_id)


async def _retire(tx: Transaction, command: Command[RetireSite], site: Site) -> Outcome:
    require_version(site, command.data.expect)
    require_standing(site)
    after = changed(site, replace(site, retired=True), command.by, tx.at, command.data.reason)
    return await _saved(tx, after, "retired")


async def _hold_restored(tx: Transaction, command: Command[RestoreSite]) -> Site:
    return await _find(tx, command.data.site_id)


async def _restore(tx: Transaction, command: Command[RestoreSite], site: Site) -> Outcome:
    require_version(site, command.data.expect)
    require_standing(site, retired=True)
    after = changed(site, replace(site, retired=False), command.by, tx.at, command.data.reason)
    return await _saved(tx, after, "restored")


# --- computing anew ----------------------------------------------------------------------------------------------


async def _hold_asked(tx: Transaction, command: Command[Recompute]) -> Site:
    return await _find(tx, command.data.site_id)


async def _recompute(tx: Transaction, command: Command[Recompute], site: Site) -> Outcome:
    require_standing(site)
    await store.set_recompute(tx.conn, site.id, tx.at)
    told: dict[str, Json] = {"site_id": str(site.id), "kind": site.kind, "name": site.name}
    facts = await register_facts(tx, (site.area_code,), "register.recompute_asked", told)
    return Outcome(facts, {"site_id": str(site.id)})


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(EnterSite, _WHO, _prepare, _Entering.scope, _enter),
    Handling(CorrectSite, _WHO, _hold_corrected, Site.scope, _correct),
    Handling(RetireSite, _WHO, _hold_retired, Site.scope, _retire),
    Handling(RestoreSite, _WHO, _hold_restored, Site.scope, _restore),
    Handling(
        Recompute,
        allow(Role.DUTY_OFFICER, Role.LEADER, Role.DEPARTMENT, Role.ADMINISTRATOR),
        _hold_asked,
        Site.scope,
        _recompute,
    ),
    *handle_computed.HANDLINGS,
)
