"""The tables of requests and offers as the city wrote them down: states, steps, time to answer, who is asked next."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from command.organisation.book import Named, organisation
from command.organisation.stock_book import stock_book
from command.rulebook import STRICT, RulesTrouble, read_rules

_RULES = Path(__file__).parent.parent / "rules" / "request_transitions.yaml"

Priority = Literal["life", "urgent", "normal"]
StepName = Literal["commit", "withdraw", "deploy", "receive", "release", "return"]


@dataclass(frozen=True, slots=True)
class RequestState:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    open: bool
    to: frozenset[str]


@dataclass(frozen=True, slots=True)
class OfferState:
    """`live`: something of it is still promised, on its way, or not accounted for."""

    __pydantic_config__ = STRICT
    zh: str
    en: str
    live: bool


@dataclass(frozen=True, slots=True)
class OfferStep:
    __pydantic_config__ = STRICT
    zh: str
    en: str
    edxl: str
    by: Literal["asker", "owner"]
    moves: dict[str, str]
    reason: bool = False


@dataclass(frozen=True, slots=True)
class RequestRules:
    __pydantic_config__ = STRICT
    version: int
    source: str
    requests: dict[str, RequestState]
    offers: dict[str, OfferState]
    steps: dict[StepName, OfferStep]
    answer_minutes: dict[Priority, int]
    priorities: dict[Priority, Named]
    coordinator: str
    top: str
    told_posts: tuple[str, ...]
    use_hours: int
    basis: Literal["sourced", "illustrative"]


@cache
def request_rules() -> RequestRules:
    """Raises RulesTrouble when the file contradicts itself or names nobody."""
    found = read_rules(_RULES, RequestRules)
    troubles: list[tuple[str, str]] = []

    def need(known: bool, name: str, where: str) -> None:
        if not known:
            troubles.append((f"{where} 写的“{name}”不存在。", f"{where} names '{name}', which does not exist."))

    for name, state in found.requests.items():
        for after in state.to:
            need(after in found.requests, after, f"requests.{name}")
    for name, step in found.steps.items():
        for state_name in {*step.moves, *step.moves.values()}:
            need(state_name in found.offers, state_name, f"steps.{name}")
    need(found.coordinator in organisation().departments, found.coordinator, "coordinator")
    need(found.top in stock_book().parties, found.top, "top")
    for post in found.told_posts:
        need(post in organisation().posts, post, "told_posts")
    if set(found.answer_minutes) != set(found.priorities) or min(found.answer_minutes.values()) < 1:
        troubles.append(("每个优先级都要有答复时限。", "Every priority needs a time to answer."))
    if troubles:
        raise RulesTrouble(_RULES, troubles)
    return found


def next_party(last: str, asked: frozenset[str]) -> str | None:
    """Who is asked after `last`: its superior, the coordinator, the top; None when all of them have been."""
    rules, departments = request_rules(), organisation().departments
    department = departments.get(last)
    if department is None:
        chain = [rules.top]
    elif department.parent is None:
        chain = [rules.coordinator, rules.top]
    else:
        chain = [department.parent, rules.coordinator, rules.top]
    return next((party for party in chain if party not in asked), None)


def party_desk(party: str) -> str:
    """The department at whose desk a party is spoken for: its own, or that which speaks with an outside one."""
    outside = stock_book().parties.get(party)
    return party if outside is None else outside.desk


def party_words(party: str) -> tuple[str, str]:
    outside = stock_book().parties.get(party)
    if outside is not None:
        return outside.zh, outside.en
    department = organisation().departments.get(party)
    return (party, party) if department is None else (department.zh, department.en)
