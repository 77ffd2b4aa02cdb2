"""The risk register over HTTP: the list, one site and its sum, the first minute, and who sees what. The table on the command line."""

import asyncio
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from incidents.register.keeper import RegisterKeeper
from spine.private_services import Services
from tests.city import City, Server
from tests.conftest import clone, drop
from web.cli import main

MENGDING = {"lon": 99.082, "lat": 23.557}
CHLORINE = {
    "site_kind": "hazardous_site", "name": "孟定水厂加氯间", "point": MENGDING, "source": "水务局排查", "reason": "年度排查",
    "surveyed_on": "2025-11-03", "owner": "孟定自来水公司", "properties": {"substances": [{"key": "chlorine", "mass_t": 10.0}]},
}  # fmt: skip
LPG: dict[str, Any] = {"name": "孟定储配站", "properties": {"substances": [{"key": "lpg", "mass_t": 20.0}]}}
"""Two scenarios instead of 32."""


async def chlorine(city: City, who: str = "duty1", **more: Any) -> str:
    key = str((await city.carry_out(who, "register.enter", {**CHLORINE, **more})).result["site_id"])
    await RegisterKeeper(city.realm, city.house.registry).catch_up(uuid.UUID(key))
    return key


async def test_the_list_one_site_and_its_sum(server: Server) -> None:
    key = await chlorine(server.city)
    async with server.sign_in("duty1") as client:
        told = (await client.get("/api/register")).json()
        mine = next(one for one in told["sites"] if one["id"] == key)
        assert (mine["kind_zh"], mine["owner"], mine["survey_years"]) == ("危险化学品场所", "孟定自来水公司", 0.3)
        assert mine["score"]["low"] < mine["score"]["high"]
        highs = [one["score"]["high"] for one in told["sites"]]
        assert highs == sorted(highs, reverse=True)
        assert told["townships"]["530926"]["zh"]
        whole = (await client.get(f"/api/register/{key}")).json()
        assert whole["site"]["properties"]["plan"] is None
        score = whole["score"]
        assert sum(line["points"][1] for line in score["lines"]) == pytest.approx(score["high"], abs=0.1)
        assert sum(part["points"][0] for part in score["components"]) == pytest.approx(score["low"], abs=0.1)
        assert "plan_filed" in score["unknown"]
        line = next(line for line in score["lines"] if line["indicator"] == "threshold_sum")
        assert (line["reading"]["value"], line["age_years"]) == (8.0, 0.3)
        assert whole["major_hazard"]["beta_sum"] == 8
        assert whole["major_hazard"]["r"][0] >= 4
        assert len(whole["scenarios"]) == 32
        assert not any(one["stale"] for one in whole["scenarios"])
        one = whole["scenarios"][0]["key"]
        answer = (await client.get(f"/api/register/{key}/scenarios/{one}")).json()["answer"]
        assert answer["footprints"][0]["geometry"]["type"] == "Polygon"
        assert "timings" not in answer
        assert (await client.get(f"/api/register/{key}/scenarios/nothing")).status_code == 404
        assert (await client.get(f"/api/register/{uuid.uuid4()}")).status_code == 404
        kinds = (await client.get("/api/register/rules")).json()["kinds"]
        assert "hazardous_site" in [kind["key"] for kind in kinds]


async def test_a_correction_shows_as_stale_until_it_is_computed_anew(server: Server) -> None:
    key = await chlorine(server.city, **LPG)
    change = {"site_id": key, "expect": 1, "reason": "测绘更正", "point": {"lon": 99.09, "lat": 23.557}}
    await server.city.carry_out("duty1", "register.correct", change)
    async with server.sign_in("duty1") as client:
        whole = (await client.get(f"/api/register/{key}")).json()
        assert whole["score_behind"]
        assert all(one["stale"] and one["because"] for one in whole["scenarios"])
        assert [(v["version"], v["action"], v["reason"]) for v in whole["versions"]] == [
            (2, "corrected", "测绘更正"),
            (1, "entered", "年度排查"),
        ]
    await RegisterKeeper(server.city.realm, server.city.house.registry).catch_up(uuid.UUID(key))
    async with server.sign_in("duty1") as client:
        whole = (await client.get(f"/api/register/{key}")).json()
    assert not whole["score_behind"]
    assert not any(one["stale"] for one in whole["scenarios"])
    assert [one["no"] for one in whole["scores"]] == [2, 1]


# --- the first minute --------------------------------------------------------------------------------------------


