"""How the list of people is kept: somebody entered, corrected, or serving no more."""

from dataclasses import dataclass, replace
from uuid import UUID

from command.publish import Publication
from command.roster import store
from command.roster.commands import PutPerson, RetirePerson
from command.roster.roster import Member
from command.roster.steps import Held, hold_roster, published, put, warned
from command.seed import pinyin
from command.units import store as unit_store
from spine.authority import Scope, allow
from spine.canonical import Json, JsonObject
from spine.command import AnyHandling, Command, Handling, Outcome, Transaction
from spine.errors import Refused, not_found, stale_version
from spine.principal import CITY, Role

_WHO = allow(Role.DUTY_OFFICER, Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Entry:
    """The roster under its lock, who is changed, and where he serves."""

    held: Held
    person: Member | None
    area: str

    def scope(self) -> Scope:
        return Scope(area=self.area)


async def _load_put(tx: Transaction, command: Command[PutPerson]) -> Entry:
    data = command.data
    held = await hold_roster(tx.conn, command.by.account_id)
    department = await unit_store.need_department(tx.conn, data.department)
    person = None if data.person_id is None else await store.need_person(tx.conn, data.person_id)
    if person is not None and person.version != data.expect:
        raise stale_version(data.expect or 0, person.version, field="data.expect")
    for post in data.duties:
        if post not in held.posts:
            raise not_found("岗位", "post", post, field="data.duties")
    for position in data.also:
        await unit_store.need_department(tx.conn, position.department, "data.also")
    # Duty posts decide too: a county's desk must not put people on the city's roster.
    areas = {department.area_code or CITY, *(held.posts[post].area_code for post in data.duties)}
    if person is not None and person.department is not None:
        areas.add((await unit_store.need_department(tx.conn, person.department)).area_code or CITY)
    return Entry(held, person, min(areas, key=len))


async def _put(tx: Transaction, command: Command[PutPerson], entry: Entry) -> Outcome:
    data, before = command.data, entry.person
    account = before.account_id if before is not None and data.account is None else None
    if data.account:
        account = await _account(tx, data.account, data.person_id)
    person = Member(
        id=str(command.id) if before is None else before.id,
        name=data.name.strip(),
        pinyin=pinyin(data.name),
        title_zh=data.title_zh,
        title_en=data.title_en,
        department=data.department,
        area_code=None if before is None else before.area_code,
        place=data.place,
        phone=data.phone,
        mobile=data.mobile,
        duties=data.duties,
        account_id=account,
        left_at=None,
        version=1 if before is None else before.version + 1,
    )
    await store.save_person(tx.conn, person)
    also = [(p.department, p.title_zh, p.title_en) for p in data.also]
    moved = before is not None and set(also) != set(await store.positions_of(tx.conn, person.id))
    await store.put_positions(tx.conn, person.id, also)
    # Telephone numbers are personal: the record says that they changed, not what they are.
    told: JsonObject = {"person_id": person.id, "name": person.name, "department": person.department}
    if before is None:
        publication = Publication("person.entered", told)
    else:
        changed: list[Json] = [*changed_fields(before, person), *(["also"] if moved else [])]
        publication = Publication("person.corrected", {**told, "changed": changed})
    return Outcome(await published(tx, entry.held, publication, person.duties), {"person_id": person.id})


_FIELDS = ("name", "title_zh", "title_en", "department", "place", "phone", "mobile")


def changed_fields(before: Member, after: Member) -> list[str]:
    """Names of the fields that differ, as the command names them."""
    changed = [name for name in _FIELDS if getattr(before, name) != getattr(after, name)]
    if set(before.duties) != set(after.duties):
        changed.append("duties")
    return [*changed, *(["account"] if before.account_id != after.account_id else [])]


async def _account(tx: Transaction, login: str, person_id: str | None) -> UUID:
    row = await (await tx.conn.execute("SELECT id FROM spine.account WHERE login = %s", (login.lower(),))).fetchone()
    if row is None:
        raise not_found("账号", "account", login, field="data.account")
    held_by = await store.person_of_account(tx.conn, row[0])
    if held_by is not None and held_by.id != person_id:
        raise Refused(
            "account_taken",
            zh=f"账号“{login}”已关联{held_by.name}。",
            en=f"The account '{login}' is {held_by.name}'s.",
            field="data.account",
            status=409,
            final=False,
        )
    return row[0]


async def _load_retire(tx: Transaction, command: Command[RetirePerson]) -> Entry:
    held = await hold_roster(tx.conn, command.by.account_id)
    person = await store.need_person(tx.conn, command.data.person_id)
    if person.version != command.data.expect:
        raise stale_version(command.data.expect, person.version, field="data.expect")
    area = CITY
    if person.department is not None:
        area = (await unit_store.need_department(tx.conn, person.department)).area_code or CITY
    return Entry(held, person, area)


async def _retire(tx: Transaction, command: Command[RetirePerson], entry: Entry) -> Outcome:
    before = entry.person
    if before is None or before.left_at is not None:
        raise Refused(
            "person_left",
            zh="此人已离岗。",
            en="This person serves no more already.",
            field="data.person_id",
            status=409,
        )
    after = replace(before, left_at=tx.at, duties=(), account_id=None, version=before.version + 1)
    await store.save_person(tx.conn, after)
    shifts = [s for s in await store.shifts_of_person(tx.conn, before.id, tx.at) if s.starts_at > tx.at]
    emptied = [replace(s, person_id=None, origin="hand", version=s.version + 1, updated_at=tx.at) for s in shifts]
    told: JsonObject = {"person_id": before.id, "name": before.name, "emptied": len(emptied)}
    publication = Publication("person.retired", told)
    found = await put(tx, entry.held, publication, emptied)
    posts = sorted({*before.duties, *(s.post for s in emptied)})
    result: JsonObject = {"emptied": len(emptied), "warnings": warned(found)}
    return Outcome(await published(tx, entry.held, publication, posts), result)


HANDLINGS: tuple[AnyHandling, ...] = (
    Handling(PutPerson, _WHO, _load_put, Entry.scope, _put),
    Handling(RetirePerson, _WHO, _load_retire, Entry.scope, _retire),
)
