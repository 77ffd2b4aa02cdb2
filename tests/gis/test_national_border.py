"""Which part of a city's outline is the national border."""

import numpy as np
import pytest
from shapely import MultiPolygon, Point, box
from shapely.geometry import Polygon

from gis.geodesic import length_m
from gis.national_border import border_stretches, national_border
from gis.region.facts import read_facts

CITY = "530900"


def _outline(reverse: bool = False) -> Polygon:
    """The guide points of the training region's outline."""
    corners = [point for part in read_facts().outline for point in part.points]
    return Polygon(corners[::-1] if reverse else corners)


@pytest.mark.parametrize("turned", [0, 5, 20, 35])
@pytest.mark.parametrize("reverse", [False, True])
def test_the_border_is_the_western_side_wherever_the_ring_begins(turned: int, reverse: bool) -> None:
    corners = np.asarray(_outline(reverse).exterior.coords)[:-1]
    border = national_border(CITY, Polygon(np.roll(corners, turned, axis=0)))
    assert border is not None
    stretch = border_stretches()[CITY]
    ends = border.boundary
    for at in (stretch.start, stretch.end):
        assert ends.distance(Point(*at)) < 1e-9
    assert (
        150_000 < length_m(border) < 350_000
    )  # the border of Lincang is about 290 km long, and winds more than guide points do
    west, south, east, north = border.bounds
    assert (west, south) == pytest.approx((98.672, 23.055))
    assert east <= 99.53
    assert north <= 24.05
    assert border.distance(Point(100.3, 24.7)) > 1  # the north-east is inland


def test_the_largest_part_counts_and_nothing_gives_nothing() -> None:
    whole = _outline()
    parts = MultiPolygon([box(90, 20, 90.1, 20.1), whole])
    border, alone = national_border(CITY, parts), national_border(CITY, whole)
    assert border is not None
    assert alone is not None
    assert border.equals(alone)
    assert national_border("110000", whole) is None
    assert national_border(CITY, None) is None
