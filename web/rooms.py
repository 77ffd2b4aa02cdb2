"""The house put together: every room's commands, streams, pictures and followers. A new room is added here, once."""

from pathlib import Path

import command.handlers
import command.picture
import command.react
from redis.asyncio import Redis

import incidents.handlers
import incidents.picture
import notify.handlers
import notify.picture
import notify.react
from spine import deadlines, realm_clock
from spine.command import Registry
from spine.nudge import Nudges
from spine.picture import PictureBook
from spine.realm import Realm, open_realm
from web.house import House
from web.streams import STREAMS


def registry() -> Registry:
    return Registry(
        (
            *deadlines.HANDLINGS,
            *realm_clock.HANDLINGS,
            *incidents.handlers.HANDLINGS,
            *command.handlers.HANDLINGS,
            *notify.handlers.HANDLINGS,
        )
    )


def book() -> PictureBook:
    return PictureBook(
        kinds=(*STREAMS, *realm_clock.STREAMS),
        sources=(
            *deadlines.SOURCES,
            *realm_clock.SOURCES,
            *incidents.picture.SOURCES,
            *command.picture.SOURCES,
            *notify.picture.SOURCES,
        ),
    )


def furnish(realm: Realm, *, mail: bool = False) -> House:
    """Everything that acts in a realm. `mail`: orders also go out by mail."""
    commands = registry()
    followers = (command.react.follower(commands), notify.react.follower(commands, mail=mail))
    return House(realm, commands, book(), followers)


async def open_house(database_url: str, redis_url: str | None, data_dir: Path, *, mail: bool = False) -> House:
    """Open the realm of this database with its nudges. Raises LookupError when it holds no realm."""
    redis = None
    if redis_url:
        redis = Redis.from_url(redis_url, socket_connect_timeout=2.0)  # pyright: ignore[reportUnknownMemberType]
    realm = await open_realm(database_url, nudges=Nudges(None, "?"), data_dir=data_dir)
    realm.nudges = Nudges(redis, realm.name)
    return furnish(realm, mail=mail)
