"""The plans as data."""

from fastapi import APIRouter

from command.plan import plan_object
from command.plan_book import plans_in_force
from spine.canonical import Json
from spine.db import snapshot
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["plans"])


@router.get("/plans", response_model=None)
async def get_plans(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Every plan in force with its levels and tasks, each with clause and source."""
    async with snapshot(house.realm.pool) as conn:
        return {"plans": [plan_object(plan) for plan in await plans_in_force(conn)]}
