"""Where a headquarters stands: whole in its incident's picture, and at the desks of the departments in its groups."""

from uuid import UUID

from command.headquarters.objects import headquarters_object, membership_object
from command.headquarters.store import find_headquarters, headquarters_of_department
from spine.canonical import Json
from spine.command import Connection
from spine.fold import Picture
from spine.picture import PictureSource


async def _incident(conn: Connection, key: str) -> Picture:
    found = await find_headquarters(conn, UUID(key))
    return {"headquarters": {} if found is None else {key: headquarters_object(found)}}


async def _department(conn: Connection, key: str) -> Picture:
    shown: dict[str, Json] = {}
    for hq in await headquarters_of_department(conn, key):
        shown[str(hq.incident_id)] = membership_object(hq, key)
    return {"headquarters": shown}


SOURCES = (PictureSource("incident", _incident), PictureSource("department", _department))
