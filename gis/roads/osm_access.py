"""Who may drive on a way of OpenStreetMap, and in which direction, by its tags: the most specific tag counts.

Source: the OSM wiki's pages "Key:access" (hierarchy of land vehicles), "Key:oneway", "Key:emergency".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

_CLOSED = frozenset({"no", "private", "emergency", "bus", "psv", "agricultural", "forestry", "military"})
_OPEN_TO_RESCUE = frozenset({"yes", "designated", "official", "permissive"})
_FROM_GENERAL_TO_SPECIFIC = ("access", "vehicle", "motor_vehicle", "motorcar")
EMERGENCY_ONLY = frozenset({"service", "busway", "pedestrian", "track"})
"""Ways that are no street for everybody, but for rescue where they say `emergency=yes`."""


@dataclass(frozen=True, slots=True)
class Access:
    """`open_to` None: to nobody here. `backwards`: the one direction is against the way's own."""

    open_to: Literal["all", "rescue", "public"] | None
    oneway: bool
    backwards: bool
    rescue_both_ways: bool


def access_of(highway: str, tags: Mapping[str, str]) -> Access:
    public = highway not in EMERGENCY_ONLY
    if public:
        said = [tags[key] for key in _FROM_GENERAL_TO_SPECIFIC if key in tags]
        public = not said or said[-1] not in _CLOSED
    emergency = tags.get("emergency")
    rescue = public if emergency is None or emergency not in _OPEN_TO_RESCUE | {"no"} else emergency != "no"
    given = tags.get("oneway")
    oneway = given in ("yes", "true", "1", "-1") or (
        given is None and (tags.get("junction") == "roundabout" or highway == "motorway")
    )
    return Access(
        open_to="all" if public and rescue else "public" if public else "rescue" if rescue else None,
        oneway=oneway,
        backwards=given == "-1",
        rescue_both_ways=oneway and tags.get("oneway:emergency") == "no",
    )
