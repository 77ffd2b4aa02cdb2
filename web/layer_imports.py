"""Imports asked for in a browser: one at a time in a process, their progress in the database, where every process finds it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from gis import catalogue_store as store
from gis.catalogue import STREAM, Description
from gis.elevation.build import import_heights
from gis.elevation.store import NAME as ELEVATION
from gis.elevation.store import About
from gis.exchange.build import import_layer
from gis.exchange.child import Hear
from gis.exchange.options import Options
from spine.canonical import JsonObject
from spine.end_tasks import end_tasks
from spine.errors import Refused
from spine.principal import Principal
from spine.realm import Realm
from web.layer_uploads import Upload, Uploads
from web.layer_watch import LayerWatch

Bring = Callable[[Hear], Awaitable[JsonObject]]
log = logging.getLogger("fengsui.layers")

EVERY_S = 0.4
"""Seconds between two notes of progress."""
BEAT_S = 20.0
MOST_WAITING = 20
_FAILED = Refused(
    "internal",
    zh="系统内部出错，没有导入任何内容；错误已记录。",
    en="Something failed inside. Nothing was imported; the error has been logged.",
    status=500,
)


class LayerImports:
    def __init__(self, realm: Realm, watch: LayerWatch) -> None:
        self._realm, self._watch = realm, watch
        self.uploads = Uploads(realm.data_dir)
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(
        self, job: UUID, principal: Principal, upload_id: UUID, upload: Upload, told: Description, options: Options
    ) -> None:
        """A layer of features. Raises Refused `too_many_imports`."""

        async def bring(hear: Hear) -> JsonObject:
            made = await import_layer(
                self._realm, upload.path, upload.name, told, options, principal, hear, upload.folder
            )
            return {**made.report, "number": made.number}

        await self._begin(job, principal, upload_id, told.name, bring)

    async def begin_heights(
        self,
        job: UUID,
        principal: Principal,
        upload_id: UUID,
        upload: Upload,
        about: About,
        options: Options,
        alone: bool,
    ) -> None:
        """Heights of the ground. Raises Refused `too_many_imports`."""

        async def bring(hear: Hear) -> JsonObject:
            made = await import_heights(
                self._realm, upload.path, upload.name, about, options, principal, hear, upload.folder, alone=alone
            )
            return {**made.report, "number": made.version}

        await self._begin(job, principal, upload_id, ELEVATION, bring)

    async def _begin(self, job: UUID, principal: Principal, upload_id: UUID, name: str, bring: Bring) -> None:
        if len(self._tasks) >= MOST_WAITING:
            raise Refused(
                "too_many_imports",
                zh="排队的导入过多，请稍后再试。",
                en="Too many imports are waiting; try again later.",
                status=429,
                final=False,
            )
        async with self._realm.pool.connection() as conn:
            await store.begin_import(conn, job, name, at=self._realm.wall_now(), by=principal.id)
        task = asyncio.create_task(self._run(job, principal, upload_id, name, bring), name=f"import {name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        await end_tasks(self._tasks)

    async def _run(self, job: UUID, principal: Principal, upload_id: UUID, name: str, bring: Bring) -> None:
        loop = asyncio.get_running_loop()
        noted, done, total = 0.0, 0, None

        async def hear(step: Mapping[str, Any]) -> None:
            nonlocal noted, done, total
            if "done" not in step:
                return
            done, total = int(step["done"]), step.get("total")
            if loop.time() - noted >= EVERY_S or "step" in step:
                noted = loop.time()
                await self._note(job, done, total)

        async def beat() -> None:
            while True:  # a job that waits its turn, or builds an index, is not lost
                await asyncio.sleep(BEAT_S)
                await self._note(job, done, total)

        beating = asyncio.create_task(beat())
        try:
            async with self._turn:
                report = await bring(hear)
            self._realm.nudges.publish([STREAM])
            await self._watch.look()
            await self._end(job, "done", report=report)
            await asyncio.to_thread(self.uploads.drop, principal, upload_id)
        except Refused as refused:
            await self._end(job, "refused", problem=refused)
        except asyncio.CancelledError:
            await asyncio.shield(self._end(job, "failed", problem=_FAILED))
            raise
        except Exception as error:
            log.exception("the import of %s failed: %s", name, error)
            await self._end(job, "failed", problem=_FAILED)
        finally:
            beating.cancel()

    async def _note(self, job: UUID, done: int, total: int | None) -> None:
        try:
            async with self._realm.pool.connection() as conn:
                await store.hear_import(conn, job, done, total, self._realm.wall_now())
        except Exception as error:  # progress is only a hint
            log.info("the progress of the import %s could not be noted: %s", job, error)

    async def _end(
        self, job: UUID, state: str, *, problem: Refused | None = None, report: Mapping[str, Any] | None = None
    ) -> None:
        try:
            async with self._realm.pool.connection() as conn:
                await store.end_import(
                    conn,
                    job,
                    state,
                    problem=None if problem is None else problem.to_json(),
                    report=report,
                    at=self._realm.wall_now(),
                )
        except Exception as error:  # the database is away: the silence of the job will be read as its failure
            log.warning("how the import %s ended could not be noted: %s", job, error)
