"""Serving HTTP and sockets on an address, with work beside it when one process does both."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import cast

import uvicorn
from fastapi import FastAPI

from spine.end_tasks import end_tasks
from spine.service_trouble import ServiceTrouble
from spine.settings import Settings
from web.app import make_app
from web.gateway.door import Door
from web.gateway.gateway import Gateway
from web.gateway.socket import serve as serve_socket
from web.house import House
from web.loop import spare_the_collector
from web.tile_door import TileDoor
from web.work import run_work

log = logging.getLogger("fengsui.serving")


def take_port(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A bound socket, before anything slow is done. Raises ServiceTrouble when the port is taken.

    `shared`: other processes of this user that say so too may listen there; the kernel deals connections out to them.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: asyncio's own loop turns Nagle off only then, and each answer would wait 40 ms for an acknowledgement.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise ServiceTrouble(
            "port_taken",
            zh=f"地址 {host}:{port} 无法使用（{error.strerror}）；请用 --port 换一个端口，或先停止占用它的程序。",
            en=f"The address {host}:{port} cannot be used ({error.strerror}); choose another --port or stop what uses it.",
        ) from error
    taken.set_inheritable(False)
    return taken


def server_config(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves the application: sockets are taken in at our door, its log lines go through ours (`spine/logs.py`)."""
    door = partial(Door, partial(serve_socket, cast(Gateway, app.state.gateway)))
    return uvicorn.Config(
        TileDoor(app),
        log_config=None,
        log_level="warning",
        access_log=False,
        http=cast(type[asyncio.Protocol], door),
        ws="none",
        ws_max_size=256 * 1024,
        timeout_graceful_shutdown=3,
        proxy_headers=False,
        server_header=False,
        backlog=4096,
    )


class _Server(uvicorn.Server):
    """Tells when it listens."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready is not None:
            self._ready()


def _say_why(task: asyncio.Task[None]) -> None:
    """What runs beside the server should never end by itself; when it does, it must not do so unheard."""
    if not task.cancelled() and task.exception() is not None:
        log.error("%s ended: %s", task.get_name(), task.exception(), exc_info=task.exception())


async def serve(
    house: House,
    settings: Settings,
    listening: socket.socket,
    *,
    work: bool,
    ready: Callable[[], None] | None = None,
    beside: Sequence[Callable[[Gateway], Coroutine[None, None, None]]] = (),
) -> None:
    """Serve until SIGINT or SIGTERM. `work`: also do the work role here. `beside`: more to do for as long, given the gateway."""
    app = make_app(house, settings)
    server = _Server(server_config(app), ready)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lambda: setattr(server, "should_exit", True))
    tasks: list[asyncio.Task[None]] = []
    if work:
        tasks.append(asyncio.create_task(run_work(house, settings), name="work"))
    tasks += [asyncio.create_task(part(app.state.gateway)) for part in beside]
    for task in tasks:
        task.add_done_callback(_say_why)
    try:
        spare_the_collector()
        # Not Server.serve(): that one would put its own signal handlers over ours and raise the signal again.
        await server._serve(sockets=[listening])  # pyright: ignore[reportPrivateUsage]
    finally:
        await end_tasks(tasks)
        await house.realm.close()


async def work_only(house: House, settings: Settings) -> None:
    """The work role alone, until SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(run_work(house, settings))
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await house.realm.close()
