"""Tiles are answered before the framework is asked: its routes, dependencies and forms cost more than a tile out of the cache.

Only the plain form of a tile's address is taken here, with the same sessions, authority and answers (`tile_answer.py`);
anything else goes on to the framework, which knows what to say to it.
"""

import re
from typing import Final, cast

from fastapi import FastAPI
from psycopg import InterfaceError, OperationalError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from spine.errors import Refused
from web import errors
from web.auth import credential_in, house_of, sessions_of, signed_out
from web.tile_answer import Asked, tile_answer
from web.tiles import Tiles

_PATH: Final = re.compile(r"/tiles/([^/]{1,60})/(-?[0-9]{1,9})/(-?[0-9]{1,9})/(-?[0-9]{1,9})\.mvt")
_QUERY: Final = re.compile(rb"(?:v=([A-Za-z0-9_.-]{1,40}))?")


class TileDoor:
    """Plain ASGI. `house`: the application, which is at home once it runs."""

    def __init__(self, app: ASGIApp, house: FastAPI) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = _asked(scope)
        if asked is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            response = await self._answer(request, asked)
        except Refused as refused:
            response = errors.problem(refused, errors.locale_of(request))
        except (OperationalError, InterfaceError, TimeoutError) as error:
            response = errors.away(request, error)
        await response(scope, receive, send)

    async def _answer(self, request: Request, asked: Asked) -> Response:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}
        credential = credential_in(headers, house_of(request).realm)
        principal = None if credential is None else await sessions_of(request).principal(credential)
        if principal is None:
            raise signed_out()
        tiles = cast(Tiles, self._house.state.tiles)
        return await tile_answer(
            tiles,
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
