"""names import, names remove: a city's own place names. Reference data: no command, no fact."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from gis.name_file import read_names
from gis.name_lists import load_list
from spine.db import owner_connection
from spine.settings import Settings
from web.cli_run import find_services
from web.words import say


def add_names(commands: Any) -> None:
    parser = commands.add_parser("names", help="本市自己的地名 / the city's own place names")
    actions = parser.add_subparsers(dest="action", required=True)
    load = actions.add_parser(
        "import", help="导入 CSV 名单，替换同名的 / take in a CSV list, in place of the one so named"
    )
    load.add_argument("file", type=Path)
    load.add_argument("--list", required=True, dest="name", help="名单名称 / the list's name")
    load.add_argument("--system", default=None, help="WGS84 / CGCS2000 / GCJ02 / BD09")
    load.set_defaults(run=run_import)
    remove = actions.add_parser("remove", help="去掉一份名单 / take a list out")
    remove.add_argument("name")
    remove.set_defaults(run=run_remove)


async def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    rows = await asyncio.to_thread(lambda: read_names(arguments.file.read_bytes(), arguments.system))
    async with owner_connection(find_services(settings).database_url) as conn:
        loaded = await load_list(conn, arguments.name, rows)
        await conn.commit()
    say(
        f"已导入 {loaded.names} 个名称，其中村（社区）{loaded.villages} 个。",
        f"{loaded.names} names were taken in, {loaded.villages} of them villages.",
    )
    return 0


async def run_remove(arguments: argparse.Namespace, settings: Settings) -> int:
    async with owner_connection(find_services(settings).database_url) as conn:
        await load_list(conn, arguments.name, [])
        await conn.commit()
    say(f"名单“{arguments.name}”已去掉。", f"The list '{arguments.name}' was taken out.")
    return 0
