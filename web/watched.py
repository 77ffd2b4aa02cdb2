"""A process seen from outside on a port of its own: `/healthz`, `/readyz` and `/metrics`, and nothing else.

The work role has no other; serve processes behind one shared address need it, for there nobody knows which one answers.
"""

import asyncio
import socket

import uvicorn
from fastapi import FastAPI

from web import errors
from web.api import health
from web.exposition import Waiting
from web.house import House


def watched_app(house: House, waiting: Waiting | None) -> FastAPI:
    app = FastAPI(title="烽燧 Fengsui", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.house = house
    app.state.gateway = waiting
    errors.install(app)
    app.include_router(health.router)
    return app


async def be_watched(house: House, listening: socket.socket, waiting: Waiting | None = None) -> None:
    """Answer on this bound socket until cancelled. `waiting`: the gateway of a process that serves sockets."""
    config = uvicorn.Config(
        watched_app(house, waiting),
        log_config=None,
        log_level="warning",
        access_log=False,
        ws="none",
        server_header=False,
    )
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    # Not Server.serve(): that one would put its own signal handlers over those of the role.
    answering = asyncio.create_task(server._serve(sockets=[listening]))  # pyright: ignore[reportPrivateUsage]
    try:
        await asyncio.shield(answering)
    finally:
        server.should_exit = True
        await answering
