"""Examples of every hazard model: the contract tests, the bench and the documentation run the same ones. A new model adds its own here."""

from dataclasses import dataclass

from spine.canonical import Json


@dataclass(frozen=True, slots=True)
class Example:
    """`worse`: inputs that make it worse: the median of the primary outcome may not fall. `large`: for the bench, as far as it reaches."""

    name: str
    inputs: dict[str, Json]
    worse: dict[str, Json] | None = None
    class_key: str | None = None
    large: bool = False


EXAMPLES: dict[str, tuple[Example, ...]] = {
    "area": (
        Example("nothing given", {}),
        Example("a serious accident", {"radius_m": 1500, "severity": "serious"}, worse={"radius_m": 3000}),
        Example("far", {"radius_m": 30_000, "severity": "minor"}, large=True),
    ),
    "area_security": (
        Example("a crowd", {"radius_m": 600}, worse={"radius_m": 900}),
        Example("far", {"radius_m": 30_000}, large=True),
    ),
    **{
        id_: (
            Example("nothing given", {}),
            Example("a level", {"stage_m": 3}, worse={"stage_m": 6}),
            Example("rain", {"rainfall_mm": 150, "rain_h": 3}, worse={"rainfall_mm": 300, "rain_h": 3}),
            Example("far", {"stage_m": 12, "reach_km": 12}, large=True),
        )
        for id_ in ("flood_river", "flood_flash", "flood_urban")
    },
    "dam_break": (
        Example(
            "a small reservoir",
            {"water_million_m3": 2, "water_height_m": 18},
            worse={"water_million_m3": 8, "water_height_m": 30},
        ),
        Example("a concrete dam", {"water_million_m3": 20, "water_height_m": 40, "mode": "instantaneous"}),
        Example("far", {"water_million_m3": 300, "water_height_m": 80, "run_km": 40}, large=True),
    ),
    "landslide_dam_break": (
        Example(
            "a lake behind a landslide",
            {"water_million_m3": 5, "water_height_m": 30},
            worse={"water_million_m3": 20, "water_height_m": 50},
        ),
        Example("far", {"water_million_m3": 250, "water_height_m": 80, "run_km": 40}, large=True),
    ),
}
