"""Who is meant by a post or a name of the address book, who acts, and whether somebody may command."""

from collections.abc import Iterable
from typing import LiteralString
from uuid import UUID

from command.headquarters.commands import PersonIn
from command.headquarters.headquarters import NOBODY, Actor, Headquarters, Person
from command.headquarters.rules import headquarters_rules
from command.organisation.book import organisation
from command.roster.duty import Duty, may_hold
from command.units.store import find_duty
from spine.accounts import principal_of_account
from spine.command import Connection
from spine.errors import Refused, not_found
from spine.principal import Principal, Role

_PERSON: LiteralString = """
    SELECT id, name, title_zh, title_en, account_id, place FROM command.person
    WHERE left_at IS NULL AND (id = %(id)s OR (%(account)s::uuid IS NOT NULL AND account_id = %(account)s))
"""


async def person_in_post(conn: Connection, post: str) -> Person:
    """Who holds the post now, with his name in the address book; nobody's name when it is held by nobody."""
    duty = await duty_of(conn, post)
    if duty.account_id is None:
        return Person(post=post)
    row = await (await conn.execute(_PERSON, {"id": "", "account": duty.account_id})).fetchone()
    if row is None:
        return Person(post, duty.account_id, None, duty.person)
    return Person(post, duty.account_id, row[0], duty.person or row[1], row[2], row[3])


async def duty_of(conn: Connection, post: str, field: str = "data.person") -> Duty:
    """A post that was added to the organisation since it was seeded is held by nobody. Raises Refused `not_found`."""
    found = await find_duty(conn, post)
    if found is not None:
        return found
    known = organisation().posts.get(post)
    if known is None:
        raise not_found("岗位", "post", post, field=field)
    holders = sorted(role.value for role in known.holders)
    return Duty(post, known.zh, known.en, known.kind, known.area, holders, None, None, None)


async def resolve(conn: Connection, asked: PersonIn, field: str = "data.person") -> Person:
    """Raises Refused `person_required`, `not_found`, `not_a_commander_post` (posts of the duty room's clerks)."""
    if (asked.post is None) == (asked.person_id is None):
        raise Refused(
            "person_required",
            zh="请指定一个岗位，或通讯录中的一个人。",
            en="Name either a post or somebody of the address book.",
            field=field,
        )
    if asked.post is not None:
        await duty_of(conn, asked.post, field)
        return await person_in_post(conn, asked.post)
    row = await (await conn.execute(_PERSON, {"id": asked.person_id, "account": None})).fetchone()
    if row is None:
        raise not_found("人员", "person", str(asked.person_id), field=field)
    return Person(None, row[4], row[0], row[1], row[2], row[3])


async def resolve_or_nobody(conn: Connection, asked: PersonIn | None, field: str) -> Person:
    return NOBODY if asked is None else await resolve(conn, asked, field)


async def fits_command(conn: Connection, person: Person, post: str | None) -> bool:
    """Whether he may hold the commander's post. Somebody of the address book without an account is the city's own choice, but a
    village's reporter is none."""
    duty = await duty_of(conn, post or headquarters_rules().rank[0])
    if person.account_id is not None:
        principal = await principal_of_account(conn, person.account_id)
        return principal is not None and may_hold(duty, principal)
    if person.name is None and person.post is not None:
        other = await duty_of(conn, person.post)
        return bool({*other.holders} & {*duty.holders})
    row = await (await conn.execute(_PERSON, {"id": person.person_id, "account": None})).fetchone()
    return row is not None and row[5] is None


async def actor_of(conn: Connection, principal: Principal, hq: Headquarters | None, word: str | None) -> Actor:
    """`word`: how somebody gave the answer that this one writes down."""
    posts = {*headquarters_rules().rank, *(() if hq is None else _posts(hq))}
    duties = [await duty_of(conn, post) for post in sorted(posts) if post in organisation().posts]
    account: UUID | None = principal.account_id
    return Actor(
        account,
        principal.name,
        principal.as_by(),
        frozenset(duty.post for duty in duties if may_hold(duty, principal)),
        frozenset(duty.post for duty in duties if account is not None and duty.account_id == account),
        principal.has(Role.DUTY_OFFICER),
        word,
    )


def _posts(hq: Headquarters) -> Iterable[str]:
    people = [seat.person for seat in hq.seats] + ([hq.transfer.to] if hq.transfer is not None else [])
    return (person.post for person in people if person.post is not None)
