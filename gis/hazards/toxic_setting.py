"""What is released into what air, at the medians of the inputs, with a note for everything that had to be assumed."""

from typing import Literal, cast

from gis.hazards.model import Case, Note
from gis.hazards.stability import Sky, pasquill_class
from gis.hazards.substances import Substance
from gis.hazards.toxic_cloud import Air, Release
from gis.hazards.toxic_guide import is_night
from gis.hazards.toxic_inputs import CAPACITY_KG, PARAMETERS


def release_of(case: Case, substance: Substance) -> tuple[Release, list[Note], float | None, bool]:
    """What is released at the medians; what was assumed; the container's size where it had to be; whether the rate is what is known."""
    inputs, notes = case.inputs, list[Note]()
    minutes = inputs.median("duration_min")
    burst = inputs.choice("mode") == "rupture"
    if inputs.is_known("release_kg_s") and not burst:
        rate = inputs.median("release_kg_s")
        if inputs.is_known("released_kg") and not inputs.is_given("duration_min"):
            minutes = max(inputs.median("released_kg") / rate / 60, 1.0)
            notes.append(
                Note(
                    "duration_from_rate",
                    f"泄漏持续按释放量除以速率：{minutes:.0f} 分钟。",
                    f"The duration is the mass over the rate: {minutes:.0f} min.",
                )
            )
        return Release(substance, rate * minutes * 60, minutes * 60), notes, None, True
    capacity: float | None = None
    if inputs.is_known("released_kg"):
        mass = inputs.median("released_kg")
    else:
        container = inputs.choice("container") or "truck"
        capacity, zh, en = CAPACITY_KG[container]
        mass = capacity * _parameter("released_share")
        notes.append(
            Note(
                "mass_assumed",
                f"释放量未给：{zh}，按泄出约一半估计（抽样 5%–100%）。",
                f"The mass is not given: {en}, about half of it is taken to get out (drawn from 5 % to 100 %).",
            )
        )
    return Release(substance, mass, 0.0 if burst else minutes * 60), notes, capacity, False


def _parameter(name: str) -> float:
    return next(one.dist.centre for one in PARAMETERS if one.name == name)


def air_of(case: Case) -> tuple[Air, list[Note]]:
    inputs = case.inputs
    wind, sky = inputs.median("wind_ms"), inputs.choice("sky")
    notes: list[Note] = []
    if sky is None:
        sky = "night_clear" if is_night(case) else "slight_sun"
        words = ("夜间晴", "a clear night") if is_night(case) else ("弱日照", "weak sun")
        notes.append(
            Note(
                "sky_assumed",
                f"天空状况未给：按{words[0]}（扩散较慢，偏保守）。",
                f"The sky is not given: {words[1]} is assumed, which spreads a cloud less.",
            )
        )
    stability = pasquill_class(wind, cast(Sky, sky))
    notes.append(
        Note(
            "stability",
            f"大气稳定度 {stability} 类（风速 {wind:.1f} m/s）。",
            f"Stability class {stability} (wind {wind:.1f} m/s).",
        )
    )
    terrain = cast(Literal["rural", "urban"], inputs.choice("terrain") or "rural")
    return Air(wind, stability, inputs.median("temperature_c") + 273.15, terrain), notes
