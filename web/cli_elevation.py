"""elevation: heights of the ground from GeoTIFF."""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gis.elevation.build import import_heights, no_elevation, remove, roll_back, tell_about
from gis.elevation.store import read_elevation, versions
from gis.exchange.child import look
from gis.exchange.options import Options
from spine.errors import Refused
from spine.principal import system
from spine.settings import Settings
from web.cli_layers import end_progress, open_house_here, progress, tell_problems, tell_the_screens
from web.words import say, step


def add_elevation(commands: Any) -> None:
    elevation = commands.add_parser("elevation", help="高程（GeoTIFF）/ heights of the ground")
    actions = elevation.add_subparsers(dest="action", required=True)
    taking = actions.add_parser("import", help="导入高程栅格 / import a raster of heights")
    taking.add_argument("file", type=Path, help="GeoTIFF，或装有它的 zip / or a zip with one")
    taking.add_argument("--check", action="store_true", help="只检查，不导入 / only look")
    taking.add_argument("--source", help="来源 / source")
    taking.add_argument("--source-en", help="来源（英文）/ source in English")
    taking.add_argument("--licence", help="许可或使用范围 / licence")
    taking.add_argument("--date", help="数据日期 2026-03-01 / date of the data")
    taking.add_argument("--sensitivity", default="internal", help="public, internal, restricted")
    taking.add_argument("--crs", help="坐标系，如 EPSG:4542 / coordinate system")
    taking.add_argument("--band", help="哪个波段，或 zip 中的哪个文件 / which band, or which file of a zip")
    taking.add_argument("--unit", help="高程单位 m, ft, us-ft, dm, cm / unit of height")
    taking.add_argument("--nodata", help="表示“未知”的值，没有则 none / the value for 'not known', or none")
    taking.add_argument(
        "--leave-out", action="store_true", help="不可能的高程按未知处理 / take impossible heights as not known"
    )
    taking.add_argument(
        "--replace", action="store_true", help="代替原有高程，而不是叠在其上 / instead of, not over, what is there"
    )
    taking.set_defaults(run=run_import)
    actions.add_parser("show", help="现有高程与各版本 / what there is, and its versions").set_defaults(run=run_show)
    back = actions.add_parser("rollback", help="回退到上一版 / show the version before")
    back.add_argument("--to", type=int, metavar="N", help="第几版 / which version")
    back.set_defaults(run=run_rollback)
    actions.add_parser("remove", help="删除全部高程 / remove all heights").set_defaults(run=run_remove)


async def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when the file is refused or has a question; nothing has changed then."""
    path: Path = arguments.file
    options = Options(
        layer=arguments.band,
        crs=arguments.crs,
        unit=arguments.unit,
        nodata=arguments.nodata,
        leave_out=arguments.leave_out,
    )
    with tempfile.TemporaryDirectory(prefix="fengsui-import-") as folder:
        workplace = Path(folder)
        try:
            if arguments.check:
                _tell_report(await look(path, path.name, options, workplace))
                return 0
            about = tell_about(vars(arguments))
            async with open_house_here(settings) as house:
                made = await import_heights(
                    house.realm, path, path.name, about, options, system("命令行"), progress, workplace,
                    alone=arguments.replace,
                )  # fmt: skip
                end_progress()
                await tell_the_screens(house)
        except Refused as refused:
            end_progress()
            tell_problems(refused.facts)
            raise
    _tell_report(made.report)
    say(
        f"高程第 {made.version} 版已启用；如需退回：fengsui elevation rollback",
        f"heights, version {made.version}, are shown now; to go back: fengsui elevation rollback",
    )
    return 0


async def import_synthetic(settings: Settings) -> None:
    """The training region's terrain, in place of what there is. Raises Refused as an import does."""
    from gis.region.heights_file import SOURCE_EN, SOURCE_ZH, write_heights

    about = tell_about({"source": SOURCE_ZH, "source_en": SOURCE_EN, "licence": SOURCE_ZH, "sensitivity": "public"})
    with tempfile.TemporaryDirectory(prefix="fengsui-import-") as folder:
        path = Path(folder) / "synthetic_terrain.tif"
        with step("生成合成地形", "drawing the synthetic terrain"):
            await asyncio.to_thread(write_heights, path)
        async with open_house_here(settings) as house:
            made = await import_heights(
                house.realm, path, path.name, about, Options(), system("命令行"), progress, Path(folder), alone=True
            )
            end_progress()
            await tell_the_screens(house)
    _tell_report(made.report)


def _tell_report(report: Mapping[str, Any]) -> None:
    low, high = report.get("lowest_m"), report.get("highest_m")
    say(
        f"{report['width']:,} × {report['height']:,} 像元，{report['crs']}，像元 {report['resolution_m']:g} 米，按 {report['kept_m']:g} 米"
        f"保存；单位 {report['unit']}；高程 {_metres(low)} 至 {_metres(high)}；已知 {report.get('known_share', 0):.1%}",
        f"{report['width']:,} × {report['height']:,} cells, {report['crs']}, cells of {report['resolution_m']:g} m kept at "
        f"{report['kept_m']:g} m; unit {report['unit']}; heights {_metres(low)} to {_metres(high)}; "
        f"{report.get('known_share', 0):.1%} known",
    )
    tell_problems(report)


def _metres(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f} m"


async def run_show(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house, house.realm.pool.connection() as conn:
        elevation = await read_elevation(conn)
        if elevation is None:
            raise no_elevation()
        kept = await versions(conn)
    print(json.dumps({**elevation.to_json(), "versions": kept}, ensure_ascii=False, indent=1))
    return 0


async def run_rollback(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house:
        version = await roll_back(house.realm, system("命令行"), arguments.to)
        await tell_the_screens(house)
    say(f"高程现在显示第 {version} 版。", f"heights: version {version} is shown now.")
    return 0


async def run_remove(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house:
        await remove(house.realm, system("命令行"))
        await tell_the_screens(house)
    say("高程及全部版本已删除。", "all heights were removed with every version.")
    return 0
