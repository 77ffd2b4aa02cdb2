"""Programs that come from Debian's packages: which of them are missing, and getting them."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootstrap.machine import become_root, has_apt, is_ubuntu, system_name
from bootstrap.say import CHECKOUT, LOG_FILE, StepFailed, Trouble, run_step, say
from spine.private_programs import PG_BIN, REDIS_SERVER, postgres_programs, redis_program
from spine.service_trouble import ServiceTrouble

CHROMIUM = "FENGSUI_CHROMIUM"
FONTS = "FENGSUI_FONTS"
"""A folder with the city's own fonts (web/sheets/fonts.py)."""
_AS_ROOT = Path(__file__).with_name("install_as_root.py")
_ANY_POSTGIS = "postgresql-(1[5-9]|[2-9][0-9])-postgis-3"
_KEPT_BY_SUDO = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Need:
    """Something that is missing: what it is, by which variable one can point at one's own, and how its package is called.

    `packages` are patterns in the order of preference; of several packages that match one, the highest version is taken.
    """

    zh: str
    en: str
    packages: tuple[str, ...]
    variable: str | None
    program: str


_FONT = Need(
    "中文字体（打印地图）", "a Chinese typeface (for printed maps)", ("fonts-noto-cjk",), FONTS, "Noto Sans CJK"
)


def missing(*, services: bool, tests: bool, environment: bool) -> list[Need]:
    """What has to be installed first. Looks at files only: no package manager, no network.

    Raises Trouble when a variable points at something that is not there: then installing would not help.
    """
    needs: list[Need] = []
    if services and (need := _database()) is not None:
        needs.append(need)
    if services and not _found(redis_program, REDIS_SERVER):
        needs.append(
            Need("Redis（消息与缓存）", "Redis (messages and cache)", ("redis-server",), REDIS_SERVER, "redis-server")
        )
    if environment and importlib.util.find_spec("ensurepip") is None:
        version = f"python3.{sys.version_info.minor}-venv"
        needs.append(
            Need("Python 虚拟环境组件", "Python's virtual environments", (version, "python3-venv"), None, "ensurepip")
        )
    if tests and not has_chinese_font():
        needs.append(_FONT)
    if tests and chromium() is None and not is_ubuntu():  # Ubuntu's package only leads to its snap store
        needs.append(
            Need(
                "Chromium 浏览器（浏览器测试）",
                "the browser Chromium (browser tests)",
                ("chromium",),
                CHROMIUM,
                "chromium",
            )
        )
    if tests and not any(shutil.which(name) for name in ("mosquitto", "/usr/sbin/mosquitto")):
        needs.append(
            Need("MQTT 代理（测试位置接入）", "an MQTT broker (tests of positions)", ("mosquitto",), None, "mosquitto")
        )
    return needs


def wished_for() -> list[Need]:
    """What one thing cannot be done without, though the platform runs: maps are printed in a Chinese typeface."""
    return [] if has_chinese_font() or os.environ.get(FONTS) else [_FONT]


def _database() -> Need | None:
    try:
        postgres_programs()
    except ServiceTrouble as trouble:
        if os.environ.get(PG_BIN):
            raise Trouble(zh=trouble.sentence_zh, en=trouble.sentence_en) from trouble
        return _postgis(_majors_in(Path("/usr/lib/postgresql")))
    return None


def _majors_in(directory: Path) -> list[int]:
    """The major versions of PostgreSQL that Debian's layout holds here: `<directory>/15/bin/postgres` gives 15."""
    names = (path.parent.parent.name for path in directory.glob("*/bin/postgres"))
    return [int(name) for name in names if name.isdigit()]


def _postgis(here: list[int]) -> Need:
    preferred = tuple(f"postgresql-{major}-postgis-3" for major in sorted(here, reverse=True) if major >= 15)
    return Need(
        "PostgreSQL 与 PostGIS（带地图功能的数据库）",
        "PostgreSQL with PostGIS (the database, with its map functions)",
        (*preferred, _ANY_POSTGIS),
        PG_BIN,
        "postgres, initdb",
    )


def _found(look: Callable[[], Path], variable: str) -> bool:
    try:
        look()
    except ServiceTrouble as trouble:
        if os.environ.get(variable):
            raise Trouble(zh=trouble.sentence_zh, en=trouble.sentence_en) from trouble
        return False
    return True


def has_chinese_font() -> bool:
    fonts = Path("/usr/share/fonts")
    patterns = ("opentype/noto/NotoSansCJK*", "truetype/noto/NotoSansCJK*", "truetype/wqy/*", "opentype/source-han-*/*")
    return any(next(fonts.glob(pattern), None) is not None for pattern in patterns)


