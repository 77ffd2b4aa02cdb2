"""Late is not live, failed is not empty: what the screens say while the server, its database, its Redis or its record is gone."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field
from typing import Literal
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, ViewportSize, async_playwright, expect

from spine.db import with_database
from spine.private_services import Services
from tests.browser.conftest import FLAGS
from tests.browser.empty_words import said_empty
from tests.browser.people import DESK, PHONE, shoot
from tests.city import PASSWORD
from tests.faults.platform import Platform, new_database
from tests.faults.servers import Servers, clone_database, copy_database

pytestmark = pytest.mark.asyncio(loop_scope="module")

Locale = Literal["zh", "en"]
TABS: dict[Locale, tuple[str, ...]] = {"zh": ("事件", "警情", "我的"), "en": ("Incidents", "Alerts", "Mine")}
SAID_WITHIN_MS = 25_000
"""20 s are promised (and proved on the follower's own clock in web/ui/test); the rest is the machine's."""


@pytest.fixture(scope="module")
def platform(services: Services, city_template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Platform]:
    """One serve process on a PostgreSQL and a Redis that a test may kill."""
    servers = Servers()
    try:
        servers.start()
        copy_database(with_database(services.database_url, city_template), servers.services, "tpl_screens")
        url = clone_database(servers.services, "tpl_screens", new_database())
        made = Platform(servers, url, tmp_path_factory.mktemp("data"), more={"FENGSUI_POLL_S": "0.3"})
        made.add(1, 0)
        yield made
        made.close()
    finally:
        servers.close()


@dataclass
class Screen:
    page: Page
    locale: Locale
    errors: list[str] = field(default_factory=list[str])

    @property
    def banner(self) -> Locator:
        return self.page.locator("[data-standing=no_line], [data-standing=no_record]").first

    @property
    def age(self) -> Locator:
        return self.banner.locator(".as-of")

    async def is_live(self) -> None:
        await expect(self.banner).to_be_hidden()
        await expect(self.page.get_by_role("status").filter(has_text=re.compile("实时|Live")).first).to_be_visible()

    async def never_says_none(self) -> None:
        """On every list of the queue, and everywhere around it."""
        for tab in TABS[self.locale]:
            await self.page.get_by_role("tab", name=re.compile(f"^{tab}")).click()
            assert await said_empty(self.page, self.locale) == []


@dataclass
class Room:
    platform: Platform
    zh: Screen
    en: Screen
    phone: Page

    async def desks(self) -> list[Screen]:
        """Both desks, once everything runs and is live, on an empty list of incidents that is known to be empty."""
        await self.platform.ensure()
        for desk in (self.zh, self.en):
            await desk.page.get_by_role("tab", name=re.compile(f"^{TABS[desk.locale][0]}")).click()
            await desk.is_live()
            assert await said_empty(desk.page, desk.locale) != [], "what is known to be empty says so"
        return [self.zh, self.en]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(platform: Platform) -> AsyncGenerator[Room]:
    """A desk in Chinese, one in English on a phone and a unit's phone, open over all of these tests: each must recover by itself."""
    await platform.ensure()
    errors: list[str] = []

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=os.environ.get("FENGSUI_CHROMIUM"), args=FLAGS)

        async def come(login: str, path: str, locale: Locale, size: ViewportSize = DESK) -> Page:
            context = await browser.new_context(viewport=size, timezone_id="Asia/Shanghai")
            await context.add_init_script(f"localStorage.setItem('fengsui.locale', '{locale}')")
            answer = await context.request.post(
                f"{platform.url}/api/session", data={"login": login, "password": PASSWORD}
            )
            assert answer.ok, await answer.text()
            page = await context.new_page()
            page.on("pageerror", lambda error: errors.append(f"{login}: {error}"))
            await page.goto(platform.url + path)
            return page

        zh = Screen(await come("duty1", "/", "zh"), "zh")
        en = Screen(await come("duty2", "/", "en", PHONE), "en")
        yield Room(platform, zh, en, await come("field-mengding", "/field", "zh", PHONE))
        await browser.close()
    assert errors == []


async def calls_named(platform: Platform, text: str) -> int:
    rows = await platform.query("SELECT count(*) FROM incidents.call WHERE text LIKE %s", f"%{text}%")
    return int(rows[0][0])


async def enter_call(desk: Screen, text: str) -> None:
    await desk.page.keyboard.press("/")
    await desk.page.get_by_role("textbox", name=re.compile("命令栏|Command bar")).fill(text)
    await desk.page.keyboard.press("Enter")


async def test_a_server_that_is_gone(room: Room) -> None:
    """Killed, and stopped without a word: the desk says which is lost, as of when, and keeps the call that is on the telephone."""
    zh, en = await room.desks()
    [serve] = room.platform.serves

    await serve.kill()
    for desk in (zh, en):
        await expect(desk.banner).to_have_attribute("data-standing", "no_line", timeout=SAID_WITHIN_MS)
        await expect(desk.age).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
        await desk.never_says_none()
    await shoot(zh.page, "stale_server_zh")
    serve.launch()
    await serve.ready()
    for desk in (zh, en):
        await desk.is_live()

    # Stopped: its connections stay open and say nothing. A call comes in meanwhile.
    assert serve.process is not None
    serve.process.send_signal(signal.SIGSTOP)
    try:
        for desk in (zh, en):
            await expect(desk.banner).to_have_attribute("data-standing", "no_line", timeout=SAID_WITHIN_MS)
            await desk.never_says_none()
        await enter_call(zh, "/报 勐撒镇 滑坡 埋压3人")
        await expect(zh.page.get_by_text("1 个来电未送达").first).to_be_visible()
        await expect(zh.page.get_by_text("来电已登记")).to_be_hidden()
        await shoot(en.page, "stale_server_en")
    finally:
        serve.process.send_signal(signal.SIGCONT)
    await expect(zh.page.get_by_text("1 个来电未送达")).to_be_hidden()
    for desk in (zh, en):
        await desk.is_live()
        await desk.page.get_by_role("tab", name=re.compile(f"^{TABS[desk.locale][1]}")).click()
        await expect(desk.page.get_by_role("button", name=re.compile("勐撒镇 滑坡")).first).to_be_visible()
    assert await calls_named(room.platform, "勐撒镇 滑坡") == 1


