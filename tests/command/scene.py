"""A seeded city with a watch on its streams: after every command, folding what was told equals fetching anew."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from command.organisation.book import unit_id
from spine.canonical import Json
from spine.carry_out import Answer
from spine.clock import HandClock
from spine.errors import Refused
from tests.city import City
from tests.fold_check import FoldWatch

MENGDING = str(unit_id("frb-mengding"))
AMBULANCE = str(unit_id("heb-gengma-1"))
ROAD = str(unit_id("tra-gengma"))
GENGMA_FIRE = str(unit_id("frb-gengma"))
DESKS = ("FRB", "EMB", "HEB", "TRA", "SEI", "CTY-530926", "PSB", "WAT", "CIV")
Object = dict[str, Any]


@dataclass
class Scene:
    city: City
    watch: FoldWatch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = FoldWatch(self.city.realm, self.city.house.book)

    async def begin(self) -> None:
        await self.watch.watch("board", "board:530926", "board:530927", "board:530902")
        await self.watch.watch(*(f"department:{code}" for code in DESKS))
        await self.watch.watch(*(f"unit:{unit}" for unit in (MENGDING, AMBULANCE, ROAD, GENGMA_FIRE)))

    async def do(self, who: str, kind: str, /, **data: Any) -> Answer:
        """One command, sent now, and then every watched stream is compared."""
        answer = await self.city.carry_out(who, kind, data)
        await self.watch.check()
        return answer

    async def do_late(self, who: str, kind: str, minutes: float, /, **data: Any) -> Answer:
        """A command that was given `minutes` ago and reaches the centre only now."""
        ago = self.city.realm.clock.now() - timedelta(minutes=minutes)
        answer = await self.city.carry_out(who, kind, data, occurred_at=ago)
        await self.watch.check()
        return answer

    async def refused(self, who: str, kind: str, /, **data: Any) -> Refused:
        """The refusal of a command; nothing may have been told."""
        before = {stream: held[0] for stream, held in self.watch.held.items()}
        with pytest.raises(Refused) as refusal:
            await self.city.carry_out(who, kind, data)
        await self.watch.check()
        assert {stream: held[0] for stream, held in self.watch.held.items()} == before
        return refusal.value

    async def settle(self) -> None:
        await self.city.settle()
        await self.watch.check()

    def forward(self, minutes: float) -> None:
        cast(HandClock, self.city.realm.clock).forward(timedelta(minutes=minutes))

    def picture(self, stream: str, collection: str) -> dict[str, Object]:
        return cast(dict[str, Object], self.watch.held[stream][1].get(collection, {}))

    def only(self, stream: str, collection: str) -> Object:
        held = list(self.picture(stream, collection).values())
        assert len(held) == 1, (stream, collection, len(held))
        return held[0]

    def task(self, task_id: str, stream: str) -> Object:
        return self.picture(stream, "tasks")[task_id]

    async def facts(self, stream: str, kind: str) -> list[dict[str, Json]]:
        async with self.city.realm.pool.connection() as conn:
            rows = await (
                await conn.execute(
                    "SELECT body FROM spine.fact WHERE stream = %s AND kind = %s ORDER BY seq", (stream, kind)
                )
            ).fetchall()
        import json

        return [json.loads(body) for (body,) in rows]

    async def open_quake(self, magnitude: float | None = 6.3, **over: Any) -> str:
        """An earthquake in Gengma county. Its stream is watched from now on."""
        data: Object = {
            "title": "耿马6.3级地震",
            "class_key": "nd.quake.natural",
            "place": "耿马县贺派乡",
            "point": {"lon": 99.33, "lat": 23.48},
            "area_code": "530926203",
            **over,
        }
        if magnitude is not None:
            data["figures"] = {"magnitude": magnitude}
        answer = await self.city.carry_out("duty1", "incident.open", data)
        incident = str(answer.result["incident_id"])
        await self.watch.watch(f"incident:{incident}")
        await self.watch.check()
        return incident

    async def issue(self, incident: str, department: str = "FRB", who: str = "duty1", **over: Any) -> str:
        data: Object = {
            "incident_id": incident,
            "title": "搜救被压埋人员",
            "text": "立即出动，到场后报告。",
            "department": department,
            "due_minutes": 60,
            **over,
        }
        return str((await self.do(who, "task.issue", **data)).result["task_id"])

    async def photo(self, name: str = "现场.jpg", media_type: str = "image/jpeg") -> str:
        """An attachment that is there already."""
        digest = uuid.uuid4().hex * 2
        async with self.city.realm.pool.connection() as conn:
            await conn.execute(
                """
                INSERT INTO spine.file (sha256, stored_sha256, media_type, size, name, uploaded_by, at)
                VALUES (%s, %s, %s, 1000, %s, 'account:test', %s)
                """,
                (digest, digest, media_type, name, self.city.realm.clock.now()),
            )
        return digest