def chromium() -> Path | None:
    """A Chromium that tests can drive. Ubuntu's `chromium-browser` is a stub for its snap, which cannot be driven."""
    named = os.environ.get(CHROMIUM)
    if named:
        found = shutil.which(named)
        if found is None:
            raise Trouble(
                zh=f"{CHROMIUM} 指向的 {named} 不是可执行的程序。", en=f"{CHROMIUM} names {named}, which is no program."
            )
        return Path(found)
    for name in ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser"):
        found = shutil.which(name)
        if found is not None and not _is_snap(Path(found)):
            return Path(found)
    return None


def _is_snap(program: Path) -> bool:
    if "snap" in program.resolve().parts or program.resolve().name == "snap":
        return True
    with program.open("rb") as file:
        start = file.read(4096)
    return start.startswith(b"#!") and b"snap" in start


def install(needs: Sequence[Need]) -> None:
    """Say what is going to be installed and why, then do it. Raises Trouble."""
    if not has_apt():
        raise _no_apt(needs)
    say("本机缺少以下软件，现在用 apt 安装：", "This machine lacks the following; apt installs it now:")
    for need in needs:
        say(f"  · {need.zh}", f"  · {need.en}")
    root = become_root(" ".join(_plainly(need.packages[0]) for need in needs))
    if root:
        kept = [f"{name}={os.environ[name]}" for name in _KEPT_BY_SUDO if name in os.environ]
        root = [*root, "env", *kept]
    out_of_reach = None
    try:
        run_step([*root, sys.executable, _AS_ROOT, "update"], zh="更新软件包清单", en="Reading the package lists")
    except StepFailed as failed:
        out_of_reach = failed.reason
        say(f"    清单没有更新成功，继续尝试：{out_of_reach}", f"    not updated, trying all the same: {out_of_reach}")
    packages = [_package_of(need, out_of_reach) for need in needs]
    names = " ".join(packages)
    try:
        run_step([*root, sys.executable, _AS_ROOT, "install", *packages], zh=f"安装 {names}", en=f"Installing {names}")
    except StepFailed as failed:
        raise Trouble(
            zh=f"apt 没有装上 {names}：{failed.reason}。请检查网络和软件源后重试；详见 {LOG_FILE}。",
            en=f"apt could not install {names}: {failed.reason}. Check the network and the package source and try again; "
            f"see {LOG_FILE}.",
        ) from failed
    if "redis-server" in packages:
        say(
            "    系统自带的 redis-server 服务保持停用，烽燧运行自己的一份。",
            "    Debian's own redis-server service stays off; Fengsui runs one of its own.",
        )


def _package_of(need: Need, out_of_reach: str | None) -> str:
    for pattern in need.packages:
        search = ["apt-cache", "search", "--names-only", f"^{pattern}$"]
        lines = subprocess.run(search, capture_output=True, text=True, cwd=CHECKOUT).stdout.splitlines()
        names = [line.split(" ", 1)[0] for line in lines if re.fullmatch(pattern, line.split(" ", 1)[0])]
        if names:
            return max(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])
    wanted = _plainly(need.packages[-1])
    if out_of_reach is not None:
        raise Trouble(
            zh=f"软件源连接不上，找不到 {wanted}：{out_of_reach}。请检查网络（或换用可达的软件源）后再运行同一命令。",
            en=f"The package source is out of reach, so {wanted} cannot be had: {out_of_reach}. Check the network (or choose "
            f"a source within reach) and run the same command again.",
        )
    hint_zh, hint_en = ("（请启用 universe）", " (enable universe)") if is_ubuntu() else ("", "")
    own_zh, own_en = (f"，并用 {need.variable} 指明", f" and name it in {need.variable}") if need.variable else ("", "")
    raise Trouble(
        zh=f"{system_name()} 的软件源里没有 {wanted}{hint_zh}。请自行安装 {need.program}{own_zh}。",
        en=f"The package sources of {system_name()} have no {wanted}{hint_en}. Install {need.program} yourself{own_en}.",
    )


def _plainly(pattern: str) -> str:
    return "postgresql-15-postgis-3" if pattern == _ANY_POSTGIS else pattern


def _no_apt(needs: Sequence[Need]) -> Trouble:
    wanted_zh = "；".join(f"{need.program}（{need.variable}）" if need.variable else need.program for need in needs)
    wanted_en = "; ".join(f"{need.program} ({need.variable})" if need.variable else need.program for need in needs)
    return Trouble(
        zh=f"{system_name()} 没有 apt，烽燧不会在这里自动安装软件。请自行安装下列程序，不在 PATH 上的用括号中的环境变量指明：{wanted_zh}。",
        en=f"{system_name()} has no apt, so Fengsui installs nothing here by itself. Install these programs; those not on "
        f"PATH are named by the variable in brackets: {wanted_en}.",
    )
