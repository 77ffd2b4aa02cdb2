"""Who decides on what is proposed while a response runs, as the city wrote it down in `rules/proposals.yaml`."""

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from command.organisation.book import organisation
from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import LEVELS, RULES, Level

OfPlan = Literal["raise", "lower", "add_task", "move_unit", "extend_zone", "stand_down"]
OnTheSpot = Literal["replace_unit", "next_shelter"]
"""What no plan proposed: a unit is cut off, a shelter is full. They stand for the incident whatever its response is."""
Kind = OfPlan | OnTheSpot
KINDS: tuple[Kind, ...] = (*get_args(OfPlan), *get_args(OnTheSpot))
BY_PLAN = ("plan",)


@dataclass(frozen=True, slots=True)
class KindRule:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    posts: tuple[str, ...]
    minutes: int
    basis: Literal["sourced", "illustrative"]


@dataclass(frozen=True, slots=True)
class ProposalRules:
    __pydantic_config__ = STRICT
    version: int
    kinds: dict[Kind, KindRule]
    expected_hours: dict[Level, int]
    told_last: str


@cache
def proposal_rules() -> ProposalRules:
    """Raises RulesTrouble when a kind or a level is missing, a post does not exist, or no time is left to decide."""
    path = RULES / "proposals.yaml"
    found = read_rules(path, ProposalRules)
    posts = organisation().posts
    troubles: list[tuple[str, str]] = []
    for kind in KINDS:
        rule = found.kinds.get(kind)
        if rule is None:
            troubles.append((f"缺少建议类型“{kind}”。", f"Kind '{kind}' is missing."))
            continue
        for post in rule.posts if rule.posts != BY_PLAN else ():
            if post not in posts:
                troubles.append((f"“{rule.zh}”写了不存在的岗位“{post}”。", f"'{kind}' names no such post '{post}'."))
        if rule.posts == BY_PLAN and kind in get_args(OnTheSpot):
            troubles.append(
                (f"“{rule.zh}”不由预案提出，须写明岗位。", f"'{kind}' is not proposed by a plan: name posts.")
            )
        if rule.minutes <= 0 or not rule.posts:
            troubles.append((f"“{rule.zh}”须有岗位和时限。", f"'{kind}' needs posts and minutes."))
    if found.told_last not in posts:
        troubles.append((f"岗位“{found.told_last}”不存在。", f"No such post '{found.told_last}'."))
    troubles += [
        (f"缺少{level}级的预计期限。", f"expected_hours lacks level {level}.")
        for level in LEVELS
        if found.expected_hours.get(level, 0) <= 0
    ]
    if troubles:
        raise RulesTrouble(path, troubles)
    return found
