"""The way from here to the running program: what is missing, room for it, getting it, then the program itself."""

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bootstrap import browser, python_environment, screens, system_packages
from bootstrap.machine import Room, check_room
from bootstrap.python_environment import PYTHON, Extent
from bootstrap.say import CHECKOUT, LOG_FILE, Trouble, choose, complain, say
from bootstrap.system_packages import Need
from spine.private_directory import default_data_dir

_SERVING = {"up", "serve"}
_BRINGS_SERVICES = {"up", "test"}
_SETUP_ONLY = "setup"
_FIRST_DATABASE_MB = 800

USAGE_ZH = """烽燧：应急指挥协调平台

  ./fengsui up       安装所缺的一切并启动平台（--data 目录 --port 端口 --host 地址 --no-demo --open）
  ./fengsui test     运行全部测试（--only lint|ui|python；其余参数交给 pytest）
  ./fengsui setup    只安装，不启动
  ./fengsui COMMAND --help   其他命令：serve work migrate seed feed import export layers exercise verify backup restore bench doctor
"""
USAGE_EN = """Fengsui: emergency command and coordination

  ./fengsui up       install what is missing and start the platform (--data DIR --port N --host ADDRESS --no-demo --open)
  ./fengsui test     run all tests (--only lint|ui|python; other arguments go to pytest)
  ./fengsui setup    install only, start nothing
  ./fengsui COMMAND --help   the other commands: serve work migrate seed feed import export layers exercise verify backup restore bench doctor
"""


def main(args: list[str]) -> NoReturn:
    try:
        sys.exit(_go(args))
    except Trouble as trouble:
        complain(trouble)
        sys.exit(1)
    except PermissionError as trouble:
        complain(_not_ours(trouble))
        sys.exit(1)
    except KeyboardInterrupt:
        say("\n已中断；再次运行同一命令即可继续。", "\nInterrupted; run the same command again to go on.")
        sys.exit(130)


def _go(args: list[str]) -> int:
    if not args or args[0] in ("-h", "--help", "help"):
        print(choose(USAGE_ZH, USAGE_EN), end="")
        return 0 if args else 2
    command, rest = command_in(args)
    asks_only = "--help" in args or "-h" in args
    _prepare(_Wanted.by(command, args, asks_only=asks_only))
    if command == _SETUP_ONLY:
        say("安装完毕。", "Everything is installed.")
        return 0
    if command != "test":
        _become([PYTHON, "-P", "-m", "web.cli", *args], {})
    return _become([PYTHON, CHECKOUT / "tests" / "run_all.py", *rest], browser.variables())


