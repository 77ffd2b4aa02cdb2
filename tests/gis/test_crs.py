"""Coordinates of Chinese map services: published values, round trips within a metre in China, identity outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.crs import Origin, from_wgs84, is_offset_here, origin_of, to_wgs84
from gis.geodesic import distance_m
from spine.errors import Refused

# Away from the edge of the box, where a point may be moved across it.
LONS = st.floats(73.5, 135.0)
LATS = st.floats(3.0, 53.5)
ORIGINS = st.sampled_from(list(Origin))


def test_values_published_with_the_formula() -> None:
    """Tian'anmen, as printed in the documentation of the converters in common use."""
    assert from_wgs84(116.404, 39.915, Origin.GCJ02) == pytest.approx((116.41024449916938, 39.91640428150164), abs=1e-9)
    gcj = to_wgs84(116.404, 39.915, Origin.GCJ02)
    assert from_wgs84(*gcj, Origin.GCJ02) == pytest.approx((116.404, 39.915), abs=1e-9)
    assert from_wgs84(*gcj, Origin.BD09) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-8)


@given(LONS, LATS, ORIGINS)
def test_round_trip_in_china_is_within_a_metre(lon: float, lat: float, origin: Origin) -> None:
    back = to_wgs84(*from_wgs84(lon, lat, origin), origin)
    assert distance_m(lon, lat, *back) < 1.0
    there = from_wgs84(*to_wgs84(lon, lat, origin), origin)
    assert distance_m(lon, lat, *there) < 1.0


@given(st.floats(-180, 180), st.floats(-90, 90), ORIGINS)
def test_identity_outside_china(lon: float, lat: float, origin: Origin) -> None:
    if not is_offset_here(lon, lat):
        assert to_wgs84(lon, lat, origin) == (lon, lat)
        assert from_wgs84(lon, lat, origin) == (lon, lat)


@given(LONS, LATS)
def test_taking_one_system_for_another_costs_hundreds_of_metres(lon: float, lat: float) -> None:
    assert 20 < distance_m(lon, lat, *from_wgs84(lon, lat, Origin.GCJ02)) < 1200


def test_in_the_training_region_the_offset_is_what_the_design_fears() -> None:
    assert 250 < distance_m(99.08, 23.55, *from_wgs84(99.08, 23.55, Origin.GCJ02)) < 700


@given(LONS, LATS)
def test_cgcs2000_is_wgs84_here(lon: float, lat: float) -> None:
    assert to_wgs84(lon, lat, Origin.CGCS2000) == (lon, lat)


def test_names_of_systems() -> None:
    assert origin_of(None) is Origin.WGS84
    assert origin_of("gcj-02") is Origin.GCJ02
    with pytest.raises(Refused) as refusal:
        origin_of("XIAN80", "point.origin")
    assert refusal.value.code == "unknown_origin"
    assert refusal.value.field == "point.origin"
