"""What this process keeps in memory of roads and exposure, as the database is now."""

from typing import TYPE_CHECKING, cast

from fastapi import Request

from gis.exposure.current import CurrentExposure, Exposure
from gis.roads.current import CurrentRoads, Roads
from gis.roads.engines.current import CurrentNavigator
from spine.db import Connection

if TYPE_CHECKING:
    from gis.roads.engines.navigator import Navigator


async def roads_now(request: Request, conn: Connection) -> Roads:
    return await cast(CurrentRoads, request.app.state.roads).get(conn)


def navigator(request: Request) -> "Navigator":
    """Who finds ways and large matrices here."""
    return cast(CurrentNavigator, request.app.state.navigator).navigator


async def exposure_now(request: Request, conn: Connection) -> Exposure:
    return await cast(CurrentExposure, request.app.state.exposure).get(conn)
