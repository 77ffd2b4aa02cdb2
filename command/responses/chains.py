"""Which posts decide on a response and its proposals, with who holds them now; and telling them that they are asked."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from command.headquarters.store import find_headquarters
from command.headquarters.transfer import allows
from command.notice import Notice
from command.organisation.book import organisation
from command.planning.plan import Plan
from command.proposals.rules import BY_PLAN, Kind, proposal_rules
from command.publish import Publication
from command.responses.asking import Asked, Chain, Standin, waiting
from command.responses.response import Response
from command.roster.duty import Duty
from command.transitions import LEVELS, Level, higher
from command.units.store import find_duty
from spine.accounts import recipients_of_post
from spine.clock import iso
from spine.command import Connection, Transaction


async def _seats(conn: Connection, posts: tuple[str, ...]) -> tuple[Duty, ...]:
    """A post that was added to the organisation since it was seeded is held by nobody."""
    found: list[Duty] = []
    for post in dict.fromkeys(posts):
        row = await find_duty(conn, post)
        if row is None:
            known = organisation().posts[post]
            holders = sorted(role.value for role in known.holders)
            row = Duty(post, known.zh, known.en, known.kind, known.area, holders, None, None, None)
        found.append(row)
    return tuple(found)


async def level_chain(conn: Connection, plan: Plan, level: Level) -> Chain:
    """Who decides that this level is in force: the plan's post, then its deputies; the posts of higher levels are superiors."""
    rule = plan.levels[level]
    own = (rule.approved_by, *rule.deputies)
    above = [plan.levels[one].approved_by for one in LEVELS[: LEVELS.index(level)]]
    return Chain(
        await _seats(conn, own),
        rule.decide_minutes,
        await _seats(conn, tuple(post for post in above if post not in own)),
    )


async def adjust_chain(conn: Connection, plan: Plan, before: Level, level: Level) -> Chain:
    """谁启动谁终止: the higher of the two levels says who decides, whether it is taken up or given up."""
    return await level_chain(conn, plan, higher(before, level) or level)


async def decision_chain(conn: Connection, plan: Plan, response: Response, level: Level) -> tuple[Chain, Asked]:
    """Who puts this level in force, and whom of them was asked: of a proposed response whoever is asked for the suggested
    level, unless another level has other posts."""
    if response.state != "proposed":
        return await adjust_chain(conn, plan, response.level, level), ()
    asked_for = await level_chain(conn, plan, response.suggested_level)
    chain = await adjust_chain(conn, plan, response.suggested_level, level)
    return chain, response.asked if chain.posts == asked_for.posts else ()


async def end_chain(conn: Connection, plan: Plan, level: Level) -> Chain:
    """The post that the plan names for the end, else who decides on the level."""
    chain = await level_chain(conn, plan, level)
    if plan.termination is None:
        return chain
    own = (plan.termination.approved_by,)
    above = tuple(post for post in (*chain.posts[:1], *chain.superiors) if post.post not in own)
    return Chain(await _seats(conn, own), chain.minutes, above)


async def proposal_chain(conn: Connection, plan: Plan, kind: Kind, level: Level | None, now: Level) -> Chain:
    """`now`: the level in force; `level`: the one that is proposed."""
    rule = proposal_rules().kinds[kind]
    if rule.posts != BY_PLAN:
        return Chain(await _seats(conn, rule.posts), rule.minutes)
    if kind == "stand_down":
        chain = await end_chain(conn, plan, now)
        return Chain(chain.posts, rule.minutes, chain.superiors)
    chain = await adjust_chain(conn, plan, now, level or now)
    minutes = plan.levels[level].decide_minutes if kind == "raise" and level is not None else rule.minutes
    return Chain(chain.posts, minutes, chain.superiors)


async def spot_chain(conn: Connection, kind: Kind) -> Chain:
    """Who decides on what no plan proposed: the posts of `rules/proposals.yaml`."""
    rule = proposal_rules().kinds[kind]
    return Chain(await _seats(conn, rule.posts), rule.minutes)


async def with_command(
    conn: Connection, chain: Chain, incident_id: UUID, at: datetime, matter: str | None, level: Level | None = None
) -> Chain:
    """The chain with who stands in for one of its posts in this incident: whoever commands its headquarters decides in the post of the
    commander's seat, and so does whom he delegated the matter to. `matter` None: it cannot be delegated. `level`: the higher one."""
    hq = await find_headquarters(conn, incident_id)
    now = None if hq is None else hq.commanding
    if hq is None or now is None:
        return chain
    standins: list[Standin] = []
    post = hq.commander.person.post
    if post is not None and now.person.account_id is not None:
        how = "commands" if now.role == "commander" else "acts"
        standins.append(Standin(now.person.account_id, post, how))
    for one in hq.delegations:
        account = one.to.account_id
        if matter is None or account is None or one.giver.post is None or not allows(one, matter, level, at):
            continue
        standins.append(Standin(account, one.giver.post, "delegated", one.giver.name, iso(one.until)))
    return replace(chain, standins=tuple(standins))


def tell_asked(
    asked: Asked,
    what: tuple[str, str],
    until_text: str,
    about: tuple[str, UUID],
    incident_id: UUID,
    publication: Publication,
) -> None:
    """The post that is asked now is told what it must decide and until when. `until_text`: local time, HH:MM."""
    one = waiting(asked)
    if one is None:
        return
    publication.give(
        Notice(
            ("post", str(one["post"])),
            (f"请决定：{what[0]}", f"Please decide: {what[1]}"),
            (
                f"请于 {until_text} 前决定：{what[0]}。逾时将转请下一岗位决定。",
                f"Please decide by {until_text}: {what[1]}. After that the next post is asked.",
            ),
            about,
            incident_id,
        )
    )


async def tell_everybody(
    tx: Transaction,
    chain: Chain,
    what: tuple[str, str],
    about: tuple[str, UUID],
    incident_id: UUID,
    publication: Publication,
) -> None:
    """Nobody is left to ask: everybody who may hold one of the posts is told, and the leader on call."""
    last = await _seats(tx.conn, (proposal_rules().told_last,))
    told: set[UUID] = set()
    for post in (*chain.posts, *last):
        for holder in {None, post.account_id}:
            told |= {r.account_id for r in await recipients_of_post(tx.conn, holder, post.holders, post.area_code)}
    for account in sorted(told):
        publication.give(
            Notice(
                ("account", str(account)),
                (f"无人决定：{what[0]}", f"Nobody has decided: {what[1]}"),
                (
                    f"应作决定的岗位均已逾时：{what[0]}。凡可担任上述岗位者请立即决定。",
                    f"Every post that was asked let its time pass: {what[1]}. Whoever may hold one of them, please decide now.",
                ),
                about,
                incident_id,
            )
        )
