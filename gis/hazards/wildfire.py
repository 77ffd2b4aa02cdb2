"""Forest and grassland fire: where it will be in one, three and six hours, whom and what it reaches when, how much it burns.

Two formulas stand side by side, Rothermel's and Wang's; every draw takes one of them, so that the gap between them is part of the
uncertainty. The fire is an ellipse under constant wind and slope; a burnt area that is known grows by Huygens' principle.
"""

import math
from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Proj
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis.hazards.fire_ellipse import Growth, edge_points, grown
from gis.hazards.ground import Ground
from gis.hazards.model import Case, Footprint, HazardModel, Listed, ModelSpec, Note, Prepared, Sample, Zone
from gis.hazards.sampling import Uncertain
from gis.hazards.wildfire_inputs import INPUTS, PARAMETERS, SOURCES, mixture
from gis.hazards.wildfire_notes import assumptions, limits, notes
from gis.hazards.wildfire_people import (
    HA,
    HORIZON_MIN,
    OUTER,
    Cells,
    FireCore,
    burnt_hectares,
    ground_cells,
    hectares_reached,
    people_cells,
    people_reached,
)
from gis.hazards.wildfire_places import Front, arrivals, border_crossing, is_abroad
from gis.hazards.wildfire_spread import Heads, Site, heads, terrain
from spine.clock import BEIJING

Floats: TypeAlias = NDArray[np.float64]
_HOURS = (1, 3, 6)
_INNER = 0.5  # times the rate of spread
# How likely the fire is there in six hours where the median says within one, three and six: from the spread of the draws.
_HARM = (0.95, 0.7, 0.3)
_EDGE_POINTS = 16
_shapes: Any = shapely


class WildfireModel(HazardModel[FireCore]):
    """Classes `nd.fire` and below: forest and grassland, at home, across the border and abroad."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        id="wildfire",
        version="1.0",
        zh="森林草原火灾蔓延（Rothermel 与王正非）",
        en="spread of forest and grassland fire (Rothermel and Wang)",
        classes=("nd.fire",),
        inputs=INPUTS,
        parameters=PARAMETERS,
        sources=SOURCES,
        outcomes=("threatened", "evacuated", "forest_damaged_ha", "burnt_ha", "dead"),
        casualties="estimated",
        affected_zh="六小时内火可能到达处的人",
        affected_en="people whom the fire may reach within six hours",
        weaknesses_zh=(
            "不计飞火、树冠火、火旋风，也不计道路、河流、农田的阻隔；地形取 1.5 公里内的平均坡面，不计沟谷。",
            "王正非公式标定于大兴安岭，未在滇西林分检验；Ks 与标准可燃物的对应是我们的。",
            "风向转变须重新输入；夜间和扑救的减弱只以一个宽的比例表示。",
        ),
        weaknesses_en=(
            "No spotting, crowning or fire whirls, no barriers of road, river or field; the slope is the mean plane within 1.5 km, without gullies.",
            "Wang's formula was fitted on the Greater Khingan and not tested in stands of western Yunnan; which Ks goes with which standard fuel is ours.",
            "A turn of the wind must be entered; nightfall and suppression are one wide factor only.",
        ),
        turns=("burnt_ha",),
        heights_km=2.5,
    )

    def prepare(self, case: Case, ground: Ground) -> Prepared[FireCore]:
        plane = _Plane(case.lon, case.lat)
        is_grass = case.class_key.startswith("nd.fire.grass")
        site = Site(
            mixture(case.inputs.choice("fuel_model"), is_grass),
            case.at.astimezone(BEIJING).month,
            terrain(ground.heights, case.lon, case.lat),
            case.inputs.is_given("canopy_cover_pct"),
        )
        uncertain = Uncertain(self.spec, case.inputs, case.at, ground)
        now = heads(site, {name: np.asarray([centre]) for name, centre in uncertain.centres.items()}, 1)
        middle = now.middle()
        burnt = _burnt(case, plane)
        zones, footprints = _outlines(case, plane, burnt, now, middle)
        starts = edge_points(burnt, _EDGE_POINTS)
        front = Front(
            case.lon, case.lat, starts, middle, (_scalar(now.rothermel), _scalar(now.wang)), HORIZON_MIN,
            None if isinstance(burnt, Point) else plane.to_degrees(burnt),
        )  # fmt: skip
        abroad = is_abroad(case.class_key, case.lon, case.lat, ground)
        border, border_note = border_crossing(front, ground, abroad)
        lists: tuple[Listed, ...] = arrivals(front, ground)
        said: tuple[Note, ...] = notes(case.inputs, site, now, middle, is_grass)
        return Prepared(
            zones=zones,
            footprints=footprints,
            core=FireCore(
                site,
                float(burnt.area),
                float(burnt.length),
                people_cells(case, ground, site, burnt, middle, uncertain),
                None if case.footprint is None else float(plane.to_metres(case.footprint).area),
                is_grass,
                _ours(case, ground, abroad, (site, burnt, middle, uncertain)),
            ),
            lists=lists if border is None else (border, *lists),
            limits=limits(case.inputs, site, now),
            assumptions=assumptions(case.inputs, now, abroad),
            notes=said if border_note is None else (border_note, *said),
        )

    def losses(self, prepared: Prepared[FireCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        growth = heads(core.site, sample, sample.n).picked(sample["model_pick"], sample["ros_factor"])
        minutes = HORIZON_MIN * sample["active_share"]
        burnt_ha = burnt_hectares(core, growth, minutes, sample)
        # Of a fire abroad the forest on our side counts, which our rules grade.
        on_our_side = burnt_ha if core.ours is None else hectares_reached(core.ours, growth, minutes)
        forest = np.zeros(sample.n) if core.is_grass else on_our_side * sample["forest_share"]
        found = {"forest_damaged_ha": forest, "burnt_ha": burnt_ha}
        if core.cells is None:
            return found
        # By the outer edge, running free: whoever may be reached is moved in time.
        outer = np.full(sample.n, HORIZON_MIN * OUTER)
        threatened, evacuated = people_reached(core.cells, growth, (minutes, outer), sample)
        dead = threatened * np.minimum(sample["death_rate"], 1.0)
        return {**found, "threatened": threatened, "evacuated": evacuated, "dead": dead}


def _ours(
    case: Case, ground: Ground, abroad: bool, reach: tuple[Site, BaseGeometry, Growth, Uncertain]
) -> Cells | None:
    if not abroad or ground.city is None or case.footprint is not None:
        return None
    return ground_cells(case, ground.city, *reach)


def _scalar(growth: Growth) -> Growth:
    """The first draw at the outer edge's speed."""
    return Growth(
        np.asarray(float(growth.ros_m_min[0]) * OUTER),
        np.asarray(float(growth.heading_deg[0])),
        np.asarray(float(growth.length_to_width[0])),
    )


