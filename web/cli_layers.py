"""import, export, layers: a city's own layers, from files and back to files."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from gis.catalogue import STREAM, CityLayer, no_such_layer
from gis.catalogue_store import changes_of, read_city_layer, read_city_layers, versions_of
from gis.crs import origin_of
from gis.describe import check_name, describe
from gis.exchange.build import describe_layer, import_layer, remove_layer, roll_back
from gis.exchange.child import look
from gis.exchange.export import FORMS, export_built_in, export_city_layer, form_of
from gis.exchange.options import Options
from gis.layers import layer_list
from spine.db import snapshot
from spine.errors import Refused
from spine.principal import system
from spine.settings import Settings
from web.cli_run import find_services
from web.house import House
from web.rooms import open_house
from web.words import locale, say

_DESCRIBED = (
    ("title-zh", "中文标题 / Chinese title"),
    ("title-en", "英文标题 / English title"),
    ("owner", "负责单位 / who answers for it"),
    ("department", "所属单位代码 / code of the department that owns it"),
    ("source", "来源 / source"),
    ("source-en", "来源（英文）/ source in English"),
    ("licence", "许可或使用范围 / licence"),
    ("date", "数据日期 2026-03-01 / date of the data"),
    ("sensitivity", "public, internal, restricted"),
    ("label", "用作标注的属性 / the attribute that names a feature"),
)


def add_layers(commands: Any) -> None:
    taking = commands.add_parser("import", help="导入图层 / import a layer")
    taking.add_argument("file", type=Path, help="Shapefile（zip）、GeoPackage、GeoJSON、KML/KMZ、CSV")
    taking.add_argument("--name", help="图层名称，如 flood_shelters / name of the layer")
    taking.add_argument("--check", action="store_true", help="只检查，不导入 / only look")
    taking.add_argument("--layer", help="文件中的哪个图层 / which layer of the file")
    taking.add_argument("--crs", help="坐标系，如 EPSG:4547 / coordinate system")
    taking.add_argument("--origin", help="WGS84, CGCS2000, GCJ02（高德、腾讯）, BD09（百度）")
    taking.add_argument("--encoding", help="属性编码，如 GBK / encoding of attributes")
    taking.add_argument("--lon", metavar="COLUMN", help="经度列 / longitude column of a table")
    taking.add_argument("--lat", metavar="COLUMN", help="纬度列 / latitude column of a table")
    taking.add_argument("--swap", action="store_true", help="经纬度写反了 / the two were exchanged")
    taking.add_argument(
        "--rename", action="append", default=[], metavar="OLD=NEW", help="属性改名 / rename an attribute"
    )
    taking.add_argument(
        "--drop", action="append", default=[], metavar="NAME", help="不要的属性 / leave an attribute out"
    )
    taking.add_argument(
        "--type",
        action="append",
        default=[],
        dest="types",
        metavar="NAME=TYPE",
        help="属性类型 / what an attribute is read as: text, integer, number, boolean, date, datetime",
    )
    taking.add_argument(
        "--leave-out", action="store_true", help="不能导入的要素就不要了 / leave out what cannot be taken"
    )
    _add_description(taking)
    taking.set_defaults(run=run_import)
    giving = commands.add_parser("export", help="导出图层 / export a layer")
    giving.add_argument("name")
    giving.add_argument("file", type=Path, help="结尾决定格式：.gpkg .geojson .csv .zip（Shapefile）")
    giving.add_argument("--format", choices=sorted(FORMS))
    giving.add_argument("--encoding", default="UTF-8", help="Shapefile 的属性编码 / of a shapefile's attributes")
    giving.set_defaults(run=run_export)
    layers = commands.add_parser("layers", help="图层目录 / the catalogue of layers")
    actions = layers.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="列出 / list").set_defaults(run=run_list)
    one = actions.add_parser("show", help="一个图层的版本与报告 / one layer's versions and reports")
    one.add_argument("name")
    one.set_defaults(run=run_show)
    back = actions.add_parser("rollback", help="回退到上一版 / show the version before")
    back.add_argument("name")
    back.add_argument("--to", type=int, metavar="N", help="第几版 / which version")
    back.set_defaults(run=run_rollback)
    saying = actions.add_parser("describe", help="修改说明与权限 / change what is said of it and who may see it")
    saying.add_argument("name")
    _add_description(saying)
    saying.set_defaults(run=run_describe)
    gone = actions.add_parser("remove", help="删除图层及全部版本 / remove it with all versions")
    gone.add_argument("name")
    gone.set_defaults(run=run_remove)


def _add_description(parser: argparse.ArgumentParser) -> None:
    for name, text in _DESCRIBED:
        parser.add_argument(f"--{name}", help=text)
    parser.add_argument(
        "--reader", action="append", dest="readers", metavar="CODE", help="可见单位 / a department that may see it"
    )
    parser.add_argument("--illustrative", action="store_true", default=None, help="示意数据 / illustrative only")


def _told(arguments: argparse.Namespace) -> dict[str, Any]:
    fields = [name.replace("-", "_") for name, _ in _DESCRIBED]
    return {field: getattr(arguments, field) for field in (*fields, "readers", "illustrative")}


def _options(arguments: argparse.Namespace) -> Options:
    renames = _pairs(arguments.rename, "rename", "写成 --rename 原名=新名。", "Write --rename OLD=NEW.")
    types = _pairs(arguments.types, "types", "写成 --type 属性=类型。", "Write --type NAME=TYPE.")
    return Options(
        layer=arguments.layer,
        encoding=arguments.encoding,
        crs=arguments.crs,
        origin=origin_of(arguments.origin),
        lon=arguments.lon,
        lat=arguments.lat,
        swap=arguments.swap,
        leave_out=arguments.leave_out,
        rename=renames,
        drop=frozenset(cast(list[str], arguments.drop)),
        types=types,
    )


def _pairs(given: list[str], field: str, zh: str, en: str) -> dict[str, str]:
    told: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.rpartition("=")
        if not equals or not value.strip():
            raise Refused(field, zh=zh, en=en, field=field)
        told[name] = value.strip()
    return told


@asynccontextmanager
async def open_house_here(settings: Settings) -> AsyncGenerator[House]:
    services = find_services(settings)
    house = await open_house(services.database_url, services.redis_url or None, settings.data_dir)
    try:
        yield house
    finally:
        await house.realm.close()


async def tell_the_screens(house: House) -> None:
    house.realm.nudges.publish([STREAM])
    await house.realm.nudges.settle()


async def run_import(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when the file is refused or has a question; nothing has changed then."""
    options = _options(arguments)
    path: Path = arguments.file
    with tempfile.TemporaryDirectory(prefix="fengsui-import-") as workplace:
        if arguments.check:
            _tell_report(await _checked(path, options, Path(workplace)))
            return 0
        name = check_name(arguments.name or path.stem.lower())
        async with open_house_here(settings) as house:
            async with house.realm.pool.connection() as conn:
                before = await read_city_layer(conn, name)
            told = describe(name, None if before is None else before.description, _told(arguments))
            try:
                made = await import_layer(
                    house.realm, path, path.name, told, options, system("命令行"), progress, Path(workplace)
                )
            except Refused as refused:
                end_progress()
                tell_problems(refused.facts)
                raise
            end_progress()
            await tell_the_screens(house)
    _tell_report(made.report)
    say(
        f"图层 {name} 第 {made.number} 版已启用；如需退回：fengsui layers rollback {name}",
        f"layer {name}, version {made.number}, is shown now; to go back: fengsui layers rollback {name}",
    )
    return 0


