"""The water that comes out: what was told, what the reservoir's record says, and the peak that follows, in each draw (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from gis.geodesic import distance_m
from gis.hazards.dam_break_peak import (
    EMBANKMENT,
    LANDSLIDE,
    PeakLaw,
    Reservoir,
    breach_time_1995b_h,
    breach_time_2008_h,
    breach_width_1995b_m,
    breach_width_2008_m,
    instantaneous_m3_s,
    second_opinions,
)
from gis.hazards.distribution import Floats
from gis.hazards.ground import Facility, Ground
from gis.hazards.inputs import Inputs
from gis.hazards.model import Case, Note

Mode: TypeAlias = Literal["overtopping", "piping", "instantaneous"]
RECORD_M = 500.0
"""A reservoir whose dam stands within this distance of the place is the one that is meant."""
_CONCRETE = ("拱坝", "重力坝", "混凝土", "arch", "gravity", "concrete")
_CREST_BY_HEIGHT = 4.0
_RITTER_SIGMA = 0.35
"""Of ln Q for a whole dam gone at once: valleys are no rectangles, dams do not vanish. Judgement."""
_TOLD = ("water_million_m3", "water_height_m", "dam_height_m", "crest_length_m")
_STORAGE = (("storage_million_m3", 1e6), ("storage_m3", 1.0))
_HEIGHT = ("dam_height_m", "height_m")


@dataclass(frozen=True, slots=True)
class Dam:
    """Medians. `told`: names of inputs that are drawn, given or supposed; what is not among them comes from `record` (a facility), the
    volume with the record's error. `supposed`: neither told nor on record."""

    law: PeakLaw
    mode: Mode
    water_m3: float
    water_m: float
    dam_m: float
    crest_m: float
    told: frozenset[str]
    record: Facility | None
    crest_assumed: bool
    supposed: bool

    def drawn(self, drawn: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """(peak flow m³/s, water m³) in each draw."""
        factor = drawn["record_factor"]
        water = drawn["water_million_m3"] * 1e6 if "water_million_m3" in self.told else self.water_m3 * factor
        if "water_height_m" in self.told:
            depth = drawn["water_height_m"]
        elif "dam_height_m" in self.told:
            depth = drawn["dam_height_m"]
        else:
            depth = np.full(len(factor), self.water_m)
        dam = drawn["dam_height_m"] if "dam_height_m" in self.told else np.maximum(depth, self.dam_m)
        if self.mode == "instantaneous":
            crest = drawn["crest_length_m"] if "crest_length_m" in self.told else np.full(len(factor), self.crest_m)
            return instantaneous_m3_s(crest, depth) * np.exp(_RITTER_SIGMA * drawn["peak_error"]), water
        peak = self.law.m3_s(Reservoir(water, depth, water, dam))
        return peak * self.law.interval.bias * np.exp(self.law.interval.sigma_ln * drawn["peak_error"]), water

    @property
    def sigma_ln(self) -> float:
        return _RITTER_SIGMA if self.mode == "instantaneous" else self.law.interval.sigma_ln

    def at_medians(self) -> tuple[float, float]:
        one = np.ones(1)
        drawn = {
            "record_factor": one, "peak_error": 0 * one, "water_million_m3": self.water_m3 / 1e6 * one, "water_height_m": self.water_m * one,
            "dam_height_m": self.dam_m * one, "crest_length_m": self.crest_m * one,
        }  # fmt: skip
        peak, water = self.drawn(drawn)
        return float(peak[0]), float(water[0])

    @property
    def opening_h(self) -> float:
        """How long the breach takes to open (Froehlich 1995b); 0 for a dam gone at once."""
        if self.mode == "instantaneous":
            return 0.0
        return float(breach_time_1995b_h(np.asarray([self.water_m3]), np.asarray([self.dam_m]))[0])


def the_dam(case: Case, ground: Ground, *, landslide: bool) -> Dam:
    """What was told comes first, then the record of a reservoir near the place, then the supposition of a small reservoir."""
    inputs = case.inputs
    record = None if landslide else _record(case, ground)
    given = {one.spec.name for one in inputs if one.origin == "given"}
    storage = _number(record, _STORAGE)
    height = _number(record, tuple((name, 1.0) for name in _HEIGHT))
    told = {name for name in _TOLD if name in given}
    supposed: set[str] = set()
    if "water_million_m3" not in given and storage is None:
        supposed.add("water_million_m3")
    if not given & {"water_height_m", "dam_height_m"} and height is None:
        supposed.add("water_height_m")
    told |= supposed
    water = inputs.median("water_million_m3") * 1e6 if "water_million_m3" in told else storage or 0.0
    named = next((name for name in ("water_height_m", "dam_height_m") if name in told), None)
    depth = inputs.median(named) if named is not None else height or 0.0
    dam = inputs.median("dam_height_m") if "dam_height_m" in told else max(height or 0.0, depth)
    crest = inputs.median("crest_length_m") if "crest_length_m" in told else None
    return Dam(
        law=(LANDSLIDE if landslide else EMBANKMENT)[0],
        mode=_mode(inputs, record, landslide=landslide),
        water_m3=water,
        water_m=depth,
        dam_m=dam,
        crest_m=crest or _CREST_BY_HEIGHT * depth,
        told=frozenset(told),
        record=record,
        crest_assumed=crest is None,
        supposed=bool(supposed),
    )


def _record(case: Case, ground: Ground) -> Facility | None:
    """The nearest reservoir or dam within `RECORD_M`."""
    near = [
        (distance_m(case.lon, case.lat, f.lon, f.lat), f.id, f)
        for f in ground.facilities
        if f.kind in ("reservoir", "dam")
    ]
    near = [one for one in near if one[0] <= RECORD_M]
    return min(near, key=lambda one: one[:2])[2] if near else None


def _number(record: Facility | None, names: tuple[tuple[str, float], ...]) -> float | None:
    if record is None:
        return None
    for name, scale in names:
        value = record.properties.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value) * scale
    return None


