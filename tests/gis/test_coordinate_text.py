"""Coordinates as people write them; and what only looks like coordinates is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.coordinate_text import parse_coordinates
from gis.crs import Origin, from_wgs84
from spine.errors import Refused

POINT = (98.93, 23.47)


@pytest.mark.parametrize(
    "text",
    [
        "23.47N 98.93E", "23.47N,98.93E", "23.47 N, 98.93 E", "N23.47 E98.93", "E98.93 N23.47", "98.93E 23.47N",
        "98.93,23.47", "98.93, 23.47", "98.93 23.47", "23.47,98.93", "23.47，98.93", "（98.93，23.47）", "[98.93, 23.47]",
        "北纬23.47 东经98.93", "东经98.93度，北纬23.47度", "东经 98.93°、北纬 23.47°", "lat 23.47, lon 98.93", "lon=98.93 lat=23.47",
        "latitude: 23.47 longitude: 98.93", "经度98.93 纬度23.47", "纬度:23.47,经度:98.93", "２３．４７Ｎ　９８．９３Ｅ",
        "23°28′12″N 98°55′48″E", "23°28'12\"N, 98°55'48\"E", "N23°28'12\" E98°55'48\"", "23º28'12''N 98º55'48''E",
        "北纬23度28分12秒，东经98度55分48秒", "东经98°55′48″ 北纬23°28′12″", "N 23 28 12 E 98 55 48", "23:28:12N 98:55:48E",
        "23°28.2'N 98°55.8'E", "N23 28.2 E98 55.8", "坐标 98.93,23.47", "WGS84 98.93,23.47", "GPS: 23.47N 98.93E",
        "CGCS2000 98.93,23.47",
    ],
)  # fmt: skip
def test_the_same_point_in_many_spellings(text: str) -> None:
    found = parse_coordinates(text)
    assert found is not None, text
    assert (found.lon, found.lat) == pytest.approx(POINT, abs=1e-6)


def test_a_named_system_is_undone() -> None:
    for word, origin in (
        ("高德", Origin.GCJ02),
        ("GCJ-02", Origin.GCJ02),
        ("百度地图", Origin.BD09),
        ("BD09", Origin.BD09),
    ):
        lon, lat = from_wgs84(*POINT, origin)
        found = parse_coordinates(f"{word} {lon:.7f},{lat:.7f}")
        assert found is not None
        assert found.origin is origin
        assert (found.lon, found.lat) == pytest.approx(POINT, abs=2e-6)


def test_south_and_west_are_negative() -> None:
    found = parse_coordinates("33.45S 70.66W")
    assert found is not None
    assert (found.lon, found.lat) == pytest.approx((-70.66, -33.45))


def test_bare_numbers_are_judged_and_say_so() -> None:
    certain, judged = parse_coordinates("23.47,98.93"), parse_coordinates("35.1,80.2")
    assert certain is not None
    assert judged is not None
    assert not certain.guessed
    assert (judged.lon, judged.lat, judged.guessed) == (80.2, 35.1, True)


@pytest.mark.parametrize(
    "text",
    [
        "孟定镇", "mengding", "530926103", "13888888888", "120 3", "98.93", "G214 12.5", "3.2 km", "孟定 98.93,23.47 附近",
        "2026-03-01 10:12", "10.5 12.5 13.5", "", "N", "E", "死亡 3 受伤 12.5", "north", "1,2",
    ],
)  # fmt: skip
def test_other_texts_are_not_coordinates(text: str) -> None:
    assert parse_coordinates(text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [("98.93N 23.47E", "coordinates_swapped"), ("123.5N 23.47E", "coordinates_swapped"), ("95.5N 10.5W", "coordinates_impossible"),
     ("23.5N 223.5E", "coordinates_impossible")],
)  # fmt: skip
def test_impossible_points_are_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        parse_coordinates(text)
    assert caught.value.code == code


@given(st.floats(73.5, 135, exclude_min=True), st.floats(18, 53))
def test_what_is_written_is_read(lon: float, lat: float) -> None:
    for text in (f"{lat:.6f}N {lon:.6f}E", f"{lon:.6f},{lat:.6f}", f"东经{lon:.6f}度，北纬{lat:.6f}度"):
        found = parse_coordinates(text)
        assert found is not None
        assert (found.lon, found.lat) == pytest.approx((lon, lat), abs=1e-6)


@given(st.text(max_size=40))
def test_any_text_is_answered(text: str) -> None:
    try:
        found = parse_coordinates(text)
    except Refused:
        return
    assert found is None or -180 <= found.lon <= 180
