"""The plans as data."""

from fastapi import APIRouter

from command.plan import plans
from spine.canonical import Json
from web.auth import InHouse, SignedIn

router = APIRouter(prefix="/api", tags=["plans"])


@router.get("/plans", response_model=None)
async def get_plans(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Every plan in force with its levels and tasks, each with clause and source."""
    return {"plans": [plan.to_json() for plan in plans()]}
