"""basemap add, list, show, check, default, order, remove: a city's own base maps at the command line."""

import argparse
import asyncio
import json
from pathlib import Path
from typing import Any

from gis.base_maps.base_map import Kept, no_such_base_map, wrong
from gis.base_maps.describe import RESERVED, TIANDITU
from gis.base_maps.store import read_base_map, read_base_maps, read_key
from gis.catalogue_store import city_extent
from spine.principal import system
from spine.settings import Settings
from web.base_maps.cache import TileCache
from web.base_maps.change import add_base_map, choose_default, put_in_order, remove_base_map
from web.base_maps.files import archive_path, cache_folder
from web.base_maps.look import look_at
from web.base_maps.tiles import MapTiles
from web.base_maps.upstream import Upstream
from web.cli_layers import open_house_here
from web.words import locale, say

_BY = "命令行"


def add_basemap(commands: Any) -> None:
    parser = commands.add_parser("basemap", help="本市自己的底图 / the city's own base maps")
    actions = parser.add_subparsers(dest="action", required=True)
    adding = actions.add_parser("add", help="添加 / add one")
    adding.add_argument("name", help="名称，如 city_imagery / its name")
    kind = adding.add_mutually_exclusive_group(required=True)
    kind.add_argument("--xyz", metavar="ADDRESS", help="http://…/{z}/{x}/{y}.png；还可用 {-y} {s} {quadkey} {key}")
    kind.add_argument("--wmts", metavar="ADDRESS", help="WMTS 能力文档的地址 / address of a WMTS capabilities document")
    kind.add_argument("--pmtiles", metavar="FILE", type=Path, help="PMTiles 第 3 版文件 / an archive, version 3")
    kind.add_argument("--tianditu", choices=sorted(TIANDITU), help="天地图：vec 矢量，img 影像，ter 地形")
    adding.add_argument("--labels", action="store_true", help="天地图注记 / with its sheet of names")
    adding.add_argument(
        "--host", metavar="ADDRESS", help="天地图省市节点或转发地址 / another node of Tianditu, or a relay"
    )
    adding.add_argument(
        "--key-file", type=Path, metavar="FILE", help="只含密钥的文件 / a file that holds the key alone"
    )
    adding.add_argument("--layer", help="WMTS 图层 / layer")
    adding.add_argument("--tile-matrix-set", help="WMTS 矩阵集 / tile matrix set")
    adding.add_argument("--tile-host", help="瓦片所在的另一台主机 / the other host that tiles are on")
    adding.add_argument("--title-zh", help="中文标题 / Chinese title")
    adding.add_argument("--title-en", help="英文标题 / English title")
    adding.add_argument("--attribution", help="来源，地图上始终标出 / whose map it is, always shown with it")
    adding.add_argument("--min-zoom", type=int)
    adding.add_argument("--max-zoom", type=int)
    adding.add_argument("--tile-size", type=int, choices=(256, 512), dest="tile_px")
    adding.add_argument("--origin", help="WGS84, CGCS2000, GCJ02（高德、腾讯）")
    adding.add_argument("--bounds", metavar="W,S,E,N", help="范围，度 / in degrees")
    adding.add_argument("--subdomains", metavar="A,B,…", help="{s} 的取值 / what {s} stands for")
    adding.add_argument("--tms", action="store_true", help="行号从南往北数 / rows are counted from the south")
    adding.add_argument("--replace", action="store_true", help="替换同名底图 / in place of the one so named")
    adding.set_defaults(run=run_add)
    actions.add_parser("list", help="列出 / list").set_defaults(run=run_list)
    for word, help_text, run in (
        ("show", "一个底图的设置（不含密钥）/ one's settings, without the key", run_show),
        ("check", "取一个瓦片看看 / fetch one tile and say what came", run_check),
        ("remove", "删除 / remove", run_remove),
    ):
        one = actions.add_parser(word, help=help_text)
        one.add_argument("name")
        one.set_defaults(run=run)
    first = actions.add_parser("default", help="大家默认看到的；own 为本系统自己的底图 / shown first; own: our own map")
    first.add_argument("name")
    first.set_defaults(run=run_default)
    order = actions.add_parser("order", help="排列顺序 / their order in the chooser")
    order.add_argument("names", nargs="+")
    order.set_defaults(run=run_order)


def _told(arguments: argparse.Namespace) -> dict[str, Any]:
    kind = next(kind for kind in ("xyz", "wmts", "pmtiles", "tianditu") if getattr(arguments, kind) is not None)
    told = {
        "kind": kind,
        "address": arguments.xyz or arguments.host,
        "capabilities": arguments.wmts,
        "tianditu": arguments.tianditu,
        "key": None if arguments.key_file is None else _key(arguments.key_file),
    }
    fields = ("name", "labels", "layer", "tile_matrix_set", "tile_host", "title_zh", "title_en", "attribution", "min_zoom",
              "max_zoom", "tile_px", "origin", "bounds", "subdomains", "tms")  # fmt: skip
    return told | {field: getattr(arguments, field) for field in fields}


