"""The epidemic's formulas against published numbers.

Cori posterior: EpiEstim's own expected output for its influenza data (Flu2009: a school in Pennsylvania, 2009; Cauchemez et al.
2011, Ferguson et al. 2005): 7-day windows, prior Gamma(1, 5), days counted from 1. SEIR: closed forms of Kermack & McKendrick and of
Wallinga & Lipsitch 2007, and the differential equation solved elsewhere to a relative tolerance of 1e-10.
"""

import numpy as np
import pytest

from gis.hazards import renewal, seir
from spine.errors import Refused

CASES = np.asarray(
    [1, 1, 0, 2, 5, 3, 3, 3, 6, 2, 5, 9, 13, 12, 13, 11, 12, 6, 6, 6, 3, 1, 0, 2, 0, 0, 0, 0, 2, 0, 2, 0],
    dtype=np.float64,
)
INTERVAL = np.asarray([0.0, 0.233, 0.359, 0.198, 0.103, 0.053, 0.027, 0.014, 0.007, 0.003, 0.002, 0.001])
EPIESTIM = (  # first day, last day, mean, standard deviation, 2.5 % and 97.5 % of R
    (2, 8, 1.735608909459069, 0.4090869431220987, 1.0286318368912863, 2.624495884283735),
    (3, 9, 1.749049429657795, 0.36470201698195587, 1.1087473031973143, 2.532947862138802),
    (4, 10, 1.537042729787888, 0.3074085459575776, 0.9946930124702937, 2.1955178354597726),
    (5, 11, 1.4316392269148175, 0.27055438297009826, 0.9513138693045059, 2.008568485794156),
    (6, 12, 1.422348653213619, 0.25143809447472576, 0.9728854258727246, 1.9558194285380368),
    (7, 13, 1.634941025341586, 0.2522768772006641, 1.1783216836964343, 2.1651730143538055),
    (8, 14, 1.6636221294363258, 0.2329536935197955, 1.238675947230257, 2.150272920940006),
    (9, 15, 1.6156800423784927, 0.20686663159599133, 1.2358672112563245, 2.045607029708471),
    (10, 16, 1.434003259098316, 0.17651359923163412, 1.1090580167005162, 1.8000616146848794),
    (11, 17, 1.4083724033133813, 0.1615513942345931, 1.1096372676918183, 1.7421779635830619),
    (12, 18, 1.247751616405503, 0.14219449348401617, 0.9847060630105898, 1.5414647787806317),
    (13, 19, 1.0819346160594188, 0.1257723443921081, 0.8495513808313495, 1.3419869609769801),
    (14, 20, 0.9369318976366942, 0.11446444933397357, 0.7261093514921063, 1.174215948014359),
    (15, 21, 0.8194289427953829, 0.10759629146047538, 0.622226751250332, 1.0433606674526048),
    (16, 22, 0.6908047875775278, 0.10185360920159889, 0.5057559267892876, 0.9042565663541848),
    (17, 23, 0.5894141223623719, 0.09962917066232661, 0.41054853240126904, 0.800114381623804),
    (18, 24, 0.4989223277720124, 0.09978446555440248, 0.3228762243120724, 0.7126626006576435),
    (19, 25, 0.4726133028207551, 0.10842492770361357, 0.28454408149760535, 0.707620523046813),
    (20, 26, 0.4173488715528588, 0.11575175047237436, 0.2222206970048413, 0.6729456819858408),
    (21, 27, 0.2976949902185932, 0.11251813009545764, 0.11968882587053953, 0.5553914273419531),
    (22, 28, 0.24002400240024005, 0.12001200120012002, 0.06539846226380588, 0.5260889930838478),
    (23, 29, 0.45779161325764517, 0.20473063335467773, 0.1486436907268285, 0.9377026804068576),
    (24, 30, 0.6754931099702782, 0.3020897024452566, 0.21933077413110247, 1.3836245170769652),
    (25, 31, 0.8634087376964255, 0.38612812597129853, 0.2803464669518944, 1.7685354300472622),
    (26, 32, 1.004016064257028, 0.4490096340361023, 0.32600128315630933, 2.0565439107236334),
)


