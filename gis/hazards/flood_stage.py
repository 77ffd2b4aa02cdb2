"""How high the water rises, in each draw: from a level, a flow, or the rain, whichever is the best that has been reported (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis.hazards.distribution import Floats
from gis.hazards.flood_rating import STAGES_M, Rating
from gis.hazards.flood_runoff import peak_flow_m3_s, runoff_mm
from gis.hazards.inputs import Inputs

Basis: TypeAlias = Literal["level", "flow", "rain", "filled", "assumed", "observed"]
DRAINED_MM_H = 30.0
"""What a town's drains carry off: about the one- to three-year storm of GB 50014 for an hour. Judgement, for waterlogging only."""


@dataclass(frozen=True, slots=True)
class Rise:
    """`basis`: what the rise is found from. `rating`: of the reach; `catchment_km2` and `concentration_h`: above the place;
    `volumes_mm`: water (mm over the ground that fills) that stands at each of `STAGES_M`."""

    basis: Basis
    rating: Rating | None = None
    catchment_km2: float = 0.0
    concentration_h: float = 0.0
    volumes_mm: Floats | None = None

    def metres(self, drawn: Mapping[str, Floats]) -> Floats:
        """Rise above the usual level in each draw (mean depth inside, for an observed area)."""
        if self.basis == "observed":
            return drawn["water_depth_m"]
        if self.basis in ("level", "assumed"):
            return drawn["stage_m"]
        if self.basis == "flow" and self.rating is not None:
            return self.rating.stage_m(drawn["flow_m3_s"], drawn["roughness"])
        left = runoff_mm(drawn["rainfall_mm"] + drawn["forecast_mm"], drawn["curve_number"])
        if self.basis == "rain" and self.rating is not None:
            area = drawn.get("catchment_km2")
            # A catchment that was told differs from the box's: its time of concentration grows with its length, length with A^0.6 (Hack).
            told = np.full(left.shape, self.catchment_km2) if area is None else area
            hours = self.concentration_h * (told / max(self.catchment_km2, 1e-9)) ** (0.6 * 0.77)
            flow = peak_flow_m3_s(left, told, drawn["rain_h"], hours)
            return self.rating.stage_m(flow, drawn["roughness"])
        if self.volumes_mm is not None:
            stays = np.maximum(left - DRAINED_MM_H * drawn["rain_h"], 0.0)
            return np.interp(stays, self.volumes_mm, STAGES_M)
        raise AssertionError(f"no rise from {self.basis} on this ground")

    def at_medians(self, inputs: Inputs, roughness: float) -> float:
        """The rise with every input at its median."""
        drawn = {one.spec.name: np.asarray([one.dist.centre]) for one in inputs if one.dist is not None}
        drawn["roughness"] = np.asarray([roughness])
        return float(self.metres(drawn)[0])

    def flow_at_medians(self, inputs: Inputs) -> float | None:
        """The flow that the rain makes at the medians (m³/s); None where the rise is not from rain."""
        if self.basis != "rain":
            return None
        drawn = {one.spec.name: one.dist.centre for one in inputs if one.dist is not None}
        area = np.asarray([drawn.get("catchment_km2", self.catchment_km2)])
        hours = self.concentration_h * (area / max(self.catchment_km2, 1e-9)) ** (0.6 * 0.77)
        left = runoff_mm(np.asarray([drawn["rainfall_mm"] + drawn["forecast_mm"]]), np.asarray([drawn["curve_number"]]))
        return float(peak_flow_m3_s(left, area, np.asarray([drawn["rain_h"]]), hours)[0])


def best_basis(inputs: Inputs, *, fills: bool, rated: bool) -> Basis:
    """The best of what has been said: an observed outline, a level, a flow, the rain; otherwise a level is assumed.

    Without a rating (no heights) neither flow nor rain tells a level.
    """
    if inputs.shapes("observed_area"):
        return "observed"
    if inputs.is_given("stage_m"):
        return "level"
    if rated and inputs.is_given("flow_m3_s") and not fills:
        return "flow"
    if rated and inputs.is_given("rainfall_mm"):
        return "filled" if fills else "rain"
    return "assumed"
