"""The house put together: every room's commands, streams, pictures and followers. A new room is added here, once."""

from pathlib import Path

from redis.asyncio import Redis

import command.dispatch.replacement_react
import command.fences.react
import command.handlers
import command.handover.react
import command.headquarters.react
import command.instructions.react
import command.orders.react
import command.picture
import command.proposals.watch_react
import command.requests.react
import command.resources.shelter_react
import command.responses.asking_react
import command.responses.react
import gis.roads.handlers
import gis.roads.picture
import incidents.handlers
import incidents.picture
import notify.handlers
import notify.picture
import notify.react
from command.catalogue import command_catalogue
from command.dispatch.rules import dispatch_rules
from command.evacuation.rules import evacuation_rules
from command.headquarters.rules import headquarters_rules
from command.orders.escalation import escalation
from command.planning.plan import plans
from command.proposals.rules import proposal_rules
from command.roster.rules import roster_rules
from command.supervision.rules import supervision_rules
from gis.hazards.needs import need_rules
from gis.roads.current import CurrentRoads
from gis.roads.profile import house_rules
from incidents.assessments.grading import grade_rule
from incidents.catalogue import incident_catalogue
from incidents.register.rule_book import register_rules
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
            *gis.roads.handlers.HANDLINGS,
            *incidents.handlers.HANDLINGS,
            *command.handlers.HANDLINGS,
            *notify.handlers.HANDLINGS,
        )
    )


def book() -> PictureBook:
    return PictureBook(
        kinds=(*STREAMS, *realm_clock.STREAMS, *gis.roads.picture.STREAMS),
        sources=(
            *deadlines.SOURCES,
            *realm_clock.SOURCES,
            *gis.roads.picture.SOURCES,
            *incidents.picture.SOURCES,
            *command.picture.SOURCES,
            *notify.picture.SOURCES,
        ),
    )


def read_rules() -> None:
    """Read every rule, plan and table of the organisation now: a mistake in one must show at the start, not at 02:10.

    Raises the room's own error, which names the file and the place in it.
    """
    house_rules()
    need_rules()
    incident_catalogue()
    grade_rule()
    command_catalogue()
    escalation()
    plans()
    dispatch_rules()
    proposal_rules()
    roster_rules()
    supervision_rules()
    headquarters_rules()
    evacuation_rules()
    register_rules()


def furnish(realm: Realm, *, mail: bool = False) -> House:
    """Everything that acts in a realm. `mail`: orders also go out by mail."""
    read_rules()
    commands = registry()
    roads = CurrentRoads()
    realm.when_exchanged(roads.forget)
    followers = (
        command.responses.react.follower(commands),
        command.fences.react.follower(commands),
        command.instructions.react.follower(commands),
        command.instructions.react.clocks_follower(commands),
        command.responses.asking_react.follower(commands),
        command.proposals.watch_react.follower(commands),
        command.handover.react.follower(commands),
        command.headquarters.react.follower(commands),
        command.orders.react.follower(commands),
        command.requests.react.follower(commands),
        command.dispatch.replacement_react.roads_follower(commands, roads),
        command.dispatch.replacement_react.units_follower(commands),
        command.resources.shelter_react.room_follower(commands, roads),
        command.resources.shelter_react.ended_follower(commands),
        notify.react.follower(commands, mail=mail),
        notify.react.notices_follower(commands, mail=mail),
    )
    return House(realm, commands, book(), followers, roads)


async def open_house(database_url: str, redis_url: str | None, data_dir: Path, *, mail: bool = False) -> House:
    """Open the realm of this database with its nudges. Raises LookupError when it holds no realm."""
    redis = None
    if redis_url:
        redis = Redis.from_url(redis_url, socket_connect_timeout=2.0)  # pyright: ignore[reportUnknownMemberType]
    realm = await open_realm(database_url, nudges=Nudges(None, "?"), data_dir=data_dir)
    realm.nudges = Nudges(redis, str(realm.row.epoch))
    return furnish(realm, mail=mail)
