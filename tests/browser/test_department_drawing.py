"""A department that has an order draws on its incident's map: what its role may, and no drawing of others."""

import pytest
from playwright.async_api import expect

from tests.browser.people import People, shoot
from tests.browser.test_drawing import incident_with_order, listed
from tests.city import Server

CORDON = {
    "type": "Polygon",
    "coordinates": [[[99.05, 23.53], [99.12, 23.53], [99.12, 23.58], [99.05, 23.58], [99.05, 23.53]]],
}


@pytest.mark.timeout(600)
async def test_a_department_draws_in_the_incident_of_its_order(people: People, live_server: Server) -> None:
    key = await incident_with_order(live_server.city)
    told = {"incident_id": key, "drawing_kind": "cordon", "geometry": CORDON, "name": "外圈"}
    await live_server.city.carry_out("duty1", "drawing.draw", told)
    brigade = await people.come("frb", "/department")
    await expect(brigade.get_by_role("heading", name="设置警戒")).to_be_visible()
    await brigade.keyboard.press("i")
    await expect(brigade.locator("article .map[data-ready='true']")).to_be_visible()
    await expect(brigade.locator("article .drawing-opener")).to_be_visible()
    await brigade.keyboard.press("h")
    await expect(brigade.get_by_role("button", name="疏散区")).to_be_disabled()
    await listed(brigade, "外圈").get_by_role("button").first.click()
    await expect(listed(brigade, "外圈").get_by_role("button", name="历史")).to_be_visible()
    await expect(listed(brigade, "外圈").get_by_role("button", name="修改")).to_have_count(0)

    await brigade.get_by_role("button", name="隔离线").click()
    box = await brigade.locator("article .canvas").bounding_box()
    assert box is not None
    for x, y in ((0.6, 0.5), (0.75, 0.55), (0.9, 0.45)):
        await brigade.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
    await brigade.keyboard.press("Enter")
    await brigade.get_by_label("名称（可不填）").fill("北门")
    await brigade.keyboard.press("Enter")
    mine = listed(brigade, "隔离线 北门")
    await expect(mine).to_be_visible()
    await expect(mine.get_by_role("button", name="修改")).to_be_visible()
    await shoot(brigade, "drawing-department")

    desk = await people.come("duty1")
    await expect(desk.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await desk.keyboard.press("h")
    await expect(listed(desk, "隔离线 北门")).to_be_visible()
