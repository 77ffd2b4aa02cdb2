"""A client's socket: who it is, and its frames one after the other until it leaves."""

import logging
from collections.abc import Mapping

from spine import measures
from spine.errors import Refused
from spine.presence import is_away
from web.auth import credential_in
from web.gateway import protocol
from web.gateway.client import Client
from web.gateway.gateway import Gateway
from web.gateway.handshake import Opening
from web.gateway.line import Line
from web.gateway.protocol import CloseCode

log = logging.getLogger("fengsui.socket")

_STRANGER = "403 Forbidden"
_NOT_NOW = "503 Service Unavailable"


async def serve(gateway: Gateway, line: Line, opening: Opening) -> None:
    """Refuses strangers before the upgrade (HTTP 403), then serves one client until it leaves or is ended."""
    credential = credential_in(opening.headers, gateway.house.realm)
    if credential is None or not _same_origin(opening.headers):
        line.refuse(_STRANGER)
        return
    try:
        principal = await gateway.sessions.principal(credential)
    except Exception as error:
        if not is_away(error):
            raise
        # Whether this is anybody cannot be known now; the client tries again, with growing pauses.
        line.refuse(_NOT_NOW)
        return
    if principal is None:
        line.refuse(_STRANGER)
        return
    line.open(opening, gateway.welcome())
    client = Client(gateway, line, principal, credential)
    gateway.enter(client)
    try:
        await _listen(client)
    finally:
        gateway.leave(client)
        measures.closed(line.code)


async def _listen(client: Client) -> None:
    """Message after message, until the connection has ended."""
    line = client.line
    while (said := await line.receive()) is not None:
        try:
            await client.handle(protocol.parse(said))
        except Refused as refused:
            client.write(protocol.refused(refused, client.principal.locale))
        except Exception as error:
            if not is_away(error):
                log.exception("socket of %s failed", client.principal.id)
            # The client keeps its positions and comes back.
            line.end(CloseCode.SHUTTING_DOWN)


def _same_origin(headers: Mapping[str, str]) -> bool:
    """A page of another site must not open a socket with this user's cookie. Programs send no Origin."""
    origin = headers.get("origin")
    if origin is None:
        return True
    return origin.split("://", 1)[-1] == headers.get("host", "")
