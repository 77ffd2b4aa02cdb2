"""Who there is: departments, posts, field units and people of the city, read from the YAML files beside this module."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import UUID, uuid5

from command.rulebook import STRICT, RulesTrouble, read_rules
from spine.principal import CITY, Role

HERE = Path(__file__).parent
_NAMESPACE = UUID("3f1b1d52-0a7c-5e57-9a3b-9f0a6f6f2c01")

Basis = Literal["statute", "customary"]


@dataclass(frozen=True, slots=True)
class Department:
    """A member unit or county desk. `area`: its county's code, None for the city's own departments."""

    __pydantic_config__ = STRICT
    code: str
    zh: str
    en: str
    role_zh: str
    role_en: str
    basis: Basis
    source: str
    area: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class _CountyDesk:
    __pydantic_config__ = STRICT
    prefix: str
    parent: str
    zh: str
    en: str
    role_zh: str
    role_en: str
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class County:
    __pydantic_config__ = STRICT
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Township:
    __pydantic_config__ = STRICT
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _TownshipsFile:
    __pydantic_config__ = STRICT
    version: int
    desk: _CountyDesk
    townships: tuple[Township, ...]


@dataclass(frozen=True, slots=True)
class _DepartmentsFile:
    __pydantic_config__ = STRICT
    version: int
    area: str
    departments: tuple[Department, ...]
    county_desks: tuple[_CountyDesk, ...]
    counties: tuple[County, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the duty room or the headquarters; `holders`: roles whose accounts may take it."""

    __pydantic_config__ = STRICT
    id: str
    zh: str
    en: str
    kind: Literal["duty", "command"]
    holders: frozenset[Role]
    area: str = CITY


@dataclass(frozen=True, slots=True)
class _PostsFile:
    __pydantic_config__ = STRICT
    version: int
    city: tuple[Post, ...]
    county: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class Named:
    __pydantic_config__ = STRICT
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FieldUnit:
    """A field unit as the city lists it, with its home position (WGS 84)."""

    __pydantic_config__ = STRICT
    code: str
    call_sign: str
    name: str
    name_en: str
    kind: str
    department: str
    area: str
    crew: int
    lat: float
    lon: float
    capabilities: tuple[str, ...]
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class UnitsFile:
    __pydantic_config__ = STRICT
    version: int
    illustrative: bool
    kinds: dict[str, Named]
    capabilities: dict[str, Named]
    units: tuple[FieldUnit, ...]


@dataclass(frozen=True, slots=True)
class Position:
    """A position that somebody holds besides his first one."""

    __pydantic_config__ = STRICT
    department: str
    title_zh: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Person:
    """`rota`: the duty posts he stands; `account`: his login; `also`: further positions."""

    __pydantic_config__ = STRICT
    id: str
    name: str
    title_zh: str
    title_en: str
    phone: str | None
    rota: tuple[str, ...]
    department: str | None = None
    account: str | None = None
    also: tuple[Position, ...] = ()


@dataclass(frozen=True, slots=True)
class Reporter:
    """An information reporter of a village (灾害信息员): a name and a number, no account."""

    __pydantic_config__ = STRICT
    id: str
    name: str
    township: str
    place: str
    mobile: str | None


@dataclass(frozen=True, slots=True)
class _ReportersFile:
    __pydantic_config__ = STRICT
    version: int
    illustrative: bool
    reporters: tuple[Reporter, ...]


@dataclass(frozen=True, slots=True)
class _PeopleFile:
    __pydantic_config__ = STRICT
    version: int
    illustrative: bool
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class RoleEntry:
    """A role of a training account; `unit` is a unit's code here, its id in the grant."""

    __pydantic_config__ = STRICT
    role: Role
    area: str
    department: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class AccountEntry:
    __pydantic_config__ = STRICT
    login: str
    name: str
    locale: Literal["zh", "en"]
    email: str | None
    roles: tuple[RoleEntry, ...]