@pytest.mark.parametrize(("first", "last", "mean", "sd", "low", "high"), EPIESTIM)
def test_reproduction_number_of_the_school_outbreak(
    first: int, last: int, mean: float, sd: float, low: float, high: float
) -> None:
    found = renewal.posterior(CASES, INTERVAL, first - 1, last - 1)
    assert float(found.mean) == pytest.approx(mean, rel=1e-9)
    assert float(found.sd) == pytest.approx(sd, rel=1e-9)
    assert [float(found.quantile(share)) for share in (0.025, 0.975)] == pytest.approx([low, high], rel=1e-8)


def test_serial_interval_of_influenza_in_whole_days_is_the_published_one() -> None:
    """Shifted gamma, mean 2.6 d, sd 1.5 d: printed to three places with the data."""
    assert renewal.serial_interval(2.6, 1.5, 11) == pytest.approx(INTERVAL, abs=6e-4)


@pytest.mark.parametrize(("mean", "sd"), [(2.6, 1.5), (3.7, 1.9), (5.5, 2.1), (8.4, 3.8), (17.0, 6.0)])
def test_the_interval_in_whole_days_keeps_mean_and_spread(mean: float, sd: float) -> None:
    weights = renewal.serial_interval(mean, sd, 90)
    day = np.arange(91)
    assert weights.sum() == pytest.approx(1)
    assert weights[0] == 0
    assert (weights * day).sum() == pytest.approx(mean, rel=2e-3)
    # A day's width adds at most 1/6 day² to the variance.
    assert np.sqrt((weights * (day - mean) ** 2).sum()) == pytest.approx(sd, rel=0.04)


def test_many_intervals_at_once_are_the_single_ones() -> None:
    means, sds = np.asarray([2.6, 8.4]), np.asarray([1.5, 3.8])
    together = renewal.serial_interval(means, sds, 30)
    for row, mean, sd in zip(together, means, sds, strict=True):
        assert row == pytest.approx(renewal.serial_interval(float(mean), float(sd), 30), abs=1e-15)


@pytest.mark.parametrize(("mean", "sd"), [(1.0, 1.0), (0.5, 1.0), (3.0, 0.0), (float("nan"), 1.0)])
def test_an_interval_that_cannot_be_is_refused(mean: float, sd: float) -> None:
    with pytest.raises(Refused, match="serial interval"):
        renewal.serial_interval(mean, sd, 20)


def test_a_series_without_a_full_window_is_refused() -> None:
    for first, last in ((0, 6), (1, 32), (9, 8)):
        with pytest.raises(Refused) as caught:
            renewal.posterior(CASES, INTERVAL, first, last)
        assert caught.value.field == "daily_cases"


def test_nothing_is_missing_long_ago_and_most_of_today() -> None:
    share = renewal.reported_share(3.0, 2.0, 60)
    assert share[0] == pytest.approx(1, abs=1e-9)
    assert np.all(np.diff(share) <= 1e-12)
    assert 0 < share[-1] < 0.2
    assert np.all(renewal.reported_share(0.0, 0.0, 5) == 1)


def test_the_mean_of_the_gamma_over_a_day() -> None:
    """Against the integral, by the trapezoid rule."""
    from scipy.stats import gamma

    shape, scale = (3.0 / 2.0) ** 2, 4.0 / 3.0
    x = np.linspace(0, 3, 30_001)
    below = gamma.cdf(x, shape, scale=scale)
    by_hand = [float(np.trapezoid(below[k * 10_000 : (k + 1) * 10_000 + 1], dx=1e-4)) for k in range(3)]
    assert renewal.reported_share(3.0, 2.0, 3)[::-1] == pytest.approx(by_hand, rel=1e-7)


def test_the_nowcast_is_right_on_average_and_leaves_what_is_complete() -> None:
    share = (np.arange(4000) + 0.5) / 4000
    found = renewal.nowcast(np.asarray([40.0, 20.0, 7.0, 0.0]), np.asarray([1.0, 0.5, 0.25, 0.0]), share)
    assert np.all(found[:, 0] == 40)
    # Flat prior: (n + 1)/c − 1 on average.
    assert found[:, 1].mean() == pytest.approx(21 / 0.5 - 1, rel=0.01)
    assert found[:, 2].mean() == pytest.approx(8 / 0.25 - 1, rel=0.02)
    assert np.all(found[:, 3] == 0)
    assert np.all(np.diff(found, axis=0) >= 0)


