"""A GIS officer imports a layer in the browser's way: upload, look, answer, import; every open desk hears of it."""

import asyncio
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from spine.errors import Refused
from spine.principal import Grant, Principal, Role
from tests.city import City, Server
from tests.gis import layer_files as files
from web.layer_uploads import MOST_KEPT, Uploads

DESCRIPTION: dict[str, Any] = {
    "title_zh": "应急避难场所",
    "title_en": "Shelters",
    "owner": "市民政局",
    "source": "市民政局台账",
    "licence": "政务内部使用",
    "date": "2026-02-01",
}
TABLE = "名称,容量,经度,纬度\n体育场,1200,99.2,23.5\n广场,800,99.21,23.51\n".encode("gbk")


async def upload(client: httpx.AsyncClient, content: bytes, name: str = "shelters.csv") -> str:
    number = str(uuid.uuid4())
    answer = await client.put(f"/api/layer-uploads/{number}", params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    return number


async def bring(client: httpx.AsyncClient, number: str, **more: Any) -> dict[str, Any]:
    """Import and wait for the end."""
    job = str(uuid.uuid4())
    body: dict[str, Any] = {"id": job, "upload": number, "name": "shelters", "description": DESCRIPTION, "options": {}}
    answer = await client.post("/api/layer-imports", json=body | more)
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(60):
        while True:
            told = (await client.get(f"/api/layer-imports/{job}")).json()
            if told["state"] != "running":
                return told


async def test_from_the_file_to_every_desk(city: City, server: Server) -> None:
    async with server.sign_in("admin") as client, server.socket("duty1") as desk:
        await desk.send(op="follow", stream="layers")
        before = (await desk.until("where", stream="layers"))["items"]["catalogue"]["changes"]
        number = await upload(client, TABLE)
        found = (await client.post(f"/api/layer-uploads/{number}/look", json={})).json()["found"]
        assert [one["name"] for one in found["attributes"]] == ["名称", "容量"]
        assert found["sample"]["features"][0]["properties"] == {"名称": "体育场", "容量": 1200}
        assert {row["code"] for row in found["problems"]} == {"encoding_guessed", "columns_guessed", "origin_assumed"}
        told = await bring(client, number, options={"rename": {"容量": "可容纳人数"}})
        assert (told["state"], told["report"]["kept"], told["report"]["number"]) == ("done", 2, 1)
        heard = await desk.until("where", stream="layers")
        assert heard["items"]["catalogue"]["changes"] == before + 1
    async with server.sign_in("duty1") as client:
        layers = (await client.get("/api/layers")).json()
        layer = layers["layers"][-1]
        assert (layer["name"], layer["features"], layer["may_change"], layers["may_import"]) == (
            "shelters",
            2,
            False,
            False,
        )
        assert layer["imported_by"] == "系统管理员"
        feature = (await client.get("/api/layers/shelters/features/1")).json()
        assert feature["properties"] == {"名称": "体育场", "可容纳人数": 1200}
        collection = (await client.get("/api/layers/shelters")).json()
        assert (len(collection["features"]), collection["source"]) == (2, "市民政局台账")


async def test_a_question_is_answered_and_asked_no_more(server: Server, tmp_path: Path) -> None:
    path = files.shapefile(tmp_path, files.frame(files.points()).to_crs("EPSG:4544"), leave_out=(".prj",))
    async with server.sign_in("admin") as client:
        number = await upload(client, path.read_bytes(), "学校.zip")
        asked = await client.post(f"/api/layer-uploads/{number}/look", json={})
        assert asked.status_code == 422
        problem = asked.json()
        assert (problem["code"], problem["field"], problem["question"]) == ("crs_missing", "crs", True)
        assert "EPSG:4547" in problem["choices"]
        told = await bring(client, number)
        assert (told["state"], told["problem"]["code"], told["problem"]["question"]) == ("refused", "crs_missing", True)
        assert "坐标系" in told["problem"]["detail"]
        assert (await bring(client, number, options={"crs": "EPSG:4544"}))["state"] == "done"


async def test_roll_back_describe_and_remove(server: Server) -> None:
    async with server.sign_in("admin") as client:
        for content in (TABLE, TABLE + "学校,50,99.22,23.52\n".encode("gbk")):
            assert (await bring(client, await upload(client, content)))["state"] == "done"
        answer = await client.post("/api/layers/shelters/rollback", json={})
        assert answer.json() == {"layer": "shelters", "number": 1}
        versions = (await client.get("/api/layers/shelters/versions")).json()
        assert [(row["number"], row["shown"]) for row in versions["versions"]] == [(2, False), (1, True)]
        assert [row["what"] for row in versions["changes"]] == ["rolled_back", "imported", "imported"]
        answer = await client.patch("/api/layers/shelters", json={"title_zh": "避难场所", "label": "名称"})
        assert answer.status_code == 200
        layer = (await client.get("/api/layers")).json()["layers"][-1]
        assert (layer["title_zh"], layer["label"], layer["title_en"]) == ("避难场所", "名称", "Shelters")
        wrong = await client.patch("/api/layers/shelters", json={"sensitivity": "secret"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "layer_sensitivity")
        assert (await client.delete("/api/layers/shelters")).status_code == 200
        assert (await client.get("/api/layers/shelters")).status_code == 404


async def test_a_department_looks_after_its_own_layers_only(server: Server) -> None:
    async with (
        server.sign_in("wat") as water,
        server.sign_in("heb") as health,
        server.sign_in("field-mengding") as crew,
    ):
        number = await upload(water, TABLE)
        body = {"id": str(uuid.uuid4()), "upload": number, "name": "dykes", "description": DESCRIPTION, "options": {}}
        refused = await water.post("/api/layer-imports", json=body)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        mine = {"description": {**DESCRIPTION, "department": "WAT"}, "name": "dykes"}
        assert (await bring(water, number, **mine))["state"] == "done"
        assert (await health.post("/api/layers/dykes/rollback", json={})).status_code == 403
        assert (await health.delete("/api/layers/dykes")).status_code == 403
        given = await water.patch("/api/layers/dykes", json={"department": "HEB"})
        assert given.status_code == 403
        assert (await health.post(f"/api/layer-uploads/{number}/look", json={})).status_code == 404
        forbidden = await crew.put(f"/api/layer-uploads/{uuid.uuid4()}", params={"name": "a.csv"}, content=TABLE)
        assert forbidden.status_code == 403


async def test_the_same_import_again_starts_nothing_new(server: Server) -> None:
    async with server.sign_in("admin") as client:
        number = await upload(client, TABLE)
        body: dict[str, Any] = {
            "id": str(uuid.uuid4()),
            "upload": number,
            "name": "shelters",
            "description": DESCRIPTION,
            "options": {},
        }
        answers = [await client.post("/api/layer-imports", json=body) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 202]
        async with asyncio.timeout(60):
            while (await client.get(f"/api/layer-imports/{body['id']}")).json()["state"] == "running":
                pass
        assert len((await client.get("/api/layers/shelters/versions")).json()["versions"]) == 1


@pytest.mark.parametrize(
    ("description", "code"),
    [
        ({"licence": ""}, "layer_not_described"),
        ({"date": "March"}, "layer_date"),
        ({"sensitivity": "secret"}, "layer_sensitivity"),
    ],
)
async def test_a_layer_nobody_answers_for_is_refused(server: Server, description: dict[str, Any], code: str) -> None:
    async with server.sign_in("admin") as client:
        number = await upload(client, TABLE)
        body: dict[str, Any] = {"id": str(uuid.uuid4()), "upload": number, "name": "shelters", "options": {}}
        body["description"] = {**DESCRIPTION, **description}
        answer = await client.post("/api/layer-imports", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        answer = await client.post("/api/layer-imports", json=body | {"name": "Bad Name"})
        assert answer.json()["code"] == "layer_name"


async def _in_parts() -> AsyncGenerator[bytes]:
    for _ in range(3):
        yield b"12345"


async def test_an_empty_or_a_huge_upload_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server.sign_in("admin") as client:
        answer = await client.put(f"/api/layer-uploads/{uuid.uuid4()}", params={"name": "a.csv"}, content=b"")
        assert answer.json()["code"] == "file_empty"
        monkeypatch.setattr("web.layer_uploads.MOST_BYTES", 10)
        for content in (b"x" * 11, _in_parts()):  # announced, and not
            answer = await client.put(f"/api/layer-uploads/{uuid.uuid4()}", params={"name": "a"}, content=content)
            assert answer.json()["code"] == "body_too_large"


async def test_of_one_account_only_the_newest_uploads_are_kept(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    who = Principal("account:x", "x", (Grant(Role.ADMINISTRATOR),))

    async def blocks() -> AsyncGenerator[bytes]:
        yield b"abc"

    numbers = [uuid.uuid4() for _ in range(MOST_KEPT + 2)]
    for number in numbers:
        kept = await uploads.take(who, number, "../../etc/a b.csv", None, blocks())
        assert kept.name == "a b.csv"
    assert uploads.find(who, numbers[-1]).size == 3
    with pytest.raises(Refused):
        uploads.find(who, numbers[0])


async def test_an_export_says_what_its_format_cannot_hold(server: Server) -> None:
    long = "很" * 200
    table = f"名称,说明文字很长很长,lon,lat\n甲,{long},99.2,23.5\n".encode()
    async with server.sign_in("admin") as client:
        assert (await bring(client, await upload(client, table)))["state"] == "done"
        answer = await client.get("/api/layers/shelters/export", params={"format": "shp"})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/zip"
        assert "shelters.zip" in answer.headers["content-disposition"]
        assert answer.headers["x-fengsui-notes"]
        for form in ("gpkg", "geojson", "csv"):
            answer = await client.get("/api/layers/shelters/export", params={"format": form})
            assert answer.status_code == 200
            assert answer.content
        assert (await client.get("/api/layers/roads/export", params={"format": "dxf"})).json()[
            "code"
        ] == "export_format"
        assert (await client.get("/api/layers/counties/export", params={"format": "geojson"})).status_code == 200
