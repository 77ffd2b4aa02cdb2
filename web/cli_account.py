"""account add, add-desks, list, password, disable, enable: who may sign in, kept from the command line of the server."""

import argparse
import csv
import secrets
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from command.organisation.account_rules import (
    ROLES,
    check_disable,
    check_login,
    check_password,
    desks_without_account,
    grant_of,
    need_account,
)
from command.organisation.book import organisation
from spine.accounts import (
    AccountLine,
    all_accounts,
    disable_account,
    enable_account,
    hash_password,
    put_account,
    set_password,
)
from spine.db import Connection
from spine.errors import Refused
from spine.principal import CITY, Grant, Role
from spine.settings import Settings
from web.cli_layers import open_house_here
from web.rooms import House
from web.words import locale, say


def add_account(commands: Any) -> None:
    parser = commands.add_parser("account", help="账号 / accounts")
    actions = parser.add_subparsers(dest="action", required=True)
    one = actions.add_parser("add", help="新建账号 / make an account")
    one.add_argument("login")
    one.add_argument("--name", required=True, help="姓名或席位名 / a person's or a desk's name")
    one.add_argument("--role", required=True, help=" | ".join(ROLES))
    one.add_argument(
        "--area", default=None, help="行政区划代码，默认为单位所在地或全市 / default: the department's, else the city"
    )
    one.add_argument("--department", default=None, metavar="CODE")
    one.add_argument("--unit", default=None, metavar="CODE")
    one.add_argument("--email", default=None)
    one.add_argument("--phone", default=None)
    one.add_argument("--language", choices=("zh", "en"), default="zh")
    _takes_password(one)
    one.set_defaults(run=run_add)
    desks = actions.add_parser("add-desks", help="给没有账号的席位各建一个 / one for every desk that has none")
    desks.add_argument("--level", choices=("city", "county", "township"), default="township")
    desks.add_argument("--area", default=CITY, help="只在这个地区 / only in this area")
    desks.add_argument(
        "--out", type=Path, required=True, metavar="FILE.csv", help="用户名和口令写到这里 / logins and passwords"
    )
    desks.set_defaults(run=run_add_desks)
    listing = actions.add_parser("list", help="列出 / list")
    listing.add_argument("--department", default=None, metavar="CODE")
    listing.set_defaults(run=run_list)
    word = actions.add_parser("password", help="换口令 / a new password")
    word.add_argument("login")
    _takes_password(word)
    word.set_defaults(run=run_password)
    for name, words, act in (
        ("disable", "停用并立即退出登录 / disable and sign out now", run_disable),
        ("enable", "恢复 / enable", run_enable),
    ):
        changing = actions.add_parser(name, help=words)
        changing.add_argument("login")
        changing.set_defaults(run=act)


def _takes_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-file",
        type=Path,
        default=None,
        metavar="FILE",
        help="默认生成并显示一次 / default: made and shown once",
    )


@asynccontextmanager
async def _house(settings: Settings) -> AsyncGenerator[tuple[House, Connection]]:
    async with open_house_here(settings) as house, house.realm.pool.connection() as conn, conn.transaction():
        # One change of accounts at a time: what is looked at here is what is changed.
        await conn.execute("LOCK TABLE spine.account IN SHARE ROW EXCLUSIVE MODE")
        yield house, conn


def _password(arguments: argparse.Namespace) -> tuple[str, bool]:
    """The password, and whether it was made here and must be shown."""
    if arguments.password_file is None:
        return secrets.token_urlsafe(9), True
    return check_password(arguments.password_file.read_text("utf-8").strip()), False


async def run_add(arguments: argparse.Namespace, settings: Settings) -> int:
    known = organisation()
    grant = grant_of(arguments.role, arguments.area, arguments.department, arguments.unit, known)
    password, made = _password(arguments)
    async with _house(settings) as (_, conn):
        login = check_login(arguments.login, {one.login for one in await all_accounts(conn)})
        await put_account(
            conn,
            account_id=uuid4(),
            login=login,
            name=arguments.name,
            password_hash=hash_password(password),
            grants=[grant],
            email=arguments.email,
            phone=arguments.phone,
            locale=arguments.language,
        )
    say(f"已建账号 {login}（{_told(grant)}）。", f"account {login} made ({_told(grant)}).")
    _show(login, password, made)
    return 0


def _told(grant: Grant) -> str:
    return " ".join(str(part) for part in (grant.role.value, grant.area, grant.department, grant.unit) if part)


