"""The risk register: who enters and corrects what, what is refused, what is kept; scores and scenarios that follow the facts."""

import uuid
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege

from incidents.register import computed_store, store
from incidents.register.keeper import RegisterKeeper
from incidents.register.site import Site, substances_of
from spine.principal import system
from tests.incidents.desk import Desk

MENGDING = {"lon": 99.082, "lat": 23.557}
NOBODY = uuid.UUID(int=0)
"""Take in and score everything, compute no scenario: all of them take minutes."""
STREAMS = ("register", "register:530926", "register:530927")


@pytest.fixture
async def register(desk: Desk) -> Desk:
    await desk.watch.watch(*STREAMS)
    return desk


async def enter(desk: Desk, who: str = "duty1", **more: Any) -> str:
    data: dict[str, Any] = {
        "site_kind": "geo_point", "name": "遮哈滑坡", "point": MENGDING, "surveyed_on": "2025-11-03", "source": "自然资源局排查",
        "reason": "年度排查", "properties": {"geo_kind": "landslide", "slope_wan_m3": 12.5, "threatened_people": 86}, **more,
    }  # fmt: skip
    return str((await desk.do("register.enter", who, **data)).result["site_id"])


async def site_of(desk: Desk, key: str) -> Site:
    async with desk.city.realm.pool.connection() as conn:
        found = await store.find_site(conn, uuid.UUID(key))
    assert found is not None
    return found


def keeper(desk: Desk) -> RegisterKeeper:
    return RegisterKeeper(desk.city.realm, desk.city.house.registry)


# --- entering, correcting, retiring ------------------------------------------------------------------------------


async def test_a_site_is_entered_with_author_reason_and_survey(register: Desk) -> None:
    key = await enter(register)
    site = await site_of(register, key)
    assert (site.kind, site.name, site.area_code, site.version) == ("geo_point", "遮哈滑坡", "530926103", 1)
    assert str(site.surveyed_on) == "2025-11-03"
    assert site.properties == {"geo_kind": "landslide", "slope_wan_m3": 12.5, "threatened_people": 86.0}
    picture = await register.picture("register:530926")
    assert picture["register"]["530926"]["changes"] == 1
    assert (await register.picture("register"))["register"]["city"]["changes"] == 1
    assert (await register.picture("register:530927"))["register"] == {}


async def test_correcting_keeps_every_version_and_null_makes_unknown(register: Desk) -> None:
    key = await enter(register)
    await register.do(
        "register.correct",
        site_id=key,
        expect=1,
        reason="复核",
        properties={"threatened_people": None, "stability": "unstable"},
    )
    site = await site_of(register, key)
    assert site.properties == {"geo_kind": "landslide", "slope_wan_m3": 12.5, "stability": "unstable"}
    stale = await register.refused("register.correct", site_id=key, expect=1, reason="又改", name="遮哈大滑坡")
    assert (stale.code, stale.field) == ("stale_version", "data.expect")
    assert (
        await register.refused("register.correct", site_id=key, expect=2, reason="没改")
    ).code == "nothing_to_change"
    async with register.city.realm.pool.connection() as conn:
        versions = await store.versions_of(conn, uuid.UUID(key))
    assert [(v.version, v.action, v.reason) for v in versions] == [(2, "corrected", "复核"), (1, "entered", "年度排查")]
    assert versions[1].site["properties"] == {
        "geo_kind": "landslide", "slope_wan_m3": 12.5, "slope_height_m": None, "slope_deg": None, "slide_towards_deg": None,
        "stability": None, "threatened_people": 86.0, "threatened_wan": None, "plan": None, "warning": None, "remark": None,
    }  # fmt: skip


async def test_history_cannot_be_rewritten(register: Desk) -> None:
    await enter(register)
    async with register.city.realm.pool.connection() as conn:
        for table in ("register_site_version", "register_score"):
            with pytest.raises(InsufficientPrivilege):
                async with conn.transaction():
                    await conn.execute(f"DELETE FROM incidents.{table}")  # pyright: ignore[reportArgumentType,reportCallIssue]


