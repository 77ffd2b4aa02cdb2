"""What an account of this city may be: its login, its role, and where the role holds. Pure."""

import re
from collections.abc import Collection, Sequence

from command.organisation.book import Department, Organisation, unit_id
from spine.accounts import AccountLine
from spine.errors import Refused, not_found
from spine.principal import CITY, Grant, Role

FEWEST_CHARACTERS = 10
ROLES = tuple(role for role in Role if role not in (Role.FEED, Role.SYSTEM))
"""Roles of people; a feed has a token (`fengsui feed token`), the system nothing to sign in with."""
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]")


def check_login(login: str, taken: Collection[str]) -> str:
    """The login in lower case. Raises Refused `account_login`, `account_taken`."""
    plain = login.strip().lower()
    if _LOGIN.fullmatch(plain) is None:
        raise Refused(
            "account_login",
            zh=f"用户名“{login}”不行：3 到 64 个小写字母、数字、点、横线或下划线，首尾是字母或数字。",
            en=f"'{login}' is no user name: 3 to 64 lower-case letters, digits, dots, hyphens or underscores, "
            "a letter or digit first and last.",
            field="login",
        )
    if plain in taken:
        raise Refused(
            "account_taken",
            zh=f"用户名“{plain}”已有账号，请换一个，或用 account password、enable 恢复它。",
            en=f"There is an account '{plain}' already; take another name, or restore it with account password, enable.",
            field="login",
            status=409,
        )
    return plain


def check_password(password: str) -> str:
    """Raises Refused `account_password`."""
    if len(password) < FEWEST_CHARACTERS or len(set(password)) < 4:
        raise Refused(
            "account_password",
            zh=f"口令太弱：至少 {FEWEST_CHARACTERS} 个字符，不要一个字符重复。",
            en=f"The password is too weak: {FEWEST_CHARACTERS} characters at least, not the same one over and over.",
            field="password",
        )
    return password


def grant_of(role: str, area: str | None, department: str | None, unit: str | None, known: Organisation) -> Grant:
    """The grant that these words ask for. A department's area is its own unless another is given.

    Raises Refused `account_role`, `account_area`, `account_department`, `account_unit`, `not_found`.
    """
    if role not in ROLES:
        told = "、".join(ROLES)
        raise Refused(
            "account_role",
            zh=f"没有角色“{role}”，可用：{told}。",
            en=f"There is no role '{role}'; there are: {', '.join(ROLES)}.",
            field="role",
        )
    wanted = Role(role)
    desk = _department(department, known)
    if (wanted is Role.DEPARTMENT) != (desk is not None):
        raise Refused(
            "account_department",
            zh="department 角色要写单位代码（--department）；其他角色不写。",
            en="The role department needs a department (--department); no other role takes one.",
            field="department",
        )
    if (wanted is Role.FIELD_UNIT) != (unit is not None):
        raise Refused(
            "account_unit",
            zh="field_unit 角色要写力量代码（--unit）；其他角色不写。",
            en="The role field_unit needs a unit (--unit); no other role takes one.",
            field="unit",
        )
    if unit is not None and unit not in known.units:
        raise not_found("力量", "unit", unit, field="unit")
    own = CITY if desk is None or desk.area is None else desk.area
    return Grant(
        wanted,
        _area(area or own, known),
        None if desk is None else desk.code,
        None if unit is None else str(unit_id(unit)),
    )


def _department(code: str | None, known: Organisation) -> Department | None:
    if code is None:
        return None
    found = known.departments.get(code)
    if found is None:
        raise not_found("部门", "department", code, field="department")
    return found


def _area(code: str, known: Organisation) -> str:
    """Raises Refused `account_area` for a code that is neither the city nor a county or township of it."""
    areas = {CITY, *(one.code for one in known.counties), *(one.area for one in known.departments.values() if one.area)}
    if code not in areas:
        raise Refused(
            "account_area",
            zh=f"“{code}”不是本市、县或乡镇的代码。",
            en=f"'{code}' is neither the city nor a county or township of it.",
            field="area",
        )
    return code


def desks_without_account(
    accounts: Sequence[AccountLine], known: Organisation, level: str, area: str
) -> list[Department]:
    """Desks of a level (city, county, township) in an area that nobody could receive an order at, in the organisation's order."""
    served = {
        grant[2]
        for account in accounts
        if not account.disabled
        for grant in account.grants
        if grant[0] == Role.DEPARTMENT
    }
    length = {"city": 0, "county": 6, "township": 9}[level]
    return [
        one
        for one in known.departments.values()
        if len(one.area or "") == length and (one.area or CITY).startswith(area) and one.code not in served
    ]


def check_disable(account: AccountLine, accounts: Sequence[AccountLine]) -> None:
    """Raises Refused `account_disabled`, `account_last`: somebody must be left who administers."""
    if account.disabled:
        raise Refused(
            "account_disabled",
            zh=f"账号“{account.login}”已经停用。",
            en=f"The account '{account.login}' is disabled already.",
            field="login",
            status=409,
        )
    others = [
        one for one in accounts if one.login != account.login and not one.disabled and one.has(Role.ADMINISTRATOR)
    ]
    if account.has(Role.ADMINISTRATOR) and not others:
        raise Refused(
            "account_last",
            zh=f"“{account.login}”是最后一个管理员账号，不能停用；先建另一个管理员。",
            en=f"'{account.login}' is the last administrator; make another one before it is disabled.",
            field="login",
            status=409,
        )


def need_account(accounts: Sequence[AccountLine], login: str) -> AccountLine:
    """Raises Refused `not_found`."""
    found = next((one for one in accounts if one.login == login.strip().lower()), None)
    if found is None:
        raise not_found("账号", "account", login, field="login")
    return found
