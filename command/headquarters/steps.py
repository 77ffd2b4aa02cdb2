"""Carrying a decided step of a headquarters into the tables, the pictures, the clocks and to people."""

from dataclasses import dataclass, replace
from uuid import UUID

from command.headquarters import store as rows
from command.headquarters.clocks import CALL, SILENT, Clock, clocks_of
from command.headquarters.headquarters import Group, Headquarters, Person, Seat
from command.headquarters.objects import headquarters_object, membership_object
from command.headquarters.rules import headquarters_rules
from command.headquarters.seats import waiting
from command.notice import Notice, To
from command.publish import Publication
from incidents.summary import Held, hold
from spine.authority import Scope
from spine.canonical import Json, JsonObject
from spine.clock import BEIJING
from spine.command import NewFact, Transaction
from spine.deadlines import set_deadline, settle_deadline


@dataclass(frozen=True, slots=True)
class HeldHeadquarters:
    """A headquarters under its incident's lock; None: none was ever established."""

    held: Held
    hq: Headquarters | None

    def scope(self) -> Scope:
        return Scope(self.held.incident.area_code)


async def hold_headquarters(tx: Transaction, incident_id: UUID) -> HeldHeadquarters:
    """Lock the incident: everything of its headquarters changes under this lock. Raises Refused `not_found`."""
    held = await hold(tx, incident_id)
    return HeldHeadquarters(held, await rows.find_headquarters(tx.conn, incident_id))


def about(hq: Headquarters, **more: Json) -> JsonObject:
    """What a fact about a headquarters says in its `data`: who commands after it."""
    now = hq.commanding
    return {
        "commanding": None if now is None else now.person.words[0],
        "commanding_en": None if now is None else now.person.words[1],
        "acting": now is not None and now.role != "commander",
        **more,
    }


def person_words(person: Person, seat: Seat | None = None) -> JsonObject:
    found: JsonObject = {"person_zh": person.words[0], "person_en": person.words[1]}
    if seat is not None:
        found |= {"seat_zh": seat.words[0], "seat_en": seat.words[1]}
    return found


async def save(
    tx: Transaction, held: Held, before: Headquarters | None, after: Headquarters, publication: Publication
) -> Headquarters:
    """Save it and put it, with its clocks, into every picture where it stands. Returns it as saved."""
    after = replace(after, title=held.incident.title)
    await rows.save_headquarters(tx.conn, after)
    key = str(after.incident_id)
    publication.put([f"incident:{key}"], "headquarters", key, headquarters_object(after))
    concerned = after.departments() if before is None else after.departments() | before.departments()
    for code in sorted(concerned):
        was = None if before is None else membership_object(before, code)
        now = membership_object(after, code)
        if was != now:
            publication.put([f"department:{code}"], "headquarters", key, now)
    await run_clocks(tx, held, before, after, publication)
    return after


async def run_clocks(
    tx: Transaction, held: Held, before: Headquarters | None, after: Headquarters, publication: Publication
) -> None:
    """Start, set anew and stop what differs. In a closed incident clocks only stop."""
    had, has = clocks_of(before), clocks_of(after)
    for kind, subject in sorted(had.keys() - has.keys(), key=str):
        row = await settle_deadline(tx, subject_id=subject, kind=kind, void=_void(after, kind, subject))
        if row is not None and not row.silent:
            publication.deadline(row)
    for (kind, subject), clock in sorted(has.items(), key=lambda item: str(item[0])):
        if held.incident.status == "open" and had.get((kind, subject)) != clock:
            await _start(tx, held, kind, subject, clock, publication)


def _void(after: Headquarters, kind: str, subject: UUID) -> bool:
    """Whether a clock that stops was neither kept nor missed: the question itself is gone."""
    if after.state != "standing" or kind in SILENT:
        return True
    seat = next((one for one in after.seats if one.id == subject), None)
    return kind != CALL and seat is not None and seat.state not in {"taken", "silent"}


async def _start(tx: Transaction, held: Held, kind: str, subject: UUID, clock: Clock, publication: Publication) -> None:
    row = await set_deadline(
        tx,
        kind=kind,
        incident_id=held.incident.id,
        subject_kind="headquarters",
        subject_id=subject,
        department=None,
        title_zh=clock.title[0],
        title_en=clock.title[1],
        to_zh=clock.to[0],
        to_en=clock.to[1],
        started_at=clock.started,
        due_at=clock.due,
        area=held.incident.area_code,
        silent=kind in SILENT,
    )
    if not row.silent:
        publication.deadline(row)


def facts_of(hq: Headquarters, publication: Publication) -> list[NewFact]:
    """The step's fact stands on the incident's stream even when only people are told."""
    publication.tell(f"incident:{hq.incident_id}")
    return publication.facts()


# --- telling people ------------------------------------------------------------------------------------------------------


def tell(
    hq: Headquarters, to: tuple[To, str], subject: tuple[str, str], text: tuple[str, str], publication: Publication
) -> None:
    publication.give(Notice(to, subject, text, ("headquarters", hq.incident_id), hq.incident_id))


