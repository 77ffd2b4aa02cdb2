"""UTM and Gauss–Krüger zones against PROJ's own definitions by EPSG number; round trips within a metre."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from gis.geodesic import distance_m
from gis.projection import (
    Zone,
    ZoneKind,
    from_degrees,
    split_easting,
    to_degrees,
    zone_at,
    zone_of_meridian,
    zone_of_number,
)

KINDS = st.sampled_from(["UTM", "GK3", "GK6"])


@given(KINDS, st.floats(75.0, 134.9), st.floats(3.5, 53.5))
def test_round_trip_in_china_is_within_a_metre(kind: ZoneKind, lon: float, lat: float) -> None:
    zone = zone_at(kind, lon, lat)
    assert zone is not None
    assert abs(lon - zone.meridian) <= (1.5 if kind == "GK3" else 3.0)
    easting, northing = from_degrees(zone, lon, lat)
    assert 100_000 < easting < 900_000
    assert distance_m(lon, lat, *to_degrees(zone, easting, northing)) < 0.01


@pytest.mark.parametrize(
    "zone", [Zone("GK3", 33), Zone("GK6", 17), Zone("GK3", 39), Zone("UTM", 47), Zone("UTM", 19, north=False)]
)
def test_the_same_as_the_definition_by_number(zone: Zone) -> None:
    lat = 23.47 if zone.north else -33.45
    lon = zone.meridian + 0.9
    asked = Transformer.from_crs(4490 if zone.kind != "UTM" else 4326, zone.epsg, always_xy=True)
    # CGCS2000's own sheets give northing first; always_xy turns them round.
    expected = asked.transform(lon, lat)
    assert from_degrees(zone, lon, lat) == pytest.approx(expected, abs=1e-3)


def test_zone_numbers_before_the_easting() -> None:
    assert split_easting(33_391_234.5) == (Zone("GK3", 33), 391_234.5)
    assert split_easting(17_391_234.5) == (Zone("GK6", 17), 391_234.5)
    assert split_easting(391_234.5) == (None, 391_234.5)
    assert split_easting(99_391_234.5) == (None, 391_234.5)
    assert zone_of_number(24) is None
    assert zone_of_number(33) == Zone("GK3", 33)


def test_a_meridian_shared_by_both_kinds_is_one_plane() -> None:
    narrow = zone_of_meridian(99)
    assert narrow is not None
    assert narrow == Zone("GK3", 33)
    assert from_degrees(Zone("GK6", 17), 98.9, 23.5) == from_degrees(narrow, 98.9, 23.5)
    assert zone_of_meridian(98) is None


def test_outside_the_zones_of_china_there_is_no_gauss_krueger_zone() -> None:
    assert zone_at("GK3", 10.0) is None
    assert zone_at("GK6", 150.0) is None
    assert zone_at("UTM", 10.0, -5.0) == Zone("UTM", 32, north=False)
    assert zone_at("UTM", 180.0) == Zone("UTM", 60)