def _show(login: str, password: str, made: bool) -> None:
    if made:
        say("口令只显示这一次：", "The password is shown this once:")
        print(f"  {login}  {password}")


async def run_add_desks(arguments: argparse.Namespace, settings: Settings) -> int:
    """Logins are the desks' codes in lower case. The file is made first, readable by its owner alone."""
    known = organisation()
    if arguments.out.exists():
        raise Refused(
            "file_exists",
            zh=f"文件 {arguments.out} 已存在，不覆盖。",
            en=f"{arguments.out} exists; it is not overwritten.",
            field="out",
        )
    async with _house(settings) as (_, conn):
        accounts = await all_accounts(conn)
        taken = {one.login for one in accounts}
        desks = desks_without_account(accounts, known, arguments.level, arguments.area)
        rows: list[tuple[str, str, str, str]] = []
        for desk in desks:
            login, password = check_login(desk.code.lower(), taken), secrets.token_urlsafe(9)
            await put_account(
                conn,
                account_id=uuid4(),
                login=login,
                name=desk.zh,
                password_hash=hash_password(password),
                grants=[Grant(Role.DEPARTMENT, desk.area or CITY, desk.code)],
            )
            rows.append((desk.code, desk.zh, login, password))
        if rows:
            _write(arguments.out, rows)  # before the accounts are committed: a password that nobody has is of no use
    say(
        f"新建 {len(rows)} 个席位账号" + (f"，口令在 {arguments.out}。" if rows else "：都已有账号。"),
        f"{len(rows)} accounts of desks made" + (f", passwords in {arguments.out}." if rows else ": all have one."),
    )
    return 0


def _write(path: Path, rows: list[tuple[str, str, str, str]]) -> None:
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("单位代码 code", "席位 desk", "用户名 login", "口令 password"))
        writer.writerows(rows)


async def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    async with open_house_here(settings) as house, house.realm.pool.connection() as conn:
        accounts = await all_accounts(conn)
    shown = [one for one in accounts if arguments.department in (None, *(grant[2] for grant in one.grants))]
    for one in shown:
        print(
            f"{_state(one)}  {one.login:24} {one.name}  " + "; ".join(" ".join(p for p in g if p) for g in one.grants)
        )
    say(f"{len(shown)} 个账号。", f"{len(shown)} accounts.")
    return 0


def _state(one: AccountLine) -> str:
    zh = locale() == "zh"
    if one.disabled:
        return "⊘ 停用" if zh else "⊘ disabled"
    if one.training:
        return "◇ 训练" if zh else "◇ training"
    return "● 正常" if zh else "● active"


async def run_password(arguments: argparse.Namespace, settings: Settings) -> int:
    password, made = _password(arguments)
    async with _house(settings) as (_, conn):
        account = need_account(await all_accounts(conn), arguments.login)
        await set_password(conn, account.id, hash_password(password))
    say(f"{account.login} 的口令已换，须重新登录。", f"{account.login} has a new password and must sign in again.")
    _show(account.login, password, made)
    return 0


async def run_disable(arguments: argparse.Namespace, settings: Settings) -> int:
    async with _house(settings) as (house, conn):
        accounts = await all_accounts(conn)
        account = need_account(accounts, arguments.login)
        check_disable(account, accounts)
        await disable_account(conn, account.id, house.realm.wall_now())
        left = await all_accounts(conn)
    say(f"{account.login} 已停用，已登录的立即退出。", f"{account.login} is disabled and signed out.")
    _warn_of_silent_desks(account, left)
    return 0


def _warn_of_silent_desks(account: AccountLine, accounts: list[AccountLine]) -> None:
    served = {grant[2] for one in accounts if not one.disabled for grant in one.grants}
    for grant in account.grants:
        if grant[2] is not None and grant[2] not in served:
            zh = f"△ {grant[2]} 再没有账号，下达给它的任务无人能收到。"
            en = f"△ {grant[2]} has no account left: nobody would receive its orders."
            print(zh if locale() == "zh" else en, file=sys.stderr)


async def run_enable(arguments: argparse.Namespace, settings: Settings) -> int:
    async with _house(settings) as (_, conn):
        account = need_account(await all_accounts(conn), arguments.login)
        await enable_account(conn, account.id)
    say(f"{account.login} 已恢复。", f"{account.login} is enabled.")
    return 0
