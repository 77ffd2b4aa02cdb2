"""A shelter is full: who goes where instead, and the words of it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from command.evacuation.reservation import Reservation
from command.resources.shelter import Shelter
from spine.canonical import JsonObject
from spine.errors import Refused


@dataclass(frozen=True, slots=True)
class Crowd:
    """People of one incident who find no room in a shelter. `waiting`: expected, by reservation; `inside`: in it beyond what it holds."""

    waiting: Sequence[tuple[Reservation, int]]
    inside: int

    @property
    def expected(self) -> int:
        return sum(people for _, people in self.waiting)

    @property
    def people(self) -> int:
        return self.expected + self.inside


@dataclass(frozen=True, slots=True)
class Candidate:
    """Another shelter. `minutes` by road, None: not known; `order`: minutes that it is ranked by."""

    shelter_id: UUID
    room: int
    distance_m: float
    minutes: float | None
    order: float


@dataclass(frozen=True, slots=True)
class Part:
    """So many of one reservation's people (None: of those inside) to a shelter."""

    reservation: Reservation | None
    shelter_id: UUID
    people: int


def fill(people: int, candidates: Sequence[Candidate]) -> list[tuple[Candidate, int]]:
    """The nearest first, each as far as it has room."""
    found: list[tuple[Candidate, int]] = []
    for one in sorted(candidates, key=lambda c: (c.order, c.distance_m, str(c.shelter_id))):
        part = min(people, one.room)
        if part > 0:
            found.append((one, part))
            people -= part
    return found


def parts(crowd: Crowd, moves: Sequence[tuple[UUID, int]]) -> list[Part]:
    """Who fills which move: those on their way first, for they can still be turned; then those who are in it.

    Raises Refused `too_many_moved`.
    """
    wanted = sum(people for _, people in moves)
    if wanted > crowd.people:
        raise Refused(
            "too_many_moved",
            zh=f"现在只有 {crowd.people} 人需要改派，不能改派 {wanted} 人。请重新查看。",
            en=f"Only {crowd.people} people need another shelter now; {wanted} cannot be redirected. Look again.",
            field="data.moves",
            status=409,
            final=False,
            people=crowd.people,
        )
    queue: list[tuple[Reservation | None, int]] = [*crowd.waiting, (None, crowd.inside)]
    found: list[Part] = []
    for shelter_id, people in moves:
        while people:
            one, left = queue[0]
            part = min(people, left)
            if part:
                found.append(Part(one, shelter_id, part))
            people -= part
            queue[0] = (one, left - part)
            if left == part:
                queue.pop(0)
    return found


def rule_of(shelter_id: UUID) -> str:
    return f"next_shelter:{shelter_id}"


def proposal_words(
    full: Shelter, crowd: Crowd, moves: Sequence[tuple[Shelter, int, float | None, float | None]]
) -> tuple[tuple[str, str], list[JsonObject], tuple[str, str]]:
    """(what is proposed, reasons, what happens if nobody answers). `moves`: (shelter, people, metres, minutes by road)."""
    if moves:
        title = (
            f"{full.zh}住不下的 {sum(move[1] for move in moves)} 人改往{'、'.join(move[0].zh for move in moves)}",
            f"Send the {sum(move[1] for move in moves)} people without room in {full.en} to {', '.join(move[0].en for move in moves)}",
        )
    else:
        title = (
            f"{full.zh}住不下 {crowd.people} 人，附近没有空位：请开设新的安置点或向邻近县（区）求援",
            f"{full.en} has no room for {crowd.people} people and there is none near: open another shelter or ask a neighbour",
        )
    reasons = [_state(full)]
    if crowd.expected:
        who_zh = "、".join(f"{one.from_zh} {people} 人" for one, people in crowd.waiting)
        who_en = ", ".join(f"{people} of {one.from_en}" for one, people in crowd.waiting)
        reasons.append({"zh": f"还在路上、没有位置：{who_zh}。", "en": f"On their way without a place: {who_en}."})
    if crowd.inside:
        reasons.append({"zh": f"场内超出 {crowd.inside} 人。", "en": f"{crowd.inside} people too many are in it."})
    reasons += [_next(*move) for move in moves]
    short = crowd.people - sum(move[1] for move in moves)
    if moves and short > 0:
        reasons.append({"zh": f"▲ 仍有 {short} 人没有去处。", "en": f"▲ {short} people are still without a place."})
    return (
        title,
        reasons,
        (
            f"{crowd.people} 人到{full.zh}后没有位置。",
            f"{crowd.people} people will find no place in {full.en}.",
        ),
    )


