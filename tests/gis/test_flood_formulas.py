"""Flood: people, damage and runoff against their published tables.

Sources: DEFRA/EA FD2320/TR2 and FD2321/TR1; Jonkman et al. 2008; Graham, DSO-99-06; JRC EUR 28552 (Asia); SCS NEH part 630.
"""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import ndtr

from gis.hazards.depth_damage import ASIA, DEPTHS_M, damage_share
from gis.hazards.flood_people import (
    CLASS_FROM,
    DEBRIS,
    GRAHAM,
    SEVERITIES,
    fatality_range,
    fatality_table,
    hazard_class,
    hazard_rating,
    mortality,
    severity_index,
    warning_column,
)
from gis.hazards.flood_runoff import (
    kirpich_h,
    peak_flow_m3_s,
    rational_m3_s,
    retention_mm,
    runoff_mm,
    triangular_depth_m,
)


def array(*values: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.asarray(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("depth", "velocity", "rating", "level"), [(0.1, 0.5, 0.6, 0), (0.5, 1.0, 1.75, 2), (1.0, 1.5, 3.0, 3)]
)
def test_hazard_rating(depth: float, velocity: float, rating: float, level: int) -> None:
    found = hazard_rating(array(depth), array(velocity))
    assert found[0] == pytest.approx(rating, rel=1e-12)
    assert hazard_class(found)[0] == level


def test_rating_is_nothing_on_dry_ground_and_grows_with_depth() -> None:
    depths = np.linspace(0, 3, 301)
    assert hazard_rating(array(0.0), array(3.0))[0] == 0
    for cover in DEBRIS:
        assert (np.diff(hazard_rating(depths, np.full(301, 1.0), cover)) >= 0).all()
        assert (np.diff(DEBRIS[cover]) >= 0).all()
    assert hazard_class(array(*CLASS_FROM)).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("depth", "velocity", "rise", "share"), [(1, 0.2, 0.2, 0.00285806), (3, 0.5, 1, 0.098409), (4, 2, 1, 1.0)]
)
def test_mortality(depth: float, velocity: float, rise: float, share: float) -> None:
    assert mortality(array(depth), array(velocity), array(rise))[0] == pytest.approx(share, rel=1e-5)


def test_mortality_never_falls_with_depth() -> None:
    depths = np.linspace(0, 12, 2401)
    for velocity in (0.0, 0.5, 1.9, 2.5):
        for rise in (0.1, 2.0):
            share = mortality(depths, np.full_like(depths, velocity), np.full_like(depths, rise))
            assert share[0] == 0
            assert (np.diff(share) >= 0).all()
            assert ((share >= 0) & (share <= 1)).all()
    # The step of the published curves where rapid rise begins, 2.1 m: the greater one is taken.
    published = [float(ndtr((float(np.log(2.1)) - mu) / sigma)) for mu, sigma in ((1.46, 0.28), (7.60, 2.75))]
    assert published[0] < published[1]
    assert mortality(array(2.1), array(0.0), array(1.0))[0] == pytest.approx(published[1])


def test_graham_rates() -> None:
    for precise in (False, True):
        table, span = fatality_table(precise=precise), fatality_range(precise=precise)
        assert table[:, 0].tolist() == [0.01, 0.15, 0.75]
        assert (np.diff(table, axis=0) > 0).all()  # graver floods kill more
        assert (np.diff(table, axis=1) <= 0).all()  # more warning, fewer deaths
        assert ((span[..., 0] <= table) & (table <= span[..., 1])).all()
    assert (fatality_table(precise=True) <= fatality_table(precise=False)).all()
    assert len(GRAHAM) == len(SEVERITIES) * 3 * 2
    assert warning_column(array(0, 14.9, 15, 60, 61)).tolist() == [0, 0, 1, 1, 2]
    assert severity_index(array(4.5, 4.6, 20), instantaneous=False).tolist() == [0, 1, 1]
    assert severity_index(array(4.5, 4.6, 20), instantaneous=True).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("depth", "share"), [(0, 0.0), (0.25, 0.1635), (1.2, 0.5432), (2.5, 0.7955), (6, 1.0), (9, 1.0)]
)
def test_residential_damage(depth: float, share: float) -> None:
    assert damage_share(array(depth))[0] == pytest.approx(share, abs=1e-12)


def test_damage_tables() -> None:
    for use, shares in ASIA.items():
        assert len(shares) == len(DEPTHS_M)
        assert shares[0] == 0
        assert shares[-1] == 1
        assert all(a <= b for a, b in pairwise(shares))
        assert damage_share(np.asarray(DEPTHS_M), use).tolist() == list(shares)
    with pytest.raises(ValueError, match="not a number"):
        damage_share(array(float("nan")))


def test_runoff() -> None:
    """NEH-630 chapter 10: CN 80 and 100 mm leave 50.5 mm (S = 63.5 mm: 87.3² / 150.8)."""
    assert retention_mm(array(80))[0] == pytest.approx(63.5)
    assert runoff_mm(array(100), array(80))[0] == pytest.approx(87.3**2 / 150.8)
    assert runoff_mm(array(5, 100, 0), array(70, 100, 100)).tolist() == pytest.approx([0, 100, 0])
    rain = np.linspace(0, 500, 501)
    left = runoff_mm(rain, np.full(501, 75.0))
    assert (np.diff(left) >= 0).all()
    assert (left <= rain).all()


def test_flow() -> None:
    assert rational_m3_s(array(0.6), array(50), array(2))[0] == pytest.approx(16.68)
    # A flood hydrograph holds the runoff: triangle of base 2.67 Tp.
    peak = peak_flow_m3_s(array(20.0), array(10.0), array(2.0), array(3.0))[0]
    time_to_peak_s = (1.0 + 1.8) * 3600
    assert peak * 2.67 * time_to_peak_s / 2 == pytest.approx(20e-3 * 10e6, rel=2e-3)
    # Kirpich's own units: 1000 ft at 1 % takes 0.0078 · 1000^0.77 · 0.01^−0.385 minutes.
    assert kirpich_h(304.8, 0.01) * 60 == pytest.approx(0.0078 * 1000**0.77 * 0.01**-0.385, rel=5e-3)


def test_triangular_depth_grows_with_flow_and_falls_with_slope() -> None:
    flow = array(10, 100, 1000)
    depth = triangular_depth_m(flow, np.full(3, 0.01), np.full(3, 0.05), np.full(3, 5.0))
    assert (np.diff(depth) > 0).all()
    assert (triangular_depth_m(flow, np.full(3, 0.02), np.full(3, 0.05), np.full(3, 5.0)) < depth).all()
