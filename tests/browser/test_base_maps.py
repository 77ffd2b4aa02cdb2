"""An administrator adds the city's imagery in the browser, every desk shows it, and it goes away and comes back under them."""

import io
import math
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image, ImageDraw, ImageFilter
from playwright.async_api import Page, expect

from tests.browser.people import PHONE, People, shoot
from tests.gis.tile_archives import archive
from tests.web.tile_service import Answer, tile_service


def imagery(path: str) -> Answer:
    """Something like a photograph from above: green and brown in blots, each tile another."""
    z, x, y = (int(part) for part in urlsplit(path).path.removesuffix(".jpg").rsplit("/", 3)[1:])
    small = Image.new("RGB", (16, 16))
    for i in range(16):
        for j in range(16):
            wave = math.sin((x * 16 + i) * 0.7) + math.sin((y * 16 + j) * 0.9) + math.sin((x + y) * 16 * 0.1 + i - j)
            small.putpixel((i, j), (int(88 + wave * 18), int(104 + wave * 22), int(62 + wave * 10)))
    picture = small.resize((256, 256), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(2))
    ImageDraw.Draw(picture).text((6, 6), f"{z}/{x}/{y}", fill=(210, 210, 200))
    written = io.BytesIO()
    picture.save(written, "JPEG")
    return Answer(written.getvalue(), "image/jpeg")


async def choose(page: Page, title: str) -> None:
    bar = page.locator("[data-base-map]")
    await bar.locator("button[aria-expanded=false]").click()
    await bar.get_by_role("radio", name=title).check()
    await page.keyboard.press("Escape")


async def in_english(page: Page, theme: str = "dark") -> Page:
    await page.evaluate(
        f"localStorage.setItem('fengsui.locale', 'en'); localStorage.setItem('fengsui.theme', '{theme}')"
    )
    await page.reload()
    return page


async def test_imagery_for_every_desk(people: People, tmp_path: Path) -> None:
    async with tile_service() as service:
        service.answer = imagery
        desk = await people.come("duty1")
        await expect(desk.locator("[data-ready=true]")).to_be_visible()
        await expect(desk.locator("[data-base-map]")).to_have_count(0)

        officer = await people.come("admin", "/layers?basemaps")
        await expect(officer.get_by_text("还没有添加过底图")).to_be_visible()
        await officer.get_by_role("button", name="添加底图").click()
        form = officer.get_by_role("form", name="添加底图")
        await form.get_by_label("名称（小写字母").fill("city_imagery")
        await form.get_by_label("中文标题 *").fill("本市影像")
        await form.get_by_label("英文标题").fill("City imagery")
        await form.get_by_label("来源与审图号").fill("© 市自然资源局 滇S(2026)1号")
        await form.get_by_label("瓦片地址 *").fill(f"{service.url}/{{z}}/{{x}}.jpg")
        await form.get_by_role("button", name="添加", exact=True).click()
        await expect(form.get_by_role("alert")).to_contain_text("缺少瓦片位置")
        await shoot(officer, "basemaps_refusal")
        await form.get_by_label("瓦片地址 *").fill(f"{service.url}/{{z}}/{{x}}/{{y}}.jpg")
        await form.get_by_role("button", name="添加", exact=True).click()
        await expect(officer.get_by_text("底图“本市影像”已添加。")).to_be_visible()
        row = officer.locator("li[data-base=city_imagery]")
        await row.get_by_role("button", name="检查").click()
        await expect(row.get_by_text("取到第 10 级瓦片：image/jpeg 256 px")).to_be_visible()

        town = archive(tmp_path / "town.pmtiles")
        await officer.get_by_role("button", name="添加底图").click()
        await form.get_by_label("种类").select_option("pmtiles")
        await form.locator("input[type=file]").set_input_files(town)
        await form.get_by_label("名称（小写字母").fill("town")
        await form.get_by_label("中文标题").fill("矢量底图")
        await form.get_by_label("英文标题").fill("Vector map")
        await form.get_by_role("button", name="添加", exact=True).click()
        await expect(officer.locator("li[data-base=town]")).to_be_visible()
        await officer.locator("li[data-base=town]").get_by_role("button", name="检查").click()
        await expect(officer.locator("li[data-base=town]").get_by_text("取到第 10 级瓦片")).to_be_visible()
        await shoot(officer, "basemaps_admin")

        async with desk.expect_response(
            lambda answer: "/basemaps/city_imagery/" in answer.url and answer.status == 200
        ):
            await row.get_by_role("button", name="设为默认").click()
        await expect(desk.locator("[data-base-map]")).to_contain_text("© 市自然资源局 滇S(2026)1号")
        await desk.wait_for_load_state("networkidle")
        await shoot(desk, "basemaps_desk_imagery")
        async with desk.expect_response(lambda answer: "/basemaps/town/" in answer.url and answer.status == 200):
            await choose(desk, "矢量底图")
        await desk.wait_for_load_state("networkidle")
        await shoot(desk, "basemaps_desk_vector")
        await desk.reload()
        await expect(desk.locator("[data-base-map]")).to_contain_text("矢量底图")  # remembered here

        phone = await in_english(await people.come("duty1", "/", size=PHONE))
        english = await in_english(await people.come("duty1", "/"), "light")
        await expect(english.locator("[data-base-map]")).to_contain_text("City imagery")
        await english.wait_for_load_state("networkidle")
        await shoot(english, "basemaps_desk_en")
        await phone.locator("nav.parts button").nth(1).click()
        await expect(phone.locator("[data-base-map]")).to_be_visible()
        await phone.locator("[data-base-map] button[aria-expanded=false]").click()
        await shoot(phone, "basemaps_phone_desk")
        small = await in_english(await people.come("admin", "/layers?basemaps", size=PHONE))
        await expect(small.locator("li[data-base=town]")).to_be_visible()
        await shoot(small, "basemaps_phone_admin")

        service.answer = lambda _: Answer(b"gone", "text/plain", 502)
        await english.locator("canvas").hover()
        for _ in range(4):  # where it has not looked before
            await english.mouse.wheel(0, -400)
            await english.wait_for_load_state("networkidle")
        await expect(english.get_by_text("showing our own")).to_be_visible()
        await shoot(english, "basemaps_desk_away")
        service.answer = imagery
        await row.get_by_role("button", name="检查").click()
        await expect(english.get_by_text("showing our own")).to_have_count(0)

        wall = await people.come("leader1", "/wall")
        await expect(wall.locator("[data-base-map]")).to_contain_text("© 市自然资源局")
        await expect(wall.locator("[data-base-map] button")).to_have_count(0)
        await wall.wait_for_load_state("networkidle")
        await shoot(wall, "basemaps_wall")

        await row.get_by_role("button", name="删除").click()
        await row.get_by_role("button", name="确认删除").click()
        await expect(row).to_have_count(0)
        await expect(english.get_by_text("City imagery")).to_have_count(0)
