"""What another level changes: added, re-timed, cancelled, kept, already given by another plan; and the stamp that names it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from command.orders.task import Task
from command.responses.difference import Difference, check_seen, difference, parts_to_cancel
from command.responses.response import Response
from command.transitions import Level
from incidents.incident import Incident
from spine.errors import Refused
from tests.command.made import T0, at, response, task
from tests.command.watched_plans import quake


def incident() -> Incident:
    given: dict[str, Any] = dict.fromkeys(Incident.__dataclass_fields__)
    given |= {
        "id": UUID(int=2), "no": "S1", "title": "地震", "class_key": "nd.quake.natural", "status": "open", "place": "某镇",
        "area_code": "530926", "occurred_at": T0, "opened_at": T0, "sensitive": False, "opened_by": {}, "tasks_open": 0,
        "tasks_closed": 0, "tasks_total": 0, "version": 1, "updated_at": T0,
    }  # fmt: skip
    return Incident(**given)


def order(number: int, code: str, **over: Any) -> Task:
    return task(id=UUID(int=100 + number), no=f"R{number}", code=code, response_id=UUID(int=3), title=code, **over)


def running(level: Level, *tasks: Task) -> Response:
    orders: dict[str, Any] = {
        str(one.code): {
            "task_id": str(one.id),
            "owner": one.department,
            "purpose": None,
            "title": one.title,
            "other": None,
        }
        for one in tasks
    }
    return response(level, state="active", decided={"level": level, "by": {}}, orders=orders)


def changes(
    now: Response, level: Level, *tasks: Task, minute: float = 5, others: tuple[Response, ...] = ()
) -> Difference:
    return difference(quake(), "530926", now, level, tasks, others, at(minute))


def whats(found: Difference) -> dict[str, str]:
    return {line.code: line.what for line in found.lines}


def test_raising_shortens_what_is_unsigned_and_leaves_what_is_late_late() -> None:
    fresh, late, signed = (
        order(1, "EQ-1"),
        order(2, "EQ-2", sign_due=at(4)),
        order(3, "EQ-3", state="signed", signed_at=at(2)),
    )
    found = changes(running("III", fresh, late, signed), "II", fresh, late, signed)
    assert whats(found) == {"EQ-1": "retimed", "EQ-2": "kept", "EQ-3": "kept", "EQ-4": "added", "EQ-5": "added"}
    assert next(line for line in found.lines if line.code == "EQ-1").sign_due == at(10)  # 5 minutes from now


def test_lowering_gives_the_lower_levels_time_but_never_less() -> None:
    one = order(1, "EQ-1", sign_due=at(6))
    found = changes(running("II", one), "III", one)
    assert next(line for line in found.lines if line.code == "EQ-1").sign_due == at(15)


@pytest.mark.parametrize(
    ("state", "signed", "what"),
    [
        ("issued", None, "cancelled"),
        ("waiting", None, "cancelled"),
        ("signed", at(1), "kept"),
        ("in_progress", None, "kept"),
        ("submitted", at(1), "kept"),
        ("returned", None, "kept"),
        ("closed", at(1), "kept"),
    ],
)
def test_only_what_has_not_begun_is_cancelled(state: str, signed: Any, what: str) -> None:
    one = order(1, "EQ-5", state=state, signed_at=signed)
    assert whats(changes(running("II", one), "III", one))["EQ-5"] == what


def test_an_order_with_a_part_that_has_begun_goes_on_and_else_its_parts_go_with_it() -> None:
    parent = order(1, "EQ-5", joint=True)
    part = replace(order(2, "x"), code=None, parent_id=parent.id)
    begun = replace(part, state="signed", signed_at=at(1))
    assert whats(changes(running("II", parent), "III", parent, begun))["EQ-5"] == "kept"
    found = changes(running("II", parent), "III", parent, part)
    (line,) = found.of("cancelled")
    assert parts_to_cancel(line, [parent, part]) == [part, parent]


def test_a_cancelled_order_is_given_again_and_a_hand_made_one_of_the_same_name_is_not_doubled() -> None:
    gone = order(1, "EQ-4", state="cancelled")
    assert whats(changes(running("III", gone), "II", gone))["EQ-4"] == "added"
    by_hand = task(id=UUID(int=200), title="抢通 道路", department="TRA")
    assert whats(changes(running("III"), "II", by_hand))["EQ-5"] == "elsewhere"
    finished = replace(by_hand, state="closed")
    assert whats(changes(running("III"), "II", finished))["EQ-5"] == "added"


def test_the_stamp_changes_when_what_would_be_done_does_and_not_with_the_time() -> None:
    one = order(1, "EQ-5")
    now = running("II", one)
    seen = changes(now, "III", one)
    assert changes(now, "III", one, minute=7).stamp == seen.stamp
    check_seen(seen.stamp, changes(now, "III", one, minute=7))
    signed = replace(one, state="signed", signed_at=at(6))
    with pytest.raises(Refused) as refused:
        check_seen(seen.stamp, changes(now, "III", signed))
    assert refused.value.code == "stale_version"
