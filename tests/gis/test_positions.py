"""Positions of units: the newest wins, whatever the order in which they arrive."""

import asyncio
import random
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from gis.positions import Position, positions, upsert_positions
from spine.errors import Refused
from spine.realm import Realm
from tests.conftest import T0

UNIT = UUID(int=1)


def at(seconds: float, unit: UUID = UNIT, lon: float = 99.0) -> Position:
    when = T0 + timedelta(seconds=seconds)
    return Position(unit, lon, 23.5, 10.0, when, when + timedelta(seconds=1), "account:x")


async def test_newest_wins_and_older_is_no_error(realm: Realm) -> None:
    async with realm.pool.connection() as conn:
        assert await upsert_positions(conn, [at(10)]) == [at(10)]
        assert await upsert_positions(conn, [at(5, lon=98.0)]) == []
        assert await upsert_positions(conn, [at(10, lon=98.0)]) == []
        assert await upsert_positions(conn, [at(20, lon=99.2)]) == [at(20, lon=99.2)]
        assert await positions(conn) == [at(20, lon=99.2)]


async def test_one_batch_with_many_positions_of_a_unit(realm: Realm) -> None:
    other = UUID(int=2)
    async with realm.pool.connection() as conn:
        accepted = await upsert_positions(conn, [at(3), at(9, lon=99.9), at(6), at(1, other)])
        assert sorted(accepted, key=lambda p: p.unit_id) == [at(9, lon=99.9), at(1, other)]
        assert await upsert_positions(conn, []) == []
        assert await positions(conn, [other]) == [at(1, other)]


async def test_a_point_that_can_be_none_is_refused_and_nothing_is_kept(realm: Realm) -> None:
    async with realm.pool.connection() as conn:
        for lon in (float("nan"), 181.0):
            with pytest.raises(Refused) as caught:
                await upsert_positions(conn, [at(1, uuid4()), at(2, lon=lon)])
            assert caught.value.field == "positions[1].lon"
        assert await positions(conn) == []


async def test_writers_at_once_in_any_order(realm: Realm) -> None:
    units = [UUID(int=n) for n in range(1, 21)]
    batches = [[at(second, unit, 99 + second / 1000) for unit in units] for second in range(30)]
    order = random.Random(4)
    order.shuffle(batches)

    async def write(batch: list[Position]) -> None:
        order.shuffle(batch)
        async with realm.pool.connection() as conn:
            await upsert_positions(conn, batch)

    await asyncio.gather(*(write(batch) for batch in batches))
    async with realm.pool.connection() as conn:
        held = await positions(conn)
    assert [(p.unit_id, p.at) for p in held] == [(unit, at(29).at) for unit in units]
