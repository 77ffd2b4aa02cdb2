"""The incidents room's part of the pictures: boards, incidents, and the heads that departments and units see."""

from uuid import UUID

from incidents import drawing_store, entry_store, store
from incidents.alert import alert_object
from incidents.assessments import picture as assessments
from incidents.call import call_object
from incidents.drawing import drawing_object
from incidents.entries import link_object, note_object, report_object
from incidents.handle_figure import shown_figure
from incidents.incident import Incident, head_object, incident_object
from incidents.register import streams as register_streams
from spine.canonical import Json
from spine.db import Connection
from spine.fold import Picture
from spine.picture import PictureSource


def _heads(incidents: list[Incident]) -> dict[str, Json]:
    return {str(incident.id): head_object(incident) for incident in incidents}


async def _board(conn: Connection, key: str) -> Picture:
    return {
        "incidents": _heads(await store.incidents_of_area(conn, key)),
        "alerts": {str(a.id): alert_object(a) for a in await store.alerts_on_board(conn, key)},
        "calls": {str(c.id): call_object(c) for c in await store.open_calls(conn, key)},
        "drawings": {str(d.id): drawing_object(d) for d in await drawing_store.drawings_on_board(conn, key)},
    }


async def _incident(conn: Connection, key: str) -> Picture:
    incident_id = UUID(key)
    incident = await store.find_incident(conn, incident_id)
    return {
        "incident": {} if incident is None else {key: incident_object(incident)},
        "figures": {f.metric: shown_figure(f) for f in await store.figures_of(conn, incident_id)},
        "alerts": {str(a.id): alert_object(a) for a in await store.alerts_of_incident(conn, incident_id)},
        "calls": {str(c.id): call_object(c) for c in await store.calls_of_incident(conn, incident_id)},
        "notes": {str(n.id): note_object(n) for n in await entry_store.notes_of(conn, incident_id)},
        "reports": {str(r.id): report_object(r) for r in await entry_store.reports_of(conn, incident_id)},
        "drawings": {str(d.id): drawing_object(d) for d in await drawing_store.drawings_of_incident(conn, incident_id)},
        "links": {str(link.id): link_object(link) for link in await entry_store.links_of(conn, incident_id)},
    }


async def _department(conn: Connection, key: str) -> Picture:
    return {"incidents": _heads(await store.incidents_involving(conn, department=key))}


async def _unit(conn: Connection, key: str) -> Picture:
    return {"incidents": _heads(await store.incidents_involving(conn, unit_id=UUID(key)))}


SOURCES = (
    PictureSource("board", _board),
    PictureSource("incident", _incident),
    PictureSource("department", _department),
    PictureSource("unit", _unit),
    *register_streams.SOURCES,
    *assessments.SOURCES,
)
