"""Where things stand: near their township's place, inside its area, not in a lake."""

import numpy as np
from shapely import Point, Polygon, STRtree

from gis.region.areas import Areas
from gis.region.facts import LonLat, Mark, RegionFacts
from gis.region.model import Facility
from gis.region.names import initials_of, pinyin_of
from gis.region.plane import KM_PER_LAT, KM_PER_LON, to_plane
from gis.region.terrain import Terrain
from spine.canonical import Json

_TRIES = 60


class Sites:
    """Gives positions and township codes, and makes facilities with codes of their own."""

    def __init__(self, facts: RegionFacts, areas: Areas, terrain: Terrain, lakes: list[Polygon], seed: int) -> None:
        self.rng = np.random.default_rng([seed, 111])
        self._terrain = terrain
        self._townships = {t.code: (t, shape) for t, shape in zip(facts.townships, areas.townships, strict=True)}
        self._codes = [t.code for t in facts.townships]
        self._tree = STRtree(areas.townships)
        self._lakes = STRtree(lakes)
        self._used: dict[str, int] = {}

    def township_at(self, at: LonLat) -> str | None:
        found = self._tree.query(Point(at), predicate="intersects")
        return self._codes[int(found[0])] if len(found) else None

    def elevation_m(self, at: LonLat) -> int:
        return round(float(self._terrain.at(to_plane([at]))[0]))

    def near(self, township: str, least_km: float, most_km: float) -> LonLat:
        """A free spot between the two distances from the township's place."""
        fact, shape = self._townships[township]
        for _ in range(_TRIES):
            angle, distance = self.rng.random() * 2 * np.pi, least_km + (most_km - least_km) * self.rng.random()
            at = (
                round(fact.at[0] + float(np.cos(angle)) * distance / KM_PER_LON, 5),
                round(fact.at[1] + float(np.sin(angle)) * distance / KM_PER_LAT, 5),
            )
            spot = Point(at)
            if shape.contains(spot) and not len(self._lakes.query(spot, predicate="intersects")):
                return at
        return fact.at

    def facility(
        self,
        kind: str,
        name_zh: str,
        name_en: str,
        at: LonLat,
        area_code: str,
        properties: dict[str, Json],
        mark: Mark = "I",
        area: Polygon | None = None,
    ) -> Facility:
        key = f"{kind}-{area_code}"
        self._used[key] = number = self._used.get(key, 0) + 1
        return Facility(
            code=f"{key}-{number}",
            kind=kind,
            name_zh=name_zh,
            name_en=name_en,
            pinyin=pinyin_of(name_zh),
            initials=initials_of(name_zh),
            area_code=area_code,
            lon=float(at[0]),
            lat=float(at[1]),
            elevation_m=self.elevation_m(at),
            area=area,
            properties=properties,
            mark=mark,
        )
