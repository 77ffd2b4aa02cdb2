"""`fengsui assess`: every model from the command line, as the platform answers, and what it refuses."""

import asyncio
import json
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gis.exposure.load import seed_exposure
from gis.hazards.catalogue import MODELS, model_named, spec_json
from gis.hazards.ground import Ground
from gis.hazards.ground_store import read_ground
from gis.hazards.inputs import read_inputs
from gis.hazards.model import Case
from gis.hazards.run import run
from incidents.assessments.grading import grade_json
from spine.canonical import Json, encode
from spine.clock import parse_iso
from spine.db import connect_as_app, owner_connection
from spine.errors import Refused
from spine.private_services import Services
from tests.conftest import clone, drop
from tests.gis.hazard_cases import EXAMPLES
from web.cli import main
from web.cli_assess import read_order
from web.cli_assess_text import table

AT, LON, LAT = "2026-04-02T14:00:00+08:00", 99.25, 23.55


@pytest.fixture(autouse=True)
def reads_english(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FENGSUI_LANG", "en")
    monkeypatch.setenv("FENGSUI_DATA", str(tmp_path / "data"))


@pytest.fixture
def city_here(services: Services, city_template: str, monkeypatch: pytest.MonkeyPatch) -> Generator[str]:
    """The program told to use a seeded city of its own. Gives the database's address."""
    name = f"c_{uuid.uuid4().hex[:12]}"
    url = asyncio.run(clone(services, city_template, name))

    async def people() -> None:
        async with owner_connection(url) as conn:
            await seed_exposure(conn, points=4000, seed=5309)
            await conn.commit()

    asyncio.run(people())
    monkeypatch.setenv("FENGSUI_DATABASE_URL", url)
    yield url
    asyncio.run(drop(services, name))


def _file(folder: Path, told: dict[str, Json]) -> str:
    path = folder / "case.json"
    path.write_text(json.dumps({"at": AT, "lon": LON, "lat": LAT, **told}, ensure_ascii=False), "utf-8")
    return str(path)


def _points(folder: Path, count: int = 400) -> str:
    path = folder / "points.csv"
    rows = [f"{LON + 0.0004 * (n % 20)},{LAT + 0.0004 * (n // 20)},{n % 7},{n % 11}" for n in range(count)]
    path.write_text("lon,lat,people_day,people_night\n" + "\n".join(rows), "utf-8")
    return str(path)


def test_the_list_declares_every_model_with_units_and_sources(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "--list", "--json"]) == 0
    listed = json.loads(capfd.readouterr().out)
    assert listed == json.loads(encode([spec_json(model) for model in MODELS]))
    assert main(["assess", "--list"]) == 0
    text = capfd.readouterr().out
    for model in MODELS:
        assert f"{model.spec.id}@{model.spec.version}" in text
        for one in model.spec.inputs:
            assert one.name in text
    assert main(["assess", "wildfire", "--list"]) == 0
    text = capfd.readouterr().out
    assert "0–40 m/s" in text
    assert "calibrated 0–12" in text
    assert "not verified" in text
    assert "area@" not in text


