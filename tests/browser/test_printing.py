"""The desk's map goes on paper: true to scale, in the colours of paper, with what is missing said."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Locator, Page, Route, TimeoutError, expect
from pyproj import Geod

from gis.sheets.papers import lay_out
from tests.browser.people import PHONE, People, shoot
from tests.city import City, Server
from tests.pdf_pages import PX_PER_MM, pages_of, part_of

CENTRE = (99.082, 23.557)
GEOD: Any = Geod(ellps="WGS84")
PURPLE = (106, 53, 214)
"""Of a drawing, on paper."""


async def incident_with_square(city: City) -> str:
    """An incident with a drawn square: 10 km from west to east and from south to north, on the ellipsoid."""
    lon, lat = CENTRE
    point = {"lon": lon, "lat": lat}
    opened = {"title": "孟定糖厂锅炉爆炸", "class_key": "ac.special.boiler", "place": "孟定镇", "point": point}
    key = str((await city.carry_out("duty1", "incident.open", opened)).result["incident_id"])
    west, east = (GEOD.fwd(lon, lat, towards, 5000)[0] for towards in (270, 90))
    south, north = (GEOD.fwd(lon, lat, towards, 5000)[1] for towards in (180, 0))
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    drawing = {
        "incident_id": key,
        "drawing_kind": "evacuation_area",
        "name": "十公里",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "style": {"colour": "purple", "width": 2.0, "dash": "solid", "fill": 0.0},
    }
    await city.carry_out("duty1", "drawing.draw", drawing)
    return key


async def panel(page: Page) -> Locator:
    await expect(page.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("打印|Print"))).to_be_enabled()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Shift+P")
    form = page.get_by_role("form", name=re.compile("打印|Print"))
    await expect(form.get_by_label(re.compile("^(图名|Title)"))).to_be_focused()
    return form


async def printed(page: Page, form: Locator) -> bytes:
    try:
        async with page.expect_download(timeout=180_000) as coming:
            await form.get_by_role("button", name=re.compile("^(打印|Print)")).click()
    except TimeoutError as error:
        raise AssertionError(await form.inner_text()) from error
    path = await (await coming.value).path()
    return await asyncio.to_thread(path.read_bytes)


def choice(form: Locator, name: str) -> Locator:
    return form.get_by_role("combobox", name=re.compile(f"^{name}"))


def keep(content: bytes, name: str) -> None:
    folder = Path(__file__).parents[1] / "shots"
    if folder.is_dir():
        (folder / f"{name}.pdf").write_bytes(content)
        for n, page in enumerate(pages_of(content, 6.0)):
            page.picture.save(folder / f"{name}-{n + 1}.png")


def ends(picture: Image.Image, line: list[tuple[int, int]]) -> float:
    """Millimetres between the first and the last pixel of the drawing's colour along a row or a column."""
    pixels: Any = picture.load()
    hits = [
        index for index, at in enumerate(line) if all(abs(a - b) < 45 for a, b in zip(pixels[at], PURPLE, strict=True))
    ]
    assert hits, "the drawing is not on the sheet"
    return (hits[-1] - hits[0] + 1) / PX_PER_MM


