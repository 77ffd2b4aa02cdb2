"""The typesetting process as seen from outside: a folder of its own, one order, and an end however it goes."""

import asyncio
import base64
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from gis.exchange.options import refused_from
from spine.errors import Refused
from spine.private_child import dies_with_parent
from web.sheets.fonts import folders, required_family
from web.sheets.typesetting import PICTURE, REFUSED, SHEET

log = logging.getLogger("fengsui.sheets")

_TEMPLATE = Path(__file__).with_name("sheet.typ")
ASSESSMENT = Path(__file__).with_name("assessment.typ")
DUTY = Path(__file__).with_name("duty.typ")
_CHECKOUT = Path(__file__).resolve().parents[2]
_MOST_WAITING = 4
_LONGEST_S = 240
_KEPT = ("PATH", "LD_LIBRARY_PATH", "TZ", "PYTHONPATH", "TMPDIR")


class Press:
    """Typesets one sheet at a time; a few may wait for it."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "map_sheets"
        self._one = asyncio.Semaphore(1)
        self._waiting = 0

    @asynccontextmanager
    async def typeset(
        self,
        data: Mapping[str, Any],
        icons: Mapping[str, str],
        picture: Path | None,
        pixels: tuple[int, int] | None,
        at: int,
        template: Path | None = None,
    ) -> AsyncGenerator[Path]:
        """The PDF, as long as the caller needs it. `icons`: file name → base64 PNG. `at`: its date, seconds of the epoch.
        Without a picture it is a sheet of words. `template`: a map sheet's unless told.

        Raises Refused `font_missing`, `busy`, `picture_unreadable`, `picture_size`, `icon_unreadable`, `icon_size`.
        """
        family = required_family()
        if self._waiting >= _MOST_WAITING:
            raise Refused(
                "busy",
                zh="正在打印的图太多，请稍候再试。",
                en="Too many maps are being printed; try again in a moment.",
                status=503,
                final=False,
            )
        self._waiting += 1
        folder: Path | None = None
        try:
            async with self._one:
                folder = await asyncio.to_thread(self._lay, data, icons, picture, template or _TEMPLATE)
                order = {"folder": str(folder), "family": family, "fonts": folders(), "pixels": pixels, "at": at}
                await _run(order)
            yield folder / SHEET
        finally:
            self._waiting -= 1
            if folder is not None:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _lay(self, data: Mapping[str, Any], icons: Mapping[str, str], picture: Path | None, template: Path) -> Path:
        self._root.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="sheet-", dir=self._root))
        shutil.copyfile(template, folder / "sheet.typ")
        (folder / "sheet.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
        if picture is not None:
            os.link(picture, folder / PICTURE)
        for name, content in icons.items():
            (folder / name).write_bytes(base64.b64decode(content))
        return folder


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.pathsep.join(part for part in (str(_CHECKOUT), kept.get("PYTHONPATH", "")) if part)
    return {**kept, "LANG": "C.UTF-8", "PYTHONPATH": path, "RAYON_NUM_THREADS": "1"}


async def _run(order: Mapping[str, Any]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "web.sheets.typesetting",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        preexec_fn=dies_with_parent(signal.SIGKILL),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_LONGEST_S):
            _, said = await process.communicate(json.dumps(order, ensure_ascii=False).encode() + b"\n")
    except TimeoutError as error:
        raise _failed() from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == 0:
        return
    for line in said.decode(errors="replace").splitlines():
        if process.returncode == REFUSED and line.startswith('{"refused"'):
            raise refused_from(cast(Mapping[str, Any], json.loads(line)["refused"]))
        log.info("typesetting: %s", line[:1000])
    log.warning("the typesetting process ended with %s", process.returncode)
    raise _failed()


def _failed() -> Refused:
    return Refused(
        "sheet_failed",
        zh="制版没有完成（图可能太大）。请换小一号的纸或较低的分辨率再试。",
        en="The sheet could not be made (it may be too large). Try smaller paper or a lower resolution.",
        status=500,
        final=False,
    )
