"""`fengsui bench`: measurements that anyone can repeat, from a checkout (the programs stand in tests/benches)."""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NoReturn

from spine.service_trouble import ServiceTrouble
from spine.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[1]


def add_bench(commands: Any) -> None:
    bench = commands.add_parser("bench", help="性能测量 / measurements against stated baselines")
    which = bench.add_subparsers(dest="bench", required=True, metavar="WHAT")
    realtime = which.add_parser("realtime", help="实时推送与写入 / live push and the write path")
    gis = which.add_parser("gis", help="一张图 / the map: exposure, tiles, fences, travel, names, desk, reading")
    gis.add_argument(
        "--tipg",
        default="",
        metavar="PYTHON",
        help="装有 tipg 的 Python，仅作对照 / a Python that has tipg, to compare with",
    )
    risk = which.add_parser("risk", help="风险评估 / risk assessment: every model, peers, to the desk, coverage")
    for peer, name in (("openquake", "OpenQuake"), ("climada", "CLIMADA")):
        risk.add_argument(
            f"--{peer}",
            default="",
            metavar="PYTHON",
            help=f"装有 {name} 的 Python，仅作对照 / a Python that has {name}, to compare with",
        )
    command = which.add_parser("command", help="指挥调度 / the command room: recommendations")
    command.add_argument(
        "--roads",
        default="",
        metavar="EXTRACT",
        help="另测一份 OpenStreetMap 数据 / an extract whose roads are measured too",
    )
    for one in (realtime, gis, risk, command):
        one.add_argument("--json", action="store_true", help="输出 JSON / one JSON document")
        one.add_argument("--only", default="", metavar="NAME,...", help="只测这些项 / these measures only")
        one.add_argument("--quick", action="store_true", help="只验证能运行，数字无意义 / to see that it runs")
        one.set_defaults(run=run_bench)


def run_bench(arguments: argparse.Namespace, settings: Settings) -> NoReturn:
    """Become the bench, which is a program of its own; its exit code is 1 when a bar was not met.

    Raises ServiceTrouble where the benches or a C compiler are not there.
    """
    del settings  # it measures a city of its own, never this installation's
    _check(arguments.bench)
    command = [sys.executable, "-P", "-m", f"tests.benches.{arguments.bench}"]
    if arguments.json:
        command.append("--json")
    if arguments.quick:
        command.append("--quick")
    if arguments.only:
        command += ["--only", arguments.only]
    for peer in ("tipg", "openquake", "climada", "roads"):
        if getattr(arguments, peer, ""):
            command += [f"--{peer}", getattr(arguments, peer)]
    path = os.pathsep.join(part for part in (str(CHECKOUT), os.environ.get("PYTHONPATH", "")) if part)
    sys.stdout.flush()
    # In our place, so that signals and the exit code are its own; it ends all that it started.
    os.execve(command[0], command, {**os.environ, "PYTHONPATH": path})  # noqa: S606


def _check(bench: str) -> None:
    if not (CHECKOUT / "tests" / "benches" / f"{bench}.py").is_file():
        raise ServiceTrouble(
            "benches_missing",
            zh=f"{CHECKOUT} 中没有 tests/benches：性能测量只能在完整的源代码目录中运行。",
            en=f"There is no tests/benches in {CHECKOUT}: the bench runs from a full checkout of the source only.",
        )
    if bench == "realtime" and shutil.which("cc") is None:
        raise ServiceTrouble(
            "compiler_missing",
            zh="没有找到 C 编译器 cc：对照程序是 C 写的。请安装 gcc 或 clang（Debian：apt install gcc libc6-dev）。",
            en="The C compiler cc was not found: the programs to compare with are written in C. "
            "Install gcc or clang (Debian: apt install gcc libc6-dev).",
        )