async def _checked(path: Path, options: Options, workplace: Path) -> Mapping[str, Any]:
    try:
        return await look(path, path.name, options, workplace)
    except Refused as refused:
        tell_problems(refused.facts)
        raise


async def progress(told: Mapping[str, Any]) -> None:
    if "done" in told and sys.stderr.isatty():
        total = told.get("total")
        share = f" {100 * int(told['done']) // int(total)}%" if total else ""
        print(f"\r→ {int(told['done']):,}{share}   ", end="", file=sys.stderr, flush=True)


def end_progress() -> None:
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _tell_report(report: Mapping[str, Any]) -> None:
    say(
        f"读取 {report['read']:,} 个要素，保留 {report['kept']:,}，修复 {report['repaired']:,}，未导入 {report['left_out']:,}；"
        f"坐标系 {report['crs']}，来源 {report['origin']}，编码 {report['encoding'].upper()}",
        f"read {report['read']:,} features, kept {report['kept']:,}, repaired {report['repaired']:,}, left out "
        f"{report['left_out']:,}; {report['crs']}, origin {report['origin']}, encoding {report['encoding'].upper()}",
    )
    for attribute in report["attributes"]:
        print(f"    {attribute['name']:24} {attribute['type']:10} {attribute['source']}")
    tell_problems(report)


