"""What is wrong with shifts (冲突): found the same way for a preview, for a command and for the screen. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from command.roster.roster import Leave, Member, Plan, Shift, lacks_rest
from command.roster.rules import ConflictKind, RosterRules, Severity
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class Conflict:
    """`shift_id`: the shift that is wrong; `with_id`: the other one of the two, where there is one."""

    kind: ConflictKind
    severity: Severity
    shift_id: UUID
    with_id: UUID | None
    zh: str
    en: str

    def to_json(self) -> JsonObject:
        return {
            "kind": self.kind,
            "severity": self.severity,
            "shift_id": str(self.shift_id),
            "with_id": None if self.with_id is None else str(self.with_id),
            "zh": self.zh,
            "en": self.en,
        }


@dataclass(frozen=True, slots=True)
class Ground:
    """What shifts are judged against. `posts`: (zh, en) by id; `people`: everybody by id."""

    rules: RosterRules
    posts: Mapping[str, tuple[str, str]]
    people: Mapping[str, Member]
    leaves: Sequence[Leave]


def conflicts(ground: Ground, plan: Plan, of: Iterable[Shift]) -> list[Conflict]:
    """Everything that is wrong with these shifts, seen in the whole plan (which holds them too)."""
    found: list[Conflict] = []
    for shift in of:
        found += _of_seat(ground, plan, shift)
        if shift.person_id is None:
            found += _empty(ground, shift)
        else:
            found += _of_person(ground, plan, shift, shift.person_id)
    return found


def refuse_conflicts(found: Sequence[Conflict]) -> None:
    """Raises Refused `roster_conflict` when a rule keeps one of them out; it names the first and carries all."""
    against = [one for one in found if one.severity == "refuse"]
    if not against:
        return
    more_zh = f"（另有 {len(against) - 1} 处冲突）" if len(against) > 1 else ""
    more_en = f" ({len(against) - 1} more conflicts.)" if len(against) > 1 else ""
    listed: list[Json] = [one.to_json() for one in against[:50]]
    raise Refused(
        "roster_conflict",
        zh=f"{against[0].zh}{more_zh}",
        en=f"{against[0].en}{more_en}",
        field="data",
        status=409,
        final=False,
        conflicts=listed,
    )


def when(shift: Shift) -> tuple[str, str]:
    """Its time in words: day and hours of Beijing."""
    starts, ends = shift.starts_at.astimezone(BEIJING), shift.ends_at.astimezone(BEIJING)
    next_day = ends.date() > starts.date()
    zh = f"{starts.month}月{starts.day}日{starts:%H:%M}至{'次日' if next_day else ''}{ends:%H:%M}"
    if (ends.date() - starts.date()) > timedelta(days=1):
        zh = f"{starts.month}月{starts.day}日{starts:%H:%M}至{ends.month}月{ends.day}日{ends:%H:%M}"
    return zh, f"{starts:%d %b %H:%M} to {ends:%d %b %H:%M}" if next_day else f"{starts:%d %b %H:%M}–{ends:%H:%M}"


def _say(ground: Ground, kind: ConflictKind, shift: Shift, other: Shift | None, zh: str, en: str) -> Conflict:
    return Conflict(kind, ground.rules.conflicts[kind], shift.id, None if other is None else other.id, zh, en)


def _post(ground: Ground, shift: Shift) -> tuple[str, str]:
    return ground.posts.get(shift.post, (shift.post, shift.post))


def _of_seat(ground: Ground, plan: Plan, shift: Shift) -> list[Conflict]:
    (zh, en), (at_zh, at_en) = _post(ground, shift), when(shift)
    found = [
        _say(ground, "seat_taken", shift, other, f"{zh}第{shift.seat}席{at_zh}已有人排班，时间重叠。", f"Seat {shift.seat} of '{en}' already has a shift that overlaps {at_en}.")
        for other in plan.of_seat(shift.post, shift.seat)
        if other.id != shift.id and other.meets(shift.starts_at, shift.ends_at)
    ]  # fmt: skip
    if shift.length > timedelta(hours=ground.rules.longest_hours):
        hours, most = shift.length.total_seconds() / 3600, ground.rules.longest_hours
        found.append(
            _say(
                ground,
                "too_long",
                shift,
                None,
                f"{zh}{at_zh}长达 {hours:g} 小时，超过 {most} 小时。",
                f"'{en}' {at_en} lasts {hours:g} hours, more than {most}.",
            )
        )
    return found


def _empty(ground: Ground, shift: Shift) -> list[Conflict]:
    (zh, en), (at_zh, at_en) = _post(ground, shift), when(shift)
    period = ground.rules.key_period(shift.starts_at)
    if period is not None:
        return [
            _say(
                ground,
                "empty_in_key_period",
                shift,
                None,
                f"{period.zh}期间不能空岗：{zh}第{shift.seat}席{at_zh}。",
                f"No seat may be empty in {period.en}: '{en}' seat {shift.seat}, {at_en}.",
            )
        ]
    if ground.rules.is_on_call(shift.post):
        return []
    return [
        _say(
            ground,
            "empty_seat",
            shift,
            None,
            f"{zh}第{shift.seat}席{at_zh}空岗。",
            f"'{en}' seat {shift.seat} is empty, {at_en}.",
        )
    ]


def _of_person(ground: Ground, plan: Plan, shift: Shift, person_id: str) -> list[Conflict]:
    (zh, en), (at_zh, at_en) = _post(ground, shift), when(shift)
    person = ground.people.get(person_id)
    if person is None or person.left_at is not None:
        name = person_id if person is None else person.name
        return [
            _say(
                ground,
                "unknown_person",
                shift,
                None,
                f"人员名册中没有“{name}”（或已离岗），不能排{zh}。",
                f"'{name}' is not among the people who serve; cannot stand '{en}'.",
            )
        ]
    found: list[Conflict] = []
    for other in plan.of_person(person_id):
        if other.id == shift.id:
            continue
        other_zh, other_en = _post(ground, other)
        if other.meets(shift.starts_at, shift.ends_at):
            found.append(
                _say(
                    ground,
                    "two_posts",
                    shift,
                    other,
                    f"{person.name}{at_zh}已排在{other_zh}，不能同时在{zh}。",
                    f"{person.name} already stands '{other_en}' then and cannot stand '{en}' too ({at_en}).",
                )
            )
        elif lacks_rest(ground.rules, shift, other):
            other_at_zh, other_at_en = when(other)
            found.append(
                _say(
                    ground,
                    "no_rest",
                    shift,
                    other,
                    f"{person.name}在{zh}{at_zh}与{other_zh}{other_at_zh}之间休息不足。",
                    f"{person.name} has too little rest between '{en}' {at_en} and '{other_en}' {other_at_en}.",
                )
            )
    if any(
        leave.person_id == person_id and leave.from_at < shift.ends_at and shift.starts_at < leave.to_at
        for leave in ground.leaves
    ):
        found.append(
            _say(
                ground,
                "on_leave",
                shift,
                None,
                f"{person.name}请假，不能排{zh}{at_zh}。",
                f"{person.name} is on leave and cannot stand '{en}', {at_en}.",
            )
        )
    if shift.post not in person.duties:
        found.append(
            _say(
                ground,
                "other_post",
                shift,
                None,
                f"{person.name}平时不值{zh}岗。",
                f"{person.name} does not usually stand '{en}'.",
            )
        )
    return found
