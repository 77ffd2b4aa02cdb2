"""The `work` role: followers, deadlines, deliveries, feeds and, in an exercise, its director. Any number may run."""

import asyncio
import contextlib
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from uuid import uuid4

import command.exercises.director
import incidents.assessments.pool
import incidents.feeds.watch
from command.planning.plan import plans
from gis.position_store import forget_tracks
from notify.channels.base import OutsideChannel
from notify.channels.smtp import Smtp
from notify.deliver import run_delivery
from spine.canonical import Json
from spine.carry_out import carry_out
from spine.command import Envelope
from spine.deadlines import pass_id, what_is_due
from spine.end_tasks import end_tasks
from spine.follow import run_follower
from spine.presence import is_away
from spine.principal import system
from spine.settings import Settings
from web.house import House

log = logging.getLogger("fengsui.work")


def outside_channels(settings: Settings) -> dict[str, OutsideChannel]:
    """The channels that this installation is configured for."""
    if settings.smtp_url is None:
        return {}
    return {"smtp": Smtp(settings.smtp_url, settings.smtp_from)}


async def pass_due_deadlines(house: House) -> int:
    """Put the passing of every deadline that is due into the record. Returns how many were due."""
    realm = house.realm
    async with realm.pool.connection() as conn:
        due = await what_is_due(conn, realm.clock.now())
    for deadline in due:
        envelope = Envelope(
            pass_id(deadline), "deadline.pass", "board", deadline.due_at, {"deadline_id": str(deadline.id)}
        )
        await carry_out(realm, house.registry, system("deadlines"), envelope)
    return len(due)


async def take_in_plans(house: House) -> None:
    """The shipped plans that this realm does not know yet, once at the start; what the city wrote is left alone."""
    while True:
        ids: list[Json] = [plan.id for plan in plans()]
        envelope = Envelope(uuid4(), "plan.take_in", "plans", house.realm.clock.now(), {"plan_ids": ids})
        try:
            await carry_out(house.realm, house.registry, system("plans"), envelope)
        except Exception as error:
            if not is_away(error):
                log.exception("the shipped plans were not taken in; those in force stay: %s", error)
                return
            await asyncio.sleep(5)
        else:
            return


async def forget_old_tracks(house: House, keep: timedelta) -> int:
    """Remove what of the units' tracks is older than the city keeps. Returns how many positions were removed."""
    removed = 0
    while True:
        async with house.realm.pool.connection() as conn:
            batch = await forget_tracks(conn, house.realm.clock.now(), keep)
        removed += batch
        if batch == 0:
            return removed


async def _repeat(name: str, every_s: float, step: Callable[[], Awaitable[object]]) -> None:
    """A timed duty, for ever: what fails is logged and tried again, for the database may be away for a while."""
    while True:
        try:
            await step()
        except Exception as error:
            if is_away(error):
                log.info("%s waits, the database is away: %s", name, error)
            else:
                log.exception("%s failed, trying again: %s", name, error)
        await asyncio.sleep(every_s)


REGISTER_FIRST_S = 20.0
"""The risk register waits until everything else has begun: nothing of it is urgent, and it asks for all exposure points."""


async def keep_register(house: House, settings: Settings) -> None:
    """Scores and scenarios of the risk register, a few at a time in a process of their own, for ever."""
    await asyncio.sleep(REGISTER_FIRST_S)
    from incidents.register.keeper import RegisterKeeper  # SciPy takes long to import: only where it is needed

    pool = incidents.assessments.pool.AssessPool(house.realm.database_url, 1, settings.assess_timeout_s)
    keeper = RegisterKeeper(house.realm, house.registry, pool)

    async def step() -> None:
        try:
            while (await keeper.step()).more:
                yield_to_others(pool.pids)
                await asyncio.sleep(0.5)
        finally:
            await pool.close()  # its memory is wanted elsewhere until there is something to compute again

    try:
        await _repeat("register", 30.0, step)
    finally:
        await pool.close()


def yield_to_others(pids: Sequence[int]) -> None:
    """Let everything else have the processor before these."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpriority(os.PRIO_PROCESS, pid, 15)


async def run_assessing(house: House, settings: Settings) -> None:
    """Ask the hazard models whenever something that they use changed; their processes are warmed before anything happens."""
    from gis.hazards.ground_store import ground_state  # SciPy takes long to import: only where it is needed
    from incidents.assessments.follow import follower

    realm = house.realm
    pool = incidents.assessments.pool.AssessPool(realm.database_url, settings.assess_workers, settings.assess_timeout_s)
    try:
        async with realm.pool.connection() as conn:
            state = await ground_state(conn)
        pool.start(state)
        assess = follower(house.registry, pool, at_once=settings.assess_workers)

        async def look() -> None:
            nonlocal state
            async with realm.pool.connection() as conn:
                now = await ground_state(conn)
            if now != state and pool.start(now):
                state = now

        async with asyncio.TaskGroup() as group:
            # Loading people, roads or heights takes as long as it takes: it is done before somebody asks, not then.
            group.create_task(_repeat("ground", 5.0, look), name="ground")
            group.create_task(run_follower(realm, assess, poll_s=settings.poll_s), name="assess-follower")
    finally:
        await pool.close()


async def run_work(house: House, settings: Settings) -> None:
    """Everything that acts by itself in this realm, until cancelled."""
    realm = house.realm
    realm.nudges.start()
    moving: set[asyncio.Task[None]] = set()

    def exchanged() -> None:
        # After a restore the cursors are the restored ones; only the name under which nudges pass is new.
        moving.add(asyncio.create_task(realm.nudges.move_to(str(realm.row.epoch))))

    realm.when_exchanged(exchanged)
    async with asyncio.TaskGroup() as group:
        acting: list[asyncio.Task[None]] = []

        def begin(name: str, work: Coroutine[None, None, None]) -> None:
            acting.append(group.create_task(work, name=name))

        for follower in house.followers:
            begin(f"follower-{follower.name}", run_follower(realm, follower, poll_s=settings.poll_s))
        if settings.assess_workers > 0:
            begin("assess", _repeat("assess", 1.0, lambda: run_assessing(house, settings)))
            begin("register", keep_register(house, settings))
        begin("plans-shipped", take_in_plans(house))
        begin("deadlines", _repeat("deadlines", 0.5, lambda: pass_due_deadlines(house)))
        channels = outside_channels(settings)
        begin("delivery", run_delivery(realm, house.registry, channels, poll_s=settings.poll_s))
        keep = timedelta(days=settings.track_days)
        begin("tracks", _repeat("tracks", 600.0, lambda: forget_old_tracks(house, keep)))
        # The record may have been exchanged by a restore; in an exercise another process may have changed the clock's pace.
        begin("realm", _repeat("realm", 1.0, realm.refresh))
        if realm.is_exercise:
            begin(
                "director",
                _repeat(
                    "director",
                    0.25,
                    lambda: command.exercises.director.run_due(realm, house.registry, carry_out),
                ),
            )
        else:
            # Only the live realm watches the outside world.
            begin("feeds", _repeat("feeds", 1.0, lambda: incidents.feeds.watch.watch_once(realm, house.registry)))
        try:
            await asyncio.Event().wait()  # until cancelled, or until one of them breaks
        finally:
            await end_tasks(acting)
