"""Puts the organisation of the YAML files into a realm's database. Repeating it changes only what the files changed."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from command.organisation.book import (
    AccountEntry,
    FieldUnit,
    Person,
    Reporter,
    organisation,
    unit_id,
)
from command.planning.plan import plans
from command.planning.take_in import take_in_shipped
from command.resources.seed import seed_resources
from command.roster.duty import Duty
from command.roster.roster import Member, Shift, roster_day, rotation, slots
from command.roster.rules import roster_rules
from command.roster.store import put_positions, save_person, seed_shifts, shifts_between
from command.units.store import DepartmentRow, put_department, put_post, put_unit
from command.units.unit import Unit
from gis.region.names import initials_of, pinyin_of
from spine.command import Connection
from spine.principal import Grant

ROSTER_DAYS = 14


async def seed_organisation(conn: Connection, at: datetime) -> dict[str, int]:
    """Departments, posts, people, the roster from `at` on, and field units. Returns how many of each there are."""
    known = organisation()
    for number, department in enumerate(known.departments.values()):
        await put_department(
            conn,
            DepartmentRow(
                code=department.code,
                zh=department.zh,
                en=department.en,
                role_zh=department.role_zh,
                role_en=department.role_en,
                basis=department.basis,
                source=department.source,
                area_code=department.area,
                parent=department.parent,
                sort=number,
            ),
        )
    for post in known.posts.values():
        holders = sorted(role.value for role in post.holders)
        await put_post(conn, Duty(post.id, post.zh, post.en, post.kind, post.area, holders, None, None, None))
    members = [*(_member(person) for person in known.people), *(_reporter(one) for one in known.reporters)]
    kept, corrected = await _linked(conn), await _corrected(conn)
    for member in members:
        if member.id not in corrected:
            await save_person(conn, replace(member, account_id=kept.get(member.id)))
    for person in known.people:
        if person.id in corrected:
            continue
        await put_positions(conn, person.id, [(p.department, p.title_zh, p.title_en) for p in person.also])
    shifts = await _roster(conn, members, at)
    for unit in known.units.values():
        await put_unit(conn, _unit(unit))
    resources = await seed_resources(conn, at)
    shipped = await take_in_shipped(conn, at, [plan.id for plan in plans()])
    return {
        "departments": len(known.departments),
        "posts": len(known.posts),
        "people": len(members),
        "shifts": len(shifts),
        "units": len(known.units),
        **resources,
        "plans": len(shipped),
    }


async def _corrected(conn: Connection) -> frozenset[str]:
    """Whom the city corrected or retired on its screens: the files no longer say better."""
    rows = await (await conn.execute("SELECT id FROM command.person WHERE version > 1")).fetchall()
    return frozenset(str(row[0]) for row in rows)


async def _linked(conn: Connection) -> dict[str, UUID]:
    """Accounts that people have already: seeding again takes nobody's away."""
    rows = await (
        await conn.execute("SELECT id, account_id FROM command.person WHERE account_id IS NOT NULL")
    ).fetchall()
    return {str(key): account for key, account in rows}


async def _roster(conn: Connection, members: list[Member], at: datetime) -> list[Shift]:
    """The roster of the next days where nobody has made one yet."""
    rules = roster_rules()
    stood = {post for member in members for post in member.duties}  # nobody is on a post's list: not planned, not empty
    posts = [post.id for post in organisation().posts.values() if post.kind == "duty" and post.id in stood]
    first = roster_day(rules, at)
    wanted = slots(rules, posts, first, ROSTER_DAYS)
    standing = await shifts_between(conn, wanted[0].starts_at, wanted[-1].ends_at)
    shifts = rotation(rules, members, standing, (), wanted, at)
    await seed_shifts(conn, shifts)
    return shifts


def pinyin(name: str) -> str:
    """What a name is found by: 陈晓雨 → "chenxiaoyu cxy"."""
    return f"{pinyin_of(name)} {initials_of(name)}"


def _member(person: Person) -> Member:
    return Member(
        id=person.id,
        name=person.name,
        pinyin=pinyin(person.name),
        title_zh=person.title_zh,
        title_en=person.title_en,
        department=person.department,
        area_code=None,
        place=None,
        phone=person.phone,
        mobile=None,
        duties=person.rota,
        account_id=None,
        left_at=None,
        version=1,
    )


def _reporter(one: Reporter) -> Member:
    return Member(
        id=one.id,
        name=one.name,
        pinyin=pinyin(one.name),
        title_zh="灾害信息员",
        title_en="Disaster information reporter",
        department=f"TWN-{one.township}",
        area_code=one.township,
        place=one.place,
        phone=None,
        mobile=one.mobile,
        duties=(),
        account_id=None,
        left_at=None,
        version=1,
    )


def _unit(listed: FieldUnit) -> Unit:
    return Unit(
        id=unit_id(listed.code),
        code=listed.code,
        call_sign=listed.call_sign,
        name=listed.name,
        name_en=listed.name_en,
        department=listed.department,
        kind=listed.kind,
        capabilities=listed.capabilities,
        crew=listed.crew,
        status="available",
        status_at=None,
        lon=listed.lon,
        lat=listed.lat,
        origin="WGS84",
        accuracy_m=None,
        seen_at=None,
        task_id=None,
        need_help=None,
        phone=listed.phone,
        area_code=listed.area,
        version=1,
    )


@dataclass(frozen=True, slots=True)
class SeedAccount:
    """A training account, ready to be made; units' codes have become their ids."""

    login: str
    name: str
    locale: str
    email: str | None
    grants: tuple[Grant, ...]


def seed_accounts() -> tuple[SeedAccount, ...]:
    """The training accounts of `organisation/accounts.yaml`."""
    return tuple(
        SeedAccount(entry.login, entry.name, entry.locale, entry.email, _grants(entry))
        for entry in organisation().accounts
    )


def _grants(entry: AccountEntry) -> tuple[Grant, ...]:
    return tuple(
        Grant(
            role=role.role,
            area=role.area,
            department=role.department,
            unit=None if role.unit is None else str(unit_id(role.unit)),
        )
        for role in entry.roles
    )
