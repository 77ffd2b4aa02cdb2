"""Making the sealed copy that an exercise runs in: its own database, clock and outbound policy."""

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psycopg import sql

from command.exercises.scenario import Scenario
from command.exercises.store import REFERENCE_TABLES as COMMAND_TABLES
from command.exercises.store import begin_exercise
from gis.base_maps.store import REFERENCE_TABLES as BASE_MAP_TABLES
from gis.base_maps.store import files_used
from gis.exchange.copy import copy_city_layers
from gis.store import REFERENCE_TABLES as GIS_TABLES
from spine.db import owner_connection, with_database
from spine.errors import Refused
from spine.migrate import migrate
from spine.realm import create_realm
from web.base_maps.files import share_with
from web.copy_reference import copy_tables

PREFIX = "fengsui_ex_"
ACCOUNT_TABLES = ("spine.account", "spine.account_grant")
_NAME = re.compile(r"^[a-z0-9_]{1,40}$")


@dataclass(frozen=True, slots=True)
class ExerciseRealm:
    name: str
    database_url: str
    data_dir: Path
    copied_rows: int


async def make_exercise_realm(
    live_url: str,
    *,
    name: str,
    scenario: Scenario,
    starts_at: datetime,
    speed: float,
    addresses: tuple[str, ...],
    data_dir: Path,
) -> ExerciseRealm:
    """Make the database of a new exercise beside the live one and copy into it what the city is, but no incident.

    Raises Refused when the name is no name or already in use.
    """
    if not _NAME.match(name):
        raise Refused(
            "exercise_name",
            zh="演练名称只能用小写字母、数字和下划线，最多 40 个。",
            en="An exercise's name has small letters, digits and underscores, 40 at most.",
            field="name",
        )
    database = PREFIX + name
    async with owner_connection(live_url, autocommit=True) as conn:
        taken = await (await conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))).fetchone()
        if taken is not None:
            raise Refused(
                "exercise_exists",
                zh=f"已有名为 {name} 的演练，请换一个名称。",
                en=f"There is an exercise named {name} already; choose another name.",
                field="name",
                status=409,
            )
        await conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    url = with_database(live_url, database)
    await migrate(url)
    await create_realm(
        url,
        name=f"ex_{name}",
        kind="exercise",
        title_zh=scenario.title_zh,
        title_en=scenario.title_en,
        starts_at=starts_at,
        speed=speed,
        addresses=addresses,
    )
    async with owner_connection(live_url) as live, owner_connection(url) as sealed:
        await live.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        copied = await copy_tables(live, sealed, (*ACCOUNT_TABLES, *GIS_TABLES, *BASE_MAP_TABLES, *COMMAND_TABLES))
        copied += await copy_city_layers(live, sealed)
        archives = await files_used(live)
        await begin_exercise(sealed, scenario, starts_at)
        await sealed.commit()
    directory = data_dir / "exercises" / name
    directory.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(share_with, data_dir, directory, archives)
    return ExerciseRealm(name, url, directory, copied)


_ASIDE = re.compile(r"_(before|restoring)_\d{14}$")


async def exercise_names(live_url: str) -> list[str]:
    """The exercises whose databases lie beside the live one."""
    async with owner_connection(live_url) as conn:
        rows = await (
            await conn.execute("SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY 1", (PREFIX + "%",))
        ).fetchall()
    # What a restore of an exercise put aside, or left half-made, is no exercise.
    return [str(name).removeprefix(PREFIX) for (name,) in rows if not _ASIDE.search(str(name))]
