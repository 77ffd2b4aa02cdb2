"""What a decision on a response does to the headquarters: it is established, grows by groups, or command goes to a higher post."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from command.headquarters import groups, seats
from command.headquarters import store as rows
from command.headquarters import transfer as transfers
from command.headquarters.headquarters import Headquarters, Person, stamped
from command.headquarters.people import person_in_post
from command.headquarters.rules import SeatRole, headquarters_rules
from command.headquarters.steps import about, ask, facts_of, save, tell_command, tell_desk, tell_groups, tell_person
from command.orders.task import Act
from command.planning.plan import Plan
from command.publish import Publication
from command.responses.asking import Seat as DecidingSeat
from command.responses.response import Response
from incidents.summary import Held
from spine.canonical import JsonObject
from spine.clock import BEIJING
from spine.command import Connection, NewFact, Transaction


def _account(act: Act) -> UUID | None:
    kind, _, key = str(act.by["id"]).partition(":")
    return UUID(key) if kind == "account" else None


async def on_level(
    tx: Transaction, held: Held, response: Response, plan: Plan, decided_in: DecidingSeat | None, act: Act
) -> list[NewFact]:
    """After a level was put in force by an activation or taken up: the facts of the headquarters, none when nothing changes."""
    before = await rows.find_headquarters(tx.conn, held.incident.id)
    level = plan.levels[response.level]
    publication = Publication("headquarters.established", {})
    if before is None or before.state != "standing":
        hq = await _establish(tx.conn, before, held, response, plan, act)
        new = True
    else:
        hq, new = await _rise(tx.conn, before, response, plan, act, decided_in), False
    hq = groups.merge(hq, groups.of_plan(plan.id, plan.groups, held.incident.area_code))
    if decided_in is not None:
        hq = groups.fill_by_decision(hq, act, decided_in.post, _account(act), str(act.by["name"]))
    if before is not None and hq == before:
        return []
    if before is not None and hq.version == before.version:
        hq = stamped(hq, act)
    publication.kind = "headquarters.established" if new else "headquarters.grown"
    publication.data = about(hq, plan_zh=plan.zh, plan_en=plan.en, level=response.level, post=level.approved_by)
    hq = await save(tx, held, before, hq, publication)
    _tell(hq, before if not new else None, publication)
    return facts_of(hq, publication)


async def _establish(
    conn: Connection, before: Headquarters | None, held: Held, response: Response, plan: Plan, act: Act
) -> Headquarters:
    """Seats from the posts of the level: who approves it commands, its deputies stand behind him in that order."""
    rule = plan.levels[response.level]
    people: list[tuple[SeatRole, Person]] = [("commander", await person_in_post(conn, rule.approved_by))]
    for post in rule.deputies:
        people.append(("deputy", await person_in_post(conn, post)))
    people.append(("office", await person_in_post(conn, headquarters_rules().office_post)))
    because: JsonObject = {
        "plan_zh": plan.zh,
        "plan_en": plan.en,
        "level": response.level,
        "response_id": str(response.id),
        "reason": None,
    }
    key = uuid5(response.id, f"headquarters:{response.version}")
    incident = (held.incident.id, held.incident.title)
    return groups.establish(before, act, key, incident, people, because=because)


async def _rise(
    conn: Connection, hq: Headquarters, response: Response, plan: Plan, act: Act, decided_in: DecidingSeat | None
) -> Headquarters:
    """A level that a higher post decides: he who decided in it and commands already commands in it now; else command is offered to
    it, and the old commander commands until it is taken."""
    post = plan.levels[response.level].approved_by
    if not headquarters_rules().outranks(post, hq.commander.person.post):
        return hq
    person = await person_in_post(conn, post)
    now = hq.commanding
    if now is None:
        key = uuid5(response.id, f"commander:{response.version}")
        return seats.name(hq, act, "commander", person, key)[0]
    decides_himself = decided_in is not None and decided_in.post == post and now.person.account_id == _account(act)
    if now.role == "commander" and (decides_himself or seats.same_person(now.person, person)):
        return groups.take_post(hq, act, post)
    key = uuid5(response.id, f"transfer:{response.version}")
    return transfers.propose_by_level(hq, act, key, person, response.level, (plan.zh, plan.en))


def _tell(hq: Headquarters, before: Headquarters | None, publication: Publication) -> None:
    asked_before = {(s.id, s.asked_at) for s in (() if before is None else before.seats)}
    for seat in hq.seats:
        if seat.state == "asked" and (seat.id, seat.asked_at) not in asked_before:
            ask(hq, seat, publication)
    vacant = [seat for seat in hq.seats if seat.state == "vacant"]
    if vacant and before is None:
        zh = "、".join(f"{seat.words[0]}（{seat.person.words[0]}）" for seat in vacant)
        en = ", ".join(f"{seat.words[1]} ({seat.person.words[1]})" for seat in vacant)
        tell_desk(
            hq,
            (f"指挥部席位空缺：{hq.title}", f"Vacant seats: {hq.title}"),
            (
                f"以下席位的岗位目前无人在岗，请指定人员：{zh}。",
                f"The posts of these seats are held by nobody; name people: {en}.",
            ),
            publication,
        )
    tell_transfer(hq, before, publication)
    tell_groups(hq, hq.groups, before, publication, leads_only=True)
    if before is not None and before.commanding != hq.commanding and hq.commanding is not None:
        told_who_commands(hq, publication)


def tell_transfer(hq: Headquarters, before: Headquarters | None, publication: Publication) -> None:
    """The receiver of a transfer that has just been proposed."""
    transfer = hq.open_transfer
    if transfer is None or (before is not None and before.open_transfer == transfer):
        return
    until = transfer.until.astimezone(BEIJING).strftime("%H:%M")
    zh, en = transfer.giver.words
    tell_person(
        hq,
        transfer.to,
        (f"请接受指挥权：{hq.title}", f"Take command: {hq.title}"),
        (
            f"{zh}拟将指挥权移交给您，请于 {until} 前答复；接受前仍由{zh}指挥。\n交接情况：{transfer.summary}",
            f"{en} is to hand command over to you. Please answer by {until}; until you take it {en} commands.\n"
            f"Hand-over: {transfer.summary}",
        ),
        publication,
    )


def told_who_commands(hq: Headquarters, publication: Publication) -> None:
    """Everybody hears who commands from now on."""
    now = hq.commanding
    if now is None:
        return
    zh, en = now.person.words
    acting = now.role != "commander"
    tell_command(
        hq,
        (f"{'代行指挥' if acting else '指挥长'}：{zh}", f"{'Acting commander' if acting else 'Commander'}: {en}"),
        (
            f"{hq.title}自即时起由{zh}{'代行指挥' if acting else '指挥'}。",
            f"From now on {en} {'acts as commander' if acting else 'commands'} for '{hq.title}'.",
        ),
        publication,
    )


async def on_end(tx: Transaction, held: Held, responses: Sequence[Response], act: Act, reason: str) -> list[NewFact]:
    """The last active response has ended: the headquarters is dissolved with it."""
    hq = await rows.find_headquarters(tx.conn, held.incident.id)
    if hq is None or hq.state != "standing" or any(one.state == "active" for one in responses):
        return []
    why = ("响应终止", "the response ended")
    zh, en = (f"{why[0]}：{reason}", f"{why[1]}: {reason}") if reason.strip() else why
    return await dissolve(tx, held, hq, act, zh, en)


async def dissolve(
    tx: Transaction, held: Held, hq: Headquarters, act: Act, reason: str, reason_en: str | None
) -> list[NewFact]:
    after = groups.dissolve(hq, act, reason, reason_en)
    publication = Publication("headquarters.dissolved", about(after, reason=reason, reason_en=reason_en))
    tell_command(
        hq,
        (f"指挥部撤销：{hq.title}", f"Headquarters dissolved: {hq.title}"),
        (f"{hq.title}指挥部撤销。{reason}", f"The headquarters for '{hq.title}' is dissolved. {reason_en or reason}"),
        publication,
    )
    after = await save(tx, held, hq, after, publication)
    return facts_of(after, publication)