def command_in(args: list[str]) -> tuple[str, list[str]]:
    """The first word that is no option and no option's value (`--data DIR up` is `up`), and the arguments without it."""
    at = 0
    while at < len(args):
        if args[at] == "--data":
            at += 2
        elif args[at].startswith("-"):
            at += 1
        else:
            return args[at], [*args[:at], *args[at + 1 :]]
    return "", args


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a command cannot run without."""

    extent: Extent
    builds: bool
    private: bool
    tests: bool
    data_dir: Path | None
    wishes: bool
    insists: bool
    """On its wishes too: what is only wished for does not hold up a start for which nothing else is missing."""

    @staticmethod
    def by(command: str, args: list[str], *, asks_only: bool) -> "_Wanted":
        tests = command == "test"
        builds = not asks_only and (command in _SERVING or command == _SETUP_ONLY)  # the test run builds by itself
        brings = not asks_only and (command in _BRINGS_SERVICES or command == _SETUP_ONLY)
        private = brings and (tests or not os.environ.get("FENGSUI_DATABASE_URL"))
        return _Wanted(
            extent="all" if tests else "run",
            builds=builds,
            private=private,
            tests=tests,
            data_dir=_data_dir(args) if private and not tests else None,
            wishes=brings and not tests,
            insists=brings and command == _SETUP_ONLY,
        )


@dataclass(frozen=True, slots=True)
class _Lacking:
    needs: tuple[Need, ...]
    environment: bool
    ui_packages: bool
    screens: bool
    wishes: tuple[Need, ...]
    insists: bool

    @staticmethod
    def of(wanted: _Wanted) -> "_Lacking":
        needs = system_packages.missing(
            services=wanted.private,
            tests=wanted.tests,
            environment=not python_environment.is_usable(),
        )
        unbuilt = wanted.builds and not screens.are_built()
        return _Lacking(
            needs=tuple(needs),
            environment=not python_environment.is_complete(wanted.extent),
            ui_packages=(unbuilt or wanted.tests) and not screens.packages_are_installed(),
            screens=unbuilt,
            wishes=tuple(system_packages.wished_for()) if wanted.wishes else (),
            insists=wanted.insists,
        )

    def __bool__(self) -> bool:
        needed = bool(self.needs) or self.environment or self.ui_packages or self.screens
        return needed or (self.insists and bool(self.wishes))


def _prepare(wanted: _Wanted) -> None:
    if not _Lacking.of(wanted):
        return
    began = time.monotonic()
    with _alone():
        lacking = _Lacking.of(wanted)
        _check_room(wanted, lacking)
        if lacking.needs:
            system_packages.install(lacking.needs)
        if lacking.wishes:
            _bring_wishes(lacking.wishes)
        if lacking.environment:
            say("准备 Python 环境：", "Preparing the Python environment:")
            python_environment.complete(wanted.extent)
        if lacking.ui_packages or lacking.screens:
            say("准备界面：", "Preparing the screens:")
        if lacking.ui_packages:
            screens.install_packages()
        if lacking.screens:
            screens.build()
    took = time.monotonic() - began
    say(f"准备工作完成，用时 {took:.0f} 秒。", f"Set-up finished in {took:.0f} s.")


def _bring_wishes(wishes: tuple[Need, ...]) -> None:
    try:
        system_packages.install(wishes)
    except Trouble as trouble:
        complain(trouble)
        say("其余照常：没有它，只是不能打印地图。", "Everything else goes on; without it maps cannot be printed.")


def _check_room(wanted: _Wanted, lacking: _Lacking) -> None:
    """Before anything is downloaded, and for everything at once. Figures: measured sizes with a quarter on top."""
    environment = (1300 if wanted.tests else 950) if lacking.environment else 0
    rooms = [Room(CHECKOUT, environment + (350 if lacking.ui_packages else 0))]
    if lacking.needs or lacking.wishes:
        browser_too = any(need.program == "chromium" for need in lacking.needs)
        rooms.append(Room(Path("/usr"), 1200 if browser_too else 300))
    if wanted.data_dir is not None and not (wanted.data_dir / "postgres").exists():
        rooms.append(Room(wanted.data_dir, _FIRST_DATABASE_MB))
    check_room(rooms)


def _data_dir(args: list[str]) -> Path:
    for index, arg in enumerate(args):
        if arg == "--data" and index + 1 < len(args):
            return Path(args[index + 1]).expanduser().absolute()
        if arg.startswith("--data="):
            return Path(arg.removeprefix("--data=")).expanduser().absolute()
    return default_data_dir()


@contextlib.contextmanager
def _alone() -> Generator[None]:
    """Two set-ups at once would fall over each other's files: the second waits, then finds everything done."""
    LOG_FILE.parent.mkdir(parents=True, exist_ok=True)
    with (LOG_FILE.parent / "bootstrap.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个安装正在进行，等它结束……", "Another set-up is running; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _become(command: list[str | Path], variables: dict[str, str]) -> NoReturn:
    """Replace this process, so that signals and the exit code are the program's own."""
    path = os.environ.get("PYTHONPATH")
    own = {"PYTHONPATH": f"{CHECKOUT}{os.pathsep}{path}" if path else str(CHECKOUT)}
    sys.stdout.flush()
    os.execve(command[0], [str(part) for part in command], {**os.environ, **own, **variables})  # noqa: S606


def _not_ours(trouble: PermissionError) -> Trouble:
    return Trouble(
        zh=f"没有权限写入 {trouble.filename}：它可能是以其他用户（例如 root）安装的。请以同一用户运行，或更改 {CHECKOUT} 的属主。",
        en=f"{trouble.filename} may not be written: it was probably installed by another user, such as root. "
        f"Run as that user, or change the owner of {CHECKOUT}.",
    )
