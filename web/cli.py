"""The `fengsui` program: one binary with roles."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from psycopg import OperationalError

from spine.errors import Refused
from spine.logs import start_logging
from spine.migrate import MigrationTrouble
from spine.service_trouble import ServiceTrouble
from spine.settings import from_environment
from web.cli_account import add_account
from web.cli_assess import add_assess
from web.cli_backup import add_backup
from web.cli_basemap import add_basemap
from web.cli_bench import add_bench
from web.cli_elevation import add_elevation
from web.cli_exercise import add_exercise
from web.cli_exposure import add_exposure
from web.cli_feed import add_feed
from web.cli_layers import add_layers
from web.cli_names import add_names
from web.cli_plan import add_plan
from web.cli_record import add_record
from web.cli_register import add_register
from web.cli_roads import add_roads
from web.cli_run import add_run
from web.loop import run
from web.words import locale


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fengsui", description="烽燧：城市应急指挥平台 / emergency command and coordination platform"
    )
    parser.add_argument("--data", type=Path, default=None, help="数据目录 / data directory")
    parser.add_argument("--verbose", action="store_true", help="更多日志 / more log lines")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add_run(commands)
    add_feed(commands)
    add_account(commands)
    add_roads(commands)
    add_exposure(commands)
    add_assess(commands)
    add_exercise(commands)
    add_record(commands)
    add_names(commands)
    add_backup(commands)
    add_bench(commands)
    add_layers(commands)
    add_basemap(commands)
    add_elevation(commands)
    add_register(commands)
    add_plan(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0, or 1 after one clear sentence, or 2 for a wrong call."""
    arguments = _parser().parse_args(argv)
    if arguments.data is not None:
        os.environ["FENGSUI_DATA"] = str(arguments.data)
    start_logging(os.environ.get("FENGSUI_LOG"), verbose=arguments.verbose)
    zh = locale() == "zh"
    try:
        return int(asyncio_or_plain(arguments))
    except ServiceTrouble as trouble:
        print(trouble.sentence("zh" if zh else "en"), file=sys.stderr)
    except Refused as refused:
        print(refused.sentence("zh" if zh else "en"), file=sys.stderr)
    except MigrationTrouble as trouble:
        print(
            ("数据库与程序版本不符：" if zh else "The database does not fit this program: ") + str(trouble),
            file=sys.stderr,
        )
    except OperationalError as error:
        print(("数据库连接不上：" if zh else "The database cannot be reached: ") + str(error).strip(), file=sys.stderr)
    except LookupError as error:
        print(("没有找到：" if zh else "Not found: ") + str(error), file=sys.stderr)
    except OSError as error:
        print(("系统拒绝了操作：" if zh else "The system refused: ") + str(error), file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def asyncio_or_plain(arguments: argparse.Namespace) -> int:
    """Commands are coroutines or, where they start child processes, plain functions on the main thread."""
    settings = from_environment()
    result = arguments.run(arguments, settings)
    return run(result) if asyncio.iscoroutine(result) else result


if __name__ == "__main__":
    sys.exit(main())
