"""The reading process as seen from outside: started, fed one order, heard line by line, ended with whoever asked."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from gis.exchange.options import Options, refused_from
from gis.exchange.reading import REFUSED
from spine.canonical import JsonObject
from spine.errors import Refused
from spine.private_child import dies_with_parent

log = logging.getLogger("fengsui.exchange")

Hear = Callable[[Mapping[str, Any]], Awaitable[None]]
_BLOCK = 256 * 1024
_CHECKOUT = Path(__file__).resolve().parents[2]
# Drivers that would go and fetch something; a file must not be able to wake them.
_NO_NETWORK = "HTTP WFS OAPIF CSW PLSCENES Carto AmigoCloud Elastic GMLAS EEDA NGW CouchDB Cloudant OGR_VRT VDV"
_KEPT = ("PATH", "LD_LIBRARY_PATH", "TZ", "PYTHONPATH", "HOME", "TMPDIR")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join(part for part in (str(_CHECKOUT), kept.get("PYTHONPATH", "")) if part)
    return {
        **kept,
        "LANG": "C.UTF-8",
        "PYTHONPATH": path,
        "GDAL_SKIP": _NO_NETWORK,
        "GDAL_HTTP_TIMEOUT": "1",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
        "GDAL_CACHEMAX": "64",
        "OGR_GEOJSON_MAX_OBJ_SIZE": "200MB",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF",
    }


@asynccontextmanager
async def _started(order: Mapping[str, Any]) -> AsyncGenerator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "gis.exchange.reading",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        limit=64 * 1024 * 1024,
        preexec_fn=dies_with_parent(signal.SIGKILL),
        start_new_session=True,
    )
    try:
        ordering = cast(asyncio.StreamWriter, process.stdin)
        ordering.write(json.dumps(order, ensure_ascii=False).encode() + b"\n")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await ordering.drain()
        ordering.close()
        yield process
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()


def _order(do: str, path: Path, name: str, options: Options, workplace: Path, **more: Any) -> dict[str, Any]:
    return {
        **more,
        "do": do,
        "path": str(path),
        "name": name,
        "options": options.to_json(),
        "workplace": str(workplace),
    }


async def _listen(process: asyncio.subprocess.Process, hear: Hear | None) -> dict[str, Any]:
    """Every JSON line until the end; all that was said, the newest of each name. What is no JSON is GDAL grumbling."""
    lines = cast(asyncio.StreamReader, process.stderr)
    said: dict[str, Any] = {}
    while line := await lines.readline():
        try:
            told = cast(dict[str, Any], json.loads(line))
        except ValueError:
            log.info("reading: %s", line.decode(errors="replace").rstrip()[:500])
            continue
        said |= told
        if hear is not None:
            await hear(told)
    return said


async def _ended(process: asyncio.subprocess.Process, said: Mapping[str, Any]) -> None:
    """Raises Refused when it refused, or died."""
    code = await process.wait()
    if code == 0:
        return
    if code == REFUSED and "refused" in said:
        refused = refused_from(cast(Mapping[str, Any], said["refused"]))
        refused.facts = {"problems": said.get("problems", []), **refused.facts}
        raise refused
    log.warning("the reading process ended with %s", code)
    if code == -signal.SIGXCPU:
        raise Refused(
            "file_too_slow",
            zh="文件读取时间过长，已停止。",
            en="Reading the file took too long.",
            field="file",
            final=False,
        )
    raise Refused(
        "file_unreadable",
        zh="文件读取过程意外中止（文件可能损坏，或需要的内存过多），没有导入任何内容。",
        en="Reading the file broke off (it may be broken, or need too much memory). Nothing was imported.",
        field="file",
        final=False,
    )


async def look(path: Path, name: str, options: Options, workplace: Path) -> JsonObject:
    """What is in a file, without importing it. Raises Refused, questions among them."""
    async with _started(_order("look", path, name, options, workplace)) as process:
        said = await _listen(process, None)
        await _ended(process, said)
        return cast(JsonObject, said["found"])


class Rows:
    """Rows on their way from the reading process. `attributes` is known from the first step on, `report` at the end."""

    def __init__(self, process: asyncio.subprocess.Process, hear: Hear) -> None:
        self._process = process
        self._first: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._hear = hear
        self._listening = asyncio.create_task(_listen(process, self._note), name="import-listener")

    async def _note(self, told: Mapping[str, Any]) -> None:
        if "attributes" in told and not self._first.done():
            self._first.set_result(told)
        await self._hear(told)

    async def attributes(self) -> list[dict[str, Any]]:
        """Raises Refused when the file is refused before its first row."""
        await asyncio.wait((self._first, self._listening), return_when=asyncio.FIRST_COMPLETED)
        if not self._first.done():
            await _ended(self._process, self._listening.result())
            raise Refused(
                "file_unreadable", zh="文件无法读取。", en="The file cannot be read.", field="file", final=False
            )
        return cast(list[dict[str, Any]], self._first.result()["attributes"])

    async def blocks(self) -> AsyncGenerator[bytes]:
        """COPY text. Raises nothing: whether all came is known from `report`."""
        coming = cast(asyncio.StreamReader, self._process.stdout)
        while block := await coming.read(_BLOCK):
            yield block

    async def report(self) -> dict[str, Any]:
        """Raises Refused when the process refused or died on the way."""
        said = await self._listening
        await _ended(self._process, said)
        return cast(dict[str, Any], said["report"])

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)


@asynccontextmanager
async def rows(path: Path, name: str, options: Options, workplace: Path, hear: Hear) -> AsyncGenerator[Rows]:
    async with _coming(_order("rows", path, name, options, workplace), hear) as coming:
        yield coming


@asynccontextmanager
async def tiles(
    path: Path, name: str, options: Options, workplace: Path, version: int, before: Path | None, hear: Hear
) -> AsyncGenerator[Rows]:
    """Rows of `gis.elevation_tile` without their version, from a GeoTIFF. `before`: a folder with the tiles that it changes."""
    order = _order("tiles", path, name, options, workplace, version=version, before=before and str(before))
    async with _coming(order, hear) as coming:
        yield coming


@asynccontextmanager
async def _coming(order: Mapping[str, Any], hear: Hear) -> AsyncGenerator[Rows]:
    async with _started(order) as process:
        coming = Rows(process, hear)
        try:
            yield coming
        finally:
            await coming.close()
