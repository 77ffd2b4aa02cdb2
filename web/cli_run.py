"""up, serve, work, migrate, seed, doctor: running the platform."""

import argparse
import asyncio
import os
import shutil
import socket
import webbrowser
from collections.abc import Callable, Coroutine
from typing import Any

from gis.roads.engines.child import tend_engine
from spine.accounts import DemoLogin, demo_logins
from spine.db import owner_connection
from spine.end_tasks import end_tasks
from spine.migrate import migrate, migrations
from spine.private_services import PrivateServices, Services, attach, drop_privileges
from spine.realm import create_realm
from spine.service_trouble import ServiceTrouble
from spine.settings import Settings, from_environment
from web.gateway.gateway import Gateway
from web.loop import run
from web.patrol import patrol
from web.rooms import open_house
from web.serving import serve, take_port, work_only
from web.watched import be_watched
from web.words import locale, say, step

REVIVE_S = 1.0
PATROL_SEED = 5309


def add_run(commands: Any) -> None:
    up = commands.add_parser("up", help="启动整个平台 / start everything")
    up.add_argument("--host", default="127.0.0.1")
    up.add_argument("--port", type=int, default=8480)
    up.add_argument("--no-demo", action="store_true", help="不生成训练数据 / no training data")
    up.add_argument("--open", action="store_true", help="打开浏览器 / open a browser")
    up.add_argument("--data", dest="up_data", default=None, help="数据目录 / data directory")
    up.set_defaults(run=run_up)
    serving = commands.add_parser("serve", help="HTTP 与 websocket 角色 / HTTP and sockets")
    serving.add_argument("--host", default="127.0.0.1")
    serving.add_argument("--port", type=int, default=8480)
    serving.add_argument(
        "--shared", action="store_true", help="与其他 serve 进程共用端口 / share the port with other serve processes"
    )
    serving.set_defaults(run=run_serve)
    working = commands.add_parser("work", help="后台角色 / followers, deadlines, deliveries, feeds")
    working.set_defaults(run=run_work_role)
    for role in (serving, working):
        role.add_argument("--health-host", default="127.0.0.1")
        role.add_argument("--health-port", type=int, help="只供监控的端口 / a port of its own for /readyz and /metrics")
    commands.add_parser("migrate", help="升级数据库 / migrate the database").set_defaults(run=run_migrate)
    seeding = commands.add_parser("seed", help="生成训练数据 / generate the training region")
    seeding.add_argument(
        "--exposure",
        nargs="?",
        type=int,
        const=1_000_000,
        default=None,
        metavar="POINTS",
        help="同时生成合成人口分布（默认 100 万点） / also synthetic exposure, a million points unless said otherwise",
    )
    seeding.add_argument(
        "--elevation", action="store_true", help="同时导入合成地形高程 / also the synthetic terrain's heights"
    )
    seeding.set_defaults(run=run_seed)
    commands.add_parser("doctor", help="检查安装 / check the installation").set_defaults(run=run_doctor)


def find_services(settings: Settings) -> Services:
    """The servers to work with: the city's own, or those of the program that runs on this data directory.

    Raises ServiceTrouble when neither is there.
    """
    if settings.database_url is not None:
        return Services(settings.database_url, settings.redis_url or "")
    running = attach(settings.data_dir)
    if running is None:
        raise ServiceTrouble(
            "not_running",
            zh=f"{settings.data_dir} 上没有正在运行的平台；请先运行 ./fengsui up，或设置 FENGSUI_DATABASE_URL。",
            en=f"No platform is running on {settings.data_dir}; run ./fengsui up first, or set FENGSUI_DATABASE_URL.",
        )
    return running


def run_up(arguments: argparse.Namespace, settings: Settings) -> int:
    """Everything in one process, with private servers unless the city's are named. Plain: it starts child processes."""
    if arguments.up_data is not None:
        os.environ["FENGSUI_DATA"] = arguments.up_data
        settings = from_environment()
    listening = take_port(arguments.host, arguments.port)
    private: PrivateServices | None = None
    try:
        if settings.database_url is not None:
            services = find_services(settings)
        else:
            private = PrivateServices()
            say(f"数据目录：{settings.data_dir}", f"Data directory: {settings.data_dir}")
            services = private.start(settings.data_dir, log=say)
            user = drop_privileges(settings.data_dir)
            if user is not None:
                say(f"程序以普通用户 {user} 运行", f"running as the unprivileged user {user}")
        return run(_up(arguments, settings, services, private, listening))
    finally:
        listening.close()
        if private is not None:
            private.stop()


async def _up(
    arguments: argparse.Namespace,
    settings: Settings,
    services: Services,
    private: PrivateServices | None,
    listening: socket.socket,
) -> int:
    with step("升级数据库结构", "migrating the database"):
        await prepare(services.database_url)
    logins: list[DemoLogin] = []
    if not arguments.no_demo:
        if await has_accounts(services.database_url):
            logins = await _known_logins(services.database_url)
        else:
            from gis.exposure.load import COARSE
            from web.seed import seed  # it draws with SciPy, which takes longer to import than all the rest

            with step("生成训练区域（示意数据）", "generating the training region (illustrative data)"):
                logins = (await seed(services.database_url, exposure=COARSE)).logins
    house = await open_house(
        services.database_url, services.redis_url or None, settings.data_dir, mail=settings.smtp_url is not None
    )
    address = f"http://{arguments.host}:{arguments.port}/"

    def ready() -> None:
        _announce(address, logins)
        if arguments.open:
            webbrowser.open(address)

    beside: list[Callable[[Gateway], Coroutine[None, None, None]]] = [lambda _: tend_engine(settings.data_dir)]
    if private is not None:
        beside.append(lambda _: _revive(private))
    if logins:
        beside.append(lambda gateway: patrol(house.realm, gateway.positions, seed=PATROL_SEED))
    await serve(house, settings, listening, work=True, ready=ready, beside=beside)
    return 0


