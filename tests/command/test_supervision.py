"""Supervision's figures: nothing to measure is not zero, medians are times that somebody took, lights are those of the rules."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from command.orders.clock import shifted
from command.rulebook import RulesTrouble
from command.supervision import rules as rules_module
from command.supervision.rules import CAUSES, METRICS, supervision_rules
from command.supervision.supervision import (
    Filter,
    Line,
    board_object,
    distribution,
    distributions,
    line_object,
    rate,
    standing_of,
    total,
)
from tests.command.made import T0
from tests.command.made import task as order

EDGES = (2.0, 5.0)


def test_nothing_to_measure_is_null_and_no_share_of_zero() -> None:
    assert rate(0, 0) == {"n": 0, "of": 0, "share": None}
    assert rate(0, 4)["share"] == 0.0
    assert distribution([], EDGES) == {"n": 0, "median_s": None, "p90_s": None, "max_s": None, "bars": [0, 0, 0]}
    empty = line_object(Line())
    assert (empty["sign"], empty["sign_time"]) == (rate(0, 0), distribution([], supervision_rules().bars.sign))


@given(st.lists(st.integers(0, 2_000), min_size=1, max_size=60))
def test_a_distribution_loses_nobody_and_names_times_that_were_taken(seconds: list[int]) -> None:
    told: Any = distribution(seconds, EDGES)
    assert sum(told["bars"]) == told["n"] == len(seconds)
    assert told["bars"][0] == sum(one <= 120 for one in seconds)
    assert told["bars"][2] == sum(one > 300 for one in seconds)
    assert {told["median_s"], told["p90_s"], told["max_s"]} <= set(seconds)
    assert sum(one <= told["median_s"] for one in seconds) * 2 >= len(seconds)
    assert told["median_s"] <= told["p90_s"] <= told["max_s"] == max(seconds)


@given(st.lists(st.lists(st.integers(-50, 2_000), max_size=20), max_size=8))
def test_distributions_reckoned_together_keep_apart(parts: list[list[int]]) -> None:
    assert distributions(parts, EDGES) == [distribution(part, EDGES) for part in parts]
    for part, told in zip(parts, distributions(parts, EDGES), strict=True):
        ranked = sorted(part)
        assert told["median_s"] == (ranked[(len(part) + 1) // 2 - 1] if part else None)
        assert told["bars"] == [
            sum(low < x <= high for x in part) for low, high in ((-99, 120), (120, 300), (300, 9_999))
        ]


def test_lines_add_up_and_those_that_need_attention_come_first() -> None:
    calm = Line(open={"normal": 9}, received=9, sign_time=np.array([60, 120]), causes={"task_sign_soon": 1})
    late = Line(
        open={"overdue": 1}, received=1, sign_time=np.array([600]), causes={"task_sign_soon": 2}, signed_in_time=1
    )
    both = total([calm, late])
    assert (both.received, both.open, both.signed_in_time) == (10, {"normal": 9, "overdue": 1}, 1)
    assert sorted(both.sign_time) == [60, 120, 600]
    assert both.causes == {"task_sign_soon": 3}
    board: Any = board_object({"A": calm, "B": late}, Filter(), T0, sees="all", instructions=None, incidents=None)
    assert [one["department"] for one in board["departments"]] == ["B", "A"]


def test_an_order_stands_by_its_tightest_clock() -> None:
    task = order()
    signing = task.sign_due - task.due_from
    for share, standing in ((0.1, "normal"), (0.7, "attention"), (0.9, "warning"), (1.0, "overdue"), (2.0, "severe")):
        assert standing_of(task, task.due_from + signing * share) == standing
    assert standing_of(task, T0 + timedelta(days=1), is_open=False) == "stopped"
    assert standing_of(replace(task, state="waiting"), T0) == "waiting"
    assert standing_of(replace(task, state="signed", pause={"since": "", "until": ""}), T0) == "paused"


def test_a_pause_makes_no_late_signature_timely() -> None:
    late = order(state="signed", signed_at=T0 + timedelta(hours=2))
    assert late.signed_at is not None
    assert shifted(late, timedelta(days=1)).sign_due == late.sign_due < late.signed_at
    unsigned = order()
    assert shifted(unsigned, timedelta(minutes=5)).sign_due == unsigned.sign_due + timedelta(minutes=5)


def test_the_rules_name_what_is_reckoned_and_every_cause(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = supervision_rules()
    assert {metric.key for metric in rules.metrics} == METRICS
    assert set(rules.causes) >= CAUSES
    text = (rules_module.RULES / "supervision.yaml").read_text("utf-8")
    changes: tuple[tuple[Callable[[dict[str, Any]], object], str], ...] = (
        (lambda d: d["metrics"][0].update(key="charm"), "charm"),
        (lambda d: d["bars"].update(sign=[5.0, 2.0]), "bars.sign"),
        (lambda d: d["causes"].pop("task_due_soon"), "task_due_soon"),
        (lambda d: d["metrics"].append(d["metrics"][0]), "twice"),
    )
    for change, said in changes:
        content = yaml.safe_load(text)
        change(content)
        (tmp_path / "supervision.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), "utf-8")
        monkeypatch.setattr(rules_module, "RULES", tmp_path)
        with pytest.raises(RulesTrouble, match=said):
            supervision_rules.__wrapped__()
