"""Deaths from shaking: PAGER as published, our own fit, and how often its interval holds on earthquakes that it was not fitted to.

Sources: usgs/pager at 081a55f (CC0): test/models/fatality_test.py, test/utils/probs_test.py, data/fatality.xml, data/expocat.xlsx.
"""

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from gis.hazards import pager
from gis.hazards.shaking_damage import RESETTLED, STRUCTURES, collapse_shares, shares_at
from gis.hazards.shaking_toll import DEAD, INJURED, Toll
from tests.benches import interval_coverage
from tests.benches.toll_fit import FORM_DEAD, FORM_INJURED, Events, Form, held, read_events


@pytest.fixture(scope="module")
def events() -> Events:
    return read_events()


def test_pager_rates_as_published() -> None:
    published = [4.62833172e-10, 1.27558914e-06, 0.000228027416, 0.00681282956, 0.0604383822]
    assert pager.rates(pager.Country(10.986839, 0.128601, 1.0)) == pytest.approx(published, rel=1e-6)
    china = [
        2.0717817784401016e-13,
        2.8394383420456768e-08,
        5.05336475176709e-05,
        0.00533269190285488,
        0.08436009957294,
    ]
    assert pager.rates() == pytest.approx(china, rel=1e-9)


def test_pager_band_probabilities_as_published() -> None:
    edges = (0, 1, 10, 100, 1e3, 1e4, 1e5, 1e12)
    found = [pager.probability(low, high, 70511, 2.5) for low, high in pairwise(edges)]
    published = [
        3.99586017993e-06,
        0.00019277654968408576,
        0.004156825159783506,
        0.03999527350114744,
        0.17297196910604343,
        0.3382545813262674,
        0.44442457847445394,
    ]
    assert found == pytest.approx(published, abs=1e-7)
    assert pager.at_most(1e7, 1e6, 2.5) == pytest.approx(0.8214836716191161, abs=1e-9)


def test_pager_where_next_to_nothing_is_expected() -> None:
    # E below 0.001 counts as one half, and G is capped: 65 % for no deaths at all, not certainty.
    assert pager.probability(0, 1, 1e-7, 2.013134) == pytest.approx(0.653, abs=0.001)
    assert pager.interval(np.zeros(5))[1] == pytest.approx(4.78, abs=0.01)
    assert sum(pager.probability(a, b, 0.2, 2.0) for a, b in pairwise((0, 1, 10, 100, 1e12))) == pytest.approx(
        1, abs=1e-4
    )
    assert [pager.alert_colour(n) for n in (0, 0.99, 1, 99, 100, 999, 1000)] == [
        "green",
        "green",
        "yellow",
        "yellow",
        "orange",
        "orange",
        "red",
    ]
    assert pager.combined_g([pager.CHINA, pager.TAIWAN]) == 2.5
    assert pager.combined_g([pager.TAIWAN]) == pytest.approx(1.544252)


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ((8527325, 742179, 301474, 74369, 32997), 3195.4728), ((12911038, 1460605, 948733, 361732, 315595), 28600.6153),
        ((1836965, 102144, 35355, 19540, 31423), 2756.8377), ((10575, 1257, 455, 162, 25), 2.9959),
        ((42243910, 2335287, 978979, 1067086, 254265), 27189.7993), ((16380646, 21295865, 11797151, 7234682, 2382918), 240200.2876),
    ],
)  # fmt: skip
def test_pager_expectation_of_catalogued_events(people: tuple[int, ...], expected: float) -> None:
    assert float(pager.expected(np.asarray(people, dtype=np.float64))) == pytest.approx(expected, abs=5e-5)


def test_the_table_is_the_catalogues(events: Events) -> None:
    assert len(events.name) == 313
    assert int(np.isfinite(events.dead).sum()) == 121
    assert int(np.isfinite(events.injured).sum()) == 109
    assert int(events.development.sum()) == 145
    tangshan = events.name.index("197607271942")
    assert events.dead[tangshan] == 242_419
    assert float(pager.expected(events.people[tangshan])) == pytest.approx(240200.2876, abs=5e-5)


def test_no_sequence_lies_in_both_halves(events: Events) -> None:
    early, late = events.sequence[events.development], events.sequence[~events.development]
    assert not set(early.tolist()) & set(late.tolist())


def test_the_constants_are_those_of_the_development_half_alone(events: Events) -> None:
    for form, toll in ((FORM_DEAD, DEAD), (FORM_INJURED, INJURED)):
        again = form.fit(events, events.development)
        assert (again.theta, again.beta, again.floor) == pytest.approx((toll.theta, toll.beta, toll.floor), rel=2e-3)
        assert (again.sigma_small, again.sigma_large) == pytest.approx((toll.sigma_small, toll.sigma_large), rel=2e-3)


@pytest.mark.parametrize(("form", "toll", "count"), [(FORM_DEAD, DEAD, 74), (FORM_INJURED, INJURED, 69)])
def test_the_interval_holds_on_events_that_it_was_not_fitted_to(
    events: Events, form: Form, toll: Toll, count: int
) -> None:
    """The bar: 80 % intervals hold between 70 and 90 % of the tolls of 1990–2007."""
    known = form.known(events)
    kept_apart = ~events.development & np.isfinite(known)
    found = held(toll, events.people, np.nan_to_num(known))
    assert int(kept_apart.sum()) == count
    assert 0.70 <= found.inside[kept_apart].mean() <= 0.90
    assert 0.70 <= found.share[kept_apart].mean() <= 0.90


def test_the_bench_says_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert interval_coverage.main(["--halves", "0", "--json"]) == 0
    told: Any = json.loads(capsys.readouterr().out)
    assert told["sequences_across_the_border"] == 0
    assert told["inside"] == pytest.approx(0.892, abs=0.001)
    assert told["fitted_again"]["theta"] == pytest.approx(DEAD.theta, rel=1e-3)


@pytest.mark.parametrize("toll", [DEAD, INJURED])
def test_a_toll_rises_with_people_intensity_and_residual(toll: Toll) -> None:
    rates = toll.rates()
    assert bool((np.diff(rates) > 0).all())
    assert 0 <= rates[0] < rates[-1] < 0.1
    z = np.linspace(-2.5, 2.5, 41)
    for people in (np.zeros(5), np.asarray([1e5, 1e4, 1e3, 1e2, 1e1]), np.asarray([1e7, 1e6, 1e6, 1e5, 1e5])):
        counts = toll.count(np.tile(people, (41, 1)), z)
        assert bool((np.diff(counts) >= 0).all())
        assert bool((toll.count(np.tile(people * 2, (41, 1)), z) >= counts).all())
        assert bool((toll.count(np.tile(np.roll(people, 1) * [0, 1, 1, 1, 1], (41, 1)), z) >= 0).all())


def test_collapse_and_shelter_rise_with_intensity_and_rural_houses_fall_first() -> None:
    for share in (0.0, 0.3, 1.0):
        assert bool((np.diff(collapse_shares(share)) > 0).all())
    assert bool((collapse_shares(1.0)[1:] > collapse_shares(0.0)[1:]).all())
    assert collapse_shares(1.0)[2:] == pytest.approx([0.0874, 0.3655, 0.6438], abs=1e-4)
    assert bool((np.diff(shares_at(RESETTLED)) > 0).all())
    assert sum(s.rural for s in STRUCTURES) == pytest.approx(1.0)
    assert sum(s.urban for s in STRUCTURES) == pytest.approx(1.0, abs=0.01)
