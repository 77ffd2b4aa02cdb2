"""The way in for sockets: past the middleware that is for requests, straight to the gateway.

When thousands come back at once, each layer that only passes a socket on costs as much as the handshake itself.
"""

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from web.gateway.socket import PATH, socket


def entrance(app: FastAPI) -> ASGIApp:
    """The application with a shorter way for `/api/socket`; everything else goes through `app` as it is."""

    async def enter(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == PATH:
            scope["app"] = app
            await socket(WebSocket(scope, receive, send))
        else:
            await app(scope, receive, send)

    return enter
