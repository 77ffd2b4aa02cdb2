"""The training region from its facts and a seed: pure, the same for the same seed, a few seconds on one core."""

from shapely import MultiLineString, Polygon

from gis.geodesic import area_km2
from gis.region.areas import Areas, cell_areas, outline_areas
from gis.region.facts import County, Population, RegionFacts, Township, read_facts
from gis.region.growth import divide
from gis.region.hillshade import draw_hillshade
from gis.region.lakes import dam_lake, draw_lakes
from gis.region.lines import finish_rivers, finish_roads
from gis.region.mesh import draw_outline, make_mesh
from gis.region.model import Place, Region, Summit
from gis.region.names import NameMaker, english_of, initials_of, pinyin_of, stem_and_rank
from gis.region.plane import geometry_to_plane, to_plane
from gis.region.rivers import draw_rivers
from gis.region.roads import lay_roads
from gis.region.services import people_of, place_services
from gis.region.siting import Sites
from gis.region.streams import draw_streams
from gis.region.terrain import Terrain, shape_terrain
from gis.region.works import place_works

DEFAULT_SEED = 5309


def _km2(area: Polygon) -> float:
    return round(area_km2(area), 1)


def _elevation(terrain: Terrain, at: tuple[float, float]) -> int:
    return round(float(terrain.at(to_plane([at]))[0]))


def _city(facts: RegionFacts, area: Polygon, terrain: Terrain) -> Place:
    city = facts.city
    lon, lat = (float(value) for value in city["seat"])
    people = city["population"]
    return Place(
        city["code"], None, "city", city["name_zh"], city["name_en"], city["name_zh"], city["name_en"], pinyin_of(city["name_zh"]),
        initials_of(city["name_zh"]), (), lon, lat, _elevation(terrain, (lon, lat)), area, _km2(area),
        Population(people["value"], people["year"], people["mark"]), "R",
    )  # fmt: skip


def _county(county: County, parent: str, area: Polygon, terrain: Terrain) -> Place:
    return Place(
        county.code, parent, "county", county.name_zh, county.name_en, county.short_zh, county.short_en, pinyin_of(county.short_zh),
        initials_of(county.short_zh), (), *county.seat, _elevation(terrain, county.seat), area, _km2(area),
        county.population, "R",
    )  # fmt: skip


def _township(township: Township, parent: County, area: Polygon, terrain: Terrain, people: int) -> Place:
    stem, rank, _ = stem_and_rank(township.name_zh)
    population = township.population or Population(people, parent.population.year, "I")
    return Place(
        township.code, parent.code, "township", township.name_zh, english_of(township.name_zh), stem + rank, english_of(stem + rank),
        pinyin_of(stem + rank), initials_of(stem + rank), township.other_codes, *township.at,
        _elevation(terrain, township.at), area, _km2(area), population, township.mark,
    )  # fmt: skip


def _places(facts: RegionFacts, areas: Areas, terrain: Terrain) -> tuple[Place, ...]:
    city = _city(facts, areas.city, terrain)
    people = people_of(facts)
    counties = [_county(c, city.code, area, terrain) for c, area in zip(facts.counties, areas.counties, strict=True)]
    parents = [county for county in facts.counties for _ in county.townships]
    townships = [
        _township(t, parent, area, terrain, people[t.code])
        for t, parent, area in zip(facts.townships, parents, areas.townships, strict=True)
    ]
    return (city, *counties, *townships)


def generate(seed: int = DEFAULT_SEED, facts: RegionFacts | None = None) -> Region:
    """Raises ValueError when this seed's noise makes a region that cannot be drawn soundly."""
    facts = facts or read_facts()
    courses = draw_rivers(facts, seed)
    terrain = shape_terrain(facts, courses, seed)
    outline = draw_outline(facts, courses, seed)
    mesh = make_mesh(facts, courses, terrain, outline, seed)
    _, township_of_cell = divide(facts, mesh, terrain, courses, cell_areas(mesh), seed)
    areas = outline_areas(facts, mesh, township_of_cell, MultiLineString(outline.border_rivers), seed)
    city_km = geometry_to_plane(areas.city)
    if not isinstance(city_km, Polygon):
        raise ValueError("the city's area is not one polygon")
    streams = draw_streams(terrain, courses, seed)
    ways, _ = lay_roads(facts, mesh, seed)
    nodes, edges = finish_roads(facts, mesh, ways, seed)
    names = NameMaker(seed, {stem_and_rank(t.name_zh)[0] for t in facts.townships})
    lakes = draw_lakes(facts, courses, streams, city_km, names, seed)
    water = [lake.shape for lake in lakes] + [dam_lake(courses, dam, seed)[0] for dam in facts.dams]
    sites = Sites(facts, areas, terrain, water, seed)
    facilities = [*place_services(facts, sites), *place_works(facts, sites, courses, lakes, names, seed)]
    return Region(
        seed=seed,
        source=facts.source,
        source_en=facts.source_en,
        date=facts.date,
        places=_places(facts, areas, terrain),
        facilities=tuple(facilities),
        rivers=tuple(finish_rivers(courses, streams, city_km)),
        road_nodes=tuple(nodes),
        road_edges=tuple(edges),
        summits=tuple(Summit(p.name_zh, p.name_en, *p.at, p.elevation_m, p.mark) for p in facts.peaks),
        hillshade=draw_hillshade(terrain, areas.city, seed),
    )