@dataclass(frozen=True, slots=True)
class _AccountsFile:
    __pydantic_config__ = STRICT
    version: int
    illustrative: bool
    accounts: tuple[AccountEntry, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """Everything, checked against each other."""

    departments: dict[str, Department]
    counties: tuple[County, ...]
    posts: dict[str, Post]
    kinds: dict[str, Named]
    capabilities: dict[str, Named]
    units: dict[str, FieldUnit]
    people: tuple[Person, ...]
    accounts: tuple[AccountEntry, ...]
    townships: tuple[Township, ...]
    reporters: tuple[Reporter, ...]


def unit_id(code: str) -> UUID:
    """The id of a listed unit: the same in every realm, so that an exercise's copy has the same units."""
    return uuid5(_NAMESPACE, f"unit:{code}")


@cache
def organisation() -> Organisation:
    """The organisation as the files say. Raises RulesTrouble."""
    return read_organisation(HERE)


def read_organisation(folder: Path) -> Organisation:
    listed = read_rules(folder / "departments.yaml", _DepartmentsFile)
    posts = read_rules(folder / "posts.yaml", _PostsFile)
    units = read_rules(folder / "units.yaml", UnitsFile)
    people = read_rules(folder / "people.yaml", _PeopleFile)
    accounts = read_rules(folder / "accounts.yaml", _AccountsFile)
    townships = read_rules(folder / "townships.yaml", _TownshipsFile)
    reporters = read_rules(folder / "reporters.yaml", _ReportersFile)
    desks = (*listed.departments, *_county_desks(listed), *_township_desks(townships))
    found = Organisation(
        departments={d.code: d for d in desks},
        counties=listed.counties,
        posts={p.id: p for p in (*posts.city, *_county_posts(posts, listed.counties))},
        kinds=units.kinds,
        capabilities=units.capabilities,
        units={u.code: u for u in units.units},
        people=people.people,
        accounts=accounts.accounts,
        townships=townships.townships,
        reporters=reporters.reporters,
    )
    _check(folder, found, units)
    return found


def _county_desks(listed: _DepartmentsFile) -> list[Department]:
    return [
        Department(
            code=f"{desk.prefix}-{county.code}",
            zh=desk.zh.format(zh=county.zh),
            en=desk.en.format(en=county.en),
            role_zh=desk.role_zh,
            role_en=desk.role_en,
            basis=desk.basis,
            source=desk.source,
            area=county.code,
            parent=desk.parent,
        )
        for county in listed.counties
        for desk in listed.county_desks
    ]


def _township_desks(listed: _TownshipsFile) -> list[Department]:
    """TWN-530926103 under CTY-530926: orders can be sent to a township, and its villages' reporters stand under it."""
    desk = listed.desk
    return [
        Department(
            code=f"{desk.prefix}-{township.code}",
            zh=desk.zh.format(zh=township.zh),
            en=desk.en.format(en=township.en),
            role_zh=desk.role_zh,
            role_en=desk.role_en,
            basis=desk.basis,
            source=desk.source,
            area=township.code,
            parent=f"{desk.parent}-{township.code[:6]}",
        )
        for township in listed.townships
    ]


def _county_posts(posts: _PostsFile, counties: tuple[County, ...]) -> list[Post]:
    return [
        Post(
            id=f"{county.code}-{post.id}",
            zh=post.zh.format(zh=county.zh),
            en=post.en.format(en=county.en),
            kind=post.kind,
            holders=post.holders,
            area=county.code,
        )
        for county in counties
        for post in posts.county
    ]


def _check(folder: Path, found: Organisation, units: UnitsFile) -> None:
    """References between the files; all of what is wrong at once."""
    troubles: list[tuple[str, str]] = []

    def need(known: bool, what: str, name: str, where: str) -> None:
        if not known:
            troubles.append((f"{where} 写的“{name}”不存在（{what}）。", f"{where} names '{name}', no such {what}."))

    if len(found.units) != len(units.units):
        troubles.append(("有两个力量用了同一编号。", "Two units have the same code."))
    for unit in found.units.values():
        where = f"units.{unit.code}"
        need(unit.department in found.departments, "department", unit.department, where)
        need(unit.kind in found.kinds, "kind", unit.kind, where)
        for capability in unit.capabilities:
            need(capability in found.capabilities, "capability", capability, where)
    for department in found.departments.values():
        if department.parent is not None:
            need(department.parent in found.departments, "department", department.parent, department.code)
    for person in found.people:
        where = f"people.{person.id}"
        for post in person.rota:
            need(post in found.posts, "post", post, where)
        for code in (person.department, *(position.department for position in person.also)):
            need(code is None or code in found.departments, "department", str(code), where)
        need(
            person.account is None or any(a.login == person.account for a in found.accounts),
            "account",
            str(person.account),
            where,
        )
    codes = {township.code for township in found.townships}
    for reporter in found.reporters:
        need(reporter.township in codes, "township", reporter.township, f"reporters.{reporter.id}")
    ids = [one.id for one in (*found.people, *found.reporters)]
    for name in sorted({one for one in ids if ids.count(one) > 1}):
        troubles.append((f"人员编号“{name}”用了两次。", f"Two people have the id '{name}'."))
    for account in found.accounts:
        for entry in account.roles:
            where = f"accounts.{account.login}"
            if entry.role is Role.DEPARTMENT or entry.department is not None:
                need(entry.department in found.departments, "department", str(entry.department), where)
            if entry.role is Role.FIELD_UNIT or entry.unit is not None:
                need(entry.unit in found.units, "unit", str(entry.unit), where)
    if troubles:
        raise RulesTrouble(folder, troubles)
