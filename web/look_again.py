"""Keeping something in memory true: looked at when a nudge says that it changed, and at every poll, for nudges may be lost."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from spine.presence import is_away
from spine.realm import Realm

log = logging.getLogger("fengsui.look_again")


async def look_again(
    realm: Realm, stream: str, poll_s: float, look: Callable[[], Awaitable[object]], what: str
) -> None:
    """For ever. A database that is away is waited for; `what` names in the log what could not be read for another reason."""
    loop = asyncio.get_running_loop()
    looked = 0.0
    async with realm.nudges.listening() as ear:
        while True:
            heard = await ear.wait(poll_s)
            if stream not in heard and loop.time() - looked < poll_s:
                continue
            looked = loop.time()
            try:
                await look()
            except Exception as error:
                if not is_away(error):
                    log.exception("%s could not be read: %s", what, error)
                await asyncio.sleep(poll_s)
