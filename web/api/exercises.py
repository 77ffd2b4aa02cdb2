"""The exercise of this realm seen as a whole, and the exercises that run beside a live realm."""

from fastapi import APIRouter

from command.exercises.evaluators import score
from spine.canonical import Json
from spine.errors import forbidden
from spine.principal import Role
from spine.realm_clock import exercise_only
from web.auth import InHouse, SignedIn
from web.exercise_address import running_exercises

router = APIRouter(prefix="/api", tags=["exercises"])


@router.get("/exercise/score", response_model=None)
async def get_score(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """How it goes, computed from the record alone."""
    if not house.realm.is_exercise:
        raise exercise_only()
    if not principal.has(Role.EXERCISE_DIRECTOR, Role.EVALUATOR, Role.ADMINISTRATOR, Role.AUDITOR):
        raise forbidden("您无权查看演练评分。", "You may not see the score.", field="kind")
    async with house.realm.pool.connection() as conn:
        return dict(await score(conn, house.realm.clock.now()))


@router.get("/exercises", response_model=None)
async def get_exercises(house: InHouse, principal: SignedIn) -> dict[str, Json]:
    """Exercises that run beside this realm, with their addresses."""
    if house.realm.is_exercise:
        return {"exercises": []}
    return {"exercises": running_exercises(house.realm.data_dir)}
