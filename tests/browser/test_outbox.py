"""The field app's outbox on a phone that is killed, copied and opened twice: what was tapped is delivered, once."""

import json
import os
import re
import shutil
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from command.organisation.book import unit_id
from spine.db import snapshot
from spine.record import read_since
from tests.browser.conftest import FLAGS
from tests.browser.people import PHONE
from tests.city import PASSWORD, Server

UNIT = unit_id("frb-mengding")
Opened = Callable[[Path], Awaitable[BrowserContext]]


@pytest.fixture
async def phone_of() -> AsyncGenerator[Opened]:
    """Switch on a phone whose storage is this directory. What is still on at the end is switched off."""
    async with async_playwright() as playwright:
        opened: list[BrowserContext] = []

        async def switch_on(storage: Path) -> BrowserContext:
            phone = await playwright.chromium.launch_persistent_context(
                storage,
                executable_path=os.environ.get("FENGSUI_CHROMIUM"),
                args=FLAGS,
                viewport=PHONE,
                timezone_id="Asia/Shanghai",
            )
            opened.append(phone)
            return phone

        yield switch_on
        for phone in opened:
            await phone.close()


def kill(storage: Path) -> None:
    """SIGKILL to the browser that holds this storage, as when the battery falls out. Raises AssertionError when none does."""
    killed = 0
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        main = not any(argument.startswith(b"--type=") for argument in arguments)
        if main and f"--user-data-dir={storage}".encode() in arguments:
            os.kill(int(entry.name), signal.SIGKILL)
            killed += 1
    assert killed == 1


async def open_app(phone: BrowserContext, server: Server) -> Page:
    page = phone.pages[0] if phone.pages and phone.pages[0].url == "about:blank" else await phone.new_page()
    await page.goto(f"{server.url}/field")
    return page


async def say_status(page: Page, status: str) -> None:
    await page.get_by_role("button", name="我的状态").first.click()
    await page.get_by_role("dialog").get_by_role("button", name=status).click()


async def shows_pending(page: Page, count: int) -> None:
    await expect(page.get_by_text(re.compile(rf"^▲ {count} 条待发送"))).to_be_visible()


async def recorded(server: Server) -> list[str]:
    """What the unit's stream holds, in order."""
    async with snapshot(server.city.realm.pool) as conn:
        facts = await read_since(conn, f"unit:{UNIT}", 0, 100)
    return [str(json.loads(fact.body)["data"]["status"]) for fact in facts]


@pytest.mark.timeout(180)
async def test_a_killed_phone_delivers_once(phone_of: Opened, live_server: Server, tmp_path: Path) -> None:
    storage, copied = tmp_path / "phone", tmp_path / "copy"
    phone = await phone_of(storage)
    answer = await phone.request.post(
        f"{live_server.url}/api/session", data={"login": "field-mengding", "password": PASSWORD}
    )
    assert answer.ok, await answer.text()
    page = await open_app(phone, live_server)
    await expect(page.get_by_text("已连指挥中心")).to_be_visible()
    # The app is stored on the phone, as on one that has been opened before.
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.reload()
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    await expect(page.get_by_text("已连指挥中心")).to_be_visible()
    # The session is on disk before the power goes, not merely in the browser's memory: the cookie store is lazy.
    cookies = await phone.cookies()

    await phone.set_offline(True)
    await say_status(page, "停用")
    await shows_pending(page, 1)
    # A second tab of the same phone has the same outbox, and each hears of the other.
    other = await open_app(phone, live_server)
    await shows_pending(other, 1)
    await say_status(other, "待命")
    await shows_pending(other, 2)
    await shows_pending(page, 2)
    kill(storage)

    # Somebody copies what is left of the phone: now two devices hold the same outbox and the same session.
    shutil.copytree(storage, copied, symlinks=True, ignore=shutil.ignore_patterns("Singleton*"))
    for lock in storage.glob("Singleton*"):
        lock.unlink()
    phones = [await phone_of(storage), await phone_of(copied)]
    pages: list[Page] = []
    for again in phones:
        await again.add_cookies([{**cookie} for cookie in cookies])  # pyright: ignore[reportArgumentType]
        await again.set_offline(True)
        opened = await open_app(again, live_server)
        await shows_pending(opened, 2)
        pages.append(opened)
    assert await recorded(live_server) == []

    for again in phones:
        await again.set_offline(False)
    for opened in pages:
        await expect(opened.get_by_text("指挥中心已收")).to_have_count(2)
        await expect(opened.get_by_text("条待发送")).to_be_hidden()
    assert await recorded(live_server) == ["out_of_service", "available"]
