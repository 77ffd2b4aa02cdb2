"""roads import: a city's own road graph from an OpenStreetMap extract, in place of the one that is loaded; roads engine."""

import argparse
import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from spine.db import owner_connection
from spine.settings import Settings
from web.cli_engine import add_engine
from web.cli_run import find_services
from web.words import say, step


def add_roads(commands: Any) -> None:
    parser = commands.add_parser("roads", help="道路 / roads")
    actions = parser.add_subparsers(dest="action", required=True)
    read = actions.add_parser(
        "import", help="用 OSM 数据替换道路图层 / replace the road layer by an OpenStreetMap extract"
    )
    read.add_argument("file", type=Path, help=".osm.pbf / .osm")
    read.add_argument("--source", default="OpenStreetMap 贡献者 / OpenStreetMap contributors")
    read.add_argument("--licence", default="ODbL 1.0")
    read.add_argument("--date", type=date.fromisoformat, required=True, help="数据日期 / date of the data, YYYY-MM-DD")
    read.set_defaults(run=run_import)
    add_engine(actions)


async def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    from gis.roads import store
    from gis.roads.engines.setting import keep_source
    from gis.roads.osm import read_osm  # SciPy and GDAL take long to import
    from gis.roads.replace import LayerFacts, replace_roads

    path: Path = arguments.file
    services = find_services(settings)
    with step("读取道路", "reading the roads"):
        roads = await asyncio.to_thread(read_osm, path)
    facts = LayerFacts(arguments.source, arguments.source, arguments.licence, arguments.date)
    with step("替换道路图层", "replacing the road layer"):
        async with owner_connection(services.database_url) as conn:
            done = await replace_roads(conn, roads, facts)
            version = (await store.layer_state(conn)).version
            await conn.commit()
    try:
        keep_source(settings.data_dir, path, version)  # other route engines are built from it
    except OSError as error:
        say(
            f"OSM 文件没有保留（{error}）；以后要用其他路线程序时请再导入一次。",
            f"The OSM file was not kept ({error}); import it again before another route engine is set up.",
        )
    left, turns_left = (
        ", ".join(f"{why} {count}" for why, count in sorted(one.items())) or "0"
        for one in (roads.left_out, roads.turns_left_out)
    )
    say(
        f"{roads.ways} 条道路，切成 {done.edges} 段、{done.nodes} 个路口，共 {done.km:.0f} 公里，"
        f"其中 {done.joined_share:.1%} 相互连通；未采用：{left}。",
        f"{roads.ways} ways cut into {done.edges} stretches and {done.nodes} junctions, {done.km:.0f} km, "
        f"{done.joined_share:.1%} of it one connected network; left out: {left}.",
    )
    say(
        f"转弯限制 {len(roads.turns)} 条；未采用：{turns_left}。",
        f"{len(roads.turns)} turn restrictions; left out: {turns_left}.",
    )
    return 0
