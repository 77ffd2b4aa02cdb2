"""Migrations: forward only, repeatable, never altered after the fact, and what they make is written down."""

import pytest

from spine import migrate as migrating
from spine.db import owner_connection
from spine.migrate import Migration, MigrationTrouble, migrate, migrations
from spine.private_services import Services
from tests.contract.schema_dump import SCHEMA_FILE, fresh_dump


async def test_the_committed_schema_is_what_the_migrations_make(services: Services) -> None:
    """When this fails after a new migration: python -m tests.contract.schema_dump"""
    assert await fresh_dump(services) == SCHEMA_FILE.read_text("utf-8")


async def test_again_changes_nothing(database_url: str) -> None:
    assert await migrate(database_url) == []


async def test_an_altered_migration_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *rest = migrations()
    altered = [Migration(first.name, first.text + "\n-- a quiet change"), *rest]
    monkeypatch.setattr(migrating, "migrations", lambda: altered)
    with pytest.raises(MigrationTrouble, match=first.name):
        await migrate(database_url)


async def test_a_failing_migration_leaves_nothing_half_done(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Migration("9999_broken", "CREATE TABLE spine.half (id int); SELECT 1 / 0;")
    all_of_them = [*migrations(), broken]
    monkeypatch.setattr(migrating, "migrations", lambda: all_of_them)
    with pytest.raises(Exception, match="division by zero"):
        await migrate(database_url)
    async with owner_connection(database_url) as conn:
        found = await (await conn.execute("SELECT to_regclass('spine.half')")).fetchone()
    assert found == (None,)
