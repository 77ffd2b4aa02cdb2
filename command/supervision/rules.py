"""What supervision shows and how each figure is reckoned (`rules/supervision.yaml`)."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from command.rulebook import STRICT, RulesTrouble, read_rules
from command.transitions import RULES, Basis, Words
from spine.canonical import JsonObject


@dataclass(frozen=True, slots=True)
class Metric:
    """`zh_how`, `en_how`: its formula in words. `zh_of`, `en_of`: what a rate is of; None: it is no rate."""

    __pydantic_config__ = STRICT
    key: str
    of: Literal["now", "period"]
    zh: str
    en: str
    zh_how: str
    en_how: str
    zh_of: str | None = None
    en_of: str | None = None


@dataclass(frozen=True, slots=True)
class NotMeasured:
    __pydantic_config__ = STRICT
    key: str
    zh: str
    en: str
    zh_why: str
    en_why: str


@dataclass(frozen=True, slots=True)
class PeriodPreset:
    """`days` back from now; None: everything."""

    __pydantic_config__ = STRICT
    key: str
    zh: str
    en: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Upper edges in minutes, rising; the last bar is open."""

    __pydantic_config__ = STRICT
    sign: tuple[float, ...]
    work: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SupervisionRules:
    __pydantic_config__ = STRICT
    version: int
    source: str
    basis: Basis
    metrics: tuple[Metric, ...]
    not_measured: tuple[NotMeasured, ...]
    periods: tuple[PeriodPreset, ...]
    bars: Bars
    causes: dict[str, Words]


_CLOCKS, _ENDS = ("task_sign", "task_step", "task_due"), ("soon", "overdue", "severe")
CAUSES = frozenset(f"{clock}_{end}" for clock in _CLOCKS for end in _ENDS)
"""Every cause that `task_escalation.cause_of` gives a card."""
METRICS = frozenset(
    {
        "open", "unsigned", "supervised", "received", "sign", "done", "sign_time", "done_time", "close_time", "arrive_time",
        "cards", "overdue", "returns", "send_backs", "pauses", "extensions", "urgings", "opinions", "instructions_closed",
        "instructions_answered", "first_report", "respond_time", "order_time", "warning_time",
    }
)  # fmt: skip
"""What is reckoned. A row of the file can be left out (it is not shown then); one that nobody reckons is a mistake."""


@cache
def supervision_rules() -> SupervisionRules:
    """Raises RulesTrouble when a metric is unknown, edges do not rise or a cause has no words."""
    path = RULES / "supervision.yaml"
    found = read_rules(path, SupervisionRules)
    troubles: list[tuple[str, str]] = []
    keys = [metric.key for metric in found.metrics]
    for key in sorted(set(keys) - METRICS):
        troubles.append((f"指标“{key}”没有算法。", f"Nobody reckons a metric '{key}'."))
    if len(keys) != len(set(keys)):
        troubles.append(("指标写了两次。", "A metric stands twice."))
    for name, edges in (("sign", found.bars.sign), ("work", found.bars.work)):
        if not edges or list(edges) != sorted(set(edges)) or edges[0] <= 0:
            troubles.append((f"分档 {name} 须为递增的正数。", f"bars.{name}: positive minutes that rise."))
    for code in sorted(CAUSES - set(found.causes)):
        troubles.append((f"原因“{code}”没有文字。", f"Cause '{code}' has no words."))
    if troubles:
        raise RulesTrouble(path, troubles)
    return found


def rules_object() -> JsonObject:
    """For screens: words and formulas of what is shown."""
    rules = supervision_rules()
    return {
        "source": rules.source,
        "basis": rules.basis,
        "metrics": [
            {
                "key": m.key, "of": m.of, "zh": m.zh, "en": m.en, "zh_how": m.zh_how, "en_how": m.en_how, "zh_of": m.zh_of,
                "en_of": m.en_of,
            }
            for m in rules.metrics
        ],
        "not_measured": [
            {"key": n.key, "zh": n.zh, "en": n.en, "zh_why": n.zh_why, "en_why": n.en_why} for n in rules.not_measured
        ],
        "periods": [{"key": p.key, "zh": p.zh, "en": p.en, "days": p.days} for p in rules.periods],
        "bars": {"sign": list(rules.bars.sign), "work": list(rules.bars.work)},
        "causes": {code: {"zh": words.zh, "en": words.en} for code, words in rules.causes.items()},
    }  # fmt: skip
