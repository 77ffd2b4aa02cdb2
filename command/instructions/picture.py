"""Where instructions and consultations stand: open instructions on the boards, all in their incident, consultations on desks."""

from uuid import UUID

from command.consultations import store as consultation_store
from command.instructions import store as instruction_store
from command.instructions.objects import consultation_object, instruction_object
from spine.command import Connection
from spine.fold import Picture
from spine.picture import PictureSource


async def _board(conn: Connection, key: str) -> Picture:
    return {
        "instructions": {str(i.id): instruction_object(i) for i in await instruction_store.open_instructions(conn, key)}
    }


async def _incident(conn: Connection, key: str) -> Picture:
    incident_id = UUID(key)
    instructions = await instruction_store.instructions_of(conn, incident_id)
    consultations = await consultation_store.consultations_of(conn, incident_id)
    return {
        "instructions": {str(i.id): instruction_object(i) for i in instructions},
        "consultations": {str(c.id): consultation_object(c) for c in consultations},
    }


async def _department(conn: Connection, key: str) -> Picture:
    ids = await consultation_store.desk_consultation_ids(conn, key)
    found = await consultation_store.consultations_by_ids(conn, list(ids))
    return {"consultations": {str(c.id): consultation_object(c) for c in found}}


SOURCES = (
    PictureSource("board", _board),
    PictureSource("incident", _incident),
    PictureSource("department", _department),
)
