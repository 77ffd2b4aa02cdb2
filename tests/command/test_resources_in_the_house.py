"""Resources in the whole house: who asks whom, what is promised once, what climbs when nobody answers, on every desk at once."""

import asyncio
import uuid
from pathlib import Path
from typing import Any, cast

import pytest
from redis.asyncio import Redis

from command.organisation.book import unit_id
from spine.canonical import JsonObject
from spine.clock import HandClock
from spine.errors import Refused
from spine.nudge import Nudges
from spine.private_services import Services
from spine.realm import open_realm
from tests.city import city_of
from tests.command.scene import Scene

RESCUE = str(unit_id("emb-rescue"))


@pytest.fixture
async def resources(scene: Scene) -> Scene:
    await scene.watch.watch("resources", "department:EMB-530926", "department:HEB")
    return scene


async def ask(scene: Scene, who: str = "cty-gengma", **over: Any) -> JsonObject:
    data: dict[str, Any] = {
        "department": "CTY-530926", "to": ["EMB-530926"], "item": "tent_12", "quantity": 50, "priority": "urgent",
        "text": "孟定安置点缺帐篷", **over,
    }  # fmt: skip
    return (await scene.do(who, "request.make", **data)).result


async def offer(
    scene: Scene, request: Any, who: str, party: str, source_id: str | None, quantity: int, source: str = "stock"
) -> str:
    answer = await scene.do(
        who, "request.offer", request_id=request, party=party, source=source, quantity=quantity,
        **({} if source_id is None else {"source_id": source_id}),
    )  # fmt: skip
    return str(answer.result["offer_id"])


async def lots(scene: Scene, depot: str, item: str) -> list[tuple[str, int, int, int, int, int]]:
    async with scene.city.realm.pool.connection() as conn:
        rows = await (
            await conn.execute(
                "SELECT lot_no, free, committed, out, used, discarded FROM command.stock_lot WHERE depot = %s AND item = %s ORDER BY expires_on, lot_no",
                (depot, item),
            )
        ).fetchall()
    return [(lot_no, free, committed, out, used, gone) for lot_no, free, committed, out, used, gone in rows]


async def test_a_request_is_answered_in_parts_sent_received_and_returned(resources: Scene) -> None:
    scene = resources
    incident = await scene.open_quake(magnitude=None)
    own = f"incident:{incident}"
    made = await ask(scene, "duty1", incident_id=incident, to=["EMB-530926", "EMB"], quantity=100)
    request = str(made["request_id"])
    assert str(made["no"]).endswith("-Q01")
    for stream in (own, "department:EMB-530926", "department:EMB", "department:CTY-530926"):
        assert scene.picture(stream, "requests")[request]["state"] == "asked"
    clock = next(c for c in scene.picture("board", "deadlines").values() if c["subject_id"] == request)
    assert (clock["kind"], clock["department"]) == ("request_answer", "EMB-530926")

    first = await offer(scene, request, "emb-gengma", "EMB-530926", "county-530926", 60)
    shown = scene.picture(own, "requests")[request]
    assert (shown["state"], shown["open_need"], shown["answer_due"] is not None) == ("answered", 40, True)
    clock = next(c for c in scene.picture("board", "deadlines").values() if c["subject_id"] == request)
    assert clock["department"] == "EMB"
    second = await offer(scene, request, "emb", "EMB", "city-relief", 40)
    assert scene.picture(own, "requests")[request]["state"] == "covered"
    assert not [c for c in scene.picture("board", "deadlines").values() if c["subject_id"] == request]
    assert (await scene.refused("emb", "request.offer", request_id=request, party="EMB", source="stock",
                                source_id="city-relief", quantity=1)).code == "offer_exceeds_need"  # fmt: skip

    await scene.do("cty-gengma", "request.commit", offer_id=first)
    assert await lots(scene, "county-530926", "tent_12") == [("2024-1", 4, 60, 0, 0, 0)]
    await scene.do("cty-gengma", "request.commit", offer_id=second)
    await scene.do("emb-gengma", "request.deploy", offer_id=first, quantity=50, transport="云S12345 王师傅")
    await scene.do("cty-gengma", "request.receive", offer_id=first, quantity=45)
    assert (await scene.refused("cty-gengma", "request.receive", offer_id=first, quantity=6)).code == "offer_transition"
    shown = next(o for o in scene.picture(own, "requests")[request]["offers"] if o["id"] == first)
    assert (shown["committed"], shown["deployed"], shown["received"], shown["out"]) == (60, 50, 45, 50)
    await scene.do("cty-gengma", "request.release", offer_id=first)
    assert await lots(scene, "county-530926", "tent_12") == [("2024-1", 14, 0, 50, 0, 0)]
    await scene.do("emb-gengma", "request.return", offer_id=first, returned=44, lost=6)
    assert await lots(scene, "county-530926", "tent_12") == [("2024-1", 58, 0, 0, 0, 6)]
    assert (await scene.refused("emb", "request.cancel", request_id=request, reason="误")).code == "forbidden"
    await scene.do("emb", "request.withdraw", offer_id=second, reason="道路中断")
    await scene.do("cty-gengma", "request.cancel", request_id=request, reason="安置点撤销")
    assert request not in scene.picture("department:EMB", "requests")
    assert scene.picture(own, "requests")[request]["state"] == "closed"
    notices: list[Any] = await scene.facts(own, "notice.given")
    told: list[str] = [notice["data"]["to"]["id"] for notice in notices]
    assert {"EMB", "EMB-530926", "CTY-530926"} <= set(told)


