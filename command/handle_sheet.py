"""How a printed map is recorded: a fact in the incident's stream, or on the board, and nothing else changes."""

from dataclasses import dataclass

from command.sheet_commands import PrintSheet
from incidents import store
from spine.authority import OVERSEERS, Allow, Scope
from spine.canonical import Json, JsonObject
from spine.command import Command, Handling, NewFact, Outcome, Transaction
from spine.errors import not_found
from spine.picture import boards
from spine.principal import CITY, Role

PRINTERS = OVERSEERS - {Role.SYSTEM}
"""Whoever has a desk."""


@dataclass(frozen=True, slots=True)
class _Of:
    """What the sheet is of."""

    area_code: str
    streams: tuple[str, ...]


async def _of(tx: Transaction, command: Command[PrintSheet]) -> _Of:
    """Raises Refused `not_found`. The incident is not locked: nothing of it changes."""
    data = command.data
    if data.incident_id is None:
        code = data.area_code or CITY
        return _Of(code, boards(code))
    incident = await store.find_incident(tx.conn, data.incident_id)
    if incident is None:
        raise not_found("事件", "incident", str(data.incident_id), field="data.incident_id")
    return _Of(incident.area_code, (f"incident:{incident.id}",))


async def _printed(tx: Transaction, command: Command[PrintSheet], of: _Of) -> Outcome:
    data = command.data
    layers: list[Json] = list(data.layers)
    restricted: list[Json] = list(data.restricted)
    told: JsonObject = {
        "incident_id": None if data.incident_id is None else str(data.incident_id),
        "title": data.title,
        "paper": data.paper,
        "orientation": data.orientation,
        "scale": data.scale,
        "lon": data.lon,
        "lat": data.lat,
        "bearing": data.bearing,
        "layers": layers,
        "restricted": restricted,
        "gaps": data.gaps,
        "sha256": data.sha256,
    }
    return Outcome([NewFact(stream, "sheet.printed", told) for stream in of.streams], {"sheet_id": str(command.id)})


HANDLINGS = (Handling(PrintSheet, Allow(PRINTERS), _of, lambda of: Scope(of.area_code), _printed),)
