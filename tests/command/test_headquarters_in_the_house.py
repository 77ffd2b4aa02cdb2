"""Who commands an incident: established with the response, asked, silent, stepped in, handed over, delegated, dissolved."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from command.responses.standing import standing
from command.store import find_response
from command.transitions import Level
from incidents.store import find_incident
from spine.clock import iso
from tests.city import City
from tests.command.scene import Object, Scene


async def scene_of(city: City, *, held: bool = True) -> Scene:
    """A quake; with `held` the posts are held: leader1 commander, leader2 deputy."""
    scene = Scene(city)
    await scene.begin()
    if held:
        await scene.do("leader1", "duty.take", post="commander")
        await scene.do("leader2", "duty.take", post="deputy_commander")
    return scene


async def activate(scene: Scene, incident: str, level: str = "III", who: str = "leader2") -> str:
    await scene.settle()
    response = next(
        r for r in scene.picture(f"incident:{incident}", "responses").values() if r["plan_id"] == "earthquake"
    )
    await scene.do(
        who,
        "response.activate",
        response_id=response["id"],
        level=level,
        tasks=[],
        reason="达到启动条件",
        expected_hours=24,
    )
    return str(response["id"])


def headquarters(scene: Scene, incident: str) -> Object:
    return scene.picture(f"incident:{incident}", "headquarters")[incident]


def seat(hq: Object, role: str, sort: int = 1) -> Object:
    return next(s for s in hq["seats"] if s["role"] == role and s["sort"] == sort)


def clocks(scene: Scene, incident: str) -> dict[str, list[Object]]:
    found: dict[str, list[Object]] = {}
    for one in scene.picture(f"incident:{incident}", "deadlines").values():
        found.setdefault(one["kind"], []).append(one)
    return found


async def notices(scene: Scene, incident: str) -> list[tuple[str, str]]:
    """Subject and addressee of every notice of the incident."""
    found: list[tuple[str, str]] = []
    for fact in await scene.facts(f"incident:{incident}", "notice.given"):
        data = cast(Object, fact["data"])
        found.append((data["subject_zh"], data["to"]["id"]))
    return found


async def test_activation_establishes_it_and_who_activates_in_the_post_commands(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=5.2)
    await activate(scene, incident)
    hq = headquarters(scene, incident)
    assert hq["commanding"]["person"]["name"] == "杨雪梅"
    assert not hq["commanding"]["acting"]
    first = seat(hq, "deputy")
    assert (first["state"], first["person"]["name"], first["person"]["person_id"]) == (
        "asked",
        "李承远",
        "li-chengyuan",
    )
    assert seat(hq, "office")["state"] == "vacant", "a post held by nobody is not asked of everybody"
    assert [s["sort"] for s in hq["seats"] if s["role"] == "deputy"] == [1], "who holds two posts sits once"
    assert {"coordination", "rescue", "medical"} <= {g["id"] for g in hq["groups"]}
    assert all("{" not in code for g in hq["groups"] for code in (g["lead"], *g["members"])), (
        "{county} is the county's desk"
    )
    desk = scene.picture("department:FRB", "headquarters")[incident]
    assert desk["commanding"]["person"]["name"] == "杨雪梅"
    assert {g["zh"] for g in desk["groups"] if g["leads"]} == {"抢险救援组"}
    assert clocks(scene, incident)["headquarters_seat"][0]["to_zh"] == "指挥长李承远"
    subjects = [subject for subject, _ in await notices(scene, incident)]
    assert any(s.startswith("请到任：副指挥长") for s in subjects)
    assert any(s.startswith("编入工作组") for s in subjects)


async def silent_commander(city: City) -> tuple[Scene, str]:
    """II: the commander's post (leader1) commands; leader2 activates as deputy, so leader1 is asked."""
    scene = await scene_of(city)
    incident = await scene.open_quake()
    await scene.settle()
    response = next(iter(scene.picture(f"incident:{incident}", "responses").values()))
    assert response["suggested"]["level"] == "II", response["suggested"]
    scene.forward(11)
    await scene.settle()
    await activate(scene, incident, "II", "leader2")
    return scene, incident