def tell_problems(facts: Mapping[str, Any]) -> None:
    report = cast(Mapping[str, Any], facts.get("report") or facts)
    marks = {"left_out": "✗", "repaired": "▲", "note": "·"}
    for row in cast(list[dict[str, Any]], report.get("problems") or []):
        count = f"{row['count']:,} × " if row["weight"] != "note" or row["count"] > 1 else ""
        print(f"  {marks[row['weight']]} {count}{row['zh'] if locale() == 'zh' else row['en']}", file=sys.stderr)
        for example in row["examples"]:
            parts = [f"#{example['feature']}" if example["feature"] else "", example["say"], str(example["at"] or "")]
            print("      " + " ".join(part for part in parts if part), file=sys.stderr)


async def run_export(arguments: argparse.Namespace, settings: Settings) -> int:
    target: Path = arguments.file
    form = form_of(arguments.format or target.name)
    if os.path.exists(target):  # noqa: ASYNC240 - a program that does one thing
        raise Refused("file_exists", zh=f"{target} 已存在，不会覆盖。", en=f"{target} is there already.", field="file")
    with tempfile.TemporaryDirectory(prefix="fengsui-export-", dir=target.parent) as workplace:
        written = Path(workplace) / ("written" + FORMS[form][0])
        async with open_house_here(settings) as house, snapshot(house.realm.pool) as conn:
            layer = await read_city_layer(conn, arguments.name)
            if layer is not None:
                made = await export_city_layer(conn, layer, form, written, Path(workplace), arguments.encoding)
            else:
                built_in = await export_built_in(
                    conn, arguments.name, form, written, Path(workplace), arguments.encoding
                )
                if built_in is None:
                    raise no_such_layer(arguments.name)
                made = built_in
        written.replace(target)
    for zh, en in made.notes:
        say(zh, en)
    say(f"已导出 {made.features:,} 个要素到 {target}", f"exported {made.features:,} features to {target}")
    return 0


async def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house, house.realm.pool.connection() as conn:
        for row in await layer_list(conn):
            print(
                f"{row['name']!s:24} {row['sensitivity']!s:10} {'':>12} {'':>6} {row['date']!s:10} {row[f'title_{locale()}']}"
            )
        for layer in await read_city_layers(conn):
            _print_layer(layer)
    return 0


def _print_layer(layer: CityLayer) -> None:
    told = layer.description
    title = told.title_zh if locale() == "zh" else told.title_en
    when = told.date.isoformat() if told.date else "–"
    print(
        f"{told.name:24} {told.sensitivity:10} {layer.features:>12,} {f'v{layer.number}':>6} {when:10} {title} ({told.owner})"
    )


async def run_show(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house, house.realm.pool.connection() as conn:
        layer = await read_city_layer(conn, arguments.name)
        if layer is None:
            raise no_such_layer(arguments.name)
        versions = await versions_of(conn, arguments.name)
        changes = await changes_of(conn, arguments.name)
    print(json.dumps({**layer.to_json(), "versions": versions, "changes": changes}, ensure_ascii=False, indent=1))
    return 0


async def run_rollback(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house:
        number = await roll_back(house.realm, arguments.name, system("命令行"), arguments.to)
        await tell_the_screens(house)
    say(f"{arguments.name} 现在显示第 {number} 版。", f"{arguments.name} shows version {number} now.")
    return 0


async def run_describe(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house:
        async with house.realm.pool.connection() as conn:
            before = await read_city_layer(conn, arguments.name)
        if before is None:
            raise no_such_layer(arguments.name)
        told = describe(arguments.name, before.description, _told(arguments))
        await describe_layer(house.realm, told, system("命令行"))
        await tell_the_screens(house)
    say("已保存。", "saved.")
    return 0


async def run_remove(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house:
        await remove_layer(house.realm, arguments.name, system("命令行"))
        await tell_the_screens(house)
    say(f"图层 {arguments.name} 及全部版本已删除。", f"layer {arguments.name} was removed with all its versions.")
    return 0
