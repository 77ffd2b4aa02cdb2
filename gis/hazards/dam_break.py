"""A dam or a landslide dam that fails: peak, arrival and depth down the valley, and who is in the way.

The answer is what would happen if it fails, not whether it will. Equations, priors and their sources: docs/risk/dam_break.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.geodesic import circle
from gis.hazards.dam_break_inputs import dam_spec
from gis.hazards.dam_break_path import Path, along_line, fitted, on_heights
from gis.hazards.dam_break_source import Dam, source_notes, the_dam
from gis.hazards.dam_break_wave import VK_M_S, Valley, Wave, run_down
from gis.hazards.dam_break_words import WHERE_LIMIT, downstream_lists, path_limits, path_notes
from gis.hazards.depth_damage import damage_share
from gis.hazards.distribution import Floats
from gis.hazards.flood_ground import road_pieces
from gis.hazards.flood_people import fatality_range, fatality_table, severity_index, warning_column
from gis.hazards.ground import Ground
from gis.hazards.hand import Bools, Ints
from gis.hazards.inputs import Inputs
from gis.hazards.model import Case, Footprint, HazardModel, ModelSpec, Note, Prepared, Sample, Zone

HEIGHTS_M = np.concatenate((np.arange(0.0, 10.0, 0.25), np.arange(10.0, 40.0, 1.0), np.arange(40.0, 160.1, 5.0)))
"""Above the bed, at which things are counted."""
TIMES_MIN = (15, 30, 60, 120)
_WHERE_M = 5000.0
_DEPTH_POWER = 0.375  # of the flow, in the depth of a V-shaped section


@dataclass(frozen=True, slots=True)
class DamCore:
    """By stretch and `HEIGHTS_M`, running up: people by day and night, buildings, road (km); None where it is not known."""

    dam: Dam
    valley: Valley
    supposed: bool
    vk_m_s: float
    precise: bool
    day: Floats | None
    night: Floats | None
    buildings: Floats | None
    road_km: Floats | None

    def wave(self, drawn: Mapping[str, Floats], *, opening: bool = False) -> Wave:
        """One flood for each draw. `opening`: the water comes half of the breach's time of opening later; warnings do not count on it."""
        peak, water = self.dam.drawn(drawn)
        slope = drawn["slope_factor"] if self.supposed else np.ones(len(peak))
        wave = run_down(
            self.valley, peak, water, np.full(len(peak), self.vk_m_s), drawn["roughness"] / np.sqrt(slope),
            side_factor=drawn["section_factor"],
        )  # fmt: skip
        later = self.dam.opening_h * 1800.0 if opening else 0.0
        arrival = wave.arrival_s / drawn["celerity_factor"][:, None] + later
        return Wave(wave.flow, wave.depth_m, wave.width_m, wave.velocity, arrival)


