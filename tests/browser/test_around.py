"""Around a place, on real screens: who is near, a road closed on one desk is closed on another, and who lives inside is said."""

import re

import pytest
from playwright.async_api import Page, expect

from gis.exposure.load import seed_exposure
from spine.db import owner_connection
from tests.browser.people import People
from tests.city import Server

MENGDING = {"lon": 99.0817, "lat": 23.5568}


async def incident(server: Server) -> None:
    data = {
        "title": "糖厂锅炉爆炸",
        "class_key": "nd.flood.flash",
        "place": "孟定镇",
        "point": MENGDING,
        "area_code": "530926103",
    }
    await server.city.carry_out("duty1", "incident.open", data)


async def open_around(page: Page) -> None:
    await expect(page.get_by_role("heading", name="糖厂锅炉爆炸")).to_be_visible()
    await page.get_by_role("button", name=re.compile("◎ 周边")).click()


@pytest.mark.timeout(400)
async def test_a_road_closed_on_one_desk_is_closed_on_the_other(
    people: People, live_server: Server, city_url: str
) -> None:
    async with owner_connection(city_url) as conn:
        await seed_exposure(conn, points=4000, seed=5309)
        await conn.commit()
    await incident(live_server)
    first, second = await people.come("duty1"), await people.come("duty2")
    for page in (first, second):
        await open_around(page)
    rows = second.locator(".around .row")
    await expect(rows.first).to_contain_text("分钟")
    await rows.nth(2).click()
    await expect(second.locator(".around .steps li").last).to_have_text("到达")

    # An area by its corners: the cordon that lets rescue pass.
    await first.get_by_role("tab", name="道路封闭").click()
    await first.get_by_role("button", name="封闭区域").click()
    await expect(first.locator(".map")).to_have_attribute("data-ready", "true")
    box = await first.locator(".map canvas").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for across, down in ((-60, -60), (60, -60), (60, 60), (-60, 60)):
        await first.mouse.click(middle[0] + across, middle[1] + down)
    await first.get_by_label("原因").fill("警戒区")
    await first.get_by_role("button", name="封闭", exact=True).click()
    await second.get_by_role("tab", name="道路封闭").click()
    await expect(second.get_by_text("警戒区").first).to_be_visible()
    await expect(second.get_by_text("社会车辆禁行，救援车辆可通行").first).to_be_visible()

    # Lifted on the other desk, it is gone from the first; the reason must be given.
    await second.get_by_role("button", name="解除封闭").click()
    await expect(second.locator(".lift button")).to_be_disabled()
    await second.get_by_label("解除原因").fill("处置完毕")
    await second.locator(".lift button").click()
    await expect(first.get_by_text("没有封闭的道路。")).to_be_visible()

    # People inside a circle, by township, marked synthetic.
    await first.get_by_role("tab", name="影响人口").click()
    await expect(first.get_by_text("合成人口数据，仅供训练")).to_be_visible()
    await expect(first.locator(".around tbody tr").first).to_contain_text("孟定镇")


@pytest.mark.timeout(300)
async def test_people_that_nobody_has_counted_are_unknown(people: People, live_server: Server) -> None:
    await incident(live_server)
    page = await people.come("duty1")
    await open_around(page)
    await page.get_by_role("tab", name="影响人口").click()
    await expect(page.locator(".sums dd").first).to_have_text("未知")
