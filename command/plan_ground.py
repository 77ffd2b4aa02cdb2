"""What a dry run asks of the realm: which departments somebody can be reached at, and which units there are."""

from collections.abc import Mapping

from command.organisation.book import Organisation
from command.plan_dry_run import Ground, HeldUnit
from spine.command import Connection
from spine.principal import Role


async def read_ground(conn: Connection) -> Ground:
    accounts = await (
        await conn.execute(
            """
            SELECT department, count(DISTINCT account_id) FROM spine.account_grant
            WHERE role = 'department' AND department IS NOT NULL GROUP BY department
            """
        )
    ).fetchall()
    units = await (
        await conn.execute("SELECT code, kind, capabilities, department, area_code FROM command.unit")
    ).fetchall()
    return Ground(
        {str(department): int(count) for department, count in accounts},
        [
            HeldUnit(str(code), str(kind), tuple(can), str(department), area)
            for code, kind, can, department, area in units
        ],
    )


def listed_ground(known: Organisation) -> Ground:
    """The same from the organisation's files, where no realm is at hand."""
    accounts: dict[str, int] = {}
    for account in known.accounts:
        for entry in account.roles:
            if entry.role is Role.DEPARTMENT and entry.department is not None:
                accounts[entry.department] = accounts.get(entry.department, 0) + 1
    listed: Mapping[str, int] = accounts
    return Ground(
        listed, [HeldUnit(u.code, u.kind, u.capabilities, u.department, u.area) for u in known.units.values()]
    )
