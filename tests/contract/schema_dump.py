"""The schema that the migrations make, as text. `python -m tests.contract.schema_dump` writes it to spine/schema.sql."""

import asyncio
import re
import subprocess
import uuid
from pathlib import Path

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from spine.db import owner_connection, with_database
from spine.migrate import MIGRATIONS, SCHEMAS, migrate
from spine.private_programs import postgres_programs
from spine.private_services import Services
from tests.services import stop_test_services, test_services

SCHEMA_FILE = MIGRATIONS.parent / "schema.sql"
_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog.*|\\(un)?restrict .*|)$")


def dump(database_url: str, pg_dump: Path) -> str:
    """pg_dump of our schemas without what differs between servers: comments, settings, blank lines."""
    parts = conninfo_to_dict(database_url)
    chosen = [f"--schema={schema}" for schema in SCHEMAS]
    call = [str(pg_dump), "--schema-only", "--no-owner", "--no-privileges", *chosen]
    where = [
        "-h",
        str(parts["host"]),
        "-p",
        str(parts.get("port", 5432)),
        "-U",
        str(parts["user"]),
        str(parts["dbname"]),
    ]
    text = subprocess.run([*call, *where], check=True, capture_output=True, text=True).stdout
    return "\n".join(line for line in text.splitlines() if not _NOISE.match(line)) + "\n"


async def fresh_dump(services: Services) -> str:
    """Migrate an empty database and dump it."""
    name = f"schema_{uuid.uuid4().hex[:10]}"
    async with owner_connection(services.database_url, autocommit=True) as conn:
        await conn.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = with_database(services.database_url, name)
    try:
        await migrate(url)
        return dump(url, postgres_programs().bin / "pg_dump")
    finally:
        async with owner_connection(services.database_url, autocommit=True) as conn:
            await conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def main() -> None:
    SCHEMA_FILE.write_text(asyncio.run(fresh_dump(test_services())), "utf-8")
    stop_test_services()


if __name__ == "__main__":
    main()