def _mode(inputs: Inputs, record: Facility | None, *, landslide: bool) -> Mode:
    if landslide:
        return "overtopping"
    told = inputs.choice("mode")
    if told == "piping" or told == "instantaneous" or told == "overtopping":
        return told
    kind = str(record.properties.get("dam_type", "")) if record is not None else ""
    return "instantaneous" if any(word in kind.lower() for word in _CONCRETE) else "overtopping"


# --- in words ---------------------------------------------------------------------------------------------------------


def source_notes(dam: Dam, *, landslide: bool, mode_told: bool) -> tuple[Note, ...]:
    """What the flood is made from, and what other formulas say of it."""
    peak, water = dam.at_medians()
    found = [
        Note(
            "if_it_fails", f"假设溃坝：下泄 {water / 1e6:.3g} 百万立方米、水深 {dam.water_m:.0f} 米，坝址洪峰约 {peak:,.0f} 立方米/秒。",
            f"If it fails: {water / 1e6:.3g} million m³ from a depth of {dam.water_m:.0f} m, about {peak:,.0f} m³/s at the dam.",
        )
    ]  # fmt: skip
    if dam.record is not None and not {"water_million_m3", "water_height_m"} <= dam.told:
        found.append(
            Note(
                "record", f"库容或坝高取自 {RECORD_M:.0f} 米内的“{dam.record.name_zh}”台账（按满库），实际蓄水以现场为准。",
                f"Volume or height are from the record of {dam.record.name_en}, within {RECORD_M:.0f} m, taken as full; the real level decides.",
            )
        )  # fmt: skip
    if not {"water_height_m"} <= dam.told:
        found.append(
            Note(
                "full",
                "溃口底以上水深按坝高（满库、溃到坝底）。",
                "The depth is taken as the dam's height: full, breached to its foot.",
            )
        )
    if not landslide and not mode_told:
        zh = {"instantaneous": "瞬时全溃（混凝土坝）", "overtopping": "漫顶溃决", "piping": "管涌"}[dam.mode]
        found.append(
            Note("mode", f"溃决方式未报告，按坝型取{zh}。", f"How it fails is not told: {dam.mode}, by the dam's type.")
        )
    if dam.mode == "instantaneous" and dam.crest_assumed:
        found.append(
            Note(
                "crest",
                f"坝顶长未知，按坝高的 {_CREST_BY_HEIGHT:g} 倍。",
                f"The crest's length is not known: {_CREST_BY_HEIGHT:g} times the height.",
            )
        )
    found += _opinions(dam, landslide=landslide)
    if dam.mode != "instantaneous":
        found.append(_breach(dam))
    return tuple(found)


def _opinions(dam: Dam, *, landslide: bool) -> list[Note]:
    laws = LANDSLIDE if landslide else EMBANKMENT
    told = second_opinions(
        laws, Reservoir(*(np.asarray([v]) for v in (dam.water_m3, dam.water_m, dam.water_m3, dam.dam_m)))
    )
    text = "；".join(
        f"{law.name} {told[law.key][0]:,.0f}（{told[law.key][1]:,.0f}–{told[law.key][2]:,.0f}）" for law in laws
    )
    english = "; ".join(
        f"{law.name} {told[law.key][0]:,.0f} ({told[law.key][1]:,.0f} to {told[law.key][2]:,.0f})" for law in laws
    )
    used = "瞬时全溃公式" if dam.mode == "instantaneous" else dam.law.name
    used_en = "the formula for a dam gone at once" if dam.mode == "instantaneous" else dam.law.name
    return [
        Note(
            "second_opinions", f"各式坝址洪峰及 95% 区间（立方米/秒）：{text}。采用：{used}。",
            f"Peaks at the dam by formula with their 95 % intervals (m³/s): {english}. Used: {used_en}.",
        )
    ]  # fmt: skip


def _breach(dam: Dam) -> Note:
    water, height = np.asarray([dam.water_m3]), np.asarray([dam.dam_m])
    over = dam.mode == "overtopping"
    widths = [float(f(water, height, overtopping=over)[0]) for f in (breach_width_1995b_m, breach_width_2008_m)]
    hours = [float(f(water, height)[0]) for f in (breach_time_1995b_h, breach_time_2008_h)]
    low, high = min(hours), max(hours)
    return Note(
        "breach", f"溃口平均宽约 {min(widths):.0f}–{max(widths):.0f} 米，形成历时约 {low:.1f}–{high:.1f} 小时（Froehlich 1995b、2008）。",
        f"A breach {min(widths):.0f} to {max(widths):.0f} m wide opens in {low:.1f} to {high:.1f} h (Froehlich 1995b, 2008).",
    )  # fmt: skip
