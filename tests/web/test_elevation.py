"""Heights over HTTP: from an upload to every desk, tiles, the height at a point, and who may see and change them."""

import asyncio
import io
import uuid
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.city import City, Server
from tests.gis import height_files as files

TOLD: dict[str, Any] = {
    "source": "省测绘院 2025 年数字高程模型",
    "source_en": "Provincial surveying office, DEM of 2025",
    "licence": "政务内部使用",
    "date": "2025-06-01",
}
TILE = "/tiles/elevation/11/1587/883.png"


async def upload(client: httpx.AsyncClient, path: Path) -> str:
    number = str(uuid.uuid4())
    content = await asyncio.to_thread(path.read_bytes)
    answer = await client.put(f"/api/layer-uploads/{number}", params={"name": path.name}, content=content)
    assert answer.status_code == 201, answer.text
    return number


async def bring(client: httpx.AsyncClient, path: Path, **more: Any) -> dict[str, Any]:
    job = str(uuid.uuid4())
    number = await upload(client, path)
    body: dict[str, Any] = {"id": job, "upload": number, "name": "elevation", "description": TOLD, "options": {}}
    answer = await client.post("/api/layer-imports", json=body | more)
    if answer.status_code != 202:
        return answer.json()
    async with asyncio.timeout(90):
        while True:
            told = (await client.get(f"/api/layer-imports/{job}")).json()
            if told["state"] != "running":
                return told


async def about(client: httpx.AsyncClient) -> Any:
    return (await client.get("/api/elevation/about")).json()["elevation"]


async def test_from_the_file_to_every_desk(city: City, server: Server, tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "dem.tif", ground=files.slope, nodata=-9999)
    async with server.sign_in("admin") as client, server.socket("duty1") as desk:
        await desk.send(op="follow", stream="layers")
        before = (await desk.until("where", stream="layers"))["items"]["catalogue"]["changes"]
        assert await about(client) is None
        empty = (await client.get("/api/elevation", params={"lon": 99.06, "lat": 23.94})).json()
        assert (empty["known"], empty["height_m"], empty["loaded"]) == (False, None, False)
        assert (await client.get(TILE)).status_code == 404

        found = (await client.post(f"/api/layer-uploads/{await upload(client, path)}/look", json={})).json()["found"]
        assert (found["format"], found["width"], found["unit"]) == ("geotiff", 300, "m")
        told = await bring(client, path)
        assert (told["state"], told["report"]["number"]) == ("done", 1)
        heard = await desk.until("where", stream="layers")
        assert heard["items"]["catalogue"]["changes"] == before + 1

    async with server.sign_in("duty1") as client:
        loaded = await about(client)
        assert (loaded["most_zoom"], loaded["parts"][0]["source"]) == (11, TOLD["source"])
        assert (await client.get("/api/elevation/about")).json()["may_change"] is False
        point = (await client.get("/api/elevation", params={"lon": 99.0613, "lat": 23.9401})).json()
        assert point["height_m"] == pytest.approx(1500 + 0.0613 * 2000 - 0.0599 * 1000, abs=0.2)
        assert (point["source_en"], point["date"], point["loaded"]) == (TOLD["source_en"], "2025-06-01", True)
        assert "2025-06-01" in point["zh"]
        off = (await client.get("/api/elevation", params={"lon": 99.6, "lat": 23.94})).json()
        assert (off["known"], off["height_m"], off["loaded"]) == (False, None, True)
        here = (await client.get("/api/identify", params={"lon": 99.0613, "lat": 23.9401})).json()
        assert here["elevation"]["height_m"] == point["height_m"]


