"""What the validator of plans knows beyond the shape (`rules/plan_checks.yaml`)."""

from dataclasses import dataclass
from functools import cache

from command.rulebook import STRICT, read_rules
from command.transitions import RULES


@dataclass(frozen=True, slots=True)
class NeverAutomatic:
    """A kind of task on which lives depend: neither the machine nor silence may decide it (invariant 16)."""

    __pydantic_config__ = STRICT
    key: str
    zh: str
    en: str
    words_zh: tuple[str, ...]
    words_en: tuple[str, ...]
    source: str

    def is_in(self, zh: str, en: str) -> bool:
        lower = en.lower()
        return any(word in zh for word in self.words_zh) or any(word in lower for word in self.words_en)


@dataclass(frozen=True, slots=True)
class PlanCheckRules:
    __pydantic_config__ = STRICT
    version: int
    never_automatic: tuple[NeverAutomatic, ...]
    most_minutes: int
    most_tasks: int
    most_triggers: int
    most_watch: int
    review_years: int


@cache
def plan_check_rules() -> PlanCheckRules:
    """Raises RulesTrouble."""
    return read_rules(RULES / "plan_checks.yaml", PlanCheckRules)
