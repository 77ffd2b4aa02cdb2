"""Nobody does or sees what is not his: every role against every command and every stream, and scopes within roles."""

import hashlib
import uuid
from typing import Any

import pytest

from spine.errors import Refused
from spine.principal import Principal, Role, feed, system
from tests.city import City, Server
from web.rooms import registry

LOGINS = {
    Role.DUTY_OFFICER: "duty1",
    Role.LEADER: "leader1",
    Role.DEPARTMENT: "frb",
    Role.FIELD_UNIT: "field-mengding",
    Role.EXERCISE_DIRECTOR: "director",
    Role.EVALUATOR: "evaluator",
    Role.AUDITOR: "auditor",
    Role.SUPERVISOR: "supervisor",
    Role.ADMINISTRATOR: "admin",
}
DUTY = {Role.DUTY_OFFICER}
LEAD = {Role.LEADER}
DEPARTMENT = {Role.DEPARTMENT}
UNIT = {Role.FIELD_UNIT}
CONTROL = {Role.EXERCISE_DIRECTOR}
SYSTEM = {Role.SYSTEM}
SUPERVISOR = {Role.SUPERVISOR}
EVERYBODY = set(Role)
KEEPERS = DUTY | LEAD | {Role.ADMINISTRATOR}

MAY: dict[str, set[Role]] = {
    "call.register": DUTY,
    "call.dismiss": DUTY,
    "alert.receive": {Role.FEED},
    "alert.acknowledge": DUTY | LEAD,
    "alert.dismiss": DUTY,
    "feed.reject": {Role.FEED},
    "incident.open": DUTY,
    "incident.correct": DUTY,
    "incident.draw": DUTY,
    "incident.attach": DUTY,
    "incident.figure": DUTY | DEPARTMENT,
    "incident.grade": DUTY | LEAD,
    "incident.note": DUTY | LEAD | DEPARTMENT,
    "incident.link": DUTY,
    "incident.close": DUTY | LEAD,
    "incident.reopen": DUTY | LEAD,
    "report.file": DUTY,
    "drawing.draw": DUTY | LEAD | DEPARTMENT,
    "drawing.change": DUTY | LEAD | DEPARTMENT,
    "drawing.delete": DUTY | LEAD | DEPARTMENT,
    "drawing.restore": DUTY | LEAD | DEPARTMENT,
    "register.enter": DUTY | DEPARTMENT | {Role.ADMINISTRATOR},
    "register.correct": DUTY | DEPARTMENT | {Role.ADMINISTRATOR},
    "register.retire": DUTY | DEPARTMENT | {Role.ADMINISTRATOR},
    "register.restore": DUTY | DEPARTMENT | {Role.ADMINISTRATOR},
    "register.recompute": DUTY | LEAD | DEPARTMENT | {Role.ADMINISTRATOR},
    "register.take_in": SYSTEM,
    "register.score": SYSTEM,
    "register.scenarios": SYSTEM,
    "assessment.file": SYSTEM,
    "assessment.refuse": SYSTEM,
    "assessment.score": SYSTEM,
    "assessment.adjust": DUTY,
    "assessment.what_if": DUTY,
    "assessment.change_what_if": DUTY,
    "assessment.drop_what_if": DUTY,
    "assessment.adopt": DUTY,
    "plan.draft": DUTY | LEAD | {Role.ADMINISTRATOR},
    "plan.save": DUTY | LEAD | {Role.ADMINISTRATOR},
    "plan.review": DUTY | LEAD | {Role.ADMINISTRATOR},
    "plan.send_back": DUTY | LEAD | {Role.ADMINISTRATOR},
    "plan.approve": LEAD,
    "plan.file": DUTY | LEAD | {Role.ADMINISTRATOR},
    "plan.put_in_force": LEAD,
    "plan.withdraw": DUTY | LEAD | {Role.ADMINISTRATOR},
    "plan.repeal": LEAD,
    "plan.take_in": SYSTEM,
    "response.propose": DUTY | SYSTEM,
    "response.activate": DUTY | LEAD,
    "response.adjust": DUTY | LEAD,
    "response.extend": DUTY | LEAD,
    "response.decline": DUTY | LEAD,
    "response.end": DUTY | LEAD,
    "response.ask_next": SYSTEM,
    "response.watch": SYSTEM,
    "proposal.make": DUTY | SYSTEM,
    "proposal.accept": DUTY | LEAD,
    "proposal.reject": DUTY | LEAD,
    "proposal.withdraw": SYSTEM,
    "proposal.replace_unit": SYSTEM,
    "proposal.next_shelter": SYSTEM,
    "evacuation.redirect": DUTY | LEAD,
    "evacuation.release": DUTY | LEAD | SYSTEM,
    "proposal.ask_next": SYSTEM,
    "dispatch.choose": DUTY | LEAD,
    "evacuation.adopt": DUTY | LEAD,
    "task.issue": DUTY | LEAD,
    "task.sign": DEPARTMENT | UNIT,
    "task.return": DEPARTMENT,
    "task.reissue": DUTY | LEAD,
    "task.start": DEPARTMENT | UNIT,
    "task.assign": DEPARTMENT | DUTY,
    "task.progress": DEPARTMENT | UNIT,
    "task.submit": DEPARTMENT | UNIT,
    "task.accept": DUTY | LEAD | DEPARTMENT,
    "task.send_back": DUTY | LEAD | DEPARTMENT,
    "task.cancel": LEAD | DEPARTMENT,
    "task.begin": DUTY | LEAD | SYSTEM,
    "task.split": DUTY | LEAD | DEPARTMENT,
    "task.ask_extension": DEPARTMENT,
    "task.decide_extension": DUTY | LEAD | DEPARTMENT,
    "task.ask_pause": DEPARTMENT,
    "task.decide_pause": DUTY | LEAD,
    "task.go_on": DUTY | LEAD | DEPARTMENT | SYSTEM,
    "task.urge": DUTY | LEAD | DEPARTMENT | SUPERVISOR,
    "task.supervise": DUTY | LEAD | SUPERVISOR,
    "task.release": DUTY | LEAD | SUPERVISOR,
    "task.escalate": SYSTEM,
    "task.resume_clocks": SYSTEM,
    "headquarters.establish": DUTY | LEAD,
    "headquarters.dissolve": DUTY | LEAD | SYSTEM,
    "headquarters.name": DUTY | LEAD,
    "headquarters.take_seat": DUTY | LEAD,
    "headquarters.decline_seat": DUTY | LEAD,
    "headquarters.relieve": DUTY | LEAD,
    "headquarters.move": DUTY | LEAD,
    "headquarters.call": DUTY | LEAD,
    "headquarters.answer": DUTY | LEAD,
    "headquarters.step_in": DUTY | LEAD,
    "headquarters.transfer": DUTY | LEAD,
    "headquarters.take_command": DUTY | LEAD,
    "headquarters.refuse_command": DUTY | LEAD,
    "headquarters.withdraw_transfer": DUTY | LEAD,
    "headquarters.delegate": DUTY | LEAD,
    "headquarters.revoke": DUTY | LEAD,
    "headquarters.set_group": DUTY | LEAD,
    "headquarters.dissolve_group": DUTY | LEAD,
    "headquarters.meet_silence": SYSTEM,
    "headquarters.resume_clocks": SYSTEM,
    "instruction.capture": DUTY | LEAD,
    "instruction.decompose": DUTY | LEAD,
    "instruction.attach": DUTY | LEAD,
    "instruction.urge": DUTY | LEAD,
    "instruction.answer": DUTY | LEAD,
    "instruction.send_back": DUTY | LEAD,
    "instruction.close": DUTY | LEAD,
    "instruction.cancel": DUTY | LEAD,
    "instruction.follow": SYSTEM,
    "instruction.escalate": SYSTEM,
    "instruction.resume_clocks": SYSTEM,
    "consultation.request": DUTY | LEAD | DEPARTMENT,
    "opinion.give": DUTY | LEAD | DEPARTMENT,
    "consultation.merge": DUTY | LEAD | DEPARTMENT,
    "consultation.withdraw": DUTY | LEAD | DEPARTMENT,
    "consultation.meet_silence": SYSTEM,
    "consultation.resume_clocks": SYSTEM,
    "road.close": DUTY | LEAD | DEPARTMENT,
    "road.open": DUTY | LEAD | DEPARTMENT,
    "unit.status": UNIT | DEPARTMENT | DUTY,
    "unit.arrive": UNIT,
    "unit.need_help": UNIT,
    "unit.note": UNIT,
    "fence.draw": DUTY | LEAD | SYSTEM,
    "fence.lift": DUTY | LEAD | SYSTEM,
    "fence.cross": SYSTEM,
    "sheet.print": DUTY | LEAD | CONTROL | {Role.EVALUATOR, Role.AUDITOR, Role.SUPERVISOR, Role.ADMINISTRATOR},
    "stock.receive": DUTY | DEPARTMENT,
    "stock.count": DUTY | DEPARTMENT,
    "stock.discard": DUTY | DEPARTMENT,
    "stock.commit": DUTY | DEPARTMENT,
    "stock.issue": DUTY | DEPARTMENT,
    "stock.return": DUTY | DEPARTMENT,
    "shelter.open": DUTY | LEAD | DEPARTMENT,
    "shelter.report": DUTY | LEAD | DEPARTMENT,
    "shelter.close": DUTY | LEAD | DEPARTMENT,
    "shelter.suspend": DUTY | LEAD | DEPARTMENT,
    "shelter.restore": DUTY | LEAD | DEPARTMENT,
    "beds.report": DUTY | DEPARTMENT,
    "request.make": DUTY | LEAD | DEPARTMENT,
    "request.offer": DUTY | LEAD | DEPARTMENT,
    "request.decline": DUTY | LEAD | DEPARTMENT,
    "request.pass_on": DUTY | LEAD | DEPARTMENT,
    "request.escalate": SYSTEM,
    "request.cancel": DUTY | LEAD | DEPARTMENT,
    "request.commit": DUTY | LEAD | DEPARTMENT,
    "request.withdraw": DUTY | LEAD | DEPARTMENT,
    "request.deploy": DUTY | LEAD | DEPARTMENT,
    "request.receive": DUTY | LEAD | DEPARTMENT,
    "request.release": DUTY | LEAD | DEPARTMENT,
    "request.return": DUTY | LEAD | DEPARTMENT,
    "duty.take": DUTY | LEAD | SUPERVISOR,
    "roster.rotate": KEEPERS,
    "roster.add": KEEPERS,
    "roster.change": KEEPERS,
    "roster.remove": KEEPERS,
    "roster.import": KEEPERS,
    "roster.spot_check": KEEPERS,
    "roster.enter_leave": EVERYBODY,
    "roster.cancel_leave": EVERYBODY,
    "roster.share_calendar": EVERYBODY,
    "roster.revoke_calendar": EVERYBODY,
    "roster.ask_swap": DUTY | LEAD,
    "roster.answer_swap": DUTY | LEAD,
    "roster.decide_swap": DUTY | LEAD,
    "roster.withdraw_swap": DUTY | LEAD,
    "handover.sign_out": DUTY | LEAD,
    "handover.sign_in": DUTY | LEAD,
    "handover.refuse": DUTY | LEAD,
    "handover.withdraw": DUTY | LEAD,
    "handover.escalate": SYSTEM,
    "person.put": DUTY | {Role.ADMINISTRATOR},
    "person.retire": DUTY | {Role.ADMINISTRATOR},
    "deadline.pass": SYSTEM,
    "message.queue": SYSTEM,
    "delivery.mark": EVERYBODY,
    "delivery.settle": SYSTEM,
    "message.answer": SYSTEM,
    "clock.set": CONTROL | {Role.ADMINISTRATOR},
    "inject.deliver": CONTROL | SYSTEM,
    "inject.skip": CONTROL | SYSTEM,
    "inject.record": SYSTEM,
    "exercise.rate": {Role.EVALUATOR},
    "exercise.end": CONTROL,
}


