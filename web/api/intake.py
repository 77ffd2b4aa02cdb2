"""What the command bar understood, and the catalogue that forms are made from."""

from typing import Annotated

from fastapi import APIRouter, Query

from command.catalogue import command_catalogue
from gis.gazetteer import look_up
from incidents.catalogue import incident_catalogue
from incidents.intake import understand
from spine.canonical import Json
from spine.errors import forbidden
from spine.principal import Role
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["intake"])


@router.get("/intake", response_model=None)
async def get_intake(
    house: InHouse, principal: SignedIn, text: Annotated[str, Query(min_length=1, max_length=2000)]
) -> dict[str, Json]:
    """Class, place, figures and time understood from one line; what a first report still lacks; what looks the same."""
    if not principal.has(Role.DUTY_OFFICER, Role.LEADER, Role.ADMINISTRATOR):
        raise forbidden("您的角色不能接报。", "Your role does not take calls.", field="text")
    async with house.realm.pool.connection() as conn:
        return dict(await understand(conn, text, house.realm.clock.now(), look_up))


@router.get("/catalogue", response_model=None)
async def get_catalogue(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Event classes, metrics, grades, departments, posts, transitions, lights: the data that forms are made from."""
    return {**incident_catalogue(), **command_catalogue()}
