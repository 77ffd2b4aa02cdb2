"""Seen from outside: alive, ready, and figures for Prometheus."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from psycopg import OperationalError
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from spine.canonical import Json
from spine.realm import Realm
from web.auth import InHouse

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "alive"}


async def _database(realm: Realm) -> str | None:
    try:
        async with realm.pool.connection(timeout=2.0) as conn:
            await conn.execute("SELECT 1")
    except (OperationalError, PoolTimeout) as error:
        return str(error) or type(error).__name__
    return None


async def _redis(realm: Realm) -> str | None:
    redis = realm.nudges.redis
    if redis is None:
        return "not configured"
    try:
        await redis.ping()  # pyright: ignore[reportUnknownMemberType, reportGeneralTypeIssues]
    except (RedisError, OSError) as error:
        return str(error)
    return None


@router.get("/readyz")
async def readyz(house: InHouse) -> JSONResponse:
    """200 when commands can be carried out; says why not otherwise. Redis away is a remark: everything still arrives."""
    database, redis = await _database(house.realm), await _redis(house.realm)
    content: dict[str, Json] = {"ready": database is None, "database": database or "ok", "redis": redis or "ok"}
    return JSONResponse(content, status_code=200 if database is None else 503)


@router.get("/metrics")
async def metrics(request: Request, house: InHouse) -> PlainTextResponse:
    """Prometheus text format 0.0.4."""
    async with house.realm.pool.connection() as conn:
        facts, streams = (
            await (await conn.execute("SELECT coalesce(sum(seq), 0), count(*) FROM spine.stream_head")).fetchone()
        ) or (0, 0)
        lag = await (
            await conn.execute(
                """
                SELECT c.follower, sum(h.seq - c.seq) FROM spine.cursor c JOIN spine.stream_head h USING (stream)
                GROUP BY c.follower ORDER BY c.follower
                """
            )
        ).fetchall()
        open_deadlines, passed = (
            await (
                await conn.execute("SELECT count(*), count(passed_at) FROM spine.deadline WHERE settled_at IS NULL")
            ).fetchone()
        ) or (0, 0)
    lines = [
        "# TYPE fengsui_facts_total counter",
        f"fengsui_facts_total {facts}",
        "# TYPE fengsui_streams gauge",
        f"fengsui_streams {streams}",
        "# TYPE fengsui_sockets gauge",
        f"fengsui_sockets {len(request.app.state.clients)}",
        "# TYPE fengsui_redis_up gauge",
        f"fengsui_redis_up {int(house.realm.nudges.redis_ok)}",
        "# TYPE fengsui_deadlines_open gauge",
        f"fengsui_deadlines_open {open_deadlines}",
        "# TYPE fengsui_deadlines_passed gauge",
        f"fengsui_deadlines_passed {passed}",
        "# TYPE fengsui_follower_lag_facts gauge",
        *(f'fengsui_follower_lag_facts{{follower="{name}"}} {count}' for name, count in lag),
    ]
    return PlainTextResponse("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
