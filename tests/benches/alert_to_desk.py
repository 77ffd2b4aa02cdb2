"""From a pushed warning to the frame on two open desks: milliseconds from the request to the second desk's frame.

    python -m tests.benches.alert_to_desk

One process serves and works, server and clients share the machine. Each round pushes a warning never seen before.
"""

import asyncio
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, cast

import httpx
import websockets

from tests.faults.program import Program, free_port

ROUNDS = 100
MESSAGE = (Path(__file__).parents[1] / "incidents" / "fixtures" / "rainstorm_red.xml").read_text("utf-8")
IDENTIFIER = "53092600000000_20260301180000_1"


async def demo(program: Program, login: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=program.url, timeout=30)
    logins = (await client.get("/api/session/demo")).json()["logins"]
    answer = await client.post("/api/session", json={"login": login, "password": logins[0]["password"]})
    answer.raise_for_status()
    return client


async def desk(program: Program, client: httpx.AsyncClient) -> websockets.ClientConnection:
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    address = program.url.replace("http", "ws") + "/api/socket"
    connection = await websockets.connect(address, additional_headers={"Cookie": cookie})
    await connection.send(json.dumps({"op": "follow", "stream": "board"}))
    while cast(dict[str, Any], json.loads(await connection.recv()))["op"] != "live":
        pass
    return connection


async def next_alert(connection: websockets.ClientConnection) -> float:
    while True:
        frame = cast(dict[str, Any], json.loads(await connection.recv()))
        if frame["op"] == "fact" and frame["kind"] == "alert.received":
            return time.monotonic()


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fengsui-bench-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)  # the database runs as another user
        program = Program({"FENGSUI_DATA": f"{folder}/data"}, free_port())
        await program.start(within_s=300)
        first, second = await demo(program, "duty1"), await demo(program, "duty2")
        desks = [await desk(program, first), await desk(program, second)]
        seen: list[float] = []
        for number in range(ROUNDS):
            raw = MESSAGE.replace(IDENTIFIER, f"{IDENTIFIER[:-1]}{number + 100}").encode()
            began = time.monotonic()
            waiting = asyncio.gather(*(next_alert(d) for d in desks))
            (await first.post("/api/feeds/cap", content=raw)).raise_for_status()
            seen.append((max(await waiting) - began) * 1000)
        for connection in desks:
            await connection.close()
        await first.aclose()
        await second.aclose()
        await program.stop()
    seen.sort()
    print(
        f"rounds {ROUNDS}: median {statistics.median(seen):.1f} ms, 95 % {seen[int(ROUNDS * 0.95)]:.1f} ms, worst {seen[-1]:.1f} ms"
    )


if __name__ == "__main__":
    asyncio.run(main())