async def test_what_is_offered_to_one_is_not_offered_to_another(resources: Scene) -> None:
    scene = resources
    one, two = (await ask(scene))["request_id"], (await ask(scene, quantity=64))["request_id"]
    await offer(scene, one, "emb-gengma", "EMB-530926", "county-530926", 50)
    refused = await scene.refused("emb-gengma", "request.offer", request_id=two, party="EMB-530926", source="stock",
                                  source_id="county-530926", quantity=15)  # fmt: skip
    assert (refused.code, refused.facts["left"], refused.facts["offered"]) == ("stock_short", 14, 50)
    own_use = await scene.refused(
        "emb-gengma", "stock.commit", depot="county-530926", item="tent_12", quantity=15, purpose="自用"
    )
    assert own_use.code == "stock_short"
    await offer(scene, two, "emb-gengma", "EMB-530926", "county-530926", 14)


async def test_silence_climbs_to_the_city_to_the_province_and_then_to_the_watch(resources: Scene) -> None:
    scene = resources
    request = str((await ask(scene, priority="life"))["request_id"])
    asked = ["EMB-530926"]
    for party in ("EMB", "X-YUNNAN"):
        scene.forward(11)
        await scene.settle()
        asked.append(party)
        shown = scene.picture("department:EMB", "requests")[request]
        assert [p["party"] for p in shown["parties"]] == asked
        assert shown["parties"][-1]["why"] == "escalated"
    scene.forward(11)
    await scene.settle()
    assert scene.picture("department:EMB", "requests")[request]["answer_due"] is None
    notices: list[Any] = await scene.facts("notices", "notice.given")
    posts: list[dict[str, str]] = [notice["data"]["to"] for notice in notices]
    assert {"kind": "post", "id": "watch_commander"} in posts

    outside = await offer(scene, request, "emb", "X-YUNNAN", None, 50, "outside")
    await scene.do("cty-gengma", "request.commit", offer_id=outside)
    await scene.do("emb", "request.deploy", offer_id=outside)
    await scene.do("cty-gengma", "request.receive", offer_id=outside)
    assert scene.picture("department:EMB", "requests")[request]["state"] == "fulfilled"


async def test_the_watch_and_the_coordinator_hear_that_it_will_not_suffice(resources: Scene) -> None:
    scene = resources
    made = await ask(scene, quantity=4000, to=["EMB"])
    outlook: Any = made["outlook"]
    assert outlook["short"] == 4000 - outlook["free"] > 0
    assert (outlook["cause"], outlook["request_no"]) == ("asked", made["no"])
    notices: list[Any] = await scene.facts("notices", "notice.given")
    assert any(n["data"]["to"]["id"] == "EMB" and "缺" in n["data"]["text_zh"] for n in notices)


async def test_two_programs_give_away_the_last_tents_at_once(
    resources: Scene, services: Services, city_url: str, clock: HandClock, tmp_path: Path
) -> None:
    """Two programs on connections of their own: what is there is given away once, and who comes too late is told how much is left."""
    nudges = Nudges(Redis.from_url(services.redis_url), uuid.uuid4().hex)  # pyright: ignore[reportUnknownMemberType]
    other = await open_realm(city_url, nudges=nudges, data_dir=tmp_path, clock=clock, most_connections=4)
    houses = (resources.city, city_of(other))
    left: list[tuple[str, Any]] = []

    async def take(number: int) -> int:
        data = {"depot": "county-530926", "item": "tent_12", "quantity": 15, "purpose": "安置"}
        try:
            await houses[number % 2].carry_out("emb-gengma", "stock.commit", data)
        except Refused as refused:
            left.append((refused.code, refused.facts["left"]))
            return 0
        return 15

    try:
        assert sum(await asyncio.gather(*(take(number) for number in range(10)))) == 60
    finally:
        await other.close()
    assert left == [("stock_short", 4)] * 6
    assert await lots(resources, "county-530926", "tent_12") == [("2024-1", 4, 60, 0, 0, 0)]


