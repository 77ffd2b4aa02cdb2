"""How long `fengsui up` takes from an empty data directory and again, and what it holds in memory when idle.

    python -m tests.benches.starting

Prints seconds and MiB. Set-up of packages is not part of it (see docs/performance.md for that figure).
"""

import asyncio
import os
import subprocess
import tempfile
import time
from pathlib import Path

import httpx

from tests.faults.program import Program, free_port

IDLE_S = 20


def resident_mib(root: int) -> dict[str, float]:
    """Proportional memory (shared pages counted once) of a process and all below it, by program name, in MiB."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()]
    family, grown = {root}, True
    while grown:
        grown = False
        for pid, parent, _ in rows:
            if int(parent) in family and int(pid) not in family:
                family.add(int(pid))
                grown = True
    totals: dict[str, float] = {}
    for pid, _, name in rows:
        if int(pid) in family:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    totals[name] = totals.get(name, 0) + int(line.split()[1]) / 1024
    return totals


async def start(program: Program) -> float:
    began = time.monotonic()
    await program.start(within_s=300)
    return time.monotonic() - began


async def main() -> None:
    with tempfile.TemporaryDirectory(prefix="fengsui-bench-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)  # the database runs as another user
        program = Program({"FENGSUI_DATA": f"{folder}/data"}, free_port())
        first = await start(program)
        await program.stop()
        second = await start(program)
        async with httpx.AsyncClient(base_url=program.url) as client:
            await client.get("/api/session/demo")
        await asyncio.sleep(IDLE_S)
        assert program.process is not None
        memory = resident_mib(program.process.pid)
        await program.stop()
    print(f"first start (seeding)   {first:6.1f} s")
    print(f"second start            {second:6.1f} s")
    for name, mib in sorted(memory.items()):
        print(f"memory {name:16} {mib:6.0f} MiB")
    print(f"memory in all           {sum(memory.values()):6.0f} MiB")


if __name__ == "__main__":
    asyncio.run(main())