def tell_desk(hq: Headquarters, subject: tuple[str, str], text: tuple[str, str], publication: Publication) -> None:
    tell(hq, ("post", headquarters_rules().desk_post), subject, text, publication)


def tell_person(
    hq: Headquarters, person: Person, subject: tuple[str, str], text: tuple[str, str], publication: Publication
) -> None:
    """To him; who has no account must be telephoned, so the desk hears of it."""
    if person.account_id is not None:
        tell(hq, ("account", str(person.account_id)), subject, text, publication)
    elif person.name is None and person.post is not None:
        tell(hq, ("post", person.post), subject, text, publication)
    else:
        zh, en = person.words
        tell_desk(
            hq,
            (f"请电话通知{zh}：{subject[0]}", f"Telephone {en}: {subject[1]}"),
            (
                f"{zh}没有平台账号，请电话告知并登记其答复。{text[0]}",
                f"{en} has no account here: telephone him and write his answer down. {text[1]}",
            ),
            publication,
        )


def ask(hq: Headquarters, seat: Seat, publication: Publication) -> None:
    """He is named: what for, and until when."""
    until = "" if seat.until is None else seat.until.astimezone(BEIJING).strftime("%H:%M")
    zh, en = seat.words
    tell_person(
        hq,
        seat.person,
        (f"请到任：{zh}", f"Take your seat: {en}"),
        (
            f"{hq.title}指挥部请您任{zh}，请于 {until} 前答复到任；不能到任请写明原因。",
            f"The headquarters for '{hq.title}' names you {en}. Please answer by {until}; if you cannot, say why.",
        ),
        publication,
    )


def ask_to_act(hq: Headquarters, publication: Publication) -> None:
    """The deputy whose turn it is, or, when nobody is left, the leader on call and the desk."""
    acting = hq.acting
    if acting is None:
        return
    silent = (hq.commanding or hq.commander).person.words
    asked = waiting(acting)
    if asked is None:
        rules = headquarters_rules()
        for post in dict.fromkeys((rules.told_last, rules.desk_post)):
            tell(
                hq,
                ("post", post),
                (f"无人指挥：{hq.title}", f"Nobody commands: {hq.title}"),
                (
                    f"{silent[0]}未应答，各副指挥长均未代行。请立即明确由谁指挥。",
                    f"{silent[1]} does not answer and no deputy has stepped in. Settle who commands, now.",
                ),
                publication,
            )
        return
    seat = hq.seat(asked)
    until = acting.until.astimezone(BEIJING).strftime("%H:%M")
    tell_person(
        hq,
        seat.person,
        (f"请代行指挥：{hq.title}", f"Please act as commander: {hq.title}"),
        (
            f"{silent[0]}未应答，按顺位请您代行指挥，请于 {until} 前答复。",
            f"{silent[1]} does not answer; you are next in order to act as commander. Please answer by {until}.",
        ),
        publication,
    )


def tell_command(hq: Headquarters, subject: tuple[str, str], text: tuple[str, str], publication: Publication) -> None:
    """Who commands has changed: everybody who sits in the headquarters, the desk, and the departments that lead groups."""
    told: set[tuple[To, str]] = {("post", headquarters_rules().desk_post)}
    now = hq.commanding
    for seat in hq.seats:
        if seat.person.account_id is not None and (now is None or seat.id != now.id):
            told.add(("account", str(seat.person.account_id)))
    told |= {("department", group.lead) for group in hq.groups if group.dissolved is None}
    for to in sorted(told):
        tell(hq, to, subject, text, publication)


def tell_groups(
    hq: Headquarters,
    groups: tuple[Group, ...],
    before: Headquarters | None,
    publication: Publication,
    *,
    leads_only: bool = False,
) -> None:
    """Each department once, with every group it is in now and was not before, or leads now and did not.

    `leads_only`: members see it at their desks; with an activation they get their orders, and twenty notices more would delay those.
    """
    had = {} if before is None else {g.id: g for g in before.groups}
    leads = {group.lead for group in groups if group.dissolved is None}
    everybody = {code for group in groups for code in group.departments}
    for code in sorted(leads if leads_only else everybody):
        new = [
            g
            for g in groups
            if code in g.departments
            and (g.id not in had or code not in had[g.id].departments or (g.lead == code and had[g.id].lead != code))
        ]
        if not new:
            continue
        zh = "；".join(f"{g.zh}（{'牵头' if g.lead == code else '成员'}）：{g.duty_zh}" for g in new)
        en = "; ".join(f"{g.en} ({'lead' if g.lead == code else 'member'}): {g.duty_en}" for g in new)
        tell(
            hq,
            ("department", code),
            (f"编入工作组：{hq.title}", f"Working groups: {hq.title}"),
            (
                f"{hq.title}指挥部工作组，贵单位编入{zh}。",
                f"In the headquarters for '{hq.title}' your department is in {en}.",
            ),
            publication,
        )
