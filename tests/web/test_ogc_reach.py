"""What a person sees in the interchange is what he sees in his pictures, whoever he is; the rest does not exist."""

from pathlib import Path
from uuid import UUID

import httpx
import pytest

from gis.positions import Position, upsert_positions
from spine.accounts import make_api_token
from spine.authority import OVERSEERS, Allow, Scope, grant_reaches
from spine.principal import CITY, Grant, Principal, Role
from spine.reach import reach_of
from tests.city import City, Server
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import described
from tests.web.ogc_client import bring, noticed, open_incident, reader_of, warn

LOGINS = ("duty1", "duty-gengma", "leader1", "frb", "psb", "emb-gengma", "field-mengding", "director", "evaluator", "auditor", "supervisor",
          "admin")  # fmt: skip
GENGMA, FENGQING = {"lon": 99.1, "lat": 23.5}, {"lon": 99.9, "lat": 24.6}


async def test_incidents_warnings_and_units_are_those_of_the_pictures(city: City, server: Server) -> None:
    here = await open_incident(city, "530926", "孟定山洪", GENGMA)
    there = await open_incident(city, "530921", "凤庆山洪", FENGQING)
    drawn = {"type": "Polygon", "coordinates": [[[99.1, 23.5], [99.2, 23.5], [99.2, 23.6], [99.1, 23.5]]]}
    await city.carry_out(
        "duty1", "incident.draw", {"incident_id": here, "expect": 1, "which": "incident_area", "geometry": drawn}
    )
    task = {"incident_id": here, "title": "搜救", "text": "排查", "department": "FRB", "due_minutes": 60}
    await city.carry_out("duty1", "task.issue", task)
    alerts = {await warn(city, "耿马红色预警", 99.1, 23.5), await warn(city, "凤庆红色预警", 99.9, 24.6)}
    attached = await warn(city, "耿马雷电预警", 99.11, 23.51, class_key="nd.met.lightning")
    await city.carry_out("duty1", "incident.attach", {"incident_id": here, "alert_id": attached})
    for login in LOGINS:
        async with server.sign_in(login) as client:
            reader = await reader_of(client)
            seen = {"incidents": set[str](), "units": set[str](), "warnings": set[str]()}
            for stream in ("board", "board:530926", "board:530921", f"incident:{here}", f"incident:{there}"):
                answer = await client.get(f"/api/picture/{stream}")
                if answer.status_code == 200:
                    picture = answer.json()["picture"]
                    seen["incidents"] |= set(picture.get("incidents", {})) | set(picture.get("incident", {}))
                    seen["warnings"] |= set(picture.get("alerts", {}))
            every = [str(unit) for unit in (await units_there_are(city))]
            for unit in every:
                if (await client.get(f"/api/picture/unit:{unit}")).status_code == 200:
                    seen["units"].add(unit)
            for name, expected in seen.items():
                document = await reader.items(name, limit=1000)
                got = {feature["id"] for feature in document["features"]}
                assert got == expected, (login, name)
                assert document["numberMatched"] == len(expected), (login, name)
            areas = await reader.ids("incident_areas")
            assert areas == ([f"{here}.incident_area"] if here in seen["incidents"] else []), login
            for incident in (here, there):
                status = 200 if incident in seen["incidents"] else 404
                await reader.get(f"/collections/incidents/items/{incident}", status)
            assert alerts | {attached} >= seen["warnings"]


async def units_there_are(city: City) -> list[str]:
    async with city.realm.pool.connection() as conn:
        rows = await (await conn.execute("SELECT id::text FROM command.unit")).fetchall()
    return [str(row[0]) for row in rows]


async def test_an_incident_elsewhere_leaks_by_nothing(city: City, server: Server) -> None:
    there = await open_incident(city, "530921", "凤庆机密", FENGQING)
    async with server.sign_in("duty-gengma") as client:
        reader = await reader_of(client)
        questions: tuple[dict[str, str | int], ...] = (
            {},
            {"bbox": "99.8,24.5,100,24.7"},
            {"title": "凤庆机密"},
            {"area_code": "530921"},
            {"filter": "title LIKE '凤庆%'"},
            {"filter": "S_INTERSECTS(geom, BBOX(99.8,24.5,100,24.7))"},
            {"filter": "title <> 'x' OR true"},
            {"datetime": "2020-01-01/.."},
            {"offset": 1},
        )
        for question in questions:
            answer = await client.get("/ogc/collections/incidents/items", params=question)
            document = answer.json()
            assert (document["numberMatched"], document["features"]) == (0, []), question
            assert there not in answer.text
        told = (await reader.get("/collections/incidents")).json()
        assert told["extent"] == {}
        page = await client.get("/ogc/collections/incidents/items?f=html")
        assert there not in page.text
        assert "凤庆" not in page.text


async def test_nobody_and_a_feed_see_nothing(server: Server, city: City) -> None:
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        for path in ("", "/conformance", "/api", "/collections", "/collections/incidents/items", "/nowhere"):
            answer = await nobody.get(f"/ogc{path}")
            assert answer.status_code == 401, path
            assert answer.headers["content-type"] == "application/problem+json"


