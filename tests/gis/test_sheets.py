"""Printed maps: the scale is true on the ellipsoid, the bar fits, the graticule lies where it says."""

import math
from typing import Any, cast

import pytest
from pyproj import Geod

from gis.sheets.graticule import Frame, graticule
from gis.sheets.papers import PAPERS, lay_out
from gis.sheets.scale import SCALES, off_at, scale_bar, zoom_for

_GEOD: Any = cast(Any, Geod(ellps="WGS84"))


@pytest.mark.parametrize("lat", [0.0, 18.2, 23.55, 40.0, 53.5])
@pytest.mark.parametrize("bearing", [0.0, 33.0])
def test_ten_kilometres_measure_ten_kilometres(lat: float, bearing: float) -> None:
    """East and north of the centre, on the ellipsoid, within half a percent."""
    frame = Frame(99.1, lat, 100_000, bearing, 280, 180)
    for towards in (0.0, 90.0):
        lon2, lat2 = _GEOD.fwd(99.1, lat, towards, 10_000)[:2]
        x, y = frame.place(99.1, lat)
        x2, y2 = frame.place(lon2, lat2)
        assert math.hypot(x2 - x, y2 - y) == pytest.approx(100.0, rel=0.005)


def test_there_and_back() -> None:
    frame = Frame(99.1, 23.5, 25_000, 71.0, 200, 150)
    assert frame.place(*frame.ground(12.0, 140.0)) == pytest.approx((12.0, 140.0))
    assert frame.ground(100, 75) == pytest.approx((99.1, 23.5))


def test_what_is_up_is_the_bearing() -> None:
    """With a bearing of 90° east is up, so north is at the left."""
    frame = Frame(99.1, 23.5, 25_000, 90.0, 200, 150)
    assert frame.ground(100, 0)[0] > 99.1
    assert frame.ground(0, 75)[1] > 23.5


def test_the_scale_of_the_picture_is_that_of_the_sheet() -> None:
    """One pixel at the zoom is 1/96 inch: the world's 512 px at zoom 0, 2**zoom times."""
    zoom = zoom_for(50_000, 23.5)
    metres = 2 * math.pi * 6_378_137 * math.cos(math.radians(23.5)) / (512 * 2**zoom)
    assert metres == pytest.approx(50_000 * 0.0254 / 96, rel=0.005)


@pytest.mark.parametrize("scale", SCALES)
def test_the_bar_is_round_and_fits(scale: int) -> None:
    bar = scale_bar(scale, 33)
    assert bar.mm <= 33
    assert bar.mm > 12
    assert bar.metres == pytest.approx(bar.mm / 1000 * scale)
    assert f"{bar.metres:.0e}"[0] in "125"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("bearing", [0.0, 20.0, 45.0, 90.0, 200.0])
def test_the_graticule_ends_on_the_frame(scale: int, bearing: float) -> None:
    frame = Frame(99.1, 23.55, scale, bearing, 211, 169)
    lines = graticule(frame)
    assert 4 <= len(lines) <= 30
    for line in lines:
        for (x, y), side in zip(line.ends, line.sides, strict=True):
            expected = {"left": (x, 0), "right": (x, 211), "top": (y, 0), "bottom": (y, 169)}[side]
            assert expected[0] == pytest.approx(expected[1], abs=1e-6)
            lon, lat = frame.ground(x, y)
            given = _degrees(line.label)
            assert (lon if line.label[-1] in "EW" else lat) == pytest.approx(given, abs=1e-6)


def _degrees(label: str) -> float:
    degrees, rest = label[:-1].split("°")
    minutes, _, seconds = rest.partition("′")
    value = int(degrees) + int(minutes) / 60 + int(seconds.rstrip("″") or 0) / 3600
    return value if label[-1] in "EN" else -value


def test_scale_grows_away_from_the_equator() -> None:
    assert off_at(24.5, 24.0) == pytest.approx(0.0039, abs=0.0005)
    assert off_at(23.5, 24.0) < 0


def test_the_parts_of_every_sheet_lie_on_it() -> None:
    for paper, (short, long) in PAPERS.items():
        for orientation in ("portrait", "landscape"):
            sheet = lay_out(paper, orientation)
            assert (sheet.width, sheet.height) == ((short, long) if orientation == "portrait" else (long, short))
            for box in (sheet.title, sheet.map, sheet.side):
                assert box.x >= 7.9
                assert box.y >= 7.9
                assert box.x + box.width <= sheet.width - 7.9
                assert box.y + box.height <= sheet.height - 7.9
            apart = (
                sheet.side.x >= sheet.map.x + sheet.map.width
                if orientation == "landscape"
                else sheet.side.y >= sheet.map.y + sheet.map.height
            )
            assert apart
