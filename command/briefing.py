"""The leader's one page (汇报), made from the incident's picture and nothing else. Pure: the same record, the same page.

What is not known is listed as not known; every number stands with its source and its age (invariants 11 and 12).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from command.briefed_assessment import briefed_assessment
from command.responses.response import LEVEL_WORDS
from command.transitions import LEVELS, Level, task_transitions, time_limits
from incidents.classification import is_within
from incidents.metrics import metrics
from spine.canonical import Json, JsonObject
from spine.clock import iso, parse_iso
from spine.fold import Picture

ASKED = ("dead", "missing", "serious_injured", "injured", "trapped", "evacuated")
"""Figures that a leader asks for first: those that nobody has entered are shown as not known."""
_ASKED_ALSO: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("nd.quake", ("magnitude", "intensity", "collapsed_rooms")),
    ("nd.flood", ("rainfall_mm", "threatened", "resettled")),
    ("nd.geo", ("threatened",)),
    ("nd.fire", ("burnt_ha", "forest_damaged_ha")),
)
_NEXT = 8


def briefing_page(picture: Picture, at: datetime) -> JsonObject:
    """The page of the incident whose picture this is: {at, head, situation, assessment, responses, tasks, help, next, decisions, options}.

    Empty lists mean that there is none in the record. Raises ValueError for a picture without an incident.
    """
    incident = next((_object(i) for i in picture.get("incident", {}).values()), None)
    if incident is None:
        raise ValueError("this picture holds no incident")
    responses = [_object(r) for r in picture.get("responses", {}).values()]
    tasks = [_object(t) for t in picture.get("tasks", {}).values()]
    clocks = [_object(d) for d in picture.get("deadlines", {}).values() if _object(d)["kind"] != "watch"]
    proposals = [_object(p) for p in picture.get("proposals", {}).values()]
    return {
        "at": iso(at),
        "head": {
            name: incident.get(name)
            for name in (
                "id",
                "no",
                "title",
                "class_zh",
                "class_en",
                "status",
                "place",
                "occurred_at",
                "opened_at",
                "grade",
            )
        },
        "situation": _situation(str(incident.get("class_key", "")), picture, at),
        "assessment": briefed_assessment(picture, at),
        "responses": [_response(r) for r in responses if r["state"] in {"active", "ended"}],
        "tasks": _tasks(tasks, at),
        "help": _help(tasks),
        "next": _next(clocks, at),
        "decisions": _decisions(incident, responses, tasks, proposals),
        "options": _options(responses, tasks),
    }


def _object(value: Json) -> Mapping[str, Json]:
    return cast(Mapping[str, Json], value)


def _age(at: datetime, since: Json) -> int | None:
    """Whole minutes since an ISO time; None when there is none."""
    return None if since is None else max(0, int((at - parse_iso(str(since))).total_seconds() // 60))


# --- situation -----------------------------------------------------------------------------------------------------------


def _situation(class_key: str, picture: Picture, at: datetime) -> list[Json]:
    known = {key: _object(figure) for key, figure in picture.get("figures", {}).items()}
    asked = [*ASKED, *(m for family, also in _ASKED_ALSO if is_within(class_key, family) for m in also)]
    order = [*asked, *sorted(set(known) - set(asked))]
    return [_figure(metric, known.get(metric), at) for metric in order if metric in metrics().metrics]


def _figure(metric: str, figure: Mapping[str, Json] | None, at: datetime) -> JsonObject:
    zh, en = metrics().label(metric)
    unit_zh, unit_en = metrics().unit(metric)
    value = None if figure is None else figure.get("value")
    return {
        "metric": metric,
        "zh": zh,
        "en": en,
        "unit_zh": unit_zh,
        "unit_en": unit_en,
        "value": value,
        "known": value is not None,
        "source": None if figure is None else figure.get("source"),
        "age_minutes": None if figure is None else _age(at, figure.get("observed_at")),
    }


# --- responses and orders ------------------------------------------------------------------------------------------------


def _response(response: Mapping[str, Json]) -> JsonObject:
    decided = response.get("decided")
    level = _object(decided).get("level") if decided is not None else None
    return {
        "id": response["id"],
        "plan_zh": response["plan_zh"],
        "plan_en": response["plan_en"],
        "state": response["state"],
        "level": level,
        "suggested_level": _object(response["suggested"])["level"],
        "decided": decided,
        "ended": response.get("ended"),
    }


def _tasks(tasks: Sequence[Mapping[str, Json]], at: datetime) -> JsonObject:
    """How many in each state, and those whose light is not normal, the worst first."""
    states: dict[str, Json] = {
        state: sum(task["state"] == state for task in tasks) for state in task_transitions().states
    }
    lit = [(share, line) for share, line in (_lit(task, at) for task in tasks) if line is not None]
    lit.sort(key=lambda pair: -pair[0])
    return {"total": len(tasks), "states": states, "attention": [line for _, line in lit]}


def _lit(task: Mapping[str, Json], at: datetime) -> tuple[float, JsonObject | None]:
    """The light of the clock that the order's desk is running against now."""
    if task["state"] not in {"issued", "signed", "in_progress"}:
        return 0.0, None
    started = parse_iso(str(task["issued_at"]))
    due = parse_iso(str(task["sign_due" if task["state"] == "issued" else "due"]))
    light = time_limits().light(started, due, at)
    if light.at_share == 0.0:
        return 0.0, None
    allowed = (due - started).total_seconds()
    share = (at - started).total_seconds() / allowed if allowed > 0 else float("inf")
    return share, {
        "id": task["id"],
        "no": task["no"],
        "title_zh": task["title_zh"],
        "title_en": task["title_en"],
        "department": task["department"],
        "state": task["state"],
        "clock": "sign" if task["state"] == "issued" else "finish",
        "due_at": iso(due),
        "light": light.light,
        "light_zh": light.zh,
        "light_en": light.en,
    }