async def test_who_counts_on_a_shelter_hears_that_it_is_gone(resources: Scene) -> None:
    scene = resources
    async with scene.city.realm.pool.connection() as conn:
        row = await (
            await conn.execute("SELECT id FROM command.shelter WHERE area_code LIKE '530926%%' ORDER BY id LIMIT 1")
        ).fetchone()
    assert row is not None
    request = await ask(scene, "emb-gengma", department="EMB-530926", to=["CTY-530926"], item="shelter_place")
    await offer(scene, request["request_id"], "cty-gengma", "CTY-530926", str(row[0]), 20, "shelter")
    await scene.do("duty-gengma", "shelter.suspend", shelter_id=str(row[0]), reason="房屋开裂")
    notices: list[Any] = await scene.facts("notices", "notice.given")
    assert any(n["data"]["to"]["id"] == "EMB-530926" and "另找" in n["data"]["text_zh"] for n in notices)


async def test_stock_is_received_counted_used_and_thrown_away(resources: Scene) -> None:
    scene = resources
    who, depot = "emb-gengma", "county-530926"
    received = {"depot": depot, "item": "mask_n95", "lot_no": "X-9", "quantity": 500, "source": "捐赠"}
    answer = await scene.do(who, "stock.receive", **received, expires_on="2027-01-31")
    lot = cast(list[str], answer.result["lots"])[0]
    assert (await scene.refused(who, "stock.receive", **received, expires_on="2027-02-28")).code == "other_expiry"
    assert (
        await scene.refused(who, "stock.receive", **(received | {"lot_no": "X-8"}), expires_on="2026-01-01")
    ).code == "lot_expired"
    assert (await scene.refused(who, "stock.receive", **(received | {"measure": "box"}))).code == "wrong_measure"
    assert (await scene.refused(who, "stock.receive", **(received | {"item": "gold"}))).code == "unknown_item"
    assert (await scene.refused(who, "stock.receive", **(received | {"quantity": -5}))).code == "invalid_field"
    assert (await scene.refused("emb", "stock.receive", **received)).code == "forbidden"
    assert (await scene.refused("duty-gengma", "stock.count", lot_id=lot, counted=490)).code == "reason_required"
    await scene.do("duty-gengma", "stock.count", lot_id=lot, counted=490, reason="点数有误")
    hold = (await scene.do(who, "stock.commit", depot=depot, item="mask_n95", quantity=600, purpose="口岸消杀")).result[
        "hold_id"
    ]
    assert (await scene.refused(who, "stock.issue", hold_id=hold, quantity=601)).code == "more_than_committed"
    await scene.do(who, "stock.issue", hold_id=hold, quantity=550)
    await scene.do(who, "stock.return", hold_id=hold, returned=50, used=490, lost=10, unused=50)
    assert (await scene.refused(who, "stock.return", hold_id=hold, returned=1)).code == "more_than_out"
    await scene.do(who, "stock.discard", lot_id=lot, quantity=5, reason="破损")
    rows = await lots(scene, depot, "mask_n95")
    assert sum(row[4] for row in rows) == 490
    assert sum(row[5] for row in rows) == 15
    assert all(row[2] == row[3] == 0 for row in rows)


