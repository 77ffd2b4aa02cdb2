"""Tiles are answered before the framework is asked: its routes, dependencies and forms cost more than a tile out of the cache.

Only the plain form of a tile's address is taken here, with the same sessions, authority and answers (`tile_answer.py`);
anything else goes on to the framework, which knows what to say to it.
"""

import re
from typing import Final, cast

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from web import errors
from web.auth import credential_in, signed_out
from web.guard import GUARDED
from web.house import House
from web.sessions import Sessions
from web.tile_answer import Asked, tile_answer
from web.tiles import Tiles

_PATH: Final = re.compile(r"/tiles/([^/]{1,60})/(-?[0-9]{1,9})/(-?[0-9]{1,9})/(-?[0-9]{1,9})\.mvt")
_QUERY: Final = re.compile(rb"(?:v=([A-Za-z0-9_.-]{1,40}))?")


class TileDoor:
    """Plain ASGI, before the application `app` and everything that stands before it (`guard.py`)."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await self._answer(scope, asked)
        except Exception as error:
            scope["app"] = self._app
            response = errors.answer_to(Request(scope), error)
        response.raw_headers += GUARDED
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, asked: Asked) -> Response:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        state = self._app.state
        credential = credential_in(headers, cast(House, state.house).realm)
        principal = None if credential is None else await cast(Sessions, state.sessions).principal(credential)
        if principal is None:
            raise signed_out()
        return await tile_answer(
            cast(Tiles, state.tiles),
            principal,
            asked,
            known=headers.get("if-none-match", ""),
            encodings=headers.get("accept-encoding", ""),
        )


def _asked(scope: Scope) -> Asked | None:
    """The tile asked for, in its plain form; None for everything else."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path = _PATH.fullmatch(scope["path"])
    query = _QUERY.fullmatch(scope["query_string"])
    if path is None or query is None:
        return None
    layer, z, x, y = path.groups()
    version = query[1]
    return layer, int(z), int(x), int(y), None if version is None else version.decode()
