"""Points out of what phones send: sentences, links, location cards, survey sheets; what is doubtful is asked, never changed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import Origin, from_wgs84, is_offset_here
from gis.geodesic import distance_m
from gis.point_text import PointText, ReadPoint, read_points
from gis.point_words import minutes, written_out
from gis.projection import from_degrees, zone_at

POINT = (98.93, 23.47)
WGS, GCJ, BD = Origin.WGS84, Origin.GCJ02, Origin.BD09


def one(text: str, home_lon: float | None = None) -> ReadPoint:
    read = read_points(text, home_lon)
    assert len(read.points) == 1, (text, read)
    return read.points[0]


def codes(read: PointText | ReadPoint) -> list[str]:
    return [doubt.code for doubt in (read.notices if isinstance(read, PointText) else read.doubts)]


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("【高德地图】我在糖厂 https://uri.amap.com/marker?position=98.93,23.47&name=糖厂 快来", GCJ),
        ("https://uri.amap.com/marker?position=98.93,23.47&coordinate=wgs84", WGS),
        ("https://www.amap.com/?p=B0FF,23.47,98.93,糖厂,孟定", GCJ),
        ("androidamap://viewMap?sourceApplication=x&poiname=糖厂&lat=23.47&lon=98.93&dev=1", WGS),
        ("amapuri://openFeature?lat=23.47&lon=98.93&dev=0", GCJ),
        ("http://api.map.baidu.com/marker?location=23.47,98.93&title=x&output=html", BD),
        ("bdapp://map/marker?location=23.47,98.93&coord_type=gcj02", GCJ),
        ("https://apis.map.qq.com/uri/v1/marker?marker=coord:23.47,98.93;title:糖厂;addr:x", GCJ),
        ("https://www.openstreetmap.org/?mlat=23.47&mlon=98.93#map=15/23.4/98.9", WGS),
        ("https://www.openstreetmap.org/#map=15/23.47000/98.93000", WGS),
        ("https://www.google.com/maps/place/x/@23.4,98.9,15z/data=!3m1!3d23.470000!4d98.930000", GCJ),
        ("https://maps.apple.com/?ll=23.47,98.93&q=Pin", GCJ),
        ("geo:23.47,98.93;u=35", WGS), ("geo:0,0?q=23.47,98.93(糖厂)", WGS), ("GEO:23.47,98.93,1200;crs=wgs84", WGS),
        ('<msg><location x="23.47" y="98.93" scale="16" label="云南省临沧市" poiname="糖厂" /></msg>', GCJ),
        ("https://example.org/where?lng=98.93&lat=23.47", WGS),
        ("张三：出事地点在北纬23度28分12秒 东经98度55分48秒，两个人被困", WGS),
        ("有人被困 98.93000,23.47000（百度） 请快来", BD), ("微信发来的位置 23.470000, 98.930000", GCJ),
        ("坐标：东经98.93°，北纬23.47°，电话13888888888", WGS), ("经度：98.9300 纬度：23.4700 时间8点10分", WGS),
        ("位置９８．９３００，２３．４７００附近", WGS), ("lat: 23.47000 lng: 98.93000 accuracy 35", WGS),
    ],
)  # fmt: skip
def test_one_point_in_many_messages(text: str, origin: Origin) -> None:
    point = one(text)
    assert point.given.origin is origin
    assert (point.given.lon, point.given.lat) == pytest.approx(POINT, abs=1e-6)
    lon, lat = point.given.wgs84()
    assert distance_m(*from_wgs84(lon, lat, origin), *POINT) < 1


def test_names_and_accuracy_come_along() -> None:
    assert one("geo:0,0?q=23.47,98.93(孟定糖厂)").label == "孟定糖厂"
    assert one("geo:23.47,98.93;u=35").accuracy_m == 35
    assert one("https://uri.amap.com/marker?position=98.93,23.47&name=%E7%B3%96%E5%8E%82").label == "糖厂"


def test_the_rest_is_left_for_the_report() -> None:
    read = read_points("孟定糖厂锅炉爆炸伤2人 北纬23度28分12秒 东经98度55分48秒 来电13888888888")
    assert "28" not in read.rest
    assert "伤2人" in read.rest
    assert "13888888888" in read.rest


def test_one_point_told_twice_is_one() -> None:
    lon, lat = from_wgs84(*POINT, GCJ)
    link = f"https://uri.amap.com/marker?position={lon:.6f},{lat:.6f}"
    assert len(read_points(f"北纬23.47000 东经98.93000（GPS） {link}").points) == 1
    two = read_points("起点 98.93000,23.47000 终点 99.08000,23.55000").points
    assert [point.given.lon for point in two] == [98.93, 99.08]


def test_an_unnamed_system_is_asked_with_the_other_readings() -> None:
    point = one("98.930000,23.470000")
    assert codes(point) == ["system_unsaid"]
    assert {instead.given.origin for instead in point.doubts[0].instead} == {GCJ, BD}
    assert codes(one("GPS 98.930000,23.470000")) == []
    assert codes(one("98.93,23.47")) == []  # two decimals are a kilometre: the system makes no difference
    assert codes(one("https://maps.apple.com/?ll=23.47,98.93")) == ["system_unsaid"]
    assert codes(one("48.858370, 2.294481")) == ["order_guessed"]


@pytest.mark.parametrize(
    "text",
    [
        "98.93N 23.47E",
        "出事地点 北纬98.93000 东经23.47000 快来",
        "geo:98.93,23.47",
        "https://uri.amap.com/marker?position=23.47,98.93",
    ],
)
def test_an_exchanged_order_is_asked_not_corrected(text: str) -> None:
    read = read_points(text)
    assert read.points == ()
    assert codes(read) == ["swapped"]
    meant = read.notices[0].instead[0].given
    assert (meant.lon, meant.lat) == pytest.approx(POINT)
    assert "写反" in read.notices[0].zh


def test_a_possible_point_that_is_chinese_only_when_exchanged_is_asked() -> None:
    point = one("80.2N 35.1E")
    assert (point.given.lon, point.given.lat) == (35.1, 80.2)
    assert codes(point) == ["swapped"]
    assert (point.doubts[0].instead[0].given.lon, point.doubts[0].instead[0].given.lat) == (80.2, 35.1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://surl.amap.com/abc12 我的位置", "link_unread"), ("https://j.map.baidu.com/3d/xY", "link_unread"),
        ("https://map.baidu.com/@11012345,2671234,15z", "link_unread"), ("北京54坐标 X=2597123.4 Y=33493234.5", "old_datum"),
        ("X=2597123.4 Y=493234.5", "zone_unsaid"), ("X=9597123.4 Y=33493234.5", "plane_impossible"), ("95.5N 10.5W", "coordinates_impossible"),
    ],
)  # fmt: skip
def test_what_gives_no_point_says_why(text: str, code: str) -> None:
    read = read_points(text)
    assert read.points == ()
    assert code in codes(read)
    assert all(notice.zh and notice.en for notice in read.notices)


@pytest.mark.parametrize(
    "text",
    [
        "孟定镇糖厂", "电话13888888888 8点10分", "死亡 3 受伤 12.5", "2026-11-27 10:12", "3.2 km", "G214 K123+400", "120 110 119",
        "单号 20261127 1234567", "见 https://example.org/news/2026?id=98&page=23", "https://weather.cma.cn/?lat=abc&lon=1", "1,2", "",
    ],
)  # fmt: skip
def test_other_texts_hold_no_point(text: str) -> None:
    assert read_points(text) == PointText((), (), text)


@given(st.floats(98.7, 100.5), st.floats(23.0, 25.0))
def test_plane_coordinates_are_read_as_they_are_written(lon: float, lat: float) -> None:
    for line in json.loads(json.dumps(written_out(lon, lat))):
        if line["key"] in ("GK3", "GK6", "UTM"):
            point = one(line["text"])
            assert distance_m(*point.given.wgs84(), lon, lat) < 0.5, line
            assert point.doubts == ()


def test_a_zone_may_stand_beside_the_numbers_or_be_taken_from_the_city() -> None:
    zone = zone_at("GK3", *POINT)
    assert zone is not None
    easting, northing = from_degrees(zone, *POINT)
    plain = f"X={northing:.1f} Y={easting:.1f}"
    for text in (
        f"3度带33带 {plain}",
        f"中央经线99° {plain}",
        f"{plain} 第33带",
        f"Y={easting:.1f}，X={northing:.1f} 33号带",
    ):
        assert distance_m(*one(text).given.wgs84(), *POINT) < 1, text
        assert one(text).given.origin is Origin.CGCS2000
    taken = one(plain, home_lon=99.08)
    assert distance_m(*taken.given.wgs84(), *POINT) < 1
    assert codes(taken) == ["zone_guessed"]


@given(st.floats(73.5, 135.0), st.floats(3.6, 53.5))
def test_what_is_copied_is_read_back_within_a_metre(lon: float, lat: float) -> None:
    for line in json.loads(json.dumps(written_out(lon, lat))):
        named = {"WGS84": "WGS84 ", "GCJ02": "高德 ", "BD09": "百度 ", "CGCS2000": "CGCS2000 "}.get(line["key"], "")
        point = one(named + line["text"])
        allowed = 3.2 if line["key"] == "DMS" else 1.0  # a tenth of a second is three metres
        assert distance_m(*point.given.wgs84(), lon, lat) < allowed, line


@given(st.floats(-180, 180), st.floats(-89, 89))
def test_minutes_never_show_sixty(lon: float, lat: float) -> None:
    for text in minutes(lon, lat):
        assert "60" not in text.replace("160°", "").replace("60°", "")


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    for point in read_points(text).points:
        lon, lat = point.given.wgs84()
        assert -180 <= lon <= 180
        assert -90 <= lat <= 90


@given(st.from_regex(r"(geo:|https://(uri\.amap|map\.baidu|apis\.map\.qq)\.com/\?)[ -~]{0,60}", fullmatch=True))
def test_any_link_is_answered(text: str) -> None:
    read_points(text)


@given(st.floats(-180, 180), st.floats(-84, 84))
def test_outside_china_the_systems_are_one(lon: float, lat: float) -> None:
    if not is_offset_here(lon, lat):
        texts = {line["text"] for line in json.loads(json.dumps(written_out(lon, lat)))[:4]}
        assert len(texts) == 1


@pytest.mark.parametrize(
    "text",
    [
        "纬度23.47°N 经度98.93°E", "lat=23.47&lng=98.93", '{"code":0,"lat":23.47,"lng":"98.93"}', "98d55m48sE 23d28m12sN",
        "23-28-12N 98-55-48E", "东经98-55-48，北纬23-28-12", "98.930000,23.470000,1200", "东径98.93 北伟23.47",
        "26-11-27 东经98.930000 北纬23.470000", "2026-11-27 10:12 东经98.93 北纬23.47 伤3人", "死亡3 受伤12 N23.47 E98.93",
    ],
)  # fmt: skip
def test_other_spellings_and_what_stands_before(text: str) -> None:
    read = read_points(text)
    assert [(point.given.lon, point.given.lat) for point in read.points] == [(98.93, 23.47)]
    assert read.notices == ()


def test_the_letter_beside_the_word_keeps_its_sign() -> None:
    point = one("纬度23.47°S 经度98.93°W")
    assert (point.given.lon, point.given.lat) == (-98.93, -23.47)
