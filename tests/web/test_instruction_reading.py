"""One line over HTTP: what the desk understood of it, for those who write instructions down; and who may open the paper."""

import hashlib

from tests.city import Server


async def test_a_line_is_read_for_whoever_may_write_it_down(server: Server) -> None:
    question = {"text": "李承远副市长：请交通局2小时内抢通314国道，公安配合"}
    async with server.sign_in("duty1") as client:
        answer = (await client.get("/api/instruction-reading", params=question)).json()
        assert answer["leader"]["account_id"] == str((await server.city.person("leader1")).account_id)
        assert answer["orders"] == [
            {
                "department": "TRA",
                "title": "抢通314国道",
                "text": "请交通局2小时内抢通314国道",
                "minutes": 120,
                "support": ["PSB"],
            }
        ]
        assert answer["missing"] == ["channel"]
        assert (await client.get("/api/instruction-reading", params={"text": ""})).status_code == 422
        rules = (await client.get("/api/catalogue")).json()
        assert rules["consultations"]["subjects"]["evacuation"]["safety"] is True
        assert rules["instructions"]["urgencies"]["immediate"]["feedback_minutes"] == 30
    async with server.sign_in("frb", locale="en") as client:
        refused = await client.get("/api/instruction-reading", params=question)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_the_paper_of_a_general_instruction_is_for_those_who_oversee_its_area(server: Server) -> None:
    content = b"%PDF-1.4 instruction"
    name = hashlib.sha256(content).hexdigest()
    async with server.sign_in("duty1") as sender:
        assert (await sender.put(f"/api/files/{name}", content=content)).status_code == 201
    data = {"leader_name": "李承远", "channel": "written", "urgency": "normal", "text": "开展汛前检查", "files": [name]}
    await server.city.carry_out("duty1", "instruction.capture", data)
    statuses: dict[str, int] = {}
    for login in ("leader1", "duty-gengma", "frb"):
        async with server.sign_in(login) as reader:
            statuses[login] = (await reader.get(f"/api/files/{name}")).status_code
    assert statuses == {"leader1": 200, "duty-gengma": 403, "frb": 403}
