"""Past releases and explosions with what became of people, as carried from memory of the literature: for plausibility, not verification.

The exposure around them is not known here: people are spread evenly at a density typical of the place. The four releases were used to
set `response_factor` of the toxic model; the three explosions were used for nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from gis.exposure.points import ExposurePoints
from gis.hazards.ground import Ground
from spine.canonical import Json
from tests.gis.hazard_ground import DAY, LAT, LON, NIGHT, ground


@dataclass(frozen=True, slots=True)
class PastEvent:
    """`observed`: outcomes as reported; `density`: people per km², a guess."""

    name: str
    class_key: str
    inputs: dict[str, Json]
    density: float
    at: datetime
    observed: dict[str, float]


RELEASES = (
    PastEvent(
        "Huai'an 2005, chlorine tanker", "ac.chem.leak",
        {"substance": "chlorine", "container": "truck", "released_kg": 30_000, "duration_min": 120, "wind_ms": 2, "wind_from_deg": 90, "sky": "night_cloudy"},
        500, NIGHT, {"dead": 28, "poisoned": 350},
    ),
    PastEvent(
        "Kaixian 2003, sour gas blowout", "ac.chem.leak",
        {"substance": "hydrogen_sulfide", "release_kg_s": 6, "duration_min": 600, "wind_ms": 1, "wind_from_deg": 90, "sky": "night_clear", "temperature_c": 8},
        250, NIGHT, {"dead": 243, "poisoned": 2142},
    ),
    PastEvent(
        "Graniteville 2005, chlorine rail car", "ac.chem.leak",
        {"substance": "chlorine", "container": "rail", "released_kg": 54_000, "duration_min": 20, "wind_ms": 1.5, "wind_from_deg": 200, "sky": "night_clear", "temperature_c": 12},
        300, NIGHT, {"dead": 9, "poisoned": 550},
    ),
    PastEvent(
        "Potchefstroom 1973, ammonia tank", "ac.chem.leak",
        {"substance": "ammonia", "container": "tank", "released_kg": 38_000, "mode": "rupture", "wind_ms": 1.5, "wind_from_deg": 0, "sky": "slight_sun", "temperature_c": 19},
        1500, DAY, {"dead": 18, "poisoned": 65},
    ),
)  # fmt: skip
EXPLOSIONS = (
    PastEvent(
        "Xiangshui 2019, about 260 t of TNT", "ac.chem.explosion", {"substance": "tnt", "mechanism": "explosive", "mass_kg": 260_000},
        800, DAY, {"dead": 78, "serious_injured": 76},
    ),
    PastEvent(
        "Tianjin 2015, about 450 t of TNT", "ac.chem.explosion", {"substance": "tnt", "mechanism": "explosive", "mass_kg": 450_000},
        1500, NIGHT, {"dead": 165, "light_injured": 798},
    ),
    PastEvent(
        "Wenling 2020, LPG tanker", "ac.chem.explosion", {"substance": "lpg", "mechanism": "vapour_cloud", "mass_kg": 8_000},
        3000, DAY, {"dead": 20, "serious_injured": 24},
    ),
)  # fmt: skip


def evenly(density: float, half_degrees: float = 0.2) -> Ground:
    """People spread evenly, one point each hundred metres."""
    step = 100 / 111_195
    along = np.asarray((np.arange(round(2 * half_degrees / step)) - half_degrees / step) * step, dtype=np.float64)
    lon = np.tile(LON + along / np.cos(np.radians(LAT)), len(along))
    lat = np.repeat(LAT + along, len(along))
    people = np.full(len(lon), density * 0.01)
    points = ExposurePoints(lon, lat, np.zeros(len(lon), dtype=np.int64), people, people, people / 4, 6)
    return replace(ground(), points=points)
