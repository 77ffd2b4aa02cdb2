"""Who is there soonest: the forces of an incident and the lists for dispatch go by time on the road, and say so where there is none."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import PHONE, People, shoot
from tests.browser.test_around import incident
from tests.city import Server

TITLE = "糖厂锅炉爆炸"
CORDON = {
    "type": "Polygon",
    "coordinates": [[[99.06, 23.54], [99.10, 23.54], [99.10, 23.58], [99.06, 23.58], [99.06, 23.54]]],
}


async def forces(page: Page, title: str = TITLE, tab: str = "力量") -> None:
    await expect(page.get_by_role("heading", name=title)).to_be_visible()
    await page.get_by_role("tab", name=re.compile(tab)).click()


async def minutes(page: Page, word: str) -> list[int]:
    cells = await page.locator("td.n b").all_text_contents()
    return [int(found[1]) for cell in cells if (found := re.match(rf"(\d+) {word}", cell))]


@pytest.mark.timeout(300)
async def test_forces_and_orders_go_by_time_on_the_road(people: People, live_server: Server) -> None:
    await incident(live_server)
    page = await people.come("duty1")
    await forces(page)
    await expect(page.locator("td.n b").first).to_contain_text("分钟")
    listed = await minutes(page, "分钟")
    assert listed == sorted(listed)
    assert len(listed) >= 3
    await expect(page.get_by_text("按道路行车时间")).to_be_visible()
    await shoot(page, "forces-zh")

    # An order's list of units says the same, soonest first.
    await page.get_by_role("tab", name=re.compile("任务")).click()
    await page.get_by_role("button", name=re.compile("下达任务")).first.click()
    select = page.locator("form select").first
    await select.select_option("FRB")
    units = page.locator("form select").nth(1)
    await expect(units.locator("option").nth(1)).to_contain_text("分钟")
    times = [
        int(found[1])
        for text in await units.locator("option").all_text_contents()
        if (found := re.search(r"(\d+) 分钟", text))
    ]
    assert times == sorted(times)
    await shoot(page, "forces-order-zh")

    # Everything around it closed: no time is pretended, on a telephone and in English too.
    await live_server.city.carry_out("duty1", "road.close", {"bars": "all", "reason": "警戒区", "area": CORDON})
    await forces(page)
    await expect(page.get_by_text("不通车：位于封闭范围内").first).to_be_visible()
    assert await minutes(page, "分钟") == []
    await expect(page.locator("td.n b").first).to_contain_text("直线")
    await shoot(page, "forces-closed-zh")
    phone = await people.come("duty1", size=PHONE, locale="en-US")
    await phone.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await phone.goto(page.url)
    await phone.get_by_role("navigation").get_by_role("button", name="Detail").click()
    await phone.get_by_role("tab", name="Forces").click()
    await expect(phone.get_by_text("no way through: inside what is closed").first).to_be_visible()
    await shoot(phone, "forces-closed-phone-en")
    wide = await people.come("duty1", locale="en-US")
    await wide.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await live_server.city.carry_out(
        "duty1", "road.open", {"closure_id": await standing(live_server), "reason": "解除"}
    )
    await wide.goto(page.url)
    await wide.get_by_role("tab", name="Forces").click()
    await expect(wide.locator("td.n b").first).to_contain_text("min")
    await shoot(wide, "forces-en")


async def standing(server: Server) -> str:
    async with server.sign_in("duty1") as client:
        return str((await client.get("/api/roads")).json()["closures"][0]["id"])
