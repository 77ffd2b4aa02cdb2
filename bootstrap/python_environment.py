"""The virtual environment in .venv: made once, filled by uv from the lock file (by pip where uv cannot be had)."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Literal

from bootstrap.say import CHECKOUT, LOG_FILE, StepFailed, Trouble, run_step, say

VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
Extent = Literal["run", "all"]
"""`run`: what the program and the building of its screens need; `all`: the tests' tools as well."""

LOCKS: dict[Extent, Path] = {
    "run": CHECKOUT / "requirements" / "run.lock",
    "all": CHECKOUT / "requirements" / "test.lock",
}
"""Every package with its version and the hashes of its files, made by `python -m bootstrap.lock`."""
_UV_RELEASES = "uv>=0.9,<1"


def is_usable() -> bool:
    """Whether .venv has a Python that runs and belongs to this checkout (a moved one carries the old path everywhere)."""
    if not os.access(PYTHON, os.X_OK):
        return False
    recorded = _stamp("place")
    if recorded.exists() and recorded.read_text("utf-8") != str(CHECKOUT):
        return False
    code = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-I", "-S", "-c", code], capture_output=True).returncode == 0
    except OSError:
        return False


def is_complete(extent: Extent) -> bool:
    """Whether everything the lock file lists for `extent` has been installed into a usable environment."""
    wanted = _digest()
    enough: tuple[Extent, ...] = ("run", "all") if extent == "run" else ("all",)
    stamps = [_stamp(name) for name in enough]
    return any(stamp.exists() and stamp.read_text("utf-8") == wanted for stamp in stamps) and is_usable()


def complete(extent: Extent) -> None:
    """Make it so. Raises Trouble."""
    if not is_usable():
        _make()
    for name in ("run", "all"):
        _stamp(name).unlink(missing_ok=True)
    uv = _uv()
    try:
        if uv is None:
            _fill_with_pip(extent)
        else:
            _fill_with_uv(uv, extent)
    except StepFailed as failed:
        raise Trouble(
            zh=f"Python 依赖没有装上：{failed.reason}。请检查网络和磁盘后再运行同一命令；详见 {LOG_FILE}。",
            en=f"The Python packages could not be installed: {failed.reason}. Check the network and the disk and run the same "
            f"command again; see {LOG_FILE}.",
        ) from failed
    _stamp("place").write_text(str(CHECKOUT), "utf-8")
    _stamp(extent).write_text(_digest(), "utf-8")


def _make() -> None:
    try:
        shutil.rmtree(VENV, ignore_errors=True)
        run_step(
            [sys.executable, "-m", "venv", VENV],
            zh="建立 Python 虚拟环境 .venv",
            en="Making the Python environment .venv",
        )
    except StepFailed as failed:
        raise Trouble(
            zh=f"不能在 {CHECKOUT} 建立 .venv：{failed.reason}。请检查目录权限和磁盘空间。",
            en=f".venv could not be made in {CHECKOUT}: {failed.reason}. Check the directory's permissions and the disk.",
        ) from failed


def _uv() -> str | None:
    """uv from the environment, else from PATH, else installed by pip; None when it cannot be had."""
    own = VENV / "bin" / "uv"
    if os.access(own, os.X_OK):
        return str(own)
    on_path = shutil.which("uv")
    if on_path is not None and subprocess.run([on_path, "--version"], capture_output=True).returncode == 0:
        return on_path
    try:
        _pip("install", _UV_RELEASES, zh="安装 uv（快速安装 Python 依赖的工具）", en="Installing uv (a fast installer)")
    except StepFailed as failed:
        say(
            f"    没有装上 uv，改用 pip（会慢些）：{failed.reason}",
            f"    no uv, pip does it more slowly: {failed.reason}",
        )
        return None
    return str(own)


def _fill_with_uv(uv: str, extent: Extent) -> None:
    variables = {"UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": _link_mode(uv)}
    install = [uv, "pip", "install", "--python", PYTHON]
    try:
        run_step(
            [*install, "--require-hashes", "-r", LOCKS[extent]],
            zh="按锁定版本安装 Python 依赖",
            en="Installing the locked Python packages",
            variables=variables,
        )
        run_step(
            [*install, "--no-deps", "--editable", CHECKOUT],
            zh="登记本项目",
            en="Registering the project itself",
            variables=variables,
        )
    except StepFailed as failed:
        say(f"    uv 没有成功，改用 pip 再试：{failed.reason}", f"    uv failed, trying pip: {failed.reason}")
        _fill_with_pip(extent)


def _link_mode(uv: str) -> str:
    """Hard links save half the disk, but not across file systems, where uv would warn for every package."""
    asked = subprocess.run([uv, "cache", "dir"], capture_output=True, text=True)
    cache = Path(asked.stdout.strip() or "/")
    while not cache.exists():
        cache = cache.parent
    return "hardlink" if cache.stat().st_dev == VENV.stat().st_dev else "copy"


def _fill_with_pip(extent: Extent) -> None:
    """pip goes by its own configuration (a mirror, for example), which uv does not."""
    zh, en = "用 pip 安装 Python 依赖", "Installing the Python packages with pip"
    _pip("install", "--require-hashes", "-r", LOCKS[extent], zh=zh, en=en)
    _pip("install", "--no-deps", "--editable", CHECKOUT, zh="登记本项目", en="Registering the project itself")


def _pip(*args: str | Path, zh: str, en: str) -> None:
    if subprocess.run([PYTHON, "-c", "import pip"], capture_output=True).returncode != 0:
        run_step([PYTHON, "-m", "ensurepip"], zh="准备 pip", en="Preparing pip")
    variables = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    run_step([PYTHON, "-m", "pip", *args], zh=zh, en=en, variables=variables)


def _digest() -> str:
    """Of what decides what is in the environment; settings of other tools in pyproject.toml are of no account."""
    project = _toml("pyproject.toml")
    decisive = {name: project.get(name) for name in ("build-system", "project", "dependency-groups")}
    text = json.dumps(decisive, sort_keys=True) + str(PYTHON) + _python_version()
    locks = b"".join(LOCKS[extent].read_bytes() for extent in ("run", "all"))
    return hashlib.sha256(text.encode() + locks).hexdigest()


def _python_version() -> str:
    try:
        config = (VENV / "pyvenv.cfg").read_text("utf-8")
    except OSError:
        return ""
    found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", config, re.MULTILINE)
    return found.group(1) if found else ""


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((CHECKOUT / name).read_text("utf-8"))


def _stamp(name: str) -> Path:
    return VENV / f".fengsui-{name}"
