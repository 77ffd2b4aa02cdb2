"""A GIS officer drops a raster of heights in the browser; every open map is shaded with it, and a point has a height or none."""

import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Page, expect

from tests.browser.people import PHONE, People, shoot
from tests.gis import height_files as files


def mountains(lon: Any, lat: Any) -> Any:
    """Ranges from north to south with side valleys, as in the west of Yunnan."""
    along = lon * 14 + np.sin(lat * 5) * 1.2
    ridges = (
        np.abs(np.sin(along)) * 900
        + np.abs(np.sin(along * 3.7 + lat * 19)) * 320
        + np.abs(np.sin(lat * 43 + lon * 31)) * 110
    )
    return 900.0 + ridges


def unknown_corner(values: Any) -> None:
    values[:90, :160] = -9999


async def _ready(page: Page) -> None:
    await expect(page.locator('.map[data-ready="true"]').first).to_be_visible()


async def _height_at(page: Page, share: tuple[float, float]) -> None:
    box = await page.locator(".map .canvas").first.bounding_box()
    assert box is not None
    await page.mouse.click(box["x"] + box["width"] * share[0], box["y"] + box["height"] * share[1], button="right")


@pytest.mark.timeout(400)
async def test_from_a_tif_to_every_map_and_back(people: People, tmp_path: Path) -> None:
    dem = os.environ.get("FENGSUI_SHOTS_DEM")  # a finer one, for pictures
    path = Path(dem) if dem else files.geotiff(
        tmp_path / "lincang.tif", ground=mountains, size=(720, 800), at=(98.7, 25.0), cell=0.0025, crs=None,
        kind="int16", nodata=-9999, change=unknown_corner,
    )  # fmt: skip
    desk = await people.come("duty1")
    await _ready(desk)
    panel = desk.locator("section.layers")
    await expect(panel.locator("li[data-row=elevation]")).to_have_count(0)
    await _height_at(desk, (0.5, 0.5))
    card = desk.get_by_role("region", name="此处")
    await expect(card).to_contain_text("高程：不知道（未导入高程数据）")

    officer = await people.come("admin", "/layers")
    await expect(officer.get_by_text("还没有导入过图层")).to_be_visible()  # before that no key imports
    await officer.keyboard.press("i")
    await officer.locator("input[type=file]").set_input_files(path)
    if not dem:
        await expect(officer.get_by_role("alert")).to_contain_text("文件没有说明坐标系")
        await officer.get_by_label("坐标系").fill("EPSG:4490")
        await officer.keyboard.press("Tab")
    await expect(officer.get_by_role("img", name="高程晕渲预览")).to_be_visible()
    await officer.get_by_label("来源 *").fill("省测绘院 2025 年数字高程模型")
    await officer.get_by_label("来源（英文）").fill("Provincial surveying office, DEM of 2025")
    await officer.get_by_label("许可或使用范围 *").fill("政务内部使用")
    await officer.get_by_label("数据日期").fill("2025-06-01")
    await shoot(officer, "elevation-import-zh")
    async with desk.expect_response(lambda answer: "/tiles/elevation/" in answer.url and answer.status == 200):
        await officer.get_by_role("button", name="导入", exact=True).click()
        await expect(officer.get_by_text("已导入高程，第 1 版")).to_be_visible()
    await officer.get_by_role("button", name="关闭").click()
    await expect(officer.get_by_text("数据来源（上面的盖住下面的）")).to_be_visible()
    await shoot(officer, "elevation-detail-zh")

    row = panel.locator("li[data-row=elevation]")
    await expect(row).to_contain_text("地形晕渲（实测高程）")
    await expect(row).to_contain_text("2025-06-01")
    assert "许可：政务内部使用" in str(await row.locator("label").get_attribute("title"))
    await _height_at(desk, (0.5, 0.5))
    await expect(card).to_contain_text(re.compile(r"高程 [\d,]+ 米"))
    await expect(card).to_contain_text("省测绘院 2025 年数字高程模型 · 2025-06-01")
    await desk.wait_for_load_state("networkidle")
    await shoot(desk, "elevation-desk-zh-dark")
    await desk.keyboard.press("Escape")
    await row.get_by_role("checkbox").uncheck()
    await shoot(desk, "elevation-desk-off")
    await row.get_by_role("checkbox").check()

    light = await people.come("duty1", locale="en-US")
    await light.evaluate("localStorage.setItem('fengsui.theme', 'light'); localStorage.setItem('fengsui.locale', 'en')")
    async with light.expect_response(lambda answer: "/tiles/elevation/" in answer.url and answer.status == 200):
        await light.reload()
    await expect(light.locator("li[data-row=elevation]")).to_contain_text("Hillshade (measured heights)")
    await _ready(light)
    await light.wait_for_load_state("networkidle")
    await shoot(light, "elevation-desk-en-light")

    phone = await people.come("admin", "/layers", size=PHONE)
    await phone.get_by_role("button", name="高程").click()
    await expect(phone.get_by_text("正在显示")).to_be_visible()
    await shoot(phone, "elevation-detail-phone")
    await phone.goto(people.server.url + "/")
    await phone.get_by_role("navigation").get_by_role("button", name="地图").click()
    await _ready(phone)
    await phone.wait_for_load_state("networkidle")
    await shoot(phone, "elevation-desk-phone")

    await officer.get_by_role("button", name="删除全部高程").click()
    await officer.get_by_role("button", name="确认删除").click()
    await expect(row).to_have_count(0)
