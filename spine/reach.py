"""How far a person sees, as parameters for SQL: for lists and counts, where asking stream by stream would be too slow.

It says the same as `authority.grant_reaches` for the roles that may follow incidents and units (tests/web/test_ogc_reach.py
holds the two against each other).
"""

from dataclasses import dataclass
from typing import Any

from spine.authority import OVERSEERS
from spine.principal import CITY, Principal, Role


@dataclass(frozen=True, slots=True)
class Reach:
    """`areas`: prefixes of area codes that the person oversees ("" everything); the departments and units it acts for."""

    areas: tuple[str, ...]
    departments: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        return not (self.areas or self.departments or self.units)

    def parameters(self) -> dict[str, Any]:
        """For SQL that names `reach_areas`, `reach_departments`, `reach_units`, and `city`, the area of what has none."""
        return {
            "reach_areas": list(self.areas),
            "reach_departments": list(self.departments),
            "reach_units": list(self.units),
            "city": CITY,
        }


def reach_of(principal: Principal) -> Reach:
    areas = {"" if grant.role is Role.SYSTEM else grant.area for grant in principal.grants if grant.role in OVERSEERS}
    return Reach(tuple(sorted(areas)), tuple(sorted(principal.departments())), tuple(sorted(principal.units())))
