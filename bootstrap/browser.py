"""A Chromium for the browser tests where Debian's package cannot give one: on Ubuntu it exists only as a snap."""

from bootstrap.machine import is_ubuntu
from bootstrap.python_environment import PYTHON, VENV
from bootstrap.say import StepFailed, run_step, say
from bootstrap.system_packages import CHROMIUM, chromium

BROWSERS = VENV / "browsers"
_STAMP = BROWSERS / ".fengsui-tried"


def variables() -> dict[str, str]:
    """What the tests need to find the browser: FENGSUI_CHROMIUM, or the place of Playwright's own."""
    found = chromium()
    if found is not None:
        return {CHROMIUM: str(found)}
    if not is_ubuntu():
        return {}
    _fetch_once()
    return {"PLAYWRIGHT_BROWSERS_PATH": str(BROWSERS)}


def _fetch_once() -> None:
    if _STAMP.exists():
        return
    say(
        "Ubuntu 只以 snap 提供 Chromium，测试无法驱动它；改取 Playwright 自带的 Chromium。",
        "Ubuntu has Chromium only as a snap, which tests cannot drive; fetching the one made for Playwright instead.",
    )
    try:
        run_step(
            [PYTHON, "-m", "playwright", "install", "--with-deps", "chromium"],
            zh="下载 Chromium",
            en="Fetching Chromium",
            variables={"PLAYWRIGHT_BROWSERS_PATH": str(BROWSERS)},
        )
    except StepFailed as failed:
        say(
            f"    没有取到 Chromium（{failed.reason}），浏览器测试将不能通过。可安装 Google Chrome，或用 {CHROMIUM} 指明一个 Chromium。",
            f"    no Chromium ({failed.reason}): the browser tests cannot pass. Install Google Chrome, or name a Chromium "
            f"in {CHROMIUM}.",
        )
        return
    _STAMP.write_text("", "utf-8")
