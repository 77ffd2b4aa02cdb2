"""River flood, flash flood and waterlogging: who stands in how much water, what it does to them, which roads are cut.

Where heights are loaded, depth = max(0, rise · f − HAND); otherwise an observed outline; otherwise a strip or circle that only says
where to look. Equations, priors and their sources: docs/risk/flood.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from gis.hazards.depth_damage import damage_share
from gis.hazards.distribution import Floats
from gis.hazards.flood_inputs import FLASH, RIVER, URBAN, WET_M, Variant, flood_spec
from gis.hazards.flood_people import CLASS_FROM, hazard_rating, mortality
from gis.hazards.flood_runoff import froude_velocity_m_s
from gis.hazards.flood_stage import Rise, best_basis
from gis.hazards.flood_water import (
    Drained,
    Things,
    depth_on_heights,
    drained_ground,
    in_area,
    on_heights,
    wet_cells,
    where_to_look,
)
from gis.hazards.flood_words import basis_notes, heights_limits, in_water, look_notes, observed_notes
from gis.hazards.ground import Ground
from gis.hazards.model import Case, Footprint, HazardModel, ModelSpec, Note, Prepared, Sample, Zone

OVERHEAD_M = 1.2
"""From here people cannot leave a house on foot (about the chest of an adult): those still there are trapped. Judgement."""
CAR_M, TRUCK_M = 0.3, 0.5
SHELTER_M = 0.5
LEVELS: tuple[tuple[float, str, str, str], ...] = (
    (3.0, "d300", "水深 3 米以上（淹过一层）", "3 m or deeper (over the ground floor)"),
    (1.5, "d150", "水深 1.5 米以上", "1.5 m or deeper"),
    (TRUCK_M, "d50", "水深 0.5 米以上（卡车不能通行）", "0.5 m or deeper (no lorry passes)"),
    (CAR_M, "d30", "水深 0.3 米以上（轿车不能通行）", "0.3 m or deeper (no car passes)"),
    (WET_M, "wet", "水深 0.15 米以上", "0.15 m or deeper"),
)
_ENDS = (0.1587, 0.8413)


@dataclass(frozen=True, slots=True)
class FloodCore:
    """How the rise is found, and what it can reach. `partly`: only a drawn share of the area is wet (a strip along rivers)."""

    rise: Rise
    things: Things
    partly: bool


class FloodModel(HazardModel[FloodCore]):
    """The three kinds differ in their priors, and waterlogging in that the rain stays where it fell."""

    variant: ClassVar[Variant] = RIVER
    spec: ClassVar[ModelSpec] = flood_spec(RIVER)

    def prepare(self, case: Case, ground: Ground) -> Prepared[FloodCore]:
        if case.inputs.shapes("observed_area"):
            return self._observed(case, ground)
        water = drained_ground(
            case, ground, self.spec.heights_km, case.inputs.median("reach_km"), fills=self.variant.fills
        )
        return self._looked_for(case, ground) if water is None else self._on_heights(case, ground, water)

    def losses(self, prepared: Prepared[FloodCore], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        rise = core.rise.metres(sample)
        found: dict[str, Floats] = {}
        wet_share = sample["wet_share"] if core.partly else np.ones(sample.n)
        if core.things.people is not None:
            found |= {name: values * wet_share for name, values in _of_people(core.things, rise, sample).items()}
        if core.things.roads is not None:
            depths = core.things.roads.depths_m(rise, sample["depth_error_m"])
            found["road_cut_km"] = (depths >= CAR_M) @ core.things.roads.values[0] * wet_share
        return found

    # --- the three grounds ---------------------------------------------------------------------------------------------

    def _on_heights(self, case: Case, ground: Ground, water: Drained) -> Prepared[FloodCore]:
        rise = Rise(
            best_basis(case.inputs, fills=self.variant.fills, rated=True), water.table, water.reach.area_km2,
            water.concentration_h, water.volumes_mm,
        )  # fmt: skip
        roughness = self._centre("roughness")
        middle = rise.at_medians(case.inputs, roughness)
        low, high = self._ends(case, rise)
        things = on_heights(case, ground, water, max(high * 3, middle * 4) + 2 * self._deviation())
        zones, footprints = self._drawn(case, water, middle, low, high)
        depth = depth_on_heights(water, middle)
        return Prepared(
            zones=zones,
            footprints=footprints,
            core=FloodCore(rise, things, partly=False),
            lists=in_water(ground, zones[-1].polygon, depth) if zones else (),
            limits=heights_limits(case, water, rise, middle, fills=self.variant.fills),
            assumptions=basis_notes(case, rise, middle, self.variant, water),
            notes=(_PEOPLE_NOTE,),
        )

    def _observed(self, case: Case, ground: Ground) -> Prepared[FloodCore]:
        told = shapely.union_all([shape.geometry for shape in case.inputs.shapes("observed_area")])
        area: BaseGeometry = told if case.footprint is None else case.footprint
        mean = case.inputs.median("water_depth_m")
        zone = Zone("wet", "实测淹没范围", "observed flooded area", WET_M, area, self._harm(case, mean))
        basis = "observed" if case.footprint is None else "drawn"
        things = in_area(ground, area, 2.0, WET_M)
        return Prepared(
            zones=(zone,),
            footprints=(Footprint(zone.key, zone.zh, zone.en, zone.level, "zone", area, basis=basis),),
            core=FloodCore(Rise("observed"), things, partly=False),
            lists=in_water(ground, area, None),
            assumptions=observed_notes(case),
            notes=(_PEOPLE_NOTE,),
        )

    def _looked_for(self, case: Case, ground: Ground) -> Prepared[FloodCore]:
        area, along_rivers = where_to_look(case, ground, case.inputs.median("reach_km"))
        rise = Rise(best_basis(case.inputs, fills=self.variant.fills, rated=False))
        drawn = case.footprint is not None
        if case.footprint is not None:
            area = case.footprint
        middle = rise.at_medians(case.inputs, self._centre("roughness"))
        things = in_area(ground, area, 1.0, WET_M if drawn else 0.0)
        share = 1.0 if drawn else self._centre("wet_share")
        words = ("人工划定的淹没范围", "flooded area drawn by hand") if drawn else ("排查范围", "where to look")
        zone = Zone("look", *words, WET_M, area, self._harm(case, middle / 2) * share)
        limits, assumptions = look_notes(
            case, along_rivers=along_rivers, has_heights=ground.heights is not None, drawn=drawn
        )
        return Prepared(
            zones=(zone,),
            footprints=(
                Footprint(zone.key, zone.zh, zone.en, zone.level, "zone" if drawn else "other", area, basis="drawn" if drawn else "model"),
            ),
            core=FloodCore(rise, things, partly=not drawn),
            lists=in_water(ground, area, None),
            limits=limits,
            assumptions=assumptions,
            notes=(_PEOPLE_NOTE,),
        )  # fmt: skip

    # --- at the medians ------------------------------------------------------------------------------------------------

    def _centre(self, name: str) -> float:
        return next(parameter.dist.centre for parameter in self.spec.parameters if parameter.name == name)

    def _deviation(self) -> float:
        return next(p.dist.spread for p in self.spec.parameters if p.name == "depth_error_m")

    def _ends(self, case: Case, rise: Rise) -> tuple[float, float]:
        """The rise one standard deviation either way: every input of the event, and the roughness, drawn apart and put together."""
        names = [one.spec.name for one in case.inputs if one.dist is not None and one.spec.error == "source"]
        middle = rise.at_medians(case.inputs, self._centre("roughness"))
        if middle <= 0:
            return 0.0, 0.0
        spread = 0.0
        for name in names:
            dist = case.inputs.dist(name)
            if dist is None or dist.kind == "exact":
                continue
            ends = [
                rise.at_medians(case.inputs.with_number(name, dist.at(q)), self._centre("roughness")) for q in _ENDS
            ]
            spread += float(np.log(max(ends[1], 0.01) / max(ends[0], 0.01)) / 2) ** 2
        rough = next(p.dist for p in self.spec.parameters if p.name == "roughness")
        ends = [rise.at_medians(case.inputs, rough.at(q)) for q in _ENDS]
        spread += float(np.log(max(ends[1], 0.01) / max(ends[0], 0.01)) / 2) ** 2
        factor = float(np.exp(np.sqrt(spread)))
        return middle / factor, middle * factor

    def _harm(self, case: Case, depth: float) -> float:
        """Share of the people at this depth who die, at the medians."""
        d = np.asarray([depth])
        share = mortality(
            d,
            froude_velocity_m_s(d, np.asarray([self._centre("froude")])),
            np.asarray([case.inputs.median("rise_m_h")]),
        )
        there = 1 - case.inputs.median("evacuated_share")
        return float(min(share[0] * self._centre("mortality_factor"), 1.0)) * there

    def _drawn(
        self, case: Case, water: Drained, rise: float, low: float, high: float
    ) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
        """Zones from the deepest, each inside the next, and their outlines; only the weakest has its edges one deviation either way."""
        zones: list[Zone] = []
        stronger: BaseGeometry = Polygon()
        above = LEVELS[0][0] + 2.0
        for level, key, zh, en in LEVELS:
            weakest = level == WET_M
            polygon = water.box.polygon(wet_cells(water, rise, level))
            if case.footprint is not None:
                polygon = case.footprint if weakest else polygon.intersection(case.footprint)
            polygon = polygon.union(stronger) if not stronger.is_empty else polygon
            if not polygon.is_empty:
                zones.append(Zone(key, zh, en, level, polygon, self._harm(case, (level + above) / 2)))
                stronger = polygon
            above = level
        inner, outer = (water.box.polygon(wet_cells(water, end, WET_M)) for end in (low, high))
        drawn = case.footprint is not None
        footprints = [
            Footprint(
                zone.key, zone.zh, zone.en, zone.level, "zone", zone.polygon,
                inner if zone.level == WET_M and not drawn and not inner.is_empty else None,
                outer if zone.level == WET_M and not drawn and not outer.is_empty else None,
                basis="drawn" if drawn and zone.level == WET_M else "model",
            )
            for zone in zones
        ]  # fmt: skip
        return tuple(zones), tuple(footprints)


class FlashFloodModel(FloodModel):
    """Mountain torrents: faster water, faster rise."""

    variant: ClassVar[Variant] = FLASH
    spec: ClassVar[ModelSpec] = flood_spec(FLASH)


class UrbanFloodModel(FloodModel):
    """Waterlogging: rain that the drains do not carry off stands in the lowest ground."""

    variant: ClassVar[Variant] = URBAN
    spec: ClassVar[ModelSpec] = flood_spec(URBAN)


FLOODS: Sequence[FloodModel] = (FloodModel(), FlashFloodModel(), UrbanFloodModel())


def _of_people(on: Things, rise: Floats, sample: Sample) -> dict[str, Floats]:
    """Everything that follows from people and buildings standing in water: draws × bins, summed over bins."""
    bins = on.people
    if bins is None:
        return {}
    depths = bins.depths_m(rise, sample["depth_error_m"])
    velocity = froude_velocity_m_s(depths, sample["froude"][:, None])
    day, night, buildings = bins.values
    factor = sample["exposure_factor"]
    wet = depths >= WET_M
    dying = np.minimum(
        mortality(depths, velocity, sample["rise_m_h"][:, None]) * sample["mortality_factor"][:, None], 1.0
    )
    there = factor * (1 - sample["evacuated_share"])
    danger = wet & (hazard_rating(depths, velocity) >= CLASS_FROM[0])

    def people(share: Floats) -> Floats:
        by_night, by_day = share @ night, share @ day
        return by_night + (by_day - by_night) * sample["day_share"]

    found = {
        "dead": people(np.where(wet, dying, 0.0)) * there,
        "affected": people(wet.astype(np.float64)) * factor,
        "evacuated": people(danger.astype(np.float64)) * factor,
        "trapped": people((depths >= OVERHEAD_M).astype(np.float64)) * there,
        "resettled": (depths >= SHELTER_M) @ night * factor * sample["shelter_share"],
    }
    if on.has_buildings:
        lost = np.minimum(np.where(wet, damage_share(depths), 0.0) * sample["damage_factor"][:, None], 1.0)
        found["damaged_buildings"] = wet @ buildings * factor
        found["loss_wan"] = lost @ buildings * factor * sample["building_wan"]
    return found


_PEOPLE_NOTE = Note(
    "evacuate_by_rating",
    "“需疏散转移”按 DEFRA 人员危险度 ≥ 0.75（对部分人危险）计；车辆不要驶入 0.3 米以上的水中。",
    "'To be evacuated' counts a DEFRA hazard rating of 0.75 or more (danger for some); no car into water deeper than 0.3 m.",
)