def test_every_command_is_in_this_table() -> None:
    assert set(registry().kinds()) == set(MAY)


async def principals(city: City) -> dict[Role, Principal]:
    people = {role: await city.person(login) for role, login in LOGINS.items()}
    return people | {Role.FEED: feed("cap"), Role.SYSTEM: system("test")}


async def test_every_role_against_every_command(city: City) -> None:
    """Empty data: who may not is told so before anything is looked at, who may is told what is missing."""
    everybody = await principals(city)
    wrong: list[str] = []
    for kind, roles in MAY.items():
        for role, principal in everybody.items():
            try:
                await city.carry_out(principal, kind, {})
                wrong.append(f"{role} {kind}: carried out with nothing in it")
            except Refused as refused:
                forbidden = refused.code == "forbidden"
                if forbidden == (role in roles):
                    wrong.append(f"{role} {kind}: {refused.code}")
    assert wrong == []


async def open_incident(city: City, area: str) -> str:
    data = {"title": "山洪", "class_key": "nd.flood.flash", "place": "某镇", "area_code": area}
    return str((await city.carry_out("duty1", "incident.open", data)).result["incident_id"])


async def issue(city: City, incident: str, department: str) -> str:
    data = {"incident_id": incident, "title": "搜救", "text": "排查", "department": department, "due_minutes": 60}
    return str((await city.carry_out("duty1", "task.issue", data)).result["task_id"])


