"""What each kind of traffic may do on the roads: which it may use, which way, and which turns it may not make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import yaml

from gis.roads.barriers import WHO, Who
from gis.roads.graph import RoadGraph
from gis.roads.snaps import Bools
from gis.roads.turns import Ban, TurnRow, Turns

Subject: TypeAlias = Literal["turn", "u_turn", "oneway"]
SUBJECTS: tuple[Subject, ...] = ("turn", "u_turn", "oneway")
_EXEMPT: dict[Who, frozenset[str]] = {
    "public": frozenset({"motorcar", "motor_vehicle", "vehicle"}),
    "rescue": frozenset({"emergency", "motorcar", "motor_vehicle", "vehicle"}),
}
"""OSM's `except` on a restriction: kinds of vehicle that it does not bind."""


@dataclass(frozen=True, slots=True)
class Rule:
    obeys: bool
    source: str
    source_en: str


Rules: TypeAlias = Mapping[Who, Mapping[Subject, Rule]]


@dataclass(frozen=True, slots=True)
class Permit:
    """For one kind of traffic. `open_edges` None: every road. `turns_known`: restrictions in the layer, `turns_obeyed`: of them."""

    open_edges: Bools | None
    oneway: Bools
    turns: Turns
    turns_known: int
    turns_obeyed: int

    def same_as(self, other: "Permit") -> bool:
        return (
            self.turns_obeyed == other.turns_obeyed == 0
            and self.open_edges is None
            and other.open_edges is None
            and bool((self.oneway == other.oneway).all())
        )


def read_rules(path: Path) -> Rules:
    """Raises ValueError, which names the entry that is wrong."""
    given: Any = yaml.safe_load(path.read_text("utf-8"))
    return {who: {subject: _rule(given, who, subject, path) for subject in SUBJECTS} for who in WHO}


def _rule(given: Any, who: Who, subject: Subject, path: Path) -> Rule:
    try:
        row = given[who][subject]
        rule = Rule(row["obeys"], row["source"], row["source_en"])
    except (KeyError, TypeError) as error:
        raise ValueError(f"{path.name}: {who}.{subject} needs obeys, source and source_en") from error
    if not isinstance(row["obeys"], bool) or not (rule.source and rule.source_en):
        raise ValueError(f"{path.name}: {who}.{subject}.obeys is true or false, and both sources are said")
    return rule


@cache
def house_rules() -> Rules:
    return read_rules(Path(__file__).with_name("profiles.yaml"))


def permit(graph: RoadGraph, turns: Sequence[TurnRow], who: Who, rules: Rules) -> Permit:
    open_edges = np.asarray([row.open_to in ("all", who) for row in graph.rows], dtype=np.bool_)
    oneway = graph.oneway
    if not rules[who]["oneway"].obeys:
        oneway = np.zeros_like(oneway)
    elif who == "rescue":
        oneway = oneway & ~np.asarray([row.rescue_both_ways for row in graph.rows], dtype=np.bool_)
    obeyed = [turn for turn in turns if _binds(turn, who, rules)]
    usable = Turns(graph, oneway, bans(graph, obeyed, open_edges, oneway))
    return Permit(None if bool(open_edges.all()) else open_edges, oneway, usable, len(turns), len(obeyed))


def _binds(turn: TurnRow, who: Who, rules: Rules) -> bool:
    subject: Subject = "u_turn" if turn.sign.endswith("u_turn") else "turn"
    return rules[who][subject].obeys and not _EXEMPT[who] & set(turn.excepts)


def bans(graph: RoadGraph, turns: Iterable[TurnRow], open_edges: Bools, oneway: Bools) -> list[Ban]:
    """Every single turn that must not be made; "only" forbids all others there.

    Whoever may not turn left must not drive on a little, turn round on the road and come back: on the roads that lead on from
    such a junction turning round at their other end is barred as well, unless they end there.
    """
    found: dict[Ban, None] = {}
    out = _Leaving(graph, open_edges, oneway)
    for turn in turns:
        come, node = graph.number_of.get(turn.from_edge), graph.node_number.get(turn.via_node)
        go = graph.number_of.get(turn.to_edge)
        if come is None or node is None or go is None or graph.start[come] == graph.end[come]:
            continue
        barred = {go} if turn.kind == "no" else set(out.of(node)) - {go}
        found.update(dict.fromkeys((come, node, edge) for edge in barred))
        if come == go:
            continue
        for edge in set(out.of(node)) - barred - {come}:
            far = int(graph.end[edge]) if int(graph.start[edge]) == node else int(graph.start[edge])
            if far != node and len(set(out.of(far)) - {edge}) > 0:
                found[(edge, far, edge)] = None
    return list(found)


class _Leaving:
    """The roads by which one may drive away from a junction."""

    def __init__(self, graph: RoadGraph, open_edges: Bools, oneway: Bools) -> None:
        self._ends = graph.edges_at()
        self._open, self._oneway, self._graph = open_edges, oneway, graph

    def of(self, node: int) -> list[int]:
        return [edge for edge, end in self._ends(node) if self._open[edge] and (end == 0 or not self._oneway[edge])]
