"""A realm with the region loaded, and imports into it as the command line does them."""

import uuid
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from psycopg.rows import dict_row

from gis.catalogue import Description
from gis.catalogue_store import feature_table
from gis.exchange.build import Imported, import_layer
from gis.exchange.child import look
from gis.exchange.options import Options
from spine.clock import HandClock
from spine.nudge import Nudges
from spine.principal import Grant, Principal, Role
from spine.realm import Realm, open_realm

OFFICER = Principal("account:gis", "地理信息员", (Grant(Role.ADMINISTRATOR),))


def described(name: str = "schools", **changes: Any) -> Description:
    fields: dict[str, Any] = {
        "name": name,
        "title_zh": "学校",
        "title_en": "Schools",
        "owner": "市教体局",
        "department": None,
        "readers": (),
        "source": "市教体局 2026 年普查",
        "source_en": "City education bureau, census of 2026",
        "licence": "政务内部使用",
        "date": date(2026, 3, 1),
        "illustrative": False,
        "sensitivity": "internal",
        "label": None,
    }
    return Description(**(fields | changes))


@dataclass
class Office:
    """Where layers are imported."""

    realm: Realm
    folder: Path
    heard: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])

    async def hear(self, told: Mapping[str, Any]) -> None:
        self.heard.append(told)

    async def bring(self, path: Path, told: Description | None = None, **options: Any) -> Imported:
        return await import_layer(
            self.realm, path, path.name, told or described(), Options(**options), OFFICER, self.hear, self.folder
        )

    async def look(self, path: Path, **options: Any) -> dict[str, Any]:
        return dict(await look(path, path.name, Options(**options), self.folder))

    async def features(self, version: int) -> list[dict[str, Any]]:
        statement = sql.SQL("SELECT *, ST_AsText(geom, 6) AS text, ST_SRID(mercator) AS srid FROM {} ORDER BY fid")
        async with self.realm.pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement.format(feature_table(version)))
            return await cursor.fetchall()

    async def tables(self) -> list[str]:
        """Every table of features there is."""
        async with self.realm.pool.connection() as conn:
            rows = await (
                await conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'gis_layers' ORDER BY 1")
            ).fetchall()
        return [str(name) for (name,) in rows]


@pytest.fixture
async def office(region_url: str, clock: HandClock, tmp_path: Path) -> AsyncGenerator[Office]:
    realm = await open_realm(
        region_url, nudges=Nudges(None, uuid.uuid4().hex), data_dir=tmp_path / "data", clock=clock, most_connections=4
    )
    folder = tmp_path / "work"
    folder.mkdir()
    yield Office(realm, folder)
    await realm.close()
