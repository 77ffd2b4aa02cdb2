"""What this process keeps in memory of roads and exposure, as the database is now."""

from typing import cast

from fastapi import Request

from gis.exposure.current import CurrentExposure, Exposure
from gis.roads.current import CurrentRoads, Roads
from spine.db import Connection


async def roads_now(request: Request, conn: Connection) -> Roads:
    return await cast(CurrentRoads, request.app.state.roads).get(conn)


async def exposure_now(request: Request, conn: Connection) -> Exposure:
    return await cast(CurrentExposure, request.app.state.exposure).get(conn)
