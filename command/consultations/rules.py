"""What several departments may be asked at once, and where silence may count: `rules/consultation_subjects.yaml`."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from command.organisation.book import organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import RULES

Mode = Literal["explicit", "tacit"]
COUNTY = "{county}"


@dataclass(frozen=True, slots=True)
class Subject:
    """`safety`: silence is never consent. `ask`, `lead`: codes; `{county}` is the incident's county."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    safety: bool
    mode: Mode
    ask: tuple[str, ...]
    lead: str
    minutes: int
    merge_minutes: int
    question_zh: str
    question_en: str
    basis: Literal["sourced", "customary", "illustrative"]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class ConsultationRules:
    __pydantic_config__ = STRICT
    version: int
    escalate_to: tuple[str, ...]
    escalate_minutes: int
    subjects: dict[str, Subject]


@cache
def consultation_rules() -> ConsultationRules:
    """Raises RulesTrouble for silence as consent where a life may depend on it, departments and posts that do not exist."""
    path = RULES / "consultation_subjects.yaml"
    found = read_rules(path, ConsultationRules)
    if troubles := check_rules(found):
        raise RulesTrouble(path, troubles)
    return found


def check_rules(found: ConsultationRules) -> list[tuple[str, str]]:
    """What is wrong, in a planner's words."""
    known = organisation()
    county = known.counties[0].code
    troubles: list[tuple[str, str]] = []
    if not found.escalate_to or found.escalate_minutes < 1:
        troubles.append(("须写明超时后报谁、多长时间。", "Say who is asked when somebody is silent, and how long."))
    for post in found.escalate_to:
        if post not in known.posts:
            troubles.append((f"没有“{post}”这个岗位。", f"There is no post '{post}'."))
    for key, subject in found.subjects.items():
        if subject.safety and subject.mode == "tacit":
            troubles.append(
                (
                    f"“{subject.zh}”关系人命，超时不能视为同意。",
                    f"'{subject.en}' may cost lives: silence cannot be agreement.",
                )
            )
        for code in (*subject.ask, subject.lead):
            if code.replace(COUNTY, county) not in known.departments:
                troubles.append((f"“{key}”写的部门“{code}”不存在。", f"'{key}' names '{code}', no such department."))
        if len(set(subject.ask)) != len(subject.ask) or not subject.ask:
            troubles.append((f"“{key}”须有征求部门且不重复。", f"'{key}' must ask somebody, each once."))
        if subject.minutes < 1 or subject.merge_minutes < 1:
            troubles.append((f"“{key}”的时限须为正数。", f"The minutes of '{key}' must be positive."))
    return troubles
