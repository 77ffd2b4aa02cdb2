"""Which open happenings look like the same one, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incidents.correlate import Happening, distance_km, look_alike

AT = datetime(2026, 3, 1, 10, 12, tzinfo=UTC)
LINE = Happening(
    "line", "", "", "ac.special.boiler.explosion", (99.082, 23.557), "530926103", AT, "孟定糖厂锅炉爆炸，伤2"
)
SAME = Happening(
    "incident", "i1", "孟定糖厂锅炉爆炸", "ac.special.boiler", (99.085, 23.560), "530926103",
    AT - timedelta(minutes=8), "孟定糖厂锅炉爆炸 孟定镇",
)  # fmt: skip
FAR = replace(SAME, id="i2", label="凤庆山洪", class_key="nd.flood.flash", point=(99.92, 24.59), words="凤庆县山洪")


def test_the_same_event_is_found_with_its_grounds() -> None:
    [found] = look_alike(LINE, [FAR, SAME])
    assert (found.kind, found.id) == ("incident", "i1")
    assert found.score > 0.9
    assert found.zh[:3] == ("类别相同", "相距0.5公里", "相隔8分钟")
    assert "糖厂锅炉爆炸" in found.zh[3]
    assert found.en[0] == "same class"


@pytest.mark.parametrize(
    "other",
    [
        FAR,
        replace(SAME, class_key="nd.fire.forest", words="山火", at=AT - timedelta(hours=5), point=None, area_code=None),
        replace(SAME, point=(100.1, 23.9), area_code="530902", words="临翔锅炉", at=AT - timedelta(days=4)),
    ],
)
def test_another_event_is_not(other: Happening) -> None:
    assert look_alike(LINE, [other]) == []


def test_two_phones_about_one_quake_far_apart_belong_together() -> None:
    felt = Happening("line", "", "", "nd.quake", (99.4, 23.53), "530926", AT, "耿马有震感")
    quake = Happening(
        "alert", "a1", "M 6.3", "nd.quake", (99.1, 23.3), None, AT - timedelta(minutes=4), "12 km W of Cangyuan"
    )
    [found] = look_alike(felt, [quake])
    assert found.kind == "alert"


def test_what_is_not_known_speaks_neither_for_nor_against() -> None:
    bare = Happening("line", "", "", None, None, None, None, "孟定糖厂锅炉爆炸了")
    assert [f.zh for f in look_alike(bare, [SAME])] == [] or look_alike(bare, [SAME])[0].score < 0.5
    assert look_alike(Happening("line", "", "", None, None, None, None, ""), [SAME]) == []


def test_best_first_and_at_most_five() -> None:
    near = [replace(SAME, id=f"i{n}", point=(99.085 + n / 50, 23.56)) for n in range(9)]
    found = look_alike(LINE, near)
    assert len(found) == 5
    assert found[0].id == "i0"
    assert [f.score for f in found] == sorted((f.score for f in found), reverse=True)


def test_it_is_not_like_itself() -> None:
    assert look_alike(SAME, [SAME]) == []


def test_distance() -> None:
    # Lincang airport to Cangyuan airport, 83.7 km by the great circle
    assert distance_km((100.0250, 23.7381), (99.3732, 23.2763)) == pytest.approx(83.9, abs=0.5)  # pyright: ignore[reportUnknownMemberType]