def test_late_reports_do_not_bias_the_reproduction_number() -> None:
    """An outbreak that really grows with R = 1.8, of which the latest days are only partly reported."""
    weights = renewal.serial_interval(4.0, 2.0, 30)
    true = np.concatenate(
        (
            np.full(10, 50.0),
            renewal.project(np.full((1, 10), 50.0), weights, np.asarray([1.8]), 20, np.asarray([1e12]))[0],
        )
    )
    known = renewal.reported_share(3.0, 2.0, len(true))
    corrected = renewal.posterior(true, weights, 20, 27, known)
    naive = renewal.posterior(true * known, weights, 20, 27)
    assert float(corrected.mean) == pytest.approx(1.8, rel=0.01)
    assert float(naive.mean) < 1.6


def test_an_outbreak_with_r_one_stays_as_it_is_and_never_exceeds_the_people() -> None:
    weights = renewal.serial_interval(4.0, 2.0, 30)
    steady = renewal.project(np.full((1, 30), 8.0), weights, np.asarray([1.0]), 14, np.asarray([1e12]))
    assert steady == pytest.approx(np.full((1, 14), 8.0), rel=1e-6)
    village = np.asarray([300.0])
    flood = renewal.project(np.full((1, 30), 8.0), weights, np.asarray([6.0]), 60, village)
    assert 240 + flood.sum() <= 300 + 1e-9
    nobody = renewal.project(np.zeros((1, 30)), weights, np.asarray([6.0]), 14, np.zeros(1))
    assert np.all(nobody == 0)


def test_measures_begin_on_their_day() -> None:
    weights = renewal.serial_interval(4.0, 2.0, 30)
    args = np.full((1, 30), 8.0), weights, np.asarray([1.5]), 14, np.asarray([1e9])
    free, held = renewal.project(*args), renewal.project(*args, sooner=5, later=np.asarray([0.5]))
    assert held[0, :5] == pytest.approx(free[0, :5])
    assert np.all(held[0, 5:] < free[0, 5:])


def test_final_size() -> None:
    published = {1.2: 0.313698331, 1.5: 0.582811644, 2.0: 0.79681213, 3.0: 0.940479791}
    for r0, size in published.items():
        assert float(seir.final_size(r0)) == pytest.approx(size, rel=1e-8)
    assert [float(seir.final_size(r0)) for r0 in (0.0, 0.5, 1.0)] == pytest.approx([0, 0, 0], abs=1e-7)


def test_growth_rate_to_reproduction_number() -> None:
    assert seir.growth_to_reproduction(0.1, 4, 6) == pytest.approx(2.24, rel=1e-12)
    assert seir.growth_to_reproduction(0.2, 2, 4) == pytest.approx(2.52, rel=1e-12)


def test_seir_against_the_equation_solved_elsewhere() -> None:
    days = (0, 10, 20, 30, 60, 90)
    found = seir.run(1e6, 0, 10, 2.5, 4, 5, days)
    assert found.susceptible == pytest.approx(
        [999990.0, 999931.239, 999731.469, 999003.338, 953654.858, 349708.339], rel=1e-6
    )
    assert found.infectious == pytest.approx([10.0, 19.5433, 71.2397, 259.7148, 11952.493, 127678.7664], rel=1e-5)
    assert found.removed == pytest.approx([0.0, 23.505, 103.427, 394.864, 18977.383, 420258.315], rel=1e-5)
    total = found.susceptible + found.exposed + found.infectious + found.removed
    assert total == pytest.approx(np.full(6, 1e6))


def test_seir_ends_at_the_final_size() -> None:
    found = seir.run(1e6, 0, 1, np.asarray([1.5, 2.5]), 4, 5, (900,))
    assert found.removed[:, 0] / 1e6 == pytest.approx(seir.final_size(np.asarray([1.5, 2.5])), rel=1e-4)
