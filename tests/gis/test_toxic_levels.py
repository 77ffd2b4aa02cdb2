"""Levels, probits and first distances: the tables as published, and what must hold of every such table.

Sources: US EPA / NRC AEGL; TNO CPR 18E probits (computed); ERG 2024 Table 3.
"""

from itertools import pairwise

import numpy as np
import pytest

from gis.hazards.guide_distances import TABLE_1, TABLE_3, guide_distance, wind_band
from gis.hazards.probit import TOXIC, death_share, half_die_mg_m3, heat_death_share
from gis.hazards.substance_words import inputs_from_words, read_substance
from gis.hazards.substances import SUBSTANCES
from gis.hazards.toxic_levels import AEGL_MINUTES, LEVELS, Tier, aegl_ppm, check_row, kg_m3, outside_times, ppm

TIERS: tuple[Tier, ...] = (1, 2, 3)


def test_levels_at_the_tabulated_times_are_those_of_the_table() -> None:
    for substance, levels in LEVELS.items():
        for tier in TIERS:
            row = levels.aegl[tier]
            for index, minutes in enumerate(AEGL_MINUTES):
                assert aegl_ppm(substance, tier, minutes) == (None if row is None else pytest.approx(row[index]))


def test_known_levels() -> None:
    assert aegl_ppm("chlorine", 2, 60) == pytest.approx(2.0)
    assert aegl_ppm("chlorine", 3, 30) == pytest.approx(28)
    assert aegl_ppm("ammonia", 3, 10) == pytest.approx(2700)
    assert aegl_ppm("phosgene", 1, 60) is None
    assert aegl_ppm("petrol", 2, 60) is None


def test_levels_fall_with_time_between_and_outside_the_table() -> None:
    minutes = np.geomspace(1, 2000, 60)
    for substance in LEVELS:
        for tier in TIERS:
            found = [aegl_ppm(substance, tier, float(each)) for each in minutes]
            known = [each for each in found if each is not None]
            assert all(later <= earlier + 1e-12 for earlier, later in pairwise(known))
    assert outside_times(5)
    assert outside_times(600)
    assert not outside_times(60)


def test_a_corrupt_row_is_refused() -> None:
    with pytest.raises(ValueError, match="not a row"):
        check_row((1.0, 2.0, 1.0, 0.5, 0.4))
    with pytest.raises(ValueError, match="not a row"):
        check_row((1.0, 1.0, 1.0, 0.5, 0.0))


def test_units_make_the_round_trip() -> None:
    assert kg_m3(1.0, 70.906) * 1e6 == pytest.approx(2.898, rel=1e-3)
    assert ppm(kg_m3(12.5, 17.031), 17.031) == pytest.approx(12.5)


@pytest.mark.parametrize(
    ("substance", "mg_m3", "minutes", "share"),
    [("chlorine", 1000, 30, 0.439894), ("ammonia", 5000, 30, 0.434702), ("hydrogen_sulfide", 1000, 10, 0.141707)],
)
def test_probits(substance: str, mg_m3: float, minutes: float, share: float) -> None:
    assert death_share(TOXIC[substance], np.asarray([mg_m3]), minutes)[0] == pytest.approx(share, abs=6e-7)
    half = half_die_mg_m3(TOXIC[substance], minutes)
    assert death_share(TOXIC[substance], np.asarray([half]), minutes)[0] == pytest.approx(0.5, abs=1e-9)


def test_more_is_worse_and_nothing_is_nothing() -> None:
    for probit in TOXIC.values():
        shares = death_share(probit, np.geomspace(1e-3, 1e7, 200), 30)
        assert np.all(np.diff(shares) >= 0)
        assert death_share(probit, np.asarray([0.0]), 30)[0] == 0
    assert heat_death_share(np.asarray([0.0, 4e3, 37.5e3, 2e5]), 12).tolist() == sorted(
        heat_death_share(np.asarray([0.0, 4e3, 37.5e3, 2e5]), 12).tolist()
    )


