"""The training city on the wall's clock with everything that acts by itself, and real Chromium to look at it."""

import asyncio
import os
import uuid
from collections.abc import AsyncGenerator, Generator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect
from redis.asyncio import Redis

from spine.nudge import Nudges
from spine.private_services import Services
from spine.realm import open_realm
from tests.browser.people import People
from tests.city import City, Server, city_of, serving, settings_for
from tests.city_fixtures import city_template, city_url
from tests.notify.mail_server import MailServer, mail_server
from web.work import run_work

__all__ = ["city_template", "city_url"]

expect.set_options(timeout=45_000)  # software rendering of several maps at once on two cores
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing"]


@pytest.fixture
async def live_city(services: Services, city_url: str, tmp_path: Path) -> AsyncGenerator[City]:
    nudges = Nudges(Redis.from_url(services.redis_url), uuid.uuid4().hex)  # pyright: ignore[reportUnknownMemberType]
    opened = await open_realm(city_url, nudges=nudges, data_dir=tmp_path, most_connections=16)
    yield city_of(opened)
    await opened.close()


@pytest.fixture
def mails() -> Generator[MailServer]:
    """The city's mail server."""
    with mail_server() as running:
        yield running


@pytest.fixture
def assess_workers() -> int:
    """Processes that compute assessments; a file that is about them says one: each costs seconds of two cores to begin."""
    return 0


@pytest.fixture
async def live_server(live_city: City, mails: MailServer, assess_workers: int) -> AsyncGenerator[Server]:
    """The server with the work role beside it, as `up` runs them."""
    settings = replace(settings_for(live_city.realm, mails.url), assess_workers=assess_workers)
    async with serving(live_city) as running:
        working = asyncio.create_task(run_work(live_city.house, settings))
        yield running
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=os.environ.get("FENGSUI_CHROMIUM"), args=FLAGS)
        yield launched
        await launched.close()


@pytest.fixture
async def people(browser: Browser, live_server: Server) -> AsyncGenerator[People]:
    """Sign people in, each in a browser context of his own; a script error on any of their pages fails the test."""
    gathered = People(browser, live_server)
    yield gathered
    await gathered.leave()
    assert gathered.script_errors == []
