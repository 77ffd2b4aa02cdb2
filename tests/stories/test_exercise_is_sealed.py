"""An exercise runs to its end in a sealed copy; the live realm is byte for byte what it was, and nobody outside is told."""

import hashlib
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg import sql

from command.exercises.director import run_due
from command.exercises.scenario import load_scenario
from notify.deliver import deliver_waiting
from spine.carry_out import carry_out
from spine.clock import HandClock, PacedClock
from spine.db import owner_connection
from spine.errors import Refused
from spine.nudge import Nudges
from spine.private_services import Services
from spine.realm import open_realm
from tests.city import City, city_of
from web.exercise_realm import PREFIX, make_exercise_realm
from web.rooms import furnish

NAME = "sealed_test"
LISTED = "leader1@lincang.test"


async def fingerprint(database_url: str) -> str:
    """Everything in a database but telemetry and sessions, as one hash."""
    total = hashlib.sha256()
    async with owner_connection(database_url) as conn:
        tables = await (
            await conn.execute(
                """
                SELECT schemaname, tablename FROM pg_tables
                WHERE schemaname IN ('spine', 'gis', 'incidents', 'command', 'notify') ORDER BY 1, 2
                """
            )
        ).fetchall()
        for schema, table in tables:
            if (schema, table) in (("gis", "position"), ("spine", "session")):
                continue
            query = sql.SQL("SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t")
            row = await (await conn.execute(query.format(sql.Identifier(schema, table)))).fetchone()
            total.update(f"{schema}.{table}:{row}".encode())
    return total.hexdigest()


@pytest.fixture
async def live(city: City, services: Services) -> AsyncGenerator[City]:
    """A live city with an incident of its own, and no exercise left over afterwards."""
    await city.carry_out(
        "duty1",
        "incident.open",
        {"title": "南汀河山洪", "class_key": "nd.flood.flash", "place": "孟定镇", "area_code": "530926103"},
    )
    await city.settle()
    yield city
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(PREFIX + NAME)))


async def test_ten_injects_in_a_sealed_copy(live: City, city_url: str, tmp_path: Path) -> None:
    before = await fingerprint(city_url)
    scenario = load_scenario("gengma_m63")
    made = await make_exercise_realm(
        city_url,
        name=NAME,
        scenario=scenario,
        starts_at=scenario.starts_at,
        speed=120.0,
        addresses=(LISTED,),
        data_dir=tmp_path,
    )
    with pytest.raises(Refused, match="exercise_exists"):
        await make_exercise_realm(
            city_url,
            name=NAME,
            scenario=scenario,
            starts_at=scenario.starts_at,
            speed=1,
            addresses=(),
            data_dir=tmp_path,
        )
    realm = await open_realm(made.database_url, nudges=Nudges(None, NAME), data_dir=made.data_dir)
    try:
        assert isinstance(realm.clock, PacedClock)
        wall = HandClock(datetime.now(UTC))
        realm.clock.wall = wall
        exercise = city_of(realm)
        house = furnish(realm, mail=True)
        for _ in range(60):  # two hours of exercise time in steps of two minutes
            wall.forward(timedelta(seconds=1))
            while await run_due(realm, house.registry, carry_out):
                await exercise.settle()
            await exercise.settle()
            await deliver_waiting(realm, house.registry, {})
        async with realm.pool.connection() as conn:
            injects = await (await conn.execute("SELECT no, state FROM command.inject ORDER BY no")).fetchall()
            told = await (
                await conn.execute("SELECT address, state, subject, error FROM notify.delivery WHERE channel = 'smtp'")
            ).fetchall()
        numbered = {str(no): str(state) for no, state in injects if str(no).isdigit()}
        assert numbered == {str(number): "delivered" for number in range(1, 11)}
        assert told
        assert all(subject.startswith(("【演练】", "[EXERCISE] ")) for _, _, subject, _ in told)
        assert all(state == "failed" and "名单" in error for address, state, _, error in told if address != LISTED)
    finally:
        await realm.close()
    assert await fingerprint(city_url) == before


async def test_what_belongs_to_exercises_is_refused_in_the_live_realm(live: City) -> None:
    for kind, data in (("clock.set", {"paused": True}), ("exercise.end", {"reason": "试"})):
        with pytest.raises(Refused) as refused:
            await live.carry_out("director", kind, data)
        assert refused.value.code == "exercise_only"
