"""Plans over HTTP: the list, a version with its faults, dry runs, differences, tables in and out, and who may see drafts."""

import copy
from typing import Any, cast

import yaml

from command.planning.plan import need_plan, plan_content
from tests.city import Server

FLOOD = "flash_flood"


def content(**over: Any) -> dict[str, Any]:
    return {**cast(dict[str, Any], copy.deepcopy(plan_content(need_plan(FLOOD)))), **over}


async def draft(server: Server, **over: Any) -> int:
    data = {"plan_id": FLOOD, "from_version": 1, "content": content(**over)}
    return int(cast(int, (await server.city.carry_out("duty1", "plan.draft", data)).result["version"]))


async def test_the_list_and_a_version_with_its_faults(server: Server) -> None:
    number = await draft(server, issuer=" ", review_due="2026-01-01")
    async with server.sign_in("duty1") as client:
        told = (await client.get("/api/plan-list")).json()
        row = next(one for one in told["plans"] if one["id"] == FLOOD)
        assert (row["version"], row["state"], row["errors"]) == (1, "in_force", 0)
        assert [(one["version"], one["state"]) for one in row["versions"]] == [(number, "draft"), (1, "in_force")]
        assert told["actions"]["approve"]["other"]
        version = (await client.get(f"/api/plans/{FLOOD}/versions/{number}")).json()
        assert {one["code"] for one in version["findings"]} >= {"words_missing", "review_past"}
        assert version["wrote"]
        assert (await client.get(f"/api/plans/{FLOOD}/versions/99")).status_code == 404
        found = (await client.get(f"/api/plans/{FLOOD}/versions/{number}/difference", params={"with": 1})).json()
        assert {one["name"] for one in found["differences"]} == {"issuer", "review_due"}
    async with server.sign_in("frb") as client:
        assert (await client.get("/api/plan-list")).status_code == 200
    async with server.sign_in("field-mengding") as client:
        assert (await client.get("/api/plan-list")).status_code == 403
        assert (await client.get("/api/plans")).status_code == 200


async def test_in_force_is_what_is_read(server: Server) -> None:
    number = await draft(server, zh="新山洪预案")
    about = {"plan_id": FLOOD, "version": number}
    for expect, (who, kind) in enumerate(
        (("duty2", "plan.review"), ("leader1", "plan.approve"), ("leader1", "plan.put_in_force")), 1
    ):
        await server.city.carry_out(who, kind, {**about, "expect": expect})
    async with server.sign_in("frb") as client:
        plans = {one["id"]: one for one in (await client.get("/api/plans")).json()["plans"]}
    assert (plans[FLOOD]["zh"], plans[FLOOD]["version"]) == ("新山洪预案", number)
    assert plans[FLOOD]["tasks"][0]["department"] == need_plan(FLOOD).tasks[0].owner


async def test_a_dry_run_of_what_is_being_written(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        asked = {"level": "III", "area_code": "530926", "plan_id": FLOOD}
        told = (await client.post("/api/plans/dry-run", json=asked)).json()
        assert told["plan"]["id"] == FLOOD
        assert told["unheard"] == []
        elsewhere = (await client.post("/api/plans/dry-run", json={**asked, "area_code": "530921"})).json()
        assert "CTY-530921" in {one["department"] for one in elsewhere["unheard"]}
        assert len(told["tasks"]) == len(need_plan(FLOOD).tasks_at("III"))
        written = content()
        first, second = written["tasks"][0], written["tasks"][1]
        first.update(level="IV", after=[second["code"]], start_minutes=0)
        second.update(level="IV", after=[], start_minutes=0, due_minutes=30)
        told = (await client.post("/api/plans/dry-run", json={"level": "IV", "content": written})).json()
        assert told["tasks"][0]["start"] == 30, told["tasks"][0]
        wrong = await client.post("/api/plans/dry-run", json={"level": "IV", "content": {"id": FLOOD}})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "plan_errors")
        assert (await client.post("/api/plans/dry-run", json={"level": "V"})).status_code == 422
        checked = (await client.post("/api/plans/check", json={"content": {"id": 7}})).json()
        assert not checked["sound"]
        assert checked["findings"]


async def test_files_and_tables_out_and_in(server: Server) -> None:
    async with server.sign_in("duty1") as client:
        exported = await client.get(f"/api/plans/{FLOOD}/versions/1/export")
        assert yaml.safe_load(exported.text)["id"] == FLOOD
        read = await client.post("/api/plan-files/read", content=exported.content)
        assert read.json()["sound"]
        for form in ("xlsx", "csv"):
            tasks = await client.get(f"/api/plans/{FLOOD}/versions/1/export", params={"format": form})
            back = (await client.post("/api/plan-tables/read", content=tasks.content)).json()
            assert (len(back["tasks"]), back["faults"]) == (len(need_plan(FLOOD).tasks), [])
            template = await client.get("/api/plan-tables/template", params={"format": form})
            assert template.status_code == 200
        bad = await client.post("/api/plan-tables/read", content=b"\x00\x01")
        assert (bad.status_code, bad.json()["code"]) == (422, "table_file")
        large = await client.post("/api/plan-files/read", content=b"a" * 600_000)
        assert large.status_code == 413
