"""The picture of the stream `exercise`: the exercise, its injects and its ratings."""

from command.exercises import store
from command.exercises.exercise import Exercise, InjectRow, exercise_object, inject_state, rating_object
from command.exercises.scenario import Scenario, inject_object, load_scenario
from spine.canonical import Json, JsonObject
from spine.command import Connection
from spine.fold import Picture
from spine.picture import PictureSource


def _scenario(exercise: Exercise) -> Scenario:
    return load_scenario(exercise.scenario)


def exercise_shown(exercise: Exercise) -> JsonObject:
    scenario = _scenario(exercise)
    objectives: list[Json] = [
        {
            "id": o.id,
            "zh": o.zh,
            "en": o.en,
            "measure": o.measure,
            "target_minutes": o.target_minutes,
            "target_share": o.target_share,
        }
        for o in scenario.objectives
    ]
    return exercise_object(
        exercise,
        {
            "purpose_zh": scenario.purpose_zh,
            "purpose_en": scenario.purpose_en,
            "duration_minutes": scenario.duration_minutes,
            "illustrative": scenario.illustrative,
            "objectives": objectives,
        },
    )


def inject_shown(exercise: Exercise, inject: InjectRow) -> JsonObject:
    return inject_object(inject_state(inject), _scenario(exercise).inject(inject.no))


async def _fetch(conn: Connection, _key: str) -> Picture:
    exercise = await store.find_exercise(conn)
    if exercise is None:
        return {}
    injects: dict[str, Json] = {str(i.id): inject_shown(exercise, i) for i in await store.injects(conn)}
    ratings: dict[str, Json] = {str(r.id): rating_object(r) for r in await store.ratings(conn)}
    return {"exercise": {str(exercise.id): exercise_shown(exercise)}, "injects": injects, "ratings": ratings}


SOURCES = (PictureSource("exercise", _fetch),)