def test_every_toxic_substance_has_what_the_model_needs() -> None:
    for key, substance in SUBSTANCES.items():
        if substance.toxic and key != "ethylene_oxide":
            assert key in LEVELS
            assert key in TOXIC
    assert set(TABLE_1) <= set(SUBSTANCES)
    assert {row.substance for row in TABLE_3} <= set(SUBSTANCES)


def test_guide_rows_are_in_order() -> None:
    """Less wind reaches farther; a night at least as far as a day; a larger container at least as far as a smaller one."""
    for row in TABLE_3:
        assert list(row.day_mi) == sorted(row.day_mi, reverse=True)
        assert list(row.night_mi) == sorted(row.night_mi, reverse=True)
        assert all(night >= day for day, night in zip(row.day_mi, row.night_mi, strict=True))
    for one, two in pairwise(TABLE_3):
        if one.substance == two.substance:
            assert one.isolation_ft >= two.isolation_ft
            assert all(high >= low for high, low in zip(one.day_mi, two.day_mi, strict=True))
    for spill in TABLE_1.values():
        assert spill.isolation_m < spill.day_m <= spill.night_m


def test_first_distances() -> None:
    truck = guide_distance("chlorine", "truck", night=False, wind_ms=2.0)
    assert (truck.isolation_m, truck.protection_m) == pytest.approx((609.6, 5632.7), rel=1e-3)
    assert truck.exact
    assert not truck.more
    assert guide_distance("chlorine", "rail", night=True, wind_ms=2.0).more
    unsaid = guide_distance("chlorine", None, night=False, wind_ms=None)
    assert unsaid.isolation_m == pytest.approx(914.4)
    assert not unsaid.exact
    nobody_knows = guide_distance("unknown", None, night=True, wind_ms=None)
    assert (nobody_knows.isolation_m, nobody_knows.protection_m) == (100, 800)
    assert guide_distance("phosgene", "truck", night=True, wind_ms=3.0).protection_m == 9000
    assert [wind_band(each) for each in (1.0, 4.0, 6.0)] == ["low", "moderate", "high"]


@pytest.mark.parametrize(
    ("text", "substance", "container", "mass"),
    [
        ("一辆载有25吨液氯的槽车侧翻泄漏", "chlorine", "truck", 25_000),
        ("冷库液氨泄漏约二百公斤", "ammonia", "tank", 200),
        ("二十五吨氨水罐车", "ammonia", "truck", 25_000),
        ("A tank truck with 20 t of chlorine overturned", "chlorine", "truck", 20_000),
        ("液化石油气罐车爆炸", "lpg", "truck", None),
        ("烟花厂爆炸，存药3吨", "fireworks", None, 3_000),
        ("铁路罐车脱轨，装有硫化氢", "hydrogen_sulfide", "rail", None),
        ("氯化氢泄漏", "hydrogen_chloride", None, None),
        ("聚氯乙烯厂起火", None, None, None),
        ("货车装氯化钠侧翻", None, "truck", None),
        ("", None, None, None),
    ],
)
def test_words(text: str, substance: str | None, container: str | None, mass: float | None) -> None:
    read = read_substance(text)
    assert (read.substance, read.container, read.mass_kg) == (substance, container, mass)


def test_words_feed_the_inputs_of_the_model_that_speaks() -> None:
    said = "一辆载有25吨液氯的槽车侧翻泄漏"
    assert inputs_from_words("toxic_release", said) == {
        "substance": "chlorine",
        "container": "truck",
        "released_kg": 25_000,
    }
    assert inputs_from_words("explosion", "烟花厂爆炸，存药3吨") == {"substance": "fireworks", "mass_kg": 3000}
    assert inputs_from_words("explosion", said) == {}
    assert inputs_from_words("earthquake", said) == {}
    assert "released_kg" not in inputs_from_words("toxic_release", "9999999吨液氯泄漏")
    assert inputs_from_words("toxic_release", "有人受伤") == {}