async def test_the_deputy_who_is_next_is_asked_when_the_commander_is_silent_and_acts_only_by_his_own_word(
    city: City,
) -> None:
    scene, incident = await silent_commander(city)
    hq = headquarters(scene, incident)
    assert hq["commanding"] is None
    assert seat(hq, "commander")["state"] == "asked"
    deputy = seat(hq, "deputy")
    assert deputy["state"] == "taken", "he has just decided in that post"
    scene.forward(10.1)
    await scene.settle()
    hq = headquarters(scene, incident)
    assert hq["commanding"] is None, "a clock makes nobody commander"
    assert hq["acting"]["asked"][0]["seat_id"] == deputy["id"]
    assert clocks(scene, incident)["headquarters_act"][0]["to_zh"] == "副指挥长杨雪梅"
    refusal = await scene.refused("leader1", "headquarters.step_in", incident_id=incident, seat_id=deputy["id"])
    assert refusal.code == "not_your_seat"
    await scene.do("leader2", "headquarters.step_in", incident_id=incident, seat_id=deputy["id"])
    hq = headquarters(scene, incident)
    assert hq["commanding"]["acting"]
    assert hq["commanding"]["person"]["name"] == "杨雪梅"
    assert "headquarters_act" not in clocks(scene, incident)
    await scene.do("leader1", "headquarters.take_seat", incident_id=incident, seat_id=seat(hq, "commander")["id"])
    hq = headquarters(scene, incident)
    assert (hq["commanding"]["person"]["name"], hq["commanding"]["acting"]) == ("李承远", False)
    assert [line["what"] for line in hq["history"]][-2:] == ["stepped_in", "took"]


async def test_when_everybody_is_silent_the_leader_on_call_hears_of_it_and_the_clock_stays_red(city: City) -> None:
    scene, incident = await silent_commander(city)
    for _ in range(4):
        scene.forward(10.1)
        await scene.settle()
    hq = headquarters(scene, incident)
    assert hq["acting"]["exhausted"]
    assert hq["commanding"] is None
    assert clocks(scene, incident)["headquarters_act"][0]["passed"]
    told = {to for subject, to in await notices(scene, incident) if subject.startswith("无人指挥")}
    assert told == {"duty_leader", "watch_commander"}
    # The duty desk writes the answer down that it was given by telephone, and says so.
    commander = seat(hq, "commander")
    refusal = await scene.refused("duty1", "headquarters.take_seat", incident_id=incident, seat_id=commander["id"])
    assert refusal.code == "word_required"
    await scene.do(
        "duty1", "headquarters.take_seat", incident_id=incident, seat_id=commander["id"], word="03:12 电话答复到任"
    )
    hq = headquarters(scene, incident)
    assert hq["commanding"]["person"]["name"] == "李承远"
    assert seat(hq, "commander")["answered"]["word"] == "03:12 电话答复到任"
    assert seat(hq, "commander")["answered"]["by"]["name"] == "陈晓雨"


async def test_a_call_that_is_not_answered_asks_the_deputy_and_an_answer_in_time_does_not(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=5.2)
    await activate(scene, incident)
    hq = headquarters(scene, incident)
    await scene.do("leader1", "headquarters.take_seat", incident_id=incident, seat_id=seat(hq, "deputy")["id"])
    commander = seat(hq, "commander")["id"]
    await scene.do("duty1", "headquarters.call", incident_id=incident, seat_id=commander)
    refusal = await scene.refused("duty1", "headquarters.call", incident_id=incident, seat_id=commander)
    assert refusal.code == "already_called"
    refusal = await scene.refused(
        "leader1", "headquarters.step_in", incident_id=incident, seat_id=seat(hq, "deputy")["id"], reason="联系不上"
    )
    assert refusal.code == "commander_present"
    await scene.do("leader2", "headquarters.answer", incident_id=incident, seat_id=commander)
    assert "headquarters_call" not in clocks(scene, incident)
    await scene.do("duty1", "headquarters.call", incident_id=incident, seat_id=commander)
    scene.forward(5.1)
    await scene.settle()
    hq = headquarters(scene, incident)
    assert hq["acting"]["why"] == "call"
    assert hq["commanding"]["person"]["name"] == "杨雪梅", "until somebody steps in she commands"
    await scene.do("leader1", "headquarters.step_in", incident_id=incident, seat_id=seat(hq, "deputy")["id"])
    hq = headquarters(scene, incident)
    assert (hq["commanding"]["person"]["name"], hq["commanding"]["acting"]) == ("李承远", True)
    assert seat(hq, "commander")["state"] == "silent"


