"""What a decision would do, over HTTP: the same stamp as the command wants, and whose decision it is in a sentence."""

import uuid

import pytest

from tests.city import Server
from tests.command.watched_plans import watched_plans

__all__ = ["watched_plans"]
pytestmark = pytest.mark.usefixtures("watched_plans")


async def proposed(server: Server) -> str:
    incident = {
        "title": "耿马地震",
        "class_key": "nd.quake.natural",
        "place": "耿马县",
        "area_code": "530926",
        "figures": {"magnitude": 5.2},
    }
    opened = await server.city.carry_out("duty1", "incident.open", incident)
    data = {
        "incident_id": str(opened.result["incident_id"]),
        "plan_id": "earthquake",
        "level": "III",
        "reasons": [{"zh": "震感强烈"}],
    }
    return str((await server.city.carry_out("duty1", "response.propose", data)).result["response_id"])


async def test_the_difference_names_what_the_command_wants_and_whose_decision_it_is(server: Server) -> None:
    response = await proposed(server)
    path = f"/api/responses/{response}/difference"
    async with server.sign_in("duty1", "en") as officer:
        seen = (await officer.get(path, params={"level": "III"})).json()
        assert seen["may"]["post"] is None
        assert "Deputy commander" in seen["may"]["en"]
        assert (await officer.get(path, params={"level": "V"})).status_code == 422
        assert (
            await officer.get(f"/api/responses/{uuid.uuid4()}/difference", params={"level": "I"})
        ).status_code == 404
    async with server.sign_in("leader1") as leader:
        seen = (await leader.get(path, params={"level": "III"})).json()
        assert seen["may"]["post"] == {
            "post": "deputy_commander",
            "zh": "副指挥长",
            "en": "Deputy commander",
            "held": False,
        }
        assert (seen["counts"]["added"], seen["expected_hours"], seen["before"]) == (3, 48, None)
        data = {"response_id": response, "level": "III", "tasks": ["EQ-1"], "against": seen["against"]}
        await server.city.carry_out("leader1", "response.activate", data)
        lower = (await leader.get(path, params={"level": "IV"})).json()
        assert (lower["before"], lower["version"]) == ("III", 2)
        listed = (await leader.get(f"/api/responses/{response}/stand-down")).json()
        assert [item["kind"] for item in listed["items"]] == ["condition", "order"]
        # Nobody holds the commander's post; who activated commands the incident, and ends it in the post that he commands in.
        ends = listed["may"]["post"]
        assert (ends["post"], ends["standin"]["how"]) == ("deputy_commander", "commands")


async def test_who_may_not_see_the_incident_sees_nothing_of_its_response(server: Server) -> None:
    response = await proposed(server)
    async with server.sign_in("civ") as outsider:
        assert (await outsider.get(f"/api/responses/{response}/stand-down")).status_code == 403
