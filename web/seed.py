"""Seeding: the training region, its organisation and the training accounts. Safe to repeat: the same seed changes nothing."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from command.organisation.book import organisation
from command.seed import seed_accounts, seed_organisation
from gis.exposure.load import seed_exposure
from gis.seed import seed_region
from spine.accounts import DemoLogin, demo_logins, hash_password, put_account
from spine.db import owner_connection

SEED = 5309
ON_DUTY = {"duty_leader": "leader1", "watch_commander": "duty1", "primary": "duty2"}
"""Who holds the watch when training begins; whoever takes a post later holds it."""
_ACCOUNTS = UUID("5c1d8f0e-3c39-5a5e-9d3a-2f1f4c4a5309")


@dataclass(frozen=True, slots=True)
class Seeded:
    counts: dict[str, int]
    logins: list[DemoLogin]


async def seed(
    database_url: str, *, number: int = SEED, password: str | None = None, exposure: int | None = None
) -> Seeded:
    """Fill a migrated realm with the training region. The demo password is drawn once per installation, unless given.
    `exposure`: so many synthetic points of who lives where; None leaves what is there."""
    async with owner_connection(database_url) as conn:
        counts = dict(await seed_region(conn, number))
        if exposure is not None:
            counts |= await seed_exposure(conn, points=exposure, seed=number)
        counts |= await seed_organisation(conn, datetime.now(UTC))
        row = await (
            await conn.execute("SELECT demo_password FROM spine.account WHERE demo_password IS NOT NULL LIMIT 1")
        ).fetchone()
        known = {str(login) for (login,) in await (await conn.execute("SELECT login FROM spine.account")).fetchall()}
        shared = str(row[0]) if row is not None else password or secrets.token_hex(4)
        missing = [account for account in seed_accounts() if account.login not in known]
        hashed = hash_password(shared) if missing else ""  # once: it is dear by design, and the password is shared
        for account in missing:
            await put_account(
                conn,
                account_id=account_id(account.login),
                login=account.login,
                name=account.name,
                password_hash=hashed,
                grants=account.grants,
                email=account.email,
                locale=account.locale,
                demo_password=shared,
            )
        for person in organisation().people:
            if person.account is not None:
                await conn.execute(
                    "UPDATE command.person SET account_id = (SELECT id FROM spine.account WHERE login = %s) WHERE id = %s",
                    (person.account, person.id),
                )
        for post, login in ON_DUTY.items():
            await conn.execute(
                """
                UPDATE command.duty SET account_id = a.id, person = a.name, since = %(since)s, how = 'first'
                FROM spine.account a WHERE a.login = %(login)s AND post = %(post)s AND account_id IS NULL
                """,
                {"since": datetime.now(UTC), "login": login, "post": post},
            )
        await conn.commit()
        return Seeded(counts, await demo_logins(conn))


def account_id(login: str) -> UUID:
    """Training accounts have the same ids everywhere, so that scenarios and tests can name them."""
    return uuid5(_ACCOUNTS, login)
