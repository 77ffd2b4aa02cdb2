"""Standing closures in pictures: on the boards, and in the stream `roads`, which every map follows."""

from gis.roads import store
from gis.roads.closure import closure_object
from gis.roads.handlers import STREAM
from spine.authority import ANYBODY, Scope
from spine.db import Connection
from spine.fold import Picture
from spine.picture import PictureSource, StreamKind


async def _closures(conn: Connection, key: str) -> Picture:
    standing = await store.standing_closures(conn, key or None)
    return {"closures": {str(closure.id): closure_object(closure) for closure in standing}}


async def _scope(_conn: Connection, key: str) -> Scope | None:
    return Scope() if key == "" else None


SOURCES = (PictureSource("board", _closures), PictureSource(STREAM, _closures))
STREAMS = (StreamKind(STREAM, ANYBODY, _scope),)
