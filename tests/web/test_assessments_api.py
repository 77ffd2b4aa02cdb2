"""Assessments over HTTP: whole versions that never change, lists of versions, what models ask for, and who may see it."""

import uuid

import pytest

from gis.hazards import catalogue
from tests.city import Server
from tests.incidents.assessing import MODELS, Assessing
from tests.incidents.desk import Desk


@pytest.fixture
async def assessing(server: Server, monkeypatch: pytest.MonkeyPatch) -> Assessing:
    monkeypatch.setattr(catalogue, "MODELS", MODELS)
    return Assessing.of(await Desk.open(server.city))


async def test_a_version_is_fetched_whole_and_may_be_kept_for_ever(server: Server, assessing: Assessing) -> None:
    incident = await assessing.quake()
    key = (await assessing.live(incident))["id"]
    async with server.sign_in("duty1") as client:
        answer = await client.get(f"/api/assessments/{key}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        whole = answer.json()
        assert whole["answer"]["footprints"][0]["geometry"]["type"] in {"Polygon", "MultiPolygon"}
        assert whole["id"] == key
        again = await client.get(f"/api/assessments/{key}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_versions_are_listed_without_their_answers(server: Server, assessing: Assessing) -> None:
    incident = await assessing.quake(6.0)
    await assessing.figure(incident, "magnitude", 6.5)
    await assessing.settle()
    async with server.sign_in("leader1") as client:
        listed = (await client.get(f"/api/incidents/{incident}/assessments")).json()["versions"]
        assert [one["no"] for one in listed] == [2, 1]
        assert all("answer" not in one for one in listed)
        assert listed[0]["supersedes"] == listed[1]["id"]
        assert (await client.get(f"/api/incidents/{incident}/assessments?scenario=x")).json()["versions"] == []


async def test_who_may_not_see_the_incident_does_not_see_its_assessments(server: Server, assessing: Assessing) -> None:
    incident = await assessing.quake()
    key = (await assessing.live(incident))["id"]
    async with server.sign_in("psb") as client:
        assert (await client.get(f"/api/assessments/{key}")).status_code == 403
        assert (await client.get(f"/api/incidents/{incident}/assessments")).status_code == 403
        assert (await client.get(f"/api/assessments/{uuid.uuid4()}")).status_code == 404
    async with server.sign_in("duty-gengma") as client:
        assert (await client.get(f"/api/assessments/{key}")).status_code == 200


async def test_models_say_what_they_ask_for(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        models = {one["id"]: one for one in (await client.get("/api/hazard-models")).json()["models"]}
    assert {"area", "area_security"} <= set(models)
    radius = next(one for one in models["area"]["inputs"] if one["name"] == "radius_m")
    assert (radius["unit_zh"], radius["unit_en"]) == ("米", "m")
    assert radius["prior"]["zh"]


async def test_scores_are_empty_before_anything_was_compared(server: Server) -> None:
    async with server.sign_in("auditor") as client:
        assert (await client.get("/api/assessment-scores")).json() == {"scores": []}