async def test_retired_and_restored(register: Desk) -> None:
    key = await enter(register)
    await register.do("register.retire", site_id=key, expect=1, reason="已治理核销")
    assert (
        await register.refused("register.correct", site_id=key, expect=2, reason="改名", name="x")
    ).code == "site_retired"
    assert (await register.refused("register.recompute", site_id=key)).code == "site_retired"
    async with register.city.realm.pool.connection() as conn:
        assert await store.sites(conn) == []
        assert await store.sites_near(conn, 99.082, 23.557, 500) == []
    await register.do("register.restore", site_id=key, expect=2, reason="复发")
    assert (await register.refused("register.restore", site_id=key, expect=3, reason="复发")).code == "site_not_retired"
    async with register.city.realm.pool.connection() as conn:
        assert len(await store.sites_near(conn, 99.082, 23.557, 500)) == 1


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"site_kind": "volcano"}, "unknown_site_kind", "data.site_kind"),
        ({"properties": {"mass": 3}}, "unknown_property", "data.properties.mass"),
        ({"properties": {"slope_wan_m3": "大"}}, "property_number", "data.properties.slope_wan_m3"),
        ({"properties": {"slope_wan_m3": True}}, "property_number", "data.properties.slope_wan_m3"),
        ({"properties": {"slope_wan_m3": -1}}, "property_range", "data.properties.slope_wan_m3"),
        ({"properties": {"stability": "very"}}, "property_choice", "data.properties.stability"),
        ({"properties": {"remark": " "}}, "property_text", "data.properties.remark"),
        ({"site_kind": "hazardous_site", "properties": {"substances": "液氯"}}, "property_substances", "data.properties.substances"),
        ({"site_kind": "hazardous_site", "properties": {"substances": [{"key": "vodka", "mass_t": 1}]}}, "unknown_substance",
         "data.properties.substances.0.key"),
        ({"site_kind": "hazardous_site", "properties": {"substances": [{"key": "chlorine", "mass_t": -1}]}}, "property_range",
         "data.properties.substances.0.mass_t"),
        ({"surveyed_on": "2031-01-01"}, "survey_in_future", "data.surveyed_on"),
        ({"surveyed_on": "去年"}, "invalid_field", "data.surveyed_on"),
        ({"point": {"lon": 23.5, "lat": 99.0}}, "coordinates_swapped", "data.point"),
        ({"point": {"lon": 116.4, "lat": 39.9}}, "site_far_away", "data.point"),
        ({"reason": ""}, "invalid_field", "data.reason"),
        ({"source": ""}, "invalid_field", "data.source"),
        ({"department": "frb!"}, "invalid_field", "data.department"),
    ],
)  # fmt: skip
async def test_what_cannot_be_entered(register: Desk, more: dict[str, Any], code: str, field: str) -> None:
    data: dict[str, Any] = {
        "site_kind": "geo_point", "name": "遮哈滑坡", "point": MENGDING, "source": "排查", "reason": "年度排查", **more
    }  # fmt: skip
    refused = await register.refused("register.enter", **data)
    assert (refused.code, refused.field) == (code, field)


async def test_the_same_site_is_not_entered_twice(register: Desk) -> None:
    key = await enter(register)
    twice = await register.refused(
        "register.enter", site_kind="geo_point", name="遮哈滑坡", point=MENGDING, source="排查", reason="又报"
    )
    assert (twice.code, twice.facts["site_id"]) == ("site_known", key)


# --- who ---------------------------------------------------------------------------------------------------------


async def test_a_department_enters_and_corrects_its_own_only(register: Desk) -> None:
    own = await enter(register, "frb", name="消防巡查点", department="FRB")
    await register.do("register.correct", "frb", site_id=own, expect=1, reason="复核", owner="某公司")
    other = await enter(register, name="别人的点")
    refused = await register.refused("register.correct", "frb", site_id=other, expect=1, reason="更正", owner="x")
    assert refused.code == "forbidden"
    data: dict[str, Any] = {
        "site_kind": "geo_point",
        "name": "冒名",
        "point": MENGDING,
        "source": "x",
        "reason": "冒名登记",
    }
    assert (await register.refused("register.enter", "frb", **data)).code == "forbidden"
    assert (await register.refused("register.enter", "frb", department="PSB", **data)).code == "forbidden"
    handed = await register.refused("register.correct", "frb", site_id=own, expect=2, reason="移交", department="PSB")
    assert (handed.code, handed.field) == ("forbidden", "data.department")


async def test_a_county_keeps_to_its_county(register: Desk) -> None:
    assert await enter(register, "duty-gengma")
    refused = await register.refused(
        "register.enter", "duty-gengma", site_kind="geo_point", name="凤庆的点", point={"lon": 99.92, "lat": 24.59}, source="x",
        reason="越界登记",
    )  # fmt: skip
    assert refused.code == "forbidden"


# --- taking in, scoring, scenarios -------------------------------------------------------------------------------


async def test_facilities_become_sites_are_scored_and_computed_once(register: Desk) -> None:
    worker = keeper(register)
    done = await worker.catch_up(NOBODY)
    assert done.taken_in > 100
    assert (done.scored, done.computed) == (done.taken_in, 0)
    async with register.city.realm.pool.connection() as conn:
        standing = await store.sites(conn)
        newest = await computed_store.newest_scores(conn)
    assert {site.kind for site in standing} == {"hazardous_site", "tailings", "dam", "school", "hospital"}
    assert set(newest) == {site.id for site in standing}
    chlorine = next(s for s in standing if "加氯间" in s.name)
    [held] = substances_of(chlorine) or []
    assert held.key == "chlorine"
    assert held.mass_t is not None
    mixture = next(s for s in standing if "锗冶炼厂" in s.name)
    assert mixture.properties["substances"] == [{"key": "chlorine", "mass_t": None}]
    dam = next(s for s in standing if s.kind == "dam" and len(s.properties) > 2)
    for site in (mixture, dam):
        await worker.catch_up(site.id)
    async with register.city.realm.pool.connection() as conn:
        scenarios = await computed_store.scenarios_of(conn, [mixture.id, dam.id])
    assert [row.key for row in scenarios[dam.id]] == ["dam_break.day", "dam_break.night"]
    [waiting] = scenarios[mixture.id]
    assert (waiting.state, waiting.refusal is not None and waiting.refusal["code"]) == ("refused", "site_facts_missing")
    await register.check()
    again = await keeper(register).catch_up(dam.id)
    assert (again.taken_in, again.scored, again.computed) == (0, 0, 0)