async def _revive(private: PrivateServices) -> None:
    """Start a private server again when it has stopped by itself; from the main thread, where it was first started."""
    while True:
        await asyncio.sleep(REVIVE_S)
        for name in private.revive():
            say(f"{name} 意外退出，已重新启动", f"{name} had stopped and was started again")


async def prepare(database_url: str) -> list[str]:
    """Bring a database up to date and make it the live realm if it is none yet."""
    applied = await migrate(database_url)
    await create_realm(
        database_url, name="live", kind="live", title_zh="临沧市应急指挥", title_en="Lincang Emergency Command"
    )
    return applied


async def has_accounts(database_url: str) -> bool:
    async with owner_connection(database_url) as conn:
        row = await (await conn.execute("SELECT count(*) FROM spine.account")).fetchone()
    return row is not None and int(row[0]) > 0


async def _known_logins(database_url: str) -> list[DemoLogin]:
    async with owner_connection(database_url) as conn:
        return await demo_logins(conn)


def _announce(address: str, logins: list[DemoLogin]) -> None:
    say(f"\n烽燧已启动：{address}", f"\nFengsui is running: {address}")
    if logins:
        say("训练账号（用户名 / 密码）：", "Training accounts (user / password):")
        for login in logins:
            print(f"  {login.login:24} {login.password:12} {login.name}（{'、'.join(login.roles)}）")
    say("按 Ctrl-C 停止。", "Press Ctrl-C to stop.")


def _health_port(arguments: argparse.Namespace) -> socket.socket | None:
    """Processes behind one shared port each need one of their own, or nobody could say which of them answered."""
    return None if arguments.health_port is None else take_port(arguments.health_host, arguments.health_port)


async def run_serve(arguments: argparse.Namespace, settings: Settings) -> int:
    listening = take_port(arguments.host, arguments.port, shared=arguments.shared)
    health = _health_port(arguments)
    services = find_services(settings)
    house = await open_house(services.database_url, services.redis_url or None, settings.data_dir)
    address = f"http://{arguments.host}:{arguments.port}/"
    await serve(
        house,
        settings,
        listening,
        work=False,
        ready=lambda: say(f"serve 已启动：{address}", f"serving on {address}"),
        beside=[
            lambda _: tend_engine(settings.data_dir),
            *([] if health is None else [lambda gateway: be_watched(house, health, gateway)]),
        ],
    )
    return 0


async def run_work_role(arguments: argparse.Namespace, settings: Settings) -> int:
    health = _health_port(arguments)
    services = find_services(settings)
    house = await open_house(
        services.database_url, services.redis_url or None, settings.data_dir, mail=settings.smtp_url is not None
    )
    say("work 已启动", "working")
    watching = None if health is None else asyncio.create_task(be_watched(house, health), name="watched")
    await work_only(house, settings)
    await end_tasks((watching,))
    return 0


async def run_migrate(arguments: argparse.Namespace, settings: Settings) -> int:
    applied = await prepare(find_services(settings).database_url)
    say(f"已应用：{'、'.join(applied) or '无需升级'}", f"applied: {', '.join(applied) or 'nothing to do'}")
    return 0


async def run_seed(arguments: argparse.Namespace, settings: Settings) -> int:
    from web.seed import seed  # see run_up

    services = find_services(settings)
    await prepare(services.database_url)
    seeded = await seed(services.database_url, exposure=arguments.exposure)
    for name, count in sorted(seeded.counts.items()):
        print(f"{name:24} {count}")
    if arguments.elevation:
        from web.cli_elevation import import_synthetic  # which imports this file

        await import_synthetic(settings)
    return 0


def _typeface() -> bool:
    """Said only when asked: without it the platform runs, and prints no maps."""
    from web.sheets.fonts import OWN, chinese_family

    family = chinese_family()
    lack = (
        f"没有中文字体，不能打印地图：请安装 fonts-noto-cjk 或设置 {OWN} / no Chinese typeface: maps cannot be printed"
    )
    print(f"typeface           {family or lack}")
    return family is not None


async def run_doctor(arguments: argparse.Namespace, settings: Settings) -> int:
    """What is there and what is not, one line each. Exit code 1 when something needed is missing."""
    from web.cli_basemap import doctor_lines  # which imports this file

    good = True
    free = shutil.disk_usage(settings.data_dir if settings.data_dir.exists() else "/").free // 1024 // 1024
    print(f"data directory     {settings.data_dir} ({free} MB free)")
    print(f"migrations         {len(migrations())} files")
    good = _typeface() and good
    try:
        services = find_services(settings)
        house = await open_house(services.database_url, services.redis_url or None, settings.data_dir)
        async with house.realm.pool.connection() as conn:
            row = await (await conn.execute("SELECT version(), postgis_full_version()")).fetchone()
            lines, good = await doctor_lines(conn, settings.data_dir)
        print(f"database           {row[0] if row else '?'}")
        print(f"postgis            {row[1] if row else '?'}")
        print(f"realm              {house.realm.name} ({house.realm.row.kind})")
        print("\n".join(lines), end="\n" if lines else "")
        await house.realm.close()
    except ServiceTrouble as trouble:
        good = False
        print(f"services           {trouble.sentence(locale())}")
    return 0 if good else 1
