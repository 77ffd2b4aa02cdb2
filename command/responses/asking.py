"""Who may decide (指挥权限): posts in order, each asked for so long, and which one a person acts in. Pure.

A post is asked whether or not somebody holds it: an unheld post is asked of all who may hold it (docs/decisions/0023).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from command.roster.duty import Duty
from spine.canonical import Json, JsonObject
from spine.clock import iso
from spine.errors import Refused
from spine.principal import Principal, Role

Asked = Sequence[JsonObject]
"""[{post, zh, en, person, account_id, held, at, until, outcome: waiting|silent|decided|void}], in the order they were asked."""


@dataclass(frozen=True, slots=True)
class Standin:
    """Who decides in a post for this incident alone: he commands its headquarters, or its commander has delegated it to him.

    `how`: commands, acts (代行) or delegated (授权); `by`: who delegated; `until`: ISO time at which that ends.
    """

    account_id: UUID
    post: str
    how: Literal["commands", "acts", "delegated"]
    by: str | None = None
    until: str | None = None

    def to_json(self) -> JsonObject:
        return {"how": self.how, "by": self.by, "until": self.until}


@dataclass(frozen=True, slots=True)
class Chain:
    """`posts`: in the order of asking. `superiors`: posts that decide on higher levels; who holds one may always act.

    `standins`: who may decide in one of these posts as if he held it.
    """

    posts: tuple[Duty, ...]
    minutes: int
    superiors: tuple[Duty, ...] = ()
    standins: tuple[Standin, ...] = ()


@dataclass(frozen=True, slots=True)
class Seat:
    """The post in which somebody decides. `held`: he holds it; else nobody did, or nobody who was asked answered.

    `standin`: he does not hold it himself but commands this incident, or was given the power by the one who does.
    """

    post: str
    zh: str
    en: str
    held: bool
    standin: Standin | None = None

    def to_json(self) -> JsonObject:
        shown: JsonObject = {"post": self.post, "zh": self.zh, "en": self.en, "held": self.held}
        return shown if self.standin is None else {**shown, "standin": self.standin.to_json()}


def ask(chain: Chain, asked: Asked, at: datetime) -> list[JsonObject] | None:
    """`asked` with the next post of the chain behind it, None when nobody is left. Who was asked before was silent."""
    before: list[JsonObject] = [{**one, "outcome": "silent"} if one["outcome"] == "waiting" else one for one in asked]
    if len(before) >= len(chain.posts):
        return None
    post = chain.posts[len(before)]
    return [
        *before,
        {
            "post": post.post,
            "zh": post.post_zh,
            "en": post.post_en,
            "person": post.person,
            "account_id": None if post.account_id is None else str(post.account_id),
            "held": post.account_id is not None,
            "at": iso(at),
            "until": iso(at + timedelta(minutes=chain.minutes)),
            "outcome": "waiting",
        },
    ]


def exhausted(asked: Asked) -> list[JsonObject]:
    """Nobody is left: all were silent."""
    return [{**one, "outcome": "silent"} if one["outcome"] == "waiting" else one for one in asked]


def answered(asked: Asked, seat: Seat | None) -> list[JsonObject]:
    """Somebody decided, or (None) there is nothing to decide any more."""
    ends: list[JsonObject] = []
    for one in asked:
        if seat is not None and one["post"] == seat.post:
            ends.append({**one, "outcome": "decided"})
        else:
            ends.append({**one, "outcome": "void"} if one["outcome"] == "waiting" else one)
    return ends


def may_hold(post: Duty, principal: Principal) -> bool:
    return any(g.role in {Role(h) for h in post.holders} and g.covers(post.area_code) for g in principal.grants)


def seat_of(chain: Chain, asked: Asked, principal: Principal) -> Seat:
    """The post in which this person may decide now. Raises Refused `not_your_decision` or `not_your_turn`.

    The post asked now and those asked before it; the holder of a later one when all before it are held by nobody; a superior at
    any time. An unheld post that was asked may be filled by whoever may hold it (not one whose turn is yet to come: two empty
    posts are no short cut), and so may every post when the last one was silent too. Who commands the incident's headquarters, or was
    given this power by its commander, counts as holding the post in which that one commands.
    """
    turn = max(0, len(asked) - 1)
    over = len(asked) == len(chain.posts) > 0 and all(one["outcome"] == "silent" for one in asked)
    holds = [post for post in chain.posts if _holds(post, principal)]
    for index, post in enumerate(chain.posts):
        reached = over or index <= turn or all(p.account_id is None for p in chain.posts[turn:index])
        if reached and _holds(post, principal):
            return Seat(post.post, post.post_zh, post.post_en, True)
        if reached and (standin := _standin(chain, post, principal)) is not None:
            return Seat(post.post, post.post_zh, post.post_en, True, standin)
    for post in chain.superiors:
        if _holds(post, principal):
            return Seat(post.post, post.post_zh, post.post_en, True)
        if (standin := _standin(chain, post, principal)) is not None:
            return Seat(post.post, post.post_zh, post.post_en, True, standin)
    for index, post in enumerate(chain.posts):
        if (over or (index <= turn and post.account_id is None)) and may_hold(post, principal):
            return Seat(post.post, post.post_zh, post.post_en, False)
    raise _not_his(chain, turn, holds[0] if holds else None, asked)


def _holds(post: Duty, principal: Principal) -> bool:
    return principal.account_id is not None and post.account_id == principal.account_id


def _standin(chain: Chain, post: Duty, principal: Principal) -> Standin | None:
    for one in chain.standins:
        if one.post == post.post and principal.account_id == one.account_id:
            return one
    return None


def _not_his(chain: Chain, turn: int, holds: Duty | None, asked: Asked) -> Refused:
    now = chain.posts[min(turn, len(chain.posts) - 1)]
    who_zh = f"{now.post_zh}{f'（{now.person}）' if now.person else '（目前无人在岗，可由有资格担任者行使）'}"
    who_en = f"{now.post_en}{f' ({now.person})' if now.person else ' (held by nobody; whoever may hold it may act)'}"
    posts: list[Json] = [post.post for post in chain.posts]
    if holds is not None:
        until = cast(str | None, asked[-1]["until"]) if asked else None
        return Refused(
            "not_your_turn",
            zh=f"现由{who_zh}决定；到时限仍未决定，才依次由{holds.post_zh}决定。",
            en=f"It is for {who_en} to decide; only when the time is up is the {holds.post_en} asked.",
            field="data.response_id",
            status=403,
            final=False,
            posts=posts,
            until=until,
        )
    line_zh = "、".join(post.post_zh for post in chain.posts)
    line_en = ", then ".join(post.post_en for post in chain.posts)
    return Refused(
        "not_your_decision",
        zh=f"这一决定由{who_zh}作出（依次：{line_zh}）；您不在上述岗位。",
        en=f"This is for {who_en} to decide (in this order: {line_en}); you hold none of these posts.",
        field="data.response_id",
        status=403,
        final=False,
        posts=posts,
    )


def waiting(asked: Asked) -> Mapping[str, Json] | None:
    """Who is asked now."""
    return next((one for one in asked if one["outcome"] == "waiting"), None)


def account_of(one: Mapping[str, Json]) -> UUID | None:
    held = one.get("account_id")
    return None if held is None else UUID(str(held))
