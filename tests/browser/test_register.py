"""The risk register on real screens: from the list to the sum of a score, a scenario on the map, and the first minute of an incident."""

import asyncio
import re
import uuid

import pytest
from playwright.async_api import Page, expect

from gis.exposure.load import seed_exposure
from incidents.register.keeper import RegisterKeeper
from spine.db import owner_connection
from tests.browser.people import PHONE, People, shoot

MENGDING = {"lon": 99.082, "lat": 23.557}
CHLORINE = {
    "site_kind": "hazardous_site", "name": "孟定水厂加氯间", "point": MENGDING, "source": "水务局排查", "reason": "年度排查",
    "surveyed_on": "2025-11-03", "owner": "孟定自来水公司",
    "properties": {"substances": [{"key": "chlorine", "mass_t": 10.0}], "plan": "filed"},
}  # fmt: skip
LANDSLIDE = {
    "site_kind": "geo_point", "name": "遮哈滑坡", "point": {"lon": 99.2, "lat": 23.61}, "source": "自然资源局排查", "reason": "排查",
    "properties": {"geo_kind": "landslide", "slope_wan_m3": 12.5, "stability": "unstable"},
}  # fmt: skip


async def _ready(page: Page) -> None:
    await expect(page.locator('.map[data-ready="true"]').first).to_be_visible()


async def _fill(people: People, city_url: str) -> str:
    async with owner_connection(city_url) as conn:
        await seed_exposure(conn, points=60_000, seed=5309)
        await conn.commit()
    city = people.server.city
    await city.carry_out("duty1", "register.enter", LANDSLIDE)
    key = str((await city.carry_out("duty1", "register.enter", CHLORINE)).result["site_id"])
    await RegisterKeeper(city.realm, city.house.registry).catch_up(uuid.UUID(key))
    return key


