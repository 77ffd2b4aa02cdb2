"""Which step may follow which, for alerts, calls and incidents: read from `rules/transitions.yaml` (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import Field

from incidents.rule_file import RULES, BothLanguages, RuleModel, RuleTrouble, read_rules
from spine.canonical import JsonObject
from spine.errors import Refused


class _MoveEntry(RuleModel):
    from_: str = Field(alias="from")
    by: str
    to: str


class _MachineEntry(RuleModel):
    states: dict[str, BothLanguages]
    moves: tuple[_MoveEntry, ...]


class _TransitionsFile(RuleModel):
    version: int
    machines: dict[str, _MachineEntry]


@dataclass(frozen=True, slots=True)
class Machine:
    """The states of one kind of thing, in both languages, and what leads from one to the next."""

    name: str
    states: Mapping[str, BothLanguages]
    moves: Mapping[tuple[str, str], str]

    def may(self, state: str, by: str) -> bool:
        return (state, by) in self.moves

    def step(self, state: str, by: str, what_zh: str, what_en: str, field: str) -> str:
        """The state after `by`. Raises Refused `illegal_transition` naming the state the thing is in."""
        after = self.moves.get((state, by))
        if after is None:
            said = self.states[state]
            raise Refused(
                "illegal_transition",
                zh=f"{what_zh}目前为“{said.zh}”，不能再执行这一步。",
                en=f"The {what_en} is {said.en}; this step is not possible now.",
                field=field,
                status=409,
                state=state,
                action=by,
            )
        return after

    def to_json(self) -> JsonObject:
        return {
            "states": {key: {"zh": said.zh, "en": said.en} for key, said in self.states.items()},
            "moves": [{"from": state, "by": by, "to": to} for (state, by), to in self.moves.items()],
        }


def load_transitions(path: Path) -> dict[str, Machine]:
    """Raises RuleTrouble for a move between unknown states or two moves for one step."""
    machines: dict[str, Machine] = {}
    for name, entry in read_rules(path, _TransitionsFile).machines.items():
        moves: dict[tuple[str, str], str] = {}
        for move in entry.moves:
            if move.from_ not in entry.states or move.to not in entry.states:
                raise RuleTrouble(f"{path.name}: {name}: {move.from_} → {move.to}: unknown state")
            if moves.setdefault((move.from_, move.by), move.to) != move.to:
                raise RuleTrouble(f"{path.name}: {name}: two moves from {move.from_} by {move.by}")
        machines[name] = Machine(name, entry.states, moves)
    return machines


@cache
def transitions() -> Mapping[str, Machine]:
    """The transitions that are shipped: machines alert, call, incident."""
    return load_transitions(RULES / "transitions.yaml")
