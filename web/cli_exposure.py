"""exposure import: a city's own points of who lives where, in place of those that are loaded."""

import argparse
import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from spine.db import owner_connection
from spine.settings import Settings
from web.cli_run import find_services
from web.words import say, step


def add_exposure(commands: Any) -> None:
    parser = commands.add_parser("exposure", help="人口与建筑分布 / who lives where")
    actions = parser.add_subparsers(dest="action", required=True)
    read = actions.add_parser("import", help="导入本市的点数据 / the city's own points (CSV, GeoPackage, Shapefile …)")
    read.add_argument("file", type=Path)
    read.add_argument("--source", required=True, help="数据来源 / where it is from")
    read.add_argument("--date", type=date.fromisoformat, required=True, help="数据日期 / date of the data, YYYY-MM-DD")
    read.add_argument("--day", default="people_day", metavar="COLUMN", help="白天人数列 / people by day")
    read.add_argument("--night", default="people_night", metavar="COLUMN", help="夜间人数列 / people by night")
    read.add_argument("--buildings", default=None, metavar="COLUMN", help="建筑数列 / buildings")
    read.add_argument("--lon", default="lon", metavar="COLUMN")
    read.add_argument("--lat", default="lat", metavar="COLUMN")
    read.set_defaults(run=run_import)


async def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    from gis.exposure.load import SetFacts, replace_exposure  # GeoPandas' readers take long to import
    from gis.exposure.read import Columns, read_points
    from gis.exposure.store import read_townships

    path: Path = arguments.file
    columns = Columns(arguments.day, arguments.night, arguments.buildings, arguments.lon, arguments.lat)
    services = find_services(settings)
    async with owner_connection(services.database_url) as conn:
        townships = await read_townships(conn)
        with step("读取并检查", "reading and checking"):
            points = await asyncio.to_thread(read_points, path, columns, [row.shape for row in townships])
        facts = SetFacts(
            made_from=f"file {path.name}",
            title_zh="人口与建筑分布",
            title_en="Where people live",
            source=arguments.source,
            source_en=arguments.source,
            date=arguments.date,
            synthetic=False,
            has_buildings=arguments.buildings is not None,
        )
        with step("替换", "replacing"):
            await replace_exposure(conn, facts, [row.code for row in townships], points)
            await conn.commit()
    outside = int((points.township >= len(townships)).sum())
    night, day = float(points.people_night.sum()), float(points.people_day.sum())
    say(
        f"{len(points.lon)} 个点，夜间 {night:,.0f} 人，白天 {day:,.0f} 人；其中 {outside} 个点不在任何乡镇内。",
        f"{len(points.lon)} points, {night:,.0f} people by night, {day:,.0f} by day; {outside} of the points lie in no township.",
    )
    return 0