class DamBreakModel(HazardModel[DamCore | None]):
    """Reservoirs and hydropower dams."""

    landslide: ClassVar[bool] = False
    spec: ClassVar[ModelSpec] = dam_spec("dam_break", "溃坝洪水评估", "dam break", ("nd.flood.reservoir",), "dam")

    def prepare(self, case: Case, ground: Ground) -> Prepared[DamCore | None]:
        dam = the_dam(case, ground, landslide=self.landslide)
        told = None if self.landslide else case.inputs.choice("mode")
        notes = source_notes(dam, landslide=self.landslide, mode_told=told is not None)
        path = self._path(case, ground)
        if path is None:
            return _nowhere(case, ground, dam, notes)
        middle = self._at(case, dam, path)
        path = fitted(path, middle.depth_m[0])
        core = self._core(case, ground, dam, path)
        middle = core.wave(_medians(self.spec, case.inputs), opening=True)
        early = core.wave(_fast(self.spec, case.inputs))
        zones, footprints = self._drawn(case, core, path, middle)
        return Prepared(
            zones=zones,
            footprints=footprints,
            core=core,
            lists=downstream_lists(ground, path, dam, zones[-1].polygon, (early, middle)) if zones else (),
            limits=path_limits(path, dam),
            assumptions=(*notes, *path_notes(path, middle, dam)),
        )

    def losses(self, prepared: Prepared[DamCore | None], sample: Sample) -> Mapping[str, Floats]:
        core = prepared.core
        if core is None:
            return {}
        wave = core.wave(sample)
        found: dict[str, Floats] = {}
        if core.day is not None and core.night is not None:
            night = _below(core.night, wave.depth_m)
            day = _below(core.day, wave.depth_m)
            people = (night + (day - night) * sample["day_share"][:, None]) * sample["exposure_factor"][:, None]
            rate = _rates(core, wave, sample["warning_min"], sample["fatality_position"])
            found["dead"] = (people * rate).sum(axis=1) * (1 - sample["evacuated_share"])
            found["affected"] = found["evacuated"] = people.sum(axis=1)
            found["resettled"] = night.sum(axis=1) * sample["exposure_factor"] * sample["shelter_share"]
        if core.buildings is not None:
            flooded = _below(core.buildings, wave.depth_m) * sample["exposure_factor"][:, None]
            # In a V-shaped section the ground under water is evenly spread over depths: the mean is half the greatest.
            share = np.minimum(damage_share(wave.depth_m / 2) * sample["damage_factor"][:, None], 1.0)
            found["damaged_buildings"] = flooded.sum(axis=1)
            found["loss_wan"] = (flooded * share).sum(axis=1) * sample["building_wan"]
        if core.road_km is not None:
            found["road_cut_km"] = _below(core.road_km, wave.depth_m).sum(axis=1)
        fails = sample["fails_draw"] < sample["fails_share"]
        return {name: values * fails for name, values in found.items()}

    # --- at the medians ------------------------------------------------------------------------------------------------

    def _path(self, case: Case, ground: Ground) -> Path | None:
        run_m = case.inputs.median("run_km") * 1000
        path = on_heights(case, ground, self.spec.heights_km, run_m)
        return path or along_line(case, ground, run_m, case.inputs.choice("terrain") or "mountain")

    def _at(self, case: Case, dam: Dam, path: Path) -> Wave:
        core = DamCore(dam, path.valley, path.supposed, _vk(path), False, None, None, None, None)
        return core.wave(_medians(self.spec, case.inputs))

    def _core(self, case: Case, ground: Ground, dam: Dam, path: Path) -> DamCore:
        area, most = _reach(path)
        day = night = buildings = road = None
        if ground.points is not None:
            points = ground.points
            bounds = area.bounds if case.footprint is None else case.footprint.bounds
            near = ground.near(*bounds)
            place = _places(case, path, points.lon[near], points.lat[near], most)
            day, night = _table(path, place, points.day[near]), _table(path, place, points.night[near])
            if ground.has_buildings:
                buildings = _table(path, place, points.buildings[near])
        pieces = road_pieces(ground, area if case.footprint is None else case.footprint)
        if pieces is not None:
            road = _table(path, _places(case, path, pieces[0], pieces[1], most), pieces[2])
        precise = case.inputs.choice("understanding") == "precise"
        return DamCore(dam, path.valley, path.supposed, _vk(path), precise, day, night, buildings, road)

    def _drawn(
        self, case: Case, core: DamCore, path: Path, middle: Wave
    ) -> tuple[tuple[Zone, ...], tuple[Footprint, ...]]:
        """Zones by when the water comes, the nearest first, each inside the next; the whole flood with its edges one deviation either way."""
        depths, minutes = middle.depth_m[0], middle.arrival_s[0] / 60
        rates = _rates(core, middle, *(np.asarray([v]) for v in (case.inputs.median("warning_min"), 0.5)))[0]
        everything = np.ones(len(depths), dtype=np.bool_)
        zones: list[Zone] = []
        footprints: list[Footprint] = []
        before = 0
        nearer: BaseGeometry | None = None
        for limit in (*TIMES_MIN, None):
            reached = everything if limit is None else minutes <= limit
            count = int(reached.sum())
            if count == before:
                continue
            polygon = path.flooded(depths, reached)
            if case.footprint is not None:
                polygon = case.footprint if count == len(depths) else polygon.intersection(case.footprint)
            polygon = polygon if nearer is None else polygon.union(nearer)
            if polygon.is_empty:
                continue
            ring = rates[before:count]
            key, zh, en = _names(limit)
            zones.append(Zone(key, zh, en, float(len(TIMES_MIN) + 1 - len(zones)), polygon, float(ring.mean())))
            footprints.append(
                Footprint(
                    key, zh, en, float(limit or minutes[-1]), "arrival", polygon, basis="model" if case.footprint is None else "drawn",
                    time_offset_s=float(minutes[count - 1]) * 60,
                )
            )  # fmt: skip
            before, nearer = count, polygon
        if footprints and case.footprint is None:
            spread = float(np.exp(_deviation(self.spec, core)))
            inner, outer = path.flooded(depths / spread, everything), path.flooded(depths * spread, everything)
            last = footprints[-1]
            footprints.append(
                Footprint("flood", "溃坝洪水范围", "extent of the flood", 0.0, "zone", last.polygon, None if inner.is_empty else inner, outer)
            )  # fmt: skip
        return tuple(zones), tuple(footprints)


