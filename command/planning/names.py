"""Whether the names in a plan are known: departments, posts, figures, kinds of resource."""

import re
from collections.abc import Mapping

from command.organisation.book import Named, Organisation
from command.organisation.stock_book import stock_book
from command.planning.findings import Findings
from incidents.metrics import metrics

_COUNTY = "{county}"


def known_metric(key: str) -> bool:
    return key in metrics().metrics or key in metrics().derived


def is_department(code: str, known: Organisation) -> bool:
    """A department's code, or one with {county} in place of a county's code."""
    if code in known.departments:
        return True
    pattern = re.escape(code).replace(re.escape(_COUNTY), r"\d{6}")
    return _COUNTY in code and any(re.fullmatch(pattern, name) for name in known.departments)


def check_department(code: str, known: Organisation, findings: Findings, field: str, zh: str, en: str) -> None:
    if not is_department(code, known):
        findings.error(
            "department_unknown", field, f"{zh}写了不存在的部门“{code}”。", f"{en} no such department '{code}'."
        )


def check_post(post: str, known: Organisation, findings: Findings, field: str, zh: str, en: str) -> None:
    """A post that is there and that somebody may hold: else nobody could ever decide."""
    found = known.posts.get(post)
    if found is None:
        findings.error("post_unknown", field, f"{zh}写了不存在的岗位“{post}”。", f"{en}: no such post '{post}'.")
    elif not found.holders:
        findings.error(
            "post_unheld",
            field,
            f"{zh}是岗位“{found.zh}”，但没有任何角色可以担任它：没有人能作这个决定。",
            f"{en}: the post '{found.en}' may be held by no role, so nobody could decide.",
        )


def resource_kinds(known: Organisation) -> frozenset[str]:
    """The capabilities and kinds of units that a task may ask for."""
    return frozenset(known.capabilities) | frozenset(known.kinds)


def resource_names(known: Organisation) -> Mapping[str, Named]:
    """Everything that a task may ask for with its names: capabilities and kinds of units, then items of stock.

    A lot in the database is always of an item in the stock catalogue, so the catalogue is all there is to ask for.
    """
    items = {code: Named(item.zh, item.en) for code, item in stock_book().items.items()}
    return {**items, **known.kinds, **known.capabilities}
