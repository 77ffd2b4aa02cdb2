"""Places by name and names of places, in the training region."""

import pytest

from gis.gazetteer import FoundPlace, describe, direction, find
from spine.db import Connection
from spine.errors import Refused


async def first(conn: Connection, text: str, near: tuple[float, float] | None = None) -> FoundPlace:
    found = await find(conn, text, near, 5)
    assert found, text
    return found[0]


@pytest.mark.parametrize(
    "text",
    [
        "孟定镇", "孟定", "孟丁镇", "mengdingzhen", "mengding", "meng ding", "MengDing", "Mengding Town", "mendingzhen",
        "530926103", "耿马孟定", "耿马县孟定镇", "云南省临沧市耿马傣族佤族自治县孟定镇", " 孟定镇 ", "孟定鎮"[:2],
    ],
)  # fmt: skip
async def test_the_same_town_by_many_names(conn: Connection, text: str) -> None:
    place = await first(conn, text)
    assert (place.code, place.kind) == ("530926103", "township")
    assert (place.lon, place.lat) == (99.0817, 23.5568)
    assert place.area_code == "530926103"
    assert place.to_json()["chain_zh"] == "临沧市耿马县孟定镇"
    assert place.to_json()["chain_en"] == "Mengding Town, Gengma County, Lincang City"


async def test_initials_that_two_towns_share_give_both_the_nearer_first(conn: Connection) -> None:
    near_mengdong = await find(conn, "mdz", (99.25, 23.15), 5)
    near_mengding = await find(conn, "mdz", (99.08, 23.55), 5)
    assert [place.name_zh for place in near_mengdong[:2]] == ["勐董镇", "孟定镇"]
    assert [place.name_zh for place in near_mengding[:2]] == ["孟定镇", "勐董镇"]
    assert near_mengding[0].distance_m is not None
    assert near_mengding[0].distance_m < 1000


async def test_counties_the_city_and_both_codes(conn: Connection) -> None:
    assert (await first(conn, "凤庆县")).code == "530921"
    assert (await first(conn, "云南省临沧市凤庆县")).code == "530921"
    assert (await first(conn, "临沧")).code == "530900"
    assert (await first(conn, "双江")).code == "530925"
    assert (await first(conn, "linxiang")).code == "530902"
    assert (await first(conn, "530902102")).name_zh == "博尚镇"
    assert (await first(conn, "530902101")).name_zh == "博尚镇"


async def test_facilities_rivers_and_summits(conn: Connection) -> None:
    hospital = await first(conn, "耿马人民医院")
    assert (hospital.name_zh, hospital.kind) == ("耿马县人民医院", "hospital")
    assert hospital.area_code == "530926100"
    assert (await first(conn, "南汀河")).kind == "river"
    assert (await first(conn, "永德大雪山")).kind == "summit"
    assert (await first(conn, "小湾水电站")).kind == "dam"
    assert (await first(conn, "清水河口岸")).kind == "port"
    nearest = await first(conn, "人民医院", (99.25, 23.15))
    assert nearest.name_zh == "沧源县人民医院"


async def test_words_after_a_county_are_looked_for_in_it(conn: Connection) -> None:
    found = await find(conn, "云县人民医院", None, 5)
    assert found[0].name_zh == "云县人民医院"
    for place in await find(conn, "凤庆糖厂", None, 10):
        assert str(place.area_code).startswith("530921")


@pytest.mark.parametrize("text", ["不存在的地方", "高压", "%", "_", "\\", "' OR 1=1 --", "zzzz", "   ", "死亡"])
async def test_what_is_no_place_finds_nothing(conn: Connection, text: str) -> None:
    assert await find(conn, text, None, 5) == []


async def test_coordinates_are_found_and_described(conn: Connection) -> None:
    place = await first(conn, "23.47N 98.93E")
    assert place.kind == "coordinates"
    assert (place.lon, place.lat, place.origin) == (98.93, 23.47, "WGS84")
    assert place.name_zh.startswith("沧源县芒卡镇")
    assert place.area_code == "530927103"
    offset = await first(conn, "高德 98.93,23.47")
    assert offset.origin == "GCJ02"
    assert 0.0005 < abs(offset.lon - 98.93) + abs(offset.lat - 23.47) < 0.01
    with pytest.raises(Refused, match="coordinates_swapped"):
        await find(conn, "98.93N 23.47E")


async def test_a_point_in_words(conn: Connection) -> None:
    place = await describe(conn, 99.1, 23.58)
    assert place is not None
    assert place.zh == "耿马县孟定镇东北 3.2 km"
    assert place.en == "3.2 km NE of Mengding Town, Gengma County"
    assert place.area_code == "530926103"
    assert [area.code for area in place.chain] == ["530926103", "530926", "530900"]
    at_the_town = await describe(conn, 99.0817, 23.5568)
    assert at_the_town is not None
    assert at_the_town.zh == "耿马县孟定镇"


async def test_outside_the_city_it_says_so_and_far_away_nothing(conn: Connection) -> None:
    outside = await describe(conn, 99.8, 22.9)
    assert outside is not None
    assert outside.area_code is None
    assert outside.chain == ()
    assert outside.zh.endswith("（辖区外）")
    assert outside.en.endswith("(outside the city)")
    assert await describe(conn, 116.4, 39.9) is None


async def test_every_township_is_described_by_its_own_area(conn: Connection) -> None:
    rows = await (
        await conn.execute("SELECT code, ST_X(point), ST_Y(point) FROM gis.place WHERE level = 'township'")
    ).fetchall()
    for code, lon, lat in rows:
        place = await describe(conn, lon, lat)
        assert place is not None
        assert place.area_code == code


@pytest.mark.parametrize(
    ("bearing", "zh", "en"),
    [(0, "北", "N"), (22, "北", "N"), (23, "东北", "NE"), (180, "南", "S"), (338, "北", "N"), (300, "西北", "NW")],
)
def test_directions(bearing: float, zh: str, en: str) -> None:
    assert direction(bearing) == (zh, en)
