"""The scale of a printed map in Web Mercator: true at the sheet's centre latitude, and by how much it is off elsewhere.

Web Mercator takes geographic WGS 84 coordinates for those of a sphere of radius `a`. One metre of the projection is therefore
`nu cos(lat) / a` metres on the ellipsoid from west to east and `M cos(lat) / a` from south to north (`nu`, `M`: radii of curvature
in the prime vertical and in the meridian; Snyder, Map Projections: A Working Manual, 1987, pp. 24f. and 41ff.). The two differ by
0.56 % at 24° N: a sheet takes their geometric mean, so that either direction is right within 0.3 %.
"""

import math
from dataclasses import dataclass

A = 6_378_137.0
E2 = 0.006_694_379_990_141_316
CSS_INCH = 96
"""Pixels of a style sheet to the inch: what is drawn 12 px high on a screen is 9 pt high on paper."""
TILE_PX = 512
"""Edge of the world at zoom 0, in the same pixels."""

SCALES = (5_000, 10_000, 15_000, 20_000, 25_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000, 300_000, 400_000, 500_000,
          750_000, 1_000_000)  # fmt: skip
"""Offered, and chosen from for 'fit'. 1 : 5 000 to 1 : 500 000 are those of the national series and round ones between."""
SMALLEST, LARGEST = 1_000, 2_000_000
"""Denominators that are accepted."""


def ground_factor(lat: float) -> float:
    """Metres on the ellipsoid for one metre of Web Mercator at `lat` (degrees): geometric mean of both directions."""
    phi = math.radians(lat)
    w2 = 1 - E2 * math.sin(phi) ** 2
    east, north = 1 / math.sqrt(w2), (1 - E2) / w2**1.5
    return math.sqrt(east * north) * math.cos(phi)


def mercator(lon: float, lat: float) -> tuple[float, float]:
    """Metres of EPSG:3857."""
    return A * math.radians(lon), A * math.asinh(math.tan(math.radians(lat)))


def unproject(x: float, y: float) -> tuple[float, float]:
    return math.degrees(x / A), math.degrees(math.atan(math.sinh(y / A)))


def zoom_for(scale: int, lat: float, css_inch: float = CSS_INCH) -> float:
    """The zoom (world of 512 px at zoom 0) at which `css_inch` pixels are one inch of a map 1 : `scale` at `lat`."""
    metres_per_px = scale * 0.0254 / css_inch
    return math.log2(2 * math.pi * A * ground_factor(lat) / (TILE_PX * metres_per_px))


def paper_mm(scale: int, lat: float) -> float:
    """Millimetres on the sheet for one metre of Web Mercator."""
    return 1000 * ground_factor(lat) / scale


def off_at(lat: float, centre_lat: float) -> float:
    """By how much a length at `lat` is drawn too long (+) or too short (-), as a share, on a sheet centred at `centre_lat`."""
    return ground_factor(centre_lat) / ground_factor(lat) - 1


@dataclass(frozen=True, slots=True)
class ScaleBar:
    """`metres` on the ground are `mm` on the sheet; `parts`: into how many equal pieces it is divided."""

    metres: float
    mm: float
    parts: int


def scale_bar(scale: int, room_mm: float) -> ScaleBar:
    """The longest round bar that fits: 1, 2 or 5 times a power of ten, or a quarter as round."""
    most = scale * room_mm / 1000
    power = 10 ** math.floor(math.log10(most))
    first, parts = max(
        (one for one in ((1, 4), (2, 4), (5, 5), (10, 4)) if one[0] * power <= most), key=lambda one: one[0]
    )
    metres = float(first * power)
    return ScaleBar(metres, metres / scale * 1000, parts)
