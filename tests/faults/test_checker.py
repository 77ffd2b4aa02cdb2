"""The checker must notice: each thing that may go wrong is done to a clean run on purpose, and must be reported."""

import hashlib
import json
from dataclasses import dataclass, replace

import pytest

from tests.faults.checker import Acknowledgement, Checker, Connected, Followed, Pictured, Received, Report
from tests.faults.record import Position, Record, Recorded, make_record, recorded

EPOCH = "e1"
BOARD = "board"
COUNT = 6


def command(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def body(seq: int, of: int, text: str = "来电") -> str:
    content = {
        "op": "fact",
        "stream": BOARD,
        "seq": seq,
        "kind": "call.registered",
        "at": f"2026-03-01T10:12:{of:02d}Z",
        "command": command(of),
        "data": {"call": of, "text": text},
        "now": {"calls": {str(of): {"id": str(of), "text": text}}},
    }
    return json.dumps(content, ensure_ascii=False)


def record_of(bodies: dict[int, tuple[int, str]], by: str = "account:1") -> Record:
    """Facts of the board by seq: (number of the command, body), chained anew."""
    facts: dict[Position, Recorded] = {}
    hashed = bytes(32)
    for seq, (of, text) in sorted(bodies.items()):
        hashed = hashlib.sha256(hashed + text.encode()).digest()
        facts[BOARD, seq] = recorded(text, command(of), by, hashed)
    return make_record(EPOCH, facts, {fact.command: False for fact in facts.values()})


@dataclass
class Run:
    """Six commands on the board, acknowledged and seen by one desk that lost its connection after the third."""

    checker: Checker
    record: Record

    @classmethod
    def clean(cls) -> "Run":
        run = cls(Checker(), record_of({seq: (seq, body(seq, seq)) for seq in range(1, COUNT + 1)}))
        for seq in range(1, COUNT + 1):
            run.checker.sent.add(command(seq))
            run.checker.acknowledged(command(seq), 200, {"facts": [{"stream": BOARD, "seq": seq}]}, float(seq))
        journal = run.checker.journals.setdefault("desk", [])
        journal += [Connected(), Pictured(BOARD, EPOCH, 0, {}), Followed(BOARD, 0), live(0)]
        journal += [Received(body(seq, seq)) for seq in (1, 2, 3)]
        journal += [Connected(), Followed(BOARD, 3), *(Received(body(seq, seq)) for seq in (4, 5)), live(5)]
        journal += [Received(body(6, 6))]
        run.checker.followed_to_the_end.add("desk")
        run.checker.fresh[BOARD] = (COUNT, {"calls": {str(n): {"id": str(n), "text": "来电"} for n in range(1, 7)}})
        return run

    def judge(self) -> Report:
        return self.checker.judge(self.record)

    def index(self, seq: int) -> int:
        return self.checker.journals["desk"].index(Received(body(seq, seq)))


def live(seq: int) -> Received:
    return Received(json.dumps({"op": "live", "stream": BOARD, "seq": seq}))


@pytest.fixture
def run() -> Run:
    return Run.clean()


def test_a_clean_run_reports_nothing(run: Run) -> None:
    assert run.judge().clean, str(run.judge())


def test_asking_again_on_the_same_connection_is_no_repetition(run: Run) -> None:
    at = run.index(6)
    journal = run.checker.journals["desk"]
    journal[at:at] = [Followed(BOARD, 4), Received(body(5, 5)), live(5)]
    assert run.judge().clean, str(run.judge())


@pytest.mark.parametrize("seq", [2, 5, 6])
def test_a_frame_dropped_is_lost(run: Run, seq: int) -> None:
    del run.checker.journals["desk"][run.index(seq)]
    report = run.judge()
    assert any(f"never saw {BOARD} [{seq}]" in said for said in report.lost), str(report)
    assert report.differing


def test_a_frame_dropped_before_live_is_noticed_at_live(run: Run) -> None:
    del run.checker.journals["desk"][run.index(5)]
    assert any("live at 5" in said for said in run.judge().reordered)


@pytest.mark.parametrize("seq", [1, 3, 4, 6])
def test_a_frame_doubled_is_repeated(run: Run, seq: int) -> None:
    run.checker.journals["desk"].insert(run.index(seq) + 1, Received(body(seq, seq)))
    assert run.judge().repeated


def test_a_fact_that_is_in_the_snapshot_already_is_repeated(run: Run) -> None:
    run.checker.journals["desk"][:4] = [
        Connected(),
        Pictured(BOARD, EPOCH, 1, {"calls": {"1": {"id": "1", "text": "来电"}}}),
        Followed(BOARD, 1),
        live(1),
    ]
    assert run.judge().repeated


def test_a_fact_doubled_across_a_reconnect_is_repeated(run: Run) -> None:
    run.checker.journals["desk"].insert(run.index(4), Received(body(3, 3)))
    assert run.judge().repeated


@pytest.mark.parametrize("seq", [1, 2, 4, 5])
def test_two_frames_swapped_are_reordered(run: Run, seq: int) -> None:
    journal = run.checker.journals["desk"]
    first, second = run.index(seq), run.index(seq + 1)
    journal[first], journal[second] = journal[second], journal[first]
    assert run.judge().reordered


def test_a_frame_altered_is_invented(run: Run) -> None:
    run.checker.journals["desk"][run.index(4)] = Received(body(4, 4, "另一个来电"))
    report = run.judge()
    assert report.invented
    assert report.differing


def test_a_frame_spelled_differently_is_invented(run: Run) -> None:
    run.checker.journals["desk"][run.index(4)] = Received(body(4, 4) + " ")
    report = run.judge()
    assert report.invented
    assert not report.differing


def test_a_frame_that_is_not_in_the_record_is_invented(run: Run) -> None:
    run.checker.journals["desk"].append(Received(body(7, 7)))
    assert run.judge().invented


def test_an_acknowledgement_of_nothing_is_lost(run: Run) -> None:
    run.checker.acknowledgements.append(Acknowledgement(command(9), 200, ((BOARD, 9),), 9.0))
    assert any(command(9) in said for said in run.judge().lost)


def test_a_spooled_command_that_never_came_is_lost(run: Run) -> None:
    run.checker.acknowledgements.append(Acknowledgement(command(9), 202, (), 9.0))
    assert any(command(9) in said for said in run.judge().lost)


def test_an_acknowledged_position_of_another_command_is_invented(run: Run) -> None:
    said = run.checker.acknowledgements
    said[1], said[2] = replace(said[1], positions=said[2].positions), replace(said[2], positions=said[1].positions)
    assert run.judge().invented


def test_two_answers_that_differ_are_invented(run: Run) -> None:
    run.checker.acknowledgements.append(Acknowledgement(command(2), 200, ((BOARD, 3),), 9.0))
    assert any("two ways" in said for said in run.judge().invented)


def test_a_command_recorded_twice_is_repeated(run: Run) -> None:
    run.record = record_of({**{seq: (seq, body(seq, seq)) for seq in range(1, 7)}, 7: (3, body(7, 3))})
    assert any(f"command {command(3)} is recorded twice" in said for said in run.judge().repeated)


def test_a_command_recorded_at_two_times_is_repeated(run: Run) -> None:
    later = body(7, 3, "又一次").replace("10:12:03", "10:13:00")
    run.record = record_of({**{seq: (seq, body(seq, seq)) for seq in range(1, 7)}, 7: (3, later)})
    assert any("recorded twice" in said for said in run.judge().repeated)


def test_a_fact_taken_out_of_the_record_is_lost(run: Run) -> None:
    kept = {position: fact for position, fact in run.record.facts.items() if position != (BOARD, 4)}
    run.record = make_record(EPOCH, kept, run.record.receipts)
    report = run.judge()
    assert any(f"{BOARD} 4" in said for said in report.lost), str(report)


def test_the_record_cut_at_its_end_is_lost(run: Run) -> None:
    kept = {position: fact for position, fact in run.record.facts.items() if position[1] < COUNT}
    cut = make_record(EPOCH, kept, run.record.receipts)
    run.record = replace(cut, heads=run.record.heads)
    assert any("head of 6" in said for said in run.judge().lost)


def test_a_fact_altered_in_the_record_is_invented(run: Run) -> None:
    fact = run.record.facts[BOARD, 4]
    altered = recorded(body(4, 4, "改过"), fact.command, fact.by, fact.hash)
    run.record = replace(run.record, facts={**run.record.facts, (BOARD, 4): altered})
    report = run.judge()
    assert any("hash" in said for said in report.invented)
    assert any("desk: board 4" in said for said in report.invented)


def test_a_fact_that_nobody_asked_for_is_invented(run: Run) -> None:
    run.checker.sent.discard(command(5))
    assert any("nobody sent" in said for said in run.judge().invented)


def test_a_refused_command_in_the_record_is_invented(run: Run) -> None:
    run.checker.acknowledgements = [a for a in run.checker.acknowledgements if a.command != command(6)]
    run.checker.refused[command(6)] = 409
    assert any("was refused" in said for said in run.judge().invented)


def test_a_picture_that_differs_from_the_fresh_one_is_told(run: Run) -> None:
    run.checker.fresh[BOARD][1]["calls"]["2"]["text"] = "不同"
    assert run.judge().differing


def test_a_picture_left_in_an_earlier_epoch_is_told(run: Run) -> None:
    run.record = replace(run.record, epoch="e2")
    assert any("epoch" in said for said in run.judge().invented)
