"""Generated public services: hospitals, schools, shelters, depots, fire stations. All marked I but the one real address."""

from gis.region.facts import County, RegionFacts, Township
from gis.region.model import Facility
from gis.region.names import spelled, stem_and_rank
from gis.region.siting import Sites
from spine.canonical import Json

_GOODS = (
    ("tents", 40, 900),
    ("quilts", 200, 5000),
    ("folding_beds", 60, 1600),
    ("generators", 2, 24),
    ("rice_kg", 800, 24000),
)
_SHELTERS_IN_SEAT = (
    ("中心广场", "Central Square", "室外", 9000),
    ("体育场", "Stadium", "室外", 16000),
    ("文化馆", "Cultural Hall", "室内", 3200),
)


def seat_of(county: County) -> Township:
    """The township in which the county's seat lies."""
    return min(county.townships, key=lambda t: (t.at[0] - county.seat[0]) ** 2 + (t.at[1] - county.seat[1]) ** 2)


def _english_county(county: County) -> str:
    return county.name_en.split(" ")[0].removesuffix(",")


def _people(county: County, township: Township) -> int:
    """Census figure, or an even share weighted towards the seat (illustrative)."""
    if township.population is not None:
        return township.population.value
    weights = {
        t.code: 3.2 if t is seat_of(county) else 1.6 if t.name_zh.endswith("镇") else 1.0 for t in county.townships
    }
    return round(county.population.value * weights[township.code] / sum(weights.values()))


def people_of(facts: RegionFacts) -> dict[str, int]:
    return {t.code: _people(county, t) for county in facts.counties for t in county.townships}