@pytest.mark.parametrize("model", list(EXAMPLES))
def test_every_model_answers_from_a_file_in_both_languages(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    example = EXAMPLES[model][0]
    told: dict[str, Json] = {"inputs": example.inputs, "draws": 200}
    if example.class_key is not None:
        told["class_key"] = example.class_key
    asked, points = _file(tmp_path, told), _points(tmp_path)
    assert main(["assess", model, "--input", asked, "--exposure", points, "--json"]) == 0
    answer = json.loads(capfd.readouterr().out)
    assert answer["model"]["id"] == model
    assert answer["draws"] == 200
    assert answer["exposure"]["loaded"]
    assert answer["exposure"]["date"] is None
    assert "how old they are is not known" in " ".join(answer["exposure"]["limits_en"])
    assert set(answer["grade"]["probabilities"]) == {"I", "II", "III", "IV", "none"}
    assert main(["assess", model, "--input", asked, "--exposure", points]) == 0
    assert answer["summary_en"] in capfd.readouterr().out
    monkeypatch.setenv("FENGSUI_LANG", "zh")
    assert main(["assess", model, "--input", asked, "--exposure", points]) == 0
    text = capfd.readouterr().out
    assert answer["summary_zh"] in text
    assert "可信度" in text


def test_without_people_their_number_is_not_known(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    asked = _file(tmp_path, {"class_key": "nd.fire.forest"})
    assert main(["assess", "--input", asked, "--no-exposure", "--json"]) == 0
    answer = json.loads(capfd.readouterr().out)
    assert answer["model"]["id"] == "wildfire"
    assert answer["outcomes"]["threatened"]["p50"] is None
    assert answer["grade"]["suggested"] in ("I", "II", "III", "IV")
    assert main(["assess", "--input", asked, "--no-exposure"]) == 0
    assert "people not known" in capfd.readouterr().out


def test_the_same_seed_the_same_numbers(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answers: list[Any] = []
    for seed in (1, 1, 2):
        asked = _file(tmp_path, {"seed": seed, "inputs": {"wind_ms": 5, "wind_from_deg": 200}})
        assert main(["assess", "wildfire", "--input", asked, "--exposure", _points(tmp_path), "--json"]) == 0
        answers.append({**json.loads(capfd.readouterr().out), "timings": None})
    assert answers[0] == answers[1]
    assert answers[0]["inputs_hash"] != answers[2]["inputs_hash"]


def test_known_figures_bound_the_grade(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    told: dict[str, Json] = {"class_key": "nd.fire.forest", "figures": {"dead": 30}}
    assert main(["assess", "--input", _file(tmp_path, told), "--no-exposure", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["grade"]["suggested"] == "I"


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"inputs": {"wind_ms": 99}}, "inputs.wind_ms"), ({"inputs": {"winds": 9}}, "inputs.winds"), ({"lon": None}, "lon"),
        ({"lon": "99"}, "lon"), ({"at": "2026-04-02T14:00:00"}, "at"), ({"at": 5}, "at"), ({"inputs": []}, "inputs"),
        ({"class_key": "nd.fire.moon"}, "class_key"), ({"wind_ms": 4}, "wind_ms"), ({"draws": 5}, "draws"), ({"seed": -1}, "seed"),
        ({"excluded": "s1"}, "excluded"), ({"figures": {"dead": "3"}}, "dead"),
        ({"footprint": {"type": "Point", "coordinates": [99, 23]}}, "footprint.type"), ({"lat": 95}, "point"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_field_and_the_reason(
    told: dict[str, Json], field: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["assess", "wildfire", "--input", _file(tmp_path, told), "--no-exposure", "--json"]) == 1
    said = capfd.readouterr()
    refusal = json.loads(said.out)["refused"]
    assert str(refusal["field"]).startswith(field)
    assert refusal["zh"]
    assert refusal["en"] in said.err
    assert str(refusal["field"]) in said.err


def test_what_is_no_case_at_all_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.json"
    for text in ("{", "[]", ""):
        bad.write_text(text, "utf-8")
        assert main(["assess", "wildfire", "--input", str(bad), "--no-exposure"]) == 1
        assert "input:" in capfd.readouterr().err
    bad.write_bytes(b"\xff\xfe\x00")
    assert main(["assess", "wildfire", "--input", str(bad), "--no-exposure"]) == 1
    assert main(["assess", "wildfire", "--input", str(tmp_path / "none.json"), "--no-exposure"]) == 1
    assert main(["assess", "wildfire", "--no-exposure"]) == 1
    assert main(["assess", "--input", _file(tmp_path, {}), "--no-exposure"]) == 1
    assert main(["assess", "crystal_ball", "--input", _file(tmp_path, {}), "--no-exposure"]) == 1
    assert "There is no model 'crystal_ball'" in capfd.readouterr().err
    missing = str(tmp_path / "none.csv")
    assert main(["assess", "wildfire", "--input", _file(tmp_path, {}), "--exposure", missing]) == 1
    assert "There is no file" in capfd.readouterr().err
    with pytest.raises(Refused):
        read_order('{"at": "2026-04-02T14:00:00Z", "lon": NaN, "lat": 23}')


def test_no_platform_is_said_in_one_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FENGSUI_DATABASE_URL", raising=False)
    assert main(["assess", "wildfire", "--input", _file(tmp_path, {})]) == 1
    assert "No platform is running" in capfd.readouterr().err


def test_it_answers_as_the_platform_does(city_here: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def platform() -> Ground:
        conn = await connect_as_app(city_here)
        try:
            return await read_ground(conn)
        finally:
            await conn.close()

    ground = asyncio.run(platform())
    points = ground.points
    assert points is not None
    assert ground.national_border is not None
    assert ground.national_border.bounds[0] < 99  # Lincang's west
    busiest = int(np.argmax(points.night))
    lon, lat = float(points.lon[busiest]), float(points.lat[busiest])
    inputs: dict[str, Json] = {"wind_ms": 6, "wind_from_deg": 225, "humidity_pct": 20}
    asked = _file(tmp_path, {"class_key": "nd.fire.forest", "inputs": inputs, "lon": lon, "lat": lat})
    assert main(["assess", "wildfire", "--input", asked, "--json"]) == 0
    told: Any = {**json.loads(capfd.readouterr().out), "timings": None}
    model = model_named("wildfire")
    case = Case("nd.fire.forest", parse_iso(AT), lon, lat, read_inputs(model.spec.inputs, inputs))
    answer = run(model, case, ground)
    grade = grade_json("nd.fire.forest", answer.draws, {})
    assert told == json.loads(encode({**answer.to_json(), "grade": grade, "timings": None}))
    assert told["exposure"]["loaded"]
    assert main(["assess", "wildfire", "--input", asked]) == 0
    assert "Where to look first" in capfd.readouterr().out


def test_columns_stand_below_each_other_with_chinese_in_them() -> None:
    assert table([["死亡", "1"], ["dead", "2"], ["受灾人口", "3"]]) == ["死亡      1", "dead      2", "受灾人口  3"]
    assert table([]) == []
