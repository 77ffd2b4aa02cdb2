"""`/readyz` says whether commands can be carried out, and if not, why not."""

import asyncio
import errno
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from spine import measures
from spine.clock import HandClock
from spine.db import owner_connection
from spine.migrate import migrations
from spine.private_services import Services
from tests.city import Server
from tests.web.paused_database import paused_database
from web import ready


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


async def ask(server: Server, locale: str = "zh") -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(base_url=server.url, headers={"Accept-Language": locale}, timeout=30) as client:
        answer = await client.get("/readyz")
        return answer.status_code, answer.json()


def parts(found: list[Mapping[str, str]]) -> dict[str, str]:
    return {one["part"]: one["text"] for one in found}


async def test_a_house_in_order_is_ready_without_a_remark(server: Server) -> None:
    status, content = await ask(server)
    assert (status, content) == (
        200,
        {"ready": True, "database": "ok", "redis": "ok", "why_not": [], "remarks": []},
    )


async def test_an_older_database_is_named_with_what_it_lacks(server: Server, city_url: str) -> None:
    newest = migrations()[-1].name
    async with owner_connection(city_url) as conn:
        await conn.execute("DELETE FROM public.schema_migrations WHERE name = %s", (newest,))
        await conn.commit()
    status, content = await ask(server, "en")
    assert (status, content["ready"], content["database"]) == (503, False, "ok")
    assert newest in parts(content["why_not"])["migrations"]
    assert "older" in parts(content["why_not"])["migrations"]


async def test_a_newer_or_altered_database_is_a_remark(server: Server, city_url: str) -> None:
    async with owner_connection(city_url) as conn:
        await conn.execute("INSERT INTO public.schema_migrations (name, digest) VALUES ('9999_tomorrow', '')")
        await conn.commit()
    status, content = await ask(server)
    assert status == 200
    assert "9999_tomorrow" in parts(content["remarks"])["migrations"]
    assert "比程序新" in parts(content["remarks"])["migrations"]


@pytest.mark.parametrize(
    ("free_mib", "status", "said"), [(5000, 200, None), (700, 200, "remarks"), (100, 503, "why_not")]
)
async def test_what_is_left_on_the_disk(
    server: Server, monkeypatch: pytest.MonkeyPatch, free_mib: int, status: int, said: str | None
) -> None:
    def usage(_path: Path) -> _Usage:
        return _Usage(0, 0, free_mib * ready.MIB)

    monkeypatch.setattr(ready.shutil, "disk_usage", usage)
    answered, content = await ask(server, "en")
    assert answered == status
    if said is not None:
        assert f"{free_mib} MiB are free" in parts(content[said])["disk"]


async def test_a_data_directory_that_is_gone_is_no_place_to_keep_anything(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def usage(path: Path) -> _Usage:
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    monkeypatch.setattr(ready.shutil, "disk_usage", usage)
    status, content = await ask(server, "en")
    assert (status, "No such file" in parts(content["why_not"])["disk"]) == (503, True)


async def test_work_that_nobody_does_is_remarked_and_done_work_is_not(server: Server, clock: HandClock) -> None:
    city = server.city
    await city.carry_out("duty1", "call.register", {"source": "群众来电", "text": "孟定镇糖厂锅炉异响"})
    await city.carry_out(
        "duty1", "incident.open", {"title": "孟定糖厂锅炉爆炸", "class_key": "ac.special.boiler", "place": "孟定镇"}
    )
    assert (await ask(server))[1]["remarks"] == []
    clock.forward(timedelta(seconds=90))
    status, content = await ask(server, "en")
    assert (status, "90 s old" in parts(content["remarks"])["work"]) == (200, True)
    await city.settle()
    assert (await ask(server))[1]["remarks"] == []


async def test_what_is_spooled_is_remarked(server: Server) -> None:
    measures.spool_depth.set(3)
    try:
        status, content = await ask(server)
    finally:
        measures.spool_depth.forget()
    assert (status, "3 条" in parts(content["remarks"])["spool"]) == (200, True)


async def test_a_paused_database_is_not_ready_and_said_within_seconds(
    server: Server, services: Services, city_url: str
) -> None:
    async with paused_database(server.city), asyncio.timeout(10):
        status, content = await ask(server)
    assert status == 503
    assert content["database"] != "ok"
    assert "数据库不可用" in parts(content["why_not"])["database"]
    async with asyncio.timeout(20):
        while (await ask(server))[0] != 200:  # noqa: ASYNC110  only asking tells
            await asyncio.sleep(0.1)
