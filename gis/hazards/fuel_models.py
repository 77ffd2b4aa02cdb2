"""The 53 standard fire behaviour fuel models, read from `fuel_models.yaml` (Albini 1976, Anderson 1982; Scott & Burgan 2005)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from spine.errors import Refused

LB_FT2_PER_TON_ACRE = 2000.0 / 43560.0
SAVR_10H, SAVR_100H = 109.0, 30.0
"""Surface area to volume of dead fuel of the 10-h and 100-h classes, ft²/ft³, the same in every standard model."""
_FILE = Path(__file__).with_name("fuel_models.yaml")


@dataclass(frozen=True, slots=True)
class Fuel:
    """One fuel model in the units of its source: feet, lb/ft², ft²/ft³, Btu/lb, fractions.

    `loads` and `savr`: dead 1-h, 10-h, 100-h, live herbaceous, live woody. `dynamic`: the herbaceous load cures into dead load.
    """

    code: str
    number: int
    zh: str
    en: str
    depth_ft: float
    extinction: float
    heat_btu_lb: float
    loads: tuple[float, float, float, float, float]
    savr: tuple[float, float, float, float, float]
    dynamic: bool
    source_zh: str
    source_en: str

    @property
    def kind(self) -> str:
        """FM, GR (grass), GS (grass and shrub), SH (shrub), TU (timber with understorey), TL (timber litter), SB (slash)."""
        return self.code.rstrip("0123456789")


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    zh: str
    en: str


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")
    number: int = Field(gt=0)
    zh: str
    en: str
    depth_ft: float = Field(gt=0, le=10)
    mx_pct: float = Field(ge=10, le=50)
    heat_btu_lb: float = Field(ge=7000, le=10000)
    loads: tuple[float, float, float, float, float]
    savr: tuple[float, float, float]
    dynamic: bool


class _Set(BaseModel):
    model_config = ConfigDict(extra="forbid")
    source: _Words
    verified: bool
    load_unit: Literal["lb_ft2", "ton_acre"]
    models: dict[str, _Model]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    sets: list[_Set]


@cache
def fuel_models() -> Mapping[str, Fuel]:
    """Every standard model by its code, in the order of the file."""
    file = _File.model_validate(yaml.safe_load(_FILE.read_text("utf-8")))
    found: dict[str, Fuel] = {}
    for group in file.sets:
        per = LB_FT2_PER_TON_ACRE if group.load_unit == "ton_acre" else 1.0
        for code, model in group.models.items():
            one, ten, hundred, herb, woody = (load * per for load in model.loads)
            dead, herb_savr, woody_savr = model.savr
            found[code] = Fuel(
                code,
                model.number,
                model.zh,
                model.en,
                model.depth_ft,
                model.mx_pct / 100,
                model.heat_btu_lb,
                (one, ten, hundred, herb, woody),
                (dead, SAVR_10H, SAVR_100H, herb_savr, woody_savr),
                model.dynamic,
                group.source.zh,
                group.source.en,
            )
    return found


def fuel_model(code: str) -> Fuel:
    """Raises Refused: `hazard_input` (field `fuel_model`) for a code that is not one of the 53."""
    fuel = fuel_models().get(code)
    if fuel is None:
        raise Refused(
            "hazard_input",
            zh=f"没有可燃物模型“{code}”；可用 FM1–FM13 和 GR、GS、SH、TU、TL、SB 各型。",
            en=f"There is no fuel model '{code}'; there are FM1–FM13 and the GR, GS, SH, TU, TL and SB models.",
            field="fuel_model",
        )
    return fuel
