"""The notify room's part of the pictures: messages of an incident, deliveries on a desk."""

from uuid import UUID

from notify import store
from notify.delivery import desk_object, message_object
from spine.canonical import Json
from spine.db import Connection
from spine.fold import Picture
from spine.picture import PictureSource


async def _incident(conn: Connection, key: str) -> Picture:
    messages = await store.messages_of_incident(conn, UUID(key))
    deliveries = await store.deliveries_of(conn, [m.id for m in messages])
    objects: dict[str, Json] = {
        str(m.id): message_object(m, [d for d in deliveries if d.message_id == m.id]) for m in messages
    }
    return {"messages": objects}


async def _desk(conn: Connection, key: str) -> Picture:
    deliveries = await store.deliveries_on_desk(conn, UUID(key))
    messages = await store.messages(conn, list({d.message_id for d in deliveries}))
    objects: dict[str, Json] = {str(d.id): desk_object(messages[d.message_id], d) for d in deliveries}
    return {"deliveries": objects}


SOURCES = (PictureSource("incident", _incident), PictureSource("desk", _desk))
