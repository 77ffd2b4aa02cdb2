"""Rate limits, kept in Redis: they may be lost, and without Redis nobody is kept out."""

import logging
from typing import Final

from redis.exceptions import RedisError

from spine.realm import Realm

log = logging.getLogger("fengsui.rate")

SIGN_INS_PER_MINUTE: Final = 12


async def allow_attempt(realm: Realm, who: str) -> bool:
    """Count one attempt to sign in. False when there were too many within the minute."""
    redis = realm.nudges.redis
    if redis is None:
        return True
    key = f"fengsui:{realm.name}:sign-in:{who}"
    try:
        count = int(await redis.incr(key))
        if count == 1:
            await redis.expire(key, 60)
    except (RedisError, OSError) as error:
        log.warning("no rate limit while redis is away: %s", error)
        return True
    return count <= SIGN_INS_PER_MINUTE