class _Plane:
    """Metres east and north of a place, and back: azimuthal equidistant on WGS 84, exact in distance and bearing from it."""

    def __init__(self, lon: float, lat: float) -> None:
        self._proj: Any = cast(Any, Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84", units="m"))

    def to_metres(self, shape: BaseGeometry) -> BaseGeometry:
        def there(xy: Floats) -> Any:
            return np.column_stack(self._proj(xy[:, 0], xy[:, 1]))

        return cast(BaseGeometry, _shapes.transform(shape, there))

    def to_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        def back(xy: Floats) -> Any:
            lon, lat = self._proj(xy[:, 0], xy[:, 1], inverse=True)
            return np.round(np.column_stack((lon, lat)), 6)

        return cast(BaseGeometry, _shapes.make_valid(_shapes.transform(shape, back)))


def _burnt(case: Case, plane: _Plane) -> BaseGeometry:
    """In metres: drawn, else a circle of the area that is told, else the point."""
    shapes = case.inputs.shapes("burnt_area")
    if shapes:
        drawn = cast(BaseGeometry, _shapes.union_all([plane.to_metres(shape.geometry) for shape in shapes]))
        return drawn if drawn.area > 0 else Point(0, 0)
    area_m2 = case.inputs.median("burnt_ha") * HA if case.inputs.is_known("burnt_ha") else 0.0
    return Point(0, 0).buffer(math.sqrt(area_m2 / math.pi), quad_segs=24) if area_m2 > 1.0 else Point(0, 0)


def _outlines(
    case: Case, plane: _Plane, burnt: BaseGeometry, now: Heads, middle: Growth
) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
    zones: list[Zone] = []
    footprints: list[Footprint] = []
    drawn = case.footprint
    for rank, (hours, harm) in enumerate(zip(_HOURS, _HARM, strict=True)):
        shape, inner, outer = (_edge(plane, burnt, middle, hours, factor) for factor in (1.0, _INNER, OUTER))
        key, zh, en = f"reached_{hours}h", f"{hours} 小时内到达", f"reached within {hours} h"
        level = float(len(_HOURS) - rank)
        if drawn is not None:
            last = hours == _HOURS[-1]
            shape = drawn if last else _areas_of(cast(BaseGeometry, _shapes.intersection(shape, drawn)))
            inner, outer = None, None
            if shape.is_empty:
                continue
        zones.append(Zone(key, zh, en, level, shape, harm))
        basis = "drawn" if drawn is not None else "model"
        footprints.append(Footprint(key, zh, en, level, "arrival", shape, inner, outer, basis, hours * 3600.0))
    if drawn is None:
        for key, name_zh, name_en, growth in (
            ("rothermel", "Rothermel", "Rothermel", now.rothermel),
            ("wang", "王正非", "Wang", now.wang),
        ):
            one = Growth(
                *(np.asarray(float(part[0])) for part in (growth.ros_m_min, growth.heading_deg, growth.length_to_width))
            )
            shape, inner, outer = (_edge(plane, burnt, one, _HOURS[-1], factor) for factor in (1.0, _INNER, OUTER))
            footprints.append(
                Footprint(
                    f"{key}_6h",
                    f"6 小时（{name_zh}）",
                    f"6 h ({name_en})",
                    1.0,
                    "spread",
                    shape,
                    inner,
                    outer,
                    "model",
                    21600.0,
                )
            )
    if not isinstance(burnt, Point):
        given = "observed" if case.inputs.shapes("burnt_area") else "model"
        footprints.append(
            Footprint("burnt", "已过火", "burnt so far", 4.0, "other", plane.to_degrees(burnt), basis=given)
        )
    return tuple(zones), tuple(footprints)


def _edge(plane: _Plane, burnt: BaseGeometry, growth: Growth, hours: int, factor: float) -> BaseGeometry:
    """Degrees. A fire that does not spread still has the size of a camp fire, so that there is an outline to draw."""
    moved = Growth(growth.ros_m_min * factor, growth.heading_deg, growth.length_to_width)
    shape = grown(burnt, moved, hours * 60.0)
    return plane.to_degrees(shape if shape.area > 1.0 else burnt.buffer(10.0))


def _areas_of(shape: BaseGeometry) -> BaseGeometry:
    parts = [part for part in _shapes.get_parts(shape).tolist() if isinstance(part, Polygon)]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
