"""What forms and screens of this room are made from: departments, posts, unit kinds, steps of orders and units, lights."""

from command.organisation.book import organisation
from command.transitions import task_transitions, time_limits, unit_transitions
from spine.canonical import Json


def command_catalogue() -> dict[str, Json]:
    """departments, posts, task_states, task_actions, unit_states, lights, sign_minutes."""
    known, tasks, units, limits = organisation(), task_transitions(), unit_transitions(), time_limits()
    return {
        "departments": [
            {"code": d.code, "name_zh": d.zh, "name_en": d.en, "area_code": d.area, "parent": d.parent}
            for d in known.departments.values()
        ],
        "posts": [
            {"id": p.id, "zh": p.zh, "en": p.en, "kind": p.kind, "area_code": p.area} for p in known.posts.values()
        ],
        "task_states": {key: {"zh": s.zh, "en": s.en, "open": s.open} for key, s in tasks.states.items()},
        "task_actions": {
            key: {
                "zh": a.zh,
                "en": a.en,
                "who": sorted(role.value for role in a.who),
                "moves": a.moves,
                "reason": a.reason,
            }
            for key, a in tasks.actions.items()
        },
        "unit_states": {key: {"zh": s.zh, "en": s.en, "to": sorted(s.to)} for key, s in units.states.items()},
        "lights": [
            {"at_share": light.at_share, "light": light.light, "zh": light.zh, "en": light.en, "basis": light.basis}
            for light in limits.lights
        ],
        "sign_minutes": limits.sign_minutes,
    }
