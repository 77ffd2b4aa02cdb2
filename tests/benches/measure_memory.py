"""Memory of the serving process for each idle dashboard, beyond what uvicorn itself needs for a websocket."""

import asyncio

from tests.benches.programs import Spoken, Stage, memory_kib, wait_for_port
from tests.benches.result import Row, wrongs
from tests.benches.town import Town, free_port

WARM = 200


async def _each(
    stage: Stage, pid: int, port: int, headers: list[object], count: int, settle_s: float
) -> tuple[float, list[str]]:
    """(KiB of a connection, violations): with `count` idle dashboards less with none, after some have come and gone."""

    async def connect(clients: int) -> Spoken:
        client = await stage.start("dashboards", ["--port", port, "--clients", clients, *headers], on="client")
        await client.hear("live", 180)
        return client

    await stage.end(await connect(WARM))
    await asyncio.sleep(settle_s)
    empty = memory_kib(pid)
    dashboards = await connect(count)
    await dashboards.ask("mark")
    await asyncio.sleep(settle_s)
    full = memory_kib(pid)
    stats = await dashboards.ask("stats")
    await stage.end(dashboards)
    return (full - empty) / count, wrongs("idle dashboards", stats)


async def memory(stage: Stage, town: Town, *, clients: int, settle_s: float) -> list[Row]:
    """One row: KiB of ours beyond uvicorn's own."""
    port = free_port()
    plain = await stage.start("tests.benches.bare_uvicorn", ["--port", port], on="server")
    await wait_for_port(port)
    base, wrong = await _each(stage, plain.pid, port, [], clients, settle_s)
    await stage.end(plain)
    town.pin_services("client")
    pid = await town.open()
    headers: list[object] = ["--headers", await town.overseers()]
    ours, more = await _each(stage, pid, town.serve_port, headers, clients, settle_s)
    await town.close()
    beyond = ours - base
    return [
        Row(
            "memory",
            f"memory of each of {clients:,} idle dashboards beyond uvicorn's own",
            "≤ 25 KiB",
            f"{base:.1f} KiB (uvicorn alone)",
            f"{ours:.1f} KiB, {beyond:.1f} beyond",
            beyond / 25,
            at_most=1.0,
            wrong=wrong + more,
            notes=["proportional memory (PSS) of the serving process; the ratio is to the bar of 25 KiB"],
        )
    ]
