"""A duty desk for tests: commands in a line each, pictures as they are fetched, fold equals fetch after every command."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import pytest

from incidents.feeds.intake import TakenIn, take_in
from spine.carry_out import Answer, carry_out
from spine.clock import iso
from spine.db import snapshot
from spine.errors import Refused
from spine.principal import Principal, feed
from spine.record import read_since
from tests.city import City
from tests.fold_check import FoldWatch

BOARDS = ("board", "board:530926", "board:530927", "board:530921", "department:FRB")


@dataclass
class Desk:
    city: City
    watch: FoldWatch

    @staticmethod
    async def open(city: City) -> "Desk":
        watch = FoldWatch(city.realm, city.house.book)
        await watch.watch(*BOARDS)
        return Desk(city, watch)

    async def do(self, kind: str, who: str | Principal = "duty1", **data: Any) -> Answer:
        """One command; afterwards every watched stream still folds to what is fetched."""
        answer = await self.city.carry_out(who, kind, data)
        await self.check()
        return answer

    async def refused(self, kind: str, who: str | Principal = "duty1", **data: Any) -> Refused:
        """The refusal of a command that must be refused, and that nothing was appended by it."""
        before = await self.facts()
        with pytest.raises(Refused) as found:
            await self.city.carry_out(who, kind, data)
        assert await self.facts() == before
        assert found.value.zh
        assert found.value.en
        return found.value

    async def open_incident(self, who: str | Principal = "duty1", **more: Any) -> str:
        data: dict[str, Any] = {
            "title": "孟定糖厂锅炉爆炸",
            "class_key": "ac.special.boiler",
            "place": "孟定镇",
            **more,
        }
        key = str((await self.city.carry_out(who, "incident.open", data)).result["incident_id"])
        await self.watch.watch(f"incident:{key}")
        await self.check()
        return key

    async def take(self, raw: bytes, name: str = "cap") -> TakenIn:
        taken = await take_in(self.city.realm, self.city.house.registry, name, raw, feed(name), carry_out)
        await self.check()
        return taken

    async def check(self) -> None:
        await self.watch.check()

    async def picture(self, stream: str = "board") -> dict[str, dict[str, Any]]:
        async with snapshot(self.city.realm.pool) as conn:
            return cast(dict[str, dict[str, Any]], await self.city.house.book.fetch(conn, stream))

    async def only(self, collection: str, stream: str = "board") -> dict[str, Any]:
        """The only object of a collection."""
        [found] = (await self.picture(stream))[collection].values()
        return cast(dict[str, Any], found)

    async def incident(self, key: str) -> dict[str, Any]:
        return cast(dict[str, Any], (await self.picture(f"incident:{key}"))["incident"][key])

    async def kinds(self, stream: str) -> list[str]:
        async with self.city.realm.pool.connection() as conn:
            return [fact.kind for fact in await read_since(conn, stream, 0, 10_000)]

    async def facts(self) -> int:
        async with self.city.realm.pool.connection() as conn:
            row = await (await conn.execute("SELECT count(*) FROM spine.fact")).fetchone()
        return int(row[0]) if row else -1

    @property
    def now(self) -> datetime:
        return self.city.realm.clock.now()

    def at(self) -> str:
        return iso(self.now)


def some_id() -> str:
    return str(uuid.uuid4())
