"""What forms and screens of this room are made from: departments, posts, kinds of unit, steps of orders and units, lights."""

from collections.abc import Iterable

from command.consultations.consultation import OPINION_STATES, RESULTS, STANCES, STATES
from command.consultations.rules import consultation_rules
from command.exercises.exercise import RATING_WORDS
from command.instructions.rules import department_names, instruction_limits, instruction_transitions
from command.organisation.book import Named, organisation
from command.resources.catalogue import resource_catalogue
from command.responses.response import LEVEL_WORDS
from command.transitions import TaskAction, task_transitions, time_limits, unit_transitions
from command.units.fatigue import LEVELS, HourLimits, fatigue_rules
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


def _hours(limits: HourLimits) -> Json:
    return {
        "tiring_hours": limits.tiring_hours,
        "rest_hours_due": limits.rest_hours_due,
        "exhausted_hours": limits.exhausted_hours,
        "rest_hours": limits.rest_hours,
    }


def _fatigue() -> Json:
    rules = fatigue_rules()
    return {
        "default": _hours(rules.default),
        "kinds": {kind: _hours(limits) for kind, limits in rules.kinds.items()},
        "levels": [{"id": name, "zh": rules.levels[name].zh, "en": rules.levels[name].en} for name in LEVELS],
        "basis": rules.basis,
        "source": rules.source,
    }


def command_catalogue() -> dict[str, Json]:
    """departments, posts, task_states, task_actions, unit_states, transitions, unit_kinds, unit_capabilities,
    response_levels, ratings, lights, sign_minutes, fatigue, instructions,
    consultations, resources."""
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
        "fatigue": _fatigue(),
        "instructions": _instructions(),
        "consultations": _consultations(),
        "resources": resource_catalogue(),
    }


def _instructions() -> dict[str, Json]:
    """states, actions {state: [state]}, urgencies, channels, escalation, order_minutes."""
    rules, limits = instruction_transitions(), instruction_limits()
    department_names()  # a slip in it must show at the start, not in the middle of a line
    return {
        "states": {k: {"zh": s.zh, "en": s.en, "open": s.open} for k, s in rules.states.items()},
        "actions": {
            k: {"zh": a.zh, "en": a.en, "who": sorted(a.who), "from": sorted(a.moves), "reason": a.reason}
            for k, a in rules.actions.items()
        },
        "urgencies": {
            k: {"zh": u.zh, "en": u.en, "feedback_minutes": u.feedback_minutes} for k, u in limits.urgencies.items()
        },
        "default_urgency": limits.default_urgency,
        "channels": {k: {"zh": c.zh, "en": c.en} for k, c in limits.channels.items()},
        "escalation": [{"post": s.post, "minutes": s.minutes} for s in limits.escalation],
        "order_minutes": limits.order_minutes,
    }


def _consultations() -> dict[str, Json]:
    """subjects with whom they ask, stances, results, states, opinion_states."""
    rules = consultation_rules()
    return {
        "subjects": {
            key: {
                "zh": s.zh,
                "en": s.en,
                "safety": s.safety,
                "mode": s.mode,
                "ask": list[Json](s.ask),
                "lead": s.lead,
                "minutes": s.minutes,
                "merge_minutes": s.merge_minutes,
                "question_zh": s.question_zh,
                "question_en": s.question_en,
                "basis": s.basis,
                "source": s.source,
            }
            for key, s in rules.subjects.items()
        },
        "stances": _pairs(STANCES.items()),
        "results": _pairs(RESULTS.items()),
        "states": _pairs(STATES.items()),
        "opinion_states": _pairs(OPINION_STATES.items()),
        "escalate_to": list[Json](rules.escalate_to),
        "escalate_minutes": rules.escalate_minutes,
    }
