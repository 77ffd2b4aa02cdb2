"""The roster made by turns, and what is wrong with a shift: pure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command.organisation.book import organisation
from command.roster.conflicts import Ground, conflicts
from command.roster.roster import Leave, Member, Plan, Shift, roster_day, rotation, slots, stand_ins
from command.roster.rules import HERE, read_roster_rules, roster_rules
from command.rulebook import RulesTrouble
from spine.clock import BEIJING

FIRST = date(2026, 12, 1)
AT = datetime(2026, 11, 27, tzinfo=UTC)
CITY_POSTS = ("duty_leader", "watch_commander", "primary", "secondary", "standby")


def member(key: str, *duties: str, **over: object) -> Member:
    held = Member(key, key, "", "值班员", "Duty officer", None, None, None, None, None, duties, None, None, 1)
    return replace(held, **over)  # pyright: ignore[reportArgumentType]


def everybody() -> list[Member]:
    return [member(p.id, *p.rota) for p in organisation().people]


def shift(person: str | None, hour: float = 0, length: float = 24, post: str = "primary", seat: int = 1) -> Shift:
    starts = datetime(2026, 12, 1, 8, 30, tzinfo=BEIJING) + timedelta(hours=hour)
    key = UUID(int=hash((person, hour, length, post, seat)) % 2**64)
    return Shift(key, post, seat, starts, starts + timedelta(hours=length), person, "hand", None, 1, AT)


def kinds(of: Shift, *others: Shift, leaves: tuple[Leave, ...] = (), people: list[Member] | None = None) -> set[str]:
    known = people or [member("a", "primary", "secondary", "standby"), member("b", "primary")]
    ground = Ground(roster_rules(), {}, {p.id: p for p in known}, leaves)
    return {one.kind for one in conflicts(ground, Plan([of, *others]), [of])}


def test_two_weeks_of_the_city_are_full_fair_and_without_a_conflict() -> None:
    people = everybody()
    wanted = slots(roster_rules(), CITY_POSTS, FIRST, 14)
    made = rotation(roster_rules(), people, (), (), wanted, AT)
    assert len(made) == len(wanted) == 14 * 5
    ground = Ground(roster_rules(), {}, {p.id: p for p in people}, ())
    assert [one for one in conflicts(ground, Plan(made), made) if one.severity == "refuse"] == []
    assert all(one.person_id is not None for one in made)
    hours = {p.id: sum(s.length.total_seconds() for s in made if s.person_id == p.id) for p in people}
    commanders = [hours[p.id] for p in people if "watch_commander" in p.duties]
    assert max(commanders) - min(commanders) <= 48 * 3600
    assert made == rotation(roster_rules(), people, (), (), wanted, AT)


def test_what_stands_is_kept_and_who_is_away_is_passed_over() -> None:
    people = everybody()
    wanted = slots(roster_rules(), ["watch_commander"], FIRST, 3)
    kept = shift("he-zhengping", post="watch_commander")
    away = Leave(UUID(int=1), "lu-minghua", kept.starts_at, kept.ends_at + timedelta(days=5), "annual", None, 1)
    made = rotation(roster_rules(), people, [kept], [away], wanted, AT)
    assert [one.starts_at for one in made] == [slot.starts_at for slot in wanted[1:]]
    assert "lu-minghua" not in {one.person_id for one in made}


def test_a_key_period_has_more_seats_and_a_shift_may_be_half_a_day() -> None:
    assert {s.seat for s in slots(roster_rules(), ["primary"], date(2026, 10, 1), 1)} == {1, 2}
    assert {s.seat for s in slots(roster_rules(), ["primary"], date(2026, 10, 8), 1)} == {1}
    halves = replace(roster_rules(), change_at_of={"primary": ("20:30", "08:30")})
    day = slots(halves, ["primary"], FIRST, 1)
    assert [(s.starts_at.hour, s.ends_at.hour) for s in day] == [(8, 20), (20, 8)]
    assert day[0].ends_at == day[1].starts_at


def test_the_day_of_the_roster_changes_at_half_past_eight() -> None:
    assert roster_day(roster_rules(), datetime(2026, 3, 1, 0, 29, tzinfo=UTC)) == date(2026, 2, 28)
    assert roster_day(roster_rules(), datetime(2026, 3, 1, 0, 30, tzinfo=UTC)) == date(2026, 3, 1)


def test_every_kind_of_conflict_is_found() -> None:
    assert kinds(shift("a")) == set()
    assert kinds(shift("a"), shift("a", post="secondary", hour=1)) == {"two_posts"}
    assert kinds(shift("a"), shift("b", hour=2)) == {"seat_taken"}
    assert kinds(shift("a"), shift("a", hour=24)) == {"no_rest"}
    assert kinds(shift("a"), shift("a", hour=36)) == set()
    assert kinds(shift("a"), shift("a", hour=24, post="standby")) == set()
    leave = Leave(UUID(int=1), "a", AT, AT + timedelta(days=30), "sick", None, 1)
    assert kinds(shift("a"), leaves=(leave,)) == {"on_leave"}
    assert kinds(shift("x")) == {"unknown_person"}
    assert kinds(shift("a"), people=[member("a", "primary", left_at=AT)]) == {"unknown_person"}
    assert kinds(shift("b", post="secondary")) == {"other_post"}
    assert kinds(shift("a", length=25)) == {"too_long"}
    assert kinds(shift(None)) == {"empty_seat"}
    assert kinds(shift(None, post="standby")) == set()
    assert kinds(shift(None, hour=24 * 31)) == {"empty_in_key_period"}


def test_who_stood_least_is_proposed_first() -> None:
    people = [member("a", "primary"), member("b", "primary"), member("c", "primary"), member("d", "secondary")]
    busy = [shift("b", hour=24 * 4), shift("a")]
    able = stand_ins(roster_rules(), people, Plan(busy), (), busy[1])
    assert [p.id for p in able] == ["c", "b"]


@given(
    duties=st.lists(st.sets(st.sampled_from(CITY_POSTS)), min_size=1, max_size=7),
    days=st.integers(1, 6),
    away=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(1, 3)), max_size=4),
)
def test_a_rotation_never_makes_what_a_rule_keeps_out(
    duties: list[set[str]], days: int, away: list[tuple[int, int, int]]
) -> None:
    people = [member(f"p{n}", *sorted(posts)) for n, posts in enumerate(duties)]
    begin = datetime(2026, 12, 1, tzinfo=BEIJING)
    leaves = [
        Leave(
            UUID(int=n), f"p{who}", begin + timedelta(days=day), begin + timedelta(days=day + length), "sick", None, 1
        )
        for n, (who, day, length) in enumerate(away)
    ]
    made = rotation(roster_rules(), people, (), leaves, slots(roster_rules(), CITY_POSTS, FIRST, days), AT)
    ground = Ground(roster_rules(), {}, {p.id: p for p in people}, leaves)
    assert [one for one in conflicts(ground, Plan(made), made) if one.severity == "refuse"] == []


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ('change_at: ["08:30"]', 'change_at: ["8.30"]', "8.30"),
        ('from: "10-01", to: "10-07"', 'from: "10-01", to: "2026-10-07"', "national_day"),
        ("  on_leave: refuse\n", "", "on_leave"),
        ("after_minutes: 45", "after_minutes: 10", "escalate"),
    ],
)
def test_a_slip_in_the_rules_is_named(tmp_path: Path, before: str, after: str, named: str) -> None:
    text = HERE.read_text("utf-8")
    path = tmp_path / "roster.yaml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    assert before in text
    with pytest.raises(RulesTrouble) as trouble:
        read_roster_rules(path)
    assert named in str(trouble.value)
