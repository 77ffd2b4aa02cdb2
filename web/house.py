"""The whole house put together: every room's commands, streams, pictures and followers, in one place."""

from dataclasses import dataclass

from gis.roads.current import CurrentRoads
from spine.command import Registry
from spine.follow import AnyFollower
from spine.picture import PictureBook
from spine.realm import Realm


@dataclass(frozen=True, slots=True)
class House:
    """One realm with everything that acts in it."""

    realm: Realm
    registry: Registry
    book: PictureBook
    followers: tuple[AnyFollower, ...]
    roads: CurrentRoads
    """The road graph of this process, one for screens and followers."""