def _help(tasks: Sequence[Mapping[str, Json]]) -> list[Json]:
    """Open calls for help, the oldest first."""
    asking = [t for t in tasks if t.get("need_help") is not None and task_transitions().is_open(str(t["state"]))]
    asking.sort(key=lambda task: str(_object(task["need_help"])["at"]))
    return [
        {
            "task_id": task["id"],
            "title_zh": task["title_zh"],
            "title_en": task["title_en"],
            "department": task["department"],
            "unit_id": task["unit_id"],
            **_object(task["need_help"]),
        }
        for task in asking
    ]


def _next(clocks: Sequence[Mapping[str, Json]], at: datetime) -> list[Json]:
    """What is owed next, passed ones first because they stand first in time."""
    ordered = sorted(clocks, key=lambda clock: str(clock["due_at"]))
    return [
        {
            **{n: clock[n] for n in ("id", "kind", "title_zh", "title_en", "to_zh", "to_en", "due_at", "department")},
            "minutes_left": int((parse_iso(str(clock["due_at"])) - at).total_seconds() // 60),
        }
        for clock in ordered[:_NEXT]
    ]


# --- what the leader is asked --------------------------------------------------------------------------------------------


def _decisions(
    incident: Mapping[str, Json],
    responses: Sequence[Mapping[str, Json]],
    tasks: Sequence[Mapping[str, Json]],
    proposals: Sequence[Mapping[str, Json]],
) -> list[Json]:
    """What waits for a person: a grade that is only suggested, a proposed response, open proposals (with the reason and what
    happens if ignored), work handed in, orders sent back."""
    wanted: list[Json] = []
    grade = _object(incident["grade"])
    suggested, decided = grade.get("suggested"), grade.get("decided")
    suggests = None if suggested is None else _object(suggested).get("grade")
    has = None if decided is None else _object(decided).get("grade")
    if suggests is not None and suggests != has:
        wanted.append(
            {
                "kind": "grade",
                "subject_id": incident["id"],
                "zh": f"核定事件分级：建议 {suggests}，现为 {has or '未核定'}",
                "en": f"Decide the grade: {suggests} is suggested, now {has or 'not decided'}",
            }
        )
    for response in responses:
        if response["state"] == "proposed":
            level = cast(Level, _object(response["suggested"])["level"])
            wanted.append(
                {
                    "kind": "response",
                    "subject_id": response["id"],
                    "due_at": response["decide_by"],
                    "zh": f"是否启动{LEVEL_WORDS[level][0]}响应：{response['plan_zh']}",
                    "en": f"Activate a {LEVEL_WORDS[level][1]} response: {response['plan_en']}",
                }
            )
    for one in sorted(proposals, key=lambda p: str(p["decide_by"])):
        if one["state"] == "open":
            wanted.append(
                {
                    "kind": "proposal",
                    "subject_id": one["id"],
                    "due_at": one["decide_by"],
                    "zh": f"是否{one['zh']}：{one['plan_zh']}",
                    "en": f"{one['en']}? ({one['plan_en']})",
                    "reasons": one["reasons"],
                    "if_ignored_zh": one["if_ignored_zh"],
                    "if_ignored_en": one["if_ignored_en"],
                }
            )
    for task in tasks:
        if task["state"] == "submitted":
            words = ("审核办结", "Review what was handed in")
        elif task["state"] == "returned":
            words = ("转办退回任务", "Send on a returned order")
        else:
            continue
        wanted.append(
            {
                "kind": str(task["state"]),
                "subject_id": task["id"],
                "zh": f"{words[0]}：{task['title_zh']}",
                "en": f"{words[1]}: {task['title_en']}",
            }
        )
    return wanted


def _options(responses: Sequence[Mapping[str, Json]], tasks: Sequence[Mapping[str, Json]]) -> list[Json]:
    """Each proposed response with why, and what it would add: orders that the incident does not have yet."""
    held = {str(task["code"]) for task in tasks if task["state"] != "cancelled"}
    proposed = [r for r in responses if r["state"] == "proposed"]
    proposed.sort(key=lambda r: LEVELS.index(cast(Level, _object(r["suggested"])["level"])))
    options: list[Json] = []
    for response in proposed:
        suggested = _object(response["suggested"])
        lines = [_object(line) for line in cast(Sequence[Json], response["proposed_tasks"])]
        adds = [line for line in lines if str(line["code"]) not in held]
        options.append(
            {
                "response_id": response["id"],
                "plan_zh": response["plan_zh"],
                "plan_en": response["plan_en"],
                "level": suggested["level"],
                "reasons": suggested["reasons"],
                "decide_by": response["decide_by"],
                "adds": [
                    {
                        name: line.get(name)
                        for name in ("code", "title_zh", "title_en", "department", "due_minutes", "clause")
                    }
                    for line in adds
                ],
                "departments": sorted({str(line["department"]) for line in adds}),
            }
        )
    return options