def _health(sites: Sites, county: County) -> list[Facility]:
    seat, zh, en = seat_of(county), county.short_zh, _english_county(county)
    rng = sites.rng

    def beds(least: int, most: int) -> int:
        return int(rng.integers(least // 10, most // 10)) * 10

    def care(level: str, count: int) -> dict[str, Json]:
        return {
            "level": level, "beds": count, "icu_beds": count // 40, "ambulances": max(count // 90, 1),
            "staff": round(count * 1.15),
        }  # fmt: skip

    def at_seat(kind: str, name_zh: str, name_en: str, properties: dict[str, Json]) -> Facility:
        return sites.facility(kind, name_zh, name_en, sites.near(seat.code, 0.35, 1.7), seat.code, properties)

    found = [
        at_seat("hospital", f"{zh}人民医院", f"{en} People's Hospital", care("二级甲等", beds(260, 600))),
        at_seat("tcm_hospital", f"{zh}中医医院", f"{en} Hospital of Chinese Medicine", care("二级", beds(120, 320))),
        at_seat(
            "cdc", f"{zh}疾病预防控制中心", f"{en} Centre for Disease Control", {"staff": int(rng.integers(28, 90))}
        ),
        at_seat(
            "blood_station", f"{zh}中心血库", f"{en} Blood Station", {"red_cells_units": int(rng.integers(40, 220))}
        ),
    ]
    for township in county.townships:
        if township is seat:
            continue
        stem, rank, _ = stem_and_rank(township.name_zh)
        small = beds(20, 100)
        found.append(
            sites.facility(
                "clinic", f"{stem}{rank}卫生院", f"{spelled(stem)} Health Centre", sites.near(township.code, 0.12, 0.8),
                township.code, {"beds": small, "ambulances": 1, "staff": round(small * 0.8)},
            )
        )  # fmt: skip
    return found


def _schools(sites: Sites, county: County, people: dict[str, int]) -> list[Facility]:
    seat, rng = seat_of(county), sites.rng
    found: list[Facility] = []

    def add(township: Township, name_zh: str, name_en: str, stage: str, pupils: float, reach: float) -> None:
        students = int(pupils * (0.8 + 0.4 * rng.random()))
        properties: dict[str, Json] = {
            "stage": stage,
            "students": students,
            "boarders": int(students * 0.55),
            "staff": students // 13,
        }
        at = sites.near(township.code, 0.15, reach)
        found.append(sites.facility("school", name_zh, name_en, at, township.code, properties))

    for township in county.townships:
        stem, _, _ = stem_and_rank(township.name_zh)
        here, name = people[township.code], spelled(stem)
        reach = 1.9 if township is seat else 0.9
        add(township, f"{stem}中心小学", f"{name} Central Primary School", "primary", min(here * 0.03, 1900), reach)
        add(township, f"{stem}中学", f"{name} Middle School", "junior", min(here * 0.026, 1800), reach)
    zh, en = county.short_zh, _english_county(county)
    add(seat, f"{zh}第一中学", f"{en} No. 1 High School", "senior", 2600, 2.2)
    add(seat, f"{zh}职业教育中心", f"{en} Vocational School", "vocational", 1700, 2.6)
    add(seat, f"{zh}幼儿园", f"{en} Kindergarten", "kindergarten", 420, 1.2)
    return found


def _shelters(sites: Sites, county: County) -> list[Facility]:
    seat, rng = seat_of(county), sites.rng
    found: list[Facility] = []

    def add(township: Township, name_zh: str, name_en: str, door: str, area: float, term: str) -> None:
        size = int(area * (0.7 + 0.6 * rng.random()) / 10) * 10
        properties: dict[str, Json] = {
            "shelter_kind": term, "indoor": door == "室内", "area_m2": size, "capacity": int(size / (3.0 if door == "室内" else 2.0)),
            "water": bool(rng.random() < 0.85), "power": bool(rng.random() < 0.8), "toilets": int(rng.integers(2, 20)),
            "medical": bool(rng.random() < 0.4),
        }  # fmt: skip
        at = sites.near(township.code, 0.15, 1.6 if township is seat else 0.9)
        found.append(sites.facility("shelter", name_zh, name_en, at, township.code, properties))

    zh, en = county.short_zh, _english_county(county)
    for place_zh, place_en, door, area in _SHELTERS_IN_SEAT:
        add(
            seat,
            f"{zh}{place_zh}避难场所",
            f"{en} {place_en} Shelter",
            door,
            area,
            "短期" if door == "室外" else "长期",
        )
    for township in county.townships:
        stem, _, _ = stem_and_rank(township.name_zh)
        add(township, f"{stem}文化活动场避难点", f"{spelled(stem)} Activity Yard Shelter", "室外", 2400, "紧急")
    return found


def _depots_and_stations(sites: Sites, county: County) -> list[Facility]:
    seat, rng, zh, en = seat_of(county), sites.rng, county.short_zh, _english_county(county)
    goods: dict[str, Json] = {name: int(rng.integers(least, most)) for name, least, most in _GOODS}
    found = [
        sites.facility(
            "depot", f"{zh}应急物资储备库", f"{en} Relief Goods Depot", sites.near(seat.code, 0.8, 2.6), seat.code,
            {"level": "县级", "area_m2": int(rng.integers(8, 40)) * 100, "stock": goods},
        ),
        _station(sites, seat, f"{zh}消防救援大队", f"{en} Fire and Rescue Brigade", 5),
    ]  # fmt: skip
    for township in county.townships:
        stem, rank, _ = stem_and_rank(township.name_zh)
        if rank == "镇" and township is not seat and rng.random() < 0.4:
            found.append(_station(sites, township, f"{stem}镇专职消防队", f"{spelled(stem)} Town Fire Team", 1))
    return found


def _station(sites: Sites, township: Township, zh: str, en: str, engines: int) -> Facility:
    count = engines + int(sites.rng.integers(0, 3))
    properties: dict[str, Json] = {"engines": count, "crew": count * 7}
    return sites.facility("fire_station", zh, en, sites.near(township.code, 0.3, 1.9), township.code, properties)


def place_services(facts: RegionFacts, sites: Sites) -> list[Facility]:
    people = people_of(facts)
    main = facts.hospital
    found = [
        sites.facility(
            "hospital", main["name_zh"], main["name_en"], (main["lon"], main["lat"]), main["area_code"],
            {"level": main["level"], "address_zh": main["address_zh"], "beds": None, "address_mark": "R"}, main["mark"],
        ),
        sites.facility(
            "depot", "临沧市应急物资储备中心", "Lincang Relief Goods Centre", sites.near("530902002", 1.0, 3.0), "530902002",
            {"level": "市级", "area_m2": 7600, "stock": {name: most for name, _, most in _GOODS}},
        ),
        _station(sites, seat_of(facts.counties[0]), "临沧市消防救援支队特勤站", "Lincang Special Fire and Rescue Station", 8),
    ]  # fmt: skip
    for county in facts.counties:
        found += _health(sites, county)
        found += _schools(sites, county, people)
        found += _shelters(sites, county)
        found += _depots_and_stations(sites, county)
    return found
