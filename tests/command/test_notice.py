"""A notice in the record reaches the people it is for, in their language, once."""

from uuid import UUID, uuid4

import pytest

from command.notice import Notice, To, notice_fact
from spine.principal import system
from spine.record import append
from tests.city import City
from tests.command.scene import Scene


async def _given(city: City, to: tuple[To, str], incident_id: UUID | None = None) -> list[tuple[str, str]]:
    """Who is told what, when everything has reacted to the fact twice."""
    words = (("请尽快签收", "Please sign"), ("三次催办未签收。", "Urged three times."))
    fact = notice_fact(Notice(to, *words, ("task", uuid4()), incident_id))
    at = city.realm.clock.now()
    async with city.realm.pool.connection() as conn:
        await append(conn, [fact], at=at, occurred_at=at, by=system("test"), command_id=uuid4())
    await city.settle()
    await city.settle()
    async with city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute(
                """
                SELECT a.login, d.subject FROM notify.delivery d JOIN spine.account a ON a.id = d.account_id
                WHERE d.channel = 'in_app' ORDER BY a.login
                """
            )
        ).fetchall()
    return [(str(login), str(subject)) for login, subject in rows]


@pytest.mark.parametrize(
    ("to", "told"),
    [
        (("department", "FRB"), [("frb", "请尽快签收")]),
        (("unit", "field-mengding"), [("field-mengding", "请尽快签收")]),
        # Nobody holds the post: everybody who may hold it is told, each in his language.
        (("post", "standby"), [("duty-en", "Please sign"), ("duty1", "请尽快签收"), ("duty2", "请尽快签收")]),
        (("account", "leader2"), [("leader2", "请尽快签收")]),
        (("post", "no_such_post"), []),
    ],
)
async def test_who_is_told(city: City, to: tuple[To, str], told: list[tuple[str, str]]) -> None:
    kind, key = to
    if kind == "unit":
        [key] = (await city.person(key)).units()
    if kind == "account":
        key = str((await city.person(key)).account_id)
    assert await _given(city, (kind, key)) == told


async def test_whoever_holds_the_post_is_told_alone(city: City) -> None:
    await city.carry_out("duty2", "duty.take", {"post": "watch_commander"})
    assert await _given(city, ("post", "watch_commander")) == [("duty2", "请尽快签收")]


async def test_a_notice_stands_in_its_incident(scene: Scene) -> None:
    incident = await scene.open_quake(magnitude=None)  # which calls for no response, so nobody is asked for one
    assert await _given(scene.city, ("department", "FRB"), UUID(incident)) == [("frb", "请尽快签收")]
    await scene.watch.check()
    [message] = scene.picture(f"incident:{incident}", "messages").values()
    assert message["subject"] == "请尽快签收"
