"""A city's own names: read from CSV in either encoding, searched with the others, villages in the chain and in the words."""

import pytest

from gis.crs import from_wgs84
from gis.gazetteer import describe, find
from gis.name_file import read_names
from gis.name_lists import load_list
from spine.db import Connection
from spine.errors import Refused

VILLAGES = """名称,类别,代码,经度,纬度,范围
芒团村,村,530926103201,99.09,23.57,"POLYGON((99.08 23.56,99.10 23.56,99.10 23.58,99.08 23.58,99.08 23.56))"
班幸村,村,530926103202,99.12,23.57,
"""


def test_both_encodings_and_both_tongues() -> None:
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        rows = read_names(VILLAGES.encode(encoding))
        assert [(row.name_zh, row.name_en, row.kind, row.area_code) for row in rows] == [
            ("芒团村", "Mangtuan Village", "village", "530926103201"), ("班幸村", "Banxing Village", "village", "530926103202"),
        ]  # fmt: skip
    [row] = read_names("name,coordinates,kind\n老街观音寺,高德 98.93，23.47,temple\n".replace("，", " ").encode())
    assert from_wgs84(row.lon, row.lat, "GCJ02") == pytest.approx((98.93, 23.47), abs=1e-5)
    [row] = read_names("name,lon,lat\n某地,98.93,23.47\n".encode(), "BD-09")
    assert from_wgs84(row.lon, row.lat, "BD09") == pytest.approx((98.93, 23.47), abs=1e-5)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("甲,乙\n1,2\n", "names_columns", "名称"), ("name,lon,lat\nx,abc,23\n", "names_rows", "2:"), ("name,lon,lat\n,99,23\n", "names_rows", "名称为空"),
        ("name,lon,lat\nx,23.47,98.93\n", "names_rows", "写反"), ("name,lon,lat,kind\nx,99,23,村\n", "names_rows", "12 位"),
        ("name,lon,lat,code\na,99,23,1\nb,99,23,1\n", "names_rows", "重复"), ("name,wkt\na,POINT(99 23)\n", "names_rows", "面"),
        ("name,wkt\na,nonsense\n", "names_rows", "WKT"), ('name,wkt\na,"POLYGON((99 23,99.1 23.1,99.1 23,99 23.1,99 23))"\n', "names_rows", "自相交"),
        ("name,lon,lat,kind\nx,99,23,Tea House\n", "names_rows", "类别"), ("", "names_columns", "名称"),
    ],
)  # fmt: skip
def test_a_wrong_list_is_refused_as_a_whole(text: str, code: str, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_names(text.encode())
    assert refusal.value.code == code
    assert said in refusal.value.sentence("zh")


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        read_names(b"name,lon,lat\n\xff\xff\xff,1,2\n")
    assert refusal.value.code == "names_unreadable"


async def test_villages_are_found_and_say_where_a_point_is(conn: Connection) -> None:
    loaded = await load_list(conn, "村名单", read_names(VILLAGES.encode()))
    assert (loaded.names, loaded.villages) == (2, 2)
    for text in ("芒团村", "芒团", "mangtuan", "mtc", "530926103201", "耿马县芒团村", "孟定芒团村"):
        assert (await find(conn, text, None, 5))[0].code == "530926103201", text
    found = (await find(conn, "芒团村", None, 5))[0].to_json()
    assert found["chain_zh"] == "临沧市耿马县孟定镇芒团村"
    assert found["kind_zh"] == "村（社区）"
    place = await describe(conn, 99.095, 23.575)
    assert place is not None
    assert place.zh == "耿马县孟定镇芒团村东北 0.8 km"
    assert place.en == "0.8 km NE of Mangtuan Village, Mengding Town, Gengma County"
    assert [area.level for area in place.chain] == ["village", "township", "county", "city"]
    assert place.area_code == "530926103"
    without_area = await describe(conn, 99.121, 23.571)
    assert without_area is not None
    assert [area.level for area in without_area.chain] == ["township", "county", "city"]
    with pytest.raises(Refused, match="village_elsewhere"):
        await load_list(conn, "另一份", read_names(VILLAGES.encode()))


async def test_a_list_takes_the_place_of_the_one_before(conn: Connection) -> None:
    await load_list(conn, "名单", read_names("name,lon,lat\n观音寺,99.09,23.57\n".encode()))
    assert (await find(conn, "观音寺", None, 5))[0].kind == "place"
    await load_list(conn, "名单", read_names("name,lon,lat\n龙王庙,99.09,23.57\n".encode()))
    assert await find(conn, "观音寺", None, 5) == []
    await load_list(conn, "名单", [])
    assert await find(conn, "龙王庙", None, 5) == []
    with pytest.raises(Refused, match="list_name"):
        await load_list(conn, "region", [])
