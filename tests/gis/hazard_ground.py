"""A small town for hazard models: people at points, townships in a row, facilities, a river, heights; all from a seed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from shapely import LineString, box

from gis.exposure.points import ExposurePoints
from gis.exposure.things import Things
from gis.hazards.ground import Basis, Facility, Ground, Heights, NamedLine, Settlement, Township
from gis.hazards.inputs import read_inputs
from gis.hazards.model import Case, HazardModel
from spine.canonical import Json

WEST, SOUTH, EAST, NORTH = 98.7, 23.2, 99.3, 23.8
LON, LAT = 99.0, 23.5
NIGHT = datetime(2026, 7, 1, 18, 10, tzinfo=UTC)  # 02:10 in China
DAY = datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
_TOWNSHIPS = 6


def ground(count: int = 6000, seed: int = 5309, *, people: bool = True, heights: bool = False) -> Ground:
    """`people` False: no exposure is loaded."""
    rng = np.random.default_rng(seed)
    spread = rng.normal(0, 0.08, (count, 2))
    lon = np.clip(LON + spread[:, 0], WEST + 1e-6, EAST - 1e-6)
    lat = np.clip(LAT + spread[:, 1], SOUTH + 1e-6, NORTH - 1e-6)
    width = (EAST - WEST) / _TOWNSHIPS
    township = ((lon - WEST) / width).astype(np.int64)
    night = rng.integers(1, 40, count).astype(np.float64)
    day = np.round(night * rng.uniform(0.4, 1.6, count))
    buildings = np.ceil(night / 4)
    points = ExposurePoints(lon, lat, township, day, night, buildings, _TOWNSHIPS) if people else None
    codes = [f"53092610{n}" for n in range(_TOWNSHIPS)]
    areas = [box(WEST + n * width, SOUTH, WEST + (n + 1) * width, NORTH) for n in range(_TOWNSHIPS)]
    roads = [
        LineString([(WEST, LAT + 0.01), (EAST, LAT + 0.01)]),
        LineString([(LON + 0.02, SOUTH), (LON + 0.02, NORTH)]),
    ]
    made = Ground(
        basis=Basis("town", "测试城镇", "test town", "2025-11-01", True),
        points=points,
        townships=tuple(Township(code, "530926", f"第{n}镇", f"Township {n}") for n, code in enumerate(codes)),
        facilities=_facilities(codes, width),
        things=Things(codes, areas, [], roads),
        settlements=tuple(
            Settlement(f"v{n}", f"{n}号村", f"Village {n}", LON + 0.03 * (n - 4), LAT + 0.004 * n, codes[2], 300.0)
            for n in range(9)
        ),
        rivers=(
            NamedLine("南河", "South River", LineString([(WEST, LAT - 0.05), (LON, LAT - 0.005), (EAST, LAT - 0.06)])),
        ),
        roads=(NamedLine("国道", "Trunk road", roads[0]), NamedLine("县道", "County road", roads[1])),
        city=box(WEST, SOUTH, EAST, NORTH),
    )
    return replace(made, heights=valley()) if heights else made


def _facilities(codes: list[str], width: float) -> tuple[Facility, ...]:
    rows: list[tuple[str, str, float, float, dict[str, Json]]] = [
        ("h1", "hospital", LON + 0.005, LAT + 0.004, {"beds": 120}),
        ("h2", "clinic", LON + 0.09, LAT - 0.01, {"beds": 12}),
        ("s1", "school", LON - 0.004, LAT + 0.001, {"students": 640}),
        ("s2", "school", LON + 0.03, LAT + 0.02, {}),
        ("z1", "shelter", LON - 0.01, LAT - 0.003, {"capacity": 900}),
        ("x1", "hazardous_site", LON + 0.002, LAT - 0.002, {}),
        ("d1", "dam", LON - 0.05, LAT + 0.03, {"height_m": 45, "storage_m3": 8.0e6}),
        ("r1", "reservoir", LON + 0.002, LAT + 0.003, {"storage_m3": 1.2e6}),
    ]
    return tuple(
        Facility(id_, kind, f"{id_}号", f"No. {id_}", lon, lat, codes[int((lon - WEST) / width)], properties)
        for id_, kind, lon, lat, properties in rows
    )


def valley(cell: float = 0.0006) -> Heights:
    """A valley along the parallel of the place, falling to the east: 900 m at its western end, 600 m at the eastern."""
    columns, rows = round((EAST - WEST) / cell), round((NORTH - SOUTH) / cell)
    lon = WEST + (np.arange(columns) + 0.5) * cell
    lat = NORTH - (np.arange(rows) + 0.5) * cell
    floor = 900 - 500 * (lon - WEST)
    return Heights(
        WEST,
        NORTH,
        cell,
        cell,
        np.asarray(floor[None, :] + 4000 * np.abs(lat - LAT)[:, None], dtype=np.float64),
        "test valley",
    )


def case(
    model: HazardModel[Any],
    inputs: dict[str, Json] | None = None,
    *,
    class_key: str | None = None,
    at: datetime = NIGHT,
    footprint: Any = None,
    excluded: frozenset[str] = frozenset(),
    lon: float = LON,
    lat: float = LAT,
) -> Case:
    """A case of this model's first class at the town's middle. `inputs`: raw, as they come in."""
    read = read_inputs(model.spec.inputs, inputs or {})
    return Case(class_key or model.spec.classes[0], at, lon, lat, read, footprint, excluded)
