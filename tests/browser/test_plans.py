"""Plans on real screens: a planner changes one, is told what is wrong beside the field, tries it, and three people put it in force."""

from playwright.async_api import expect

from command.organisation.book import organisation
from command.planning.plan import need_plan
from command.planning.table_notes import tasks_xlsx
from tests.browser.people import PHONE, People, shoot

FLOOD = need_plan("flash_flood")


async def test_a_plan_is_written_tried_and_put_in_force(people: People) -> None:
    desk = await people.come("duty1", f"/plans?plan={FLOOD.id}")
    await expect(desk.get_by_role("heading", name=FLOOD.zh)).to_be_visible()
    await shoot(desk, "plans-read-zh")
    await desk.get_by_role("button", name="以此起草新版").click()
    await expect(desk.get_by_role("tab", name="编辑")).to_have_attribute("aria-selected", "true")

    # Written by keyboard; what is wrong is said, and goes away when it is mended.
    row = desk.locator(".tasks tbody tr").nth(2)
    due = row.get_by_label("办理（分）")
    await due.fill("3")
    said = desk.get_by_role("region", name="检查结果")
    await expect(said).to_contain_text("还没签收就已到期")
    await shoot(desk, "plans-edit-zh")
    await due.fill("45")
    await expect(said).to_contain_text("没有错误")
    await due.press("Control+Enter")
    await expect(desk.locator(".tasks tbody tr")).to_have_count(len(FLOOD.tasks) + 1)
    await desk.keyboard.press("Control+Delete")
    await expect(desk.locator(".tasks tbody tr")).to_have_count(len(FLOOD.tasks))
    await row.get_by_label("任务", exact=True).fill("转移危险区和低洼处群众")
    await desk.get_by_label("所需资源").get_by_role("button", name="＋").click()
    await desk.get_by_label("资源种类").last.fill("pump_mobile")
    await expect(desk.get_by_label("所需资源")).to_contain_text("移动排水泵")
    await desk.get_by_label("所需资源").scroll_into_view_if_needed()
    await shoot(desk, "plans-resources-zh")

    # A table with a fault imports nothing; mended, it replaces the tasks.
    await desk.get_by_role("button", name="从表格导入").click()
    form = desk.get_by_role("region", name="从表格导入")
    bad = "编号,响应级别,任务名称,牵头单位\n甲,九级,查,市魔法局\n".encode("gbk")
    await form.get_by_label("文件").set_input_files({"name": "任务.csv", "mimeType": "text/csv", "buffer": bad})
    await expect(form).to_contain_text("没有导入任何一行")
    await shoot(desk, "plans-import-zh")
    good = tasks_xlsx(FLOOD, organisation(), "zh")
    await form.get_by_label("文件").set_input_files(
        {"name": "任务.xlsx", "mimeType": "application/octet-stream", "buffer": good}
    )
    await expect(form).to_contain_text(f"读到 {len(FLOOD.tasks)} 项任务")
    await form.get_by_role("button", name="取消").click()

    await desk.get_by_role("button", name="保存并推演").click()
    chart = desk.get_by_role("table", name="各单位任务进度")
    await expect(chart).to_be_visible()
    await desk.get_by_label("事发地").select_option("530921")  # a county without accounts
    await expect(desk.get_by_text("有任务但没有账号、收不到")).to_be_visible()
    await shoot(desk, "plans-run-zh")
    await desk.get_by_role("tab", name="对比").click()
    await expect(desk.get_by_text("转移危险区和低洼处群众", exact=True)).to_be_visible()
    await shoot(desk, "plans-diff-zh")
    await expect(desk.get_by_role("button", name="评审通过")).to_be_disabled()

    # Two others carry it on; the writer's screen follows.
    other = await people.come("duty2", "/plans?plan=flash_flood&v=2", size=PHONE)
    await other.get_by_role("button", name="评审通过").click()
    await other.get_by_role("form", name="评审通过").get_by_role("button", name="评审通过").click()
    await expect(other.locator(".bar .tag")).to_contain_text("已评审")
    await shoot(other, "plans-phone-zh")
    leader = await people.come("leader1", "/plans?plan=flash_flood&v=2")
    await leader.get_by_role("button", name="EN", exact=True).click()
    for name in ("approve", "put in force"):
        await leader.get_by_role("button", name=name, exact=True).click()
        await leader.get_by_role("form", name=name).get_by_role("button", name=name).click()
    await expect(leader.locator(".bar .tag")).to_contain_text("in force")
    await shoot(leader, "plans-read-en")
    await expect(desk.locator(".bar .tag")).to_contain_text("现行")
    await leader.get_by_role("tab", name="Dry run").click()
    await expect(leader.get_by_role("table", name="Tasks by department")).to_be_visible()
    await shoot(leader, "plans-run-en")
