"""Accounts, sessions and API tokens. Tokens are kept as hashes; passwords as argon2id."""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg.rows import class_row

from spine.db import Connection
from spine.errors import Refused, not_found
from spine.principal import Grant, Principal, Role, feed

SESSION_LIFE = timedelta(hours=14)
"""A 12-hour shift and its handover."""
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))  # so that an unknown login costs the same time as a wrong password


@dataclass(frozen=True, slots=True)
class Account:
    id: UUID
    login: str
    name: str
    password_hash: str
    email: str | None
    phone: str | None
    locale: str
    disabled: bool


@dataclass(frozen=True, slots=True)
class _GrantRow:
    role: str
    area: str
    department: str | None
    unit: str | None


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def password_fits(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def sign_in(conn: Connection, login: str, password: str, at: datetime) -> tuple[str, Principal]:
    """A new session's token and who it is. Raises Refused `sign_in_failed`, the same for every cause."""
    account = await _account_by_login(conn, login.strip().lower())
    # Hashing takes tens of milliseconds by design: in a thread, so that no desk's facts wait for somebody's password.
    fits = await asyncio.to_thread(password_fits, account.password_hash if account else _NOBODY, password)
    if account is None or not fits or account.disabled:
        raise Refused(
            "sign_in_failed",
            zh="用户名或密码不对。",
            en="The user name or the password is wrong.",
            field="password",
            status=401,
            final=False,
        )
    token = secrets.token_urlsafe(32)
    await conn.execute(
        """
        INSERT INTO spine.session (token_hash, account_id, created_at, expires_at)
        VALUES (%(hash)s, %(account)s, %(at)s, %(until)s)
        """,
        {"hash": token_hash(token), "account": account.id, "at": at, "until": at + SESSION_LIFE},
    )
    return token, await _principal(conn, account)


async def sign_out(conn: Connection, token: str) -> None:
    await conn.execute("DELETE FROM spine.session WHERE token_hash = %s", (token_hash(token),))


@dataclass(frozen=True, slots=True)
class SignedInAs:
    """Whom a session or an API token signs as, and until when (None: until it is revoked)."""

    principal: Principal
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _CredentialRow:
    token_hash: bytes
    until: datetime | None
    feed: str | None
    account_id: UUID | None
    name: str | None
    locale: str | None
    grants: list[tuple[str, str, str | None, str | None]]


async def signed_in_as(conn: Connection, hashes: Sequence[bytes], at: datetime) -> dict[bytes, SignedInAs]:
    """Who is behind these credentials (hashes of session tokens or API tokens); those that are not good are left out.

    One statement for however many: a thousand screens that come back at once cost the database one question.
    """
    async with conn.cursor(row_factory=class_row(_CredentialRow)) as cur:
        await cur.execute(
            """
            WITH credential AS (
                SELECT token_hash, expires_at AS until, account_id, NULL AS feed FROM spine.session
                WHERE token_hash = ANY(%(hashes)s) AND expires_at > %(at)s
                UNION ALL
                SELECT token_hash, expires_at, account_id, feed FROM spine.api_token
                WHERE token_hash = ANY(%(hashes)s) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %(at)s)
            )
            SELECT c.token_hash, c.until, c.feed, a.id AS account_id, a.name, a.locale,
                coalesce((SELECT jsonb_agg(jsonb_build_array(g.role, g.area, g.department, g.unit) ORDER BY g.role, g.area)
                          FROM spine.account_grant g WHERE g.account_id = a.id), '[]') AS grants
            FROM credential c LEFT JOIN spine.account a ON a.id = c.account_id AND NOT a.disabled
            WHERE a.id IS NOT NULL OR c.feed IS NOT NULL
            """,
            {"hashes": list(hashes), "at": at},
        )
        rows = await cur.fetchall()
    return {bytes(row.token_hash): SignedInAs(_who(row), row.until) for row in rows}


def _who(row: _CredentialRow) -> Principal:
    """A feed's token can do nothing but bring in documents."""
    if row.feed is not None:
        return feed(row.feed)
    grants = tuple(Grant(Role(role), area, department, unit) for role, area, department, unit in row.grants)
    return Principal(f"account:{row.account_id}", row.name or "", grants, row.locale or "zh", row.account_id)


async def principal_of_account(conn: Connection, account_id: UUID) -> Principal | None:
    async with conn.cursor(row_factory=class_row(Account)) as cur:
        await cur.execute(
            """
            SELECT id, login, name, password_hash, email, phone, locale, disabled FROM spine.account
            WHERE id = %s AND NOT disabled
            """,
            (account_id,),
        )
        account = await cur.fetchone()
    return None if account is None else await _principal(conn, account)


async def login_of(conn: Connection, account_id: UUID) -> str | None:
    row = await (await conn.execute("SELECT login FROM spine.account WHERE id = %s", (account_id,))).fetchone()
    return None if row is None else str(row[0])


async def _account_by_login(conn: Connection, login: str) -> Account | None:
    async with conn.cursor(row_factory=class_row(Account)) as cur:
        await cur.execute(
            """
            SELECT id, login, name, password_hash, email, phone, locale, disabled FROM spine.account WHERE login = %s
            """,
            (login,),
        )
        return await cur.fetchone()


async def _principal(conn: Connection, account: Account) -> Principal:
    async with conn.cursor(row_factory=class_row(_GrantRow)) as cur:
        await cur.execute(
            "SELECT role, area, department, unit FROM spine.account_grant WHERE account_id = %s ORDER BY role, area",
            (account.id,),
        )
        rows = await cur.fetchall()
    grants = tuple(Grant(Role(r.role), r.area, r.department, r.unit) for r in rows)
    return Principal(f"account:{account.id}", account.name, grants, account.locale, account.id)


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account that is told something: where it can be reached."""

    account_id: UUID
    name: str
    email: str | None
    phone: str | None
    locale: str


async def recipients_of_department(conn: Connection, department: str) -> list[Recipient]:
    async with conn.cursor(row_factory=class_row(Recipient)) as cur:
        await cur.execute(
            """
            SELECT DISTINCT a.id AS account_id, a.name, a.email, a.phone, a.locale
            FROM spine.account a JOIN spine.account_grant g ON g.account_id = a.id
            WHERE g.role = 'department' AND g.department = %s AND NOT a.disabled ORDER BY a.id
            """,
            (department,),
        )
        return await cur.fetchall()


async def recipients_of_unit(conn: Connection, unit: str) -> list[Recipient]:
    async with conn.cursor(row_factory=class_row(Recipient)) as cur:
        await cur.execute(
            """
            SELECT DISTINCT a.id AS account_id, a.name, a.email, a.phone, a.locale
            FROM spine.account a JOIN spine.account_grant g ON g.account_id = a.id
            WHERE g.role = 'field_unit' AND g.unit = %s AND NOT a.disabled ORDER BY a.id
            """,
            (unit,),
        )
        return await cur.fetchall()


async def recipients_of_post(conn: Connection, holder: UUID | None, roles: Sequence[str], area: str) -> list[Recipient]:
    """The account that holds a post; without a holder everybody whose role in that area lets him hold it."""
    async with conn.cursor(row_factory=class_row(Recipient)) as cur:
        await cur.execute(
            """
            SELECT DISTINCT a.id AS account_id, a.name, a.email, a.phone, a.locale
            FROM spine.account a JOIN spine.account_grant g ON g.account_id = a.id
            WHERE NOT a.disabled AND (a.id = %(holder)s
                OR (%(holder)s::uuid IS NULL AND g.role = ANY(%(roles)s) AND %(area)s LIKE g.area || '%%'))
            ORDER BY a.id
            """,
            {"holder": holder, "roles": list(roles), "area": area},
        )
        return await cur.fetchall()


async def recipient(conn: Connection, account_id: UUID) -> list[Recipient]:
    """That account, or nobody when it is disabled."""
    async with conn.cursor(row_factory=class_row(Recipient)) as cur:
        await cur.execute(
            "SELECT id AS account_id, name, email, phone, locale FROM spine.account WHERE id = %s AND NOT disabled",
            (account_id,),
        )
        return await cur.fetchall()


async def put_account(
    conn: Connection,
    *,
    account_id: UUID,
    login: str,
    name: str,
    password_hash: str,
    grants: Sequence[Grant],
    email: str | None = None,
    phone: str | None = None,
    locale: str = "zh",
    demo_password: str | None = None,
) -> None:
    """Make an account, or bring name, addresses and grants of an existing one up to date (its password stays).

    `password_hash` is by `hash_password`; a training account's password is shown to everybody and stands in `demo_password`.
    """
    await conn.execute(
        """
        INSERT INTO spine.account (id, login, name, password_hash, email, phone, locale, demo_password)
        VALUES (%(id)s, %(login)s, %(name)s, %(hash)s, %(email)s, %(phone)s, %(locale)s, %(demo)s)
        ON CONFLICT (id) DO UPDATE SET login = EXCLUDED.login, name = EXCLUDED.name, email = EXCLUDED.email,
            phone = EXCLUDED.phone, locale = EXCLUDED.locale
        """,
        {
            "id": account_id,
            "login": login.lower(),
            "name": name,
            "hash": password_hash,
            "email": email,
            "phone": phone,
            "locale": locale,
            "demo": demo_password,
        },
    )
    await conn.execute("DELETE FROM spine.account_grant WHERE account_id = %s", (account_id,))
    async with conn.cursor() as cur:
        await cur.executemany(
            "INSERT INTO spine.account_grant (account_id, role, area, department, unit) VALUES (%s, %s, %s, %s, %s)",
            [(account_id, g.role.value, g.area, g.department, g.unit) for g in grants],
        )


async def disable_account(conn: Connection, account_id: UUID, at: datetime) -> None:
    """Nobody signs in with it any more; its sessions end and its tokens are revoked now."""
    await conn.execute("UPDATE spine.account SET disabled = true WHERE id = %s", (account_id,))
    await conn.execute("DELETE FROM spine.session WHERE account_id = %s", (account_id,))
    await conn.execute(
        "UPDATE spine.api_token SET revoked_at = %s WHERE account_id = %s AND revoked_at IS NULL", (at, account_id)
    )


async def enable_account(conn: Connection, account_id: UUID) -> None:
    await conn.execute("UPDATE spine.account SET disabled = false WHERE id = %s", (account_id,))


async def set_password(conn: Connection, account_id: UUID, password_hash: str) -> None:
    """`password_hash` is by `hash_password`. Sessions that were open under the old one end; it is no shared training password."""
    await conn.execute(
        "UPDATE spine.account SET password_hash = %s, demo_password = NULL WHERE id = %s", (password_hash, account_id)
    )
    await conn.execute("DELETE FROM spine.session WHERE account_id = %s", (account_id,))


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account without its password. `grants`: [role, area, department, unit] each."""

    id: UUID
    login: str
    name: str
    email: str | None
    phone: str | None
    disabled: bool
    training: bool
    grants: list[tuple[str, str, str | None, str | None]]

    def has(self, role: Role) -> bool:
        return any(grant[0] == role for grant in self.grants)


async def all_accounts(conn: Connection) -> list[AccountLine]:
    async with conn.cursor(row_factory=class_row(AccountLine)) as cur:
        await cur.execute(
            """
            SELECT a.id, a.login, a.name, a.email, a.phone, a.disabled, a.demo_password IS NOT NULL AS training,
                coalesce((SELECT jsonb_agg(jsonb_build_array(g.role, g.area, g.department, g.unit) ORDER BY g.role, g.area)
                          FROM spine.account_grant g WHERE g.account_id = a.id), '[]') AS grants
            FROM spine.account a ORDER BY a.login
            """
        )
        return await cur.fetchall()


async def make_api_token(
    conn: Connection, *, name: str, at: datetime, account_id: UUID | None = None, feed_name: str | None = None
) -> str:
    """A new token; this is the only time that anybody sees it."""
    token = "fs_" + secrets.token_urlsafe(32)
    await conn.execute(
        """
        INSERT INTO spine.api_token (id, token_hash, name, account_id, feed, created_at)
        VALUES (%(id)s, %(hash)s, %(name)s, %(account)s, %(feed)s, %(at)s)
        """,
        {
            "id": uuid4(),
            "hash": token_hash(token),
            "name": name,
            "account": account_id,
            "feed": feed_name,
            "at": at,
        },
    )
    return token


async def account_named(conn: Connection, login: str) -> Principal:
    """The principal of a login, for the command line. Raises Refused `not_found`."""
    account = await _account_by_login(conn, login.lower())
    if account is None:
        raise not_found("账号", "account", login)
    return await _principal(conn, account)


@dataclass(frozen=True, slots=True)
class DemoLogin:
    login: str
    name: str
    password: str
    roles: list[str]


async def demo_logins(conn: Connection) -> list[DemoLogin]:
    """The seeded training accounts with their passwords; a city's own accounts are never among them."""
    async with conn.cursor(row_factory=class_row(DemoLogin)) as cur:
        await cur.execute(
            """
            SELECT a.login, a.name, a.demo_password AS password, array_agg(DISTINCT g.role) AS roles
            FROM spine.account a JOIN spine.account_grant g ON g.account_id = a.id
            WHERE a.demo_password IS NOT NULL AND NOT a.disabled
            GROUP BY a.login, a.name, a.demo_password
            ORDER BY min(array_position(ARRAY['duty_officer', 'leader', 'department', 'field_unit'], g.role)) NULLS LAST,
                a.login
            """
        )
        return await cur.fetchall()
