"""Turn restrictions of an OpenStreetMap extract: its relations, and what of them fits the graph that was cut from it.

Source: the OSM wiki's page "Relation:restriction". What is not understood or does not fit is counted by its reason, never guessed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from gis.roads.graph import EdgeRow
from gis.roads.turns import TurnRow
from spine.errors import Refused

_SIGN = re.compile(r"(no|only)_(left_turn|right_turn|straight_on|u_turn)|no_(entry|exit)")
_OURS = ("restriction", "restriction:motor_vehicle", "restriction:motorcar")
_AT_TIMES = ("day_on", "day_off", "hour_on", "hour_off")


@dataclass(frozen=True, slots=True)
class Restriction:
    """Ids of OSM's ways; `at`: the node in OSM's own ten-millionths of a degree."""

    sign: str
    excepts: tuple[str, ...]
    come: tuple[int, ...]
    go: tuple[int, ...]
    at: tuple[int, int]


def count(left_out: dict[str, int], why: str) -> None:
    left_out[why] = left_out.get(why, 0) + 1


def read_restrictions(path: Path, left_out: dict[str, int]) -> list[Restriction]:
    """Raises Refused `not_osm`. The whole file is read twice: for relations, and for the nodes that they name."""
    import osmium  # a C++ library; not needed before a file is read

    reader: Any = osmium
    found: list[tuple[str, tuple[str, ...], tuple[int, ...], tuple[int, ...], int]] = []
    try:
        for relation in reader.FileProcessor(str(path), reader.osm.RELATION):
            tags = {str(tag.k): str(tag.v) for tag in relation.tags}
            if not tags.get("type", "").startswith("restriction"):
                continue
            members = [(str(one.role), str(one.type), int(one.ref)) for one in relation.members]
            read = _read(tags, members, left_out)
            if read is not None:
                found.append(read)
        nodes = {via for *_, via in found}
        places: dict[int, tuple[int, int]] = {}
        if nodes:
            wanted = reader.filter.IdFilter(sorted(nodes)).enable_for(reader.osm.NODE)
            for node in reader.FileProcessor(str(path), reader.osm.NODE).with_filter(wanted):
                places[int(node.id)] = int(node.location.x), int(node.location.y)
    except RuntimeError as trouble:
        raise Refused(
            "not_osm",
            zh=f"{path.name} 中的转弯限制读不出来：{trouble}",
            en=f"The turn restrictions of {path.name} cannot be read: {trouble}",
            field="file",
        ) from trouble
    kept: list[Restriction] = []
    for sign, excepts, come, go, via in found:
        if via in places:
            kept.append(Restriction(sign, excepts, come, go, places[via]))
        else:
            count(left_out, "beyond the extract")
    return kept


def _read(
    tags: dict[str, str], members: Sequence[tuple[str, str, int]], left_out: dict[str, int]
) -> tuple[str, tuple[str, ...], tuple[int, ...], tuple[int, ...], int] | None:
    sign = next((tags[key] for key in _OURS if key in tags), None)
    if sign is None:
        others = [key for key in tags if key.startswith("restriction:")]
        conditional = any(key.endswith(":conditional") for key in others)
        count(left_out, "conditional" if conditional else "other vehicles" if others else "not understood")
        return None
    if any(key in tags for key in _AT_TIMES):
        count(left_out, "conditional")
        return None
    come, go = (
        tuple(ref for role, kind, ref in members if role == wanted and kind == "w") for wanted in ("from", "to")
    )
    via = [(kind, ref) for role, kind, ref in members if role == "via"]
    if _SIGN.fullmatch(sign) is None or not (come and go and via):
        count(left_out, "not understood")
        return None
    if len(via) != 1 or via[0][0] != "n":
        count(left_out, "by way of a road")
        return None
    excepts = tuple(part.strip() for part in tags.get("except", "").split(";") if part.strip())
    return sign, excepts, come, go, via[0][1]


def fit(
    restrictions: Sequence[Restriction],
    edges: Sequence[EdgeRow],
    way_of: Sequence[int],
    node_at: Callable[[tuple[int, int]], int | None],
    left_out: dict[str, int],
) -> list[TurnRow]:
    """Restrictions on the edges of the cut graph. `way_of`: the OSM id behind each edge; `node_at`: the junction there."""
    wanted = {way for one in restrictions for way in (*one.come, *one.go)}
    of_way: dict[int, list[EdgeRow]] = {}
    for edge, way in zip(edges, way_of, strict=True):
        if way in wanted:
            of_way.setdefault(way, []).append(edge)
    turns: list[TurnRow] = []
    for one in restrictions:
        node = node_at(one.at)
        if node is None:
            count(left_out, "beyond these roads")
            continue
        for come, go in product(one.come, one.go):
            ins = [edge for edge in of_way.get(come, ()) if _leads_to(edge, node)]
            outs = [edge for edge in of_way.get(go, ()) if _leads_from(edge, node)]
            if not ins or not outs:
                count(left_out, "beyond these roads")
            elif len(ins) > 1 or len(outs) > 1:
                count(left_out, "not clear which road")
            else:
                kind = "only" if one.sign.startswith("only_") else "no"
                turns.append(TurnRow(len(turns) + 1, ins[0].id, node, outs[0].id, kind, one.sign, one.excepts))
    return turns


def _leads_to(edge: EdgeRow, node: int) -> bool:
    return edge.to_node == node or (edge.from_node == node and (not edge.oneway or edge.rescue_both_ways))


def _leads_from(edge: EdgeRow, node: int) -> bool:
    return edge.from_node == node or (edge.to_node == node and (not edge.oneway or edge.rescue_both_ways))
