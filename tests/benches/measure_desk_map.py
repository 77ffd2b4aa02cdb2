"""The duty desk's map with thousands of moving units: whether every second is drawn, and how much of the main thread is left.

The real program serves; all units report once a second, through the intake that a fleet's platform uses; a real Chromium shows
the duty desk at 1920 × 1080. One unit, far from the others, drives a known way: where it is drawn says which second is on the map.
"""

import asyncio
import contextlib
import importlib.util
import os
import random
import shutil
import statistics
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx

from spine.db import owner_connection
from tests.benches.programs import BenchTrouble
from tests.benches.result import Row
from tests.benches.town import COOKIE, Town

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
"""As tests/browser/conftest.py: without a graphics card its work is done by the processor, in Chromium's GPU process."""
WEST, SOUTH, EAST, NORTH = 98.7, 23.1, 100.4, 24.9
MARK_LON, MARK_LAT, STEP = 98.15, 23.6, 0.002
"""Where the known unit begins, and how far east it is a second later (degrees)."""
STATUSES = ("en_route", "en_route", "dispatched", "returning", "available")
LATE_S = 2.0
"""A second may still be drawn this long after the last one was sent."""
FREE = 0.5
WARM_S = 10


def unit_id(number: int) -> UUID:
    return UUID(f"0000000c-0000-4000-8000-{number:012d}")


async def make_units(database_url: str, count: int) -> None:
    """So many units more, like those that are there; four of five are on their way somewhere, the first is the known one."""
    async with owner_connection(database_url) as conn:
        await conn.execute(
            """
            INSERT INTO command.unit (id, call_sign, name, department, kind, capabilities, crew, status, home, phone, area_code)
            SELECT m.id, '机动' || m.n, '机动' || m.n, u.department, u.kind, u.capabilities, u.crew, m.status, u.home, u.phone, u.area_code
            FROM unnest(%(ids)s::uuid[], %(statuses)s::text[]) WITH ORDINALITY AS m (id, status, n)
            JOIN (SELECT *, row_number() OVER (ORDER BY id) AS at, count(*) OVER () AS all FROM command.unit) u
              ON u.at = 1 + m.n %% u.all
            """,
            {
                "ids": [unit_id(number) for number in range(count)],
                "statuses": [STATUSES[number % len(STATUSES)] for number in range(count)],
            },
        )
        await conn.commit()


class Driving:
    """Where all units are at each second."""

    def __init__(self, count: int) -> None:
        self._chance = random.Random(4)
        draw = self._chance.uniform
        self._places = [(draw(WEST, EAST), draw(SOUTH, NORTH)) for _ in range(count)]
        self._courses = [(draw(-0.0006, 0.0006), draw(-0.0006, 0.0006)) for _ in range(count)]

    def batch(self, second: int, at: str) -> dict[str, Any]:
        positions: list[dict[str, Any]] = []
        for number, ((lon, lat), (east, north)) in enumerate(zip(self._places, self._courses, strict=True)):
            lon, lat = lon + east * second, lat + north * second
            if number == 0:
                lon, lat = MARK_LON + STEP * second, MARK_LAT
            positions.append({"unit_id": str(unit_id(number)), "lon": lon, "lat": lat, "accuracy_m": 8.0, "at": at})
        return {"positions": positions}


WATCH = """
([lon, lat, step, known]) => {
  const find = (vnode) => {
    if (!vnode || typeof vnode !== 'object') return null
    const instance = vnode.component
    if (instance) {
      if (instance.exposed?.map && instance.exposed?.look) return instance.exposed.map.value
      return find(instance.subTree)
    }
    for (const part of [vnode.suspense?.activeBranch, ...(Array.isArray(vnode.children) ? vnode.children : [])]) {
      const found = find(part)
      if (found) return found
    }
    return null
  }
  const map = find(document.querySelector('#app')._vnode)
  if (!map) return false
  const seen = (window.benchSeen = [])
  window.benchFrames = 0
  let last = null, looked = 0
  map.on('render', () => {
    window.benchFrames++
    const now = performance.timeOrigin + performance.now()
    if (now - looked < 90) return
    looked = now
    const from = map.project([lon - step, lat]), to = map.project([lon + step * 200, lat])
    const box = [[from.x - 3, from.y - 3], [to.x + 3, to.y + 3]]
    for (const feature of map.queryRenderedFeatures(box, { layers: ['units', 'units-idle'] })) {
      if (feature.properties.id !== known) continue
      const second = Math.round((feature.geometry.coordinates[0] - lon) / step)
      if (second !== last) seen.push([second, now])
      last = second
    }
  })
  return true
}
"""


