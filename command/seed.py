"""Puts the organisation of the YAML files into a realm's database. Repeating it changes only what the files changed."""

from dataclasses import dataclass
from datetime import datetime

from command.duty import Duty, roster_day, rota
from command.organisation.book import (
    AccountEntry,
    FieldUnit,
    organisation,
    unit_id,
)
from command.plan import plans
from command.plan_take_in import take_in_shipped
from command.resource_seed import seed_resources
from command.unit import Unit
from command.unit_store import DepartmentRow, put_department, put_person, put_post, put_shifts, put_unit
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
    for person in known.people:
        await put_person(conn, person.id, person.name, (person.title_zh, person.title_en), person.phone)
    shifts = rota(known.people, roster_day(at), ROSTER_DAYS)
    await put_shifts(conn, shifts)
    for unit in known.units.values():
        await put_unit(conn, _unit(unit))
    resources = await seed_resources(conn, at)
    shipped = await take_in_shipped(conn, at, [plan.id for plan in plans()])
    return {
        "departments": len(known.departments),
        "posts": len(known.posts),
        "people": len(known.people),
        "shifts": len(shifts),
        "units": len(known.units),
        **resources,
        "plans": len(shipped),
    }


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
