"""The area whose roads are better kept out of: what was drawn as the impact area, else the strongest zone of the live assessment."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from incidents.assessments import store as assessments
from incidents.assessments.assessment import LIVE
from incidents.incident import Incident
from spine.canonical import Json
from spine.db import Connection

_vector: Any = shapely  # its stubs leave the types of arrays open


async def hazard_of(
    conn: Connection, incident: Incident, *, drawn_first: bool = True
) -> tuple[BaseGeometry, str] | None:
    """(degrees, impact_area or the assessment's model), None where nobody has said. `drawn_first` False: the assessment's alone."""
    drawn = _shape(incident.impact_area) if drawn_first else None
    if drawn is not None:
        return drawn, "impact_area"
    answered, _ = (await assessments.newest(conn, incident.id, [LIVE])).get(LIVE, (None, None))
    if answered is None:
        return None
    footprint = strongest(await assessments.answer_of(conn, answered.id))
    return None if footprint is None else (footprint, f"{answered.model}@{answered.model_version}")


def strongest(answer: Mapping[str, Json] | None) -> BaseGeometry | None:
    """The footprint of the highest level; of several of the same level their union."""
    listed = (answer or {}).get("footprints")
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        return None
    rows = [row for row in listed if isinstance(row, Mapping) and row.get("geometry") is not None]
    if not rows:
        return None
    top = max(float(cast(float, row["level"])) for row in rows)
    shapes = [_shape(row["geometry"]) for row in rows if float(cast(float, row["level"])) == top]
    return cast(BaseGeometry, _vector.union_all([one for one in shapes if one is not None]))


def _shape(geometry: Json) -> BaseGeometry | None:
    if not isinstance(geometry, Mapping):
        return None
    found: BaseGeometry = _vector.make_valid(shape(cast(Any, geometry)))
    return None if found.is_empty else found
