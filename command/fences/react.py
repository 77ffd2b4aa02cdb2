"""The fences follower: what is drawn of an incident is a fence as long as the incident is open."""

from uuid import UUID

from command.reaction import answer_fact
from gis.fence_store import fence_areas, standing_fences
from gis.geometry import geometry_json
from incidents import store as incident_store
from spine.canonical import JsonObject
from spine.command import Registry
from spine.follow import Follower
from spine.realm import Realm
from spine.record import Fact

NAME = "fences"
_NAMES = {"incident_area": ("事发区域", "incident area"), "impact_area": ("影响区域", "impact area")}
_PURPOSES = {"incident_area": "cordon", "impact_area": "hazard"}
MARGIN_M = 30.0


def follower(registry: Registry) -> Follower:
    """Reads the incidents' streams; draws and lifts fences, as itself."""

    async def handle(realm: Realm, fact: Fact) -> None:
        incident_id = fact.stream.partition(":")[2]
        if fact.kind == "incident.closed":
            data: JsonObject = {"incident_id": incident_id, "reason": "事件办结", "reason_en": "the incident is closed"}
            await answer_fact(realm, registry, NAME, fact, "fence.lift", data)
            return
        for basis in _NAMES:
            await _follow_area(realm, registry, fact, UUID(incident_id), basis)

    kinds = frozenset({"incident.opened", "incident.drawn", "incident.closed", "incident.reopened"})
    return Follower(NAME, "incident:", kinds, handle)


async def _follow_area(realm: Realm, registry: Registry, fact: Fact, incident_id: UUID, basis: str) -> None:
    """Bring the fence of one of the incident's areas up to what is drawn now."""
    async with realm.pool.connection() as conn:
        incident = await incident_store.find_incident(conn, incident_id)
        standing = [f for f in await standing_fences(conn, incident_id=incident_id) if f.basis == basis]
        areas = await fence_areas(conn, [fence.id for fence in standing])
    if incident is None or incident.status != "open":
        return
    drawn = incident.incident_area if basis == "incident_area" else incident.impact_area
    if drawn is None:
        if standing:
            gone: JsonObject = {
                "incident_id": str(incident_id), "basis": basis, "reason": "范围已取消", "reason_en": "the area was taken back",
            }  # fmt: skip
            await answer_fact(realm, registry, NAME, fact, "fence.lift", gone, basis)
        return
    if any(geometry_json(area) == drawn for area in areas.values()):
        return
    zh, en = _NAMES[basis]
    data: JsonObject = {
        "incident_id": str(incident_id), "name": f"{incident.title[:150]} {zh}", "name_en": f"{incident.title[:150]} {en}",
        "purpose": _PURPOSES[basis], "basis": basis, "geometry": drawn, "margin_m": MARGIN_M,
    }  # fmt: skip
    await answer_fact(realm, registry, NAME, fact, "fence.draw", data, basis)
