"""What the validator of plans says: one finding a fault, in a planner's words, with the place in the plan that it is about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from spine.canonical import Json, JsonObject

Weight = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`field`: path into the plan's content, e.g. `tasks.3.owner`, so that an editor can say it beside the field.
    `code`: stable name of the kind of fault. An error keeps a plan from being reviewed; a warning asks the planner to look."""

    weight: Weight
    code: str
    field: str
    zh: str
    en: str

    def to_json(self) -> JsonObject:
        return {"weight": self.weight, "code": self.code, "field": self.field, "zh": self.zh, "en": self.en}


class Findings:
    """Gathers findings; all that is wrong is told at once."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def error(self, code: str, field: str, zh: str, en: str) -> None:
        self.found.append(Finding("error", code, field, zh, en))

    def warn(self, code: str, field: str, zh: str, en: str) -> None:
        self.found.append(Finding("warning", code, field, zh, en))


def errors_of(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(one for one in findings if one.weight == "error")


def findings_json(findings: Sequence[Finding]) -> Json:
    return [one.to_json() for one in findings]
