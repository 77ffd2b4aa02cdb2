"""feed push, feed watch, feed token: documents of other authorities."""

import argparse
import sys
from pathlib import Path
from typing import Any

import httpx

from incidents.feeds.intake import TakenIn, take_in
from incidents.feeds.watch import add_source
from spine.accounts import make_api_token
from spine.carry_out import carry_out
from spine.errors import Refused
from spine.principal import feed
from spine.settings import Settings
from web.api.feeds import MOST_BYTES, feed_of
from web.cli_run import find_services
from web.rooms import open_house
from web.words import locale, say


def add_feed(commands: Any) -> None:
    parser = commands.add_parser("feed", help="外来预警与速报 / documents of other authorities")
    actions = parser.add_subparsers(dest="action", required=True)
    push = actions.add_parser("push", help="送入一个文件 / put a file in")
    push.add_argument("file", type=Path)
    push.add_argument("--feed", default=None, help="cap / usgs（默认按内容判断 / by content)")
    push.add_argument("--url", default=None, help="远程平台地址 / a platform elsewhere")
    push.add_argument("--token", default=None, help="来源令牌 / the feed's token, with --url")
    push.set_defaults(run=run_push)
    watch = actions.add_parser("watch", help="定时读取一个地址 / watch an address")
    watch.add_argument("address", help="file:///… 或 http(s)://…")
    watch.add_argument("--every", type=int, default=60, help="秒 / seconds")
    watch.add_argument("--feed", default=None)
    watch.set_defaults(run=run_watch)
    token = actions.add_parser("token", help="为来源生成令牌 / make a token for a feed")
    token.add_argument("feed")
    token.set_defaults(run=run_token)


async def run_push(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when the document was refused; the reason names the element."""
    raw = arguments.file.read_bytes()
    if arguments.url is not None:
        return await _push_far(arguments, raw)
    services = find_services(settings)
    house = await open_house(services.database_url, services.redis_url or None, settings.data_dir)
    try:
        name = feed_of(arguments.feed, raw)
        taken = await take_in(house.realm, house.registry, name, raw, feed(name), carry_out)
    finally:
        await house.realm.close()
    return _tell(taken)


def _tell(taken: TakenIn) -> int:
    if taken.refused is not None:
        print(taken.refused.zh if locale() == "zh" else taken.refused.en, file=sys.stderr)
        return 1
    say(
        f"新增 {taken.new}，更新 {taken.updated}，未变 {taken.unchanged}。",
        f"{taken.new} new, {taken.updated} updated, {taken.unchanged} unchanged.",
    )
    return 0


async def _push_far(arguments: argparse.Namespace, raw: bytes) -> int:
    if len(raw) > MOST_BYTES:
        raise Refused("body_too_large", zh="文件过大。", en="The file is too large.", field="file", status=413)
    async with httpx.AsyncClient(base_url=arguments.url, timeout=30) as client:
        answer = await client.post(
            f"/api/feeds/{arguments.feed or 'auto'}",
            content=raw,
            headers={"Authorization": f"Bearer {arguments.token or ''}", "Accept-Language": locale()},
        )
    content = answer.json()
    if answer.status_code >= 400:
        print(content.get("detail", answer.text), file=sys.stderr)
        return 1
    print(content)
    return 0


async def run_watch(arguments: argparse.Namespace, settings: Settings) -> int:
    services = find_services(settings)
    house = await open_house(services.database_url, services.redis_url or None, settings.data_dir)
    try:
        async with house.realm.pool.connection() as conn:
            await add_source(conn, arguments.address, feed=arguments.feed, every_s=arguments.every)
    finally:
        await house.realm.close()
    say(f"已开始关注 {arguments.address}", f"watching {arguments.address}")
    return 0


async def run_token(arguments: argparse.Namespace, settings: Settings) -> int:
    services = find_services(settings)
    house = await open_house(services.database_url, None, settings.data_dir)
    try:
        async with house.realm.pool.connection() as conn:
            token = await make_api_token(
                conn, name=f"feed {arguments.feed}", at=house.realm.wall_now(), feed_name=arguments.feed
            )
    finally:
        await house.realm.close()
    print(token)
    return 0
