"""A GIS officer imports a file in the browser, a duty officer who has the desk open sees it on the map, and it is taken back."""

from pathlib import Path

from playwright.async_api import expect

from tests.browser.people import PHONE, People, shoot
from tests.gis import layer_files as files


async def test_from_a_file_without_prj_to_every_desk_and_back(people: People, tmp_path: Path) -> None:
    desk = await people.come("duty1")
    panel = desk.locator("section.layers")
    await expect(panel.get_by_text("乡镇")).to_be_visible()

    officer = await people.come("admin", "/layers")
    await expect(officer.get_by_text("还没有导入过图层")).to_be_visible()
    await officer.keyboard.press("i")
    data = files.frame(files.points(40, 99.0, 23.4)).to_crs("EPSG:4544")
    path = files.shapefile(tmp_path, data, leave_out=(".prj",), name="shelters")
    await officer.locator("input[type=file]").set_input_files(path)
    await expect(officer.get_by_role("alert")).to_contain_text("文件没有说明坐标系")
    await shoot(officer, "layers_question")
    await officer.get_by_label("坐标系").fill("EPSG:4544")
    await officer.keyboard.press("Tab")
    await expect(officer.get_by_text("40 个要素，Shapefile")).to_be_visible()
    await officer.get_by_label("导入后的名称 床位").fill("可容纳人数")
    await officer.keyboard.press("Tab")
    await officer.get_by_label("类型 床位").select_option("text")
    await expect(officer.get_by_label("类型 床位")).to_have_value("text")
    await officer.get_by_label("中文标题 *").fill("应急避难场所")
    await officer.get_by_label("英文标题").fill("Shelters")
    await officer.get_by_label("负责单位 *").fill("市民政局")
    await officer.get_by_label("来源 *").fill("市民政局台账")
    await officer.get_by_label("许可或使用范围 *").fill("政务内部使用")
    await officer.get_by_label("数据日期").fill("2026-02-01")
    await expect(officer.locator("[data-phase=ready]")).to_be_visible()
    await officer.get_by_label("用作标注的属性").select_option("名称")
    await shoot(officer, "layers_preview")

    async with desk.expect_response(lambda answer: "/tiles/shelters/" in answer.url and answer.status == 200):
        await officer.get_by_role("button", name="导入", exact=True).click()
        await expect(officer.get_by_text("已导入 40 个要素，第 1 版")).to_be_visible()
    await shoot(officer, "layers_done")
    row = panel.locator("li[data-layer=shelters]")
    await expect(row).to_contain_text("应急避难场所")
    await expect(row).to_contain_text("40")
    await shoot(desk, "layers_desk")

    await officer.get_by_role("button", name="关闭").click()
    await shoot(officer, "layers_detail")
    phone = await people.come("emb", "/layers", size=PHONE)
    await phone.get_by_role("button", name="应急避难场所").click()
    await expect(phone.get_by_text("正在显示")).to_be_visible()
    await shoot(phone, "layers_phone")
    await phone.evaluate("localStorage.setItem('fengsui.locale', 'en')")
    await phone.reload()
    await phone.get_by_role("button", name="Import a layer").click()
    await shoot(phone, "layers_phone_en")
    await officer.get_by_role("button", name="删除图层").click()
    await officer.get_by_role("button", name="确认删除").click()
    await expect(row).to_have_count(0)