async def test_a_correction_makes_a_new_score_and_new_scenarios_of_that_site_alone(register: Desk) -> None:
    key = await enter(
        register, site_kind="hazardous_site", name="孟定储配站",
        properties={"substances": [{"key": "lpg", "mass_t": 20.0}], "plan": "filed"},
    )  # fmt: skip
    worker, site_id = keeper(register), uuid.UUID(key)
    await worker.catch_up(site_id)
    async with register.city.realm.pool.connection() as conn:
        [first] = await computed_store.score_history(conn, site_id)
        before = {row.key: row for row in (await computed_store.scenarios_of(conn, [site_id]))[site_id]}
    await register.do(
        "register.correct",
        site_id=key,
        expect=1,
        reason="扩建",
        properties={"substances": [{"key": "lpg", "mass_t": 90.0}]},
        point={"lon": 99.0853, "lat": 23.557},
    )
    done = await worker.catch_up(site_id)
    assert done.computed == len(before) == 2
    async with register.city.realm.pool.connection() as conn:
        second, kept = await computed_store.score_history(conn, site_id)
        after = {row.key: row for row in (await computed_store.scenarios_of(conn, [site_id]))[site_id]}
        whole: Any = await computed_store.whole_score(conn, site_id)
    assert kept == first
    assert (second.no, second.site_version) == (2, 2)
    assert second.low > first.low
    assert set(after) == set(before)
    assert all(row.no == 2 and row.site_version == 2 for row in after.values())
    assert whole is not None
    lines: list[Any] = whole["lines"]
    assert sum(line["points"][1] for line in lines) == pytest.approx(second.high, abs=0.1)
    assert sorted(whole["unknown"]) == sorted(line["indicator"] for line in lines if line["reading"] is None)


async def test_no_exposure_means_people_are_not_known(register: Desk) -> None:
    key = await enter(register)
    await keeper(register).catch_up(uuid.UUID(key))
    async with register.city.realm.pool.connection() as conn:
        loaded = (await (await conn.execute("SELECT count(*) FROM gis.exposure_set")).fetchone() or (0,))[0]
        whole: Any = await computed_store.whole_score(conn, uuid.UUID(key))
    assert whole is not None
    assert isinstance(whole["unknown"], list)
    assert ("people_night_300" in whole["unknown"]) == (loaded == 0)


async def test_somebody_asks_and_it_is_computed_anew(register: Desk) -> None:
    key = await enter(
        register,
        site_kind="dam",
        name="测试水库",
        properties={"storage_wan_m3": 120.0, "dam_height_m": 22.0, "dam_type": "earth"},
    )
    worker = keeper(register)
    await worker.catch_up(uuid.UUID(key))
    await register.do("register.recompute", "leader1", site_id=key)
    done = await worker.catch_up(uuid.UUID(key))
    assert done.computed == 2
    assert (await site_of(register, key)).recompute_at is None


async def test_what_was_computed_for_an_earlier_version_is_not_filed(register: Desk) -> None:
    key = await enter(register)
    score: dict[str, Any] = {
        "site_id": key, "site_version": 9, "basis": "0" * 64, "low": 10.0, "high": 20.0, "level": "blue", "confidence": "A", "score": {},
    }  # fmt: skip
    answer = await register.do("register.score", system("register"), scores=[score])
    assert answer.result == {"filed": 0}
    answer = await register.do("register.scenarios", system("register"), site_id=key, site_version=9, scenarios=[])
    assert answer.result == {"filed": 0, "dropped": 0}


async def test_a_changed_layer_changes_what_nobody_corrected(register: Desk) -> None:
    worker = keeper(register)
    await worker.catch_up(NOBODY)
    async with register.city.realm.pool.connection() as conn:
        first, second = [site for site in await store.sites(conn) if site.kind == "school"][:2]
    await register.do(
        "register.correct", site_id=str(first.id), expect=first.version, reason="核实人数", properties={"people": 777}
    )
    codes = [first.facility_code, second.facility_code]
    async with register.city.realm.pool.connection() as conn:
        await conn.execute(
            "UPDATE gis.facility SET properties = properties || '{\"students\": 50}' WHERE code = ANY (%s)", (codes,)
        )
    done = await worker.catch_up(NOBODY)
    assert done.taken_in == 2
    assert (await site_of(register, str(first.id))).properties["people"] == 777
    assert (await site_of(register, str(second.id))).properties["people"] == 50
