"""The HTTP and socket server of one realm."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse
from starlette.staticfiles import StaticFiles

from gis.exposure.current import CurrentExposure
from gis.roads.engines.current import CurrentNavigator
from incidents.register.ground_here import CurrentGround
from spine.end_tasks import end_tasks
from spine.errors import Refused
from spine.settings import Settings
from web import errors
from web.api import (
    assessment_report,
    assessments,
    base_maps,
    catalogue,
    commands,
    elevation,
    exercises,
    exposure,
    feeds,
    fences,
    files,
    handovers,
    health,
    instructions,
    intake,
    layer_imports,
    layers,
    map_sheets,
    organisation,
    pictures,
    places,
    plans,
    positions,
    resources,
    road_matrix,
    roads,
    roster,
    session,
    tiles,
)
from web.api.dispatch import router as dispatch_router
from web.api.drawings import router as drawings_router
from web.api.evacuation import router as evacuation_router
from web.api.headquarters import router as headquarters_router
from web.api.register import router as register_router
from web.api.responses import router as responses_router
from web.api.supervision import router as supervision_router
from web.base_maps.service import BaseMaps
from web.gateway.gateway import Gateway
from web.guard import Guard
from web.house import House
from web.intake_spool import IntakeSpool
from web.layer_imports import LayerImports
from web.layer_uploads import Uploads
from web.layer_watch import LayerWatch
from web.mqtt_positions import MqttPositions, broker_of
from web.ogc import router as ogc
from web.sessions import Sessions
from web.sheets.printing import Press
from web.supervision_boards import Boards
from web.tiles import Tiles

log = logging.getLogger("fengsui.web")

STATIC = Path(__file__).parent / "static"


def make_app(house: House, settings: Settings) -> FastAPI:
    """The application for an open house. Closing the house stays with the caller."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        house.realm.nudges.start()
        app.state.gateway.start()
        app.state.intake.start()
        app.state.layers.start()
        app.state.base_maps.start()
        mqtt = _mqtt_positions(house, settings, app.state.gateway)
        try:
            yield
        finally:
            await end_tasks((mqtt,))
            await app.state.layer_imports.close()
            await app.state.base_maps.close()
            await app.state.layers.close()
            await app.state.navigator.close()
            await app.state.tiles.close()
            await app.state.intake.close()
            await app.state.gateway.close()
            app.state.sessions.close()

    app = FastAPI(title="烽燧 Fengsui", version="0.1.0", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.house = house
    app.state.settings = settings
    app.state.sessions = Sessions(house.realm)
    app.state.gateway = Gateway(house, app.state.sessions, poll_s=settings.poll_s)
    app.state.intake = IntakeSpool(house)
    app.state.layers = LayerWatch(house.realm, app.state.gateway.telemetry, settings.poll_s)
    app.state.base_maps = BaseMaps(
        house.realm, app.state.gateway.telemetry, settings.poll_s, settings.base_map_cache_bytes
    )
    app.state.tiles = Tiles(house.realm, app.state.layers)
    app.state.layer_imports = LayerImports(house.realm, app.state.layers)
    app.state.sheet_pictures = Uploads(house.realm.data_dir, "map_pictures", map_sheets.MOST_PICTURE_BYTES)
    app.state.press = Press(house.realm.data_dir)
    app.state.roads = house.roads
    app.state.navigator = CurrentNavigator(settings.data_dir)
    app.state.exposure = CurrentExposure()
    app.state.dispatching = asyncio.Semaphore(1)  # one recommendation at a time: it may take a whole core
    app.state.register_ground = CurrentGround(app.state.exposure)
    house.realm.when_exchanged(app.state.exposure.forget)
    app.state.supervision_boards = Boards()
    house.realm.when_exchanged(app.state.register_ground.forget)
    house.realm.when_exchanged(app.state.supervision_boards.forget)
    errors.install(app)
    for part in (
        assessment_report,
        assessments,
        commands,
        session,
        pictures,
        files,
        instructions,
        intake,
        layers,
        catalogue,
        layer_imports,
        base_maps,
        map_sheets,
        tiles,
        elevation,
        roads,
        road_matrix,
        exposure,
        places,
        plans,
        feeds,
        positions,
        fences,
        resources,
        exercises,
        roster,
        handovers,
        organisation,
        health,
        ogc,
    ):
        app.include_router(part.router)
    app.include_router(dispatch_router)
    app.include_router(evacuation_router)
    app.include_router(drawings_router)
    app.include_router(register_router)
    app.include_router(responses_router)
    app.include_router(supervision_router)
    app.include_router(headquarters_router)
    app.add_middleware(GZipMiddleware, minimum_size=2000, compresslevel=4)
    app.add_middleware(Guard, house=app)
    _serve_screens(app)
    return app


def _mqtt_positions(house: House, settings: Settings, gateway: Gateway) -> asyncio.Task[None] | None:
    """Positions from the city's broker, where one is named. An exercise hears nothing of the outside world."""
    if settings.mqtt_url is None or house.realm.is_exercise:
        return None
    source = MqttPositions(broker_of(settings.mqtt_url), gateway.positions)
    return asyncio.create_task(source.run(), name="mqtt-positions")


class _Immutable(StaticFiles):
    """Built assets carry a hash in their name: they may be kept for ever."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def _serve_screens(app: FastAPI) -> None:
    """The built screens; every path that is no file and no API is the application, which routes by itself."""
    assets = STATIC / "assets"
    if assets.is_dir():
        app.mount("/assets", _Immutable(directory=assets), name="assets")

    @app.get("/{path:path}", include_in_schema=False)
    async def screen(path: str) -> Response:
        if path.startswith(("api/", "assets/", "tiles/", "basemaps/")):
            raise Refused("not_found", zh="没有这个地址。", en="There is nothing at this address.", status=404)
        file = (STATIC / path).resolve()
        if path and file.is_file() and file.is_relative_to(STATIC.resolve()):
            headers = {"Cache-Control": "no-cache"}
            if path == "sw.js":
                headers["Service-Worker-Allowed"] = "/"
            return FileResponse(file, headers=headers)
        index = STATIC / "index.html"
        if not index.is_file():
            return HTMLResponse(_NOT_BUILT, status_code=503)
        return HTMLResponse(index.read_text("utf-8"), headers={"Cache-Control": "no-cache"})


_NOT_BUILT = (
    "<!doctype html><meta charset=utf-8><title>烽燧</title><p>界面尚未构建：请运行 ./fengsui up。"
    "<p>The screens have not been built: run ./fengsui up."
)
