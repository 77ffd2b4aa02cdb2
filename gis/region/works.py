"""Generated works: reservoirs, dams, airports, ports and hazardous sites. Each tells what in it is known and what is made up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gis.region.facts import RegionFacts
from gis.region.lakes import Lake, dam_lake
from gis.region.model import Facility
from gis.region.names import NameMaker, spelled
from gis.region.rivers import Course
from gis.region.services import seat_of
from gis.region.siting import Sites
from spine.canonical import Json


@dataclass(frozen=True, slots=True)
class HazardKind:
    """A kind of hazardous site: where it occurs (share of townships, at seats only), its substance and usual quantity."""

    key: str
    zh: str
    en: str
    substance_zh: str
    substance_en: str
    tonnes: tuple[float, float]
    levels: tuple[int | None, ...]  # of a major hazard installation, GB 18218
    counties: tuple[str, ...] | None = None  # None: every county
    distance_km: tuple[float, float] = (0.8, 2.6)


_SUGAR = ("530921", "530922", "530923", "530924", "530925", "530926", "530927")
HAZARDS: tuple[HazardKind, ...] = (
    HazardKind("lpg_station", "液化石油气储配站", "LPG Station", "液化石油气", "liquefied petroleum gas", (40, 180), (4, 3, None)),
    HazardKind("cng_station", "压缩天然气加气站", "CNG Station", "天然气", "natural gas", (1, 6), (None,), ("530902", "530922", "530926")),
    HazardKind("fuel_depot", "油库", "Fuel Depot", "汽油、柴油", "petrol and diesel", (300, 4200), (4, 3, None)),
    HazardKind("waterworks_chlorine", "自来水厂加氯间", "Waterworks Chlorine Room", "液氯", "chlorine", (0.5, 3), (None, 4)),
    HazardKind("ammonia_cold_store", "涉氨冷库", "Ammonia Cold Store", "液氨", "ammonia", (2, 14), (None, 4)),
    HazardKind("sugar_mill", "糖厂", "Sugar Mill", "蔗渣、锅炉蒸汽", "bagasse and boiler steam", (2000, 30000), (None,), _SUGAR, (1.2, 4.0)),
    HazardKind("alcohol_plant", "酒精厂", "Alcohol Plant", "乙醇", "ethanol", (200, 1500), (4, 3), ("530923", "530926", "530927"), (1.2, 4.0)),
    HazardKind("rubber_plant", "橡胶加工厂", "Rubber Plant", "氨水、甲酸", "aqueous ammonia and formic acid", (4, 30), (None,), ("530924", "530926", "530927"), (1.2, 4.0)),
    HazardKind("germanium_smelter", "锗冶炼厂", "Germanium Smelter", "氯气、盐酸", "chlorine and hydrochloric acid", (5, 40), (3,), ("530902",), (2.0, 5.0)),
    HazardKind("tailings_pond", "尾矿库", "Tailings Pond", "尾砂", "tailings", (200000, 1900000), (None,), ("530902", "530922", "530923", "530924", "530927"), (3.0, 7.0)),
    HazardKind("explosive_depot", "民用爆炸物品储存库", "Civil Explosives Depot", "乳化炸药、雷管", "emulsion explosive and detonators", (5, 60), (3, 4), None, (3.0, 6.5)),
    HazardKind("fireworks_store", "烟花爆竹批发仓库", "Fireworks Store", "烟花爆竹", "fireworks", (4, 40), (4, None), None, (2.0, 5.0)),
)  # fmt: skip


def _reservoirs(sites: Sites, lakes: list[Lake]) -> list[Facility]:
    found: list[Facility] = []
    for lake in lakes:
        area_code = sites.township_at(lake.dam)
        if area_code is None:
            continue
        height = round(16 + 46 * float(sites.rng.random()), 1)
        storage = round(lake.area_km2 * height * 0.36, 2)
        normal = sites.elevation_m(lake.dam) + height * 0.82
        properties: dict[str, Json] = {
            "storage_million_m3": storage,
            "dam_type": ("土石坝", "均质土坝", "面板堆石坝")[int(sites.rng.integers(3))],
            "dam_height_m": height,
            "normal_level_m": round(normal, 1),
            "flood_limit_level_m": round(normal - 1.5 - 3 * float(sites.rng.random()), 1),
            "level_m": None,
            "lake_area_km2": round(lake.area_km2, 2),
            "name_mark": lake.name_mark,
        }
        found.append(
            sites.facility("reservoir", lake.name_zh, lake.name_en, lake.dam, area_code, properties, area=lake.shape)
        )
    return found


def _dams(facts: RegionFacts, sites: Sites, courses: list[Course], seed: int) -> list[Facility]:
    found: list[Facility] = []
    for dam in facts.dams:
        lake, area_km2 = dam_lake(courses, dam, seed)
        properties: dict[str, Json] = {
            "capacity_mw": dam["capacity_mw"], "dam_height_m": dam["height_m"], "dam_type": dam["dam_type"], "river": dam["river"],
            "storage_million_m3": dam["storage_million_m3"], "lake_area_km2": round(area_km2, 1), "lake_mark": "I",
            "lake_zh": dam["name_zh"].replace("水电站", "水库"), "lake_en": dam["name_en"].replace("Hydropower Station", "Reservoir"),
        }  # fmt: skip
        at = (float(dam["lon"]), float(dam["lat"]))
        found.append(
            sites.facility("dam", dam["name_zh"], dam["name_en"], at, dam["area_code"], properties, dam["mark"], lake)
        )
    return found


def _points(sites: Sites, kind: str, rows: tuple[Mapping[str, Any], ...]) -> list[Facility]:
    return [
        sites.facility(
            kind, row["name_zh"], row["name_en"], (row["lon"], row["lat"]), row["area_code"],
            {"iata": row["code"]} if "code" in row else {}, row["mark"],
        )
        for row in rows
    ]  # fmt: skip


def _hazardous_sites(facts: RegionFacts, sites: Sites, names: NameMaker) -> list[Facility]:
    found: list[Facility] = []
    for county in facts.counties:
        for hazard in HAZARDS:
            if hazard.counties is not None and county.code not in hazard.counties:
                continue
            towns = [seat_of(county)]
            if county.code == "530926" and hazard.key in ("sugar_mill", "lpg_station", "rubber_plant"):
                towns.append(next(t for t in county.townships if t.name_zh == "孟定镇"))
            for town in towns:
                least, most = hazard.tonnes
                quantity = least + (most - least) * float(sites.rng.random()) ** 1.5
                name = names.next()
                properties: dict[str, Json] = {
                    "hazard_kind": hazard.key, "hazard_kind_zh": hazard.zh, "hazard_kind_en": hazard.en,
                    "substance_zh": hazard.substance_zh, "substance_en": hazard.substance_en,
                    "quantity_t": round(quantity, 1) if quantity < 100 else round(quantity, -1),
                    "major_hazard_level": hazard.levels[int(sites.rng.integers(len(hazard.levels)))],
                }  # fmt: skip
                at = sites.near(town.code, *hazard.distance_km)
                name_zh, name_en = f"{name}{hazard.zh}", f"{spelled(name)} {hazard.en}"
                found.append(sites.facility("hazardous_site", name_zh, name_en, at, town.code, properties))
    return found


def place_works(
    facts: RegionFacts, sites: Sites, courses: list[Course], lakes: list[Lake], names: NameMaker, seed: int
) -> list[Facility]:
    return [
        *_dams(facts, sites, courses, seed),
        *_reservoirs(sites, lakes),
        *_points(sites, "airport", facts.airports),
        *_points(sites, "port", facts.ports),
        *_hazardous_sites(facts, sites, names),
    ]
