"""plan: what is wrong with a plan file, and what a plan would do, from the command line."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from command.organisation.book import organisation
from command.planning.book import plans_in_force
from command.planning.dry_run import Ground, dry_run
from command.planning.dry_run_object import dry_run_object
from command.planning.findings import errors_of, findings_json
from command.planning.form import judge, read_yaml
from command.planning.ground import listed_ground, read_ground
from command.planning.plan import plans
from command.planning.shape import Plan
from command.transitions import LEVELS
from incidents.classification import catalogue
from spine.canonical import JsonObject
from spine.db import snapshot
from spine.errors import Refused, not_found
from spine.service_trouble import ServiceTrouble
from spine.settings import Settings
from web.words import locale, say


def add_plan(commands: Any) -> None:
    parser = commands.add_parser("plan", help="数字化预案 / contingency plans as data")
    actions = parser.add_subparsers(dest="action", required=True)
    check = actions.add_parser("check", help="检查一个预案文件 / what is wrong with a plan file")
    check.add_argument("file", type=Path)
    check.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    check.set_defaults(run=run_check)
    trying = actions.add_parser("dry-run", help="推演：会发生什么、给谁、何时 / what would happen, to whom, when")
    trying.add_argument(
        "plan", metavar="ID|FILE", help="预案编号（平台运行时取现行版本）或文件 / a plan's id, or a file"
    )
    trying.add_argument("--level", required=True, choices=LEVELS)
    trying.add_argument("--area", default=None, metavar="CODE", help="事发县或乡镇代码 / county or township")
    trying.add_argument("--class", dest="class_key", default=None, metavar="KEY", help="事件类别 / class of event")
    trying.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    trying.set_defaults(run=run_dry_run)


def _read(path: Path) -> JsonObject:
    """Raises Refused `plan_file`, also for a file that is not there."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Refused(
            "plan_file",
            zh=f"读不到文件 {path}：{error.strerror}。",
            en=f"{path} cannot be read: {error.strerror}.",
            field="file",
        ) from error
    return read_yaml(raw)


async def run_check(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when the plan has errors; warnings alone are 0."""
    judged = judge(_read(arguments.file), organisation(), datetime.now(UTC).date())
    if arguments.json:
        _print({"sound": judged.sound, "findings": findings_json(judged.findings)})
        return 0 if judged.sound else 1
    zh = locale() == "zh"
    for one in judged.findings:
        mark = ("✗ 错误" if zh else "✗ error") if one.weight == "error" else ("! 提醒" if zh else "! warning")
        print(f"{mark}  {one.field or '-'}: {one.zh if zh else one.en}")
    wrong = len(errors_of(judged.findings))
    others = len(judged.findings) - wrong
    say(f"{wrong} 处错误，{others} 处提醒。", f"{wrong} errors, {others} warnings.")
    return 1 if wrong else 0


async def run_dry_run(arguments: argparse.Namespace, settings: Settings) -> int:
    known = organisation()
    if arguments.class_key is not None:
        catalogue().need(arguments.class_key, "class_key")
    if arguments.area is not None and not any(arguments.area.startswith(one.code) for one in known.counties):
        raise Refused(
            "area_unknown",
            zh=f"“{arguments.area}”不是本市的县或乡镇代码。",
            en=f"'{arguments.area}' is no county or township of this city.",
            field="area",
        )
    plan, ground, said = await _plan(arguments.plan, settings)
    run = dry_run(plan, arguments.level, arguments.area, arguments.class_key, known, ground)
    told = dry_run_object(run, known)
    if arguments.json:
        _print(told)
    else:
        say(*said)
        _tell(told)
    return 0


async def _plan(name: str, settings: Settings) -> tuple[Plan, Ground, tuple[str, str]]:
    """The plan in a file, the version in force of a running platform, or else the shipped one. Raises Refused."""
    if name.endswith((".yaml", ".yml")) or "/" in name:
        judged = judge(_read(Path(name)), organisation())
        wrong = errors_of(judged.findings)
        if judged.plan is None or wrong:
            raise Refused(
                "plan_errors",
                zh=f"预案有错误，不能推演：{wrong[0].zh}",
                en=f"The plan has errors and cannot be tried: {wrong[0].en}",
                field="file",
            )
        return judged.plan, listed_ground(organisation()), (f"文件 {name}", f"file {name}")
    try:
        from web.cli_layers import open_house_here

        async with open_house_here(settings) as house, snapshot(house.realm.pool) as conn:
            found, ground = await plans_in_force(conn), await read_ground(conn, house.realm.clock.now().date())
        said = ("平台上的现行版本", "the version in force on this platform")
    except ServiceTrouble:
        found, ground = plans(), listed_ground(organisation())
        said = ("平台没有运行：用随程序提供的预案", "no platform is running: the shipped plan")
    plan = next((one for one in found if one.id == name), None)
    if plan is None:
        raise not_found("预案", "plan", f"{name}; {', '.join(one.id for one in found)}", field="plan")
    return plan, ground, said


def _print(told: JsonObject) -> None:
    json.dump(told, sys.stdout, ensure_ascii=False, indent=1)
    print()


def _tell(told: JsonObject) -> None:
    zh = locale() == "zh"
    tongue, name = ("zh", "name_zh") if zh else ("en", "name_en")
    plan = cast(Mapping[str, Any], told["plan"])
    print(f"{plan[tongue]}  v{plan['version']}  {told['level']}  {told['area_code'] or '-'}")
    for line in cast(Sequence[Mapping[str, Any]], told["timeline"]):
        at = f"{line['from']}+{line['at'] // 60:02d}:{line['at'] % 60:02d}"
        print(f"  {at}  {line['task'] or '':8} {line[tongue]}")
    say(
        "关键路径：" + " → ".join(_strings(told["critical"])),
        "Critical path: " + " → ".join(_strings(told["critical"])),
    )
    say("各单位第一小时的任务（同时最多）：", "Orders in the first hour by department (most at once):")
    for load in cast(Sequence[Mapping[str, Any]], told["departments"]):
        if load["orders"] or load["parts"]:
            print(f"  {load['department']:12} {load['first_hour']:3} ({load['at_once']})  {load[name]}")
    for one in cast(Sequence[Mapping[str, Any]], told["unheard"]):
        say(f"! {one['name_zh']}没有账号，收不到任务", f"! {one['name_en']} has no account to receive its orders")
    for one in cast(Sequence[Mapping[str, Any]], told["resources"]):
        there = "?" if one["there"] is None else str(one["there"])
        measure = one[f"measure_{tongue}"] or ""
        lacking = "" if not one["short"] else f"  ✗ -{one['short']}"
        print(f"  {one[tongue]}: {one['quantity']} / {there} {measure}".rstrip() + lacking)


def _strings(value: Any) -> list[str]:
    return [str(one) for one in cast(Sequence[Any], value)]
