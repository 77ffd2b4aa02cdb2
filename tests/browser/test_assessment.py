"""What a model says of an incident, on real screens: it comes by itself, is corrected, compared with what would be, and never taken for observed."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from gis.exposure.load import seed_exposure
from spine.db import owner_connection
from tests.browser.map_in_page import layers_drawn
from tests.browser.people import PHONE, People, shoot
from tests.city import City, Server

CENTRE = {"lon": 99.2, "lat": 23.3}
TITLE = "沧源6.3级地震"
SOON = 120_000
"""The first answer waits for a process to import its models, on a machine that does much else."""


@pytest.fixture
def assess_workers() -> int:
    return 1


async def open_quake(city: City, magnitude: float = 6.3) -> str:
    opened: dict[str, Any] = {"title": TITLE, "class_key": "nd.quake", "place": "沧源县班洪乡", "point": CENTRE}
    key = str((await city.carry_out("duty1", "incident.open", opened)).result["incident_id"])
    figure = {
        "incident_id": key,
        "metric": "magnitude",
        "value": magnitude,
        "source": "中国地震台网",
        "observed_at": city.realm.clock.now().isoformat(),
    }
    await city.carry_out("duty1", "incident.figure", figure, f"incident:{key}")
    return key


async def assessment_of(page: Page) -> Locator:
    await page.get_by_role("tab", name=re.compile("^(研判|Assessment)")).click()
    return page.locator("section.assessed.top")


def version(page: Page) -> Locator:
    return page.locator("[data-no]")


async def drawn(page: Page) -> None:
    """The footprints are on the map of this screen, not only in its legend."""
    await expect(page.locator(".map[data-ready='true']")).to_be_visible(timeout=SOON)
    async with asyncio.timeout(SOON / 1000):
        while "assessment" not in await layers_drawn(page):  # noqa: ASYNC110  a map tells nobody what it has drawn
            await asyncio.sleep(0.3)


async def show(page: Page, what: str) -> None:
    await page.locator(what).first.scroll_into_view_if_needed()


@pytest.mark.timeout(900)
async def test_an_estimate_comes_by_itself_and_follows_what_people_say(
    people: People, live_server: Server, city_url: str
) -> None:
    city = live_server.city
    async with owner_connection(city_url) as conn:
        await seed_exposure(conn, points=20_000, seed=5309)
        await conn.commit()
    page = await people.come("duty1")
    key = await open_quake(city)

    # Nobody pressed anything: words, five bands, each grade, the interval, the largest error, and that it is an estimate.
    await page.goto(f"{live_server.url}/?incident={key}")
    top = await assessment_of(page)
    await expect(top).to_be_visible(timeout=SOON)
    await expect(page.locator("[data-input='ms']")).to_contain_text("6.3", timeout=SOON)
    await expect(top).to_contain_text("模型估计，不是上报数字")
    await expect(top).to_contain_text("最可能：")
    await expect(top).to_contain_text("80% 区间")
    await expect(top).to_contain_text("误差最大来自：")
    await expect(page.locator("[data-band]")).to_have_count(5)
    await expect(page.locator("[data-grade]")).to_have_count(5)
    shares = await page.locator("[data-band] .share").all_inner_texts()
    assert all(re.fullmatch(r"<1%|>99%|\d{1,2}%", share) for share in shares), shares
    await expect(page.locator(".map-side").get_by_text(re.compile("模型估计，非实测"))).to_be_visible(timeout=SOON)
    await shoot(page, "assessment_desk")

    # As counts, by keyboard; a zone of the panel is pointed at on the map.
    await page.keyboard.press("%")
    await expect(page.locator("[data-band='10-99'] .share")).to_contain_text("次")
    await page.keyboard.press("%")
    zone = page.locator("button[data-zone]").first
    await zone.click()
    await expect(zone).to_have_attribute("aria-pressed", "true")
    await shoot(page, "assessment_zones")
    await zone.click()

    # Corrected, with a reason: a new version that says what changed and why, under the person's name.
    before = int(await version(page).get_attribute("data-no") or 0)
    await page.get_by_role("button", name="订正震级").click()
    await page.get_by_role("textbox", name="震级").last.fill("12")
    await expect(page.get_by_role("button", name="订正并重新研判")).to_be_disabled()
    await page.get_by_role("textbox", name="震级").last.fill("6.8")
    await page.get_by_role("textbox", name="理由").fill("台网正式测定")
    await shoot(page, "assessment_correct")
    await page.get_by_role("button", name="订正并重新研判").click()
    await expect(page.locator("[data-input='ms']")).to_contain_text("6.8", timeout=SOON)
    await expect(page.locator("[data-input='ms']")).to_contain_text("人工订正")
    await expect(page.locator("[data-input='ms']")).to_contain_text("台网正式测定")
    await page.get_by_text("历次研判和变化").click()
    newest = page.locator("[data-version]").first
    await expect(newest).to_contain_text("震级：", timeout=SOON)
    await expect(newest).to_contain_text("6.8")
    await expect(newest).to_contain_text("起因：人工修正")
    assert int(await version(page).get_attribute("data-no") or 0) > before
    await show(page, "[data-version]")
    await shoot(page, "assessment_versions")

    # Asked on the phone and typed right there.
    ask = page.locator("form[data-ask]").filter(has=page.get_by_role("textbox")).first
    name = await ask.get_attribute("data-ask")
    await ask.get_by_role("textbox").fill("45")
    await ask.get_by_role("textbox").press("Enter")
    await expect(page.locator(f"[data-input='{name}']")).to_contain_text("45", timeout=SOON)
    await expect(page.locator(f"form[data-ask='{name}']")).to_have_count(0)

    await what_would_be(page)
    await taken_out(page)
    await read_elsewhere(people, live_server, key)


async def what_would_be(page: Page) -> None:
    """Side by side and marked; adopted in two steps with a reason, or dropped."""
    await page.keyboard.press("w")
    form = page.get_by_role("form", name="推演")
    await form.get_by_role("button", name="如果震级小 0.3").click()
    await shoot(page, "assessment_what_if_form")
    await form.get_by_role("button", name=re.compile("^试算")).click()
    table = page.get_by_role("region", name="实况与推演对照")
    column = table.get_by_role("columnheader", name=re.compile("假设①"))
    await expect(column).to_contain_text("如果震级小 0.3")
    await expect(table).not_to_contain_text("计算中", timeout=SOON)
    await expect(page.locator("[data-input='ms']")).to_contain_text("6.8")  # what is so stays what is so
    await expect(page.locator(".map-side").get_by_text("点线为假设")).to_be_visible(timeout=SOON)
    await table.scroll_into_view_if_needed()
    await shoot(page, "assessment_what_if")

    await page.keyboard.press("w")
    await form.get_by_role("combobox").first.select_option(label="震源深度")
    await form.get_by_role("textbox", name=re.compile("震源深度改为")).fill("20")
    await form.get_by_role("button", name=re.compile("^试算")).click()
    await expect(table.get_by_role("columnheader", name=re.compile("假设②"))).to_contain_text("如果震源深度 20 公里")
    await table.get_by_role("button", name="撤销").last.click()
    await expect(table.get_by_role("columnheader", name=re.compile("假设②"))).to_have_count(0)

    await table.get_by_role("button", name="采用…").click()
    await page.get_by_role("textbox", name=re.compile("采用“如果震级小 0.3”的理由")).fill("复核测定")
    await page.get_by_role("button", name="采用", exact=True).click()
    await expect(page.get_by_text("将写入实况，成为正式研判的新版本")).to_be_visible()
    await shoot(page, "assessment_adopt")
    await page.get_by_role("button", name="确认采用").click()
    await expect(page.locator("[data-input='ms']")).to_contain_text("6.5", timeout=SOON)
    await expect(page.locator("[data-input='ms']")).to_contain_text("复核测定")
    await expect(table).to_have_count(0)


async def taken_out(page: Page) -> None:
    """A facility that does not count: out with a reason, listed as out, and back again."""
    lists = page.locator("section", has=page.get_by_text("重点设施和村庄", exact=True))
    opened = lists.locator("details")
    for n in range(await opened.count()):
        await opened.nth(n).evaluate("(one) => { one.open = true }")
    first = lists.get_by_role("button", name=re.compile("^剔除")).first
    name = (await first.get_attribute("aria-label") or "").removeprefix("剔除")
    # By its name: a new version may put another one first meanwhile.
    await lists.get_by_role("button", name=f"剔除{name}", exact=True).click()
    await page.get_by_role("textbox", name=re.compile("剔除“.*”")).fill("水库已放空")
    await page.get_by_role("button", name="剔除并重新研判").click()
    out = page.get_by_text(re.compile(f"已剔除 {re.escape(name)}.*水库已放空"))
    await expect(out).to_be_visible(timeout=SOON)
    await expect(lists.get_by_role("button", name=f"剔除{name}", exact=True)).to_have_count(0, timeout=SOON)
    await shoot(page, "assessment_taken_out")
    await page.get_by_role("button", name="恢复", exact=True).click()
    await expect(out).to_have_count(0, timeout=SOON)


async def read_elsewhere(people: People, server: Server, key: str) -> None:
    """The same words in English, on a phone, in the briefing, on paper and on the wall."""
    for theme in ("dark", "light"):
        page = await people.come("leader1", f"/briefing/{key}", locale="en-US")
        await page.evaluate(
            f"localStorage.setItem('fengsui.locale', 'en'); localStorage.setItem('fengsui.theme', '{theme}')"
        )
        await page.reload()
        section = page.locator("[data-section='assessment']")
        await expect(section).to_contain_text("Most likely:", timeout=SOON)
        await expect(section.locator("[data-band]")).to_have_count(5)
        await expect(section).to_contain_text("Largest source of error")
        await expect(page.locator(".briefing .map .map[data-ready='true']")).to_be_visible()
        await asyncio.wait_for(page.wait_for_load_state("networkidle"), 60)
        await shoot(page, f"assessment_briefing_{theme}")
    phone = await people.come("duty1", f"/briefing/{key}", size=PHONE)
    await expect(phone.locator("[data-section='assessment']")).to_contain_text("最可能：", timeout=SOON)
    assert await phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "wider than the phone"
    await phone.locator("[data-section='assessment']").scroll_into_view_if_needed()
    await shoot(phone, "assessment_phone_briefing")
    wall = await people.come("leader1", "/wall")
    await expect(wall.get_by_text(re.compile("≈ 研判：.*%.*建议"))).to_be_visible(timeout=SOON)
    await drawn(wall)
    await shoot(wall, "assessment_wall")


@pytest.mark.timeout(600)
async def test_what_could_not_be_assessed_says_so_and_why(people: People, live_server: Server) -> None:
    city = live_server.city
    opened: dict[str, Any] = {"title": "某地地震", "class_key": "nd.quake", "place": "不详"}
    key = str((await city.carry_out("duty1", "incident.open", opened)).result["incident_id"])
    page = await people.come("duty1", f"/?incident={key}")
    await page.get_by_role("tab", name=re.compile("^研判")).click()
    told = page.locator(".absent")
    await expect(told).to_contain_text("不知道事件发生在哪里", timeout=SOON)
    await expect(page.locator("[data-band]")).to_have_count(0)
    await shoot(page, "assessment_absent")

    # A newer one that fails leaves the older one standing, and says that it is only that.
    known = await open_quake(city)
    failing: dict[str, Any] = {
        "code": "model_failed", "zh": "评估模型运行出错。", "en": "The model failed.", "asks": [], "id": "x", "no": 9,
        "model": {"id": "earthquake", "version": "1"}, "caused_by": {}, "at": "2026-03-01T02:20:00.000000Z",
    }  # fmt: skip

    async def fail(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        live = body["picture"].get("assessments", {}).get("live")
        if live:
            live["refusal"] = failing
        await route.fulfill(response=answer, json=body)

    await page.goto(f"{live_server.url}/?incident={known}")
    await expect(await assessment_of(page)).to_be_visible(timeout=SOON)
    await page.context.route(re.compile("/api/picture/incident"), fail)
    await page.reload()
    await page.get_by_role("tab", name=re.compile("^研判")).click()
    await expect(page.get_by_role("alert").filter(has_text="新研判没有做出来")).to_contain_text("评估模型运行出错")
    await expect(page.locator(".estimate")).to_contain_text("未知")  # nobody is loaded here: no number is made up
    await expect(page.locator("[data-band]")).to_have_count(0)
    await shoot(page, "assessment_refused")

    # Geometries that cannot be read are not taken for "nothing there".
    await page.context.route(re.compile("/api/assessments/"), lambda route: route.abort())
    await page.reload()
    await expect(page.locator(".map-side").get_by_text("研判范围读取失败")).to_be_visible(timeout=SOON)
    wall = await people.come("leader1", "/wall")
    await drawn(wall)
    await shoot(wall, "assessment_wall_unknown")