def _state(full: Shelter) -> JsonObject:
    if full.state == "unusable":
        return {"zh": f"{full.zh}已停用。", "en": f"{full.en} is out of use."}
    zh = "在住人数未报" if full.occupied is None else f"现有 {full.occupied} 人"
    en = "not counted" if full.occupied is None else f"{full.occupied} in it"
    return {
        "zh": f"{full.zh}容纳 {full.capacity} 人，{zh}，还将来 {full.reserved} 人，另答应他人 {full.promised} 个位置。",
        "en": f"{full.en} holds {full.capacity}: {en}, {full.reserved} still coming, {full.promised} promised to others.",
    }


def _next(to: Shelter, people: int, metres: float | None, minutes: float | None) -> JsonObject:
    far_zh = "" if metres is None else f"，直线 {metres / 1000:.1f} 公里"
    far_en = "" if metres is None else f", {metres / 1000:.1f} km in a straight line"
    way_zh = "，路上时间未知" if minutes is None else f"，行车约 {minutes:.0f} 分钟"
    way_en = ", time by road not known" if minutes is None else f", about {minutes:.0f} min by road"
    shut_zh = "" if to.state == "open" else "，须先启用"
    shut_en = "" if to.state == "open" else ", must be opened first"
    unsaid_zh = "" if to.occupied is not None or to.state != "open" else "，在住人数未报，请先核实"
    unsaid_en = "" if to.occupied is not None or to.state != "open" else ", not counted: ask first"
    return {
        "zh": f"{to.zh}：余 {to.promisable} 个位置，接收 {people} 人{far_zh}{way_zh}{shut_zh}{unsaid_zh}。",
        "en": f"{to.en}: {to.promisable} places, takes {people}{far_en}{way_en}{shut_en}{unsaid_en}.",
    }


def redirect_words(
    full: Shelter, from_zh: str, from_en: str, to: Mapping[UUID, Shelter], own: Sequence[Part]
) -> tuple[str, str, str, str]:
    """(title zh, title en, text zh, text en) of the order that redirects one origin's people."""
    people = sum(part.people for part in own)
    zh = "；".join(f"{part.people} 人到{to[part.shelter_id].zh}" for part in own)
    en = "; ".join(f"{part.people} to {to[part.shelter_id].en}" for part in own)
    return (
        f"改道：{from_zh}剩余 {people} 人不再去{full.zh}",
        f"Redirect {people} of {from_en} from {full.en}",
        f"{full.zh}住不下。{from_zh}尚未安置的 {people} 人改往：{zh}。立即通知车队和带队人员，逐车确认；到达后报告人数。",
        f"{full.en} is full. The {people} people of {from_en} without a place go to: {en}. Tell every convoy and confirm; report the numbers on arrival.",
    )


def receive_words(to: Shelter, people: int, full: Shelter) -> tuple[str, str, str, str]:
    first_zh = "" if to.state == "open" else "立即启用；"
    first_en = "" if to.state == "open" else "Open it now; "
    return (
        f"{to.zh}接收 {people} 人",
        f"{to.en}: receive {people} people",
        f"{first_zh}接收原定去{full.zh}的 {people} 人，到达后清点、登记，报告在住人数和特殊需要。",
        f"{first_en}receive {people} people who were to go to {full.en}; count and register them, report numbers and special needs.",
    )