async def test_command_is_transferred_when_the_receiver_takes_it(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=5.2)
    await activate(scene, incident)
    to = {"person_id": "li-chengyuan"}
    words: Any = {"summary": "搜救 3 处，两处道路中断未通。", "reason": "事态扩大"}
    wrong: list[tuple[str, Object, str]] = [
        ("leader2", {"to": {"person_id": "yang-xuemei"}, **words}, "transfer_to_self"),
        ("leader2", {"to": {"person_id": "chen-xiaoyu"}, **words}, "receiver_unfit"),
        ("leader2", {"to": to, "summary": " ", "reason": "x"}, "reason_required"),
        ("leader2", {"to": {}, **words}, "person_required"),
        ("duty1", {"to": to, **words}, "word_required"),
    ]
    for who, data, code in wrong:
        refusal = await scene.refused(who, "headquarters.transfer", incident_id=incident, **data)
        assert refusal.code == code
    await scene.do("leader2", "headquarters.transfer", incident_id=incident, to=to, **words)
    refusal = await scene.refused("leader2", "headquarters.transfer", incident_id=incident, to=to, **words)
    assert refusal.code == "transfer_open"
    assert headquarters(scene, incident)["commanding"]["person"]["name"] == "杨雪梅"
    scene.forward(15.1)
    await scene.settle()
    assert headquarters(scene, incident)["transfer"]["late"]
    refusal = await scene.refused("leader2", "headquarters.take_command", incident_id=incident)
    assert refusal.code == "not_your_seat"
    await scene.do("leader1", "headquarters.take_command", incident_id=incident)
    hq = headquarters(scene, incident)
    assert hq["commanding"]["person"]["name"] == "李承远"
    assert hq["commanding"]["person"]["post"] == "commander", "in the higher post that he sat here in"
    assert seat(hq, "deputy")["person"]["name"] == "杨雪梅", "she stays as the first deputy"
    assert "headquarters_transfer" not in clocks(scene, incident)
    told = [line for line in hq["history"] if line["what"] == "transferred"]
    assert told[0]["summary"].startswith("搜救 3 处")
    refusal = await scene.refused("leader1", "headquarters.take_command", incident_id=incident)
    assert refusal.code == "no_transfer"


async def test_a_raised_level_offers_command_to_the_higher_post_and_moves_it_to_nobody(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=5.2)
    response = await activate(scene, incident)
    ahead = await difference(scene, response, "II")
    await scene.do("leader1", "response.adjust", response_id=response, level="II", reason="伤亡上升", against=ahead)
    hq = headquarters(scene, incident)
    assert hq["commanding"]["person"]["name"] == "杨雪梅"
    assert (hq["transfer"]["outcome"], hq["transfer"]["cause"], hq["transfer"]["to"]["post"]) == (
        "open",
        "level",
        "commander",
    )
    await scene.do("leader1", "headquarters.take_command", incident_id=incident)
    hq = headquarters(scene, incident)
    assert hq["commanding"]["person"]["post"] == "commander"


async def difference(scene: Scene, response: str, level: Level) -> str:
    async with scene.city.realm.pool.connection() as conn:
        now = await standing(conn, await find_response(conn, UUID(response)))
        incident = await find_incident(conn, now.response.incident_id)
        assert incident is not None
        return now.difference(incident, level, scene.city.realm.clock.now()).stamp


async def test_a_delegate_decides_the_level_up_to_what_he_was_given_and_the_record_says_so(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=5.2)
    response = await activate(scene, incident)
    hq = headquarters(scene, incident)
    # A clerk of the duty room leads the rear headquarters.
    named = await scene.do(
        "duty1", "headquarters.name", incident_id=incident, role="rear", person={"person_id": "chen-xiaoyu"}
    )
    rear = named.result["seat_id"]
    until = iso(scene.city.realm.clock.now() + timedelta(hours=2))
    given: Any = {
        "incident_id": incident,
        "seat_id": rear,
        "matter": "response_level",
        "up_to": "III",
        "until": until,
        "reason": "赴现场途中",
    }
    refusal = await scene.refused("leader2", "headquarters.delegate", **given)
    assert refusal.code == "delegate_not_there"
    await scene.do("duty1", "headquarters.take_seat", incident_id=incident, seat_id=rear)
    refusal = await scene.refused(
        "leader2", "headquarters.delegate", **{**given, "matter": "response_end", "up_to": None}
    )
    assert refusal.code == "never_delegated"
    refusal = await scene.refused("duty1", "headquarters.delegate", **given)
    assert refusal.code == "not_commander"
    refusal = await scene.refused(
        "duty1", "response.extend", response_id=response, expected_hours=12, reason="余震不断"
    )
    assert refusal.code == "not_your_decision"
    await scene.do("leader2", "headquarters.delegate", **given)
    await scene.do("duty1", "response.extend", response_id=response, expected_hours=12, reason="余震不断")
    line = scene.picture(f"incident:{incident}", "responses")[response]["history"][-1]
    assert line["post"]["standin"] == {"how": "delegated", "by": "杨雪梅", "until": until}
    ahead = await difference(scene, response, "II")
    refusal = await scene.refused(
        "duty1", "response.adjust", response_id=response, level="II", reason="上升", against=ahead
    )
    assert refusal.code == "not_your_decision", "only up to III"
    scene.forward(121)
    await scene.settle()
    assert headquarters(scene, incident)["delegations"][0]["ended"]["how"] == "expired"
    refusal = await scene.refused(
        "duty1", "response.extend", response_id=response, expected_hours=12, reason="余震不断"
    )
    assert refusal.code == "not_your_decision"
    assert hq["delegations"] == []


