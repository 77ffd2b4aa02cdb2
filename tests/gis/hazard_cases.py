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
    "epidemic": (
        Example("dengue, nothing given", {}, class_key="ph.disease.class_b.dengue"),
        Example("a count of cholera cases", {"cases": 12}, worse={"cases": 40}, class_key="ph.disease.cholera"),
        Example(
            "an outbreak by day",
            {"daily_cases": [1, 0, 2, 1, 3, 2, 4, 5, 3, 6, 8, 7, 9, 12, 10, 14, 15, 13, 9, 6], "disease": "influenza"},
            worse={"reproduction_number": 2.5},
            class_key="ph.disease",
        ),
        Example("a wide outbreak", {"cases": 200, "radius_m": 40_000, "disease": "dengue"}, large=True),
    ),
    "poisoning": (
        Example("nothing given", {}),
        Example("a meal", {"poisoned": 30, "exposed_people": 120, "hours_since_exposure": 8}, worse={"poisoned": 60}),
        Example("mushrooms", {"cases": 6, "disease": "mushroom"}, worse={"cases": 12}, class_key="ph.food.food"),
        Example("a gassed workshop", {"poisoned": 9}, worse={"poisoned": 20}, class_key="ph.poison.occupational"),
    ),
    "crowd_crush": (
        Example("nothing given", {}),
        Example("a packed square", {"participants": 4000, "standing_area_m2": 900}, worse={"crush_density_m2": 10}),
        Example("people under a pile", {"caught_people": 60}, worse={"caught_people": 200}),
    ),
    "gathering": (
        Example("nothing given", {}),
        Example(
            "a gathering with exits",
            {"participants": 1500, "standing_area_m2": 600, "exit_width_m": 3, "exits": 2, "travel_m": 60},
            worse={"participants": 3000},
        ),
    ),
    "building_collapse": (
        Example("nothing given", {}),
        Example(
            "a block of flats",
            {"use": "dwelling", "structure": "rc", "floors": 6, "floor_area_m2": 300, "collapsed_share": 0.5},
            worse={"floors": 9},
        ),
        Example("known to be buried", {"trapped": 12}, worse={"trapped": 30}, class_key="ac.build.housing"),
    ),
    "building_fire": (
        Example("nothing given", {}),
        Example(
            "a hotel by night",
            {"use": "hotel", "floors": 8, "floor_area_m2": 600, "available_s": 240},
            worse={"available_s": 100},
        ),
        Example("people at the windows", {"trapped": 9}, worse={"trapped": 25}, class_key="ac.fire.public"),
    ),
    "mine": (
        Example(
            "gas", {"underground_people": 120, "out_people": 70, "accident": "gas"}, worse={"underground_people": 200}
        ),
        Example(
            "water", {"underground_people": 261, "out_people": 108}, worse={"out_people": 20}, class_key="ac.coal.water"
        ),
    ),
    "traffic": (
        Example("nothing given", {}),
        Example(
            "a coach in a ravine",
            {"vehicle": "coach", "crash": "plunge", "aboard_people": 38, "flow_per_h": 300},
            worse={"aboard_people": 55},
            class_key="ac.road.plunge",
        ),
        Example(
            "a tanker on its side",
            {"vehicle": "tanker", "load": "toxic"},
            worse={"vehicles": 3},
            class_key="ac.road.rollover",
        ),
    ),
    "wildfire": (
        Example("nothing given", {}, class_key="nd.fire.forest"),
        Example(
            "a dry afternoon",
            {
                "wind_ms": 5,
                "wind_from_deg": 225,
                "temperature_c": 28,
                "humidity_pct": 25,
                "fuel_model": "TL8",
                "burnt_ha": 20,
            },
            worse={"humidity_pct": 12, "burnt_ha": 60},
            class_key="nd.fire.forest",
        ),
        Example(
            "a grassland",
            {"wind_ms": 6, "wind_from_deg": 200, "humidity_pct": 30},
            worse={"temperature_c": 35},
            class_key="nd.fire.grass",
        ),
        Example(
            "a storm of fire",
            {
                "wind_ms": 12,
                "wind_from_deg": 225,
                "temperature_c": 34,
                "humidity_pct": 12,
                "fuel_model": "GS2",
                "burnt_ha": 1000,
            },
            class_key="nd.fire.forest",
            large=True,
        ),
    ),
    **{
        id_: (
            Example("nothing given", {}),
            Example("a level", {"stage_m": 3}, worse={"stage_m": 6}),
            Example("rain", {"rainfall_mm": 150, "rain_h": 3}, worse={"rainfall_mm": 300, "rain_h": 3}),
            Example("far", {"stage_m": 12, "reach_km": 10}, large=True),
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
    "toxic_release": (
        Example("nothing given", {}, class_key="ac.chem.leak"),
        Example(
            "a chlorine tanker",
            {"substance": "chlorine", "released_kg": 5000, "wind_ms": 3, "wind_from_deg": 270, "sky": "overcast"},
            worse={"released_kg": 20_000},
            class_key="ac.chem.leak",
        ),
        Example(
            "ammonia from a cold store",
            {"substance": "ammonia", "container": "tank", "release_kg_s": 1.5, "wind_ms": 2},
            worse={"release_kg_s": 6},
            class_key="ac.chem.leak",
        ),
        Example(
            "a vessel bursts in a calm",
            {"substance": "chlorine", "released_kg": 1000, "mode": "rupture", "wind_ms": 0},
            worse={"released_kg": 10_000},
            class_key="ac.chem.leak",
        ),
        Example("unknown cargo burning", {"substance": "lpg"}, class_key="ac.chem"),
        Example(
            "a rail car by night",
            {"substance": "chlorine", "container": "rail", "released_kg": 55_000, "wind_ms": 2, "wind_from_deg": 90},
            class_key="ac.chem.leak",
            large=True,
        ),
    ),
    "explosion": (
        Example("nothing given", {}, class_key="ac.chem.explosion"),
        Example(
            "a fireworks factory",
            {"substance": "fireworks", "mass_kg": 3000},
            worse={"mass_kg": 20_000},
            class_key="ac.firework.production",
        ),
        Example(
            "an LPG tanker burns",
            {"substance": "lpg", "mass_kg": 20_000},
            worse={"mass_kg": 50_000},
            class_key="ac.chem.fire",
        ),
        Example(
            "a boiler",
            {"vessel_mpa": 1.25, "vessel_m3": 10},
            worse={"vessel_m3": 40},
            class_key="ac.special.boiler.explosion",
        ),
        Example(
            "a store of ammonium nitrate",
            {"substance": "ammonium_nitrate", "mass_kg": 800_000},
            class_key="ac.chem.explosion",
            large=True,
        ),
    ),
}
