"""Many points around one, quickly: against geodesics."""

import numpy as np
import pytest

from gis.geodesic import bearings_and_km, east_north_km


@pytest.mark.parametrize("lat", [-40.0, 0.0, 23.5, 53.0])
@pytest.mark.parametrize("reach_deg", [0.01, 0.5, 2.5])
def test_bearing_and_distance_agree_with_geodesics(lat: float, reach_deg: float) -> None:
    rng = np.random.default_rng(7)
    lons, lats = 99.0 + rng.uniform(-reach_deg, reach_deg, 4000), lat + rng.uniform(-reach_deg, reach_deg, 4000)
    bearing, km = bearings_and_km(99.0, lat, lons, lats)
    near = (km < 300) & (km > 0.01)
    east, north = east_north_km(99.0, lat, lons[near], lats[near])
    assert np.abs(np.hypot(east, north) / km[near] - 1).max() < 2e-4
    turned = (np.degrees(np.arctan2(east, north)) - bearing[near] + 180) % 360 - 180
    assert np.abs(turned).max() < 0.02
