"""Fences from the drawn area to the fact on the timeline: told once, by whichever process, and not forgotten by a restart."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from command.fences.react import follower
from gis.fences import Crossing
from spine.clock import HandClock
from spine.errors import Refused
from spine.follow import catch_up
from spine.principal import system
from tests.city import City, Server
from tests.conftest import T0
from tests.fold_check import FoldWatch
from tests.web.test_authority import open_incident
from web.fence_watch import FenceWatch, passage_id
from web.gateway.telemetry import Telemetry
from web.position_intake import PositionIntake, Reported

SQUARE = {"type": "Polygon", "coordinates": [[[99.0, 23.5], [99.1, 23.5], [99.1, 23.6], [99.0, 23.6], [99.0, 23.5]]]}
IN, OUT = (99.05, 23.55), (99.2, 23.55)


class Watch:
    """One process that takes positions in: its intake and its fences."""

    def __init__(self, city: City) -> None:
        self.fences = FenceWatch(city.house)
        self.intake = PositionIntake(city.realm, Telemetry(city.realm))
        self.intake.told = self.fences.take

    async def seen(self, unit: str, *places: tuple[float, tuple[float, float]]) -> int:
        reported = [
            Reported(unit_id=unit, lon=place[0], lat=place[1], accuracy_m=5.0, at=T0 + timedelta(seconds=s))
            for s, place in places
        ]
        await self.intake.take(reported, "x")
        return await self.fences.step()


async def unit_of(city: City) -> str:
    return next(iter((await city.person("field-mengding")).units()))


async def facts(city: City, stream: str = "board") -> list[tuple[str, bool]]:
    async with city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute(
                "SELECT kind, body FROM spine.fact WHERE stream = %s AND kind LIKE 'fence.%%' ORDER BY seq", (stream,)
            )
        ).fetchall()
    return [(str(kind), '"late":true' in str(body)) for kind, body in rows]


async def kinds(city: City, stream: str = "board") -> list[str]:
    return [kind for kind, _ in await facts(city, stream)]


async def draw(city: City, **more: Any) -> str:
    data = {"name": "警戒区", "purpose": "cordon", "geometry": SQUARE, **more}
    return str((await city.carry_out("duty1", "fence.draw", data)).result["fence_id"])


async def test_a_unit_that_drives_through_is_told_once(city: City, clock: HandClock) -> None:
    clock.forward(timedelta(hours=1))
    unit, watch = await unit_of(city), Watch(city)
    await draw(city)
    clock.forward(timedelta(seconds=1))
    start = (clock.now() - T0).total_seconds()
    clock.forward(timedelta(hours=1))
    assert await watch.seen(unit, (start, OUT)) == 0
    assert await watch.seen(unit, (start + 10, IN), (start + 20, IN)) == 1
    assert await watch.seen(unit, (start + 5, IN), (start + 15, OUT)) == 0  # late
    assert await watch.seen(unit, (start + 30, OUT)) == 1
    assert await kinds(city) == ["fence.drawn", "fence.entered", "fence.left"]
    assert await kinds(city, f"unit:{unit}") == ["fence.entered", "fence.left"]


async def test_two_processes_and_a_restart_tell_nothing_twice(city: City, clock: HandClock) -> None:
    unit, first = await unit_of(city), Watch(city)
    await draw(city)
    clock.forward(timedelta(minutes=10))
    await first.seen(unit, (60, OUT))
    assert await first.seen(unit, (70, IN)) == 1
    second = Watch(city)  # started later: it reads what was told
    assert await second.seen(unit, (80, IN)) == 0
    assert await second.seen(unit, (90, OUT)) == 1
    assert await first.seen(unit, (95, OUT)) in (0, 1)  # its table is a moment behind; the command is what counts
    assert await kinds(city) == ["fence.drawn", "fence.entered", "fence.left"]


async def test_what_waited_when_the_process_ended_is_made_up_for(city: City, clock: HandClock) -> None:
    unit, first = await unit_of(city), Watch(city)
    await draw(city)
    clock.forward(timedelta(minutes=10))
    await first.seen(unit, (60, OUT))
    lost = Watch(city)
    lost.intake.told = None  # it ended before it looked
    await lost.intake.take([Reported(unit_id=unit, lon=IN[0], lat=IN[1], at=T0 + timedelta(seconds=70))], "x")
    assert await Watch(city).fences.step() == 1
    assert await kinds(city) == ["fence.drawn", "fence.inside"]


async def test_a_new_fence_tells_who_is_in_it(city: City, clock: HandClock) -> None:
    unit, watch = await unit_of(city), Watch(city)
    await watch.seen(unit, (0, IN))
    fence = await draw(city)
    assert await Watch(city).fences.step() == 1
    assert await kinds(city) == ["fence.drawn", "fence.inside"]
    await city.carry_out("duty1", "fence.lift", {"fence_id": fence, "reason": "解除警戒"})
    assert await kinds(city) == ["fence.drawn", "fence.inside", "fence.lifted"]
    with pytest.raises(Refused, match="fence_lifted"):
        await city.carry_out("duty1", "fence.lift", {"fence_id": fence, "reason": "again"})


async def test_late_news_of_a_visit_is_told_once(city: City, clock: HandClock) -> None:
    unit, watch = await unit_of(city), Watch(city)
    await draw(city)
    clock.forward(timedelta(minutes=10))
    await watch.seen(unit, (60, OUT), (200, OUT))
    assert await watch.seen(unit, (100, IN), (110, IN)) == 1
    assert await Watch(city).seen(unit, (105, IN)) == 0
    assert await facts(city) == [("fence.drawn", False), ("fence.inside", True)]


async def test_an_incidents_areas_are_fences_while_it_is_open(city: City) -> None:
    incident = await open_incident(city, "530926")
    follow = follower(city.house.registry)

    async def settle() -> None:
        while await catch_up(city.realm, follow):
            pass

    async def version() -> int:
        async with city.realm.pool.connection() as conn:
            row = await (
                await conn.execute("SELECT version FROM incidents.incident WHERE id = %s", (incident,))
            ).fetchone()
        assert row is not None
        return int(row[0])

    stream = f"incident:{incident}"
    drawn = {"incident_id": incident, "which": "impact_area", "geometry": SQUARE}
    await city.carry_out("duty1", "incident.draw", {**drawn, "expect": await version()})
    await settle()
    assert await kinds(city, stream) == ["fence.drawn"]
    await city.carry_out(
        "duty1", "incident.draw", {**drawn, "which": "incident_area", "geometry": SQUARE, "expect": await version()}
    )
    await settle()
    assert await kinds(city, stream) == ["fence.drawn", "fence.drawn"]  # the other one was not drawn anew
    await city.carry_out("duty1", "incident.draw", {**drawn, "geometry": None, "expect": await version()})
    await settle()
    assert (await kinds(city, stream))[-1] == "fence.lifted"
    await city.carry_out(
        "leader1", "incident.close", {"incident_id": incident, "reason": "处置完毕", "expect": await version()}
    )
    await settle()
    assert await kinds(city, stream) == ["fence.drawn", "fence.drawn", "fence.lifted", "fence.lifted"]


async def test_pictures_of_fences_fold_as_they_are_fetched(city: City, clock: HandClock) -> None:
    incident = await open_incident(city, "530926")
    watch = FoldWatch(city.realm, city.house.book)
    unit = await unit_of(city)
    await watch.watch("board", "board:530926", "board:530921", f"incident:{incident}", f"unit:{unit}")
    drawn = await draw(city, incident_id=incident)
    await watch.check()
    for _ in range(2):  # the second takes the place of the first
        await draw(city, incident_id=incident, basis="impact_area", purpose="hazard")
        await watch.check()
    clock.forward(timedelta(minutes=1))
    await Watch(city).seen(unit, (0, IN))
    await city.carry_out("duty1", "fence.draw", {"purpose": "district", "district": "530921100"})
    await watch.check()
    await city.carry_out("duty1", "fence.lift", {"fence_id": drawn, "reason": "解除"})
    await city.carry_out("duty1", "fence.lift", {"incident_id": incident, "reason": "解除"})
    await watch.check()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"purpose": "cordon", "name": "x"}, "fence_without_area"), ({"purpose": "cordon", "geometry": SQUARE}, "missing"),
        ({"purpose": "district", "district": "530999"}, "not_found"), ({"purpose": "nonsense", "geometry": SQUARE}, "invalid_field"),
        ({"purpose": "cordon", "name": "x", "geometry": {"type": "Point", "coordinates": [99, 23]}}, "geometry_kind"),
        ({"purpose": "cordon", "name": "x", "geometry": SQUARE, "margin_m": -1}, "invalid_field"),
        ({"purpose": "cordon", "name": "x", "geometry": SQUARE, "incident_id": str(UUID(int=9))}, "not_found"),
    ],
)  # fmt: skip
async def test_what_is_no_fence_is_refused(city: City, data: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        await city.carry_out("duty1", "fence.draw", data)
    assert refusal.value.code == code
    assert await kinds(city) == []


async def test_districts_and_who_is_inside_over_http(city: City, server: Server, clock: HandClock) -> None:
    unit, watch = await unit_of(city), Watch(city)
    await city.carry_out("duty1", "fence.draw", {"purpose": "district", "district": "530926"})
    await watch.seen(unit, (0, IN))
    async with server.sign_in("duty1") as desk, server.sign_in("frb") as department:
        [fence] = (await desk.get("/api/fences")).json()["fences"]
        picture = (await desk.get("/api/picture/board")).json()["picture"]["fences"]
        assert (await department.get("/api/fences")).json()["fences"] == []
    assert (fence["name"], fence["basis"], fence["area"]["type"]) == ("耿马县", "district", "Polygon")
    assert [one["unit_id"] for one in fence["inside"]] == [unit]
    assert picture.keys() == {fence["id"]}


async def test_only_the_system_tells_passages(city: City) -> None:
    fence = await draw(city)
    crossing = Crossing(fence, await unit_of(city), "enter", T0.timestamp(), *IN)
    assert passage_id(crossing) == passage_id(crossing)
    data = {"fence_id": fence, "unit_id": crossing.unit, "what": "enter", "lon": IN[0], "lat": IN[1]}
    with pytest.raises(Refused, match="forbidden"):
        await city.carry_out("duty1", "fence.cross", data)
    assert system("fences").id == "system:fences"
