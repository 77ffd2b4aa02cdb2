"""Seen from outside: alive, ready (and if not, why), and figures for Prometheus."""

import asyncio
import contextlib
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from psycopg import Error
from redis.exceptions import RedisError

from spine import measures
from spine.migrate import migrations
from spine.realm import Realm
from web import exposition, ready
from web.asked import Asked, Away
from web.auth import InHouse
from web.errors import locale_of
from web.house import House
from web.measures_of_house import CONNECT_S, Figures, ask_house, follower_lag

router = APIRouter(tags=["health"])

ANSWER_S = 1.6
"""How long the database may take for a page that must be there within two seconds."""
_REDIS_S = 1.0


@dataclass(frozen=True, slots=True)
class _State:
    """What `/readyz` asks of the database."""

    applied: dict[str, str] | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class _Questions:
    figures: Asked[Figures]
    state: Asked[_State]


_questions: WeakKeyDictionary[FastAPI, _Questions] = WeakKeyDictionary()


def _questions_of(app: FastAPI, house: House) -> _Questions:
    """One of each for each application: who asks while one is on its way waits for the same answer."""
    if app not in _questions:
        _questions[app] = _Questions(
            Asked(lambda: ask_house(house), within_s=ANSWER_S), Asked(lambda: _ask_state(house), within_s=ANSWER_S)
        )
    return _questions[app]


async def _ask_state(house: House) -> _State:
    async with house.realm.pool.connection(timeout=CONNECT_S) as conn:
        try:
            applied = await ready.applied_migrations(conn)
        except Error:
            if conn.closed:
                raise
            applied = None  # a role that may not look: not known
        return _State(applied, Figures(house.realm.clock.now(), lag=await follower_lag(conn, house.followers)))


async def _redis(realm: Realm) -> str | None:
    """The reason why Redis does not answer, None when it does."""
    redis = realm.nudges.redis
    if redis is None:
        return "not configured"
    try:
        async with asyncio.timeout(_REDIS_S):
            await redis.ping()  # pyright: ignore[reportUnknownMemberType, reportGeneralTypeIssues]
    except TimeoutError:
        return f"no answer within {_REDIS_S:g} s"
    except (RedisError, OSError) as error:
        return str(error) or type(error).__name__
    return None


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request, house: InHouse) -> JSONResponse:
    """200 when commands can be carried out. `why_not` and `remarks`: sentences, each with the part that it is about.

    `database` and `redis` are "ok" or the reason. Redis away is a remark: everything still arrives.
    """
    realm = house.realm
    redis, free = await asyncio.gather(_redis(realm), asyncio.to_thread(ready.free_space, realm.data_dir))
    why: str | None = None
    state: _State | None = None
    try:
        state = await _questions_of(request.app, house).state.answer()
    except Away as away:
        why = str(away)
    findings = [
        *ready.of_database(why),
        *(ready.of_migrations(state.applied, migrations()) if state is not None else ()),
        *ready.of_redis(redis),
        *ready.of_disk(free, realm.data_dir),
        *ready.of_spool(measures.spool_depth.value),
        *ready.of_hub(realm.presence.away_since),
        *ready.of_work(state.figures if state is not None else None),
    ]
    able, content = ready.report(findings, locale_of(request), database=why, redis=redis)
    return JSONResponse(content, status_code=200 if able else 503)


@router.get("/metrics")
async def metrics(request: Request, house: InHouse) -> Response:
    """Prometheus text format 0.0.4, within two seconds. What the database does not tell is left out, never zero."""
    realm = house.realm
    waiting: exposition.Waiting | None = request.app.state.gateway
    free = await asyncio.to_thread(ready.free_space, realm.data_dir)
    figures: Figures | None = None
    with contextlib.suppress(Away):
        figures = await _questions_of(request.app, house).figures.answer()
    measures.database_up.set(float(figures is not None))
    if realm.nudges.redis is None:
        measures.redis_up.forget()
    else:
        measures.redis_up.set(float(realm.nudges.redis_ok))
    families = [
        *exposition.of_gateway(waiting),
        *exposition.of_disk(free),
        *exposition.of_pool(realm.pool.get_stats()),
        *exposition.of_database(figures, realm.clock.now()),
    ]
    return Response(exposition.page(families), headers={"Content-Type": exposition.CONTENT_TYPE})