async def test_a_database_that_is_gone(room: Room) -> None:
    """The server says at once that it cannot read; what was known stays, with its age; intake is kept and is not called registered."""
    zh, en = await room.desks()
    servers = room.platform.servers
    await expect(room.phone.get_by_text("已连指挥中心")).to_be_visible()

    servers.kill_postgres()
    for desk in (zh, en):
        await expect(desk.banner).to_have_attribute("data-standing", "no_record", timeout=15_000)
        before = await desk.age.inner_text()
        await expect(desk.age).not_to_have_text(before)  # it ticks
        await desk.never_says_none()
        assert await desk.page.locator(".count.old").count() > 0
    await shoot(zh.page, "stale_database_zh")
    await shoot(en.page, "stale_database_en")

    # A call is kept at the centre and is not shown as registered.
    await enter_call(zh, "/报 孟定 糖厂 锅炉 异响")
    await expect(zh.page.get_by_text("1 个来电中心已收存，待入库").first).to_be_visible()
    await expect(zh.page.get_by_text("来电已登记")).to_be_hidden()
    await shoot(zh.page, "call_spooled_zh")

    # So is what a crew does; it still counts as pending.
    await room.phone.get_by_role("button", name=re.compile("我的状态")).first.click()
    await room.phone.get_by_role("dialog").get_by_role("button", name="停用").click()
    await expect(room.phone.get_by_text("1 条中心已收存，待入库").first).to_be_visible()
    await expect(room.phone.get_by_text("中心数据库中断")).to_be_visible()
    await shoot(room.phone, "field_spooled_zh")

    await servers.start_postgres()
    for desk in (zh, en):
        await desk.is_live()
    await expect(zh.page.get_by_text("个来电中心已收存")).to_be_hidden()
    await expect(room.phone.get_by_text("条中心已收存")).to_be_hidden()
    await expect(room.phone.get_by_text("指挥中心已收").first).to_be_visible()
    for desk in (zh, en):
        await desk.page.get_by_role("tab", name=re.compile(f"^{TABS[desk.locale][1]}")).click()
        await expect(desk.page.get_by_role("button", name=re.compile("孟定 糖厂 锅炉 异响")).first).to_be_visible()
    assert await calls_named(room.platform, "孟定 糖厂 锅炉 异响") == 1


async def test_a_redis_that_is_gone_changes_nothing(room: Room) -> None:
    zh, en = await room.desks()
    room.platform.servers.kill_redis()
    try:
        await enter_call(zh, "/报 耿马 贺派乡 山火")
        await en.page.get_by_role("tab", name=re.compile("^Alerts")).click()
        await expect(en.page.get_by_role("button", name=re.compile("贺派乡 山火")).first).to_be_visible()
        for desk in (zh, en):
            await desk.is_live()
    finally:
        room.platform.servers.start_redis()


async def test_another_epoch(room: Room) -> None:
    """After a restore the record is another one: the desks fetch anew by themselves, and are never empty in between."""
    zh, en = await room.desks()
    await enter_call(zh, "/报 沧源 班洪乡 泥石流")
    seen: dict[Locale, Locator] = {}
    for desk in (zh, en):
        await desk.page.get_by_role("tab", name=re.compile(f"^{TABS[desk.locale][1]}")).click()
        seen[desk.locale] = desk.page.get_by_role("button", name=re.compile("班洪乡 泥石流")).first
        await expect(seen[desk.locale]).to_be_visible()
        # From now on the page itself writes down whether the call was ever gone, and how often the picture was fetched.
        await desk.page.evaluate(
            """() => { window.gone = 0; new MutationObserver(() => {
                 if (!document.querySelector('.queue').innerText.includes('班洪乡 泥石流')) window.gone += 1
               }).observe(document.querySelector('.queue'), { childList: true, subtree: true, characterData: true }) }"""
        )

    fetched = [
        asyncio.ensure_future(
            desk.page.context.wait_for_event("response", lambda answer: "/api/picture/board" in answer.url)
        )
        for desk in (zh, en)
    ]
    await asyncio.sleep(0)  # both listen before the record is exchanged
    await room.platform.query("UPDATE spine.realm SET epoch = %s", uuid4())
    for answer in fetched:
        assert (await answer).ok
    for desk in (zh, en):
        await desk.is_live()
        await expect(seen[desk.locale]).to_be_visible()
        assert await desk.page.evaluate("window.gone") == 0
    # What comes after it arrives.
    await enter_call(en, "/call Menglai 滚石砸车")
    await expect(zh.page.get_by_role("button", name=re.compile("滚石砸车")).first).to_be_visible()
