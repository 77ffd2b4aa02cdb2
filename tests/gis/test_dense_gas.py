"""Dense gas and source terms against the examples of the workbook and of CCPS.

Sources: Britter & McQuaid, HSE CRR 17/1988 (Potchefstroom); AIChE/CCPS 1999, pp. 40, 47 and 122, as recomputed in the tests of
aefarrell/GasDispersion.jl (MIT).
"""

import math

import numpy as np
import pytest

from gis.hazards.dense_gas import (
    plume_alpha,
    plume_betas,
    plume_half_width_m,
    plume_is_dense,
    plume_share,
    puff_alpha,
    puff_betas,
    puff_is_dense,
    puff_radius_m,
    puff_share,
    reduced_gravity,
    warmed,
)
from gis.hazards.source_term import air_density_kg_m3, first_cloud, flash_share, gas_orifice_kg_s, liquid_orifice_kg_s
from gis.hazards.substances import SUBSTANCES
from spine.errors import Refused


def test_the_fits_at_the_published_alphas() -> None:
    assert plume_betas(-0.75) == pytest.approx([1.75, 1.92, 2.08, 2.25, 2.4, 2.6])
    assert plume_betas(-0.40) == pytest.approx([1.784, 2.016, 2.21, 2.394, 2.564, 2.714])
    assert plume_betas(-0.20) == pytest.approx([1.832, 2.06, 2.25, 2.45, 2.63, 2.77])
    assert plume_betas(0.0) == pytest.approx([1.78, 1.96, 2.16, 2.35, 2.56, 2.71])
    assert puff_betas(-0.75) == pytest.approx([0.7, 0.85, 0.95, 1.15, 1.48, 1.83, 2.075])
    assert puff_betas(0.0) == pytest.approx([0.81, 1.0, 1.19, 1.39, 1.62, 1.83, 2.05])
    assert puff_betas(0.75) == pytest.approx([0.93, 1.03, 1.185, 1.375, 1.525, 1.68, 1.8475])


def test_the_fits_are_nearly_continuous_and_in_order() -> None:
    """The published lines do not meet exactly: at most 0.05 in log10 (12 % in distance)."""
    for alpha in np.linspace(-1.2, 1.0, 2201):
        for betas in (plume_betas(alpha), puff_betas(alpha)):
            assert np.all(np.diff(betas) > 0)
        assert np.max(np.abs(plume_betas(alpha + 1e-9) - plume_betas(alpha))) < 0.05
        assert np.max(np.abs(puff_betas(alpha + 1e-9) - puff_betas(alpha))) < 0.05


def test_the_lng_spill_of_ccps_page_122() -> None:
    flow, wind, air_k, gas_k = 0.23 * 425.6 / 1.76, 10.9, 298.0, 273.15 - 162
    gravity = reduced_gravity(1.76, air_298())
    scale = math.sqrt(flow / wind)
    alpha = plume_alpha(gravity, flow, wind)
    found = warmed(plume_share(np.asarray([45.2, 367.0, 1200.0]) / scale, alpha), gas_k, air_k)
    assert found == pytest.approx([0.6720234544594696, 0.050717667650511944, 0.004921409666659286], rel=1e-6)


def air_298() -> float:
    """The air of the published example: 1.184 kg/m³ at 298 K."""
    return air_density_kg_m3(298.0)


def test_potchefstroom() -> None:
    """72 500 m³ of a mixture with 1/16.4 of ammonia, 2 m/s: 333 m from the source."""
    gravity = reduced_gravity(1.434, air_density_kg_m3(293.15))
    radius = math.sqrt(puff_radius_m(np.asarray([124.0]), gravity, 7.25e4)[0] ** 2)
    ahead = 0.4 * 2 * 124 + radius
    share = puff_share(np.asarray([ahead / 7.25e4 ** (1 / 3)]), puff_alpha(gravity, 7.25e4, 2.0))[0]
    assert share / 16.4 == pytest.approx(0.006097560975609757, rel=1e-6)


def test_concentration_falls_with_distance() -> None:
    scaled = np.geomspace(1, 5000, 400)
    for alpha in (-1.0, -0.4, 0.0, 0.6, 1.0):
        assert np.all(np.diff(plume_share(scaled, alpha)) <= 1e-12)
        assert np.all(np.diff(puff_share(scaled, alpha)) <= 1e-12)


def test_the_criterion_tells_dense_from_passive() -> None:
    chlorine = reduced_gravity(1.659, 1.204)
    assert plume_is_dense(chlorine, 60.0, 2.0)
    assert not plume_is_dense(chlorine, 0.001, 6.0)
    assert not plume_is_dense(reduced_gravity(0.7, 1.2), 60.0, 2.0)
    assert puff_is_dense(chlorine, 5000.0, 3.0)
    assert not puff_is_dense(chlorine, 0.01, 6.0)
    widths = plume_half_width_m(np.asarray([0.0, 100.0, 1000.0]), chlorine, 60.0, 2.0)
    assert np.all(np.diff(widths) > 0)


def test_orifices() -> None:
    assert liquid_orifice_kg_s(0.01, 490, 120935.0368) == pytest.approx(0.21691154763598, rel=1e-6)
    assert gas_orifice_kg_s(0.01, 8.90, 501e3, 1.15) == pytest.approx(0.09002799947040846, rel=1e-6)
    with pytest.raises(Refused) as refused:
        liquid_orifice_kg_s(0.01, 490, 90_000)
    assert refused.value.field == "pressure_pa"


def test_the_first_cloud_of_ammonia_is_that_of_potchefstroom() -> None:
    density, held, temperature = first_cloud(SUBSTANCES["ammonia"], 293.15)
    assert density == pytest.approx(1.434, rel=0.01)
    assert density > air_density_kg_m3(293.15)
    assert 0 < held < density
    assert temperature == 239.8


@pytest.mark.parametrize("key", sorted(SUBSTANCES))
def test_every_substance_makes_a_cloud(key: str) -> None:
    substance = SUBSTANCES[key]
    for kelvin in (253.0, 273.0, 293.0, 313.0):
        density, held, temperature = first_cloud(substance, kelvin)
        assert 0 < held <= density < 6
        assert 0 < temperature <= kelvin
        assert 0 <= flash_share(substance, kelvin) <= 1
