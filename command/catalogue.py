"""What forms and screens of this room are made from: departments, posts, kinds of unit, steps of orders and units, lights."""

from collections.abc import Iterable

from command.exercises.exercise import RATING_WORDS
from command.organisation.book import Named, organisation
from command.response import LEVEL_WORDS
from command.transitions import TaskAction, task_transitions, time_limits, unit_transitions
from spine.canonical import Json


def _names(named: dict[str, Named]) -> dict[str, Json]:
    return {key: {"zh": one.zh, "en": one.en} for key, one in named.items()}


def _pairs(words: Iterable[tuple[str, tuple[str, str]]]) -> dict[str, Json]:
    return {key: {"zh": zh, "en": en} for key, (zh, en) in words}


def _action(action: TaskAction) -> dict[str, Json]:
    return {
        "zh": action.zh,
        "en": action.en,
        "who": sorted(role.value for role in action.who),
        "moves": action.moves,
        "late": sorted(action.late),
        "reason": action.reason,
    }


def command_catalogue() -> dict[str, Json]:
    """departments, posts, task_states, task_actions, unit_states, transitions, unit_kinds, unit_capabilities,
    response_levels, ratings, lights, sign_minutes."""
    known, tasks, units, limits = organisation(), task_transitions(), unit_transitions(), time_limits()
    task_states: dict[str, Json] = {k: {"zh": s.zh, "en": s.en, "open": s.open} for k, s in tasks.states.items()}
    task_actions: dict[str, Json] = {key: _action(action) for key, action in tasks.actions.items()}
    unit_states: dict[str, Json] = {k: {"zh": s.zh, "en": s.en, "to": sorted(s.to)} for k, s in units.states.items()}
    return {
        "departments": [
            {
                "code": d.code,
                "name_zh": d.zh,
                "name_en": d.en,
                "area_code": d.area,
                "parent": d.parent,
                "level": {0: "city", 6: "county"}.get(len(d.area or ""), "township"),
            }
            for d in known.departments.values()
        ],
        "posts": [
            {"id": p.id, "zh": p.zh, "en": p.en, "kind": p.kind, "area_code": p.area} for p in known.posts.values()
        ],
        "task_states": task_states,
        "task_actions": task_actions,
        "unit_states": unit_states,
        "transitions": {
            "task": {"states": task_states, "actions": task_actions, "source": tasks.source},
            "unit": {"states": unit_states, "who": sorted(role.value for role in units.who), "source": units.source},
        },
        "unit_kinds": _names(known.kinds),
        "unit_capabilities": _names(known.capabilities),
        "response_levels": _pairs(LEVEL_WORDS.items()),
        "ratings": _pairs(RATING_WORDS.items()),
        "lights": [
            {"at_share": light.at_share, "light": light.light, "zh": light.zh, "en": light.en, "basis": light.basis}
            for light in limits.lights
        ],
        "sign_minutes": limits.sign_minutes,
    }
