"""What the desk understood of one line of a leader's instruction, while it is being typed. Reads only."""

from typing import Annotated

from fastapi import APIRouter, Query

from command.instructions.reading import understand
from spine.canonical import Json
from spine.errors import forbidden
from spine.principal import Role
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["instructions"])


@router.get("/instruction-reading", response_model=None)
async def get_instruction_reading(
    house: InHouse, principal: SignedIn, text: Annotated[str, Query(min_length=1, max_length=4000)]
) -> dict[str, Json]:
    """Leader, channel, urgency and the orders that the line suggests; what was not said is in `missing`."""
    if not principal.has(Role.DUTY_OFFICER, Role.LEADER):
        raise forbidden("您的角色不登记批示。", "Your role does not capture instructions.", field="text")
    async with house.realm.pool.connection() as conn:
        return dict(await understand(conn, text, house.realm.clock.now()))
