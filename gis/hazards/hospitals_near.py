"""Where the hurt can be taken: hospitals around the place, the nearest first, with what is known of their beds."""

import numpy as np

from gis.geodesic import bearings_and_km
from gis.hazards.ground import Ground
from gis.hazards.model import Case, Listed, ListedRow

WITHIN_KM = 60.0
_MOST = 8
_KINDS = ("hospital", "tcm_hospital", "clinic")


def hospitals_near(case: Case, ground: Ground) -> tuple[Listed, ...]:
    """By distance in a straight line (roads are not looked at); empty where none is known within reach."""
    known = [facility for facility in ground.facilities if facility.kind in _KINDS]
    if not known:
        return ()
    lon, lat = np.asarray([f.lon for f in known]), np.asarray([f.lat for f in known])
    km = bearings_and_km(case.lon, case.lat, lon, lat)[1]
    order = sorted((index for index in range(len(known)) if km[index] <= WITHIN_KM), key=lambda i: (km[i], known[i].id))
    rows: list[ListedRow] = []
    for index in order[:_MOST]:
        one, away = known[index], float(km[index])
        beds = one.properties.get("beds")
        counted = isinstance(beds, int | float) and not isinstance(beds, bool)
        zh = f"直线 {away:.1f} 公里，床位 {beds:g} 张" if counted else f"直线 {away:.1f} 公里，床位未知"
        en = (
            f"{away:.1f} km in a straight line, {beds:g} beds"
            if counted
            else f"{away:.1f} km in a straight line, beds not known"
        )
        rows.append(ListedRow(one.id, one.kind, one.name_zh, one.name_en, one.lon, one.lat, zh, en))
    return (Listed("hospitals", "可接收伤员的医院", "hospitals for the hurt", tuple(rows)),) if rows else ()
