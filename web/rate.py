"""Rate limits, kept in Redis: they may be lost, and without Redis nobody is kept out."""

import logging
from typing import Final

from redis.exceptions import RedisError

from spine.realm import Realm

log = logging.getLogger("fengsui.rate")

FAILED_SIGN_INS_PER_MINUTE: Final = 10


def _key(realm: Realm, who: str) -> str:
    return f"fengsui:{realm.row.epoch}:sign-in:{who}"


async def may_try(realm: Realm, who: str) -> bool:
    """Whether somebody may try to sign in: not after too many failures within the minute."""
    redis = realm.nudges.redis
    if redis is None:
        return True
    try:
        failed = await redis.get(_key(realm, who))
    except (RedisError, OSError) as error:
        log.warning("no rate limit while redis is away: %s", error)
        return True
    return failed is None or int(failed) < FAILED_SIGN_INS_PER_MINUTE


async def count_failure(realm: Realm, who: str) -> None:
    """Remember one failed attempt for a minute from the first."""
    redis = realm.nudges.redis
    if redis is None:
        return
    try:
        if int(await redis.incr(_key(realm, who))) == 1:
            await redis.expire(_key(realm, who), 60)
    except (RedisError, OSError) as error:
        log.warning("no rate limit while redis is away: %s", error)


async def may_do(realm: Realm, what: str, who: str, most: int) -> bool:
    """Count one more `what` of `who`; False once there were more than `most` within the minute."""
    redis = realm.nudges.redis
    if redis is None:
        return True
    key = f"fengsui:{realm.row.epoch}:{what}:{who}"
    try:
        done = int(await redis.incr(key))
        if done == 1:
            await redis.expire(key, 60)
    except (RedisError, OSError) as error:
        log.warning("no rate limit while redis is away: %s", error)
        return True
    return done <= most
