"""roads engine: which route engine answers for ways and large matrices. Ours is always there; OSRM and Valhalla are a city's choice."""

import argparse
import asyncio
import shutil
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from gis.roads import store
from gis.roads.engines.engine import EngineName
from gis.roads.engines.programs import build, find_programs
from gis.roads.engines.setting import (
    EngineSetting,
    digest,
    folder_of,
    read_port,
    read_setting,
    read_source,
    write_setting,
)
from spine.db import owner_connection
from spine.errors import Refused
from spine.settings import Settings
from web.cli_run import find_services
from web.words import say, step


def add_engine(actions: Any) -> None:
    parser = actions.add_parser(
        "engine", help="路线计算程序：own、osrm、valhalla / the route engine: own, osrm, valhalla"
    )
    parser.add_argument("engine", nargs="?", choices=("own", "osrm", "valhalla"))
    parser.add_argument("--program", type=Path, help="程序所在目录 / directory of its executables")
    parser.add_argument(
        "--build", action="store_true", help="用已导入的道路生成数据 / build its data from the imported roads"
    )
    parser.add_argument(
        "--file", type=Path, help="导入时用的 OSM 文件 / the OSM file that was imported, when it was not kept"
    )
    parser.add_argument("--url", help="本市自己运行的服务 / a server of the city's own, with the same roads")
    parser.set_defaults(run=run_engine)


async def run_engine(arguments: argparse.Namespace, settings: Settings) -> int:
    wanted: Literal["own"] | EngineName | None = arguments.engine
    if wanted is None:
        await _tell(settings)
        return 0
    if wanted == "own":
        write_setting(settings.data_dir, None)
        say("路线由平台自己计算。", "Ways are found by the platform itself.")
        return 0
    async with owner_connection(find_services(settings).database_url) as conn:
        version = (await store.layer_state(conn)).version
    if arguments.url is not None:
        write_setting(settings.data_dir, EngineSetting(wanted, version, _address(arguments.url), None, None))
        say(
            f"路线由 {arguments.url} 的 {wanted} 计算；道路图层更换后请再运行一次本命令。",
            f"Ways are found by {wanted} at {arguments.url}; run this again when the road layer was replaced.",
        )
        return 0
    root = arguments.program or folder_of(settings.data_dir).parent / "engines" / wanted
    programs = find_programs(wanted, root)
    target = folder_of(settings.data_dir) / f"{wanted}-{version}"
    if arguments.build or not target.is_dir():
        source = _source(settings, arguments.file, version)
        with step(f"生成 {wanted} 的数据", f"building {wanted}'s data"):
            await asyncio.to_thread(build, programs, source, target)
    write_setting(settings.data_dir, EngineSetting(wanted, version, None, str(root.absolute()), str(target)))
    for old in folder_of(settings.data_dir).glob(f"{wanted}-*"):
        if old != target and old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
    say(
        f"路线由 {wanted} 计算，程序随平台启动和停止；有错误时自动改用平台自己的计算。",
        f"Ways are found by {wanted}, which starts and stops with the platform; where it fails, the platform's own answer.",
    )
    return 0


def _address(given: str) -> str:
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise Refused(
            "invalid_field",
            zh="--url 应为 http(s)://主机[:端口][/路径]。",
            en="--url is http(s)://host[:port][/path].",
            field="url",
        )
    return given.rstrip("/")


def _source(settings: Settings, given: Path | None, version: int) -> Path:
    """The extract of the roads that are loaded now: another would give ways on roads that the map does not show."""
    kept = read_source(settings.data_dir)
    if given is not None and not given.is_file():
        raise Refused("no_file", zh=f"没有文件 {given}。", en=f"There is no file {given}.", field="file")
    same = kept is not None and kept[1].layer_version == version
    if kept is not None and same and given is not None and digest(given) != kept[1].sha256:
        raise Refused(
            "other_roads",
            zh=f"{given.name} 与已导入的道路不是同一个文件；请先用 fengsui roads import 导入它。",
            en=f"{given.name} is not the file that was imported; import it first with fengsui roads import.",
            field="file",
        )
    if given is not None and same:
        return given
    if kept is None or not same:
        raise Refused(
            "no_source",
            zh="当前的道路图层不是从保留的 OSM 文件导入的；请先运行 fengsui roads import。",
            en="The loaded roads were not imported from a kept OSM file; run fengsui roads import first.",
            field="file",
        )
    return kept[0]


async def _tell(settings: Settings) -> None:
    setting = read_setting(settings.data_dir)
    if setting is None:
        say("路线由平台自己计算。", "Ways are found by the platform itself.")
        return
    async with owner_connection(find_services(settings).database_url) as conn:
        current = (await store.layer_state(conn)).version
    running = read_port(settings.data_dir)
    where = setting.url or (f"127.0.0.1:{running[0]}" if running else None)
    same = setting.layer_version == current
    say(
        f"{setting.engine}：{where or '没有运行'}；数据与已加载的道路{'一致' if same else '不一致，不会使用，请加 --build 再运行'}。",
        f"{setting.engine}: {where or 'not running'}; its data is {'that' if same else 'not that'} of the loaded roads"
        f"{'' if same else ', so it is not used: run this again with --build'}.",
    )