async def test_near_by_place_and_by_name_with_the_scenario_of_the_hour_first(server: Server) -> None:
    key = await chlorine(server.city)
    async with server.sign_in("duty1") as client:

        async def near(**asked: Any) -> list[dict[str, Any]]:
            answer = await client.get("/api/register/near", params=asked)
            assert answer.status_code == 200, answer.text
            return [one for one in answer.json()["sites"] if one["id"] == key]

        [found] = await near(lon=99.0846, lat=23.557, class_key="ac.chem.leak")
        assert 200 < found["away_m"] < 300
        assert found["scenarios_of"][0]["class_key"] == "ac.chem.leak"
        assert found["scenarios_of"][0]["cases"]["time"] == "day"  # 18:12 in Beijing is nearer to 14:00
        assert await near(lon=99.0881, lat=23.557, class_key="ac.chem.leak") == []  # 620 m
        assert await near(lon=99.082, lat=23.557, class_key="nd.fire.forest") == []
        [named] = await near(text="孟定水厂加氯间泄漏，多人不适", class_key="ac.chem.leak")
        assert (named["named"], named["away_m"]) == (True, None)
        assert await near(text="别处的水厂", class_key="ac.chem.leak") == []


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({}, "point_missing", "lon"),
        ({"lon": 99.0}, "point_missing", "lat"),
        ({"lon": 23.5, "lat": 99.0}, "coordinates_swapped", "point"),
        ({"lon": 99.0, "lat": 23.5, "class_key": "no.such"}, "unknown_class", "class_key"),
    ],
)
async def test_near_refuses(server: Server, asked: dict[str, Any], code: str, field: str) -> None:
    async with server.sign_in("duty1") as client:
        answer = await client.get("/api/register/near", params=asked)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


# --- who ---------------------------------------------------------------------------------------------------------


async def test_a_county_sees_its_county_a_department_all_a_crew_nothing(server: Server) -> None:
    here = await chlorine(server.city, **LPG)
    far = {"name": "凤庆冷库", "point": {"lon": 99.92, "lat": 24.59}, "properties": {}}
    there = str((await server.city.carry_out("duty1", "register.enter", {**CHLORINE, **far})).result["site_id"])
    async with server.sign_in("duty-gengma") as client:
        sites = {one["id"]: one["area_code"] for one in (await client.get("/api/register")).json()["sites"]}
        assert here in sites
        assert all(code.startswith("530926") for code in sites.values())
        assert (await client.get(f"/api/register/{there}")).status_code == 404
    async with server.sign_in("frb") as client:
        assert {here, there} <= {one["id"] for one in (await client.get("/api/register")).json()["sites"]}
    async with server.sign_in("field-mengding") as client:
        assert (await client.get("/api/register")).status_code == 403
        assert (await client.get("/api/register/near", params=MENGDING)).status_code == 403


async def test_everybody_who_follows_the_register_hears_of_a_change(server: Server) -> None:
    async with server.socket("frb") as socket:
        await socket.send(op="follow", stream="register")
        await socket.until("live", stream="register")
        await server.city.carry_out("duty1", "register.enter", CHLORINE)
        fact = await socket.until("fact", stream="register")
    assert fact["kind"] == "register.entered"
    assert fact["now"]["register"]["city"]["changes"] == 1


# --- the table ---------------------------------------------------------------------------------------------------


def test_a_table_is_entered_once_and_says_what_it_leaves_out(
    city_program: None, city_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["register", "import", str(city_file), "--as", "duty1", "--reason", "年度普查"]
    assert main([*call, "--check"]) == 1
    assert "2 rows can be entered, 1 cannot" in capsys.readouterr().out
    assert main(call) == 1
    told = capsys.readouterr().out
    assert "row 3, slope_wan_m3" in told
    assert "2 sites entered, 1 rows were not" in told
    assert main(call) == 1
    assert "0 sites entered, 1 rows were not" in capsys.readouterr().out


@pytest.fixture
def city_program(
    services: Services, city_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Generator[None]:
    """The program told to use a training city of its own, by somebody who reads English."""
    name = f"c_{uuid.uuid4().hex[:12]}"
    monkeypatch.setenv("FENGSUI_DATABASE_URL", asyncio.run(clone(services, city_template, name)))
    monkeypatch.setenv("FENGSUI_REDIS_URL", services.redis_url)
    monkeypatch.setenv("FENGSUI_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("FENGSUI_LANG", "en")
    yield
    asyncio.run(drop(services, name))


@pytest.fixture
def city_file(tmp_path: Path) -> Path:
    path = tmp_path / "points.csv"
    path.write_text(
        "kind,name,lon,lat,source,slope_wan_m3\n"
        "geo_point,甲滑坡,99.08,23.55,自然资源局,12\n"
        "geo_point,乙滑坡,99.09,23.55,自然资源局,很大\n"
        "geo_point,丙滑坡,99.10,23.55,自然资源局,\n",
        "utf-8",
    )
    return path
