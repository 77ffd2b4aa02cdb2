"""The day's hands: what many departments do at once, sent as their own commands, so that the story's screens show a whole city at work."""

import asyncio
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any, cast

from PIL import Image

from spine.canonical import JsonObject
from spine.db import snapshot
from spine.errors import Refused
from spine.picture import take_snapshot
from tests.city import City, Server

_ROUNDS = 12
"""So often may finishing orders start others that waited for them."""


def quake_message(at_ms: int, magnitude: float) -> JsonObject:
    """A message in the form of the USGS feed: one earthquake near Gengma town."""
    place = "4 km NW of Gengma, China"
    return {
        "type": "FeatureCollection",
        "metadata": {"generated": at_ms, "title": "made up for tests", "status": 200, "count": 1},
        "features": [
            {
                "type": "Feature",
                "id": "xx2026night",
                "properties": {
                    "mag": magnitude, "place": place, "time": at_ms, "updated": at_ms, "status": "reviewed",
                    "alert": "yellow", "tsunami": 0, "magType": "mww", "type": "earthquake", "ids": ",xx2026night,",
                    "title": f"M {magnitude} - {place}", "url": "https://example.org/xx2026night",
                },
                "geometry": {"type": "Point", "coordinates": [99.38, 23.56, 9.0]},
            }
        ],
    }  # fmt: skip


@dataclass
class Day:
    """One incident of the city, and everybody who works on it without a screen of his own."""

    server: Server
    incident: str
    photo: str
    paper: str
    logins: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def city(self) -> City:
        return self.server.city

    async def do(self, who: str, kind: str, /, **data: Any) -> dict[str, Any]:
        return cast(dict[str, Any], (await self.city.carry_out(who, kind, data, f"incident:{self.incident}")).result)

    async def tasks(self) -> list[dict[str, Any]]:
        """The incident's orders as its picture has them, by number."""
        book = self.city.house.book
        shot = await take_snapshot(self.city.realm, book, f"incident:{self.incident}")
        picture = cast(dict[str, dict[str, dict[str, Any]]], shot["picture"])
        return sorted(picture.get("tasks", {}).values(), key=lambda task: str(task["no"]))

    async def order(self, title: str) -> dict[str, Any]:
        """The one order with this title that is no part of another."""
        found = [task for task in await self.tasks() if task["title_zh"] == title and task["parent_id"] is None]
        assert len(found) == 1, (title, len(found))
        return found[0]

    async def becomes(self, title: str, **wanted: Any) -> None:
        """Wait until the order with this title is so."""
        async with asyncio.timeout(45):
            while not await self._is(title, wanted):  # noqa: ASYNC110  the picture has no event
                await asyncio.sleep(0.1)

    async def _is(self, title: str, wanted: dict[str, Any]) -> bool:
        order = await self.order(title)
        return all(order[name] == value for name, value in wanted.items())

    async def facts(self) -> list[dict[str, Any]]:
        """The whole record of the incident, oldest first."""
        async with self.server.sign_in("auditor") as client:
            found: list[dict[str, Any]] = []
            while True:
                answer = await client.get(
                    f"/api/facts/incident:{self.incident}", params={"since": len(found), "limit": 1000}
                )
                page = cast(list[dict[str, Any]], answer.json()["facts"])
                found += page
                if len(page) < 1000:
                    return found

    async def finish(self) -> None:
        """Every department signs for, carries out and hands in what is open, with the evidence asked for; the desk accepts."""
        open_tasks: list[dict[str, Any]] = []
        for _ in range(_ROUNDS):
            open_tasks = [task for task in await self.tasks() if task["state"] not in ("closed", "cancelled")]
            if not open_tasks:
                return
            for task in sorted(open_tasks, key=lambda one: one["parent_id"] is None):  # parts before their wholes
                await self._go_on(task)
        raise AssertionError([(task["no"], task["state"]) for task in open_tasks])

    async def _go_on(self, task: dict[str, Any]) -> None:
        who, order = self.logins[task["department"]], {"task_id": task["id"]}
        lead = "duty1" if task["parent_id"] is None else self.logins[await self._lead(task["parent_id"])]
        try:
            if task["state"] == "waiting":
                await self.do("duty1", "task.begin", **order, reason="前置任务已完成，提前启动")
            if task["state"] in ("waiting", "issued"):
                await self.do(who, "task.sign", **order)
            if task["state"] != "submitted":
                await self.do(
                    who, "task.submit", **order, text="已完成，现场情况正常。", files=[self.photo, self.paper]
                )
            await self.do(lead, "task.accept", **order)
        except Refused as refusal:  # it waits for others, or its parts are open: the next round
            if refusal.code not in ("parts_open", "after_open", "task_transition"):
                raise

    async def _lead(self, task_id: str) -> str:
        return str(next(task["department"] for task in await self.tasks() if task["id"] == task_id))


async def begin_day(server: Server, incident: str) -> Day:
    """Upload what serves as evidence and learn who speaks for each department."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 70, 50)).save(picture, "JPEG")
    names: list[str] = []
    async with server.sign_in("frb") as client:
        for content in (picture.getvalue(), b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"):
            name = hashlib.sha256(content).hexdigest()
            answer = await client.put(f"/api/files/{name}", content=content)
            assert answer.status_code in (200, 201), answer.text
            names.append(name)
    async with snapshot(server.city.realm.pool) as conn:
        rows = await (
            await conn.execute(
                "SELECT g.department, min(a.login) FROM spine.account_grant g JOIN spine.account a ON a.id = g.account_id "
                "WHERE g.role = 'department' AND g.department IS NOT NULL GROUP BY g.department"
            )
        ).fetchall()
    return Day(server, incident, names[0], names[1], {str(code): str(login) for code, login in rows})