async def test_a_bearer_token_reads_and_a_feeds_token_sees_no_incidents(city: City, server: Server) -> None:
    incident = await open_incident(city, "530926", "孟定山洪", GENGMA)
    now = city.realm.clock.now()
    async with city.realm.pool.connection() as conn:
        row = await (await conn.execute("SELECT id FROM spine.account WHERE login = 'duty1'")).fetchone()
        assert row is not None
        token = await make_api_token(conn, name="gis", account_id=row[0], at=now)
        feeds = await make_api_token(conn, name="cap", feed_name="cap", at=now)
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as client:
        assert await (await reader_of(client)).ids("incidents") == [incident]
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {feeds}"}) as client:
        listed = (await client.get("/ogc/collections")).json()["collections"]
        assert not {"incidents", "incident_areas", "warnings", "units"} & {one["id"] for one in listed}
        for name in ("incidents", "incident_areas", "warnings", "units"):
            for path in ("", "/items", f"/items/{incident}", "/queryables"):
                assert (await client.get(f"/ogc/collections/{name}{path}")).status_code == 404
            assert name not in str((await client.get("/ogc/api")).json()["paths"])


async def test_a_restricted_layer_is_not_there_for_others(city: City, server: Server, tmp_path: Path) -> None:
    path = files.geojson(tmp_path / "depots.geojson", [{"type": "Point", "coordinates": [99.1, 23.5]}])
    told = described("depots", sensitivity="restricted", department="WAT", readers=("FRB",))
    await bring(city, tmp_path, path, told)
    for login, sees in {"duty1": True, "leader1": True, "wat": True, "frb": True, "heb": False, "auditor": False,
                        "duty-gengma": False, "field-mengding": False}.items():  # fmt: skip
        async with server.sign_in(login) as client:
            await noticed(client, city)
            for below in ("", "/items", "/items/1", "/queryables", "/items?f=html", "/items?filter=true"):
                answer = await client.get(f"/ogc/collections/depots{below}")
                assert answer.status_code == (200 if sees else 404), (login, below)
            for path_of_list in ("/ogc/collections", "/ogc/collections?f=html", "/ogc/api", "/ogc/api?f=html"):
                assert ("depots" in (await client.get(path_of_list)).text) is sees, (login, path_of_list)


async def test_a_layer_named_like_something_that_lives_stands_beside_it(
    city: City, server: Server, tmp_path: Path
) -> None:
    path = files.geojson(tmp_path / "units.geojson", [{"type": "Point", "coordinates": [99.1, 23.5]}])
    await bring(city, tmp_path, path, described("units"))
    async with server.sign_in("duty1") as client:
        await noticed(client, city)
        reader = await reader_of(client)
        assert await reader.ids("layer-units") == [1]
        assert len(await reader.ids("units", limit=1000)) == len(await units_there_are(city))
        await reader.get("/collections/layer-schools", 404)


async def test_a_unit_is_where_it_was_last(city: City, server: Server) -> None:
    unit = UUID(next(iter((await city.person("field-mengding")).units())))
    async with server.sign_in("duty1") as client:
        reader = await reader_of(client)
        before = (await reader.get(f"/collections/units/items/{unit}")).json()
        assert before["properties"]["at_home"] is True
        now = city.realm.clock.now()
        async with city.realm.pool.connection() as conn:
            await upsert_positions(conn, [Position(unit, 99.2, 23.7, 8.0, now, now, "test")])
        after = (await reader.get(f"/collections/units/items/{unit}")).json()
        assert after["geometry"]["coordinates"] == [99.2, 23.7]
        assert (after["properties"]["at_home"], after["properties"]["accuracy_m"]) == (False, 8.0)


GRANTS = (
    Grant(Role.DUTY_OFFICER, "530926"),
    Grant(Role.LEADER, CITY),
    Grant(Role.AUDITOR, "530926001"),
    Grant(Role.DEPARTMENT, CITY, department="FRB"),
    Grant(Role.FIELD_UNIT, CITY, unit="u1"),
    Grant(Role.FEED),
    Grant(Role.SYSTEM, "999999"),
)
SCOPES = (
    Scope(area=CITY),
    Scope(area="530926"),
    Scope(area="530926001"),
    Scope(area="530921", departments=frozenset({"FRB"})),
    Scope(area="530921", units=frozenset({"u1"})),
    Scope(area="530921", departments=frozenset({"PSB"}), units=frozenset({"u2"})),
)


@pytest.mark.parametrize("grant", GRANTS, ids=lambda grant: str(grant.role))
def test_reach_says_what_authority_says(grant: Grant) -> None:
    rule = Allow(OVERSEERS | {Role.DEPARTMENT, Role.FIELD_UNIT})
    reach = reach_of(Principal("p", "p", (grant,)))
    for scope in SCOPES:
        by_authority = grant.role in rule.roles and grant_reaches(grant, scope)
        by_reach = (
            any((scope.area or CITY).startswith(area) for area in reach.areas)
            or not scope.departments.isdisjoint(reach.departments)
            or not scope.units.isdisjoint(reach.units)
        )
        assert by_reach == by_authority, scope