def _nowhere(case: Case, ground: Ground, dam: Dam, notes: tuple[Note, ...]) -> Prepared[DamCore | None]:
    """Neither heights nor a river nor a direction: how large the flood is, but not where it runs, so nobody is counted as struck."""
    drawn = case.footprint is not None
    area: BaseGeometry = case.footprint if case.footprint is not None else circle(case.lon, case.lat, _WHERE_M)
    words = ("人工划定的范围", "area drawn by hand") if drawn else ("排查范围", "where to look")
    return Prepared(
        zones=(Zone("look", *words, 1.0, area, 0.0),),
        footprints=(Footprint("look", *words, 1.0, "other", area, basis="drawn" if drawn else "model"),),
        core=None,
        lists=(),
        limits=(*path_limits(None, dam), WHERE_LIMIT),
        assumptions=notes,
    )


class LandslideDamModel(DamBreakModel):
    """Lakes behind landslides: Costa's regressions, and no record to fall back on."""

    landslide: ClassVar[bool] = True
    spec: ClassVar[ModelSpec] = dam_spec(
        "landslide_dam_break", "堰塞湖溃决评估", "landslide-dam break", ("nd.flood.barrier_lake",), "landslide"
    )


def _names(limit: int | None) -> tuple[str, str, str]:
    if limit is None:
        return "later", "洪水范围（更晚到达）", "flooded later"
    return f"m{limit}", f"{limit} 分钟内到达", f"reached within {limit} min"


def _vk(path: Path) -> float:
    return VK_M_S[path.terrain]


def _medians(spec: ModelSpec, inputs: Inputs) -> dict[str, Floats]:
    told = {one.spec.name: one.dist.centre for one in inputs if one.dist is not None}
    told |= {parameter.name: parameter.dist.centre for parameter in spec.parameters}
    return {name: np.asarray([value]) for name, value in told.items()}


def _fast(spec: ModelSpec, inputs: Inputs) -> dict[str, Floats]:
    """A flood that comes early: a peak, a smooth bed and a speed one deviation to the worse side."""
    drawn = _medians(spec, inputs)
    named = {parameter.name: parameter.dist for parameter in spec.parameters}
    drawn["peak_error"] = np.asarray([1.0])
    drawn["roughness"] = np.asarray([named["roughness"].at(0.1587)])
    drawn["celerity_factor"] = np.asarray([named["celerity_factor"].at(0.8413)])
    return drawn


