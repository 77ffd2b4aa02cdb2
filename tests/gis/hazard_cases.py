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
    "earthquake": (
        Example("a quick report", {"ms": 5.4}, worse={"ms": 5.9}),
        Example("strike known", {"ms": 6.3, "depth_km": 11, "rupture_azimuth_deg": 45}, worse={"ms": 6.8}),
        Example(
            "a great one",
            {"ms": 7.4, "rupture_azimuth_deg": 320, "rupture_length_km": 70},
            worse={"ms": 7.8},
            large=True,
        ),
    ),
    "landslide": (
        Example("nothing given", {}),
        Example(
            "a slide onto the road",
            {"volume_m3": 2e5, "fall_height_m": 150, "azimuth_deg": 90},
            worse={"volume_m3": 2e6},
            large=True,
        ),
        Example(
            "a debris flow",
            {"volume_m3": 5e4, "fall_height_m": 300, "azimuth_deg": 200},
            worse={"volume_m3": 5e5},
            class_key="nd.geo.debris_flow",
        ),
        Example(
            "a slope that threatens",
            {
                "state": "threat",
                "volume_m3": 1e5,
                "slope_deg": 34,
                "rainfall_mm": 120,
                "rain_duration_h": 24,
                "azimuth_deg": 45,
            },
        ),
    ),
    "area_security": (
        Example("a crowd", {"radius_m": 600}, worse={"radius_m": 900}),
        Example("far", {"radius_m": 30_000}, large=True),
    ),
}
