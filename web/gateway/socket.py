"""A client's socket: who it is, and its frames one after the other until it leaves."""

import logging
from typing import cast

from starlette.websockets import WebSocket

from spine import measures
from spine.errors import Refused
from spine.presence import is_away
from web.auth import credential_of, sessions_of
from web.gateway import protocol
from web.gateway.client import Client
from web.gateway.gateway import Gateway
from web.gateway.line import SCOPE_KEY, Line
from web.gateway.protocol import CloseCode

log = logging.getLogger("fengsui.socket")

PATH = "/api/socket"


async def socket(websocket: WebSocket) -> None:
    """Refuses strangers before the upgrade (HTTP 403), then serves one client until it leaves or is ended."""
    credential = credential_of(websocket)
    if not _same_origin(websocket) or credential is None:
        await websocket.close(CloseCode.PROTOCOL)
        return
    try:
        principal = await sessions_of(websocket).principal(credential)
    except Exception as error:
        if not is_away(error):
            raise
        # Whether this is anybody cannot be known now; the client tries again, with growing pauses.
        await websocket.close(CloseCode.SHUTTING_DOWN)
        return
    if principal is None:
        await websocket.close(CloseCode.SIGNED_OUT)
        return
    await websocket.accept()
    line = cast(Line, websocket.scope[SCOPE_KEY])
    line.opened()
    gateway = cast(Gateway, websocket.app.state.gateway)
    client = Client(gateway, line, principal, credential)
    gateway.enter(client)
    code: int | None = None
    try:
        code = await _serve(client, websocket)
    finally:
        gateway.leave(client)
        measures.closed(code)


async def _serve(client: Client, websocket: WebSocket) -> int | None:
    """Frame after frame. Returns the code with which the connection ended."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return cast(int | None, message.get("code"))
        try:
            await client.handle(protocol.parse(message.get("text") or ""))
        except Refused as refused:
            client.write(protocol.refused(refused, client.principal.locale))
        except Exception as error:
            if not is_away(error):
                log.exception("socket of %s failed", client.principal.id)
            # The client keeps its positions and comes back.
            client.line.end(CloseCode.SHUTTING_DOWN)


def _same_origin(websocket: WebSocket) -> bool:
    """A page of another site must not open a socket with this user's cookie. Programs send no Origin."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return True
    return origin.split("://", 1)[-1] == websocket.headers.get("host", "")
