"""Places on real screens: find and identify, paste a message, be asked about a doubtful point, see a fence crossed, replay tracks."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from spine.clock import iso
from tests.browser.people import PHONE, People, shoot
from tests.city import Server

SQUARE = {"type": "Polygon", "coordinates": [[[99.0, 23.5], [99.1, 23.5], [99.1, 23.6], [99.0, 23.6], [99.0, 23.5]]]}


async def _ready(page: Page) -> None:
    await expect(page.locator('.map[data-ready="true"]').first).to_be_visible()


async def _find(page: Page, text: str) -> None:
    box = page.get_by_role("combobox", name=re.compile("^(查找|Find)$"))
    await box.fill(text)


@pytest.mark.timeout(300)
async def test_find_identify_and_paste(people: People, live_server: Server) -> None:
    page = await people.come("duty1")
    await _ready(page)
    await page.keyboard.press("l")
    await page.keyboard.type("mengding")
    first = page.locator("#found-places [role=option]").first
    await expect(first).to_contain_text("孟定镇")
    await shoot(page, "places-search-zh")
    await page.keyboard.press("Enter")
    card = page.get_by_role("region", name="此处")
    await expect(card).to_contain_text("耿马县孟定镇")
    await expect(card).to_contain_text("530926103")
    await card.get_by_role("combobox").select_option("GK3")
    await expect(card.locator("output")).to_contain_text("Y=33")
    await shoot(page, "places-identify-zh")
    await card.get_by_role("combobox").select_option("WGS84")
    await card.get_by_role("button", name="以此处接报").click()
    await expect(page.get_by_label("说了什么")).to_have_value(re.compile("^GPS 99"))
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("说了什么")).to_have_count(0)

    # A whole message of a map service: its point, in its system.
    await page.keyboard.press("n")
    message = "【高德地图】孟定糖厂锅炉爆炸伤2人 https://uri.amap.com/marker?position=98.93,23.47&name=糖厂"
    await page.get_by_label("说了什么").fill(message)
    await expect(page.get_by_text("由 GCJ02 换算")).to_be_visible()
    # Exchanged order is asked, and taken only when somebody says so.
    await page.get_by_label("说了什么").fill("出事地点 北纬98.93000 东经23.47000 快来")
    asked = page.get_by_role("alert").filter(has_text="写反")
    await expect(asked).to_be_visible()
    await shoot(page, "places-doubt-zh")
    await asked.get_by_role("button", name=re.compile("改为")).click()
    await expect(page.get_by_text("23.4700N 98.9300E")).to_be_visible()
    # What somebody chose is not filled over by more words.
    await page.get_by_label("说了什么").fill("出事地点 北纬98.93000 东经23.47000 快来，GPS 99.20000,23.60000")
    await expect(page.get_by_text("23.4700N 98.9300E")).to_be_visible()
    await page.get_by_label("说了什么").press("Escape")
    await expect(page.get_by_label("说了什么")).to_have_count(0)
    await page.keyboard.press("n")
    # Far outside the city: asked, and kept when it is right.
    await page.get_by_label("说了什么").fill("GPS 102.71234,25.04321 有人落水")
    outside = page.get_by_role("alert").filter(has_text="以外")
    await expect(outside).to_be_visible()
    await outside.get_by_role("button", name="无误，保留").click()
    await expect(outside).to_be_hidden()


@pytest.mark.timeout(300)
async def test_a_fence_is_crossed_and_the_track_replayed(people: People, live_server: Server) -> None:
    city = live_server.city
    unit = next(iter((await city.person("field-mengding")).units()))
    await city.carry_out("duty1", "fence.draw", {"name": "糖厂警戒区", "purpose": "cordon", "geometry": SQUARE})
    page = await people.come("duty1")
    await _ready(page)
    now = city.realm.clock.now()
    async with live_server.sign_in("field-mengding") as field:
        for minutes, lon in ((30, 99.2), (29, 99.17), (28, 99.14), (27, 99.12)):
            at = iso(now - timedelta(minutes=minutes))
            sent = {"positions": [{"unit_id": unit, "lon": lon, "lat": 23.55, "accuracy_m": 6.0, "at": at}]}
            assert (await field.post("/api/positions", json=sent)).status_code == 200
        for seconds, lon in ((8, 99.06), (1, 99.05)):
            at = iso(city.realm.clock.now() - timedelta(seconds=seconds))
            sent = {"positions": [{"unit_id": unit, "lon": lon, "lat": 23.55, "accuracy_m": 6.0, "at": at}]}
            assert (await field.post("/api/positions", json=sent)).status_code == 200
    await expect(page.get_by_text(re.compile("(进入|在)“糖厂警戒区”")).first).to_be_visible()
    await page.get_by_role("button", name="回放轨迹").click()
    replay = page.get_by_role("region", name="轨迹回放")
    await expect(replay).to_contain_text("1 支力量有轨迹")
    await replay.get_by_role("slider").press("End")
    await expect(replay).to_contain_text("回放：")
    await shoot(page, "places-replay-zh")
    await replay.get_by_role("button", name="回到实时").click()
    await expect(replay).to_be_hidden()


@pytest.mark.timeout(300)
async def test_on_a_telephone_in_english(people: People, live_server: Server) -> None:
    page = await people.come("duty1", size=PHONE, locale="en-US")
    await page.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await page.reload()
    await page.get_by_role("button", name="Map").click()
    await _ready(page)
    await _find(page, "98.93N 23.47E")
    await expect(page.get_by_text("Did you mean")).to_be_visible()
    await shoot(page, "places-doubt-phone-en")
    await page.get_by_role("button", name=re.compile("Use longitude")).click()
    card = page.get_by_role("region", name="Here")
    await expect(card).to_contain_text("Cangyuan County")
    await shoot(page, "places-identify-phone-en")
