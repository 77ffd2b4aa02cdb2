"""A response: a plan proposes, a person decides, and both stay apart."""

from typing import Any

import pytest

from command.responses import response as rules
from command.responses.response import Response, Ruling
from spine.errors import Refused
from tests.command.made import act, response


def test_activation_keeps_what_was_suggested() -> None:
    active = rules.activate(response("III"), act(5), "III", Ruling(None, None))
    assert (active.state, active.level, active.suggested_level) == ("active", "III", "III")
    assert active.decided is not None
    assert active.decided["by"] == act(5).by
    assert active.version == 2


@pytest.mark.parametrize("level", ["I", "II", "IV"])
def test_another_level_than_the_suggested_one_needs_a_reason(level: Any) -> None:
    with pytest.raises(Refused) as refused:
        rules.activate(response("III"), act(5), level, Ruling(None, "  "))
    assert (refused.value.code, refused.value.field) == ("reason_required", "data.reason")
    changed = rules.activate(response("III"), act(5), level, Ruling(None, "专家会商意见"))
    assert (changed.level, changed.suggested_level) == (level, "III")


@pytest.mark.parametrize("state", ["proposed", "active", "ended", "declined"])
@pytest.mark.parametrize("action", ["activate", "decline", "end"])
def test_every_decision_in_every_state(state: str, action: str) -> None:
    subject = response("III", state=state)
    steps = {
        "activate": lambda: rules.activate(subject, act(5), "III", Ruling(None, None)),
        "decline": lambda: rules.decline(subject, act(5), "震级偏小，县级处置"),
        "end": lambda: rules.end(subject, act(5), "险情解除"),
    }
    allowed = {("proposed", "activate"): "active", ("proposed", "decline"): "declined", ("active", "end"): "ended"}
    if (state, action) in allowed:
        assert steps[action]().state == allowed[state, action]
        return
    with pytest.raises(Refused, match="response_transition"):
        steps[action]()


@pytest.mark.parametrize("reason", ["", " "])
def test_declining_and_ending_need_a_reason(reason: str) -> None:
    with pytest.raises(Refused, match="reason_required"):
        rules.decline(response(), act(5), reason)
    with pytest.raises(Refused, match="reason_required"):
        rules.end(response(state="active"), act(5), reason)


def test_a_declined_response_has_no_level_decided() -> None:
    declined = rules.decline(response("II"), act(5), "县级处置")
    assert declined.decided is not None
    assert declined.decided["level"] is None
    assert declined.level == "II"


def held(*states: tuple[str, str]) -> list[Response]:
    return [response(level, state=state) for level, state in states]


@pytest.mark.parametrize(
    ("before", "level", "machine", "person"),
    [
        ([], "III", True, True),
        ([("III", "proposed")], "III", False, False),
        ([("III", "proposed")], "II", True, True),
        ([("II", "active")], "III", False, False),
        ([("III", "active")], "II", False, False),
        ([("III", "declined")], "III", False, True),
        ([("II", "declined")], "III", False, True),
        ([("III", "declined")], "II", True, True),
        ([("III", "ended")], "III", False, True),
    ],
)
def test_what_may_be_proposed_beside_what_there_is(
    before: list[tuple[str, str]], level: Any, machine: bool, person: bool
) -> None:
    """The machine never repeats what people have decided, and nobody proposes less than what is in force."""
    for by_machine, may in ((True, machine), (False, person)):
        if may:
            rules.check_new(held(*before), level, by_machine=by_machine)
            continue
        with pytest.raises(Refused, match=r"already_proposed|response_active"):
            rules.check_new(held(*before), level, by_machine=by_machine)


def test_the_head_shows_the_highest_active_response() -> None:
    shown = rules.summary([*held(("III", "active"), ("I", "proposed")), *held(("II", "active"))])
    assert shown is not None
    assert (shown["level"], shown["state"]) == ("II", "active")


def test_the_head_shows_a_proposal_while_nothing_is_active_and_what_was_ended_last() -> None:
    shown = rules.summary(held(("III", "ended"), ("IV", "proposed")))
    assert shown is not None
    assert (shown["level"], shown["state"]) == ("IV", "proposed")
    ended = rules.summary(held(("III", "ended")))
    assert ended is not None
    assert ended["state"] == "ended"
    assert rules.summary([]) is None
