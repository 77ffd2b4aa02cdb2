"""People in front of real screens."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize

from tests.city import PASSWORD, Server

DESK: ViewportSize = {"width": 1920, "height": 1080}
PHONE: ViewportSize = {"width": 390, "height": 844}
SHOTS = Path(__file__).parents[1] / "shots"
KEEP_SHOTS = bool(os.environ.get("FENGSUI_SHOTS"))


@dataclass
class People:
    browser: Browser
    server: Server
    contexts: list[BrowserContext] = field(default_factory=list[BrowserContext])
    script_errors: list[str] = field(default_factory=list[str])

    async def come(
        self,
        login: str,
        path: str = "/",
        *,
        size: ViewportSize = DESK,
        locale: Literal["zh-CN", "en-US"] = "zh-CN",
        url: str | None = None,
    ) -> Page:
        """Sign in and open a screen. `url`: another server than the live one (an exercise)."""
        base = url or self.server.url
        context = await self.browser.new_context(
            viewport=size,
            locale=locale,
            timezone_id="Asia/Shanghai",
            geolocation={"longitude": 99.0817, "latitude": 23.5568, "accuracy": 12},
            permissions=["geolocation"],
        )
        context.set_default_timeout(60_000)
        self.contexts.append(context)
        answer = await context.request.post(f"{base}/api/session", data={"login": login, "password": PASSWORD})
        assert answer.ok, await answer.text()
        if not KEEP_SHOTS:  # every point is drawn by the processor here: a quarter of them is a fifth of a test's time
            await context.add_init_script("localStorage.setItem('fengsui.map.sharpness', 'coarse')")
        page = await context.new_page()
        page.on("pageerror", lambda error: self.script_errors.append(f"{login} {path}: {error}"))
        await page.goto(base + path)
        return page

    async def leave(self) -> None:
        for context in self.contexts:
            await context.close()


async def shoot(page: Page, name: str) -> None:
    """Keep a picture of the screen for a person to look at, when FENGSUI_SHOTS is set."""
    if KEEP_SHOTS:
        SHOTS.mkdir(exist_ok=True)
        await page.screenshot(path=SHOTS / f"{name}.png")