@pytest.mark.timeout(900)
async def test_from_the_list_to_the_sum_and_the_first_minute(people: People, city_url: str) -> None:
    key = await _fill(people, city_url)
    desk = await people.come("duty1", "/register")
    await _ready(desk)
    rows = desk.locator(".register tbody tr")
    await expect(rows.first).to_be_visible()
    await desk.wait_for_load_state("networkidle")
    await asyncio.sleep(1.0)  # the map has no event for "the signs are drawn"
    await shoot(desk, "register-list-zh")

    # Narrow it down, by keyboard.
    await desk.keyboard.press("/")
    await desk.keyboard.type("孟定水厂")
    await expect(rows).to_have_count(1)
    await desk.get_by_role("button", name="孟定水厂加氯间").click()
    card = desk.get_by_role("article", name="孟定水厂加氯间")
    await expect(card).to_contain_text("资料日期 2025-11-03")
    await expect(card.get_by_role("region", name="风险分")).to_contain_text("合计（0–100）")
    await expect(card).to_contain_text("未知不按零计")
    await expect(card).to_contain_text(re.compile(r"R = [\d.–]+"))
    scenario = card.get_by_role("region", name="预先计算的情景").get_by_role("button").first
    await scenario.click()
    await expect(scenario).to_have_attribute("aria-pressed", "true")
    await expect(desk.get_by_text("模型估计，不是实测范围")).to_be_visible()
    await desk.wait_for_load_state("networkidle")
    await asyncio.sleep(0.5)  # the map has no event for "the footprint is drawn"
    await shoot(desk, "register-site-zh")

    # A correction by another desk arrives, and what was computed before it is marked.
    change = {"site_id": key, "expect": 1, "reason": "测绘更正", "point": {"lon": 99.0845, "lat": 23.557}}
    await people.server.city.carry_out("duty1", "register.correct", change)
    await expect(card).to_contain_text("资料已更正")
    await expect(card).to_contain_text("情景已过时")
    await expect(card.get_by_role("region", name="历史")).to_contain_text("测绘更正")

    # What is refused is said, and nothing is lost of what was typed.
    await card.get_by_role("button", name="更正", exact=True).click()
    form = card.get_by_role("form", name="更正")
    await form.get_by_label("危险物质").fill("chlorine:-4")
    await form.get_by_label("事由").fill("清点")
    await form.get_by_role("button", name="更正").click()
    await expect(form.get_by_role("alert")).to_contain_text("应在 0 与")
    await expect(form.get_by_label("危险物质")).to_have_attribute("aria-invalid", "true")
    await shoot(desk, "register-refused-zh")
    await form.get_by_label("危险物质").fill("chlorine:4")
    await form.get_by_role("button", name="更正").click()
    await expect(card.get_by_role("region", name="历史")).to_contain_text("清点")
    await RegisterKeeper(people.server.city.realm, people.server.city.house.registry).catch_up(uuid.UUID(key))
    await expect(card).not_to_contain_text("情景已过时", timeout=180_000)

    # The first minute: an incident beside the site shows what was computed for it.
    data = {
        "title": "孟定水厂氯气泄漏",
        "class_key": "ac.chem.leak",
        "place": "孟定水厂",
        "point": {"lon": 99.083, "lat": 23.557},
    }
    await people.server.city.carry_out("duty1", "incident.open", data)
    second = await people.come("duty1", "/")
    await second.get_by_text("孟定水厂氯气泄漏").first.click()
    near = second.get_by_role("complementary", name="风险登记册中的相关风险点")
    await expect(near).to_contain_text("孟定水厂加氯间")
    await expect(near).to_contain_text("预案情景：")
    await shoot(second, "register-near-zh")
    await near.get_by_role("link", name=re.compile("预案情景")).first.click()
    await expect(second.get_by_role("article")).to_contain_text("合计（0–100）")
    await second.evaluate(
        "localStorage.setItem('fengsui.theme', 'light'); localStorage.setItem('fengsui.locale', 'en')"
    )
    await second.reload()
    await expect(second.get_by_role("article")).to_contain_text("Total (0–100)")
    await expect(second.locator('[aria-pressed="true"]', has_text="toxic release")).to_be_visible()
    await _ready(second)
    await second.wait_for_load_state("networkidle")
    await asyncio.sleep(1.0)
    await shoot(second, "register-site-en-light")

    phone = await people.come("frb", f"/register?site={key}", size=PHONE)
    await expect(phone.get_by_role("article")).to_contain_text("合计（0–100）")
    await shoot(phone, "register-site-phone")
    await phone.get_by_role("button", name="关闭").click()
    await expect(phone.locator(".register tbody tr").first).to_be_visible()
    await shoot(phone, "register-list-phone")


@pytest.mark.timeout(300)
async def test_empty_failed_and_entering(people: People) -> None:
    desk = await people.come("duty1", "/register")
    await expect(desk.get_by_text("登记册中还没有风险点")).to_be_visible()
    await shoot(desk, "register-empty-zh")
    await desk.keyboard.press("n")
    form = desk.get_by_role("form", name="登记风险点")
    await form.get_by_label("类别").select_option("geo_point")
    await form.get_by_label("名称").fill("新滑坡")
    await form.get_by_label("经度").fill("23.6")
    await form.get_by_label("纬度").fill("99.2")
    await form.get_by_label("来源").fill("群众报告")
    await form.get_by_label("事由").fill("雨后发现")
    await form.get_by_role("button", name="登记风险点").click()
    await expect(form.get_by_role("alert")).to_contain_text("可能写反了")
    await form.get_by_label("经度").fill("99.2")
    await form.get_by_label("纬度").fill("23.6")
    await form.get_by_role("button", name="登记风险点").click()
    card = desk.get_by_role("article", name="新滑坡")
    await expect(card).to_contain_text("尚未评分")
    await desk.route("**/api/register", lambda route: route.abort())
    await desk.reload()
    await expect(desk.get_by_role("navigation", name="风险登记册").get_by_role("alert")).to_be_visible()
    await expect(desk.get_by_text("重大风险 0")).to_have_count(0)  # failed is not empty
    await shoot(desk, "register-failed-zh")
    await desk.unroute("**/api/register")
    await expect(desk.locator(".register tbody tr").first).to_be_visible()  # it asks again by itself
