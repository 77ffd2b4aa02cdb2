"""exercise start, open, list: sealed copies with their own database, clock and address."""

import argparse
from datetime import UTC, datetime
from typing import Any

from command.exercises.scenario import load_scenario, scenario_names
from spine.db import with_database
from spine.settings import Settings
from web.cli_run import find_services
from web.exercise_address import announced
from web.exercise_realm import PREFIX, exercise_names, make_exercise_realm
from web.rooms import open_house
from web.serving import serve, take_port
from web.words import say, step


def add_exercise(commands: Any) -> None:
    parser = commands.add_parser("exercise", help="演练 / exercises in sealed copies")
    actions = parser.add_subparsers(dest="action", required=True)
    start = actions.add_parser("start", help="开始一场演练 / start an exercise")
    start.add_argument("--scenario", default="gengma_m63")
    start.add_argument("--name", default=None, help="默认按时间 / by the time")
    start.add_argument("--speed", type=float, default=1.0, help="1–120")
    start.add_argument("--host", default="127.0.0.1")
    start.add_argument("--port", type=int, default=8490)
    start.add_argument(
        "--tell", action="append", default=[], metavar="ADDRESS", help="可外发的地址 / who may be mailed"
    )
    start.set_defaults(run=run_start)
    again = actions.add_parser("open", help="重新打开 / open one again")
    again.add_argument("name")
    again.add_argument("--host", default="127.0.0.1")
    again.add_argument("--port", type=int, default=8490)
    again.set_defaults(run=run_open)
    actions.add_parser("list", help="列出 / list").set_defaults(run=run_list)


async def run_start(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make the sealed copy and serve it until Ctrl-C; `exercise open` goes on with it later."""
    listening = take_port(arguments.host, arguments.port)
    services = find_services(settings)
    scenario = load_scenario(arguments.scenario)
    name = arguments.name or datetime.now(UTC).strftime("%m%d_%H%M%S")
    with step("制作密封副本", "making the sealed copy"):
        made = await make_exercise_realm(
            services.database_url,
            name=name,
            scenario=scenario,
            starts_at=scenario.starts_at,
            speed=min(max(arguments.speed, 1.0), 120.0),
            addresses=tuple(arguments.tell),
            data_dir=settings.data_dir,
        )
    say(
        f"复制了 {made.copied_rows} 行基础资料，没有任何事件。",
        f"copied {made.copied_rows} rows of reference data, no incident.",
    )
    return await _serve(arguments, settings, made.name, services.redis_url, made.database_url, listening)


async def run_open(arguments: argparse.Namespace, settings: Settings) -> int:
    listening = take_port(arguments.host, arguments.port)
    services = find_services(settings)
    if arguments.name not in await exercise_names(services.database_url):
        raise LookupError(f"exercise {arguments.name}")
    url = with_database(services.database_url, PREFIX + arguments.name)
    return await _serve(arguments, settings, arguments.name, services.redis_url, url, listening)


async def _serve(
    arguments: argparse.Namespace, settings: Settings, name: str, redis_url: str, database_url: str, listening: Any
) -> int:
    directory = settings.data_dir / "exercises" / name
    directory.mkdir(parents=True, exist_ok=True)
    house = await open_house(database_url, redis_url or None, directory, mail=settings.smtp_url is not None)
    address = f"http://{arguments.host}:{arguments.port}/"
    row = house.realm.row
    content = {"name": name, "title_zh": row.title_zh, "title_en": row.title_en, "address": address}
    with announced(directory, {**content}):
        await serve(
            house,
            settings,
            listening,
            work=True,
            ready=lambda: say(f"【演练】{row.title_zh}：{address}", f"[EXERCISE] {row.title_en}: {address}"),
        )
    return 0


async def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    services = find_services(settings)
    say("可用情景：", "scenarios:")
    for scenario in scenario_names():
        print(f"  {scenario}")
    say("已有演练：", "exercises:")
    for name in await exercise_names(services.database_url):
        print(f"  {name}")
    return 0
