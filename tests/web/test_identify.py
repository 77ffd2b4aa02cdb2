"""What is here: features of the city's layers, drawings and fences at and near a point, to each as he may see them."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from gis.near import MOST_OF_LAYER
from tests.browser.test_drawing import incident_with_order
from tests.city import City, Server
from tests.gis import layer_files as files
from tests.gis.layer_fixtures import described
from tests.web.ogc_client import bring

HERE = {"lon": 99.082, "lat": 23.557, "within_m": 500}
FAR = {"lon": 99.5, "lat": 24.2, "within_m": 500}


def square(lon: float, lat: float, half: float) -> dict[str, Any]:
    west, east, south, north = lon - half, lon + half, lat - half, lat + half
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }


async def layers(city: City, folder: Path) -> None:
    """Points in a row 102 m apart, a restricted area around the place, and a line to its north."""
    row = [{"type": "Point", "coordinates": [99.082 + 0.001 * i, 23.557]} for i in range(12)]
    told = described(name="clinics", title_zh="卫生所", title_en="Clinics", label="name")
    await bring(city, folder, files.geojson(folder / "points.geojson", row), told)
    area = files.geojson(folder / "area.geojson", [square(99.082, 23.557, 0.01)])
    await bring(
        city, folder, area, described(name="depots", title_zh="库区", sensitivity="restricted", readers=("FRB",))
    )
    line = {"type": "LineString", "coordinates": [[99.0, 23.56], [99.2, 23.56]]}
    await bring(
        city, folder, files.geojson(folder / "line.geojson", [line]), described(name="pipeline", title_zh="管线")
    )


async def ask(client: httpx.AsyncClient, at: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get("/api/identify", params=at)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_features_of_layers_with_label_and_distance(city: City, server: Server, tmp_path: Path) -> None:
    await layers(city, tmp_path)
    async with server.sign_in("duty1") as desk:
        told = await ask(desk, HERE)
        nothing = await ask(desk, FAR)
    found = told["features"]
    assert [one["layer"] for one in found].count("clinics") == MOST_OF_LAYER
    assert found[0]["distance_m"] == 0
    assert {one["layer"] for one in found[:2]} == {"clinics", "depots"}
    [pipeline] = [one for one in found if one["layer"] == "pipeline"]
    assert pipeline["distance_m"] == pytest.approx(332, abs=2)
    assert pipeline["towards_en"] == "N"
    assert pipeline["label"] is None
    second = [one for one in found if one["layer"] == "clinics"][1]
    assert second["distance_m"] == pytest.approx(102, abs=1)
    assert second["label"]
    assert [one["distance_m"] for one in found] == sorted(one["distance_m"] for one in found)
    assert nothing["features"] == []
    assert nothing["layers_not_asked"] == 0


async def test_a_restricted_layer_tells_nothing_to_others(city: City, server: Server, tmp_path: Path) -> None:
    await layers(city, tmp_path)
    seen: dict[str, set[str]] = {}
    for login in ("duty1", "frb", "emb"):
        async with server.sign_in(login) as client:
            seen[login] = {one["layer"] for one in (await ask(client, HERE))["features"]}
    assert "depots" in seen["duty1"]
    assert "depots" in seen["frb"]
    assert seen["emb"] == {"clinics", "pipeline"}


async def test_drawings_and_fences_of_ones_own_field_of_view(city: City, server: Server) -> None:
    key = await incident_with_order(city)
    drawn = {"incident_id": key, "drawing_kind": "cordon", "geometry": square(99.082, 23.557, 0.01), "name": "内圈"}
    await city.carry_out("duty1", "drawing.draw", drawn)
    fence = {"name": "糖厂", "purpose": "cordon", "geometry": square(99.085, 23.557, 0.001)}
    await city.carry_out("duty1", "fence.draw", fence)
    async with server.sign_in("duty1") as desk:
        told = await ask(desk, HERE)
        far = await ask(desk, FAR)
    assert [(one["kind_zh"], one["name"], one["distance_m"]) for one in told["drawings"]] == [("警戒区", "内圈", 0)]
    [one] = [one for one in told["fences"] if one["name"] == "糖厂"]
    assert one["distance_m"] == pytest.approx(204, abs=3)
    assert one["units_inside"] == 0
    assert far["drawings"] == []
    assert far["fences"] == []
    async with server.sign_in("frb") as involved:
        assert len((await ask(involved, HERE))["drawings"]) == 1
        assert (await ask(involved, HERE))["fences"] == []
    async with server.sign_in("emb") as other:
        assert (await ask(other, HERE))["drawings"] == []


async def test_at_the_ends_of_the_earth(city: City, server: Server, tmp_path: Path) -> None:
    await layers(city, tmp_path)
    async with server.sign_in("duty1") as desk:
        for lon, lat in ((0, 90), (180, -90), (-180, 0), (179.999, 85)):
            assert (await ask(desk, {"lon": lon, "lat": lat, "within_m": 50_000}))["features"] == []