async def test_a_shelter_fills_and_no_place_is_promised_twice(resources: Scene) -> None:
    scene = resources
    incident = await scene.open_quake(magnitude=None)
    own = f"incident:{incident}"
    async with scene.city.realm.pool.connection() as conn:
        row = await (
            await conn.execute(
                "SELECT id, capacity FROM command.shelter WHERE area_code LIKE '530926%%' ORDER BY capacity LIMIT 1"
            )
        ).fetchone()
    assert row is not None
    shelter, capacity = str(row[0]), int(row[1])
    await scene.do("cty-gengma", "shelter.open", shelter_id=shelter, incident_id=incident)
    for stream in ("board", "board:530926", own, "department:CTY-530926"):
        assert scene.picture(stream, "shelters")[shelter]["occupied"] is None
    crowded = await scene.do("cty-gengma", "shelter.report", shelter_id=shelter, occupied=capacity + 20)
    assert (crowded.result["over"], crowded.result["free"]) == (20, 0)
    await scene.do("cty-gengma", "shelter.report", shelter_id=shelter, occupied=capacity - 30, needs={"elderly": 12})
    late = await scene.do_late("cty-gengma", "shelter.report", 30, shelter_id=shelter, occupied=3)
    assert late.result["moved"] is False
    assert (await scene.refused("wat", "shelter.report", shelter_id=shelter, occupied=3)).code == "forbidden"
    places = await ask(
        scene, "duty1", department="EMB", to=["CTY-530926"], item="shelter_place", quantity=40, incident_id=incident
    )
    offer_id = await offer(scene, places["request_id"], "cty-gengma", "CTY-530926", shelter, 25, "shelter")
    refused = await scene.refused("cty-gengma", "request.offer", request_id=places["request_id"], party="CTY-530926",
                                  source="shelter", source_id=shelter, quantity=10)  # fmt: skip
    assert (refused.code, refused.facts["left"]) == ("shelter_full", 5)
    assert (
        await scene.refused("cty-gengma", "shelter.close", shelter_id=shelter, reason="x")
    ).code == "shelter_has_promises"
    await scene.do("emb", "request.commit", offer_id=offer_id, quantity=20)
    assert scene.picture(own, "shelters")[shelter]["promised"] == 20
    await scene.do("cty-gengma", "request.deploy", offer_id=offer_id)
    await scene.do("emb", "request.receive", offer_id=offer_id)
    await scene.do("emb", "request.release", offer_id=offer_id)
    shown = scene.picture(own, "shelters")[shelter]
    assert (shown["promised"], shown["free"]) == (0, 30)
    await scene.do("cty-gengma", "shelter.close", shelter_id=shelter, reason="群众已返家")
    assert shelter not in scene.picture("board", "shelters")
    await scene.do("duty-gengma", "shelter.suspend", shelter_id=shelter, reason="地裂缝")
    assert (await scene.refused("duty-gengma", "shelter.open", shelter_id=shelter)).code == "shelter_transition"


async def test_a_unit_is_promised_to_one_request_at_a_time(resources: Scene) -> None:
    scene = resources
    one = (await ask(scene, item="rescue_team", quantity=2, to=["EMB"]))["request_id"]
    two = (await ask(scene, item="rescue_team", quantity=1, to=["EMB"]))["request_id"]
    first = await offer(scene, one, "emb", "EMB", RESCUE, 1, "unit")
    wanted = {"request_id": two, "party": "EMB", "source": "unit", "source_id": RESCUE, "quantity": 1}
    assert (await scene.refused("emb", "request.offer", **wanted)).code == "unit_promised"
    await scene.do("emb", "request.withdraw", offer_id=first, reason="另有任务")
    await scene.do("emb", "request.offer", **wanted)
    assert (
        await scene.refused("emb", "request.offer", **(wanted | {"source_id": str(uuid.uuid4())}))
    ).code == "not_found"


async def test_beds_are_reported_by_ward_and_never_more_than_there_are(resources: Scene) -> None:
    scene = resources
    async with scene.city.realm.pool.connection() as conn:
        row = await (
            await conn.execute(
                "SELECT hospital, total FROM command.hospital_beds WHERE ward = 'adult_icu' AND hospital LIKE 'hospital-530926%%' LIMIT 1"
            )
        ).fetchone()
    assert row is not None
    hospital, total = str(row[0]), int(row[1])
    wards = {"adult_icu": {"available": total + 1}}
    assert (
        await scene.refused("heb", "beds.report", hospital=hospital, wards=wards)
    ).code == "more_beds_than_there_are"
    assert (
        await scene.refused("heb", "beds.report", hospital=hospital, wards={"vip": {"available": 1}})
    ).code == "unknown_ward"
    await scene.do("heb", "beds.report", hospital=hospital, wards={"adult_icu": {"available": 2}}, emergency="limited")
    await scene.do_late("heb", "beds.report", 30, hospital=hospital, wards={"adult_icu": {"available": 0}})
    async with scene.city.realm.pool.connection() as conn:
        row = await (
            await conn.execute(
                "SELECT available FROM command.hospital_beds WHERE hospital = %s AND ward = 'adult_icu'", (hospital,)
            )
        ).fetchone()
    assert row == (2,)
