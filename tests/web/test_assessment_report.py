"""An assessment on paper: as it was filed, with every band and its range, marked as an estimate; nothing supposed goes out as one."""

from typing import Any

import pytest

import web.api.assessment_report as api
from gis.hazards import catalogue
from tests.city import Server
from tests.incidents.assessing import MODELS, Assessing
from tests.incidents.desk import Desk
from tests.pdf_pages import pages_of
from web.sheets.assessment_sheet import SKETCH_MM, sketch
from web.sheets.assessment_words import REPORT_WORDS, amount, band_words, percent, rough, rough_range, said
from web.sheets.words import Locale


@pytest.fixture
async def assessing(server: Server, monkeypatch: pytest.MonkeyPatch) -> Assessing:
    monkeypatch.setattr(catalogue, "MODELS", MODELS)
    monkeypatch.setattr(api, "MOST_A_MINUTE", 10_000)
    return Assessing.of(await Desk.open(server.city))


# --- numbers as words ------------------------------------------------------------------------------------------------


def test_numbers_have_one_figure_and_are_said_as_people_say_them() -> None:
    assert [rough(n, "zh") for n in (0, 23, 9_400, 61_234, 149_000, 2e8)] == [
        "0",
        "20",
        "9000",
        "6 万",
        "10 万",
        "2 亿",
    ]
    assert [rough(n, "en") for n in (0, 23, 61_234)] == ["0", "20", "60,000"]
    assert rough_range(41_000, 88_000, "zh") == "4–9 万"
    assert rough_range(9_100, 22_000, "zh") == "9000–2 万"
    assert rough_range(58_000, 61_000, "zh") == "约 6 万"
    assert rough_range(0, 0, "en") == "0"


def test_a_chance_is_never_called_nothing_or_certain() -> None:
    assert [percent(p) for p in (0.0, 0.004, 0.01, 0.19, 0.996, 1.0, float("nan"))] == [
        "<1%", "<1%", "1%", "19%", ">99%", ">99%", "<1%",
    ]  # fmt: skip


def test_money_is_told_in_yuan_and_what_is_not_known_has_no_amount() -> None:
    money: dict[str, Any] = {"unit_zh": "万元", "unit_en": "10 000 yuan", "p10": 50_000, "p90": 80_000_000}
    assert amount(money, "zh") == "5–8000 亿元"
    assert amount(money, "en") == "500–800,000 million yuan"
    assert amount({**money, "p10": None, "p90": None}, "zh") is None


def test_bands_and_words_are_in_the_readers_language() -> None:
    assert [band_words(band, "人", "zh") for band in ("0", "1-9", "1000+")] == ["0 人", "1–9 人", "1000 人以上"]
    assert [band_words(band, "", "en") for band in ("0", "1-9", "1000+")] == ["none", "1–9", "1,000 or more"]
    assert said({"x_zh": "甲", "x_en": ""}, "x", "en") == "甲"
    assert said({"reasons_zh": ["甲", "乙"]}, "reasons", "zh") == "甲，乙"


# --- the extent ----------------------------------------------------------------------------------------------------------


def square(lon: float, lat: float, half: float) -> dict[str, Any]:
    ring = [[lon - half, lat - half], [lon + half, lat - half], [lon + half, lat + half], [lon - half, lat + half]]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def test_the_sketch_is_to_scale_north_up_and_says_whose_word_it_is() -> None:
    strong = {
        "zh": "强",
        "en": "strong",
        "level": 2.0,
        "kind": "zone",
        "basis": "model",
        "geometry": square(99, 23.5, 0.1),
    }
    weak = {
        **strong,
        "zh": "弱",
        "en": "weak",
        "level": 1.0,
        "geometry": square(99, 23.5, 0.2),
        "outer": square(99, 23.5, 0.3),
    }
    drawn = sketch([strong, weak], "zh")
    assert drawn is not None
    assert [one["name"] for one in drawn["areas"]] == ["弱", "强"]
    assert "模型估计，非实测" in drawn["note"]
    # 0.6° of latitude are 66.7 km, and 0.6° of longitude at 23.5° N 61.2 km: higher than wide.
    assert drawn["width"] / drawn["height"] == pytest.approx(0.917, abs=0.002)
    assert max(drawn["width"] / SKETCH_MM[0], drawn["height"] / SKETCH_MM[1]) == pytest.approx(1.0, abs=0.001)
    assert drawn["bar_mm"] / drawn["height"] == pytest.approx(drawn["bar_km"] / 66.7, rel=0.01)
    top_left = drawn["areas"][0]["body"][0][3]
    assert top_left == pytest.approx([drawn["width"] / 6, drawn["height"] / 6], abs=0.05)


def test_nothing_to_draw_is_no_sketch() -> None:
    assert sketch([], "en") is None
    arrival = {"kind": "arrival", "level": 1.0, "basis": "model", "geometry": square(99, 23, 0.1), "zh": "", "en": ""}
    assert sketch([arrival], "zh") is None


# --- the paper ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_a_version_goes_on_a4(server: Server, assessing: Assessing, locale: Locale) -> None:
    incident = await assessing.quake()
    key = (await assessing.live(incident))["id"]
    async with server.sign_in("leader1") as client:
        answer = await client.get(f"/api/assessments/{key}/report.pdf?locale={locale}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert "no-store" in answer.headers["cache-control"]
    pages = pages_of(answer.content)
    assert (pages[0].width_mm, pages[0].height_mm) == pytest.approx((210, 297), abs=0.2)
    text = "".join("".join(page.text.split()) for page in pages)
    whole = await assessing.live(incident)
    model = whole["answer"]["model"]
    for said_on_paper in (
        REPORT_WORDS[locale]["estimate"],
        whole["answer"]["outcomes"]["dead"][locale],
        f"{model['id']}@{model['version']}",
        REPORT_WORDS[locale]["grades"],
        REPORT_WORDS[locale]["inputs"],
    ):
        assert "".join(said_on_paper.split()) in text


async def test_what_is_only_supposed_has_no_report_and_who_may_not_see_it_gets_none(
    server: Server, assessing: Assessing
) -> None:
    incident = await assessing.quake()
    live = (await assessing.live(incident))["id"]
    made = await assessing.desk.do(
        "assessment.what_if", incident_id=incident, title="如果", inputs={"magnitude": 7.0}, reason="试"
    )
    await assessing.settle()
    supposed = (await assessing.picture(incident))["assessments"][str(made.result["what_if_id"])]["id"]
    async with server.sign_in("duty1") as client:
        refused = await client.get(f"/api/assessments/{supposed}/report.pdf")
        assert (refused.status_code, refused.json()["code"]) == (422, "what_if_report")
        assert (await client.get(f"/api/assessments/{live}/report.pdf?locale=fr")).status_code == 422
        nobody = "00000000-0000-4000-8000-000000000000"
        assert (await client.get(f"/api/assessments/{nobody}/report.pdf")).status_code == 404
    async with server.sign_in("psb") as client:
        assert (await client.get(f"/api/assessments/{live}/report.pdf")).status_code == 403