async def test_scopes_within_a_role(city: City) -> None:
    here, elsewhere = await open_incident(city, "530926"), await open_incident(city, "530921")
    task = await issue(city, here, "FRB")
    figure: dict[str, Any] = {"metric": "dead", "value": 1, "source": "卫健委", "observed_at": "2026-03-01T10:00:00Z"}
    await city.carry_out("duty-gengma", "incident.figure", {"incident_id": here, **figure})
    await city.carry_out("frb", "incident.figure", {"incident_id": here, **figure, "metric": "missing"})
    forbidden: list[tuple[str, str, dict[str, Any]]] = [
        ("duty-gengma", "incident.figure", {"incident_id": elsewhere, **figure}),
        (
            "duty-gengma",
            "incident.open",
            {"title": "x", "class_key": "nd.flood.flash", "place": "凤庆", "area_code": "530921"},
        ),
        ("frb", "incident.figure", {"incident_id": elsewhere, **figure}),
        ("psb", "incident.figure", {"incident_id": here, **figure}),
        ("psb", "task.sign", {"task_id": task}),
        ("field-mengding", "task.sign", {"task_id": task}),
    ]
    for login, kind, data in forbidden:
        with pytest.raises(Refused) as refused:
            await city.carry_out(login, kind, data)
        assert refused.value.code == "forbidden", (login, kind, refused.value.code)
    await city.carry_out("frb", "task.sign", {"task_id": task})