async def test_a_tile_is_a_picture_of_heights(city: City, server: Server, tmp_path: Path) -> None:
    async with server.sign_in("admin") as client:
        await bring(client, files.geotiff(tmp_path / "dem.tif", ground=files.slope))
        address = str((await about(client))["tiles"]).format(z=11, x=1587, y=883)
        answer = await client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
        assert "immutable" in answer.headers["cache-control"]
        with Image.open(io.BytesIO(answer.content)) as picture:
            assert (picture.size, picture.mode) == ((512, 512), "RGB")
            red, green, blue = np.asarray(picture, float)[400, 400]
        assert 1300 < -10_000 + (red * 65_536 + green * 256 + blue) * 0.1 < 1700
        again = await client.get(TILE, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
        assert (await client.get(TILE)).headers["cache-control"] == "private, no-cache"
        for empty in (
            "/tiles/elevation/11/0/0.png",
            "/tiles/elevation/2/3/1.png",
            "/tiles/elevation/14/12700/7064.png",
        ):
            assert (await client.get(empty)).status_code == 404
        for wrong in ("/tiles/elevation/11/4096/0.png", "/tiles/elevation/40/0/0.png", "/tiles/elevation/-1/0/0.png"):
            answer = await client.get(wrong)
            assert (answer.status_code, answer.json()["code"]) == (404, "tile_out_of_range")
        assert (await client.get("/tiles/elevation/a/0/0.png")).status_code == 422
    async with httpx.AsyncClient(base_url=server.url) as nobody:
        assert (await nobody.get(TILE)).status_code == 401


async def test_going_back_removing_and_who_may(city: City, server: Server, tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "dem.tif", size=(60, 60))
    async with server.sign_in("duty1") as client:
        refused = await client.put(f"/api/layer-uploads/{uuid.uuid4()}", params={"name": "dem.tif"}, content=b"x")
        assert refused.status_code == 403
        for answer in (
            await client.delete("/api/elevation"),
            await client.post("/api/elevation/rollback", json={}),
            await client.get("/api/elevation/versions"),
        ):
            assert answer.status_code == 403
    async with server.sign_in("admin") as client:
        assert (await client.post("/api/elevation/rollback", json={})).status_code == 404
        assert (await client.delete("/api/elevation")).status_code == 404
        await bring(client, path)
        await bring(client, path, alone=True, description=TOLD | {"source": "新"})
        listed = (await client.get("/api/elevation/versions")).json()["versions"]
        assert [(one["version"], one["shown"]) for one in listed] == [(2, True), (1, False)]
        assert (await client.post("/api/elevation/rollback", json={})).json() == {"version": 1}
        assert (await about(client))["parts"][0]["source"] == TOLD["source"]
        assert (await client.delete("/api/elevation")).status_code == 200
        assert await about(client) is None


async def test_restricted_heights_are_not_there_for_others(city: City, server: Server, tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "dem.tif", size=(60, 60))
    async with server.sign_in("admin") as client:
        await bring(client, path, description=TOLD | {"sensitivity": "restricted"})
        assert (await client.get(TILE)).status_code == 200
        address = str((await about(client))["tiles"]).format(z=11, x=1587, y=883)
        assert (await client.get(address)).headers["cache-control"] == "private, no-cache"
    async with server.sign_in("wat") as client:
        assert await about(client) is None
        assert (await client.get(TILE)).status_code == 404
        point = (await client.get("/api/elevation", params={"lon": 99.01, "lat": 23.99})).json()
        assert (point["known"], point["loaded"]) == (False, False)
        here = (await client.get("/api/identify", params={"lon": 99.01, "lat": 23.99})).json()
        assert here["elevation"]["height_m"] is None


async def test_bad_input_changes_nothing(city: City, server: Server, tmp_path: Path) -> None:
    path = files.geotiff(tmp_path / "dem.tif", size=(60, 60))
    bare = files.geotiff(tmp_path / "bare.tif", crs=None, size=(60, 60))
    table = tmp_path / "shelters.csv"
    table.write_text("名称,经度,纬度\n体育场,99.2,23.5\n")
    async with server.sign_in("admin") as client:
        assert (await bring(client, path, description=TOLD | {"source": " "}))["code"] == "elevation_not_described"
        assert (await bring(client, path, description=TOLD | {"date": "June"}))["code"] == "layer_date"
        told = await bring(client, bare)
        assert (told["state"], told["problem"]["code"], told["problem"]["question"]) == ("refused", "crs_missing", True)
        assert (await bring(client, table))["problem"]["code"] == "not_heights"
        layer = TOLD | {"title_zh": "高程", "owner": "测绘院"}
        assert (await bring(client, path, name="heights", description=layer))["problem"][
            "code"
        ] == "heights_are_no_layer"
        for wrong in ({"lon": 200, "lat": 0}, {"lon": 99}, {"lon": "nan", "lat": 0}):
            assert (await client.get("/api/elevation", params=wrong)).status_code == 422
        assert await about(client) is None