async def test_groups_are_changed_by_hand_and_the_desks_see_it(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=5.2)
    await activate(scene, incident)
    made = await scene.do(
        "duty1",
        "headquarters.set_group",
        incident_id=incident,
        zh="涉外组",
        lead="WAT",
        members=["PSB", "WAT"],
        duty_zh="对外联络",
    )
    group = made.result["group_id"]
    desk = scene.picture("department:WAT", "headquarters")[incident]
    assert [g["members"] for g in desk["groups"] if g["id"] == group] == [["PSB"]], "the lead is no member"
    refusal = await scene.refused(
        "duty1", "headquarters.set_group", incident_id=incident, zh="涉外组", lead="PSB", duty_zh="x"
    )
    assert refusal.code == "same_name"
    refusal = await scene.refused(
        "duty1", "headquarters.set_group", incident_id=incident, zh="新组", lead="XXX", duty_zh="x"
    )
    assert refusal.code == "not_found"
    await scene.do("duty1", "headquarters.dissolve_group", incident_id=incident, group_id=group, reason="任务完成")
    assert all(g["id"] != group for g in scene.picture("department:WAT", "headquarters")[incident]["groups"])


async def test_a_forward_headquarters_has_a_place_and_moves(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=5.2)
    refusal = await scene.refused(
        "duty1", "headquarters.name", incident_id=incident, role="forward", person={"person_id": "tian-yongsheng"}
    )
    assert refusal.code == "no_headquarters"
    await activate(scene, incident)
    person = {"person_id": "tian-yongsheng"}
    refusal = await scene.refused("duty1", "headquarters.name", incident_id=incident, role="forward", person=person)
    assert refusal.code == "place_required"
    place = {"name": "贺派乡政府", "point": {"lon": 99.33, "lat": 23.48}}
    made = await scene.do(
        "duty1", "headquarters.name", incident_id=incident, role="forward", person=person, place=place
    )
    forward = made.result["seat_id"]
    await scene.do("duty-gengma", "headquarters.take_seat", incident_id=incident, seat_id=forward)
    await scene.do(
        "duty1", "headquarters.move", incident_id=incident, seat_id=forward, place={"name": "耿马县一中操场"}
    )
    hq = headquarters(scene, incident)
    assert seat(hq, "forward")["place"] == {"name": "耿马县一中操场"}
    assert seat(hq, "forward")["state"] == "taken"
    await scene.do("duty1", "headquarters.relieve", incident_id=incident, seat_id=forward, reason="并入后方")
    assert all(s["role"] != "forward" for s in headquarters(scene, incident)["seats"])


async def test_established_by_hand_then_dissolved_with_its_incident(city: City) -> None:
    scene = await scene_of(city)
    incident = await scene.open_quake(magnitude=None)
    await scene.do(
        "duty1",
        "headquarters.establish",
        incident_id=incident,
        commander={"post": "commander"},
        deputies=[{"person_id": "zhao-guodong"}],
        reason="领导口头指示先期成立",
    )
    refusal = await scene.refused(
        "duty1", "headquarters.establish", incident_id=incident, commander={"post": "commander"}, reason="再次"
    )
    assert refusal.code == "already_established"
    hq = headquarters(scene, incident)
    assert seat(hq, "commander")["state"] == "asked"
    await scene.do(
        "leader1",
        "headquarters.decline_seat",
        incident_id=incident,
        seat_id=seat(hq, "commander")["id"],
        reason="在外地",
    )
    hq = headquarters(scene, incident)
    assert hq["acting"]["why"] == "declined"
    # The next one has no account: the desk is told to telephone him, and writes down what he says.
    await scene.do(
        "duty1",
        "headquarters.step_in",
        incident_id=incident,
        seat_id=seat(hq, "deputy")["id"],
        word="10:20 电话同意代行",
    )
    assert headquarters(scene, incident)["commanding"]["person"]["name"] == "赵国栋"
    await scene.do("duty1", "incident.close", incident_id=incident, reason="误报", expect=None)
    await scene.settle()
    assert headquarters(scene, incident)["state"] == "dissolved"
    assert clocks(scene, incident) == {}
    await scene.do("duty1", "incident.reopen", incident_id=incident, reason="又报", expect=None)
    await scene.settle()
    await scene.do(
        "duty1", "headquarters.establish", incident_id=incident, commander={"post": "commander"}, reason="再次成立"
    )
    hq = headquarters(scene, incident)
    assert hq["state"] == "standing"
    assert hq["history"][0]["what"] == "established"
    assert len([line for line in hq["history"] if line["what"] == "established"]) == 2