def _deviation(spec: ModelSpec, core: DamCore) -> float:
    """Standard deviation of the logarithm of the depth: flow, roughness and section, to the power that Manning gives them."""
    named = {parameter.name: parameter.dist.spread for parameter in spec.parameters}
    parts = [core.dam.sigma_ln, named["roughness"], named["section_factor"]]
    if core.supposed:
        parts.append(named["slope_factor"] / 2)
    return _DEPTH_POWER * float(np.sqrt(sum(part**2 for part in parts)))


def _rates(core: DamCore, wave: Wave, warning_min: Floats, position: Floats) -> Floats:
    """Share of the people at risk who die, by draw and stretch: DSO-99-06, `position` within the suggested range (0.5: suggested)."""
    severity = severity_index(wave.by_width, instantaneous=core.dam.mode == "instantaneous")
    column = warning_column(warning_min[:, None] + np.maximum(wave.arrival_s, 0.0) / 60)
    suggested = fatality_table(precise=core.precise)[severity, column]
    span = fatality_range(precise=core.precise)[severity, column]
    part = position[:, None]
    below = span[..., 0] + (suggested - span[..., 0]) * 2 * part
    above = suggested + (span[..., 1] - suggested) * (2 * part - 1)
    return np.where(part < 0.5, below, above)


# --- who is how high above the bed ------------------------------------------------------------------------------------


def _reach(path: Path) -> tuple[BaseGeometry, float]:
    """(area in which things can be reached at all, height above the bed up to which they are looked at)."""
    most = float(HEIGHTS_M[-1])
    if path.way is not None and path.box is not None:
        rows, columns = path.box.metres.shape
        west, north = path.box.west, path.box.north
        return shapely.box(west, north - rows * path.box.step_lat, west + columns * path.box.step_lon, north), most
    # Along a line a section is 2 · side · depth wide: forty metres of depth is more than any of its floods has.
    most = 40.0
    return path.flooded(
        np.full(len(path.valley.along_m), most), np.ones(len(path.valley.along_m), dtype=np.bool_)
    ), most


@dataclass(frozen=True, slots=True)
class _Places:
    kept: Bools
    stretch: Ints
    above: Floats


def _places(case: Case, path: Path, lon: Floats, lat: Floats, most_m: float) -> _Places:
    """What a person drew into the flood lies on its bed; what lies outside the drawing is dry."""
    if len(lon) == 0:
        return _Places(np.zeros(0, dtype=np.bool_), np.zeros(0, dtype=np.int64), np.zeros(0))
    if case.footprint is not None:
        shapely.prepare(case.footprint)
        kept = np.asarray(shapely.intersects_xy(case.footprint, lon, lat), dtype=np.bool_)
        return _Places(kept, path.nearest_stretch(lon, lat), np.zeros(len(lon)))
    stretch, above = path.where(lon, lat)
    return _Places((stretch >= 0) & (above <= most_m), stretch, above)


def _table(path: Path, place: _Places, values: Floats) -> Floats:
    """(stretches, heights) running sums: how much lies at or below each height."""
    count, steps = len(path.valley.along_m), len(HEIGHTS_M)
    table = np.zeros((count, steps))
    level = np.searchsorted(HEIGHTS_M, place.above[place.kept], side="left")
    inside = level < steps
    np.add.at(table, (place.stretch[place.kept][inside], level[inside]), values[place.kept][inside])
    return np.cumsum(table, axis=1)


def _below(table: Floats, depth_m: Floats) -> Floats:
    """By draw and stretch, what lies below the water: straight between the table's heights. depth: (draws, stretches)."""
    position = np.interp(depth_m, HEIGHTS_M, np.arange(len(HEIGHTS_M), dtype=np.float64))
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, len(HEIGHTS_M) - 1)
    stretch = np.arange(depth_m.shape[1], dtype=np.int64)[None, :]
    part = position - low
    return table[stretch, low] * (1 - part) + table[stretch, high] * part