@pytest.mark.timeout(600)
async def test_the_map_on_paper(people: People, live_server: Server) -> None:
    key = await incident_with_square(live_server.city)
    desk = await people.come("duty1", f"/?incident={key}")
    await desk.locator(".queue-side").get_by_text("孟定糖厂锅炉爆炸").first.click()
    form = await panel(desk)
    await choice(form, "比例尺").select_option("100000")
    await form.get_by_role("button", name="移到所选事件").click()
    await expect(desk.get_by_test_id("print-frame")).to_be_visible()
    await shoot(desk, "print_panel_zh")
    content = await printed(desk, form)
    await expect(form.get_by_text("所见图层都在图上")).to_be_visible()
    keep(content, "print_zh_a4_landscape")
    page = pages_of(content)[0]
    sheet = lay_out("A4", "landscape")
    assert (page.width_mm, page.height_mm) == pytest.approx((297, 210), abs=0.2)
    words = "".join(one.text for one in pages_of(content)).replace("\n", "")
    for expected in ("孟定糖厂锅炉爆炸", "1:100 000", "真北", "图例", "疏散区", "示意数据", "制图："):
        assert expected in words, expected
    assert "本图缺少" not in words

    # The square's sides, away from its name: 100 mm each within one per cent (and the line's own width).
    middle_x, middle_y = sheet.map.x + sheet.map.width / 2, sheet.map.y + sheet.map.height / 2
    row = [(x, round((middle_y + 20) * PX_PER_MM)) for x in range(page.picture.width)]
    column = [(round((middle_x + 30) * PX_PER_MM), y) for y in range(page.picture.height)]
    assert ends(page.picture, row) == pytest.approx(100.5, abs=1.0)
    assert ends(page.picture, column) == pytest.approx(100.5, abs=1.0)
    # The desk is dark, paper is not.
    corner = part_of(page.picture, 15, 30, 25, 20).convert("L")
    histogram = corner.histogram()
    assert sum(histogram[190:]) > 0.6 * sum(histogram)


@pytest.mark.timeout(600)
async def test_in_english_and_what_is_missing_is_said(people: People, live_server: Server) -> None:
    await incident_with_square(live_server.city)
    desk = await people.come("duty1")
    await desk.get_by_role("button", name="EN", exact=True).click()
    form = await panel(desk)

    async def refuse(route: Route) -> None:
        await route.abort()

    await desk.route("**/api/map-images/**", refuse)
    await choice(form, "Orientation").select_option("portrait")
    await form.get_by_label("Title").fill('Mengding #import "x"')
    await form.get_by_role("button", name="Fit what is shown").click()
    handle = desk.get_by_role("button", name=re.compile("Move the frame"))
    before = await desk.get_by_test_id("print-frame").bounding_box()
    await handle.focus()
    await desk.keyboard.press("ArrowRight")
    after = await desk.get_by_test_id("print-frame").bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"]
    await shoot(desk, "print_panel_en")
    content = await printed(desk, form)
    keep(content, "print_en_a4_portrait")
    await expect(form.get_by_text(re.compile("parts could not be had"))).to_be_visible()
    words = "".join(one.text for one in pages_of(content)).replace("\n", " ")
    for expected in ('Mengding #import "x"', "Missing from this map", "true north", "Legend", "could not be had"):
        assert expected in words, expected


@pytest.mark.timeout(600)
async def test_larger_paper_cancel_and_phones(people: People, live_server: Server) -> None:
    await incident_with_square(live_server.city)
    desk = await people.come("leader1")
    form = await panel(desk)
    await choice(form, "纸张").select_option("A3")
    held = asyncio.Event()

    async def hold(route: Route) -> None:
        held.set()  # and never answered

    await desk.route("**/api/map-sheets/*/picture", hold)
    await form.get_by_role("button", name=re.compile("^打印")).click()
    async with asyncio.timeout(120):
        await held.wait()
    await form.get_by_role("button", name="取消").click()
    await expect(form.get_by_role("button", name=re.compile("^打印"))).to_be_enabled()
    await desk.unroute("**/api/map-sheets/*/picture")
    content = await printed(desk, form)
    keep(content, "print_zh_a3_landscape")
    page = pages_of(content)[0]
    assert (page.width_mm, page.height_mm) == pytest.approx((420, 297), abs=0.2)
    await desk.keyboard.press("Escape")
    await expect(form).to_be_hidden()

    phone = await people.come("duty1", size=PHONE)
    await phone.get_by_role("button", name="地图").click()
    await expect(phone.locator(".map-side .map[data-ready='true']")).to_be_visible()
    await phone.keyboard.press("Shift+P")
    await expect(phone.get_by_role("form", name="打印")).to_be_hidden()
    await expect(phone.locator(".print-opener")).to_be_hidden()