def _key(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise wrong(
            "key_unreadable", f"读不了密钥文件 {path}。", f"The key file {path} cannot be read.", "key"
        ) from None


async def run_add(arguments: argparse.Namespace, settings: Settings) -> int:
    told = await asyncio.to_thread(_told, arguments)
    path: Path | None = arguments.pmtiles
    upstream = Upstream()
    async with open_house_here(settings) as house:
        try:
            kept = await add_base_map(
                house.realm, upstream, told, system(_BY),
                file=None if path is None else (path, path.name), replace=arguments.replace,
            )  # fmt: skip
            await house.realm.nudges.settle()
        finally:
            await upstream.close()
    low, high = kept.map.min_zoom, kept.map.max_zoom
    say(
        f"底图 {kept.name} 已添加，缩放级别 {low}–{high}；看看能不能取到：fengsui basemap check {kept.name}",
        f"base map {kept.name} was added, zooms {low} to {high}; to see whether it can be had: fengsui basemap check {kept.name}",
    )
    return 0


async def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house, house.realm.pool.connection() as conn:
        maps = await read_base_maps(conn)
    for kept in maps:
        told = kept.map
        mark = "*" if kept.is_default else " "
        title = told.title_zh if locale() == "zh" else told.title_en
        print(f"{mark} {told.name:24} {told.kind:9} {told.format:7} {told.min_zoom:>2}–{told.max_zoom:<2}  {title}")
    if not maps:
        say("没有添加过底图；显示的是本系统自己的底图。", "No base map was added; our own is shown.")
    return 0


async def run_show(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house, house.realm.pool.connection() as conn:
        kept = await _kept(conn, arguments.name)
    print(json.dumps(kept.told(), ensure_ascii=False, indent=1))
    return 0


async def _kept(conn: Any, name: str) -> Kept:
    kept = await read_base_map(conn, name)
    if kept is None:
        raise no_such_base_map(name)
    return kept


async def run_check(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when no tile came."""
    upstream = Upstream()
    async with open_house_here(settings) as house:
        async with house.realm.pool.connection() as conn:
            kept = await _kept(conn, arguments.name)
            key = await read_key(conn, arguments.name)
            west, south, east, north = await city_extent(conn) or (73.0, 18.0, 135.0, 53.0)
        data_dir = house.realm.data_dir
        one = MapTiles(kept, key, upstream, TileCache(cache_folder(data_dir)), data_dir, house.realm.wall_now)
        try:
            looked = await look_at(one, ((west + east) / 2, (south + north) / 2))
        finally:
            await upstream.close()
    say(f"{'✓' if looked['good'] else '✗'} {looked['zh']}", f"{'✓' if looked['good'] else '✗'} {looked['en']}")
    if looked["said"]:
        print(f"    {looked['said']}")
    return 0 if looked["good"] else 1


async def run_default(arguments: argparse.Namespace, settings: Settings) -> int:
    name = None if arguments.name in RESERVED else str(arguments.name)
    async with open_house_here(settings) as house:
        await choose_default(house.realm, name, system(_BY))
        await house.realm.nudges.settle()
    say("已保存；已自己选过底图的人不受影响。", "saved; whoever has chosen for himself keeps his choice.")
    return 0


async def run_order(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house:
        await put_in_order(house.realm, arguments.names, system(_BY))
        await house.realm.nudges.settle()
    say("已保存。", "saved.")
    return 0


async def run_remove(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house:
        await remove_base_map(house.realm, arguments.name, system(_BY))
        await house.realm.nudges.settle()
    say(f"底图 {arguments.name} 已删除。", f"base map {arguments.name} was removed.")
    return 0


async def doctor_lines(conn: Any, data_dir: Path) -> tuple[list[str], bool]:
    """For `fengsui doctor`: what base maps there are, and whether their files are here. False when one is missing."""
    lines: list[str] = []
    good = True
    for kept in await read_base_maps(conn):
        told, what = kept.map, "service"
        if told.file_sha256 is not None:
            there = archive_path(data_dir, told.file_sha256).is_file()
            good = good and there
            what = f"{(told.file_size or 0) // 1024**2} MB" if there else f"FILE MISSING: copy it back to {archive_path(data_dir, told.file_sha256)}"  # fmt: skip
        lines.append(f"base map           {told.name} ({told.kind}) {what}")
    return lines, good
