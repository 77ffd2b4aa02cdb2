"""Printed maps: true to scale, in real words of both languages, marked, recorded, and refused when they cannot be right."""

import io
import math
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import web.api.map_sheets as api
import web.sheets.fonts as fonts
import web.sheets.printing as printing
from gis.sheets.papers import PAPERS, lay_out
from gis.sheets.scale import scale_bar
from spine.realm import Realm
from spine.record import read_since
from tests.city import City, Server
from tests.pdf_pages import longest_dark_run, middle_of, pages_of, part_of
from tests.web.sheet_wishes import CENTRE, GEOD, icon, picture, print_sheet, wish
from tests.web.test_layer_api import DESCRIPTION, TABLE, bring, upload

RED, BLUE, GREEN, PINK = (230, 0, 0), (0, 0, 230), (0, 160, 0), (255, 0, 200)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests of a run are of one minute, and of one realm as far as the limit can tell."""
    monkeypatch.setattr(api, "MOST_A_MINUTE", 10_000)


@pytest.mark.parametrize(("paper", "orientation"), [("A4", "landscape"), ("A4", "portrait"), ("A3", "landscape")])
async def test_ten_kilometres_on_paper(server: Server, paper: Any, orientation: Any) -> None:
    """Two pairs of markers 10 km apart on the ellipsoid, west–east and south–north at 24° N: 100 mm at 1:100 000."""
    asked = wish(paper=paper, orientation=orientation, graticule=False)
    places = [GEOD.fwd(*CENTRE, towards, 5_000)[:2] for towards in (270, 90, 180, 0)]
    colours = (RED, BLUE, GREEN, PINK)
    marks = {(float(lon), float(lat)): colour for (lon, lat), colour in zip(places, colours, strict=True)}
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, asked, picture(asked, marks))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = pages_of(answer.content)
    sheet = lay_out(paper, orientation)
    assert (page.width_mm, page.height_mm) == pytest.approx((sheet.width, sheet.height), abs=0.2)
    area = part_of(page.picture, sheet.map.x + 2, sheet.map.y + 2, sheet.map.width - 4, sheet.map.height - 4)
    (wx, wy), (ex, ey), (sx, sy), (nx, ny) = (middle_of(area, colour, 60) for colour in colours)
    assert math.hypot(ex - wx, ey - wy) == pytest.approx(100.0, rel=0.01)
    assert math.hypot(nx - sx, ny - sy) == pytest.approx(100.0, rel=0.01)
    bar = scale_bar(100_000, 33 * sheet.letters)
    head = (sheet.side.x, sheet.side.y, sheet.side.x + 48 * sheet.letters, sheet.side.y + 24 * sheet.letters)
    assert longest_dark_run(page.picture, head) == pytest.approx(bar.mm, abs=0.5)


async def test_what_stands_on_it(city: City, server: Server) -> None:
    opened = {"title": "孟定镇锅炉爆炸", "class_key": "ac.special.boiler", "place": "孟定", "area_code": "530926"}
    key = str((await city.carry_out("duty1", "incident.open", opened)).result["incident_id"])
    await city.carry_out("leader1", "incident.grade", {"incident_id": key, "grade": "III", "reason": "现场核实"})
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, wish(incident_id=key, gaps=["影像：3 张瓦片没有取得"]))
        assert answer.status_code == 200, answer.text
        english = await print_sheet(client, wish(locale="en", title="Mengding", incident_id=key))
    (page,) = pages_of(answer.content)
    words = page.text.replace("\n", "")
    for expected in (
        "孟定镇锅炉爆炸应急专题图", "较大（III 级） · 已核定", "1:100 000", "真北", "图例", "较大事件", "影响范围", "本图缺少以下内容",
        "3 张瓦片没有取得", "2026-03-01 10:11:00", "力量位置的时间：未知", "示意数据", "CGCS2000", "制图：", "99°04′E", "24°00′N",
    ):  # fmt: skip
        assert expected in words, expected
    assert "演练" not in words
    for expected in (
        "Mengding",
        "grade III · decided",
        "true north",
        "Legend",
        "Positions: time not known",
        "CGCS2000",
    ):
        assert expected in pages_of(english.content)[0].text.replace("\n", " "), expected
    async with city.realm.pool.connection() as conn:
        facts = [fact for fact in await read_since(conn, f"incident:{key}", 0) if fact.kind == "sheet.printed"]
    assert len(facts) == 2
    data: Any = facts[0].content()["data"]
    assert (data["scale"], data["layers"], data["restricted"], data["gaps"]) == (100_000, ["counties", "roads"], [], 1)


async def test_without_an_incident_the_board_records_it(city: City, server: Server) -> None:
    async with server.sign_in("duty1") as client:
        assert (await print_sheet(client, wish())).status_code == 200
    async with city.realm.pool.connection() as conn:
        assert [fact.kind for fact in await read_since(conn, "board", 0)][-1] == "sheet.printed"


async def test_an_exercise_cannot_be_cropped_away(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Realm, "is_exercise", property(lambda _: True))
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, wish(graticule=False))
    (page,) = pages_of(answer.content)
    assert "【演练】" in page.text
    sheet = lay_out("A4", "landscape")
    violet = 0
    for x in range(4):
        for y in range(3):
            left, top = sheet.map.x + 2 + x * 50, sheet.map.y + 2 + y * 52
            part = part_of(page.picture, left, top, 50, 52)
            colours: Any = part.getcolors(1 << 20)
            violet += any(b > 200 and r < 225 and g < 215 for _, (r, g, b) in colours)
    assert violet == 12


NASTY = '#import "x": * ] \\ $ #read("/etc/passwd") `raw` <label> @ref //no /*'


async def test_words_are_never_markup(server: Server) -> None:
    asked = wish(title=NASTY, note=NASTY, gaps=[NASTY])
    asked["legend"][0]["entries"][0]["text"] = NASTY
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, asked)
    assert answer.status_code == 200, answer.text
    words = "".join(page.text for page in pages_of(answer.content)).replace("\n", "").replace(" ", "")
    assert words.count(NASTY.replace(" ", "")) == 4
    assert "root:" not in words


@pytest.mark.parametrize("reach", ['#read("../secret.txt")', '#read("/etc/passwd")', '#image("../secret.png")'])
async def test_the_typesetter_reads_its_own_folder_only(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reach: str
) -> None:
    template = tmp_path / "evil.typ"
    template.write_text(reach, "utf-8")
    root = server.city.realm.data_dir / "map_sheets"
    root.mkdir(exist_ok=True)
    (root / "secret.txt").write_text("secret", "utf-8")
    Image.new("RGB", (4, 4)).save(root / "secret.png")
    monkeypatch.setattr(printing, "_TEMPLATE", template)
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, wish())
    assert (answer.status_code, answer.json()["code"]) == (422, "picture_unreadable")


async def test_a_long_legend_goes_overleaf(server: Server) -> None:
    entries = [{"kind": "line", "colour": "#1f5fbf", "text": f"路线 {n:03d}"} for n in range(180)]
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, wish(legend=[{"title": "路线", "entries": entries}]))
    pages = pages_of(answer.content)
    assert len(pages) >= 2
    assert "其余内容见第 2 页" in pages[0].text.replace("\n", "")
    later = "".join(page.text for page in pages[1:])
    assert all(f"路线 {n:03d}" in later for n in range(180))


def _broken() -> bytes:
    return picture(wish())[:2000]


def _too_small() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (100, 100)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_broken(), "picture_unreadable"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_unreadable"),
        (_too_small(), "picture_size"),
    ],
)
async def test_pictures_that_would_be_wrong(server: Server, content: bytes, code: str) -> None:
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, wish(), content)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, "picture")


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"scale": 0}, "invalid_field", "scale"),
        ({"scale": 12.5}, "invalid_field", "scale"),
        ({"lat": 89.0}, "invalid_field", "lat"),
        ({"paper": "A7"}, "invalid_field", "paper"),
        ({"dpi": 1200}, "invalid_field", "dpi"),
        ({"title": ""}, "invalid_field", "title"),
        ({"title": "\u202e\n "}, "invalid_field", "title"),
        ({"more": 1}, "invalid_field", "more"),
        ({"icons": {"a": "no base64!"}}, "invalid_field", "icons.a"),
        ({"icons": {"a": "aGFsbG8="}}, "icon_unreadable", "icons"),
        ({"icons": {"a": icon(300)}}, "icon_size", "icons"),
        ({"layers": ["no-such-layer"]}, "not_found", "layer"),
        ({"incident_id": str(uuid.uuid4())}, "unknown_stream", "stream"),
        ({"paper": "A0", "dpi": 300}, "too_many_pixels", "dpi"),
    ],
)
async def test_wrong_wishes_name_the_field(server: Server, changes: dict[str, Any], code: str, field: str) -> None:
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, wish() | changes, picture(wish()))
    assert 400 <= answer.status_code < 500
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


async def test_no_picture_no_sheet(server: Server) -> None:
    async with server.sign_in("duty1") as client, server.sign_in("duty2") as other:
        asked = wish()
        await client.put(f"/api/map-sheets/{asked['id']}/picture", content=picture(asked))
        assert (await other.post("/api/map-sheets", json=asked)).status_code == 404
        assert (await client.post("/api/map-sheets", json=asked)).status_code == 200
        assert (await client.post("/api/map-sheets", json=asked)).status_code == 404


async def test_who_has_no_desk_prints_nothing(server: Server) -> None:
    async with server.sign_in("frb") as client:
        assert (await client.get("/api/map-sheets")).status_code == 403
        assert (await client.put(f"/api/map-sheets/{uuid.uuid4()}/picture", content=b"x")).status_code == 403
        assert (await client.post("/api/map-sheets", json=wish())).status_code == 403


async def test_bodies_without_end(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server.sign_in("duty1") as client:
        asked = wish(note="长" * 3_000_000)
        assert (await client.post("/api/map-sheets", json=asked)).status_code == 413

        async def endless() -> AsyncGenerator[bytes]:
            for _ in range(97):
                yield bytes(1024 * 1024)

        answer = await client.put(f"/api/map-sheets/{uuid.uuid4()}/picture", content=endless())
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert not list((server.city.realm.data_dir / "map_pictures").glob("*/*/file"))


async def test_not_too_often(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MOST_A_MINUTE", 1)
    async with server.sign_in("duty2") as client:
        assert (await print_sheet(client, wish())).status_code == 200
        answer = await print_sheet(client, wish())
    assert (answer.status_code, answer.json()["code"]) == (429, "too_often")


async def test_without_a_chinese_typeface_nothing_is_printed(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    monkeypatch.delenv(fonts.OWN, raising=False)
    async with server.sign_in("duty1") as client:
        assert (await client.get("/api/map-sheets")).json()["font"] is None
        answer = await print_sheet(client, wish())
    assert (answer.status_code, answer.json()["code"]) == (503, "font_missing")


async def test_what_can_be_printed(server: Server) -> None:
    async with server.sign_in("leader1") as client:
        told = (await client.get("/api/map-sheets")).json()
    assert {row["paper"] for row in told["papers"]} == set(PAPERS)
    large = next(row for row in told["papers"] if (row["paper"], row["orientation"]) == ("A0", "landscape"))
    assert list(large["pixels"]) == ["150"]
    assert told["font"]
    assert not list((server.city.realm.data_dir / "map_sheets").glob("*"))


async def test_restricted_layers_are_named_and_kept_from_whoever_may_not_see_them(city: City, server: Server) -> None:
    async with server.sign_in("admin") as client:
        brought = await bring(
            client, await upload(client, TABLE), description=DESCRIPTION | {"sensitivity": "restricted"}
        )
    assert brought["state"] == "done", brought
    async with server.sign_in("duty1") as client:
        answer = await print_sheet(client, wish(layers=["shelters", "counties"]))
        assert answer.status_code == 200, answer.text
    words = pages_of(answer.content)[0].text.replace("\n", "")
    assert "含限制使用图层：应急避难场所" in words
    assert "市民政局台账（2026-02-01）" in words
    async with city.realm.pool.connection() as conn:
        fact = (await read_since(conn, "board", 0))[-1]
    data: Any = fact.content()["data"]
    assert (data["restricted"], data["layers"]) == (["应急避难场所"], ["shelters", "counties"])
    async with server.sign_in("auditor") as client:
        refused = await print_sheet(client, wish(layers=["shelters"]))
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert (await print_sheet(client, wish(layers=["counties"]))).status_code == 200