def no_chromium() -> str | None:
    """Why there is none, or None."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright is not installed (./fengsui test installs it)"
    path = os.environ.get("FENGSUI_CHROMIUM") or shutil.which("chromium")
    return None if path else "no Chromium (FENGSUI_CHROMIUM names one)"


@asynccontextmanager
async def desk(town: Town) -> AsyncGenerator[tuple[Any, Any]]:
    """(the page, a CDP session of it): the duty desk, its map drawn."""
    from playwright.async_api import async_playwright

    cookie = (await town.cookies(["duty1"]))[0].partition(f"{COOKIE}=")[2]
    path = os.environ.get("FENGSUI_CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            context = await browser.new_context(viewport={"width": 1920, "height": 1080})
            await context.add_cookies([{"name": COOKIE, "value": cookie, "url": town.url}])
            page = await context.new_page()
            await page.goto(f"{town.url}/desk")
            await page.wait_for_selector('.map[data-ready="true"]', timeout=60_000)
            yield page, await context.new_cdp_session(page)
        finally:
            await browser.close()


async def _busy_s(cdp: Any) -> dict[str, float]:
    told = await cdp.send("Performance.getMetrics")
    return {one["name"]: one["value"] for one in told["metrics"]}


def _cpu_of_main_threads(browser_children: Sequence[int]) -> dict[int, float]:
    found: dict[int, float] = {}
    for pid in browser_children:
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            found[pid] = (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")
    return found


def _renderers() -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if b"--type=renderer" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return found


async def desk_map(town: Town, *, units: int, seconds: int) -> list[Row]:
    """Two rows: seconds that were never drawn, and the share of the time in which the page's main thread had nothing to do."""
    if why := no_chromium():
        raise BenchTrouble(why)
    await make_units(town.database_url, units)
    await town.open()
    token = (await town.system_token()).partition(": ")[2]
    driving = Driving(units)
    async with httpx.AsyncClient(base_url=town.url, headers={"Authorization": token}, timeout=30) as client:

        async def send(second: int) -> None:
            at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            answer = await client.post("/api/positions", json=driving.batch(second, at))
            if answer.status_code != 200:
                raise BenchTrouble(f"positions were refused: {answer.status_code} {answer.text[:200]}")

        async def drive(began: float, first: int, count: int) -> dict[int, float]:
            """{second: wall time (ms) at which it was sent}, by a schedule that does not wait for the server: each is due so
            many seconds after `began` (monotonic)."""
            sent: dict[int, float] = {}
            tasks: list[asyncio.Task[None]] = []
            for second in range(first, first + count):
                await asyncio.sleep(max(0.0, began + second - time.monotonic()))
                sent[second] = time.time() * 1000
                tasks.append(asyncio.create_task(send(second)))
            await asyncio.gather(*tasks)
            return sent

        before = set(_renderers())
        await drive(time.monotonic(), 0, 1)
        async with desk(town) as (page, cdp):
            await cdp.send("Performance.enable")
            if not await page.evaluate(WATCH, [MARK_LON, MARK_LAT, STEP, str(unit_id(0))]):
                raise BenchTrouble("the desk's map was not found on the page")
            start = time.monotonic()
            await drive(start, 1, WARM_S)  # glyphs drawn, code compiled
            pids = [pid for pid in _renderers() if pid not in before]
            began, metrics, cpu = time.monotonic(), await _busy_s(cdp), _cpu_of_main_threads(pids)
            frames = await page.evaluate("window.benchFrames")
            sent = await drive(start, 1 + WARM_S, seconds)
            lasted, after, cpu_after = time.monotonic() - began, await _busy_s(cdp), _cpu_of_main_threads(pids)
            frames = await page.evaluate("window.benchFrames") - frames
            await asyncio.sleep(LATE_S)
            seen = cast(list[list[float]], await page.evaluate("window.benchSeen"))
            if picture := os.environ.get("FENGSUI_BENCH_PICTURE"):
                await page.screenshot(path=picture)
    await town.close()
    return rows_of(
        units,
        sent,
        seen,
        lasted,
        {k: after[k] - metrics[k] for k in metrics},
        max((cpu_after[p] - cpu[p] for p in cpu if p in cpu_after), default=0.0),
        frames,
    )


def rows_of(
    units: int,
    sent: dict[int, float],
    seen: list[list[float]],
    lasted: float,
    spent: dict[str, float],
    cpu_s: float,
    frames: int,
) -> list[Row]:
    drawn = {int(second): at for second, at in reversed(seen)}
    dropped = [second for second in sent if second not in drawn]
    delays = [drawn[second] - at for second, at in sent.items() if second in drawn]
    busy = spent["TaskDuration"] / lasted
    figures = {
        "units": units, "seconds": len(sent), "dropped": dropped, "busy": busy, "cpu": cpu_s / lasted,
        "script": spent["ScriptDuration"] / lasted, "frames_per_s": frames / lasted,
        "delay_p50_ms": statistics.median(delays) if delays else None, "delay_max_ms": max(delays, default=None),
    }  # fmt: skip
    told = f"from sending to drawn {figures['delay_p50_ms'] or 0:.0f} ms (p50), {figures['delay_max_ms'] or 0:.0f} ms (worst)"
    return [
        Row(
            "desk_dropped", f"desk map, {units:,} moving units at 1 Hz, {len(sent)} s: seconds never drawn", "0", "–",
            str(len(dropped)), float(len(dropped)), at_most=0.0, notes=[told], figures=figures,
            method="all positions in one POST a second by a schedule; a second counts when the known unit was found on the map where it was then",
            wrong=[] if delays else ["nothing was seen on the map"],
        ),
        Row(
            "desk_free", "the same: main thread free", f"≥ {FREE:.0%}", "–", f"{1 - busy:.0%}", 1 - busy, at_least=FREE, figures=figures,
            method="1 − TaskDuration of the page (Chromium's Performance domain, waiting within a task included) over the time it took",
            notes=[f"{cpu_s / lasted:.0%} of a core used by the thread, {figures['script']:.0%} of the time in scripts, {figures['frames_per_s']:.0f} frames/s; "
                   "the picture itself is drawn in software by another process"],
        ),
    ]  # fmt: skip
