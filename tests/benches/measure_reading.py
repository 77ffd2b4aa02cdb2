"""What the process that reads a file holds in memory at most, while a large file passes through it on its way into a layer."""

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gis.exchange import child
from gis.exchange.options import Options
from tests.benches.result import Row
from tests.benches.tiles import write_file

_PEAK = re.compile(rb"VmHWM:\s+(\d+) kB")


def write_geojson(path: Path, megabytes: int) -> int:
    """A collection of points with attributes, about so large. Returns how many."""
    chance = np.random.default_rng(5309)
    size = count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"type":"FeatureCollection","features":[\n')
        while size < megabytes * 1_000_000:
            lines: list[str] = []
            for lon, lat in chance.uniform([98.7, 23.1], [100.5, 25.0], (5000, 2)):
                count += 1
                properties = {"name": f"第{count}号", "kind": "居民点", "n": count % 10_000, "note": "bench " * 8}
                shape = {"type": "Point", "coordinates": [round(float(lon), 6), round(float(lat), 6)]}
                feature = {"type": "Feature", "properties": properties, "geometry": shape}
                lines.append(json.dumps(feature, ensure_ascii=False))
            text = ("" if count == len(lines) else ",\n") + ",\n".join(lines)
            size += len(text.encode())
            file.write(text)
        file.write("\n]}\n")
    return count


def _readers() -> list[int]:
    """The reading processes that this one has started."""
    found: list[int] = []
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            for pid in (task / "children").read_text().split():
                if b"gis.exchange.reading" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(int(pid))
    return found


def _peak_kib(pid: int) -> int:
    """The most that a process has held so far; 0 when it has ended."""
    with contextlib.suppress(OSError):
        if told := _PEAK.search(Path(f"/proc/{pid}/status").read_bytes()):
            return int(told[1])
    return 0


async def _watch(most: list[int]) -> None:
    while True:
        most += [_peak_kib(pid) for pid in _readers()]
        await asyncio.sleep(0.02)


async def _read(path: Path, folder: Path) -> tuple[int, int, float]:
    """(features kept, peak in KiB, seconds)."""

    async def hear(_: Mapping[str, Any]) -> None:
        return None

    peaks: list[int] = [0]
    watching = asyncio.create_task(_watch(peaks))
    began = time.perf_counter()
    try:
        async with child.rows(path, path.name, Options(), folder, hear) as rows:
            async for _ in rows.blocks():
                pass
            report = await rows.report()
    finally:
        watching.cancel()
    return int(report["kept"]), max(peaks), time.perf_counter() - began


async def reading(folder: Path, features: int, megabytes: int) -> list[Row]:
    geopackage, geojson = folder / "points.gpkg", folder / "points.geojson"
    await asyncio.to_thread(write_file, geopackage, features)
    wanted = {geopackage: features, geojson: await asyncio.to_thread(write_geojson, geojson, megabytes)}
    rows: list[Row] = []
    for path, many in wanted.items():
        kept, peak, took = await _read(path, folder)
        size = path.stat().st_size / 1e6
        rows.append(
            Row(
                f"reading_{path.suffix[1:]}",
                f"reading {many:,} points, {path.suffix[1:]} of {size:.0f} MB: peak memory",
                "",
                "–",
                f"{peak / 1024:.0f} MiB",
                None,
                wrong=[] if kept == many else [f"{kept} of {many} were kept"],
                notes=[f"{took:.1f} s, {many / took:,.0f} features/s"],
                figures={"peak_kib": peak, "seconds": took, "features": many, "bytes": path.stat().st_size},
                method="VmHWM of the reading process (gis/exchange/child.py), its rows taken and thrown away",
            )
        )
    return rows
