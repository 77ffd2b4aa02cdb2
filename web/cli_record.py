"""verify, openapi: the record checked, and the interface written down."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from spine.backup_compare import compare, manifest_of
from spine.db import snapshot
from spine.settings import Settings
from spine.verify import verify
from web.app import make_app
from web.cli_run import find_services
from web.rooms import open_house
from web.words import say


def add_record(commands: Any) -> None:
    checking = commands.add_parser("verify", help="核对全部记录的哈希链 / check every hash chain")
    checking.add_argument(
        "--against", type=Path, metavar="FILE", help="同时与一个备份对照 / hold it against a backup too"
    )
    checking.set_defaults(run=run_verify)
    commands.add_parser("openapi", help="输出 OpenAPI 文档 / print the OpenAPI document").set_defaults(run=run_openapi)


async def run_verify(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 and the first broken link of each stream when the record is not what was written.

    `--against`: also when it is not what a backup holds.
    """
    manifest = None if arguments.against is None else await asyncio.to_thread(manifest_of, arguments.against)
    services = find_services(settings)
    house = await open_house(services.database_url, None, settings.data_dir)
    try:
        async with snapshot(house.realm.pool) as conn:
            result = await verify(conn)
            differing = [] if manifest is None else await compare(conn, manifest)
    finally:
        await house.realm.close()
    broken = [*result.broken, *differing]
    for link in broken:
        say(
            f"断链：{link.stream} 第 {link.seq} 条：{link.why}",
            f"broken: {link.stream} at {link.seq}: {link.why}",
        )
    say(
        f"核对 {result.streams} 个数据流、{result.facts} 条记录，{'全部完好' if not broken else '发现问题'}。",
        f"checked {result.streams} streams, {result.facts} facts: {'all intact' if not broken else 'BROKEN'}.",
    )
    return 1 if broken else 0


async def run_openapi(arguments: argparse.Namespace, settings: Settings) -> int:
    services = find_services(settings)
    house = await open_house(services.database_url, None, settings.data_dir)
    try:
        print(json.dumps(make_app(house, settings).openapi(), ensure_ascii=False, indent=1))
    finally:
        await house.realm.close()
    return 0