async def test_every_role_against_every_stream(server: Server) -> None:
    city = server.city
    incident = await open_incident(city, "530926")
    await issue(city, incident, "FRB")
    unit = next(iter((await city.person("field-mengding")).units()))
    own = {login: str((await city.person(login)).account_id) for login in LOGINS.values()}
    overseers = {"duty1", "leader1", "director", "evaluator", "auditor", "supervisor", "admin"}
    expected: dict[str, set[str]] = {
        "board": overseers,
        "board:530926": overseers | {"duty-gengma"},
        "board:530921": overseers,
        f"incident:{incident}": overseers | {"duty-gengma", "frb"},
        "department:FRB": overseers | {"frb"},
        "department:PSB": overseers | {"psb"},
        "roster": overseers,
        "roster:530926": overseers | {"duty-gengma"},
        f"unit:{unit}": overseers | {"duty-gengma", "frb", "field-mengding"},
        f"desk:{own['frb']}": {"frb"},
        "clock": {*LOGINS.values(), "duty-gengma", "psb"},
        "resources": overseers | {"frb", "psb"},
        "roads": {*LOGINS.values(), "duty-gengma", "psb"},
        "where:units": overseers | {"duty-gengma", "frb", "psb"},
    }
    for login in ["duty-gengma", "psb", *LOGINS.values()]:
        async with server.socket(login) as client, server.sign_in(login) as http:
            for stream, permitted in expected.items():
                await client.send(op="follow", stream=stream)
                while True:
                    frame = await client.receive()
                    if frame["op"] in ("live", "reset") and frame["stream"] == stream:
                        break
                assert (frame["op"] == "live") == (login in permitted), (login, stream, frame)
                if not stream.startswith("where"):
                    snapshot = await http.get(f"/api/picture/{stream}")
                    assert (snapshot.status_code == 200) == (login in permitted), (login, stream, snapshot.text)
                    facts = await http.get(f"/api/facts/{stream}")
                    assert (facts.status_code == 200) == (login in permitted), (login, stream)


async def test_an_unknown_incident_and_a_hidden_one_look_different_only_to_those_who_may_know(server: Server) -> None:
    async with server.sign_in("psb") as client:
        answer = await client.get(f"/api/picture/incident:{uuid.uuid4()}")
        assert answer.status_code == 404


async def test_an_attachment_is_seen_by_who_sent_it_and_by_who_may_see_its_incident(server: Server) -> None:
    city = server.city
    incident = await open_incident(city, "530926")
    await issue(city, incident, "FRB")
    content = b"%PDF-1.4 sketch of the scene"
    name = hashlib.sha256(content).hexdigest()
    async with server.sign_in("duty1") as sender:
        assert (await sender.put(f"/api/files/{name}", content=content)).status_code == 201
        assert (await sender.get(f"/api/files/{name}")).content == content
    statuses: dict[str, int] = {}
    for attached in (False, True):
        if attached:
            note = {"incident_id": incident, "text": "现场草图", "files": [name]}
            await city.carry_out("duty1", "incident.note", note)
        for login in ("leader1", "duty-gengma", "frb", "psb"):
            async with server.sign_in(login) as reader:
                statuses[f"{login} {attached}"] = (await reader.get(f"/api/files/{name}")).status_code
    assert statuses == {
        "leader1 False": 403,
        "duty-gengma False": 403,
        "frb False": 403,
        "psb False": 403,
        "leader1 True": 200,
        "duty-gengma True": 200,
        "frb True": 200,
        "psb True": 403,
    }
